"""Tars that lie: what the program reads out of a package, every reader of such packages reads, or it refuses.

usage: tars.py PROGRAM SCRATCH [COUNT]

Thousands of npm packages and source distributions, COUNT of each, bent in one
to three ways out of a list, the same every time; a larger COUNT has those of a
smaller one and more. Each holds a second package
within a file, which comes to light wherever a reader loses its place. What the
program takes for a package must be the same package to npm's own pacote,
Python's tarfile, GNU tar and bsdtar; what it takes for an ordinary archive must
be no package to any of them.
"""

import collections
import gzip
import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import findings
from release import check, say

SEED = 20261128
COUNT = 3000
# The program is given so many at once, and so many runs of it work side by side.
BATCH = 500
WORKERS = 2
END = bytes(1024)
FIELDS = {
    "name": (0, 100),
    "mode": (100, 8),
    "uid": (108, 8),
    "gid": (116, 8),
    "size": (124, 12),
    "mtime": (136, 12),
    "checksum": (148, 8),
    "type": (156, 1),
    "link": (157, 100),
    "magic": (257, 8),
    "owner": (265, 32),
    "major": (329, 8),
    "prefix": (345, 155),
    "rest": (500, 12),
}
NUMBERS = [
    b"",
    b"x",
    b"0000644",
    b"+000644\0",
    b"0o00644\0",
    b"0_00644\0",
    b"-000644\0",
    b" 644 \0  ",
    b"644x",
    b"\xff" * 8,
]
NUMBERS += [b"\x80" + bytes(7), b"7777777\0", b"8\0", b"\0" + b"000644\0", b"000644 1", b"\t644\0"]


TYPES = b"0\x0012345679ADIKLMNSVXgxZ"


@dataclass
class Entry:
    """A header and its content, and every lie about them."""

    name: bytes
    content: bytes = b""
    type: bytes = b"0"
    link: bytes = b""
    fields: dict[str, bytes] = field(default_factory=dict)
    checksum: str = "unsigned"
    is_cut: bool = False

    def written(self) -> bytes:
        block = bytearray(512)
        fields = {
            "name": self.name,
            "mode": b"0000644\0",
            "uid": b"0000000\0",
            "gid": b"0000000\0",
            "size": b"%011o\0" % len(self.content),
            "mtime": b"00000000000\0",
            "type": self.type,
            "link": self.link,
            "magic": b"ustar\x0000",
        }
        for name, value in (fields | self.fields).items():
            start, length = FIELDS[name]
            block[start : start + length] = value[:length].ljust(length, b"\0")
        if "checksum" not in self.fields:
            block[148:156] = b" " * 8
            sums = {"unsigned": sum(block), "signed": sum(byte - 256 * (byte > 127) for byte in block), "wrong": 1}
            block[148:156] = b"%06o\0 " % max(0, sums[self.checksum])
        padding = b"" if self.is_cut else bytes(-len(self.content) % 512)
        return bytes(block) + self.content + padding


@dataclass
class Tar:
    """A tar before it is written, and every lie about it."""

    entries: list[Entry]
    # The names by which a second package could come to light, and what it is.
    targets: list[bytes]
    evil: bytes
    end: bytes = END
    behind: bytes = b""
    # What is changed in the bytes once they are written.
    changes: list[Callable[[bytearray], None]] = field(default_factory=list)

    def written(self) -> bytes:
        data = bytearray(b"".join(entry.written() for entry in self.entries) + self.end)
        for change in self.changes:
            change(data)
        return bytes(data)


def summed(data: bytearray, at: int) -> None:
    """Sets the checksum of the header in that block right."""
    data[at + 148 : at + 156] = b" " * 8
    data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])


def pax_record(keyword: bytes, value: bytes) -> bytes:
    bare = b" " + keyword + b"=" + value + b"\n"
    length = len(bare)
    while length != len(bare) + len(str(length)):
        length = len(bare) + len(str(length))
    return str(length).encode() + bare


