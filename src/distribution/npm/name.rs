//! The name of an npm package.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// The most characters of a name (validate-npm-package-name).
const MAX_NAME: usize = 214;

/// A text that is no name of an npm package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackageNameError {
    /// No text, or none on one side of the `/`.
    #[error("it is empty, or the part before or after `/` is")]
    Empty,
    /// More than npm allows.
    #[error("it has {0} characters, {MAX_NAME} are the most")]
    TooLong(usize),
    /// `.`, `_` or `-` at its beginning.
    #[error("it begins with {0:?}")]
    Begin(char),
    /// Not allowed since 2014.
    #[error("it holds the capital letter {0:?}")]
    Capital(char),
    /// Something that a URL would have to escape, or that npm no longer takes.
    #[error("it holds {0:?}")]
    Character(char),
    /// A name that means something else to npm.
    #[error("npm keeps the name for itself")]
    Reserved,
}

/// The name of an npm package: `name` or `@scope/name`.
///
/// What npm takes for a new package (validate-npm-package-name): up to 214
/// characters, lower case, no need to be escaped in a URL, not beginning with
/// `.`, `_` or `-`. The names of node's own modules are not looked at: some
/// packages bear them by right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PackageName(String);

impl PackageName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PackageName {
    type Err = PackageNameError;

    fn from_str(name: &str) -> Result<Self, PackageNameError> {
        use PackageNameError::{Begin, Capital, Character, Empty, Reserved, TooLong};

        if name.len() > MAX_NAME {
            return Err(TooLong(name.len()));
        }
        let (scope, package) = match name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
            Some((scope, package)) => (Some(scope), package),
            None => (None, name),
        };
        for part in scope.into_iter().chain([package]) {
            let begin = part.chars().next().ok_or(Empty)?;
            if matches!(begin, '.' | '_' | '-') {
                return Err(Begin(begin));
            }
            for character in part.chars() {
                match character {
                    'a'..='z' | '0'..='9' | '-' | '_' | '.' => {}
                    'A'..='Z' => return Err(Capital(character)),
                    _ => return Err(Character(character)),
                }
            }
        }
        if matches!(name, "node_modules" | "favicon.ico") {
            return Err(Reserved);
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PackageName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        use PackageNameError::{Begin, Capital, Character, Empty, Reserved, TooLong};
        for name in ["a", "a.b_c-d", "@a/b", "7zip", "@a.b/c", &"a".repeat(214)] {
            assert_eq!(name.parse::<PackageName>().unwrap().as_str(), name);
        }
        for (name, error) in [
            ("", Empty),
            ("@/a", Empty),
            ("@a/", Empty),
            (".a", Begin('.')),
            ("_a", Begin('_')),
            ("-a", Begin('-')),
            ("@a/.b", Begin('.')),
            ("JSONStream", Capital('J')),
            ("a b", Character(' ')),
            ("a/b", Character('/')),
            ("@a", Character('@')),
            ("@a/b/c", Character('/')),
            ("../a", Begin('.')),
            ("a~b", Character('~')),
            ("é", Character('é')),
            ("node_modules", Reserved),
            ("favicon.ico", Reserved),
            (&"a".repeat(215), TooLong(215)),
        ] {
            assert_eq!(name.parse::<PackageName>(), Err(error), "{name}");
        }
    }
}
