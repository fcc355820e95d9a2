//! RECORD, held against the archive that it speaks of (binary distribution
//! format, "The .dist-info directory").

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::Digest as _;

use crate::distribution::wheel::{Record, RecordDigest, RecordRow, archive_path};
use crate::evidence::wheel::{Difference, RecordCheck, WeakRow, WrongFile};

/// What RECORD says, looked up as the files of the archive pass by.
pub(super) struct Checker<'a> {
    rows: BTreeMap<Cow<'a, str>, &'a RecordRow>,
    /// Files that need no digest: RECORD itself, and its signatures.
    exempt: BTreeSet<String>,
    check: RecordCheck,
}

impl<'a> Checker<'a> {
    /// Looks at the rows; `prove` the digests as well.
    pub(super) fn new(record: &'a Record, dist_info: &str, prove: bool) -> Self {
        let exempt = ["RECORD", "RECORD.jws", "RECORD.p7s"].map(|name| format!("{dist_info}/{name}"));
        let mut checker =
            Self { rows: BTreeMap::new(), exempt: exempt.into(), check: RecordCheck::default() };
        checker.check.proved = prove;
        checker.check.blank_line = record.blank_line();
        for row in record.rows() {
            checker.row(row);
        }
        checker
    }

    fn row(&mut self, row: &'a RecordRow) {
        let path = || row.path().to_owned();
        let spelt = archive_path(row.path());
        if spelt != row.path() {
            self.check.noncanonical_paths.push(path());
        }
        if let Some(other) = self.rows.insert(spelt, row) {
            self.check.repeated.push(path());
            if (other.digest(), other.size()) != (row.digest(), row.size()) {
                self.check.wrong.push(WrongFile { path: path(), difference: Difference::Rows });
            }
        }
        match row.digest() {
            None if self.exempt.contains(archive_path(row.path()).as_ref()) => {}
            None => self.check.undigested.push(path()),
            Some(digest) if !digest.is_proof() => {
                self.check.weak.push(WeakRow { path: path(), digest: digest.to_string() });
            }
            Some(_) => {}
        }
    }

    /// What the bytes of a file must go through so that [`Self::compare`] can
    /// tell whether they are those of its row.
    pub(super) fn hasher(&self, path: &str) -> Option<Hasher> {
        let row = self.rows.get(path).filter(|_| self.check.proved)?;
        Hasher::of(row.digest()?)
    }

    /// Compares a file that has passed by.
    pub(super) fn compare(&mut self, path: &str, size: u64, hasher: Option<Hasher>) {
        let Some(row) = self.rows.get(path).filter(|_| self.check.proved) else { return };
        let difference = match (row.size(), row.digest(), hasher.map(Hasher::finish)) {
            (Some(recorded), _, _) if recorded != size => Difference::Size { recorded, found: size },
            (_, Some(recorded), Some(found)) if *recorded != found => {
                Difference::Digest { recorded: recorded.to_string(), found: found.to_string() }
            }
            _ => return,
        };
        self.check.wrong.push(WrongFile { path: path.to_owned(), difference });
    }

    /// Compares the names, once all files have passed by.
    pub(super) fn finish(mut self, paths: &BTreeSet<&str>) -> RecordCheck {
        let is_signature = |path: &str| self.exempt.contains(path) && !path.ends_with("/RECORD");
        for path in paths {
            if !self.rows.contains_key(*path) && !is_signature(path) {
                self.check.unlisted.push((*path).to_owned());
            }
        }
        for path in self.rows.keys() {
            if !paths.contains(path.as_ref()) {
                self.check.absent.push(path.clone().into_owned());
            }
        }
        self.check
    }
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
