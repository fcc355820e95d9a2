"""Artifacts of releases: one of many platforms that is right, one of a matrix that went astray."""

import io
import json
import struct
import tarfile
from pathlib import Path

from made import wheel

PYTHONS = ("cp310", "cp311", "cp312", "cp313")
X86_64 = 62


def elf(machine: int) -> bytes:
    """The head of a library for Linux."""
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    return head + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, 0, 64, 0, 0) + bytes(64)


def tar(path: Path, files: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def npm(path: Path, **package: object) -> None:
    tar(path, {"package/package.json": json.dumps(package).encode()})


def sdist(path: Path, project: str, version: str) -> None:
    folder = path.name.removesuffix(".tar.gz")
    info = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
    tar(path, {f"{folder}/PKG-INFO": info.encode(), f"{folder}/setup.py": b"\n"})


def native(path: Path, machine: int | None = None, **options: object) -> Path:
    """A wheel of the project `orderly`, with a module for that machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    members = {"orderly/__init__.py": b"\n"}
    if machine:
        members[f"orderly/_core.{path.name.split('-')[2]}.so"] = elf(machine)
    return wheel(path, members=members, **options)


def astray(folder: Path) -> Path:
    """Some forty errors of a dozen causes."""
    name = "orderly-1.4.0"
    for python in PYTHONS:
        tags = f"{python}-{python}"
        native(folder / f"wheels-linux-x86_64/{name}-{tags}-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", X86_64)
        native(folder / f"wheels-linux-aarch64/{name}-{tags}-manylinux2014_aarch64.manylinux_2_17_aarch64.whl", X86_64)
        native(folder / f"wheels-macos-arm64/{name}-{tags}-macosx_11_0_arm64.whl", tags=[f"{tags}-macosx_11_0_x86_64"])
        native(folder / f"wheels-linux-riscv64/{name}-{tags}-linux_riscv64.whl")
        native(folder / f"wheels-windows-x64/orderly-1.3.9-{tags}-win_amd64.whl")
        musl = folder / f"wheels-musllinux-x86_64/{name}-{tags}-musllinux_1_2_x86_64.whl"
        native(musl, changed="orderly/__init__.py")
        native(folder / f"wheels-windows-arm64/{name}-{tags}-win_arm64.whl")
        native(folder / f"wheels-windows-arm64-retry/{name}-{tags}-win_arm64.whl", summary="again")
        spelled = folder / f"wheels-macos-x86_64/Or.derly-1.4.0-{tags}-macosx_10_12_x86_64.whl"
        native(spelled, described=("or.derly", "1.4.0"))
    (folder / "wheels-any").mkdir()
    wheel(folder / "wheels-any/orderly-1.4.0+g1234567-py3-none-any.whl", members={"orderly/__init__.py": b""})
    sdist(folder / "sdist/orderly-1.4.0.tar.gz", "orderly", "1.4.1")
    npm(folder / "npm/orderly-1.4.0.tgz", name="orderly", version="1.4.0", private=True)
    npm(folder / "npm-linux/orderly-linux-x64-1.3.9.tgz", name="@orderly/linux-x64", version="1.3.9")
    (folder / "binaries").mkdir()
    (folder / "binaries/build.log").write_text("log\n")
    (folder / "binaries/SHA256SUMS").write_text("0" * 64 + "  x\n")
    return folder


def wide(folder: Path) -> Path:
    """Wheels for more platforms than a table shows unfolded, and a family of npm packages."""
    platforms = [
        *(f"manylinux_2_28_{machine}" for machine in ("x86_64", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64")),
        *(f"musllinux_1_2_{machine}" for machine in ("x86_64", "aarch64", "armv7l")),
        *("macosx_11_0_arm64", "macosx_10_12_x86_64", "win_amd64", "win_arm64", "win32"),
    ]
    for python in PYTHONS:
        for platform in platforms:
            path = folder / f"wheels-{platform}/orderly-1.4.0-{python}-none-{platform}.whl"
            path.parent.mkdir(parents=True, exist_ok=True)
            wheel(path, members={"orderly/__init__.py": b"\n"})
    sdist(folder / "sdist/orderly-1.4.0.tar.gz", "orderly", "1.4.0")
    optional = {}
    for system in ("linux", "darwin", "win32"):
        for cpu in ("x64", "arm64"):
            package = f"@orderly/{system}-{cpu}"
            optional[package] = "1.4.0"
            path = folder / f"npm-{system}-{cpu}/orderly-{system}-{cpu}-1.4.0.tgz"
            npm(path, name=package, version="1.4.0", os=[system], cpu=[cpu])
    npm(folder / "npm/orderly-1.4.0.tgz", name="orderly", version="1.4.0", optionalDependencies=optional)
    return folder


def hostile(folder: Path) -> Path:
    """Names that mean something to a browser."""
    names = ["<img src=x onerror=alert(1)>", "[x](javascript:y)", "**b** ~~d~~ `c`", "@octocat #1", "x" * 200]
    for name in names:
        (folder / name.replace("/", "")).mkdir(parents=True)
        (folder / name.replace("/", "") / f"{name[:100]}.exe").write_text(name)
        (folder / name.replace("/", "") / f"{name[:100]}.whl").write_text(name)
    return folder
