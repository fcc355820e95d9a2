//! Messages that are reported during the run.

/// Receives messages during the run. Called from several threads.
pub trait Reporter: Send + Sync {
    /// Something that went wrong and is retried or worked around: a line of
    /// untrusted text.
    fn notice(&self, message: &str);

    /// A secret of at least 16 characters that must not be printed.
    fn mask(&self, secret: &str);

    /// How far the run is, for whoever watches.
    fn progress(&self, _progress: Progress) {}
}

/// A step forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many artifacts are downloaded, of about so many bytes.
    Selected {
        /// Their number.
        artifacts: u64,
        /// Their size.
        bytes: u64,
    },
    /// So many bytes were downloaded.
    Downloaded(u64),
    /// A file of so many bytes was unpacked and inspected.
    Read(u64),
}
