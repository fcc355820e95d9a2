//! Which artifacts of which run are wanted, without anything left to interpret.

use std::collections::BTreeSet;
use std::str::FromStr;

use reqwest::Url;

use super::server::Server;
use crate::artifact::{ArtifactId, Repository, RunId, Selection};
use crate::settings::{ForeignRun, RequireDigests};
use crate::source::http::{Network, ServiceUrl, Token};

/// The artifacts that are wanted, and all that is needed to get them.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// GitHub's REST API, `https://api.github.com` or an Enterprise Server's
    /// `https://HOST/api/v3`.
    pub api: ServiceUrl,
    /// The server of the repository. github.com reports digests, others may not.
    pub server: Server,
    /// Whose run.
    pub repository: Repository,
    /// Which run.
    pub run_id: RunId,
    /// For REST.
    pub token: Option<Token>,
    /// How the artifacts are listed and downloaded.
    pub route: Route,
    /// Which artifacts, by name.
    pub selection: Selection,
    /// Exactly these, whatever their names; empty: by name.
    pub artifact_ids: BTreeSet<ArtifactId>,
    /// What to do if GitHub reports no digest.
    pub require_digests: RequireDigests,
    /// What to do with artifacts that this run may not attest for.
    pub foreign_run: ForeignRun,
    /// The run that the program is part of, if there is one.
    pub this_run: Option<ThisRun>,
    /// Whether the manifest of the latest release is looked up.
    pub previous: PreviousLookup,
    /// The most bytes of a download whose size is not known.
    pub max_bytes: u64,
    /// How the services are reached.
    pub network: Network,
}

impl RunRequest {
    /// Whether the artifacts wanted are those of the run that the program is
    /// part of.
    #[must_use]
    pub fn is_this_run(&self) -> bool {
        self.this_run
            .as_ref()
            .is_some_and(|this| this.run_id == self.run_id && this.repository.is(&self.repository))
    }

    /// Whether an artifact without a digest is refused.
    #[must_use]
    pub fn refuses_missing_digests(&self) -> bool {
        match self.require_digests {
            RequireDigests::Always => true,
            RequireDigests::Auto => self.server.is_github_com(),
            RequireDigests::Never => false,
        }
    }
}

/// Whether the manifest of the repository's latest release is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviousLookup {
    /// It is not.
    No,
    /// It is; where it cannot be, a note says so.
    Optional,
    /// It is, and must not fail. That there is none is no failure.
    Required,
}

/// The run that the program is part of.
#[derive(Debug, Clone)]
pub struct ThisRun {
    /// `GITHUB_REPOSITORY`.
    pub repository: Repository,
    /// `GITHUB_RUN_ID`.
    pub run_id: RunId,
    /// `GITHUB_SHA`.
    pub sha: Option<String>,
    /// What started it.
    pub trigger: Trigger,
}

/// What started the run that the program is part of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Trigger {
    /// `GITHUB_EVENT_NAME`, if it is not `workflow_run`.
    Event(String),
    /// Another run, which `workflow_run.event` in the event's payload started
    /// (none if the payload cannot be read).
    WorkflowRun(Option<String>),
    /// Not known.
    #[default]
    Unknown,
}

/// The artifact service that a runner offers to the actions it runs.
#[derive(Debug, Clone)]
pub struct RuntimeService {
    /// `ACTIONS_RESULTS_URL`, of which the origin counts.
    pub url: ServiceUrl,
    /// `ACTIONS_RUNTIME_TOKEN`.
    pub token: Token,
}

/// How artifacts are listed and downloaded.
#[derive(Debug, Clone)]
pub enum Route {
    /// By GitHub's REST API.
    Rest,
    /// By the runner's own service, which knows the artifacts of its run only.
    Results(RuntimeService),
    /// By the runner's own service, and by GitHub's REST API if that fails.
    ResultsOrRest(RuntimeService),
}

impl Route {
    /// The runner's own service, if it is to be used.
    #[must_use]
    pub const fn runtime(&self) -> Option<&RuntimeService> {
        match self {
            Self::Rest => None,
            Self::Results(runtime) | Self::ResultsOrRest(runtime) => Some(runtime),
        }
    }
}

/// The URL of a run's page: `https://github.com/OWNER/NAME/actions/runs/ID`,
/// whatever follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunUrl {
    /// The server.
    pub server: Server,
    /// Whose run.
    pub repository: Repository,
    /// Which run.
    pub run_id: RunId,
}

/// A text that is not the URL of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the URL of a run's page, https://github.com/OWNER/NAME/actions/runs/ID")]
pub(crate) struct RunUrlError;

impl FromStr for RunUrl {
    type Err = RunUrlError;

    fn from_str(text: &str) -> Result<Self, RunUrlError> {
        let mut url: Url = text.trim().parse().map_err(|_| RunUrlError)?;
        let parts: Vec<String> = url.path_segments().ok_or(RunUrlError)?.map(str::to_owned).collect();
        let [owner, name, actions, runs, id, ..] = parts.as_slice() else { return Err(RunUrlError) };
        if (actions.as_str(), runs.as_str()) != ("actions", "runs") {
            return Err(RunUrlError);
        }
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self {
            server: url.as_str().parse().map_err(|_| RunUrlError)?,
            repository: format!("{owner}/{name}").parse().map_err(|_| RunUrlError)?,
            run_id: id.parse().map_err(|_| RunUrlError)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_runs() {
        let run: RunUrl = "https://github.com/o/r/actions/runs/123/attempts/2?pr=1#x".parse().unwrap();
        assert_eq!((run.repository.to_string().as_str(), run.run_id), ("o/r", RunId(123)));
        assert!(run.server.is_github_com());
        for text in [
            "123",
            "https://github.com/o/r",
            "https://github.com/o/r/actions/runs/x",
            "http://h/o/r/actions/runs/1",
        ] {
            assert_eq!(text.parse::<RunUrl>(), Err(RunUrlError), "{text}");
        }
    }
}
