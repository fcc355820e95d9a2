//! Rewrite a wheel.
//!
//! 1. `WHEEL` gets its `Tag:` lines expanded and sorted, and the `Build:` of
//!    the file's name; every other header stays.
//! 2. What lies in the `.dist-info` and the `.data` folder moves to the folder
//!    of the canonical spelling.
//! 3. `RECORD` gets the new paths, spelt as the archive spells them, and digest and size of `WHEEL`; its other
//!    rows, their order and its line ends stay.
//! 4. Every other entry is copied as it is packed, in the order in which it
//!    lies. The new entries keep the times and modes of the old ones.
//! 5. The new wheel is inspected like any other, under its new name.
//!
//! The same wheel gives the same bytes every time. Which wheels are to be
//! rewritten, [`crate::normalize::rewritable`] says. One of which that cannot be done
//! without changing more than its spelling keeps its bytes: two files would
//! become one, or the records hold what a copy would not.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Write};

use rayon::prelude::*;
use zip::ZipWriter;
use zip::result::ZipError;

use crate::archive::ArchiveError;
use crate::archive::zip::ZipArchive;
use crate::digest::{Algorithms, Sha256};
use crate::disk::staging::{Staging, StagingError};
use crate::distribution::wheel::{
    MAX_RECORD_BYTES, MAX_WHEEL_BYTES, Record, WheelFilename, WheelMetadata, archive_path,
};
use crate::evidence::inspect::{self, InspectOptions};
use crate::evidence::wheel::WheelContents;
use crate::evidence::{Distribution, Evidence};
use crate::normalize::plan::NamingPolicy;
use crate::normalize::rewritable::{Choice, Chooser, not_rewritten};
use crate::rule::finding::Finding;

/// Why a wheel was not rewritten.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RewriteError {
    /// The staging area failed.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// The disk failed.
    #[error("a wheel cannot be rewritten")]
    Disk(#[source] io::Error),
    /// The wheel cannot be rewritten: a clause that says why.
    #[error("{0}")]
    Unfit(String),
}

impl From<ArchiveError> for RewriteError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Read(cause) | ArchiveError::Write(cause) => Self::Disk(cause),
            ArchiveError::Refused(_) | ArchiveError::Budget(_) => Self::Unfit(error.to_string()),
        }
    }
}

impl From<ZipError> for RewriteError {
    fn from(error: ZipError) -> Self {
        match error {
            // A system error; other errors of that type are the library's, about
            // the archive.
            ZipError::Io(cause) if cause.raw_os_error().is_some() => Self::Disk(cause),
            error => Self::Unfit(format!("it cannot be copied record by record ({error})")),
        }
    }
}

/// Rewrites the wheels that need it. Gives all files in their order, and what
/// is to be reported of wheels that keep their bytes.
///
/// # Errors
/// The disk's, of the first file in order.
pub(crate) fn rewrite_all(
    staging: &Staging,
    files: Vec<Evidence>,
    naming: &NamingPolicy,
    algorithms: Algorithms,
    options: &InspectOptions,
) -> Result<(Vec<Evidence>, Vec<Finding>), RewriteError> {
    let Some(chooser) = Chooser::new(&files, naming) else { return Ok((files, Vec::new())) };
    let results: Vec<_> = files
        .into_par_iter()
        .map(|file| {
            let (filename, contents) = match chooser.choose(&file) {
                Choice::Keep => return Ok((file, None)),
                Choice::KeepSigned(finding) => return Ok((file, Some(*finding))),
                Choice::Rewrite { filename, contents } => (filename, contents),
            };
            match (Wheel { file: &file, filename, contents }).rewrite(staging, algorithms, options) {
                Ok(rewritten) => {
                    staging.discard(&file.staged)?;
                    Ok((rewritten, None))
                }
                Err(RewriteError::Unfit(why)) => {
                    let finding = not_rewritten(&file, &why);
                    Ok((file, Some(finding)))
                }
                Err(fault) => Err(fault),
            }
        })
        .collect();
    let mut files = Vec::with_capacity(results.len());
    let mut findings = Vec::new();
    for result in results {
        let (file, finding) = result?;
        files.push(file);
        findings.extend(finding);
    }
    Ok((files, findings))
}

/// A wheel that is to be rewritten.
struct Wheel<'a> {
    file: &'a Evidence,
    filename: &'a WheelFilename,
    contents: &'a WheelContents,
}

