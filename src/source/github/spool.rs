//! Files that downloads are spooled to, a bounded number of them, used again
//! and again.
//!
//! They have no name: whatever becomes of the process, nothing of them stays.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::disk::dir::{Dir, DirError};
use crate::source::{SourceError, Spool};

/// The files of one folder.
pub(super) struct Spools {
    folder: Dir,
    free: Mutex<Vec<File>>,
    permits: Arc<Semaphore>,
}

/// One of the files, until it is dropped.
pub(super) struct Lease {
    file: Option<File>,
    spools: Arc<Spools>,
    _permit: OwnedSemaphorePermit,
}

/// The name that a file has for a moment.
const NAME: &str = "spool";

impl Spools {
    /// At most so many files, in `folder`, in which nothing else is named
    /// `spool`.
    pub(super) fn new(folder: Dir, most: usize) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(most));
        Arc::new(Self { folder, free: Mutex::default(), permits })
    }

    /// Waits for a file to be free.
    pub(super) async fn lease(self: &Arc<Self>) -> Result<Lease, SourceError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        // Nobody closes the semaphore.
        let permit =
            permit.map_err(|error| SourceError::io("no spool file can be had", io::Error::other(error)))?;
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match free.pop() {
            Some(file) => file,
            None => self.make().map_err(|error| SourceError::Fault {
                what: "no file can be made for a download".into(),
                remedy: None,
                cause: Some(Box::new(error)),
            })?,
        };
        Ok(Lease { file: Some(file), spools: Arc::clone(self), _permit: permit })
    }

    fn make(&self) -> Result<File, DirError> {
        let file = self.folder.create(NAME, false)?;
        self.folder.remove_file(NAME)?;
        Ok(file)
    }
}

impl Lease {
    /// The file, once more. Its position is shared.
    pub(super) fn file(&self) -> io::Result<File> {
        self.file.as_ref().ok_or(io::ErrorKind::NotFound)?.try_clone()
    }

    /// The first `len` bytes of the file, which is used again when they are no
    /// longer needed.
    pub(super) fn spool(self, len: u64) -> io::Result<Spool> {
        Ok(Spool::new(self.file()?, len).with_lease(self))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut free = self.spools.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.extend(self.file.take());
    }
}
