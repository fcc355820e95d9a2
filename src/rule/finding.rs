//! A finding: a rule that is broken at one place.
//!
//! All findings of a run are collected and reported together. A failure of a
//! disk or a network is a fault, not a finding, and ends the run.

use std::fmt;

use serde::Serialize;

use crate::artifact::ArtifactName;
use crate::filename::FileName;
use crate::glob::literal;
use crate::rule::{Rule, Severity};

/// Where a finding points: a file of an artifact, or an artifact as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The artifact.
    pub artifact: ArtifactName,
    /// The file's path inside it, as far as it is known. It may be a name
    /// that was refused, so it is hostile text.
    pub path: Option<String>,
}

impl Place {
    /// An artifact as a whole.
    #[must_use]
    pub const fn artifact(artifact: ArtifactName) -> Self {
        Self { artifact, path: None }
    }

    /// A file of an artifact.
    #[must_use]
    pub fn file(artifact: ArtifactName, path: impl Into<String>) -> Self {
        Self { artifact, path: Some(path.into()) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}: {path}", self.artifact),
            None => write!(f, "{}", self.artifact),
        }
    }
}

/// A rule that is broken at one place.
///
/// The order of findings is the order of their fields, so that it does not
/// depend on which file was looked at first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Errors come first.
    pub severity: Severity,
    /// The rule that is broken.
    pub rule: Rule,
    /// Where; nothing if it is about the release as a whole.
    pub place: Option<Place>,
    /// What was found, a clause without a full stop.
    pub found: String,
    /// What was expected, a clause without a full stop.
    pub expected: String,
    /// What to do, a sentence, ready to paste where that can be.
    pub remedy: String,
    /// An input that fixes or narrows it.
    pub input: Option<Input>,
}

/// An input and the value to give it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Input {
    /// The input's name.
    #[serde(rename = "input")]
    pub name: &'static str,
    /// Its value, one or more lines.
    pub value: String,
}

impl fmt::Display for Input {
    /// As YAML, ready to paste below `with:`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.value.contains('\n') {
            return write!(f, "{}: {}", self.name, yaml_scalar(&self.value));
        }
        write!(f, "{}: |", self.name)?;
        self.value.lines().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// A value on one line, quoted where YAML would read something else into it.
fn yaml_scalar(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/+ ".contains(&byte);
    let begins_plain = value.starts_with(|first: char| first.is_ascii_alphanumeric());
    if begins_plain && value.bytes().all(is_plain) && !value.ends_with(' ') {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "''"))
    }
}

impl Rule {
    /// Begins a finding of this rule about that place, or about the release as
    /// a whole.
    #[must_use]
    pub(crate) fn at(self, place: impl Into<Option<Place>>) -> Unfounded {
        Unfounded { rule: self, place: place.into() }
    }
}

/// A finding that does not say yet what was found.
#[derive(Debug)]
pub(crate) struct Unfounded {
    rule: Rule,
    place: Option<Place>,
}

impl Unfounded {
    /// What was found, a clause without a full stop.
    #[must_use]
    pub(crate) fn found(self, found: impl Into<String>) -> Unexpected {
        Unexpected { rule: self.rule, place: self.place, found: found.into() }
    }
}

/// A finding that does not say yet what was expected.
#[derive(Debug)]
pub(crate) struct Unexpected {
    rule: Rule,
    place: Option<Place>,
    found: String,
}

impl Unexpected {
    /// What was expected, a clause without a full stop. The finding has the
    /// rule's severity and the catalogue's remedy.
    #[must_use]
    pub(crate) fn expected(self, expected: impl Into<String>) -> Finding {
        Finding {
            severity: self.rule.severity(),
            rule: self.rule,
            place: self.place,
            found: self.found,
            expected: expected.into(),
            remedy: self.rule.remedy().to_owned(),
            input: None,
        }
    }
}

impl Finding {
    /// With a remedy that fits better than the catalogue's: sentences.
    #[must_use]
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// With the value of an input that fixes or narrows it.
    #[must_use]
    pub(crate) fn input(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.input = Some(Input { name, value: value.into() });
        self
    }

    /// With the line of `pattern` that excludes every file of that name.
    #[must_use]
    pub(crate) fn excluding(self, name: &FileName) -> Self {
        match excluded("file:", name.as_str()) {
            Some(line) => self.input("pattern", line),
            None => self,
        }
    }

    /// With the line of `pattern` that excludes that artifact.
    #[must_use]
    pub(crate) fn excluding_artifact(self, name: &ArtifactName) -> Self {
        match excluded("", name.as_str()) {
            Some(line) => self.input("pattern", line),
            None => self,
        }
    }

    /// Whether this finding stops the release.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A line that excludes a name; none where no glob means just that name.
fn excluded(what: &str, name: &str) -> Option<String> {
    Some(format!("!{what}{}", literal(name)?))
}
