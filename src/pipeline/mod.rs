//! The stages in order.
//!
//! 1. Look at what exists at the output: it may be replaced only if it is a
//!    release that matches its own manifest.
//! 2. Open the staging area beside it.
//! 3. List the artifacts.
//! 4. Unpack each as it arrives, digest every file as it is written, and
//!    inspect it ([`unpack`]).
//! 5. Rewrite wheels, if the inputs ask for it, and checksum files that do not
//!    describe their file under its new name; write those that assets lack, if
//!    the inputs ask for it ([`checksums`]).
//! 6. Decide names, places, findings and the manifest ([`mod@decide`]).
//! 7. Place the files and commit: everything appears at once, or nothing does.

pub(crate) mod account;
mod checksums;
mod contents;
pub(crate) mod decide;
pub(crate) mod failure;
pub(crate) mod unpack;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::archive::Limits;
use crate::disk::dir::Dir;
use crate::disk::staging::{Cancellation, Staging};
use crate::evidence::Evidence;
use crate::evidence::inspect::InspectOptions;
use crate::folder::Folder;
use crate::normalize::{plan, rewrite};
use crate::pipeline::account::is_executable;
use crate::pipeline::decide::{Decision, Diagnostics, decide};
use crate::pipeline::failure::Failure;
use crate::pipeline::unpack::Unpacker;
use crate::preflight::release::Member;
use crate::release::prepared::PreparedRelease;
use crate::release::top_level::TopLevelFiles;
use crate::release::verification::{Problem, Verification};
use crate::release::verify::{self, VerifyError};
use crate::report::inspection::{Inspection, Released};
use crate::reporter::Reporter;
use crate::request::{Prepare, SourceRequest, Verify};
use crate::rule::finding::{Finding, Place};
use crate::settings::RecordSetting;
use crate::source::directory::DirectorySource;
use crate::source::github::{RunRequest, RunSource};
use crate::source::paths::PathsSource;
use crate::source::{Listing, Opened, Source, previous};

/// The result of a preparation.
#[derive(Debug)]
pub enum Outcome {
    /// There is a release.
    Released {
        /// The release; on the disk unless this was a dry run.
        release: Box<PreparedRelease>,
        /// What is reported beside it.
        diagnostics: Diagnostics,
    },
    /// There is none; the findings say why.
    Refused(Diagnostics),
}

/// Prepares a release.
///
/// # Errors
/// [`Failure`]. Artifacts that cannot be released are no failure but
/// [`Outcome::Refused`].
pub fn prepare(
    request: &Prepare,
    cancellation: &Arc<Cancellation>,
    reporter: &Arc<dyn Reporter>,
) -> Result<Outcome, Failure> {
    let pool = thread_pool()?;
    let staging = Staging::begin(&request.output, cancellation)?;
    if let Some(existing_output) = staging.existing_output()? {
        pool.install(|| may_replace(&existing_output, verify::differences))?;
    }
    let arrived = read(request, &staging, &pool, reporter)?;
    let decision = decided(request, &arrived)?;
    Ok(match decision {
        Decision::Refuse(diagnostics) => Outcome::Refused(diagnostics),
        Decision::Release { release, members, mut diagnostics } => {
            if request.show_summary {
                let limits = Limits::within(request.max_unpacked, request.max_files).inspecting();
                diagnostics.contents = contents::of_wheels(&staging, &members, &limits);
            }
            if !request.dry_run {
                place(&staging, &members, &release.top)?;
                staging.commit(|existing_output| may_replace(existing_output, verify::shape))?;
            }
            Outcome::Released { release, diagnostics }
        }
    })
}

/// Shows what [`prepare`] would make of files, by the same code.
///
/// # Errors
/// As [`prepare`].
pub fn inspect(
    request: &Prepare,
    cancellation: &Arc<Cancellation>,
    reporter: &Arc<dyn Reporter>,
) -> Result<Inspection, Failure> {
    let pool = thread_pool()?;
    let staging = Staging::begin(&request.output, cancellation)?;
    let arrived = read(request, &staging, &pool, reporter)?;
    let (Decision::Refuse(diagnostics) | Decision::Release { diagnostics, .. }) = decided(request, &arrived)?;
    let plan = plan::plan(&arrived.evidence, &request.naming);
    let mut places: BTreeMap<Place, Released> = BTreeMap::new();
    for planned in &plan.planned {
        let released = Released { folder: planned.folder, name: planned.name.to_string() };
        places.insert(planned.evidence.place(), released);
    }
    let released = |file: &Evidence| places.get(&file.place()).cloned();
    Ok(Inspection::new(&arrived.evidence, released, &diagnostics.findings, diagnostics.notes))
}

/// What arrived, unpacked and inspected.
struct Arrived {
    evidence: Vec<Evidence>,
    /// What was found on the way.
    findings: Vec<Finding>,
    listing: Listing,
}

