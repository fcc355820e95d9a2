//! One file in the manifest.
//!
//! In Rust a file is tagged by its kind, so that a wheel without tags or an
//! archive with a version cannot be written. In JSON it is one flat object
//! ([`FileRecord`]), which is converted on the way in and out.

use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
use crate::digest::{Digests, Sha256};
use crate::distribution::Kind;
use crate::distribution::npm::PackageName;
use crate::distribution::project::ProjectName;
use crate::distribution::target::Target;
use crate::filename::{FileName, RelativePath};
use crate::folder::Folder;

/// One file of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "FileRecord", into = "FileRecord")]
pub struct File {
    /// Its bare name, which is unique in the release.
    pub name: FileName,
    /// Its folder.
    pub folder: Folder,
    /// What it is.
    pub package: Package,
    /// In bytes.
    pub size: u64,
    /// Of all its bytes.
    pub digests: Digests,
    /// Whether its mode is 0755.
    pub executable: bool,
    /// The target that it is for, and what says so.
    pub(crate) target: Option<RecordedTarget>,
    /// Where it came from: several places if several artifacts held the same
    /// bytes for the same name. Never empty.
    pub origins: Vec<Origin>,
}

/// The target of a file, as a manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum RecordedTarget {
    /// What it is for, and what says so.
    Known(Target),
    /// The part of its artifact's name that says so: version 0.1 wrote this.
    Named(String),
}

/// What a file is, with what its metadata declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Package {
    /// A wheel.
    Wheel {
        /// The project that its name gives.
        project: ProjectName,
        /// The version that its name gives.
        version: pep440_rs::Version,
        /// Its tags and generator.
        wheel: Wheel,
    },
    /// A source distribution.
    Sdist {
        /// The project that PKG-INFO declares.
        project: ProjectName,
        /// The version that PKG-INFO declares.
        version: pep440_rs::Version,
    },
    /// An npm package.
    Npm {
        /// The name that package.json declares.
        name: PackageName,
        /// The version that package.json declares.
        version: semver::Version,
        /// Its platforms and integrity.
        npm: Npm,
    },
    /// A file that declares neither project nor version.
    Plain(PlainKind),
}

/// The kinds of files that declare neither project nor version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainKind {
    /// An archive to unpack.
    Archive,
    /// A program or library.
    Executable,
    /// An installer, a package of an operating system, or a script.
    Installer,
    /// Digests, a signature, an attestation, and so on.
    Sidecar,
    /// None of these.
    Other,
}

impl Package {
    /// The project or package that it is of: normalized (PEP 503) for a wheel
    /// and an sdist, with its scope for an npm package.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        match self {
            Self::Wheel { project, .. } | Self::Sdist { project, .. } => Some(project.normalized()),
            Self::Npm { name, .. } => Some(name.as_str()),
            Self::Plain(_) => None,
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Wheel { .. } => Kind::Wheel,
            Self::Sdist { .. } => Kind::Sdist,
            Self::Npm { .. } => Kind::NpmPackage,
            Self::Plain(PlainKind::Archive) => Kind::Archive,
            Self::Plain(PlainKind::Executable) => Kind::Executable,
            Self::Plain(PlainKind::Installer) => Kind::Installer,
            Self::Plain(PlainKind::Sidecar) => Kind::Sidecar,
            Self::Plain(PlainKind::Other) => Kind::Other,
        }
    }
}

/// What a wheel's name and its `WHEEL` file say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    /// Python tags, sorted.
    pub python: Vec<String>,
    /// ABI tags, sorted.
    pub abi: Vec<String>,
    /// Platform tags, sorted.
    pub platform: Vec<String>,
    /// The build tag, as spelt in the name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub build: Option<String>,
    /// The tools that made it: the `Generator` lines of `WHEEL`.
    pub generator: Vec<String>,
    /// Software bills of materials in it (PEP 770), as paths, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sboms: Vec<String>,
}

/// What an npm package's `package.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Npm {
    /// The package URL, which is the subject of npm's own provenance.
    pub purl: String,
    /// Operating systems that it is for.
    pub os: Vec<String>,
    /// Processors that it is for.
    pub cpu: Vec<String>,
    /// C libraries that it is for.
    pub libc: Vec<String>,
    /// `sha512-<base64>`.
    pub integrity: String,
    /// The package that chooses it as its program for a platform; its own name
    /// if it is the one that chooses.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub family: Option<String>,
    /// The commands that it installs, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub bin: Vec<String>,
    /// The dist-tag to publish it under; none where npm's own default holds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tag: Option<String>,
    /// `publishConfig.access`, else `public`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access: Option<String>,
}

/// Where a file came from, and what was done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "OriginRecord", into = "OriginRecord")]
pub struct Origin {
    /// The artifact.
    pub artifact: Artifact,
    /// Its path there.
    pub path: RelativePath,
    /// What was done.
    pub action: Action,
}

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Kept,
    /// It has another name and the same bytes.
    Renamed,
    /// It was written beside an asset of the artifact, which has no such file.
    Generated,
    /// It was rewritten, and perhaps renamed.
    Rewritten {
        /// The SHA-256 that it had before.
        from: Sha256,
    },
}

/// A combination of fields that no file or origin has: a clause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{subject}` {problem}")]
pub(crate) struct RecordError {
    subject: String,
    problem: String,
}

