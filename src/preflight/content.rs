//! What a file is, against the suffix of its name.

use crate::evidence::{Distribution, Evidence};
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// A file of which the first bytes are not those of the format that its name
/// gives. What was read as an archive, to its end or not, is judged by that.
pub(super) fn judge(file: &Evidence) -> Option<Finding> {
    let is_looked_at = matches!(
        file.distribution,
        Distribution::Archive { defect: None, .. }
            | Distribution::Executable { .. }
            | Distribution::Installer
    );
    // Empty files are judged by where they go.
    let mismatch = file.mismatch.filter(|_| is_looked_at && file.staged.size > 0)?;
    Some(
        Rule::FileContent
            .at(file)
            .found(format!("it is {}", mismatch.content))
            .expected(format!("{}, as its name says", mismatch.expected)),
    )
}
