"""Wheels made by hand, as small as they can be."""

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

CLOCK = (2026, 1, 2, 3, 4, 6)


def record_row(path: str, sha256: bytes, size: int) -> str:
    """A row of RECORD, whose path needs no quotes."""
    return f"{path},sha256={urlsafe_b64encode(sha256).rstrip(b'=').decode()},{size}"


def metadata(name: str, version: str, summary: str = "nothing") -> bytes:
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {summary}\n"
    return f"{text}Description-Content-Type: text/plain\n\nNothing.\n".encode()


def wheel(
    path: Path,
    *,
    tags: list[str] | None = None,
    members: dict[str, bytes] | None = None,
    described: tuple[str, str] | None = None,
    build: str | None = None,
    line_end: str = "\n",
    summary: str = "nothing",
    changed: str | None = None,
) -> Path:
    """Writes a wheel under the letters of its file's name.

    `tags` are the `Tag:` lines of WHEEL, `members` lie beside its metadata,
    `described` are name and version in METADATA, `summary` is its summary, and
    `changed` is a member with one byte more than RECORD says; none of them need
    be true.
    """
    parts = path.name.removesuffix(".whl").split("-")
    folder = "-".join(parts[:2]) + ".dist-info"
    lines = ["Wheel-Version: 1.0", "Generator: by hand", "Root-Is-Purelib: true"]
    lines += [f"Build: {build}"] if build else []
    lines += [f"Tag: {tag}" for tag in tags or ["-".join(parts[-3:])]]
    files = {
        **(members or {}),
        f"{folder}/METADATA": metadata(*(described or parts[:2]), summary),
        f"{folder}/WHEEL": "".join(line + line_end for line in lines).encode(),
    }
    rows = [record_row(name, hashlib.sha256(content).digest(), len(content)) for name, content in files.items()]
    files[f"{folder}/RECORD"] = "".join(row + line_end for row in [*rows, f"{folder}/RECORD,,"]).encode()
    if changed:
        files[changed] += b"\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, CLOCK), content, zipfile.ZIP_DEFLATED)
    return path
