//! Rules on all files as one set: unique names, and versions that agree.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::distribution::version::{ReleaseVersion, VersionTag};
use crate::evidence::{Distribution, Evidence};
use crate::filename::FileName;
use crate::folder::Folder;
use crate::normalize::plan::Planned;
use crate::preflight::set::collisions;
use crate::release::manifest::is_reserved;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// The versions that the files of a release may declare.
#[derive(Debug, Clone)]
pub enum VersionPolicy {
    /// Any.
    Any,
    /// All files of one project the same.
    Agree,
    /// Likewise, beside a pushed tag that holds a version in no known form.
    AgreeBeside(String),
    /// That of the tag that was pushed; if it names a project of the release,
    /// the files of that project.
    Tag(VersionTag),
    /// This one.
    Exactly(ReleaseVersion),
}

/// One file of the release: one name, one content, from one or more places.
#[derive(Debug, Clone)]
pub(crate) struct Member<'a> {
    /// What was planned for it.
    pub planned: Planned<'a>,
    /// The same file again, from other artifacts or folders.
    pub duplicates: Vec<Planned<'a>>,
}

impl<'a> Member<'a> {
    /// The file.
    #[must_use]
    pub(crate) const fn file(&self) -> &'a Evidence {
        self.planned.evidence
    }

    /// What was planned for it in every place that it came from, by artifact
    /// and path.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Planned<'a>> {
        std::iter::once(&self.planned).chain(&self.duplicates)
    }

    /// The file in every place that it came from, by artifact and path.
    pub(crate) fn evidence(&self) -> impl Iterator<Item = &'a Evidence> {
        self.all().map(|planned| planned.evidence)
    }
}

/// Joins files that are one, and reports what keeps the others from being a
/// release.
#[must_use]
pub(crate) fn members(planned: Vec<Planned<'_>>) -> (Vec<Member<'_>>, Vec<Finding>) {
    let mut by_name: BTreeMap<FileName, Member<'_>> = BTreeMap::new();
    for planned in planned {
        match by_name.entry(planned.canonical.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(Member { planned, duplicates: Vec::new() });
            }
            Entry::Occupied(mut entry) => entry.get_mut().duplicates.push(planned),
        }
    }
    let members: Vec<_> = by_name.into_values().collect();
    let mut findings = collisions::judge(&members);
    findings.extend(reserved(&members));
    findings.extend(case_collisions(&members));
    findings.extend(index_duplicates(&members));
    findings.extend(second_sdists(&members));
    (members, findings)
}

fn reserved(members: &[Member<'_>]) -> Vec<Finding> {
    let reserved = members.iter().filter(|member| is_reserved(&member.planned.name));
    reserved
        .flat_map(Member::all)
        .map(|planned| {
            Rule::ReservedName
                .at(planned.evidence)
                .found(format!("`{}` is the name of a file that release-prep writes", planned.name))
                .expected("a name of its own")
                .excluding(&planned.evidence.name())
        })
        .collect()
}

fn case_collisions(members: &[Member<'_>]) -> Vec<Finding> {
    let mut folded: BTreeMap<String, &Member<'_>> = BTreeMap::new();
    let mut findings = Vec::new();
    for member in members {
        let Some(other) = folded.insert(member.planned.name.folded(), member) else { continue };
        if other.planned.name == member.planned.name {
            findings.push(collisions::collision(&member.planned.name, &[other.file(), member.file()]));
        } else {
            findings.push(
                Rule::CaseCollision
                    .at(member.file())
                    .found(format!(
                        "`{}` and `{}` ({}) differ in case alone",
                        member.planned.name,
                        other.planned.name,
                        other.file().place()
                    ))
                    .expected("names that differ on Windows and macOS too"),
            );
        }
    }
    findings
}

/// PyPI accepts one source distribution a version, whatever the version's
/// spelling.
fn second_sdists(members: &[Member<'_>]) -> Vec<Finding> {
    let mut seen = BTreeMap::new();
    let mut findings = Vec::new();
    for member in members.iter().filter(|member| member.planned.folder == Folder::Pypi) {
        let Distribution::Sdist { sdist, .. } = &member.file().distribution else { continue };
        match seen.entry((sdist.project().normalized(), sdist.version())) {
            Entry::Vacant(entry) => {
                entry.insert(&member.planned.name);
            }
            Entry::Occupied(entry) => findings.push(
                Rule::SdistSecond
                    .at(member.file())
                    .found(format!(
                        "`{}` is of the same version as `{}`: {}",
                        member.planned.name,
                        entry.get(),
                        sdist.version()
                    ))
                    .expected("one source distribution of a version"),
            ),
        }
    }
    findings
}

/// PyPI accepts one content under one name only, and `skip-existing` would hide
/// that the second file is missing.
fn index_duplicates(members: &[Member<'_>]) -> Vec<Finding> {
    let mut seen = BTreeMap::new();
    let mut findings = Vec::new();
    for member in members.iter().filter(|member| member.planned.folder == Folder::Pypi) {
        if let Some(other) = seen.insert(member.file().staged.digests.sha256, &member.planned.name) {
            findings.push(
                Rule::IndexDuplicate
                    .at(member.file())
                    .found(format!("`{}` has the same bytes as `{other}`", member.planned.name))
                    .expected("one name for one content, or PyPI answers \"File already exists\""),
            );
        }
    }
    findings
}
