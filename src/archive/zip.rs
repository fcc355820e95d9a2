//! Unpacking a zip whose records agree.
//!
//! flate2 inflates, and nothing but [`framing`] says what
//! is inflated from where: a zip library would read the directory a second
//! time, in its own way, and what it found could be another archive than the
//! one that was judged.

use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::error::{ArchiveError, Flaw, Refusal};
use super::framing;
use super::limits::{Budget, Limits};

pub(crate) use super::framing::{Entry, EntryKind, Method};

/// Bytes read, and bytes inflated, at a time.
const BLOCK: usize = 64 << 10;

/// A zip archive whose records agree with each other.
#[derive(Debug)]
pub(crate) struct ZipArchive<R> {
    reader: R,
    entries: Arc<[Entry]>,
    inflater: Inflater,
}

impl<R: Read + Seek> ZipArchive<R> {
    /// Opens the archive that is the first `len` bytes of `reader`.
    ///
    /// # Errors
    /// See [`framing::read_directory`].
    pub(crate) fn open(mut reader: R, len: u64, limits: &Limits) -> Result<Self, ArchiveError> {
        let mut entries = framing::read_directory(&mut reader, len, limits)?;
        entries.retain(|entry| !entry.is_folder());
        Ok(Self { reader, entries: entries.into(), inflater: Inflater::default() })
    }

    /// The files (and, in an archive that is inspected, links), in the order of
    /// the directory. Folders are known, but not listed.
    #[must_use]
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The number of the entry at `path`.
    #[must_use]
    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.path.as_str() == path)
    }

    /// Writes the unpacked bytes of the entry of that number to `target`, and
    /// tells how many these are. Counts them, and the file, against `budget`.
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
        budget.count_file()?;
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
    /// by its nature.
    ///
    /// # Errors
    /// As [`ZipArchive::scan_entry`], and if the entry has more than `most`
    /// bytes.
    pub(crate) fn read_entry(&mut self, number: usize, most: u64) -> Result<Vec<u8>, ArchiveError> {
        if let Some(entry) = self.entries.get(number)
            && entry.size > most
        {
            return Err(entry.refuse(Flaw::TooLargeToRead { size: entry.size, most }));
        }
        let mut content = Vec::new();
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
        let entries = Arc::clone(&self.entries);
        let Some(entry) = entries.get(number) else {
            return Err(Refusal::whole(Flaw::NoEntry(number as u64)).into());
        };
        self.reader.seek(SeekFrom::Start(entry.data_start)).map_err(ArchiveError::Read)?;
        let mut proof = Proof { entry, size: 0, crc: Crc::new() };
        let mut take = |bytes: &[u8]| {
            proof.add(bytes)?;
            take(bytes)
        };
        match entry.method {
            Method::Stored => self.inflater.copy(&mut self.reader, entry.packed, &mut take)?,
            Method::Deflate => self.inflater.inflate(&mut self.reader, entry, &mut take)?,
        }
        proof.finish()
    }
}

/// What has come out of an entry so far.
struct Proof<'a> {
    entry: &'a Entry,
    size: u64,
    crc: Crc,
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
        if crc.sum() != entry.crc32 {
            return Err(entry.refuse(Flaw::Crc { declared: entry.crc32, found: crc.sum() }));
        }
        Ok(size)
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
