//! What a registry or a release never forgets.

use crate::evidence::{Distribution, Evidence};
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// Files that nobody means to publish, in a package or archive.
pub(super) fn judge(file: &Evidence) -> Option<Finding> {
    let private = match &file.distribution {
        Distribution::Wheel { contents, .. } => &contents.private,
        Distribution::Sdist { contents, .. } => &contents.private,
        Distribution::NpmPackage { contents, .. } => &contents.private,
        Distribution::Archive { contents: Some(contents), .. } => &contents.private,
        _ => return None,
    };
    let files = private.described()?;
    Some(
        Rule::PrivateContents
            .at(file)
            .found(format!("it holds files that are private by their nature: {files}"))
            .expected("no such files: what was published once cannot be taken back"),
    )
}
