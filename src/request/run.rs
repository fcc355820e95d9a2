//! Which run's artifacts are wanted, and how to reach them.

use std::fmt::Display;
use std::str::FromStr;

use camino::Utf8Path;
use secrecy::{ExposeSecret as _, SecretString};

use super::InputError;
use crate::artifact::Selection;
use crate::preflight::expect::ExpectedLine;
use crate::request::cli::PrepareArgs;
use crate::settings::{ArtifactApi, ForeignRun, PreviousManifest, RequireDigests};
use crate::source::github::{
    PreviousLookup, Repository, Route, RunId, RunRequest, RuntimeService, Server, ThisRun, Trigger,
};
use crate::source::http::{ExtraRoots, Network, ServiceUrl, Token};

/// What the environment says about GitHub's services and proxies, not yet
/// parsed.
#[derive(Debug, Clone, Default)]
pub struct Services {
    /// The contents of `github-token-file`: for the server of the request.
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
    /// `HTTPS_PROXY`, which may contain a password.
    pub https_proxy: Option<SecretString>,
    /// `HTTP_PROXY`, likewise.
    pub http_proxy: Option<SecretString>,
    /// `NO_PROXY`.
    pub no_proxy: Option<String>,
    /// `SSL_CERT_FILE`, a path.
    pub certificates: Option<String>,
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

/// Refuses inputs that have no effect on artifacts from a folder.
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
            "{input}: applies to the artifacts of a run, but artifacts-dir is the folder `{folder}`; give one of the two"
        ))),
    }
}

/// The run whose artifacts are prepared.
pub(super) fn run(
    arguments: &PrepareArgs,
    services: &Services,
    selection: &Selection,
    max_unpacked: u64,
) -> Result<RunRequest, InputError> {
    let this_run = this_run(services)?;
    let Named { server, repository, run_id } = named_run(arguments, this_run.as_ref())?;
    let Access { api, server, token } = access(services, server, this_run.is_some())?;
    let request = RunRequest {
        api,
        server,
        repository,
        run_id,
        token,
        route: Route::Rest,
        selection: selection.clone(),
        artifact_ids: arguments.artifact_ids.clone(),
        require_digests: arguments.require_digests,
        foreign_run: arguments.foreign_run,
        this_run,
        previous: previous(arguments),
        max_bytes: max_unpacked,
        network: network(services)?,
    };
    Ok(RunRequest { route: route(arguments.artifact_api, services, request.is_this_run())?, ..request })
}

fn previous(arguments: &PrepareArgs) -> PreviousLookup {
    let is_expected = arguments.expect.iter().any(|line| matches!(line, ExpectedLine::Previous));
    match &arguments.previous_manifest {
        PreviousManifest::Auto if is_expected => PreviousLookup::Required,
        PreviousManifest::Auto => PreviousLookup::Optional,
        PreviousManifest::Off | PreviousManifest::Path(_) => PreviousLookup::No,
    }
}

/// A run as the inputs name it.
struct Named {
    /// That of the run's URL, if it is named so.
    server: Option<Server>,
    repository: Repository,
    run_id: RunId,
}

fn named_run(arguments: &PrepareArgs, this_run: Option<&ThisRun>) -> Result<Named, InputError> {
    let (repository, run_id) = (arguments.repository.clone(), arguments.run_id);
    if let Some(url) = &arguments.run {
        if repository.is_some() || run_id.is_some() {
            return Err(InputError::Conflict(
                "run: its URL names repository and run-id already; give one or the other".into(),
            ));
        }
        return Ok(Named {
            server: Some(url.server.clone()),
            repository: url.repository.clone(),
            run_id: url.run_id,
        });
    }
    let repository = repository.or_else(|| this_run.map(|run| run.repository.clone()));
    let run_id = run_id.or_else(|| this_run.map(|run| run.run_id));
    match (repository, run_id) {
        (Some(repository), Some(run_id)) => Ok(Named { server: None, repository, run_id }),
        _ => Err(InputError::Conflict(
            "artifacts-dir: found no value and no run; expected a folder of artifacts, or a run: \
             `--run` with the URL of its page, or `repository` and `run-id`"
                .into(),
        )),
    }
}

/// Where requests to GitHub's API go, and with which token.
struct Access {
    api: ServiceUrl,
    server: Server,
    token: Option<Token>,
}

/// A token goes to its own server alone. The environment's token belongs to the
/// environment's server, that of `github-token-file` to the server of
/// the request.
///
/// On a runner `GITHUB_API_URL` is set by the runner. On a command line it may
/// be set by anything that sets the shell's environment (a checkout's `.envrc`,
/// a dev container), so there the API follows from the server.
fn access(services: &Services, named: Option<Server>, on_runner: bool) -> Result<Access, InputError> {
    let of_environment: Server =
        parsed("GITHUB_SERVER_URL", services.server_url.as_deref().unwrap_or("https://github.com"))?;
    let is_named = named.is_some();
    let server = named.unwrap_or_else(|| of_environment.clone());
    let is_own = server == of_environment;
    let own_token = services.token.as_ref().filter(|_| is_own);
    let token = secret("github-token", services.token_of_file.as_ref().or(own_token))?;
    let of_server = server.api();
    let api = match &services.api_url {
        Some(api) if is_own && on_runner => parsed("GITHUB_API_URL", api)?,
        Some(text) if !is_named && !on_runner => {
            let api: ServiceUrl = parsed("GITHUB_API_URL", text)?;
            if api.host() != of_server.host() {
                return Err(InputError::Unfit {
                    input: "GITHUB_API_URL",
                    found: text.clone(),
                    why: format!(
                        "but the API of GITHUB_SERVER_URL, {server}, is {of_server}; unset it, or set both"
                    ),
                });
            }
            api
        }
        _ => of_server,
    };
    Ok(Access { api, server, token })
}

/// How the artifacts are listed and downloaded.
fn route(wanted: ArtifactApi, services: &Services, is_this_run: bool) -> Result<Route, InputError> {
    let refuse = |why: &str| {
        Err(InputError::Conflict(format!("artifact-api: found `results`, but {why}; use `rest` or `auto`")))
    };
    Ok(match (wanted, runtime(services)?) {
        (ArtifactApi::Results, _) if !is_this_run => {
            return refuse("the runner's artifact service knows the artifacts of its own run only");
        }
        (ArtifactApi::Results, None) => {
            return refuse(
                "ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN are not set, which a runner sets for actions",
            );
        }
        (ArtifactApi::Results, Some(runtime)) => Route::Results(runtime),
        (ArtifactApi::Auto, Some(runtime)) if is_this_run => Route::ResultsOrRest(runtime),
        (ArtifactApi::Rest | ArtifactApi::Auto, _) => Route::Rest,
    })
}

/// The run that the program is part of, if a runner says which.
fn this_run(services: &Services) -> Result<Option<ThisRun>, InputError> {
    let (Some(repository), Some(run_id)) = (&services.repository, &services.run_id) else {
        return Ok(None);
    };
    Ok(Some(ThisRun {
        repository: parsed("GITHUB_REPOSITORY", repository)?,
        run_id: parsed("GITHUB_RUN_ID", run_id)?,
        sha: services.sha.clone(),
        trigger: match services.event.as_deref() {
            Some("workflow_run") => Trigger::WorkflowRun(services.upstream_event.clone()),
            Some(event) => Trigger::Event(event.to_owned()),
            None => Trigger::Unknown,
        },
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
        extra_roots: services.certificates.clone().map(|path| ExtraRoots { path }),
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

/// As [`parsed`], for values that must not be shown.
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
