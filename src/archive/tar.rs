//! Reading a tar in order, compressed or not, to see what it is.
//!
//! Nothing of a tar is ever unpacked into a folder here: it is asked for the
//! names of its entries and for the content of a few small ones. The headers
//! are read raw, because a long name can have any length: 1 MB of gzip became
//! 1.1 GB of memory in a library that reads it whole.

mod header;
mod pax;

use std::io::{BufRead, Write};

use self::header::{BLOCK, Header, is_dirty, text};
use self::pax::Pax;
use super::compression::Decompressed;
use super::error::{ArchiveError, Flaw, Refusal};
use super::limits::{LargePermit, Limits, Purpose};
use super::magic::describe;
use super::name;
use crate::distribution::archive_name::Codec;
use crate::filename::FileNameError;

/// The most bytes of one extended header (a long name, or pax records).
pub(crate) const MAX_EXTENDED: u64 = 1 << 20;

/// Whether a file that begins with `head` could be read as a tar that is not
/// compressed: its first block is a header, or says that it is one.
#[must_use]
pub(crate) fn begins_like_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<BLOCK>() else { return false };
    Header::parse(block).is_ok() || block.get(257..262) == Some(b"ustar")
}

/// What an entry of a tar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TarKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    SymbolicLink,
    /// Another name for an earlier entry.
    HardLink,
    /// A file with holes; its content here is not the file's (PyPI refuses it).
    Sparse,
    /// A device, a FIFO, or whatever else this type letter stands for.
    Other(u8),
}

/// An entry of a tar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TarEntry {
    /// The name as stored: hostile text.
    pub name: String,
    /// What a link points at, as stored; empty for everything else.
    pub target: String,
    /// What it is.
    pub kind: TarKind,
    /// Bytes of content.
    pub size: u64,
    /// Whether its owner may execute it.
    pub is_executable: bool,
    /// What some reader reads otherwise, and most do not mind: a clause that
    /// follows the name. A package may have none.
    pub ambiguity: Option<&'static str>,
}

impl TarEntry {
    /// What the archive is refused for if nobody may read it otherwise.
    pub(crate) fn differs(&self, what: &'static str) -> Refusal {
        Refusal::entry(&self.name, Flaw::TarHeaders(what))
    }

    /// What the archive is refused for if it may hold nothing of this kind: `what`
    /// is a noun with its article.
    pub(crate) fn is_no_file(&self, what: &'static str) -> Refusal {
        Refusal::entry(&self.name, Flaw::NotAFile(what))
    }

    /// What the archive is refused for if no reader should follow this name.
    pub(crate) fn misnamed(&self, error: FileNameError) -> Refusal {
        Refusal::entry(&self.name, Flaw::Name(error))
    }

    /// What the archive is refused for if its name may be there once only.
    pub(crate) fn is_twice(&self) -> Refusal {
        Refusal::entry(&self.name, Flaw::Duplicate { other: None })
    }

    /// What the archive is refused for if another entry makes a folder of this
    /// file, or a file of this folder.
    pub(crate) fn is_file_and_folder(&self) -> Refusal {
        Refusal::entry(&self.name, Flaw::FileAndFolder)
    }

    /// The parts of the name; those that name no folder, an empty one and `.`,
    /// are left out.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        parts(&self.name)
    }
}

/// A tar, read from its front.
///
/// Several entries may bear one name, of which readers take the last: who
/// looks for a file must look at all entries. What lets readers differ on
/// where entries lie is refused; what merely lets them differ on one entry is
/// its [`ambiguity`](TarEntry::ambiguity).
pub(crate) struct TarReader<R: BufRead> {
    stream: Decompressed<R>,
    /// Bytes of the current entry that nobody has read yet.
    left: u64,
    /// Bytes behind it, up to the next block.
    padding: u64,
    /// Entries begun.
    entries: u64,
    most_entries: u64,
    /// The current entry's name, for errors.
    name: String,
    /// What some reader reads otherwise of the extended headers behind the
    /// current entry, a global one among them.
    extension: Extension,
    state: State,
    purpose: Purpose,
    /// What permits it to hold a large entry.
    permit: Option<LargePermit>,
}

