//! A gzipped tar becomes a source distribution, if it is one.
//!
//! It has one folder at its top, and PKG-INFO right in it ("Source
//! distribution format", "Source distribution archive features"). It is read to
//! its end whatever it is: one that breaks off is no archive either.
//!
//! It is read as Python's tarfile, GNU tar and bsdtar unpack it. Where they
//! could differ, or where one of them would not unpack it, it is refused.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Seek, Write};

use super::members::{Member, Members, Scan};
use super::{Inspection, hash as hash_of};
use crate::archive::limits::Limits;
use crate::archive::tar::{TarEntry, TarKind, TarReader, parts};
use crate::archive::zip::ends_like_zip;
use crate::archive::{ArchiveError, Refusal};
use crate::distribution::archive_name::Codec;
use crate::distribution::metadata::{MAX_CORE_METADATA_BYTES, missing_license_files};
use crate::distribution::private::PrivateKind;
use crate::distribution::prohibited::Scanner;
use crate::distribution::sdist::{Sdist, could_be_sdist_of};
use crate::evidence::Distribution;
use crate::evidence::defect::{Defect, SdistDefect};
use crate::evidence::private::PrivateFiles;
use crate::evidence::prohibited::ProhibitedFiles;
use crate::evidence::sdist::SdistContents;
use crate::filename::{FileName, FileNameError, MAX_PATH_BYTES};
use crate::sample::Sample;

pub(super) fn inspect(name: &FileName, mut file: File, limits: &Limits) -> Result<Inspection, ArchiveError> {
    let mut layout = Layout { is_zip: ends_like_zip(&mut file)?, ..Layout::default() };
    let mut members = Members::default();
    file.rewind().map_err(ArchiveError::Read)?;
    let mut tar = TarReader::new(BufReader::new(file), Codec::Gzip, limits);
    while let Some(entry) = tar.next_entry()? {
        if layout.add(&entry) == Place::PkgInfo {
            layout.pkg_info = Some(tar.read_entry(MAX_CORE_METADATA_BYTES as u64)?);
        }
        let member = Member::of_tar(&entry);
        let scanner = Some(&entry).filter(|entry| entry.kind == TarKind::File);
        let mut scan = (Scan::default(), scanner.and_then(|entry| Scanner::of(&entry.name)));
        tar.copy_entry(&mut Both(&mut scan.0, scan.1.as_mut()))?;
        if let Some(scanner) = &scan.1 {
            layout.prohibited.include(scanner, &entry.name);
        }
        let (excerpt, digest) = scan.0.finish();
        // Source distributions have keys for their tests in any folder.
        let path = parts(&entry.name).skip(1).collect::<Vec<_>>().join("/");
        layout.private.look(&path, excerpt.head(), |kind| kind != PrivateKind::Key);
        members.add(&member, member.is_file().then_some((&excerpt, digest)));
    }
    layout.refusal = layout.refusal.or_else(|| tar.trailing());
    match layout.judge(name)? {
        Inspection::Nothing => Ok(Inspection::archive(members.finish()?)),
        inspection => Ok(inspection),
    }
}

/// Shows a file to two at once.
struct Both<'a>(&'a mut Scan, Option<&'a mut Scanner>);

