//! The raw records of a zip, before any library interprets them.
//!
//! After APPNOTE 6.3.10, to which the numbers of sections refer. Three accounts
//! of every entry lie in a zip: in the central directory, before the entry's
//! data, and sometimes behind it. Readers believe one or another, so that an
//! archive can hold one file for the checker and another for the installer.
//! Here all of them must agree, and together they must be the whole file.

mod end;
mod local;
pub(super) mod record;

use std::io::{BufReader, Read, Seek, SeekFrom};

pub(crate) use self::end::ends_like_zip;
use self::local::LocalHeaderRef;
use self::record::{Central, Cursor, Extra};
use super::error::{ArchiveError, Flaw, Refusal};
use super::limits::{LargePermit, Limits, Purpose};
use super::name::{self, Named};
use crate::filename::{FileNameError, MAX_PATH_BYTES, RelativePath};

/// How an entry's bytes are packed (4.4.5); every other method is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// As they are.
    Stored,
    /// RFC 1951.
    Deflate,
}

/// What an entry is, by its name and its Unix mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A regular file.
    File,
    /// A folder, without content.
    Folder,
    /// A symbolic link, with the path that it leads to as its content. Only in
    /// an archive that is inspected.
    Link,
}

/// A file or folder of an archive, as all accounts of it agree.
///
/// Its sizes and its CRC-32 are still what the archive declares: only
/// unpacking proves them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where it lies in the archive.
    pub path: RelativePath,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes, unpacked.
    pub size: u64,
    /// Bytes in the archive.
    pub packed: u64,
    /// CRC-32 of the unpacked bytes.
    pub crc32: u32,
    /// How it is packed.
    pub method: Method,
    /// Whether its Unix mode lets its owner run it.
    pub executable: bool,
    /// Whether a data descriptor follows it (PyPI refuses those in wheels).
    pub has_descriptor: bool,
    /// Whether the directory has a comment on it (PyPI refuses those too).
    pub has_comment: bool,
    pub(super) data_start: u64,
}

impl Entry {
    pub(super) fn is_folder(&self) -> bool {
        self.kind == EntryKind::Folder
    }

    /// The name as the archive stores it.
    fn stored_name(&self) -> String {
        format!("{}{}", self.path, if self.is_folder() { "/" } else { "" })
    }

    fn named(&self) -> Named<'_> {
        Named { path: &self.path, is_folder: self.is_folder() }
    }

    pub(super) fn refuse(&self, flaw: Flaw) -> ArchiveError {
        Refusal::entry(&self.stored_name(), flaw).into()
    }
}

/// Reads the directory of the zip that is the first `len` bytes of `reader`,
/// and holds it against all other records: files and folders, in its order.
///
/// Takes memory in proportion to the directory, which [`Limits::directory`]
/// bounds, and reads 30 bytes and the name of each entry. The permit comes with
/// a large directory, and must be kept as long as its entries are.
///
/// # Errors
/// [`ArchiveError::Refused`] with the first entry that breaks a rule, and
/// [`ArchiveError::Read`].
pub(crate) fn read_directory<R: Read + Seek>(
    reader: &mut R,
    len: u64,
    limits: &Limits,
) -> Result<(Vec<Entry>, Option<LargePermit>), ArchiveError> {
    let place = end::locate(reader, len)?;
    if place.entries > limits.entries {
        let flaw = Flaw::TooManyEntries { declared: place.entries, most: limits.entries };
        return Err(Refusal::whole(flaw).into());
    }
    if place.size > limits.directory {
        let flaw = Flaw::DirectoryTooLarge { declared: place.size, most: limits.directory };
        return Err(Refusal::whole(flaw).into());
    }
    let permit = LargePermit::for_bytes(place.size, limits.purpose);
    reader.seek(SeekFrom::Start(place.offset)).map_err(ArchiveError::Read)?;
    let mut directory = DirectoryReader {
        reader: BufReader::new(&mut *reader),
        left: place.size,
        purpose: limits.purpose,
        number: 0,
        name: Vec::new(),
        rest: Vec::new(),
    };
    let count = |more| Refusal::whole(Flaw::DirectoryCount { declared: place.entries, more });
    // No more than the directory has room for.
    let room = usize::try_from(place.entries.min(place.size / Central::LEN as u64)).unwrap_or(0);
    let (mut entries, mut placed) = (Vec::with_capacity(room), Vec::with_capacity(room));
    for _ in 0..place.entries {
        if directory.left == 0 {
            return Err(count(false).into());
        }
        let (entry, place) = directory.read_entry()?;
        entries.push(entry);
        placed.push(place);
    }
    if directory.left > 0 {
        return Err(count(true).into());
    }
    check_sizes(&entries, len, limits)?;
    name::check_distinct(entries.iter().map(Entry::named), limits.purpose)?;
    local::walk(reader, &mut entries, &placed, place.offset)?;
    Ok((entries, permit))
}

