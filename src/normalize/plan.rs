//! Plan the name and place of each file in the release.
//!
//! 1. Junk files are left out, and so are files of unknown type that `pattern`
//!    does not select.
//! 2. A wheel whose tags are merely out of order, in another case or repeated
//!    is renamed: its bytes and digest stay those of its builder. Where its
//!    project is spelt in another way, a rename would break PyPI's look-up of
//!    `{name}-{version}.dist-info/WHEEL`; [`crate::normalize::rewrite`] fixes that
//!    before, if the inputs ask for it.
//! 3. A source distribution and an npm package are named after what is written
//!    inside them.
//! 4. An asset is named as GitHub will store it.
//! 5. A file that was signed or attested under its name keeps it.
//!
//! The plan changes nothing; [`crate::pipeline`] carries it out.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::Sha256;
use crate::distribution::junk::is_junk_file;
use crate::distribution::project::ProjectName;
use crate::distribution::sdist::{
    SUFFIX, could_be_sdist_of, is_old_format_of, old_builder, projects_of_sdist, stem_of_any_sdist,
};
use crate::distribution::sidecar;
use crate::distribution::wheel::{Deviation, WheelFilename};
use crate::evidence::archive::PythonFiles;
use crate::evidence::{Distribution, Evidence};
use crate::filename::FileName;
use crate::folder::Folder;
use crate::glob::Glob;
use crate::normalize::asset_name::{Source, is_stored_unchanged, qualified, stored_name, target_of};
use crate::normalize::described::Described;
use crate::normalize::sidecars::SidecarPlanner;
use crate::release::manifest::{Action, LeftOut, LeftOutReason};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;
use crate::settings::{AssetNames, Normalization, Sidecars};

/// How files are named.
#[derive(Debug, Clone)]
pub struct NamingPolicy {
    /// What may be renamed or rewritten.
    pub normalization: Normalization,
    /// Distributions that go to the assets.
    pub not_for_the_index: Vec<Glob>,
    /// Whether files of unknown type are released.
    pub unknown_kinds: bool,
    /// Whether assets of one name get their target added.
    pub(crate) asset_names: AssetNames,
    /// Where checksum files stand beside assets.
    pub(crate) sidecars: Sidecars,
}

impl NamingPolicy {
    /// Whether a file is for the index, by the name that it has or the one that
    /// it should have.
    #[must_use]
    pub fn is_for_the_index(&self, file: &Evidence) -> bool {
        let canonical = file.distribution.canonical_name().map(FileName::as_str);
        let excluded = |glob: &Glob| {
            glob.matches(file.name().as_str()) || canonical.is_some_and(|name| glob.matches(name))
        };
        !self.not_for_the_index.iter().any(excluded)
    }
}

/// The name and place of one file.
#[derive(Debug, Clone)]
pub(crate) struct Planned<'a> {
    /// The file.
    pub evidence: &'a Evidence,
    /// Its folder in the release.
    pub folder: Folder,
    /// Its name there.
    pub name: FileName,
    /// What two files must not share unless they are one: the canonical name
    /// where the file keeps another.
    pub canonical: FileName,
    /// The text that a sidecar has to be rewritten to, so that it describes
    /// its file under the name that the file has in the release.
    pub text: Option<String>,
}

impl Planned<'_> {
    /// What is done to the file to get there.
    #[must_use]
    pub(crate) fn action(&self) -> Action {
        match self.evidence.rewritten_from {
            _ if self.evidence.is_generated => Action::Generated,
            Some(from) => Action::Rewritten { from },
            None if self.name == self.evidence.name() => Action::Kept,
            None => Action::Renamed,
        }
    }
}

/// The plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan<'a> {
    /// The files to release.
    pub planned: Vec<Planned<'a>>,
    /// The files that are left out.
    pub left_out: Vec<LeftOut>,
    /// What was found on the way.
    pub findings: Vec<Finding>,
}

