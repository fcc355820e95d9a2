//! Decide whether files make a release, and which one. Nothing here touches
//! the disk.
//!
//! 1. Each file gets its name and place, or is left out.
//! 2. Each file is judged alone, then all of them as one set.
//! 3. The policy relaxes what the inputs allow it to relax.
//! 4. If no error is left, the manifest and the files that follow from it are
//!    rendered.

use std::collections::BTreeSet;

use crate::artifact::ArtifactName;
use crate::distribution::npm::PackageJson;
use crate::evidence::{Distribution, Evidence};
use crate::normalize::plan;
use crate::pipeline::account::{describe, integrity};
use crate::preflight::expect::Counted;
use crate::preflight::npm::family::Relations;
use crate::preflight::release::{self, Member};
use crate::preflight::version::{self, VersionVerdict};
use crate::preflight::{self, expect_digests, npm, previous, projects, set};
use crate::release::manifest::{LeftOut, MAX_BYTES, Manifest, ManifestContext, ManifestError, Settings};
use crate::release::prepared::{PackedPackage, PreparedRelease};
use crate::release::top_level::TopLevelFiles;
use crate::report::seen::SeenFile;
use crate::report::tree::Contents;
use crate::request::{Prepare, SourceRequest};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;
use crate::source::Listing;
use crate::source::github::Trigger;

/// What is reported of the artifacts, whether or not they make a release.
#[derive(Debug, Default)]
pub struct Diagnostics {
    /// All findings, sorted, errors first.
    pub findings: Vec<Finding>,
    /// Findings that the inputs ignore, sorted.
    pub ignored: Vec<Finding>,
    /// Files that are not in the release.
    pub left_out: Vec<LeftOut>,
    /// The projects of the artifacts.
    pub projects: BTreeSet<String>,
    /// Notes of the source, and inputs without effect.
    pub notes: Vec<String>,
    /// What is in the wheels of a release, folded.
    pub(crate) contents: Vec<Contents>,
    /// All files that arrived, released or not.
    pub(crate) arrived: Vec<SeenFile>,
}

/// What becomes of the files.
#[derive(Debug)]
pub(crate) enum Decision<'a> {
    /// They make this release, of these members.
    Release {
        /// The release.
        release: Box<PreparedRelease>,
        /// Its members, which are to be placed.
        members: Vec<Member<'a>>,
        /// What is reported beside it.
        diagnostics: Diagnostics,
    },
    /// They make none; the findings say why.
    Refuse(Diagnostics),
}

/// Decides what becomes of the files. `findings` are those that there are
/// already.
///
/// # Errors
/// If a release without errors is no valid release, which is a fault of this
/// program.
pub(crate) fn decide<'a>(
    request: &Prepare,
    evidence: &'a [Evidence],
    mut findings: Vec<Finding>,
    listing: &Listing,
) -> Result<Decision<'a>, ManifestError> {
    let plan = plan::plan(evidence, &request.naming);
    let left_out = plan.left_out;
    findings.extend(plan.findings);
    let (described, set_notes) = set::judge(evidence, &plan.planned);
    findings.extend(described);
    findings.extend(preflight::files(evidence, &request.naming, request.npm_repository.as_deref()));
    let (members, set_findings) = release::members(plan.planned);
    findings.extend(set_findings);
    let relations = Relations::of(&members);
    let mut whole = judge_as_a_whole(request, &members, &relations, listing);
    findings.append(&mut whole.findings);
    findings.extend(projects::judge(evidence, &request.projects));
    if members.is_empty() {
        if !findings.iter().any(cannot_be_relaxed) {
            findings.push(nothing_selected(listing, &request.source));
        }
    } else {
        let counted = Counted { members: &members, left_out: &left_out, artifacts: &listing.artifacts };
        findings.extend(counted.judge(&request.expected));
    }
    let released = members.iter().flat_map(Member::all);
    let released = released.map(|planned| (planned.evidence.place(), &planned.name));
    let judged = request.policy.judge(findings, &released.collect());
    let unused = judged.unused.iter().map(|line| format!("ignore: `{line}` matched no finding"));
    let notes = listing.notes.iter().cloned().chain(set_notes).chain(whole.notes).chain(unused).collect();
    let mut diagnostics = Diagnostics {
        findings: judged.findings,
        ignored: judged.ignored,
        left_out,
        projects: projects::projects(evidence),
        notes,
        contents: Vec::new(),
        arrived: arrived(evidence, &relations),
    };
    if diagnostics.findings.iter().any(Finding::is_error) {
        return Ok(Decision::Refuse(diagnostics));
    }
    let release = render(request, &members, &relations, whole.version, !listing.foreign, &diagnostics)?;
    if let Some(finding) = too_large(&release.top) {
        diagnostics.findings.push(finding);
        diagnostics.findings.sort();
        return Ok(Decision::Refuse(diagnostics));
    }
    Ok(Decision::Release { release: Box::new(release), members, diagnostics })
}

/// The npm package that chooses a file, where it is an npm package of a family.
fn family_of<'a>(file: &Evidence, relations: &'a Relations) -> Option<&'a str> {
    match &file.distribution {
        Distribution::NpmPackage { package, .. } => relations.main_of(package.name().as_str()),
        _ => None,
    }
}

/// The files of artifacts, without those that were written beside them.
fn arrived(evidence: &[Evidence], relations: &Relations) -> Vec<SeenFile> {
    let sent = evidence.iter().filter(|file| !file.is_generated);
    sent.map(|file| SeenFile::new(file, family_of(file, relations))).collect()
}

