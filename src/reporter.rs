//! Messages that are reported during the run.

/// Receives messages during the run. Called from several threads.
pub trait Reporter: Send + Sync {
    /// Something that went wrong and is retried or worked around: a line of
    /// untrusted text.
    fn notice(&self, message: &str);

    /// A secret of at least 16 characters that must not be printed.
    fn mask(&self, secret: &str);
}
