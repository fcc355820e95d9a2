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
