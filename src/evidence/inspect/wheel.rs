//! A wheel becomes evidence.
//!
//! 1. The name says where its metadata should lie; where it really lies is the
//!    one `.dist-info` folder at the top.
//! 2. The small files that say something of the others are read: `WHEEL`,
//!    `METADATA`, `RECORD`, `entry_points.txt`.
//! 3. Every file is inflated once, in the order in which they lie: its CRC-32
//!    is proved on the way, and so is its digest in `RECORD`; its first bytes
//!    show whether it is native code, and for which machine.
//!
//! Nothing is judged here. What installers refuse to read is a [`Defect`].

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};

use unicode_normalization::UnicodeNormalization;

use super::record::{Checker, Hasher};
use super::{InspectOptions, Inspection, hash};
use crate::archive::ArchiveError;
use crate::archive::tar::begins_like_tar;
use crate::archive::zip::{Entry, EntryKind, ZipArchive};
use crate::distribution::entry_points::{self, MAX_ENTRY_POINTS_BYTES};
use crate::distribution::metadata::{CoreMetadata, MAX_CORE_METADATA_BYTES, missing_license_files};
use crate::distribution::native::Native;
use crate::distribution::native::excerpt::Collector;
use crate::distribution::prohibited::Scanner;
use crate::distribution::wheel::{MAX_RECORD_BYTES, MAX_WHEEL_BYTES, Record, WheelFilename, WheelMetadata};
use crate::evidence::Distribution;
use crate::evidence::defect::{Defect, WheelDefect};
use crate::evidence::native::{self, NativeFiles};
use crate::evidence::private::PrivateFiles;
use crate::evidence::prohibited::ProhibitedFiles;
use crate::evidence::wheel::{MAX_SBOMS, NameClash, Packing, Replacement, WheelContents};
use crate::filename::{FileName, RelativePath};
use crate::sample::Sample;

/// The folders of a `.data` folder, each for another place of an installation
/// (binary distribution format, "The .data directory").
const SCHEMES: [&str; 5] = ["purelib", "platlib", "headers", "scripts", "data"];

pub(super) fn inspect(
    name: &FileName,
    file: File,
    size: u64,
    options: &InspectOptions,
) -> Result<Inspection, ArchiveError> {
    let filename = match WheelFilename::new(name) {
        Ok(filename) => filename,
        Err(error) => return Ok(Inspection::Defect(Defect::WheelFilename(error.kind().clone()))),
    };
    Ok(match read(&filename, file, size, options)? {
        Ok(contents) => Inspection::Known(Distribution::Wheel {
            filename: Box::new(filename),
            contents: Box::new(contents),
        }),
        Err(defect) => Inspection::Defect(Defect::Wheel(defect)),
    })
}

/// Reads a wheel of this name, or says why it is not valid.
fn read(
    filename: &WheelFilename,
    file: File,
    size: u64,
    options: &InspectOptions,
) -> Result<Result<WheelContents, WheelDefect>, ArchiveError> {
    let mut head = Vec::new();
    (&file).take(512).read_to_end(&mut head).map_err(ArchiveError::Read)?;
    let archive = ZipArchive::open(file, size, &options.limits)?;
    let dist_info = match dist_info(archive.entries(), archive.folders()) {
        Ok(dist_info) => dist_info,
        Err(defect) => return Ok(Err(defect)),
    };
    let reader = Reader { archive, dist_info };
    read_contents(filename, reader, size, &head, options.verify_record)
}

