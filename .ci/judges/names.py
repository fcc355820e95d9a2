"""Names of wheels by the thousand: the program and packaging differ in nothing but what is listed here.

usage: names.py PROGRAM SCRATCH

Names are made of those in tests/data/names.tsv by a fixed chance, and a tiny
wheel lies under each. The program is asked over all of them at once, and then,
with spelling mended, over those that it did not refuse, so that each comes out
under its canonical name.
"""

import csv
import json
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

import findings
import made
from release import check, say

SEED = 20261125
COUNT = 6000
# A release on GitHub has at most 1000 files, checksums and the manifest among them.
BATCH = 900
# The rules that refuse a name for what it is.
OF_NAMES = ("wheel-name", "wheel-variant", "file-name-unsafe")
TABLE = Path(__file__).parent.parent.parent / "tests" / "data" / "names.tsv"

VERSIONS = (
    "1.0 1.0.0 01.2 1.0a1 1.0.ALPHA.1 1.0-1 1.0.post1 1.0.dev0 v1.0 1!1.0 1.0+local 1.0+Local_1 2024.08.30 1.0rc "
    "1..0 1.x"
)
BUILDS = "1 01 007 1a 1A 58 1_2 1.2 a1 _1 0 1-1 12345678901234567890 \u0661"
PYTHONS = "py3 py2 cp312 cp39 cp310 CP312 pp311 graalpy312 3py jy27 py2.py3 py3.py2 py3.py3 cp310.cp39"
ABIS = "none abi3 cp312 cp313t pypy311_pp73 NONE abi3.abi3t abi3t.abi3 cp38.cp39.cp310 none.none"
PLATFORMS = (
    "any win32 win_amd64 linux_x86_64 manylinux2014_x86_64 manylinux_2_17_x86_64.manylinux2014_x86_64 Any any.any "
    "macosx_11_0_arm64 macosx_10_12_x86_64.macosx_11_0_arm64.macosx_10_12_universal2 manylinux_2_17_X86_64 "
    "musllinux_1_2_x86_64"
)
CHARACTERS = "-_.+!~ %@()[]0189aAzZ\t\n\\\u00e9\u00df\u0130\u0661\u200b\u202e"


def seeds() -> list[str]:
    with TABLE.open(newline="") as table:
        rows = csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        names = [row[0].replace("\\n", "\n") for row in rows][1:]
    return [name for name in names if name.endswith(".whl")]


def bent(name: str, chance: random.Random) -> str:
    """A name with something exchanged, inserted, taken away, or in another order."""
    parts = name.removesuffix(".whl").split("-")
    at = chance.randrange(len(parts))
    way = chance.randrange(9)
    if way == 0:
        parts[-3:] = (chance.choice(words.split()) for words in (PYTHONS, ABIS, PLATFORMS))
    elif way == 1:
        parts[1:2] = [chance.choice(VERSIONS.split())]
    elif way == 2:
        parts[2:-3] = [chance.choice(BUILDS.split())]
    elif way == 3:
        tags = parts[at].split(".")
        chance.shuffle(tags)
        parts[at] = ".".join(tags + tags[: chance.randrange(2)])
    elif way == 4:
        parts[at] = chance.choice([parts[at].swapcase(), parts[at].upper(), parts[at].title(), ""])
    elif way == 5:
        parts.insert(at, chance.choice(parts))
    elif way == 6:
        del parts[at]
    else:
        text, where = parts[at], chance.randrange(len(parts[at]) + 1)
        parts[at] = text[:where] + chance.choice(CHARACTERS) + text[where + chance.randrange(2) :]
    return "-".join(parts) + ".whl"


def canonical(name: str) -> str | None:
    """The name as packaging reads it; none if it refuses it."""
    try:
        project, version, build, tags = parse_wheel_filename(name)
    except InvalidWheelFilename:
        return None
    axes = ({tag.interpreter for tag in tags}, {tag.abi for tag in tags}, {tag.platform for tag in tags})
    # Listed: the build tag keeps its letters, leading zeros too.
    parts = [project.replace("-", "_"), str(version), *(name.split("-")[2:3] if build else [])]
    return "-".join(parts + [".".join(sorted(axis)) for axis in axes]) + ".whl"


