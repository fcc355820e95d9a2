//! The arrows in order.
//!
//! 1. Look at what stands at the output: it may be replaced only if it is a
//!    release, whole to its own manifest.
//! 2. Open the staging area beside it.
//! 3. List the artifacts.
//! 4. Unpack each as it arrives, digest every file as it is written, and
//!    examine it.
//! 5. Plan each file's name and place.
//! 6. Judge the files as one set.
//! 7. Write the manifest and what follows from it.
//! 8. Commit: everything appears at once, or nothing does.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::ArchiveError;
use crate::archive::limits::{Budget, Limits};
use crate::archive::zip::ZipArchive;
use crate::artifact::Artifact;
use crate::digest::{Algorithms, Digests};
use crate::dir::Dir;
use crate::distribution::Distribution;
use crate::distribution::npm::PackageJson;
use crate::distribution::wheel::TagSet;
use crate::evidence::Evidence;
use crate::examine::{self, Examined};
use crate::filename::RelativePath;
use crate::finding::{Finding, Place};
use crate::manifest::{self, Account, File, Folder, LeftOut, Manifest, ManifestError, Origin, Settings};
use crate::normalize;
use crate::preflight::release::{self, Member};
use crate::release::Top;
use crate::request::{Prepare, SourceRequest, Verify};
use crate::rule::Rule;
use crate::source::{Content, Listing, Payload, SourceError, directory::Directory};
use crate::staging::{Cancellation, StagedFile, StagedWriter, Staging, StagingError};
use crate::verification::{Problem, Verification};
use crate::verify::{self, VerifyError};

