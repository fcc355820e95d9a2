"""Wheels that are rewritten: what others say of them, and what they said of the originals.

usage: rewrite.py PROGRAM CORPUS SCRATCH

Every wheel of wheels.tsv that has no error, or none but its spelling, is
prepared with `--normalize rewrite`, and so are some made by hand. Which of
them must come out rewritten is told here from their own words. Nobody may
complain of one that came out who did not complain of what went in. Whoever
installs is asked about some of each kind, everybody else about all.
"""

import collections
import csv
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from installer.sources import WheelFile
from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename
from packaging.version import Version

import corpus
import findings
import made
import pypi
import release
import wheels
from release import check, say
from runner import by_hand, run

# How the manifest tells it: `action` of an origin, and the digest that the file had there.
ACTION, DIGEST_BEFORE = "rewritten", "rewritten_from"
# What would be mended if it were not signed.
SIGNED = "not-rewritten"
BROADER = "wheel-tags-broader"
MENDED = {"wheel-spelling"}
# So many wheels in which the same is rewritten are installed: that takes seconds each.
OF_A_KIND = 2
COMPLAINT = re.compile("warn|error|deprecat(?:ed|ion)|not supported", re.IGNORECASE)


@dataclass(frozen=True)
class Contents:
    """A wheel as Python's zipfile reads it."""

    names: tuple[str, ...]
    members: dict[str, bytes]
    # What stands before `.dist-info`.
    prefix: str

    @staticmethod
    def read(wheel: Path) -> "Contents":
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            members = {name: archive.read(name) for name in names if not name.endswith("/")}
        (prefix,) = {name.split(".dist-info/")[0] for name in members if re.match(r"[^/]+\.dist-info/", name)}
        return Contents(tuple(names), members, prefix)

    def header(self, name: str) -> list[str]:
        """From the headers of WHEEL alone: some have others in a body that nobody reads."""
        return BytesHeaderParser().parsebytes(self.members[f"{self.prefix}.dist-info/WHEEL"]).get_all(name, [])

    def recorded(self) -> list[str]:
        """The paths of RECORD, as it spells them."""
        rows = csv.reader(io.StringIO(self.members[f"{self.prefix}.dist-info/RECORD"].decode(), newline=""))
        return [row[0] for row in rows if row]

    @property
    def is_signed(self) -> bool:
        return any(re.search(r"\.dist-info/RECORD\.(jws|p7s)$", name) for name in self.members)


def canonical_prefix(file: str) -> str:
    project, version, _, _ = parse_wheel_filename(file)
    return f"{project.replace('-', '_')}-{version}"


def expanded(tags: list[str]) -> list[str]:
    """Every combination that compressed tags stand for."""
    return ["-".join(one) for tag in tags for one in itertools.product(*(part.split(".") for part in tag.split("-")))]


def build_tag(file: str) -> list[str]:
    parts = file.split("-")
    return parts[2:3] if len(parts) == 6 else []


def is_tidy(file: str, contents: Contents) -> bool:
    """Whether a wheel is already spelt as a rewrite would spell it."""
    tags = contents.header("Tag")
    return (
        contents.prefix == canonical_prefix(file)
        and "-".join(file.split("-")[:2]) == contents.prefix
        and tags == sorted(set(expanded(tags)))
        and contents.header("Build") == build_tag(file)
        and not any(re.match(r"\.?/|.*\\", name) for name in contents.recorded())
    )


def moved(name: str, old: str, new: str) -> str:
    """Where a member goes: the two folders that bear the spelling move, all else stays."""
    for folder in (".dist-info/", ".data/"):
        if name.startswith(old + folder):
            return new + name.removeprefix(old)
    return name


