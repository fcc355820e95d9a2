//! What a name declares is in the file.

use super::Entry;
use crate::rule::Class::Honesty;
use crate::rule::Severity::Error;

pub(super) const TAG_ORDER: Entry = Entry {
    id: "tag-order",
    class: Honesty,
    severity: Error,
    summary: "The tags in a wheel's name are sorted, in lower case and without repetition (PEP 425).",
    rationale: "PEP 425 requires sorted tags. Two spellings of one name have made attestations fail and put the same wheel on PyPI twice. With `normalize: rename` the wheel is renamed without a finding; `check` reports an error, `off` a warning.",
    remedy: "Set `normalize: rename`, or build with a tool that sorts tags: maturin 1.16, auditwheel 6.4, or later.",
    source: "PEP 425, \"Compressed tag sets\"",
};

pub(super) const WHEEL_TAGS: Entry = Entry {
    id: "wheel-tags",
    class: Honesty,
    severity: Error,
    summary: "The `Tag:` lines of `WHEEL` match the tags of the file's name, axis by axis.",
    rationale: "Installers select a wheel by its name and then read `WHEEL`: if the two differ, `pip check` fails, and uv reinstalls it every time. Order, case and compression of the tags do not matter, and the lines need not be the full product. With `normalize: off` it is a warning.",
    remedy: "Retag with tools that update both: `wheel tags`, `auditwheel repair`, `delocate-wheel`.",
    source: "binary distribution format, \"File contents\"; PEP 425",
};

pub(super) const WHEEL_DATA: Entry = Entry {
    id: "wheel-data",
    class: Honesty,
    severity: Error,
    summary: "The files of a wheel's `.data` folder are in folders that installers support.",
    rationale: "Some installers treat every top-level folder whose name ends with `.data` as the wheel's own, and fail on folders other than `purelib`, `platlib`, `headers`, `scripts` and `data`. With `normalize: off` it is a warning.",
    remedy: "Move the files into one of these folders, or rename the folder.",
    source: "binary distribution format, \"The .data directory\"",
};

pub(super) const ARCHIVE_UNREADABLE: Entry = Entry {
    id: "archive-unreadable",
    class: Honesty,
    severity: Error,
    summary: "A `.tar.gz` or `.tgz` can be read to its end.",
    rationale: "A truncated archive was not written or not uploaded completely. With `normalize: off` it is a warning.",
    remedy: "Build and upload the archive again.",
    source: "RFC 1952; POSIX pax",
};

pub(super) const NATIVE_MACHINE: Entry = Entry {
    id: "native-machine",
    class: Honesty,
    severity: Error,
    summary: "Native code in a wheel is for a machine that its platform tags name.",
    rationale: "An extension module for x86-64 in a wheel for aarch64 fails on import, and only on users' machines. So does a universal wheel that lacks one of its machines. Libraries and programs for other machines are allowed, as long as there is code for the machines of the tags. With `normalize: off` it is a warning.",
    remedy: "Build it on, or cross-compile it for, the machine that the tag names.",
    source: "platform compatibility tags; ELF, Mach-O, PE and WebAssembly headers",
};
