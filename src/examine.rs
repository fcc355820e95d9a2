//! A staged file becomes evidence: all that rules need to know of it, read
//! once.

use std::fs::File;
use std::io::BufReader;

use crate::archive::ArchiveError;
use crate::archive::limits::Limits;
use crate::archive::tar::{TarGz, TarKind};
use crate::archive::zip::ZipArchive;
use crate::artifact::ArtifactName;
use crate::distribution::npm::PackageJson;
use crate::distribution::sdist::Sdist;
use crate::distribution::wheel::{WheelFilename, WheelFilenameErrorKind, WheelMetadata};
use crate::distribution::{Distribution, Shape};
use crate::filename::{FileName, RelativePath};
use crate::finding::{Finding, Place};
use crate::rule::Rule;
use crate::staging::{StagedFile, Staging, StagingError};

/// The most bytes of a metadata file. The largest PKG-INFO of well-known
/// projects, README included, has a few hundred kilobytes.
const MAX_METADATA: u64 = 4 << 20;

/// What a look at a file came to.
#[derive(Debug)]
pub enum Examined {
    /// What it is, and, for a wheel, who made it.
    Known(Distribution, Vec<String>),
    /// It cannot be what its name or its contents claim.
    Refused(Box<Finding>),
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
    limits: &Limits,
) -> Result<Examined, StagingError> {
    let name = path.file_name();
    let shape = Shape::of(&name, head);
    let looked = match shape {
        Shape::Wheel => wheel(&name, staging.open(staged)?, staged.size, limits),
        Shape::MaybeSdist => sdist(staging.open(staged)?, limits),
        Shape::MaybeNpm => npm(staging.open(staged)?, limits),
        _ => Ok(Seen::Nothing),
    };
    let place = || Place::file(artifact.clone(), path.as_str());
    let refused = |rule, found: String, expected: &str, remedy: &str| {
        Ok(Examined::Refused(Box::new(Finding::new(rule, Some(place()), found, expected, remedy))))
    };
    match looked {
        Ok(Seen::Nothing) => Ok(Examined::Known(shape.plain().unwrap_or(Distribution::Other), Vec::new())),
        Ok(Seen::Known(distribution, generators)) => Ok(Examined::Known(distribution, generators)),
        Ok(Seen::Wrong { rule, found, expected, remedy }) => refused(rule, found, expected, remedy),
        Err(ArchiveError::Read(cause) | ArchiveError::Write(cause)) => {
            Err(StagingError::Read { path: path.to_string().into(), cause })
        }
        Err(error) if shape == Shape::Wheel => refused(
            Rule::WheelUnreadable,
            error.to_string(),
            "a zip archive that every reader reads alike",
            "Build the wheel again; if it was made by hand, with a build backend.",
        ),
        // An archive that cannot be read as a tar may still be what somebody
        // wants to release; one that is named like a source distribution of a
        // project is refused when the names are planned.
        Err(_) => Ok(Examined::Known(Distribution::Archive, Vec::new())),
    }
}

/// What was seen inside.
enum Seen {
    Nothing,
    Known(Distribution, Vec<String>),
    Wrong { rule: Rule, found: String, expected: &'static str, remedy: &'static str },
}

fn wheel(name: &FileName, file: File, size: u64, limits: &Limits) -> Result<Seen, ArchiveError> {
    let wheel = match WheelFilename::new(name) {
        Ok(wheel) => wheel,
        Err(error) => {
            let rule = match error.kind() {
                WheelFilenameErrorKind::Variant { .. } => Rule::WheelVariant,
                _ => Rule::WheelName,
            };
            return Ok(Seen::Wrong {
                rule,
                found: error.kind().to_string(),
                expected: error.kind().expected(),
                remedy: "Build the wheel with a build backend, which names it; do not rename it by hand.",
            });
        }
    };
    let mut archive = ZipArchive::open(BufReader::new(file), size, limits)?;
    let folder = format!("{}.dist-info", wheel.metadata_prefix());
    let Some(number) = archive.position(&format!("{folder}/WHEEL")) else {
        let other = archive.entries().iter().find_map(|entry| {
            let folder = entry.path.as_str().strip_suffix("/WHEEL")?;
            (folder.ends_with(".dist-info") && !folder.contains('/')).then(|| folder.to_owned())
        });
        return Ok(Seen::Wrong {
            rule: Rule::WheelUnreadable,
            found: match other {
                Some(other) => format!("its metadata lies in `{other}`, not in `{folder}`"),
                None => format!("there is no `{folder}/WHEEL` in it"),
            },
            expected: "the metadata under the letters of the file's name, where PyPI looks for it",
            remedy: "Give the file back the name under which it was built, or build it again.",
        });
    };
    let metadata = archive.read_entry(number, MAX_METADATA)?;
    Ok(match WheelMetadata::read(&metadata) {
        Ok(metadata) => Seen::Known(wheel.into(), metadata.generators().to_vec()),
        Err(error) => Seen::Wrong {
            rule: Rule::WheelUnreadable,
            found: format!("its WHEEL cannot be read: {error}"),
            expected: "a WHEEL file as the binary distribution format describes it",
            remedy: "Build the wheel with a build backend.",
        },
    })
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
        Ok(sdist) => Seen::Known(sdist.into(), Vec::new()),
        Err(error) => sdist_wrong(error.to_string()),
    })
}

fn sdist_wrong(found: String) -> Seen {
    Seen::Wrong {
        rule: Rule::SdistMetadata,
        found,
        expected: "a PKG-INFO that gives the project's name and version",
        remedy: "Build it with the project's build backend (`python -m build --sdist`).",
    }
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
        Ok(package) => Seen::Known(package.into(), Vec::new()),
        Err(error) => npm_wrong(format!("its package.json cannot be taken: {error}")),
    })
}

fn npm_wrong(found: String) -> Seen {
    Seen::Wrong {
        rule: Rule::NpmMetadata,
        found,
        expected: "a package.json with a name and a version that npm accepts",
        remedy: "Correct package.json, and pack it again with `npm pack`.",
    }
}