def pax(*records: tuple[bytes, bytes], kind: bytes = b"x") -> Entry:
    return Entry(b"PaxHeader/x", b"".join(pax_record(*record) for record in records), kind)


Random = random.Random
Bend = Callable[[Random, Tar], None]
BENDS: list[Bend] = []


def bend(function: Bend) -> Bend:
    BENDS.append(function)
    return function


def variants(chance: Random, name: bytes) -> bytes:
    """Other spellings of a path."""
    top, _, rest = name.partition(b"/")
    return chance.choice(
        [
            name,
            b"./" + name,
            b"/" + name,
            b"x/" + rest,
            b"./" + rest,
            b"/" + rest,
            b"../" + rest,
            top + b"//" + rest,
            top + b"/./" + rest,
            top + b"/x/../" + rest,
            top + b"/" + rest.swapcase(),
            top + b"/" + rest + b"/",
            top + b"/" + rest + b"/x",
            top + b"/" + rest + b".",
            top + b"\\" + rest,
            top + b"/q/" + rest,
            top.upper() + b"/" + rest,
            name + b"\0x",
            name + b"\nx",
            name + b"\xff",
            top,
            rest,
            b"",
        ]
    )


def insert(chance: Random, tar: Tar, *entries: Entry) -> None:
    at = chance.randrange(len(tar.entries) + 1)
    tar.entries[at:at] = entries


@bend
def nothing(_: Random, __: Tar) -> None:
    """A tar in order must be taken, or the rest proves nothing."""


@bend
def a_second_one(chance: Random, tar: Tar) -> None:
    insert(chance, tar, Entry(variants(chance, chance.choice(tar.targets)), tar.evil))


@bend
def another_type(chance: Random, tar: Tar) -> None:
    chance.choice(tar.entries).type = bytes([chance.choice(TYPES)])


@bend
def an_entry_of_any_type(chance: Random, tar: Tar) -> None:
    name = variants(chance, chance.choice([*tar.targets, tar.entries[-1].name]))
    content = chance.choice([b"", tar.evil, name + b"\0", Entry(tar.targets[0], tar.evil).written()])
    kind = bytes([chance.choice(TYPES)])
    insert(chance, tar, Entry(name, content, kind, chance.choice([b"", b"", b".", tar.entries[-1].name])))


@bend
def a_folder_name(chance: Random, tar: Tar) -> None:
    entry = chance.choice(tar.entries)
    entry.name += b"/"
    entry.type = chance.choice([b"0", b"\0", b"5", b"7"])


@bend
def a_long_name(chance: Random, tar: Tar) -> None:
    name = variants(chance, chance.choice(tar.targets))
    end = chance.choice([b"\0", b"", b"\0\0", b"\0x", b"\n", b"\0\nx"])
    header = Entry(chance.choice([b"././@LongLink", b"x", b""]), name + end, chance.choice([b"L", b"L", b"N", b"K"]))
    header.link = chance.choice([b"", b"", b"", b"x"])
    insert(chance, tar, header, Entry(chance.choice([b"x", tar.entries[0].name]), tar.evil))


@bend
def a_pax_header(chance: Random, tar: Tar) -> None:
    name = variants(chance, chance.choice(tar.targets))
    record = chance.choice(
        [
            (b"path", name),
            (b"path", name),
            (b"linkpath", name),
            (b"size", chance.choice([b"0", b"1", b"512", b"-1", b"+5", b"0x10", b"", b"1e3", b" 7", b"99999999999"])),
            (b"type", b"Directory"),
            (b"GNU.sparse.name", name),
            (b"GNU.sparse.major", b"1"),
            (b"SCHILY.realsize", b"3"),
            (b"hdrcharset", b"BINARY"),
            (b"comment", b"x\n" + pax_record(b"path", tar.targets[0])[:-1]),
            (b"comment", b"x\ny"),
            (b"mtime", chance.choice([b"1.5", b"x", b"", b"-1"])),
            (b"uid", chance.choice([b"1", b"x"])),
            (b"SCHILY.xattr.user.x", bytes([0, 10, 255])),
        ]
    )
    records = [record, *[(b"path", name)] * (chance.random() < 0.2)]
    header = pax(*records, kind=chance.choice([b"x", b"x", b"x", b"g", b"X"]))
    if chance.random() < 0.2:
        header.content = chance.choice(
            [header.content[:-1], b"x" + header.content, header.content + b"\0", b"0" + header.content]
        )
    if chance.random() < 0.1:
        header.name = b""
    follower = Entry(b"package/z", tar.evil, chance.choice([b"0", b"0", b"5", b"1", b"2", b"\0"]))
    insert(chance, tar, header, *[follower] * (chance.random() < 0.6))