def why_stricter(name: str) -> str | None:
    """Why the program refuses on purpose what packaging takes."""
    project, _, *build, python, abi, platform = name.removesuffix(".whl").split("-")
    if re.search(r"[\x00-\x1f\x7f\\\u200b\u202e]", name):
        return "a control character or a backslash is in no name"
    if not project.isascii():
        return "a project name is ASCII (PEP 508)"
    if not re.fullmatch(r"[A-Za-z0-9](.*[A-Za-z0-9])?", project):
        return "a project name begins and ends with a letter or digit (PEP 508)"
    tags = ".".join([python, abi, platform])
    if not re.fullmatch(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*", tags):
        return "a tag holds letters, digits and `_` alone"
    if any(not re.fullmatch(r"[0-9]+[A-Za-z0-9_.]*", part) for part in build):
        return "a build tag begins with an ASCII digit, and holds letters, digits, `_` and `.`"
    if re.search(r"(^|\.)[0-9]", python):
        return "a python tag does not begin with a digit"
    return None


def lay_out(names: list[str], artifacts: Path) -> None:
    for number, name in enumerate(names):
        folder = artifacts / f"case-{number:05}"
        folder.mkdir(parents=True)
        parts = name.removesuffix(".whl").split("-")
        made.wheel(folder / name, members={"number": str(number).encode()}, described=(parts[0], parts[1]))


def main(program: Path, scratch: Path) -> None:
    chance = random.Random(SEED)
    origins = seeds()
    names = dict.fromkeys(origins)
    while len(names) < COUNT:
        # Most are bent once, some over and over.
        name = bent(chance.choice(origins if chance.random() < 0.8 else list(names)), chance)
        names[name] = None
    # What a folder can hold, and has a project and a version to lay metadata under.
    names = {name for name in names if len(os.fsencode(name)) <= 200 and "/" not in name and name.count("-") >= 2}
    # One of each canonical name: the others would only collide.
    ours = list({(canonical(name) or name).lower(): name for name in sorted(names)}.values())
    lay_out(ours, scratch / "all" / "artifacts")
    command = [program, "prepare", "--artifacts-dir", "artifacts", "--version", "any", "--normalize", "rewrite"]
    ended, found = findings.prepare(command, scratch / "all")
    check(ended.returncode == 1, f"some names are refused (exit {ended.returncode}):\n{ended.stdout[-3000:]}")
    no = findings.refused(found, rules=OF_NAMES)
    taken = [name for number, name in enumerate(ours) if f"{number:05}" not in no]
    named = {}
    for start in range(0, len(taken), BATCH):
        folder = scratch / f"taken-{start}"
        lay_out(taken[start : start + BATCH], folder / "artifacts")
        # Platforms, local versions and the like are no question of spelling.
        ended, _ = findings.prepare([*command, "--pypi", "off", "--output-dir", "prepared"], folder)
        check(ended.returncode == 0, f"the others are released (exit {ended.returncode}):\n{ended.stdout[-3000:]}")
        manifest = json.loads((folder / "prepared" / "release-manifest.json").read_text())
        named |= {origin["path"]: file["name"] for file in manifest["files"] for origin in file["origins"]}
    surprises, listed = [], Counter()
    for name in ours:
        theirs, mine = canonical(name), named.get(name)
        if theirs == mine:
            if mine:
                parse_wheel_filename(mine, validate_order=True)
            continue
        reason = why_stricter(name) if mine is None else None
        if reason is None:
            surprises.append(f"{name!r}: packaging {theirs!r}, the program {mine!r}")
        else:
            listed[reason] += 1
    for reason, count in listed.most_common():
        say(f"stricter on purpose: {count:4} names: {reason}")
    for surprise in surprises:
        say(surprise)
    check(not surprises, f"no difference but the listed ones: {len(surprises)} surprises")
    check(len(named) >= 1000, f"many names are taken: {len(named)}")
    say(f"{len(ours)} names: {len(named)} taken under packaging's name, {len(ours) - len(named)} refused")


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
