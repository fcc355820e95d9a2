//! The members of a release archive, as they pass by.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};

use super::hash;
use crate::archive::compression::gunzip_head;
use crate::archive::plain_zip::ZipMember;
use crate::archive::tar::{TarEntry, TarKind, parts};
use crate::archive::{ArchiveError, Refusal};
use crate::distribution::executable::ExecutableFormat;
use crate::distribution::junk::is_junk_name;
use crate::distribution::native::excerpt::{Collector, Excerpt};
use crate::distribution::native::{Native, NativeKind};
use crate::distribution::private::PrivateKind;
use crate::distribution::sdist::is_sdist_name;
use crate::distribution::sidecar::is_sidecar;
use crate::distribution::wheel::WheelFilename;
use crate::evidence::archive::{ArchiveContents, PackedDistributions};
use crate::filename::{FileName, FileNameError};
use crate::sample::Sample;

/// The most native files at the top or in `bin/` that are kept. Toolchains have
/// some dozens.
const MAX_NATIVE: usize = 500;

/// The most links that are kept.
const MAX_KEPT: usize = 10_000;

/// What an entry of an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MemberKind {
    File,
    Folder,
    SymbolicLink,
    HardLink,
    Other,
}

/// An entry of a zip or a tar.
pub(super) struct Member<'a> {
    name: Cow<'a, str>,
    kind: MemberKind,
    /// What a link points at, if that is known.
    target: &'a str,
    /// Whether its owner may execute it, if the archive says.
    is_executable: Option<bool>,
}

impl<'a> Member<'a> {
    /// An entry of a tar.
    pub(super) fn of_tar(entry: &'a TarEntry) -> Self {
        let kind = match entry.kind {
            TarKind::File | TarKind::Sparse => MemberKind::File,
            TarKind::Folder => MemberKind::Folder,
            TarKind::SymbolicLink => MemberKind::SymbolicLink,
            TarKind::HardLink => MemberKind::HardLink,
            TarKind::Other(_) => MemberKind::Other,
        };
        let name = Cow::Borrowed(entry.name.as_str());
        Self { name, kind, target: &entry.target, is_executable: Some(entry.is_executable) }
    }

    /// An entry of a zip; `target` is that of a link.
    pub(super) fn of_zip(entry: &'a ZipMember, target: &'a str) -> Self {
        let kind = match entry {
            _ if entry.is_folder() => MemberKind::Folder,
            _ if entry.is_link() => MemberKind::SymbolicLink,
            _ => MemberKind::File,
        };
        // As .NET wrote them on Windows.
        let name = if entry.name.contains('\\') {
            Cow::Owned(entry.name.replace('\\', "/"))
        } else {
            Cow::Borrowed(entry.name.as_str())
        };
        Self { name, kind, target, is_executable: entry.mode.map(|mode| mode & 0o100 != 0) }
    }

    /// Whether it has content that may be looked at.
    pub(super) fn is_file(&self) -> bool {
        self.kind == MemberKind::File
    }
}

/// What was seen of the members so far.
#[derive(Default)]
pub(super) struct Members {
    /// What the archive is refused for: the first of all reasons.
    refusal: Option<Refusal>,
    /// The folder in which all of it lies.
    top: Top,
    native: Vec<NativeMember>,
    /// Symbolic links that lead out of the archive, as hashes of their paths.
    leaving: BTreeSet<u64>,
    distributions: PackedDistributions,
    /// What is named as source distributions are, and whether it is one.
    sdists: Sample<(String, bool), 1000>,
    has_others: bool,
    contents: ArchiveContents,
}

#[derive(Default)]
enum Top {
    #[default]
    Unknown,
    Folder(String),
    None,
}

struct NativeMember {
    path: String,
    native: Native,
    digest: u64,
    is_executable: Option<bool>,
}

/// Looks at a member's content while it passes by.
pub(super) struct Scan {
    collector: Collector,
    hasher: DefaultHasher,
}

impl Default for Scan {
    fn default() -> Self {
        Self { collector: Native::collector(), hasher: DefaultHasher::new() }
    }
}

