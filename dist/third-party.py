#!/usr/bin/env python3
"""Writes the notices of all that is compiled into the programs.

usage: dist/third-party.py >dist/THIRD-PARTY

They are the files that the crates themselves carry, of the versions in
Cargo.lock; those of Rust's standard library, from the toolchain; and those of
glibc, from Debian 12. deny.toml says which licences may be
among them. The same sources and tools give the same bytes.
"""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu")
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense)s?([-._].*)?", re.IGNORECASE)
NO_TEXT = (".rs", ".html")
# For a crate without any such file, which must offer this licence.
FALLBACK = "Apache-2.0"
DEBIAN = Path("/usr/share")
RULE = "=" * 80

HEAD = """\
The programs in this folder contain the software of others. This file has its
notices and licences: of the GNU C library (glibc), of Rust's standard library
and of crates. GCC's runtime library is in the programs by the GCC Runtime
Library Exception, version 3.1, which asks for no notice. release-prep itself is
licensed under MIT or Apache-2.0, at your choice (LICENSE-MIT, LICENSE-APACHE).

glibc is linked statically and is licensed under the GNU Lesser General Public
License, version 2.1 or later, whose text is below. You may change glibc and
link the programs with it again (section 6 of that licence): all sources of the
programs are in this repository, and dist/build.sh links them with whichever
libc6-dev is installed:

    $ dist/build.sh /tmp/relinked

BUILD.json names the version that the programs were linked with; Debian has its
sources (`apt-get source glibc`). Nothing in release-prep's licences forbids to
modify it for your own use, or to reverse engineer it for debugging such
modifications.

The source form of a crate under the Mozilla Public License, version 2.0, is used
unchanged: `cargo vendor` in this repository gets it, in the version listed below.
"""


def cargo(*arguments: str) -> str:
    return subprocess.check_output(["cargo", *arguments], cwd=ROOT, text=True)


def linked() -> set[tuple[str, str]]:
    """Name and version of each crate whose code is in a program."""
    found = set()
    for target in TARGETS:
        options = ["--locked", "--target", target, "--edges", "normal,no-proc-macro"]
        for line in cargo("tree", *options, "--prefix", "none", "--format", "{p}").splitlines():
            if line:
                name, version, *_ = line.split()
                found.add((name, version.removeprefix("v")))
    return found


def packages() -> dict[tuple[str, str], dict]:
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1"))
    return {(package["name"], package["version"]): package for package in metadata["packages"]}


def tidy(text: str) -> str:
    """Line ends and blanks at them vary between copies of one text."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


def notices(package: dict) -> dict[str, str]:
    """The texts of a crate by the paths that they have in it."""
    folder = Path(package["manifest_path"]).parent
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and LICENCE_FILE.fullmatch(path.name) and path.suffix not in NO_TEXT
    )
    if files:
        return {str(path.relative_to(folder)): tidy(path.read_text(encoding="utf-8")) for path in files}
    if FALLBACK not in re.split(r"[ ()/]+", package["license"]):
        sys.exit(f"{package['name']} has no licence file, and does not offer {FALLBACK}: {package['license']}")
    return {FALLBACK: tidy((DEBIAN / "common-licenses" / FALLBACK).read_text(encoding="utf-8"))}


def of_crates() -> str:
    known = packages()
    crates = sorted(crate for crate in linked() if known[crate]["source"] is not None)
    table = "".join(f"  {name} {version}: {known[name, version]['license']}\n" for name, version in crates)
    # One copy of each text, with all crates that have it.
    texts: dict[str, list[str]] = {}
    for name, version in crates:
        for path, text in notices(known[name, version]).items():
            texts.setdefault(text, []).append(f"{name} {version} ({path})")
    parts = [f"{RULE}\nCrates\n\n{table}"]
    for text, holders in texts.items():
        parts.append(f"{RULE}\n" + "".join(f"{holder}\n" for holder in holders) + f"\n{text}")
    return "\n".join(parts)


def of_the_standard_library() -> str:
    """What the toolchain's page of notices says, as text."""
    sysroot = subprocess.check_output(["rustc", "--print", "sysroot"], cwd=ROOT, text=True).strip()
    page = Path(sysroot, "share/doc/rust/COPYRIGHT-library.html").read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<[^>]*>", "", page.partition("<body>")[2]))
    text = re.sub(r"^ *URL: .*\n", "", text, flags=re.MULTILINE)
    return f"{RULE}\n" + re.sub(r"\n\s*\n+", "\n\n", tidy(text)).lstrip()


def of_glibc() -> str:
    """The notices of glibc's sources, without what Debian says of its package, and the LGPL."""
    notices = tidy((DEBIAN / "doc/libc6/copyright").read_text(encoding="utf-8"))
    notices = notices[notices.index("* Most of the GNU C library") :]
    licence = tidy((DEBIAN / "common-licenses/LGPL-2.1").read_text(encoding="utf-8"))
    return f"{RULE}\nThe GNU C Library\n\n{notices}\n{RULE}\n{licence}"


def main() -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print(HEAD, of_glibc(), of_the_standard_library(), of_crates(), sep="\n", end="")


if __name__ == "__main__":
    main()
