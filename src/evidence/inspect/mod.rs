//! A staged file becomes evidence: all that rules need to know of it, read
//! once.

mod archive;
#[cfg(any(test, fuzzing))]
#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "it may fail loudly, and is in no program"
)]
pub(crate) mod fuzz;
mod members;
mod native;
mod npm;
mod npm_contents;
mod record;
mod sdist;
mod sidecar;
mod wheel;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use crate::archive::limits::Limits;
use crate::archive::{ArchiveError, Refusal};
use crate::artifact::ArtifactName;
use crate::disk::staging::{StagedFile, Staging, StagingError};
use crate::distribution::Shape;
use crate::distribution::archive_name::ArchiveFormat;
use crate::evidence::archive::ArchiveContents;
use crate::evidence::defect::Defect;
use crate::evidence::{Distribution, Mismatch};
use crate::filename::{FileName, RelativePath};
use crate::rule::finding::Place;

/// How closely files are inspected.
#[derive(Debug, Clone, Copy)]
pub struct InspectOptions {
    /// Limits on an archive.
    pub limits: Limits,
    /// Whether every file of a wheel is held against the digest in RECORD.
    pub verify_record: bool,
}

/// Looks into a staged file as far as its name and first bytes call for it.
///
/// # Errors
/// If it cannot be read back from the disk.
pub(crate) fn inspect(
    staging: &Staging,
    staged: &StagedFile,
    head: &[u8],
    artifact: &ArtifactName,
    path: &RelativePath,
    options: &InspectOptions,
) -> Result<Distribution, StagingError> {
    let name = path.file_name();
    let place = Place::file(artifact.clone(), path.as_str());
    let shape = Shape::of(&name, head);
    let inspected = match shape {
        Shape::Wheel => return wheel(staging, staged, &name, &place, options),
        Shape::MaybeSdist => sdist::inspect(&name, staging.open(staged)?, &options.limits),
        Shape::MaybeNpm => npm::inspect(&staging.open(staged)?, &options.limits),
        Shape::Executable => native::inspect(staging.open(staged)?, staged.size)
            .map_err(ArchiveError::Read)
            .map(|native| Inspection::Known(Distribution::Executable { native: native.map(Box::new) })),
        Shape::Sidecar => sidecar::inspect(&name, staging.open(staged)?, staged.size),
        // What does not even begin so is judged by that.
        Shape::Archive | Shape::Installer
            if Mismatch::of(&name, head).is_none() && staged.size >= PLACEHOLDER =>
        {
            match ArchiveFormat::of(&name) {
                Some(format) => {
                    archive::inspect(&name, format, staging.open(staged)?, staged.size, &options.limits)
                }
                None => Ok(Inspection::Nothing),
            }
        }
        _ => Ok(Inspection::Nothing),
    };
    distribution(inspected, shape, Defect::Tar, &place)
}

/// Looks into a staged wheel of that name.
///
/// # Errors
/// If it cannot be read back from the disk.
pub fn wheel(
    staging: &Staging,
    staged: &StagedFile,
    name: &FileName,
    place: &Place,
    options: &InspectOptions,
) -> Result<Distribution, StagingError> {
    let inspected = wheel::inspect(name, staging.open(staged)?, staged.size, options);
    distribution(inspected, Shape::Wheel, Defect::Zip, place)
}

/// What a file of that shape is, after it was inspected.
fn distribution(
    inspected: Result<Inspection, ArchiveError>,
    shape: Shape,
    archive_defect: fn(Refusal) -> Defect,
    place: &Place,
) -> Result<Distribution, StagingError> {
    let unread = |cause| StagingError::Read { path: place.to_string().into(), cause };
    Ok(match inspected {
        Ok(Inspection::Nothing) => Distribution::plain(shape),
        Ok(Inspection::Members(contents)) => match Distribution::plain(shape) {
            Distribution::Archive { .. } => Distribution::Archive { defect: None, contents: Some(contents) },
            plain => plain,
        },
        Ok(Inspection::Known(distribution)) => distribution,
        Ok(Inspection::Defect(defect)) => Distribution::defective(defect),
        Err(ArchiveError::Refused(refusal)) => Distribution::defective(archive_defect(refusal)),
        // Nothing is counted against a budget here.
        Err(ArchiveError::Budget(exceeded)) => return Err(unread(io::Error::other(exceeded))),
        Err(ArchiveError::Read(cause) | ArchiveError::Write(cause)) => return Err(unread(cause)),
    })
}

/// What was seen inside.
enum Inspection {
    /// Nothing that makes it a distribution, and these members of an archive.
    Members(Box<ArchiveContents>),
    /// Nothing that makes it a distribution.
    Nothing,
    Known(Distribution),
    Defect(Defect),
}

/// Fewer bytes are no archive that broke, but what stands for one while a workflow
/// is tried.
const PLACEHOLDER: u64 = 8;

impl Inspection {
    fn archive(contents: ArchiveContents) -> Self {
        Self::Members(Box::new(contents))
    }
}

/// The hash of a path, where a set of the paths themselves would take much more
/// memory.
fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
