"""Zips that lie: the members that the program sees are those that Python's zipfile sees, or it refuses.

usage: zips.py PROGRAM CORPUS SCRATCH

Thousands of archives, of small real wheels and made ones, each bent in one or
two ways out of a list, the same every time. They are given to the program as
zipped artifacts, whose members it unpacks, and as wheels. What it takes must
be read and unpacked by zipfile with the same names and bytes; and whatever
PyPI would refuse, as pypi.py tells it, the program refuses.
"""

import collections
import copy
import hashlib
import itertools
import json
import random
import re
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import corpus
import findings
import made
import pypi
from release import check, say
from rewrite import Contents, record_surprises

SEED = 20261125
ZIPPED, WHEELS = 2500, 2500
REAL = ("lru_dict-1.4.1-cp313-cp313-android_21_arm64_v8a.whl", "typing_extensions-4.12.2-py3-none-any.whl")
# Findings about a file and another one; each case has to be judged alone.
BETWEEN = {"name-collision", "case-collision", "index-duplicate"}

FIELDS = {
    pypi.LOCAL: "signature needed flags method time date crc packed size name_len extra_len",
    pypi.CENTRAL: "signature made_by needed flags method time date crc packed size name_len extra_len comment_len "
    "disk internal external offset",
    pypi.END64: "signature rest made_by needed disk directory_disk here entries size offset",
    pypi.LOCATOR: "signature disk offset disks",
    pypi.END: "signature disk directory_disk here entries size offset comment_len",
}
SIGNATURES = dict(zip(FIELDS, (b"PK\3\4", b"PK\1\2", b"PK\6\6", b"PK\6\7", b"PK\5\6"), strict=True))


@dataclass
class Member:
    """An entry, and every lie about it."""

    name: bytes
    content: bytes
    method: int = zipfile.ZIP_DEFLATED
    flags: int = 0
    mode: int = 0o100644
    packed: bytes | None = None
    descriptor: str = ""
    comment: bytes = b""
    local_name: bytes | None = None
    local_extra: bytes = b""
    central_extra: bytes = b""
    local: dict[str, int] = field(default_factory=dict)
    central: dict[str, int] = field(default_factory=dict)


@dataclass
class Archive:
    """A zip before it is written, and every lie about it."""

    members: list[Member]
    comment: bytes = b""
    before: bytes = b""
    # Before the directory, before the end records, and behind everything.
    gaps: tuple[bytes, bytes, bytes] = (b"", b"", b"")
    # Whether offsets count from the first byte of the file or of the archive.
    counts_before: bool = True
    twice: list[int] = field(default_factory=list)
    unlisted: set[int] = field(default_factory=set)
    is_zip64: bool = False
    end64: dict[str, int] = field(default_factory=dict)
    locator: dict[str, int] = field(default_factory=dict)
    end: dict[str, int] = field(default_factory=dict)


def record(kind, values: dict[str, int], lies: dict[str, int]) -> bytes:
    names = FIELDS[kind].split()
    numbers = dict.fromkeys(names[1:], 0) | values | lies
    return kind.pack(SIGNATURES[kind], *(numbers[name] for name in names[1:]))


