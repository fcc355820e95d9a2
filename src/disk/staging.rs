//! The staging area: everything is committed, or nothing.
//!
//! 1. Beside the output folder `prepared` stands `.prepared.release-prep`, on
//!    the same file system by nature. It is locked while a run works; the
//!    kernel lets go of the lock however the process ends.
//! 2. What an earlier run left there is taken up: a release that it had moved
//!    aside goes back, all else is removed.
//! 3. Files are staged under numbers, each digested as it is written, and then
//!    placed in a release of their own beneath the staging area.
//! 4. The commit exchanges that release with what stands at the output in one
//!    system call. Where the file system has none such, two renames do it, and
//!    step 2 puts right what a death between them leaves.
//! 5. Whatever happens, the staging area goes.
//!
//! The promise covers the death of the process, not of the power.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};

use crate::digest::{Algorithms, Digests, HashingWriter};
use crate::disk::dir::{Dir, DirError, EntryKind};
use crate::filename::FileName;
use crate::folder::Folder;

/// Tells a staging area from a folder that happens to bear its name.
const MARK: &str = "CREATED-BY-RELEASE-PREP";
/// Where spools lie.
const SPOOL: &str = "spool";
/// Where files lie until it is decided what becomes of them.
const INCOMING: &str = "incoming";
/// The release that is being made; after the exchange, the one that was.
const RELEASE: &str = "release";
/// What stood at the output, between the two renames.
const PREVIOUS: &str = "previous";

/// How many bytes of a file's beginning are kept to tell its kind by.
const HEAD: usize = 64;

/// Why nothing could be staged or committed.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// Another run works at the same output.
    #[error("another run is at work on `{0}`: its staging area is locked")]
    Busy(Utf8PathBuf),
    /// A folder of the staging area's name that is not one.
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
    /// The file system failed.
    #[error("the release cannot be staged")]
    Dir(#[from] DirError),
    /// A staged file could not be read back.
    #[error("{path} cannot be read back")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// A file could not be written.
    #[error("{path} cannot be written")]
    Write {
        /// The file.
        path: Utf8PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
}

/// The one place where a cancellation and a commit meet: whichever comes first
/// wins, and the other one waits or does nothing.
#[derive(Debug, Default)]
pub struct Cancellation(Mutex<Phase>);

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    Staged(Arc<StagingDir>),
    Committed,
    Cancelled,
}

impl Cancellation {
    /// Removes what is staged. After that nothing can be committed.
    ///
    /// `false` if the release stands already: then there is nothing to cancel.
    #[must_use]
    pub fn cancel(&self) -> bool {
        let mut phase = self.lock();
        match &*phase {
            Phase::Committed => false,
            Phase::Staged(area) => {
                area.remove();
                *phase = Phase::Cancelled;
                true
            }
            Phase::Idle | Phase::Cancelled => {
                *phase = Phase::Cancelled;
                true
            }
        }
    }

    /// Whether [`Self::cancel`] was heard, so that the troubles which it makes
    /// for whoever still writes need not be told.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(*self.lock(), Phase::Cancelled)
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        // A phase is whole at every moment, so a panic elsewhere spoils none.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folder on the disk, locked.
#[derive(Debug)]
struct StagingDir {
    parent: Dir,
    name: String,
    /// The output's name in `parent`.
    output: String,
    root: Dir,
    /// Folders above the output that were made for it, outermost first.
    made: Vec<(Dir, String)>,
}

impl StagingDir {
    /// Removes it, the mark last, so that what a kill leaves is known as ours.
    /// What cannot be removed now is removed by the next run.
    fn remove(&self) {
        // Whoever is still at work may put one more file into a folder that is
        // empty already; into one that is gone, nobody can.
        let cleared = (0..100).any(|_| self.clear().is_ok());
        if cleared && self.root.remove_file(MARK).is_ok() {
            let _ = self.parent.remove_folder(&self.name);
        }
        for (parent, name) in self.made.iter().rev() {
            // With a release in them they are not empty, and stay.
            let _ = parent.remove_folder(name);
        }
    }

