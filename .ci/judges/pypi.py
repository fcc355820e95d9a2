"""What PyPI refuses of a new upload of a wheel, by its rules of August 2026.

usage: pypi.py WHEEL...

A reading of these rules that shares nothing with the program's, which is held
against it. PyPI opens a wheel with Python's zipfile and validates metadata
with packaging, and so does this; what it asks beyond that is written anew
here. What depends on the project (a name that was used, a raised limit, a
closed release) nobody but PyPI can know.

A refusal bears the id of the rule under which the program must report it.
"""

import configparser
import csv
import email.utils
import io
import re
import struct
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import email_validator
import readme_renderer.rst
import rfc3986.exceptions
import rfc3986.validators
import trove_classifiers
from packaging.metadata import InvalidMetadata, Metadata, RawMetadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

MEBIBYTE = 1 << 20
MAX_RATIO, RATIO_FROM = 50, 64 * MEBIBYTE
MAX_SUMMARY, MAX_URL_LABEL = 512, 32
# Beside a wheel PyPI lays its metadata, under a name that a file system must take.
MAX_NAME = 255 - len(".metadata")

MAC_ARCHITECTURES = "ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2"
# Anchored at both ends but for the last one, which PyPI leaves open.
PLATFORM = re.compile(
    "|".join(
        f"(?:{pattern})"
        for pattern in (
            "any",
            "win32|win_(?:arm64|amd64|ia64)",
            "manylinux(?:1|2010)_(?:x86_64|i686)",
            "manylinux2014_(?:x86_64|i686|aarch64|armv7l|ppc64|ppc64le|s390x)",
            "linux_armv[67]l",
            rf"macosx_(?:10_\d+|(?:1[1-5]|26)_0)_(?:{MAC_ARCHITECTURES})",
            r"(?:many|musl)linux_\d+_\d+_(?:x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64)",
            r"manylinux_\d+_\d+_ppc64",
            r"ios_\d+_\d+_(?:arm64|x86_64)_iphone(?:os|simulator)",
            r"android_\d+_(?:armeabi_v7a|arm64_v8a|x86|x86_64)",
            r"pyemscripten_\d+_\d+_wasm32.*",
        )
    )
)
SCRIPT = re.compile(r"[\w.-]+")


@dataclass(frozen=True, order=True)
class Refusal:
    """Why PyPI would not take a file, under the rule that says so here."""

    rule: str
    why: str


class FramingError(Exception):
    """Two readers of the zip could read two archives."""


def refusals(wheel: Path) -> list[Refusal]:
    """Everything that PyPI could say of a wheel, though it stops at the first."""
    found = []

    def refuse(rule: str, why: object) -> None:
        found.append(Refusal(rule, str(why)))

    if re.search(r"[\x00-\x1f\x7f\\]", wheel.name):
        refuse("wheel-name", "a control character or backslash in the name")
    if len(wheel.name.encode()) > MAX_NAME:
        refuse("wheel-name", f"more than {MAX_NAME} bytes of name")
    try:
        project, version, _, tags = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename as error:
        refuse("wheel-name", error)
        return found
    for platform in sorted({tag.platform for tag in tags}):
        if not PLATFORM.fullmatch(platform):
            refuse("wheel-platform", platform)

    if tarfile.is_tarfile(wheel):
        refuse("wheel-polyglot", "a tar as well")
    try:
        archive = zipfile.ZipFile(wheel)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, OSError) as error:
        refuse("wheel-framing", error)
        return found
    with archive:
        try:
            check_framing(wheel.read_bytes(), archive)
        except FramingError as error:
            refuse("wheel-framing", error)
        entries = archive.infolist()
        if methods := {entry.compress_type for entry in entries} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            refuse("wheel-framing", f"methods {methods}")
        unpacked, packed = sum(entry.file_size for entry in entries), wheel.stat().st_size
        if unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO:
            refuse("wheel-ratio", f"{unpacked} bytes in {packed}")

        # By the letters of the file's name: PyPI looks for no other spelling.
        spelt, folder = wheel.name.split("-")[0], "-".join(wheel.name.split("-")[:2]) + ".dist-info"
        names = set(archive.namelist())
        if f"{folder}/WHEEL" not in names:
            refuse("wheel-dist-info", f"no {folder}/WHEEL")
        if spelt != project.replace("-", "_"):
            refuse("wheel-spelling", spelt)

        def read(name: str, rule: str) -> bytes | None:
            """A member; none if it is not there or cannot be unpacked."""
            if name not in names:
                return None
            try:
                return archive.read(name)
            except Exception as error:  # whatever the broken member brings zipfile to raise
                refuse(rule, f"{name}: {error!r}")
                return None

        content = read(f"{folder}/METADATA", "wheel-metadata")
        if content is None:
            refuse("wheel-metadata", f"no {folder}/METADATA")
        else:
            raw, unparsed = parse_email(content)
            found += metadata(raw, unparsed, project, version)
            found += license_files(raw, folder, names)
        content = read(f"{folder}/RECORD", "wheel-record")
        if content is None:
            refuse("wheel-record", f"no {folder}/RECORD")
        else:
            try:
                list(csv.reader(io.StringIO(content.decode(), newline="")))
            except (UnicodeDecodeError, csv.Error) as error:
                refuse("wheel-record", error)
        content = read(f"{folder}/entry_points.txt", "wheel-entry-points")
        if content is not None:
            found += entry_points(content)
    return found


