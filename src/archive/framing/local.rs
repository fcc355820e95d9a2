//! Where the entries lie, and whether they say there what the directory says.

use std::io::{Read, Seek};

use super::record::{Cursor, Extra, Local, read_at};
use super::{Entry, MAX_VERSION, Method, check_unicode_path};
use crate::archive::error::{ArchiveError, Flaw, Refusal};
use crate::archive::name;

/// What the directory says of where an entry lies; not needed once verified.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocalHeaderRef {
    /// Where the local header begins.
    pub offset: u64,
    pub flags: u16,
}

/// The flags for the deflate level, which some writers set in one of the two
/// headers alone.
const FLAGS_LEVEL: u16 = 0b110;

/// Reads every local header and descriptor in the order in which they lie,
/// notes where each entry's data begins, and refuses whatever is no entry's.
///
/// The entries must cover the file from its first byte to the directory, so
/// that a reader from the front finds what the directory lists, and no two of
/// them are unpacked from the same bytes.
pub(super) fn walk<R: Read + Seek>(
    reader: &mut R,
    entries: &mut [Entry],
    placed: &[LocalHeaderRef],
    directory: u64,
) -> Result<(), ArchiveError> {
    let mut order: Vec<(LocalHeaderRef, &mut Entry)> = placed.iter().copied().zip(entries).collect();
    for (place, entry) in &order {
        if place.offset.checked_add(Local::LEN as u64).is_none_or(|end| end > directory) {
            return Err(entry.refuse(Flaw::LocalHeader));
        }
    }
    // Stable, so that of two in one place the first of the directory is first.
    order.sort_by_key(|(place, _)| place.offset);

    let gap = |at, to| ArchiveError::from(Refusal::whole(Flaw::Gap { at, bytes: to - at }));
    if let Some((first, _)) = order.first()
        && first.offset > 0
    {
        return Err(gap(0, first.offset));
    }
    let mut covered = 0;
    let mut order = order.into_iter().peekable();
    while let Some((place, entry)) = order.next() {
        let room = EntryBounds {
            end: order.peek().map_or(directory, |(next, _)| next.offset),
            neighbour: order.peek().map(|(_, next)| next.stored_name()),
        };
        let wide = read_header(reader, entry, place, &room)?;
        covered = room.take(entry, entry.data_start, entry.packed)?;
        if entry.has_descriptor {
            covered += read_descriptor(reader, entry, covered, room.end - covered, wide)?;
        }
        if covered != room.end {
            return Err(gap(covered, room.end));
        }
    }
    if covered == directory { Ok(()) } else { Err(gap(covered, directory)) }
}

/// Where an entry has to end, and what lies there.
struct EntryBounds {
    end: u64,
    neighbour: Option<String>,
}

impl EntryBounds {
    /// Where `len` bytes from `at` end, if they do in time.
    fn take(&self, entry: &Entry, at: u64, len: u64) -> Result<u64, ArchiveError> {
        at.checked_add(len).filter(|end| *end <= self.end).ok_or_else(|| {
            entry.refuse(match &self.neighbour {
                Some(neighbour) => Flaw::Overlap(neighbour.clone()),
                None => Flaw::IntoDirectory,
            })
        })
    }
}

