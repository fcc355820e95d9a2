//! Whether a release on the disk is what its manifest says.
//!
//! 1. The manifest has the digest that it should have, if one is told; without
//!    it a release is at best consistent with itself.
//! 2. The files at the top are, byte for byte, those that follow from the
//!    manifest.
//! 3. Every file of the manifest is there with its size and digest.
//! 4. Nothing else is there, but for the attestations that the publishing
//!    action writes beside distributions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};

use rayon::prelude::*;

use crate::digest::{Algorithms, Digests, HashingWriter, Sha256};
use crate::disk::dir::{Dir, DirError, DirErrorKind, EntryKind};
use crate::folder::Folder;
use crate::release::manifest::{self, MANIFEST, MAX_BYTES, Manifest};
use crate::release::top_level::TopLevelFiles;
use crate::release::verification::{Change, Problem, Verification};

/// The end of names that may stand in a release without being of it.
const ATTESTATION: &str = ".publish.attestation";

/// A release could not be looked at, or is none.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no manifest.
    #[error("`{0}` is no release: there is no {MANIFEST} in it")]
    NoManifest(String),
    /// What is there is no manifest of this format.
    #[error("{MANIFEST} cannot be read as a manifest of this version of release-prep")]
    Manifest(#[source] serde_json::Error),
    /// It is too large to be one.
    #[error("{MANIFEST} has {0} bytes, {MAX_BYTES} are the most")]
    TooLarge(u64),
    /// The file system failed.
    #[error("the release cannot be read")]
    Dir(#[source] DirError),
    /// A file could not be read to its end.
    #[error("{0} cannot be read")]
    Read(String, #[source] io::Error),
}

/// Verifies the release in `dir`, every byte of it.
///
/// # Errors
/// If there is no manifest, or something cannot be read.
pub(crate) fn verify(dir: &Dir, expected: Option<Sha256>) -> Result<Verification, VerifyError> {
    let (manifest, manifest_digest) = read_manifest(dir)?;
    let mut problems = shape_of(dir, &manifest)?;
    if let Some(expected) = expected.filter(|expected| *expected != manifest_digest) {
        problems.push(Problem::Manifest { expected, found: manifest_digest });
    }
    let sized: Vec<Expected> = contents(&manifest);
    let suspected: BTreeSet<String> = problems.iter().filter_map(Problem::path).map(str::to_owned).collect();
    let changed: Vec<Option<Problem>> = sized
        .par_iter()
        .filter(|expected| !suspected.contains(&expected.path()))
        .map(|expected| expected.compare(dir))
        .collect::<Result<_, _>>()?;
    problems.extend(changed.into_iter().flatten());
    problems.sort();
    Ok(Verification { problems, manifest, manifest_digest })
}

/// Looks at names, kinds and sizes only: whether a release that was whole a
/// while ago has been meddled with since.
///
/// # Errors
/// As [`verify`].
pub(crate) fn shape(dir: &Dir) -> Result<Vec<Problem>, VerifyError> {
    let (manifest, _) = read_manifest(dir)?;
    shape_of(dir, &manifest)
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
        let (file, _) = opened.map_err(VerifyError::Dir)?;
        let digests = digests(file).map_err(|error| VerifyError::Read(self.path(), error))?;
        Ok((digests.sha256 != self.sha256).then(|| {
            Problem::Changed(self.path(), Change::Digest { expected: self.sha256, found: digests.sha256 })
        }))
    }
}

fn path(folder: Option<Folder>, name: &str) -> String {
    folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"))
}

/// Every file that should be there but the manifest, which was read already.
fn contents(manifest: &Manifest) -> Vec<Expected> {
    let top = TopLevelFiles::of(manifest);
    let tops = top.files().iter().filter(|(name, _)| name != MANIFEST).map(|(name, bytes)| Expected {
        folder: None,
        name: name.clone(),
        size: bytes.len() as u64,
        sha256: Sha256::of(bytes),
    });
    let files = manifest.files().iter().map(|file: &manifest::File| Expected {
        folder: Some(file.folder),
        name: file.name.to_string(),
        size: file.size,
        sha256: file.digests.sha256,
    });
    tops.chain(files).collect()
}

fn read_manifest(dir: &Dir) -> Result<(Manifest, Sha256), VerifyError> {
    let (file, entry) = dir.file(MANIFEST).map_err(|error| match error.kind {
        DirErrorKind::Missing => VerifyError::NoManifest(dir.path().to_string()),
        _ => VerifyError::Dir(error),
    })?;
    if entry.size > MAX_BYTES {
        return Err(VerifyError::TooLarge(entry.size));
    }
    let mut json = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut json).map_err(|error| VerifyError::Read(MANIFEST.into(), error))?;
    let manifest = Manifest::from_json(&json).map_err(VerifyError::Manifest)?;
    Ok((manifest, Sha256::of(&json)))
}

fn shape_of(dir: &Dir, manifest: &Manifest) -> Result<Vec<Problem>, VerifyError> {
    let mut expected: BTreeMap<(Option<Folder>, String), u64> =
        contents(manifest).into_iter().map(|file| ((file.folder, file.name), file.size)).collect();
    expected.insert((None, MANIFEST.to_owned()), u64::MAX);
    let mut problems = Vec::new();
    let mut look = |dir: &Dir, folder: Option<Folder>| -> Result<(), DirError> {
        for name in dir.names()? {
            let name = match name {
                Ok(name) => name,
                Err(shown) => {
                    problems.push(Problem::Additional(path(folder, &shown)));
                    continue;
                }
            };
            let is_folder = folder.is_none() && Folder::ALL.iter().any(|folder| folder.as_str() == name);
            let Some(entry) = dir.entry(&name)? else { continue };
            if is_folder && entry.kind == EntryKind::Folder {
                continue;
            }
            match expected.remove(&(folder, name.clone())) {
                None if folder == Some(Folder::Pypi)
                    && name.ends_with(ATTESTATION)
                    && entry.kind == EntryKind::File => {}
                None => problems.push(Problem::Additional(path(folder, &name))),
                Some(_) if entry.kind != EntryKind::File => {
                    problems.push(Problem::Changed(path(folder, &name), Change::Kind(entry.kind.as_str())));
                }
                Some(size) if size != entry.size && size != u64::MAX => {
                    let change = Change::Size { expected: size, found: entry.size };
                    problems.push(Problem::Changed(path(folder, &name), change));
                }
                Some(_) => {}
            }
        }
        Ok(())
    };
    look(dir, None).map_err(VerifyError::Dir)?;
    for folder in Folder::ALL {
        match dir.folder(folder.as_str()) {
            Ok(inside) => look(&inside, Some(folder)).map_err(VerifyError::Dir)?,
            Err(error) if matches!(error.kind, DirErrorKind::Missing | DirErrorKind::Unexpected { .. }) => {}
            Err(error) => return Err(VerifyError::Dir(error)),
        }
    }
    problems.extend(expected.into_keys().map(|(folder, name)| Problem::Missing(path(folder, &name))));
    problems.sort();
    Ok(problems)
}

fn digests(mut file: File) -> io::Result<Digests> {
    let mut hashing = HashingWriter::new(io::sink(), Algorithms::default());
    io::copy(&mut file, &mut hashing)?;
    Ok(hashing.finalize().2)
}
