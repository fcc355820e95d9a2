//! Resource limits for untrusted archives.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// The most that one run unpacks, counted over all its artifacts.
///
/// Shared by the threads that unpack; what is counted are bytes and files as
/// they are really written, never what an archive declares.
#[derive(Debug)]
pub(crate) struct Budget {
    most_bytes: u64,
    most_files: u64,
    bytes: AtomicU64,
    files: AtomicU64,
    path_bytes: AtomicU64,
}

/// A run has unpacked more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BudgetExceeded {
    /// In bytes.
    #[error("the artifacts unpack to more than {0} bytes")]
    Bytes(u64),
    /// In files.
    #[error("the artifacts hold more than {0} files")]
    Files(u64),
    /// In bytes of the files' paths.
    #[error("the paths of the artifacts' files have more than {0} bytes in all")]
    Paths(u64),
}

impl Budget {
    /// At most so many bytes in so many files.
    #[must_use]
    pub(crate) const fn new(most_bytes: u64, most_files: u64) -> Self {
        Self {
            most_bytes,
            most_files,
            bytes: AtomicU64::new(0),
            files: AtomicU64::new(0),
            path_bytes: AtomicU64::new(0),
        }
    }

    /// Bytes of the paths of all files, which are kept until the run ends. A
    /// hundred thousand files of a usual depth have some ten million.
    const MOST_PATH_BYTES: u64 = 16 << 20;

    /// Counts one file that is about to be written, and the bytes of its path.
    ///
    /// # Errors
    /// If it is one too many.
    pub(crate) fn count_file(&self, path_bytes: usize) -> Result<(), BudgetExceeded> {
        let before = self.files.fetch_add(1, Ordering::Relaxed);
        if before >= self.most_files {
            return Err(BudgetExceeded::Files(self.most_files));
        }
        let path_bytes = path_bytes as u64;
        let before = self.path_bytes.fetch_add(path_bytes, Ordering::Relaxed);
        if before.saturating_add(path_bytes) <= Self::MOST_PATH_BYTES {
            Ok(())
        } else {
            Err(BudgetExceeded::Paths(Self::MOST_PATH_BYTES))
        }
    }

    /// Counts bytes that are about to be written.
    ///
    /// # Errors
    /// If there are too many of them.
    pub(crate) fn count_bytes(&self, bytes: u64) -> Result<(), BudgetExceeded> {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) <= self.most_bytes {
            Ok(())
        } else {
            Err(BudgetExceeded::Bytes(self.most_bytes))
        }
    }
}

/// Memory that all archives of a run share, in bytes.
#[derive(Debug)]
struct Room {
    bytes: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

impl Room {
    const fn new(bytes: u64) -> Self {
        Self { bytes, used: Mutex::new(0), freed: Condvar::new() }
    }

    /// Waits until so much of it is free, at most all of it.
    fn take(&'static self, bytes: u64) -> Share {
        let bytes = bytes.min(self.bytes);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while used.saturating_add(bytes) > self.bytes {
            used = self.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
        Share { room: self, bytes }
    }
}

/// A part of a room, until it is dropped.
#[derive(Debug)]
struct Share {
    room: &'static Room,
    bytes: u64,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut used = self.room.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_sub(self.bytes);
        self.room.freed.notify_all();
    }
}

/// For what archives are unpacked from.
static UNPACKING: Room = Room::new(WindowPermit::MOST);
/// For archives that are inspected, and the windows of their decoders.
static INSPECTING: Room = Room::new(WindowPermit::MOST);

/// Permission to hold much memory for one archive: its directory, or a metadata
/// file in it.
///
/// Only one archive of each [`Purpose`] has it at a time, so that the memory of
/// many hostile archives does not add up, on however many threads. An archive
/// that is unpacked may wait for one that is inspected, never the reverse; so
/// no two wait for each other.
#[derive(Debug)]
pub(crate) struct LargePermit {
    _share: Share,
}

impl LargePermit {
    /// Bytes of a directory or of a metadata file that need no permit: more
    /// than nearly all have.
    const FREE: u64 = 512 << 10;

    /// Waits for the permit, if so many bytes need it.
    pub(crate) fn for_bytes(bytes: u64, purpose: Purpose) -> Option<Self> {
        let room = match purpose {
            Purpose::Unpack => &UNPACKING,
            Purpose::Inspect => &INSPECTING,
        };
        (bytes > Self::FREE).then(|| Self { _share: room.take(u64::MAX) })
    }
}

/// Permission to keep a window of what a decoder has decompressed.
///
/// All windows together have at most [`WindowPermit::MOST`] bytes, on however
/// many threads. Whoever has one waits for nothing else.
#[derive(Debug)]
pub(super) struct WindowPermit {
    share: Share,
}

impl WindowPermit {
    /// The largest window, in bytes: that of `xz -9` and `zstd --ultra -21`.
    const MOST: u64 = 64 << 20;
    /// The least that is taken: that of `xz -6` and `zstd -19`.
    const LEAST: u64 = 8 << 20;

    /// Waits until there is room for a window of so many bytes, or for the largest.
    pub(super) fn for_bytes(bytes: u64) -> Self {
        let bytes = if bytes <= Self::LEAST { Self::LEAST } else { Self::MOST };
        Self { share: INSPECTING.take(bytes) }
    }

    /// The largest window that it permits.
    pub(super) const fn bytes(&self) -> u64 {
        self.share.bytes
    }
}

/// What an archive is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Its files are going to lie in a folder. Names that differ in case alone
    /// are one name, since macOS and Windows would put one file over the other,
    /// and a link is refused.
    Unpack,
    /// It stays what it is, and indexes do take such: wheels that carry C
    /// headers hold `xt_MARK.h` and `xt_mark.h`, and some hold links.
    Inspect,
}

/// What one archive may ask of us before a byte of it is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries, folders counted.
    pub entries: u64,
    /// Bytes of a zip's central directory. Bounds the memory that an open
    /// archive takes, to about twice as much.
    pub directory: u64,
    /// Bytes that all entries together unpack to.
    pub unpacked: u64,
    /// Unpacked bytes for each packed one, looked at only above
    /// [`Limits::RATIO_FROM`].
    pub ratio: u64,
    /// What it is opened for.
    pub purpose: Purpose,
}

impl Limits {
    /// Deflate cannot exceed 1032:1; honest artifacts of logs and zeros come
    /// near, so only what would also be large is looked at.
    pub const RATIO_FROM: u64 = 64 << 20;

    /// For the archive of an artifact, in a run that unpacks at most so many
    /// bytes and files.
    #[must_use]
    pub const fn within(max_unpacked: u64, max_files: u64) -> Self {
        Self {
            entries: max_files,
            directory: 24 << 20,
            unpacked: max_unpacked,
            ratio: 200,
            purpose: Purpose::Unpack,
        }
    }

    /// The same for an archive that is looked into and stays one: a wheel, a
    /// source distribution, an npm package. What it holds are no files of the
    /// run, so that it may hold as many as any real one does ten times over,
    /// packed as tightly as they can be.
    #[must_use]
    pub const fn inspecting(self) -> Self {
        Self { entries: 200_000, directory: 32 << 20, ratio: u64::MAX, purpose: Purpose::Inspect, ..self }
    }

    /// Whether so many bytes may unpack to so many.
    #[must_use]
    pub const fn allows_ratio(&self, packed: u64, unpacked: u64) -> bool {
        unpacked <= Self::RATIO_FROM || unpacked / self.ratio <= packed
    }
}