/// Reads what lies in a wheel whose `.dist-info` folder is known.
fn read_contents(
    filename: &WheelFilename,
    mut reader: Reader,
    size: u64,
    head: &[u8],
    verify_record: bool,
) -> Result<Result<WheelContents, WheelDefect>, ArchiveError> {
    let Some(wheel) = reader.metadata("WHEEL", MAX_WHEEL_BYTES)? else {
        return Ok(Err(WheelDefect::NoWheelFile(reader.dist_info)));
    };
    let is_wheel_tidy = WheelMetadata::rewritten(&wheel, filename.build()).is_ok_and(|tidy| tidy == wheel);
    let wheel = match WheelMetadata::read(&wheel) {
        Ok(wheel) => wheel,
        Err(error) => return Ok(Err(WheelDefect::WheelFile(error))),
    };
    if !wheel.is_wheel_version_supported() {
        return Ok(Err(WheelDefect::FormatVersion(wheel.wheel_version().to_owned())));
    }
    let metadata = reader.metadata("METADATA", MAX_CORE_METADATA_BYTES)?;
    let entry_points = reader.metadata("entry_points.txt", MAX_ENTRY_POINTS_BYTES)?;
    let record = reader.metadata("RECORD", MAX_RECORD_BYTES)?;
    let record = record.as_deref().map(Record::read);
    let mut checker = match &record {
        Some(Ok(record)) => Some(Checker::new(record, &reader.dist_info, verify_record)),
        _ => None,
    };
    let Passed { native, private, prohibited } = reader.pass(checker.as_mut())?;
    let decoy_metadata = reader.decoy_metadata(metadata.as_deref())?;

    let Reader { archive, dist_info } = reader;
    let paths: BTreeSet<&str> = archive.entries().iter().map(|entry| entry.path.as_str()).collect();
    let check = checker.map(Checker::finish).unwrap_or_default();
    let (other_data_dirs, unknown_schemes) = data_folders(&paths, &dist_info);
    Ok(Ok(WheelContents {
        missing_licenses: metadata.as_deref().map_or_else(Sample::default, |metadata| {
            missing_license_files(metadata, |file| {
                paths.contains(format!("{dist_info}/licenses/{file}").as_str())
            })
        }),
        sboms: sboms(&paths, &dist_info),
        signatures: signatures(&paths, &dist_info),
        other_data_dirs,
        installed_metadata: installed_metadata(&paths),
        replaced: replaced(archive.entries()),
        unknown_schemes,
        packing: packing(archive.entries(), size, head),
        name_clashes: name_clashes(&paths),
        dist_info,
        wheel,
        is_wheel_tidy,
        metadata: metadata.map(|bytes| CoreMetadata::read(&bytes)),
        decoy_metadata,
        record: record.map(|record| record.map(|_| check)),
        entry_points: entry_points.and_then(|bytes| entry_points::check(&bytes).err()),
        prohibited,
        native,
        private,
    }))
}

/// The one `.dist-info` folder at the top, as installers look for it.
///
/// To pip, whatever lies at the top under such a name is one: an empty folder
/// with an entry of its own, and even a file.
fn dist_info(files: &[Entry], folders: &[RelativePath]) -> Result<String, WheelDefect> {
    let folders: BTreeSet<&str> = files
        .iter()
        .map(|file| &file.path)
        .chain(folders)
        .filter_map(|path| path.components().next())
        .filter(|top| top.ends_with(".dist-info"))
        .collect();
    let mut found = folders.iter();
    match (found.next(), found.next()) {
        (Some(folder), None) => Ok((*folder).to_owned()),
        (None, _) => Err(WheelDefect::NoDistInfo),
        (Some(_), Some(_)) => {
            Err(WheelDefect::SeveralDistInfos(folders.into_iter().map(str::to_owned).collect()))
        }
    }
}

/// A wheel that is being read.
struct Reader {
    archive: ZipArchive<File>,
    dist_info: String,
}

impl Reader {
    /// A file of the `.dist-info` folder.
    fn metadata(&mut self, name: &str, most: usize) -> Result<Option<Vec<u8>>, ArchiveError> {
        let path = format!("{}/{name}", self.dist_info);
        self.archive.position(&path).map(|number| self.archive.read_entry(number, most as u64)).transpose()
    }

    /// What an uploader reads in the place of this METADATA: the first file with
    /// METADATA in its path, the shorter paths first, that holds
    /// `Metadata-Version` (twine, `wheel.py`).
    fn decoy_metadata(&mut self, metadata: Option<&[u8]>) -> Result<Option<String>, ArchiveError> {
        let parts =
            |path: &str| (path.split('/').count(), path.split('/').map(str::to_owned).collect::<Vec<_>>());
        let own = parts(&format!("{}/METADATA", self.dist_info));
        let entries = self.archive.entries().iter().enumerate();
        let mut earlier: Vec<_> = entries
            .filter(|(_, entry)| entry.path.as_str().contains("METADATA"))
            .filter(|(_, entry)| entry.size <= MAX_CORE_METADATA_BYTES as u64)
            .map(|(number, entry)| (parts(entry.path.as_str()), number))
            .filter(|(parts, _)| *parts < own)
            .collect();
        earlier.sort_unstable();
        for ((_, parts), number) in earlier.into_iter().take(MAX_DECOYS) {
            let bytes = self.archive.read_entry(number, MAX_CORE_METADATA_BYTES as u64)?;
            if bytes.windows(16).any(|window| window == b"Metadata-Version") {
                return Ok((Some(bytes.as_slice()) != metadata).then(|| parts.join("/")));
            }
        }
        Ok(None)
    }

