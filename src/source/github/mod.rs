//! A workflow run as the source: this one or another, over GitHub's REST API
//! or over the artifact service that the runner offers.
//!
//! 1. The run is judged: may this run attest for what it has built?
//! 2. Its artifacts are listed and selected. What is refused by then is not
//!    downloaded.
//! 3. They are fetched, the largest first, a bounded number at a time, and
//!    handed on as they arrive.
//! 4. The run is listed again: what was selected must still be what there is.
//!
//! With `source/http` this is the only place with a network and with anything
//! asynchronous in it. The runtime lives here, and what leaves is a plain
//! iterator. Responses are read on the runtime's threads, written and hashed on
//! blocking ones.

mod artifact_service;
mod fetch;
mod foreign;
#[cfg(any(test, fuzzing))]
#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "it may fail loudly, and is in no program"
)]
pub(crate) mod fuzz;
mod latest_release;
mod listed_artifact;
mod listing;
mod request;
mod rest;
mod results;
mod server;
mod services;

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) use crate::artifact::{Repository, RunId};
pub(crate) use request::{
    PreviousLookup, Route, RunRequest, RunUrl, RunUrlError, RuntimeService, ThisRun, Trigger,
};
pub(crate) use server::Server;

use self::artifact_service::ArtifactService;
use self::fetch::Fetch;
use self::foreign::Verdict;
use self::listed_artifact::ListedArtifact;
use self::listing::SelectedArtifacts;
use self::rest::Rest;
use self::results::Results;
use super::http::{Client, Retrier, SpoolPool};
use super::{Listing, Opened, Payload, SourceError};
use crate::disk::dir::Dir;
use crate::reporter::{Progress, Reporter};
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// How many artifacts are downloaded at once.
const DOWNLOADS: usize = 4;

/// How many artifacts are on the disk at once: those being downloaded, and
/// those that wait or are read.
const SPOOLS: usize = 8;

/// A workflow run whose artifacts are wanted.
pub(crate) struct RunSource {
    /// Which artifacts of which run.
    pub(crate) request: RunRequest,
    /// Where spool files are created; nothing else in it may be named `spool`.
    pub(crate) spool: Dir,
    /// Where retries and secrets are reported.
    pub(crate) reporter: Arc<dyn Reporter>,
}

impl RunSource {
    /// Judges the run, lists its artifacts, selects from them, and begins to
    /// download.
    ///
    /// Each payload holds one of a few spool files until it is dropped:
    /// collecting them all would wait for ever. After a fault there are no
    /// more; after a refusal, there are. If the run has changed meanwhile, that
    /// comes last.
    ///
    /// # Errors
    /// [`SourceError::Input`] if a proxy or certificate cannot be used;
    /// [`SourceError::Refused`] if the run or an artifact is not accepted;
    /// [`SourceError::Fault`] if the service fails, or an artifact is missing or
    /// has expired.
    pub(crate) fn open(self) -> Result<Opened, SourceError> {
        let Self { request, spool, reporter } = self;
        let runtime_token = request.route.runtime().map(|runtime| &runtime.token);
        let secrets = request.token.iter().chain(runtime_token).cloned().collect();
        let client = Client::new(&request.network, secrets, reporter.as_ref())?;
        request.network.announce(reporter.as_ref());
        let retrier = Retrier::new(request.network.policy, reporter);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(2 * SPOOLS)
            .thread_name("network")
            .enable_all()
            .build()
            .map_err(|error| SourceError::io("the network's threads cannot be started", error))?;
        let (service, selected, listing) = runtime.block_on(list(&request, &client, &retrier))?;
        let (sender, receiver) = mpsc::channel(SPOOLS);
        let run = OpenRun { request, client, retrier, service, selected };
        let task = runtime.spawn(run.fetch_all(spool, sender));
        Ok(Opened {
            listing,
            payloads: Box::new(Payloads { receiver, task: Some(task), runtime: Some(runtime) }),
        })
    }
}

/// A run whose artifacts are selected.
struct OpenRun {
    request: RunRequest,
    client: Client,
    retrier: Retrier,
    service: ArtifactService,
    selected: SelectedArtifacts,
}

impl OpenRun {
    /// Downloads the artifacts, sends each as it arrives, and lists the run
    /// again.
    async fn fetch_all(self, folder: Dir, sender: mpsc::Sender<Result<Payload, SourceError>>) {
        let spools = SpoolPool::new(folder, SPOOLS);
        let fetch = Fetch { client: &self.client, retrier: &self.retrier };
        let mut order = self.selected.artifacts.clone();
        self.retrier.reporter().progress(Progress::Selected {
            artifacts: order.len() as u64,
            bytes: order.iter().fold(0, |sum, selected| selected.estimate.saturating_add(sum)),
        });
        order.sort_by_key(|selected| std::cmp::Reverse(selected.estimate));
        let mut arriving = stream::iter(order)
            .map(|selected| {
                let (fetch, spools) = (&fetch, &spools);
                async move { fetch.payload(&selected, spools.lease().await?).await }
            })
            .buffer_unordered(DOWNLOADS);
        while let Some(payload) = arriving.next().await {
            let is_last = matches!(payload, Err(SourceError::Fault { .. } | SourceError::Input(_)));
            // A receiver that is gone has met a fault of its own.
            if sender.send(payload).await.is_err() || is_last {
                return;
            }
        }
        if let Err(error) = self.check_unchanged().await {
            let _ = sender.send(Err(error)).await;
        }
    }

