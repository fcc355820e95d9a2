//! Reading a gzipped tar in order, to see what it is.
//!
//! Nothing of a tar is ever unpacked into a folder here: it is asked for the
//! names of its entries and for the content of a few small ones. The headers
//! are read raw, because a long name can have any length: 1 MB of gzip became
//! 1.1 GB of memory in a library that reads it whole.

mod header;

use std::io::{self, Read, Write};

use flate2::read::MultiGzDecoder;

use self::header::{BLOCK, Header, Pax};
use super::error::{ArchiveError, Flaw, Refusal};
use super::limits::Limits;
use super::name;
use crate::filename::{FileNameError, RelativePath};

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
    /// Where it lies, without leading `./`. Tars that are released as they are
    /// may hold names that no reader should follow, so that these are no error
    /// here.
    pub path: Result<RelativePath, FileNameError>,
    /// What it is.
    pub kind: TarKind,
    /// Bytes of content.
    pub size: u64,
}

/// A gzipped tar, read from its front.
///
/// Several entries may bear one name, of which readers take the last: who
/// looks for a file must look at all entries.
pub(crate) struct TarGz<R: Read> {
    stream: Stream<R>,
    /// Bytes of the current entry that nobody has read yet.
    left: u64,
    /// Bytes behind it, up to the next block.
    padding: u64,
    /// Entries begun.
    entries: u64,
    /// The current entry's name, for errors.
    name: String,
    is_at_end: bool,
}

/// What extended headers have said of the entry that follows them.
#[derive(Default)]
struct Extended {
    pax: Option<Pax>,
    long_name: Option<Vec<u8>>,
    has_long_link: bool,
}

impl Extended {
    const fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none() && !self.has_long_link
    }
}

impl<R: Read> TarGz<R> {
    /// Reads the tar within `reader`, a gzip file of one or several members.
    ///
    /// Of the limits, `unpacked` and `ratio` bound what is inflated, and
    /// `entries` their number.
    pub(crate) fn new(reader: R, limits: &Limits) -> Self {
        Self {
            stream: Stream::new(reader, *limits),
            left: 0,
            padding: 0,
            entries: 0,
            name: String::new(),
            is_at_end: false,
        }
    }

