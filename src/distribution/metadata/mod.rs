//! Core metadata: an sdist's PKG-INFO and a wheel's METADATA.

pub(crate) mod address;
pub(crate) mod classifier;
pub(crate) mod content_type;
pub(crate) mod defect;
pub(crate) mod field;
pub(crate) mod license;
pub(crate) mod requirement;
pub(crate) mod restructuredtext;
pub(crate) mod shared;

use pep440_rs::Version;
use std::borrow::Cow;

use self::defect::{Defect, Parsed};
use self::field::MetadataVersion;
use self::shared::SharedFields;
use crate::distribution::header::{self, Header, HeadersError};
use crate::distribution::project::{ProjectName, ProjectNameError};
use crate::distribution::text::excerpt;
use crate::filename::{MAX_NAME_BYTES, MAX_PATH_BYTES};
use crate::sample::Sample;

/// The most bytes of a metadata file that are read. Those with a whole change
/// log in their description have some hundred thousand.
pub(crate) const MAX_CORE_METADATA_BYTES: usize = 4 << 20;

/// Core metadata that cannot be read. Whoever built the distribution wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoreMetadataError {
    /// More than [`MAX_CORE_METADATA_BYTES`].
    #[error("it has {0} bytes; the limit is {MAX_CORE_METADATA_BYTES}")]
    TooLong(usize),
    /// Not UTF-8, or too many headers.
    #[error(transparent)]
    Headers(HeadersError),
    /// A field that must be there is not.
    #[error("it has no `{0}:` line")]
    Missing(&'static str),
    /// Two lines: one reader would take the first, the other one the last.
    #[error("it has more than one `{0}:` line")]
    Duplicate(&'static str),
    /// No name of a project.
    #[error("name {name:?} is not valid: {error}")]
    Name {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        error: ProjectNameError,
    },
    /// No PEP 440 version.
    #[error("version {0:?} is not valid (PEP 440)")]
    Version(String),
    /// A version that fits no file's name.
    #[error("its version has {0} bytes; the limit of a file name is {MAX_NAME_BYTES}")]
    LongVersion(usize),
}

impl CoreMetadataError {
    /// What was expected instead.
    pub(crate) const fn expected(&self) -> &'static str {
        match self {
            Self::TooLong(_) => "at most 4 MiB of metadata",
            Self::Headers(HeadersError::Text(_)) => "metadata in UTF-8",
            Self::Headers(HeadersError::TooMany) => "fewer fields",
            Self::Missing(_) | Self::Duplicate(_) => "one `Metadata-Version`, one `Name` and one `Version`",
            Self::Name { .. } => "ASCII letters and digits, joined by `-`, `_` or `.`",
            Self::Version(_) => "a version as in `1.2.3`, `1.2rc1` or `1.2.post1`",
            Self::LongVersion(_) => "a version that fits into the file's name",
        }
    }

    /// What to do about it, if that is not building anew.
    pub(crate) const fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::Headers(HeadersError::Text(_)) => {
                "Save the README, and whatever else the project's metadata is taken from, as UTF-8, and build again."
            }
            Self::Name { .. } => "Change the project's name in `pyproject.toml`, and build again.",
            Self::Version(_) | Self::LongVersion(_) => {
                "Change the version in `pyproject.toml`, or what the build backend derives it from, such as the tag, and build again."
            }
            _ => return None,
        })
    }
}

/// The fields of a distribution's core metadata that rules read.
///
/// It is kept for every file of a release, so it stays small however long the
/// metadata is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreMetadata {
    metadata_version: String,
    name: ProjectName,
    version: Version,
    version_given: String,
    summary: Option<Summary>,
    direct_references: Sample<String>,
    has_two_licenses: bool,
    shared: SharedFields,
    defects: Vec<Defect>,
}

/// What is asked of a `Summary`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Its length.
    pub characters: usize,
    /// Whether it goes on behind the end of its line.
    pub has_several_lines: bool,
}

