//! The name of a project on PyPI.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::filename::MAX_NAME_BYTES;

/// A text that is no project name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProjectNameError {
    /// No text.
    #[error("it is empty")]
    Empty,
    /// No file could bear it.
    #[error("it has {0} bytes; the limit of a file name is {MAX_NAME_BYTES}")]
    TooLong(usize),
    /// Only ASCII letters and digits, `-`, `_` and `.` are allowed.
    #[error("it holds {0:?}")]
    Character(char),
    /// Only a letter or a digit may stand at either end.
    #[error("it begins or ends with {0:?}")]
    End(char),
}

/// A project's name: ASCII letters, digits, `-`, `_` and `.`, a letter or
/// digit at either end (PEP 508; "Names and normalization", name format).
///
/// It keeps the spelling it came in and is equal to every other spelling of
/// the same name (PEP 503).
#[derive(Debug, Clone)]
pub struct ProjectName {
    given: String,
    normalized: String,
}

impl ProjectName {
    /// The name as it was spelt.
    #[must_use]
    pub fn as_given(&self) -> &str {
        &self.given
    }

    /// The name in lower case, every run of `-`, `_` and `.` one `-` (PEP
    /// 503): how an index knows it.
    #[must_use]
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// The normalized name with `_` for `-`: how a file name holds it (binary
    /// distribution format, "Escaping and Unicode"; PEP 625).
    #[must_use]
    pub fn escaped(&self) -> String {
        self.normalized.replace('-', "_")
    }
}

impl FromStr for ProjectName {
    type Err = ProjectNameError;

    fn from_str(given: &str) -> Result<Self, ProjectNameError> {
        let separator = |character: char| matches!(character, '-' | '_' | '.');
        if given.len() > MAX_NAME_BYTES {
            return Err(ProjectNameError::TooLong(given.len()));
        }
        if let Some(character) = given.chars().find(|&c| !c.is_ascii_alphanumeric() && !separator(c)) {
            return Err(ProjectNameError::Character(character));
        }
        let (Some(first), Some(last)) = (given.chars().next(), given.chars().next_back()) else {
            return Err(ProjectNameError::Empty);
        };
        if let Some(end) = [first, last].into_iter().find(|&c| separator(c)) {
            return Err(ProjectNameError::End(end));
        }
        let words: Vec<String> =
            given.split(separator).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
        Ok(Self { given: given.to_owned(), normalized: words.join("-") })
    }
}

impl fmt::Display for ProjectName {
    /// The normalized name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normalized)
    }
}

impl PartialEq for ProjectName {
    fn eq(&self, other: &Self) -> bool {
        self.normalized == other.normalized
    }
}

impl Eq for ProjectName {}

impl Ord for ProjectName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.normalized.cmp(&other.normalized)
    }
}

impl PartialOrd for ProjectName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for ProjectName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normalized.hash(state);
    }
}

impl Serialize for ProjectName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.normalized)
    }
}

impl<'de> Deserialize<'de> for ProjectName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for ProjectName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ProjectName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The name of a project on PyPI, normalized (PEP 503).",
            "type": "string",
            "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name() {
        for given in ["friendly-bard", "Friendly-Bard", "FRIENDLY-BARD", "friendly.bard", "friendly--_.bard"]
        {
            let name: ProjectName = given.parse().unwrap();
            assert_eq!(name.normalized(), "friendly-bard", "{given}");
            assert_eq!(name.escaped(), "friendly_bard", "{given}");
            assert_eq!(name.as_given(), given);
            assert_eq!(name, "friendly_bard".parse().unwrap());
        }
    }

    #[test]
    fn no_names() {
        use ProjectNameError::{Character, Empty, End};
        for (given, error) in [
            ("", Empty),
            ("-", End('-')),
            ("_foo", End('_')),
            ("foo.", End('.')),
            ("föö", Character('ö')),
            ("foo bar", Character(' ')),
            ("foo\n", Character('\n')),
            ("ſoo", Character('ſ')),
        ] {
            assert_eq!(given.parse::<ProjectName>(), Err(error), "{given:?}");
        }
    }

    #[test]
    fn serialized_normalized() {
        let name: ProjectName = "Foo.Bar".parse().unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), r#""foo-bar""#);
        assert_eq!(serde_json::from_str::<ProjectName>(r#""foo_bar""#).unwrap(), name);
    }
}