@bend
def a_number(chance: Random, tar: Tar) -> None:
    entry = chance.choice(tar.entries)
    entry.fields[chance.choice(["mode", "uid", "gid", "mtime", "size", "major", "checksum"])] = chance.choice(NUMBERS)


@bend
def a_size(chance: Random, tar: Tar) -> None:
    entry = chance.choice(tar.entries)
    size = chance.choice(
        [0, 1, 512, 1024, len(entry.content) + 1, len(entry.content) + 512, max(0, len(entry.content) - 1)]
    )
    forms = [b"%011o\0", b"%012o", b"%o", b" %o ", b"%011o ", b"\x80" + bytes(3)]
    form = chance.choice(forms)
    entry.fields["size"] = form + size.to_bytes(8) if form[0] == 0x80 else form % size


@bend
def a_prefix(chance: Random, tar: Tar) -> None:
    entry = chance.choice(tar.entries)
    entry.fields["prefix"] = chance.choice([b"zz", b"a/b", b"\0x", b"p" * 131, b"p" * 130 + b"\0x", b"package", b"."])
    if chance.random() < 0.2:
        entry.fields["prefix"] = entry.fields["prefix"].ljust(131, b"\0") + b"15266156177\x0015266156177\0"
    entry.fields["magic"] = chance.choice(
        [b"ustar\x0000", b"ustar  \0", bytes(8), b"ustar\x0001", b"ustar\0\0\0", b"USTAR\x0000"]
    )
    if chance.random() < 0.2:
        entry.fields["rest"] = b"\0" * 8 + b"tar\0"


@bend
def bytes_behind_a_name(chance: Random, tar: Tar) -> None:
    entry = chance.choice(tar.entries)
    entry.fields["name"] = entry.name + b"\0" + chance.choice([b"x", b"\n/package.json", b"\nPKG-INFO", b"\r\n"])


@bend
def a_link_of_a_file(chance: Random, tar: Tar) -> None:
    chance.choice(tar.entries).link = chance.choice([b"x", tar.targets[0], b"\0x"])


@bend
def a_checksum(chance: Random, tar: Tar) -> None:
    entry = chance.choice(tar.entries)
    entry.checksum = chance.choice(["signed", "signed", "wrong"])
    if entry.checksum == "signed":
        entry.name = entry.name[:8] + b"\xff\xfe\xe9"


@bend
def any_bytes(chance: Random, tar: Tar) -> None:
    entry = chance.choice(tar.entries)
    name = chance.choice(list(FIELDS))
    entry.fields[name] = chance.randbytes(chance.randrange(1, 12))


@bend
def bytes_anywhere(chance: Random, tar: Tar) -> None:
    """Of a header, for the most part: its checksum is right in half of the cases."""
    seed, is_summed, count = chance.random(), chance.random() < 0.8, chance.choice([1, 1, 2, 4])
    interesting = [0, 9, 10, 32, 46, 47, 48, 53, 55, 76, 92, 120, 127, 128, 255]

    def change(data: bytearray) -> None:
        chance = Random(seed)
        headers = [at for at in range(0, len(data) - 511, 512) if data[at + 257 : at + 262] == b"ustar"]
        if not headers:
            return
        at = chance.choice(headers)
        for _ in range(count):
            start, length = FIELDS[chance.choice(list(FIELDS))]
            data[at + start + chance.randrange(length)] = chance.choice([*interesting, chance.randrange(256)])
        if is_summed:
            summed(data, at)

    tar.changes.append(change)


