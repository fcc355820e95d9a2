//! What is wanted of which run: everything meant, nothing left to interpret.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use super::address::ServiceUrl;
use super::client::Network;
use super::token::Token;
use crate::artifact::{ArtifactId, Selection};
use crate::settings::{ArtifactApi, ForeignRun, RequireDigests};

/// The artifacts that are wanted, and all that is needed to get them.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// GitHub's REST API, `https://api.github.com` or an Enterprise Server's
    /// `https://HOST/api/v3`.
    pub api: ServiceUrl,
    /// The server that people look at; which digests are told depends on it.
    pub server: ServiceUrl,
    /// Whose run.
    pub repository: Repository,
    /// Which run.
    pub run_id: RunId,
    /// For REST.
    pub token: Option<Token>,
    /// What a runner offers to its actions.
    pub runtime: Option<RuntimeService>,
    /// Which way to go.
    pub artifact_api: ArtifactApi,
    /// Which artifacts, by name.
    pub selection: Selection,
    /// Exactly these, whatever their names; empty: by name.
    pub artifact_ids: BTreeSet<ArtifactId>,
    /// What to do where GitHub tells no digest.
    pub require_digests: RequireDigests,
    /// What to do with artifacts of a run that one may not attest for.
    pub foreign_run: ForeignRun,
    /// The run that this program is part of, if it is part of one.
    pub this_run: Option<ThisRun>,
    /// The most bytes that one download may have where nothing better is known.
    pub max_bytes: u64,
    /// How to get there.
    pub network: Network,
}

impl RunRequest {
    /// Whether the artifacts wanted are those of the run that asks.
    #[must_use]
    pub fn is_this_run(&self) -> bool {
        self.this_run
            .as_ref()
            .is_some_and(|this| this.run_id == self.run_id && this.repository.is(&self.repository))
    }
}

/// The run that this program is part of.
#[derive(Debug, Clone)]
pub struct ThisRun {
    /// `GITHUB_REPOSITORY`.
    pub repository: Repository,
    /// `GITHUB_RUN_ID`.
    pub run_id: RunId,
    /// `GITHUB_SHA`.
    pub sha: Option<String>,
    /// `GITHUB_EVENT_NAME`.
    pub event: Option<String>,
}

/// The artifact service that a runner offers to the actions it runs.
#[derive(Debug, Clone)]
pub struct RuntimeService {
    /// `ACTIONS_RESULTS_URL`, of which the origin counts.
    pub url: ServiceUrl,
    /// `ACTIONS_RUNTIME_TOKEN`.
    pub token: Token,
}

/// The id of a workflow run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is not the id of a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of a run, a whole number")]
pub struct RunIdError;

impl FromStr for RunId {
    type Err = RunIdError;

    fn from_str(text: &str) -> Result<Self, RunIdError> {
        text.parse().map(Self).map_err(|_| RunIdError)
    }
}

/// A repository, `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    owner: String,
    name: String,
}

/// A text that is no repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected owner/name, letters, digits, `.`, `-` and `_` on both sides of one `/`")]
pub struct RepositoryError;

impl Repository {
    /// Whether both are one: GitHub does not tell upper from lower case.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.owner.eq_ignore_ascii_case(&other.owner) && self.name.eq_ignore_ascii_case(&other.name)
    }
}

impl FromStr for Repository {
    type Err = RepositoryError;

    fn from_str(text: &str) -> Result<Self, RepositoryError> {
        let safe = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part.len() <= 100
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        match text.split_once('/') {
            Some((owner, name)) if safe(owner) && safe(name) => {
                Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
            }
            _ => Err(RepositoryError),
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// A run as its page's address names it:
/// `https://github.com/OWNER/NAME/actions/runs/ID`, whatever follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunUrl {
    /// The server.
    pub server: ServiceUrl,
    /// Whose run.
    pub repository: Repository,
    /// Which run.
    pub run_id: RunId,
}

/// A text that is not the address of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the address of a run's page, https://github.com/OWNER/NAME/actions/runs/ID")]
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
    fn repositories() {
        for text in ["o/r", "some-org/some.repo_1", "O/.github"] {
            assert_eq!(text.parse::<Repository>().unwrap().to_string(), text);
        }
        for text in ["", "o", "o/", "/r", "o/r/x", "o/..", "o/r?x", "o /r", "ö/r"] {
            assert_eq!(text.parse::<Repository>(), Err(RepositoryError), "{text:?}");
        }
        let repository = |text: &str| text.parse::<Repository>().unwrap();
        assert!(repository("Org/Repo").is(&repository("org/repo")));
    }

    #[test]
    fn addresses_of_runs() {
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
