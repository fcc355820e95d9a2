//! The arrows in order.
//!
//! 1. Look at what stands at the output: it may be replaced only if it is a
//!    release, whole to its own manifest.
//! 2. Open the staging area beside it.
//! 3. List the artifacts.
//! 4. Unpack each as it arrives, digest every file as it is written, and
//!    examine it.
//! 5. Mend wheels inside, if that is asked for.
//! 6. Plan each file's name and place.
//! 7. Judge the files, each alone and all as one set, and let each finding
//!    count for what it may.
//! 8. Write the manifest and what follows from it.
//! 9. Commit: everything appears at once, or nothing does.

pub(crate) mod account;
pub(crate) mod failure;
pub(crate) mod unpack;

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use crate::archive::Limits;
use crate::artifact::ArtifactName;
use crate::disk::dir::Dir;
use crate::disk::staging::{Cancellation, StagedFile, Staging};
use crate::distribution::npm::PackageJson;
use crate::evidence::inspect::InspectOptions;
use crate::evidence::{Distribution, Evidence};
use crate::folder::Folder;
use crate::normalize::plan::{self, Plan};
use crate::normalize::{rewritable, rewrite};
use crate::pipeline::account::{describe, is_executable};
use crate::pipeline::failure::Failure;
use crate::pipeline::unpack::Unpacker;
use crate::preflight::expect::Counted;
use crate::preflight::release::{self, Member};
use crate::preflight::{self, expect_digests};
use crate::release::manifest::{LeftOut, MANIFEST, MAX_BYTES, Manifest, ManifestContext, Settings};
use crate::release::top_level::TopLevelFiles;
use crate::release::verification::{Problem, Verification};
use crate::release::verify::{self, VerifyError};
use crate::reporter::Reporter;
use crate::request::{Prepare, SourceRequest, Verify};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::rule::policy::PolicyOutcome;
use crate::sample::Sample;
use crate::settings::RecordSetting;
use crate::source::directory::Directory;
use crate::source::github::{Run, RunRequest};
use crate::source::{Listing, Source};

/// What a preparation came to.
#[derive(Debug)]
pub struct Outcome {
    /// The release, if there is one.
    pub release: Option<(Manifest, TopLevelFiles)>,
    /// All findings, sorted, errors first.
    pub findings: Vec<Finding>,
    /// Findings that were to be ignored, sorted.
    pub ignored: Vec<Finding>,
    /// What is not in the release.
    pub left_out: Vec<LeftOut>,
    /// What the source had to say.
    pub notes: Vec<String>,
    /// The npm packages of the release, sorted by file name.
    pub npm: Vec<PackageJson>,
}

impl Outcome {
    /// No release, for one reason.
    #[must_use]
    pub fn refused(finding: Finding) -> Self {
        let findings = vec![finding];
        Self {
            release: None,
            findings,
            ignored: Vec::new(),
            left_out: Vec::new(),
            notes: Vec::new(),
            npm: Vec::new(),
        }
    }
}

