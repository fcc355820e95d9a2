//! A workflow run as the source: this one or another, over GitHub's REST API
//! or over the artifact service that the runner offers.
//!
//! 1. The run is judged: may one attest for what it has made?
//! 2. Its artifacts are listed, and chosen from.
//! 3. They are fetched, the largest first, a bounded number at a time, and
//!    handed on as they come.
//! 4. The list is taken again: what was chosen must still be what there is.
//!
//! This is the only room with a network and with anything asynchronous in it;
//! the runtime lives here, and what leaves is a plain iterator. The reading of
//! answers is on the runtime's threads, the writing and hashing on blocking
//! ones.

mod address;
mod artifact_service;
mod client;
mod disposition;
mod error;
mod fetch;
mod foreign;
mod listed_artifact;
mod listing;
mod request;
mod rest;
mod results;
mod retry;
mod spool;
mod token;

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

pub(crate) use address::ServiceUrl;
pub(crate) use client::{ExtraRoots, Network};
pub(crate) use request::{Repository, RunId, RunRequest, RunUrl, RuntimeService, ThisRun};
pub(crate) use token::Token;

use self::artifact_service::ArtifactService;
use self::client::Client;
use self::fetch::Fetch;
use self::foreign::Verdict;
use self::listed_artifact::ListedArtifact;
use self::listing::SelectedArtifacts;
use self::rest::Rest;
use self::results::Results;
use self::retry::Retry;
use self::spool::Spools;
use super::{Listing, Payload, SourceError};
use crate::disk::dir::Dir;
use crate::reporter::Reporter;
use crate::rule::Rule;
use crate::settings::ArtifactApi;

/// How many artifacts are downloaded at once.
const DOWNLOADS: usize = 4;

/// How many artifacts are on the disk at once: those that are downloaded, and
/// those that wait or are read.
const SPOOLS: usize = 8;

/// A run whose artifacts have been listed and chosen from.
pub(crate) struct Run {
    runtime: Runtime,
    request: RunRequest,
    client: Client,
    retry: Retry,
    way: ArtifactService,
    choice: SelectedArtifacts,
    listing: Listing,
}

impl Run {
    /// Judges the run, lists its artifacts and chooses from them.
    ///
    /// # Errors
    /// [`SourceError::Input`] if what is asked for cannot be, or a proxy or
    /// certificate cannot be used; [`SourceError::Refused`] if the run is one
    /// whose artifacts are not taken; [`SourceError::Fault`] if the service
    /// fails, or an artifact is missing or has expired.
    pub(crate) fn open(request: RunRequest, reporter: Arc<dyn Reporter>) -> Result<Self, SourceError> {
        let secrets: Vec<Token> = request
            .token
            .iter()
            .chain(request.runtime.iter().map(|runtime| &runtime.token))
            .cloned()
            .collect();
        for secret in secrets.iter().map(Token::expose).filter(|secret| token::is_worth_masking(secret)) {
            reporter.mask(secret);
        }
        let client = Client::new(&request.network, secrets)?;
        let retry = Retry::new(request.network.policy, reporter);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(2 * SPOOLS)
            .thread_name("network")
            .enable_all()
            .build()
            .map_err(|error| SourceError::io("the network's threads cannot be started", error))?;
        let opened = runtime.block_on(open(&request, &client, &retry));
        let (way, choice, listing) = opened?;
        Ok(Self { runtime, request, client, retry, way, choice, listing })
    }

    /// What was found.
    pub(crate) fn listing(&mut self) -> Listing {
        std::mem::take(&mut self.listing)
    }

    /// The artifacts as they come. In `folder`, where the spool files are
    /// made, nothing else may be named `spool`.
    ///
    /// Each payload holds one of a few spool files until it is dropped: who
    /// collects them all waits for ever. After a fault nothing more comes;
    /// after a finding, the other artifacts do. What is found when the run is
    /// listed again comes last.
    #[must_use]
    pub(crate) fn payloads(self, folder: Dir) -> Payloads {
        let (sender, receiver) = mpsc::channel(SPOOLS);
        let Self { runtime, request, client, retry, way, choice, listing: _ } = self;
        runtime.spawn(async move {
            let spools = Spools::new(folder, SPOOLS);
            let fetch = Fetch { way: &way, client: &client, retry: &retry };
            let mut order = choice.chosen.clone();
            order.sort_by_key(|chosen| std::cmp::Reverse(chosen.size));
            let mut payloads = stream::iter(order)
                .map(|chosen| {
                    let (fetch, spools) = (&fetch, &spools);
                    async move { fetch.payload(&chosen, spools.lease().await?).await }
                })
                .buffer_unordered(DOWNLOADS);
            while let Some(payload) = payloads.next().await {
                let is_fault = matches!(payload, Err(SourceError::Fault { .. } | SourceError::Input(_)));
                if sender.send(payload).await.is_err() || is_fault {
                    return;
                }
            }
            if let Err(error) = unchanged(&way, &choice, &request).await {
                // Nobody may be there to hear it.
                let _ = sender.send(Err(error)).await;
            }
        });
        Payloads { receiver, runtime: Some(runtime) }
    }
}

