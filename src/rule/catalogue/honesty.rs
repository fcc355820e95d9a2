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
    remedy: "Build with a tool that sorts tags (maturin 1.16, auditwheel 6.4, or later), or have the wheel renamed.",
    source: "PEP 425, \"Compressed tag sets\"",
};

pub(super) const WHEEL_TAGS: Entry = Entry {
    id: "wheel-tags",
    class: Honesty,
    severity: Error,
    summary: "The `Tag:` lines of `WHEEL` match the tags of the file's name, axis by axis.",
    rationale: "Installers select a wheel by its name and then read `WHEEL`: if the two contradict each other, `pip check` fails, and uv reinstalls it every time. Order, case and compression of the tags do not matter, and the lines need not be the full product. Tags that say the same and more are `wheel-tags-broader`. With `normalize: off` it is a warning.",
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

pub(super) const NATIVE_MACHINE: Entry = Entry {
    id: "native-machine",
    class: Honesty,
    severity: Error,
    summary: "Native code is for the system and machine that the platform tags or the name of its file declare.",
    rationale: "An extension module for x86-64 in a wheel for aarch64, or a program for x86-64 named `tool-linux-arm64`, fails on users' machines only. So does a universal file that lacks one of its machines. In wheels, libraries and programs for other machines are allowed, as long as there is code for the machines of the tags. With `normalize: off` it is a warning.",
    remedy: "Build it on, or cross-compile it for, the machine that the tag or name declares, and check which file the job copied.",
    source: "platform compatibility tags; ELF, Mach-O, PE and WebAssembly headers",
};

pub(super) const NATIVE_LIBC: Entry = Entry {
    id: "native-libc",
    class: Honesty,
    severity: Error,
    summary: "Native code uses the C library that its file's tags or name declare.",
    rationale: "A program that was linked against glibc does not start where there is only musl, as on Alpine Linux, and the reverse. It fails with \"not found\", which names the program and not the missing loader. Statically linked programs fit both. With `normalize: off` it is a warning.",
    remedy: "Build it for the declared target, in an image of that C library or with a cross toolchain.",
    source: "PEP 600; PEP 656; System V ABI, `PT_INTERP`, `DT_NEEDED`",
};

pub(super) const NATIVE_GLIBC: Entry = Entry {
    id: "native-glibc",
    class: Honesty,
    severity: Error,
    summary: "Native code in a manylinux wheel needs no newer glibc than the oldest of its tags.",
    rationale: "Code that was built on a newer system may use symbols that the declared glibc does not have, and then fails on import with \"version `GLIBC_2.34' not found\". Weak symbol versions do not count, as for auditwheel. With `normalize: off` it is a warning.",
    remedy: "Build it in the manylinux image of that tag, and run `auditwheel repair`.",
    source: "PEP 600; auditwheel's policies; LSB, symbol versions",
};

pub(super) const NATIVE_SIGNATURE: Entry = Entry {
    id: "native-signature",
    class: Honesty,
    severity: Error,
    summary: "Programs, libraries and bundles for Apple silicon have a code signature.",
    rationale: "On Apple silicon, macOS kills a program at its start and refuses to load a library if it has no code signature at all. The linker writes an ad hoc signature; tools that strip or edit the file afterwards can remove it. With `normalize: off` it is a warning.",
    remedy: "Sign it after the last change: `codesign --sign - --force FILE`, or `rcodesign sign FILE` on Linux.",
    source: "Apple, macOS 11 release notes; `LC_CODE_SIGNATURE`",
};

pub(super) const MODULE_SUFFIX: Entry = Entry {
    id: "module-suffix",
    class: Honesty,
    severity: Error,
    summary: "The interpreters that install a wheel can import its extension modules.",
    rationale: "An interpreter imports extension modules by suffix: CPython 3.13 ignores `_core.cpython-312-x86_64-linux-gnu.so`. A wheel for `abi3` is installed by all later versions, and needs modules that end with `.abi3.so` or have no tag. With `normalize: off` it is a warning.",
    remedy: "Build a wheel for each version of Python, or build for the stable ABI and tag the wheel `abi3`.",
    source: "PEP 3149; PEP 384; PEP 425",
};

pub(super) const FILE_CONTENT: Entry = Entry {
    id: "file-content",
    class: Honesty,
    severity: Error,
    summary: "A file begins as the format does that its name gives.",
    rationale: "An error page that was saved as `tool.zip`, a Git LFS pointer in place of an installer, or a plain tar named `.tar.gz` passes every checksum, and no user can open it. With `normalize: off` it is a warning.",
    remedy: "Check the step that downloads or packs the file, and let it fail on errors (`curl --fail`, `git lfs pull`).",
    source: "magic numbers of the formats' specifications",
};

pub(super) const TARGET_DUPLICATE: Entry = Entry {
    id: "target-duplicate",
    class: Honesty,
    severity: Error,
    summary: "No program is released under the names of two targets.",
    rationale: "Two assets with the same bytes, or two archives with the same program, whose names give different targets: one of them is a copy that a build matrix put under the wrong name. Universal binaries, installers, WebAssembly, scripts and archives of several programs are right under several names. With `normalize: off` it is a warning.",
    remedy: "Check which target the job builds for, and where it takes the file from. If one program is meant for both, release it once, under a name that says so.",
    source: "names of targets: Rust's triples, `GOOS` and `GOARCH`, Node's `process.platform`",
};
