//! Which run's artifacts are meant, and how to get to them.

use std::fmt::Display;
use std::str::FromStr;

use camino::Utf8Path;
use secrecy::{ExposeSecret as _, SecretString};

use super::InputError;
use crate::artifact::Selection;
use crate::request::cli::PrepareArgs;
use crate::settings::{ArtifactApi, ForeignRun, RequireDigests};
use crate::source::github::{ExtraRoots, Network, RunRequest, RuntimeService, ServiceUrl, ThisRun};

/// What the environment tells of GitHub's services and the way there, as it
/// tells it.
#[derive(Debug, Clone, Default)]
pub struct Services {
    /// What `github-token-file` holds: for whatever server is named.
    pub token_of_file: Option<SecretString>,
    /// The input `github-token`, or `GITHUB_TOKEN`: for the environment's
    /// server.
    pub token: Option<SecretString>,
    /// `GITHUB_API_URL`.
    pub api_url: Option<String>,
    /// `GITHUB_SERVER_URL`.
    pub server_url: Option<String>,
    /// `ACTIONS_RESULTS_URL`, given to actions on a runner.
    pub results_url: Option<String>,
    /// `ACTIONS_RUNTIME_TOKEN`, likewise.
    pub runtime_token: Option<SecretString>,
    /// `HTTPS_PROXY`, which may bear a password.
    pub https_proxy: Option<SecretString>,
    /// `HTTP_PROXY`, likewise.
    pub http_proxy: Option<SecretString>,
    /// `NO_PROXY`.
    pub no_proxy: Option<String>,
    /// The path in `SSL_CERT_FILE`, and what the file holds.
    pub certificates: Option<(String, Vec<u8>)>,
    /// On a runner, `GITHUB_REPOSITORY`.
    pub repository: Option<String>,
    /// On a runner, `GITHUB_RUN_ID`.
    pub run_id: Option<String>,
    /// On a runner, `GITHUB_SHA`.
    pub sha: Option<String>,
    /// On a runner, `GITHUB_EVENT_NAME`.
    pub event: Option<String>,
    /// On a runner, the event that started the run by which a `workflow_run`
    /// event was caused, from the payload at `GITHUB_EVENT_PATH`.
    pub upstream_event: Option<String>,
}

impl Services {
    /// Whether a pull request started the run, itself or by another run. Where
    /// that cannot be known of a `workflow_run`, it counts as one.
    #[must_use]
    pub(super) fn is_for_pull_request(&self) -> bool {
        let of_pull_request = |event: &String| event.starts_with("pull_request");
        match self.event.as_deref() {
            Some("workflow_run") => self.upstream_event.as_ref().is_none_or(of_pull_request),
            _ => self.event.as_ref().is_some_and(of_pull_request),
        }
    }
}

/// The inputs that have no effect where artifacts come from a folder.
pub(super) fn refuse_beside_a_folder(arguments: &PrepareArgs, folder: &Utf8Path) -> Result<(), InputError> {
    let named = [
        (!arguments.artifact_ids.is_empty()).then_some("artifact-ids"),
        arguments.repository.as_ref().map(|_| "repository"),
        arguments.run_id.map(|_| "run-id"),
        arguments.run.as_ref().map(|_| "run"),
        (arguments.foreign_run != ForeignRun::Refuse).then_some("foreign-run"),
        (arguments.artifact_api != ArtifactApi::Auto).then_some("artifact-api"),
        (arguments.require_digests == RequireDigests::Always).then_some("require-digests"),
    ];
    match named.into_iter().flatten().next() {
        None => Ok(()),
        Some(input) => Err(InputError::Conflict(format!(
            "{input}: it is about a run's artifacts, but artifacts-dir is `{folder}`, a folder; give one of the two"
        ))),
    }
}

