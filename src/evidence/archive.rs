//! What a release archive holds, as far as any rule asks for it.

use std::collections::BTreeSet;

use crate::distribution::sdist::projects_of_sdist;
use crate::evidence::native::NativeFiles;
use crate::evidence::private::PrivateFiles;
use crate::sample::Sample;

/// What was seen in an archive that users unpack.
#[derive(Debug, Clone, Default)]
pub struct ArchiveContents {
    /// Its native code at the top or in `bin/`.
    pub(crate) native: NativeFiles,
    /// The digest of the only native file there, if there is one only.
    pub(crate) single: Option<u64>,
    /// Programs of Unix there that their owner may not execute, where the archive
    /// has modes.
    pub(crate) not_executable: Sample<String>,
    /// Distributions, if it holds nothing else.
    pub(crate) packed: Option<PackedDistributions>,
    /// What is private by its nature.
    pub(crate) private: PrivateFiles,
    /// What makes it look like a source distribution.
    pub(crate) python: PythonFiles,
}

/// Files of a Python project.
#[derive(Debug, Clone, Default)]
pub(crate) struct PythonFiles {
    /// The path of the first PKG-INFO in a folder that is named as a source
    /// distribution is.
    pub pkg_info: Option<String>,
    /// The `pyproject.toml` of a project, or `setup.py`, in a folder at the top.
    pub build_file: Option<String>,
}

impl PythonFiles {
    /// Looks at a file that begins with `head`.
    pub(crate) fn look(&mut self, path: &[&str], head: &[u8]) {
        match path {
            [.., folder, "PKG-INFO"] if self.pkg_info.is_none() => {
                let is_named_so = projects_of_sdist(folder).next().is_some();
                self.pkg_info = is_named_so.then(|| shown(path));
            }
            [_, "pyproject.toml"] if declares_project(head) => self.build_file = Some(shown(path)),
            [_, "setup.py"] if self.build_file.is_none() => self.build_file = Some(shown(path)),
            _ => {}
        }
    }
}

/// Whether a `pyproject.toml` is that of a project to build, and not merely the
/// settings of tools.
fn declares_project(toml: &[u8]) -> bool {
    let tables: [&[u8]; 3] = [b"[project]", b"[build-system]", b"[tool.poetry]"];
    toml.split(|byte| *byte == b'\n').any(|line| tables.contains(&line.trim_ascii()))
}

fn shown(path: &[&str]) -> String {
    path.join("/").chars().take(256).collect()
}

/// Distributions in an archive.
#[derive(Debug, Clone, Default)]
pub(crate) struct PackedDistributions {
    /// Their paths.
    pub paths: Sample<String>,
    /// The projects of wheels and source distributions, normalized; the first ones.
    pub projects: BTreeSet<String>,
    /// Whether there are npm packages among them.
    pub has_npm: bool,
}