/// What is to be said of the release as a whole.
struct WholeVerdict {
    findings: Vec<Finding>,
    notes: Vec<String>,
    /// The one version of all files, where there is one.
    version: Option<String>,
}

/// Judges the members beside each other, and beside the release before.
fn judge_as_a_whole(
    request: &Prepare,
    members: &[Member<'_>],
    relations: &Relations,
    listing: &Listing,
) -> WholeVerdict {
    let VersionVerdict { version, mut findings, note } = version::judge(members, &request.version, relations);
    findings.extend(set::limits::judge(members, request.algorithms));
    findings.extend(npm::family::judge(members));
    findings.extend(npm::addons::judge(members));
    findings.extend(set::metadata::judge(members));
    findings.extend(expect_digests::judge(members, &request.expected_digests));
    let before = listing.previous.as_ref();
    let compared = previous::judge(members, version.as_deref(), before, request.previous.is_expected);
    findings.extend(compared.findings);
    WholeVerdict { findings, notes: note.into_iter().chain(compared.notes).collect(), version }
}

/// Renders the release of these members.
fn render(
    request: &Prepare,
    members: &[Member<'_>],
    relations: &Relations,
    version: Option<String>,
    attestable: bool,
    diagnostics: &Diagnostics,
) -> Result<PreparedRelease, ManifestError> {
    // A manifest is the same whatever the release before was.
    let of_the_files = |finding: &&Finding| !finding.rule.is_about_the_release_before();
    let findings: Vec<Finding> = diagnostics.findings.iter().filter(of_the_files).cloned().collect();
    let ignored: Vec<Finding> = diagnostics.ignored.iter().filter(of_the_files).cloned().collect();
    let context = ManifestContext {
        run: request.run.clone(),
        version,
        settings: Settings {
            normalize: request.naming.normalization,
            version: request.version_setting.clone(),
            record: request.record,
            pypi: request.policy.pypi,
            npm: request.policy.npm,
        },
        attestable,
        findings: &findings,
        ignored: &ignored,
        left_out: diagnostics.left_out.clone(),
    };
    let files = members.iter().map(|member| describe(member, request.algorithms, relations));
    let manifest = Manifest::new(files.collect::<Result<_, _>>()?, context)?;
    let top = TopLevelFiles::render(&manifest);
    Ok(PreparedRelease { manifest, top, npm: npm_packages(members)? })
}

fn npm_packages(members: &[Member<'_>]) -> Result<Vec<PackedPackage>, ManifestError> {
    let packed = |member: &Member<'_>| {
        let Distribution::NpmPackage { package, .. } = &member.file().distribution else { return None };
        let file = member.planned.name.clone();
        Some(match integrity(member) {
            Ok(integrity) => Ok(PackedPackage { file, package: PackageJson::clone(package), integrity }),
            Err(error) => Err(error),
        })
    };
    members.iter().filter_map(packed).collect()
}

/// Whether a finding stays an error whatever the inputs say, where no file is
/// released: those about files of the release and those that may be ignored
/// are the only ones that a policy relaxes.
fn cannot_be_relaxed(finding: &Finding) -> bool {
    finding.is_error() && (finding.place.is_some() || !finding.rule.may_be_ignored())
}

fn nothing_selected(listing: &Listing, source: &SourceRequest) -> Finding {
    let selected = listing.artifacts.iter().map(|artifact| artifact.name.as_str());
    let names: BTreeSet<&str> = selected.chain(listing.skipped.iter().map(ArtifactName::as_str)).collect();
    let names: Sample<&str, 50> = names.into_iter().collect();
    let finding =
        |found: String| Rule::NothingSelected.at(None).found(found).expected("at least one file to release");
    if !names.is_empty() {
        return finding(format!("nothing to release in the artifacts found: {names}"));
    }
    let finding = finding("there are no artifacts".to_owned());
    match source {
        SourceRequest::Directory { .. } | SourceRequest::Paths { .. } => {
            finding.remedy("Check `artifacts-dir`, and that the steps before this one downloaded or built files.")
        }
        SourceRequest::Run(run) => match run.this_run.as_ref().map(|this| &this.trigger) {
            Some(Trigger::WorkflowRun(_)) => finding
                .remedy("This run was started by another one: if that one built the artifacts, name it.")
                .input("run-id", "${{ github.event.workflow_run.id }}"),
            Some(Trigger::Event(event)) if event == "workflow_dispatch" => finding
                .remedy("This run was started by hand: if another run built the artifacts, name it, for example by an input of `workflow_dispatch`. Otherwise check that the jobs before this one uploaded what they built.")
                .input("run-id", "${{ inputs.run-id }}"),
            _ => finding.remedy("Check that the jobs before this one (`needs`) uploaded what they built, or name the run that built the artifacts with `run-id`."),
        },
    }
}

/// A manifest larger than a reader accepts, because files declare too much.
fn too_large(top: &TopLevelFiles) -> Option<Finding> {
    let bytes = top.manifest_size();
    (bytes > MAX_BYTES).then(|| {
        Rule::ArchiveLimit
            .at(None)
            .found(format!("the manifest would have {bytes} bytes"))
            .expected(format!("at most {MAX_BYTES}"))
            .remedy("Release fewer files at once, or find the files that declare very long lists in their metadata.")
    })
}
