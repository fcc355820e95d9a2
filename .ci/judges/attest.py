"""How actions/attest (v4.2.2, src/subject.ts) reads `subject-checksums`."""

import re
from pathlib import Path

MAX_BYTES = 512 * 1024
# Coded for subject-path only; beyond it the API refuses what was signed already.
MAX_SUBJECTS = 1024


def subjects(value: str, workspace: Path) -> list[tuple[str, str]]:
    """The (name, digest) pairs of an input's value: a path, or the lines themselves."""
    value = value.strip()
    path = workspace / value
    # Where no such file exists, the value itself is taken for lines.
    if value and len(value) < 4096 and "\n" not in value and path.exists():
        if not path.is_file():
            raise ValueError(f"subject checksums file not found: {value}")
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"subject checksums file exceeds maximum allowed size: {MAX_BYTES} bytes")
        text = path.read_bytes().decode("utf-8", errors="replace")
    else:
        text = value
    found: list[tuple[str, str]] = []
    for line in re.split(r"\r?\n", text):
        digest, space, name = line.partition(" ")
        if not line or not space:
            continue  # skipped without a word
        if name[:1] in ("*", " "):
            name = name[1:]
        if "\r" in name or "\n" in name:
            raise ValueError(f"Invalid subject name (contains a newline): {name!r}")
        if not re.fullmatch(r"[0-9a-fA-F]+", digest):
            raise ValueError(f"Invalid digest: {digest}")
        if len(digest) not in (64, 128):
            raise ValueError(f"Unknown digest algorithm: {digest}")
        if (name, digest) not in found:
            found.append((name, digest))
    return found