/// Prepares a release.
///
/// # Errors
/// [`Failure`]. That the artifacts cannot be released is no failure but an
/// outcome without a release, whose findings say why.
pub fn prepare(
    request: &Prepare,
    cancellation: &Arc<Cancellation>,
    reporter: &Arc<dyn Reporter>,
) -> Result<Outcome, Failure> {
    let staging = Staging::begin(&request.output, cancellation)?;
    if let Some(existing_output) = staging.existing_output()? {
        may_replace(&existing_output, |dir| Ok(verify::verify(dir, None)?.problems))?;
    }
    let mut source = open(request, reporter)?;
    let listing = source.listing();
    let limits = Limits::within(request.max_unpacked, request.max_files);
    let care = InspectOptions {
        limits: limits.inspecting(),
        verify_record: request.record == RecordSetting::Verify,
    };
    let intake = Unpacker::new(&staging, request.algorithms, limits, care);
    intake.unpack_all(source.payloads(staging.spool()?))?;
    let mut taken = intake.finish()?;
    taken.findings.extend(rewrite_wheels(&staging, request, &mut taken.files, &care)?);
    let (staged, evidence): (Vec<StagedFile>, Vec<Evidence>) = taken.files.into_iter().unzip();
    taken.findings.extend_from_slice(&listing.findings);

    let plan = plan::plan(&evidence, &request.naming);
    let (members, version, judged) = judge(request, &evidence, &plan, taken.findings, &listing);
    let mut outcome = Outcome {
        release: None,
        findings: judged.findings,
        ignored: judged.ignored,
        left_out: plan.left_out.clone(),
        notes: listing.notes,
        npm: Vec::new(),
    };
    outcome
        .notes
        .extend(judged.unused.iter().map(|line| format!("ignore: there was nothing to ignore for `{line}`")));
    if outcome.findings.iter().any(Finding::is_error) {
        return Ok(outcome);
    }

    let account = ManifestContext {
        run: request.run.clone(),
        version,
        settings: Settings {
            normalize: request.naming.normalization,
            version: request.version_as_given.clone(),
            record: request.record,
            pypi: request.policy.pypi,
            npm: request.policy.npm,
        },
        attestable: !listing.foreign,
        findings: &outcome.findings,
        ignored: &outcome.ignored,
        left_out: outcome.left_out.clone(),
    };
    let described = members.iter().map(|member| describe(member, request.algorithms)).collect();
    let manifest = Manifest::new(described, account).map_err(|error| {
        Failure::fault("the set of files was judged wrongly, a fault of release-prep", error)
    })?;
    let top = TopLevelFiles::of(&manifest);
    if let Some(finding) = too_large(&top) {
        outcome.findings.insert(0, finding);
        return Ok(outcome);
    }
    outcome.npm = members
        .iter()
        .filter_map(|member| match &member.file.distribution {
            Distribution::NpmPackage(package) => Some(PackageJson::clone(package)),
            _ => None,
        })
        .collect();
    if !request.dry_run {
        place(&staging, &members, &staged)?;
        for (name, bytes) in top.files() {
            staging.write(name, bytes)?;
        }
        staging.commit(|existing_output| may_replace(existing_output, verify::shape))?;
    }
    outcome.release = Some((manifest, top));
    Ok(outcome)
}

/// Rewrites the wheels that are to be, and says of which it was not done.
fn rewrite_wheels(
    staging: &Staging,
    request: &Prepare,
    files: &mut [(StagedFile, Evidence)],
    care: &InspectOptions,
) -> Result<Vec<Finding>, Failure> {
    let evidence: Vec<&Evidence> = files.iter().map(|(_, file)| file).collect();
    let (chosen, mut findings) = rewritable::to_rewrite(&evidence, &request.naming);
    let left = rewrite::rewrite_all(staging, files, &chosen, request.algorithms, care)
        .map_err(|error| Failure::fault("a wheel cannot be rewritten", error))?;
    findings
        .extend(left.iter().filter_map(|(index, why)| Some(rewritable::unfit(&files.get(*index)?.1, why))));
    Ok(findings)
}

/// Judges the files, each alone and all as one set. `findings` are those that
/// there are already.
fn judge<'a>(
    request: &Prepare,
    evidence: &'a [Evidence],
    plan: &'a Plan,
    mut findings: Vec<Finding>,
    listing: &Listing,
) -> (Vec<Member<'a>>, Option<String>, PolicyOutcome) {
    findings.extend_from_slice(&plan.findings);
    findings.extend(preflight::files(evidence, &request.naming, request.npm_repository.as_deref()));
    let (members, set_findings) = release::members(evidence, &plan.planned);
    findings.extend(set_findings);
    let (version, version_findings) = release::version(&members, &request.version);
    findings.extend(version_findings);
    findings.extend(expect_digests::judge(&members, &request.expected_digests));
    if !members.is_empty() {
        let counted = Counted { members: &members, left_out: &plan.left_out, artifacts: &listing.artifacts };
        findings.extend(counted.judge(&request.expected));
    }
    let released = plan
        .planned
        .iter()
        .filter_map(|planned| Some((evidence.get(planned.evidence)?.place(), &planned.name)));
    let mut judged = request.policy.judge(findings, &released.collect());
    if members.is_empty() && !judged.findings.iter().any(Finding::is_error) {
        judged.findings.insert(0, nothing_selected(listing));
    }
    (members, version, judged)
}

