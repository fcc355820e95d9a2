//! The artifact service that a runner offers to the actions it runs: the
//! Twirp service `github.actions.results.api.v1.ArtifactService`, as
//! actions/toolkit calls it (packages/artifact). It needs no permission and
//! counts against no rate limit.
//!
//! It is not documented and other programs imitate it, so parsing is lenient:
//! names in snake or camel case, 64-bit numbers as strings or as numbers,
//! unknown members. Sizes are estimates, because imitators round them.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::artifact_service::Locator;
use super::listed_artifact::{ListedArtifact, ListedSize};
use super::request::RuntimeService;
use super::services::RESULTS;
use crate::artifact::ArtifactId;
use crate::source::http::url::host;
use crate::source::http::{Client, RequestError, Retrier, SignedUrl, Token};

/// The path of the service below its origin.
const SERVICE: &str = "/twirp/github.actions.results.api.v1.ArtifactService/";

/// The runner's artifact service, for the run that its token was made for.
pub(super) struct Results {
    client: Client,
    origin: Url,
    token: Token,
    ids: BackendIds,
    retrier: Retrier,
}

/// The ids by which the results service knows a job of a run. They are not those
/// of the REST API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BackendIds {
    pub(super) run: String,
    pub(super) job: String,
}

/// The runner's token does not name the run that it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its token names no run (no `Actions.Results` scope in its claims)")]
pub(super) struct NoScope;

#[derive(Serialize)]
struct ListArtifacts<'a> {
    workflow_run_backend_id: &'a str,
    workflow_job_run_backend_id: &'a str,
}

#[derive(Serialize)]
struct GetSignedArtifactUrl<'a> {
    workflow_run_backend_id: &'a str,
    workflow_job_run_backend_id: &'a str,
    name: &'a str,
}

#[derive(Deserialize)]
pub(super) struct ListAnswer {
    // An empty list is left out by protobuf's JSON.
    #[serde(default)]
    pub(super) artifacts: Vec<ResultsArtifact>,
}

#[derive(Deserialize)]
pub(super) struct ResultsArtifact {
    #[serde(alias = "workflowRunBackendId")]
    workflow_run_backend_id: String,
    #[serde(alias = "workflowJobRunBackendId")]
    workflow_job_run_backend_id: String,
    #[serde(alias = "databaseId", deserialize_with = "int64")]
    database_id: u64,
    name: String,
    #[serde(default, deserialize_with = "maybe_int64")]
    size: Option<u64>,
    #[serde(default, alias = "createdAt")]
    created_at: Option<String>,
    #[serde(default)]
    digest: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SignedAnswer {
    #[serde(alias = "signedUrl")]
    pub(super) signed_url: String,
}

impl Results {
    /// # Errors
    /// If the token does not name the run that it is for.
    pub(super) fn new(service: &RuntimeService, client: Client, retrier: Retrier) -> Result<Self, NoScope> {
        let mut origin = service.url.url().clone();
        origin.set_path("");
        let ids = BackendIds::of_token(&service.token)?;
        Ok(Self { client, origin, token: service.token.clone(), ids, retrier })
    }

    /// All artifacts of the run, of all its attempts.
    pub(super) async fn list(self: &Arc<Self>) -> Result<Vec<ListedArtifact>, RequestError> {
        let asked = ListArtifacts {
            workflow_run_backend_id: &self.ids.run,
            workflow_job_run_backend_id: &self.ids.job,
        };
        let answer: ListAnswer = self.call("ListArtifacts", &asked).await?;
        Ok(answer.artifacts.into_iter().map(|artifact| self.listed(artifact)).collect())
    }

    /// A URL of an artifact's bytes, which is valid for some minutes.
    pub(super) async fn signed_url(&self, name: &str, ids: &BackendIds) -> Result<SignedUrl, RequestError> {
        let asked = GetSignedArtifactUrl {
            workflow_run_backend_id: &ids.run,
            workflow_job_run_backend_id: &ids.job,
            name,
        };
        let answer: SignedAnswer = self.call("GetSignedArtifactURL", &asked).await?;
        SignedUrl::new(&RESULTS, &self.origin, &answer.signed_url, self.retrier.reporter())
    }

