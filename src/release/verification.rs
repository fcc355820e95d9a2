//! What a verification came to.

use crate::digest::Sha256;
use crate::release::manifest::{MANIFEST, Manifest};

/// One way in which a release is not what its manifest says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The manifest itself is not the one that was told.
    Manifest {
        /// What it should hash to.
        expected: Sha256,
        /// What it hashes to.
        found: Sha256,
    },
    /// A file is not there.
    Missing(String),
    /// A file has other bytes.
    Changed(String, Change),
    /// Something is there that the manifest does not know.
    Additional(String),
}

/// How a file differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Another size.
    Size {
        /// In bytes.
        expected: u64,
        /// In bytes.
        found: u64,
    },
    /// The same size, another digest.
    Digest {
        /// As the manifest has it.
        expected: Sha256,
        /// Of the bytes that are there.
        found: Sha256,
    },
    /// It is no regular file.
    Kind(&'static str),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Manifest { expected, found } => {
                write!(f, "changed: {MANIFEST} has the digest {found}, expected {expected}")
            }
            Self::Missing(path) => write!(f, "missing: {path}"),
            Self::Additional(path) => write!(f, "additional: {path}"),
            Self::Changed(path, change) => match change {
                Change::Size { expected, found } => {
                    write!(f, "changed: {path} has {found} bytes, expected {expected}")
                }
                Change::Digest { expected, found } => {
                    write!(f, "changed: {path} has the digest {found}, expected {expected}")
                }
                Change::Kind(kind) => write!(f, "changed: {path} is {kind}, expected a regular file"),
            },
        }
    }
}

/// What a verification came to.
#[derive(Debug)]
pub struct Verification {
    /// All that is wrong, sorted; empty if the release is whole.
    pub problems: Vec<Problem>,
    /// The manifest.
    pub manifest: Manifest,
    /// The digest that it has.
    pub manifest_digest: Sha256,
}

impl Problem {
    /// The file that it speaks of; nothing if that is the manifest.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Manifest { .. } => None,
            Self::Missing(path) | Self::Changed(path, _) | Self::Additional(path) => Some(path),
        }
    }
}
