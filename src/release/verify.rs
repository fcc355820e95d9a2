//! Verify that a release on the disk is what its manifest says.
//!
//! 1. The manifest has the digest that was given. It is compared before the
//!    manifest is parsed: another manifest is not read any further. Without a
//!    digest, a release can at best be consistent with itself.
//! 2. The files at the top are, byte for byte, those that follow from the
//!    manifest.
//! 3. Every file of the manifest is there with its size and digest.
//! 4. Nothing else is there, except attestations that the publishing action
//!    writes beside distributions.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Seek};

use rayon::prelude::*;

use crate::digest::{Algorithms, HashingWriter, Sha256};
use crate::disk::dir::{Dir, DirError, DirErrorKind, EntryKind};
use crate::folder::Folder;
use crate::release::manifest::{MANIFEST, MAX_BYTES, Manifest};
use crate::release::top_level::TopLevelFiles;
use crate::release::verification::{Anchor, Change, Problem, Verification};

/// The suffix of attestations that may lie beside distributions.
const ATTESTATION: &str = ".publish.attestation";

/// The largest manifest that is parsed although no digest vouches for it, in
/// bytes: that of some 20,000 files.
const MAX_UNANCHORED_BYTES: u64 = 16 << 20;

/// The most commas in such a manifest. Between two of them lies at least one
/// value, which costs far more memory than its bytes if it is a short string.
const MAX_UNANCHORED_COMMAS: usize = 300_000;