/// Plans all files of a release.
///
/// 1. Every file but the sidecars.
/// 2. Assets of one name from several targets, if they are to be qualified.
/// 3. The sidecars, which follow the files that they describe.
#[must_use]
pub(crate) fn plan<'a>(evidence: &'a [Evidence], naming: &NamingPolicy) -> Plan<'a> {
    let planner = Planner {
        naming,
        signed: Signed::of(evidence),
        projects: evidence.iter().filter_map(|file| python_project(&file.distribution)).collect(),
    };
    let mut plan = Plan::default();
    let mut decisions: Vec<Option<Decision>> = Vec::with_capacity(evidence.len());
    for file in evidence {
        let is_sidecar = matches!(file.distribution, Distribution::Sidecar(_)) && !is_junk_file(&file.path);
        decisions.push((!is_sidecar).then(|| planner.decide(file, &mut plan.findings)));
    }
    if naming.asset_names == AssetNames::Qualify {
        planner.qualify(evidence, &mut decisions);
    }
    let described = Described::new(evidence);
    let mut sidecars = SidecarPlanner { evidence, described: &described, planner: &planner, decisions };
    sidecars.decide_all(&mut plan.findings);
    for (file, decision) in evidence.iter().zip(sidecars.decisions) {
        match decision {
            Some(Decision::Release { folder, name, canonical, text }) => {
                plan.planned.push(Planned { evidence: file, folder, name, canonical, text });
            }
            Some(Decision::LeaveOut(why)) => plan.left_out.push(LeftOut {
                artifact: file.artifact.name.clone(),
                path: file.path.clone(),
                why,
            }),
            Some(Decision::Refuse) | None => {}
        }
    }
    plan.findings.extend(unknown_kinds(&plan.left_out));
    plan
}

/// The decision on one file.
pub(super) enum Decision {
    Release {
        folder: Folder,
        name: FileName,
        canonical: FileName,
        /// The text that the file is rewritten to.
        text: Option<String>,
    },
    LeaveOut(LeftOutReason),
    /// The file cannot be named. A finding, which no input relaxes, says why.
    Refuse,
}

impl Decision {
    /// An asset of that name, as it is.
    pub(super) fn asset(name: FileName) -> Self {
        Self::Release { folder: Folder::Assets, canonical: name.clone(), name, text: None }
    }
}

/// Files with a signature or attestation in the same artifact, by name and
/// content, so that a copy in another artifact counts as signed too.
pub(super) struct Signed(BTreeSet<(FileName, Sha256)>);

impl Signed {
    pub(super) fn of<'a>(evidence: impl IntoIterator<Item = &'a Evidence> + Clone) -> Self {
        let subjects: BTreeSet<_> = evidence
            .clone()
            .into_iter()
            .filter(|file| sidecar::is_attestation_or_signature(&file.name()))
            .filter_map(|file| Some((&file.artifact.name, sidecar::subject_of(&file.name())?.to_owned())))
            .collect();
        let is_subject =
            |file: &&'a Evidence| subjects.contains(&(&file.artifact.name, file.name().to_string()));
        Self(evidence.into_iter().filter(is_subject).map(identity).collect())
    }

    pub(super) fn covers(&self, file: &Evidence) -> bool {
        self.0.contains(&identity(file))
    }
}

/// A file as it was sent.
fn identity(file: &Evidence) -> (FileName, Sha256) {
    (file.name(), file.digest_as_sent())
}

pub(super) struct Planner<'a> {
    pub(super) naming: &'a NamingPolicy,
    signed: Signed,
    /// The projects that wheels and source distributions are of.
    projects: BTreeSet<ProjectName>,
}