/// What is declared must be within the limits before anything is inflated.
fn check_sizes(entries: &[Entry], len: u64, limits: &Limits) -> Result<(), ArchiveError> {
    let most = limits.ratio;
    for entry in entries {
        if !limits.allows_ratio(entry.packed, entry.size) {
            return Err(entry.refuse(Flaw::Ratio { packed: entry.packed, size: entry.size, most }));
        }
    }
    let size = entries.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.size));
    if size > limits.unpacked {
        return Err(Refusal::whole(Flaw::UnpackedTooLarge { size, most: limits.unpacked }).into());
    }
    if !limits.allows_ratio(len, size) {
        return Err(Refusal::whole(Flaw::Ratio { packed: len, size, most }).into());
    }
    Ok(())
}

/// The newest version of the format that an entry may ask for (4.4.3.2), in
/// tenths. Python reads nothing of an archive in which one asks for more.
const MAX_VERSION: u16 = 63;

const FLAG_ENCRYPTED: u16 = 1 << 0;
const FLAG_LEVEL: u16 = 0b110;
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const FLAG_STRONG_ENCRYPTION: u16 = 1 << 6;
const FLAG_UTF8: u16 = 1 << 11;
const FLAG_MASKED: u16 = 1 << 13;

/// Reads the directory's entries one after the other.
struct DirectoryReader<R> {
    reader: BufReader<R>,
    /// Bytes of the directory not read yet.
    left: u64,
    purpose: Purpose,
    /// Of the entry being read, from 1.
    number: u64,
    name: Vec<u8>,
    rest: Vec<u8>,
}

impl<R: Read> DirectoryReader<R> {
    fn read_entry(&mut self) -> Result<(Entry, LocalHeaderRef), ArchiveError> {
        self.number += 1;
        let unreadable = ArchiveError::from(Refusal::whole(Flaw::DirectoryEntry(self.number)));
        let mut fixed = [0; Central::LEN];
        if self.take(Central::LEN).is_none() {
            return Err(unreadable);
        }
        self.reader.read_exact(&mut fixed).map_err(ArchiveError::Read)?;
        let Some(central) = Central::parse(fixed) else { return Err(unreadable) };

        let (extra_len, comment_len) = (usize::from(central.extra_len), usize::from(central.comment_len));
        if self.take(usize::from(central.name_len) + extra_len + comment_len).is_none() {
            return Err(unreadable);
        }
        self.name.resize(central.name_len.into(), 0);
        self.rest.resize(extra_len + comment_len, 0);
        self.reader.read_exact(&mut self.name).map_err(ArchiveError::Read)?;
        self.reader.read_exact(&mut self.rest).map_err(ArchiveError::Read)?;
        let extra = self.rest.get(..extra_len).unwrap_or_default();
        judge(&central, &self.name, extra, self.purpose)
    }

    /// Counts bytes about to be read, if the directory still has so many.
    fn take(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes as u64)?;
        Some(())
    }
}

/// What a directory's entry says, if it may say that.
fn judge(
    central: &Central,
    raw_name: &[u8],
    extra: &[u8],
    purpose: Purpose,
) -> Result<(Entry, LocalHeaderRef), ArchiveError> {
    let shown = name::shown(raw_name);
    let refuse = |flaw| ArchiveError::from(Refusal::entry(&shown, flaw));
    let method = judge_method(central).map_err(refuse)?;
    if central.disk != 0 {
        return Err(Refusal::whole(Flaw::Volumes).into());
    }
    let extra = Extra::parse(extra).ok_or_else(|| refuse(Flaw::ExtraField))?;

    // Before anything else is made of a name that may have 65,535 bytes.
    if raw_name.len() > MAX_PATH_BYTES + 1 {
        return Err(refuse(Flaw::Name(FileNameError::TooLong(raw_name.len()))));
    }
    let (path, is_folder) = name::parse(raw_name).map_err(|error| refuse(Flaw::Name(error)))?;
    check_unicode_path(extra.unicode_path, raw_name)?;
    // An extra field may say UTF-8 as well, which not every reader knows.
    if !raw_name.is_ascii() && central.flags & FLAG_UTF8 == 0 {
        return Err(refuse(Flaw::UnflaggedName));
    }

    let (size, packed, offset) = widen(central, extra).map_err(|what| refuse(Flaw::Zip64Entry(what)))?;
    if method == Method::Stored && packed != size {
        return Err(refuse(Flaw::StoredSizes { packed, size }));
    }
    // Some writers deflate even nothing, which takes two bytes.
    if is_folder && (size != 0 || central.crc32 != 0 || packed > 2) {
        return Err(refuse(Flaw::FolderWithContent));
    }
    let kind = judge_attributes(central, is_folder).map_err(|what| refuse(Flaw::NotAFile(what)))?;
    if kind == EntryKind::Link && purpose == Purpose::Unpack {
        return Err(refuse(Flaw::NotAFile("a symbolic link")));
    }
    let entry = Entry {
        path,
        kind,
        size,
        packed,
        crc32: central.crc32,
        method,
        executable: kind == EntryKind::File && central.is_unix() && central.mode() & 0o100 != 0,
        has_descriptor: central.flags & FLAG_DESCRIPTOR != 0,
        has_comment: central.comment_len != 0,
        data_start: 0,
    };
    Ok((entry, LocalHeaderRef { offset, flags: central.flags }))
}

