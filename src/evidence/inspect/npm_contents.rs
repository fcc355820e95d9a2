//! The files of an npm package, as they pass by.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use super::members::{Member, Members, Scan};
use crate::archive::ArchiveError;
use crate::archive::tar::{TarEntry, TarKind, TarReader};
use crate::distribution::executable::ExecutableFormat;
use crate::distribution::native::excerpt::{Collector, Excerpt};
use crate::distribution::native::{Native, NativeKind};
use crate::distribution::npm::{FileTree as _, PackageJson};
use crate::evidence::native::NativeFiles;
use crate::evidence::npm::{HashedTree, NpmContents};
use crate::evidence::private::PrivateFiles;

/// The most native files that are read a second time, and the most programs
/// whose mode is kept. Packages have one of each.
const MAX_FILES: usize = 100;

/// The most bytes of several such files that are kept at once, on each thread.
const MAX_KEPT: usize = 2 << 20;

/// The most characters of a path that are kept.
const MAX_PATH: usize = 256;

/// What was seen so far of the files of a package.
#[derive(Default)]
pub(super) struct Contents {
    tree: HashedTree,
    /// What it is if it is no package.
    pub(super) members: Members,
    native: NativeFiles,
    private: PrivateFiles,
    /// Programs that their owner may not execute.
    not_executable: Vec<String>,
    /// Native files whose headers name parts that were not kept, by the number
    /// of their entry.
    pending: BTreeMap<u64, Pending>,
    entries: u64,
}

struct Pending {
    path: String,
    is_executable: bool,
    excerpt: Excerpt,
}

impl Contents {
    /// Reads the current entry, whose path in the package is given.
    pub(super) fn read<R: BufRead>(
        &mut self,
        tar: &mut TarReader<R>,
        entry: &TarEntry,
        path: &str,
    ) -> Result<(), ArchiveError> {
        self.entries += 1;
        let member = Member::of_tar(entry);
        if entry.kind != TarKind::File {
            self.members.add(&member, None);
            return Ok(());
        }
        self.tree.insert(path);
        let mut scan = Scan::default();
        tar.copy_entry(&mut scan)?;
        let (excerpt, digest) = scan.finish();
        self.members.add(&member, Some((&excerpt, digest)));
        self.private.look(path, excerpt.head(), |_| true);
        let Some(native) = Native::of(&excerpt) else { return Ok(()) };
        let path: String = path.chars().take(MAX_PATH).collect();
        let is_executable = entry.is_executable;
        self.take(self.entries, native, Pending { path, is_executable, excerpt });
        Ok(())
    }

    /// Keeps a file for another look if its headers name more than was kept and
    /// there is room, and includes it as it is if not.
    fn take(&mut self, number: u64, native: Native, file: Pending) {
        let kept: usize = self.pending.values().map(|pending| pending.excerpt.kept()).sum();
        let has_room = self.pending.is_empty() || kept + file.excerpt.kept() <= MAX_KEPT;
        if has_room && self.pending.len() < MAX_FILES && Collector::again(&file.excerpt).is_some() {
            self.pending.insert(number, file);
        } else {
            self.include(native, file.path, file.is_executable);
        }
    }

    /// Whether another look at the files would show more.
    pub(super) fn is_incomplete(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Looks again at the files whose headers named more than was kept.
    pub(super) fn look_again<R: BufRead>(&mut self, mut tar: TarReader<R>) -> Result<(), ArchiveError> {
        let mut number = 0;
        let mut pending = std::mem::take(&mut self.pending);
        while !pending.is_empty() && tar.next_entry()?.is_some() {
            number += 1;
            let Some(Pending { path, is_executable, excerpt }) = pending.remove(&number) else { continue };
            let mut wanted = Wanted(Collector::again(&excerpt));
            tar.copy_entry(&mut wanted)?;
            let excerpt = wanted.0.map_or(excerpt, |collector| collector.finish(None));
            if let Some(native) = Native::of(&excerpt) {
                self.take(number, native, Pending { path, is_executable, excerpt });
            }
        }
        Ok(())
    }

    fn include(&mut self, native: Native, path: String, is_executable: bool) {
        let is_unix = !matches!(native.format(), ExecutableFormat::Pe | ExecutableFormat::Wasm);
        let is_program = is_unix && native.kind() == NativeKind::Program;
        self.native.include(native, &path);
        if is_program && !is_executable && self.not_executable.len() < MAX_FILES {
            self.not_executable.push(path);
        }
    }

    /// What package.json says, against the files.
    pub(super) fn finish(mut self, package: &PackageJson) -> NpmContents {
        for (_, Pending { path, is_executable, excerpt }) in std::mem::take(&mut self.pending) {
            if let Some(native) = Native::of(&excerpt) {
                self.include(native, path, is_executable);
            }
        }
        let entry_points = package.entry_points();
        let is_built = self.tree.has_file("binding.gyp");
        let is_installed_by_script = is_built || package.has_install_script();
        NpmContents {
            native: self.native,
            private: self.private,
            not_executable: self
                .not_executable
                .into_iter()
                .filter(|path| !entry_points.links(path))
                .collect(),
            is_built,
            missing_bin: entry_points.missing_bin(&self.tree),
            missing_modules: entry_points.missing_modules(&self.tree, is_installed_by_script),
        }
    }
}

/// Passes on what is wanted, and drops the rest.
struct Wanted(Option<Collector>);

impl Write for Wanted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(collector) = &mut self.0 {
            // It refuses what lies behind all that it wants.
            collector.write(bytes).ok();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
