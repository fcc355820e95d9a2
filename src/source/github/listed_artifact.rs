//! What a service reports about an artifact, unchecked.

use super::artifact_service::Locator;
use crate::artifact::ArtifactId;

/// What a service reports about an artifact, unchecked.
pub(super) struct ListedArtifact {
    pub(super) id: ArtifactId,
    pub(super) name: String,
    pub(super) size: ListedSize,
    /// `sha256:` and 64 hexadecimal digits.
    pub(super) digest: Option<String>,
    /// RFC 3339.
    pub(super) created_at: Option<String>,
    pub(super) expired: bool,
    pub(super) locator: Locator,
}

/// Bytes of the stored blob.
#[derive(Debug, Clone, Copy)]
pub(super) enum ListedSize {
    /// The download has exactly these.
    Exact(u64),
    /// Good enough to download the largest first.
    Estimate(u64),
    Unknown,
}

impl ListedSize {
    /// To compare artifacts by; 0 if unknown.
    pub(super) const fn estimate(self) -> u64 {
        match self {
            Self::Exact(size) | Self::Estimate(size) => size,
            Self::Unknown => 0,
        }
    }
}