@bend
def blocks_moved(chance: Random, tar: Tar) -> None:
    """A block is gone, there twice, empty, or where another one was; or bytes are put between two."""
    seed = chance.random()

    def change(data: bytearray) -> None:
        chance = Random(seed)
        blocks = [data[at : at + 512] for at in range(0, len(data), 512)]
        one, other = chance.randrange(len(blocks)), chance.randrange(len(blocks))
        match chance.randrange(5):
            case 0:
                del blocks[one]
            case 1:
                blocks.insert(other, blocks[one])
            case 2:
                blocks[one] = bytearray(512)
            case 3:
                blocks[one], blocks[other] = blocks[other], blocks[one]
            case _:
                blocks.insert(one, bytearray(chance.choice([1, 511, 512, 1024])))
        data[:] = b"".join(blocks)

    tar.changes.append(change)


@bend
def an_order(chance: Random, tar: Tar) -> None:
    chance.shuffle(tar.entries)


@bend
def a_link(chance: Random, tar: Tar) -> None:
    top = tar.targets[0].split(b"/")[0]
    target = chance.choice(
        [b".", b"..", b"/etc/passwd", b"z", top + b"/z", tar.targets[0], b"../" + top, b"a/../../x", b""]
    )
    name = chance.choice([top + b"/q", top + b"/l", tar.targets[0], top, top + b"/a/l"])
    insert(chance, tar, Entry(name, b"", chance.choice([b"1", b"2", b"2"]), target))
    if chance.random() < 0.5:
        insert(chance, tar, Entry(name + b"/" + tar.targets[0].split(b"/")[-1], tar.evil))
    if chance.random() < 0.3:
        insert(chance, tar, Entry(chance.choice([top + b"/z", name]), tar.evil))


@bend
def zeros(chance: Random, tar: Tar) -> None:
    at = chance.randrange(len(tar.entries))
    tar.entries[at].content += bytes(-len(tar.entries[at].content) % 512)
    tar.entries[at].fields.setdefault("size", b"%011o\0" % len(tar.entries[at].content.rstrip(b"\0")))
    tar.entries[at].content += bytes(chance.choice([512, 1024]))


@bend
def an_end(chance: Random, tar: Tar) -> None:
    more = Entry(tar.targets[0], tar.evil).written()
    tar.end = chance.choice(
        [b"", bytes(512), bytes(700), bytes(512) + more + END, END + more + END, more, more[:600], END + b"x"]
    )


@bend
def a_gzip(chance: Random, tar: Tar) -> None:
    tar.behind = chance.choice(
        [bytes(1), bytes(512), b"x", b"\x1f", gzip.compress(b""), gzip.compress(b"more"), bytes(9) + gzip.compress(b"")]
    )


@dataclass(frozen=True)
class Case:
    name: str
    file: str
    bends: tuple[str, ...]
    data: bytes


def made_npm(name: str) -> Tar:
    json_of = lambda project: json.dumps({"name": project, "version": "1.0.0"}).encode()  # noqa: E731
    target, evil = b"package/package.json", json_of(f"evil-{name}")
    entries = [
        Entry(target, json_of(name)),
        Entry(b"package/index.js", Entry(target, evil).written()),
        Entry(b"package/lib/a.js", b"1\n"),
    ]
    return Tar(entries, [target], evil)


def made_sdist(name: str) -> Tar:
    info = lambda project: f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n".encode()  # noqa: E731
    top = f"{name}-1.0".encode()
    target, evil = top + b"/PKG-INFO", info(f"evil{name}")
    entries = [
        Entry(top + b"/", b"", b"5"),
        Entry(target, info(name)),
        Entry(top + b"/pyproject.toml", Entry(target, evil).written()),
        Entry(top + b"/a/data", b"x"),
    ]
    return Tar(entries, [target, top + b"/pyproject.toml"], evil)