/// A release could not be read, or is none.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no manifest.
    #[error("`{0}` is not a release: it has no {MANIFEST}")]
    NoManifest(String),
    /// It cannot be read as a manifest of this format.
    #[error(
        "{MANIFEST} is not a manifest that this version of release-prep can read; verify it with the version that prepared it, or prepare it again"
    )]
    Manifest(#[source] serde_json::Error),
    /// It is larger than any manifest.
    #[error("{MANIFEST} has {0} bytes; the limit is {MAX_BYTES}")]
    TooLarge(u64),
    /// It is too large to be parsed without its digest.
    #[error(
        "{MANIFEST} has {0} bytes; the limit without its digest is {MAX_UNANCHORED_BYTES}: verify it with --manifest-digest"
    )]
    TooLargeUnanchored(u64),
    /// It has too many values to be parsed without its digest.
    #[error(
        "{MANIFEST} has {0} commas; the limit without its digest is {MAX_UNANCHORED_COMMAS}: verify it with --manifest-digest"
    )]
    TooManyValues(usize),
    /// The file system failed.
    #[error("the release cannot be read")]
    Dir(#[source] DirError),
    /// A file could not be read to its end.
    #[error("{0} cannot be read")]
    Read(String, #[source] io::Error),
}

impl VerifyError {
    /// Whether what was found is no release, rather than one that cannot be
    /// read.
    #[must_use]
    pub const fn is_not_a_release(&self) -> bool {
        match self {
            Self::NoManifest(_)
            | Self::Manifest(_)
            | Self::TooLarge(_)
            | Self::TooLargeUnanchored(_)
            | Self::TooManyValues(_) => true,
            Self::Dir(_) | Self::Read(..) => false,
        }
    }

    /// The message with that of its cause.
    #[must_use]
    pub fn with_cause(&self) -> String {
        match self.source() {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }
}

/// Verifies the release in `dir`, every byte of it.
///
/// # Errors
/// If there is no manifest, or something cannot be read.
pub(crate) fn verify(dir: &Dir, anchor: Anchor) -> Result<Verification, VerifyError> {
    let file = ManifestFile::open(dir)?;
    let manifest = match anchor {
        Anchor::Itself => file.parse_unanchored()?,
        Anchor::Digest(expected) => match file.parse_anchored(expected)? {
            Ok(manifest) => manifest,
            Err(found) => return Ok(Verification::AnotherManifest { expected, found }),
        },
    };
    let problems = compare(dir, &manifest)?;
    let ReadManifest { manifest, digest, .. } = manifest;
    Ok(Verification::Compared { manifest: Box::new(manifest), manifest_digest: digest, problems })
}

/// What keeps the release in `dir` from matching its own manifest, every byte
/// compared.
///
/// # Errors
/// As [`verify`].
pub(crate) fn differences(dir: &Dir) -> Result<Vec<Problem>, VerifyError> {
    compare(dir, &ManifestFile::open(dir)?.parse_unanchored()?)
}

/// Like [`differences`], but compares names, kinds and sizes only: whether
/// anybody changed a release that matched its manifest a moment ago.
///
/// # Errors
/// As [`verify`].
pub(crate) fn shape(dir: &Dir) -> Result<Vec<Problem>, VerifyError> {
    let manifest = ManifestFile::open(dir)?.parse_unanchored()?;
    shape_of(dir, &expected_files(&manifest)).map_err(VerifyError::Dir)
}

/// The manifest's file, open.
struct ManifestFile {
    file: File,
    size: u64,
}

/// A manifest, with the size and digest of the bytes that it was parsed from.
struct ReadManifest {
    manifest: Manifest,
    size: u64,
    digest: Sha256,
}

impl ManifestFile {
    fn open(dir: &Dir) -> Result<Self, VerifyError> {
        let (file, entry) = dir.file(MANIFEST).map_err(|error| match error.kind {
            DirErrorKind::Missing => VerifyError::NoManifest(dir.path().to_string()),
            _ => VerifyError::Dir(error),
        })?;
        Ok(Self { file, size: entry.size })
    }

    /// Parses it if it has this digest; gives the other digest if not.
    fn parse_anchored(mut self, expected: Sha256) -> Result<Result<ReadManifest, Sha256>, VerifyError> {
        let found = sha256(&mut self.file).map_err(unreadable_manifest)?;
        if found != expected {
            return Ok(Err(found));
        }
        if self.size > MAX_BYTES {
            return Err(VerifyError::TooLarge(self.size));
        }
        self.file.rewind().map_err(unreadable_manifest)?;
        let json = self.read(MAX_BYTES)?;
        let read = Sha256::of(&json);
        // Somebody changed it between the two readings.
        if read == expected { parse(&json).map(Ok) } else { Ok(Err(read)) }
    }

    /// Parses it if it is small enough to be anybody's.
    fn parse_unanchored(self) -> Result<ReadManifest, VerifyError> {
        if self.size > MAX_UNANCHORED_BYTES {
            return Err(VerifyError::TooLargeUnanchored(self.size));
        }
        let json = self.read(MAX_UNANCHORED_BYTES)?;
        #[expect(clippy::naive_bytecount, reason = "once for a manifest of bounded size")]
        let commas = json.iter().filter(|byte| **byte == b',').count();
        if commas > MAX_UNANCHORED_COMMAS {
            return Err(VerifyError::TooManyValues(commas));
        }
        parse(&json)
    }

    fn read(self, limit: u64) -> Result<Vec<u8>, VerifyError> {
        // Growing by doubling would reserve twice the size.
        let size = self.size.min(limit);
        let mut json = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        self.file.take(limit).read_to_end(&mut json).map_err(unreadable_manifest)?;
        Ok(json)
    }
}

fn parse(json: &[u8]) -> Result<ReadManifest, VerifyError> {
    let manifest = Manifest::from_json(json).map_err(VerifyError::Manifest)?;
    Ok(ReadManifest { manifest, size: json.len() as u64, digest: Sha256::of(json) })
}

fn unreadable_manifest(cause: io::Error) -> VerifyError {
    VerifyError::Read(MANIFEST.to_owned(), cause)
}

/// One file as it should be.
struct Expected {
    folder: Option<Folder>,
    name: String,
    size: u64,
    sha256: Sha256,
}

impl Expected {
    fn path(&self) -> String {
        path(self.folder, &self.name)
    }

    fn compare(&self, dir: &Dir) -> Result<Option<Problem>, VerifyError> {
        let folder = self.folder.map(|folder| dir.folder(folder.as_str())).transpose();
        let opened = folder.and_then(|folder| folder.as_ref().unwrap_or(dir).file(&self.name));
        let (mut file, _) = opened.map_err(VerifyError::Dir)?;
        let found = sha256(&mut file).map_err(|error| VerifyError::Read(self.path(), error))?;
        Ok((found != self.sha256)
            .then(|| Problem::Changed(self.path(), Change::Digest { expected: self.sha256, found })))
    }
}

fn path(folder: Option<Folder>, name: &str) -> String {
    folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"))
}

/// Every file that should be there.
fn expected_files(ReadManifest { manifest, size, digest }: &ReadManifest) -> Vec<Expected> {
    let top = TopLevelFiles::render(manifest);
    let tops = top.files().iter().map(|file| match file.name.as_str() {
        // As it was read, however it is formatted.
        MANIFEST => Expected { folder: None, name: MANIFEST.to_owned(), size: *size, sha256: *digest },
        name => Expected {
            folder: None,
            name: name.to_owned(),
            size: file.bytes.len() as u64,
            sha256: Sha256::of(&file.bytes),
        },
    });
    let files = manifest.files().iter().map(|file| Expected {
        folder: Some(file.folder),
        name: file.name.to_string(),
        size: file.size,
        sha256: file.digests.sha256,
    });
    tops.chain(files).collect()
}

fn compare(dir: &Dir, manifest: &ReadManifest) -> Result<Vec<Problem>, VerifyError> {
    let expected = expected_files(manifest);
    let mut problems = shape_of(dir, &expected).map_err(VerifyError::Dir)?;
    let different: BTreeSet<String> = problems.iter().map(|problem| problem.path().to_owned()).collect();
    let changed: Vec<Option<Problem>> = expected
        .par_iter()
        .filter(|expected| !different.contains(&expected.path()))
        .map(|expected| expected.compare(dir))
        .collect::<Result<_, _>>()?;
    problems.extend(changed.into_iter().flatten());
    problems.sort();
    Ok(problems)
}

/// The differences in names, kinds and sizes.
fn shape_of(dir: &Dir, expected: &[Expected]) -> Result<Vec<Problem>, DirError> {
    let mut shape = Shape {
        expected: expected.iter().map(|file| ((file.folder, file.name.as_str()), file.size)).collect(),
        problems: Vec::new(),
    };
    let mut missing: BTreeSet<_> = shape.expected.keys().copied().collect();
    let present = shape.look(dir, None)?;
    missing.retain(|(folder, name)| folder.is_some() || !present.contains(*name));
    for folder in Folder::ALL {
        let inside = match dir.folder(folder.as_str()) {
            Ok(inside) => inside,
            // Its files are missing; what is there instead was named above.
            Err(error) if matches!(error.kind, DirErrorKind::Missing | DirErrorKind::Unexpected { .. }) => {
                continue;
            }
            Err(error) => return Err(error),
        };
        let present = shape.look(&inside, Some(folder))?;
        missing.retain(|(of, name)| *of != Some(folder) || !present.contains(*name));
        if present.is_empty() && !expected.iter().any(|file| file.folder == Some(folder)) {
            shape.problems.push(Problem::Additional(folder.to_string()));
        }
    }
    let mut problems = shape.problems;
    problems.extend(missing.into_iter().map(|(folder, name)| Problem::Missing(path(folder, name))));
    problems.sort();
    Ok(problems)
}

/// The comparison of names, kinds and sizes.
struct Shape<'a> {
    /// The sizes of all files that should be there.
    expected: BTreeMap<(Option<Folder>, &'a str), u64>,
    problems: Vec<Problem>,
}

impl Shape<'_> {
    /// Looks at the files of a folder, or at those at the top; gives the names
    /// that are there.
    fn look(&mut self, dir: &Dir, folder: Option<Folder>) -> Result<BTreeSet<String>, DirError> {
        let mut present = BTreeSet::new();
        for name in dir.names()? {
            match name {
                Ok(name) => {
                    present.insert(name);
                }
                Err(shown) => self.problems.push(Problem::Additional(path(folder, &shown))),
            }
        }
        for name in &present {
            let Some(entry) = dir.entry(name)? else { continue };
            let is_folder = folder.is_none() && Folder::ALL.iter().any(|folder| folder.as_str() == name);
            if is_folder && entry.kind == EntryKind::Folder {
                continue;
            }
            let changed = |change| Some(Problem::Changed(path(folder, name), change));
            self.problems.extend(match self.expected.get(&(folder, name.as_str())) {
                None if entry.kind == EntryKind::File && self.is_attestation(folder, name, &present) => None,
                None => Some(Problem::Additional(path(folder, name))),
                Some(_) if entry.kind != EntryKind::File => changed(Change::Kind(entry.kind.as_str())),
                Some(size) if *size != entry.size => {
                    changed(Change::Size { expected: *size, found: entry.size })
                }
                Some(_) => None,
            });
        }
        Ok(present)
    }

    /// Whether a file is the attestation of a distribution beside it.
    fn is_attestation(&self, folder: Option<Folder>, name: &str, present: &BTreeSet<String>) -> bool {
        let subject = name.strip_suffix(ATTESTATION).filter(|_| folder == Some(Folder::Pypi));
        subject.is_some_and(|subject| {
            present.contains(subject) && self.expected.contains_key(&(folder, subject))
        })
    }
}

fn sha256(file: &mut File) -> io::Result<Sha256> {
    let mut hashing = HashingWriter::new(io::sink(), Algorithms::default());
    io::copy(file, &mut hashing)?;
    Ok(hashing.finalize().2.sha256)
}
