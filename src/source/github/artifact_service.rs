//! Two ways to the same artifacts.

use super::address::SignedUrl;
use super::error::RequestError;
use super::listed_artifact::ListedArtifact;
use super::listing::SelectedArtifact;
use super::rest::Rest;
use super::results::Results;

/// Over which service the artifacts are got.
pub(super) enum ArtifactService {
    Rest(Rest),
    Results(Results),
}

impl ArtifactService {
    /// All artifacts of the run.
    pub(super) async fn list(&self) -> Result<Vec<ListedArtifact>, RequestError> {
        match self {
            Self::Rest(rest) => rest.list().await,
            Self::Results(results) => results.list().await,
        }
    }

    /// Where an artifact can be had for a while.
    pub(super) async fn signed_url(&self, chosen: &SelectedArtifact) -> Result<SignedUrl, RequestError> {
        match (self, &chosen.backend) {
            (Self::Results(results), Some(ids)) => {
                results.signed_url(chosen.artifact.name.as_str(), ids).await
            }
            (Self::Results(results), None) => Err(results.never_listed()),
            (Self::Rest(rest), _) => rest.signed_url(chosen.id).await,
        }
    }
}