impl Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(scanner) = &mut self.1 {
            scanner.write_all(bytes)?;
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How an archive's entries lie.
#[derive(Default)]
struct Layout {
    /// The folder at the top in which the first entry lies.
    top: Option<String>,
    /// The first entry beside it, as ordinary archives have.
    beside: Option<String>,
    /// Whether some reader finds a PKG-INFO in a folder at the top.
    has_pkg_info: bool,
    /// The first of them.
    pkg_info: Option<Vec<u8>>,
    /// Its name, as stored, where no uploader looks for it.
    odd_pkg_info: Option<String>,
    is_zip: bool,
    prohibited: ProhibitedFiles,
    /// What it is refused for if it is a source distribution: the first of all
    /// reasons.
    refusal: Option<Refusal>,
    sparse: Sample<String>,
    private: PrivateFiles,
    tree: Tree,
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
        let path: Vec<&str> = entry.parts().collect();
        let (first, rest) = path.split_first().unwrap_or((&"", &[]));
        let top = self.top.get_or_insert_with(|| (*first).to_owned());
        // A file that is all there is, or one that others claim to lie in.
        let is_top = top == first && rest.is_empty() && entry.kind != TarKind::Folder;
        let is_beside = top != first;
        if is_beside && self.beside.is_none() {
            self.beside = Some(shown(&entry.name));
        }
        if entry.kind == TarKind::Sparse {
            self.sparse.push(shown(&entry.name));
        }
        let is_pkg_info = matches!(rest, [name] if name.eq_ignore_ascii_case(PKG_INFO));
        let could_be = entry.ambiguity.is_some() && entry.name.ends_with(PKG_INFO);
        self.has_pkg_info |= is_pkg_info || could_be;
        let is_readable = rest == [PKG_INFO] && entry.kind == TarKind::File && self.pkg_info.is_none();
        let refusal = refuse(entry)
            .or_else(|| is_top.then(|| entry.is_file_and_folder()))
            .or_else(|| self.tree.add(entry, &path))
            .or_else(|| (is_pkg_info && !is_readable && !is_beside).then(|| entry.is_twice()));
        if self.refusal.is_none() {
            self.refusal = refusal;
        }
        if !is_readable {
            return Place::Elsewhere;
        }
        // An absolute path is one to uploaders too.
        if entry.name.trim_start_matches('/') != format!("{top}/{PKG_INFO}") {
            self.odd_pkg_info = Some(shown(&entry.name));
        }
        Place::PkgInfo
    }

    fn judge(self, name: &FileName) -> Result<Inspection, ArchiveError> {
        if !self.has_pkg_info {
            return Ok(Inspection::Nothing);
        }
        let sdist = self.pkg_info.as_deref().map(Sdist::read);
        if let Some(beside) = self.beside {
            let is_named_so = matches!(&sdist, Some(Ok(sdist)) if could_be_sdist_of(name, sdist.project()));
            return match self.refusal {
                _ if !is_named_so => Ok(Inspection::Nothing),
                Some(refusal) => Err(refusal.into()),
                None => Ok(wrong(SdistDefect::EntryBeside(beside))),
            };
        }
        if let Some(refusal) = self.refusal {
            return Err(refusal.into());
        }
        let (Some(sdist), Some(pkg_info)) = (sdist, self.pkg_info) else { return Ok(Inspection::Nothing) };
        Ok(match sdist {
            Ok(sdist) => {
                let is_there = |file: &str| self.tree.holds(self.top.as_deref(), file);
                let contents = SdistContents {
                    missing_licenses: missing_license_files(&pkg_info, is_there),
                    sparse: self.sparse,
                    is_zip: self.is_zip,
                    odd_pkg_info: self.odd_pkg_info,
                    prohibited: self.prohibited,
                    private: self.private,
                    top: shown(&self.top.unwrap_or_default()),
                };
                Inspection::Known(Distribution::Sdist {
                    sdist: Box::new(sdist),
                    contents: Box::new(contents),
                })
            }
            Err(error) => wrong(SdistDefect::PkgInfo(error)),
        })
    }
}

const PKG_INFO: &str = "PKG-INFO";

/// What no source distribution may hold, whatever else is in it.
fn refuse(entry: &TarEntry) -> Option<Refusal> {
    if let Some(what) = entry.ambiguity {
        return Some(entry.differs(what));
    }
    if entry.parts().any(|part| part == "..") {
        return Some(entry.misnamed(FileNameError::Dots));
    }
    if entry.name.len() > MAX_PATH_BYTES {
        return Some(entry.misnamed(FileNameError::PathTooLong(entry.name.len())));
    }
    match entry.kind {
        TarKind::Other(b'6') => Some(entry.is_no_file("a FIFO")),
        TarKind::Other(_) => Some(entry.is_no_file("a device")),
        _ => None,
    }
}

/// The files, links and folders that were seen, as hashes of their paths: a
/// hostile tar has names by the gigabyte.
#[derive(Default)]
struct Tree {
    /// Files and links.
    leaves: BTreeSet<u64>,
    /// Folders, and what holds something.
    folders: BTreeSet<u64>,
    /// What links are compared with, without regard to case, as some file
    /// systems do.
    folded: Folded,
}

#[derive(Default)]
struct Folded {
    entries: BTreeSet<u64>,
    links: BTreeSet<u64>,
    /// Folders that hold something.
    folders: BTreeSet<u64>,
}