impl Wheel<'_> {
    fn rewrite(
        &self,
        staging: &Staging,
        algorithms: Algorithms,
        options: &InspectOptions,
    ) -> Result<Evidence, RewriteError> {
        let raw = staging.create()?;
        self.write(staging, raw.file(), options)?;
        let staged = raw.finish(algorithms)?;
        let place = self.file.place();
        let name = self.filename.canonical();
        let distribution = inspect::wheel(staging, &staged, name, &place, options)?;
        match &distribution {
            Distribution::Archive { defect: Some(defect), .. } => {
                return Err(RewriteError::Unfit(format!("the rewritten wheel is refused: {defect}")));
            }
            Distribution::Wheel { contents, .. } if !matches!(&contents.record, Some(Ok(check)) if check.wrong.is_empty()) =>
            {
                return Err(RewriteError::Unfit("its RECORD would not match the rewritten files".to_owned()));
            }
            _ => {}
        }
        let rewritten_from = Some(self.file.digest_as_sent());
        Ok(Evidence { staged, rewritten_from, distribution, ..self.file.clone() })
    }

    fn write(&self, staging: &Staging, to: &File, options: &InspectOptions) -> Result<(), RewriteError> {
        let reader = staging.open(&self.file.staged)?;
        let mut archive = ZipArchive::open(reader, self.file.staged.size, &options.limits)?;
        let moves = Moves::new(self.contents.prefix(), &self.filename.canonical_metadata_prefix());
        let record = self.read(&mut archive, "RECORD", MAX_RECORD_BYTES)?;
        let record = Record::read(&record).map_err(|error| RewriteError::Unfit(error.to_string()))?;
        let top = |path: &str| path.split_once('/').map_or(path, |(top, _)| top).to_owned();
        let mut tops: BTreeSet<_> = archive.entries().iter().map(|entry| top(entry.path.as_str())).collect();
        tops.extend(record.rows().map(|row| top(&archive_path(row.path()))));
        moves.have_room(&tops)?;
        let wheel = self.read(&mut archive, "WHEEL", MAX_WHEEL_BYTES)?;
        let wheel = WheelMetadata::rewritten(&wheel, self.filename.build())
            .map_err(|error| RewriteError::Unfit(error.to_string()))?;
        let record = self.new_record(&record, &wheel, &moves);
        // The library holds a directory of its own.
        let _permit = archive.into_permit();
        let mut old = zip::ZipArchive::new(BufReader::new(staging.open(&self.file.staged)?))?;
        let mut new = ZipWriter::new(to);
        for number in 0..old.len() {
            let entry = old.by_index_raw(number)?;
            let path = entry.name()?.into_owned();
            let new_path = moves.new_path(&path);
            let replaced = match path.strip_prefix(self.contents.dist_info.as_str()) {
                Some("/WHEEL") => Some(&wheel),
                Some("/RECORD") => Some(&record),
                _ => None,
            };
            match (replaced, new_path) {
                (Some(bytes), new_path) => {
                    new.start_file(new_path.unwrap_or(path), entry.options())?;
                    new.write_all(bytes).map_err(ZipError::Io)?;
                }
                (None, Some(new_path)) => new.raw_copy_file_rename(entry, new_path)?,
                (None, None) => new.raw_copy_file(entry)?,
            }
        }
        new.finish()?.flush().map_err(ZipError::Io)?;
        Ok(())
    }

    /// A file of the `.dist-info` folder.
    fn read(&self, archive: &mut ZipArchive<File>, name: &str, most: usize) -> Result<Vec<u8>, RewriteError> {
        let path = format!("{}/{name}", self.contents.dist_info);
        let number = archive
            .position(&path)
            .ok_or_else(|| RewriteError::Unfit(format!("there is no `{path}` in it")))?;
        Ok(archive.read_entry(number, most as u64)?)
    }

    fn new_record(&self, record: &Record<'_>, wheel: &[u8], moves: &Moves) -> Vec<u8> {
        let path = |name| format!("{}.dist-info/{name}", self.filename.canonical_metadata_prefix());
        let replaced =
            [(path("WHEEL"), Some((Sha256::of(wheel), wheel.len() as u64))), (path("RECORD"), None)];
        record.rewritten(
            |path| {
                let spelt = archive_path(path);
                moves.new_path(&spelt).or_else(|| (spelt != path).then(|| spelt.into_owned()))
            },
            &replaced,
        )
    }
}

/// The two folders that move.
struct Moves {
    folders: [(String, String); 2],
}

impl Moves {
    fn new(old: &str, new: &str) -> Self {
        Self { folders: [".dist-info/", ".data/"].map(|end| (format!("{old}{end}"), format!("{new}{end}"))) }
    }

    /// Refuses names that the archive or RECORD has already: their files would be
    /// mixed with those that move.
    fn have_room(&self, tops: &BTreeSet<String>) -> Result<(), RewriteError> {
        match self.moving().map(|(_, new)| new.trim_end_matches('/')).find(|new| tops.contains(*new)) {
            Some(existing) => {
                Err(RewriteError::Unfit(format!("`{existing}` is there already, or in its RECORD")))
            }
            None => Ok(()),
        }
    }

    fn moving(&self) -> impl Iterator<Item = &(String, String)> {
        self.folders.iter().filter(|(old, new)| old != new)
    }

    /// Where a file goes that does not stay where it is.
    fn new_path(&self, path: &str) -> Option<String> {
        self.moving().find_map(|(old, new)| Some(format!("{new}{}", path.strip_prefix(old.as_str())?)))
    }
}
