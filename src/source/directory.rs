//! A folder as the source.

/// A folder (skeleton).
#[derive(Debug)]
pub struct Folder {}
