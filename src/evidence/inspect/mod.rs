//! A staged file becomes evidence: all that rules need to know of it, read
//! once.

mod npm;
mod record;
mod sdist;
mod wheel;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use crate::archive::limits::Limits;
use crate::archive::{ArchiveError, Refusal};
use crate::artifact::ArtifactName;
use crate::disk::staging::{StagedFile, Staging, StagingError};
use crate::distribution::Shape;
use crate::evidence::Distribution;
use crate::filename::{FileName, RelativePath};
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};

/// How closely files are inspected.
#[derive(Debug, Clone, Copy)]
pub struct InspectOptions {
    /// Limits on an archive.
    pub limits: Limits,
    /// Whether every file of a wheel is held against the digest in RECORD.
    pub verify_record: bool,
}

/// The result of inspecting a file.
#[derive(Debug)]
pub enum Examined {
    /// What it is.
    Known(Distribution),
    /// It cannot be released, whatever is asked for.
    Refused(Box<Finding>),
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
) -> Result<Examined, StagingError> {
    let name = path.file_name();
    let place = Place::file(artifact.clone(), path.as_str());
    let shape = Shape::of(&name, head);
    let inspected = match shape {
        Shape::Wheel => return wheel(staging, staged, &name, &place, options),
        Shape::MaybeSdist => sdist::inspect(&name, staging.open(staged)?, &options.limits),
        Shape::MaybeNpm => npm::inspect(staging.open(staged)?, &options.limits),
        _ => Ok(Inspection::Nothing),
    };
    match inspected {
        Err(ArchiveError::Refused(refusal)) if refusal.is_unreadable() => {
            Ok(Examined::Known(Distribution::defective(unreadable(&refusal, place))))
        }
        inspected => seen(inspected, shape, place),
    }
}

/// An archive of which no reader gets everything out.
fn unreadable(refusal: &Refusal, place: Place) -> Finding {
    Rule::ArchiveUnreadable
        .at(place)
        .found(refusal.found())
        .expected(refusal.expected())
        .remedy(refusal.remedy())
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
) -> Result<Examined, StagingError> {
    let inspected = wheel::inspect(name, staging.open(staged)?, staged.size, options);
    seen(inspected, Shape::Wheel, place.clone())
}

/// What follows from what was seen in a file of that shape.
fn seen(
    inspected: Result<Inspection, ArchiveError>,
    shape: Shape,
    place: Place,
) -> Result<Examined, StagingError> {
    let unread = |cause| StagingError::Read { path: place.to_string().into(), cause };
    Ok(match inspected {
        Ok(Inspection::Nothing) => Examined::Known(Distribution::plain(shape)),
        Ok(Inspection::Known(distribution)) => Examined::Known(distribution),
        Ok(Inspection::Defect(defect)) => {
            let finding = defect.finding(place);
            if finding.rule.is_integrity() {
                Examined::Refused(Box::new(finding))
            } else {
                Examined::Known(Distribution::defective(finding))
            }
        }
        Err(ArchiveError::Refused(refusal)) => Examined::Refused(Box::new(refusal.finding(place))),
        // Nothing is counted against a budget here.
        Err(ArchiveError::Budget(exceeded)) => return Err(unread(io::Error::other(exceeded))),
        Err(ArchiveError::Read(cause) | ArchiveError::Write(cause)) => return Err(unread(cause)),
    })
}

/// What was seen inside.
enum Inspection {
    Nothing,
    Known(Distribution),
    Defect(Defect),
}

/// What is wrong with a whole file.
struct Defect {
    rule: Rule,
    found: String,
    expected: &'static str,
    remedy: &'static str,
}

impl Defect {
    fn finding(self, place: Place) -> Finding {
        self.rule.at(place).found(self.found).expected(self.expected).remedy(self.remedy)
    }
}

/// The hash of a path, where a set of the paths themselves would take much more
/// memory.
fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
