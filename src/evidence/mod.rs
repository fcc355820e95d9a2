//! All that judgement needs to know of a file, read once.

pub(crate) mod distribution;
pub(crate) mod inspect;
pub(crate) mod native;
pub(crate) mod sdist;
pub(crate) mod wheel;

use std::sync::Arc;

pub use distribution::Distribution;

use crate::artifact::Artifact;
use crate::digest::{Digests, Sha256};
use crate::filename::{FileName, RelativePath};
use crate::rule::finding::Place;

/// What is known of one file of an artifact.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Where it came from.
    pub artifact: Arc<Artifact>,
    /// Where it lay there.
    pub path: RelativePath,
    /// In bytes.
    pub size: u64,
    /// Of all its bytes.
    pub digests: Digests,
    /// The SHA-256 that it had before it was rewritten.
    pub rewritten_from: Option<Sha256>,
    /// Whether it bore the mode to be executed.
    pub executable: bool,
    /// What it is.
    pub distribution: Distribution,
}

impl Evidence {
    /// The name as it was sent: the last part of the path.
    #[must_use]
    pub fn name(&self) -> FileName {
        self.path.file_name()
    }

    /// The SHA-256 that it had when it came: whoever built it knows no other.
    #[must_use]
    pub fn digest_as_sent(&self) -> Sha256 {
        self.rewritten_from.unwrap_or(self.digests.sha256)
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