def deflated(content: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(content) + deflate.flush()


def written(archive: Archive) -> bytes:
    out = bytearray(archive.before)
    base = len(archive.before) if not archive.counts_before else 0
    directory = []
    for member in archive.members:
        packed = member.packed
        if packed is None:
            packed = deflated(member.content) if member.method == zipfile.ZIP_DEFLATED else member.content
        flags = member.flags | (8 if member.descriptor else 0)
        common = {
            "needed": 20,
            "flags": flags,
            "method": member.method,
            "time": 0x1234,
            "date": 0x5D22,
            "crc": zlib.crc32(member.content),
            "packed": len(packed),
            "size": len(member.content),
        }
        name = member.name if member.local_name is None else member.local_name
        streamed = dict.fromkeys(("crc", "packed", "size"), 0) if member.descriptor else {}
        lengths = {"name_len": len(name), "extra_len": len(member.local_extra)}
        offset = len(out) - base
        out += record(pypi.LOCAL, common | streamed | lengths, member.local) + name + member.local_extra + packed
        numbers = b"".join(common[key].to_bytes(4, "little") for key in ("crc", "packed", "size"))
        out += {"": b"", "plain": numbers, "signed": b"PK\7\x08" + numbers, "wrong": b"PK\7\x08" + numbers[::-1]}[
            member.descriptor
        ]
        lengths = {
            "name_len": len(member.name),
            "extra_len": len(member.central_extra),
            "comment_len": len(member.comment),
            "made_by": 0x0314,
            "external": member.mode << 16,
            "offset": offset,
        }
        header = record(pypi.CENTRAL, common | lengths, member.central)
        directory.append(header + member.name + member.central_extra + member.comment)
    out += archive.gaps[0]
    start = len(out) - base
    order = [number for number in range(len(directory)) if number not in archive.unlisted] + archive.twice
    listed = b"".join(directory[number] for number in order)
    out += listed + archive.gaps[1]
    place = {"here": len(order), "entries": len(order), "size": len(listed), "offset": start}
    if archive.is_zip64:
        at = len(out) - base
        out += record(pypi.END64, {"rest": 44, "made_by": 45, "needed": 45} | place, archive.end64)
        out += record(pypi.LOCATOR, {"offset": at, "disks": 1}, archive.locator)
    out += record(pypi.END, place | {"comment_len": len(archive.comment)}, archive.end)
    return bytes(out + archive.comment + archive.gaps[2])


Random = random.Random
Bend = Callable[[Random, Archive], bytes | None]
BENDS: list[Bend] = []


def bend(function: Bend) -> Bend:
    """A way to bend an archive: in place, or the bytes that it becomes."""
    BENDS.append(function)
    return function


def number(chance: Random, bits: int) -> int:
    most = (1 << bits) - 1
    return chance.choice([0, 1, 2, chance.randrange(64), chance.randrange(most + 1), most - 1, most])


def bits_of(kind, name: str) -> int:
    formats = re.findall(r"(\d*)([HIQ])", kind.format.removeprefix("<4s"))
    widths = "".join(letter * int(count or 1) for count, letter in formats)
    return {"H": 16, "I": 32, "Q": 64}[widths[FIELDS[kind].split()[1:].index(name)]]


def lie(chance: Random, kind, lies: dict[str, int], *names: str) -> None:
    name = chance.choice(names or FIELDS[kind].split()[1:])
    lies[name] = number(chance, bits_of(kind, name))


@bend
def nothing(_: Random, __: Archive) -> None:
    """An archive in order must be taken, or the rest proves nothing."""


@bend
def a_local_field(chance: Random, archive: Archive) -> None:
    lie(chance, pypi.LOCAL, chance.choice(archive.members).local)


@bend
def a_central_field(chance: Random, archive: Archive) -> None:
    lie(chance, pypi.CENTRAL, chance.choice(archive.members).central)


@bend
def a_field_in_both(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    lie(chance, pypi.LOCAL, member.local, "flags", "method", "crc", "packed", "size", "time", "date", "needed")
    member.central |= member.local


@bend
def a_flag(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    where = chance.choice(["local", "central", "both"])
    flags = 1 << chance.randrange(16)
    if where != "central":
        member.local["flags"] = flags
    if where != "local":
        member.central["flags"] = flags


@bend
def the_size_by_little(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    size = max(0, len(member.content) + chance.choice([-2, -1, 1, 2, 70_000]))
    member.central["size"] = size
    if chance.random() < 0.5:
        member.local["size"] = size


@bend
def an_end_field(chance: Random, archive: Archive) -> None:
    lie(chance, pypi.END, archive.end)


@bend
def zip64(chance: Random, archive: Archive) -> None:
    archive.is_zip64 = True
    if chance.random() < 0.6:
        which = chance.choice([(pypi.END64, archive.end64), (pypi.LOCATOR, archive.locator), (pypi.END, archive.end)])
        lie(chance, *which)
    if chance.random() < 0.3:
        archive.end |= {"offset": 0xFFFFFFFF, "size": 0xFFFFFFFF, "entries": 0xFFFF, "here": 0xFFFF}


@bend
def zip64_of_an_entry(chance: Random, archive: Archive) -> None:
    """Sizes in 64 bits: in one of the headers or both, true or not, of any length."""
    member = chance.choice(archive.members)
    size = len(member.content)
    packed = size if member.method == zipfile.ZIP_STORED else len(deflated(member.content))
    numbers = [size, packed, *[0] * chance.randrange(2)]
    if chance.random() < 0.4:
        numbers[chance.randrange(len(numbers))] = number(chance, 16)
    numbers = numbers[: chance.choice([0, 1, 2, 2, 2, 3])]
    extra = made_extra(0x0001, b"".join(one.to_bytes(8, "little") for one in numbers))
    where = chance.choice(["local", "central", "both"])
    saturated = dict.fromkeys(("packed", "size"), 0xFFFFFFFF) if chance.random() < 0.8 else {}
    if where != "central":
        member.local_extra, member.local = extra * chance.choice([1, 1, 2]), saturated
    if where != "local":
        member.central_extra, member.central = extra * chance.choice([1, 1, 2]), dict(saturated)


def made_extra(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(content).to_bytes(2, "little") + content


@bend
def an_extra_field(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    extra = made_extra(chance.choice([0x5455, 0x7875, 0x9901, 0x000A, 0xCAFE]), chance.randbytes(chance.randrange(12)))
    extra = chance.choice([extra, extra * 2, extra[:-1], extra + b"\0", b"\1", b"\1\0\xff\xff"])
    setattr(member, chance.choice(["local_extra", "central_extra"]), extra)


@bend
def a_unicode_path(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    path = chance.choice([member.name, member.name + b"x", b"other", "größe".encode(), b"../up", b"a\0b", b"\xff"])
    crc = zlib.crc32(member.name) if chance.random() < 0.7 else 0
    extra = made_extra(0x7075, bytes([chance.choice([1, 1, 1, 2])]) + crc.to_bytes(4, "little") + path)
    where = chance.choice([("central_extra",), ("local_extra",), ("central_extra", "local_extra")])
    for one in where:
        setattr(member, one, extra * chance.choice([1, 1, 1, 2]))


@bend
def another_name(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    folder, _, base = member.name.rpartition(b"/")
    name = chance.choice(
        [
            b"../" + base,
            b"/" + member.name,
            b"./" + member.name,
            b"C:/" + base,
            b"\\\\host\\" + base,
            folder + b"\\" + base,
            member.name + b"\0.txt",
            member.name + b"\n",
            member.name + b"/",
            member.name + b"\xff",
            base.upper(),
            folder + b"//" + base,
            b"",
            "größe-".encode() + base,
            b"x" * 300 + base,
            base + b" ",
            base + b".",
            b"CON",
        ]
    )
    if chance.random() < 0.3:
        member.local_name = member.name
    member.name = name
    if chance.random() < 0.5:
        member.flags |= 1 << 11


@bend
def names_swapped(chance: Random, archive: Archive) -> None:
    one, other = chance.sample(archive.members, 2)
    what = chance.choice(["local", "central", "both"])
    if what == "both":
        one.name, other.name = other.name, one.name
    elif what == "local":
        one.local_name, other.local_name = other.name, one.name
    else:
        one.local_name, other.local_name = one.name, other.name
        one.name, other.name = other.name, one.name


@bend
def a_name_twice(chance: Random, archive: Archive) -> None:
    one, other = chance.sample(archive.members, 2)
    name = chance.choice([one.name, one.name.swapcase(), one.name + b"/x", one.name.split(b"/")[0]])
    other.local_name = other.name if chance.random() < 0.3 else None
    other.name = name


@bend
def an_entry_twice(chance: Random, archive: Archive) -> None:
    at = chance.randrange(len(archive.members))
    if chance.random() < 0.5:
        archive.twice.append(at)
    else:
        twin = copy.deepcopy(archive.members[at])
        twin.content += chance.choice([b"", b"!"])
        archive.members.append(twin)


@bend
def one_place_for_two(chance: Random, archive: Archive) -> None:
    """Two names in the directory, one local header."""
    at = chance.randrange(len(archive.members))
    twin = copy.deepcopy(archive.members[at])
    twin.name += b"-twin"
    twin.central["offset"] = chance.choice([0, len(archive.members[at].name)])
    archive.members.append(twin)


@bend
def an_entry_unlisted(chance: Random, archive: Archive) -> None:
    archive.unlisted.add(chance.randrange(len(archive.members)))


@bend
def a_comment(chance: Random, archive: Archive) -> None:
    end = written(Archive(copy.deepcopy(archive.members[:1])))
    comment = chance.choice([b"hello", b"PK\5\6", end, end[-22:], chance.randbytes(30), b"\0" * 22, b"x" * 0xFFFF])
    if chance.random() < 0.5:
        archive.comment = comment
    else:
        chance.choice(archive.members).comment = comment


@bend
def a_gap(chance: Random, archive: Archive) -> None:
    filler = chance.choice([b"\0", b"\0" * 512, b"PK\3\4", b"#!/bin/sh\n", chance.randbytes(40)])
    at = chance.randrange(3)
    archive.gaps = tuple(filler if at == number else gap for number, gap in enumerate(archive.gaps))


@bend
def something_before(chance: Random, archive: Archive) -> None:
    other = written(Archive(copy.deepcopy(archive.members[:1])))
    archive.before = chance.choice([b"#!/usr/bin/env python\n", b"MZ" + b"\0" * 100, other, b"\0"])
    archive.counts_before = chance.random() < 0.5


@bend
def a_descriptor(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    member.descriptor = chance.choice(["plain", "signed", "wrong"])
    if chance.random() < 0.2:
        lie(chance, pypi.LOCAL, member.local, "crc", "packed", "size")


@bend
def behind_the_deflate_stream(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    member.method = zipfile.ZIP_DEFLATED
    stream = deflated(member.content)
    member.packed = chance.choice(
        [
            stream + b"\0",
            stream + stream,
            stream[:-1],
            b"",
            chance.randbytes(len(stream)),
            deflated(member.content + b"!"),
            zlib.compress(member.content),
        ]
    )


@bend
def a_zip_in_the_zip(chance: Random, archive: Archive) -> None:
    """Stored, so that its records lie there for whoever looks for records."""
    inner = written(Archive(copy.deepcopy(archive.members[:2])))
    base = archive.members[0].name.rpartition(b"/")[2]
    archive.members.append(Member(base + b".zip", inner, chance.choice([0, 0, 8])))
    if chance.random() < 0.3:
        archive.end["comment_len"] = number(chance, 16)


@bend
def an_odd_mode(chance: Random, archive: Archive) -> None:
    kind = chance.choice([0, 0o040000, 0o120000, 0o010000, 0o060000, 0o140000])
    chance.choice(archive.members).mode = kind | 0o777


@bend
def another_method(chance: Random, archive: Archive) -> None:
    member = chance.choice(archive.members)
    member.packed = deflated(member.content)
    method = chance.choice([1, 9, 12, 14, 93, 95, 99])
    where = chance.choice([("method",), ()])
    member.method = method if where else member.method
    if not where:
        member.central["method"] = method


@bend
def bytes_turned(chance: Random, archive: Archive) -> bytes:
    data = bytearray(written(archive))
    for _ in range(chance.choice([1, 1, 1, 2, 8])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


@bend
def bytes_turned_at_the_end(chance: Random, archive: Archive) -> bytes:
    data = bytearray(written(archive))
    data[-1 - chance.randrange(min(len(data), 120))] = chance.randrange(256)
    return bytes(data)


@bend
def cut_or_grown(chance: Random, archive: Archive) -> bytes:
    data = written(archive)
    at = chance.randrange(len(data))
    return chance.choice(
        [data[:at], data[at:], data[:at] + b"\0" + data[at:], data[:at] + data[at + 1 :], data + chance.randbytes(4)]
    )


@bend
def two_in_one_file(chance: Random, archive: Archive) -> bytes:
    data = written(archive)
    other = copy.deepcopy(archive)
    other.members = other.members[1:] or other.members
    if chance.random() < 0.5:
        other.before, other.counts_before = data, True
        return written(other)
    return chance.choice([data + written(other), written(other) + data, data + data, data[:-22] + written(other)])


def made_archive(chance: Random, name: str) -> Archive:
    """A few members of either method, a folder perhaps, all of them with names of their own."""
    members = [
        Member(f"{name}-a.bin".encode(), chance.randbytes(chance.randrange(1, 300)), zipfile.ZIP_STORED),
        Member(f"folder/{name}-b.txt".encode(), b"text " * chance.randrange(1, 200)),
        Member(f"folder/deeper/{name}-c.txt".encode(), b"", chance.choice([0, 8])),
    ]
    if chance.random() < 0.3:
        members.insert(1, Member(b"folder/", b"", zipfile.ZIP_STORED, mode=0o040755))
    return Archive(members)


def loaded(wheel: Path, rename: Callable[[str], str]) -> Archive:
    """The archive that a wheel is."""
    with zipfile.ZipFile(wheel) as archive:
        return Archive(
            [
                Member(rename(entry.filename).encode(), archive.read(entry), entry.compress_type)
                for entry in archive.infolist()
            ]
        )


@dataclass(frozen=True)
class Case:
    name: str
    bends: tuple[str, ...]
    data: bytes


def cases(count: int, archive: Callable[[Random, str], Archive], word: str) -> list[Case]:
    made_cases = []
    for at in range(count):
        name = f"{word}{at:04}"
        chance = random.Random(f"{SEED} {name}")
        bent = archive(chance, name)
        # Every way in turn, and every second case another one on top.
        ways = [BENDS[at % len(BENDS)]]
        if at // len(BENDS) % 2:
            ways.insert(0, chance.choice(BENDS[1:-4]))
        data = [way(chance, bent) for way in ways][-1]
        made_cases.append(Case(name, tuple(way.__name__ for way in ways), data or written(bent)))
    return made_cases


def read(data: bytes, folder: Path) -> dict[str, bytes] | str:
    """The files that zipfile reads, if it reads and unpacks the same."""
    path = folder / "case.zip"
    path.write_bytes(data)
    unpacked = Path(tempfile.mkdtemp(dir=folder))
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(set(names)) < len(names):
                return "a name twice"
            members = {name: archive.read(name) for name in names}
            archive.extractall(unpacked)
    except Exception as error:  # whatever a broken archive brings zipfile to raise
        return repr(error)
    found = {str(file.relative_to(unpacked)): file.read_bytes() for file in unpacked.rglob("*") if file.is_file()}
    shutil.rmtree(unpacked)
    return members if found == members else f"it unpacks {sorted(found)} and reads {sorted(members)}"


def table(all_cases: list[Case], taken: set[str]) -> None:
    counts = collections.defaultdict(collections.Counter)
    for case in all_cases:
        counts[case.bends[-1]][case.name in taken] += 1
    for way, count in counts.items():
        say(f"  {way:28} taken {count[True]:4}  refused {count[False]:4}")


def as_artifacts(program: Path, wheels: list[Path], scratch: Path) -> list[str]:
    """The members of zipped artifacts, as the manifest tells them."""

    def archive(chance: Random, name: str) -> Archive:
        if chance.random() < 0.3:
            return loaded(chance.choice(wheels), lambda path: f"{name}-{path.replace('/', '-')}")
        return made_archive(chance, name)

    all_cases = cases(ZIPPED, archive, "zip")
    left = {case.name: case for case in all_cases}
    folder = scratch / "zipped"
    command = [program, "prepare", "--artifacts-dir", "artifacts", "--artifacts-zipped", "true", "--pattern", "*"]
    command += ["--version", "any", "--output-dir", "prepared"]
    # Nothing is released on GitHub: empty members and thousands of files are
    # what zips are tried with.
    command += ["--ignore", "asset-empty *\nasset-count *"]
    # Those that are refused are left out, until a release is made of the others.
    for attempt in itertools.count():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "artifacts").mkdir(parents=True)
        for case in left.values():
            (folder / "artifacts" / f"{case.name}.zip").write_bytes(case.data)
        ended, found = findings.prepare(command, folder)
        if ended.returncode == 0:
            break
        names = findings.refused(found) & set(left)
        check(attempt < 6 and bool(names), f"only cases are refused (exit {ended.returncode}):\n{ended.stdout[-3000:]}")
        left = {name: case for name, case in left.items() if name not in names}

    seen = collections.defaultdict(dict)
    manifest = json.loads((folder / "prepared" / "release-manifest.json").read_text())
    for file in manifest["files"]:
        for origin in file["origins"]:
            seen[origin["artifact"]["name"]][origin["path"]] = file["digests"]["sha256"]
    surprises = []
    for case in left.values():
        members = read(case.data, scratch)
        if not isinstance(members, str):
            members = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
        if members != seen[case.name]:
            surprises.append(f"{case.name} {case.bends}: zipfile sees {members}, the program {seen[case.name]}")
    say(f"zipped artifacts: {len(left)} of {len(all_cases)} taken")
    table(all_cases, set(left))
    check(all(case.name in left for case in all_cases if case.bends == ("nothing",)), "what is in order is taken")
    return surprises


def as_wheels(program: Path, wheels: list[Path], scratch: Path) -> list[str]:
    """Wheels: what is taken is as its RECORD says, read by zipfile, and PyPI takes it too."""
    folder = scratch / "wheels"
    folder.mkdir()
    names = {}

    def archive(chance: Random, name: str) -> Archive:
        if chance.random() < 0.3:
            wheel = chance.choice(wheels)
            names[name] = wheel.name
            return loaded(wheel, str)
        names[name] = f"{name}-1.0-py3-none-any.whl"
        members = {f"{name}.py": b"print()\n" * chance.randrange(1, 90), f"{name}/data.bin": chance.randbytes(99)}
        wheel = made.wheel(folder / names[name], members=members)
        bent = loaded(wheel, str)
        wheel.unlink()
        return bent

    all_cases = cases(WHEELS, archive, "whl")
    for case in all_cases:
        path = folder / "artifacts" / f"case-{case.name}" / names[case.name]
        path.parent.mkdir(parents=True)
        path.write_bytes(case.data)
    command = [program, "prepare", "--artifacts-dir", "artifacts", "--version", "any"]
    ended, found = findings.prepare(command, folder)
    check(ended.returncode == 1, f"the release is refused (exit {ended.returncode}):\n{ended.stdout[-3000:]}")
    taken = {case.name for case in all_cases} - findings.refused(found, but=BETWEEN)
    surprises = []
    stricter = collections.Counter()
    for case in all_cases:
        path = folder / "artifacts" / f"case-{case.name}" / names[case.name]
        refusals = pypi.refusals(path)
        if case.name not in taken:
            stricter[bool(refusals)] += 1
            continue
        members = read(case.data, scratch)
        said = [f"PyPI refuses it: {refusal}" for refusal in refusals]
        said += [f"zipfile: {members}"] if isinstance(members, str) else record_surprises(Contents.read(path))
        surprises += [f"{case.name} {case.bends}: {one}" for one in said]
    say(f"wheels: {len(taken)} of {len(all_cases)} taken; of those refused PyPI would take {stricter[False]}")
    table(all_cases, taken)
    check(all(case.name in taken for case in all_cases if case.bends == ("nothing",)), "what is in order is taken")
    return surprises


def main(program: Path, downloads: Path, scratch: Path) -> None:
    corpus.fetch_wheels(list(REAL), downloads)
    wheels = [downloads / file for file in REAL]
    surprises = as_artifacts(program, wheels, scratch) + as_wheels(program, wheels, scratch)
    for surprise in surprises:
        say(surprise)
    check(
        not surprises, f"zipfile sees what the program sees, and PyPI refuses nothing else: {len(surprises)} surprises"
    )
    say("whatever was taken, zipfile reads and unpacks the same, and PyPI takes it")


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
