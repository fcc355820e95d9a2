//! What a release archive holds, as far as any rule asks for it.

use std::collections::BTreeSet;

use crate::evidence::native::NativeFiles;
use crate::evidence::private::PrivateFiles;
use crate::sample::Sample;

/// What was seen in an archive that users unpack.
#[derive(Debug, Clone, Default)]
pub struct ArchiveContents {
    /// Its native code at the top or in `bin/`.
    pub(crate) native: NativeFiles,
    /// The digest of the only native file there, if there is one only.
    pub(crate) single: Option<u64>,
    /// Programs of Unix there that their owner may not execute, where the archive
    /// has modes.
    pub(crate) not_executable: Sample<String>,
    /// Distributions, if it holds nothing else.
    pub(crate) packed: Option<PackedDistributions>,
    /// What is private by its nature.
    pub(crate) private: PrivateFiles,
}

/// Distributions in an archive.
#[derive(Debug, Clone, Default)]
pub(crate) struct PackedDistributions {
    /// Their paths.
    pub paths: Sample<String>,
    /// The projects of wheels and source distributions, normalized; the first ones.
    pub projects: BTreeSet<String>,
    /// Whether there are npm packages among them.
    pub has_npm: bool,
}