    /// Removes all but the mark. What a death between the two renames left of
    /// the release before goes back first: it may be the only copy.
    fn clear(&self) -> Result<(), DirError> {
        if self.root.entry(PREVIOUS)?.is_some() && self.parent.entry(&self.output)?.is_none() {
            self.root.rename(PREVIOUS, &self.parent, &self.output)?;
        }
        for name in self.root.names()? {
            match name {
                Ok(name) if name == MARK => {}
                Ok(name) => self.root.remove_tree(&name)?,
                // Nothing of ours; the folder stays, and so does its mark.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// A release in the making. Dropping it removes what was staged.
#[derive(Debug)]
pub struct Staging {
    area: Arc<StagingDir>,
    incoming: Dir,
    release: Dir,
    next: AtomicU64,
    cancellation: Arc<Cancellation>,
}

/// A file that lies in the staging area, with the digests that were born with
/// it. Only [`StagedWriter::finish`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StagedFile {
    number: u64,
    /// In bytes.
    pub size: u64,
    /// Of all its bytes.
    pub digests: Digests,
}

impl Staging {
    /// Opens the staging area beside `output`, makes the folders above it, and
    /// takes up what an earlier run left.
    ///
    /// # Errors
    /// [`StagingError::Busy`], [`StagingError::NotOurs`],
    /// [`StagingError::Output`] if `output` leads through a link or is no
    /// name, or what the file system answers.
    pub fn begin(output: &Utf8Path, cancellation: &Arc<Cancellation>) -> Result<Self, StagingError> {
        let (above, output) = split(output)?;
        // A cancellation waits until there is a whole area to remove.
        let mut phase = cancellation.lock();
        if matches!(*phase, Phase::Cancelled) {
            return Err(StagingError::Cancelled);
        }
        let (parent, made) = open_or_make(above)?;
        let name = format!(".{output}.release-prep");
        let root = lock(&parent, &name)?;
        let area = Arc::new(StagingDir { parent, name, output, root, made });
        area.clear()?;
        area.root.make_folder(SPOOL)?;
        let incoming = area.root.make_folder(INCOMING)?;
        let release = area.root.make_folder(RELEASE)?;
        *phase = Phase::Staged(Arc::clone(&area));
        drop(phase);
        let next = AtomicU64::new(0);
        Ok(Self { area, incoming, release, next, cancellation: Arc::clone(cancellation) })
    }

    /// The folder for spools.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn spool(&self) -> Result<Dir, StagingError> {
        Ok(self.area.root.folder(SPOOL)?)
    }

    /// What stands at the output now, for whoever has to decide whether it may
    /// be replaced: nothing, or an open folder.
    ///
    /// # Errors
    /// [`StagingError::Output`] if it is no folder.
    pub fn existing_output(&self) -> Result<Option<Dir>, StagingError> {
        existing_output(&self.area.parent, &self.area.output)
    }

    /// Begins a file.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn stage(&self, algorithms: Algorithms) -> Result<StagedWriter, StagingError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = number.to_string();
        let file = self.incoming.create(&name, false)?;
        let hashing = HashingWriter::new(BufWriter::with_capacity(1 << 18, file), algorithms);
        Ok(StagedWriter { number, path: self.incoming.path_of(&name), hashing, head: Vec::new() })
    }

    /// Begins a file that is written in any order, and digested at its end.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn create(&self) -> Result<RandomAccessFile<'_>, StagingError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let file = self.incoming.create(&number.to_string(), false)?;
        Ok(RandomAccessFile { staging: self, number, file })
    }

    /// Removes a file that another one has taken the place of.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn discard(&self, staged: &StagedFile) -> Result<(), StagingError> {
        Ok(self.incoming.remove_file(&staged.number.to_string())?)
    }

