"""Real distributions, prepared, and what others say of the release.

usage: real_distributions.py PROGRAM CORPUS NODE_MODULES SCRATCH

CORPUS is a folder to keep downloads in, SCRATCH a new one to work in.
"""

import os
import shutil
import sys
from pathlib import Path

import corpus
import release
from release import check, say
from runner import by_hand

HERE = Path(__file__).parent


def prepare(program: Path, folder: Path, output: str, *arguments: str) -> Path:
    command = [program, "prepare", "--artifacts-dir", "artifacts", "--version", "any", "--output-dir", output]
    # Of the npm families one platform is here, and the packages are of other repositories.
    ended = by_hand([*command, "--npm", "warn", *arguments], folder)
    check(ended.returncode == 0, f"the release is prepared (exit {ended.returncode}):\n{ended.stdout}")
    return folder / output


def same(one: Path, other: Path) -> bool:
    return release.tree(one) == release.tree(other) and release.tree(one) != {}


def check_verify(program: Path, folder: Path, prepared: Path) -> None:
    """verify believes the release, and nothing that was done to it afterwards."""
    ended = by_hand([program, "verify", str(prepared)], folder)
    check(ended.returncode == 0 and "consistent" in ended.stdout, f"verify says consistent:\n{ended.stdout}")
    digest = release.sha256(prepared / "release-manifest.json")
    ended = by_hand([program, "verify", "--manifest-digest", digest, str(prepared)], folder)
    check(ended.returncode == 0, f"verify accepts the manifest's digest:\n{ended.stdout}")
    ended = by_hand([program, "verify", "--manifest-digest", "0" * 64, str(prepared)], folder)
    check(ended.returncode == 1, f"verify refuses another digest (exit {ended.returncode}):\n{ended.stdout}")

    tampered = folder / "tampered"
    shutil.copytree(prepared, tampered)
    changed, missing, *_ = sorted((tampered / "pypi").iterdir())
    with changed.open("ab") as file:
        file.write(b"!")
    missing.unlink()
    additional = tampered / "npm" / "additional-1.0.0.tgz"
    additional.write_bytes(b"")
    ended = by_hand([program, "verify", str(tampered)], folder)
    check(ended.returncode == 1, f"verify refuses what was tampered with (exit {ended.returncode})")
    for path in (changed, missing, additional):
        check(path.name in ended.stdout, f"verify names {path.name}:\n{ended.stdout}")
    shutil.rmtree(tampered)
    say("verify: consistent; another digest, a changed, a missing and an additional file refused by name")


def check_refusals(program: Path, entries: list[corpus.Entry], downloads: Path, folder: Path) -> None:
    """Each real wheel that nobody should release as it is is refused by name; nothing is written."""
    corpus.lay_out(entries, downloads, folder / "artifacts", seed=1)
    ended = by_hand([program, "prepare", "--artifacts-dir", "artifacts", "--version", "any"], folder)
    check(ended.returncode == 1, f"the release is refused (exit {ended.returncode}):\n{ended.stdout}")
    for entry in entries:
        check(entry.file in ended.stdout, f"the refusal names {entry.file}:\n{ended.stdout}")
    check(os.listdir(folder) == ["artifacts"], f"nothing was written: {os.listdir(folder)}")
    say(f"refused, each by name: {len(entries)} files")


def main(program: Path, downloads: Path, node_modules: Path, scratch: Path) -> None:
    entries = corpus.read(HERE / "corpus.tsv")
    refused = corpus.read(HERE / "refused.tsv")
    corpus.fetch(entries + refused, downloads)
    say(f"downloaded: {len(entries)} distributions, and {len(refused)} that must be refused")
    check(len(entries) >= 30, "at least 30 real distributions")

    layouts = {name: scratch / name for name in ("plain", "shuffled", "zipped", "refused")}
    for folder in layouts.values():
        folder.mkdir()
    corpus.lay_out(entries, downloads, layouts["plain"] / "artifacts", seed=1)
    corpus.lay_out(entries, downloads, layouts["shuffled"] / "artifacts", seed=2)
    corpus.lay_out(entries, downloads, layouts["zipped"] / "artifacts", seed=3, node_modules=node_modules)
    incoming = [downloads / entry.file for entry in entries]

    prepared = prepare(program, layouts["plain"], "prepared")
    release.check_sums(prepared, scratch)
    release.check_bytes(prepared, incoming)
    release.check_pypi(prepared, incoming)
    release.check_npm(prepared)
    release.check_subjects(prepared)

    check(same(prepared, prepare(program, layouts["plain"], "again")), "a second run gives the same tree")
    check(same(prepared, prepare(program, layouts["shuffled"], "prepared")), "shuffled artifacts give the same tree")
    say("a second run and shuffled artifacts: the same trees, manifests included")

    zipped = prepare(program, layouts["zipped"], "prepared", "--artifacts-zipped", "true")
    for name in (*release.FOLDERS, "SHA256SUMS"):
        one, other = prepared / name, zipped / name
        equal = one.read_bytes() == other.read_bytes() if one.is_file() else release.tree(one) == release.tree(other)
        check(equal, f"{name} is the same from zips")
    release.check_subjects(zipped)
    say("artifacts as upload-artifact's zips: the same files and sums")

    check_verify(program, scratch, prepared)
    check_refusals(program, refused, downloads, layouts["refused"])


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
