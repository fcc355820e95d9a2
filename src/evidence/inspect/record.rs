//! RECORD, held against the archive that it speaks of (binary distribution
//! format, "The .dist-info directory").

use std::collections::BTreeSet;

use sha2::Digest as _;

use super::hash;
use crate::distribution::wheel::{Record, RecordDigest, RecordRow, archive_path};
use crate::evidence::wheel::{Difference, RecordCheck, WeakRow, WrongFile};
use crate::sample::Sample;

/// What RECORD says, looked up as the files of the archive pass by.
pub(super) struct Checker<'a> {
    record: &'a Record<'a>,
    /// Hashes of the rows' paths as the archive spells them, and the rows'
    /// numbers, sorted: sixteen bytes a row, where a map of paths would take
    /// many times as much.
    rows: Vec<(u64, usize)>,
    /// Which rows are of files that have passed by, by their numbers.
    seen: Vec<bool>,
    /// Files that need no digest: RECORD itself, and its signatures.
    exempt: BTreeSet<String>,
    check: RecordCheck,
}

impl<'a> Checker<'a> {
    /// Looks at the rows; `prove` the digests as well.
    pub(super) fn new(record: &'a Record<'a>, dist_info: &str, prove: bool) -> Self {
        let exempt = ["RECORD", "RECORD.jws", "RECORD.p7s"].map(|name| format!("{dist_info}/{name}"));
        let check = RecordCheck {
            proved: prove,
            blank_line: record.blank_line(),
            odd_rows: record.odd_rows().clone(),
            ..RecordCheck::default()
        };
        let mut checker = Self {
            record,
            rows: Vec::new(),
            seen: vec![false; record.rows().len()],
            exempt: exempt.into(),
            check,
        };
        checker.rows.reserve_exact(record.rows().len());
        for (number, row) in record.rows().enumerate() {
            checker.rows.push((hash(&archive_path(row.path())), number));
            checker.judge(&row);
        }
        checker.rows.sort_unstable();
        checker.find_repeated();
        checker
    }

    fn judge(&mut self, row: &RecordRow<'_>) {
        let path = || row.path().to_owned();
        let canonical = archive_path(row.path());
        if canonical != row.path() {
            self.check.noncanonical_paths.push(path());
        }
        match row.digest() {
            None if self.exempt.contains(canonical.as_ref()) => {}
            None => self.check.undigested.push(path()),
            Some(digest) if !digest.is_proof() => {
                self.check.weak.push(WeakRow { path: path(), digest: digest.to_string() });
            }
            Some(_) => {}
        }
    }

    /// Looks for rows that speak of one file.
    fn find_repeated(&mut self) {
        let pairs = self.rows.iter().zip(self.rows.iter().skip(1));
        let mut repeated: Vec<(usize, usize)> = pairs
            .filter(|((one, _), (other, _))| one == other)
            .map(|((_, one), (_, other))| (*other, *one))
            .collect();
        repeated.sort_unstable();
        for (number, before) in repeated {
            let (Some(row), Some(other)) = (self.record.row(number), self.record.row(before)) else {
                continue;
            };
            // Two paths may have one hash.
            if archive_path(row.path()) != archive_path(other.path()) {
                continue;
            }
            let path = row.path().to_owned();
            if (other.digest(), other.size()) != (row.digest(), row.size()) {
                self.check.wrong.push(WrongFile { path: path.clone(), difference: Difference::Rows });
            }
            self.check.repeated.push(path);
        }
    }

    /// The last row of the file at this path, and its number.
    fn row(&self, path: &str) -> Option<(usize, RecordRow<'a>)> {
        let hash = hash(path);
        let end = self.rows.partition_point(|(other, _)| *other <= hash);
        let same = self.rows.get(..end)?.iter().rev().take_while(|(other, _)| *other == hash);
        same.filter_map(|(_, number)| Some((*number, self.record.row(*number)?)))
            .find(|(_, row)| archive_path(row.path()) == path)
    }

    /// Looks up the file of which the bytes pass by next.
    pub(super) fn expect(&mut self, path: &str) -> Expected<'a> {
        let Some((number, row)) = self.row(path) else {
            if !self.exempt.contains(path) || path.ends_with("/RECORD") {
                self.check.unlisted.push(path.to_owned());
            }
            return Expected { row: None, hasher: None };
        };
        if let Some(seen) = self.seen.get_mut(number) {
            *seen = true;
        }
        let hasher = row.digest().filter(|_| self.check.proved).and_then(Hasher::of);
        Expected { row: Some(row), hasher }
    }

    /// Compares a file that has passed by with what was expected of it.
    pub(super) fn compare(&mut self, path: &str, size: u64, expected: Expected<'_>) {
        let Some(row) = expected.row.filter(|_| self.check.proved) else { return };
        let difference = match (row.size(), row.digest(), expected.hasher.map(Hasher::finish)) {
            (Some(recorded), _, _) if recorded != size => Difference::Size { recorded, found: size },
            (_, Some(recorded), Some(found)) if *recorded != found => {
                Difference::Digest { recorded: recorded.to_string(), found: found.to_string() }
            }
            _ => return,
        };
        self.check.wrong.push(WrongFile { path: path.to_owned(), difference });
    }

    /// Looks for rows of files that have not passed by.
    pub(super) fn finish(mut self) -> RecordCheck {
        let mut absent = Sample::default();
        for (number, _) in self.seen.iter().enumerate().filter(|(_, seen)| !**seen) {
            let Some(row) = self.record.row(number) else { continue };
            let path = archive_path(row.path());
            // Rows that repeat each other count once.
            if self.row(&path).is_some_and(|(last, _)| last == number) {
                absent.push(path.into_owned());
            }
        }
        self.check.absent = absent;
        self.check
    }
}

/// What RECORD says of one file.
pub(super) struct Expected<'a> {
    row: Option<RecordRow<'a>>,
    /// The hasher for its bytes; none if there is nothing to compare with.
    pub(super) hasher: Option<Hasher>,
}

/// The algorithms of which a digest in RECORD proves anything.
pub(super) enum Hasher {
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
}

impl Hasher {
    fn of(digest: &RecordDigest) -> Option<Self> {
        match digest {
            RecordDigest::Sha256(_) => Some(Self::Sha256(sha2::Sha256::new())),
            RecordDigest::Sha384(_) => Some(Self::Sha384(sha2::Sha384::new())),
            RecordDigest::Sha512(_) => Some(Self::Sha512(sha2::Sha512::new())),
            RecordDigest::Weak(_) | RecordDigest::Unknown(_) | RecordDigest::Malformed(_) => None,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha384(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> RecordDigest {
        match self {
            Self::Sha256(hasher) => RecordDigest::Sha256(<[u8; 32]>::from(hasher.finalize()).into()),
            Self::Sha384(hasher) => RecordDigest::Sha384(hasher.finalize().into()),
            Self::Sha512(hasher) => RecordDigest::Sha512(<[u8; 64]>::from(hasher.finalize()).into()),
        }
    }
}
