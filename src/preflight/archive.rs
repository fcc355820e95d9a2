//! What a release archive holds, against the target that its name or its
//! artifact's name gives.

use std::collections::BTreeSet;

use crate::distribution::target::Arch;
use crate::evidence::Evidence;
use crate::evidence::archive::ArchiveContents;
use crate::preflight::native::{macos, program};
use crate::rule::Rule;
use crate::rule::finding::Finding;

pub(super) fn judge(file: &Evidence, contents: &ArchiveContents) -> Vec<Finding> {
    let mut findings: Vec<Finding> = other_target(file, contents).into_iter().collect();
    findings.extend(macos::unsigned(file, &contents.native));
    if !contents.not_executable.is_empty() {
        findings.push(
            Rule::ArchiveExecutable
                .at(file)
                .found(format!("programs without execute permission: {}", contents.not_executable))
                .expected("programs with mode 0755"),
        );
    }
    findings
}

/// Native code for another target, if there is none for that. An archive may
/// carry helpers for others.
fn other_target(file: &Evidence, contents: &ArchiveContents) -> Option<Finding> {
    let mut target = file.target()?;
    // One program for each machine is as good as one for both.
    let machines: BTreeSet<_> = contents.native.kinds().flat_map(|file| file.native.machines()).collect();
    if target.arch == Some(Arch::Universal)
        && Arch::Universal.machines().iter().all(|machine| machines.contains(machine))
    {
        target.arch = None;
    }
    let mut first = None;
    for (native, paths) in contents.native.iter() {
        let mut finding = program::contradiction(file, &native.native, target)?;
        finding.found = format!("{paths}: {}", finding.found);
        first.get_or_insert(finding);
    }
    first
}
