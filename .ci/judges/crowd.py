"""Eight artifacts at once, each as large as the limits allow: peak memory stays below 96 MiB.

usage: crowd.py PROGRAM SCRATCH [CASE...]

Each case is a kind of file that costs as much memory as its limits allow: a
directory, a metadata file, a list. Eight of a kind lie in eight artifacts and
are prepared by two threads, and by eight. What the program finds is not judged
here, only that it ends by itself.
"""

import gzip
import io
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import made
from release import check, say

ALLOWED_MIB = 96
EIGHT = 8
THREADS = (2, 8)
# Of the limits: what an entry of the program's sources says, less a little.
METADATA, RECORD, PACKAGE_JSON = 4_190_000, 8_380_000, 1_048_000
LIST, ATTESTATION, FEED = 1_048_000, 16_700_000, 1_048_000
HEADERS, ROWS, ENTRIES = 65_000, 130_000, 199_000
ARTIFACT_ENTRIES = 95_000

CASES: dict[str, Callable[[Path, int], None]] = {}


def case(function: Callable[[Path, int], None]) -> Callable[[Path, int], None]:
    CASES[function.__name__.replace("_", "-")] = function
    return function


def wheel(path: Path, members: dict[str, bytes]) -> None:
    name = "-".join(path.name.split("-")[:2])
    files = {
        f"{name}.dist-info/METADATA": made.metadata(*name.split("-")),
        f"{name}.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    } | members
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member, content in files.items():
            archive.writestr(zipfile.ZipInfo(member, made.CLOCK), content, zipfile.ZIP_DEFLATED)


def tar(path: Path, members: dict[str, bytes]) -> None:
    with (
        gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def filled(beginning: bytes, unit: bytes, size: int, most: int, end: bytes = b"") -> bytes:
    """A beginning, and a unit again and again, within a size and a number."""
    return beginning + unit * min(most, (size - len(beginning) - len(end)) // len(unit)) + end


def headers(name: str) -> bytes:
    """Of the smallest core metadata, to be followed by more."""
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()


@case
def metadata_of_short_headers(folder: Path, number: int) -> None:
    text = filled(headers(f"w{number}"), b"Classifier:\n", METADATA, HEADERS)
    wheel(folder / f"w{number}-1.0-py3-none-any.whl", {f"w{number}-1.0.dist-info/METADATA": text})


@case
def metadata_of_folded_headers(folder: Path, number: int) -> None:
    beginning = headers(f"w{number}")
    text = filled(beginning, b"Requires-Dist: a[b]>=1\n ; extra == 'c'\n  \n" + b" -\n" * 5, METADATA, HEADERS)
    wheel(folder / f"w{number}-1.0-py3-none-any.whl", {f"w{number}-1.0.dist-info/METADATA": text})


@case
def metadata_below_any_permit(folder: Path, number: int) -> None:
    beginning = headers(f"w{number}")
    text = filled(beginning, b"License-File:\n", 510_000, HEADERS)
    wheel(folder / f"w{number}-1.0-py3-none-any.whl", {f"w{number}-1.0.dist-info/METADATA": text})


@case
def description(folder: Path, number: int) -> None:
    beginning = (
        f"Metadata-Version: 2.1\nName: w{number}\nVersion: 1.0\nDescription-Content-Type: text/x-rst\n\n".encode()
    )
    text = filled(beginning, b".. |a| x::\n", METADATA, METADATA)
    wheel(folder / f"w{number}-1.0-py3-none-any.whl", {f"w{number}-1.0.dist-info/METADATA": text})


@case
def record(folder: Path, number: int) -> None:
    rows = b"".join(b"%032d,sha256=%032d,\n" % (row, row) for row in range(ROWS))[:RECORD]
    wheel(folder / f"w{number}-1.0-py3-none-any.whl", {f"w{number}-1.0.dist-info/RECORD": rows[: rows.rindex(b"\n")]})


@case
def wheel_of_many_files(folder: Path, number: int) -> None:
    files = {f"w/{'n' * 50}/{at:06}": b"" for at in range(ENTRIES)}
    wheel(folder / f"w{number}-1.0-py3-none-any.whl", files)


@case
def artifact_of_many_files(folder: Path, number: int) -> None:
    folder.rmdir()
    with zipfile.ZipFile(folder.with_name(folder.name + ".zip"), "w") as archive:
        for at in range(ARTIFACT_ENTRIES // EIGHT):
            archive.writestr(zipfile.ZipInfo(f"{'n' * 120}/{at}", made.CLOCK), b"")


@case
def sdist_of_headers(folder: Path, number: int) -> None:
    text = filled(headers(f"s{number}"), b"Classifier:\n  x\n", METADATA, HEADERS)
    tar(folder / f"s{number}-1.0.tar.gz", {f"s{number}-1.0/PKG-INFO": text})


@case
def sdist_of_folders(folder: Path, number: int) -> None:
    files = {f"s{number}-1.0/{at}/a/b/c/d/": b"" for at in range(ENTRIES)}
    tar(folder / f"s{number}-1.0.tar.gz", {f"s{number}-1.0/PKG-INFO": made.metadata(f"s{number}", "1.0")} | files)


@case
def package_of_brackets(folder: Path, number: int) -> None:
    text = filled(b'{"name":"n%d","version":"1.0.0","exports":[' % number, b"[],", PACKAGE_JSON, PACKAGE_JSON, b"0]}")
    tar(folder / f"n{number}-1.0.0.tgz", {"package/package.json": text})


@case
def package_of_keys(folder: Path, number: int) -> None:
    keys = ",".join(f'"{at:x}":{{}}' for at in range(90_000))
    text = f'{{"name":"n{number}","version":"1.0.0","dependencies":{{{keys}}}}}'.encode()
    tar(folder / f"n{number}-1.0.0.tgz", {"package/package.json": text})


@case
def package_of_files(folder: Path, number: int) -> None:
    files = {f"package/{at}/a": b"" for at in range(ENTRIES)}
    json = b'{"name":"n%d","version":"1.0.0"}' % number
    tar(folder / f"n{number}-1.0.0.tgz", {"package/package.json": json} | files)


def elf(size: int) -> bytes:
    """A library whose dynamic section and names lie far behind, and are long."""
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0
    )
    load = struct.pack("<IIQQQQQQ", 1, 4, 0, 0, 0, size, size, 4096)
    half = size // 2
    dynamic = struct.pack("<IIQQQQQQ", 2, 4, 8192, 8192, 8192, half, half, 8)
    entries = struct.pack("<QQQQ", 5, 8192 + half, 10, half - 10000) + struct.pack("<QQ", 1, 1) * ((half - 100) // 16)
    return (header + load + dynamic).ljust(8192, b"\0") + entries.ljust(half, b"\0") + b"l" * (half - 8192)


@case
def package_of_libraries(folder: Path, number: int) -> None:
    library = elf(3_900_000)
    files = {f"package/{at}.node": library for at in range(100)}
    json = b'{"name":"n%d","version":"1.0.0"}' % number
    tar(folder / f"n{number}-1.0.0.tgz", {"package/package.json": json} | files)


@case
def wheel_of_libraries(folder: Path, number: int) -> None:
    library = elf(3_900_000)
    wheel(folder / f"w{number}-1.0-py3-none-any.whl", {f"w/{at}.so": library for at in range(30)})


@case
def long_names(folder: Path, number: int) -> None:
    path = folder / f"s{number}-1.0.tar.gz"
    tar(path, {f"s{number}-1.0/{'a/' * 500_000}{at}": b"" for at in range(3)})


@case
def attestation(folder: Path, number: int) -> None:
    (folder / f"a{number}.sh").write_bytes(b"#!/bin/sh\n%d\n" % number)
    text = filled(b'{"subject":[', b"[],", ATTESTATION, ATTESTATION, b"0]}")
    (folder / f"a{number}.sh.sigstore.json").write_bytes(text)


@case
def attestation_of_subjects(folder: Path, number: int) -> None:
    (folder / f"a{number}.sh").write_bytes(b"#!/bin/sh\n%d\n" % number)
    text = filled(b'{"subject":[', b'{"digest":{"sha256":""}},', ATTESTATION, ATTESTATION, b"0]}")
    (folder / f"a{number}.sh.sigstore.json").write_bytes(text)


@case
def checksums(folder: Path, number: int) -> None:
    (folder / f"a{number}_checksums.txt").write_bytes(filled(b"%032d\n" % number, b"%032d\n" % 0, LIST, LIST))


@case
def checksums_of_names(folder: Path, number: int) -> None:
    lines = b"".join(b"%032d  %d\n" % (at, at) for at in range(LIST // 42))
    (folder / f"a{number}_checksums.txt").write_bytes(lines)


@case
def many_sidecars(folder: Path, number: int) -> None:
    for at in range(10):
        path = folder / str(at)
        path.mkdir()
        (path / f"a{number}-{at}_checksums.txt").write_bytes(filled(b"%032d\n" % at, b"%032d\n" % 0, LIST, LIST))
        (path / f"appcast{at}.xml").write_bytes(b"x" * FEED)
        (path / "latest.yml").write_bytes(b"x%d%d\n" % (number, at) * (FEED // 8))


def peak_mib(program: Path, folder: Path, threads: int) -> float:
    report = folder / "peak"
    command = ["/usr/bin/time", "-f", "%M", "-o", report, program, "prepare", "--artifacts-dir", "artifacts"]
    command += ["--artifacts-zipped", "true"] if any(folder.glob("artifacts/*.zip")) else []
    shutil.rmtree(folder / "prepared", ignore_errors=True)
    ended = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "RAYON_NUM_THREADS": str(threads)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    check(ended.returncode in (0, 1), f"the program ends by itself (exit {ended.returncode}): {ended.stdout[-2000:]}")
    return int(report.read_text().splitlines()[-1]) / 1024


def main(program: Path, scratch: Path, *wanted: str) -> None:
    above = []
    kinds = {name: [CASES[name]] * EIGHT for name in wanted or CASES}
    for name, made_by in kinds.items():
        folder = scratch / "crowd"
        for number, make in enumerate(made_by):
            artifact = folder / "artifacts" / f"a{number}"
            artifact.mkdir(parents=True)
            make(artifact, number)
        peaks = [peak_mib(program, folder, threads) for threads in THREADS]
        shutil.rmtree(folder)
        say(
            f"{name:28} "
            + ", ".join(f"{peak:6.1f} MiB on {threads}" for peak, threads in zip(peaks, THREADS, strict=True))
        )
        above += [name] if max(peaks) > ALLOWED_MIB else []
    check(not above, f"peak memory is at most {ALLOWED_MIB} MiB, but for {above}")


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:3]), *sys.argv[3:])