/// Why a run ended without an answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The inputs cannot be followed.
    #[error("{0}")]
    Input(String),
    /// The disk, the network, a service or this program failed.
    #[error("{what}")]
    Fault {
        /// What was being done.
        what: String,
        /// What to do, where more is known than the cause.
        remedy: Option<String>,
        /// Why it failed.
        #[source]
        cause: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl Failure {
    fn fault(what: impl Into<String>, cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Fault { what: what.into(), remedy: None, cause: Some(Box::new(cause)) }
    }
}

impl From<StagingError> for Failure {
    fn from(error: StagingError) -> Self {
        match error {
            StagingError::Output(_) | StagingError::NotOurs(_) => Self::Input(error.to_string()),
            StagingError::Busy(_) => Self::Fault {
                what: error.to_string(),
                remedy: Some("Wait for it to end, or give this run an output-dir of its own.".into()),
                cause: None,
            },
            error => Self::fault("the release cannot be staged", error),
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::fault("the release cannot be verified", error)
    }
}

/// What a preparation came to.
#[derive(Debug)]
pub struct Outcome {
    /// The release, if there is one.
    pub release: Option<(Manifest, Top)>,
    /// All findings, sorted, errors first.
    pub findings: Vec<Finding>,
    /// What is not in the release.
    pub left_out: Vec<LeftOut>,
    /// What the source had to say.
    pub notes: Vec<String>,
    /// The npm packages of the release, sorted by file name.
    pub npm: Vec<PackageJson>,
}

/// Prepares a release.
///
/// # Errors
/// [`Failure`]. That the artifacts cannot be released is no failure but an
/// outcome without a release, whose findings say why.
pub fn prepare(request: &Prepare, cancellation: &Arc<Cancellation>) -> Result<Outcome, Failure> {
    let staging = Staging::begin(&request.output, cancellation)?;
    if let Some(standing) = staging.standing()? {
        may_replace(&standing, |dir| Ok(verify::verify(dir, None)?.problems))?;
    }
    let mut source = open(request)?;
    let listing = source.listing();
    let intake = Intake::new(request, &staging);
    intake.take_all(source)?;
    let (files, mut findings) = intake.finish()?;
    findings.extend(listing.findings.iter().cloned());
    let evidence: Vec<Evidence> = files.iter().map(|(_, evidence)| evidence.clone()).collect();

    let plan = normalize::plan(&evidence, &request.naming);
    findings.extend(plan.findings);
    let (members, of_the_set) = release::members(&evidence, &plan.planned);
    findings.extend(of_the_set);
    let (version, of_versions) = release::version(&members, &request.version);
    findings.extend(of_versions);
    if members.is_empty() && !findings.iter().any(Finding::is_error) {
        findings.push(nothing_selected(&listing));
    }
    findings.sort();
    findings.dedup();
    let mut outcome =
        Outcome { release: None, findings, left_out: plan.left_out, notes: listing.notes, npm: Vec::new() };
    if outcome.findings.iter().any(Finding::is_error) {
        return Ok(outcome);
    }

    let account = Account {
        run: request.run.clone(),
        version,
        settings: Settings {
            normalize: request.naming.normalization.as_str().to_owned(),
            version: request.version_as_given.clone(),
        },
        attestable: !listing.foreign,
        findings: &outcome.findings,
        left_out: outcome.left_out.clone(),
    };
    let described = members.iter().map(|member| file_of(member, request.algorithms)).collect();
    let manifest = Manifest::new(described, account).map_err(|error: ManifestError| {
        Failure::fault("the set of files was judged wrongly, a fault of release-prep", error)
    })?;
    let top = Top::of(&manifest);
    outcome.npm = members
        .iter()
        .filter_map(|member| match &member.file.distribution {
            Distribution::NpmPackage(package) => Some(PackageJson::clone(package)),
            _ => None,
        })
        .collect();
    if !request.dry_run {
        place(&staging, &members, &files)?;
        for (name, bytes) in top.files() {
            staging.write(name, bytes)?;
        }
        staging.commit(|standing| may_replace(standing, |dir| Ok(verify::shape(dir)?)))?;
    }
    outcome.release = Some((manifest, top));
    Ok(outcome)
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

fn open(request: &Prepare) -> Result<Directory, Failure> {
    match &request.source {
        SourceRequest::Directory { path, zipped } => {
            Directory::open(path, &request.selection, *zipped, request.max_files).map_err(of_source)
        }
    }
}

fn of_source(error: SourceError) -> Failure {
    match error {
        SourceError::Input(message) => Failure::Input(message),
        SourceError::Refused(finding) => Failure::Input(finding.found),
        SourceError::Fault { what, remedy, cause } => Failure::Fault { what, remedy, cause },
    }
}

/// Replaces nothing but a release that is whole to its own manifest.
fn may_replace(
    standing: &Dir,
    problems: impl FnOnce(&Dir) -> Result<Vec<Problem>, VerifyError>,
) -> Result<(), Failure> {
    let path = standing.path();
    if standing
        .names()
        .map_err(|error| Failure::fault("what stands at output-dir cannot be read", error))?
        .is_empty()
    {
        return Ok(());
    }
    let why = match problems(standing) {
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
    const SHOWN: usize = 50;
    let taken = listing.artifacts.iter().map(|artifact| artifact.name.to_string());
    let others = listing.not_taken.iter().map(ToString::to_string);
    let mut names: Vec<String> = taken.chain(others).collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let found = match (names.is_empty(), more) {
        (true, _) => "there are no artifacts".to_owned(),
        (false, 0) => format!("nothing to release in the artifacts found: {}", names.join(", ")),
        (false, more) => {
            format!("nothing to release in the artifacts found: {} and {more} more", names.join(", "))
        }
    };
    Finding::new(
        Rule::NothingSelected,
        None,
        found,
        "at least one file to release",
        "Check `pattern`, and that the jobs before this one uploaded what they built.",
    )
}

/// The artifacts' files on their way in.
struct Intake<'a> {
    staging: &'a Staging,
    algorithms: Algorithms,
    limits: Limits,
    budget: Budget,
    taken: Mutex<Taken>,
}

/// What has come in so far.
#[derive(Default)]
struct Taken {
    files: Vec<(StagedFile, Evidence)>,
    findings: Vec<Finding>,
    /// The first fault by artifact and path, so that which one is told does
    /// not depend on who came first.
    fault: BTreeMap<(String, String), Failure>,
}

impl<'a> Intake<'a> {
    fn new(request: &Prepare, staging: &'a Staging) -> Self {
        Self {
            staging,
            algorithms: request.algorithms,
            limits: Limits::within(request.max_unpacked, request.max_files),
            budget: Budget::new(request.max_unpacked, request.max_files),
            taken: Mutex::default(),
        }
    }

    /// Takes payloads as they arrive. The iterator is walked by this thread,
    /// which is none of the pool's: waiting for a download, it holds no worker
    /// back.
    fn take_all(&self, source: Directory) -> Result<(), Failure> {
        let mut failed = Ok(());
        rayon::in_place_scope(|scope| {
            for payload in source.payloads() {
                match payload {
                    Ok(payload) => self.take(scope, payload),
                    Err(error) => {
                        failed = Err(of_source(error));
                        return;
                    }
                }
            }
        });
        failed
    }

    fn take<'scope>(&'scope self, scope: &rayon::Scope<'scope>, payload: Payload) {
        let Payload { artifact, content } = payload;
        match content {
            Content::Folder(folder) => {
                let folder = Arc::new(folder);
                for path in folder.files().to_vec() {
                    let (artifact, folder) = (Arc::clone(&artifact), Arc::clone(&folder));
                    scope.spawn(move |_| {
                        let done = folder
                            .open(&path)
                            .map_err(|error| Failure::fault("an artifact's file cannot be read", error))
                            .and_then(|(file, entry)| self.copy(&artifact, &path, entry.executable, file));
                        self.note(&artifact, Some(&path), done);
                    });
                }
            }
            Content::Zip(spool) => scope.spawn(move |_| {
                let done = self.unpack(&artifact, spool.reader(), spool.len());
                self.note(&artifact, None, done);
            }),
            Content::File(name, spool) => scope.spawn(move |_| {
                let path = RelativePath::from(name);
                let done = self.copy(&artifact, &path, false, spool.reader());
                self.note(&artifact, Some(&path), done);
            }),
        }
    }

    /// Unpacks an artifact; what is wrong with it is a finding.
    fn unpack(
        &self,
        artifact: &Arc<Artifact>,
        reader: impl io::Read + io::Seek,
        len: u64,
    ) -> Result<(), Failure> {
        let refused = |error| self.refused(artifact, error);
        let mut archive = match ZipArchive::open(reader, len, &self.limits) {
            Ok(archive) => archive,
            Err(error) => return refused(error),
        };
        for number in 0..archive.entries().len() {
            let Some((path, executable)) =
                archive.entries().get(number).map(|entry| (entry.path.clone(), entry.executable))
            else {
                continue;
            };
            let mut writer = self.writer(&path)?;
            match archive.copy_entry(number, &mut writer, &self.budget) {
                Ok(_) => self.examine(artifact, &path, executable, writer)?,
                // The other entries are looked at as well: all findings in one
                // run.
                Err(error) => refused(error)?,
            }
        }
        Ok(())
    }

    fn refused(&self, artifact: &Artifact, error: ArchiveError) -> Result<(), Failure> {
        let name = artifact.name.clone();
        let finding = match error {
            ArchiveError::Refused(refusal) => Finding::new(
                refusal.rule(),
                Some(match refusal.entry_name() {
                    Some(entry) => Place::file(name, entry),
                    None => Place::artifact(name),
                }),
                refusal.found(),
                refusal.expected(),
                refusal.remedy(),
            ),
            ArchiveError::Budget(exceeded) => over_budget(exceeded),
            ArchiveError::Read(cause) => {
                return Err(Failure::fault(format!("the artifact {name} cannot be read"), cause));
            }
            ArchiveError::Write(cause) => {
                return Err(Failure::fault(
                    format!("what the artifact {name} holds cannot be written"),
                    cause,
                ));
            }
        };
        self.lock().findings.push(finding);
        Ok(())
    }

    fn copy(
        &self,
        artifact: &Arc<Artifact>,
        path: &RelativePath,
        executable: bool,
        from: impl io::Read,
    ) -> Result<(), Failure> {
        let mut writer = self.writer(path)?;
        if let Err(error) = copy_within(from, &mut writer, &self.budget) {
            return self.refused(artifact, error);
        }
        self.examine(artifact, path, executable, writer)
    }

    fn writer(&self, path: &RelativePath) -> Result<StagedWriter, Failure> {
        // npm names every package by its SHA-512.
        let npm = path.file_name().has_suffix(".tgz");
        let algorithms = Algorithms { sha512: self.algorithms.sha512 || npm, ..self.algorithms };
        Ok(self.staging.stage(algorithms)?)
    }

    fn examine(
        &self,
        artifact: &Arc<Artifact>,
        path: &RelativePath,
        executable: bool,
        writer: StagedWriter,
    ) -> Result<(), Failure> {
        let (staged, head) = writer.finish()?;
        let place = Place::file(artifact.name.clone(), path.as_str());
        match examine::examine(self.staging, &staged, &head, path, place)? {
            Examined::Known(distribution, generators) => {
                let evidence = Evidence {
                    artifact: Arc::clone(artifact),
                    path: path.clone(),
                    size: staged.size,
                    digests: staged.digests,
                    executable,
                    distribution,
                    generators,
                };
                self.lock().files.push((staged, evidence));
            }
            Examined::Refused(finding) => self.lock().findings.push(*finding),
        }
        Ok(())
    }

    fn note(&self, artifact: &Artifact, path: Option<&RelativePath>, done: Result<(), Failure>) {
        if let Err(failure) = done {
            let key = (artifact.name.to_string(), path.map(ToString::to_string).unwrap_or_default());
            self.lock().fault.insert(key, failure);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All files, by artifact and path, whatever the order in which they came.
    fn finish(self) -> Result<(Vec<(StagedFile, Evidence)>, Vec<Finding>), Failure> {
        let mut taken = self.taken.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, failure)) = taken.fault.pop_first() {
            return Err(failure);
        }
        taken.files.sort_by(|(_, one), (_, other)| {
            let key = |file: &Evidence| (file.artifact.name.clone(), file.path.clone(), file.digests.sha256);
            key(one).cmp(&key(other))
        });
        Ok((taken.files, taken.findings))
    }
}

fn over_budget(exceeded: crate::archive::BudgetExceeded) -> Finding {
    Finding::new(
        Rule::ArchiveLimit,
        None,
        exceeded.to_string(),
        "a run within its limits",
        "Raise `max-unpacked-size` or `max-files` if so much is meant to be released, or select fewer artifacts with `pattern`.",
    )
}

/// Copies a file that is not packed; its bytes count as those of any other.
fn copy_within(
    mut from: impl io::Read,
    to: &mut impl io::Write,
    budget: &Budget,
) -> Result<(), ArchiveError> {
    budget.take_file()?;
    let mut block = vec![0; 128 << 10];
    loop {
        let read = match from.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ArchiveError::Read(error)),
        };
        budget.take_bytes(read as u64)?;
        to.write_all(block.get(..read).unwrap_or_default()).map_err(ArchiveError::Write)?;
    }
}

