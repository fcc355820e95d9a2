//! Core metadata: an sdist's PKG-INFO and a wheel's METADATA.

use pep440_rs::Version;

use super::header::{self, Header};
use super::project::{ProjectName, ProjectNameError};
use super::text::{NotUtf8, excerpt};

/// The most bytes of a metadata file that are read. Long descriptions have
/// some hundred thousand.
pub const MAX_CORE_METADATA_BYTES: usize = 16 << 20;

/// Core metadata that cannot be read. Whoever built the distribution wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoreMetadataError {
    /// More than [`MAX_CORE_METADATA_BYTES`].
    #[error("it has {0} bytes, {MAX_CORE_METADATA_BYTES} are the most")]
    TooLong(usize),
    /// Not UTF-8.
    #[error("it is not text: {0}")]
    Text(NotUtf8),
    /// A field that must be there is not.
    #[error("it has no `{0}:` line")]
    Missing(&'static str),
    /// Two lines: one reader would take the first, the other one the last.
    #[error("it has more than one `{0}:` line")]
    Duplicate(&'static str),
    /// No name of a project.
    #[error("its name {name:?} is no valid one: {error}")]
    Name {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        error: ProjectNameError,
    },
    /// No PEP 440 version.
    #[error("its version {0:?} is none (PEP 440)")]
    Version(String),
}

/// What a distribution's own metadata tells of it, as far as anybody here asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreMetadata {
    metadata_version: String,
    name: ProjectName,
    version: Version,
    version_given: String,
    summary: Option<String>,
    content_type: Option<String>,
    license_files: Vec<String>,
    direct_references: Vec<String>,
}

impl CoreMetadata {
    /// Reads the fields that every metadata file must have, once each, and
    /// those that an index looks at; the others are passed over.
    ///
    /// # Errors
    /// A field that must be there is missing, there twice, or no valid one.
    pub fn read(bytes: &[u8]) -> Result<Self, CoreMetadataError> {
        if bytes.len() > MAX_CORE_METADATA_BYTES {
            return Err(CoreMetadataError::TooLong(bytes.len()));
        }
        let headers = header::read(bytes).map_err(CoreMetadataError::Text)?;
        let metadata_version = only(&headers, "Metadata-Version")?;
        let name = only(&headers, "Name")?;
        let version = only(&headers, "Version")?;
        let all = |name: &'static str| {
            headers.iter().filter(move |header| header.is(name)).map(|header| header.value.as_str())
        };
        Ok(Self {
            metadata_version: metadata_version.to_owned(),
            name: name.parse().map_err(|error| CoreMetadataError::Name { name: excerpt(name), error })?,
            version: version.parse().map_err(|_| CoreMetadataError::Version(excerpt(version)))?,
            version_given: version.to_owned(),
            summary: all("Summary").next().map(str::to_owned),
            content_type: all("Description-Content-Type").next().map(str::to_owned),
            license_files: all("License-File").map(str::to_owned).collect(),
            direct_references: all("Requires-Dist").filter(|line| is_direct(line)).map(excerpt).collect(),
        })
    }

    /// `Metadata-Version`, as given.
    #[must_use]
    pub fn metadata_version(&self) -> &str {
        &self.metadata_version
    }

    /// `Name`.
    #[must_use]
    pub const fn name(&self) -> &ProjectName {
        &self.name
    }

    /// `Version`.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// `Version`, as given.
    #[must_use]
    pub fn version_as_given(&self) -> &str {
        &self.version_given
    }

    /// `Summary`, as given, its lines joined by their ends.
    #[must_use]
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    /// `Description-Content-Type`, as given.
    #[must_use]
    pub fn description_content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// `Metadata-Version` as major and minor number; nothing if it is not two.
    #[must_use]
    pub fn metadata_version_number(&self) -> Option<(u32, u32)> {
        let (major, minor) = self.metadata_version.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    }

    /// Every `License-File`, as given: a path below the licences' folder.
    #[must_use]
    pub fn license_files(&self) -> &[String] {
        &self.license_files
    }

    /// Whether the licence files that are named must be there: since version
    /// 2.4 of the metadata (PEP 639).
    #[must_use]
    pub fn carries_license_files(&self) -> bool {
        self.metadata_version_number().is_some_and(|version| version >= (2, 4))
    }

    /// Every `Requires-Dist` that names a URL instead of versions, shortened to
    /// what an error shows.
    #[must_use]
    pub fn direct_references(&self) -> &[String] {
        &self.direct_references
    }
}

