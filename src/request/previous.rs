//! What a release is compared with.

use super::InputError;
use super::cli::PrepareArgs;
use crate::preflight::expect::{Expectation, ExpectedLine};
use crate::settings::PreviousManifest;

/// Whether the line `previous` is in `expect`.
pub(super) fn is_expected(arguments: &PrepareArgs) -> bool {
    arguments.expect.iter().any(|line| matches!(line, ExpectedLine::Previous))
}

/// Refuses the line `previous` of `expect` where there is nothing to compare
/// with.
pub(super) fn check(arguments: &PrepareArgs) -> Result<(), InputError> {
    let why = match &arguments.previous_manifest {
        PreviousManifest::Path(_) => None,
        PreviousManifest::Off => Some("`previous-manifest` is `off`"),
        PreviousManifest::Auto => {
            arguments.artifacts_dir.as_ref().map(|_| "for a folder no release is looked up on GitHub")
        }
    };
    match why {
        Some(why) if is_expected(arguments) => Err(InputError::Conflict(format!(
            "expect: the line `previous` has nothing to compare with, because {why}; give the path of a release-manifest.json as `previous-manifest`"
        ))),
        _ => Ok(()),
    }
}

/// The lines of `expect` that count.
pub(super) fn counted(lines: Vec<ExpectedLine>) -> Vec<Expectation> {
    let counted = lines.into_iter().filter_map(|line| match line {
        ExpectedLine::Count(expectation) => Some(expectation),
        ExpectedLine::Previous => None,
    });
    counted.collect()
}
