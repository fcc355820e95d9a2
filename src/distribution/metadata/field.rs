//! The fields of core metadata (core metadata specification; `packaging`,
//! `metadata.py`).

/// A version of core metadata: major and minor number.
pub(crate) type MetadataVersion = (u32, u32);

/// The versions that PyPI accepts, in their order.
pub(crate) const ACCEPTED_VERSIONS: [MetadataVersion; 8] =
    [(1, 0), (1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5)];

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name, in the letters of the specification.
    pub name: &'static str,
    /// The version of the metadata that it came with.
    pub since: MetadataVersion,
    /// Whether it may stand more than once.
    pub is_multiple: bool,
}

const fn single(name: &'static str, since: MetadataVersion) -> Field {
    Field { name, since, is_multiple: false }
}

const fn multiple(name: &'static str, since: MetadataVersion) -> Field {
    Field { name, since, is_multiple: true }
}

/// All fields.
pub(crate) const FIELDS: [Field; 32] = [
    single("Metadata-Version", (1, 0)),
    single("Name", (1, 0)),
    single("Version", (1, 0)),
    multiple("Platform", (1, 0)),
    single("Summary", (1, 0)),
    single("Description", (1, 0)),
    single("Keywords", (1, 0)),
    single("Home-page", (1, 0)),
    single("Author", (1, 0)),
    single("Author-email", (1, 0)),
    single("License", (1, 0)),
    multiple("Supported-Platform", (1, 1)),
    single("Download-URL", (1, 1)),
    multiple("Classifier", (1, 1)),
    multiple("Requires", (1, 1)),
    multiple("Provides", (1, 1)),
    multiple("Obsoletes", (1, 1)),
    single("Maintainer", (1, 2)),
    single("Maintainer-email", (1, 2)),
    multiple("Requires-Dist", (1, 2)),
    single("Requires-Python", (1, 2)),
    multiple("Requires-External", (1, 2)),
    multiple("Provides-Dist", (1, 2)),
    multiple("Obsoletes-Dist", (1, 2)),
    multiple("Project-URL", (1, 2)),
    multiple("Provides-Extra", (2, 1)),
    single("Description-Content-Type", (2, 1)),
    multiple("Dynamic", (2, 2)),
    single("License-Expression", (2, 4)),
    // Builders wrote it long before its version, and uploaders leave it out
    // then.
    multiple("License-File", (1, 0)),
    multiple("Import-Name", (2, 5)),
    multiple("Import-Namespace", (2, 5)),
];

impl Field {
    /// The field of that name, without regard to case.
    pub(crate) fn of(name: &str) -> Option<Self> {
        FIELDS.into_iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}
