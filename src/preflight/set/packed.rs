//! Distributions one level down: archives that hold wheels, source
//! distributions or npm packages, and nothing that says what else they are for.

use std::collections::BTreeSet;

use crate::evidence::archive::PackedDistributions;
use crate::evidence::{Distribution, Evidence};
use crate::rule::Rule;
use crate::rule::finding::Finding;

pub(super) fn judge(evidence: &[Evidence]) -> Vec<Finding> {
    let mut projects = BTreeSet::new();
    let mut has_npm = false;
    for file in evidence {
        match &file.distribution {
            Distribution::NpmPackage { .. } => has_npm = true,
            distribution => projects.extend(distribution.project()),
        }
    }
    evidence
        .iter()
        .filter_map(|file| {
            let Distribution::Archive { contents: Some(contents), .. } = &file.distribution else {
                return None;
            };
            let packed = contents.packed.as_ref()?;
            let is_beside = packed.projects.iter().any(|project| projects.contains(project.as_str()))
                || (packed.has_npm && has_npm);
            Some(finding(file, packed, is_beside))
        })
        .collect()
}

fn finding(file: &Evidence, packed: &PackedDistributions, is_beside: bool) -> Finding {
    let rule = if is_beside { Rule::DistributionsBeside } else { Rule::DistributionsPacked };
    rule.at(file)
        .found(format!("it holds nothing but distributions, which no registry gets: {}", packed.paths))
        .expected("distributions as files of an artifact")
}
