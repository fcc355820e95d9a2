"""Makes examples/artifacts: what the jobs of a small project's release upload.

Standard library only, and the same bytes every time:

    python3 examples/make.py [FOLDER]

The project, hello-release, is made up. Its wheels and npm packages can be
installed; its program says hello. One wheel has its tags out of order, as
builders wrote them for years.
"""

import base64
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile
import zipfile

RUN = "11223344556"
NAME, VERSION = "hello-release", "1.2.3"
MODULE = NAME.replace("-", "_")
# The first moment that a zip can tell.
DATE = (1980, 1, 1, 0, 0, 0)

README = f"# {NAME}\n\nSays hello, so that there is something to release.\n"
LICENSE = "Public domain.\n"
METADATA = f"""\
Metadata-Version: 2.4
Name: {NAME}
Version: {VERSION}
Summary: Says hello, so that there is something to release
License-Expression: CC0-1.0
License-File: LICENSE
Requires-Python: >=3.9
Description-Content-Type: text/markdown

{README}"""
PYPROJECT = f"""\
[build-system]
requires = ["flit_core>=3.11"]
build-backend = "flit_core.buildapi"

[project]
name = "{NAME}"
version = "{VERSION}"
description = "Says hello, so that there is something to release"
readme = "README.md"
license = "CC0-1.0"
license-files = ["LICENSE"]
requires-python = ">=3.9"
"""
INIT = '"""Says hello."""\n\n\ndef hello():\n    return "hello, release"\n'

WHEELS = {
    "linux-x86_64": "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "linux-aarch64": "manylinux2014_aarch64.manylinux_2_17_aarch64",
    "macos-aarch64": "macosx_11_0_arm64",
    "windows-x64": "win_amd64",
}
NPM = {"linux-x64": ("linux", "x64"), "darwin-arm64": ("darwin", "arm64")}


def wheel(platform):
    info = f"{MODULE}-{VERSION}.dist-info"
    tags = "".join(f"Tag: py3-none-{tag}\n" for tag in platform.split("."))
    files = {
        f"{MODULE}/__init__.py": INIT,
        f"{info}/licenses/LICENSE": LICENSE,
        f"{info}/METADATA": METADATA,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: hello-release-example 1\nRoot-Is-Purelib: false\n{tags}",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path, DATE)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(entry, text)
    return out.getvalue()


def tar_gz(files, runs=()):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for path, content in files.items():
                content = content.encode() if isinstance(content, str) else content
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(content), 0o755 if path in runs else 0o644
                archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def sdist():
    top = f"{MODULE}-{VERSION}"
    return tar_gz(
        {
            f"{top}/PKG-INFO": METADATA,
            f"{top}/pyproject.toml": PYPROJECT,
            f"{top}/README.md": README,
            f"{top}/LICENSE": LICENSE,
            f"{top}/src/{MODULE}/__init__.py": INIT,
        }
    )


def npm(package, files, runs=()):
    package = {
        "version": VERSION,
        "description": "Says hello, so that there is something to release",
        "license": "CC0-1.0",
        "repository": {"type": "git", "url": "git+https://github.com/octo-org/hello-release.git"},
        **package,
    }
    text = json.dumps(package, indent=2) + "\n"
    packed = {"package/package.json": text, "package/README.md": README}
    packed.update({f"package/{path}": content for path, content in files.items()})
    return tar_gz(packed, {f"package/{path}" for path in runs})


def elf():
    """A program of Linux on x86-64, by hand: write(1, text), exit(0)."""
    text = b"hello, release\n"
    base, header = 0x400000, 64 + 56
    code = bytes.fromhex("b801000000bf01000000488d3510000000ba") + len(text).to_bytes(4, "little")
    code += bytes.fromhex("0f05b83c00000031ff0f05")
    # `lea rsi, [rip + n]`: n counts from the end of that instruction.
    end_of_lea = 17
    code = code[:13] + (len(code) - end_of_lea).to_bytes(4, "little") + code[17:]
    size = header + len(code) + len(text)
    number = lambda value, length: value.to_bytes(length, "little")
    return b"".join(
        [
            b"\x7fELF\x02\x01\x01" + bytes(9),
            number(2, 2), number(62, 2), number(1, 4), number(base + header, 8), number(64, 8), number(0, 8),
            number(0, 4), number(64, 2), number(56, 2), number(1, 2), number(0, 2), number(0, 2), number(0, 2),
            number(1, 4), number(5, 4), number(0, 8), number(base, 8), number(base, 8), number(size, 8),
            number(size, 8), number(0x1000, 8),
            code, text,
        ]
    )  # fmt: skip


def main(folder):
    program = elf()
    artifacts = {}
    for target, platform in WHEELS.items():
        artifacts[f"wheels-{target}-{RUN}"] = {f"{MODULE}-{VERSION}-py3-none-{platform}.whl": wheel(platform)}
    artifacts[f"sdist-{RUN}"] = {f"{MODULE}-{VERSION}.tar.gz": sdist()}
    scope = f"@{NAME}"
    for target, (system, cpu) in NPM.items():
        script = "#!/bin/sh\necho 'hello, release'\n"
        package = {"name": f"{scope}/{target}", "os": [system], "cpu": [cpu]}
        artifacts[f"npm-binary-{target}-{RUN}"] = {
            f"{NAME}-{target}-{VERSION}.tgz": npm(package, {"bin/hello": script}, {"bin/hello"})
        }
    parts = {f"{scope}/{target}": VERSION for target in NPM}
    artifacts[f"npm-package-{RUN}"] = {
        f"{NAME}-{VERSION}.tgz": npm({"name": NAME, "optionalDependencies": parts}, {"index.js": "exports.hello = () => 'hello, release'\n"})
    }
    artifacts[f"binaries-{RUN}"] = {
        f"{NAME}-x86_64-unknown-linux-gnu": program,
        f"{NAME}-x86_64-unknown-linux-gnu.tar.gz": tar_gz({f"{NAME}/hello": program, f"{NAME}/README.md": README}, {f"{NAME}/hello"}),
        "install.sh": "#!/bin/sh\n# Would install hello-release, if there were more of it.\necho 'hello, release'\n".encode(),
    }
    for name, files in artifacts.items():
        for file, content in files.items():
            path = pathlib.Path(folder, name, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o755 if content[:4] == b"\x7fELF" or content[:2] == b"#!" else 0o644)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "artifacts")
