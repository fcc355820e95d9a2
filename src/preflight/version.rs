//! The version of a release, and the files that declare another one.

use std::collections::BTreeMap;

use crate::distribution::sidecar::is_sidecar;
use crate::distribution::version::{DeclaredVersion, ReleaseVersion, version_after};
use crate::evidence::{Distribution, Evidence};
use crate::folder::Folder;
use crate::preflight::npm::family::Relations;
use crate::preflight::release::{Member, VersionPolicy};
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What to do about a version with a commit in it, or one below 0.1.
pub(super) const SHALLOW_CLONE: &str = "A checkout without tags gives setuptools-scm and similar tools such a version: set `fetch-depth: 0` for `actions/checkout` in the job that builds, and build again.";

/// The judgement on the versions of a release.
#[derive(Debug, Default)]
pub(crate) struct VersionVerdict {
    /// The one version that all files declare, as the first of them by name
    /// spells it; of a release that declares none, that of the tag or input.
    pub version: Option<String>,
    /// What declares another one.
    pub findings: Vec<Finding>,
    /// What could not be compared.
    pub note: Option<String>,
}

/// A file with the project and version that it declares.
struct Declaring<'a> {
    file: &'a Evidence,
    project: &'a str,
    /// The project that it belongs to: for a platform package of npm the
    /// package that names it.
    main: &'a str,
    version: DeclaredVersion,
}

/// The version of the release, and the files that declare another.
#[must_use]
pub(crate) fn judge(members: &[Member<'_>], policy: &VersionPolicy, relations: &Relations) -> VersionVerdict {
    let declaring: Vec<Declaring<'_>> = members
        .iter()
        .map(Member::file)
        .filter_map(|file| {
            let (project, version) = (file.distribution.project()?, file.distribution.version()?);
            let main = match &file.distribution {
                // The package that names it says which version it has.
                Distribution::NpmPackage { package, .. } if relations.is_variant(package) => return None,
                Distribution::NpmPackage { .. } => relations.main_of(project).unwrap_or(project),
                _ => project,
            };
            Some(Declaring { file, project, main, version })
        })
        .collect();
    let mut note = None;
    let all: Vec<&Declaring<'_>> = declaring.iter().collect();
    let (findings, wanted) = match policy {
        VersionPolicy::Any => (Vec::new(), None),
        VersionPolicy::Agree => (agree(&all), None),
        VersionPolicy::AgreeBeside(tag) => {
            note = Some(format!(
                "the pushed tag `{tag}` is not read as a version: nothing was compared with it"
            ));
            (agree(&all), None)
        }
        VersionPolicy::Exactly(version) => {
            (require(&all, version, "as the input `version` says"), Some(version))
        }
        VersionPolicy::Tag(tag) => {
            let why = format!("as the pushed tag says ({})", tag.version);
            let is_named = |file: &&&Declaring<'_>| tag.names(file.project) || tag.names(file.main);
            let (named, others): (Vec<_>, Vec<_>) = all.iter().partition(is_named);
            // A word that is no project of the release binds all files.
            let mut findings = require(if named.is_empty() { &all } else { &named }, &tag.version, &why);
            findings.extend(if named.is_empty() { Vec::new() } else { agree(&others) });
            (findings, Some(&tag.version))
        }
    };
    let version =
        if declaring.is_empty() { wanted.map(ToString::to_string) } else { common_version(&declaring) };
    let mut findings = findings;
    if !matches!(policy, VersionPolicy::Any) {
        findings.extend(assets(members, &declaring, wanted));
    }
    VersionVerdict { version, findings, note }
}

/// Requires this version of files.
fn require(files: &[&Declaring<'_>], version: &ReleaseVersion, why: &str) -> Vec<Finding> {
    let others = files.iter().filter(|file| !version.is(&file.version));
    others.map(|file| mismatch(file, &version.to_string(), why)).collect()
}

/// Requires one version of all files of each project: the one that most files
/// declare, of equally many the newest.
fn agree(files: &[&Declaring<'_>]) -> Vec<Finding> {
    let mut projects: BTreeMap<&str, Vec<&Declaring<'_>>> = BTreeMap::new();
    for file in files {
        projects.entry(file.main).or_default().push(file);
    }
    let mut findings = Vec::new();
    for files in projects.into_values() {
        let count = |version: &DeclaredVersion| files.iter().filter(|file| file.version == *version).count();
        let usual = files.iter().reduce(|best, file| {
            let (there, here) = (count(&best.version), count(&file.version));
            if here > there || (here == there && file.version.is_newer_than(&best.version)) {
                file
            } else {
                best
            }
        });
        let Some(usual) = usual else { continue };
        let why = match count(&usual.version) {
            1 => format!("as {} does", usual.file.place()),
            count => format!("as {count} of {} files do", files.len()),
        };
        let others = files.iter().filter(|file| file.version != usual.version);
        findings.extend(others.map(|file| mismatch(file, &usual.version.to_string(), &why)));
    }
    findings
}

fn mismatch(file: &Declaring<'_>, expected: &str, why: &str) -> Finding {
    let finding = Rule::VersionMismatch
        .at(file.file)
        .found(format!("it declares version {}", file.version))
        .expected(format!("{expected}, {why}"));
    if file.version.is_of_a_shallow_clone() {
        return finding.remedy(SHALLOW_CLONE);
    }
    finding
}

/// Assets whose name gives another version, right behind the name of a project,
/// than that project has here, and than the one that was asked for.
fn assets(
    members: &[Member<'_>],
    declaring: &[Declaring<'_>],
    wanted: Option<&ReleaseVersion>,
) -> Vec<Finding> {
    let wanted = wanted.map(ToString::to_string);
    let judge_one = |member: &Member<'_>| {
        let name = &member.planned.name;
        if member.planned.folder != Folder::Assets
            || member.file().distribution.project().is_some()
            || is_sidecar(name)
        {
            return None;
        }
        let named = |file: &Declaring<'_>| {
            Some((version_after(name.as_str(), file.project)?, file.version.to_string()))
        };
        let claims: Vec<_> = declaring.iter().filter_map(named).collect();
        let (found, declared) = claims.first()?;
        let is_right = claims.iter().any(|(found, declared)| {
            found.is_release_of(declared) || wanted.as_ref().is_some_and(|wanted| found.is_release_of(wanted))
        });
        (!is_right).then(|| {
            let expected = wanted.as_ref().unwrap_or(declared);
            Rule::AssetVersion
                .at(member.file())
                .found(format!("its name gives version {found}"))
                .expected(format!("{expected}, the version of the release"))
        })
    };
    members.iter().filter_map(judge_one).collect()
}

/// The one version that all files declare, as the first of them by name spells
/// it.
fn common_version(declaring: &[Declaring<'_>]) -> Option<String> {
    let (first, rest) = declaring.split_first()?;
    rest.iter().all(|file| file.version == first.version).then(|| first.version.to_string())
}
