//! A gzipped tar becomes an npm package, if it is one.
//!
//! It is read as npm reads it (pacote, node-tar): the first part of every path
//! is dropped, whatever it is, and so are empty parts and `.`; links are left
//! out. What lies at `package.json` then is the package's. Where another
//! reader, or another file system, would find another package.json, the package
//! is refused.

use std::fs::File;
use std::io::{BufReader, Seek as _};

use super::Inspection;
use super::npm_contents::Contents;
use crate::archive::limits::Limits;
use crate::archive::tar::{TarEntry, TarKind, TarReader, parts};
use crate::archive::{ArchiveError, Refusal};
use crate::distribution::archive_name::Codec;
use crate::distribution::npm::{MAX_PACKAGE_JSON_BYTES, PackageJson};
use crate::evidence::Distribution;
use crate::evidence::defect::Defect;
use crate::evidence::native::MAX_LOOKS;
use crate::filename::FileNameError;

pub(super) fn inspect(mut file: &File, limits: &Limits) -> Result<Inspection, ArchiveError> {
    let mut tar = TarReader::new(BufReader::new(file), Codec::Gzip, limits);
    let mut layout = Layout::default();
    while let Some(entry) = tar.next_entry()? {
        if layout.add(&entry) == Place::PackageJson {
            layout.json = Some(tar.read_entry(MAX_PACKAGE_JSON_BYTES as u64)?);
        }
        layout.contents.read(&mut tar, &entry, &path(&entry))?;
    }
    layout.refusal = layout.refusal.or_else(|| tar.trailing());
    for _ in 1..MAX_LOOKS {
        if layout.contents.is_incomplete() && layout.is_package && layout.refusal.is_none() {
            file.rewind().map_err(ArchiveError::Read)?;
            layout.contents.look_again(TarReader::new(BufReader::new(file), Codec::Gzip, limits))?;
        }
    }
    let members = std::mem::take(&mut layout.contents.members);
    match layout.judge()? {
        Inspection::Nothing => Ok(Inspection::archive(members.finish()?)),
        inspection => Ok(inspection),
    }
}

/// How an archive's entries lie.
#[derive(Default)]
struct Layout {
    /// Whether some reader finds a package.json in it.
    is_package: bool,
    /// Whether `npm pack` could have written it: all lies in `package/`.
    has_other_top: bool,
    /// The first package.json.
    json: Option<Vec<u8>>,
    /// What it is refused for if it is a package: the first of all reasons.
    refusal: Option<Refusal>,
    contents: Contents,
}

/// Where an entry lies.
#[derive(PartialEq, Eq)]
enum Place {
    /// The first file of its name.
    PackageJson,
    Elsewhere,
}

impl Layout {
    fn add(&mut self, entry: &TarEntry) -> Place {
        let top = entry.name.split_once('/').map_or(entry.name.as_str(), |(top, _)| top);
        let path = path(entry);
        let folded = folded(&path);
        self.has_other_top |= top != "package";
        let is_json = folded == PACKAGE_JSON || folded.starts_with("package.json/");
        let could_be = entry.ambiguity.is_some() && folded.ends_with(PACKAGE_JSON);
        self.is_package |= is_json || could_be;
        let refusal = refuse(entry).or_else(|| {
            let is_first = path == PACKAGE_JSON && self.json.is_none() && entry.kind == TarKind::File;
            match is_json && !is_first {
                true if path == PACKAGE_JSON && self.json.is_some() => Some(entry.is_twice()),
                true => Some(entry.differs("is package.json to some readers or file systems")),
                false => None,
            }
        });
        let is_refused = refusal.is_some();
        if self.refusal.is_none() {
            self.refusal = refusal;
        }
        if is_json && !is_refused { Place::PackageJson } else { Place::Elsewhere }
    }

    fn judge(self) -> Result<Inspection, ArchiveError> {
        if !self.is_package {
            return Ok(Inspection::Nothing);
        }
        if let Some(refusal) = self.refusal {
            return Err(refusal.into());
        }
        let Some(json) = self.json else { return Ok(Inspection::Nothing) };
        Ok(match PackageJson::read(&json) {
            // An application that is packed with its package.json.
            Ok(package) if self.has_other_top && package.is_private() => Inspection::Nothing,
            Err(_) if self.has_other_top => Inspection::Nothing,
            Ok(package) => Inspection::Known(Distribution::NpmPackage {
                contents: Box::new(self.contents.finish(&package)),
                package: Box::new(package),
            }),
            Err(error) => Inspection::Defect(Defect::NpmPackage(error)),
        })
    }
}

const PACKAGE_JSON: &str = "package.json";

/// Where npm puts an entry: without the first part of its name.
fn path(entry: &TarEntry) -> String {
    let rest = entry.name.split_once('/').map_or("", |(_, rest)| rest);
    parts(rest).collect::<Vec<_>>().join("/")
}

/// What a package may not hold, because readers of npm packages differ on it.
fn refuse(entry: &TarEntry) -> Option<Refusal> {
    if let Some(what) = entry.ambiguity {
        return Some(entry.differs(what));
    }
    let is_outside = entry.name.split(['/', '\\']).any(|part| part == "..");
    match entry.kind {
        _ if is_outside => Some(entry.misnamed(FileNameError::Dots)),
        _ if entry.name.contains(char::REPLACEMENT_CHARACTER) => Some(entry.misnamed(FileNameError::NotUtf8)),
        TarKind::File | TarKind::Folder => None,
        TarKind::SymbolicLink => Some(entry.is_no_file("a symbolic link")),
        TarKind::HardLink => Some(entry.is_no_file("a hard link")),
        TarKind::Sparse => Some(entry.is_no_file("a file with holes")),
        TarKind::Other(_) => Some(entry.is_no_file("a device or a FIFO")),
    }
}

/// A path as the least careful file system compares it: without regard to case,
/// `\` a separator, dots and spaces at the end of a name dropped (Windows).
fn folded(path: &str) -> String {
    let upper: String = path.chars().flat_map(char::to_uppercase).collect();
    let folded = upper.to_lowercase().replace('\\', "/");
    parts(&folded).map(|part| part.trim_end_matches(['.', ' '])).collect::<Vec<_>>().join("/")
}
