//! Where artifacts come from: a folder, or a workflow run.
//!
//! Both hand out [`Payload`]s, and from there on there is one path.

pub(crate) mod directory;
pub(crate) mod github;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use self::directory::Directory;
use self::github::Run;
use crate::artifact::{Artifact, ArtifactName};
use crate::disk::dir::Dir;
use crate::filename::FileName;
use crate::rule::finding::Finding;

pub(crate) use directory::Folder;

/// What a source has, before a byte of it is read.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// What is taken, sorted by name.
    pub artifacts: Vec<Arc<Artifact>>,
    /// The names of what is there and not taken, for whoever took nothing.
    pub skipped: Vec<ArtifactName>,
    /// What is wrong with what is there.
    pub findings: Vec<Finding>,
    /// What a reader of the log should know: a fall-back, an older attempt.
    pub notes: Vec<String>,
    /// Whether the artifacts come from a run that one may not attest for.
    pub foreign: bool,
}

/// A source of artifacts, looked through.
pub(crate) enum Source {
    /// A folder.
    Directory(Directory),
    /// A workflow run.
    Run(Box<Run>),
}

impl Source {
    /// What was found.
    pub(crate) fn listing(&mut self) -> Listing {
        match self {
            Self::Directory(directory) => directory.listing(),
            Self::Run(run) => run.listing(),
        }
    }

    /// The artifacts as they come; those of a run are spooled in `spool`.
    #[must_use]
    pub(crate) fn payloads(self, spool: Dir) -> Box<dyn Iterator<Item = Result<Payload, SourceError>>> {
        match self {
            Self::Directory(directory) => Box::new(directory.payloads()),
            Self::Run(run) => Box::new(run.payloads(spool)),
        }
    }
}

/// One artifact's bytes. If its source told a digest, they have it: a source
/// makes a payload of nothing else.
pub(crate) struct Payload {
    /// What the source told of the artifact.
    pub artifact: Arc<Artifact>,
    /// The bytes.
    pub content: Content,
}

/// In what shape an artifact's bytes lie there.
pub(crate) enum Content {
    /// Files in a folder, as download-artifact leaves them.
    Folder(Folder),
    /// A zip archive, as upload-artifact stores files.
    Zip(Spool),
    /// One file as it is (`archive: false`).
    File(FileName, Spool),
}

/// An open file that is read at positions of the reader's own, so that several
/// readers do not disturb each other.
///
/// May be longer than what counts: spool files are used again.
pub(crate) struct Spool {
    file: File,
    len: u64,
    lease: Option<Box<dyn Send + Sync>>,
}

impl Spool {
    /// The first `len` bytes of `file`.
    #[must_use]
    pub(crate) const fn new(file: File, len: u64) -> Self {
        Self { file, len, lease: None }
    }

    /// With something to be dropped (a permit, a place on the disk) when the
    /// spool is.
    #[must_use]
    pub(crate) fn with_lease(self, lease: impl Send + Sync + 'static) -> Self {
        Self { lease: Some(Box::new(lease)), ..self }
    }

    /// How many bytes count.
    #[must_use]
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// Whether no byte counts.
    #[must_use]
    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A reader from the beginning.
    #[must_use]
    pub(crate) const fn reader(&self) -> SpoolReader<'_> {
        SpoolReader { spool: self, position: 0 }
    }
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spool")
            .field("len", &self.len)
            .field("lease", &self.lease.is_some())
            .finish_non_exhaustive()
    }
}

/// Reads a [`Spool`] from a position of its own.
#[derive(Debug, Clone)]
pub(crate) struct SpoolReader<'a> {
    spool: &'a Spool,
    position: u64,
}

impl Read for SpoolReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.spool.len.saturating_sub(self.position);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let (buffer, _) = buffer.split_at_mut(most);
        let read = self.spool.file.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for SpoolReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.spool.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// Why a source could not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An input names something that is not there or not what it should be.
    #[error("{0}")]
    Input(String),
    /// The source gave an answer, and it stops the release.
    #[error("{}: {}", .0.rule, .0.found)]
    Refused(Box<Finding>),
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
    /// A file system's answer to what was being done.
    #[must_use]
    pub fn io(what: impl Into<String>, cause: io::Error) -> Self {
        Self::Fault { what: what.into(), remedy: None, cause: Some(Box::new(cause)) }
    }
}
