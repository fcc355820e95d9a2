//! Unpacking a zip whose records agree.
//!
//! flate2 inflates, and nothing but [`framing`] says what
//! is inflated from where: a zip library would read the directory a second
//! time, in its own way, and what it found could be another archive than the
//! one that was judged.

use std::io::{Read, Seek, SeekFrom, Write};

use crc32fast::Hasher as Crc32;
use flate2::{Decompress, FlushDecompress, Status};

use super::error::{ArchiveError, Flaw, Refusal};
use super::framing;
use super::limits::{Budget, LargePermit, Limits, Purpose};
use super::near::NearReader;
use crate::filename::RelativePath;

pub(crate) use super::framing::{Entry, EntryKind, Method, ends_like_zip};

/// Bytes read, and bytes inflated, at a time.
const BLOCK: usize = 64 << 10;

/// A zip archive whose records agree with each other.
#[derive(Debug)]
pub(crate) struct ZipArchive<R: Read + Seek> {
    reader: NearReader<R>,
    entries: Vec<Entry>,
    folders: Vec<RelativePath>,
    inflater: Inflater,
    purpose: Purpose,
    permit: Option<LargePermit>,
}

impl<R: Read + Seek> ZipArchive<R> {
    /// Opens the archive that is the first `len` bytes of `reader`.
    ///
    /// # Errors
    /// See [`framing::read_directory`].
    pub(crate) fn open(reader: R, len: u64, limits: &Limits) -> Result<Self, ArchiveError> {
        let mut reader = NearReader::new(reader).map_err(ArchiveError::Read)?;
        let (mut entries, permit) = framing::read_directory(&mut reader, len, limits)?;
        let folders = entries.extract_if(.., |entry| entry.is_folder()).map(|entry| entry.path).collect();
        Ok(Self { reader, entries, folders, inflater: Inflater::default(), purpose: limits.purpose, permit })
    }

    /// The files (and, in an archive that is inspected, links), in the order of
    /// the directory.
    #[must_use]
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The folders that have an entry of their own, in the order of the
    /// directory.
    #[must_use]
    pub(crate) fn folders(&self) -> &[RelativePath] {
        &self.folders
    }

    /// What permits it to be large, for another reading of the same archive.
    pub(crate) fn into_permit(self) -> Option<LargePermit> {
        self.permit
    }

    /// The number of the entry at `path`.
    #[must_use]
    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.path.as_str() == path)
    }

    /// Writes the unpacked bytes of the entry of that number to `target`, and
    /// returns how many these are. Counts them, and the file, against `budget`.
    ///
    /// If it fails, some bytes may have been written, but never more than the
    /// entry's declared size.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if the bytes have not the size and the CRC-32
    /// that the archive declares; [`ArchiveError::Budget`];
    /// [`ArchiveError::Read`] and [`ArchiveError::Write`].
    pub(crate) fn copy_entry(
        &mut self,
        number: usize,
        target: &mut impl Write,
        budget: &Budget,
    ) -> Result<u64, ArchiveError> {
        let path_len = self.entries.get(number).map_or(0, |entry| entry.path.as_str().len());
        budget.count_file(path_len)?;
        self.unpack(number, |bytes| {
            budget.count_bytes(bytes.len() as u64)?;
            target.write_all(bytes).map_err(ArchiveError::Write)
        })
    }

    /// Shows the unpacked bytes of the entry of that number to `target`, which
    /// keeps none of them: nothing is counted against a budget.
    ///
    /// # Errors
    /// As [`ZipArchive::copy_entry`], but for the budget.
    pub(crate) fn scan_entry(&mut self, number: usize, target: &mut impl Write) -> Result<u64, ArchiveError> {
        self.unpack(number, |bytes| target.write_all(bytes).map_err(ArchiveError::Write))
    }

    /// The unpacked bytes of the entry of that number, for one that is small
    /// by its nature. If it is not, this waits until no other archive holds
    /// such a one.
    ///
    /// # Errors
    /// As [`ZipArchive::scan_entry`], and if the entry has more than `most`
    /// bytes.
    pub(crate) fn read_entry(&mut self, number: usize, most: u64) -> Result<Vec<u8>, ArchiveError> {
        let size = self.entries.get(number).map_or(0, |entry| entry.size);
        if let Some(entry) = self.entries.get(number)
            && size > most
        {
            return Err(entry.refuse(Flaw::TooLargeToRead { size, most }));
        }
        if self.permit.is_none() {
            self.permit = LargePermit::for_bytes(size, self.purpose);
        }
        // At most `most`.
        let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        self.unpack(number, |bytes| {
            content.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(content)
    }

    /// Hands the unpacked bytes on, block by block, and compares them with
    /// what is declared.
    fn unpack(
        &mut self,
        number: usize,
        mut take: impl FnMut(&[u8]) -> Result<(), ArchiveError>,
    ) -> Result<u64, ArchiveError> {
        let Self { reader, entries, inflater, .. } = self;
        let Some(entry) = entries.get(number) else {
            return Err(Refusal::whole(Flaw::NoEntry(number as u64)).into());
        };
        reader.seek(SeekFrom::Start(entry.data_start)).map_err(ArchiveError::Read)?;
        let mut proof = Proof { entry, size: 0, crc: Crc32::new() };
        let mut take = |bytes: &[u8]| {
            proof.add(bytes)?;
            take(bytes)
        };
        match entry.method {
            Method::Stored if entry.has_descriptor => {
                let mut scan = DescriptorScan::default();
                inflater.copy(reader, entry.packed, &mut |bytes| {
                    if scan.finds_one(bytes) {
                        return Err(
                            entry.refuse(Flaw::Descriptor("within its content, where some readers end it"))
                        );
                    }
                    take(bytes)
                })?;
            }
            Method::Stored => inflater.copy(reader, entry.packed, &mut take)?,
            Method::Deflate => inflater.inflate(reader, entry, &mut take)?,
        }
        proof.finish()
    }
}

/// What has come out of an entry so far.
struct Proof<'a> {
    entry: &'a Entry,
    size: u64,
    crc: Crc32,
}

