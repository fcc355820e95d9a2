//! The only module that reads the environment.

use std::env;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{CWD, StatxFlags};
use rustix::process::{Gid, Resource, Rlimit, Uid, geteuid, setrlimit};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use secrecy::SecretString;
use serde::Deserialize;

use super::output::StepFiles;
use crate::release::manifest::Run;
use crate::request::{Environment, Runner, Services};
use crate::settings::Color;

/// The environment cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// A file that the runner gave cannot be opened.
    #[error("{variable} is `{path}`, which cannot be opened for writing (unset it where no runner sets it)")]
    StepFile {
        /// The variable.
        variable: &'static str,
        /// Its value.
        path: Utf8PathBuf,
        /// The system's error.
        #[source]
        cause: io::Error,
    },
    /// The workspace cannot be entered.
    #[error(
        "the workspace `{path}` cannot be entered (in a container, mount it: `-v \"$PWD:/github/workspace\"`)"
    )]
    Workspace {
        /// Its path.
        path: Utf8PathBuf,
        /// The system's error.
        #[source]
        cause: io::Error,
    },
    /// A file that is named cannot be read.
    #[error("{named_by} is `{path}`, which cannot be read")]
    Unreadable {
        /// The input or variable.
        named_by: &'static str,
        /// Its value.
        path: Utf8PathBuf,
        /// The system's error.
        #[source]
        cause: io::Error,
    },
    /// Root could not become the workspace's owner.
    #[error("root cannot become the owner of the workspace, uid {uid}; run the container with --user {uid}")]
    Owner {
        /// The owner.
        uid: u32,
        /// The system's error.
        #[source]
        cause: io::Error,
    },
}

/// Whether a runner runs the program.
#[must_use]
pub fn is_runner() -> bool {
    variable("GITHUB_ACTIONS").as_deref() == Some("true")
}

/// The value of an input: the runner puts it into `INPUT_` and its name in
/// upper case, hyphens kept (actions/runner, `Handler.cs`).
#[must_use]
pub fn input(name: &str) -> Option<OsString> {
    env::var_os(format!("INPUT_{}", name.to_uppercase()))
}

/// Opens the files of the step.
///
/// # Errors
/// [`EnvironmentError::StepFile`].
pub fn step_files() -> Result<StepFiles, EnvironmentError> {
    Ok(StepFiles { output: append_to("GITHUB_OUTPUT")?, summary: append_to("GITHUB_STEP_SUMMARY")? })
}

fn append_to(name: &'static str) -> Result<Option<File>, EnvironmentError> {
    let Some(path) = variable(name) else { return Ok(None) };
    let file = OpenOptions::new().append(true).create(true).open(&path);
    file.map(Some).map_err(|cause| EnvironmentError::StepFile { variable: name, path: path.into(), cause })
}

/// Enters the workspace, to which all paths are relative, and reads what the
/// environment says. The token may be in `token_file`.
///
/// # Errors
/// [`EnvironmentError::Workspace`], [`EnvironmentError::Unreadable`].
pub fn enter(token_file: Option<&Utf8Path>) -> Result<Environment, EnvironmentError> {
    let runner = is_runner();
    if let Some(workspace) = variable("GITHUB_WORKSPACE").filter(|_| runner) {
        env::set_current_dir(&workspace)
            .map_err(|cause| EnvironmentError::Workspace { path: workspace.into(), cause })?;
    }
    let current = env::current_dir().and_then(|path| {
        Utf8PathBuf::from_path_buf(path).map_err(|_| io::Error::other("its path is not UTF-8"))
    });
    let workspace = current.map_err(|cause| EnvironmentError::Workspace { path: ".".into(), cause })?;
    Ok(Environment {
        workspace,
        temporary: variable("TMPDIR").unwrap_or_else(|| "/tmp".to_owned()).into(),
        runner: runner.then(self::runner),
        services: services(token_file, runner)?,
        rules_page: rules_page().filter(|_| runner),
    })
}

/// Where the pages of rules are: in the action's repository, at its ref.
fn rules_page() -> Option<String> {
    let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_ACTION_REPOSITORY")?);
    let git_ref = variable("GITHUB_ACTION_REF")?;
    Some(format!("{server}/{repository}/blob/{git_ref}/docs/rules.md"))
}

/// Whether text to this stream is coloured.
#[must_use]
pub(crate) fn is_colored(color: Color, stream: &impl IsTerminal) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            variable("NO_COLOR").is_none()
                && variable("TERM").is_none_or(|terminal| terminal != "dumb")
                && stream.is_terminal()
        }
    }
}

/// Whether a person watches this stream and a line on it can be written over.
#[must_use]
pub(crate) fn is_watched(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && variable("TERM").is_some_and(|terminal| terminal != "dumb")
}

