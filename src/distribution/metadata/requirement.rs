//! Dependency specifiers and version specifiers, as `packaging` reads them
//! (dependency specifiers, PEP 508; version specifiers, PEP 440).
//!
//! The grammar is that of `pep508_rs`. Where `packaging` accepts more, what it
//! accepts is rewritten before: a comma at the end of a list of versions, and
//! arbitrary equality (`===`), of which only what follows differs.

use std::str::FromStr;

use pep440_rs::VersionSpecifier;
use pep508_rs::{Requirement, VerbatimUrl};

/// The most parentheses of a requirement that is checked.
const MAX_DEPTH: usize = 40;
/// Names of environment markers that came after the grammar in use here; a
/// marker that has one is not judged.
const NEW_MARKERS: [&str; 2] = ["extras", "dependency_groups"];

/// What is wrong with a requirement: a clause.
///
/// # Errors
/// If it is none.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let (specifiers, marker) = match text.split_once(';') {
        Some((specifiers, marker)) => (specifiers, Some(marker)),
        None => (text, None),
    };
    if text.contains(['\n', '\r']) {
        return Err("it goes on in another line".to_owned());
    }
    // The parser of markers descends into parentheses.
    let is_deep = text.matches('(').count() > MAX_DEPTH;
    if is_direct(text) || is_deep || marker.is_some_and(has_new_marker) {
        return Ok(());
    }
    // The parser panics at these. A name that ends with `_` is one to `packaging`.
    match odd_end(specifiers) {
        Some('_') => return Ok(()),
        Some(end) => return Err(format!("a name ends with `{end}`")),
        None => {}
    }
    let mut rewritten = without_arbitrary_equality(&without_last_comma(specifiers));
    if let Some(marker) = marker {
        rewritten.push(';');
        rewritten.push_str(&spaced(&marker.replace("===", "==")));
    }
    match Requirement::<VerbatimUrl>::from_str(&rewritten) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.message.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// The `-`, `.` or `_` with which the name or an extra ends.
fn odd_end(specifiers: &str) -> Option<char> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let text = specifiers.trim_start();
    let rest = text.trim_start_matches(is_name);
    let name = text.strip_suffix(rest).unwrap_or(text);
    let extras =
        rest.trim_start().strip_prefix('[').map_or("", |rest| rest.split(']').next().unwrap_or(rest));
    let ends =
        std::iter::once(name).chain(extras.split(',')).filter_map(|part| part.trim_end().chars().next_back());
    ends.into_iter().find(|end| matches!(end, '.' | '_' | '-'))
}

/// Whether a requirement is `name[extras] @ URL` (dependency specifiers,
/// "Grammar").
pub(crate) fn is_direct(requirement: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let rest = requirement.trim_start().trim_start_matches(is_name).trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest).trim_start(),
        None => rest,
    };
    rest.starts_with('@')
}

/// A requirement in one spelling: without blanks that mean nothing, the name
/// normalized, extras and versions sorted. Whatever cannot be read so stays as
/// it is.
#[must_use]
pub(crate) fn normalized(text: &str) -> String {
    if is_direct(text) {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let (specifiers, marker) = text.split_once(';').unwrap_or((text, ""));
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let rest = specifiers.trim_start().trim_start_matches(is_name);
    let name = specifiers.trim_start().strip_suffix(rest).unwrap_or_default();
    let (extras, versions) = match rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((extras, versions)) => (format!("[{}]", sorted(extras, normalized_name)), versions),
        None => (String::new(), rest),
    };
    let marker = compact(&marker.replace('\'', "\""));
    let marker = if marker.is_empty() { marker } else { format!("; {marker}") };
    format!("{}{extras}{}{marker}", normalized_name(name), normalized_specifiers(versions))
}

/// A list of version specifiers, sorted and without blanks.
#[must_use]
pub(crate) fn normalized_specifiers(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    sorted(text, |specifier| specifier.split_whitespace().collect())
}

/// A name as PEP 503 normalizes it.
#[must_use]
pub(crate) fn normalized_name(text: &str) -> String {
    let parts = text.trim().split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

fn sorted(list: &str, normalize: impl Fn(&str) -> String) -> String {
    let mut members: Vec<String> =
        list.split(',').map(normalize).filter(|member| !member.is_empty()).collect();
    members.sort();
    members.join(",")
}

/// A marker with a blank only where two words meet.
fn compact(marker: &str) -> String {
    let mut compact = String::with_capacity(marker.len());
    for word in marker.split_whitespace() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '"' | ')' | '(');
        if compact.ends_with(is_word) && word.starts_with(is_word) {
            compact.push(' ');
        }
        compact.push_str(word);
    }
    compact
}

