//! Release archives: files that are there to be unpacked.

use crate::filename::FileName;

/// Suffixes of archives and of single compressed files, of packages of other
/// ecosystems too.
const SUFFIXES: &[&str] = &[
    ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2", ".tbz",
    ".tar.lz", ".tar.lz4", ".tar.br", ".zip", ".7z", ".gz", ".xz", ".zst", ".bz2", ".lz4", ".br", ".crate",
    ".jar", ".war", ".aar", ".gem", ".nupkg", ".snupkg", ".vsix", ".conda", ".egg", ".xpi", ".crx", ".mcpb",
    ".dxt", ".phar", ".cab", ".cpio",
];

/// Whether a name is that of an archive.
#[must_use]
pub(crate) fn is_archive(name: &FileName) -> bool {
    SUFFIXES.iter().any(|suffix| name.has_suffix(suffix))
}

/// The suffix of an archive's name, as the name spells it; the longest that
/// fits. None if it is not the name of an archive.
#[must_use]
pub(crate) fn suffix(name: &str) -> Option<&str> {
    let ends = |suffix: &&&str| {
        let end = name.len().checked_sub(suffix.len()).and_then(|at| name.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(suffix))
    };
    let longest = SUFFIXES.iter().filter(ends).max_by_key(|suffix| suffix.len())?;
    name.get(name.len() - longest.len()..)
}