/// Whether the terminal is known to show links (OSC 8). Others may print the
/// address between the words.
#[must_use]
pub(crate) fn knows_links() -> bool {
    let number = |name| variable(name).and_then(|version| version.parse::<u32>().ok());
    let is = |name, known: &[&str]| variable(name).is_some_and(|value| known.contains(&value.as_str()));
    is("TERM_PROGRAM", &["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"])
        || is("TERM", &["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "contour", "wezterm"])
        || variable("WT_SESSION").is_some()
        // The first of GNOME's terminals, and of KDE's, that show them.
        || number("VTE_VERSION").is_some_and(|version| version >= 5000)
        || number("KONSOLE_VERSION").is_some_and(|version| version >= 201_200)
}

/// Makes root the workspace's owner, for good, so that everything made belongs
/// to that owner from the start. Any other user is left as is.
///
/// Must be called before there is a second thread: each thread has
/// credentials of its own, which those that it starts inherit.
///
/// # Errors
/// [`EnvironmentError::Owner`].
pub fn become_owner_of(workspace: &Utf8Path) -> Result<(), EnvironmentError> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let wanted = StatxFlags::UID | StatxFlags::GID;
    let stat = rustix::fs::statx(CWD, workspace.as_str(), rustix::fs::AtFlags::empty(), wanted)
        .map_err(|errno| EnvironmentError::Workspace { path: workspace.to_owned(), cause: errno.into() })?;
    let (uid, gid) = (Uid::from_raw(stat.stx_uid), Gid::from_raw(stat.stx_gid));
    if uid.is_root() {
        return Ok(());
    }
    set_thread_groups(&[])
        .and_then(|()| set_thread_res_gid(gid, gid, gid))
        .and_then(|()| set_thread_res_uid(uid, uid, uid))
        .map_err(|errno| EnvironmentError::Owner { uid: stat.stx_uid, cause: errno.into() })
}

fn runner() -> Runner {
    let run = || {
        Some(Run {
            repository: variable("GITHUB_REPOSITORY")?.parse().ok()?,
            run_id: variable("GITHUB_RUN_ID")?.parse().ok()?,
            run_attempt: variable("GITHUB_RUN_ATTEMPT")?.parse().ok()?,
            commit: variable("GITHUB_SHA")?,
            git_ref: variable("GITHUB_REF")?,
            workflow: variable("GITHUB_WORKFLOW_REF")?,
        })
    };
    let is_tag = variable("GITHUB_REF_TYPE").as_deref() == Some("tag");
    Runner { run: run(), tag: variable("GITHUB_REF_NAME").filter(|_| is_tag) }
}

fn services(token_file: Option<&Utf8Path>, runner: bool) -> Result<Services, EnvironmentError> {
    let secret = |name: &str| variable(name).map(SecretString::from);
    // Lower case is the older spelling, and curl reads no other for `http_proxy`.
    let either = |upper: &str| variable(upper).or_else(|| variable(&upper.to_lowercase()));
    let token =
        input("github-token").and_then(|token| token.into_string().ok()).filter(|token| !token.is_empty());
    let token_of_file = match token_file {
        None => None,
        Some(path) => Some(String::from_utf8_lossy(&read("github-token-file", path.as_str())?).into_owned()),
    };
    let of_runner = |name: &str| variable(name).filter(|_| runner);
    Ok(Services {
        token: token.map(SecretString::from).or_else(|| secret("GITHUB_TOKEN")),
        token_of_file: token_of_file.map(SecretString::from),
        api_url: variable("GITHUB_API_URL"),
        server_url: variable("GITHUB_SERVER_URL"),
        results_url: of_runner("ACTIONS_RESULTS_URL"),
        runtime_token: of_runner("ACTIONS_RUNTIME_TOKEN").map(SecretString::from),
        https_proxy: either("HTTPS_PROXY").map(SecretString::from),
        http_proxy: either("HTTP_PROXY").map(SecretString::from),
        no_proxy: either("NO_PROXY"),
        certificates: variable("SSL_CERT_FILE"),
        repository: of_runner("GITHUB_REPOSITORY"),
        run_id: of_runner("GITHUB_RUN_ID"),
        sha: of_runner("GITHUB_SHA"),
        upstream_event: of_runner("GITHUB_EVENT_PATH").and_then(|path| upstream_event(&path)),
        event: of_runner("GITHUB_EVENT_NAME"),
    })
}

/// The event that started the run by which a `workflow_run` event was caused,
/// as the event's payload says. None if it cannot be read, or names none.
fn upstream_event(path: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Payload {
        workflow_run: WorkflowRun,
    }
    #[derive(Deserialize)]
    struct WorkflowRun {
        event: String,
    }
    let bytes = read("GITHUB_EVENT_PATH", path).ok()?;
    serde_json::from_slice(&bytes).ok().map(|payload: Payload| payload.workflow_run.event)
}

/// Reads a small file, at most 25 MiB: a token, or the payload of an event,
/// which GitHub limits to that size.
fn read(named_by: &'static str, path: &str) -> Result<Vec<u8>, EnvironmentError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(25 << 20).read_to_end(&mut bytes))
        .map(|_| bytes)
        .map_err(|cause| EnvironmentError::Unreadable { named_by, path: path.into(), cause })
}

/// Disables core dumps, because tokens are in memory.
pub fn forbid_core_dumps() {
    // Lowering a limit cannot fail, and a failure would be harmless.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// A variable that is set, not empty, and UTF-8.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
