//! What PyPI accepts, as far as a file alone decides it.

use super::Entry;
use crate::rule::Class::Index;
use crate::rule::Severity::{Error, Warning};

pub(super) const WHEEL_NAME: Entry = Entry {
    id: "wheel-name",
    class: Index,
    severity: Error,
    summary: "A wheel's file name has the five or six parts of the binary distribution format.",
    rationale: "Project, version, optional build tag and three sets of tags are parsed from a wheel's name. It is all that a resolver knows about a wheel before downloading it.",
    remedy: "Let the build backend name the wheel; do not rename it by hand.",
    source: "binary distribution format, \"File name convention\"; PyPI",
};

pub(super) const WHEEL_VARIANT: Entry = Entry {
    id: "wheel-variant",
    class: Index,
    severity: Error,
    summary: "A wheel's file name has no variant label (PEP 825, a draft that PyPI does not accept).",
    rationale: "PEP 825 adds a variant label to the name. It is a draft: PyPI does not accept such names, and installers do not know them.",
    remedy: "Build the wheel without a variant, or list it in `pypi-exclude` to release it among the assets.",
    source: "PEP 825 (draft)",
};

pub(super) const WHEEL_SPELLING: Entry = Entry {
    id: "wheel-spelling",
    class: Index,
    severity: Error,
    summary: "The project and the version in a wheel's name are spelled as PyPI requires.",
    rationale: "PyPI requires the normalized project name, in lower case and with `_` instead of `-` and `.`. Renaming the file is not enough, because the `.dist-info` folder keeps the old spelling and PyPI looks for it by the file's name.",
    remedy: "Build with a current build backend, which writes normalized names, or have the wheel rewritten.",
    source: "binary distribution format, \"Escaping and Unicode\"; PyPI",
};

pub(super) const WHEEL_FRAMING: Entry = Entry {
    id: "wheel-framing",
    class: Index,
    severity: Error,
    summary: "A wheel is a plain zip: no data descriptors, no comments on entries, and every non-ASCII name marked as UTF-8.",
    rationale: "PyPI refuses zips that streaming readers and readers of the central directory could read differently, even if they agree. A zip that was written as a stream has the sizes after the data.",
    remedy: "Build the wheel with a tool that writes plain zips, or pack it again with `wheel unpack` and `wheel pack`.",
    source: "PyPI, `warehouse/utils/zipfiles.py`; APPNOTE 4.3.9, 4.3.12, 4.6.9",
};

pub(super) const WHEEL_RATIO: Entry = Entry {
    id: "wheel-ratio",
    class: Index,
    severity: Error,
    summary: "A wheel that unpacks to more than 64 MiB has a compression ratio of at most 50 to 1.",
    rationale: "PyPI refuses a higher ratio as a decompression bomb.",
    remedy: "Leave repetitive data out, or generate it when the package is first used.",
    source: "PyPI, `warehouse/forklift/legacy.py`",
};

pub(super) const WHEEL_POLYGLOT: Entry = Entry {
    id: "wheel-polyglot",
    class: Index,
    severity: Error,
    summary: "A wheel is a zip and cannot be read as another format, such as tar.",
    rationale: "A file that is a zip to one reader and a tar to another holds two sets of files, of which only one was checked.",
    remedy: "Find out what built it: no build backend writes such a file.",
    source: "PyPI, `warehouse/forklift/legacy.py`",
};

pub(super) const WHEEL_DIST_INFO: Entry = Entry {
    id: "wheel-dist-info",
    class: Index,
    severity: Error,
    summary: "A wheel's metadata is in `{name}-{version}.dist-info`, spelled as in the file's name.",
    rationale: "PyPI looks for `{name}-{version}.dist-info/WHEEL`, spelled as in the file's name, and nowhere else. It is missing in a wheel that was renamed by hand.",
    remedy: "Restore the name under which the wheel was built, or build it again. If only the spelling differs, `normalize: rewrite` fixes it.",
    source: "binary distribution format, \"File contents\"; PyPI",
};

pub(super) const WHEEL_METADATA: Entry = Entry {
    id: "wheel-metadata",
    class: Index,
    severity: Error,
    summary: "A wheel holds a `METADATA` that PyPI accepts, with the project and the version of the file's name.",
    rationale: "PyPI refuses a wheel without `METADATA`, and one whose `METADATA` has another project or version than the file's name. It refuses metadata that is not UTF-8, or whose name or version is not valid. Twine sends the first file of the archive that has `METADATA` in its path.",
    remedy: "Build the wheel again, and do not rename it by hand.",
    source: "core metadata specification; PyPI, `warehouse/forklift/metadata.py`",
};

