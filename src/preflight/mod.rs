//! The rules: pure functions of evidence, in one file for each authority.

mod archive;
mod builder;
mod content;
pub(crate) mod expect;
pub(crate) mod expect_digests;
mod native;
pub(crate) mod npm;
pub(crate) mod previous;
mod private;
pub(crate) mod projects;
mod pypi;
pub(crate) mod release;
pub(crate) mod set;
pub(crate) mod unreadable;
pub(crate) mod version;
mod wheel;

use crate::evidence::{Distribution, Evidence};
use crate::normalize::plan::NamingPolicy;
use crate::rule::Class;
use crate::rule::finding::Finding;

/// What is wrong with files, each looked at alone. The index is not asked of
/// what it is not to have. `repository` is the one on GitHub (`owner/name`) whose
/// workflow this is, if it is one.
#[must_use]
pub(crate) fn files(evidence: &[Evidence], naming: &NamingPolicy, repository: Option<&str>) -> Vec<Finding> {
    evidence
        .iter()
        .flat_map(|file| {
            // What it is explains whatever else is wrong with it.
            if let Some(finding) = content::judge(file) {
                return vec![finding];
            }
            let mut findings = judge(file, naming.is_for_the_index(file), repository);
            findings.extend(private::judge(file));
            findings
        })
        .collect()
}

fn judge(file: &Evidence, is_for_the_index: bool, repository: Option<&str>) -> Vec<Finding> {
    match &file.distribution {
        Distribution::NpmPackage { package, contents } => npm::judge(file, package, contents, repository),
        Distribution::Wheel { filename, contents } => {
            let mut findings = wheel::judge(file, filename, contents);
            if is_for_the_index {
                findings.extend(pypi::wheel(file, filename, contents));
            }
            findings.into_iter().map(|finding| builder::with_remedy(finding, &contents.wheel)).collect()
        }
        Distribution::Sdist { sdist, contents } if is_for_the_index => pypi::sdist(file, sdist, contents),
        Distribution::Archive { defect: Some(defect), .. } => {
            let finding = unreadable::judge(file.place(), defect);
            let applies = is_for_the_index || finding.rule.class() != Class::Index;
            applies.then_some(finding).into_iter().collect()
        }
        Distribution::Archive { contents: Some(contents), .. } => archive::judge(file, contents),
        Distribution::Executable { native: Some(native) } => native::program::judge(file, native),
        _ => Vec::new(),
    }
}
