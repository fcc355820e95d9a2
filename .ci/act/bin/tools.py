#!/usr/bin/env python3
"""Stands in for the programs that a runner has and the image has not, by the name it is called by."""

import json
import sys
import tarfile
from pathlib import Path

# The caller's checkout, in the jobs that have one.
sys.path.insert(0, "examples")


def cargo(command: str, *arguments: str) -> None:
    """`cargo build --target T`: something that begins as a program for that target does."""
    import make

    target = arguments[arguments.index("--target") + 1]
    program = Path("target", target, "release", make.NAME)
    program.parent.mkdir(parents=True)
    mach_o = bytes.fromhex("cffaedfe0c00000100000000") + bytes(20)
    program.write_bytes(mach_o if "darwin" in target else make.elf())
    program.chmod(0o755)


def npm(command: str, *arguments: str) -> None:
    if command == "pack":
        import make

        destination, package = Path(arguments[arguments.index("--pack-destination") + 1]), Path(arguments[-1]).name
        (name, file), files = (make.NAME, make.NAME), {"index.js": "exports.hello = () => 'hello, release'\n"}
        if package != make.NAME:
            (name, file), files = (f"@{make.NAME}/{package}", f"{make.NAME}-{package}"), {}
        (destination / f"{file}-{make.VERSION}.tgz").write_bytes(make.npm({"name": name}, files))
        return
    if command == "view":
        raise SystemExit("npm error code E404")  # as of a version that is not there
    path, *options = arguments
    with tarfile.open(path) as archive:
        package = json.load(archive.extractfile("package/package.json"))
    print(f"PUBLISHED ON NPM {package['name']} {package['version']} {' '.join(options)}")


def gh(noun: str, verb: str, tag: str, *arguments: str) -> None:
    files = [argument for argument in arguments if argument.startswith("prepared/")]
    missing = [file for file in files if not Path(file).is_file()]
    if missing or noun != "release":
        raise SystemExit(f"no such file: {missing}")
    options = [argument for argument in arguments if argument not in files]
    print(f"GITHUB {verb} {tag} {' '.join(options)} {len(files)} files")


def rustup(*arguments: str) -> None:
    """Every target is there."""


if __name__ == "__main__":
    {"cargo": cargo, "gh": gh, "npm": npm, "rustup": rustup}[Path(sys.argv[0]).name](*sys.argv[1:])
