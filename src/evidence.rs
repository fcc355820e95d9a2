//! All that judgement needs to know of a file, read once.

use std::sync::Arc;

use crate::artifact::Artifact;
use crate::digest::Digests;
use crate::distribution::Distribution;
use crate::filename::{FileName, RelativePath};
use crate::finding::{Finding, Place};
use crate::rule::Rule;

/// What is known of one file of an artifact.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Where it came from.
    pub artifact: Arc<Artifact>,
    /// Where it lay there.
    pub path: RelativePath,
    /// In bytes.
    pub size: u64,
    /// Of all its bytes.
    pub digests: Digests,
    /// Whether it bore the mode to be executed.
    pub executable: bool,
    /// What it is.
    pub distribution: Distribution,
    /// For a wheel, who made it: the `Generator` lines of `WHEEL`.
    pub generators: Vec<String>,
}

impl Evidence {
    /// The name as it was sent: the last part of the path.
    #[must_use]
    pub fn name(&self) -> FileName {
        self.path.file_name()
    }

    /// Where a finding about it points.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::file(self.artifact.name.clone(), self.path.as_str())
    }

    /// A finding about it, of the rule's own severity.
    #[must_use]
    pub fn finding(
        &self,
        rule: Rule,
        found: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding::new(rule, Some(self.place()), found, expected, remedy)
    }
}
