//! One program under the names of two targets.
//!
//! Code for one machine cannot be right under both names. Universal binaries,
//! installers, scripts and data can, and so can an archive with programs for both.

use std::collections::BTreeMap;

use crate::distribution::executable::ExecutableFormat;
use crate::distribution::machine::Machine;
use crate::distribution::native::Native;
use crate::distribution::target::{Arch, Libc, Os, Target};
use crate::evidence::{Distribution, Evidence};
use crate::normalize::plan::Planned;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// Files of one content, or archives of one program, whose names give different
/// targets: one finding for each content.
pub(super) fn judge(planned: &[Planned<'_>]) -> Vec<Finding> {
    let mut by_content: BTreeMap<Content, Vec<(&Evidence, Target)>> = BTreeMap::new();
    for file in planned.iter().map(|planned| planned.evidence) {
        let Some((content, target)) = content(file).zip(Target::of_file(&file.name())) else { continue };
        by_content.entry(content).or_default().push((file, target));
    }
    by_content.into_iter().filter_map(|(content, files)| same(&content, &files)).collect()
}

/// A program, or what holds one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    /// Equal bytes.
    File(String),
    /// The one program of an archive.
    Program(u64),
}

fn content(file: &Evidence) -> Option<Content> {
    match &file.distribution {
        Distribution::Executable { native: Some(native) } if is_of_one_machine(native) => {
            Some(Content::File(file.digest_as_sent().to_string()))
        }
        Distribution::Archive { contents: Some(contents), .. } => {
            let mut kinds = contents.native.kinds();
            let is_of_one = kinds.next().is_some_and(|file| is_of_one_machine(&file.native));
            // Several programs may be for several targets.
            contents.single.filter(|_| is_of_one && kinds.next().is_none()).map(Content::Program)
        }
        _ => None,
    }
}

fn is_of_one_machine(native: &Native) -> bool {
    let machines = native.machines();
    machines.len() == 1
        && !machines.contains(&Machine::Cil)
        && native.format() != ExecutableFormat::Wasm
        && native.is_host_code()
        && !native.has_payload()
}

/// The first two files whose targets differ.
fn same(content: &Content, files: &[(&Evidence, Target)]) -> Option<Finding> {
    let (one, other) = files.iter().enumerate().find_map(|(at, one)| {
        files.iter().skip(at + 1).find(|other| differ(one.1, other.1)).map(|other| (one, other))
    })?;
    let what = match content {
        Content::File(_) => "it has the same bytes as",
        Content::Program(_) => "its program is the same as that of",
    };
    Some(
        Rule::TargetDuplicate
            .at(one.0)
            .found(format!("{what} {}; the names are for {} and for {}", other.0.place(), one.1, other.1))
            .expected("a program of its own for each target"),
    )
}

/// Whether no program for one machine is right under both.
fn differ(one: Target, other: Target) -> bool {
    let is_universal = [one.arch, other.arch].contains(&Some(Arch::Universal));
    let differ_in = |one: Option<&'static str>, other: Option<&'static str>| {
        one.zip(other).is_some_and(|(one, other)| one != other)
    };
    let is_other_arch = match (one.arch, other.arch) {
        // Several names for one kind of machine.
        (Some(one), Some(other)) => {
            one.machines() != other.machines() || one.machines().is_empty() && one != other
        }
        _ => false,
    };
    // Android runs programs of Linux that need no library.
    let is_of_linux = |os: Option<Os>| matches!(os, Some(Os::Linux | Os::Android));
    let is_other_os = differ_in(one.os.map(Os::as_str), other.os.map(Os::as_str))
        && !(is_of_linux(one.os) && is_of_linux(other.os));
    is_other_os
        || (is_other_arch && !is_universal)
        || differ_in(one.libc.map(Libc::as_str), other.libc.map(Libc::as_str))
}
