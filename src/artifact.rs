//! An artifact: what one job of a run uploaded under one name; and that run,
//! and its repository.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::filename::{FileName, is_forbidden_in_names};
use crate::glob::{Glob, GlobError};

/// Why a text is not the name of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArtifactNameError {
    /// It is empty.
    #[error("an artifact's name cannot be empty")]
    Empty,
    /// A character that the artifact service refuses.
    #[error("an artifact's name cannot hold {0:?}")]
    Character(char),
    /// Longer than a folder's name can be.
    #[error("an artifact's name has at most 255 bytes, this one {0}")]
    TooLong(usize),
    /// `.` or `..`.
    #[error("`.` and `..` are not valid artifact names")]
    Dots,
}

/// The name of an artifact.
///
/// As upload-artifact allows it: no `" : < > | * ? \ /`, and no control
/// or invisible characters (actions/toolkit, `path-and-artifact-name-validation.ts`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ArtifactName(String);

/// Seconds since 1970 that names end in: from 2014 to 2039. Ten digits between
/// them are a time, or a date and hour, and no id of a run.
const EPOCHS: RangeInclusive<u64> = 1_400_000_000..=2_200_000_000;

impl ArtifactName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The run that the name says it comes from: eleven digits after a last `-`,
    /// or ten that are not seconds since 1970.
    /// `wheels-linux-x86_64-11223344556` comes from the run 11223344556.
    #[must_use]
    pub fn run_id(&self) -> Option<u64> {
        run_id(self.0.rsplit_once('-')?.1)
    }
}

/// The id of a run: eleven digits, as those of today have, or ten that are not
/// seconds since 1970. Dates, with or without a time, have other lengths.
fn run_id(digits: &str) -> Option<u64> {
    let id: u64 = digits.parse().ok()?;
    let is_id = match digits.len() {
        11 => digits.bytes().all(|byte| byte.is_ascii_digit()),
        10 => digits.bytes().all(|byte| byte.is_ascii_digit()) && !EPOCHS.contains(&id),
        _ => false,
    };
    is_id.then_some(id)
}

impl FromStr for ArtifactName {
    type Err = ArtifactNameError;

    fn from_str(name: &str) -> Result<Self, ArtifactNameError> {
        match name {
            "" => return Err(ArtifactNameError::Empty),
            "." | ".." => return Err(ArtifactNameError::Dots),
            _ if name.len() > 255 => return Err(ArtifactNameError::TooLong(name.len())),
            _ => {}
        }
        let refused = |c: &char| is_forbidden_in_names(*c) || r#"":<>|*?\/"#.contains(*c);
        match name.chars().find(refused) {
            Some(character) => Err(ArtifactNameError::Character(character)),
            None => Ok(Self(name.to_owned())),
        }
    }
}

impl fmt::Display for ArtifactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ArtifactName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The number by which GitHub knows an artifact. Not monotonic: a later
/// attempt's may be smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ArtifactId(pub u64);

impl fmt::Display for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An artifact as its source reports it. Of a folder only the name is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Its name in the run, or the name of its folder.
    pub name: ArtifactName,
    /// GitHub's id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<ArtifactId>,
    /// The digest of the stored blob (the zip, or the raw file), as reported by
    /// GitHub and verified of what was downloaded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<Sha256>,
    /// When it was uploaded, RFC 3339 as reported.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub created_at: Option<String>,
    /// The results service's id of the job that uploaded it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub job: Option<String>,
}

impl Artifact {
    /// An artifact of which only the name is known.
    #[must_use]
    pub const fn named(name: ArtifactName) -> Self {
        Self { name, id: None, digest: None, created_at: None, job: None }
    }
}

/// Whether an artifact is never selected: what the reusable workflow itself
/// uploads, docker's build records (gzip, not zip), and the program that
/// cargo-dist hands from job to job.
fn is_never_selected(name: &ArtifactName) -> bool {
    let name = name.as_str().to_ascii_lowercase();
    name.starts_with("prepared-release") || name.ends_with(".dockerbuild") || name == "cargo-dist-cache"
}

