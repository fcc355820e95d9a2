//! Unpack, digest and inspect payloads as they arrive.
//!
//! A defect of an artifact or a file is a finding, and the others are inspected
//! all the same; a fault of the disk or the network ends the run.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::ThreadPool;

use crate::archive::zip::ZipArchive;
use crate::archive::{ArchiveError, Budget, BudgetExceeded, Limits};
use crate::artifact::{Artifact, Selection};
use crate::digest::Algorithms;
use crate::disk::staging::{StagedWriter, Staging};
use crate::distribution::is_npm_package_name;
use crate::evidence::inspect::{self, InspectOptions};
use crate::evidence::{Evidence, Mismatch};
use crate::filename::RelativePath;
use crate::pipeline::failure::Failure;
use crate::preflight::unreadable;
use crate::reporter::{Progress, Reporter};
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};
use crate::source::{Content, Payload, SourceError};

/// Unpacks payloads into a staging area.
pub(crate) struct Unpacker<'a> {
    staging: &'a Staging,
    selection: &'a Selection,
    algorithms: Algorithms,
    limits: Limits,
    options: InspectOptions,
    reporter: &'a dyn Reporter,
    budget: Budget,
    unpacked: Mutex<Unpacked>,
}

/// The files of all payloads.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    /// The files, by artifact and path.
    pub files: Vec<Evidence>,
    /// The defects of others.
    pub findings: Vec<Finding>,
    /// Faults by artifact and path, so that the reported one does not depend on
    /// the order of arrival.
    faults: BTreeMap<(String, String), Failure>,
}

impl<'a> Unpacker<'a> {
    /// Into this staging area, with these digests, limits and options; progress
    /// is reported.
    #[must_use]
    pub(crate) fn new(
        staging: &'a Staging,
        selection: &'a Selection,
        algorithms: Algorithms,
        limits: Limits,
        options: InspectOptions,
        reporter: &'a dyn Reporter,
    ) -> Self {
        Self {
            staging,
            selection,
            algorithms,
            limits,
            options,
            reporter,
            budget: Budget::new(limits.unpacked, limits.entries),
            unpacked: Mutex::default(),
        }
    }

    /// Unpacks payloads as they arrive, up to the first fault. This thread, which
    /// is not of the pool, waits for downloads, so that no worker does.
    ///
    /// # Errors
    /// The source's fault. An artifact that it refuses is a finding like any
    /// other.
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
                    Ok(payload) => self.spawn(scope, payload),
                    Err(SourceError::Refused(findings)) => self.lock().findings.extend(findings),
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
    }

    fn spawn<'scope>(&'scope self, scope: &rayon::Scope<'scope>, payload: Payload) {
        let Payload { artifact, content } = payload;
        match content {
            Content::Folder(folder) => {
                let folder = Arc::new(folder);
                for path in folder.files().iter().filter(|path| self.wants(path)).cloned().collect::<Vec<_>>()
                {
                    let (artifact, folder) = (Arc::clone(&artifact), Arc::clone(&folder));
                    scope.spawn(move |_| {
                        let done = folder
                            .open(&path)
                            .map_err(|error| Failure::fault("an artifact's file cannot be read", error))
                            .and_then(|(file, entry)| self.copy(&artifact, &path, entry.executable, file));
                        self.record_fault(&artifact, Some(&path), done);
                    });
                }
            }
            Content::Zip(spool) => scope.spawn(move |_| {
                let done = self.unpack(&artifact, spool.reader(), spool.len());
                self.record_fault(&artifact, None, done);
            }),
            Content::File(name, _) if !self.selection.takes_file(&name) => {}
            Content::File(name, spool) => scope.spawn(move |_| {
                let path = RelativePath::from(name);
                let done = self.copy(&artifact, &path, false, spool.reader());
                self.record_fault(&artifact, Some(&path), done);
            }),
        }
    }

    /// Whether `pattern` selects a file.
    fn wants(&self, path: &RelativePath) -> bool {
        self.selection.takes_file(&path.file_name())
    }

    /// Unpacks an artifact; a defect is a finding.
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
        // One path at a time: all of them may have many megabytes.
        for number in 0..archive.entries().len() {
            let entry = archive.entries().get(number).map(|entry| (entry.path.clone(), entry.executable));
            let Some((path, executable)) = entry else { break };
            if !self.wants(&path) {
                continue;
            }
            let mut writer = self.writer(&path)?;
            match archive.copy_entry(number, &mut writer, &self.budget) {
                Ok(_) => self.inspect(artifact, &path, executable, writer)?,
                // Nothing more can be unpacked, from this artifact or another.
                Err(error @ ArchiveError::Budget(_)) => return refused(error),
                // All findings in one run.
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
                    format!("the files of the artifact {name} cannot be written"),
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
        if let Err(error) = copy_within(path, from, &mut writer, &self.budget) {
            return self.refused(artifact, error);
        }
        self.inspect(artifact, path, executable, writer)
    }

    fn writer(&self, path: &RelativePath) -> Result<StagedWriter, Failure> {
        // npm names every package by its SHA-512.
        let npm = is_npm_package_name(&path.file_name());
        let algorithms = Algorithms { sha512: self.algorithms.sha512 || npm, ..self.algorithms };
        Ok(self.staging.stage(algorithms)?)
    }

    fn inspect(
        &self,
        artifact: &Arc<Artifact>,
        path: &RelativePath,
        executable: bool,
        writer: StagedWriter,
    ) -> Result<(), Failure> {
        let (staged, head) = writer.finish()?;
        self.reporter.progress(Progress::Read(staged.size));
        let distribution =
            inspect::inspect(self.staging, &staged, &head, &artifact.name, path, &self.options)?;
        let file = Evidence {
            artifact: Arc::clone(artifact),
            path: path.clone(),
            staged,
            is_generated: false,
            rewritten_from: None,
            executable,
            distribution,
            mismatch: Mismatch::of(&path.file_name(), &head),
            other_digests: BTreeMap::new(),
        };
        match unreadable::refused(&file) {
            Some(finding) => self.lock().findings.push(finding),
            None => self.lock().files.push(file),
        }
        Ok(())
    }

    fn record_fault(&self, artifact: &Artifact, path: Option<&RelativePath>, done: Result<(), Failure>) {
        if let Err(failure) = done {
            let key = (artifact.name.to_string(), path.map(ToString::to_string).unwrap_or_default());
            self.lock().faults.insert(key, failure);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Unpacked> {
        self.unpacked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files and findings, sorted by artifact and path.
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
    Rule::ArchiveLimit
        .at(None)
        .found(exceeded.to_string())
        .expected("no more than `max-files` and `max-unpacked-size` allow")
}

/// Copies a file that is not in an archive, within the same budget.
#[expect(clippy::expect_used, reason = "the contract of `Read::read`")]
fn copy_within(
    path: &RelativePath,
    mut from: impl io::Read,
    to: &mut impl io::Write,
    budget: &Budget,
) -> Result<(), ArchiveError> {
    budget.count_file(path.as_str().len())?;
    let mut block = vec![0; 128 << 10];
    loop {
        let read = match from.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ArchiveError::Read(error)),
        };
        budget.count_bytes(read as u64)?;
        let (block, _) = block.split_at_checked(read).expect("a reader fills at most the block");
        to.write_all(block).map_err(ArchiveError::Write)?;
    }
}