# Records of a zip as they lie in it (APPNOTE 6.3.10, 4.3), from their signatures on.
LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")
END = struct.Struct("<4s4H2IH")
SATURATED = 0xFFFFFFFF
ZIP64, UNICODE_PATH = 0x0001, 0x7075


def check_framing(data: bytes, archive: zipfile.ZipFile) -> None:
    """Walks the records from the front, as a reader of a stream would.

    They must be what the directory says that zipfile has read, and fill the
    file to its end.
    """
    declared = {entry.orig_filename: (entry.compress_size, entry.file_size) for entry in archive.infolist()}
    local, central = set(), set()
    start = size = 0
    end64, located = None, False
    at = 0
    while True:
        signature = data[at : at + 4]
        if signature == b"PK\3\4":
            name, at = local_entry(data, at, declared)
            if name in local:
                raise FramingError(f"two local headers of {name!r}")
            local.add(name)
        elif signature == b"PK\1\2":
            *_, name_len, extra_len, comment_len, _, _, _, _ = fields(CENTRAL, data, at)
            name = cut(data, at + CENTRAL.size, name_len)
            cut(data, at + CENTRAL.size + name_len, extra_len)
            check_name(name)
            if comment_len:
                raise FramingError(f"a comment on {name!r}")
            if name in central:
                raise FramingError(f"{name!r} is twice in the directory")
            if name not in local:
                raise FramingError(f"{name!r} is in the directory, without a local header before it")
            start = at if not central else start
            central.add(name)
            size += CENTRAL.size + name_len + extra_len
            at += CENTRAL.size + name_len + extra_len
        elif signature == b"PK\6\6":
            _, rest, _, _, _, _, here, entries, wide_size, wide_offset = fields(END64, data, at)
            if here != entries or rest != END64.size - 12:
                raise FramingError("a ZIP64 end record of several disks, or with data of another kind")
            end64 = (entries, wide_size, wide_offset)
            at += END64.size
        elif signature == b"PK\6\7":
            fields(LOCATOR, data, at)
            located = True
            at += LOCATOR.size
        elif signature == b"PK\5\6":
            _, _, _, here, entries, narrow_size, narrow_offset, comment_len = fields(END, data, at)
            if here != entries or (end64 and not located):
                raise FramingError("an end record of several disks, or a ZIP64 one without locator")
            start = start if central else at
            told = end64 or (entries, narrow_size, narrow_offset)
            if told != (len(central), size, start):
                raise FramingError(f"the directory is {(len(central), size, start)}, and said to be {told}")
            if at + END.size + comment_len != len(data):
                raise FramingError("data behind the end")
            break
        else:
            raise FramingError(f"no record at byte {at}")
    if central != local:
        raise FramingError(f"not in the directory: {local - central}")


