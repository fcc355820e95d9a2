//! The staging area: everything is committed, or nothing.
//!
//! 1. The staging folder of the output `prepared` is `.prepared.release-prep`
//!    beside it, on the same file system. It is locked while a run uses it; the
//!    kernel releases the lock however the process ends.
//! 2. What an earlier run left there is cleaned up: a release that it had moved
//!    aside is moved back, everything else is removed.
//! 3. Files are staged under numbers, each digested as it is written, and then
//!    placed in a new release within the staging folder.
//! 4. The commit exchanges that release with what exists at the output, in one
//!    system call. Where the file system does not support this, or does not do
//!    what it reports, two renames are used, and step 2 of the next run repairs
//!    what a crash between them leaves. The output is checked afterwards.
//! 5. The staging folder is removed in every case.
//!
//! Atomic against a crash of the process; not against power loss (no fsync).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};

use crate::digest::{Algorithms, Digests, HashingWriter};
pub(crate) use crate::disk::error::StagingError;

use crate::disk::dir::{Dir, DirError, DirErrorKind, EntryKind};
use crate::filename::FileName;
use crate::folder::Folder;

/// Marks a staging folder, so that no other folder of its name is emptied.
const MARK: &str = "CREATED-BY-RELEASE-PREP";
/// The folder of spools.
const SPOOL: &str = "spool";
/// The folder of staged files.
const INCOMING: &str = "incoming";
/// The new release; after the exchange, the old one.
const RELEASE: &str = "release";
/// The old release, between the two renames.
const PREVIOUS: &str = "previous";

/// How many of a file's first bytes are kept to recognise its kind, in bytes.
const HEAD: usize = 64;

/// Serialises a cancellation and a commit: the first one wins, and the other
/// waits or does nothing.
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
    /// Removes what is staged. After that, nothing can be committed.
    ///
    /// `false` if the release is committed already.
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

    /// Whether the run was cancelled, so that the errors which this causes need
    /// not be reported.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(*self.lock(), Phase::Cancelled)
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        // The phase is set in one assignment, so a panic elsewhere leaves it valid.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The staging folder on the disk, locked.
#[derive(Debug)]
struct StagingDir {
    parent: Dir,
    name: String,
    /// The output's name in `parent`.
    output: String,
    root: Dir,
    /// Folders above the output that this run created, outermost first.
    created_dirs: Vec<(Dir, String)>,
}

impl StagingDir {
    /// Removes it, the mark last, so that the next run recognises what a kill
    /// leaves. What cannot be removed now is removed by the next run.
    fn remove(&self) {
        // A thread that is still writing may create a file in a folder that was
        // just emptied, but not in one that was removed.
        let cleared = (0..100).any(|_| self.clear().is_ok());
        if cleared && self.root.remove_file(MARK).is_ok() {
            let _ = self.parent.remove_folder(&self.name);
        }
        for (parent, name) in self.created_dirs.iter().rev() {
            // Those that hold the release are not empty, and stay.
            let _ = parent.remove_folder(name);
        }
    }