impl Planner<'_> {
    /// Adds the target to the names of assets that differ and have one name:
    /// to all of them, or to none. What is signed under its name keeps it.
    fn qualify(&self, evidence: &[Evidence], decisions: &mut [Option<Decision>]) {
        let mut groups: BTreeMap<FileName, Vec<usize>> = BTreeMap::new();
        for (number, (file, decision)) in evidence.iter().zip(&*decisions).enumerate() {
            if let Some(Decision::Release { folder: Folder::Assets, name, .. }) = decision
                && is_qualifiable(file)
            {
                groups.entry(name.clone()).or_default().push(number);
            }
        }
        for (name, numbers) in groups {
            let files: Vec<&Evidence> = numbers.iter().filter_map(|number| evidence.get(*number)).collect();
            if files.iter().any(|file| self.is_signed(file)) {
                continue;
            }
            for (number, name) in numbers.iter().zip(qualified_names(&name, &files).into_iter().flatten()) {
                if let Some(decision) = decisions.get_mut(*number) {
                    *decision = Some(Decision::asset(name));
                }
            }
        }
    }

    fn decide(&self, file: &Evidence, findings: &mut Vec<Finding>) -> Decision {
        if is_junk_file(&file.path) {
            return Decision::LeaveOut(LeftOutReason::Junk);
        }
        if is_left_by_a_tool(&file.name()) {
            return Decision::LeaveOut(LeftOutReason::Tool);
        }
        match &file.distribution {
            Distribution::Wheel { filename, .. } if self.naming.is_for_the_index(file) => {
                self.wheel(file, filename, findings)
            }
            Distribution::Sdist { sdist, .. } if self.naming.is_for_the_index(file) => {
                findings.extend(index_name_unsafe(file, sdist.canonical()));
                self.named_within(file, Folder::Pypi, sdist.canonical(), Rule::SdistName, findings)
            }
            Distribution::NpmPackage { package, .. } => {
                self.named_within(file, Folder::Npm, package.tarball_name(), Rule::NpmName, findings)
            }
            Distribution::Other if !self.naming.unknown_kinds => {
                findings.extend(self.old_format(file));
                Decision::LeaveOut(LeftOutReason::UnknownKind)
            }
            // A defect has its own error.
            Distribution::Archive { defect: None, contents } if self.naming.is_for_the_index(file) => {
                let finding = self.no_sdist(file).or_else(|| self.old_format(file));
                let python = contents.as_ref().map(|contents| &contents.python);
                findings.extend(finding.or_else(|| unpublished(file, python)));
                self.asset(file, findings)
            }
            _ => {
                let is_asked = self.naming.is_for_the_index(file);
                findings
                    .extend(self.old_format(file).or_else(|| unpublished(file, None).filter(|_| is_asked)));
                self.asset(file, findings)
            }
        }
    }

    /// A distribution of a project of this release that PyPI does not accept
    /// in that format.
    fn old_format(&self, file: &Evidence) -> Option<Finding> {
        let name = file.name();
        let is_asked = self.naming.is_for_the_index(file);
        let project = self.projects.iter().find(|project| is_asked && is_old_format_of(&name, project))?;
        Some(
            Rule::DistributionFormat
                .at(file)
                .found(format!(
                    "it has the name of a distribution of {project}, in a format that PyPI no longer accepts"
                ))
                .expected(format!("a wheel, or a source distribution that ends with `{SUFFIX}`")),
        )
    }

    /// An archive that the project's users would mistake for its source
    /// distribution.
    fn no_sdist(&self, file: &Evidence) -> Option<Finding> {
        let name = file.name();
        let project = self.projects.iter().find(|project| could_be_sdist_of(&name, project))?;
        Some(
            Rule::SdistMetadata
                .at(file)
                .found(format!(
                    "the name is that of a source distribution of {project}, but there is no PKG-INFO in the \
                     one folder at its top"
                ))
                .expected("a source distribution, or an archive with another name"),
        )
    }

    fn wheel(&self, file: &Evidence, wheel: &WheelFilename, findings: &mut Vec<Finding>) -> Decision {
        let name = file.name();
        let (canonical, sorted) = (wheel.canonical(), wheel.with_canonical_tags());
        if wheel.deviations().contains(&Deviation::Version) {
            findings.push(
                Rule::WheelVersionSpelling
                    .at(file)
                    .found(format!("the version is spelled `{}`", wheel.version_as_given()))
                    .expected(format!("`{}`", wheel.version())),
            );
        }
        findings.extend(index_name_unsafe(file, sorted));
        let kept = |name: FileName| Decision::Release {
            folder: Folder::Pypi,
            name,
            canonical: canonical.clone(),
            text: None,
        };
        if *sorted == name {
            return kept(name);
        }
        match self.naming.normalization {
            Normalization::Rename | Normalization::Rewrite if self.is_signed(file) => {
                findings.push(not_renamed(file, sorted));
                kept(name)
            }
            Normalization::Rename | Normalization::Rewrite => kept(sorted.clone()),
            Normalization::Check | Normalization::Off => {
                findings.push(
                    Rule::TagOrder
                        .at(file)
                        .found(format!("its tags `{}` are not canonical", wheel.tags().as_given()))
                        .expected(format!("`{}`: sorted, in lower case, none twice", wheel.tags()))
                        .input("normalize", "rename"),
                );
                kept(name)
            }
        }
    }

    /// A file that is named after what is written in it.
    fn named_within(
        &self,
        file: &Evidence,
        folder: Folder,
        expected: &FileName,
        rule: Rule,
        findings: &mut Vec<Finding>,
    ) -> Decision {
        let name = file.name();
        let release =
            |name: FileName| Decision::Release { folder, canonical: expected.clone(), name, text: None };
        if name == *expected {
            return release(name);
        }
        // npm reads nothing from a file's name; PyPI does.
        let harmless = folder == Folder::Npm;
        match self.naming.normalization {
            Normalization::Rename | Normalization::Rewrite if !self.is_signed(file) => {
                release(expected.clone())
            }
            Normalization::Rename | Normalization::Rewrite if harmless => {
                findings.push(not_renamed(file, expected));
                release(name)
            }
            Normalization::Off if harmless => release(name),
            _ => {
                let finding = rule
                    .at(file)
                    .found("its name is not the one that its metadata gives")
                    .expected(format!("`{expected}`"));
                findings.push(if self.is_signed(file) {
                    finding
                        .remedy("Sign or attest it after the release is prepared, so that it can be renamed.")
                } else {
                    finding
                        .remedy("Build it under that name, or have it renamed.")
                        .input("normalize", "rename")
                });
                release(name)
            }
        }
    }

    pub(super) fn asset(&self, file: &Evidence, findings: &mut Vec<Finding>) -> Decision {
        let name = name_of_contents(file);
        let Some(stored) = stored_name(&name) else {
            findings.push(
                Rule::AssetName
                    .at(file)
                    .found("there is no character in the name that GitHub would keep")
                    .expected("a name of ASCII letters, digits, `.`, `_`, `+` and `-`"),
            );
            return Decision::Refuse;
        };
        let signed = self.is_signed(file);
        if stored != name && (signed || self.naming.normalization == Normalization::Check) {
            findings.push(Rule::AssetName.at(file).found(if signed {
                    format!("it was signed or attested under a name that GitHub will not keep, but store as `{stored}`")
                } else {
                    format!("GitHub would store it as `{stored}`")
                }).expected(format!("`{stored}`")));
        }
        Decision::asset(stored)
    }

    pub(super) fn is_signed(&self, file: &Evidence) -> bool {
        self.signed.covers(file)
    }
}

