//! A staged file becomes evidence: all that rules need to know of it, read
//! once.

mod record;
mod wheel;

use std::fs::File;
use std::io::{self, BufReader};

use crate::archive::ArchiveError;
use crate::archive::limits::Limits;
use crate::archive::tar::{TarGz, TarKind};
use crate::artifact::ArtifactName;
use crate::distribution::npm::PackageJson;
use crate::distribution::sdist::Sdist;
use crate::distribution::{Distribution, Shape};
use crate::evidence::wheel::WheelContents;
use crate::filename::{FileName, RelativePath};
use crate::finding::{Finding, Place};
use crate::rule::Rule;
use crate::staging::{StagedFile, Staging, StagingError};

/// The most bytes of a metadata file. The largest PKG-INFO of well-known
/// projects, README included, has a few hundred kilobytes.
const MAX_METADATA: u64 = 4 << 20;

/// How closely files are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Care {
    /// What an archive may ask of us.
    pub limits: Limits,
    /// Whether every file of a wheel is held against the digest in RECORD.
    pub prove_record: bool,
}

/// What a look at a file came to.
#[derive(Debug)]
pub enum Examined {
    /// What it is.
    Known(Known),
    /// It cannot be released, whatever is asked for.
    Refused(Box<Finding>),
}

/// What is known of a file that was looked at.
#[derive(Debug)]
pub struct Known {
    /// What it is.
    pub distribution: Distribution,
    /// For a wheel, what it holds.
    pub wheel: Option<Box<WheelContents>>,
    /// Why it is not the distribution that its name promises, and so taken
    /// for an archive.
    pub flaw: Option<Box<Finding>>,
}

impl From<Distribution> for Known {
    fn from(distribution: Distribution) -> Self {
        Self { distribution, wheel: None, flaw: None }
    }
}

/// Looks into a staged file as far as its name and first bytes call for it.
///
/// # Errors
/// If it cannot be read back from the disk.
pub fn examine(
    staging: &Staging,
    staged: &StagedFile,
    head: &[u8],
    artifact: &ArtifactName,
    path: &RelativePath,
    care: &Care,
) -> Result<Examined, StagingError> {
    let name = path.file_name();
    let place = Place::file(artifact.clone(), path.as_str());
    let shape = Shape::of(&name, head);
    let looked = match shape {
        Shape::Wheel => return wheel(staging, staged, &name, &place, care),
        Shape::MaybeSdist => sdist(staging.open(staged)?, &care.limits),
        Shape::MaybeNpm => npm(staging.open(staged)?, &care.limits),
        _ => Ok(Seen::Nothing),
    };
    match looked {
        // An archive that cannot be read as a tar may still be what somebody
        // wants to release; one that is named like a source distribution of a
        // project is refused when the names are planned.
        Err(ArchiveError::Refused(_) | ArchiveError::Budget(_)) => {
            Ok(Examined::Known(Distribution::Archive.into()))
        }
        looked => seen(looked, shape.plain().unwrap_or(Distribution::Other), place),
    }
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
    care: &Care,
) -> Result<Examined, StagingError> {
    let looked = wheel::look(name, staging.open(staged)?, staged.size, care);
    seen(looked, Distribution::Archive, place.clone())
}

/// What follows from what was seen.
fn seen(
    looked: Result<Seen, ArchiveError>,
    plain: Distribution,
    place: Place,
) -> Result<Examined, StagingError> {
    Ok(match looked {
        Ok(Seen::Nothing) => Examined::Known(plain.into()),
        Ok(Seen::Known(known)) => Examined::Known(known),
        Ok(Seen::Wrong(wrong)) => {
            let finding = Box::new(wrong.finding(place));
            if finding.rule.is_integrity() {
                Examined::Refused(finding)
            } else {
                let flaw = Some(finding);
                Examined::Known(Known { distribution: Distribution::Archive, wheel: None, flaw })
            }
        }
        Err(ArchiveError::Refused(refusal)) => Examined::Refused(Box::new(refusal.finding(place))),
        // Nothing is counted against a budget here.
        Err(ArchiveError::Budget(exceeded)) => {
            let cause = io::Error::other(exceeded);
            return Err(StagingError::Read { path: place.to_string().into(), cause });
        }
        Err(ArchiveError::Read(cause) | ArchiveError::Write(cause)) => {
            return Err(StagingError::Read { path: place.to_string().into(), cause });
        }
    })
}