    /// Removes everything but the mark. A release that a crash between the two
    /// renames left here is moved back first: it may be the only copy.
    fn clear(&self) -> Result<(), DirError> {
        if self.root.entry(PREVIOUS)?.is_some() && self.parent.entry(&self.output)?.is_none() {
            self.root.rename(PREVIOUS, &self.parent, &self.output)?;
        }
        for name in self.root.names()? {
            match name {
                Ok(name) if name == MARK => {}
                Ok(name) => self.root.remove_tree(&name)?,
                // Not created by this program; the folder and its mark stay.
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// The folder that exists at the output.
    fn existing_output(&self) -> Result<Option<Dir>, StagingError> {
        let path = self.parent.path_of(&self.output);
        match self.parent.entry(&self.output)? {
            None => Ok(None),
            Some(entry) if entry.kind != EntryKind::Folder => Err(StagingError::Output(format!(
                "`{path}` is {} and was left untouched; choose another output-dir",
                entry.kind
            ))),
            Some(_) if self.parent.is_mount_point(&self.output)? => Err(StagingError::mount_point(&path)),
            Some(_) => Ok(Some(self.parent.folder(&self.output)?)),
        }
    }
}

/// A release that is being staged. Dropping it removes what was staged.
#[derive(Debug)]
pub struct Staging {
    folder: Arc<StagingDir>,
    incoming: Dir,
    release: Dir,
    next: AtomicU64,
    cancellation: Arc<Cancellation>,
}

/// A file in the staging folder, with the digests that were computed as it was
/// written. Only [`StagedWriter::finish`] and [`RandomAccessFile::finish`] make
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StagedFile {
    number: u64,
    /// In bytes.
    pub size: u64,
    /// Of all its bytes.
    pub digests: Digests,
}

impl Staging {
    /// Creates the staging folder beside `output` and the folders above it, and
    /// cleans up what an earlier run left.
    ///
    /// # Errors
    /// [`StagingError::Busy`], [`StagingError::NotOurs`],
    /// [`StagingError::Output`] if `output` leads through a link or is not a
    /// valid name, [`StagingError::Blocked`], or the file system's error.
    pub fn begin(output: &Utf8Path, cancellation: &Arc<Cancellation>) -> Result<Self, StagingError> {
        let (above, output) = split(output)?;
        // A cancellation waits until the staging folder is complete.
        let mut phase = cancellation.lock();
        if matches!(*phase, Phase::Cancelled) {
            return Err(StagingError::Cancelled);
        }
        let (parent, created_dirs) = open_or_make(above)?;
        let name = format!(".{output}.release-prep");
        let root = lock(&parent, &name)?;
        let folder = Arc::new(StagingDir { parent, name, output, root, created_dirs });
        folder.clear().map_err(StagingError::not_cleared)?;
        folder.root.make_folder(SPOOL)?;
        let incoming = folder.root.make_folder(INCOMING)?;
        let release = folder.root.make_folder(RELEASE)?;
        *phase = Phase::Staged(Arc::clone(&folder));
        drop(phase);
        let next = AtomicU64::new(0);
        Ok(Self { folder, incoming, release, next, cancellation: Arc::clone(cancellation) })
    }

    /// The folder for spools.
    ///
    /// # Errors
    /// The file system's error.
    pub fn spool(&self) -> Result<Dir, StagingError> {
        Ok(self.folder.root.folder(SPOOL)?)
    }

    /// What exists at the output now, so that the caller can decide whether it
    /// may be replaced.
    ///
    /// # Errors
    /// [`StagingError::Output`] if it is not a folder, or a mount point.
    pub fn existing_output(&self) -> Result<Option<Dir>, StagingError> {
        self.folder.existing_output()
    }

    /// Begins a file.
    ///
    /// # Errors
    /// The file system's error.
    pub fn stage(&self, algorithms: Algorithms) -> Result<StagedWriter, StagingError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = number.to_string();
        let file = self.incoming.create(&name, false)?;
        let hashing = HashingWriter::new(BufWriter::with_capacity(1 << 18, file), algorithms);
        Ok(StagedWriter { number, path: self.incoming.path_of(&name), hashing, head: Vec::new() })
    }

    /// Begins a file that is written in any order, and digested when it is complete.
    ///
    /// # Errors
    /// The file system's error.
    pub fn create(&self) -> Result<RandomAccessFile<'_>, StagingError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let file = self.incoming.create(&number.to_string(), false)?;
        Ok(RandomAccessFile { staging: self, number, file })
    }

    /// Removes a file that another one replaces.
    ///
    /// # Errors
    /// The file system's error.
    pub fn discard(&self, staged: &StagedFile) -> Result<(), StagingError> {
        Ok(self.incoming.remove_file(&staged.number.to_string())?)
    }

    /// Opens a staged file for reading.
    ///
    /// # Errors
    /// The file system's error.
    pub fn open(&self, staged: &StagedFile) -> Result<File, StagingError> {
        Ok(self.incoming.file(&staged.number.to_string())?.0)
    }

    /// Makes a folder of the release.
    ///
    /// # Errors
    /// The file system's error.
    pub fn make(&self, folder: Folder) -> Result<Placement<'_>, StagingError> {
        Ok(Placement { staging: self, folder: self.release.make_folder(folder.as_str())? })
    }

    /// Writes one of the files at the top of the release.
    ///
    /// # Errors
    /// The file system's error.
    pub fn write(&self, name: &FileName, bytes: &[u8]) -> Result<(), StagingError> {
        let mut file = self.release.create(name.as_str(), false)?;
        let path = || self.release.path_of(name.as_str());
        file.write_all(bytes).map_err(|cause| StagingError::Write { path: path(), cause })
    }