impl Write for Scan {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.collector.write_all(bytes)?;
        self.hasher.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Scan {
    /// What was kept, and the hash of everything.
    pub(super) fn finish(self) -> (Excerpt, u64) {
        (self.collector.finish(None), self.hasher.finish())
    }
}

impl Members {
    /// Counts a member, and what its content was if that was looked at.
    pub(super) fn add(&mut self, member: &Member<'_>, content: Option<(&Excerpt, u64)>) {
        let path: Vec<&str> = parts(&member.name).collect();
        let Some((name, folders)) = path.split_last() else { return };
        if self.refusal.is_none() {
            self.refusal = self.refuse(member, &path);
        }
        if path.first() == Some(&MACOSX) {
            return;
        }
        self.top.add(&path, member.kind == MemberKind::Folder);
        let head = content.as_ref().map_or(&[][..], |(excerpt, _)| excerpt.head());
        if member.kind != MemberKind::Folder {
            self.count(&path.join("/"), name, head);
        }
        if member.is_file() {
            self.contents.python.look(&path, head);
        }
        let Some((excerpt, digest)) = content else { return };
        if folders.len() <= MAX_DEPTH
            && self.native.len() < MAX_NATIVE
            && let Some(native) = Native::of(excerpt)
        {
            let is_executable = member.is_executable;
            self.native.push(NativeMember { path: path.join("/"), native, digest, is_executable });
        }
    }

    fn count(&mut self, path: &str, name: &str, head: &[u8]) {
        // Archives of macOS have files of macOS.
        self.contents.private.look(path, head, |kind| kind != PrivateKind::AppleDouble);
        let Ok(name) = name.parse::<FileName>() else { return self.has_others = true };
        let found = &mut self.distributions;
        if let Ok(wheel) = WheelFilename::new(&name) {
            if found.projects.len() < MAX_PROJECTS {
                found.projects.insert(wheel.project().normalized().to_owned());
            }
            found.paths.push(shown(path));
        } else if name.has_suffix(".tgz") && gunzip_head(head).starts_with(b"package/") {
            found.has_npm = true;
            found.paths.push(shown(path));
        } else if is_sdist_name(&name) {
            let mut inflated = gunzip_head(head);
            inflated.truncate(64 << 10);
            let has_pkg_info = inflated.windows(10).any(|window| window == b"/PKG-INFO\0");
            self.sdists.push((shown(path), has_pkg_info));
        } else {
            self.has_others |= !is_sidecar(&name) && !is_junk_name(&name);
        }
    }

    /// What no archive may hold, whoever unpacks it.
    fn refuse(&mut self, member: &Member<'_>, path: &[&str]) -> Option<Refusal> {
        if let Some(error) = unsafe_name(&member.name) {
            return Some(Refusal::misnamed(&member.name, error));
        }
        let below = (1..path.len()).filter_map(|end| path.get(..end));
        if !self.leaving.is_empty()
            && below.into_iter().any(|folder| self.leaving.contains(&hash(&folder.join("/"))))
        {
            return Some(Refusal::not_a_file(&member.name, "a file below a link that leaves the archive"));
        }
        match member.kind {
            MemberKind::SymbolicLink => {
                let climbs = climbs(member.target, path.len() - 1);
                let is_absolute = unsafe_name(member.target) == Some(FileNameError::Absolute);
                if (climbs || is_absolute) && self.leaving.len() < MAX_KEPT {
                    self.leaving.insert(hash(&path.join("/")));
                }
                climbs.then(|| Refusal::not_a_file(&member.name, "a symbolic link that leaves the archive"))
            }
            MemberKind::HardLink => unsafe_name(member.target)
                .map(|_| Refusal::not_a_file(&member.name, "a hard link that leaves the archive")),
            _ => None,
        }
    }

