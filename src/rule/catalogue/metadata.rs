//! Core metadata: what PyPI refuses in the fields of METADATA and PKG-INFO.

use super::Entry;
use crate::rule::Class::Index;
use crate::rule::Severity::{Error, Warning};

pub(super) const METADATA_VERSION: Entry = Entry {
    id: "metadata-version",
    class: Index,
    severity: Error,
    summary: "`Metadata-Version` is one that PyPI accepts: 1.0 to 1.2, or 2.1 to 2.5.",
    rationale: "PyPI refuses metadata of a version that it does not know. A build backend may know a later one first. There was never a version 2.0.",
    remedy: "Build with a release of the build backend that writes an earlier version, until PyPI accepts this one. Version 2.5 needs twine 7 or a publishing action from 1.14.2 on.",
    source: "core metadata specification; PyPI, `forklift/metadata.py`",
};

pub(super) const METADATA_FIELD: Entry = Entry {
    id: "metadata-field",
    class: Index,
    severity: Error,
    summary: "The fields of the metadata are known ones with valid values, and those that may stand once do.",
    rationale: "Uploaders and PyPI read the metadata strictly: an unknown field, one that came with a later version of the metadata, a single-use field that is repeated, or a value that is not of the field's form refuses the upload, after other files may be published already.",
    remedy: "Fix the project's metadata (`pyproject.toml`), or build it with a current build backend.",
    source: "core metadata specification; `packaging`, `metadata.py`; PyPI, `forklift/metadata.py`",
};

pub(super) const METADATA_REQUIREMENT: Entry = Entry {
    id: "metadata-requirement",
    class: Index,
    severity: Error,
    summary: "`Requires-Dist`, `Provides-Dist`, `Obsoletes-Dist`, `Requires-Python` and `Provides-Extra` are valid specifiers.",
    rationale: "PyPI refuses a requirement that no installer can read, such as `foo ^1.0`, `foo >=1.*` or a marker without quotes.",
    remedy: "Fix the dependency in `pyproject.toml`: `name[extra]>=1.0; python_version < \"3.12\"`.",
    source: "dependency specifiers (PEP 508); version specifiers (PEP 440); PyPI, `forklift/metadata.py`",
};

pub(super) const METADATA_LICENSE: Entry = Entry {
    id: "metadata-license",
    class: Index,
    severity: Error,
    summary: "`License-Expression` is an SPDX expression, and `License-File` a relative path.",
    rationale: "PyPI refuses other expressions, such as `Apache 2.0` or `MIT/Apache-2.0`, both `License` and `License-Expression`, and paths with `..`, `*` or `\\`.",
    remedy: "Write `license = \"MIT OR Apache-2.0\"` in `pyproject.toml`, with identifiers of the SPDX list or `LicenseRef-…`, and name licence files by relative paths with `/`.",
    source: "core metadata specification, \"License-Expression\" (PEP 639); SPDX, annex D",
};

pub(super) const METADATA_ADDRESS: Entry = Entry {
    id: "metadata-address",
    class: Index,
    severity: Error,
    summary: "Web and e-mail addresses of the metadata are valid, and the labels of URLs have at most 32 characters.",
    rationale: "PyPI refuses a home page or project URL that is neither http nor https, a label that is empty, too long or repeated, and an author's address to which no mail can be sent. `twine check` does not look at them.",
    remedy: "Fix `[project.urls]`, `authors` and `maintainers` in `pyproject.toml`.",
    source: "PyPI, `forklift/metadata.py`",
};

pub(super) const CLASSIFIER: Entry = Entry {
    id: "classifier",
    class: Index,
    severity: Error,
    summary: "Classifiers are on PyPI's list.",
    rationale: "PyPI refuses a classifier that is unknown, deprecated or begins with `Private ::`. `twine check` does not look at them.",
    remedy: "Write the classifier as PyPI lists it, or remove it.",
    source: "the PyPI package trove-classifiers; PyPI, `forklift/metadata.py`",
};

pub(super) const CLASSIFIER_NEW: Entry = Entry {
    id: "classifier-new",
    class: Index,
    severity: Warning,
    summary: "A classifier for a version is on the list that this program knows.",
    rationale: "The list grows with each version of Python and of frameworks. A classifier that differs from known ones only by a newer version may have been added since.",
    remedy: "Check that PyPI lists the classifier, or remove it.",
    source: "the PyPI package trove-classifiers",
};

pub(super) const DESCRIPTION: Entry = Entry {
    id: "description",
    class: Index,
    severity: Error,
    summary: "A description in reStructuredText, which is what PyPI assumes without a `Description-Content-Type`, renders.",
    rationale: "PyPI renders the description and refuses the upload at docutils' first warning: a directive or role that only Sphinx knows, `include`, `raw`, a title whose line is too short.",
    remedy: "Declare Markdown (`readme = \"README.md\"`) if it is Markdown; otherwise use what docutils knows, and check it with `twine check`.",
    source: "PyPI, `utils/readme.py`; readme-renderer; docutils",
};
