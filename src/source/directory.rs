//! A folder as the source, as download-artifact or a browser leaves it.
//!
//! 1. Each sub-folder is an artifact of that name.
//! 2. With `artifacts-zipped`, each `*.zip` is one, named without `.zip`.
//! 3. All other files lying there are one artifact, named after the folder.
//!
//! Regular files only; what is a link, a FIFO, a socket or a device is found
//! and refused, for nothing that was built and uploaded is one. A file is
//! opened again by its whole path when its turn comes, so that no number of
//! folders exhausts the process's descriptors.

use std::fs::File;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Content, Listing, Opened, Payload, SourceError, Spool};
use crate::artifact::{Artifact, ArtifactName, Selection};
use crate::disk::dir::{Dir, DirError, DirErrorKind, Entry, EntryKind};
use crate::filename::{FileName, RelativePath};
use crate::rule::Rule;
use crate::rule::finding::Place;

/// How deep folders may lie in each other: each level is a descriptor while
/// the tree is walked.
const MAX_DEPTH: usize = 64;

/// The name of loose files' artifact where the folder has none, as `.`.
const NAMELESS: &str = "artifacts";

/// A folder of artifacts.
#[derive(Debug)]
pub(crate) struct DirectorySource {
    /// Its path.
    pub(crate) path: Utf8PathBuf,
    /// Which artifacts, by name.
    pub(crate) selection: Selection,
    /// Whether a `*.zip` in it is an artifact.
    pub(crate) zipped: bool,
    /// The most files that are listed; unpacking meets the limit and reports it.
    pub(crate) max_files: u64,
}

/// What an artifact of a folder is made of.
#[derive(Debug)]
enum Found {
    Files(Folder),
    Zip(Dir, FileName),
}

/// Files of one artifact in a folder.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: Dir,
    files: Vec<RelativePath>,
}

impl Folder {
    /// These files of a folder, sorted by path.
    pub(super) fn new(dir: Dir, files: Vec<RelativePath>) -> Self {
        Self { dir, files }
    }

    /// The files, sorted by path.
    #[must_use]
    pub(crate) fn files(&self) -> &[RelativePath] {
        &self.files
    }

    /// Opens one of the files, following no link on the way.
    ///
    /// # Errors
    /// If it is no longer there or no longer a regular file, or cannot be
    /// opened.
    pub(crate) fn open(&self, path: &RelativePath) -> Result<(File, Entry), DirError> {
        let mut components = path.components();
        #[expect(clippy::expect_used, reason = "a relative path has at least one component")]
        let name = components.next_back().expect("a component");
        let mut dir = self.dir.try_clone()?;
        for component in components {
            dir = dir.folder(component)?;
        }
        dir.file(name)
    }
}

impl DirectorySource {
    /// Looks through the folder. Its artifacts are opened one by one, when their
    /// turn comes.
    ///
    /// # Errors
    /// [`SourceError::Input`] if the path does not exist, is not a folder or
    /// leads through a link; [`SourceError::Fault`] if it cannot be read.
    pub(crate) fn open(self) -> Result<Opened, SourceError> {
        let path = &self.path;
        let root = Dir::open(path).map_err(|error| cannot_open(path, error))?;
        let mut walk = Walk { listing: Listing::default(), left: self.max_files.saturating_add(1) };
        let mut artifacts = Vec::new();
        let mut loose = Vec::new();
        let loose_name = name_of_loose_files(path);
        for (name, entry) in walk.entries(&root, &loose_name, None)? {
            let zip = if self.zipped { name.stem(".zip") } else { None };
            match (entry.kind, zip) {
                (EntryKind::Folder, _) => {
                    if let Some(artifact) = walk.artifact(name.as_str(), &loose_name, &self.selection) {
                        let dir = root.folder(name.as_str()).map_err(fault)?;
                        let mut files = Vec::new();
                        walk.tree(&dir, &artifact, None, &mut files)?;
                        artifacts.push((named_artifact(artifact), Found::Files(Folder { dir, files })));
                    }
                }
                (_, Some(stem)) => {
                    if let Some(artifact) = walk.artifact(stem, &loose_name, &self.selection) {
                        let dir = root.try_clone().map_err(fault)?;
                        artifacts.push((named_artifact(artifact), Found::Zip(dir, name)));
                    }
                }
                (_, None) => loose.push(RelativePath::from(name)),
            }
        }
        if !loose.is_empty() {
            artifacts.push((named_artifact(loose_name), Found::Files(Folder { dir: root, files: loose })));
        }
        artifacts.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
        let mut listing = walk.listing;
        listing.artifacts = artifacts.iter().map(|(artifact, _)| Arc::clone(artifact)).collect();
        Ok(Opened { listing, payloads: Box::new(artifacts.into_iter().map(payload)) })
    }
}

fn payload((artifact, found): (Arc<Artifact>, Found)) -> Result<Payload, SourceError> {
    let content = match found {
        Found::Files(folder) => Content::Folder(folder),
        Found::Zip(dir, name) => {
            let (file, entry) = dir.file(name.as_str()).map_err(fault)?;
            Content::Zip(Spool::new(file, entry.size))
        }
    };
    Ok(Payload { artifact, content })
}