@dataclass(frozen=True)
class Kind:
    """A kind of package, and how one is made."""

    name: str
    word: str
    suffix: str
    made: Callable[[str], Tar]

    def case(self, at: int) -> Case:
        name = f"{self.word}{at:05}"
        chance = random.Random(f"{SEED} {name}")
        tar = self.made(name)
        ways = [BENDS[at % len(BENDS)], *chance.choices(BENDS, k=at // len(BENDS) % 3)]
        for way in ways:
            way(chance, tar)
        data = gzip.compress(tar.written(), 1, mtime=0) + tar.behind
        return Case(name, f"{name}-{self.suffix}", tuple(way.__name__ for way in ways), data)


NPM = Kind("npm-package", "n", "1.0.0.tgz", made_npm)
SDIST = Kind("sdist", "s", "1.0.tar.gz", made_sdist)


def readings(program: Path, all_cases: list[Case], folder: Path) -> dict[str, tuple[str, str | None]]:
    """Kind and project of each case that is taken, as the manifest says."""
    seen = {}
    left = {case.name: case for case in all_cases}
    for _ in range(5):
        shutil.rmtree(folder, ignore_errors=True)
        for case in left.values():
            path = folder / "artifacts" / case.name / case.file
            path.parent.mkdir(parents=True)
            path.write_bytes(case.data)
        command = [program, "prepare", "--artifacts-dir", "artifacts", "--version", "any", "--output-dir", "prepared"]
        ended, found = findings.prepare(command, folder)
        if ended.returncode == 0:
            break
        names = findings.refused(found) & set(left)
        check(bool(names), f"only cases are refused (exit {ended.returncode}):\n{ended.stdout[-3000:]}")
        left = {name: case for name, case in left.items() if name not in names}
    check(ended.returncode == 0, "a release is made of what is not refused")
    for file in json.loads((folder / "prepared" / "release-manifest.json").read_text())["files"]:
        for origin in file["origins"]:
            seen[origin["artifact"]["name"]] = (file["kind"], file.get("project"))
    shutil.rmtree(folder)
    return seen


def npm_reads(paths: list[Path], scratch: Path) -> list[str | None]:
    """The name that npm would publish each under; none if it would publish nothing."""
    script = Path(__file__).with_name("pacote.cjs")
    npm = Path(shutil.which("npm")).resolve().parent.parent
    ended = subprocess.run(
        ["node", script, npm / "node_modules" / "pacote", scratch / "npm-cache"],
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    check(len(answers) == len(paths), "pacote answers for each package")
    return answers


def python_extracts(path: Path, folder: Path) -> str | None:
    try:
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
    except Exception as error:  # whatever a broken archive brings tarfile to raise
        return repr(error)
    return None


def extracts_with(tool: str, *options: str) -> Callable[[Path, Path], str | None]:
    def extract(path: Path, folder: Path) -> str | None:
        ended = subprocess.run([tool, "-xzf", path, "-C", folder, *options], capture_output=True, check=False)
        return ended.stderr.decode(errors="replace") or "failed" if ended.returncode else None

    return extract


READERS = {
    "tarfile": python_extracts,
    "GNU tar": extracts_with("tar", "--no-same-owner"),
    "bsdtar": extracts_with("bsdtar", "--no-same-owner"),
}


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if not path.is_symlink()
        else f"-> {path.readlink()}"
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def unpacked(case: Case, path: Path, scratch: Path) -> dict[str, tuple[str | None, dict[str, str], Path]]:
    found = {}
    for reader, extract in READERS.items():
        folder = scratch / f"{case.name}-{reader.replace(' ', '-')}"
        folder.mkdir()
        error = extract(path, folder)
        found[reader] = (error, content(folder), folder)
    return found


def sdist_surprises(case: Case, seen: tuple[str, str | None], scratch: Path) -> list[str]:
    path = scratch / case.file
    path.write_bytes(case.data)
    found = unpacked(case, path, scratch)
    try:
        surprises = []
        for reader, (error, files, folder) in found.items():
            tops = list(folder.iterdir())
            info = tops[0] / "PKG-INFO" if len(tops) == 1 else None
            text = info.read_text(errors="replace") if info and info.is_file() else ""
            named = re.search(r"^Name: (.*)$", text, re.MULTILINE)
            if seen[0] == "sdist":
                if error or not named or named[1] != seen[1] or files != found["tarfile"][1]:
                    surprises.append(f"{reader} reads {named and named[1]} ({error}): {sorted(files)}")
            elif named and not error:
                surprises.append(f"{reader} reads a source distribution of {named[1]}")
        return [f"{case.name} {case.bends}: taken as {seen}; {one}" for one in surprises]
    finally:
        for _, _, folder in found.values():
            shutil.rmtree(folder, ignore_errors=True)
        path.unlink()


def npm_surprises(taken: list[Case], seen: dict[str, tuple[str, str | None]], scratch: Path) -> list[str]:
    paths = []
    for case in taken:
        path = scratch / case.file
        path.write_bytes(case.data)
        paths.append(path)
    surprises = []
    for case, path, answer in zip(taken, paths, npm_reads(paths, scratch), strict=True):
        kind, project = seen[case.name]
        if answer != (project if kind == "npm-package" else None):
            surprises.append(f"{case.name} {case.bends}: taken as {kind} {project}; npm reads {answer}")
        path.unlink()
    return surprises


@dataclass
class Judged:
    """What came of some cases: of each way of bending by itself, of each kind that they were taken as, and in all."""

    ways: dict[str, collections.Counter] = field(default_factory=lambda: collections.defaultdict(collections.Counter))
    kinds: collections.Counter = field(default_factory=collections.Counter)
    surprises: list[str] = field(default_factory=list)

    def add(self, other: "Judged") -> None:
        for way, count in other.ways.items():
            self.ways[way].update(count)
        self.kinds.update(other.kinds)
        self.surprises += other.surprises

    def table(self) -> None:
        for way, count in self.ways.items():
            say(f"  {way:28} taken {count[True]:5}  refused {count[False]:5}")


def judged(kind: Kind, program: Path, scratch: Path, numbers: range) -> Judged:
    """Some of the cases, to the end."""
    scratch = scratch / f"{kind.word}{numbers.start}"
    scratch.mkdir()
    some = [kind.case(at) for at in numbers]
    seen = readings(program, some, scratch / "run")
    check(
        all(seen.get(case.name, "")[:1] == (kind.name,) for case in some if set(case.bends) == {"nothing"}),
        "what is in order is taken",
    )
    taken = [case for case in some if case.name in seen]
    result = Judged()
    if kind is NPM:
        result.surprises = npm_surprises(taken, seen, scratch)
    else:
        result.surprises = [one for case in taken for one in sdist_surprises(case, seen[case.name], scratch)]
    for case in some:
        result.kinds[seen[case.name][0] if case.name in seen else None] += 1
        if len(case.bends) == 1:
            result.ways[case.bends[0]][case.name in seen] += 1
    result.ways = dict(result.ways)
    shutil.rmtree(scratch)
    return result


def main(program: Path, scratch: Path, count: int) -> None:
    surprises = []
    for kind in (NPM, SDIST):
        result = Judged()
        parts = [range(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
        with ProcessPoolExecutor(WORKERS) as pool:
            for part in pool.map(partial(judged, kind, program, scratch), parts):
                result.add(part)
        packages, refused = result.kinds[kind.name], result.kinds[None]
        others = f"{count - packages - refused} as other archives, {refused} refused"
        say(f"{kind.name}: {packages} of {count} taken as one, {others}")
        result.table()
        surprises += result.surprises
    for surprise in surprises[:50]:
        say(surprise)
    check(not surprises, f"every reader sees what the program sees: {len(surprises)} surprises")
    say("whatever was taken, every reader reads the same package")


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:3]), int(sys.argv[3]) if len(sys.argv) > 3 else COUNT)