/// Verifies a release.
///
/// # Errors
/// [`Failure::Input`] if there is none; [`Failure::Fault`] if it cannot be
/// read.
pub fn verify(request: &Verify) -> Result<Verification, Failure> {
    let dir = Dir::open(&request.dir)
        .map_err(|error| Failure::Input(format!("`{}` is no release: {error}", request.dir)))?;
    verify::verify(&dir, request.manifest_digest).map_err(|error| match error {
        VerifyError::NoManifest(_) | VerifyError::Manifest(_) | VerifyError::TooLarge(_) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            Failure::Input(format!("{error}{cause}"))
        }
        error => error.into(),
    })
}

fn open(request: &Prepare, reporter: &Arc<dyn Reporter>) -> Result<Source, Failure> {
    Ok(match &request.source {
        SourceRequest::Directory { path, zipped } => {
            Source::Directory(Directory::open(path, &request.selection, *zipped, request.max_files)?)
        }
        SourceRequest::Run(run) => {
            Source::Run(Box::new(Run::open(RunRequest::clone(run), Arc::clone(reporter))?))
        }
    })
}

/// Replaces nothing but a release that is whole to its own manifest.
fn may_replace(
    existing_output: &Dir,
    problems: impl FnOnce(&Dir) -> Result<Vec<Problem>, VerifyError>,
) -> Result<(), Failure> {
    let path = existing_output.path();
    if existing_output
        .names()
        .map_err(|error| Failure::fault("what stands at output-dir cannot be read", error))?
        .is_empty()
    {
        return Ok(());
    }
    let why = match problems(existing_output) {
        Ok(problems) => match problems.first() {
            None => return Ok(()),
            Some(problem) => problem.to_string(),
        },
        Err(error @ (VerifyError::NoManifest(_) | VerifyError::Manifest(_) | VerifyError::TooLarge(_))) => {
            error.to_string()
        }
        Err(error) => return Err(error.into()),
    };
    Err(Failure::Input(format!(
        "output-dir: `{path}` is not empty, and is no release that is whole to its own manifest ({why}); \
         it stays as it is: move it away, or give another folder"
    )))
}

fn nothing_selected(listing: &Listing) -> Finding {
    let taken = listing.artifacts.iter().map(|artifact| artifact.name.as_str());
    let names: BTreeSet<&str> = taken.chain(listing.skipped.iter().map(ArtifactName::as_str)).collect();
    let names: Sample<&str, 50> = names.into_iter().collect();
    let found = if names.is_empty() {
        "there are no artifacts".to_owned()
    } else {
        format!("nothing to release in the artifacts found: {names}")
    };
    Rule::NothingSelected.at(None).found(found).expected("at least one file to release")
}

/// A manifest that nobody would read any more, made of files that say too much
/// of themselves.
fn too_large(top: &TopLevelFiles) -> Option<Finding> {
    let bytes = top.files().iter().find(|(name, _)| name == MANIFEST)?.1.len() as u64;
    (bytes > MAX_BYTES).then(|| {
        Rule::ArchiveLimit
            .at(None)
            .found(format!("the manifest would have {bytes} bytes"))
            .expected(format!("at most {MAX_BYTES}"))
            .remedy("Release fewer files at once, or find out which of them say so much of themselves.")
    })
}

/// Puts each member of the release where it belongs.
fn place(staging: &Staging, members: &[Member<'_>], staged: &[StagedFile]) -> Result<(), Failure> {
    for folder in Folder::ALL {
        let mut inside = members.iter().filter(|member| member.planned.folder == folder).peekable();
        if inside.peek().is_none() {
            continue;
        }
        let placement = staging.make(folder)?;
        for member in inside {
            if let Some(staged) = staged.get(member.planned.evidence) {
                placement.place(staged, &member.planned.name, is_executable(member))?;
            }
        }
    }
    Ok(())
}
