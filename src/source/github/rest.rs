//! GitHub's REST API, by octocrab on our HTTP client: "REST API endpoints for
//! GitHub Actions artifacts" and "… for workflow runs".
//!
//! octocrab sends requests, adds the token, and parses responses and errors.
//! Its own calls for these two are not used: its model of an artifact lacks
//! `digest` and requires dates that may be null, its list ignores pages, its
//! download buffers the whole body and returns error pages as content, and its
//! model of a run requires `name` and `head_commit`, which may be null. Bodies
//! are read with a limit before octocrab parses them.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use octocrab::{FromResponse as _, Octocrab};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, LINK, LOCATION};
use reqwest::{Body, Response, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::artifact_service::Locator;
use super::listed_artifact::{ListedArtifact, ListedSize};
use super::request::RunRequest;
use super::services::{BLOBS, REST};
use crate::artifact::ArtifactId;
use crate::artifact::RunId;
use crate::source::SourceError;
use crate::source::http::url::{host, is_same_origin};
use crate::source::http::{Client, RequestError, Retrier, SignedUrl, Store};

/// The most artifacts of a page, by GitHub's rule.
const PER_PAGE: usize = 100;

/// The most pages that are requested. A job uploads at most 500 artifacts.
const MAX_PAGES: usize = 1000;

/// How many redirects of the API itself are followed. A renamed repository
/// causes one.
const MAX_REDIRECTS: usize = 3;

/// What is asked for: a resource.
const JSON: HeaderValue = HeaderValue::from_static("application/vnd.github+json");
/// What is asked for: the bytes of a file.
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// A response as octocrab has it.
type ApiResponse = http::Response<BoxBody<bytes::Bytes, octocrab::Error>>;

/// One repository's runs and artifacts.
pub(super) struct Rest {
    crab: Octocrab,
    client: Client,
    base: Url,
    repository: String,
    run_id: RunId,
    retrier: Retrier,
}

/// A page of artifacts.
#[derive(Deserialize)]
pub(super) struct Page {
    total_count: usize,
    pub(super) artifacts: Vec<RestArtifact>,
}

#[derive(Deserialize)]
pub(super) struct RestArtifact {
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

/// A repository that a run refers to.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RunRepository {
    pub(super) full_name: String,
}

impl Rest {
    /// Must be called within a runtime: octocrab starts a task.
    pub(super) fn new(request: &RunRequest, client: Client, retrier: Retrier) -> Result<Self, SourceError> {
        let base = request.api.url().clone();
        let cannot = |error: octocrab::Error| SourceError::Fault {
            what: "the client of GitHub's API cannot be built".into(),
            remedy: None,
            cause: Some(Box::new(error)),
        };
        let mut builder =
            Octocrab::builder().base_uri(base.as_str().trim_end_matches('/')).map_err(cannot)?;
        if let Some(token) = &request.token {
            builder = builder.user_access_token(token.secret());
        }
        let crab = builder.build_with_reqwest(client.http().clone()).map_err(cannot)?;
        let (repository, run_id) = (request.repository.to_string(), request.run_id);
        Ok(Self { crab, client, base, repository, run_id, retrier })
    }

    /// All artifacts of the run, of all its attempts.
    pub(super) async fn list(self: &Arc<Self>) -> Result<Vec<ListedArtifact>, RequestError> {
        let mut listed: Vec<ListedArtifact> = Vec::new();
        let mut ids = std::collections::BTreeSet::new();
        for number in 1..=MAX_PAGES {
            let route = format!(
                "/repos/{}/actions/runs/{}/artifacts?per_page={PER_PAGE}&page={number}",
                self.repository, self.run_id
            );
            let (headers, page) = self.get::<Page>(&route).await?;
            let is_empty = page.artifacts.is_empty();
            // A page may repeat artifacts if some were added meanwhile.
            let new = page.artifacts.into_iter().filter(|artifact| ids.insert(artifact.id));
            listed.extend(new.map(|artifact| self.listed(artifact)));
            if is_empty || listed.len() >= page.total_count && !has_next(&headers) {
                if listed.len() < page.total_count {
                    let problem = format!("of {} artifacts it lists {}", page.total_count, listed.len());
                    return Err(self.invalid(problem));
                }
                return Ok(listed);
            }
        }
        Err(self.invalid(format!("its list has more than {MAX_PAGES} pages")))
    }

    /// The run itself.
    pub(super) async fn run(&self) -> Result<RunDetails, RequestError> {
        let route = format!("/repos/{}/actions/runs/{}", self.repository, self.run_id);
        Ok(self.get(&route).await?.1)
    }

    /// A URL of an artifact's bytes, which is valid for a minute.
    pub(super) async fn signed_url(&self, id: ArtifactId) -> Result<SignedUrl, RequestError> {
        let route = format!("/repos/{}/actions/artifacts/{id}/zip", self.repository);
        self.retrier
            .retry(|| async {
                let response = self.send(&route, JSON).await?;
                if response.status() != StatusCode::FOUND {
                    octocrab::map_github_error(response).await.map_err(|error| self.error(&error))?;
                    return Err(self.invalid("a download that should be a redirect"));
                }
                let location = self.location(response.headers())?;
                SignedUrl::new(&REST, &self.base, location, self.retrier.reporter())
            })
            .await
    }

    /// A resource of the repository.
    pub(super) async fn resource<T: DeserializeOwned>(&self, path: &str) -> Result<T, RequestError> {
        Ok(self.get(&format!("/repos/{}/{path}", self.repository)).await?.1)
    }

    /// The bytes of a file of a release: GitHub sends them, or redirects to
    /// where they are.
    pub(super) async fn release_asset(&self, id: u64) -> Result<Vec<u8>, RequestError> {
        let route = format!("/repos/{}/releases/assets/{id}", self.repository);
        let store = Store { service: &BLOBS, client: &self.client, reporter: self.retrier.reporter() };
        self.retrier
            .retry(|| async {
                let response = self.send(&route, BYTES).await?;
                if response.status() == StatusCode::FOUND {
                    let location = self.location(response.headers())?;
                    let url = SignedUrl::new(&REST, &self.base, location, self.retrier.reporter())?;
                    return store.read(&url).await;
                }
                let response =
                    octocrab::map_github_error(response).await.map_err(|error| self.error(&error))?;
                let body = response.into_body().collect().await;
                body.map(|body| body.to_bytes().into()).map_err(|error| self.error(&error))
            })
            .await
    }

    /// A resource, and the headers that came with it.
    async fn get<T: DeserializeOwned>(&self, route: &str) -> Result<(HeaderMap, T), RequestError> {
        self.retrier
            .retry(|| async {
                let response = self.send(route, JSON).await?;
                let headers = response.headers().clone();
                let resource = async { T::from_response(octocrab::map_github_error(response).await?).await };
                resource.await.map(|resource| (headers, resource)).map_err(|error| self.error(&error))
            })
            .await
    }

    /// One request, with the token. 301, 307 and 308 (the repository was
    /// renamed or moved) are followed on the API's own origin; 302 leads to an
    /// artifact and is left to the caller.
    async fn send(&self, route: &str, accept: HeaderValue) -> Result<ApiResponse, RequestError> {
        let mut route = route.to_owned();
        let headers = HeaderMap::from_iter([(ACCEPT, accept)]);
        for _ in 0..=MAX_REDIRECTS {
            let response = self.crab._get_with_headers(route.as_str(), Some(headers.clone())).await;
            let response = response.map_err(|error| self.error(&error))?;
            if !matches!(response.status().as_u16(), 301 | 307 | 308) {
                return self.buffer(response).await;
            }
            let next = self.base.join(self.location(response.headers())?).ok();
            let Some(next) = next.filter(|next| is_same_origin(next, &self.base)) else {
                let problem = "the token would be sent to another origin";
                return Err(RequestError::unsafe_redirect(&REST, &self.host(), problem));
            };
            route = next.into();
        }
        Err(RequestError::too_many_redirects(&REST, &self.host()))
    }

    /// The response with its body read, within the limits of our client.
    async fn buffer(&self, response: ApiResponse) -> Result<ApiResponse, RequestError> {
        let (status, headers) = (response.status(), response.headers().clone());
        let response = Response::from(response.map(Body::wrap));
        let body = self.client.read(&REST, &self.host(), response).await?;
        let body = Full::from(body).map_err(|never| match never {}).boxed();
        let mut buffered = http::Response::new(body);
        *buffered.status_mut() = status;
        *buffered.headers_mut() = headers;
        Ok(buffered)
    }

    /// octocrab's error as one that can be retried and shown.
    fn error(&self, error: &octocrab::Error) -> RequestError {
        match error {
            octocrab::Error::GitHub { source, .. } => {
                let status = source.status_code;
                // octocrab repeats the status where there is no message, and
                // quotes what is not JSON: a proxy's HTML.
                let is_message = Some(source.message.as_str()) != status.canonical_reason()
                    && !source.message.starts_with('<');
                let message = if is_message { self.client.redact(&source.message) } else { String::new() };
                let none = HeaderMap::new();
                let headers = source.headers.as_ref().unwrap_or(&none);
                RequestError::status(&REST, &self.host(), status, headers, &message)
            }
            octocrab::Error::Json { source, .. } => self.invalid(self.client.redact(&source.to_string())),
            error => RequestError::transport(&REST, &self.host(), error),
        }
    }

    fn location<'a>(&self, headers: &'a HeaderMap) -> Result<&'a str, RequestError> {
        let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
        location.ok_or_else(|| self.invalid("a redirect without a location"))
    }

    pub(super) fn invalid(&self, problem: impl Into<String>) -> RequestError {
        RequestError::invalid(&REST, &self.host(), problem)
    }

    fn host(&self) -> String {
        host(&self.base)
    }

    pub(super) fn listed(self: &Arc<Self>, artifact: RestArtifact) -> ListedArtifact {
        ListedArtifact {
            id: artifact.id,
            name: artifact.name,
            size: artifact.size_in_bytes.map_or(ListedSize::Unknown, ListedSize::Exact),
            digest: artifact.digest,
            created_at: artifact.created_at,
            expired: artifact.expired,
            locator: Locator::Rest { service: Arc::clone(self), id: artifact.id },
        }
    }
}

/// Whether a page's `Link` names a next one (RFC 8288). Its target is not used:
/// pages are requested by number.
fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok());
    links
        .flat_map(|links| links.split(','))
        .any(|link| link.split(';').any(|part| part.trim() == "rel=\"next\""))
}