    /// Lists the run again and compares.
    async fn check_unchanged(&self) -> Result<(), SourceError> {
        if self.selected.artifacts.is_empty() {
            return Ok(());
        }
        let listed = self.service.list().await;
        let listed =
            listed.map_err(|error| error.fault("the run's artifacts cannot be listed a second time"))?;
        let changes = self.selected.changes(&SelectedArtifacts::new(listed, &self.request)?);
        if changes.is_empty() {
            return Ok(());
        }
        let finding = Rule::SelectionChanged
            .at(None)
            .found(format!("while they were downloaded, the artifacts changed: {}", changes.join("; ")))
            .expected("the same artifacts after the downloads as before");
        Err(finding.into())
    }
}

/// The artifacts of a run as they arrive, in no order. Waits for the network.
struct Payloads {
    receiver: mpsc::Receiver<Result<Payload, SourceError>>,
    task: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
}

impl Iterator for Payloads {
    type Item = Result<Payload, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(payload) = self.receiver.blocking_recv() {
            return Some(payload);
        }
        // The channel is closed, because all was sent or because the task
        // panicked: then artifacts are missing, and that must not look like the
        // end.
        let (task, runtime) = (self.task.take()?, self.runtime.as_ref()?);
        let panicked = runtime.block_on(task).err()?;
        Some(Err(SourceError::Fault {
            what: "internal error: the downloads ended early; please report this".into(),
            remedy: None,
            cause: Some(Box::new(panicked)),
        }))
    }
}

impl Drop for Payloads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Without waiting for a disk or a network that may hang.
            runtime.shutdown_background();
        }
    }
}

/// Judges the run, lists its artifacts and selects from them.
async fn list(
    request: &RunRequest,
    client: &Client,
    retrier: &Retrier,
) -> Result<(ArtifactService, SelectedArtifacts, Listing), SourceError> {
    let mut notes = Vec::new();
    let rest = Arc::new(Rest::new(request, client.clone(), retrier.clone())?);
    let mut foreign = request.this_run.is_none();
    match foreign::judge(request, &rest).await? {
        Some(Verdict::Refused(finding)) => return Err(finding.into()),
        Some(Verdict::Unattested(note)) => {
            foreign = true;
            notes.push(note);
        }
        None => {}
    }
    let (service, listed) = match &request.route {
        Route::Rest => by_rest(request, rest, "").await?,
        Route::Results(runtime) => by_results(runtime, client, retrier).await.map_err(ResultsError::fault)?,
        Route::ResultsOrRest(runtime) => match by_results(runtime, client, retrier).await {
            Ok(listed) => listed,
            Err(error) => {
                notes.push(format!("{error}; GitHub's REST API is used instead"));
                by_rest(request, rest, &format!("; and before: {error}")).await?
            }
        },
    };
    let mut selected = SelectedArtifacts::new(listed, request)?;
    let is_refused =
        |finding: &Finding| finding.rule != Rule::DigestMissing || request.refuses_missing_digests();
    if selected.findings.iter().any(is_refused) {
        return Err(SourceError::Refused(selected.findings));
    }
    notes.append(&mut selected.notes);
    let previous = latest_release::previous(request, client, retrier, &mut notes).await?;
    let listing = Listing {
        artifacts: selected.artifacts.iter().map(|selected| Arc::clone(&selected.artifact)).collect(),
        skipped: std::mem::take(&mut selected.skipped),
        findings: std::mem::take(&mut selected.findings),
        notes,
        foreign: foreign || selected.foreign,
        previous,
    };
    Ok((service, selected, listing))
}

/// Why the runner's service did not list the artifacts.
#[derive(Debug, thiserror::Error)]
enum ResultsError {
    #[error("the runner's artifact service cannot be used, {0}")]
    Token(#[from] results::NoScope),
    #[error("{0}")]
    Request(#[from] super::http::RequestError),
}

impl ResultsError {
    fn fault(self) -> SourceError {
        match self {
            Self::Token(error) => SourceError::Fault {
                what: "the runner's artifact service cannot be used".into(),
                remedy: Some("Use `artifact-api: rest`, with `permissions: actions: read`.".into()),
                cause: Some(Box::new(error)),
            },
            Self::Request(error) => error.fault("the run's artifacts cannot be listed"),
        }
    }
}

async fn by_results(
    runtime: &RuntimeService,
    client: &Client,
    retrier: &Retrier,
) -> Result<(ArtifactService, Vec<ListedArtifact>), ResultsError> {
    let results = Arc::new(Results::new(runtime, client.clone(), retrier.clone())?);
    let listed = results.list().await?;
    Ok((ArtifactService::Results(results), listed))
}

/// `before` is added to the message of a failure.
async fn by_rest(
    request: &RunRequest,
    rest: Arc<Rest>,
    before: &str,
) -> Result<(ArtifactService, Vec<ListedArtifact>), SourceError> {
    let listed = rest.list().await.map_err(|error| {
        error.fault(format!(
            "the artifacts of run {} of {} cannot be listed{before}",
            request.run_id, request.repository
        ))
    })?;
    Ok((ArtifactService::Rest(rest), listed))
}

#[cfg(test)]
mod tests;
