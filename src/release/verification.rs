//! The result of a verification.

use crate::digest::Sha256;
use crate::release::manifest::{MANIFEST, Manifest};

/// What a release is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The digest of its manifest, from where the release was prepared: proves
    /// that it is that release.
    Digest(Sha256),
    /// Its own manifest: proves that it is consistent.
    Itself,
}

/// The result of a verification.
#[derive(Debug)]
pub enum Verification {
    /// The manifest has another digest than the one given. It was not parsed,
    /// and nothing else was read.
    AnotherManifest {
        /// The digest that was given.
        expected: Sha256,
        /// The digest of the manifest that is there.
        found: Sha256,
    },
    /// The files were compared with the manifest.
    Compared {
        /// The manifest.
        manifest: Box<Manifest>,
        /// Its digest.
        manifest_digest: Sha256,
        /// All differences, sorted; empty if there are none.
        problems: Vec<Problem>,
    },
}

/// One way in which a release differs from its manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// A file is not there.
    Missing(String),
    /// A file has other bytes.
    Changed(String, Change),
    /// Something is there that the manifest does not name.
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
        /// In the manifest.
        expected: Sha256,
        /// Of the bytes that are there.
        found: Sha256,
    },
    /// It is not a regular file.
    Kind(&'static str),
}

impl Problem {
    /// The path in the release that it is about.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Missing(path) | Self::Changed(path, _) | Self::Additional(path) => path,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
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

impl Verification {
    /// Whether the release is what it is held against.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        match self {
            Self::AnotherManifest { .. } => false,
            Self::Compared { problems, .. } => problems.is_empty(),
        }
    }

    /// What is wrong, a line each.
    #[must_use]
    pub fn problem_lines(&self) -> Vec<String> {
        match self {
            Self::AnotherManifest { expected, found } => {
                vec![format!("another release: {MANIFEST} has the digest {found}, expected {expected}")]
            }
            Self::Compared { problems, .. } => problems.iter().map(ToString::to_string).collect(),
        }
    }
}