/// What looks like a distribution, is none that PyPI accepts, and belongs to no
/// project of the release, so that nobody can say what was meant.
fn unpublished(file: &Evidence, python: Option<&PythonFiles>) -> Option<Finding> {
    let name = file.name();
    let found = python.and_then(|python| looks_like_sdist(&name, python));
    let found = found.or_else(|| Some(format!("the name is that of {}", old_builder(&name)?)))?;
    Some(
        Rule::UnpublishedDistribution
            .at(file)
            .found(found)
            .expected("a wheel or source distribution that PyPI accepts; this file goes to the assets"),
    )
}

fn looks_like_sdist(name: &FileName, python: &PythonFiles) -> Option<String> {
    let stem = stem_of_any_sdist(name)?;
    projects_of_sdist(stem).next()?;
    let is_of_name = |path: &&String| {
        let folder = path.rsplit('/').nth(1).unwrap_or_default();
        projects_of_sdist(folder).any(|project| projects_of_sdist(stem).any(|named| named == project))
    };
    match (python.pkg_info.as_ref().filter(is_of_name), &python.build_file) {
        (Some(path), _) if name.has_suffix(SUFFIX) => {
            Some(format!("its PKG-INFO is `{path}`, and not right in the one folder at its top"))
        }
        (Some(path), _) => {
            Some(format!("it holds `{path}` as a source distribution does, but does not end with `{SUFFIX}`"))
        }
        (None, Some(path)) if name.has_suffix(SUFFIX) => {
            Some(format!("it holds `{path}`, but no PKG-INFO beside it"))
        }
        _ => None,
    }
}