/// The run that is meant.
pub(super) fn run(
    arguments: &PrepareArgs,
    services: &Services,
    selection: &Selection,
    max_unpacked: u64,
) -> Result<RunRequest, InputError> {
    let this_run = this_run(services)?;
    let url = arguments.run.as_ref();
    let (repository, run_id) = (arguments.repository.clone(), arguments.run_id);
    if url.is_some() && (repository.is_some() || run_id.is_some()) {
        return Err(InputError::Conflict(
            "run: its address says repository and run-id already; give one or the other".into(),
        ));
    }
    let of_url = url.map(|url| (url.repository.clone(), url.run_id)).unzip();
    let of_this = this_run.as_ref().map(|run| (run.repository.clone(), run.run_id)).unzip();
    let repository = repository.or(of_url.0).or(of_this.0);
    let run_id = run_id.or(of_url.1).or(of_this.1);
    let (Some(repository), Some(run_id)) = (repository, run_id) else {
        return Err(InputError::Conflict(
            "artifacts-dir: found nothing, and no run either; expected a folder of artifacts, or a run: \
             `--run` with the address of its page, or `repository` and `run-id`"
                .into(),
        ));
    };
    let environment_server: ServiceUrl =
        parsed("GITHUB_SERVER_URL", services.server_url.as_deref().unwrap_or("https://github.com"))?;
    let server = url.map_or_else(|| environment_server.clone(), |url| url.server.clone());
    // A token lying in the environment is not for whatever server an address
    // names.
    let own = services.token.as_ref().filter(|_| server == environment_server);
    let token = secret("github-token", services.token_of_file.as_ref().or(own))?;
    let api = match &services.api_url {
        // The environment's API is that of the environment's server.
        Some(api) if server == environment_server => parsed("GITHUB_API_URL", api)?,
        _ => server.api_of_server(),
    };
    Ok(RunRequest {
        api,
        server,
        repository,
        run_id,
        token,
        runtime: runtime(services)?,
        artifact_api: arguments.artifact_api,
        selection: selection.clone(),
        artifact_ids: arguments.artifact_ids.clone(),
        require_digests: arguments.require_digests,
        foreign_run: arguments.foreign_run,
        this_run,
        max_bytes: max_unpacked,
        network: network(services)?,
    })
}

/// The run that the program is part of, if a runner tells which.
fn this_run(services: &Services) -> Result<Option<ThisRun>, InputError> {
    let (Some(repository), Some(run_id)) = (&services.repository, &services.run_id) else {
        return Ok(None);
    };
    Ok(Some(ThisRun {
        repository: parsed("GITHUB_REPOSITORY", repository)?,
        run_id: parsed("GITHUB_RUN_ID", run_id)?,
        sha: services.sha.clone(),
        event: services.event.clone(),
    }))
}

fn runtime(services: &Services) -> Result<Option<RuntimeService>, InputError> {
    let (Some(url), Some(token)) =
        (&services.results_url, secret("ACTIONS_RUNTIME_TOKEN", services.runtime_token.as_ref())?)
    else {
        return Ok(None);
    };
    Ok(Some(RuntimeService { url: parsed("ACTIONS_RESULTS_URL", url)?, token }))
}

fn network(services: &Services) -> Result<Network, InputError> {
    Ok(Network {
        https_proxy: secret("HTTPS_PROXY", services.https_proxy.as_ref())?,
        http_proxy: secret("HTTP_PROXY", services.http_proxy.as_ref())?,
        no_proxy: services.no_proxy.clone(),
        extra_roots: services.certificates.clone().map(|(path, pem)| ExtraRoots { path, pem }),
        ..Network::default()
    })
}

fn parsed<T: FromStr<Err: Display>>(input: &'static str, text: &str) -> Result<T, InputError> {
    text.parse().map_err(|error: T::Err| InputError::Unfit {
        input,
        found: text.to_owned(),
        why: error.to_string(),
    })
}

/// As [`parsed`], of what must not be shown.
fn secret<T: FromStr<Err: Display>>(
    input: &'static str,
    text: Option<&SecretString>,
) -> Result<Option<T>, InputError> {
    text.map(|text| {
        text.expose_secret()
            .parse()
            .map_err(|error: T::Err| InputError::Conflict(format!("{input}: {error}")))
    })
    .transpose()
}
