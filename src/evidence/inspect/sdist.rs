//! A gzipped tar becomes a source distribution, if it is one.
//!
//! It has one folder at its top, and PKG-INFO right in it ("Source
//! distribution format", "Source distribution archive features"). It is read to
//! its end whatever it is: one that breaks off is no archive either.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;

use super::{Defect, Inspection, hash};
use crate::archive::ArchiveError;
use crate::archive::limits::Limits;
use crate::archive::tar::{TarEntry, TarGz, TarKind};
use crate::distribution::core_metadata::{MAX_CORE_METADATA_BYTES, missing_license_files};
use crate::distribution::sdist::Sdist;
use crate::evidence::Distribution;
use crate::evidence::sdist::SdistContents;
use crate::rule::Rule;
use crate::sample::Sample;

pub(super) fn inspect(file: File, limits: &Limits) -> Result<Inspection, ArchiveError> {
    let mut tar = TarGz::new(BufReader::new(file), limits);
    let mut layout = Layout::default();
    while let Some(entry) = tar.next_entry()? {
        if layout.add(&entry) == Place::PkgInfo {
            layout.pkg_info = Some(tar.read_entry(MAX_CORE_METADATA_BYTES as u64)?);
        }
    }
    Ok(layout.judge())
}

/// How an archive's entries lie.
#[derive(Default)]
struct Layout {
    /// The folder at the top in which the first entry lies.
    top: Option<String>,
    /// Whether something lies beside it, as in an ordinary archive.
    has_more: bool,
    /// What lies right in it under the name PKG-INFO, the first one.
    pkg_info: Option<Vec<u8>>,
    has_other_pkg_info: bool,
    /// An entry that would be unpacked outside of it.
    outside: Option<String>,
    sparse: Sample<String>,
    /// Hashes of paths below it. Only whether one is there is asked; a hostile
    /// tar has names by the gigabyte.
    below: BTreeSet<u64>,
}

/// Where an entry lies.
#[derive(PartialEq, Eq)]
enum Place {
    /// The first of its name.
    PkgInfo,
    Elsewhere,
}

impl Layout {
    fn add(&mut self, entry: &TarEntry) -> Place {
        let name = entry.name.trim_start_matches("./");
        let (first, rest) = name.split_once('/').unwrap_or((name, ""));
        let rest = rest.trim_end_matches('/');
        let top = self.top.get_or_insert_with(|| first.to_owned());
        if top != first || (rest.is_empty() && entry.kind != TarKind::Folder) {
            self.has_more = true;
        }
        if self.outside.is_none() && name.split('/').any(|part| part == "..") {
            self.outside = Some(name.chars().take(SHOWN).collect());
        }
        match entry.kind {
            TarKind::Folder => return Place::Elsewhere,
            TarKind::Sparse => self.sparse.push(name.chars().take(SHOWN).collect()),
            _ => {}
        }
        self.below.insert(hash(rest));
        if self.has_more || rest != "PKG-INFO" || entry.kind != TarKind::File {
            return Place::Elsewhere;
        }
        self.has_other_pkg_info = self.pkg_info.is_some();
        if self.has_other_pkg_info { Place::Elsewhere } else { Place::PkgInfo }
    }

    fn judge(self) -> Inspection {
        let Some(pkg_info) = self.pkg_info.filter(|_| !self.has_more) else { return Inspection::Nothing };
        if self.has_other_pkg_info {
            return wrong(
                "there are several PKG-INFO in it, and readers differ in which they take".to_owned(),
            );
        }
        if let Some(name) = self.outside {
            return Inspection::Defect(Defect {
                rule: Rule::FileNameUnsafe,
                found: format!("`{name}` leaves the folder that it is unpacked into"),
                expected: "paths that stay in their folder",
                remedy: "Find out who put it there: no build backend writes such a path.",
            });
        }
        match Sdist::read(&pkg_info) {
            Ok(sdist) => {
                let is_there = |file: &str| self.below.contains(&hash(file));
                let contents = SdistContents {
                    top: self.top.unwrap_or_default().chars().take(SHOWN).collect(),
                    missing_licenses: missing_license_files(&pkg_info, is_there),
                    sparse: self.sparse,
                };
                Inspection::Known(Distribution::Sdist {
                    sdist: Box::new(sdist),
                    contents: Box::new(contents),
                })
            }
            Err(error) => wrong(error.to_string()),
        }
    }
}

/// The most characters of a name that are kept to be shown.
const SHOWN: usize = 256;

fn wrong(found: String) -> Inspection {
    Inspection::Defect(Defect {
        rule: Rule::SdistMetadata,
        found,
        expected: "a PKG-INFO that gives the project's name and version",
        remedy: "Build it with the project's build backend (`python -m build --sdist`).",
    })
}