/// Extended headers that no entry has followed yet.
#[derive(Clone, Copy, Default)]
struct Extension {
    /// What some reader reads otherwise of them, or cannot read.
    ambiguity: Option<&'static str>,
    has_global: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Within,
    /// Read to its end, behind which lies what no reader reads, or nothing.
    End {
        has_more: bool,
    },
}

/// What extended headers have said of the entry that follows them.
#[derive(Default)]
struct Extended {
    pax: Option<Pax>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

impl Extended {
    const fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none() && self.long_link.is_none()
    }
}

impl<R: BufRead> TarReader<R> {
    /// Reads the tar within `reader`, which is compressed in that way.
    ///
    /// Of the limits, `unpacked` and `ratio` bound what is decompressed, and
    /// `entries` their number.
    pub(crate) fn new(reader: R, codec: Codec, limits: &Limits) -> Self {
        Self {
            stream: Decompressed::new(reader, codec, *limits),
            left: 0,
            padding: 0,
            entries: 0,
            most_entries: limits.entries,
            name: String::new(),
            extension: Extension { ambiguity: None, has_global: false },
            state: State::Start,
            purpose: limits.purpose,
            permit: None,
        }
    }

    /// The next entry, passing over what was not read of the current one;
    /// none at the end. The folder that the tar itself stands for (`./`) is
    /// passed over.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if the tar is broken, lets readers differ on
    /// where entries lie, or exceeds a limit, and [`ArchiveError::Read`].
    pub(crate) fn next_entry(&mut self) -> Result<Option<TarEntry>, ArchiveError> {
        if matches!(self.state, State::End { .. }) {
            return Ok(None);
        }
        let mut extended = Extended::default();
        loop {
            self.skip_content()?;
            let Some(block) = self.next_block()? else {
                if !extended.is_empty() {
                    return Err(refuse(Flaw::Tar("ends behind an extended header")));
                }
                return Ok(None);
            };
            let header = Header::parse(&block).map_err(|flaw| self.refuse_header(flaw, &block))?;
            self.state = State::Within;
            if self.read_extended(&header, &mut extended)? {
                continue;
            }
            let entry = self.begin(&header, std::mem::take(&mut extended))?;
            let is_root = entry.kind == TarKind::Folder && matches!(entry.name.as_str(), "." | "./");
            if !is_root {
                return Ok(Some(entry));
            }
        }
    }

    /// What a package is refused for once the end was reached: a global header
    /// behind the last entry, of which Python's tarfile makes an error, or
    /// anything but zeros behind the end, which readers pass over.
    pub(crate) fn trailing(&self) -> Option<Refusal> {
        let State::End { has_more } = self.state else { return None };
        if self.extension.has_global {
            return Some(Refusal::whole(Flaw::TarHeaders("has a global header behind its last entry")));
        }
        has_more.then(|| Refusal::whole(Flaw::Tar("has bytes behind its end")))
    }

    /// The next header's block; none at the end.
    fn next_block(&mut self) -> Result<Option<[u8; BLOCK]>, ArchiveError> {
        if self.state == State::Start {
            let codec = self.stream.codec();
            check_magic(self.stream.packed_head()?, codec)?;
        }
        let mut block = [0; BLOCK];
        let got = self.stream.fill(&mut block)?;
        if got > 0 && block.iter().any(|byte| *byte != 0) {
            let head = block.get(..got).unwrap_or(&block);
            return match got {
                BLOCK => Ok(Some(block)),
                _ if self.state == State::Start && describe(head).is_some() => {
                    Err(refuse(not_a_tar(head, self.stream.codec())))
                }
                _ => Err(refuse(Flaw::BreaksOff("a header"))),
            };
        }
        let mut second = [0; BLOCK];
        self.stream.fill(&mut second)?;
        if second.iter().any(|byte| *byte != 0) {
            // Most readers stop at one block of zeros, and npm at two.
            return Err(refuse(Flaw::TarHeaders("goes on behind a single block of zeros")));
        }
        self.state = State::End { has_more: self.is_followed()? };
        Ok(None)
    }

