#!/usr/bin/env python3
"""Writes the bill of materials of a program of this folder, as CycloneDX.

usage: rust-audit-info PROGRAM | dist/sbom.py PROGRAM

The crates are those that the program itself lists (cargo-auditable); the C
library and the compiler are those of BUILD.json. The same program gives the
same bytes: no time and no random serial number.
"""

import hashlib
import json
import sys
from pathlib import Path
from urllib.parse import quote


def crate(package: dict) -> dict:
    purl = f"pkg:cargo/{package['name']}@{quote(package['version'])}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": package["name"],
        "version": package["version"],
        "scope": "excluded" if package.get("kind") == "build" else "required",
        "purl": purl,
    }


def debian(name: str, version: str, kind: str) -> dict:
    name, _, architecture = name.partition(":")
    purl = f"pkg:deb/debian/{name}@{quote(version, safe='')}"
    purl += f"?arch={architecture}" if architecture else ""
    return {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}


def bill(path: Path, packages: list[dict], build: dict) -> dict:
    (program,) = (program for program in build["programs"] if program["program"] == path.name)
    crates = [crate(package) for package in packages]
    (root,) = (at for at, package in enumerate(packages) if package.get("root"))
    dependencies = [
        {
            "ref": crates[at]["bom-ref"],
            "dependsOn": sorted({crates[on]["bom-ref"] for on in package.get("dependencies", [])}),
        }
        for at, package in enumerate(packages)
    ]
    libc_name, libc_version = program["libc"].removesuffix(", static").split()
    libc = debian(libc_name, libc_version, "library") | {"description": "glibc, linked statically"}
    dependencies[root]["dependsOn"].append(libc["bom-ref"])
    tools = [debian(name, version, "application") for name, version in program["debian"].items() if name != libc_name]
    subject = crates.pop(root) | {
        "type": "application",
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
        "properties": [
            {"name": "release-prep:target", "value": program["target"]},
            {"name": "release-prep:rustc", "value": program["rustc"]},
            {"name": "release-prep:source-tree", "value": build["source"]["tree"]},
        ],
    }
    subject.pop("scope")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"tools": {"components": tools}, "component": subject},
        "components": [*crates, libc],
        "dependencies": [*dependencies, {"ref": libc["bom-ref"], "dependsOn": []}],
    }


def main(path: Path) -> None:
    packages = json.load(sys.stdin)["packages"]
    build = json.loads((path.parent / "BUILD.json").read_text())
    print(json.dumps(bill(path, packages, build), indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
