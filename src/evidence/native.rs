//! The native code of a file, or of an archive's members.

use std::collections::BTreeMap;

use crate::distribution::native::Native;
use crate::distribution::native::excerpt::{Collector, Excerpt};
use crate::distribution::native::module::ModuleSuffix;
use crate::sample::Sample;

/// The most kinds of native files of one archive that are distinguished. Debuggers
/// bring a dozen.
const MAX_KINDS: usize = 200;

/// How often a file is looked at again for what its headers name. The tables of
/// an ELF file name their strings, and nothing names more.
pub(crate) const MAX_LOOKS: usize = 3;

/// How archives and compressed files begin: zip, gzip, xz, zstd, bzip2, 7z, ar
/// and thin ar, LLVM bitcode.
const CONTAINERS: [&[u8]; 9] = [
    b"PK",
    b"\x1f\x8b",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"BZh",
    b"7z\xbc\xaf",
    b"!<arch>",
    b"!<thin>",
    b"BC\xc0\xde",
];

/// What kind of native file it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NativeFile {
    /// What its headers say.
    pub native: Native,
    /// Which interpreters import it, by its name; none if none does.
    pub suffix: Option<ModuleSuffix>,
    /// Whether it can be nothing but an extension module.
    pub is_module: bool,
}

/// Native files by kind, with their paths.
#[derive(Debug, Clone, Default)]
pub(crate) struct NativeFiles {
    files: BTreeMap<NativeFile, Sample<String>>,
    has_container: bool,
}

impl NativeFiles {
    /// Counts a file. Of too many kinds, which only a made-up archive has, the
    /// first ones are kept.
    pub(crate) fn include(&mut self, native: Native, path: &str) {
        let file =
            NativeFile { native, suffix: ModuleSuffix::of(path), is_module: ModuleSuffix::is_certain(path) };
        if self.files.len() < MAX_KINDS || self.files.contains_key(&file) {
            self.files.entry(file).or_default().push(path.to_owned());
        }
    }

    /// Counts a file that is not native, by its first bytes.
    pub(crate) fn include_other(&mut self, head: &[u8]) {
        self.has_container |= CONTAINERS.iter().any(|magic| head.starts_with(magic));
    }

    /// Whether there is native code, or an archive that may hold some.
    pub(crate) fn has_code(&self) -> bool {
        self.has_container || !self.files.is_empty()
    }

    /// Each kind, and its paths.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&NativeFile, &Sample<String>)> {
        self.files.iter()
    }

    /// Each kind.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &NativeFile> {
        self.files.keys()
    }
}

/// Looks again at a file as long as its headers name parts that were not kept.
/// `show` writes the file's bytes from the beginning; what it is given takes no
/// more than it wants.
///
/// # Errors
/// That of `show`.
pub(crate) fn look_again<E>(
    mut excerpt: Excerpt,
    mut show: impl FnMut(&mut Collector) -> Result<(), E>,
) -> Result<Excerpt, E> {
    for _ in 0..MAX_LOOKS {
        // What is missing shows when it is read.
        Native::of(&excerpt);
        let Some(mut collector) = Collector::again(&excerpt) else { break };
        show(&mut collector)?;
        excerpt = collector.finish(Some(excerpt.file_len()));
    }
    Ok(excerpt)
}