/// The name of the artifact that loose files are: the folder's, if an artifact
/// can have it.
pub(super) fn name_of_loose_files(path: &Utf8Path) -> ArtifactName {
    #[expect(clippy::expect_used, reason = "a constant that a test parses")]
    let nameless = || NAMELESS.parse().expect("the name of an artifact");
    path.file_name().and_then(|name| name.parse().ok()).unwrap_or_else(nameless)
}

pub(super) fn cannot_open(path: &Utf8Path, error: DirError) -> SourceError {
    match &error.kind {
        DirErrorKind::Missing => SourceError::Input(format!(
            "artifacts-dir is `{path}`, but there is no `{}`; download the artifacts first, or name the folder that holds them",
            error.path
        )),
        DirErrorKind::Unexpected { found, .. } => SourceError::Input(format!(
            "artifacts-dir is `{path}`, but `{}` is {found}; give the folder's own path (links are not followed)",
            error.path
        )),
        DirErrorKind::Io(_) => fault(error),
    }
}

pub(super) fn named_artifact(name: ArtifactName) -> Arc<Artifact> {
    Arc::new(Artifact::named(name))
}

pub(super) fn fault(error: DirError) -> SourceError {
    SourceError::Fault {
        what: "the folder of artifacts cannot be read".into(),
        remedy: None,
        cause: Some(Box::new(error)),
    }
}

/// One look through a folder: what was found on the way, and how many files
/// may still come.
struct Walk {
    listing: Listing,
    left: u64,
}

impl Walk {
    /// The name of an artifact that is wanted.
    fn artifact(&mut self, name: &str, loose: &ArtifactName, selection: &Selection) -> Option<ArtifactName> {
        match name.parse::<ArtifactName>() {
            Ok(name) if selection.takes(&name) => Some(name),
            Ok(name) => {
                self.listing.skipped.push(name);
                None
            }
            Err(error) => {
                self.listing.findings.push(
                    Rule::FileNameUnsafe
                        .at(Place::file(loose.clone(), name))
                        .found(error.to_string())
                        .expected("a sub-folder named as an artifact can be")
                        .remedy("Rename the folder."),
                );
                None
            }
        }
    }

    /// All regular files below `dir`, sorted by path.
    fn tree(
        &mut self,
        dir: &Dir,
        artifact: &ArtifactName,
        path: Option<&RelativePath>,
        files: &mut Vec<RelativePath>,
    ) -> Result<(), SourceError> {
        let depth = path.map_or(0, |path| path.components().count());
        for (name, entry) in self.entries(dir, artifact, path)? {
            let joined = path.map_or_else(|| Ok(name.clone().into()), |path| path.join(&name));
            let inside = match joined {
                Ok(inside) if depth < MAX_DEPTH => inside,
                _ => {
                    self.refuse(
                        artifact,
                        path,
                        name.as_str(),
                        Rule::FileNameUnsafe,
                        format!(
                            "it lies {depth} folders deep, in a path of more than {} bytes",
                            path.map_or(0, |path| path.as_str().len())
                        ),
                        format!("at most {MAX_DEPTH} folders and {} bytes", crate::filename::MAX_PATH_BYTES),
                        "Upload the files from a flatter folder.",
                    );
                    continue;
                }
            };
            if entry.kind == EntryKind::Folder {
                self.tree(&dir.folder(name.as_str()).map_err(fault)?, artifact, Some(&inside), files)?;
            } else {
                files.push(inside);
            }
        }
        Ok(())
    }

