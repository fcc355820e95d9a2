"""Real wheels of many builders and years: an error only where PyPI would refuse the wheel today.

usage: wheels.py PROGRAM CORPUS SCRATCH

Each wheel of wheels.tsv is an artifact of its own, and all are prepared in one
run in the default mode. What is found must be what the table lists; of the
index's rules it must also be what pypi.py says, which knows nothing of the
table. Those without an error are then released.
"""

import collections
import re
import shutil
import sys
import zipfile
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

import corpus
import findings
import pypi
import release
from release import check, say

HERE = Path(__file__).parent
RULES = HERE.parent.parent / "docs" / "rules.md"
# The issue asks for 60; that many more are there so that one may be lost.
AT_LEAST = 75
# What the program reports only where it is certain without a renderer.
PERHAPS = {"description"}


@dataclass(frozen=True)
class Wheel:
    """A line of wheels.tsv."""

    file: str
    builder: str
    year: str
    # Severity and rule: `error[rule]`, `warning[rule]`.
    findings: frozenset[str]
    why: str

    @property
    def errors(self) -> set[str]:
        return {finding[6:-1] for finding in self.findings if finding.startswith("error")}


def read(table: Path) -> list[Wheel]:
    return [
        Wheel(file, builder, year, frozenset(findings.split()), why)
        for file, builder, year, findings, why in corpus.rows(table)
    ]


def classes() -> dict[str, str]:
    """The class of every rule, as users are told it."""
    rows = re.findall(r"^\| \[`([a-z-]+)`\]\(\S+\) \| (\w+) \|", RULES.read_text(), re.MULTILINE)
    check(len(rows) > 30, f"{RULES.name} has the table of all rules: {len(rows)} rows")
    return dict(rows)


def lay_out(wheels: list[Wheel], downloads: Path, artifacts: Path) -> dict[str, Wheel]:
    """An artifact for each wheel, and the wheels by the artifacts' names."""
    laid = {f"wheel-{number:03}": wheel for number, wheel in enumerate(wheels)}
    for name, wheel in laid.items():
        (artifacts / name).mkdir(parents=True)
        shutil.copyfile(downloads / wheel.file, artifacts / name / wheel.file)
    return laid


def by_file(found: list[findings.Finding], laid: dict[str, Wheel], surprises: list[str]) -> dict[str, set[str]]:
    """The kinds of finding of each file; one about nothing in the table is a surprise."""
    kinds = collections.defaultdict(set)
    for one in found:
        if one.artifact not in laid or laid[one.artifact].file != one.file:
            surprises.append(f"about no wheel: {one}")
        else:
            kinds[one.file].add(one.kind)
    return kinds


def builder(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/WHEEL", name)]
        return " + ".join(BytesHeaderParser().parsebytes(archive.read(name)).get_all("Generator", []))


def compare(wheel: Wheel, path: Path, found: set[str], index: set[str]) -> list[str]:
    """Everything about one wheel that is not as it was said to be."""
    surprises = []

    def expect(holds: bool, claim: str) -> None:
        if not holds:
            surprises.append(f"{wheel.file}: {claim}")

    unlisted, missed = " ".join(sorted(found - wheel.findings)), " ".join(sorted(wheel.findings - found))
    expect(not unlisted, f"found and not listed: {unlisted}")
    expect(not missed, f"listed and not found: {missed}")
    refused = pypi.refusals(path)
    errors = {finding[6:-1] for finding in found if finding.startswith("error")} & index
    ours, theirs = (
        errors - {refusal.rule for refusal in refused},
        {one for one in refused if one.rule not in errors | PERHAPS},
    )
    expect(not ours, f"PyPI would take it, in spite of {', '.join(sorted(ours))}")
    expect(not theirs, f"PyPI would refuse it: {', '.join(f'{one.rule} ({one.why})' for one in sorted(theirs))}")
    expect(bool(wheel.errors) == bool(wheel.why), "a reason is given for errors, and for nothing else")
    expect(builder(path) == wheel.builder, f"it was built by {builder(path)}")
    return surprises


def table(wheels: list[Wheel]) -> None:
    """How many wheels of which builders, and what of them."""
    counted = collections.defaultdict(collections.Counter)
    for wheel in wheels:
        family = re.match(r"[\w-]+", wheel.builder)[0]
        outcome = "error" if wheel.errors else "warning" if wheel.findings else "clean"
        counted[family][outcome] += 1
    say(f"{'builder':20} {'clean':>7} {'warning':>7} {'error':>7}")
    for family, counts in sorted(counted.items(), key=lambda row: (-row[1].total(), row[0])):
        say(f"{family:20} {counts['clean']:7} {counts['warning']:7} {counts['error']:7}")


def main(program: Path, downloads: Path, scratch: Path) -> None:
    wheels = read(HERE / "wheels.tsv")
    check(len(wheels) >= AT_LEAST, f"at least {AT_LEAST} wheels: {len(wheels)}")
    corpus.fetch_wheels([wheel.file for wheel in wheels], downloads)
    table(wheels)
    index = {rule for rule, name in classes().items() if name == "index"}

    everything, released = scratch / "everything", scratch / "released"
    command = [program, "prepare", "--artifacts-dir", "artifacts", "--version", "any", "--output-dir", "prepared"]
    laid = lay_out(wheels, downloads, everything / "artifacts")
    ended, reported = findings.prepare(command, everything)
    check(ended.returncode == 1, f"some wheels are refused (exit {ended.returncode}):\n{ended.stdout}")
    surprises = []
    found = by_file(reported, laid, surprises)
    for wheel in wheels:
        surprises += compare(wheel, downloads / wheel.file, found[wheel.file], index)
    for surprise in surprises:
        say(surprise)
    check(not surprises, f"everything is as listed, and PyPI agrees: {len(surprises)} surprises")
    refused = sum(bool(wheel.errors) for wheel in wheels)
    say(f"{len(wheels)} wheels: {refused} with an error, each of them listed, and PyPI agrees")

    good = [wheel for wheel in wheels if not wheel.errors]
    lay_out(good, downloads, released / "artifacts")
    ended, _ = findings.prepare(command, released)
    check(ended.returncode == 0, f"the others are released (exit {ended.returncode}):\n{ended.stdout}")
    incoming = [downloads / wheel.file for wheel in good]
    release.check_bytes(released / "prepared", incoming)
    release.check_pypi(released / "prepared", incoming)


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