/// One file of the release.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "File"))]
#[serde(deny_unknown_fields)]
struct FileRecord {
    /// Its bare name, which is unique in the release.
    name: FileName,
    /// Its folder.
    folder: Folder,
    /// What it is.
    kind: Kind,
    /// The project that it declares: PyPI's normalized name or npm's name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    project: Option<String>,
    /// The version that it declares, in the normal form of its ecosystem.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    version: Option<String>,
    /// In bytes.
    size: u64,
    /// Of all its bytes.
    digests: Digests,
    /// Whether its mode is 0755.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    executable: bool,
    /// The target that it is for, and what says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    target: Option<RecordedTarget>,
    /// For a wheel.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    wheel: Option<Wheel>,
    /// For an npm package.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    npm: Option<Npm>,
    /// Where it came from: several places if several artifacts held the same
    /// bytes for the same name. Never empty.
    origins: Vec<Origin>,
}

impl FileRecord {
    fn error(&self, problem: impl Into<String>) -> RecordError {
        RecordError { subject: self.name.to_string(), problem: problem.into() }
    }

    /// The project and version of a file of that kind.
    fn declared<P, V>(&self) -> Result<(P, V), RecordError>
    where
        P: std::str::FromStr<Err: std::fmt::Display>,
        V: std::str::FromStr<Err: std::fmt::Display>,
    {
        let (Some(project), Some(version)) = (&self.project, &self.version) else {
            return Err(self.error("has no project or no version"));
        };
        let project =
            project.parse().map_err(|error| self.error(format!("has no valid project: {error}")))?;
        let version =
            version.parse().map_err(|error| self.error(format!("has no valid version: {error}")))?;
        Ok((project, version))
    }

    fn package(&mut self) -> Result<Package, RecordError> {
        let plain = match (self.kind, self.wheel.take(), self.npm.take()) {
            (Kind::Wheel, Some(wheel), None) => {
                let (project, version) = self.declared()?;
                return Ok(Package::Wheel { project, version, wheel });
            }
            (Kind::Sdist, None, None) => {
                let (project, version) = self.declared()?;
                return Ok(Package::Sdist { project, version });
            }
            (Kind::NpmPackage, None, Some(npm)) => {
                let (name, version) = self.declared()?;
                return Ok(Package::Npm { name, version, npm });
            }
            (Kind::Archive, None, None) => PlainKind::Archive,
            (Kind::Executable, None, None) => PlainKind::Executable,
            (Kind::Installer, None, None) => PlainKind::Installer,
            (Kind::Sidecar, None, None) => PlainKind::Sidecar,
            (Kind::Other, None, None) => PlainKind::Other,
            (kind, _, _) => return Err(self.error(format!("does not have the fields of the kind {kind}"))),
        };
        if self.project.is_some() || self.version.is_some() {
            return Err(self.error(format!("is of the kind {}, and has a project or version", self.kind)));
        }
        Ok(Package::Plain(plain))
    }
}

impl TryFrom<FileRecord> for File {
    type Error = RecordError;

    fn try_from(mut record: FileRecord) -> Result<Self, RecordError> {
        let package = record.package()?;
        let FileRecord { name, folder, size, digests, executable, target, origins, .. } = record;
        Ok(Self { name, folder, package, size, digests, executable, target, origins })
    }
}

impl From<File> for FileRecord {
    fn from(file: File) -> Self {
        let File { name, folder, package, size, digests, executable, target, origins } = file;
        let kind = package.kind();
        let (project, version, wheel, npm) = match package {
            Package::Wheel { project, version, wheel } => {
                (Some(project.to_string()), Some(version.to_string()), Some(wheel), None)
            }
            Package::Sdist { project, version } => {
                (Some(project.to_string()), Some(version.to_string()), None, None)
            }
            Package::Npm { name, version, npm } => {
                (Some(name.to_string()), Some(version.to_string()), None, Some(npm))
            }
            Package::Plain(_) => (None, None, None, None),
        };
        Self { name, folder, kind, project, version, size, digests, executable, target, wheel, npm, origins }
    }
}

/// Where a file came from, and what was done to it.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Origin"))]
#[serde(deny_unknown_fields)]
struct OriginRecord {
    /// The artifact.
    artifact: Artifact,
    /// Its path there.
    path: RelativePath,
    /// What was done.
    action: ActionName,
    /// The SHA-256 that it had there, if it was rewritten.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    rewritten_from: Option<Sha256>,
}

/// What was done to a file.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Action"))]
#[serde(rename_all = "lowercase")]
enum ActionName {
    /// Nothing.
    Kept,
    /// It has another name and the same bytes.
    Renamed,
    /// It was rewritten, and perhaps renamed.
    Rewritten,
    /// It was written beside an asset of the artifact, which has no such file.
    Generated,
}

impl TryFrom<OriginRecord> for Origin {
    type Error = RecordError;

    fn try_from(record: OriginRecord) -> Result<Self, RecordError> {
        let OriginRecord { artifact, path, action, rewritten_from } = record;
        let action = match (action, rewritten_from) {
            (ActionName::Kept, None) => Action::Kept,
            (ActionName::Renamed, None) => Action::Renamed,
            (ActionName::Generated, None) => Action::Generated,
            (ActionName::Rewritten, Some(from)) => Action::Rewritten { from },
            _ => {
                let problem = "has `rewritten_from` without being rewritten, or the reverse".to_owned();
                return Err(RecordError { subject: path.to_string(), problem });
            }
        };
        Ok(Self { artifact, path, action })
    }
}

impl From<Origin> for OriginRecord {
    fn from(Origin { artifact, path, action }: Origin) -> Self {
        let (action, rewritten_from) = match action {
            Action::Kept => (ActionName::Kept, None),
            Action::Renamed => (ActionName::Renamed, None),
            Action::Generated => (ActionName::Generated, None),
            Action::Rewritten { from } => (ActionName::Rewritten, Some(from)),
        };
        Self { artifact, path, action, rewritten_from }
    }
}
