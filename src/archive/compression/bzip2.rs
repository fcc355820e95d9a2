//! The streams of a bzip2 file.

use std::io::{self, BufRead, Read};

use bzip2::bufread::BzDecoder;

/// What the decoder keeps of the largest block, in bytes (bzip2(1), "Memory
/// management").
pub(super) const WINDOW: u64 = 4 << 20;

pub(super) enum Bzip2<R> {
    Stream(Box<BzDecoder<R>>),
    /// Before a stream, or behind the last one.
    Between(R, Position),
    /// While one becomes the other, and behind an error.
    Moving,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    Start,
    Behind,
}

impl<R: BufRead> Bzip2<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self::Between(reader, Position::Start)
    }
}

impl<R: BufRead> Read for Bzip2<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self {
                Self::Stream(decoder) => {
                    let got = decoder.read(buffer)?;
                    if got > 0 || buffer.is_empty() {
                        return Ok(got);
                    }
                    if let Self::Stream(decoder) = std::mem::replace(self, Self::Moving) {
                        *self = Self::Between(decoder.into_inner(), Position::Behind);
                    }
                }
                Self::Between(reader, position) => {
                    // bzip2 passes over anything else behind the first stream.
                    let is_next = *position == Position::Start || reader.fill_buf()?.first() == Some(&b'B');
                    if !is_next {
                        return Ok(0);
                    }
                    if let Self::Between(reader, _) = std::mem::replace(self, Self::Moving) {
                        *self = Self::Stream(Box::new(BzDecoder::new(reader)));
                    }
                }
                Self::Moving => return Ok(0),
            }
        }
    }
}