def local_entry(data: bytes, at: int, declared: dict[str, tuple[int, int]]) -> tuple[bytes, int]:
    """The name of the entry at that byte, and where its packed bytes end."""
    _, _, flags, method, _, _, _, packed, size, name_len, extra_len = fields(LOCAL, data, at)
    at += LOCAL.size
    name, extra = cut(data, at, name_len), cut(data, at + name_len, extra_len)
    at += name_len + extra_len
    check_name(name)
    seen = set()
    while extra:
        if len(extra) < 4:
            raise FramingError("an extra field breaks off")
        kind, length = struct.unpack_from("<2H", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if len(field) != length:
            raise FramingError("an extra field breaks off")
        if kind in seen and kind in (ZIP64, UNICODE_PATH):
            raise FramingError(f"the extra field {kind:#x} twice")
        seen.add(kind)
        if kind == UNICODE_PATH:
            check_name(field[5:])
        elif kind == ZIP64:
            packed, size = zip64_sizes(field, method, packed, size)
    if flags & 0x08:
        raise FramingError(f"a data descriptor behind {name!r}")
    if declared.get(name.decode()) != (packed, size):
        raise FramingError(f"{name!r} has other sizes in the directory, or none")
    return name, at + packed


def zip64_sizes(field: bytes, method: int, packed: int, size: int) -> tuple[int, int]:
    if len(field) not in (0, 8, 16, 24, 28):
        raise FramingError("a ZIP64 field of no such length")
    if not field:
        if SATURATED in (packed, size):
            raise FramingError("a ZIP64 field without the sizes that belong there")
        return packed, size
    (wide,) = struct.unpack_from("<Q", field)
    size = wide if size == SATURATED else size
    if len(field) > 8:
        return struct.unpack_from("<Q", field, 8)[0], size
    if method != zipfile.ZIP_STORED:
        raise FramingError("a ZIP64 field without the packed size")
    return wide, size


def check_name(name: bytes) -> None:
    if re.search(rb"[\x00-\x1f\x7f]", name):
        raise FramingError(f"a control character in {name!r}")
    try:
        name.decode()
    except UnicodeDecodeError:
        raise FramingError(f"{name!r} is not UTF-8") from None


def fields(record: struct.Struct, data: bytes, at: int) -> tuple:
    return record.unpack(cut(data, at, record.size))


def cut(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise FramingError("a record breaks off")
    return data[at : at + length]


def metadata(raw: RawMetadata, unparsed: dict[str, list[str]], project: str, version: Version) -> list[Refusal]:
    """METADATA as twine makes a form of it, and what PyPI says of the form."""
    found = [Refusal(UNPARSED_RULES.get(field, "metadata-field"), f"{field} cannot be read") for field in unparsed]
    raw = dict(raw)
    # Until metadata 2.4 setuptools wrote the field without its being one.
    if not knows_license_files(raw):
        raw.pop("license_files", None)
    try:
        Metadata.from_raw(raw)
    except ExceptionGroup as group:
        found += [Refusal(rule_of(error), str(error)) for error in group.exceptions]
    except (ValueError, IndexError) as error:  # a content type that Python's email cannot take
        found.append(Refusal("metadata-field", str(error)))
    try:
        given = Version(raw.get("version", ""))
    except InvalidVersion:
        given = None
    if (given and given != version) or canonicalize_name(raw.get("name", "")) != project:
        found.append(Refusal("wheel-metadata", f"of {raw.get('name')} {raw.get('version')}"))
    return found + form(raw, given)


# The metadata versions that PyPI's server knows; packaging may be ahead of it.
SUPPORTED = {"1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"}


def form(raw: dict, version: Version | None) -> list[Refusal]:
    """What PyPI says beyond packaging. Fields that are UNKNOWN are not sent to it."""
    found = []

    def refuse(rule: str, why: object) -> None:
        found.append(Refusal(rule, str(why)))

    def said(field: str) -> str:
        text = raw.get(field, "").strip()
        return "" if text == "UNKNOWN" else text

    if raw.get("metadata_version") not in SUPPORTED:
        refuse("metadata-version", raw.get("metadata_version"))
    if version and version.local:
        refuse("local-version", version)
    if len(said("summary")) > MAX_SUMMARY:
        refuse("metadata-field", "the summary is too long")
    if said("license") and said("license_expression"):
        refuse("metadata-license", "License and License-Expression")
    for field in ("author_email", "maintainer_email"):
        _, address = email.utils.parseaddr(said(field))
        try:
            if address:
                email_validator.validate_email(address, check_deliverability=False)
        except email_validator.EmailNotValidError as error:
            refuse("metadata-address", f"{address}: {error}")
    for classifier in set(raw.get("classifiers", [])) - {"UNKNOWN"}:
        if classifier not in trove_classifiers.classifiers:
            refuse("classifier", classifier)
    for field in ("home_page", "download_url"):
        if said(field) and not is_web_address(said(field)):
            refuse("metadata-address", said(field))
    for label, url in raw.get("project_urls", {}).items():
        if not 0 < len(label) <= MAX_URL_LABEL or not is_web_address(url):
            refuse("metadata-address", f"{label!r}, {url!r}")
    for field in ("requires_dist", "provides_dist", "obsoletes_dist"):
        for text in raw.get(field, []):
            try:
                if Requirement(text).url is not None:
                    refuse("direct-reference", text)
            except InvalidRequirement as error:
                refuse("metadata-requirement", f"{text}: {error}")
    content_type = raw.get("description_content_type", "text/x-rst").split(";")[0].split(",")[0].strip().lower()
    description = raw.get("description", "")
    if content_type == "text/x-rst" and description and description.strip() != "UNKNOWN":
        warnings = io.StringIO()
        if readme_renderer.rst.render(description, stream=warnings) is None:
            refuse("description", warnings.getvalue())
    return found


def is_web_address(url: str) -> bool:
    validator = rfc3986.validators.Validator().allow_schemes("http", "https").require_presence_of("scheme")
    try:
        validator.check_validity_of("scheme", "host", "port", "path", "query")
        validator.validate(rfc3986.uri_reference(url).normalize())
    except (rfc3986.exceptions.RFC3986Exception, ValueError):
        return False
    return True


# The rules of fields that are repeated or no text.
UNPARSED_RULES = {
    "name": "wheel-metadata",
    "version": "wheel-metadata",
    "metadata-version": "wheel-metadata",
    "project-url": "metadata-address",
}
# The rules of those fields that have one of their own.
FIELD_RULES = {
    "name": "wheel-metadata",
    "version": "wheel-metadata",
    "metadata-version": "metadata-version",
    "provides-extra": "metadata-requirement",
    "requires-dist": "metadata-requirement",
    "requires-python": "metadata-requirement",
    "license-expression": "metadata-license",
    "license-file": "metadata-license",
    "project-url": "metadata-address",
}


def rule_of(error: InvalidMetadata) -> str:
    """The rule of what packaging says about a field."""
    if "introduced in metadata version" in str(error):
        return "metadata-field"
    return FIELD_RULES.get(error.field, "metadata-field")


def knows_license_files(raw: RawMetadata) -> bool:
    numbers = raw.get("metadata_version", "").split(".")
    return all(number.isdigit() for number in numbers) and [int(number) for number in numbers] >= [2, 4]


def license_files(raw: RawMetadata, folder: str, names: set[str]) -> list[Refusal]:
    if not knows_license_files(raw):
        return []
    paths = [str(PurePosixPath(folder, "licenses", name)) for name in raw.get("license_files", [])]
    return [Refusal("wheel-license-file", path) for path in paths if path not in names]


class EntryPoints(configparser.ConfigParser):
    """Interpolation is left on, since PyPI leaves it on."""

    optionxform = staticmethod(str)


def entry_points(content: bytes) -> list[Refusal]:
    parser = EntryPoints(delimiters=("=",))
    try:
        parser.read_string(content.decode())
        groups = {group: dict(parser.items(group)) for group in parser.sections()}
    except (UnicodeDecodeError, configparser.Error) as error:
        return [Refusal("wheel-entry-points", str(error))]
    return [
        Refusal("wheel-entry-points", f"a script is called {name!r}")
        for group in ("console_scripts", "gui_scripts")
        for name in groups.get(group, {})
        if not SCRIPT.fullmatch(name)
    ]


def main(*wheels: Path) -> None:
    for wheel in wheels:
        for refusal in refusals(wheel):
            print(f"{wheel.name}: {refusal.rule}: {refusal.why}")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