    /// Moves the release to the output. `may_replace` decides on what exists
    /// there, immediately before it is replaced.
    ///
    /// # Errors
    /// Those of `may_replace`; [`StagingError::Cancelled`];
    /// [`StagingError::Blocked`]; the file system's. What existed at the output
    /// is still there then.
    pub fn commit<E: From<StagingError>>(
        self,
        may_replace: impl FnOnce(&Dir) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut phase = self.cancellation.lock();
        if matches!(*phase, Phase::Cancelled) {
            return Err(StagingError::Cancelled.into());
        }
        match self.folder.existing_output()? {
            Some(there) if !there.names().map_err(StagingError::from)?.is_empty() => {
                may_replace(&there)?;
                let output = &self.folder.output;
                self.replace(|root, parent| root.exchange(RELEASE, parent, output))?;
            }
            // An empty folder is replaced by a rename as well.
            _ => self.move_to_output()?,
        }
        *phase = Phase::Committed;
        Ok(())
    }

    /// Puts the release in the place of a folder that is not empty. `exchange`
    /// exchanges it with the output, given the staging folder and the one above.
    fn replace(&self, exchange: impl FnOnce(&Dir, &Dir) -> Result<(), DirError>) -> Result<(), StagingError> {
        let StagingDir { root, parent, output, .. } = &*self.folder;
        match exchange(root, parent) {
            Ok(()) if self.is_at_output()? => return Ok(()),
            // It was reported, and did not happen.
            Ok(()) if self.is_staged()? => {}
            Ok(()) => return Err(StagingError::NotThere(parent.path_of(output))),
            Err(error) if error.is_exchange_unsupported() => {}
            Err(error) => return Err(self.blocked(error)),
        }
        parent.rename(output, root, PREVIOUS).map_err(|error| self.blocked(error))?;
        // If this fails, clearing the staging folder moves the other back.
        self.move_to_output()
    }

    /// Moves the release to the output, where there is nothing or an empty
    /// folder, and checks that it got there.
    fn move_to_output(&self) -> Result<(), StagingError> {
        let StagingDir { root, parent, output, .. } = &*self.folder;
        root.rename(RELEASE, parent, output).map_err(|error| self.blocked(error))?;
        if self.is_at_output()? { Ok(()) } else { Err(StagingError::NotThere(parent.path_of(output))) }
    }

    fn blocked(&self, cause: DirError) -> StagingError {
        StagingError::blocked(&self.folder.parent.path_of(&self.folder.output), cause)
    }

    /// Whether the release is the folder at the output.
    fn is_at_output(&self) -> Result<bool, DirError> {
        self.is_release(&self.folder.parent, &self.folder.output)
    }

    /// Whether the release is still in the staging folder.
    fn is_staged(&self) -> Result<bool, DirError> {
        self.is_release(&self.folder.root, RELEASE)
    }

    fn is_release(&self, dir: &Dir, name: &str) -> Result<bool, DirError> {
        Ok(dir.entry(name)?.map(|entry| entry.identity) == Some(self.release.identity()?))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.folder.remove();
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
    /// The file system's error.
    pub fn place(&self, staged: &StagedFile, name: &FileName, executable: bool) -> Result<(), StagingError> {
        let number = staged.number.to_string();
        if executable {
            self.staging.incoming.make_executable(&number)?;
        }
        Ok(self.staging.incoming.rename(&number, &self.folder, name.as_str())?)
    }
}

/// A file in the staging folder that has no digests yet.
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

    /// Ends the file, and reads it once for its digests.
    ///
    /// # Errors
    /// The file system's error.
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

/// A file that is being staged.
pub struct StagedWriter {
    number: u64,
    path: Utf8PathBuf,
    hashing: HashingWriter<BufWriter<File>>,
    head: Vec<u8>,
}

impl StagedWriter {
    /// Ends the file, and gives it with its first bytes.
    ///
    /// # Errors
    /// The file system's error.
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
        let written = self.hashing.write(bytes)?;
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(written.min(missing)));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hashing.flush()
    }
}

/// The folder above the output, and the output's name in it.
fn split(output: &Utf8Path) -> Result<(&Utf8Path, String), StagingError> {
    let wrong = |why: &str| StagingError::Output(format!("`{output}` {why}"));
    let name = output.file_name().ok_or_else(|| wrong("does not end with the name of a folder"))?;
    // The staging folder's name is longer, and must be valid too.
    format!(".{name}.release-prep")
        .parse::<FileName>()
        .map_err(|error| wrong(&format!("is not a valid folder name: {error}")))?;
    Ok((output.parent().unwrap_or(Utf8Path::new("")), name.to_owned()))
}

