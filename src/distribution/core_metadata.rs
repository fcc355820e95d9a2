//! Core metadata: an sdist's PKG-INFO and a wheel's METADATA.

use pep440_rs::Version;

use super::header::{self, Header, NotUtf8};
use super::project::{ProjectName, ProjectNameError};

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

/// Name and version of a distribution, as its own metadata tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreMetadata {
    metadata_version: String,
    name: ProjectName,
    version: Version,
    version_given: String,
}

impl CoreMetadata {
    /// Reads the fields that every metadata file must have, once each: the
    /// others are not looked at.
    ///
    /// # Errors
    /// A field is missing, there twice, or no valid one.
    pub fn read(bytes: &[u8]) -> Result<Self, CoreMetadataError> {
        if bytes.len() > MAX_CORE_METADATA_BYTES {
            return Err(CoreMetadataError::TooLong(bytes.len()));
        }
        let headers = header::read(bytes).map_err(CoreMetadataError::Text)?;
        let metadata_version = only(&headers, "Metadata-Version")?;
        let name = only(&headers, "Name")?;
        let version = only(&headers, "Version")?;
        Ok(Self {
            metadata_version: metadata_version.to_owned(),
            name: name.parse().map_err(|error| CoreMetadataError::Name { name: excerpt(name), error })?,
            version: version.parse().map_err(|_| CoreMetadataError::Version(excerpt(version)))?,
            version_given: version.to_owned(),
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
}

fn only<'a>(headers: &'a [Header], name: &'static str) -> Result<&'a str, CoreMetadataError> {
    let mut values = headers.iter().filter(|header| header.is(name));
    let first = values.next().ok_or(CoreMetadataError::Missing(name))?;
    match values.next() {
        Some(_) => Err(CoreMetadataError::Duplicate(name)),
        None => Ok(&first.value),
    }
}

/// As much of a hostile value as an error shows.
fn excerpt(value: &str) -> String {
    value.chars().take(100).collect()
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
