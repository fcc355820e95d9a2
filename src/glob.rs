//! Glob patterns, as users of download-artifact write them.
//!
//! Unsupported syntax is refused by name and never read
//! literally: a pattern that silently matches no file loses a platform.

use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};

/// Why a pattern is no glob of this dialect: a clause that follows the pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// Syntax of another dialect.
    #[error("which uses {0}; only `*`, `?`, `[abc]` and `{{a,b}}` are supported")]
    Unsupported(&'static str),
    /// Not a pattern at all.
    #[error("which is not a valid glob: {0}")]
    Invalid(String),
}

/// One glob: `*` and `?` (never a `/`), `[abc]`, `{a,b}`, `\` escapes.
/// Case counts.
#[derive(Debug, Clone)]
pub struct Glob(GlobMatcher);

impl Glob {
    /// Whether the whole of `text` matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.glob().glob()
    }
}

impl FromStr for Glob {
    type Err = GlobError;

    fn from_str(pattern: &str) -> Result<Self, GlobError> {
        if let Some(what) = foreign_syntax(pattern) {
            return Err(GlobError::Unsupported(what));
        }
        GlobBuilder::new(pattern)
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map(|glob| Self(glob.compile_matcher()))
            .map_err(|error| GlobError::Invalid(error.kind().to_string()))
    }
}

/// The glob that matches `text` alone; none where it cannot be written in this
/// dialect.
#[must_use]
pub(crate) fn literal(text: &str) -> Option<String> {
    let is_meta = |character: char| matches!(character, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!');
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if is_meta(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.parse::<Glob>().is_ok_and(|glob| glob.matches(text)).then_some(pattern)
}

/// The name of a construct that minimatch or bash would read as more than its
/// letters, and globset would not.
fn foreign_syntax(pattern: &str) -> Option<&'static str> {
    if pattern.contains("[:") || pattern.contains("[[:") {
        return Some("a POSIX class like `[[:alpha:]]`");
    }
    for opening in ["@(", "!(", "+(", "?(", "*("] {
        if pattern.contains(opening) {
            return Some("an extended glob like `@(a|b)`");
        }
    }
    let in_braces = pattern.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    if in_braces.into_iter().any(|inside| inside.contains("..")) {
        return Some("a range like `{1..3}`");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches() {
        for (pattern, text, expected) in [
            ("wheels-*", "wheels-linux", true),
            ("wheels-*", "sdist", false),
            ("*", "a/b", false),
            ("{wheels,sdist}-*", "sdist-1", true),
            ("wheels-[lm]*", "wheels-macos", true),
            ("A", "a", false),
            ("*.whl", ".whl", true),
        ] {
            assert_eq!(pattern.parse::<Glob>().unwrap().matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        for pattern in ["@(a|b)", "!(sdist)", "{1..3}", "[[:alpha:]]", "x+(y)"] {
            let error = pattern.parse::<Glob>().unwrap_err();
            assert!(matches!(error, GlobError::Unsupported(_)), "{error}");
        }
        insta::assert_snapshot!(
            "wheels-!(sdist)".parse::<Glob>().unwrap_err(),
            @"which uses an extended glob like `@(a|b)`; only `*`, `?`, `[abc]` and `{a,b}` are supported"
        );
        insta::assert_snapshot!(
            "[a".parse::<Glob>().unwrap_err(),
            @"which is not a valid glob: unclosed character class; missing ']'"
        );
    }
}