    /// Opens a staged file for reading.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn open(&self, staged: &StagedFile) -> Result<File, StagingError> {
        Ok(self.incoming.file(&staged.number.to_string())?.0)
    }

    /// Makes a folder of the release.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn make(&self, folder: Folder) -> Result<Placement<'_>, StagingError> {
        Ok(Placement { staging: self, folder: self.release.make_folder(folder.as_str())? })
    }

    /// Writes one of the files at the top of the release.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn write(&self, name: &FileName, bytes: &[u8]) -> Result<(), StagingError> {
        let mut file = self.release.create(name.as_str(), false)?;
        let path = || self.release.path_of(name.as_str());
        file.write_all(bytes).map_err(|cause| StagingError::Write { path: path(), cause })
    }

    /// Puts the release where it belongs. `may_replace` has the last word on
    /// what stands there, a moment before it goes.
    ///
    /// # Errors
    /// Those of `may_replace`; [`StagingError::Cancelled`]; what the file
    /// system answers. Then what stood there stands there still.
    pub fn commit<E: From<StagingError>>(
        self,
        may_replace: impl FnOnce(&Dir) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut phase = self.cancellation.lock();
        if matches!(*phase, Phase::Cancelled) {
            return Err(StagingError::Cancelled.into());
        }
        let area = &*self.area;
        match existing_output(&area.parent, &area.output)? {
            Some(there) if !there.names().map_err(StagingError::from)?.is_empty() => {
                may_replace(&there)?;
                replace(area)
            }
            // An empty folder is replaced by a rename as well.
            _ => area.root.rename(RELEASE, &area.parent, &area.output),
        }
        .map_err(StagingError::from)?;
        *phase = Phase::Committed;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.area.remove();
    }
}

/// A folder of the release, into which files are placed.
#[derive(Debug)]
pub struct Placement<'a> {
    staging: &'a Staging,
    folder: Dir,
}

impl Placement<'_> {
    /// Moves a staged file to its name in the release, with mode 0755 if it
    /// must run.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn place(&self, staged: &StagedFile, name: &FileName, executable: bool) -> Result<(), StagingError> {
        let number = staged.number.to_string();
        if executable {
            self.staging.incoming.make_executable(&number)?;
        }
        Ok(self.staging.incoming.rename(&number, &self.folder, name.as_str())?)
    }
}

/// A file of the staging area that has no digests yet.
#[derive(Debug)]
pub struct RandomAccessFile<'a> {
    staging: &'a Staging,
    number: u64,
    file: File,
}

impl RandomAccessFile<'_> {
    /// The file, for writing.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Ends the file: reads it once more for its digests.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn finish(self, algorithms: Algorithms) -> Result<StagedFile, StagingError> {
        let Self { staging, number, file } = self;
        drop(file);
        let name = number.to_string();
        let (mut written, _) = staging.incoming.file(&name)?;
        let mut hashing = HashingWriter::new(io::sink(), algorithms);
        io::copy(&mut written, &mut hashing)
            .map_err(|cause| StagingError::Read { path: staging.incoming.path_of(&name), cause })?;
        let (_, size, digests) = hashing.finalize();
        Ok(StagedFile { number, size, digests })
    }
}

/// A file on its way into the staging area.
pub struct StagedWriter {
    number: u64,
    path: Utf8PathBuf,
    hashing: HashingWriter<BufWriter<File>>,
    head: Vec<u8>,
}

impl StagedWriter {
    /// Ends the file: what was staged, and its first bytes.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn finish(self) -> Result<(StagedFile, Vec<u8>), StagingError> {
        let (mut file, size, digests) = self.hashing.finalize();
        file.flush().map_err(|cause| StagingError::Write { path: self.path, cause })?;
        Ok((StagedFile { number: self.number, size, digests }, self.head))
    }

    /// Where it lies, for messages.
    #[must_use]
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }
}

impl Write for StagedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.hashing.write(bytes)?;
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(taken.min(missing)));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hashing.flush()
    }
}

