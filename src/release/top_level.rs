//! The files at the top of a release, all of which follow from its manifest.
//!
//! Who writes a release and who verifies one ask the same question here, so
//! that they cannot differ.

use crate::digest::Sha256;
use crate::filename::FileName;
use crate::release::manifest::{B2SUMS, MANIFEST, Manifest, SHA256SUMS, SHA512SUMS};
use crate::release::subject::Subjects;

/// The files at the top of a release.
#[derive(Debug, Clone)]
pub struct TopLevelFiles {
    files: Vec<(String, Vec<u8>)>,
    subjects: Option<Subjects>,
    manifest_digest: Sha256,
}

impl TopLevelFiles {
    /// Renders all of them.
    ///
    /// The subjects are every file of the release, the checksum files and the
    /// manifest: what is downloaded beside a release must be as trustworthy as
    /// the release.
    #[must_use]
    pub fn of(manifest: &Manifest) -> Self {
        let json = manifest.to_json();
        let manifest_digest = Sha256::of(&json);
        let mut files = vec![
            (MANIFEST.to_owned(), json),
            (SHA256SUMS.to_owned(), manifest.sha256sums().to_string().into_bytes()),
        ];
        if let Some(sums) = manifest.sha512sums() {
            files.push((SHA512SUMS.to_owned(), sums.to_string().into_bytes()));
        }
        if let Some(sums) = manifest.b2sums() {
            files.push((B2SUMS.to_owned(), sums.to_string().into_bytes()));
        }
        let subjects = manifest.attestable().then(|| {
            let tops = files
                .iter()
                .filter_map(|(name, bytes)| Some((name.parse::<FileName>().ok()?, Sha256::of(bytes))));
            let released = manifest.files().iter().map(|file| (file.name.clone(), file.digests.sha256));
            Subjects::new(tops.chain(released))
        });
        if let Some(subjects) = &subjects {
            files.extend(subjects.shards().map(|(name, shard)| (name, shard.to_string().into_bytes())));
        }
        Self { files, subjects, manifest_digest }
    }

    /// Name and bytes of each file.
    #[must_use]
    pub fn files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }

    /// What is to be attested, if this run may.
    #[must_use]
    pub const fn subjects(&self) -> Option<&Subjects> {
        self.subjects.as_ref()
    }

    /// The digest of the manifest's bytes.
    #[must_use]
    pub const fn manifest_digest(&self) -> Sha256 {
        self.manifest_digest
    }
}
