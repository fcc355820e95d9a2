//! The headers of metadata files: PKG-INFO, METADATA and WHEEL.
//!
//! "Key: value" lines in the manner of e-mail (core metadata specification;
//! binary distribution format, "File contents"), read as Python's `email`
//! reads them, which is what every installer and PyPI use: so that no header
//! is one here and another one there.

use std::borrow::Cow;
use std::ops::Range;

use super::text::{self, Line, NotUtf8};

/// The most headers of a file. Real ones have some thousand, one for each
/// requirement and each extra.
pub(crate) const MAX_HEADERS: usize = 1 << 16;

/// Headers that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadersError {
    /// Not UTF-8.
    #[error("it is not text: {0}")]
    Text(NotUtf8),
    /// More than [`MAX_HEADERS`].
    #[error("it has more than {MAX_HEADERS} headers")]
    TooMany,
}

/// One header: slices of the file that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header<'a> {
    /// That of the whole file.
    text: &'a str,
    name: &'a str,
    /// Where it stands in the file, folded lines and line ends included. The
    /// first header begins at 0, and every other one where the one before
    /// ends.
    pub(super) span: Range<usize>,
}

impl<'a> Header<'a> {
    /// Whether it is the header of this name, without regard to case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Its name, in the letters of the file; empty for an envelope's.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// The value as Python's `email` gives it: folded lines joined by LF, without
    /// the blanks before it and the line ends behind it. Blanks behind it stay.
    pub(super) fn exact(&self) -> Cow<'a, str> {
        let whole = self.text.get(self.span.clone()).unwrap_or_default();
        let value = whole.split_once(':').filter(|_| !self.name.is_empty() || whole.starts_with(':'));
        let value = value.map_or("", |(_, value)| value).trim_start_matches([' ', '\t']);
        with_lf(value.trim_end_matches(['\r', '\n']))
    }

    /// The value, folded lines joined by LF, without blanks at either end.
    pub(super) fn value(&self) -> Cow<'a, str> {
        let whole = self.text.get(self.span.clone()).unwrap_or_default();
        let value = whole.split_once(':').filter(|_| !self.name.is_empty() || whole.starts_with(':'));
        let value = value.map_or("", |(_, value)| value).trim_matches([' ', '\t', '\r', '\n']);
        with_lf(value)
    }
}

fn with_lf(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The headers of a metadata file, in their order.
///
/// A line that begins with a blank continues the one before; lines end with
/// LF, CRLF or a lone CR. The headers end at an empty line, or at one that is
/// no header. One without a name is an envelope's.
///
/// # Errors
/// The file is not text, or has more than [`MAX_HEADERS`].
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Header<'_>>, HeadersError> {
    let text = text::read(bytes).map_err(HeadersError::Text)?;
    let mut headers: Vec<Header<'_>> = Vec::new();
    let mut end_of_line = 0;
    for Line { text: line, end } in text::lines(text) {
        let span = end_of_line..end_of_line + line.len() + end.len();
        end_of_line = span.end;
        if line.starts_with([' ', '\t']) {
            let Some(last) = headers.last_mut() else { break };
            last.span.end = span.end;
            continue;
        }
        // The envelope of a mail, wherever it stands, is no header and no end
        // of them: Python passes over it, and over what continues it.
        let name = if line.starts_with("From ") {
            ""
        } else {
            let Some((name, _)) = line.split_once(':') else { break };
            if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                break;
            }
            name
        };
        if headers.len() == MAX_HEADERS {
            return Err(HeadersError::TooMany);
        }
        headers.push(Header { text, name, span });
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
        read(bytes)
            .unwrap()
            .into_iter()
            .map(|header| (header.name.to_owned(), header.value().into_owned()))
            .collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn lines_however_they_end() {
        let expected = [pair("Name", "a"), pair("Version", "1")];
        for text in ["Name: a\nVersion: 1\n\nX: y", "Name: a\r\nVersion:1\r\n\r\nX: y", "Name: a\rVersion: 1"]
        {
            assert_eq!(pairs(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn folded_lines() {
        assert_eq!(
            pairs(b"Summary: a\n b\r\n\tc\nName: d"),
            [pair("Summary", "a\n b\n\tc"), pair("Name", "d")]
        );
    }

    #[test]
    fn headers_end_at_what_is_none() {
        for text in ["Name: a\nno header\nVersion: 1", "Name: a\nné: x\nVersion: 1", "Name: a\n\nVersion: 1"]
        {
            assert_eq!(pairs(text.as_bytes()), [pair("Name", "a")], "{text:?}");
        }
        assert_eq!(pairs(b" Name: a"), []);
        assert_eq!(pairs("\u{feff}Name: a".as_bytes()), []);
    }

    #[test]
    fn no_more_than_fits() {
        assert_eq!(read("A:\n".repeat(MAX_HEADERS).as_bytes()).map(|headers| headers.len()), Ok(MAX_HEADERS));
        assert_eq!(read("A:\n".repeat(MAX_HEADERS + 1).as_bytes()), Err(HeadersError::TooMany));
    }

    #[test]
    fn where_they_stand() {
        let text = "Name: a\r\nSummary: b\n c\r\n\td\rVersion: 1\n\nText";
        let spans: Vec<_> = read(text.as_bytes()).unwrap().into_iter().map(|header| header.span).collect();
        let lines: Vec<_> = spans.into_iter().map(|span| text.get(span).unwrap()).collect();
        assert_eq!(lines, ["Name: a\r\n", "Summary: b\n c\r\n\td\r", "Version: 1\n"]);
    }
}
