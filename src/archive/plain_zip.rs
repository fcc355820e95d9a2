//! Reading a zip that stays one, as those do who unpack it.
//!
//! Release archives are written by more tools than wheels are: with a script in
//! front of them, names in old encodings, padding between entries, methods that
//! are not read here. What `unzip -t` and Python's zipfile unpack is accepted;
//! [`zip`](super::zip) reads those archives that may have one reading only.
//!
//! 1. The end record is the last one in the file.
//! 2. The directory lies right before it, whatever it says of its place.
//! 3. Each entry's local header says where its content begins, and nothing else.
//!
//! The directory is read one entry at a time, so that its size does not matter.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::error::{ArchiveError, Flaw, Refusal};
use super::framing::record::{Central, Cursor, End, End64, Extra, Local, Locator, read_at};
use super::limits::Limits;
use super::name::shown;

/// A zip of any tool.
pub(crate) struct PlainZip<R> {
    reader: R,
    /// What lies before the archive, in bytes.
    shift: u64,
    /// Where the next entry of the directory lies.
    at: u64,
    /// Where the directory ends.
    end: u64,
    entries: u64,
    limits: Limits,
    unpacked: u64,
}

/// An entry of a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ZipMember {
    /// The name as stored: hostile text.
    pub name: String,
    /// Its Unix mode, with the kind of file; none if it was made on another system.
    pub mode: Option<u32>,
    /// Bytes that it declares to unpack to.
    pub size: u64,
    method: u16,
    is_encrypted: bool,
    crc32: u32,
    packed: u64,
    offset: u64,
}

impl ZipMember {
    /// Whether its name is that of a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with(['/', '\\'])
    }

    /// Whether its content is the target of a symbolic link.
    pub(crate) fn is_link(&self) -> bool {
        self.mode.is_some_and(|mode| mode & 0o170_000 == 0o120_000)
    }

    /// Whether its content can be read here.
    fn is_readable(&self) -> bool {
        !self.is_encrypted && matches!(self.method, STORED | DEFLATED)
    }

    fn refuse(&self, flaw: Flaw) -> ArchiveError {
        Refusal::entry(&self.name, flaw).into()
    }
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The most bytes of a comment of the archive.
const MAX_COMMENT: u64 = u16::MAX as u64;

impl<R: Read + Seek> PlainZip<R> {
    /// Opens the archive that ends with byte `len` of `reader`.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if it has no directory, and
    /// [`ArchiveError::Read`].
    pub(crate) fn open(mut reader: R, len: u64, limits: &Limits) -> Result<Self, ArchiveError> {
        let (end_at, end) = find_end(&mut reader, len)?;
        if end.disk != 0 && end.disk != u16::MAX {
            return Err(Refusal::whole(Flaw::Volumes).into());
        }
        let (end, size, offset) = match find_end64(&mut reader, end_at)? {
            Some((at, wide)) => (at, wide.size, wide.offset),
            None => (end_at, end.size.into(), end.offset.into()),
        };
        let place = || ArchiveError::from(Refusal::whole(Flaw::DirectoryPlace { offset, size, end }));
        let at = end.checked_sub(size).ok_or_else(place)?;
        let shift = at.checked_sub(offset).ok_or_else(place)?;
        Ok(Self { reader, shift, at, end, entries: 0, limits: *limits, unpacked: 0 })
    }

