//! The text of metadata files: that it is text, and its lines, each with the
//! end that it came with, so that what is rewritten keeps the ends of what is
//! not.

use std::{iter, str};

/// Metadata that is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("byte {0} is not UTF-8")]
pub struct NotUtf8(usize);

/// The text that bytes are.
pub(super) fn read(bytes: &[u8]) -> Result<&str, NotUtf8> {
    str::from_utf8(bytes).map_err(|error| NotUtf8(error.valid_up_to()))
}

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// What it says.
    pub(super) text: &'a str,
    /// LF, CRLF or a lone CR; nothing if the text stops within the line.
    pub(super) end: &'a str,
}

/// The lines of a text, as Python's universal newlines divide it.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = text;
    iter::from_fn(move || {
        let (line, tail) = rest.split_at_checked(line_end(rest))?;
        let end = if tail.starts_with("\r\n") { 2 } else { tail.len().min(1) };
        let (end, tail) = tail.split_at_checked(end)?;
        rest = tail;
        (!line.is_empty() || !end.is_empty()).then_some(Line { text: line, end })
    })
}

/// Where the first line of a text ends. By bytes, for both ends are ASCII and
/// texts are long.
fn line_end(text: &str) -> usize {
    text.bytes().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(text.len())
}

/// As much of a hostile text as an error shows.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ends() {
        let pairs = |text| lines(text).map(|line| (line.text, line.end)).collect::<Vec<_>>();
        assert_eq!(pairs("a\nb\r\nc\rd"), [("a", "\n"), ("b", "\r\n"), ("c", "\r"), ("d", "")]);
        assert_eq!(pairs("\n\r\n\r"), [("", "\n"), ("", "\r\n"), ("", "\r")]);
        assert_eq!(pairs("\r\r\n"), [("", "\r"), ("", "\r\n")]);
        assert_eq!(pairs(""), []);
    }

    #[test]
    fn not_text() {
        assert_eq!(read(b"ab\xff").unwrap_err().to_string(), "byte 2 is not UTF-8");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[ab\r\né]{0,20}") {
            let whole: String = lines(&text).flat_map(|line| [line.text, line.end]).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