    /// Passes over all files once.
    fn pass(&mut self, mut checker: Option<&mut Checker<'_>>) -> Result<Passed, ArchiveError> {
        let mut native = NativeFiles::default();
        let mut prohibited = ProhibitedFiles::default();
        let mut private = PrivateFiles::default();
        for number in 0..self.archive.entries().len() {
            let Some(path) = self.archive.entries().get(number).map(|entry| entry.path.clone()) else {
                break;
            };
            let mut expected = checker.as_mut().map(|checker| checker.expect(path.as_str()));
            let hasher = expected.as_mut().and_then(|expected| expected.hasher.as_mut());
            let scanner = Scanner::of(path.as_str());
            let mut passing = ScanWriter { hasher, scanner, collector: Native::collector() };
            let size = self.archive.scan_entry(number, &mut passing)?;
            let ScanWriter { scanner, collector, .. } = passing;
            if let (Some(checker), Some(expected)) = (&mut checker, expected) {
                checker.compare(path.as_str(), size, expected);
            }
            if let Some(scanner) = scanner {
                prohibited.include(&scanner, path.as_str());
            }
            let excerpt = native::look_again(collector.finish(None), |collector| {
                match self.archive.scan_entry(number, collector) {
                    // It has all that it wants and takes no more.
                    Err(ArchiveError::Write(_)) => Ok(()),
                    result => result.map(drop),
                }
            })?;
            if let Some(code) = Native::of(&excerpt) {
                native.include(code, path.as_str());
            } else {
                native.include_other(excerpt.head());
                private.look(path.as_str(), excerpt.head(), |_| true);
            }
        }
        Ok(Passed { private, native, prohibited })
    }
}

/// The most files that an uploader may read in the place of METADATA.
const MAX_DECOYS: usize = 20;

/// What was seen of all files together.
struct Passed {
    private: PrivateFiles,
    native: NativeFiles,
    prohibited: ProhibitedFiles,
}

/// A file of a wheel as it passes by: nothing of it is kept but what says
/// whether it is native code, and for what, and what else is looked for.
struct ScanWriter<'a> {
    hasher: Option<&'a mut Hasher>,
    scanner: Option<Scanner>,
    collector: Collector,
}

impl Write for ScanWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        if let Some(scanner) = &mut self.scanner {
            scanner.write_all(bytes)?;
        }
        self.collector.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn signatures(paths: &BTreeSet<&str>, dist_info: &str) -> Sample<String> {
    let files = ["RECORD.jws", "RECORD.p7s"].map(|name| format!("{dist_info}/{name}"));
    files.into_iter().filter(|path| paths.contains(path.as_str())).collect()
}

fn sboms(paths: &BTreeSet<&str>, dist_info: &str) -> Vec<String> {
    let folder = format!("{dist_info}/sboms/");
    let inside = paths.iter().filter(|path| path.starts_with(&folder));
    inside.take(MAX_SBOMS).map(|path| (*path).to_owned()).collect()
}

/// The `.data` folders at the top that are not the wheel's own, and files in
/// any of them that no installer would know where to put. Some installers take
/// every folder whose name ends so for the wheel's own.
fn data_folders(paths: &BTreeSet<&str>, dist_info: &str) -> (Sample<String>, Sample<String>) {
    let own = dist_info.strip_suffix(".dist-info").map(|prefix| format!("{prefix}.data"));
    let mut foreign = BTreeSet::new();
    let mut unknown = Sample::default();
    for path in paths {
        let Some((folder, rest)) = path.split_once('/') else { continue };
        if folder.strip_suffix(".data").is_none() {
            continue;
        }
        if Some(folder) != own.as_deref() {
            foreign.insert(folder.to_owned());
        }
        if !rest.split_once('/').is_some_and(|(scheme, _)| SCHEMES.contains(&scheme)) {
            unknown.push((*path).to_owned());
        }
    }
    (foreign.into_iter().collect(), unknown)
}

fn packing(entries: &[Entry], packed: u64, head: &[u8]) -> Packing {
    let paths = |has: fn(&Entry) -> bool| {
        entries.iter().filter(|entry| has(entry)).map(|entry| entry.path.to_string()).collect()
    };
    Packing {
        descriptors: paths(|entry| entry.has_descriptor),
        comments: paths(|entry| entry.has_comment),
        links: paths(|entry| entry.kind == EntryKind::Link),
        packed,
        unpacked: entries.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.size)),
        is_tar: begins_like_tar(head),
    }
}

