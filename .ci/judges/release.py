"""What others say of a release: coreutils, packaging, twine, npm, actions/attest."""

import collections
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.utils import parse_sdist_filename, parse_wheel_filename

import attest

FOLDERS = ("pypi", "npm", "assets")
# What a release has beside the files that came in.
MADE = ("SHA256SUMS", "SHA512SUMS", "B2SUMS", "release-manifest.json")


def check(holds: bool, claim: str) -> None:
    if not holds:
        raise SystemExit(f"NOT SO: {claim}")


def say(claim: str) -> None:
    print(f"  {claim}", flush=True)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files(release: Path) -> list[Path]:
    """The files that came in, as they lie in the release."""
    return sorted(path for folder in FOLDERS for path in (release / folder).glob("*"))


def tree(folder: Path) -> dict[str, str]:
    """Every path below a folder with its mode and, for a file, its digest."""
    if not folder.is_dir():
        return {}
    return {
        str(path.relative_to(folder)): f"{path.lstat().st_mode:o} " + (sha256(path) if path.is_file() else "")
        for path in folder.rglob("*")
    }


def check_sums(release: Path, scratch: Path) -> None:
    """sha256sum passes on everything laid flat, as one who downloads a release has it."""
    flat = scratch / "flat"
    shutil.rmtree(flat, ignore_errors=True)
    flat.mkdir()
    for path in files(release):
        check(not (flat / path.name).exists(), f"{path.name} is there once")
        shutil.copyfile(path, flat / path.name)
    shutil.copyfile(release / "SHA256SUMS", flat / "SHA256SUMS")
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=flat, check=True)
    lines = (flat / "SHA256SUMS").read_text().splitlines()
    check(len(lines) == len(files(release)), "SHA256SUMS has a line for each file")
    names = [line[66:].encode() for line in lines]
    check(names == sorted(names), "SHA256SUMS is sorted by bytes")
    shutil.rmtree(flat)
    say(f"sha256sum --check --strict: {len(lines)} files laid flat")


def check_bytes(release: Path, incoming: list[Path]) -> None:
    """Every byte in the release is a byte that came in, and all that came in is there."""
    came = collections.Counter(map(sha256, incoming))
    left = collections.Counter(map(sha256, files(release)))
    check(came == left, f"what left is what came in: {list((came - left) + (left - came))}")
    say(f"every byte came in: {sum(left.values())} files")


def check_pypi(release: Path, incoming: list[Path]) -> None:
    """packaging accepts each name with its tags in order, and twine each file."""
    meant = collections.Counter()
    for path in incoming:
        if path.name.endswith(".whl"):
            meant[parse_wheel_filename(path.name)] += 1
        elif path.name.endswith(".tar.gz"):
            meant[parse_sdist_filename(path.name)] += 1
    named = collections.Counter()
    paths = sorted((release / "pypi").iterdir())
    for path in paths:
        if path.name.endswith(".whl"):
            named[parse_wheel_filename(path.name, validate_order=True)] += 1
        else:
            named[parse_sdist_filename(path.name)] += 1
    check(named == meant, f"the names in pypi/ mean what they meant: {(named - meant) + (meant - named)}")
    say(f"packaging, validate_order=True: {len(paths)} names")
    subprocess.run(
        [sys.executable, "-m", "twine", "--no-color", "check", *paths], check=True, stdout=subprocess.DEVNULL
    )
    say(f"twine check: {len(paths)} files")


def check_npm(release: Path) -> None:
    """npm itself would give each package the name that it bears."""
    paths = sorted((release / "npm").iterdir())
    for path in paths:
        packed = subprocess.run(
            ["npm", "pack", "--json", "--dry-run", "--ignore-scripts", f"./{path.name}"],
            cwd=path.parent,
            check=True,
            capture_output=True,
            text=True,
        )
        name = json.loads(packed.stdout)[0]["filename"]
        check(name == path.name, f"npm calls {path.name} {name}")
    say(f"npm pack: {len(paths)} names")


def check_subjects(release: Path) -> list[Path]:
    """actions/attest reads from the shards exactly the files and their digests."""
    made = [release / name for name in MADE if (release / name).exists()]
    expected = sorted((path.name, sha256(path)) for path in files(release) + made)
    shards = sorted(release.glob("subjects*"), key=lambda path: (len(path.name), path.name))
    found = []
    for shard in shards:
        subjects = attest.subjects(shard.name, release)
        check(0 < len(subjects) <= attest.MAX_SUBJECTS, f"{shard.name} has {len(subjects)} subjects")
        found += subjects
    check(sorted(found) == expected, f"the subjects are the files: {sorted(set(found) ^ set(expected))}")
    say(f"actions/attest: {len(found)} subjects in {len(shards)} shard(s)")
    return shards
