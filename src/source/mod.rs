//! Where artifacts come from: a folder, files, or a workflow run.
//!
//! All give a [`Listing`] and [`Payload`]s, and from there on there is one
//! path.

pub(crate) mod directory;
pub(crate) mod github;
pub(crate) mod http;
pub(crate) mod paths;
pub(crate) mod previous;
mod spool;

use std::io;
use std::sync::Arc;

use self::directory::DirectorySource;
use self::github::RunSource;
use self::paths::PathsSource;
use crate::artifact::{Artifact, ArtifactName};
use crate::filename::FileName;
use crate::release::previous::PreviousRelease;
use crate::rule::finding::Finding;

pub(crate) use directory::Folder;
pub(crate) use spool::Spool;

/// A source of artifacts that has not been looked at yet.
pub(crate) enum Source {
    /// A folder.
    Directory(DirectorySource),
    /// Files and folders, each by its path.
    Paths(PathsSource),
    /// A workflow run.
    Run(Box<RunSource>),
}

impl Source {
    /// Lists the artifacts and begins to fetch those that are selected.
    ///
    /// # Errors
    /// [`SourceError::Input`] if the source is not what the inputs say;
    /// [`SourceError::Refused`] if its artifacts may not be used;
    /// [`SourceError::Fault`] if it cannot be read.
    pub(crate) fn open(self) -> Result<Opened, SourceError> {
        match self {
            Self::Directory(directory) => directory.open(),
            Self::Paths(paths) => paths.open(),
            Self::Run(run) => run.open(),
        }
    }
}

/// A source whose artifacts have been listed.
pub(crate) struct Opened {
    /// What is there.
    pub(crate) listing: Listing,
    /// The selected artifacts as they arrive, in no particular order.
    pub(crate) payloads: Payloads,
}

/// Payloads as they arrive. After a fault there are no more; what a source
/// refuses stops no other artifact.
pub(crate) type Payloads = Box<dyn Iterator<Item = Result<Payload, SourceError>>>;

/// What a source has, before a byte of it is read.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The selected artifacts, sorted by name.
    pub artifacts: Vec<Arc<Artifact>>,
    /// The names of artifacts that are not selected, shown if none is.
    pub skipped: Vec<ArtifactName>,
    /// What is wrong with what is there.
    pub findings: Vec<Finding>,
    /// What a reader of the log should know: a fall-back, an older attempt.
    pub notes: Vec<String>,
    /// Whether the artifacts come from a run that this run may not attest for.
    pub foreign: bool,
    /// The release before, if it was looked up and is there.
    pub previous: Option<PreviousRelease>,
}

/// One artifact's bytes. If its source reported a digest, they have it: no
/// payload is made of other bytes.
pub(crate) struct Payload {
    /// What the source reported of the artifact.
    pub artifact: Arc<Artifact>,
    /// The bytes.
    pub content: Content,
}

/// The form in which an artifact's bytes arrive.
pub(crate) enum Content {
    /// Files in a folder, as download-artifact leaves them.
    Folder(Folder),
    /// A zip archive, as upload-artifact stores files.
    Zip(Spool),
    /// One file as it was uploaded (`archive: false`).
    File(FileName, Spool),
}

/// Why a source could not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An input names something that is not there or not what it should be.
    #[error("{0}")]
    Input(String),
    /// The source responded, and what it has may not be released. Never empty.
    #[error("{}", .0.iter().map(|finding| finding.found.as_str()).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Finding>),
    /// The disk, the network or the service failed.
    #[error("{what}")]
    Fault {
        /// What was being done, and to what.
        what: String,
        /// What to do about it, where more is known than the cause.
        remedy: Option<String>,
        /// Why it failed.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl SourceError {
    /// An error of the file system, and what was being done.
    #[must_use]
    pub fn io(what: impl Into<String>, cause: io::Error) -> Self {
        Self::Fault { what: what.into(), remedy: None, cause: Some(Box::new(cause)) }
    }
}

impl From<Finding> for SourceError {
    fn from(finding: Finding) -> Self {
        Self::Refused(vec![finding])
    }
}
