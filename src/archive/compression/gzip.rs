//! The members of a gzip file (RFC 1952, section 2.2).

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::BehindTheEnd;

pub(super) enum Gzip<R> {
    Member(Box<GzDecoder<R>>),
    /// Before a member, or behind the last one.
    Between(R),
    /// While one becomes the other.
    Moving,
}

impl<R: BufRead> Gzip<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self::Between(reader)
    }
}

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
            Some(_) => return Err(BehindTheEnd::error()),
        }
        is_padded = true;
        let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
        reader.consume(zeros);
    }
}
