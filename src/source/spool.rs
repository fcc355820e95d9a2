//! Bytes of an artifact on the disk.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

/// An open file that each reader reads from a position of its own.
///
/// The file may be longer than the bytes that count: spool files are used
/// again.
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

    /// With something to be dropped together with the spool: a permit, a place
    /// on the disk.
    #[must_use]
    pub(crate) fn with_lease(self, lease: impl Send + Sync + 'static) -> Self {
        Self { lease: Some(Box::new(lease)), ..self }
    }

    /// The number of bytes that count.
    #[must_use]
    pub(crate) const fn len(&self) -> u64 {
        self.len
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