    fn refuse_header(&self, flaw: Flaw, block: &[u8; BLOCK]) -> ArchiveError {
        match (self.state, flaw) {
            (State::Start, Flaw::Tar(_)) if describe(block) != Some("a plain tar") => {
                refuse(not_a_tar(block, self.stream.codec()))
            }
            (_, flaw) => refuse(flaw),
        }
    }

    /// The content of the current entry, as far as it was not read yet.
    ///
    /// # Errors
    /// If that is more than `most` bytes, and as [`TarReader::next_entry`]. If it
    /// is large, this waits until no other archive holds such a one.
    pub(crate) fn read_entry(&mut self, most: u64) -> Result<Vec<u8>, ArchiveError> {
        if self.left > most {
            let flaw = Flaw::TooLargeToRead { size: self.left, most };
            return Err(Refusal::entry(&self.name, flaw).into());
        }
        // A decoder with a window has a permit already, and waits for no other.
        let has_window = !matches!(self.stream.codec(), Codec::Store | Codec::Gzip);
        if self.permit.is_none() && !has_window {
            self.permit = LargePermit::for_bytes(self.left, self.purpose);
        }
        let mut content = Vec::new();
        self.copy_entry(&mut content)?;
        Ok(content)
    }

    /// Writes the content of the current entry, as far as it was not read yet,
    /// to `target`.
    ///
    /// # Errors
    /// As [`TarReader::next_entry`], and [`ArchiveError::Write`].
    pub(crate) fn copy_entry(&mut self, target: &mut impl Write) -> Result<u64, ArchiveError> {
        let bytes = self.left;
        self.pass(bytes, |block| target.write_all(block).map_err(ArchiveError::Write))?;
        self.left = 0;
        Ok(bytes)
    }

    /// Takes in a header that speaks of the one after it, if it is one.
    fn read_extended(&mut self, header: &Header, extended: &mut Extended) -> Result<bool, ArchiveError> {
        let typeflag = header.typeflag();
        match typeflag {
            b'x' | b'g' | b'L' | b'K' => {}
            b'N' | b'X' => {
                return Err(refuse(Flaw::TarHeaders("has an extended header of a type that only npm reads")));
            }
            _ => return Ok(false),
        }
        let size = header.size().map_err(refuse)?;
        if size > MAX_EXTENDED {
            return Err(refuse(Flaw::ExtendedHeaderTooLarge { size, most: MAX_EXTENDED }));
        }
        if header.name().is_empty() || !header.link_name().is_empty() {
            return Err(refuse(Flaw::TarHeaders("has an extended header that npm passes over")));
        }
        self.extension.ambiguity = self.extension.ambiguity.or_else(|| header.ambiguity());
        self.extension.has_global |= typeflag == b'g';
        self.set_content(size);
        let content = self.read_entry(MAX_EXTENDED)?;
        let is_first = match typeflag {
            b'L' => extended.long_name.replace(long_text(&content).map_err(refuse)?).is_none(),
            b'K' => extended.long_link.replace(long_text(&content).map_err(refuse)?).is_none(),
            b'x' => extended.pax.replace(Pax::parse(&content).map_err(refuse)?).is_none(),
            _ if Pax::parse(&content).map_err(refuse)?.changes_reading() => {
                let flaw =
                    Flaw::TarHeaders("gives all its entries one name, size or link by a global header");
                return Err(refuse(flaw));
            }
            _ => true,
        };
        if is_first {
            Ok(true)
        } else {
            Err(refuse(Flaw::TarHeaders("has two extended headers for one entry")))
        }
    }