/// The names that assets of one name get from their targets. None if all are
/// one file, or if their targets do not distinguish them.
#[must_use]
pub(crate) fn qualified_names(name: &FileName, files: &[&Evidence]) -> Option<Vec<FileName>> {
    let contents: BTreeSet<Sha256> = files.iter().map(|file| file.staged.digests.sha256).collect();
    let sources: Vec<Source<'_>> =
        files.iter().map(|file| Source { artifact: &file.artifact.name, target: target_of(file) }).collect();
    (contents.len() > 1 && files.iter().all(|file| is_qualifiable(file)))
        .then(|| qualified(name, &sources))
        .flatten()
}

/// Whether a file may have a target added to its name: not if its name has a
/// meaning of its own, and not if it follows another file.
const fn is_qualifiable(file: &Evidence) -> bool {
    matches!(
        file.distribution,
        Distribution::Archive { .. }
            | Distribution::Executable { .. }
            | Distribution::Installer
            | Distribution::Other
    )
}

/// Whether a name is that of what build tools leave for themselves: the
/// partial manifests of cargo-dist, of which `dist-manifest.json` is the whole.
fn is_left_by_a_tool(name: &FileName) -> bool {
    name.stem("-dist-manifest.json").is_some()
}

fn python_project(distribution: &Distribution) -> Option<ProjectName> {
    match distribution {
        Distribution::Wheel { filename, .. } => Some(filename.project().clone()),
        Distribution::Sdist { sdist, .. } => Some(sdist.project().clone()),
        _ => None,
    }
}

/// A distribution that a GitHub release would store under another name than the
/// index, and than the one that was attested.
fn index_name_unsafe(file: &Evidence, name: &FileName) -> Option<Finding> {
    if name.as_str().bytes().all(is_stored_unchanged) {
        return None;
    }
    let stored =
        stored_name(name).map_or_else(|| "something else".to_owned(), |stored| format!("`{stored}`"));
    Some(
        Rule::IndexNameUnsafe
            .at(file)
            .found(format!("a GitHub release would store it as {stored}"))
            .expected("a name of ASCII letters, digits, `.`, `_`, `+` and `-`"),
    )
}

/// The name that fits a file's bytes: for a rewritten wheel the canonical one,
/// which its folders now have, otherwise the name in the artifact.
fn name_of_contents(file: &Evidence) -> FileName {
    file.rewritten_from.and(file.distribution.canonical_name()).cloned().unwrap_or_else(|| file.name())
}

fn not_renamed(file: &Evidence, canonical: &FileName) -> Finding {
    Rule::NotRenamed
        .at(file)
        .found("it has a signature or attestation under its name")
        .expected(format!("{canonical}"))
}

fn unknown_kinds_found(names: &Sample<String, 20>) -> String {
    match names.count() {
        1 => format!("1 file of unknown type skipped: {names}"),
        count => format!("{count} files of unknown type skipped: {names}"),
    }
}

/// One warning for all of them, because one pattern selects all of them.
fn unknown_kinds(left_out: &[LeftOut]) -> Option<Finding> {
    let left_out = left_out.iter().filter(|file| file.why == LeftOutReason::UnknownKind);
    let names: BTreeSet<String> = left_out.map(|file| format!("{}: {}", file.artifact, file.path)).collect();
    let names: Sample<String, 20> = names.into_iter().collect();
    if names.is_empty() {
        return None;
    }
    Some(
        Rule::UnknownKind
            .at(None)
            .found(unknown_kinds_found(&names))
            .expected("distributions, archives, executables, installers, scripts, signatures or sidecars"),
    )
}
