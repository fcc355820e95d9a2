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

/// One text for all of `texts`, in the order given. Equal texts count once.
#[must_use]
pub(crate) fn fold<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut distinct: Vec<&'a str> = Vec::new();
    let mut seen = BTreeSet::new();
    for text in texts {
        if seen.insert(text) {
            distinct.push(text);
        }
    }
    match distinct.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        several => braces(several).unwrap_or_else(|| listed(several)),
    }
}

/// The first few, and how many more there are.
fn listed(texts: &[&str]) -> String {
    let shown: Vec<&str> = texts.iter().take(MAX_LISTED).copied().collect();
    match texts.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The texts as one with braces; none where they share less than half of their
/// words.
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
    Some(folded)
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
            (&["a", "b", "c", "d"], "a, b, c and 1 more"),
        ] {
            assert_eq!(fold(texts.iter().copied()), folded);
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let texts: Vec<String> = (0..9).map(|n| format!("tool-1.0-{n}.zip")).collect();
        assert_eq!(fold(texts.iter().map(String::as_str)), "tool-1.0-{0,1,2,3,4,5,…}.zip");
    }
}
