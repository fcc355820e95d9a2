"""Peak memory does not grow with the size of an artifact.

usage: memory.py PROGRAM NODE_MODULES SCRATCH

Each kind of file is prepared once with a content of 1 MB and once of 500 MB,
which does not compress, and the peaks are compared. So are those of few and of
many wheels whose metadata is much larger than they are. A wheel of 400 MB,
which compresses as code does, is verified against its RECORD, and rewritten,
within a limit.
"""

import gzip
import hashlib
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import corpus
import made
from release import check, say
from runner import by_hand

MEGABYTE = 1_000_000
SIZES = (1, 500)
# What may differ for other reasons: a thread's stack more, a table's growth.
ALLOWED_MIB = 8
# Wheels whose metadata has so many bytes, and what the many may add: an
# allocator's gaps, and not a fiftieth of what they say.
FEW, MANY, METADATA_SIZE, MANY_MIB = 20, 300, 4 * MEGABYTE, 24
# What a wheel of so many MB may take in all.
WHEEL_SIZE, WHEEL_MIB = 400, 64


def content(megabytes: int) -> Iterator[bytes]:
    """Bytes that look random and are the same every time."""
    for number in range(megabytes):
        yield hashlib.shake_128(number.to_bytes(4)).digest(MEGABYTE)


class Content:
    """`content` as a file to read from."""

    def __init__(self, megabytes: int) -> None:
        self.rest, self.buffer = content(megabytes), b""

    def read(self, size: int) -> bytes:
        while len(self.buffer) < size and (chunk := next(self.rest, b"")):
            self.buffer += chunk
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken


def executable(folder: Path, megabytes: int) -> None:
    program = Path(sys.executable).resolve()
    with (folder / "tool-x86_64-unknown-linux-gnu").open("wb") as file:
        with program.open("rb") as source:
            file.write(source.read(64))  # the ELF header
        file.writelines(content(megabytes))


def tar(path: Path, megabytes: int, members: dict[str, bytes], large: str) -> None:
    """Like any build's, the archive has its large member after the small ones."""
    with (
        gzip.GzipFile(path, "wb", compresslevel=0) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, BytesIO(text))
        member = tarfile.TarInfo(large)
        member.size = megabytes * MEGABYTE
        archive.addfile(member, Content(megabytes))


def archive(folder: Path, megabytes: int) -> None:
    tar(folder / "tool-x86_64-unknown-linux-gnu.tar.gz", megabytes, {"README": b"a tool\n"}, "tool")


def sdist(folder: Path, megabytes: int) -> None:
    metadata = b"Metadata-Version: 2.1\nName: large\nVersion: 1.0\n"
    tar(folder / "large-1.0.tar.gz", megabytes, {"large-1.0/PKG-INFO": metadata}, "large-1.0/large.bin")


def package(folder: Path, megabytes: int) -> None:
    manifest = b'{"name": "large", "version": "1.0.0"}'
    tar(folder / "large-1.0.0.tgz", megabytes, {"package/package.json": manifest}, "package/large.bin")


def wheel(folder: Path, megabytes: int, name: str = "large", incompressible: int = MEGABYTE) -> None:
    info = f"{name}-1.0.dist-info"
    small = {
        f"{info}/METADATA": made.metadata(name, "1.0"),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        whole = hashlib.sha256()
        with file.open("large.bin", "w") as member:
            for chunk in content(megabytes):
                chunk = chunk[:incompressible].ljust(MEGABYTE, b"-")
                whole.update(chunk)
                member.write(chunk)
        rows = [made.record_row("large.bin", whole.digest(), megabytes * MEGABYTE)]
        for path, text in small.items():
            file.writestr(path, text)
            rows.append(made.record_row(path, hashlib.sha256(text).digest(), len(text)))
        file.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,\n"]))


def code(folder: Path, megabytes: int) -> None:
    wheel(folder, megabytes, incompressible=MEGABYTE // 4)


def misspelt(folder: Path, megabytes: int) -> None:
    wheel(folder, megabytes, "Large", incompressible=MEGABYTE // 4)


def talkative(folder: Path, count: int) -> None:
    for number in range(count):
        made.wheel(folder / f"talk{number}-1.0-py3-none-any.whl", summary="-" * METADATA_SIZE)


def peak_mib(program: Path, folder: Path, *arguments: str) -> float:
    report = folder / "peak"
    command = ["/usr/bin/time", "-f", "%M", "-o", report, program]
    command += ["prepare", "--artifacts-dir", "artifacts", *arguments]
    ended = by_hand(command, folder)
    check(ended.returncode == 0, f"the release is prepared (exit {ended.returncode}):\n{ended.stdout}")
    return int(report.read_text()) / 1024


def measure(
    program: Path,
    kind: Callable[[Path, int], None],
    megabytes: int,
    scratch: Path,
    *arguments: str,
    node_modules: Path | None = None,
) -> float:
    """The peak of one run over one artifact with one file, in MiB."""
    folder = scratch / "workspace"
    artifact = folder / "artifacts" / f"large-{corpus.RUN_ID}"
    artifact.mkdir(parents=True)
    kind(artifact, megabytes)
    if node_modules:
        level = 0 if kind is wheel else 1  # what is compressed already is uploaded as it is
        corpus.zip_artifact(artifact, artifact.with_name(artifact.name + ".zip"), node_modules, level)
        shutil.rmtree(artifact)
        arguments = (*arguments, "--artifacts-zipped", "true")
    peak = peak_mib(program, folder, *arguments)
    shutil.rmtree(folder)
    return peak


def main(program: Path, node_modules: Path, scratch: Path) -> None:
    worst = 0.0
    for zipped in (None, node_modules):
        for kind in (executable, archive, sdist, package, wheel):
            if zipped and kind not in (executable, wheel):
                continue
            small, large = (measure(program, kind, size, scratch, node_modules=zipped) for size in SIZES)
            worst = max(worst, large - small)
            how = "a zipped artifact" if zipped else "a folder"
            say(f"{kind.__name__} in {how}: {small:.1f} MiB for {SIZES[0]} MB, {large:.1f} MiB for {SIZES[1]} MB")
    check(worst <= ALLOWED_MIB, f"peak memory grew by {worst:.1f} MiB, more than {ALLOWED_MIB}")
    few, many = (measure(program, talkative, count, scratch, "--pypi", "off") for count in (FEW, MANY))
    say(f"wheels with {METADATA_SIZE // MEGABYTE} MB of metadata: {few:.1f} MiB for {FEW}, {many:.1f} MiB for {MANY}")
    check(many - few <= MANY_MIB, f"peak memory grew by {many - few:.1f} MiB, more than {MANY_MIB}")
    for kind, what, arguments in [(code, "verified", ()), (misspelt, "rewritten", ("--normalize", "rewrite"))]:
        peak = measure(program, kind, WHEEL_SIZE, scratch, *arguments)
        say(f"a wheel of {WHEEL_SIZE} MB, {what}: {peak:.1f} MiB")
        check(peak < WHEEL_MIB, f"a wheel of {WHEEL_SIZE} MB takes less than {WHEEL_MIB} MiB: {peak:.1f}")


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
