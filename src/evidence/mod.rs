//! Everything the rules need to know about a file, read once.

pub(crate) mod archive;
pub(crate) mod defect;
pub(crate) mod distribution;
pub(crate) mod inspect;
pub(crate) mod native;
pub(crate) mod npm;
pub(crate) mod private;
pub(crate) mod prohibited;
pub(crate) mod sdist;
pub(crate) mod wheel;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use distribution::Distribution;

use crate::artifact::Artifact;
use crate::digest::Sha256;
use crate::disk::staging::StagedFile;
use crate::distribution::content::{self, Content};
use crate::distribution::sidecar::algorithm::ChecksumAlgorithm;
use crate::distribution::target::Target;
use crate::filename::{FileName, RelativePath};
use crate::rule::finding::Place;

/// One file of an artifact: its bytes, and what was seen in them.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Where it came from.
    pub artifact: Arc<Artifact>,
    /// Its path in the artifact.
    pub path: RelativePath,
    /// Its bytes in the staging area, with their size and digests.
    pub staged: StagedFile,
    /// Whether no artifact has it: a checksum file that is written beside an
    /// asset (`sidecars: true`).
    pub is_generated: bool,
    /// The SHA-256 that it had before it was rewritten.
    pub rewritten_from: Option<Sha256>,
    /// Whether its owner could execute it in the artifact.
    pub executable: bool,
    /// What it is.
    pub distribution: Distribution,
    /// What its first bytes say that it is, where its name says otherwise.
    pub(crate) mismatch: Option<Mismatch>,
    /// Further digests of the bytes that were uploaded, in lower-case
    /// hexadecimal, as far as checksum files declare such.
    pub(crate) other_digests: BTreeMap<ChecksumAlgorithm, String>,
}

/// A file that is not what the suffix of its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// What it is.
    pub content: Content,
    /// What it should be.
    pub expected: &'static str,
}

impl Mismatch {
    /// None if the first bytes are those of the format that the name gives.
    pub(crate) fn of(name: &FileName, head: &[u8]) -> Option<Self> {
        let content = Content::of(head);
        content::expected(name, content, head).map(|expected| Self { content, expected })
    }
}

impl Evidence {
    /// The name it has in the artifact: the last part of its path.
    #[must_use]
    pub fn name(&self) -> FileName {
        self.path.file_name()
    }

    /// The SHA-256 of the bytes that were uploaded, before any rewrite: the one
    /// that the build job knows.
    #[must_use]
    pub fn digest_as_sent(&self) -> Sha256 {
        self.rewritten_from.unwrap_or(self.staged.digests.sha256)
    }

    /// The target that it says it is for: by its platform tags or its
    /// package.json, else by its name, else by that of its artifact.
    pub(crate) fn target(&self) -> Option<Target> {
        let target = match &self.distribution {
            Distribution::Wheel { filename, .. } => Target::of_tags(filename.platform()),
            Distribution::NpmPackage { package, .. } => Target::of_package(package),
            Distribution::Sdist { .. } => return None,
            _ => Target::of_file(&self.name()),
        };
        target.or_else(|| Target::of_artifact(self.artifact.name.as_str()))
    }

    /// The digest of the bytes that were uploaded, in lower-case hexadecimal.
    /// None if it was not computed.
    #[must_use]
    pub(crate) fn digest_by(&self, algorithm: ChecksumAlgorithm) -> Option<String> {
        match algorithm {
            ChecksumAlgorithm::Sha256 => Some(self.digest_as_sent().to_string()),
            _ => self.other_digests.get(&algorithm).cloned(),
        }
    }

    /// Where a finding about it points.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::file(self.artifact.name.clone(), self.path.as_str())
    }
}

impl From<&Evidence> for Option<Place> {
    fn from(file: &Evidence) -> Self {
        Some(file.place())
    }
}
