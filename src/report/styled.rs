//! Text for a terminal: lines of spans, each with a role.
//!
//! What a role looks like, and whether text is escaped for a terminal or for a
//! runner, is decided where the lines are printed.

use std::fmt::Display;

use textwrap::{Options, WordSplitter};

/// The most columns of a line.
pub(crate) const WIDTH: usize = 120;

/// What a span is, and so how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Plain,
    /// What stops the release.
    Error,
    /// What does not.
    Warning,
    /// A verdict that is good.
    Good,
    /// A name, or the beginning of a block.
    Strong,
    /// What may be passed over.
    Faint,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// What it is.
    pub role: Role,
    /// The text, which may be hostile.
    pub text: String,
    /// The address that it leads to, where a terminal knows links.
    pub link: Option<String>,
}

/// One line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its parts, from left to right.
    pub spans: Vec<Span>,
}

impl Line {
    /// With another span behind.
    #[must_use]
    pub(crate) fn then(mut self, role: Role, text: impl Into<String>) -> Self {
        self.spans.push(Span { role, text: text.into(), link: None });
        self
    }

    /// With another span behind that leads to an address.
    #[must_use]
    pub(crate) fn link(mut self, role: Role, text: impl Into<String>, address: Option<String>) -> Self {
        self.spans.push(Span { role, text: text.into(), link: address });
        self
    }
}

/// The text without roles, lines separated by line feeds.
impl Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.spans.iter().try_for_each(|span| f.write_str(&span.text))
    }
}

/// The fewest hexadecimal digits that are a digest.
const DIGEST_DIGITS: usize = 40;
/// The digits of a digest that people compare.
const SHOWN_DIGITS: usize = 12;

/// Text in which digests are cut to their first digits; the JSON has them
/// whole.
#[must_use]
pub fn short_digests(text: &str) -> String {
    let is_digit = |character: char| matches!(character, '0'..='9' | 'a'..='f');
    let mut short = String::with_capacity(text.len());
    let mut digits = 0;
    for character in text.chars().chain(['\0']) {
        if is_digit(character) {
            digits += 1;
        } else {
            if digits >= DIGEST_DIGITS {
                let rest = digits - SHOWN_DIGITS;
                short.truncate(short.len() - rest);
                short.push('…');
            }
            digits = 0;
        }
        short.push(character);
    }
    short.pop();
    short
}

/// Text in lines of at most [`WIDTH`] columns, the first behind `lead`, the
/// others indented as far. Line breaks in the text are kept; words are broken
/// only where they are longer than a line.
#[must_use]
pub(crate) fn wrapped(lead: Line, role: Role, text: &str) -> Vec<Line> {
    let indent = lead.to_string().chars().count();
    let options = Options::new(WIDTH.saturating_sub(indent)).word_splitter(WordSplitter::NoHyphenation);
    let mut leads = std::iter::once(lead);
    textwrap::wrap(text, options)
        .into_iter()
        .map(|part| {
            let lead = leads.next().unwrap_or_else(|| Line::default().then(Role::Plain, " ".repeat(indent)));
            lead.then(role, part)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_within_the_width() {
        let text = ["word"; 60].join(" ") + " " + &"x".repeat(300);
        let lines = wrapped(Line::default().then(Role::Faint, "    help  "), Role::Plain, &text);
        assert!(lines.len() > 3);
        assert!(lines.iter().all(|line| line.to_string().chars().count() <= WIDTH));
        assert!(lines.iter().skip(1).all(|line| line.to_string().starts_with("          ")));
    }

    #[test]
    fn digests_are_cut() {
        let digest = "0123456789abcdef".repeat(4);
        assert_eq!(short_digests(&format!("it is {digest}, not abc")), "it is 0123456789ab…, not abc");
        assert_eq!(short_digests("größe deadbeef"), "größe deadbeef");
    }

    #[test]
    fn an_empty_text_is_no_line_too_few() {
        assert_eq!(wrapped(Line::default().then(Role::Plain, "x "), Role::Plain, "").len(), 1);
    }
}
