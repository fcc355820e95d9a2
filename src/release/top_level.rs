//! The files at the top of a release, which are rendered from its manifest.
//!
//! The writer and the verifier of a release call the same function, so they
//! cannot disagree.

use crate::digest::Sha256;
use crate::filename::FileName;
use crate::release::manifest::{B2SUMS, MANIFEST, Manifest, SHA256SUMS, SHA512SUMS};
use crate::release::subject::Subjects;

/// The files at the top of a release.
#[derive(Debug, Clone)]
pub struct TopLevelFiles {
    files: Vec<TopLevelFile>,
    manifest_size: u64,
    manifest_digest: Sha256,
    subjects: Option<Subjects>,
}

/// One file at the top of a release.
#[derive(Debug, Clone)]
pub struct TopLevelFile {
    /// Its name.
    pub name: FileName,
    /// All its bytes.
    pub bytes: Vec<u8>,
}

impl TopLevelFile {
    #[expect(clippy::expect_used, reason = "the names of the files at the top are constants and numbers")]
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.parse().expect("a valid file name"), bytes }
    }
}

impl TopLevelFiles {
    /// Renders all of them.
    ///
    /// The subjects are every file of the release, the checksum files and the
    /// manifest: a checksum file that is downloaded beside a release has to be
    /// as trustworthy as the release.
    #[must_use]
    pub fn render(manifest: &Manifest) -> Self {
        let json = manifest.to_json();
        let (manifest_size, manifest_digest) = (json.len() as u64, Sha256::of(&json));
        let mut files = vec![
            TopLevelFile::new(MANIFEST, json),
            TopLevelFile::new(SHA256SUMS, manifest.sha256sums().to_string().into_bytes()),
        ];
        if let Some(sums) = manifest.sha512sums() {
            files.push(TopLevelFile::new(SHA512SUMS, sums.to_string().into_bytes()));
        }
        if let Some(sums) = manifest.b2sums() {
            files.push(TopLevelFile::new(B2SUMS, sums.to_string().into_bytes()));
        }
        let subjects = manifest.attestable().then(|| {
            let tops = files.iter().map(|file| (file.name.clone(), Sha256::of(&file.bytes)));
            let released = manifest.files().iter().map(|file| (file.name.clone(), file.digests.sha256));
            Subjects::new(tops.chain(released))
        });
        if let Some(subjects) = &subjects {
            let shards = subjects.shards();
            files
                .extend(shards.map(|(name, shard)| TopLevelFile::new(&name, shard.to_string().into_bytes())));
        }
        Self { files, manifest_size, manifest_digest, subjects }
    }

    /// All of them, the manifest first.
    #[must_use]
    pub fn files(&self) -> &[TopLevelFile] {
        &self.files
    }

    /// What is to be attested; none if this run must not attest the release.
    #[must_use]
    pub const fn subjects(&self) -> Option<&Subjects> {
        self.subjects.as_ref()
    }

    /// The size of the manifest in bytes.
    #[must_use]
    pub const fn manifest_size(&self) -> u64 {
        self.manifest_size
    }

    /// The digest of the manifest's bytes.
    #[must_use]
    pub const fn manifest_digest(&self) -> Sha256 {
        self.manifest_digest
    }
}