/// Compares the local header with the directory, notes where the data begins,
/// and returns whether the sizes of a descriptor have 64 bits.
fn read_header<R: Read + Seek>(
    reader: &mut R,
    entry: &mut Entry,
    place: LocalHeaderRef,
    room: &EntryBounds,
) -> Result<bool, ArchiveError> {
    let fixed_end = room.take(entry, place.offset, Local::LEN as u64)?;
    let mut fixed = [0; Local::LEN];
    read_at(reader, place.offset, &mut fixed).map_err(ArchiveError::Read)?;
    let local = Local::parse(fixed).ok_or_else(|| entry.refuse(Flaw::LocalHeader))?;
    if local.needed > MAX_VERSION {
        return Err(entry.refuse(Flaw::Version(local.needed)));
    }

    // At most 131,070 bytes, and no more than lie before the next entry.
    let variable = usize::from(local.name_len) + usize::from(local.extra_len);
    let data_start = room.take(entry, fixed_end, variable as u64)?;
    let mut bytes = vec![0; variable];
    reader.read_exact(&mut bytes).map_err(ArchiveError::Read)?;
    let (raw_name, extra) = bytes.split_at(local.name_len.into());

    if raw_name != entry.stored_name().as_bytes() {
        return Err(entry.refuse(Flaw::LocalName(name::shown(raw_name))));
    }
    let differs = |field, central, local| Err(entry.refuse(Flaw::LocalDiffers { field, central, local }));
    let bits_differ =
        |field, central, local| Err(entry.refuse(Flaw::LocalBitsDiffer { field, central, local }));
    if (local.flags ^ place.flags) & !FLAGS_LEVEL != 0 {
        return bits_differ("flags", place.flags.into(), local.flags.into());
    }
    if local.method != entry.method.number() {
        return differs("method", entry.method.number().into(), local.method.into());
    }
    let extra = Extra::parse(extra).ok_or_else(|| entry.refuse(Flaw::ExtraField))?;
    check_unicode_path(extra.unicode_path, raw_name)?;

    // Where a descriptor follows, the header may leave all three at 0.
    let agree = |central: u64, local: u64| local == central || (entry.has_descriptor && local == 0);
    if !agree(entry.crc32.into(), local.crc32.into()) {
        return bits_differ("CRC-32", entry.crc32, local.crc32);
    }
    let wide_sizes = wide_sizes(entry, extra)?;
    for (field, central, narrow, wide) in [
        ("size", entry.size, local.size, wide_sizes.map(|(size, _)| size)),
        ("packed size", entry.packed, local.packed, wide_sizes.map(|(_, packed)| packed)),
    ] {
        if let Some(wide) = wide
            && !agree(central, wide)
        {
            return differs(field, central, wide);
        }
        let widened = narrow == u32::MAX && wide.is_some();
        if !widened && !agree(central, narrow.into()) {
            return differs(field, central, narrow.into());
        }
    }
    let wide = extra.zip64.is_some() || entry.size.max(entry.packed) > u32::MAX.into();
    entry.data_start = data_start;
    Ok(wide)
}

/// Size and packed size of a local ZIP64 record, which always holds both
/// (4.5.3).
fn wide_sizes(entry: &Entry, extra: Extra<'_>) -> Result<Option<(u64, u64)>, ArchiveError> {
    let Some(record) = extra.zip64 else { return Ok(None) };
    let mut at = Cursor(record);
    match (at.u64(), at.u64(), at.0) {
        (Some(size), Some(packed), []) => Ok(Some((size, packed))),
        _ => Err(entry.refuse(Flaw::Zip64Entry("in its local header that does not hold two sizes"))),
    }
}

/// Compares the data descriptor (4.3.9) that fills the `len` bytes at `at`, and
/// returns how many these are.
///
/// Its signature is optional and its sizes have 32 or 64 bits, so its form is
/// known by its length alone: a reader from the front could not know it.
fn read_descriptor<R: Read + Seek>(
    reader: &mut R,
    entry: &Entry,
    at: u64,
    len: u64,
    wide: bool,
) -> Result<u64, ArchiveError> {
    let refuse = |what| entry.refuse(Flaw::Descriptor(what));
    let signed = match (len, wide) {
        (12, false) | (20, true) => false,
        (16, false) | (24, true) => true,
        (12 | 16, true) => return Err(refuse("that is too short for its ZIP64 record")),
        (20 | 24, false) => return Err(refuse("with 64-bit sizes that nothing announces")),
        (0, _) => return Err(refuse("by its flags, and none follows it")),
        _ => return Err(refuse("of a length that no descriptor has")),
    };
    let mut bytes = [0; 24];
    let bytes = bytes.get_mut(..usize::try_from(len).unwrap_or(0)).unwrap_or_default();
    read_at(reader, at, bytes).map_err(ArchiveError::Read)?;

    let mut fields = Cursor(bytes);
    if signed && fields.u32() != Some(0x0807_4b50) {
        return Err(refuse("without its signature, or with other bytes behind it"));
    }
    let crc32 = fields.u32();
    let mut size = || if wide { fields.u64() } else { fields.u32().map(u64::from) };
    if (crc32, size(), size()) == (Some(entry.crc32), Some(entry.packed), Some(entry.size)) {
        Ok(len)
    } else {
        Err(refuse("that contradicts the directory"))
    }
}

impl Method {
    const fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflate => 8,
        }
    }
}
