//! Files of a package or archive that nobody means to publish.

use crate::distribution::private::{PrivateKind, private};
use crate::sample::Sample;

/// Files that nobody means to publish.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrivateFiles(Sample<(String, PrivateKind)>);

impl PrivateFiles {
    /// Counts a file if its path and its first bytes say that it is one, of a kind
    /// that counts here.
    pub(crate) fn look(&mut self, path: &str, head: &[u8], counts: impl Fn(PrivateKind) -> bool) {
        let Some(kind) = private(path, head).filter(|kind| counts(*kind)) else { return };
        // Of a repository or of many copies the first file says enough.
        let is_like = |(_, seen): &(String, PrivateKind)| *seen == kind && kind.is_of_many();
        if !self.0.first().iter().any(is_like) {
            self.0.push((path.chars().take(MAX_PATH).collect(), kind));
        }
    }

    /// Each with what it is; none if there is none.
    pub(crate) fn described(&self) -> Option<Sample<String>> {
        let mut described = Sample::default();
        described.include::<_, 5>(&self.0, |(path, kind)| format!("{path} ({kind})"));
        (!self.0.is_empty()).then_some(described)
    }
}

/// The most characters of a path that are kept.
const MAX_PATH: usize = 256;