/// What was seen inside.
enum Seen {
    Nothing,
    Known(Known),
    Wrong(Wrong),
}

/// What is wrong with a whole file.
struct Wrong {
    rule: Rule,
    found: String,
    expected: &'static str,
    remedy: &'static str,
}

impl Wrong {
    fn finding(self, place: Place) -> Finding {
        Finding::new(self.rule, Some(place), self.found, self.expected, self.remedy)
    }
}

/// A source distribution has one top folder, and PKG-INFO right in it
/// ("Source distribution format", "Source distribution archive features").
fn sdist(file: File, limits: &Limits) -> Result<Seen, ArchiveError> {
    let mut tar = TarGz::new(BufReader::new(file), limits);
    let mut top: Option<String> = None;
    let mut pkg_info = None;
    while let Some(entry) = tar.next_entry()? {
        let Ok(path) = &entry.path else { return Ok(Seen::Nothing) };
        let mut components = path.components();
        let (first, second, third) = (components.next(), components.next(), components.next());
        if top.as_deref().is_some_and(|top| Some(top) != first)
            || (second.is_none() && entry.kind != TarKind::Folder)
        {
            // Something lies beside the one folder: an ordinary archive.
            return Ok(Seen::Nothing);
        }
        top = first.map(str::to_owned);
        if (second, third) == (Some("PKG-INFO"), None) {
            if entry.kind != TarKind::File {
                return Ok(Seen::Nothing);
            }
            if pkg_info.replace(tar.read_entry(MAX_METADATA)?).is_some() {
                return Ok(sdist_wrong(
                    "there are two PKG-INFO in it, and readers differ in which they take".to_owned(),
                ));
            }
        }
    }
    let Some(pkg_info) = pkg_info else { return Ok(Seen::Nothing) };
    Ok(match Sdist::read(&pkg_info) {
        Ok(sdist) => Seen::Known(Distribution::from(sdist).into()),
        Err(error) => sdist_wrong(error.to_string()),
    })
}

fn sdist_wrong(found: String) -> Seen {
    Seen::Wrong(Wrong {
        rule: Rule::SdistMetadata,
        found,
        expected: "a PKG-INFO that gives the project's name and version",
        remedy: "Build it with the project's build backend (`python -m build --sdist`).",
    })
}

/// An npm package holds `package/package.json` (npm, `npm pack`).
fn npm(file: File, limits: &Limits) -> Result<Seen, ArchiveError> {
    let mut tar = TarGz::new(BufReader::new(file), limits);
    let mut json = None;
    while let Some(entry) = tar.next_entry()? {
        let is_json = entry.path.as_ref().is_ok_and(|path| path.as_str() == "package/package.json");
        if is_json && entry.kind == TarKind::File && json.replace(tar.read_entry(MAX_METADATA)?).is_some() {
            return Ok(npm_wrong(
                "there are two package.json in it, and readers differ in which they take".to_owned(),
            ));
        }
    }
    let Some(json) = json else { return Ok(Seen::Nothing) };
    Ok(match PackageJson::read(&json) {
        Ok(package) => Seen::Known(Distribution::from(package).into()),
        Err(error) => npm_wrong(format!("its package.json cannot be taken: {error}")),
    })
}

fn npm_wrong(found: String) -> Seen {
    Seen::Wrong(Wrong {
        rule: Rule::NpmMetadata,
        found,
        expected: "a package.json with a name and a version that npm accepts",
        remedy: "Correct package.json, and pack it again with `npm pack`.",
    })
}