pub(super) const WHEEL_RECORD: Entry = Entry {
    id: "wheel-record",
    class: Index,
    severity: Error,
    summary: "A wheel holds a `RECORD` that can be read as CSV.",
    rationale: "Without `RECORD` it is unknown which files belong to the wheel. Installers and PyPI refuse such a wheel, and one whose `RECORD` is not UTF-8 or has a blank line. About single odd rows PyPI only sends a mail: see `record-names`.",
    remedy: "Build the wheel with a build backend.",
    source: "binary distribution format, \"The .dist-info directory\"; PyPI",
};

pub(super) const WHEEL_PLATFORM: Entry = Entry {
    id: "wheel-platform",
    class: Index,
    severity: Error,
    summary: "PyPI accepts every platform tag of a wheel.",
    rationale: "PyPI accepts wheels for a fixed set of platforms. `linux_x86_64` is not one of them: it says nothing about the C library, so the wheel may not run on another machine.",
    remedy: "For Linux, use `auditwheel repair` or maturin's `--compatibility pypi`; for macOS, a `MACOSX_DEPLOYMENT_TARGET` with minor version 0. Or list the wheel in `pypi-exclude` to release it among the assets.",
    source: "platform compatibility tags; PyPI, `warehouse/forklift/legacy.py`",
};

pub(super) const WHEEL_LICENSE_FILE: Entry = Entry {
    id: "wheel-license-file",
    class: Index,
    severity: Error,
    summary: "Every `License-File` that a wheel's metadata names (version 2.4 and later) is in its `licenses` folder.",
    rationale: "From metadata version 2.4 on, every `License-File` is a path below `licenses/`, and PyPI looks for each of them.",
    remedy: "Build with a current build backend (PEP 639 support), or fix the project's `license-files`.",
    source: "PEP 639; PyPI",
};

pub(super) const WHEEL_ENTRY_POINTS: Entry = Entry {
    id: "wheel-entry-points",
    class: Index,
    severity: Error,
    summary: "A wheel's `entry_points.txt` is well formed, and its scripts have valid names.",
    rationale: "Installers create a command for every script. A name with a slash or a space creates it elsewhere, or fails.",
    remedy: "Fix the project's `[project.scripts]` and `[project.entry-points]`.",
    source: "entry points specification; PyPI, since May 2026",
};

pub(super) const WHEEL_ENTRY_POINTS_INSTALLERS: Entry = Entry {
    id: "wheel-entry-points-installers",
    class: Index,
    severity: Warning,
    summary: "Installers read a wheel's `entry_points.txt` as PyPI does, and can create its scripts.",
    rationale: "PyPI accepts the wheel, but pip and other installers fail on the file, or read it differently: a continued line, a `;` comment within a group, a group `DEFAULT`, a script named `.`, a script that is not `module:object`.",
    remedy: "Fix the project's `[project.scripts]` and `[project.entry-points]`.",
    source: "entry points specification; pip, installer",
};

pub(super) const DISTRIBUTION_FORMAT: Entry = Entry {
    id: "distribution-format",
    class: Index,
    severity: Error,
    summary: "Distributions of a project are wheels and `.tar.gz` source distributions.",
    rationale: "PyPI accepts neither source distributions that end with `.zip`, `.tgz`, `.tar.bz2` or `.tar.xz`, nor eggs, installers, RPM packages and archives of installed files. Beside a project's wheels, a file of such a name would be missing on PyPI.",
    remedy: "Build a `.tar.gz` source distribution and wheels (`python -m build`). If the file is meant as an asset, give it a name that says so, or set `pypi-exclude` for it.",
    source: "source distribution format (PEP 625); PyPI, `forklift/legacy.py`",
};

pub(super) const PROHIBITED_CONTENT: Entry = Entry {
    id: "prohibited-content",
    class: Index,
    severity: Error,
    summary: "No Python file of a distribution holds code encrypted by PyArmor or SourceDefender, or an API token of PyPI.",
    rationale: "PyPI scans the `.py` and `.pye` files of every upload, up to 5 MiB each, for the marks that PyArmor and SourceDefender leave in encrypted code, which its acceptable use policy does not allow, and for its own API tokens, with which anyone could publish.",
    remedy: "Build the distribution from the source code that was not encrypted, or set `pypi-exclude` to release the file among the assets. Revoke a token that was found.",
    source: "PyPI, `warehouse/utils/scanner.py`, `warehouse/utils/scanner_rules`",
};

pub(super) const UNPUBLISHED_DISTRIBUTION: Entry = Entry {
    id: "unpublished-distribution",
    class: Index,
    severity: Warning,
    summary: "No asset looks like a Python distribution.",
    rationale: "An archive of a Python project that has no `PKG-INFO` in the one folder at its top, and a distribution in a format that PyPI no longer accepts, go to `assets/`, and PyPI gets nothing. Beside a wheel or sdist of the same project it is an error (`sdist-metadata`, `distribution-format`).",
    remedy: "Build wheels and a `.tar.gz` source distribution (`python -m build`). If the file is meant as an asset, set `pypi-exclude` for it.",
    source: "source distribution format (PEP 625); PyPI, `forklift/legacy.py`",
};

