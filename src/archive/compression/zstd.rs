//! The frames of a Zstandard file (RFC 8878, section 3).

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{BehindTheEnd, broken};

const MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();

/// A frame of no bytes: its header and one block.
const EMPTY_FRAME: &[u8] = b"\x28\xb5\x2f\xfd\x20\x00\x01\x00\x00";

pub(super) struct Zstd<R> {
    reader: R,
    /// The largest window, in bytes.
    most: u64,
    frame: Option<Frame>,
    is_first: bool,
}

struct Frame {
    decoder: FrameDecoder,
    /// Bytes handed on so far.
    read: u64,
}

impl<R: BufRead> Zstd<R> {
    /// With a window of at most so many bytes.
    pub(super) const fn new(reader: R, most: u64) -> Self {
        Self { reader, most, frame: None, is_first: true }
    }

    /// Begins the next frame that holds something; none at the end.
    fn next_frame(&mut self) -> io::Result<Option<Frame>> {
        loop {
            let is_first = std::mem::replace(&mut self.is_first, false);
            match self.reader.fill_buf()?.first() {
                None if is_first => return Err(io::ErrorKind::UnexpectedEof.into()),
                None => return Ok(None),
                Some(0x28 | 0x50..=0x5f) => {}
                Some(_) if is_first => return Err(broken()),
                Some(_) => return Err(BehindTheEnd::error()),
            }
            // A decoder of its own: one that is used again keeps its room, even if it
            // is larger than the next frame needs.
            let mut decoder = FrameDecoder::new();
            decoder.set_max_window_size(self.most);
            // A decoder that has begun a frame makes room for the whole window of the
            // next at once; a new one grows, and then has two of them for a moment.
            decoder.init(EMPTY_FRAME).map_err(|error| of_frame(&error))?;
            match decoder.init(&mut self.reader) {
                Ok(()) => return Ok(Some(Frame { decoder, read: 0 })),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => skip(&mut self.reader, length.into())?,
                Err(error) => return Err(of_frame(&error)),
            }
        }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(Frame { decoder, read }) = &mut self.frame else {
                self.frame = self.next_frame()?;
                if self.frame.is_none() {
                    return Ok(0);
                }
                continue;
            };
            // A block at a time, so that no more than a window is kept.
            while decoder.can_collect() == 0 && !decoder.is_finished() {
                decoder
                    .decode_blocks(&mut self.reader, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| of_frame(&error))?;
            }
            let got = decoder.read(buffer)?;
            *read += got as u64;
            if got > 0 || buffer.is_empty() {
                return Ok(got);
            }
            let is_whole = matches!(decoder.content_size(), 0) || decoder.content_size() == *read;
            let sum = decoder.get_checksum_from_data();
            if !is_whole || sum.is_some_and(|sum| decoder.get_calculated_checksum() != Some(sum)) {
                return Err(broken());
            }
            self.frame = None;
        }
    }
}

fn skip(reader: &mut impl BufRead, mut bytes: u64) -> io::Result<()> {
    while bytes > 0 {
        let there = reader.fill_buf()?.len();
        if there == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let some = usize::try_from(bytes).unwrap_or(usize::MAX).min(there);
        reader.consume(some);
        bytes -= some as u64;
    }
    Ok(())
}

/// An error of the decoder, by its kind.
fn of_frame(error: &FrameDecoderError) -> io::Error {
    let is_too_large = matches!(error, FrameDecoderError::WindowSizeTooBig { .. });
    if is_too_large {
        return io::ErrorKind::OutOfMemory.into();
    }
    if matches!(error, FrameDecoderError::DictNotProvided { .. }) {
        return io::ErrorKind::Unsupported.into();
    }
    // What lies beneath says whether the file ended, or could not be read.
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return io.kind().into();
        }
        cause = inner.source();
    }
    broken()
}

/// The window that the first frame of a file asks for, in bytes; the largest there
/// is if the head does not say (section 3.1.1.1).
pub(super) fn window(head: &[u8]) -> u64 {
    let Some([descriptor, rest @ ..]) = head.strip_prefix(&MAGIC) else { return u64::MAX };
    let is_single = descriptor & 0x20 != 0;
    if !is_single {
        return rest.first().map_or(u64::MAX, |window| {
            let base = 1_u64 << (10 + (window >> 3));
            base + base / 8 * u64::from(window & 7)
        });
    }
    // One segment, which is as large as the content.
    let dictionary = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or(0);
    let (size, plus) =
        [(1, 0), (2, 256), (4, 0), (8, 0)].get(usize::from(descriptor >> 6)).copied().unwrap_or((1, 0));
    let Some(field) = rest.get(dictionary..dictionary + size) else { return u64::MAX };
    let number = field.iter().rev().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    number.saturating_add(plus)
}