impl Proof<'_> {
    /// Counts bytes before anyone else sees them.
    fn add(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.size += bytes.len() as u64;
        if self.size > self.entry.size {
            return Err(self.entry.refuse(Flaw::Larger { declared: self.entry.size, found: self.size }));
        }
        self.crc.update(bytes);
        Ok(())
    }

    fn finish(self) -> Result<u64, ArchiveError> {
        let Self { entry, size, crc } = self;
        if size < entry.size {
            return Err(entry.refuse(Flaw::Smaller { declared: entry.size, found: size }));
        }
        let found = crc.finalize();
        if found != entry.crc32 {
            return Err(entry.refuse(Flaw::Crc { declared: entry.crc32, found }));
        }
        Ok(size)
    }
}

/// Looks for a data descriptor (APPNOTE 4.3.9) within the content of a stored
/// entry that has one behind it.
///
/// A reader from the front does not know where such content ends. It looks for
/// a descriptor's signature with the number of bytes before it, so content that
/// holds this is shorter for that reader, and other entries follow it there.
#[derive(Debug, Default)]
struct DescriptorScan {
    /// The last bytes seen, too few for a descriptor.
    window: Vec<u8>,
    /// Where these begin in the content.
    at: u64,
}

impl DescriptorScan {
    /// The signature, a CRC-32, and a size, or the low half of one of 64 bits.
    const LEN: usize = 12;

    /// Whether one lies in what was seen so far.
    fn finds_one(&mut self, bytes: &[u8]) -> bool {
        self.window.extend_from_slice(bytes);
        let found = (self.at..).zip(self.window.windows(Self::LEN)).any(|(at, window)| {
            let size = window.strip_prefix(b"PK\x07\x08").and_then(|rest| rest.last_chunk());
            size.is_some_and(|size| u64::from(u32::from_le_bytes(*size)) == at & u64::from(u32::MAX))
        });
        let seen = self.window.len().saturating_sub(Self::LEN - 1);
        self.window.drain(..seen);
        self.at += seen as u64;
        found
    }
}

type Take<'a> = dyn FnMut(&[u8]) -> Result<(), ArchiveError> + 'a;

/// What unpacking takes, made once for all entries of an archive: wheels hold
/// thousands of small ones.
#[derive(Debug)]
struct Inflater {
    block: Vec<u8>,
    inflated: Vec<u8>,
    stream: Decompress,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { block: vec![0; BLOCK], inflated: vec![0; BLOCK], stream: Decompress::new(false) }
    }
}

impl Inflater {
    fn copy(
        &mut self,
        reader: &mut impl Read,
        mut left: u64,
        take: &mut Take<'_>,
    ) -> Result<(), ArchiveError> {
        while left > 0 {
            take(fill(reader, &mut self.block, &mut left)?)?;
        }
        Ok(())
    }

    /// Inflates the entry's packed bytes, which must be one deflate stream and
    /// nothing else.
    fn inflate(
        &mut self,
        reader: &mut impl Read,
        entry: &Entry,
        take: &mut Take<'_>,
    ) -> Result<(), ArchiveError> {
        let Self { block, inflated, stream } = self;
        stream.reset(false);
        let mut left = entry.packed;
        let mut input: &[u8] = &[];
        loop {
            if input.is_empty() && left > 0 {
                input = fill(reader, block, &mut left)?;
            }
            let (before_in, before_out) = (stream.total_in(), stream.total_out());
            let status = stream
                .decompress(input, inflated, FlushDecompress::None)
                .map_err(|_| entry.refuse(Flaw::Inflate("cannot be inflated")))?;
            let used = stream.total_in() - before_in;
            let made = stream.total_out() - before_out;
            // Both are at most a block.
            input = usize::try_from(used).ok().and_then(|used| input.get(used..)).unwrap_or_default();
            let made_bytes = usize::try_from(made).ok().and_then(|made| inflated.get(..made));
            take(made_bytes.unwrap_or_default())?;
            match status {
                Status::StreamEnd => {
                    let behind = input.len() as u64 + left;
                    return if behind == 0 { Ok(()) } else { Err(entry.refuse(Flaw::AfterDeflate(behind))) };
                }
                Status::Ok | Status::BufError if used == 0 && made == 0 && input.is_empty() && left == 0 => {
                    return Err(entry.refuse(Flaw::Inflate("breaks off")));
                }
                // Output space and input remain, so no progress would be for ever.
                Status::Ok | Status::BufError if used == 0 && made == 0 && !input.is_empty() => {
                    return Err(entry.refuse(Flaw::Inflate("cannot be inflated")));
                }
                Status::Ok | Status::BufError => {}
            }
        }
    }
}

/// Reads some of the `left` bytes, at least one.
fn fill<'a>(reader: &mut impl Read, block: &'a mut [u8], left: &mut u64) -> Result<&'a [u8], ArchiveError> {
    let most = usize::try_from(*left).unwrap_or(usize::MAX).min(block.len());
    let (block, _) = block.split_at_mut(most);
    reader.read_exact(block).map_err(ArchiveError::Read)?;
    *left -= most as u64;
    Ok(block)
}

#[cfg(test)]
mod tests;
