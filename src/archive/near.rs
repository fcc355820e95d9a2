//! Reading here and there in a file, but mostly a little further on.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Bytes read ahead.
const AHEAD: usize = 64 << 10;

/// A buffered reader that keeps its buffer at a seek that stays within it.
///
/// The entries of a zip lie one after the other, and each is sought by its
/// offset. [`BufReader`] would drop what it has read ahead at every one.
#[derive(Debug)]
pub(super) struct NearReader<R: Read + Seek> {
    reader: BufReader<R>,
    position: u64,
}

impl<R: Read + Seek> NearReader<R> {
    /// # Errors
    /// Those of the reader, whose position is asked for.
    pub(super) fn new(mut reader: R) -> io::Result<Self> {
        let position = reader.stream_position()?;
        Ok(Self { reader: BufReader::with_capacity(AHEAD, reader), position })
    }
}

impl<R: Read + Seek> Read for NearReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for NearReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(to) => {
                let distance = i128::from(to) - i128::from(self.position);
                match i64::try_from(distance) {
                    Ok(distance) => {
                        self.reader.seek_relative(distance)?;
                        to
                    }
                    Err(_) => self.reader.seek(SeekFrom::Start(to))?,
                }
            }
            SeekFrom::Current(_) | SeekFrom::End(_) => self.reader.seek(to)?,
        };
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_what_a_plain_reader_reads(steps in prop::collection::vec((0_u8..3, 0_i64..200_000, 0_usize..70_000), 1..20)) {
            let bytes: Vec<u8> = (0..150_000_u32).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect();
            let (mut near, mut plain) = (NearReader::new(Cursor::new(&bytes)).unwrap(), Cursor::new(&bytes));
            for (kind, offset, size) in steps {
                let to = match kind {
                    0 => SeekFrom::Start(offset.unsigned_abs()),
                    1 => SeekFrom::Current(offset - 100_000),
                    _ => SeekFrom::End(offset - 150_000),
                };
                let sought = plain.seek(to);
                prop_assert_eq!(near.seek(to).ok(), sought.ok());
                let (mut found, mut expected) = (Vec::new(), Vec::new());
                near.by_ref().take(size as u64).read_to_end(&mut found).unwrap();
                plain.by_ref().take(size as u64).read_to_end(&mut expected).unwrap();
                prop_assert!(found == expected);
                prop_assert_eq!(near.stream_position().unwrap(), plain.stream_position().unwrap());
            }
        }
    }
}
