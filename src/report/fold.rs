//! Many names that differ in few places, written as one.
//!
//! `a-1.0-cp310-cp310-x.whl` and `a-1.0-cp311-cp311-x.whl` become
//! `a-1.0-{cp310,cp311}-…-x.whl`: what all names share stands once, what
//! differs stands in braces, and what differs in step with an earlier place is
//! elided.
//!
//! 1. Each text is split into words and the characters between them.
//! 2. Texts of equally many words are compared word by word, and from the end
//!    where their numbers differ.
//! 3. If too little is shared, the texts are listed instead.

use std::collections::BTreeSet;

/// The most alternatives that a pair of braces holds.
const MAX_ALTERNATIVES: usize = 6;
/// The most texts of a list.
const MAX_LISTED: usize = 3;
/// The most clauses of a list.
const MAX_CLAUSES: usize = 2;

/// One text for all of `texts`, in the order given. Equal texts count once.
#[must_use]
pub(crate) fn fold<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let distinct: Vec<&'a str> = distinct(texts);
    match distinct.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        several => braces(several).unwrap_or_else(|| listed(several, MAX_LISTED, ", ")),
    }
}

/// One text for all of some clauses, which may hold commas; and whether it is one
/// clause.
#[must_use]
pub(crate) fn fold_clauses<'a>(texts: impl IntoIterator<Item = &'a str>) -> (String, bool) {
    let distinct: Vec<&'a str> = distinct(texts);
    match distinct.as_slice() {
        [] => (String::new(), true),
        [only] => ((*only).to_owned(), true),
        several => match braces(several) {
            Some(folded) => (folded, true),
            None => (listed(several, MAX_CLAUSES, "; "), false),
        },
    }
}

/// Each text once, in the order given.
fn distinct<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct: Vec<&'a str> = Vec::new();
    let mut seen = BTreeSet::new();
    for text in texts {
        if seen.insert(text) {
            distinct.push(text);
        }
    }
    distinct
}

/// The first few, and how many more there are.
fn listed(texts: &[&str], most: usize, separator: &str) -> String {
    let shown: Vec<&str> = texts.iter().take(most).copied().collect();
    match texts.len() - shown.len() {
        0 => shown.join(separator),
        more => format!("{} and {more} more", shown.join(separator)),
    }
}

/// The texts as one with braces; none where they share less than half of their
/// words, or where the braces would say other texts too.
fn braces(texts: &[&str]) -> Option<String> {
    let split: Vec<Vec<&str>> = texts.iter().map(|text| words(text)).collect();
    let (first, rest) = split.split_first()?;
    if rest.iter().any(|words| words.len() != first.len()) {
        return None;
    }
    let columns: Vec<Vec<&str>> = (0..first.len())
        .map(|column| split.iter().filter_map(|words| words.get(column).copied()).collect())
        .collect();
    let is_shared = |column: &Vec<&str>| column.iter().all(|word| Some(word) == column.first());
    let shared = columns.iter().filter(|column| is_shared(column)).count();
    if shared * 2 < columns.len() {
        return None;
    }
    let mut folded = String::new();
    let mut varied: Vec<&Vec<&str>> = Vec::new();
    for column in &columns {
        if is_shared(column) {
            folded.push_str(column.first().copied().unwrap_or_default());
        } else if varied.contains(&column) {
            folded.push('…');
        } else {
            folded.push_str(&alternatives(column));
            varied.push(column);
        }
    }
    is_readable(&varied, texts.len()).then_some(folded)
}

/// Whether columns in braces mean so many texts and no others: every combination
/// is there, or all columns vary in step, which is readable where a list would be
/// long.
fn is_readable(varied: &[&Vec<&str>], texts: usize) -> bool {
    let counts = varied.iter().map(|column| column.iter().collect::<BTreeSet<_>>().len());
    let combinations = counts.clone().fold(1_usize, usize::saturating_mul);
    varied.len() < 2
        || combinations == texts
        || (texts > MAX_LISTED && counts.into_iter().all(|n| n == texts))
}

/// `{a,b,c}`, each once, in the order in which they come.
fn alternatives(column: &[&str]) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for word in column {
        if !distinct.contains(word) {
            distinct.push(word);
        }
    }
    let more = distinct.len().saturating_sub(MAX_ALTERNATIVES);
    distinct.truncate(MAX_ALTERNATIVES);
    let more = if more > 0 { ",…" } else { "" };
    format!("{{{}{more}}}", distinct.join(","))
}

/// Words, and the characters between them, alternating as they come.
fn words(text: &str) -> Vec<&str> {
    let is_word = |character: char| character.is_alphanumeric();
    let mut words = Vec::new();
    let mut start = 0;
    let mut within = None;
    for (at, character) in text.char_indices() {
        let word = is_word(character);
        if within.is_some_and(|within| within != word) {
            words.extend(text.get(start..at));
            start = at;
        }
        within = Some(word);
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_few_places() {
        for (texts, folded) in [
            (&["a.whl"][..], "a.whl"),
            (&["a.whl", "a.whl"], "a.whl"),
            (
                &["a-1.0-cp310-cp310-win_amd64.whl", "a-1.0-cp311-cp311-win_amd64.whl"],
                "a-1.0-{cp310,cp311}-…-win_amd64.whl",
            ),
            (&["x: 1 of 2", "x: 2 of 2"], "x: {1,2} of 2"),
            (&["one.txt", "other"], "one.txt, other"),
            (&["a-1-x-y.zip", "b-2-x-y.zip"], "a-1-x-y.zip, b-2-x-y.zip"),
            (&["t-1-a", "t-1-b", "t-2-a", "t-2-b"], "t-{1,2}-{a,b}"),
            (&["a", "b", "c", "d"], "a, b, c and 1 more"),
        ] {
            assert_eq!(fold(texts.iter().copied()), folded);
        }
    }

    #[test]
    fn clauses_are_set_apart() {
        let clauses = ["it has 2, not 3", "it is empty", "there is none"];
        assert_eq!(fold_clauses(clauses), ("it has 2, not 3; it is empty and 1 more".to_owned(), false));
        assert_eq!(fold_clauses(["it has 1", "it has 2"]), ("it has {1,2}".to_owned(), true));
    }

    #[test]
    fn long_lists_are_cut() {
        let texts: Vec<String> = (0..9).map(|n| format!("tool-1.0-{n}.zip")).collect();
        assert_eq!(fold(texts.iter().map(String::as_str)), "tool-1.0-{0,1,2,3,4,5,…}.zip");
    }
}
