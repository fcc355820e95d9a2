//! What a manifest says of one file.

use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
use crate::digest::{Digests, Sha256};
use crate::distribution::Kind;
use crate::filename::{FileName, RelativePath};
use crate::folder::Folder;

/// One file of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its bare name, which is unique in the release.
    pub name: FileName,
    /// Where it lies.
    pub folder: Folder,
    /// What it is.
    pub kind: Kind,
    /// The project that it declares: PyPI's normalized name or npm's name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub project: Option<String>,
    /// The version that it declares, as it spells it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
    /// In bytes.
    pub size: u64,
    /// Of all its bytes.
    pub digests: Digests,
    /// Whether its mode is 0755.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub executable: bool,
    /// The target that its artifact's name gives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target: Option<String>,
    /// For a wheel.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wheel: Option<Wheel>,
    /// For an npm package.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub npm: Option<Npm>,
    /// Where it came from: more than one place if several artifacts held the
    /// same bytes for the same name. Never empty.
    pub origins: Vec<Origin>,
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
    /// The build tag to the letter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub build: Option<String>,
    /// Who made it: the `Generator` lines of `WHEEL`.
    pub generator: Vec<String>,
    /// Software bills of materials in it (PEP 770), as paths, 100 at the most.
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
}

/// Where a file came from, and what was done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The artifact.
    pub artifact: Artifact,
    /// The path that it had there.
    pub path: RelativePath,
    /// What was done.
    pub action: Action,
    /// The SHA-256 that it had there, if it was rewritten.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rewritten_from: Option<Sha256>,
}

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Nothing.
    Kept,
    /// It got another name; its bytes are what they were.
    Renamed,
    /// It was mended inside, and perhaps got another name.
    Rewritten,
}
