//! Stray files: what tools leave behind in a folder, and nobody releases.

use crate::filename::{FileName, RelativePath};

const NAMES: &[&str] =
    &[".gitignore", ".gitkeep", ".gitattributes", ".keep", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// Beginning of the files in which macOS keeps what a foreign disk cannot.
const APPLE_DOUBLE: &str = "._";

/// The folder in which macOS zips keep the same.
const MACOSX: &str = "__MACOSX";

/// Whether the file at a path is a stray one.
#[must_use]
pub(crate) fn is_junk_file(path: &RelativePath) -> bool {
    is_junk_name(&path.file_name()) || path.components().any(|component| component == MACOSX)
}

/// Whether a file of that name is one.
#[must_use]
pub(crate) fn is_junk_name(name: &FileName) -> bool {
    name.as_str().starts_with(APPLE_DOUBLE)
        || NAMES.iter().any(|stray| name.as_str().eq_ignore_ascii_case(stray))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strays() {
        for (path, stray) in [
            (".gitignore", true),
            ("dist/.DS_Store", true),
            ("THUMBS.DB", true),
            ("._foo.whl", true),
            ("__MACOSX/dist/foo.whl", true),
            ("foo.whl", false),
            (".env", false),
            ("_.whl", false),
            (".gitignore/foo.whl", false),
        ] {
            assert_eq!(is_junk_file(&path.parse().unwrap()), stray, "{path}");
        }
    }
}