/// Whether a member of the release must run. In the folders for registries
/// nothing does.
fn is_executable(member: &Member<'_>) -> bool {
    member.planned.folder == Folder::Assets && member.all().any(|(_, file)| file.executable)
}

/// Puts each member of the release where it belongs.
fn place(staging: &Staging, members: &[Member<'_>], files: &[(StagedFile, Evidence)]) -> Result<(), Failure> {
    for folder in Folder::ALL {
        let mut inside = members.iter().filter(|member| member.planned.folder == folder).peekable();
        if inside.peek().is_none() {
            continue;
        }
        let placement = staging.make(folder)?;
        for member in inside {
            if let Some((staged, _)) = files.get(member.planned.evidence) {
                placement.place(staged, &member.planned.name, is_executable(member))?;
            }
        }
    }
    Ok(())
}

/// The manifest's account of one member.
fn file_of(member: &Member<'_>, algorithms: Algorithms) -> File {
    let Member { planned, file, .. } = member;
    let origins = member.all().map(|(planned, file)| Origin {
        artifact: Artifact::clone(&file.artifact),
        path: file.path.clone(),
        action: planned.action(file),
    });
    File {
        name: planned.name.clone(),
        folder: planned.folder,
        kind: file.distribution.kind(),
        project: file.distribution.project().map(str::to_owned),
        version: file.distribution.version().map(|version| version.to_string()),
        size: file.size,
        // What npm needed besides is told as its integrity.
        digests: Digests { sha512: file.digests.sha512.filter(|_| algorithms.sha512), ..file.digests },
        executable: is_executable(member),
        target: member.all().find_map(|(_, file)| file.artifact.name.target()).map(str::to_owned),
        wheel: wheel_of(file),
        npm: npm_of(file),
        origins: origins.collect(),
    }
}

fn wheel_of(file: &Evidence) -> Option<manifest::Wheel> {
    let Distribution::Wheel(wheel) = &file.distribution else { return None };
    let texts = |tags: &TagSet| tags.iter().map(ToString::to_string).collect();
    Some(manifest::Wheel {
        python: texts(wheel.python()),
        abi: texts(wheel.abi()),
        platform: texts(wheel.platform()),
        build: wheel.build().map(ToString::to_string),
        generator: file.generators.clone(),
    })
}

fn npm_of(file: &Evidence) -> Option<manifest::Npm> {
    let Distribution::NpmPackage(package) = &file.distribution else { return None };
    Some(manifest::Npm {
        purl: package.purl(),
        os: package.os().to_vec(),
        cpu: package.cpu().to_vec(),
        libc: package.libc().to_vec(),
        integrity: file.digests.sha512?.integrity(),
    })
}
