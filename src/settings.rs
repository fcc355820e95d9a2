//! The settings: the type of each input that chooses among values, once.
//!
//! The command line, the manifest and whoever follows a setting share these
//! types. clap reads them by their names, serde writes the same names.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use camino::Utf8PathBuf;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::distribution::version::{ReleaseVersion, ReleaseVersionError};
use crate::folder::Folder;

/// A package registry that a release can be published on. Tables over its
/// values carry what differs: folders, inputs, rules, outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Registry {
    /// The Python Package Index.
    Pypi,
    /// The npm registry.
    Npm,
}

impl Registry {
    /// All of them, in the order in which they are reported.
    pub(crate) const ALL: [Self; 2] = [Self::Pypi, Self::Npm];

    /// The folder of a release that holds what is published there.
    #[must_use]
    pub(crate) const fn folder(self) -> Folder {
        match self {
            Self::Pypi => Folder::Pypi,
            Self::Npm => Folder::Npm,
        }
    }

    /// The input that says how its rules count.
    #[must_use]
    pub(crate) const fn input(self) -> &'static str {
        match self {
            Self::Pypi => "pypi",
            Self::Npm => "npm",
        }
    }
}

impl fmt::Display for Registry {
    /// The registry's own spelling of its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pypi => "PyPI",
            Self::Npm => "npm",
        })
    }
}

/// The inputs `pypi` and `npm`: how a registry's rules count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// By their own severity.
    #[default]
    Error,
    /// As warnings.
    Warn,
    /// Not at all.
    Off,
}

/// The input `normalize`: what may be done to names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Normalization {
    /// Rename; no byte of a file changes.
    #[default]
    Rename,
    /// Rename, after the spelling inside wheels was fixed.
    Rewrite,
    /// What would be renamed is an error.
    Check,
    /// Names stay as they are.
    Off,
}

/// The input `record`: whether wheels are verified against their RECORD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RecordSetting {
    /// Every file of a wheel is compared with its digest in RECORD.
    #[default]
    Verify,
    /// None is.
    Off,
}

/// The input `foreign-run`: what to do with artifacts of a run for which this
/// one may not attest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ForeignRun {
    /// Refuse them.
    #[default]
    Refuse,
    /// Prepare them, without subjects.
    Unattested,
}

/// The input `artifact-api`: how to download artifacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ArtifactApi {
    /// The results service for this run where the runner offers it, else REST.
    #[default]
    Auto,
    /// The runner's own service.
    Results,
    /// GitHub's REST API.
    Rest,
}

/// The input `require-digests`: what to do where GitHub reports no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RequireDigests {
    /// An error on github.com, which reports them; a warning elsewhere.
    #[default]
    Auto,
    /// An error.
    #[value(name = "true")]
    Always,
    /// Nothing.
    #[value(name = "false")]
    Never,
}

/// The input `asset-names`: what to do with equal names of assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum AssetNames {
    /// Keep them.
    #[default]
    Keep,
    /// Add the target to equal ones.
    Qualify,
}

/// The input `sidecars`: where `NAME.sha256` stands beside an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Sidecars {
    /// Where the build jobs sent one.
    #[default]
    Auto,
    /// Beside every asset.
    #[value(name = "true")]
    Always,
    /// Nowhere.
    #[value(name = "false")]
    Never,
}

/// The input `version`: what versions the files may declare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum VersionSetting {
    /// The pushed tag's; without one, all files of a project agree.
    Auto,
    /// Whatever they declare.
    Any,
    /// This one.
    Exactly {
        /// As it was given, for the manifest.
        given: String,
        /// What it means.
        version: ReleaseVersion,
    },
}

impl TryFrom<String> for VersionSetting {
    type Error = ReleaseVersionError;

    fn try_from(text: String) -> Result<Self, ReleaseVersionError> {
        text.parse()
    }
}

impl From<VersionSetting> for String {
    fn from(setting: VersionSetting) -> Self {
        setting.to_string()
    }
}

impl FromStr for VersionSetting {
    type Err = ReleaseVersionError;

    fn from_str(text: &str) -> Result<Self, ReleaseVersionError> {
        Ok(match text {
            "auto" => Self::Auto,
            "any" => Self::Any,
            given => Self::Exactly { given: given.to_owned(), version: given.parse()? },
        })
    }
}

impl fmt::Display for VersionSetting {
    /// The input's value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Any => "any",
            Self::Exactly { given, .. } => given,
        })
    }
}

/// The input `previous-manifest`: what the release is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PreviousManifest {
    /// The manifest of the repository's latest release, if there is one.
    Auto,
    /// Nothing.
    Off,
    /// The manifest at this path.
    Path(Utf8PathBuf),
}

impl PreviousManifest {
    /// The path, if one is given.
    #[must_use]
    pub(crate) fn path(self) -> Option<Utf8PathBuf> {
        match self {
            Self::Path(path) => Some(path),
            Self::Auto | Self::Off => None,
        }
    }
}

impl FromStr for PreviousManifest {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "auto" => Self::Auto,
            "off" => Self::Off,
            path => Self::Path(path.into()),
        })
    }
}

/// The flag `--color`: whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// Where a person watches, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The flag `--format`: what is printed to the standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Text for people.
    #[default]
    Text,
    /// The report as JSON.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a manifest holds can be given as an input.
    #[test]
    fn clap_and_serde_agree() {
        fn agree<T: ValueEnum + Serialize>() {
            for value in T::value_variants() {
                let name = value.to_possible_value().unwrap().get_name().to_owned();
                assert_eq!(serde_json::to_value(value).unwrap(), name);
            }
        }
        agree::<Strictness>();
        agree::<Normalization>();
        agree::<RecordSetting>();
    }

    #[test]
    fn versions_keep_their_spelling() {
        for text in ["auto", "any", "v1.2.3", "1.0.0-rc.1"] {
            assert_eq!(text.parse::<VersionSetting>().unwrap().to_string(), text);
        }
        assert!("one".parse::<VersionSetting>().is_err());
    }
}