/// Whether a text is a list of version specifiers, as `packaging` reads one:
/// empty members are skipped, and so is a text of none.
pub(crate) fn is_specifiers(text: &str) -> bool {
    let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
    members.into_iter().all(|member| match member.strip_prefix("===") {
        // Arbitrary equality compares text.
        Some(text) => !text.trim().contains([' ', ';', ')']),
        None => VersionSpecifier::from_str(member).is_ok(),
    })
}

fn has_new_marker(marker: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    marker.split(|c| !is_name(c)).any(|word| NEW_MARKERS.contains(&word))
}

/// A marker with a blank at either end of each quoted text and parenthesis,
/// where `packaging` needs none.
fn spaced(marker: &str) -> String {
    let mut spaced = String::with_capacity(marker.len() + 16);
    let mut quote = None;
    for character in marker.chars() {
        match (quote, character) {
            (None, '(' | ')') => spaced.extend([' ', character, ' ']),
            (None, '"' | '\'') => {
                quote = Some(character);
                spaced.extend([' ', character]);
            }
            (Some(open), _) if character == open => {
                quote = None;
                spaced.extend([character, ' ']);
            }
            _ => spaced.push(character),
        }
    }
    spaced
}

fn without_last_comma(specifiers: &str) -> String {
    // Behind a name alone a comma is not skipped.
    let has_versions = |text: &str| text.contains(['<', '>', '=', '~', '!']);
    let trimmed = specifiers.trim_end();
    match trimmed.strip_suffix(')') {
        Some(inner) => match inner.trim_end().strip_suffix(',').filter(|rest| has_versions(rest)) {
            Some(rest) => format!("{rest})"),
            None => specifiers.to_owned(),
        },
        None => trimmed
            .strip_suffix(',')
            .filter(|rest| has_versions(rest))
            .map_or_else(|| specifiers.to_owned(), str::to_owned),
    }
}

/// With a version that the grammar knows behind each `===`.
fn without_arbitrary_equality(specifiers: &str) -> String {
    let mut parts = specifiers.split("===");
    let mut rewritten = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let part = part.trim_start();
        let end = part.find([',', ')', ' ']).unwrap_or(part.len());
        rewritten.push_str("==0");
        rewritten.push_str(part.get(end..).unwrap_or_default());
    }
    rewritten
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_names() {
        for invalid in ["foo- >=1", "foo.;os_name=='x'", "foo-[a]", "-", "foo[a-]", "foo-"] {
            assert!(check(invalid).is_err(), "{invalid}");
        }
        assert_eq!(check("foo_>=1"), Ok(()));
    }

    /// Each as `packaging` 26.2 reads it.
    #[test]
    fn requirements() {
        for text in [
            "foo",
            "foo (>=1.0,<2)",
            "foo>=1.0,",
            "foo (>=1.0,)",
            "foo===weird",
            "foo===weird,>=1",
            "foo; extra == '@'",
            "foo[a,b]>=1; python_version<\"3.9\" and extra==\"x\"",
            "foo @ https://example.org/foo.whl",
            "foo @ ../x",
            "foo==1.*",
            "foo!=1.0.*",
            "foo==v1.0",
            "foo; python_version === \"3.8\"",
            "foo; \"a\" in extras",
            "foo; os.name == 'nt'",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in [
            "",
            "foo bar",
            "foo >=2.x",
            "foo >=1.*",
            "foo; python_version >= 3.8",
            "git+https://example.org/foo",
            "foo ^1.0",
            "foo~=1",
            "foo>=1.0+x",
            "foo ; nonsense == \"x\"",
            "foo[a b]",
            "-foo",
            "foo-",
            "foo>=1.0 <2.0",
            "foo (>=1.0",
            "foo=1.0",
            "foo==1.0.x",
            "foo;",
            "é",
            ",",
            "foo,,",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_of_versions() {
        for text in ["", ">=3.8,", "===3.8.foo", "===", ">=v3.8", "==3.*", ">=3.8.0-rc1", "!=3.1.0+x"] {
            assert!(is_specifiers(text), "{text}");
        }
        for text in
            ["^3.8", "3", ">=3.8.*", ">=3.8;", ">=3.8 <4", "(>=3.8)", "~=3", ">=3_8", "≥3.8", ">=3.7.x"]
        {
            assert!(!is_specifiers(text), "{text}");
        }
    }
}
