//! A bounded pool of files that downloads are spooled to, used again and again.
//!
//! The files have no name: however the process ends, nothing of them stays.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::disk::dir::{Dir, DirError};
use crate::source::{SourceError, Spool};

/// The files of one folder.
pub(crate) struct SpoolPool {
    folder: Dir,
    free: Mutex<Vec<Arc<File>>>,
    permits: Arc<Semaphore>,
}

/// One of the files, which goes back to the pool when the lease is dropped.
pub(crate) struct Lease {
    file: Arc<File>,
    pool: Arc<SpoolPool>,
    _permit: OwnedSemaphorePermit,
}

/// The name that a file has for a moment.
const NAME: &str = "spool";

impl SpoolPool {
    /// At most `max_files` files, in `folder`, in which nothing else may be
    /// named `spool`.
    pub(crate) fn new(folder: Dir, max_files: usize) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(max_files));
        Arc::new(Self { folder, free: Mutex::default(), permits })
    }

    /// Waits for a free file.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease, SourceError> {
        #[expect(clippy::expect_used, reason = "nothing closes the semaphore")]
        let permit = Arc::clone(&self.permits).acquire_owned().await.expect("the semaphore is open");
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match free.pop() {
            Some(file) => file,
            None => Arc::new(self.create().map_err(|error| SourceError::Fault {
                what: "no file can be created for a download".into(),
                remedy: None,
                cause: Some(Box::new(error)),
            })?),
        };
        Ok(Lease { file, pool: Arc::clone(self), _permit: permit })
    }

    fn create(&self) -> Result<File, DirError> {
        let file = self.folder.create(NAME, false)?;
        self.folder.remove_file(NAME)?;
        Ok(file)
    }
}

impl Lease {
    /// Another handle of the file. The position is shared.
    pub(crate) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// The first `len` bytes of the file, which goes back to the pool when the
    /// spool is dropped.
    pub(crate) fn spool(self, len: u64) -> io::Result<Spool> {
        Ok(Spool::new(self.file()?, len).with_lease(self))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut free = self.pool.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(Arc::clone(&self.file));
    }
}