/// The most folders of a source distribution. There is none with a hundredth.
const MAX_FOLDERS: usize = 100_000;

impl Tree {
    /// Adds an entry; what the archive is refused for, if it leaves its folder,
    /// writes through a link, or cannot be unpacked beside the entries before.
    fn add(&mut self, entry: &TarEntry, path: &[&str]) -> Option<Refusal> {
        if let Some(refusal) = self.add_parents(entry, path) {
            return Some(refusal);
        }
        let is_link = matches!(entry.kind, TarKind::SymbolicLink | TarKind::HardLink);
        let (itself, folded) = (hash(path), folded_hash(path));
        if self.folded.links.contains(&folded) || (is_link && self.folded.entries.contains(&folded)) {
            return Some(entry.is_twice());
        }
        if is_link && self.folded.folders.contains(&folded) {
            return Some(entry.is_file_and_folder());
        }
        let (own, other) = match entry.kind {
            TarKind::Folder => (&mut self.folders, &self.leaves),
            _ => (&mut self.leaves, &self.folders),
        };
        if other.contains(&itself) {
            return Some(entry.is_file_and_folder());
        }
        own.insert(itself);
        self.folded.entries.insert(folded);
        if is_link {
            self.folded.links.insert(folded);
        }
        match entry.kind {
            TarKind::SymbolicLink if !stays_inside(entry, path) => {
                Some(entry.is_no_file("a symbolic link that leaves its folder"))
            }
            TarKind::HardLink if !self.holds_file(&entry.target) => {
                Some(entry.is_no_file("a hard link to something else than a file before it"))
            }
            _ => None,
        }
    }

    fn add_parents(&mut self, entry: &TarEntry, mut path: &[&str]) -> Option<Refusal> {
        while let Some((_, parents)) = path.split_last().filter(|(_, parents)| !parents.is_empty()) {
            let (exact, folded) = (hash(parents), folded_hash(parents));
            if self.folded.links.contains(&folded) {
                return Some(entry.differs("lies below a link"));
            }
            if self.leaves.contains(&exact) {
                return Some(entry.differs("lies below a file"));
            }
            self.folders.insert(exact);
            if !self.folded.folders.insert(folded) {
                break;
            }
            path = parents;
        }
        let is_full = self.folded.folders.len() > MAX_FOLDERS;
        is_full.then(|| entry.differs("lies in one folder too many"))
    }

    /// Whether there is an entry at `path` below `top`: a file, a link, or a
    /// folder that is not merely on the way to others.
    fn holds(&self, top: Option<&str>, path: &str) -> bool {
        let path = [top.unwrap_or_default(), path];
        let is_folder =
            || self.folders.contains(&hash(&path)) && self.folded.entries.contains(&folded_hash(&path));
        self.leaves.contains(&hash(&path)) || is_folder()
    }

    /// Whether a file that is no link lies at `path`.
    fn holds_file(&self, path: &str) -> bool {
        let path: Vec<&str> = parts(path).collect();
        self.leaves.contains(&hash(&path)) && !self.folded.links.contains(&folded_hash(&path))
    }
}

/// Whether a symbolic link points into the folder at the top. It may go up
/// first and then down; one that goes down and up again depends on the links on
/// its way.
fn stays_inside(entry: &TarEntry, path: &[&str]) -> bool {
    if entry.target.starts_with('/') {
        return false;
    }
    let target: Vec<&str> = parts(&entry.target).collect();
    let up = target.iter().take_while(|part| **part == "..").count();
    let goes_up_again = target.iter().skip(up).any(|part| *part == "..");
    // The link's own name and the folder at the top are no steps up.
    !goes_up_again && up + 2 <= path.len()
}

/// The most characters of a name that are kept to be shown.
const SHOWN: usize = 256;

fn shown(name: &str) -> String {
    name.chars().take(SHOWN).collect()
}

fn hash(path: &[&str]) -> u64 {
    hash_of(&path.join("/"))
}

fn folded_hash(path: &[&str]) -> u64 {
    hash_of(&path.join("/").to_lowercase())
}

fn wrong(defect: SdistDefect) -> Inspection {
    Inspection::Defect(Defect::Sdist(defect))
}
