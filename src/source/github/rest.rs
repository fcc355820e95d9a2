//! GitHub's REST API, by octocrab on our client: "REST API endpoints for
//! GitHub Actions artifacts" and "… for workflow runs".
//!
//! octocrab knows the base address and bears the token; the models, the pages
//! and the downloads are ours. Its model of an artifact has no digest and
//! cannot do without dates, its list knows no pages, and its download holds
//! the whole body in memory without a look at the status.

use octocrab::Octocrab;
use reqwest::header::{ACCEPT, LINK, LOCATION};
use reqwest::{Body, Response, StatusCode, Url};
use serde::Deserialize;

use super::address::{SignedUrl, host, is_same_origin};
use super::client::Client;
use super::error::{RequestError, Service};
use super::listed_artifact::ListedArtifact;
use super::request::{RunId, RunRequest};
use super::retry::Retry;
use crate::artifact::ArtifactId;
use crate::source::SourceError;

/// How many artifacts a page has at most, by GitHub's rule.
const PER_PAGE: usize = 100;

/// The most pages that are asked for: a run has at most 500 artifacts a job.
const MAX_PAGES: usize = 1000;

/// How many redirects of the API itself are followed; a renamed repository
/// makes one.
const MAX_REDIRECTS: usize = 3;

/// One repository's runs and artifacts.
pub(super) struct Rest {
    crab: Octocrab,
    client: Client,
    base: Url,
    repository: String,
    run_id: RunId,
    retry: Retry,
}

/// A page of artifacts.
#[derive(Deserialize)]
struct Page {
    total_count: usize,
    artifacts: Vec<RestArtifact>,
}

#[derive(Deserialize)]
struct RestArtifact {
    id: ArtifactId,
    name: String,
    size_in_bytes: Option<u64>,
    #[serde(default)]
    expired: bool,
    digest: Option<String>,
    created_at: Option<String>,
}

/// A run as it is looked up.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RunDetails {
    pub(super) head_sha: String,
    pub(super) event: String,
    pub(super) status: Option<String>,
    pub(super) conclusion: Option<String>,
    pub(super) repository: RunRepository,
    pub(super) head_repository: Option<RunRepository>,
}

/// A repository that a run speaks of.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RunRepository {
    pub(super) full_name: String,
}

impl Rest {
    /// Needs the runtime around it: octocrab starts a task.
    pub(super) fn new(request: &RunRequest, client: Client, retry: Retry) -> Result<Self, SourceError> {
        let base = request.api.url().clone();
        let cannot = |error: octocrab::Error| SourceError::Fault {
            what: "the client for GitHub's API cannot be made".into(),
            remedy: None,
            cause: Some(Box::new(error)),
        };
        let mut builder = Octocrab::builder()
            .base_uri(base.as_str().trim_end_matches('/'))
            .map_err(cannot)?
            .add_header(ACCEPT, "application/vnd.github+json".into());
        if let Some(token) = &request.token {
            builder = builder.user_access_token(token.secret());
        }
        let crab = builder.build_with_reqwest(client.http().clone()).map_err(cannot)?;
        let (repository, run_id) = (request.repository.to_string(), request.run_id);
        Ok(Self { crab, client, base, repository, run_id, retry })
    }

    /// All artifacts of the run, of all its attempts.
    pub(super) async fn list(&self) -> Result<Vec<ListedArtifact>, RequestError> {
        let mut told: Vec<ListedArtifact> = Vec::new();
        let mut ids = std::collections::BTreeSet::new();
        for page in 1..=MAX_PAGES {
            let route = format!(
                "/repos/{}/actions/runs/{}/artifacts?per_page={PER_PAGE}&page={page}",
                self.repository, self.run_id
            );
            let (page, has_next) = self
                .retry
                .retry(|| async {
                    let response = self.get(&route).await?;
                    let has_next = has_next(&response);
                    Ok((self.json::<Page>(response).await?, has_next))
                })
                .await?;
            let is_empty = page.artifacts.is_empty();
            // An artifact that came meanwhile moves others to the next page.
            told.extend(
                page.artifacts
                    .into_iter()
                    .filter(|artifact| ids.insert(artifact.id))
                    .map(ListedArtifact::from),
            );
            if is_empty || !(has_next || told.len() < page.total_count) {
                if told.len() < page.total_count {
                    let what = format!("of {} artifacts it lists {}", page.total_count, told.len());
                    return Err(RequestError::nonsense(Service::Rest, &host(&self.base), what));
                }
                return Ok(told);
            }
        }
        let what = format!("its list has more than {MAX_PAGES} pages");
        Err(RequestError::nonsense(Service::Rest, &host(&self.base), what))
    }

