"""The recipe that verifies a release with jq and coreutils, on the example's release and on broken ones.

usage: by_hand.py PROGRAM SCRATCH

Run in the checkout. The commands are those of docs/recipes.md.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import release
import runner
from release import check, say

HEADING = "## Verify without this program\n"


def recipe() -> tuple[str, str]:
    """The commands for a release in its folder, and those for files of a release's page."""
    section = Path("docs/recipes.md").read_text().partition(HEADING)[2].partition("\n## ")[0]
    (folder,) = re.findall(r"^```bash\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    (page,) = re.findall(r"^\$ (jq .*)$", section, re.MULTILINE)
    return folder, page


def verify(commands: str, folder: Path, digest: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.environ["PATH"], "MANIFEST_DIGEST": digest, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", commands],
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


BROKEN: dict[str, Callable[[Path], object]] = {
    "a byte of a wheel": lambda out: flip(next((out / "pypi").glob("*.whl"))),
    "a byte of the manifest": lambda out: flip(out / "release-manifest.json"),
    "a line of SHA256SUMS": lambda out: (out / "SHA256SUMS").write_text(
        "".join((out / "SHA256SUMS").read_text().splitlines(keepends=True)[1:])
    ),
    "a file more": lambda out: (out / "assets" / "more.txt").write_text("more\n"),
    "a folder more": lambda out: (out / "more").mkdir() or (out / "more" / "file").write_text("more\n"),
    "a link": lambda out: (out / "npm" / "link.tgz").symlink_to("hello-release-1.2.3.tgz"),
    "a file less": lambda out: next((out / "npm").iterdir()).unlink(),
    "a subject": lambda out: flip(out / "subjects.sha256"),
    "a subject less": lambda out: (out / "subjects.sha256").write_text(
        "".join((out / "subjects.sha256").read_text().splitlines(keepends=True)[1:])
    ),
}


def main(program: Path, scratch: Path) -> None:
    in_folder, from_page = recipe()
    artifacts = Path("examples/artifacts").absolute()
    options = ["--checksum-algorithms", "sha256,sha512"]
    ended = runner.by_hand([program, "prepare", "--artifacts-dir", artifacts, *options], scratch)
    check(ended.returncode == 0, f"the example is prepared (exit {ended.returncode}):\n{ended.stdout}")
    prepared = scratch / "prepared"
    digest = release.sha256(prepared / "release-manifest.json")

    ended = verify(in_folder, prepared, digest)
    check(ended.returncode == 0, f"jq and coreutils verify it:\n{ended.stdout}")
    check(verify(in_folder, prepared, "0" * 64).returncode != 0, "another digest is no manifest of this release")
    for what, break_it in BROKEN.items():
        broken = scratch / "broken"
        shutil.copytree(prepared, broken, symlinks=True)
        break_it(broken)
        check(verify(in_folder, broken, digest).returncode != 0, f"they find {what}")
        shutil.rmtree(broken)
    say(f"jq and coreutils verify the example's release, and find {len(BROKEN)} ways to break it")

    page = scratch / "page"
    page.mkdir()
    shutil.copyfile(prepared / "release-manifest.json", page / "release-manifest.json")
    downloaded = next((prepared / "pypi").glob("*.whl"))
    shutil.copyfile(downloaded, page / downloaded.name)
    check(verify(from_page, page, "").returncode == 0, "a file from the release's page is verified")
    flip(page / downloaded.name)
    check(verify(from_page, page, "").returncode != 0, "and a byte of it that is another one is found")
    say("and files from the release's page, by the manifest alone")


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
