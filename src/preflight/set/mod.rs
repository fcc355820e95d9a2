//! The release as one set: what GitHub's release page takes, and files that
//! describe other files.

pub(crate) mod collisions;
mod feeds;
pub(crate) mod limits;
mod lists;
pub(crate) mod metadata;
mod packed;
mod sidecars;
mod signatures;
mod targets;

use crate::distribution::Shape;
use crate::distribution::sidecar::algorithm::ChecksumAlgorithm;
use crate::evidence::Evidence;
use crate::filename::FileName;
use crate::normalize::described::Described;
use crate::normalize::plan::Planned;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What is wrong with files that describe other files, and what is worth a
/// note.
#[must_use]
pub(crate) fn judge(evidence: &[Evidence], planned: &[Planned<'_>]) -> (Vec<Finding>, Vec<String>) {
    let described = Described::new(evidence);
    let (mut findings, note) = lists::judge(evidence, &described);
    findings.extend(sidecars::judge(evidence, &described));
    findings.extend(signatures::judge(evidence, &described));
    findings.extend(feeds::judge(planned));
    findings.extend(packed::judge(evidence));
    findings.extend(targets::judge(planned));
    (findings, note.into_iter().collect())
}

/// A digest that a sidecar declares is not that of the file.
fn wrong_digest(
    sidecar: &Evidence,
    file: &Evidence,
    algorithm: ChecksumAlgorithm,
    declared: &str,
    actual: &str,
) -> Finding {
    Rule::SidecarDigest
        .at(sidecar)
        .found(format!("it declares {declared} as {algorithm} of `{}`", file.name()))
        .expected(format!("{actual}, which {} has", file.place()))
}

/// A sidecar describes a file of this name, and none is here.
fn no_subject(sidecar: &Evidence, found: impl Into<String>) -> Finding {
    Rule::SidecarSubject.at(sidecar).found(found).expected("a file that is here, under that name")
}

/// Whether a name is that of a distribution, archive, program or installer.
fn is_known_by_name(name: &str) -> bool {
    name.parse::<FileName>().is_ok_and(|name| Shape::of(&name, &[]) != Shape::Other)
}