    /// The run itself.
    pub(super) async fn run(&self) -> Result<RunDetails, RequestError> {
        let route = format!("/repos/{}/actions/runs/{}", self.repository, self.run_id);
        self.retry.retry(|| async { self.json(self.get(&route).await?).await }).await
    }

    /// Where an artifact can be had for a minute.
    pub(super) async fn signed_url(&self, id: ArtifactId) -> Result<SignedUrl, RequestError> {
        let route = format!("/repos/{}/actions/artifacts/{id}/zip", self.repository);
        self.retry
            .retry(|| async {
                let response = self.get(&route).await?;
                if response.status() != StatusCode::FOUND {
                    self.client.body(Service::Rest, &self.base, response).await?;
                    let what = "a download that should be a redirect";
                    return Err(RequestError::nonsense(Service::Rest, &host(&self.base), what));
                }
                let location = self.location(&response)?;
                SignedUrl::new(Service::Rest, &self.base, location, self.retry.reporter())
            })
            .await
    }

    /// One request, with the token. 301, 307 and 308 (the repository was
    /// renamed or moved) are followed on the API's own origin; 302 leads to an
    /// artifact and is the caller's.
    async fn get(&self, route: &str) -> Result<Response, RequestError> {
        let mut route = route.to_owned();
        for _ in 0..=MAX_REDIRECTS {
            let answered = self.crab._get(route.as_str()).await;
            let answered = answered
                .map_err(|error| RequestError::transport(Service::Rest, &host(&self.base), &error))?;
            let response = Response::from(answered.map(Body::wrap));
            if !matches!(response.status().as_u16(), 301 | 307 | 308) {
                return Ok(response);
            }
            let next = self.base.join(self.location(&response)?).ok();
            match next.filter(|next| is_same_origin(next, &self.base)) {
                Some(next) => route = next.into(),
                None => return Err(self.not_safe("the token would go to another origin")),
            }
        }
        Err(self.not_safe("it redirects us again and again"))
    }

    fn location<'a>(&self, response: &'a Response) -> Result<&'a str, RequestError> {
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        location.ok_or_else(|| {
            RequestError::nonsense(Service::Rest, &host(&self.base), "a redirect that leads nowhere")
        })
    }

    fn not_safe(&self, why: &'static str) -> RequestError {
        RequestError::not_safe(Service::Rest, &host(&self.base), why)
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, response: Response) -> Result<T, RequestError> {
        let body = self.client.body(Service::Rest, &self.base, response).await?;
        self.client.json(Service::Rest, &self.base, &body)
    }
}

impl From<RestArtifact> for ListedArtifact {
    fn from(artifact: RestArtifact) -> Self {
        Self {
            id: artifact.id,
            name: artifact.name,
            size: artifact.size_in_bytes,
            is_exact: true,
            digest: artifact.digest,
            created_at: artifact.created_at,
            expired: artifact.expired,
            backend: None,
        }
    }
}

/// Whether a page's `Link` names a next one (RFC 8288). Where it leads is of
/// no interest: pages are asked for by number.
fn has_next(response: &Response) -> bool {
    let links = response.headers().get_all(LINK).iter().filter_map(|link| link.to_str().ok());
    links
        .flat_map(|links| links.split(','))
        .any(|link| link.split(';').any(|part| part.trim() == "rel=\"next\""))
}
