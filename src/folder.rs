//! The folders of a release.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The folders of a release, by where their files are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Folder {
    /// Wheels and source distributions, and nothing else.
    Pypi,
    /// npm packages, and nothing else.
    Npm,
    /// Everything else.
    Assets,
}

impl Folder {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 3] = [Self::Pypi, Self::Npm, Self::Assets];

    /// The folder's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pypi => "pypi",
            Self::Npm => "npm",
            Self::Assets => "assets",
        }
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
