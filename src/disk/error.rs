//! Why a release cannot be staged or committed, and what a user can do about
//! it.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::disk::dir::DirError;

/// Why nothing could be staged or committed.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// Another run uses the same output.
    #[error("another run is at work on `{0}`: its staging area is locked")]
    Busy(Utf8PathBuf),
    /// A folder of the staging folder's name that is none.
    #[error(
        "`{0}` is needed for staging, but it is not empty and was not made by release-prep; move it away"
    )]
    NotOurs(Utf8PathBuf),
    /// The output cannot be where it was asked for.
    #[error("output-dir: {0}")]
    Output(String),
    /// The run is being cancelled.
    #[error("cancelled")]
    Cancelled,
    /// Something at the output cannot be moved, made or removed, and the user
    /// can do something about it.
    #[error("{what}")]
    Blocked {
        /// What happened, with what was expected.
        what: String,
        /// What to do, a sentence.
        remedy: &'static str,
        /// The system call's error.
        #[source]
        cause: DirError,
    },
    /// The file system reported success and did nothing, or something else.
    #[error(
        "the file system reported that the release was moved to `{0}`, but something else is there; \
         what is there was left as it is"
    )]
    NotThere(Utf8PathBuf),
    /// The file system failed.
    #[error("the release cannot be staged")]
    Dir(#[from] DirError),
    /// A staged file could not be read back.
    #[error("{path} cannot be read back")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// The system call's error.
        #[source]
        cause: io::Error,
    },
    /// A file could not be written.
    #[error("{path} cannot be written")]
    Write {
        /// The file.
        path: Utf8PathBuf,
        /// The system call's error.
        #[source]
        cause: io::Error,
    },
}

impl StagingError {
    /// What exists at `output` cannot be replaced.
    pub(super) fn blocked(output: &Utf8Path, cause: DirError) -> Self {
        let (why, remedy) = if cause.is_busy() {
            return Self::mount_point(output);
        } else if cause.is_not_empty() {
            return Self::Output(format!(
                "`{output}` was empty and no longer is; it was left untouched; choose another output-dir"
            ));
        } else if cause.is_cross_device() {
            (
                "is in a lower layer of an overlay file system, from which it cannot be moved",
                "Move it away or remove it, or choose another output-dir.",
            )
        } else if cause.is_denied() {
            (
                "cannot be moved by this user, to whom it must belong",
                "Remove it or change its owner as root (`sudo chown -R`), or choose another output-dir.",
            )
        } else {
            return cause.into();
        };
        Self::Blocked { what: format!("output-dir: `{output}` {why}"), remedy, cause }
    }

    /// A file system is mounted on `output`.
    pub(super) fn mount_point(output: &Utf8Path) -> Self {
        Self::Output(format!(
            "`{output}` is a mount point, expected a folder that can be replaced; choose a folder below it, \
             such as `{output}/release`"
        ))
    }

    /// The staging folder cannot be created.
    pub(super) fn not_created(cause: DirError) -> Self {
        if !cause.is_denied() {
            return cause.into();
        }
        Self::Blocked {
            what: "output-dir: this user cannot write to the folder that it is in".to_owned(),
            remedy: "Change the owner or mode of that folder, or choose another output-dir.",
            cause,
        }
    }

    /// What an earlier run left in the staging folder cannot be removed.
    pub(super) fn not_cleared(cause: DirError) -> Self {
        if !cause.is_denied() {
            return cause.into();
        }
        Self::Blocked {
            what: "this user cannot remove what an earlier run left in the staging folder".to_owned(),
            remedy: "Remove the staging folder as root (`sudo rm -r`).",
            cause,
        }
    }
}