/// The artifacts of a run as they come, in no order. Waits for the network.
pub(crate) struct Payloads {
    receiver: mpsc::Receiver<Result<Payload, SourceError>>,
    runtime: Option<Runtime>,
}

impl Iterator for Payloads {
    type Item = Result<Payload, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.receiver.blocking_recv()
    }
}

impl Drop for Payloads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Not waiting for a disk or a network that may hang.
            runtime.shutdown_background();
        }
    }
}

async fn open(
    request: &RunRequest,
    client: &Client,
    retry: &Retry,
) -> Result<(ArtifactService, SelectedArtifacts, Listing), SourceError> {
    announce(&request.network, retry.reporter());
    let mut notes = Vec::new();
    let rest = Rest::new(request, client.clone(), retry.clone())?;
    let mut foreign = request.this_run.is_none();
    match foreign::judge(request, &rest).await? {
        Some(Verdict::Refused(finding)) => return Err(SourceError::Refused(finding)),
        Some(Verdict::Unattested(note)) => {
            foreign = true;
            notes.push(note);
        }
        None => {}
    }
    let (way, told) = list(request, client, retry, rest, &mut notes).await?;
    let mut choice = SelectedArtifacts::new(told, request)?;
    notes.append(&mut choice.notes);
    let listing = Listing {
        artifacts: choice.chosen.iter().map(|chosen| Arc::clone(&chosen.artifact)).collect(),
        skipped: std::mem::take(&mut choice.skipped),
        findings: std::mem::take(&mut choice.findings),
        notes,
        foreign: foreign || choice.foreign,
    };
    Ok((way, choice, listing))
}

/// Lists the artifacts over the way that is asked for, or over the one that
/// can be gone.
async fn list(
    request: &RunRequest,
    client: &Client,
    retry: &Retry,
    rest: Rest,
    notes: &mut Vec<String>,
) -> Result<(ArtifactService, Vec<ListedArtifact>), SourceError> {
    let explicit = request.artifact_api == ArtifactApi::Results;
    let mut fallen_back = String::new();
    let input = |message: &str| {
        Err(SourceError::Input(format!("artifact-api is `results`, but {message}; use `rest` or `auto`")))
    };
    match &request.runtime {
        _ if request.artifact_api == ArtifactApi::Rest => {}
        _ if !request.is_this_run() && explicit => {
            return input("the runner's service knows this run's artifacts only");
        }
        _ if !request.is_this_run() => {}
        None if explicit => {
            return input(
                "no ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN are given, which a runner gives to actions",
            );
        }
        None => {}
        Some(runtime) => {
            let why = match Results::new(runtime, client.clone(), retry.clone()) {
                Err(error) if explicit => {
                    return Err(SourceError::Fault {
                        what: "the runner's artifact service cannot be used".into(),
                        remedy: Some("Use `artifact-api: rest`, with `permissions: actions: read`.".into()),
                        cause: Some(Box::new(error)),
                    });
                }
                Err(error) => format!("the runner's artifact service cannot be used, {error}"),
                Ok(results) => match results.list().await {
                    Ok(told) => return Ok((ArtifactService::Results(results), told)),
                    Err(trouble) if explicit => {
                        return Err(trouble.fault("the run's artifacts cannot be listed"));
                    }
                    Err(trouble) => trouble.to_string(),
                },
            };
            notes.push(format!("{why}; GitHub's REST API is used instead"));
            fallen_back = format!("; nor could they be by the first way: {why}");
        }
    }
    let told = rest.list().await;
    let told = told.map_err(|trouble| {
        trouble.fault(format!(
            "the artifacts of run {} of {} cannot be listed{fallen_back}",
            request.run_id, request.repository
        ))
    })?;
    Ok((ArtifactService::Rest(rest), told))
}

/// Takes the list again and compares.
async fn unchanged(
    way: &ArtifactService,
    before: &SelectedArtifacts,
    request: &RunRequest,
) -> Result<(), SourceError> {
    if before.chosen.is_empty() {
        return Ok(());
    }
    let told = way.list().await;
    let told = told.map_err(|trouble| trouble.fault("the run's artifacts cannot be listed a second time"))?;
    let changes = before.changes(&SelectedArtifacts::new(told, request)?);
    if changes.is_empty() {
        return Ok(());
    }
    Err(SourceError::Refused(Box::new(
        Rule::SelectionChanged
            .at(None)
            .found(format!("while they were downloaded, the artifacts changed: {}", changes.join("; ")))
            .expected("the same artifacts after the downloads as before"),
    )))
}

/// Tells what the environment made of the way to the services, before anything
/// fails for it.
fn announce(network: &Network, reporter: &dyn Reporter) {
    for (variable, proxy) in [("HTTPS_PROXY", &network.https_proxy), ("HTTP_PROXY", &network.http_proxy)] {
        if let Some(proxy) = proxy {
            reporter.notice(&format!("requests go through the proxy {} ({variable})", proxy.host()));
        }
    }
    if let Some(roots) = &network.extra_roots {
        reporter.notice(&format!("the authorities in `{}` are trusted as well (SSL_CERT_FILE)", roots.path));
    }
}

#[cfg(test)]
mod tests;
