//! What cannot wait until the end to be told.

/// Who is told what cannot wait until the end. Called from several threads.
pub trait Reporter: Send + Sync {
    /// Trouble at first sight, a line of text from outside.
    fn notice(&self, message: &str);

    /// A secret that must not be shown by whoever prints, 16 characters or
    /// more.
    fn mask(&self, secret: &str);
}
