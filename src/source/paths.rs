//! Files and folders that are named one by one.
//!
//! Files that lie in one folder are one artifact, named after that folder, as
//! loose files of a [folder of artifacts](super::directory) are; what lies in a
//! folder that is named is read as such a folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::directory::{DirectorySource, Folder, cannot_open, fault, name_of_loose_files, named_artifact};
use super::{Content, Listing, Opened, Payload, SourceError, Spool};
use crate::artifact::{Artifact, ArtifactName, Selection};
use crate::disk::dir::{Dir, EntryKind};
use crate::filename::{FileName, RelativePath};

/// Files and folders, each by its path.
#[derive(Debug)]
pub(crate) struct PathsSource {
    /// The paths, at least one.
    pub(crate) paths: Vec<Utf8PathBuf>,
    /// Which artifacts of a folder, by name.
    pub(crate) selection: Selection,
    /// Whether a `*.zip` is an artifact.
    pub(crate) zipped: bool,
    /// The most files that are listed in a folder.
    pub(crate) max_files: u64,
}

impl PathsSource {
    /// Looks at every path.
    ///
    /// # Errors
    /// [`SourceError::Input`] if there is nothing at a path, or neither a file
    /// nor a folder, or two artifacts have one name; [`SourceError::Fault`] if
    /// it cannot be read.
    pub(crate) fn open(self) -> Result<Opened, SourceError> {
        let mut payloads: Vec<Result<Payload, SourceError>> = Vec::new();
        let mut listing = Listing::default();
        let mut loose: BTreeMap<Utf8PathBuf, (Dir, Vec<RelativePath>)> = BTreeMap::new();
        for path in &self.paths {
            match named(path)? {
                Named::Folder => {
                    let mut opened = self.folder(path).open()?;
                    listing.artifacts.append(&mut opened.listing.artifacts);
                    listing.skipped.append(&mut opened.listing.skipped);
                    listing.findings.append(&mut opened.listing.findings);
                    payloads.extend(opened.payloads);
                }
                Named::File(dir, name) => {
                    if let Some(stem) = name.stem(".zip").filter(|_| self.zipped) {
                        payloads.push(Ok(zip(path, &dir, &name, stem)?));
                    } else {
                        let parent = path.parent().unwrap_or(Utf8Path::new("")).to_owned();
                        loose.entry(parent).or_insert_with(|| (dir, Vec::new())).1.push(name.into());
                    }
                }
            }
        }
        for (parent, (dir, mut files)) in loose {
            files.sort();
            files.dedup();
            let artifact = named_artifact(name_of_loose_files(&parent));
            payloads.push(Ok(Payload { artifact, content: Content::Folder(Folder::new(dir, files)) }));
        }
        listing.artifacts = payloads.iter().flatten().map(|payload| payload.artifact.clone()).collect();
        listing.artifacts.sort_by(|one, other| one.name.cmp(&other.name));
        distinct(&listing.artifacts)?;
        Ok(Opened { listing, payloads: Box::new(payloads.into_iter()) })
    }

    fn folder(&self, path: &Utf8Path) -> DirectorySource {
        DirectorySource {
            path: path.to_owned(),
            selection: self.selection.clone(),
            zipped: self.zipped,
            max_files: self.max_files,
        }
    }
}

/// What lies at a path.
enum Named {
    Folder,
    /// A file, and the folder that it lies in.
    File(Dir, FileName),
}

fn named(path: &Utf8Path) -> Result<Named, SourceError> {
    let wrong = |found: &str| {
        SourceError::Input(format!(
            "`{path}`: found {found}, expected a file or a folder; links are not followed"
        ))
    };
    let Some(name) = path.file_name() else { return Ok(Named::Folder) };
    let name: FileName =
        name.parse().map_err(|error| wrong(&format!("a name that is not valid ({error})")))?;
    let parent = path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let dir = Dir::open(parent).map_err(|error| cannot_open(parent, error))?;
    match dir.entry(name.as_str()).map_err(fault)? {
        None => Err(wrong("nothing")),
        Some(entry) => match entry.kind {
            EntryKind::Folder => Ok(Named::Folder),
            EntryKind::File => Ok(Named::File(dir, name)),
            kind => Err(wrong(&kind.to_string())),
        },
    }
}

/// A zip that is an artifact as it is downloaded from a run's page.
fn zip(path: &Utf8Path, dir: &Dir, name: &FileName, stem: &str) -> Result<Payload, SourceError> {
    let artifact: ArtifactName =
        stem.parse().map_err(|error| SourceError::Input(format!("`{path}`: {error}")))?;
    let (file, entry) = dir.file(name.as_str()).map_err(fault)?;
    Ok(Payload { artifact: named_artifact(artifact), content: Content::Zip(Spool::new(file, entry.size)) })
}

/// Refuses two artifacts of one name, of which a finding could not say which it
/// is about.
fn distinct(artifacts: &[Arc<Artifact>]) -> Result<(), SourceError> {
    let pairs = artifacts.iter().zip(artifacts.iter().skip(1));
    match pairs.map(|(one, other)| (&one.name, &other.name)).find(|(one, other)| one == other) {
        Some((name, _)) => Err(SourceError::Input(format!(
            "two of the paths are an artifact called `{name}`; inspect them one after the other"
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(folder: &Utf8Path, paths: &[&str], zipped: bool) -> PathsSource {
        PathsSource {
            paths: paths.iter().map(|path| folder.join(path)).collect(),
            selection: Selection::new(Vec::new()),
            zipped,
            max_files: 100,
        }
    }

    fn listed(source: PathsSource) -> Result<Vec<String>, String> {
        let opened = source.open().map_err(|error| error.to_string())?;
        let shown = |payload: Result<Payload, SourceError>| {
            let payload = payload.unwrap();
            match payload.content {
                Content::Folder(folder) => {
                    let files: Vec<_> = folder.files().iter().map(ToString::to_string).collect();
                    format!("{}: {}", payload.artifact.name, files.join(" "))
                }
                Content::Zip(_) => format!("{}: zip", payload.artifact.name),
                Content::File(..) => unreachable!(),
            }
        };
        Ok(opened.payloads.map(shown).collect())
    }

    #[test]
    fn files_folders_and_zips() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        for (path, content) in
            [("in/x/a", ""), ("in/b", ""), ("dist/c.zip", "z"), ("dist/d", ""), ("other/dist/e", "")]
        {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), content).unwrap();
        }
        let all = ["in", "dist/d", "dist/c.zip", "dist/d"];
        assert_eq!(listed(source(&root, &all, false)).unwrap(), ["in: b", "x: a", "dist: c.zip d"]);
        assert_eq!(listed(source(&root, &all, true)).unwrap(), ["in: b", "x: a", "c: zip", "dist: d"]);
        let error = listed(source(&root, &["dist/d", "other/dist/e"], false)).unwrap_err();
        assert!(error.starts_with("two of the paths"), "{error}");
        std::os::unix::fs::symlink("d", root.join("dist/l")).unwrap();
        for (path, found) in [("dist/none", "found nothing"), ("dist/l", "found a symbolic link")] {
            let error = listed(source(&root, &[path], false)).unwrap_err();
            assert!(error.contains(found), "{error}");
        }
    }
}