pub(super) const LOCAL_VERSION: Entry = Entry {
    id: "local-version",
    class: Index,
    severity: Error,
    summary: "A version for PyPI has no local part (`+…`).",
    rationale: "Local versions (`1.0+cu121`) are for builds that are not published; PyPI refuses them.",
    remedy: "Build without the local version, or exclude the file from PyPI to release it among the assets.",
    source: "version specifiers, \"Local version identifiers\"; PyPI",
};

pub(super) const DIRECT_REFERENCE: Entry = Entry {
    id: "direct-reference",
    class: Index,
    severity: Error,
    summary: "No dependency is a direct reference (a URL).",
    rationale: "A dependency by URL is installed from outside the index. PyPI refuses it in `Requires-Dist`, `Provides-Dist` and `Obsoletes-Dist`, within extras too.",
    remedy: "Depend on a release that is on PyPI (`name>=1.0`), or remove the dependency and document how to install it.",
    source: "version specifiers, \"Direct references\"; PyPI",
};

pub(super) const SDIST_METADATA: Entry = Entry {
    id: "sdist-metadata",
    class: Index,
    severity: Error,
    summary: "A source distribution holds one top folder with a `PKG-INFO` that declares name and version.",
    rationale: "A file that is named like an sdist of a project in the release but has no valid `PKG-INFO` would be released among the assets, and PyPI would get no sdist.",
    remedy: "Build it with the project's build backend (`python -m build --sdist`). If it is another kind of archive, rename it.",
    source: "source distribution format, \"Source distribution archive features\"; PyPI",
};

pub(super) const SDIST_POLYGLOT: Entry = Entry {
    id: "sdist-polyglot",
    class: Index,
    severity: Error,
    summary: "A source distribution is a gzipped tar and cannot be read as a zip.",
    rationale: "A reader of zips looks for the end of one near the end of a file. It finds the end of a zip that lies in the sdist if gzip did not compress but store it. Such a file holds two sets of files, and PyPI refuses it.",
    remedy: "Build it with compression (`python -m build --sdist`).",
    source: "PyPI, `warehouse/forklift/legacy.py`",
};

pub(super) const SDIST_SPARSE: Entry = Entry {
    id: "sdist-sparse",
    class: Index,
    severity: Error,
    summary: "A source distribution holds no sparse files.",
    rationale: "Tar stores sparse files in several formats, which not every reader supports. PyPI refuses them.",
    remedy: "Build it with the project's build backend (`python -m build --sdist`), or pack it without `--sparse`.",
    source: "PyPI; GNU tar, \"Storing Sparse Files\"",
};

pub(super) const SDIST_LICENSE_FILE: Entry = Entry {
    id: "sdist-license-file",
    class: Index,
    severity: Error,
    summary: "Every `License-File` that a source distribution's `PKG-INFO` names (version 2.4 and later) is in it.",
    rationale: "From metadata version 2.4 on, every `License-File` is a path below the top folder, and PyPI looks for each of them. Some backends find the file for wheels and do not pack it into the sdist.",
    remedy: "Include the file in the sdist (for maturin `include = [\"LICENSE\"]`), or fix the project's `license-files`.",
    source: "PEP 639; PyPI",
};

pub(super) const SDIST_NAME: Entry = Entry {
    id: "sdist-name",
    class: Index,
    severity: Error,
    summary: "A source distribution is named `{name}-{version}.tar.gz`, from its `PKG-INFO`.",
    rationale: "PyPI requires exactly `{name}-{version}.tar.gz`, both normalized (PEP 625). It is reported with `normalize: check` or `off`, and for a file that is signed under its name; otherwise the file is renamed.",
    remedy: "Set `normalize: rename`, or build the sdist under that name. Sign it after the release is prepared.",
    source: "PEP 625; PyPI",
};

pub(super) const SDIST_SECOND: Entry = Entry {
    id: "sdist-second",
    class: Index,
    severity: Error,
    summary: "A version of a project has one source distribution.",
    rationale: "PyPI accepts one source distribution a version, and compares versions by what they mean: `1.0` and `1.0.0` are one. It refuses the second after the first is published.",
    remedy: "Upload one of them, and declare the version in one place.",
    source: "PyPI, `warehouse/forklift/legacy.py`",
};

pub(super) const INDEX_DUPLICATE: Entry = Entry {
    id: "index-duplicate",
    class: Index,
    severity: Error,
    summary: "No two files for PyPI have the same bytes.",
    rationale: "PyPI accepts each content once. It answers the second upload with \"File already exists\", and `skip-existing` hides that a file is missing.",
    remedy: "Upload the file under one name only.",
    source: "PyPI, \"File already exists\"",
};