/// Reads all artifacts into the staging area.
fn read(
    request: &Prepare,
    staging: &Staging,
    pool: &ThreadPool,
    reporter: &Arc<dyn Reporter>,
) -> Result<Arrived, Failure> {
    let given = request.previous.manifest.as_deref().map(previous::read).transpose()?;
    let Opened { mut listing, payloads } = source(request, staging, reporter)?.open()?;
    listing.previous = given.or(listing.previous);
    let limits = Limits::within(request.max_unpacked, request.max_files);
    let options = InspectOptions {
        limits: limits.inspecting(),
        verify_record: request.record == RecordSetting::Verify,
    };
    let unpacker =
        Unpacker::new(staging, &request.selection, request.algorithms, limits, options, reporter.as_ref());
    unpacker.unpack_all(pool, payloads)?;
    let mut contents = unpacker.finish()?;
    contents.findings.append(&mut listing.findings);
    pool.install(|| checksums::compute_digests(staging, &mut contents.files))?;
    let (mut evidence, not_rewritten) =
        pool.install(|| rewrite_wheels(staging, request, contents.files, &options))?;
    contents.findings.extend(not_rewritten);
    checksums::rewrite_sidecars(staging, &mut evidence, &request.naming, request.algorithms)?;
    checksums::write_sidecars(staging, &mut evidence, &request.naming, request.algorithms)?;
    Ok(Arrived { evidence, findings: contents.findings, listing })
}

fn decided<'a>(request: &Prepare, arrived: &'a Arrived) -> Result<Decision<'a>, Failure> {
    let Arrived { evidence, findings, listing } = arrived;
    decide(request, evidence, findings.clone(), listing)
        .map_err(|error| Failure::fault("the files make no valid release, a fault of release-prep", error))
}

/// The threads that unpack, inspect and hash: as many as there are processors,
/// or as `RAYON_NUM_THREADS` says.
fn thread_pool() -> Result<ThreadPool, Failure> {
    ThreadPoolBuilder::new().build().map_err(|error| Failure::Fault {
        what: format!("no thread could be started to read files with: {error}"),
        remedy: Some(
            "Raise the limit on processes and threads (`--pids-limit` of a container, `ulimit -u`), or set the variable RAYON_NUM_THREADS to 1."
                .to_owned(),
        ),
        cause: None,
    })
}

/// Rewrites the wheels that need it, and reports those that keep their bytes.
fn rewrite_wheels(
    staging: &Staging,
    request: &Prepare,
    files: Vec<Evidence>,
    options: &InspectOptions,
) -> Result<(Vec<Evidence>, Vec<Finding>), Failure> {
    rewrite::rewrite_all(staging, files, &request.naming, request.algorithms, options)
        .map_err(|error| Failure::fault("a wheel cannot be rewritten", error))
}

/// Verifies a release.
///
/// # Errors
/// [`Failure::Input`] if there is none; [`Failure::Fault`] if it cannot be
/// read.
pub fn verify(request: &Verify) -> Result<Verification, Failure> {
    let pool = thread_pool()?;
    let dir = Dir::open(&request.dir)
        .map_err(|error| Failure::Input(format!("`{}` is not a release: {error}", request.dir)))?;
    pool.install(|| verify::verify(&dir, request.anchor)).map_err(|error| {
        if error.is_not_a_release() { Failure::Input(error.with_cause()) } else { error.into() }
    })
}
/// The source that is asked for.
fn source(request: &Prepare, staging: &Staging, reporter: &Arc<dyn Reporter>) -> Result<Source, Failure> {
    Ok(match &request.source {
        SourceRequest::Directory { path, zipped } => Source::Directory(DirectorySource {
            path: path.clone(),
            selection: request.selection.clone(),
            zipped: *zipped,
            max_files: request.max_files,
        }),
        SourceRequest::Paths { paths, zipped } => Source::Paths(PathsSource {
            paths: paths.clone(),
            selection: request.selection.clone(),
            zipped: *zipped,
            max_files: request.max_files,
        }),
        SourceRequest::Run(run) => Source::Run(Box::new(RunSource {
            request: RunRequest::clone(run),
            spool: staging.spool()?,
            reporter: Arc::clone(reporter),
        })),
    })
}

/// Allows only an empty folder, or a release that matches its own manifest, to
/// be replaced.
fn may_replace(
    existing_output: &Dir,
    problems: impl FnOnce(&Dir) -> Result<Vec<Problem>, VerifyError>,
) -> Result<(), Failure> {
    let path = existing_output.path();
    let names = existing_output.names();
    if names.map_err(|error| Failure::fault("output-dir cannot be read", error))?.is_empty() {
        return Ok(());
    }
    let why = match problems(existing_output) {
        Ok(problems) => match problems.first() {
            None => return Ok(()),
            Some(problem) => problem.to_string(),
        },
        Err(error) if error.is_not_a_release() => error.to_string(),
        Err(error) => return Err(error.into()),
    };
    Err(Failure::Input(format!(
        "output-dir: `{path}` is not empty, and is not a release that matches its own manifest ({why}); \
         it was left untouched: move it away, or choose another output-dir"
    )))
}

/// Puts each member of the release at its place in the staging area, and the
/// files at the top beside them.
fn place(staging: &Staging, members: &[Member<'_>], top: &TopLevelFiles) -> Result<(), Failure> {
    for folder in Folder::ALL {
        let mut inside = members.iter().filter(|member| member.planned.folder == folder).peekable();
        if inside.peek().is_none() {
            continue;
        }
        let placement = staging.make(folder)?;
        for member in inside {
            placement.place(&member.file().staged, &member.planned.name, is_executable(member))?;
        }
    }
    for file in top.files() {
        staging.write(&file.name, &file.bytes)?;
    }
    Ok(())
}
