//! The two services that list a run's artifacts, and how an artifact is asked
//! for at the one that listed it.

use std::sync::Arc;

use super::listed_artifact::ListedArtifact;
use super::rest::Rest;
use super::results::{BackendIds, Results};
use crate::artifact::ArtifactId;
use crate::source::http::{RequestError, SignedUrl};

/// The service that the artifacts are listed by.
pub(super) enum ArtifactService {
    Rest(Arc<Rest>),
    Results(Arc<Results>),
}

impl ArtifactService {
    /// All artifacts of the run.
    pub(super) async fn list(&self) -> Result<Vec<ListedArtifact>, RequestError> {
        match self {
            Self::Rest(rest) => rest.list().await,
            Self::Results(results) => results.list().await,
        }
    }
}

/// How an artifact is asked for: by what its service knows it as.
#[derive(Clone)]
pub(super) enum Locator {
    Rest { service: Arc<Rest>, id: ArtifactId },
    Results { service: Arc<Results>, name: String, ids: BackendIds },
}

impl Locator {
    /// A URL of the artifact's bytes, which is valid for some minutes.
    pub(super) async fn signed_url(&self) -> Result<SignedUrl, RequestError> {
        match self {
            Self::Rest { service, id } => service.signed_url(*id).await,
            Self::Results { service, name, ids } => service.signed_url(name, ids).await,
        }
    }

    /// The results service's id of the job that uploaded the artifact.
    pub(super) fn job(&self) -> Option<&str> {
        match self {
            Self::Rest { .. } => None,
            Self::Results { ids, .. } => Some(&ids.job),
        }
    }
}