/// Where installers put a file of a `.data` folder, from the folder that
/// packages are imported from; `None` if elsewhere.
///
/// `data` is put below the prefix of the environment, where that folder is
/// `lib/python3.12/site-packages`, or `dist-packages` to Debian.
fn installed_path(path: &str) -> Option<&str> {
    let (top, rest) = path.split_once('/')?;
    let (scheme, rest) = rest.split_once('/')?;
    match scheme {
        _ if top.strip_suffix(".data").is_none() => None,
        "purelib" | "platlib" => Some(rest),
        "data" => {
            let packages = ["/site-packages/", "/dist-packages/"];
            packages.iter().find_map(|packages| Some(rest.split_once(packages)?.1))
        }
        _ => None,
    }
}

/// Files of `.data` folders that are installed as metadata: they replace the
/// wheel's own, or install another distribution.
fn installed_metadata(paths: &BTreeSet<&str>) -> Sample<String> {
    let is_metadata = |path: &str| {
        let top = path.split('/').next().unwrap_or(path).to_ascii_lowercase();
        top.ends_with(".dist-info") || top.ends_with(".egg-info")
    };
    let found = paths.iter().filter(|path| installed_path(path).is_some_and(is_metadata));
    found.map(|path| (*path).to_owned()).collect()
}

/// Files that are installed where another file of the wheel is, with other
/// contents. Which of them stays depends on the installer.
fn replaced(entries: &[Entry]) -> Sample<Replacement> {
    if !entries.iter().any(|entry| installed_path(entry.path.as_str()).is_some()) {
        return Sample::default();
    }
    let mut files: Vec<(&str, &Entry)> = entries
        .iter()
        .map(|entry| (installed_path(entry.path.as_str()).unwrap_or(entry.path.as_str()), entry))
        .collect();
    files.sort_unstable_by_key(|(place, entry)| (*place, entry.path.as_str()));
    let pairs = files.iter().zip(files.iter().skip(1));
    pairs
        .filter(|((place, one), (other_place, other))| {
            place == other_place && (one.size, one.crc32) != (other.size, other.crc32)
        })
        .map(|((_, one), (_, other))| Replacement {
            one: one.path.to_string(),
            other: other.path.to_string(),
        })
        .collect()
}

/// Names that are one name where case (Windows, macOS) or the Unicode form
/// (macOS) does not count.
fn name_clashes(paths: &BTreeSet<&str>) -> Sample<NameClash> {
    // Hashes: the folded names would take as much memory as the names.
    let mut folded: Vec<(u64, &str)> = paths.iter().map(|path| (hash(&fold(path)), *path)).collect();
    folded.sort_unstable();
    let pairs = folded.iter().zip(folded.iter().skip(1));
    let mut clashes: Vec<(&str, &str)> = pairs
        .filter(|((one, _), (other, _))| one == other)
        .map(|((_, one), (_, other))| (*one, *other))
        .filter(|(one, other)| fold(one) == fold(other))
        .collect();
    clashes.sort_unstable();
    clashes
        .into_iter()
        .map(|(one, other)| NameClash { one: one.to_owned(), other: other.to_owned() })
        .collect()
}

fn fold(path: &str) -> String {
    if path.is_ascii() {
        path.to_ascii_lowercase()
    } else {
        path.nfc().collect::<String>().to_lowercase().nfc().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<'a>(paths: &[&'a str]) -> BTreeSet<&'a str> {
        paths.iter().copied().collect()
    }

    #[test]
    fn names_that_are_alike() {
        let found = |paths: &[&str]| name_clashes(&set(paths)).first().to_vec();
        let pair = |one: &str, other: &str| NameClash { one: one.into(), other: other.into() };
        assert_eq!(found(&["a/b", "a/c", "ab"]), []);
        assert_eq!(found(&["a/MARK.h", "a/mark.h"]), [pair("a/MARK.h", "a/mark.h")]);
        // The same letter, composed and decomposed.
        assert_eq!(found(&["\u{e9}", "e\u{301}"]), [pair("e\u{301}", "\u{e9}")]);
        assert_eq!(found(&["\u{c9}", "e\u{301}"]), [pair("e\u{301}", "\u{c9}")]);
    }

    #[test]
    fn folders_of_data() {
        let found = |paths: &[&str]| {
            let (foreign, unknown) = data_folders(&set(paths), "foo-1.0.dist-info");
            (foreign.to_string(), unknown.to_string())
        };
        assert_eq!(
            found(&["foo-1.0.data/scripts/foo", "foo.data.py", "a/b.data/c"]),
            (String::new(), String::new())
        );
        assert_eq!(found(&["Foo-1.0.data/scripts/foo"]), ("`Foo-1.0.data`".into(), String::new()));
        assert_eq!(
            found(&["foo-1.0.data/script/foo", "foo-1.0.data/data"]),
            (String::new(), "`foo-1.0.data/data`, `foo-1.0.data/script/foo`".into())
        );
    }
}
