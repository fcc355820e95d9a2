//! What the world will say of a release.
//!
//! A rule has an id that never changes its meaning, a class that says on whose
//! authority it stands, and the severity of its findings. `catalogue/` has the
//! list of all.

mod catalogue;
pub(crate) mod finding;
pub(crate) mod policy;

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

pub use catalogue::Rule;

use crate::settings::Registry;

/// A finding of each rule. A test writes it from what the program says.
const EXAMPLES: &str = include_str!("examples.txt");

/// What kind of authority a rule stands on, and so who may relax it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The bytes are not what they claim to be. Nothing relaxes it.
    Integrity,
    /// PyPI refuses it.
    Index,
    /// npm refuses it.
    Registry,
    /// The files do not make the release that was meant.
    Release,
    /// A name promises what the file does not hold.
    Honesty,
    /// Worth knowing; nothing breaks.
    Advice,
}

impl Class {
    /// The registry whose rules these are, if they are a registry's.
    #[must_use]
    pub(crate) const fn registry(self) -> Option<Registry> {
        match self {
            Self::Index => Some(Registry::Pypi),
            Self::Registry => Some(Registry::Npm),
            Self::Integrity | Self::Release | Self::Honesty | Self::Advice => None,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integrity => "integrity",
            Self::Index => "index",
            Self::Registry => "registry",
            Self::Release => "release",
            Self::Honesty => "honesty",
            Self::Advice => "advice",
        })
    }
}

/// Whether a finding stops the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No release is written.
    Error,
    /// The release is written, and says so.
    Warning,
}

impl Rule {
    /// The rule of that id.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }

    /// Whether the bytes are not what they claim to be, so that no input makes
    /// a release of them.
    #[must_use]
    pub const fn is_integrity(self) -> bool {
        matches!(self.class(), Class::Integrity)
    }

    /// Whether it compares a release with the one before, of which no manifest
    /// may depend.
    #[must_use]
    pub(crate) const fn is_about_the_release_before(self) -> bool {
        matches!(self, Self::PreviousKind | Self::PreviousBytes)
    }

    /// A finding of it, as a terminal shows it; none of the few rules that no
    /// test can break.
    #[must_use]
    pub fn example(self) -> Option<&'static str> {
        let is_of_rule = |block: &&str| {
            let id = block.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
            id.is_some_and(|(id, _)| id == self.id())
        };
        EXAMPLES.split("\n\n").map(str::trim_end).find(is_of_rule)
    }

    /// Whether its findings can be ignored. A release of nothing is none.
    #[must_use]
    pub const fn may_be_ignored(self) -> bool {
        !self.is_integrity() && !matches!(self, Self::NothingSelected)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Rule {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "The id of a rule." })
    }
}

/// By its id.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
