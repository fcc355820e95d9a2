//! The artifact service that a runner offers to the actions it runs: the
//! Twirp service `github.actions.results.api.v1.ArtifactService`, as
//! actions/toolkit speaks it (packages/artifact). It needs no permission and
//! counts against no limit.
//!
//! It is not documented and other programs imitate it, so it is read with
//! patience: names in snake or camel case, 64-bit numbers as strings or as
//! numbers, members that we do not know; sizes are not believed.

use data_encoding::BASE64URL_NOPAD;
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::address::{SignedUrl, host};
use super::client::Client;
use super::error::{RequestError, Service};
use super::listed_artifact::{BackendIds, ListedArtifact};
use super::request::RuntimeService;
use super::retry::Retry;
use super::token::Token;
use crate::artifact::ArtifactId;

/// The path of the service below its origin.
const SERVICE: &str = "/twirp/github.actions.results.api.v1.ArtifactService/";

/// The runner's artifact service, for the run that its token was made for.
pub(super) struct Results {
    client: Client,
    origin: Url,
    token: Token,
    ids: BackendIds,
    retry: Retry,
}

/// The runner's token does not say which run it is for.
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
struct ListAnswer {
    // An empty list is left out by protobuf's JSON.
    #[serde(default)]
    artifacts: Vec<ResultsArtifact>,
}

#[derive(Deserialize)]
struct ResultsArtifact {
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
struct SignedAnswer {
    #[serde(alias = "signedUrl")]
    signed_url: String,
}

impl Results {
    /// # Errors
    /// If the token does not say which run it is for.
    pub(super) fn new(service: &RuntimeService, client: Client, retry: Retry) -> Result<Self, NoScope> {
        let mut origin = service.url.url().clone();
        origin.set_path("");
        let ids = BackendIds::of_token(&service.token)?;
        Ok(Self { client, origin, token: service.token.clone(), ids, retry })
    }

    /// All artifacts of the run, of all its attempts.
    pub(super) async fn list(&self) -> Result<Vec<ListedArtifact>, RequestError> {
        let asked = ListArtifacts {
            workflow_run_backend_id: &self.ids.run,
            workflow_job_run_backend_id: &self.ids.job,
        };
        let answer: ListAnswer = self.call("ListArtifacts", &asked).await?;
        Ok(answer.artifacts.into_iter().map(ListedArtifact::from).collect())
    }

    /// Where an artifact can be had for some minutes.
    pub(super) async fn signed_url(&self, name: &str, ids: &BackendIds) -> Result<SignedUrl, RequestError> {
        let asked = GetSignedArtifactUrl {
            workflow_run_backend_id: &ids.run,
            workflow_job_run_backend_id: &ids.job,
            name,
        };
        let answer: SignedAnswer = self.call("GetSignedArtifactURL", &asked).await?;
        SignedUrl::new(Service::Results, &self.origin, &answer.signed_url, self.retry.reporter())
    }

    /// An artifact that this service has not told of.
    pub(super) fn never_listed(&self) -> RequestError {
        RequestError::nonsense(Service::Results, &host(&self.origin), "an artifact without the id of a job")
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        asked: &impl Serialize,
    ) -> Result<T, RequestError> {
        let mut url = self.origin.clone();
        url.set_path(&format!("{SERVICE}{method}"));
        let host = host(&url);
        let body = serde_json::to_vec(asked)
            .map_err(|error| RequestError::nonsense(Service::Results, &host, error.to_string()))?;
        self.retry
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
                    sent.await.map_err(|error| RequestError::transport(Service::Results, &host, &error))?;
                let body = self.client.body(Service::Results, &url, response).await?;
                self.client.json(Service::Results, &url, &body)
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

impl From<ResultsArtifact> for ListedArtifact {
    fn from(artifact: ResultsArtifact) -> Self {
        Self {
            id: ArtifactId(artifact.database_id),
            name: artifact.name,
            size: artifact.size,
            is_exact: false,
            digest: artifact.digest,
            created_at: artifact.created_at,
            expired: false,
            backend: Some(BackendIds {
                run: artifact.workflow_run_backend_id,
                job: artifact.workflow_job_run_backend_id,
            }),
        }
    }
}

/// An `int64` in protobuf's JSON: a string, though a number is met as well.
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
            let told = ListedArtifact::from(answer.artifacts.into_iter().next().unwrap());
            assert_eq!(
                (told.id, told.size, told.digest.as_deref()),
                (ArtifactId(7), Some(9), Some("sha256:x"))
            );
            assert_eq!(told.created_at.as_deref(), Some("2026-11-20T00:00:00Z"));
        }
        let answer: ListAnswer = serde_json::from_str("{}").unwrap();
        assert!(answer.artifacts.is_empty());
        let sparse = r#"{"artifacts":[{"workflow_run_backend_id":"r","workflow_job_run_backend_id":"j","database_id":"7","name":"a","digest":null,"size":null}]}"#;
        assert!(serde_json::from_str::<ListAnswer>(sparse).is_ok());
    }
}
