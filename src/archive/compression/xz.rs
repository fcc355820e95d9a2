//! The streams of an xz file (The .xz File Format 1.2.1, section 2).

use std::io::{self, BufRead, Read};

use lzma_rust2::XzReader;

use super::BehindTheEnd;

/// What the decoder keeps beside its window.
const OVERHEAD: u64 = 256 << 10;

pub(super) struct Xz<R: Read> {
    state: State<R>,
    /// The largest window, in bytes.
    most: u64,
    is_first: bool,
}

enum State<R: Read> {
    Stream(Box<XzReader<R>>),
    /// Before a stream, or behind the last one.
    Between(R),
    /// While one becomes the other, and behind an error.
    Moving,
}

impl<R: BufRead> Xz<R> {
    /// With a window of at most so many bytes.
    pub(super) const fn new(reader: R, most: u64) -> Self {
        Self { state: State::Between(reader), most, is_first: true }
    }

    fn next_stream(&self, reader: R) -> State<R> {
        let kib = self.most.saturating_add(OVERHEAD) >> 10;
        let kib = u32::try_from(kib).unwrap_or(u32::MAX);
        // Streams that follow are looked for here: the reader takes them for
        // cut where their magic number is read in two parts.
        State::Stream(Box::new(XzReader::new_mem_limit(reader, false, kib)))
    }
}

impl<R: BufRead> Read for Xz<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.state {
                State::Stream(decoder) => {
                    let got = match decoder.read(buffer) {
                        Ok(got) => got,
                        Err(error) => {
                            self.state = State::Moving;
                            return Err(error);
                        }
                    };
                    if got > 0 || buffer.is_empty() {
                        return Ok(got);
                    }
                    if let State::Stream(decoder) = std::mem::replace(&mut self.state, State::Moving) {
                        self.state = State::Between(decoder.into_inner());
                    }
                    self.is_first = false;
                }
                State::Between(reader) => {
                    if !self.is_first && !is_at_stream(reader)? {
                        return Ok(0);
                    }
                    if let State::Between(reader) = std::mem::replace(&mut self.state, State::Moving) {
                        self.state = self.next_stream(reader);
                    }
                }
                State::Moving => return Ok(0),
            }
        }
    }
}

/// Whether a stream follows, behind padding of zeros by fours (section 2.2).
fn is_at_stream(reader: &mut impl BufRead) -> io::Result<bool> {
    let mut zeros = 0;
    loop {
        let buffer = reader.fill_buf()?;
        let is_whole = zeros % 4 == 0;
        match buffer.first() {
            None if is_whole => return Ok(false),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some(0xfd) if is_whole => return Ok(true),
            Some(0) => {}
            Some(_) => return Err(BehindTheEnd::error()),
        }
        let more = buffer.iter().take_while(|byte| **byte == 0).count();
        zeros += more;
        reader.consume(more);
    }
}

/// The window that the first block of a file asks for, in bytes; the largest
/// there is if the head does not say.
pub(super) fn window(head: &[u8]) -> u64 {
    dictionary(head).unwrap_or(u64::MAX)
}

/// Section 3.1: the header of a block, behind the 12 bytes of that of the stream.
fn dictionary(head: &[u8]) -> Option<u64> {
    let [_, flags, rest @ ..] = head.get(12..)? else { return None };
    let mut rest = rest;
    // The packed and the unpacked size.
    for size in [0x40, 0x80] {
        if flags & size != 0 {
            rest = number(rest)?.1;
        }
    }
    for _ in 0..=(flags & 3) {
        let (id, after) = number(rest)?;
        let (size, after) = number(after)?;
        let (properties, after) = after.split_at_checked(usize::try_from(size).ok()?)?;
        if id == LZMA2 {
            return lzma2_dictionary(*properties.first()?);
        }
        rest = after;
    }
    None
}

/// The id of the filter.
const LZMA2: u64 = 0x21;

/// Section 5.3.1.
fn lzma2_dictionary(bits: u8) -> Option<u64> {
    match bits {
        40 => Some(u32::MAX.into()),
        0..40 => Some((2 | u64::from(bits & 1)) << (bits / 2 + 11)),
        _ => None,
    }
}

/// An integer in groups of seven bits (section 1.2).
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut sum = 0;
    for (place, byte) in bytes.iter().take(9).enumerate() {
        sum |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((sum, bytes.get(place + 1..)?));
        }
    }
    None
}
