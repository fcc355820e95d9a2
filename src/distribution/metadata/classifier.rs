//! Classifiers, against the list that PyPI accepts.
//!
//! The list is that of the PyPI package trove-classifiers
//! (`.ci/tables/classifiers.py` writes `classifiers.tsv`). It grows: a
//! classifier that is only newer than the list is distinguished from a wrong one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The table: a line of its source and version, then a classifier a line, a
/// deprecated one with its successors.
const TABLE: &str = include_str!("classifiers.tsv");

/// Successors of deprecated classifiers; none for the others.
static KNOWN: LazyLock<BTreeMap<&str, Option<Vec<&str>>>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| match line.split_once('\t') {
            None => (line, None),
            Some((name, successors)) => {
                (name, Some(successors.split('\t').filter(|name| !name.is_empty()).collect()))
            }
        })
        .collect()
});

/// The list and its date: `trove-classifiers 2026.9.21.13`.
pub(crate) fn source() -> &'static str {
    TABLE.lines().next().unwrap_or_default().trim_start_matches("# ")
}

/// Why PyPI does not accept a classifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unaccepted {
    /// It begins with `Private ::`: the project is not to be published.
    Private,
    /// Replaced by others, or by none.
    Deprecated(Vec<&'static str>),
    /// Not on the list; the nearest one that is.
    Unknown(Option<&'static str>),
    /// Not on the list, but only its last part, a version, is newer.
    Newer,
}

/// Why a classifier is not accepted; none if it is.
pub(crate) fn check(classifier: &str) -> Option<Unaccepted> {
    match KNOWN.get(classifier) {
        Some(None) => None,
        Some(Some(successors)) => Some(Unaccepted::Deprecated(successors.clone())),
        None if classifier.starts_with("Private ::") => Some(Unaccepted::Private),
        None if is_newer_version(classifier) => Some(Unaccepted::Newer),
        None => Some(Unaccepted::Unknown(nearest(classifier))),
    }
}

/// Whether the list has versions beside the last part, which is one itself.
fn is_newer_version(classifier: &str) -> bool {
    let Some((parent, last)) = classifier.rsplit_once(" :: ") else { return false };
    let siblings =
        || KNOWN.keys().filter_map(|known| known.rsplit_once(" :: ")).filter(|(known, _)| *known == parent);
    is_version(last) && siblings().any(|(_, sibling)| is_version(sibling))
}

fn is_version(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 8
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The known classifier with the fewest differing characters, if there are few.
fn nearest(classifier: &str) -> Option<&'static str> {
    // As long as the longest on the list.
    const MAX_CHARACTERS: usize = 120;
    if classifier.chars().count() > MAX_CHARACTERS {
        return None;
    }
    let most = (classifier.len() / 6).max(2);
    KNOWN
        .keys()
        .map(|known| (distance(&classifier.to_lowercase(), &known.to_lowercase()), *known))
        .min()
        .filter(|(distance, _)| *distance <= most)
        .map(|(_, known)| known)
}

/// How many characters must be added, removed or replaced (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, character) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (above, expected) in row.iter_mut().skip(1).zip(&other) {
            let replaced = diagonal + usize::from(character != *expected);
            diagonal = *above;
            left = replaced.min(left + 1).min(diagonal + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for known in
            ["Programming Language :: Python :: 3", "Operating System :: OS Independent", "Typing :: Typed"]
        {
            assert_eq!(check(known), None, "{known}");
        }
    }

    #[test]
    fn not_accepted() {
        let python = Some("Programming Language :: Python :: 3");
        assert_eq!(check("Programming Language :: Pythn :: 3"), Some(Unaccepted::Unknown(python)));
        assert_eq!(check("programming language :: python :: 3"), Some(Unaccepted::Unknown(python)));
        assert_eq!(check("Programming Language :: Python :: 3.99"), Some(Unaccepted::Newer));
        assert_eq!(
            check("Natural Language :: Ukranian"),
            Some(Unaccepted::Deprecated(vec!["Natural Language :: Ukrainian"]))
        );
        assert_eq!(check("Private :: Do Not Upload"), Some(Unaccepted::Private));
        assert_eq!(check("Something else"), Some(Unaccepted::Unknown(None)));
        assert_eq!(check(""), Some(Unaccepted::Unknown(None)));
    }

    #[test]
    fn distances() {
        for (one, other, expected) in
            [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("abc", "abc", 0), ("", "ab", 2)]
        {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn the_list_names_its_source() {
        assert!(source().starts_with("trove-classifiers 20"));
        assert!(KNOWN.len() > 800);
    }
}
