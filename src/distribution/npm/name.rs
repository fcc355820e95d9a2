//! The name of an npm package.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// The most characters of the name of a new package
/// (validate-npm-package-name).
const MAX_NEW_NAME: usize = 214;

/// The most bytes of any name: that of a file name, which holds it.
const MAX_NAME: usize = 255;

/// A text that is not the name of an npm package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackageNameError {
    /// No text, or none on one side of the `/`.
    #[error("it is empty, or the part before or after `/` is")]
    Empty,
    /// Longer than a file name.
    #[error("it has {0} bytes; the limit is {MAX_NAME}")]
    TooLong(usize),
    /// `.`, `_` or `-` at its beginning.
    #[error("it begins with {0:?}")]
    Begin(char),
    /// A character that a URL would have to escape.
    #[error("it holds {0:?}")]
    Character(char),
    /// A name that means something else to npm.
    #[error("npm reserves the name")]
    Reserved,
}

/// Why npm accepts a name only for a package that has it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LegacyName {
    /// More than 214 characters.
    #[error("it has {0} characters; the limit for new packages is {MAX_NEW_NAME}")]
    Long(usize),
    /// Not allowed since 2014.
    #[error("it holds the capital letter {0:?}")]
    Capital(char),
    /// One of `~'!()*`.
    #[error("it holds {0:?}")]
    Character(char),
}

/// The name of an npm package: `name` or `@scope/name`.
///
/// All that validate-npm-package-name calls valid for old packages and that
/// makes a file name. The names of Node.js's own modules are accepted: some
/// packages have them.
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

    /// The scope, without `@`.
    #[must_use]
    pub(crate) fn scope(&self) -> Option<&str> {
        split(&self.0).0
    }

    /// The name without its scope.
    #[must_use]
    pub(crate) fn base(&self) -> &str {
        split(&self.0).1
    }

    /// Why npm would refuse it for a new package (validate-npm-package-name,
    /// warnings).
    #[must_use]
    pub(crate) fn legacy(&self) -> Option<LegacyName> {
        let length = self.0.chars().count();
        if length > MAX_NEW_NAME {
            return Some(LegacyName::Long(length));
        }
        if let Some(capital) = self.0.chars().find(char::is_ascii_uppercase) {
            return Some(LegacyName::Capital(capital));
        }
        self.base().chars().find(|character| is_special(*character)).map(LegacyName::Character)
    }
}

/// The scope without `@`, and the rest.
fn split(name: &str) -> (Option<&str>, &str) {
    match name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
        Some((scope, base)) => (Some(scope), base),
        None => (None, name),
    }
}

/// Characters that encodeURIComponent keeps and that new names may not have.
const fn is_special(character: char) -> bool {
    matches!(character, '~' | '\'' | '!' | '(' | ')' | '*')
}

impl FromStr for PackageName {
    type Err = PackageNameError;

    fn from_str(name: &str) -> Result<Self, PackageNameError> {
        use PackageNameError::{Begin, Character, Empty, Reserved, TooLong};

        if name.len() > MAX_NAME {
            return Err(TooLong(name.len()));
        }
        let (scope, base) = split(name);
        // Of a scope npm looks at the characters only.
        let is_bad_begin = |begin| begin == '.' || (scope.is_none() && matches!(begin, '_' | '-'));
        let begin = base.chars().next().ok_or(Empty)?;
        if is_bad_begin(begin) {
            return Err(Begin(begin));
        }
        if scope.is_some_and(str::is_empty) {
            return Err(Empty);
        }
        let is_kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') || is_special(c);
        if let Some(character) = scope.unwrap_or_default().chars().chain(base.chars()).find(|c| !is_kept(*c))
        {
            return Err(Character(character));
        }
        if ["node_modules", "favicon.ico"].iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
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
        use PackageNameError::{Begin, Character, Empty, Reserved, TooLong};
        for name in ["a", "a.b_c-d", "@a/b", "7zip", "@a.b/c", "@a/_b", "@a/-b", "@_a/b", "@.a/b", "@a~b/c"] {
            assert_eq!(name.parse::<PackageName>().unwrap().legacy(), None, "{name}");
        }
        for (name, error) in [
            ("", Empty),
            ("@/a", Empty),
            ("@a/", Empty),
            (".a", Begin('.')),
            ("_a", Begin('_')),
            ("-a", Begin('-')),
            ("@a/.b", Begin('.')),
            ("a b", Character(' ')),
            ("a/b", Character('/')),
            ("@a", Character('@')),
            ("@a/b/c", Character('/')),
            ("../a", Begin('.')),
            ("é", Character('é')),
            ("node_modules", Reserved),
            ("Favicon.ico", Reserved),
            (&"a".repeat(256), TooLong(256)),
        ] {
            assert_eq!(name.parse::<PackageName>(), Err(error), "{name}");
        }
    }

    #[test]
    fn names_of_old_packages() {
        use LegacyName::{Capital, Character, Long};
        for (name, reason) in [
            ("JSONStream", Capital('J')),
            ("@A/b", Capital('A')),
            ("a~b", Character('~')),
            ("@a/b!", Character('!')),
            (&"a".repeat(215), Long(215)),
        ] {
            assert_eq!(name.parse::<PackageName>().unwrap().legacy(), Some(reason), "{name}");
        }
    }

    #[test]
    fn parts() {
        let name: PackageName = "@o/tool-x64".parse().unwrap();
        assert_eq!((name.scope(), name.base()), (Some("o"), "tool-x64"));
        let name: PackageName = "tool".parse().unwrap();
        assert_eq!((name.scope(), name.base()), (None, "tool"));
    }
}
