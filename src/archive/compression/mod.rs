//! Compressed streams, decompressed within limits.
//!
//! What `gzip -t`, `xz -t`, `zstd -t` and `bzip2 -t` accept is accepted: several
//! members, streams or frames one behind the other, and the padding that each
//! format allows behind the last one. Every check of the format is made, because
//! who reads a stream to its end has proved it.
//!
//! xz, Zstandard and bzip2 keep a window of what they have decompressed. All
//! windows of a run share one [`WindowPermit`]'s room; a stream that needs a larger
//! one is [not read](Refusal::is_unsupported).

mod bzip2;
mod gzip;
mod xz;
mod zstd;

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use self::bzip2::Bzip2;
use self::gzip::Gzip;
use self::xz::Xz;
use self::zstd::Zstd;
use super::error::{ArchiveError, Flaw, Refusal};
use super::limits::{Limits, WindowPermit};
use crate::distribution::archive_name::Codec;

/// A compressed stream, decompressed.
///
/// Of the limits, `unpacked` and `ratio` hold.
pub(crate) struct Decompressed<R: BufRead> {
    // Before the permit, which bounds its memory.
    decoder: Decoder<Counted<R>>,
    codec: Codec,
    file: Rc<Progress>,
    limits: Limits,
    unpacked: u64,
    permit: Option<WindowPermit>,
}

impl<R: BufRead> Decompressed<R> {
    /// Decompresses `reader`, nothing of which was read yet.
    pub(crate) fn new(reader: R, codec: Codec, limits: Limits) -> Self {
        let file = Rc::new(Progress::default());
        let counted = Counted { reader, progress: Rc::clone(&file) };
        Self { decoder: Decoder::Start(counted), codec, file, limits, unpacked: 0, permit: None }
    }

    /// How it is compressed.
    pub(crate) const fn codec(&self) -> Codec {
        self.codec
    }

    /// The first bytes as they are packed, if nothing was read yet.
    ///
    /// # Errors
    /// [`ArchiveError::Read`].
    pub(crate) fn packed_head(&mut self) -> Result<&[u8], ArchiveError> {
        match &mut self.decoder {
            Decoder::Start(reader) => reader.fill_buf().map_err(ArchiveError::Read),
            _ => Ok(&[]),
        }
    }

    /// Fills `buffer` as far as there is something to fill it with.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if the stream is broken, exceeds a limit or needs
    /// too large a window, and [`ArchiveError::Read`].
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        if matches!(self.decoder, Decoder::Start(_)) {
            self.start()?;
        }
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..)
            && !rest.is_empty()
        {
            let got = match self.decoder.read(rest) {
                Ok(0) => break,
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.explain(error)),
            };
            filled += got;
            self.unpacked += got as u64;
            self.check_limits()?;
        }
        Ok(filled)
    }

    /// Makes the decoder, once there is room for its window.
    fn start(&mut self) -> Result<(), ArchiveError> {
        let codec = self.codec;
        let head = self.packed_head()?;
        let window = match codec {
            Codec::Store | Codec::Gzip => None,
            Codec::Xz => Some(xz::window(head)),
            Codec::Zstd => Some(zstd::window(head)),
            Codec::Bzip2 => Some(bzip2::WINDOW),
        };
        self.permit = window.map(WindowPermit::for_bytes);
        let most = self.permit.as_ref().map_or(0, WindowPermit::bytes);
        let Decoder::Start(reader) = std::mem::replace(&mut self.decoder, Decoder::Moving) else {
            return Ok(());
        };
        self.decoder = match codec {
            Codec::Store => Decoder::Store(reader),
            Codec::Gzip => Decoder::Gzip(Gzip::new(reader)),
            Codec::Xz => Decoder::Xz(Xz::new(reader, most)),
            Codec::Zstd => Decoder::Zstd(Box::new(Zstd::new(reader, most))),
            Codec::Bzip2 => Decoder::Bzip2(Bzip2::new(reader)),
        };
        Ok(())
    }

    fn check_limits(&self) -> Result<(), ArchiveError> {
        let (packed, size) = (self.file.bytes.get(), self.unpacked);
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

    fn explain(&self, error: io::Error) -> ArchiveError {
        if self.file.has_failed.get() {
            return ArchiveError::Read(error);
        }
        let stream = |what| Flaw::Stream { codec: self.codec.as_str(), what };
        let is_behind =
            error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<BehindTheEnd>);
        Refusal::whole(match error.kind() {
            io::ErrorKind::UnexpectedEof => Flaw::StreamBreaksOff(self.codec.as_str()),
            io::ErrorKind::OutOfMemory => Flaw::Unsupported("needs a larger window than is kept here"),
            io::ErrorKind::Unsupported => Flaw::Unsupported("is compressed in a way that is not read here"),
            _ if is_behind && self.codec == Codec::Gzip => {
                stream("has bytes behind its end that are not gzip")
            }
            _ if is_behind => stream("has bytes behind its end that are of another format"),
            _ if self.codec == Codec::Gzip => stream("cannot be inflated"),
            _ => stream("cannot be decompressed"),
        })
        .into()
    }
}

impl<R: BufRead> Read for Decompressed<R> {
    /// Decompresses; an error is an [`ArchiveError`] within.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill(buffer).map_err(io::Error::other)
    }
}

/// What the first bytes of a gzip file inflate to, as far as that goes.
pub(crate) fn gunzip_head(head: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::new();
    // An error ends it, as the end does.
    flate2::bufread::GzDecoder::new(head).take(64 << 10).read_to_end(&mut inflated).ok();
    inflated
}

enum Decoder<R: Read> {
    /// Nothing was read yet.
    Start(R),
    Store(R),
    Gzip(Gzip<R>),
    Xz(Xz<R>),
    Zstd(Box<Zstd<R>>),
    Bzip2(Bzip2<R>),
    /// While one becomes the other.
    Moving,
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Store(reader) => reader.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Xz(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
            Self::Bzip2(decoder) => decoder.read(buffer),
            Self::Start(_) | Self::Moving => Ok(0),
        }
    }
}

/// Bytes behind the end of a stream that are no other stream of its format.
#[derive(Debug, thiserror::Error)]
#[error("bytes behind the end of a compressed stream")]
struct BehindTheEnd;

impl BehindTheEnd {
    fn error() -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Self)
    }
}

/// The stream is not what its format says.
fn broken() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// What was read of the packed file, and whether it was the file that failed.
#[derive(Default)]
struct Progress {
    bytes: Cell<u64>,
    has_failed: Cell<bool>,
}

struct Counted<R> {
    reader: R,
    progress: Rc<Progress>,
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
        let failed = &self.progress.has_failed;
        self.reader.fill_buf().inspect_err(|error| failed.set(error.kind() != io::ErrorKind::Interrupted))
    }

    fn consume(&mut self, amount: usize) {
        self.progress.bytes.set(self.progress.bytes.get() + amount as u64);
        self.reader.consume(amount);
    }
}

#[cfg(test)]
mod tests;