    pub(super) fn listed(self: &Arc<Self>, artifact: ResultsArtifact) -> ListedArtifact {
        let ids =
            BackendIds { run: artifact.workflow_run_backend_id, job: artifact.workflow_job_run_backend_id };
        ListedArtifact {
            id: ArtifactId(artifact.database_id),
            name: artifact.name.clone(),
            size: artifact.size.map_or(ListedSize::Unknown, ListedSize::Estimate),
            digest: artifact.digest,
            created_at: artifact.created_at,
            expired: false,
            locator: Locator::Results { service: Arc::clone(self), name: artifact.name, ids },
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        asked: &impl Serialize,
    ) -> Result<T, RequestError> {
        let mut url = self.origin.clone();
        url.set_path(&format!("{SERVICE}{method}"));
        let host = host(&url);
        #[expect(clippy::expect_used, reason = "structs of strings are always JSON")]
        let body = serde_json::to_vec(asked).expect("a request can be written as JSON");
        self.retrier
            .retry(|| async {
                let sent = self
                    .client
                    .http()
                    .post(url.clone())
                    .bearer_auth(self.token.expose())
                    .header(CONTENT_TYPE, "application/json")
                    .body(body.clone())
                    .send();
                let response =
                    sent.await.map_err(|error| RequestError::transport(&RESULTS, &host, &error))?;
                let (status, headers) = (response.status(), response.headers().clone());
                let body = self.client.read(&RESULTS, &host, response).await?;
                if !status.is_success() {
                    let message = self.client.redact(&error_message(&body));
                    return Err(RequestError::status(&RESULTS, &host, status, &headers, &message));
                }
                serde_json::from_slice(&body).map_err(|error| {
                    RequestError::invalid(&RESULTS, &host, self.client.redact(&error.to_string()))
                })
            })
            .await
    }
}

impl BackendIds {
    /// From the claims of the runner's token, which are read and not verified:
    /// the claim `scp` holds scopes separated by spaces, one of them
    /// `Actions.Results:RUN:JOB` (actions/toolkit, packages/artifact,
    /// `shared/util.ts`).
    fn of_token(token: &Token) -> Result<Self, NoScope> {
        #[derive(Deserialize)]
        struct Claims {
            scp: String,
        }
        let claims = token.expose().split('.').nth(1).ok_or(NoScope)?;
        let claims = BASE64URL_NOPAD.decode(claims.trim_end_matches('=').as_bytes()).map_err(|_| NoScope)?;
        let Claims { scp } = serde_json::from_slice(&claims).map_err(|_| NoScope)?;
        let scope = scp.split(' ').find_map(|scope| {
            let mut parts = scope.split(':');
            match (parts.next(), parts.next(), parts.next(), parts.next()) {
                (Some("Actions.Results"), Some(run), Some(job), None) => Some((run, job)),
                _ => None,
            }
        });
        let (run, job) = scope.ok_or(NoScope)?;
        Ok(Self { run: run.to_owned(), job: job.to_owned() })
    }
}

/// The message of a failure, `msg` in Twirp's JSON; empty if there is none.
pub(super) fn error_message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Failure {
        msg: String,
    }
    serde_json::from_slice(body).map_or_else(|_| String::new(), |failure: Failure| failure.msg)
}

/// An `int64` in protobuf's JSON: a string, and in practice also a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Int64 {
    Number(u64),
    Text(String),
}

fn int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match Int64::deserialize(deserializer)? {
        Int64::Number(number) => Ok(number),
        Int64::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

fn maybe_int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Option::<Int64>::deserialize(deserializer)? {
        Some(Int64::Number(number)) => Some(number),
        Some(Int64::Text(text)) => text.parse().ok(),
        None => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> Token {
        format!("e30.{}.x", BASE64URL_NOPAD.encode(claims.as_bytes())).parse().unwrap()
    }

    #[test]
    fn ids_come_from_the_tokens_scope() {
        let ids = BackendIds::of_token(&token(
            r#"{"scp":"Actions.ExampleScope Actions.Results:run-id:job-id Actions.Other:a:b"}"#,
        ));
        assert_eq!(ids, Ok(BackendIds { run: "run-id".into(), job: "job-id".into() }));
        for claims in [
            "{}",
            "not json",
            r#"{"scp":""}"#,
            r#"{"scp":"Actions.Results:run"}"#,
            r#"{"scp":"Actions.Results:run:job:more"}"#,
            r#"{"scp":"Actions.ResultsX:run:job"}"#,
        ] {
            assert_eq!(BackendIds::of_token(&token(claims)), Err(NoScope), "{claims}");
        }
        assert_eq!(BackendIds::of_token(&"ghs_opaque".parse().unwrap()), Err(NoScope));
    }

    #[test]
    fn every_spelling_is_read() {
        for json in [
            r#"{"artifacts":[{"workflow_run_backend_id":"r","workflow_job_run_backend_id":"j","database_id":"7","name":"a","size":"9","created_at":"2026-11-20T00:00:00Z","digest":"sha256:x","new":{}}]}"#,
            r#"{"artifacts":[{"workflowRunBackendId":"r","workflowJobRunBackendId":"j","databaseId":7,"name":"a","size":9,"createdAt":"2026-11-20T00:00:00Z","digest":"sha256:x"}]}"#,
        ] {
            let answer: ListAnswer = serde_json::from_str(json).unwrap();
            let artifact = &answer.artifacts[0];
            assert_eq!(
                (artifact.database_id, artifact.size, artifact.digest.as_deref()),
                (7, Some(9), Some("sha256:x"))
            );
            assert_eq!(artifact.created_at.as_deref(), Some("2026-11-20T00:00:00Z"));
        }
        let answer: ListAnswer = serde_json::from_str("{}").unwrap();
        assert!(answer.artifacts.is_empty());
        let sparse = r#"{"artifacts":[{"workflow_run_backend_id":"r","workflow_job_run_backend_id":"j","database_id":"7","name":"a","digest":null,"size":null}]}"#;
        assert!(serde_json::from_str::<ListAnswer>(sparse).is_ok());
    }
}
