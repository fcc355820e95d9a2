//! Parts of a file, kept while its bytes pass by.
//!
//! Headers say where in a file the tables lie that rules ask for. A first look
//! keeps the head and the ranges that it names; what a reader then misses is
//! kept at a second look. However large the file is, no more than [`MAX_KEPT`]
//! bytes of it are held.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use object::ReadRef;

/// The first bytes of a file, which say what it is. 4 KiB hold every header
/// and, but for rare files, every program header.
pub(crate) const HEAD: u64 = 4 << 10;

/// The most bytes of one file that are kept.
const MAX_KEPT: u64 = 4 << 20;

/// The most parts of one file that are kept apart.
const MAX_PARTS: usize = 64;

/// What is missing is asked for by pages, so that neighbours come along.
const PAGE: u64 = 4 << 10;

/// Parts of a file by their offsets. What is read from it and was not kept is
/// noted as [missing](Self::missing).
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    /// By offset, without overlap.
    pieces: Vec<(u64, Vec<u8>)>,
    /// Of the whole file, in bytes.
    len: u64,
    missing: RefCell<Vec<Range<u64>>>,
}

impl Excerpt {
    /// The beginning of a file whose length is not known.
    pub(super) fn beginning(bytes: &[u8]) -> Self {
        Self { pieces: vec![(0, bytes.to_vec())], len: u64::MAX, missing: RefCell::default() }
    }

    /// The first bytes.
    pub(crate) fn head(&self) -> &[u8] {
        match self.pieces.first() {
            Some((0, bytes)) => bytes,
            _ => &[],
        }
    }

    /// How many bytes are kept.
    pub(crate) fn kept(&self) -> usize {
        self.pieces.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// Of the whole file, in bytes.
    pub(crate) const fn file_len(&self) -> u64 {
        self.len
    }

    /// What was read and is not there, as far as there is room for it: ranges
    /// in order, without overlap. Empty if everything was there.
    pub(crate) fn missing(&self) -> Vec<Range<u64>> {
        let mut kept: u64 = self.pieces.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        let mut ranges = merged(self.missing.borrow().clone());
        ranges.truncate(MAX_PARTS);
        ranges.retain(|range| {
            let fits = kept.saturating_add(range.end - range.start) <= MAX_KEPT;
            if fits {
                kept += range.end - range.start;
            }
            fits
        });
        ranges
    }

    /// Notes that a range should be kept at the next look, if it lies in the file.
    pub(crate) fn want(&self, range: Range<u64>) {
        let end = range.end.min(self.len);
        if range.start < end && !self.has(range.start, end - range.start) {
            self.missing.borrow_mut().push(range.start..end);
        }
    }

    fn has(&self, offset: u64, size: u64) -> bool {
        self.get(offset, size).is_some()
    }

    fn get(&self, offset: u64, size: u64) -> Option<&[u8]> {
        let (start, bytes) = self.pieces.iter().rfind(|(start, _)| *start <= offset)?;
        let from = usize::try_from(offset - start).ok()?;
        bytes.get(from..)?.get(..usize::try_from(size).ok()?)
    }
}

impl<'a> ReadRef<'a> for &'a Excerpt {
    fn len(self) -> Result<u64, ()> {
        Ok(self.len)
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        let end = offset.checked_add(size).filter(|end| *end <= self.len).ok_or(())?;
        let bytes = self.get(offset, size);
        if bytes.is_none() {
            self.want(offset - offset % PAGE..end.next_multiple_of(PAGE));
        }
        bytes.ok_or(())
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        let end = range.end.min(self.len);
        let size = end.checked_sub(range.start).ok_or(())?;
        let (start, piece) = self.pieces.iter().rfind(|(start, _)| *start <= range.start).ok_or(())?;
        let from = usize::try_from(range.start - start).map_err(|_| ())?;
        let bytes = piece.get(from..).unwrap_or(&[]);
        let bytes = usize::try_from(size).ok().and_then(|size| bytes.get(..size)).unwrap_or(bytes);
        let found = bytes.iter().position(|byte| *byte == delimiter).and_then(|at| bytes.get(..at));
        if found.is_none() && (bytes.len() as u64) < size {
            self.want(range.start..end.min(range.start + PAGE));
        }
        found.ok_or(())
    }
}

