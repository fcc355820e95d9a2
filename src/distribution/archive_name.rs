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

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Not at all.
    Store,
    /// RFC 1952
    Gzip,
    /// The .xz file format
    Xz,
    /// RFC 8878
    Zstd,
    /// bzip2
    Bzip2,
}

impl Codec {
    /// Its name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Store => "tar",
            Self::Gzip => "gzip",
            Self::Xz => "xz",
            Self::Zstd => "Zstandard",
            Self::Bzip2 => "bzip2",
        }
    }

    /// What a tar that is compressed by it is, with its article.
    pub(crate) const fn tar(self) -> &'static str {
        match self {
            Self::Store => "a tar",
            Self::Gzip => "a gzipped tar",
            Self::Xz => "a tar compressed with xz",
            Self::Zstd => "a tar compressed with Zstandard",
            Self::Bzip2 => "a tar compressed with bzip2",
        }
    }
}

/// An archive of a format that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArchiveFormat {
    /// A zip, and so are packages of many ecosystems.
    Zip,
    /// A tar.
    Tar(Codec),
    /// One file, compressed.
    Single(Codec),
}

impl ArchiveFormat {
    /// That which the suffix of a name gives, without regard to case. A longer
    /// suffix counts before a shorter one.
    pub(crate) fn of(name: &FileName) -> Option<Self> {
        let (_, format) = FORMATS.iter().find(|(suffix, _)| name.has_suffix(suffix))?;
        Some(*format)
    }
}

const FORMATS: [(&str, ArchiveFormat); 27] = [
    (".tar", ArchiveFormat::Tar(Codec::Store)),
    (".tar.gz", ArchiveFormat::Tar(Codec::Gzip)),
    (".tgz", ArchiveFormat::Tar(Codec::Gzip)),
    (".crate", ArchiveFormat::Tar(Codec::Gzip)),
    (".tar.xz", ArchiveFormat::Tar(Codec::Xz)),
    (".txz", ArchiveFormat::Tar(Codec::Xz)),
    (".tar.zst", ArchiveFormat::Tar(Codec::Zstd)),
    (".tzst", ArchiveFormat::Tar(Codec::Zstd)),
    (".tar.bz2", ArchiveFormat::Tar(Codec::Bzip2)),
    (".tbz2", ArchiveFormat::Tar(Codec::Bzip2)),
    (".tbz", ArchiveFormat::Tar(Codec::Bzip2)),
    (".gz", ArchiveFormat::Single(Codec::Gzip)),
    (".xz", ArchiveFormat::Single(Codec::Xz)),
    (".zst", ArchiveFormat::Single(Codec::Zstd)),
    (".bz2", ArchiveFormat::Single(Codec::Bzip2)),
    (".zip", ArchiveFormat::Zip),
    (".jar", ArchiveFormat::Zip),
    (".war", ArchiveFormat::Zip),
    (".aar", ArchiveFormat::Zip),
    (".nupkg", ArchiveFormat::Zip),
    (".snupkg", ArchiveFormat::Zip),
    (".vsix", ArchiveFormat::Zip),
    (".xpi", ArchiveFormat::Zip),
    (".mcpb", ArchiveFormat::Zip),
    (".dxt", ArchiveFormat::Zip),
    (".conda", ArchiveFormat::Zip),
    (".egg", ArchiveFormat::Zip),
];