    /// What was seen in all of them.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] if one of them leaves the archive.
    pub(super) fn finish(mut self) -> Result<ArchiveContents, ArchiveError> {
        if let Some(refusal) = self.refusal {
            return Err(refusal.into());
        }
        let mut contents = self.contents;
        if !matches!(self.top, Top::Folder(_)) {
            contents.python.build_file = None;
        }
        let mut digests = Vec::new();
        for NativeMember { path, native, digest, is_executable } in self.native {
            let parts: Vec<&str> = path.split('/').collect();
            let Some(place) = self.top.place(&parts) else { continue };
            if !is_started(place) || !native.is_host_code() || native.kind() == NativeKind::Object {
                continue;
            }
            let name = place.last().copied().unwrap_or_default();
            if is_executable == Some(false) && is_program(&native, name) {
                contents.not_executable.push(shown(&path));
            }
            digests.push(digest);
            contents.native.include(native, &shown(&path));
        }
        contents.single = Some(digests.as_slice())
            .and_then(|digests| digests.first().filter(|_| digests.len() == 1))
            .copied();
        // Archives of sources are called so as well.
        let has_packages = !self.distributions.paths.is_empty();
        for (path, has_pkg_info) in self.sdists.first().iter().cloned() {
            if has_pkg_info || has_packages {
                self.distributions.paths.push(path);
            } else {
                self.has_others = true;
            }
        }
        let is_of_distributions = !self.has_others && !self.distributions.paths.is_empty();
        contents.packed = is_of_distributions.then_some(self.distributions);
        Ok(contents)
    }
}

impl Top {
    fn add(&mut self, path: &[&str], is_folder: bool) {
        let Some(first) = path.first().filter(|_| path.len() > 1 || is_folder) else {
            *self = Self::None;
            return;
        };
        match self {
            Self::Unknown => *self = Self::Folder((*first).to_owned()),
            Self::Folder(top) if top == first => {}
            _ => *self = Self::None,
        }
    }

    /// A path below the one folder at the top, if there is one. `bin` and bundles
    /// of macOS are none to look through.
    fn place<'a, 'b>(&self, path: &'b [&'a str]) -> Option<&'b [&'a str]> {
        match self {
            Self::Folder(top) if top != "bin" && !is_bundle(top) => path.get(1..),
            _ => Some(path),
        }
    }
}

/// In archives of macOS, what belongs to other members.
const MACOSX: &str = "__MACOSX";

/// The most folders above native code that is looked at: those of a bundle in one
/// folder.
const MAX_DEPTH: usize = 4;

/// The most projects of packed distributions that are kept.
const MAX_PROJECTS: usize = 100;

/// Whether users start what lies at this place.
fn is_started(place: &[&str]) -> bool {
    match place {
        [_] | ["bin" | "sbin", _] | ["usr", "bin" | "sbin", _] => true,
        [bundle, "Contents", "MacOS", _] => is_bundle(bundle),
        _ => false,
    }
}

fn is_bundle(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, suffix)| suffix == "app")
}

/// Suffixes of native files that nobody starts by their name.
const NO_PROGRAMS: [&str; 10] = ["elf", "axf", "o", "ko", "debug", "dbg", "sym", "dylib", "node", "efi"];

/// Whether it is a program of Unix. One that is linked statically may look like a
/// library, which has another name.
fn is_program(native: &Native, name: &str) -> bool {
    let is_unix = !matches!(native.format(), ExecutableFormat::Pe | ExecutableFormat::Wasm);
    let is_elf = native.format() == ExecutableFormat::Elf;
    // Firmware, debug symbols and libraries that can be started.
    let is_named_otherwise = name.contains(".so")
        || name.rsplit_once('.').is_some_and(|(_, suffix)| NO_PROGRAMS.contains(&suffix));
    match native.kind() {
        NativeKind::Program => is_unix && !is_named_otherwise,
        NativeKind::Library => is_elf && !name.contains('.') && !name.starts_with("lib"),
        _ => false,
    }
}

/// Why no reader should follow a name: it leads out of the folder that it is
/// unpacked to, on some system.
fn unsafe_name(name: &str) -> Option<FileNameError> {
    let has_drive = matches!(name.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    if name.starts_with(['/', '\\']) || has_drive {
        return Some(FileNameError::Absolute);
    }
    name.split(['/', '\\']).any(|part| part == "..").then_some(FileNameError::Dots)
}

/// Whether a link in so many folders leads above all of them.
fn climbs(target: &str, folders: usize) -> bool {
    let mut depth = folders;
    let is_relative = !target.starts_with('/');
    is_relative
        && parts(target).any(|part| {
            match (part, depth.checked_sub(1)) {
                ("..", None) => return true,
                ("..", Some(up)) => depth = up,
                _ => depth += 1,
            }
            false
        })
}

/// The most characters of a path that are kept.
const SHOWN: usize = 256;

fn shown(path: &str) -> String {
    path.chars().take(SHOWN).collect()
}
