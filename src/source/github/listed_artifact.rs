//! What a service tells, before anyone has looked at it.

use crate::artifact::ArtifactId;

/// What a service tells of an artifact, none of it looked at yet.
#[derive(Debug, Clone)]
pub(super) struct ListedArtifact {
    pub(super) id: ArtifactId,
    pub(super) name: String,
    /// Bytes of the stored blob.
    pub(super) size: Option<u64>,
    /// Whether that size may be believed.
    pub(super) is_exact: bool,
    /// `sha256:` and 64 hexadecimal digits.
    pub(super) digest: Option<String>,
    /// RFC 3339.
    pub(super) created_at: Option<String>,
    pub(super) expired: bool,
    /// How the results service knows it.
    pub(super) backend: Option<BackendIds>,
}

/// By which ids the results service knows a job of a run; they are not those of the
/// REST API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BackendIds {
    pub(super) run: String,
    pub(super) job: String,
}