/// Opens `path`, creating the missing folders at its end.
fn open_or_make(path: &Utf8Path) -> Result<(Dir, Vec<(Dir, String)>), StagingError> {
    match Dir::open(path) {
        Ok(dir) => Ok((dir, Vec::new())),
        Err(error) if error.is_missing() => {
            let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
                return Err(error.into());
            };
            let (parent, mut created_dirs) = open_or_make(above)?;
            let dir = match parent.make_folder(name) {
                Ok(dir) => dir,
                // Another run has just created it.
                Err(error) if error.is_exists() => return Ok((parent.folder(name)?, created_dirs)),
                Err(error) => return Err(StagingError::not_created(error)),
            };
            created_dirs.push((parent, name.to_owned()));
            Ok((dir, created_dirs))
        }
        Err(DirError { path: at, kind: DirErrorKind::Unexpected { found, .. } }) => {
            Err(StagingError::Output(format!(
                "`{at}` is {found}; give the folder's own path (links are not followed)"
            )))
        }
        Err(error) => Err(error.into()),
    }
}

/// Creates or opens the staging folder and locks it.
fn lock(parent: &Dir, name: &str) -> Result<Dir, StagingError> {
    let path = parent.path_of(name);
    // A run that ends removes the folder that it has locked. A lock may thus be
    // one of a folder that no longer exists, and is tried again. Each failed try
    // means that another run has ended.
    for _ in 0..100 {
        let root = match parent.make_folder(name) {
            Err(error) if error.is_exists() => match parent.folder(name) {
                Err(error) if error.is_missing() => continue,
                Err(error) if matches!(error.kind, DirErrorKind::Unexpected { .. }) => {
                    return Err(StagingError::NotOurs(path));
                }
                opened => opened?,
            },
            Err(error) if error.is_missing() => continue,
            made => made.map_err(StagingError::not_created)?,
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

/// Marks a locked folder as a staging folder, if it is empty or is one already.
fn claim(root: Dir, path: Utf8PathBuf) -> Result<Dir, StagingError> {
    if root.entry(MARK)?.is_none() {
        if !root.names()?.is_empty() {
            return Err(StagingError::NotOurs(path));
        }
        root.create(MARK, false)?;
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A staging folder with a release in it, and an older one at the output.
    fn staging() -> (tempfile::TempDir, Dir, Staging) {
        let temporary = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap();
        std::fs::create_dir(path.join("out")).unwrap();
        std::fs::write(path.join("out/old"), "old").unwrap();
        let staging = Staging::begin(&path.join("out"), &Arc::default()).unwrap();
        staging.write(&"new".parse().unwrap(), b"new").unwrap();
        (temporary, Dir::open(&path).unwrap(), staging)
    }

    fn names(dir: &Dir, name: &str) -> Vec<String> {
        dir.folder(name).unwrap().names().unwrap().into_iter().map(Result::unwrap).collect()
    }

    fn error(errno: i32) -> DirError {
        DirError { path: "out".into(), kind: DirErrorKind::Io(io::Error::from_raw_os_error(errno)) }
    }

    /// `VirtioFS` reports an exchange that it does not make; others ignore the
    /// flag, and answer as to a plain rename (ENOTEMPTY 39, EEXIST 17), or know
    /// no flags (EINVAL 22, ENOSYS 38).
    #[test]
    fn two_renames_where_there_is_no_exchange() {
        for answer in [None, Some(39), Some(17), Some(22), Some(38)] {
            let (_keep, dir, staging) = staging();
            staging.replace(|_, _| answer.map_or(Ok(()), |errno| Err(error(errno)))).unwrap();
            drop(staging);
            assert_eq!(names(&dir, "out"), ["new"], "{answer:?}");
            assert_eq!(dir.names().unwrap(), [Ok("out".to_owned())], "{answer:?}");
        }
    }

    /// A file system that moves the release somewhere else.
    #[test]
    fn what_exists_after_an_exchange_is_checked() {
        let (_keep, dir, staging) = staging();
        let elsewhere = |root: &Dir, parent: &Dir| root.rename(RELEASE, parent, "elsewhere");
        let failure = staging.replace(elsewhere).unwrap_err();
        assert!(matches!(failure, StagingError::NotThere(_)), "{failure}");
        drop(staging);
        assert_eq!(names(&dir, "out"), ["old"]);
    }

    #[test]
    fn what_blocks_a_commit_is_explained() {
        let explain = |errno| StagingError::blocked("out".into(), error(errno)).to_string();
        insta::assert_snapshot!([16, 39, 18, 13, 28].map(explain).join("\n"), @r"
        output-dir: `out` is a mount point, expected a folder that can be replaced; choose a folder below it, such as `out/release`
        output-dir: `out` was empty and no longer is; it was left untouched; choose another output-dir
        output-dir: `out` is in a lower layer of an overlay file system, from which it cannot be moved
        output-dir: `out` cannot be moved by this user, to whom it must belong
        the release cannot be staged
        ");
    }
}