/// How an entry is packed, if its version, flags and method are those of the
/// plain format that every reader knows.
fn judge_method(central: &Central) -> Result<Method, Flaw> {
    if central.needed > MAX_VERSION {
        return Err(Flaw::Version(central.needed));
    }
    if central.flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION | FLAG_MASKED) != 0 {
        return Err(Flaw::Encrypted);
    }
    if central.flags & !(FLAG_LEVEL | FLAG_DESCRIPTOR | FLAG_UTF8) != 0 {
        return Err(Flaw::Flags(central.flags));
    }
    match central.method {
        0 => Ok(Method::Stored),
        8 => Ok(Method::Deflate),
        99 => Err(Flaw::Encrypted),
        other => Err(Flaw::Method(other)),
    }
}

/// Size, packed size and offset. The ZIP64 record holds those that do not fit
/// into the entry's own 32 bits, in this order, and nothing else (4.5.3).
fn widen(central: &Central, extra: Extra<'_>) -> Result<(u64, u64, u64), &'static str> {
    let mut record = extra.zip64.map(Cursor);
    let mut wide = |narrow: u32| match (&mut record, narrow) {
        (Some(record), u32::MAX) => record.u64().ok_or("that is too short"),
        // Without a record the number is what it is: 4,294,967,295.
        (_, narrow) => Ok(narrow.into()),
    };
    let numbers = (wide(central.size)?, wide(central.packed)?, wide(central.offset)?);
    match record {
        Some(Cursor([_, ..])) => Err("that says more than its entry leaves to it"),
        _ => Ok(numbers),
    }
}

/// What an entry is by its attributes, or why it is nothing to be unpacked.
fn judge_attributes(central: &Central, is_folder: bool) -> Result<EntryKind, &'static str> {
    match (central.mode() & 0o170_000, is_folder) {
        (0 | 0o040_000, true) => Ok(EntryKind::Folder),
        (0 | 0o100_000, false) if central.is_dos_folder() => {
            Err("a folder by its attributes and a file by its name")
        }
        (0 | 0o100_000, false) => Ok(EntryKind::File),
        (0o120_000, false) => Ok(EntryKind::Link),
        (0o120_000, true) => Err("a symbolic link by its mode and a folder by its name"),
        (0o100_000, true) => Err("a file by its mode and a folder by its name"),
        (0o040_000, false) => Err("a folder by its mode and a file by its name"),
        (0o020_000, _) => Err("a character device"),
        (0o060_000, _) => Err("a block device"),
        (0o010_000, _) => Err("a FIFO"),
        (0o140_000, _) => Err("a socket"),
        _ => Err("of an unknown type"),
    }
}

/// The Info-ZIP Unicode path (4.6.9), if there is one, must be the name: some
/// readers prefer it.
fn check_unicode_path(field: Option<&[u8]>, raw_name: &[u8]) -> Result<(), ArchiveError> {
    let Some(field) = field else { return Ok(()) };
    let refuse = |flaw| Err(Refusal::entry(&name::shown(raw_name), flaw).into());
    let [1, _, _, _, _, path @ ..] = field else { return refuse(Flaw::ExtraField) };
    // Its CRC-32 of the name says whether it is stale, and so to be ignored;
    // not every reader looks, and if it is the name that need not matter.
    if path == raw_name { Ok(()) } else { refuse(Flaw::UnicodePath(name::shown(path))) }
}

#[cfg(test)]
mod tests;