    /// Puts together what the headers say of an entry.
    fn begin(&mut self, header: &Header, extended: Extended) -> Result<TarEntry, ArchiveError> {
        self.entries += 1;
        let most = self.most_entries;
        if self.entries > most {
            return Err(refuse(Flaw::TooManyEntries { declared: self.entries, most }));
        }
        let pax = extended.pax.unwrap_or_default();
        let size = header.size().and_then(|declared| pax.size(declared));
        let long_name = one_of(pax.path, extended.long_name).map_err(refuse)?;
        let long_link = one_of(pax.link_path, extended.long_link).map_err(refuse)?;
        let has_own_name = long_name.is_none();
        let raw_name = long_name.unwrap_or_else(|| header.name());
        self.name = name::shown(&raw_name);
        let extension = std::mem::take(&mut self.extension);
        let refuse_entry = |flaw| ArchiveError::from(Refusal::entry(&self.name, flaw));
        let size = size.map_err(refuse_entry)?;
        let kind = kind(header.typeflag(), &raw_name, pax.is_sparse);
        let is_link = matches!(kind, TarKind::SymbolicLink | TarKind::HardLink);
        let has_link_name = !header.link_name().is_empty() || long_link.is_some();
        if size != 0
            && let Some(flaw) = misplaces_content(kind, &raw_name, has_link_name)
        {
            return Err(refuse_entry(Flaw::TarHeaders(flaw)));
        }
        let is_odd_folder = match header.typeflag() {
            b'0' | b'7' => kind == TarKind::Folder,
            0 => kind == TarKind::Folder && !has_own_name,
            _ => false,
        };
        let ambiguity = match kind {
            _ if raw_name.is_empty() => Some("has no name"),
            _ if is_odd_folder => Some("is a file, and has the name of a folder"),
            _ if has_link_name && !is_link => Some("is no link, and has the target of one"),
            _ if is_link && !has_link_name => Some("is a link, and has no target"),
            TarKind::Other(b'3' | b'4' | b'6') => header.ambiguity(),
            TarKind::Other(_) => Some("is of a type that readers read differently"),
            _ => pax.ambiguity.or_else(|| header.ambiguity()),
        };
        let ambiguity = ambiguity.or(extension.ambiguity);
        let target = long_link.unwrap_or_else(|| header.link_name().to_owned());
        if header.sparse_map_goes_on() {
            self.skip_sparse_map()?;
        }
        self.set_content(size);
        let target = if is_link { name::shown(&target) } else { String::new() };
        let is_executable = header.is_executable();
        Ok(TarEntry { name: self.name.clone(), target, kind, size, is_executable, ambiguity })
    }

    fn skip_sparse_map(&mut self) -> Result<(), ArchiveError> {
        let mut block = [0; BLOCK];
        loop {
            self.read_exact(&mut block)?;
            if block.get(504).is_none_or(|flag| *flag == 0) {
                return Ok(());
            }
        }
    }

    const fn set_content(&mut self, size: u64) {
        self.left = size;
        self.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    }

    fn skip_content(&mut self) -> Result<(), ArchiveError> {
        // Apart, since their sum need not fit.
        self.pass(self.left, |_| Ok(()))?;
        self.pass(self.padding, |_| Ok(()))?;
        self.set_content(0);
        Ok(())
    }

