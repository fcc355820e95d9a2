//! Compressed streams, inflated within limits.
//!
//! What `gzip -t` accepts is accepted: several members one behind the other,
//! and zeros behind the last one. Every check of the format is made, because
//! who reads a stream to its end has proved it.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::error::{ArchiveError, Flaw, Refusal};
use super::limits::Limits;

/// A gzip stream, inflated.
///
/// Of the limits, `unpacked` and `ratio` hold.
pub(crate) struct Decompressed<R> {
    decoder: Gzip<Counted<R>>,
    limits: Limits,
    unpacked: u64,
}

impl<R: BufRead> Decompressed<R> {
    pub(crate) const fn new(reader: R, limits: Limits) -> Self {
        let counted = Counted { reader, bytes: 0, has_failed: false };
        Self { decoder: Gzip::Between(counted), limits, unpacked: 0 }
    }

    /// The first bytes as they are packed, if nothing was read yet.
    ///
    /// # Errors
    /// [`ArchiveError::Read`].
    pub(crate) fn packed_head(&mut self) -> Result<&[u8], ArchiveError> {
        match &mut self.decoder {
            Gzip::Between(reader) => reader.fill_buf().map_err(ArchiveError::Read),
            Gzip::Member(_) | Gzip::Moving => Ok(&[]),
        }
    }

    /// Fills `buffer` as far as there is something to fill it with.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if the stream is broken or exceeds a limit, and
    /// [`ArchiveError::Read`].
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..)
            && !rest.is_empty()
        {
            let got = match self.decoder.read(rest) {
                Ok(0) => break,
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.decoder.explain(error)),
            };
            filled += got;
            self.unpacked += got as u64;
            self.check_limits()?;
        }
        Ok(filled)
    }

    fn check_limits(&self) -> Result<(), ArchiveError> {
        let (packed, size) = (self.decoder.packed(), self.unpacked);
        if size > self.limits.unpacked {
            let most = self.limits.unpacked;
            return Err(Refusal::whole(Flaw::UnpackedTooLarge { size, most }).into());
        }
        if !self.limits.allows_ratio(packed, size) {
            let most = self.limits.ratio;
            return Err(Refusal::whole(Flaw::Ratio { packed, size, most }).into());
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Decompressed<R> {
    /// Inflates; an error is an [`ArchiveError`] within.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill(buffer).map_err(io::Error::other)
    }
}

/// The members of a gzip file (RFC 1952, section 2.2).
enum Gzip<R> {
    Member(Box<GzDecoder<R>>),
    /// Before a member, or behind the last one.
    Between(R),
    /// While one becomes the other.
    Moving,
}

impl<R: BufRead> Gzip<Counted<R>> {
    fn counted(&self) -> Option<&Counted<R>> {
        match self {
            Self::Member(decoder) => Some(decoder.get_ref()),
            Self::Between(reader) => Some(reader),
            Self::Moving => None,
        }
    }

    fn packed(&self) -> u64 {
        self.counted().map_or(0, |counted| counted.bytes)
    }

    fn explain(&self, error: io::Error) -> ArchiveError {
        if self.counted().is_some_and(|counted| counted.has_failed) {
            return ArchiveError::Read(error);
        }
        let flaw = match error.kind() {
            io::ErrorKind::UnexpectedEof => Flaw::BreaksOff("its gzip stream"),
            _ if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<BehindTheEnd>) => {
                Flaw::Gzip("has bytes behind its end that are not gzip")
            }
            _ => Flaw::Gzip("cannot be inflated"),
        };
        Refusal::whole(flaw).into()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("bytes behind the end of a gzip stream")]
struct BehindTheEnd;

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self {
                Self::Member(decoder) => {
                    let got = decoder.read(buffer)?;
                    if got > 0 || buffer.is_empty() {
                        return Ok(got);
                    }
                    if let Self::Member(decoder) = std::mem::replace(self, Self::Moving) {
                        *self = Self::Between(decoder.into_inner());
                    }
                }
                Self::Between(reader) => {
                    if !is_at_member(reader)? {
                        return Ok(0);
                    }
                    if let Self::Between(reader) = std::mem::replace(self, Self::Moving) {
                        *self = Self::Member(Box::new(GzDecoder::new(reader)));
                    }
                }
                Self::Moving => return Ok(0),
            }
        }
    }
}

/// Whether a member follows. At the end, or before zeros up to the end, none
/// does.
fn is_at_member(reader: &mut impl BufRead) -> io::Result<bool> {
    let mut is_padded = false;
    loop {
        let buffer = reader.fill_buf()?;
        match buffer.first() {
            None => return Ok(false),
            Some(0x1f) if !is_padded => return Ok(true),
            Some(0) => {}
            Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, BehindTheEnd)),
        }
        is_padded = true;
        let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
        reader.consume(zeros);
    }
}

/// Counts what is read, and remembers whether it was the file that failed.
struct Counted<R> {
    reader: R,
    bytes: u64,
    has_failed: bool,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.fill_buf()?.read(buffer)?;
        self.consume(got);
        Ok(got)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let failed = &mut self.has_failed;
        self.reader.fill_buf().inspect_err(|error| *failed = error.kind() != io::ErrorKind::Interrupted)
    }

    fn consume(&mut self, amount: usize) {
        self.bytes += amount as u64;
        self.reader.consume(amount);
    }
}
