//! Files with content that PyPI does not accept.

use crate::distribution::prohibited::{Prohibited, Scanner};
use crate::sample::Sample;

/// The Python files of a distribution that PyPI's scanner finds, by what it
/// finds in them.
#[derive(Debug, Clone, Default)]
pub struct ProhibitedFiles {
    /// Code that `PyArmor` encrypted.
    pub pyarmor: Sample<String>,
    /// Code that `SourceDefender` encrypted.
    pub sourcedefender: Sample<String>,
    /// API tokens of PyPI.
    pub tokens: Sample<String>,
}

impl ProhibitedFiles {
    /// Adds a file, if the scanner found anything in it.
    pub(crate) fn include(&mut self, scanner: &Scanner, path: &str) {
        let files = match scanner.finish() {
            None => return,
            Some(Prohibited::PyArmor) => &mut self.pyarmor,
            Some(Prohibited::SourceDefender) => &mut self.sourcedefender,
            Some(Prohibited::Token) => &mut self.tokens,
        };
        files.push(path.chars().take(256).collect());
    }
}
