//! What an npm package holds, as far as any rule asks for it.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::distribution::npm::FileTree;
use crate::evidence::native::NativeFiles;
use crate::evidence::private::PrivateFiles;
use crate::sample::Sample;

/// What is known of the inside of an npm package besides its package.json.
#[derive(Debug, Clone, Default)]
pub struct NpmContents {
    /// Its native code.
    pub(crate) native: NativeFiles,
    /// What is private by its nature.
    pub(crate) private: PrivateFiles,
    /// Native programs of Unix without execute permission that `bin` does not
    /// name.
    pub not_executable: Sample<String>,
    /// Whether npm builds it with node-gyp when it is installed.
    pub is_built: bool,
    /// Files that `bin` names and that are not there.
    pub missing_bin: Sample<String>,
    /// Files that `main`, `types` or `exports` name and that are not there, each
    /// with its field.
    pub missing_modules: Sample<String>,
}

/// The files of a package, by hashes of their paths. Only whether one is there
/// is asked; a hostile tar has names by the gigabyte.
#[derive(Debug, Default)]
pub(crate) struct HashedTree {
    files: BTreeSet<u64>,
    folders: BTreeSet<u64>,
}

impl HashedTree {
    /// Adds a file, and the folders that it lies in.
    pub(crate) fn insert(&mut self, path: &str) {
        self.files.insert(hash(path));
        let folders = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        self.folders.extend(folders.map(hash));
    }
}

impl FileTree for HashedTree {
    fn has_file(&self, path: &str) -> bool {
        self.files.contains(&hash(path))
    }

    fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(&hash(path))
    }
}

fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