/// Whether a requirement is `name[extras] @ URL` (dependency specifiers,
/// "Grammar").
fn is_direct(requirement: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let rest = requirement.trim_start().trim_start_matches(is_name).trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest).trim_start(),
        None => rest,
    };
    rest.starts_with('@')
}

fn only<'a>(headers: &'a [Header], name: &'static str) -> Result<&'a str, CoreMetadataError> {
    let mut values = headers.iter().filter(|header| header.is(name));
    let first = values.next().ok_or(CoreMetadataError::Missing(name))?;
    match values.next() {
        Some(_) => Err(CoreMetadataError::Duplicate(name)),
        None => Ok(&first.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let metadata = CoreMetadata::read(
            b"Metadata-Version: 2.4\r\nname: Foo.Bar\r\nVersion: 1.0-1\r\nDescription: x\r\n  Name: y\r\n\r\nName: z",
        )
        .unwrap();
        assert_eq!(metadata.metadata_version(), "2.4");
        assert_eq!(metadata.name().as_given(), "Foo.Bar");
        assert_eq!(metadata.version().to_string(), "1.0.post1");
        assert_eq!(metadata.version_as_given(), "1.0-1");
    }

    #[test]
    fn what_an_index_looks_at() {
        let metadata = CoreMetadata::read(
            b"Metadata-Version: 2.10\nName: a\nVersion: 1\nSummary: one\n two\nLicense-File: LICENSE\n\
              License-File: licenses/MIT.txt\nRequires-Dist: b >=1; extra == '@'\nRequires-Dist: c[x, y]@ https://c\n\
              Requires-Dist: d @ git+https://d\nRequires-Dist: e (>=1)\n",
        )
        .unwrap();
        assert_eq!(metadata.summary(), Some("one\n two"));
        assert_eq!(metadata.license_files(), ["LICENSE", "licenses/MIT.txt"]);
        assert!(metadata.carries_license_files());
        assert_eq!(metadata.direct_references(), ["c[x, y]@ https://c", "d @ git+https://d"]);
        for version in ["2.3", "1.9", "2", "x"] {
            let text = format!("Metadata-Version: {version}\nName: a\nVersion: 1\n");
            assert!(!CoreMetadata::read(text.as_bytes()).unwrap().carries_license_files(), "{version}");
        }
    }

    #[test]
    fn refused() {
        use CoreMetadataError::{Duplicate, Missing, Name, Text, Version};
        let read = |text: &[u8]| CoreMetadata::read(text).unwrap_err();
        assert_eq!(read(b""), Missing("Metadata-Version"));
        assert_eq!(read(b"Metadata-Version: 2.1\nName: a"), Missing("Version"));
        assert_eq!(read(b"Metadata-Version: 2.1\nName: a\nNAME: a\nVersion: 1"), Duplicate("Name"));
        assert_eq!(read(b"Metadata-Version: 2.1\nName: a\nVersion: 1\nVersion: 2"), Duplicate("Version"));
        // A lone CR is a line end to Python.
        assert_eq!(read(b"Metadata-Version: 2.1\nName: a\rName: b\nVersion: 1"), Duplicate("Name"));
        assert!(matches!(read(b"Metadata-Version: 2.1\nName: a\n b\nVersion: 1"), Name { .. }));
        assert!(matches!(read(b"Metadata-Version: 2.1\nName: a\nVersion: x"), Version(_)));
        assert!(matches!(read(b"Metadata-Version: 2.1\nName: \xe9\nVersion: 1"), Text(_)));
        assert!(matches!(
            CoreMetadata::read(&vec![b'\n'; MAX_CORE_METADATA_BYTES + 1]),
            Err(CoreMetadataError::TooLong(_))
        ));
    }
}
