//! Everything the rules need to know about a file, read once.

pub(crate) mod defect;
pub(crate) mod distribution;
pub(crate) mod inspect;
pub(crate) mod native;
pub(crate) mod sdist;
pub(crate) mod wheel;

use std::sync::Arc;

pub use distribution::Distribution;

use crate::artifact::Artifact;
use crate::digest::Sha256;
use crate::disk::staging::StagedFile;
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
    /// The SHA-256 that it had before it was rewritten.
    pub rewritten_from: Option<Sha256>,
    /// Whether its owner could execute it in the artifact.
    pub executable: bool,
    /// What it is.
    pub distribution: Distribution,
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