    /// The regular files and folders of one folder, sorted by name; all else
    /// becomes a finding.
    fn entries(
        &mut self,
        dir: &Dir,
        artifact: &ArtifactName,
        path: Option<&RelativePath>,
    ) -> Result<Vec<(FileName, Entry)>, SourceError> {
        let mut entries = Vec::new();
        for name in dir.names().map_err(fault)? {
            let parsed = match &name {
                Ok(name) => name.parse::<FileName>().map_err(|error| (name, error)),
                Err(shown) => Err((shown, crate::filename::FileNameError::NotUtf8)),
            };
            let name = match parsed {
                Ok(name) => name,
                Err((shown, error)) => {
                    self.refuse(
                        artifact,
                        path,
                        shown,
                        Rule::FileNameUnsafe,
                        format!("the name is not valid: {error}"),
                        "a name that is safe on every system",
                        "Rename the file where it is built.",
                    );
                    continue;
                }
            };
            // It may be gone since the folder was listed.
            let Some(entry) = dir.entry(name.as_str()).map_err(fault)? else { continue };
            match entry.kind {
                EntryKind::Folder => entries.push((name, entry)),
                EntryKind::File if self.left == 0 => {}
                EntryKind::File => {
                    self.left -= 1;
                    entries.push((name, entry));
                }
                kind => self.refuse(
                    artifact,
                    path,
                    name.as_str(),
                    Rule::NotARegularFile,
                    format!("it is {kind}"),
                    "a regular file; links are not followed",
                    "Put the file itself there, or leave it out.",
                ),
            }
        }
        Ok(entries)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one finding")]
    fn refuse(
        &mut self,
        artifact: &ArtifactName,
        path: Option<&RelativePath>,
        name: &str,
        rule: Rule,
        found: impl Into<String>,
        expected: impl Into<String>,
        remedy: &str,
    ) {
        let shown = path.map_or_else(|| name.to_owned(), |path| format!("{path}/{name}"));
        let place = Some(Place::file(artifact.clone(), shown));
        self.listing.findings.push(rule.at(place).found(found).expected(expected).remedy(remedy));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use camino::Utf8PathBuf;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    fn temporary() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("artifacts");
        std::fs::create_dir(&path).unwrap();
        (folder, Utf8PathBuf::from_path_buf(path).unwrap())
    }

    fn source(path: &Utf8Path, pattern: &str, zipped: bool) -> DirectorySource {
        let patterns = pattern.lines().map(|line| line.parse().unwrap()).collect();
        DirectorySource {
            path: path.to_owned(),
            selection: Selection::new(patterns),
            zipped,
            max_files: 1000,
        }
    }

    fn open(path: &Utf8Path, pattern: &str, zipped: bool) -> Opened {
        source(path, pattern, zipped).open().unwrap()
    }

    fn contents(opened: Opened) -> Vec<(String, Vec<String>)> {
        let payloads = opened.payloads.map(|payload| {
            let payload = payload.unwrap();
            let inside = match payload.content {
                Content::Folder(folder) => folder.files().iter().map(ToString::to_string).collect(),
                Content::Zip(spool) => {
                    let mut text = String::new();
                    spool.reader().read_to_string(&mut text).unwrap();
                    vec![format!("zip of {text}")]
                }
                Content::File(..) => unreachable!(),
            };
            (payload.artifact.name.to_string(), inside)
        });
        payloads.collect()
    }

    #[test]
    fn folders_zips_and_loose_files() {
        let (_keep, path) = temporary();
        for (name, content) in [("a/x", ""), ("a/b/y", ""), ("c.zip", "bytes"), ("loose", "")] {
            std::fs::create_dir_all(path.join(name).parent().unwrap()).unwrap();
            std::fs::write(path.join(name), content).unwrap();
        }
        let all = |list: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
            list.iter()
                .map(|(name, files)| ((*name).to_owned(), files.iter().map(|f| (*f).to_owned()).collect()))
                .collect()
        };
        assert_eq!(
            contents(open(&path, "", true)),
            all(&[("a", &["b/y", "x"]), ("artifacts", &["loose"]), ("c", &["zip of bytes"])])
        );
        assert_eq!(
            contents(open(&path, "", false)),
            all(&[("a", &["b/y", "x"]), ("artifacts", &["c.zip", "loose"])])
        );
        // `pattern` chooses among artifacts; loose files are no artifact that
        // could be named.
        let selected = open(&path, "nothing", true);
        assert_eq!(selected.listing.skipped.len(), 2);
        assert_eq!(contents(selected), all(&[("artifacts", &["loose"])]));
    }

    #[test]
    fn what_is_no_file_is_found_and_not_opened() {
        let (_keep, path) = temporary();
        std::fs::create_dir(path.join("a")).unwrap();
        symlink("/proc/self/environ", path.join("a/x")).unwrap();
        symlink("a", path.join("b")).unwrap();
        let mut opened = open(&path, "", false);
        let mut findings = std::mem::take(&mut opened.listing.findings);
        findings.sort();
        let shown: Vec<String> = findings
            .iter()
            .map(|f| format!("{} {} {}", f.rule, f.place.as_ref().unwrap(), f.found))
            .collect();
        assert_eq!(
            shown,
            [
                "not-a-regular-file a: x it is a symbolic link",
                "not-a-regular-file artifacts: b it is a symbolic link"
            ]
        );
        assert_eq!(contents(opened), [("a".to_owned(), vec![])]);
    }

    #[test]
    fn a_file_exchanged_for_a_link_is_not_followed() {
        let (_keep, path) = temporary();
        std::fs::create_dir_all(path.join("a/b")).unwrap();
        std::fs::write(path.join("a/b/x"), "").unwrap();
        let mut opened = open(&path, "", false);
        std::fs::rename(path.join("a/b"), path.join("a/c")).unwrap();
        symlink("c", path.join("a/b")).unwrap();
        let Some(Ok(Payload { content: Content::Folder(folder), .. })) = opened.payloads.next() else {
            panic!("a folder was listed")
        };
        let error = folder.open(&folder.files()[0]).unwrap_err();
        assert!(error.to_string().ends_with("expected a folder, found a symbolic link"), "{error}");
    }

    #[test]
    fn a_folder_that_is_not_there() {
        let (_keep, path) = temporary();
        let Err(error) = source(&path.join("no/where"), "", false).open() else {
            panic!("there is no such folder")
        };
        assert!(matches!(&error, SourceError::Input(message) if message.contains("there is no")), "{error}");
    }
}
