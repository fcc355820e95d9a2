//! The release before, as its manifest describes it: as much of it as a
//! comparison needs.
//!
//! The manifest comes from elsewhere and is hostile. It is parsed up to a
//! size, fields that are not compared are skipped without being kept, and the
//! number of files is limited.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::manifest::Format;
use crate::digest::Sha256;
use crate::distribution::Kind;
use crate::filename::FileName;

/// The largest manifest of a release before, in bytes: ten times what a
/// manifest of 1,000 files has, which are as many as GitHub accepts.
pub(crate) const MAX_BYTES: u64 = 16 << 20;
/// The most files that are compared.
const MAX_FILES: usize = 5_000;
/// The most bytes of a project's name or a version.
const MAX_TEXT: usize = 255;

/// The release before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreviousRelease {
    /// The one version of all files, where there is one.
    pub version: Option<String>,
    /// Its files.
    pub files: Vec<PreviousFile>,
}

/// A file of the release before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreviousFile {
    /// Its name.
    pub name: FileName,
    /// What it is.
    pub kind: Kind,
    /// The project or package that it declares.
    pub project: Option<String>,
    /// The version that it declares.
    pub version: Option<String>,
    /// In bytes.
    pub size: u64,
    /// Of all its bytes.
    pub sha256: Sha256,
}

/// A text that is not the manifest of a release: a clause.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreviousError {
    /// More than [`MAX_BYTES`].
    #[error("it has more than {MAX_BYTES} bytes")]
    TooLong,
    /// Not JSON, or not of the format.
    #[error("it is not a manifest of release-prep: {0}")]
    Format(#[from] serde_json::Error),
}

impl PreviousRelease {
    /// Reads a manifest. Its signature or digest is whoever fetched it to
    /// verify.
    ///
    /// # Errors
    /// [`PreviousError`].
    pub(crate) fn read(json: &[u8]) -> Result<Self, PreviousError> {
        if json.len() as u64 > MAX_BYTES {
            return Err(PreviousError::TooLong);
        }
        let contents: Contents = serde_json::from_slice(json)?;
        let Format::V1 = contents.format;
        Ok(Self { version: contents.version.map(|version| version.0), files: contents.files.0 })
    }

    /// What people call it: its version, or its place in time.
    #[must_use]
    pub(crate) fn name(&self) -> String {
        match &self.version {
            Some(version) => format!("the release before ({version})"),
            None => "the release before".to_owned(),
        }
    }
}

/// The fields of a manifest that are compared; others are skipped.
#[derive(Deserialize)]
struct Contents {
    format: Format,
    version: Option<Text>,
    files: Files,
}

#[derive(Deserialize)]
struct FileRecord {
    name: FileName,
    kind: Kind,
    #[serde(default)]
    project: Option<Text>,
    #[serde(default)]
    version: Option<Text>,
    size: u64,
    digests: DigestsRecord,
}

#[derive(Deserialize)]
struct DigestsRecord {
    sha256: Sha256,
}

/// A text of at most [`MAX_TEXT`] bytes.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() > MAX_TEXT {
            return Err(D::Error::custom(format!("a name or version has more than {MAX_TEXT} bytes")));
        }
        Ok(Self(text))
    }
}

/// At most [`MAX_FILES`] files, and at least one.
struct Files(Vec<PreviousFile>);

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FilesVisitor)
    }
}

struct FilesVisitor;

impl<'de> Visitor<'de> for FilesVisitor {
    type Value = Files;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<Files, A::Error> {
        let mut files = Vec::new();
        while let Some(record) = records.next_element::<FileRecord>()? {
            if files.len() == MAX_FILES {
                return Err(A::Error::custom(format!("it lists more than {MAX_FILES} files")));
            }
            files.push(PreviousFile {
                name: record.name,
                kind: record.kind,
                project: record.project.map(|text| text.0),
                version: record.version.map(|text| text.0),
                size: record.size,
                sha256: record.digests.sha256,
            });
        }
        if files.is_empty() { Err(A::Error::custom("it lists no files")) } else { Ok(Files(files)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn file(name: &str) -> Value {
        json!({"name": name, "kind": "archive", "size": 3, "digests": {"sha256": "0".repeat(64)}, "new": {"a": [1]}})
    }

    fn read(manifest: &Value) -> Result<PreviousRelease, String> {
        PreviousRelease::read(manifest.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    /// Fields of later versions are skipped.
    #[test]
    fn what_is_compared() {
        let manifest = json!({
            "format": "release-prep/manifest/v1", "version": "1.0", "later": {"x": null},
            "files": [file("tool.zip")],
        });
        let release = read(&manifest).unwrap();
        assert_eq!((release.version.as_deref(), release.files.len()), (Some("1.0"), 1));
        assert_eq!(release.files[0].name.as_str(), "tool.zip");
    }

    #[test]
    fn what_is_no_manifest() {
        let of = |files: Vec<Value>| json!({"format": "release-prep/manifest/v1", "version": null, "files": files});
        for (manifest, why) in [
            (json!({"format": "release-prep/manifest/v2", "files": [file("a")]}), "unknown variant"),
            (json!({"bomFormat": "CycloneDX"}), "missing field"),
            (of(Vec::new()), "it lists no files"),
            (of(vec![file("../a")]), "column"),
            (of(vec![json!({"name": "a"})]), "missing field"),
            (of(vec![file("a"); MAX_FILES + 1]), "it lists more than 5000 files"),
            (
                json!({"format": "release-prep/manifest/v1", "version": "1".repeat(300), "files": [file("a")]}),
                "a name or version has more than 255 bytes",
            ),
        ] {
            let error = read(&manifest).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        let deep = "[".repeat(100_000);
        assert!(PreviousRelease::read(deep.as_bytes()).is_err());
        let long = vec![b' '; 1 + usize::try_from(MAX_BYTES).unwrap()];
        assert!(matches!(PreviousRelease::read(&long), Err(PreviousError::TooLong)));
    }
}