/// A line of the input `pattern`: a glob on artifact names, or behind `file:`
/// on the bare names of files, which excludes if it follows a `!`.
#[derive(Debug, Clone)]
pub struct Pattern {
    glob: Glob,
    is_of_files: bool,
    excludes: bool,
}

impl FromStr for Pattern {
    type Err = GlobError;

    fn from_str(line: &str) -> Result<Self, GlobError> {
        // As a whole first: `!(a|b)` is an extended glob, and no exclusion.
        let _: Glob = line.parse()?;
        let (excludes, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        // No artifact has a colon in its name.
        let (is_of_files, glob) = rest.strip_prefix("file:").map_or((false, rest), |glob| (true, glob));
        Ok(Self { glob: glob.parse()?, is_of_files, excludes })
    }
}

/// Which artifacts and which of their files are wanted, by name.
///
/// Any exclusion wins, wherever it stands. Only exclusions: everything else is
/// wanted.
#[derive(Debug, Clone)]
pub struct Selection {
    artifacts: Globs,
    files: Globs,
}

/// Globs on names of one kind.
#[derive(Debug, Clone, Default)]
struct Globs {
    included: Vec<Glob>,
    excluded: Vec<Glob>,
}

impl Globs {
    fn take(&self, name: &str) -> bool {
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(name));
        (self.included.is_empty() || any(&self.included)) && !any(&self.excluded)
    }
}

impl Selection {
    /// What these patterns select.
    #[must_use]
    pub fn new(patterns: Vec<Pattern>) -> Self {
        let mut selection = Self { artifacts: Globs::default(), files: Globs::default() };
        for Pattern { glob, is_of_files, excludes } in patterns {
            let globs = if is_of_files { &mut selection.files } else { &mut selection.artifacts };
            if excludes { globs.excluded.push(glob) } else { globs.included.push(glob) }
        }
        selection
    }

    /// Whether a user named what they want, so that files of unknown type are
    /// not left out.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        !self.artifacts.included.is_empty() || !self.files.included.is_empty()
    }

    /// Whether an artifact of this name is wanted.
    #[must_use]
    pub fn takes(&self, name: &ArtifactName) -> bool {
        self.artifacts.take(name.as_str()) && !is_never_selected(name)
    }

    /// Whether a file of this name is wanted, in an artifact that is.
    #[must_use]
    pub(crate) fn takes_file(&self, name: &FileName) -> bool {
        self.files.take(name.as_str())
    }
}

/// The id of a workflow run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is not the id of a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of a run, a whole number")]
pub struct RunIdError;

impl FromStr for RunId {
    type Err = RunIdError;

    fn from_str(text: &str) -> Result<Self, RunIdError> {
        text.parse().map(Self).map_err(|_| RunIdError)
    }
}

/// A repository, `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Repository(String);

/// A text that is not a repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected owner/name, letters, digits, `.`, `-` and `_` on both sides of one `/`")]
pub struct RepositoryError;

impl Repository {
    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are the same: GitHub ignores case.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl FromStr for Repository {
    type Err = RepositoryError;

    fn from_str(text: &str) -> Result<Self, RepositoryError> {
        let safe = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part.len() <= 100
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        match text.split_once('/') {
            Some((owner, name)) if safe(owner) && safe(name) => Ok(Self(text.to_owned())),
            _ => Err(RepositoryError),
        }
    }
}

impl TryFrom<String> for Repository {
    type Error = RepositoryError;

