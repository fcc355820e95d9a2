//! Where the central directory lies, by the records at the end of the file.

use std::io::{Read, Seek, SeekFrom};

use super::record::{Central, End, End64, Locator, read_at};
use crate::archive::error::{ArchiveError, Flaw, Refusal};

/// What the end of the file says of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DirectoryPlace {
    pub offset: u64,
    pub size: u64,
    pub entries: u64,
}

const SATURATED_16: u16 = u16::MAX;
const SATURATED_32: u32 = u32::MAX;

/// Finds the directory.
///
/// Readers look for the end record in different ways: at the very end, from
/// behind, or wherever a comment length fits. Only a file in which all of them
/// find the same record is read.
pub(super) fn locate<R: Read + Seek>(reader: &mut R, len: u64) -> Result<DirectoryPlace, ArchiveError> {
    let (at, end) = find_end(reader, len)?;
    if end.disk != 0 || end.directory_disk != 0 || end.entries_here != end.entries {
        return Err(Refusal::whole(Flaw::Volumes).into());
    }
    let (place, ends_at) = match find_end64(reader, at)? {
        Some((at64, end64)) => (widen(end, end64)?, at64),
        None if end.size == SATURATED_32 || end.offset == SATURATED_32 => {
            return Err(Refusal::whole(Flaw::Zip64End("by its end record, and none lies before that")).into());
        }
        None => {
            let place = DirectoryPlace {
                offset: end.offset.into(),
                size: end.size.into(),
                entries: end.entries.into(),
            };
            (place, at)
        }
    };
    if place.offset.checked_add(place.size) != Some(ends_at) {
        let DirectoryPlace { offset, size, .. } = place;
        return Err(Refusal::whole(Flaw::DirectoryPlace { offset, size, end: ends_at }).into());
    }
    Ok(place)
}

/// Whether Python's `zipfile.is_zipfile` takes the file for a zip: its last end
/// record is whole, and names no files, or a directory that lies before it.
///
/// # Errors
/// [`ArchiveError::Read`].
pub(crate) fn ends_like_zip<R: Read + Seek>(reader: &mut R) -> Result<bool, ArchiveError> {
    let len = reader.seek(SeekFrom::End(0)).map_err(ArchiveError::Read)?;
    let tail_at = len.saturating_sub((End::LEN + usize::from(u16::MAX) + 1) as u64);
    // At most 65,558 bytes.
    let mut tail = vec![0; usize::try_from(len - tail_at).unwrap_or(0)];
    read_at(reader, tail_at, &mut tail).map_err(ArchiveError::Read)?;
    let last = tail.windows(End::SIGNATURE.len()).rposition(|window| window == End::SIGNATURE);
    let Some(at) = last else { return Ok(false) };
    let record = tail.get(at..).and_then(|rest| rest.get(..End::LEN));
    let Some(end) = record.and_then(End::parse) else { return Ok(false) };
    if (end.entries, end.size, end.offset) == (0, 0, 0) {
        return Ok(true);
    }
    let Some(directory_at) = (tail_at + at as u64).checked_sub(end.size.into()) else { return Ok(false) };
    let mut directory = [0; Central::LEN];
    let is_there = read_at(reader, directory_at, &mut directory).is_ok();
    Ok(is_there && Central::parse(directory).is_some())
}

/// The one end record, and where it begins.
fn find_end<R: Read + Seek>(reader: &mut R, len: u64) -> Result<(u64, End), ArchiveError> {
    let most = (End::LEN + usize::from(u16::MAX)) as u64;
    let tail_at = len.saturating_sub(most);
    // At most 65,557 bytes.
    let mut tail = vec![0; usize::try_from(len - tail_at).unwrap_or(0)];
    read_at(reader, tail_at, &mut tail).map_err(ArchiveError::Read)?;

    let mut last: Option<(u64, End, u64)> = None;
    for (at, window) in tail.windows(End::LEN).enumerate() {
        let Some(end) = End::parse(window) else { continue };
        let comment = (tail.len() - at - End::LEN) as u64;
        let at = tail_at + at as u64;
        // An earlier record (that of a stored archive in this archive, say) is
        // harmless, unless its comment would reach to the end.
        if let Some((earlier, end, comment)) = last
            && u64::from(end.comment_len) == comment
        {
            return Err(Refusal::whole(Flaw::SeveralEnds(earlier, at)).into());
        }
        last = Some((at, end, comment));
    }
    // The first four bytes of a record in the last 21 bytes: some would take it.
    let cut = tail.len().saturating_sub(End::LEN - 1);
    let stub = tail.get(cut..).is_some_and(|rest| rest.windows(4).any(|window| window == End::SIGNATURE));
    match last {
        Some((at, end, comment)) if u64::from(end.comment_len) == comment => {
            if stub {
                return Err(Refusal::whole(Flaw::SeveralEnds(at, tail_at + cut as u64)).into());
            }
            Ok((at, end))
        }
        Some((_, end, found)) => {
            let declared = end.comment_len.into();
            Err(Refusal::whole(Flaw::CommentLength { declared, found }).into())
        }
        None => Err(Refusal::whole(Flaw::NoEnd(len)).into()),
    }
}

/// The ZIP64 end record before the end record at `at`, if there is a locator
/// between the two, and where it begins.
fn find_end64<R: Read + Seek>(reader: &mut R, at: u64) -> Result<Option<(u64, End64)>, ArchiveError> {
    let refuse = |what| Err(Refusal::whole(Flaw::Zip64End(what)).into());
    let Some(locator_at) = at.checked_sub(Locator::LEN as u64) else { return Ok(None) };
    let mut bytes = [0; Locator::LEN];
    read_at(reader, locator_at, &mut bytes).map_err(ArchiveError::Read)?;
    let Some(locator) = Locator::parse(bytes) else { return Ok(None) };
    // Some writers count the disks from 0.
    if locator.disk != 0 || locator.disks > 1 {
        return Err(Refusal::whole(Flaw::Volumes).into());
    }
    let Some(end_at) = locator_at.checked_sub(End64::LEN as u64) else {
        return refuse("for which there is no room");
    };
    if locator.offset != end_at {
        return refuse("that does not end where its locator begins");
    }
    let mut bytes = [0; End64::LEN];
    read_at(reader, end_at, &mut bytes).map_err(ArchiveError::Read)?;
    match End64::parse(bytes) {
        None => refuse("that its locator does not point to"),
        Some(end) if end.rest != (End64::LEN - 12) as u64 => refuse("with data of another kind in it"),
        Some(end) => Ok(Some((end_at, end))),
    }
}

/// Each number of the end record is the wide one, or says that it is too small
/// for it.
fn widen(end: End, wide: End64) -> Result<DirectoryPlace, ArchiveError> {
    if wide.disk != 0 || wide.directory_disk != 0 || wide.entries_here != wide.entries {
        return Err(Refusal::whole(Flaw::Volumes).into());
    }
    let agree = (end.entries == SATURATED_16 || u64::from(end.entries) == wide.entries)
        && (end.size == SATURATED_32 || u64::from(end.size) == wide.size)
        && (end.offset == SATURATED_32 || u64::from(end.offset) == wide.offset);
    if !agree {
        return Err(Refusal::whole(Flaw::Zip64End("that its end record contradicts")).into());
    }
    Ok(DirectoryPlace { offset: wide.offset, size: wide.size, entries: wide.entries })
}