def check_contents(old: Contents, new: Contents, file: str) -> None:
    """The same members with the same bytes, but for WHEEL and RECORD, which say the same in order."""
    check(new.prefix == canonical_prefix(file), f"{file}: its metadata lies in {new.prefix}.dist-info")
    expected = [moved(name, old.prefix, new.prefix) for name in old.names]
    check(list(new.names) == expected, f"{file}: the members are those of the original, in their order")
    written = {f"{new.prefix}.dist-info/{name}" for name in ("WHEEL", "RECORD")}
    for name, content in old.members.items():
        name = moved(name, old.prefix, new.prefix)
        check(name in written or new.members[name] == content, f"{file}: {name} has the bytes that it had")

    tags, before = new.header("Tag"), old.header("Tag")
    check(tags == sorted(set(expanded(before))), f"{file}: the tags are those that were, sorted: {before}, {tags}")
    check(new.header("Build") == build_tag(file), f"{file}: the build tag is that of the name")
    others = re.compile(r"^(?!Tag:|Build:).*$", re.MULTILINE)
    texts = [one.members[f"{one.prefix}.dist-info/WHEEL"].decode() for one in (old, new)]
    kept = [[line for line in others.findall(text) if line.strip()] for text in texts]
    check(kept[0] == kept[1], f"{file}: every other line of WHEEL is kept: {kept}")
    check(("\r\n" in texts[0]) == ("\r\n" in texts[1]), f"{file}: WHEEL keeps its line ends")


def record_surprises(contents: Contents) -> list[str]:
    """What RECORD says of a file that its bytes do not."""
    own = f"{contents.prefix}.dist-info/RECORD"
    surprises = []
    for row in csv.reader(io.StringIO(contents.members[own].decode(), newline="")):
        # Other rows are a warning, and say nothing of any file.
        if len(row) != 3:
            continue
        name, digest, size = row
        content = contents.members.get(name)
        if content is None or name == own:
            continue
        told = "sha256=" + urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        if digest != told or size != str(len(content)):
            surprises.append(f"RECORD is not true of {name}: {row}")
    return surprises


def check_record(contents: Contents, file: str) -> None:
    """RECORD names every file once, with its digest and its size."""
    own = f"{contents.prefix}.dist-info/RECORD"
    rows = list(csv.reader(io.StringIO(contents.members[own].decode(), newline="")))
    check(sorted(row[0] for row in rows) == sorted(contents.members), f"{file}: RECORD names each file once")
    check([own, "", ""] in rows, f"{file}: RECORD says nothing of itself")
    surprises = record_surprises(contents)
    check(not surprises, f"{file}: {surprises}")


def said_of_all(originals: list[Path]) -> dict[Path, list[str]]:
    """What those say who can be asked about many wheels at once."""
    said = {wheel: [] for wheel in originals}
    wide = os.environ | {"COLUMNS": "1000"}
    twine = run([sys.executable, "-m", "twine", "--no-color", "check", "--strict", *originals], env=wide)
    wheel = None
    for line in twine.stdout.splitlines():
        told = re.match(r"Checking (.*\.whl): (.*)", line)
        wheel = Path(told[1]) if told else wheel
        if (told[2] != "PASSED") if told else line.strip():
            said[wheel].append(f"twine: {line.replace(str(wheel), '')}")
    contents = run(["check-wheel-contents", "--no-config", *originals])
    for line in contents.stdout.splitlines():
        path, _, complaint = line.partition(".whl: ")
        # Duplicate files are listed below their complaint.
        if complaint and complaint != "OK":
            said[Path(path + ".whl")].append(f"check-wheel-contents: {complaint}")
    return said


def said_of(wheel: Path, folder: Path) -> list[str]:
    """What those say who unpack or install one wheel."""
    folder.mkdir(parents=True)
    python = sys.executable
    said = []

    def ask(who: str, *command: object) -> None:
        ended = run([*command], cwd=folder)
        said.extend(
            f"{who}: {line}" for line in ended.stdout.splitlines() if ended.returncode or COMPLAINT.search(line)
        )
        if ended.returncode:
            said.append(f"{who}: exit {ended.returncode}")

    ask("wheel unpack", python, "-m", "wheel", "unpack", "--dest", folder / "unpacked", wheel)
    try:
        with WheelFile.open(wheel) as opened:
            opened.validate_record()
    except Exception as error:  # whatever installer brings up against it
        said.append(f"installer: {error!r}")
    ask("installer", python, "-m", "installer", "--no-compile-bytecode", "--destdir", folder / "installed", wheel)
    options = ["--no-deps", "--no-index", "--no-compile", "--quiet", "--disable-pip-version-check"]
    options += ["--root-user-action=ignore"]
    if set(parse_wheel_filename(wheel.name)[3]) & set(sys_tags()):
        subprocess.run([python, "-m", "venv", "--without-pip", folder / "venv"], check=True)
        pip = [python, "-m", "pip", "--python", folder / "venv" / "bin" / "python"]
        ask("pip", *pip, "install", *options, wheel)
        ask("pip check", *pip, "check", "--disable-pip-version-check")
    else:
        target = ["--target", folder / "target", *corpus.pip_options(wheel.name)]
        ask("pip --target", python, "-m", "pip", "install", *options, *target, wheel)
    shutil.rmtree(folder)
    return [line.replace(str(folder), "FOLDER") for line in said]


