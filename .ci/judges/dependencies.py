"""The list of crates inside a program (cargo-auditable), read by rust-audit-info.

usage: dependencies.py PROGRAM TARGET

Run in the checkout: the list is held against Cargo.lock, and against what cargo
says is built for that target.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from release import check, say

LOCAL = "release-prep"


def listed(program: str) -> dict[tuple[str, str], str]:
    """Name and version of each crate in the list, with where it comes from."""
    told = json.loads(subprocess.check_output(["rust-audit-info", program]))
    packages = {(package["name"], package["version"]): package["source"] for package in told["packages"]}
    check(len(packages) == len(told["packages"]), "no crate is listed twice")
    return packages


def locked() -> dict[tuple[str, str], str]:
    packages = tomllib.loads(Path("Cargo.lock").read_text())["package"]
    sources = {None: "local", "registry+https://github.com/rust-lang/crates.io-index": "crates.io"}
    return {(package["name"], package["version"]): sources[package.get("source")] for package in packages}


def built(target: str) -> set[tuple[str, str]]:
    """What the program and its build scripts are made of."""
    command = ["cargo", "tree", "--locked", "--target", target, "--edges", "normal,build", "--prefix", "none"]
    lines = subprocess.check_output([*command, "--format", "{p}"], text=True).splitlines()
    return {(name, version.removeprefix("v")) for name, version, *_ in (line.split() for line in lines if line)}


def main(program: str, target: str) -> None:
    found, lock, parts = listed(program), locked(), built(target)
    strangers = {package: source for package, source in found.items() if lock.get(package) != source}
    check(not strangers, f"all that is listed stands in Cargo.lock: {strangers}")
    # More may be listed: crates that are resolved for the tests alone.
    check(len(parts) > 100 and parts <= found.keys(), f"all that is built is listed: {sorted(parts - found.keys())}")
    check(any(name == LOCAL for name, _ in found), f"{LOCAL} itself is listed")
    say(f"{Path(program).name}: its {len(found)} crates can be read from it, and are those of Cargo.lock")


if __name__ == "__main__":
    main(*sys.argv[1:])
