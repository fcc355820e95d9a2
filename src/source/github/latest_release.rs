//! The manifest of the repository's latest release: "REST API endpoints for
//! releases" and "… for release assets".
//!
//! A release without a manifest, and a repository without a release that the
//! token may see, are no error. GitHub's digest of the manifest is compared
//! where it reports one.

use reqwest::StatusCode;
use serde::Deserialize;

use super::request::{PreviousLookup, RunRequest};
use super::rest::Rest;
use crate::digest::Sha256;
use crate::release::manifest::MANIFEST;
use crate::release::previous::{MAX_BYTES, PreviousRelease};
use crate::source::SourceError;
use crate::source::http::{Client, RequestError, Retrier};

/// A release, as far as it is looked at.
#[derive(Deserialize)]
struct Release {
    tag_name: String,
    #[serde(default)]
    assets: Vec<Asset>,
}

/// A file of a release.
#[derive(Deserialize)]
struct Asset {
    id: u64,
    name: String,
    size: u64,
    digest: Option<String>,
}

/// The latest release, if it is to be looked up and has a manifest.
///
/// # Errors
/// If it cannot be looked up and must be.
pub(super) async fn previous(
    request: &RunRequest,
    client: &Client,
    retrier: &Retrier,
    notes: &mut Vec<String>,
) -> Result<Option<PreviousRelease>, SourceError> {
    if request.previous == PreviousLookup::No {
        return Ok(None);
    }
    let rest = Rest::new(request, client.clone(), retrier.clone())?;
    match manifest(&rest).await {
        Ok(previous) => Ok(previous),
        Err(error) if request.previous == PreviousLookup::Required => Err(error
            .fault(format!("the manifest of the latest release of {} cannot be read", request.repository))),
        Err(error) => {
            notes.push(format!(
                "this release is compared with no other, since the latest one cannot be read: {error}"
            ));
            Ok(None)
        }
    }
}

async fn manifest(rest: &Rest) -> Result<Option<PreviousRelease>, RequestError> {
    let release: Release = match rest.resource("releases/latest").await {
        Ok(release) => release,
        Err(error) if error.answered() == Some(StatusCode::NOT_FOUND) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(asset) = release.assets.iter().find(|asset| asset.name == MANIFEST) else { return Ok(None) };
    let invalid = |why: String| rest.invalid(format!("the {MANIFEST} of {}: {why}", release.tag_name));
    if asset.size > MAX_BYTES {
        return Err(invalid(format!("it has {} bytes; the limit is {MAX_BYTES}", asset.size)));
    }
    let json = rest.release_asset(asset.id).await?;
    let expected = asset.digest.as_deref().and_then(|digest| digest.strip_prefix("sha256:"));
    if expected.is_some_and(|digest| digest != Sha256::of(&json).to_string()) {
        return Err(invalid("it does not have the digest that GitHub reports".to_owned()));
    }
    PreviousRelease::read(&json).map(Some).map_err(|error| invalid(error.to_string()))
}