    /// The next entry of the directory; none at its end.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if the directory cannot be read or has more
    /// entries than the limits allow, and [`ArchiveError::Read`].
    pub(crate) fn next_entry(&mut self) -> Result<Option<ZipMember>, ArchiveError> {
        if self.at >= self.end {
            return Ok(None);
        }
        self.entries += 1;
        if self.entries > self.limits.entries {
            let flaw = Flaw::TooManyEntries { declared: self.entries, most: self.limits.entries };
            return Err(Refusal::whole(flaw).into());
        }
        let number = self.entries;
        let broken = || ArchiveError::from(Refusal::whole(Flaw::DirectoryEntry(number)));
        let mut fixed = [0; Central::LEN];
        let left = self.end - self.at;
        // A digital signature may follow the last entry (4.3.13).
        let signature_len = 4.min(left);
        let mut signature = [0; 4];
        let (signature, _) = signature.split_at_mut(usize::try_from(signature_len).unwrap_or(0));
        read_at(&mut self.reader, self.at, signature).map_err(ArchiveError::Read)?;
        if signature == b"PK\x05\x05" {
            return Ok(None);
        }
        if left < Central::LEN as u64 {
            return Err(broken());
        }
        read_at(&mut self.reader, self.at, &mut fixed).map_err(ArchiveError::Read)?;
        let central = Central::parse(fixed).ok_or_else(broken)?;
        let variable = [central.name_len, central.extra_len, central.comment_len].map(u64::from);
        let next = self.at + Central::LEN as u64 + variable.iter().sum::<u64>();
        if next > self.end {
            return Err(broken());
        }
        let mut names = vec![0; usize::from(central.name_len) + usize::from(central.extra_len)];
        read_at(&mut self.reader, self.at + Central::LEN as u64, &mut names).map_err(ArchiveError::Read)?;
        self.at = next;
        let (name, extra) = names.split_at_checked(central.name_len.into()).unwrap_or_default();
        member(&central, name, extra).map(Some).ok_or_else(broken)
    }

    /// Asks, once all entries were read, that there was one.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if there was none: `unzip` takes such a zip for a
    /// broken one.
    pub(crate) fn check_not_empty(&self) -> Result<(), ArchiveError> {
        if self.entries > 0 {
            return Ok(());
        }
        let what = "a zip without files".to_owned();
        Err(Refusal::whole(Flaw::IsAnother { what, expected: "a zip that holds something" }).into())
    }

    /// Writes the unpacked bytes of an entry to `target` and compares them with
    /// their CRC-32. Whether they could be read: not those that are encrypted, or
    /// compressed in a way that is not known here.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if the bytes are not what is declared, or exceed
    /// a limit; [`ArchiveError::Read`] and [`ArchiveError::Write`].
    pub(crate) fn copy_entry(
        &mut self,
        member: &ZipMember,
        target: &mut impl Write,
    ) -> Result<bool, ArchiveError> {
        let start = self.content_start(member)?;
        if !member.is_readable() {
            return Ok(false);
        }
        self.reader.seek(SeekFrom::Start(start)).map_err(ArchiveError::Read)?;
        let mut packed = BufReader::with_capacity(32 << 10, self.reader.by_ref().take(member.packed));
        let limits = (self.limits.unpacked, &mut self.unpacked);
        match member.method {
            DEFLATED => copy(member, DeflateDecoder::new(packed), target, limits)?,
            _ => copy(member, &mut packed, target, limits)?,
        }
        Ok(true)
    }

    fn content_start(&mut self, member: &ZipMember) -> Result<u64, ArchiveError> {
        let wrong = || member.refuse(Flaw::LocalHeader);
        let at = self.shift.checked_add(member.offset).ok_or_else(wrong)?;
        let content = at.checked_add(Local::LEN as u64).filter(|end| *end <= self.end).ok_or_else(wrong)?;
        let mut fixed = [0; Local::LEN];
        read_at(&mut self.reader, at, &mut fixed).map_err(ArchiveError::Read)?;
        let local = Local::parse(fixed).ok_or_else(wrong)?;
        let start = content + u64::from(local.name_len) + u64::from(local.extra_len);
        let end = start.checked_add(member.packed);
        if end.is_none_or(|end| end > self.end) {
            return Err(member.refuse(Flaw::IntoDirectory));
        }
        Ok(start)
    }
}