/// The folder above the output, and the output's name in it.
fn split(output: &Utf8Path) -> Result<(&Utf8Path, String), StagingError> {
    let wrong = |why: &str| StagingError::Output(format!("`{output}` {why}"));
    let name = output.file_name().ok_or_else(|| wrong("is no name that a folder can be given"))?;
    // The staging area's name is longer, and must be a name as well.
    format!(".{name}.release-prep")
        .parse::<FileName>()
        .map_err(|error| wrong(&format!("cannot be the folder's name: {error}")))?;
    Ok((output.parent().unwrap_or(Utf8Path::new("")), name.to_owned()))
}

/// Opens `path`, making the folders that are missing at its end.
fn open_or_make(path: &Utf8Path) -> Result<(Dir, Vec<(Dir, String)>), StagingError> {
    match Dir::open(path) {
        Ok(dir) => Ok((dir, Vec::new())),
        Err(error) if error.is_missing() => {
            let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
                return Err(error.into());
            };
            let (parent, mut made) = open_or_make(above)?;
            let dir = match parent.make_folder(name) {
                Ok(dir) => dir,
                // Another run has made it meanwhile.
                Err(error) if error.is_exists() => return Ok((parent.folder(name)?, made)),
                Err(error) => return Err(error.into()),
            };
            made.push((parent, name.to_owned()));
            Ok((dir, made))
        }
        Err(DirError { path: at, kind: crate::disk::dir::DirErrorKind::Unexpected { found, .. } }) => {
            Err(StagingError::Output(format!(
                "`{at}` is {found}; give the folder's own path (links are not followed)"
            )))
        }
        Err(error) => Err(error.into()),
    }
}

fn existing_output(parent: &Dir, output: &str) -> Result<Option<Dir>, StagingError> {
    match parent.entry(output)? {
        None => Ok(None),
        Some(entry) if entry.kind == EntryKind::Folder => Ok(Some(parent.folder(output)?)),
        Some(entry) => Err(StagingError::Output(format!(
            "`{}` is {}, and stays; give another folder",
            parent.path_of(output),
            entry.kind
        ))),
    }
}

/// Makes or opens the staging area and locks it.
fn lock(parent: &Dir, name: &str) -> Result<Dir, StagingError> {
    let path = parent.path_of(name);
    // A run that ends removes the folder that it has locked; then the lock is
    // one of a folder that is no longer there, and another try is due. Each
    // try that fails means that some other run came to its end.
    for _ in 0..100 {
        let root = match parent.make_folder(name) {
            Err(error) if error.is_exists() => match parent.folder(name) {
                Err(error) if error.is_missing() => continue,
                Err(error) if matches!(error.kind, crate::disk::dir::DirErrorKind::Unexpected { .. }) => {
                    return Err(StagingError::NotOurs(path));
                }
                opened => opened?,
            },
            Err(error) if error.is_missing() => continue,
            made => made?,
        };
        if !root.try_lock()? {
            return Err(StagingError::Busy(path));
        }
        if parent.entry(name)?.map(|entry| entry.identity) == Some(root.identity()?) {
            return claim(root, path);
        }
    }
    Err(StagingError::Busy(path))
}

/// Marks a locked folder as ours, if it is empty or was ours before.
fn claim(root: Dir, path: Utf8PathBuf) -> Result<Dir, StagingError> {
    if root.entry(MARK)?.is_none() {
        if !root.names()?.is_empty() {
            return Err(StagingError::NotOurs(path));
        }
        root.create(MARK, false)?;
    }
    Ok(root)
}

/// Puts the release in the place of what stands there.
fn replace(area: &StagingDir) -> Result<(), DirError> {
    match area.root.exchange(RELEASE, &area.parent, &area.output) {
        Err(error) if error.is_unsupported() => {
            area.parent.rename(&area.output, &area.root, PREVIOUS)?;
            // If this fails, clearing the area puts the other back.
            area.root.rename(RELEASE, &area.parent, &area.output)
        }
        exchanged => exchanged,
    }
}
