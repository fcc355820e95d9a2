//! Rules on all files as one set: unique names, and versions that agree.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::distribution::version::{DeclaredVersion, ReleaseVersion, VersionTag};
use crate::evidence::Evidence;
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
    /// That of the tag that was pushed; if it names a project, the files of
    /// that project.
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

/// A file with the project and version that it declares.
struct Declaring<'a> {
    file: &'a Evidence,
    project: &'a str,
    version: DeclaredVersion,
}

/// The version of the release, and the files that declare another.
#[must_use]
pub(crate) fn version(members: &[Member<'_>], policy: &VersionPolicy) -> (Option<String>, Vec<Finding>) {
    let declaring: Vec<Declaring<'_>> = members
        .iter()
        .map(Member::file)
        .filter_map(|file| {
            let (project, version) = (file.distribution.project()?, file.distribution.version()?);
            Some(Declaring { file, project, version })
        })
        .collect();
    let all = || declaring.iter();
    let findings = match policy {
        VersionPolicy::Any => Vec::new(),
        VersionPolicy::Exactly(version) => require_version(all(), version, "as the input `version` says"),
        VersionPolicy::Tag(tag) => {
            let why = format!("as the pushed tag says ({})", tag.version);
            let (named, others): (Vec<_>, Vec<_>) = all().partition(|file| tag.names(file.project));
            let mut findings = require_version(named.iter().copied(), &tag.version, &why);
            findings.extend(agree(&others));
            findings.extend(tag.project.as_deref().filter(|_| named.is_empty()).map(unknown_project));
            findings
        }
        VersionPolicy::Agree => agree(&all().collect::<Vec<_>>()),
    };
    (common_version(&declaring), findings)
}

/// Requires this version of all files.
fn require_version<'a>(
    files: impl Iterator<Item = &'a Declaring<'a>>,
    version: &ReleaseVersion,
    why: &str,
) -> Vec<Finding> {
    files
        .filter(|file| !version.is(&file.version))
        .map(|file| version_mismatch(file, &version.to_string(), why))
        .collect()
}

/// Requires one version of all files of each project.
fn agree(files: &[&Declaring<'_>]) -> Vec<Finding> {
    let mut firsts: BTreeMap<&str, &Declaring<'_>> = BTreeMap::new();
    let mut findings = Vec::new();
    for file in files {
        let first = *firsts.entry(file.project).or_insert(file);
        if first.version != file.version {
            let why = format!("as {} does", first.file.place());
            findings.push(version_mismatch(file, &first.version.to_string(), &why));
        }
    }
    findings
}

fn version_mismatch(file: &Declaring<'_>, expected: &str, why: &str) -> Finding {
    Rule::VersionMismatch
        .at(file.file)
        .found(format!("it declares version {}", file.version))
        .expected(format!("{expected}, {why}"))
}

fn unknown_project(project: &str) -> Finding {
    Rule::TagProject
        .at(None)
        .found(format!("the pushed tag names the project `{project}`, of which there is no file"))
        .expected("a tag that names a project of the release, or none")
}

/// The one version that all files declare, as the first of them by name spells
/// it.
fn common_version(declaring: &[Declaring<'_>]) -> Option<String> {
    let (first, rest) = declaring.split_first()?;
    rest.iter().all(|file| file.version == first.version).then(|| first.version.to_string())
}