/// What the directory says of an entry. None if it cannot be read.
fn member(central: &Central, name: &[u8], extra: &[u8]) -> Option<ZipMember> {
    // Padding that is no extra field is passed over, unless sizes stand in one.
    let mut wide = Extra::parse(extra).and_then(|extra| extra.zip64).map(Cursor);
    let mut number = |narrow: u32| match (&mut wide, narrow) {
        (Some(wide), u32::MAX) => wide.u64(),
        (_, narrow) => Some(narrow.into()),
    };
    let size = number(central.size)?;
    let packed = number(central.packed)?;
    let offset = number(central.offset)?;
    Some(ZipMember {
        name: shown(name),
        mode: Some(central.mode()).filter(|mode| central.is_unix() && *mode != 0),
        size,
        method: central.method,
        is_encrypted: central.flags & 1 != 0,
        crc32: central.crc32,
        packed,
        offset,
    })
}

/// The last end record, and where it begins.
fn find_end<R: Read + Seek>(reader: &mut R, len: u64) -> Result<(u64, End), ArchiveError> {
    let tail_at = len.saturating_sub(End::LEN as u64 + MAX_COMMENT);
    let mut tail = vec![0; usize::try_from(len - tail_at).unwrap_or(0)];
    read_at(reader, tail_at, &mut tail).map_err(ArchiveError::Read)?;
    let found = tail.windows(End::LEN).enumerate().rev().find_map(|(at, window)| {
        let end = End::parse(window)?;
        Some((tail_at + at as u64, end))
    });
    found.ok_or_else(|| Refusal::whole(Flaw::NoEnd(len)).into())
}

/// The ZIP64 end record before the end record at `at`, and where it begins.
fn find_end64<R: Read + Seek>(reader: &mut R, at: u64) -> Result<Option<(u64, End64)>, ArchiveError> {
    let Some(locator_at) = at.checked_sub(Locator::LEN as u64) else { return Ok(None) };
    let mut bytes = [0; Locator::LEN];
    read_at(reader, locator_at, &mut bytes).map_err(ArchiveError::Read)?;
    let Some(locator) = Locator::parse(bytes) else { return Ok(None) };
    // Before its locator, or where that says; what lies before the archive moves it.
    for end_at in [locator_at.checked_sub(End64::LEN as u64), Some(locator.offset)].into_iter().flatten() {
        if end_at.checked_add(End64::LEN as u64).is_none_or(|end| end > locator_at) {
            continue;
        }
        let mut bytes = [0; End64::LEN];
        read_at(reader, end_at, &mut bytes).map_err(ArchiveError::Read)?;
        if let Some(end) = End64::parse(bytes) {
            return Ok(Some((end_at, end)));
        }
    }
    Err(Refusal::whole(Flaw::Zip64End("that its locator does not point to")).into())
}

/// Unpacks an entry, and compares it with what is declared. The second part of
/// `limits` counts what all entries unpack to.
fn copy(
    member: &ZipMember,
    mut content: impl Read,
    target: &mut impl Write,
    (most, unpacked): (u64, &mut u64),
) -> Result<(), ArchiveError> {
    let mut block = vec![0; 32 << 10];
    let (mut crc, mut size) = (Crc::new(), 0_u64);
    loop {
        let got = match content.read(&mut block) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(member.refuse(Flaw::Inflate("breaks off")));
            }
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) =>
            {
                return Err(member.refuse(Flaw::Inflate("cannot be inflated")));
            }
            Err(error) => return Err(ArchiveError::Read(error)),
        };
        let bytes = block.get(..got).unwrap_or_default();
        size += got as u64;
        *unpacked += got as u64;
        if size > member.size {
            return Err(member.refuse(Flaw::Larger { declared: member.size, found: size }));
        }
        if *unpacked > most {
            return Err(Refusal::whole(Flaw::UnpackedTooLarge { size: *unpacked, most }).into());
        }
        crc.update(bytes);
        target.write_all(bytes).map_err(ArchiveError::Write)?;
    }
    if size < member.size {
        return Err(member.refuse(Flaw::Smaller { declared: member.size, found: size }));
    }
    if crc.sum() != member.crc32 {
        return Err(member.refuse(Flaw::Crc { declared: member.crc32, found: crc.sum() }));
    }
    Ok(())
}
