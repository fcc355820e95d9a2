//! Which run's artifacts are meant, and how to get to them.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};

use super::InputError;
use crate::artifact::{ArtifactId, Selection};
use crate::request::cli::{self, PrepareArgs};
use crate::source::github::{
    ArtifactApi, ExtraRoots, ForeignRun, Network, Repository, RequireDigests, RunId, RunRequest, RunUrl,
    RuntimeService, ServiceUrl, ThisRun,
};

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
}

/// The inputs that say nothing where artifacts come from a folder.
pub(super) fn refuse_beside_a_folder(arguments: &PrepareArgs) -> Result<(), InputError> {
    let text = |input, value: &str| (!value.trim().is_empty()).then_some(input);
    let named = [
        text("artifact-ids", &arguments.artifact_ids),
        text("repository", &arguments.repository),
        text("run-id", &arguments.run_id),
        text("run", &arguments.run),
        (arguments.foreign_run != cli::ForeignRun::Refuse).then_some("foreign-run"),
        (arguments.artifact_api != cli::ArtifactApi::Auto).then_some("artifact-api"),
        (arguments.require_digests == cli::RequireDigests::True).then_some("require-digests"),
    ];
    match named.into_iter().flatten().next() {
        None => Ok(()),
        Some(input) => Err(InputError::Conflict(format!(
            "{input}: it speaks of a run's artifacts, but artifacts-dir is `{}`, a folder; give one of the two",
            arguments.artifacts_dir.trim()
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
    let url: Option<RunUrl> = given("run", &arguments.run)?;
    let repository: Option<Repository> = given("repository", &arguments.repository)?;
    let run_id: Option<RunId> = given("run-id", &arguments.run_id)?;
    if url.is_some() && (repository.is_some() || run_id.is_some()) {
        return Err(InputError::Conflict(
            "run: its address says repository and run-id already; give one or the other".into(),
        ));
    }
    let of_url = url.as_ref().map(|url| (url.repository.clone(), url.run_id)).unzip();
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
    let server = url.map_or(environment_server.clone(), |url| url.server);
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
        artifact_api: match arguments.artifact_api {
            cli::ArtifactApi::Auto => ArtifactApi::Auto,
            cli::ArtifactApi::Results => ArtifactApi::Results,
            cli::ArtifactApi::Rest => ArtifactApi::Rest,
        },
        selection: selection.clone(),
        artifact_ids: artifact_ids(&arguments.artifact_ids)?,
        require_digests: match arguments.require_digests {
            cli::RequireDigests::Auto => RequireDigests::Auto,
            cli::RequireDigests::True => RequireDigests::Always,
            cli::RequireDigests::False => RequireDigests::Never,
        },
        foreign_run: match arguments.foreign_run {
            cli::ForeignRun::Refuse => ForeignRun::Refuse,
            cli::ForeignRun::Unattested => ForeignRun::Unattested,
        },
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

fn artifact_ids(text: &str) -> Result<BTreeSet<ArtifactId>, InputError> {
    let ids = text.split([',', ' ', '\n', '\r']).filter(|id| !id.is_empty());
    ids.map(|id| {
        id.parse().map(ArtifactId).map_err(|_| InputError::Value {
            input: "artifact-ids",
            found: id.to_owned(),
            expected: "ids of artifacts, whole numbers separated by commas".into(),
        })
    })
    .collect()
}

/// What an input says, if it says anything.
fn given<T: FromStr<Err: Display>>(input: &'static str, text: &str) -> Result<Option<T>, InputError> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(|text| parsed(input, text)).transpose()
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
