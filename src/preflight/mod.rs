//! What the world will say of a release: pure functions of evidence, one file
//! for each authority.

pub mod expect;
pub mod expect_digests;
mod native;
pub mod policy;
mod pypi;
pub mod release;
mod wheel;

use crate::evidence::Evidence;
use crate::finding::Finding;

/// What is wrong with files, each looked at alone.
#[must_use]
pub fn files(evidence: &[Evidence]) -> Vec<Finding> {
    let judge = |file: &Evidence| {
        let flaw = file.flaw.as_deref().cloned();
        flaw.into_iter().chain(pypi::judge(file)).chain(wheel::judge(file)).collect::<Vec<_>>()
    };
    evidence.iter().flat_map(judge).collect()
}