/// Ranges in order, those that touch as one.
fn merged(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Which ranges of a file that begins so a reader will ask for.
type Named = fn(&[u8]) -> Vec<Range<u64>>;

/// Keeps parts of a file while its bytes are written to it.
#[derive(Debug)]
pub(crate) struct Collector {
    /// The parts to keep, in order, without overlap, and what there is of each.
    pieces: Vec<(Range<u64>, Vec<u8>)>,
    position: u64,
    /// Asked once, of the whole head.
    named: Option<Named>,
    is_again: bool,
}

impl Collector {
    /// A first look: the head, and what `named` makes of it.
    pub(crate) fn new(named: Named) -> Self {
        Self { pieces: vec![(0..HEAD, Vec::new())], position: 0, named: Some(named), is_again: false }
    }

    /// Another look: what there was, and what was missing. None if nothing was.
    pub(crate) fn again(excerpt: &Excerpt) -> Option<Self> {
        let missing = excerpt.missing();
        if missing.is_empty() {
            return None;
        }
        let kept = excerpt.pieces.iter().map(|(start, bytes)| *start..*start + bytes.len() as u64);
        let ranges = merged(kept.chain(missing).collect());
        let pieces = ranges.into_iter().map(|range| (range, Vec::new())).collect();
        Some(Self { pieces, position: 0, named: None, is_again: true })
    }

    /// The first bytes so far.
    pub(crate) fn head(&self) -> &[u8] {
        self.pieces.first().map_or(&[], |(_, bytes)| bytes)
    }

    /// Whether all that is to be kept has passed by.
    fn is_complete(&self) -> bool {
        self.named.is_none() && self.pieces.last().is_none_or(|(range, _)| range.end <= self.position)
    }

    /// Reads from a file what it wants, and no more.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn fill(&mut self, file: &mut (impl Read + Seek)) -> io::Result<()> {
        let (mut head, size) = (Vec::new(), if self.is_again { 0 } else { HEAD });
        file.seek(SeekFrom::Start(0))?;
        file.by_ref().take(size).read_to_end(&mut head)?;
        self.write_all(&head)?;
        for (range, kept) in &mut self.pieces {
            let there = range.start + kept.len() as u64;
            file.seek(SeekFrom::Start(there))?;
            file.by_ref().take(range.end.saturating_sub(there)).read_to_end(kept)?;
        }
        Ok(())
    }

    /// What was kept. The file ended where the bytes did, or has that many.
    pub(crate) fn finish(self, len: Option<u64>) -> Excerpt {
        let pieces = self.pieces.into_iter().map(|(range, bytes)| (range.start, bytes));
        Excerpt {
            pieces: pieces.filter(|(_, bytes)| !bytes.is_empty()).collect(),
            len: len.unwrap_or(self.position),
            missing: RefCell::default(),
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let (start, end) = (self.position, self.position + bytes.len() as u64);
        for (range, kept) in &mut self.pieces {
            let (from, to) = (range.start.max(start), range.end.min(end));
            if from < to {
                // Both lie within `bytes`.
                let within = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
                kept.extend_from_slice(bytes.get(within(from)..within(to)).unwrap_or_default());
            }
        }
        self.position = end;
    }

    /// Once the head is whole: what it names is kept as well.
    fn plan(&mut self) {
        let Some(named) = self.named.take() else { return };
        let mut ranges: Vec<Range<u64>> = std::iter::once(0..HEAD).collect();
        let mut room = MAX_KEPT;
        for range in named(self.head()).into_iter().take(MAX_PARTS) {
            let size = range.end.saturating_sub(range.start);
            if size > 0 && size <= room {
                room -= size;
                ranges.push(range);
            }
        }
        // The head is all there is so far, and is where the first range begins.
        let mut head = self.pieces.pop().map(|(_, bytes)| bytes);
        self.pieces =
            merged(ranges).into_iter().map(|range| (range, head.take().unwrap_or_default())).collect();
    }
}

impl Write for Collector {
    /// Refuses bytes behind all that another look wants.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_complete() && self.is_again {
            return Err(io::ErrorKind::Other.into());
        }
        let missing = usize::try_from(HEAD.saturating_sub(self.position)).unwrap_or(usize::MAX);
        match bytes.split_at_checked(missing) {
            Some((head, rest)) if self.named.is_some() => {
                self.take(head);
                self.plan();
                self.take(rest);
            }
            _ => self.take(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(len: usize) -> Vec<u8> {
        (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    fn collected(mut collector: Collector, bytes: &[u8], block: usize) -> Excerpt {
        let is_refused = bytes.chunks(block).any(|block| collector.write_all(block).is_err());
        assert!(!is_refused || collector.is_complete());
        collector.finish(Some(bytes.len() as u64))
    }

    #[test]
    fn what_the_head_names_is_kept() {
        let file = file(100_000);
        for block in [1, 7, 4096, 5000, 100_000] {
            let collector =
                Collector::new(|head| vec![50_000..50_010, 0..head.len() as u64 + 100, 99_999..200_000]);
            let excerpt = collected(collector, &file, block);
            assert_eq!(excerpt.head(), &file[..4196]);
            assert_eq!((&excerpt).read_bytes_at(50_001, 9), Ok(&file[50_001..50_010]));
            assert_eq!((&excerpt).read_bytes_at(99_999, 1), Ok(&file[99_999..]));
            assert!(excerpt.missing().is_empty());
            // Beyond the end, so at no look.
            assert_eq!((&excerpt).read_bytes_at(99_999, 2), Err(()));
            assert!(Collector::again(&excerpt).is_none());
            // In the file, so at the next.
            assert_eq!((&excerpt).read_bytes_at(50_005, 10), Err(()));
            assert_eq!((&excerpt).read_bytes_at_until(70_000..90_000, 0), Err(()));
            let excerpt = collected(Collector::again(&excerpt).unwrap(), &file, block);
            assert_eq!((&excerpt).read_bytes_at(50_005, 10), Ok(&file[50_005..50_015]));
            let until = (&excerpt).read_bytes_at_until(70_000..90_000, 0).unwrap();
            assert_eq!(until, &file[70_000..70_000 + until.len()]);
            assert_eq!(excerpt.head(), &file[..4196]);
        }
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let excerpt = collected(Collector::new(|_| vec![0..u64::MAX, 10_000..10_010]), &file(20_000), 999);
        assert_eq!(excerpt.head().len(), 4096);
        assert!((&excerpt).read_bytes_at(10_000, 10).is_ok());
        let mut large = collected(Collector::new(|_| Vec::new()), &file(5_000), 999);
        large.len = u64::MAX;
        large.want(0..u64::MAX);
        large.want(8192..MAX_KEPT + 8192);
        assert!(large.missing().is_empty());
    }

    #[test]
    fn a_file_shorter_than_its_head() {
        let excerpt = collected(Collector::new(|_| panic!("there is no whole head")), b"short", 2);
        assert_eq!((excerpt.head(), excerpt.file_len()), (&b"short"[..], 5));
    }

    proptest! {
        #[test]
        fn pieces_are_the_files(ranges in prop::collection::vec((0_u64..30_000, 0_u64..9_000), 0..6), block in 1_usize..9_000) {
            let file = file(25_000);
            let first = collected(Collector::new(|_| Vec::new()), &file, block);
            for (start, size) in &ranges {
                let _ = (&first).read_bytes_at(*start, *size);
            }
            let Some(again) = Collector::again(&first) else { return Ok(()) };
            let again = collected(again, &file, block);
            for (start, size) in ranges {
                let found = (&again).read_bytes_at(start, size);
                let expected = usize::try_from(start).unwrap()..usize::try_from(start + size).unwrap();
                prop_assert_eq!(found.ok(), file.get(expected));
            }
        }
    }
}