    fn try_from(text: String) -> Result<Self, RepositoryError> {
        text.parse()
    }
}

impl From<Repository> for String {
    fn from(repository: Repository) -> Self {
        repository.0
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories() {
        for text in ["o/r", "some-org/some.repo_1", "O/.github"] {
            assert_eq!(text.parse::<Repository>().unwrap().to_string(), text);
        }
        for text in ["", "o", "o/", "/r", "o/r/x", "o/..", "o/r?x", "o /r", "ö/r"] {
            assert_eq!(text.parse::<Repository>(), Err(RepositoryError), "{text:?}");
        }
        let repository = |text: &str| text.parse::<Repository>().unwrap();
        assert!(repository("Org/Repo").is(&repository("org/repo")));
    }

    fn name(text: &str) -> ArtifactName {
        text.parse().unwrap()
    }

    fn selecting(lines: &str) -> Selection {
        Selection::new(lines.lines().map(|line| line.parse().unwrap()).collect())
    }

    #[test]
    fn run_ids() {
        for (text, run) in [
            ("wheels-linux-x86_64-11223344556", Some(11_223_344_556)),
            ("npm-binary-darwin-arm64-11223344556", Some(11_223_344_556)),
            ("python-package-distributions-x86_64-pc-windows-msvc-1234567890", Some(1_234_567_890)),
            ("dist-2200000001", Some(2_200_000_001)),
            ("dist-1399999999", Some(1_399_999_999)),
            ("dist-1400000000", None),
            ("dist-2200000000", None),
            // Seconds and milliseconds since 1970, an hour, and a second.
            ("build-1764294179", None),
            ("build-1764294179000", None),
            ("wheels-2026112801", None),
            ("nightly-202611280142", None),
            ("nightly-20261128014259", None),
            ("dist-+1223344556", None),
            ("sdist-11223344556", Some(11_223_344_556)),
            ("wheels-sdist", None),
            ("wheels-linux-x86_64", None),
            ("wheels-20261124", None),
            ("dist", None),
        ] {
            assert_eq!(name(text).run_id(), run, "{text}");
        }
    }

    #[test]
    fn names_that_are_refused() {
        for text in ["", ".", "..", "a/b", "a\\b", "a:b", "a*", "a\nb", &"x".repeat(256)] {
            assert!(text.parse::<ArtifactName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn selection() {
        let takes = |lines: &str, text: &str| selecting(lines).takes(&name(text));
        assert!(takes("", "anything"));
        assert!(!takes("", "prepared-release-1"));
        assert!(!takes("", "Prepared-Release"));
        assert!(!takes("*", "x.dockerbuild"));
        assert!(!takes("*", "cargo-dist-cache"));
        assert!(takes("wheels-*\nsdist", "sdist"));
        assert!(!takes("wheels-*\nsdist", "logs"));
        // Wherever the exclusion stands, it wins.
        assert!(!takes("!wheels-debug-*\nwheels-*", "wheels-debug-linux"));
        assert!(takes("!logs", "wheels"));
        assert!(!selecting("!logs").is_explicit());
        assert!(selecting("!logs\nwheels-*").is_explicit());
    }

    #[test]
    fn selection_of_files() {
        let takes = |lines: &str, text: &str| selecting(lines).takes_file(&text.parse().unwrap());
        assert!(takes("wheels-*", "tool.pdb"));
        assert!(!takes("!file:*.pdb", "tool.pdb"));
        assert!(takes("file:*.zip", "tool.zip"));
        assert!(!takes("file:*.zip\n!file:debug-*", "debug-tool.zip"));
        assert!(!takes("file:*.zip", "tool.pdb"));
        assert!(selecting("file:*.zip").takes(&name("any")));
        assert!(selecting("file:*.zip").is_explicit());
        assert!(!selecting("!file:*.zip").is_explicit());
    }

    /// An extended glob that begins like an exclusion would select all but an
    /// artifact whose name has parentheses.
    #[test]
    fn an_extended_glob_is_no_exclusion() {
        assert!(matches!("!(sdist|logs)".parse::<Pattern>(), Err(GlobError::Unsupported(_))));
    }
}
