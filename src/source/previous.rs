//! The manifest of the release before, as a file.

use std::io::Read as _;

use camino::Utf8Path;

use super::SourceError;
use crate::disk::dir::{Dir, DirError};
use crate::release::previous::{MAX_BYTES, PreviousRelease};

/// Reads it. No link is followed.
///
/// # Errors
/// [`SourceError::Input`] if it is not there, or not a manifest.
pub(crate) fn read(path: &Utf8Path) -> Result<PreviousRelease, SourceError> {
    let wrong = |why: &str| SourceError::Input(format!("previous-manifest: `{path}`: {why}"));
    let not_read = |error: DirError| wrong(&error.to_string());
    let name = path.file_name().ok_or_else(|| wrong("it names no file"))?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_str().is_empty() => parent,
        _ => Utf8Path::new("."),
    };
    let (file, _) = Dir::open(folder).and_then(|dir| dir.file(name)).map_err(not_read)?;
    let mut json = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut json).map_err(|error| wrong(&error.to_string()))?;
    PreviousRelease::read(&json).map_err(|error| wrong(&error.to_string()))
}