/// Where Python's `str.splitlines` ends a line.
const LINE_ENDS: [char; 10] =
    ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];

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
        let headers = header::read(bytes).map_err(CoreMetadataError::Headers)?;
        let metadata_version = only(&headers, "Metadata-Version")?;
        let name = only(&headers, "Name")?;
        let version = only(&headers, "Version")?;
        let all =
            |name: &'static str| headers.iter().filter(move |header| header.is(name)).map(Header::exact);
        // What old builders wrote where there was nothing to say.
        let says = |name| all(name).any(|text| !matches!(text.trim(), "" | "UNKNOWN"));
        if version.len() > MAX_NAME_BYTES {
            return Err(CoreMetadataError::LongVersion(version.len()));
        }
        Ok(Self {
            metadata_version: excerpt(&metadata_version),
            name: name.parse().map_err(|error| CoreMetadataError::Name { name: excerpt(&name), error })?,
            version: version.trim().parse().map_err(|_| CoreMetadataError::Version(excerpt(&version)))?,
            version_given: version.trim().to_owned(),
            summary: all("Summary").next().map(|summary| Summary {
                characters: summary.chars().count(),
                has_several_lines: summary.contains(LINE_ENDS),
            }),
            direct_references: ["Requires-Dist", "Provides-Dist", "Obsoletes-Dist"]
                .into_iter()
                .flat_map(all)
                .filter(|line| requirement::is_direct(line))
                .map(|line| excerpt(&line))
                .collect(),
            has_two_licenses: says("License") && says("License-Expression"),
            shared: SharedFields::of(&headers, version_number(&metadata_version)),
            defects: defects(bytes, &headers, version_number(&metadata_version)),
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

    /// What is asked of `Summary`, its lines joined by their ends.
    #[must_use]
    pub const fn summary(&self) -> Option<Summary> {
        self.summary
    }

    /// `Metadata-Version` as major and minor number; nothing if it is not two.
    #[must_use]
    pub(crate) fn metadata_version_number(&self) -> Option<MetadataVersion> {
        version_number(&self.metadata_version)
    }

    /// Whether it has a `License` and a `License-Expression`, which take each
    /// other's place (PEP 639).
    #[must_use]
    pub const fn has_two_licenses(&self) -> bool {
        self.has_two_licenses
    }

    /// The fields that all files of a version should declare alike.
    #[must_use]
    pub(crate) const fn shared(&self) -> &SharedFields {
        &self.shared
    }

    /// What is not valid in it.
    #[must_use]
    pub(crate) fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// Every `Requires-Dist`, `Provides-Dist` and `Obsoletes-Dist` that names a
    /// URL instead of versions, shortened to what an error shows.
    #[must_use]
    pub const fn direct_references(&self) -> &Sample<String> {
        &self.direct_references
    }
}

/// The licence files that a metadata file names and that are not there: every
/// `License-File`, a path below the licences' folder, must be, since version
/// 2.4 of the metadata (PEP 639). Empty for metadata that cannot be read.
#[must_use]
pub(crate) fn missing_license_files(bytes: &[u8], is_there: impl Fn(&str) -> bool) -> Sample<String> {
    // What cannot be read is reported by whoever reads the metadata itself.
    let Ok(headers) = header::read(bytes) else { return Sample::default() };
    match only(&headers, "Metadata-Version").ok().and_then(|version| version_number(&version)) {
        Some(version) if version >= (2, 4) => headers
            .iter()
            .filter(|header| header.is("License-File"))
            .map(Header::exact)
            // Of what is no path, `defects` has the reason.
            .filter(|path| license::invalid_path(path).is_none() && !is_there(path))
            .map(|path| path.chars().take(MAX_PATH_BYTES + 1).collect())
            .collect(),
        _ => Sample::default(),
    }
}

fn version_number(text: &str) -> Option<MetadataVersion> {
    let (major, minor) = text.split_once('.')?;
    let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
    (format!("{major}.{minor}") == text).then_some((major, minor))
}

/// What is not valid, of the headers and of what follows them.
fn defects(bytes: &[u8], headers: &[Header<'_>], version: Option<MetadataVersion>) -> Vec<Defect> {
    let pairs: Vec<(&str, Cow<'_, str>)> =
        headers.iter().map(|header| (header.name(), header.exact())).collect();
    let end = headers.last().map_or(0, |header| header.span.end);
    let rest = bytes.get(end..).and_then(|rest| std::str::from_utf8(rest).ok()).unwrap_or_default();
    // The empty line between headers and body.
    let body = ["\r\n", "\n", "\r"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
    defect::defects(&Parsed { headers: &pairs, body, version })
}

fn only<'a>(headers: &[Header<'a>], name: &'static str) -> Result<Cow<'a, str>, CoreMetadataError> {
    let mut values = headers.iter().filter(|header| header.is(name));
    let first = values.next().ok_or(CoreMetadataError::Missing(name))?;
    match values.next() {
        Some(_) => Err(CoreMetadataError::Duplicate(name)),
        None => Ok(first.exact()),
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
        assert_eq!(metadata.summary(), Some(Summary { characters: 8, has_several_lines: true }));
        assert_eq!(metadata.direct_references().to_string(), "`c[x, y]@ https://c`, `d @ git+https://d`");
    }

    #[test]
    fn licence_files() {
        let named = |version: &str| {
            let text = format!(
                "Metadata-Version: {version}\nName: a\nLicense-File: LICENSE\nLicense-File: licenses/MIT.txt\n"
            );
            missing_license_files(text.as_bytes(), |_| false).first().to_vec()
        };
        for version in ["2.4", "2.10", "3.0"] {
            assert_eq!(named(version), ["LICENSE", "licenses/MIT.txt"], "{version}");
        }
        for version in ["2.3", "1.9", "2", "x"] {
            assert!(named(version).is_empty(), "{version}");
        }
    }

    #[test]
    fn refused() {
        use CoreMetadataError::{Duplicate, Headers, LongVersion, Missing, Name, Version};
        let read = |text: &[u8]| CoreMetadata::read(text).unwrap_err();
        assert_eq!(read(b""), Missing("Metadata-Version"));
        assert_eq!(read(b"Metadata-Version: 2.1\nName: a"), Missing("Version"));
        assert_eq!(read(b"Metadata-Version: 2.1\nName: a\nNAME: a\nVersion: 1"), Duplicate("Name"));
        assert_eq!(read(b"Metadata-Version: 2.1\nName: a\nVersion: 1\nVersion: 2"), Duplicate("Version"));
        // A lone CR is a line end to Python.
        assert_eq!(read(b"Metadata-Version: 2.1\nName: a\rName: b\nVersion: 1"), Duplicate("Name"));
        assert!(matches!(read(b"Metadata-Version: 2.1\nName: a\n b\nVersion: 1"), Name { .. }));
        assert!(matches!(read(b"Metadata-Version: 2.1\nName: a\nVersion: x"), Version(_)));
        let long = format!("Metadata-Version: 2.1\nName: a\nVersion: 1{}", ".0".repeat(MAX_NAME_BYTES));
        assert_eq!(read(long.as_bytes()), LongVersion(511));
        assert!(matches!(
            read(b"Metadata-Version: 2.1\nName: \xe9\nVersion: 1"),
            Headers(HeadersError::Text(_))
        ));
        assert!(matches!(
            CoreMetadata::read(&vec![b'\n'; MAX_CORE_METADATA_BYTES + 1]),
            Err(CoreMetadataError::TooLong(_))
        ));
    }
}
