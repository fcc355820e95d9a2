//! Payloads come in: unpacked, digested, examined, each as it arrives.
//!
//! What is wrong with an artifact or a file is a finding, and the others are
//! looked at all the same; a fault of the disk or the network ends the run.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::ThreadPool;

use crate::archive::zip::ZipArchive;
use crate::archive::{ArchiveError, Budget, BudgetExceeded, Limits};
use crate::artifact::Artifact;
use crate::digest::Algorithms;
use crate::disk::staging::{StagedWriter, Staging};
use crate::evidence::Evidence;
use crate::evidence::inspect::{self, Examined, InspectOptions};
use crate::filename::RelativePath;
use crate::pipeline::failure::Failure;
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};
use crate::source::{Content, Payload, SourceError};

/// The artifacts' files on their way in.
pub(crate) struct Unpacker<'a> {
    staging: &'a Staging,
    algorithms: Algorithms,
    limits: Limits,
    care: InspectOptions,
    budget: Budget,
    unpacked: Mutex<Unpacked>,
}

/// What has come in.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    /// The files, by artifact and path.
    pub files: Vec<Evidence>,
    /// What is wrong with others.
    pub findings: Vec<Finding>,
    /// The first fault by artifact and path, so that which one is told does
    /// not depend on who came first.
    faults: BTreeMap<(String, String), Failure>,
}

impl<'a> Unpacker<'a> {
    /// Into this staging area, with these digests, within these limits, each
    /// file looked at with this care.
    #[must_use]
    pub(crate) fn new(
        staging: &'a Staging,
        algorithms: Algorithms,
        limits: Limits,
        care: InspectOptions,
    ) -> Self {
        Self {
            staging,
            algorithms,
            limits,
            care,
            budget: Budget::new(limits.unpacked, limits.entries),
            unpacked: Mutex::default(),
        }
    }

    /// Takes payloads as they arrive, up to the first fault. The iterator is
    /// walked by this thread, which is none of the pool's: waiting for a
    /// download, it holds no worker back.
    ///
    /// # Errors
    /// The source's fault. What it finds wrong with one artifact is a finding
    /// like any other.
    pub(crate) fn unpack_all(
        &self,
        pool: &ThreadPool,
        payloads: impl Iterator<Item = Result<Payload, SourceError>>,
    ) -> Result<(), SourceError> {
        pool.in_place_scope(|scope| {
            for payload in payloads {
                if !self.lock().faults.is_empty() {
                    break;
                }
                match payload {
                    Ok(payload) => self.take(scope, payload),
                    Err(SourceError::Refused(findings)) => self.lock().findings.extend(findings),
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
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
            ArchiveError::Refused(refusal) => refusal.finding(match refusal.entry_name() {
                Some(entry) => Place::file(name, entry),
                None => Place::artifact(name),
            }),
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
        match inspect::inspect(self.staging, &staged, &head, &artifact.name, path, &self.care)? {
            Examined::Known(distribution) => {
                let evidence = Evidence {
                    artifact: Arc::clone(artifact),
                    path: path.clone(),
                    staged,
                    rewritten_from: None,
                    executable,
                    distribution,
                };
                self.lock().files.push(evidence);
            }
            Examined::Refused(finding) => self.lock().findings.push(*finding),
        }
        Ok(())
    }

    fn note(&self, artifact: &Artifact, path: Option<&RelativePath>, done: Result<(), Failure>) {
        if let Err(failure) = done {
            let key = (artifact.name.to_string(), path.map(ToString::to_string).unwrap_or_default());
            self.lock().faults.insert(key, failure);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Unpacked> {
        self.unpacked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that came in, by artifact and path, whatever the order in which it
    /// came.
    ///
    /// # Errors
    /// The first fault by artifact and path.
    pub(crate) fn finish(self) -> Result<Unpacked, Failure> {
        let mut unpacked = self.unpacked.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, failure)) = unpacked.faults.pop_first() {
            return Err(failure);
        }
        unpacked.files.sort_by(|one, other| {
            let by_place = one.place().cmp(&other.place());
            by_place.then_with(|| one.staged.digests.sha256.cmp(&other.staged.digests.sha256))
        });
        Ok(unpacked)
    }
}

fn over_budget(exceeded: BudgetExceeded) -> Finding {
    Rule::ArchiveLimit.at(None).found(exceeded.to_string()).expected("a run within its limits")
}

/// Copies a file that is not packed; its bytes count as those of any other.
fn copy_within(
    mut from: impl io::Read,
    to: &mut impl io::Write,
    budget: &Budget,
) -> Result<(), ArchiveError> {
    budget.count_file()?;
    let mut block = vec![0; 128 << 10];
    loop {
        let read = match from.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ArchiveError::Read(error)),
        };
        budget.count_bytes(read as u64)?;
        to.write_all(block.get(..read).unwrap_or_default()).map_err(ArchiveError::Write)?;
    }
}