    fn pass(
        &mut self,
        mut bytes: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let mut buffer = [0; 8 << 10];
        while bytes > 0 {
            let most = usize::try_from(bytes).unwrap_or(usize::MAX).min(buffer.len());
            let (block, _) = buffer.split_at_mut(most);
            self.read_exact(block)?;
            take(block)?;
            bytes -= most as u64;
        }
        Ok(())
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> Result<(), ArchiveError> {
        if self.stream.fill(buffer)? == buffer.len() {
            Ok(())
        } else {
            Err(refuse(Flaw::BreaksOff("an entry")))
        }
    }

    /// Reads on to the end, which proves gzip's last checksum; whether anything
    /// but zeros was there.
    fn is_followed(&mut self) -> Result<bool, ArchiveError> {
        let mut buffer = [0; 8 << 10];
        let mut is_followed = false;
        loop {
            match self.stream.fill(&mut buffer) {
                Ok(0) => return Ok(is_followed),
                Ok(got) => is_followed |= buffer.iter().take(got).any(|byte| *byte != 0),
                // All that was packed is there.
                Err(ArchiveError::Refused(refusal)) if refusal.is_broken_off() => {
                    let codec = self.stream.codec().as_str();
                    return Err(refuse(Flaw::Stream { codec, what: "does not end where its tar does" }));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// The parts of a path, without the empty ones and `.`.
pub(crate) fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !matches!(*part, "" | "."))
}

fn refuse(flaw: Flaw) -> ArchiveError {
    Refusal::whole(flaw).into()
}

fn check_magic(head: &[u8], codec: Codec) -> Result<(), ArchiveError> {
    let (magic, otherwise): (&[u8], _) = match codec {
        Codec::Store => return Ok(()),
        Codec::Gzip => (b"\x1f", "not a gzip file"),
        Codec::Xz => (b"\xfd", "not an xz file"),
        // Skippable frames begin otherwise.
        Codec::Zstd if matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) => return Ok(()),
        Codec::Zstd => (b"\x28", "not a Zstandard file"),
        Codec::Bzip2 => (b"B", "not a bzip2 file"),
    };
    if head.starts_with(magic) {
        return Ok(());
    }
    let what = describe(head).unwrap_or(otherwise).to_owned();
    Err(refuse(Flaw::IsAnother { what, expected: codec.tar() }))
}

/// What a file holds that begins with `head` once it is decompressed, and holds
/// no tar.
fn not_a_tar(head: &[u8], codec: Codec) -> Flaw {
    let name = codec.as_str();
    let what = match (codec, describe(head)) {
        (Codec::Store, Some(what)) => what.to_owned(),
        (Codec::Store, None) => "not a tar".to_owned(),
        (Codec::Gzip, Some("a gzip file")) => "a gzip in a gzip".to_owned(),
        (Codec::Gzip, Some(what)) => format!("a gzip of {what}"),
        (Codec::Gzip, None) => "a gzip of something that is no tar".to_owned(),
        (_, Some(what)) => format!("{what}, compressed with {name}"),
        (_, None) => format!("something that is no tar, compressed with {name}"),
    };
    Flaw::IsAnother { what, expected: codec.tar() }
}

/// GNU's long name or link, which ends with a NUL.
fn long_text(content: &[u8]) -> Result<Vec<u8>, Flaw> {
    let name = text(content);
    if name.is_empty() || is_dirty(content) {
        return Err(Flaw::TarHeaders("has a long name that readers end differently"));
    }
    Ok(name.to_owned())
}

/// The name or link that pax and GNU headers give.
fn one_of(pax: Option<Vec<u8>>, gnu: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Flaw> {
    match (pax, gnu) {
        (Some(pax), Some(gnu)) if pax != gnu => Err(Flaw::TarHeaders("has an entry with two long names")),
        (pax, gnu) => Ok(pax.or(gnu)),
    }
}

/// Why readers differ on where the content of an entry ends: some pass over it,
/// and some read it as headers.
fn misplaces_content(kind: TarKind, name: &[u8], has_link_name: bool) -> Option<&'static str> {
    match kind {
        TarKind::Folder | TarKind::SymbolicLink | TarKind::HardLink => {
            Some("is a folder or a link, and has content")
        }
        TarKind::Other(b'3' | b'4' | b'6') => Some("is a device or a FIFO, and has content"),
        _ if name.ends_with(b"/") => Some("has the name of a folder, and content"),
        _ if has_link_name => Some("is no link, and has the target of one"),
        _ if name.is_empty() => Some("has no name"),
        _ => None,
    }
}

fn kind(typeflag: u8, name: &[u8], is_sparse: bool) -> TarKind {
    match typeflag {
        // Before POSIX the name alone said that it is a folder.
        0 | b'0' | b'7' if name.ends_with(b"/") => TarKind::Folder,
        0 | b'0' | b'7' if is_sparse => TarKind::Sparse,
        0 | b'0' | b'7' => TarKind::File,
        b'1' => TarKind::HardLink,
        b'2' => TarKind::SymbolicLink,
        b'5' => TarKind::Folder,
        b'S' => TarKind::Sparse,
        other => TarKind::Other(other),
    }
}

#[cfg(test)]
mod tests;
