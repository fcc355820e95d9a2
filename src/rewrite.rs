//! Carry a rewrite out on a wheel.
//!
//! 1. `WHEEL` gets its `Tag:` lines expanded and sorted, and the `Build:` of
//!    the file's name; every other header stays.
//! 2. What lies in the `.dist-info` and the `.data` folder moves to the folder
//!    of the canonical spelling.
//! 3. `RECORD` gets the new paths, and digest and size of `WHEEL`; its other
//!    rows, their order and its line ends stay.
//! 4. Every other entry is copied as it is packed, in the order in which it
//!    lies. No clock is asked: what is written anew keeps its time and mode.
//! 5. What came out is examined as what came in was, under its new name.
//!
//! The same wheel gives the same bytes every time. Which wheels may be
//! rewritten, [`crate::normalize::mend`] says.

use std::fs::File;
use std::io::{BufReader, Write};

use rayon::prelude::*;
use zip::ZipWriter;
use zip::result::ZipError;

use crate::archive::ArchiveError;
use crate::archive::zip::ZipArchive;
use crate::digest::{Algorithms, Sha256};
use crate::distribution::Distribution;
use crate::distribution::wheel::{
    MAX_RECORD_BYTES, MAX_WHEEL_BYTES, Record, RecordError, WheelFilename, WheelMetadata, WheelMetadataError,
};
use crate::evidence::Evidence;
use crate::evidence::wheel::WheelContents;
use crate::examine::{self, Care, Examined, Known};
use crate::staging::{StagedFile, Staging, StagingError};

/// Why a wheel could not be rewritten. It was read and found in order before,
/// so it is nobody's fault but the disk's or this program's.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// The staging area failed.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// What was read a moment ago cannot be read again.
    #[error("the wheel cannot be read again")]
    Archive(#[from] ArchiveError),
    /// A zip library reads it otherwise than this program, or cannot write it.
    #[error("the wheel cannot be copied")]
    Zip(#[from] ZipError),
    /// A file that was there is not.
    #[error("`{0}` is no longer in the wheel")]
    Missing(String),
    /// RECORD was read a moment ago.
    #[error("RECORD cannot be read again")]
    Record(#[from] RecordError),
    /// So was WHEEL.
    #[error("WHEEL cannot be read again")]
    Wheel(#[from] WheelMetadataError),
    /// What was written is no wheel.
    #[error("the rewritten wheel is refused: {0}")]
    Refused(String),
}

/// Rewrites some of the files, in place of which those that come out stand.
///
/// # Errors
/// That of the first file by index.
pub fn rewrite_all(
    staging: &Staging,
    files: &mut [(StagedFile, Evidence)],
    chosen: &[usize],
    algorithms: Algorithms,
    care: &Care,
) -> Result<(), RewriteError> {
    let rewritten: Vec<_> = chosen
        .par_iter()
        .filter_map(|index| files.get(*index).map(|(staged, file)| (*index, staged, file)))
        .filter_map(|(index, staged, file)| match (&file.distribution, &file.wheel) {
            (Distribution::Wheel(filename), Some(contents)) => {
                let wheel = Wheel { staged, file, filename, contents };
                Some((index, wheel.rewrite(staging, algorithms, care)))
            }
            _ => None,
        })
        .collect();
    for (index, result) in rewritten {
        let new = result?;
        if let Some(slot) = files.get_mut(index) {
            staging.discard(&slot.0)?;
            *slot = new;
        }
    }
    Ok(())
}

/// A wheel that is to be rewritten.
struct Wheel<'a> {
    staged: &'a StagedFile,
    file: &'a Evidence,
    filename: &'a WheelFilename,
    contents: &'a WheelContents,
}

impl Wheel<'_> {
    fn rewrite(
        &self,
        staging: &Staging,
        algorithms: Algorithms,
        care: &Care,
    ) -> Result<(StagedFile, Evidence), RewriteError> {
        let raw = staging.create()?;
        self.write(staging, raw.file(), care)?;
        let staged = raw.seal(algorithms)?;
        let place = self.file.place();
        let examined = examine::wheel(staging, &staged, self.filename.canonical(), &place, care)?;
        let known = match examined {
            Examined::Known(known) => known,
            Examined::Refused(finding) => return Err(RewriteError::Refused(finding.found)),
        };
        let Known { distribution, wheel, flaw } = known;
        let evidence = Evidence {
            size: staged.size,
            digests: staged.digests,
            rewritten_from: Some(self.file.digests.sha256),
            distribution,
            wheel,
            flaw,
            ..self.file.clone()
        };
        Ok((staged, evidence))
    }

    fn write(&self, staging: &Staging, to: &File, care: &Care) -> Result<(), RewriteError> {
        let moves = Moves::new(self.contents.prefix(), &self.filename.canonical_metadata_prefix());
        let (wheel, record) = self.new_metadata(staging, &moves, care)?;
        let mut old = zip::ZipArchive::new(BufReader::new(staging.open(self.staged)?))?;
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

    /// The new `WHEEL` and the new `RECORD`.
    fn new_metadata(
        &self,
        staging: &Staging,
        moves: &Moves,
        care: &Care,
    ) -> Result<(Vec<u8>, Vec<u8>), RewriteError> {
        let reader = BufReader::new(staging.open(self.staged)?);
        let mut archive = ZipArchive::open(reader, self.staged.size, &care.limits)?;
        let mut read = |name: &str, most: usize| {
            let path = format!("{}/{name}", self.contents.dist_info);
            let number = archive.position(&path).ok_or(RewriteError::Missing(path))?;
            Ok::<_, RewriteError>(archive.read_entry(number, most as u64)?)
        };
        let wheel = WheelMetadata::rewritten(&read("WHEEL", MAX_WHEEL_BYTES)?, self.filename.build())?;
        let record = Record::read(&read("RECORD", MAX_RECORD_BYTES)?)?;
        let path = format!("{}.dist-info/WHEEL", self.filename.canonical_metadata_prefix());
        let replaced = [(path, Sha256::of(&wheel), wheel.len() as u64)];
        let record = record.rewritten(|path| moves.new_path(path), &replaced);
        Ok((wheel, record))
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

    /// Where a file goes that does not stay where it is.
    fn new_path(&self, path: &str) -> Option<String> {
        self.folders
            .iter()
            .filter(|(old, new)| old != new)
            .find_map(|(old, new)| Some(format!("{new}{}", path.strip_prefix(old.as_str())?)))
    }
}
