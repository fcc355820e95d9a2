//! The environment: the one place where it is read.

use std::env;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{CWD, StatxFlags};
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::output::StepFiles;
use crate::manifest::Run;
use crate::request::{Runner, Surroundings};

/// The program cannot find its feet.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// A file that the runner gave cannot be opened.
    #[error("{variable} is `{path}`, which cannot be opened for writing")]
    StepFile {
        /// The variable.
        variable: &'static str,
        /// Its value.
        path: Utf8PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// The workspace cannot be entered.
    #[error("the workspace `{path}` cannot be entered")]
    Workspace {
        /// Its path.
        path: Utf8PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// Root could not become the workspace's owner.
    #[error("root cannot become the owner of the workspace, uid {uid}; run the container with --user {uid}")]
    Owner {
        /// The owner.
        uid: u32,
        /// The system's answer.
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

/// Goes to the workspace, to which all paths are relative, and tells what is
/// around it.
///
/// # Errors
/// [`EnvironmentError::Workspace`].
pub fn enter() -> Result<Surroundings, EnvironmentError> {
    let runner = is_runner();
    if let Some(workspace) = variable("GITHUB_WORKSPACE").filter(|_| runner) {
        env::set_current_dir(&workspace)
            .map_err(|cause| EnvironmentError::Workspace { path: workspace.into(), cause })?;
    }
    let current = env::current_dir().and_then(|path| {
        Utf8PathBuf::from_path_buf(path).map_err(|_| io::Error::other("its path is not UTF-8"))
    });
    let workspace = current.map_err(|cause| EnvironmentError::Workspace { path: ".".into(), cause })?;
    Ok(Surroundings { workspace, runner: runner.then(self::runner) })
}

/// Makes root the workspace's owner, for good, so that everything made belongs
/// to that owner from the start. Who is not root stays who they are.
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
            repository: variable("GITHUB_REPOSITORY")?,
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

/// A variable that is set, not empty, and UTF-8.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