def said_of_each(wheels: list[Path], folder: Path) -> dict[Path, list[str]]:
    folders = [folder / str(number) for number in range(len(wheels))]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(wheels, pool.map(said_of, wheels, folders), strict=True))


def of_each_kind(pairs: list[tuple[Path, Path]]) -> list[tuple[Path, Path]]:
    """Some of the wheels of one builder in which the same was rewritten; all that are like no other."""
    kinds = collections.defaultdict(list)
    for old, new in pairs:
        before, after = Contents.read(old), Contents.read(new)
        builder = " ".join(before.header("Generator")).partition(" ")[0]
        respelt = before.prefix != after.prefix
        data = any(name.startswith(f"{before.prefix}.data/") for name in before.names)
        tags = before.header("Tag") != after.header("Tag")
        build = before.header("Build") != after.header("Build")
        backslashes = any("\\" in name for name in before.recorded())
        kinds[builder, respelt, data, tags, build, backslashes].append((old, new))
    return [pair for kind in kinds.values() for pair in kind[:OF_A_KIND]]


def unspelt(said: list[str], wheel: Path) -> set[str]:
    """Complaints, in whichever way project and version are spelt in them."""
    project, version, *_ = wheel.name.split("-")
    name = "[-_.]".join(map(re.escape, re.split("[-_.]+", project)))
    spelling = re.compile(rf"{name}(-{re.escape(version)}|-{Version(version)})?", re.IGNORECASE)
    return {spelling.sub("IT", line.replace(str(wheel), "WHEEL").replace(wheel.name, "WHEEL")) for line in said}


def unseen(old: set[str], new: set[str]) -> set[str]:
    """What was not looked for before, since the original was no wheel to whoever looked."""
    who = "check-wheel-contents: "
    refused = any(line.startswith(f"{who}invalid wheel: ") for line in old)
    return {line for line in new if refused and line.startswith(who) and "invalid wheel" not in line}


def make(folder: Path) -> list[Path]:
    """Wheels with what no real one brings together."""
    folder.mkdir()
    code = {"spelt.py": b"print('spelt')\n"}
    data = "Spelt.Name-2024.08.30.data"
    members = {**code, f"{data}/scripts/spelt": b"#!python\n", f"{data}/data/a, b.txt".replace(", ", "_"): b"a"}
    return [
        # Project and version, the folder of data, the build tag, CRLF, and compressed tags out of order.
        made.wheel(
            folder / "Spelt.Name-2024.08.30-07b-py3.py2-none-any.whl",
            members=members,
            tags=["py3.py2-none-any"],
            line_end="\r\n",
        ),
        # A version alone.
        made.wheel(folder / "version-1.0.0.RC1-py3-none-any.whl", members=code),
        # Two lines where the name has two tags on one axis, out of order.
        made.wheel(
            folder / "lines-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            members=code,
            tags=["py3-none-manylinux_2_17_x86_64", "py3-none-manylinux2014_x86_64"],
        ),
        # Signed: it must stay as it is, whatever its tags look like.
        made.wheel(
            folder / "signed-1.0-py2.py3-none-any.whl", members={**code, "signed-1.0.dist-info/RECORD.jws": b"{}"}
        ),
        # Nothing to mend.
        made.wheel(folder / "tidy-1.0-py3-none-any.whl", members=code),
    ]