    /// The next entry, passing over what was not read of the current one;
    /// nothing at the end. The folder that the tar itself stands for (`./`) is
    /// passed over.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if the tar is broken, reads differently to
    /// different readers, or exceeds a limit, and [`ArchiveError::Read`].
    pub(crate) fn next_entry(&mut self) -> Result<Option<TarEntry>, ArchiveError> {
        if self.is_at_end {
            return Ok(None);
        }
        let mut extended = Extended::default();
        loop {
            self.skip_content()?;
            let mut block = [0; BLOCK];
            let got = self.stream.fill(&mut block)?;
            if got == 0 || block.iter().all(|byte| *byte == 0) {
                if !extended.is_empty() {
                    return Err(refuse(Flaw::Tar("ends behind an extended header")));
                }
                self.is_at_end = true;
                self.expect_zeros()?;
                return Ok(None);
            }
            if got < BLOCK {
                return Err(refuse(Flaw::BreaksOff("a header")));
            }
            let header = Header::parse(&block).map_err(refuse)?;
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

    /// The content of the current entry, as far as it was not read yet.
    ///
    /// # Errors
    /// If that is more than `most` bytes, and as [`TarGz::next_entry`].
    pub(crate) fn read_entry(&mut self, most: u64) -> Result<Vec<u8>, ArchiveError> {
        if self.left > most {
            let flaw = Flaw::TooLargeToRead { size: self.left, most };
            return Err(Refusal::entry(&self.name, flaw).into());
        }
        let mut content = Vec::new();
        self.copy_entry(&mut content)?;
        Ok(content)
    }

    /// Writes the content of the current entry, as far as it was not read yet,
    /// to `target`.
    ///
    /// # Errors
    /// As [`TarGz::next_entry`], and [`ArchiveError::Write`].
    pub(crate) fn copy_entry(&mut self, target: &mut impl Write) -> Result<u64, ArchiveError> {
        let bytes = self.left;
        self.pass(bytes, |block| target.write_all(block).map_err(ArchiveError::Write))?;
        self.left = 0;
        Ok(bytes)
    }

    /// Takes in a header that speaks of the one after it, if it is one.
    fn read_extended(&mut self, header: &Header<'_>, extended: &mut Extended) -> Result<bool, ArchiveError> {
        let typeflag = header.typeflag();
        if !matches!(typeflag, b'x' | b'g' | b'L' | b'K') {
            return Ok(false);
        }
        let size = header.size().map_err(refuse)?;
        if size > MAX_EXTENDED {
            return Err(refuse(Flaw::ExtendedHeaderTooLarge { size, most: MAX_EXTENDED }));
        }
        self.set_content(size);
        let content = self.read_entry(MAX_EXTENDED)?;
        let first = match typeflag {
            b'L' => {
                let name = content.split(|byte| *byte == 0).next().unwrap_or_default().to_owned();
                extended.long_name.replace(name).is_none()
            }
            b'K' => !std::mem::replace(&mut extended.has_long_link, true),
            _ => {
                let pax = Pax::parse(&content).map_err(refuse)?;
                if typeflag == b'x' {
                    extended.pax.replace(pax).is_none()
                } else if pax.is_plain() {
                    true
                } else {
                    let flaw =
                        Flaw::TarHeaders("gives all its entries one name, size or link by a global header");
                    return Err(refuse(flaw));
                }
            }
        };
        if first { Ok(true) } else { Err(refuse(Flaw::TarHeaders("has two extended headers for one entry"))) }
    }

    /// Puts together what the headers say of an entry.
    fn begin(&mut self, header: &Header<'_>, extended: Extended) -> Result<TarEntry, ArchiveError> {
        self.entries += 1;
        let most = self.stream.limits.entries;
        if self.entries > most {
            return Err(refuse(Flaw::TooManyEntries { declared: self.entries, most }));
        }
        let pax = extended.pax.unwrap_or_default();
        let raw_name = match (pax.path, extended.long_name) {
            (Some(path), Some(long)) if path != long => {
                return Err(refuse(Flaw::TarHeaders("has an entry with two long names")));
            }
            (Some(name), _) | (None, Some(name)) => name,
            (None, None) => header.name(),
        };
        self.name = name::shown(&raw_name);
        let refuse_entry = |flaw| ArchiveError::from(Refusal::entry(&self.name, flaw));
        let told = header.size().map_err(refuse_entry)?;
        let size = pax.size.unwrap_or(told);
        // Only a size that octal digits cannot tell needs the wider field; one
        // that merely contradicts lets readers differ on where the next header
        // lies (CVE-2025-62518).
        if size != told && size <= MAX_OCTAL_SIZE {
            return Err(refuse_entry(Flaw::TarHeaders(
                "has one size in its header and another in its pax header",
            )));
        }
        let kind = kind(header.typeflag(), &raw_name, pax.is_sparse);
        if size != 0 && matches!(kind, TarKind::Folder | TarKind::SymbolicLink | TarKind::HardLink) {
            return Err(refuse_entry(Flaw::TarHeaders("is a folder or a link, and has content")));
        }
        let path = path(&raw_name, kind);
        if header.sparse_map_goes_on() {
            self.skip_sparse_map()?;
        }
        self.set_content(size);
        Ok(TarEntry { name: self.name.clone(), path, kind, size })
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

    /// What lies behind the end is zeros, of which tar writes some (and gzip's
    /// last checksum is proved by reading on).
    fn expect_zeros(&mut self) -> Result<(), ArchiveError> {
        let mut buffer = [0; 8 << 10];
        loop {
            let got = match self.stream.fill(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(got) => got,
                // All that was packed is there.
                Err(ArchiveError::Refused(refusal)) if refusal.is_broken_off() => {
                    return Err(refuse(Flaw::Gzip("does not end where its tar does")));
                }
                Err(error) => return Err(error),
            };
            if buffer.iter().take(got).any(|byte| *byte != 0) {
                return Err(refuse(Flaw::Tar("has bytes behind its end")));
            }
        }
    }
}

fn refuse(flaw: Flaw) -> ArchiveError {
    Refusal::whole(flaw).into()
}

/// The most that eleven octal digits tell: 8 GiB less one byte.
const MAX_OCTAL_SIZE: u64 = (1 << 33) - 1;

fn kind(typeflag: u8, name: &[u8], is_sparse: bool) -> TarKind {
    match typeflag {
        // Before POSIX a folder was told by its name alone.
        0 if name.ends_with(b"/") => TarKind::Folder,
        0 | b'0' | b'7' if is_sparse => TarKind::Sparse,
        0 | b'0' | b'7' => TarKind::File,
        b'1' => TarKind::HardLink,
        b'2' => TarKind::SymbolicLink,
        b'5' => TarKind::Folder,
        b'S' => TarKind::Sparse,
        other => TarKind::Other(other),
    }
}

fn path(mut raw_name: &[u8], kind: TarKind) -> Result<RelativePath, FileNameError> {
    while let Some(rest) = raw_name.strip_prefix(b"./") {
        raw_name = rest;
    }
    match name::parse(raw_name)? {
        (_, true) if kind != TarKind::Folder => Err(FileNameError::Empty),
        (path, _) => Ok(path),
    }
}

/// Inflates, and stops at the limits.
struct Stream<R: Read> {
    decoder: MultiGzDecoder<Counted<R>>,
    limits: Limits,
    unpacked: u64,
}

/// Counts what is read, and remembers whether it was the file that failed.
struct Counted<R> {
    reader: R,
    bytes: u64,
    has_failed: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.reader.read(buffer) {
            Ok(bytes) => {
                self.bytes += bytes as u64;
                Ok(bytes)
            }
            Err(error) => {
                self.has_failed = error.kind() != io::ErrorKind::Interrupted;
                Err(error)
            }
        }
    }
}

impl<R: Read> Stream<R> {
    fn new(reader: R, limits: Limits) -> Self {
        let counted = Counted { reader, bytes: 0, has_failed: false };
        Self { decoder: MultiGzDecoder::new(counted), limits, unpacked: 0 }
    }

    /// Fills `buffer` as far as there is something to fill it with.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..)
            && !rest.is_empty()
        {
            let got = match self.decoder.read(rest) {
                Ok(0) => break,
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if self.decoder.get_ref().has_failed => return Err(ArchiveError::Read(error)),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(refuse(Flaw::BreaksOff("its gzip stream")));
                }
                Err(_) => return Err(refuse(Flaw::Gzip("cannot be inflated"))),
            };
            filled += got;
            self.unpacked += got as u64;
            self.check_limits()?;
        }
        Ok(filled)
    }

    fn check_limits(&self) -> Result<(), ArchiveError> {
        let (packed, size) = (self.decoder.get_ref().bytes, self.unpacked);
        if size > self.limits.unpacked {
            let most = self.limits.unpacked;
            return Err(refuse(Flaw::UnpackedTooLarge { size, most }));
        }
        if !self.limits.allows_ratio(packed, size) {
            let most = self.limits.ratio;
            return Err(refuse(Flaw::Ratio { packed, size, most }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