def main(program: Path, downloads: Path, scratch: Path) -> None:
    listed = [wheel for wheel in wheels.read(wheels.HERE / "wheels.tsv") if wheel.errors <= MENDED]
    corpus.fetch_wheels([wheel.file for wheel in listed], downloads)
    originals = [downloads / wheel.file for wheel in listed] + make(scratch / "made")
    for number, wheel in enumerate(originals):
        folder = scratch / "artifacts" / f"wheel-{number:03}"
        folder.mkdir(parents=True)
        shutil.copyfile(wheel, folder / wheel.name)
    command = [program, "prepare", "--artifacts-dir", "artifacts", "--version", "any", "--normalize", "rewrite"]
    ended, found = findings.prepare([*command, "--output-dir", "prepared"], scratch)
    check(ended.returncode == 0, f"the release is prepared (exit {ended.returncode}):\n{ended.stdout}")
    by_hand([*command, "--output-dir", "again"], scratch)
    prepared = scratch / "prepared"
    check(release.tree(prepared) == release.tree(scratch / "again"), "a second run gives the same bytes")

    manifest = json.loads((prepared / "release-manifest.json").read_text())
    outcome = {}
    for file in manifest["files"]:
        for origin in file["origins"]:
            outcome[Path(origin["path"]).name] = (file["name"], origin)
    pairs, kept, signed = [], 0, 0
    for original in originals:
        name, origin = outcome[original.name]
        new = prepared / "pypi" / name
        parse_wheel_filename(name, validate_order=True)
        contents = Contents.read(original)
        if origin["action"] != ACTION:
            check(DIGEST_BEFORE not in origin, f"{name} was not rewritten, and says so")
            check(new.read_bytes() == original.read_bytes(), f"{name} has the bytes of {original.name}")
            # More than the spelling of its tags would change.
            broader = any(one.rule == BROADER and one.file == original.name for one in found)
            tidy = broader or is_tidy(original.name, contents)
            check(tidy or contents.is_signed, f"{original.name} is rewritten, for it needs it")
            told = any(one.rule == SIGNED and one.file == original.name for one in found)
            check(tidy or told, f"it is said that {original.name} is signed")
            kept, signed = kept + tidy, signed + (not tidy)
            continue
        check(not is_tidy(original.name, contents), f"{original.name} is left alone, for it is in order")
        check(not contents.is_signed, f"{original.name} is left alone, for it is signed")
        check(origin[DIGEST_BEFORE] == release.sha256(original), f"{name} tells the digest that it had")
        check(name.startswith(canonical_prefix(original.name) + "-"), f"{name} is spelt canonically")
        after = Contents.read(new)
        check(is_tidy(name, after), f"{name} is in order")
        check_contents(contents, after, name)
        check_record(after, name)
        check(not pypi.refusals(new), f"PyPI takes {name}: {pypi.refusals(new)}")
        pairs.append((original, new))
    check(kept > 50 and signed >= 1 and len(pairs) > 30, f"kept {kept}, signed {signed}, rewritten {len(pairs)}")
    say(f"kept byte for byte: {kept}, and {signed} because they are signed")
    say(f"rewritten: {len(pairs)}; every other member has its bytes, RECORD is true, PyPI takes them, twice the same")

    asked = of_each_kind(pairs)
    installed = said_of_each([new for _, new in asked], scratch / "new")
    # What was said of the original matters only where something is said now.
    before = said_of_each([old for old, new in asked if installed[new]], scratch / "old")
    together = said_of_all([wheel for pair in pairs for wheel in pair])
    worse = []
    for old, new in pairs:
        said_before, said_now = (
            unspelt(alone.get(wheel, []) + together[wheel], wheel) for wheel, alone in ((old, before), (new, installed))
        )
        worse += [f"{new.name}: {line}" for line in sorted(said_now - said_before - unseen(said_before, said_now))]
    for line in worse:
        say(line)
    check(not worse, f"nobody complains who did not before: {len(worse)} complaints")
    say(f"twine, check-wheel-contents, packaging: no new complaint of {len(pairs)} wheels")
    say(f"pip, wheel, installer: no new complaint of {len(asked)} of them, {OF_A_KIND} at most of each kind")


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
