//! A wheel's RECORD file: every file of the wheel with its digest and size
//! (binary distribution format, "The .dist-info directory"; recording
//! installed projects, "The RECORD file").
//!
//! It is CSV, and its rows are those that Python's `csv.reader` sees in it,
//! which is what PyPI and every installer written in Python see. Some of them
//! hand the text over divided by `str.splitlines`, some by universal
//! newlines; where the two differ, within a quoted line end or at U+2028, the
//! file is refused. So a row is a line, and a line that is not to change can stay
//! as it is.

use std::borrow::Cow;
use std::fmt;
use std::io::Read as _;

use csv::ReaderBuilder;
use data_encoding::BASE64URL_NOPAD;

use crate::digest::{Sha256, Sha512};
use crate::distribution::text::{self, Line, NotUtf8, excerpt};
use crate::filename::is_forbidden_in_names;
use crate::sample::Sample;

/// The most bytes of a RECORD file that are read. A row of a real one has
/// about a hundred, and the largest have some sixty thousand rows.
pub(crate) const MAX_RECORD_BYTES: usize = 8 << 20;

/// The most characters of a field (`csv.field_size_limit()` of Python).
const MAX_FIELD: usize = 131_072;

/// The most rows: what [`MAX_RECORD_BYTES`] hold of real ones.
const MAX_ROWS: usize = 1 << 17;

/// A RECORD file that cannot be read, or a row of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// More than [`MAX_RECORD_BYTES`].
    #[error("RECORD has {0} bytes; the limit is {MAX_RECORD_BYTES}")]
    TooLong(usize),
    /// More than a wheel of [`MAX_RECORD_BYTES`] of RECORD has.
    #[error("RECORD has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// Not UTF-8.
    #[error("RECORD is not text: {0}")]
    Text(NotUtf8),
    /// A byte order mark, a line separator or another control character: no
    /// file in a wheel has one in its name, and readers differ in what they
    /// make of it.
    #[error("RECORD holds U+{character:04X}, a control or invisible character, in line {line}")]
    Control {
        /// Which line, from 1.
        line: usize,
        /// Which character.
        character: u32,
    },
    /// A line ends within a field in quotes.
    #[error("a quote in line {line} of RECORD is not closed")]
    OpenQuote {
        /// Which line, from 1.
        line: usize,
    },
    /// Another number of fields than path, digest and size; a comma in a path
    /// that is not quoted makes four.
    #[error("in line {line} of RECORD there are not 3 fields (path, digest, size) but {found}")]
    Fields {
        /// Which line, from 1.
        line: usize,
        /// How many fields.
        found: usize,
    },
    /// More than Python's `csv` reads, in which every installer reads it.
    #[error("a field in line {line} of RECORD has {found} characters; the limit is {MAX_FIELD}")]
    LongField {
        /// Which line, from 1.
        line: usize,
        /// How many characters.
        found: usize,
    },
    /// A row without a path.
    #[error("line {line} of RECORD has no path")]
    NoPath {
        /// Which line, from 1.
        line: usize,
    },
    /// A size that is no number of bytes.
    #[error("the size in line {line} of RECORD is {size:?}, not a number of bytes")]
    Size {
        /// Which line, from 1.
        line: usize,
        /// The beginning of what stands there.
        size: String,
    },
}

/// What a RECORD file says of its wheel's files.
///
/// It holds the file's text, and where the rows begin: a row is parsed again
/// whenever it is asked for, so that a large file takes little more memory than
/// its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    text: &'a str,
    /// Offsets of the lines that are rows.
    rows: Vec<u32>,
    blank_line: Option<usize>,
    odd_rows: Sample<RecordError>,
}

impl<'a> Record<'a> {
    /// Reads the file.
    ///
    /// # Errors
    /// It is too long, not text, or holds a longer field than Python's `csv`
    /// reads. What a row says is not judged: the same path may stand in two, a
    /// digest be [malformed](RecordDigest::Malformed). A line that is no row of
    /// three fields is [odd](Self::odd_rows), and passed over.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, RecordError> {
        if bytes.len() > MAX_RECORD_BYTES {
            return Err(RecordError::TooLong(bytes.len()));
        }
        let text = text::read(bytes).map_err(RecordError::Text)?;
        // A row has two at least, and a comma of its own is rare in a path.
        if text.bytes().filter(|byte| *byte == b',').count() > 2 * MAX_ROWS {
            return Err(RecordError::TooManyRows);
        }
        let mut rows = Vec::new();
        let mut blank_line = None;
        let mut odd_rows = Sample::default();
        let mut offset = 0;
        for (line, Line { text: content, end }) in (1..).zip(text::lines(text)) {
            let start = offset;
            offset += content.len() + end.len();
            if content.is_empty() {
                blank_line = blank_line.or(Some(line));
                continue;
            }
            let control = forbidden_character(content);
            let control = control.map(|character| RecordError::Control { line, character: character.into() });
            match control.map_or_else(|| RecordRow::read(line, content), Err) {
                // At most `MAX_RECORD_BYTES`.
                Ok(_) => rows.push(u32::try_from(start).unwrap_or(u32::MAX)),
                Err(error @ RecordError::LongField { .. }) => return Err(error),
                Err(odd) => odd_rows.push(odd),
            }
        }
        Ok(Self { text, rows, blank_line, odd_rows })
    }

    /// The rows, in their order.
    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = RecordRow<'a>> {
        self.rows.iter().map(|start| self.row_at(*start))
    }

    /// The row of that number, from 0; `None` if there are fewer.
    #[must_use]
    pub(crate) fn row(&self, number: usize) -> Option<RecordRow<'a>> {
        self.rows.get(number).map(|start| self.row_at(*start))
    }

    #[expect(clippy::expect_used, reason = "every row was read once, when the file was")]
    fn row_at(&self, start: u32) -> RecordRow<'a> {
        let rest = usize::try_from(start).ok().and_then(|start| self.text.get(start..));
        let line = rest.and_then(|rest| text::lines(rest).next()).expect("a row begins there");
        RecordRow::read(0, line.text).expect("a line that was a row is one")
    }

    /// The first blank line, from 1. It is passed over here, but pip,
    /// `installer` and `wheel` stop at a row that has no fields, and PyPI's
    /// check of the upload does.
    #[must_use]
    pub(crate) const fn blank_line(&self) -> Option<usize> {
        self.blank_line
    }

    /// The lines that are no rows: pip and others pass over them, or read
    /// another path in them, and PyPI sends a mail about them.
    #[must_use]
    pub(crate) const fn odd_rows(&self) -> &Sample<RecordError> {
        &self.odd_rows
    }

    /// The file for a wheel of which some files have another path, and others
    /// other bytes.
    ///
    /// `rename` gives a path's new one, or nothing if it stays; `replaced`
    /// lists, by their new paths, the files that have another digest and size,
    /// and RECORD itself, of which there are none.
    /// A row that says the same as before stays byte for byte, and so do the
    /// order of the rows, the blank lines and every line end: if nothing is to
    /// change, the file is equal. No row is added, none removed.
    #[must_use]
    pub(crate) fn rewritten(
        &self,
        rename: impl Fn(&str) -> Option<String>,
        replaced: &[(String, Option<(Sha256, u64)>)],
    ) -> Vec<u8> {
        let mut rewritten = String::with_capacity(self.text.len());
        for line in text::lines(self.text) {
            let changed =
                if line.text.is_empty() { None } else { changed(&fields(line.text), &rename, replaced) };
            rewritten.push_str(changed.as_deref().unwrap_or(line.text));
            rewritten.push_str(line.end);
        }
        rewritten.into_bytes()
    }
}

/// The first character of a line that stands in no name.
fn forbidden_character(line: &str) -> Option<char> {
    // Nearly every line is plain ASCII, and there may be sixty thousand.
    if line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    line.chars().find(|&character| is_forbidden_in_names(character))
}

/// A path of RECORD as the archive would spell it. Some builders write it with
/// `\`, or with `./` or `/` in front, which no file of a wheel has in its name.
#[must_use]
pub(crate) fn archive_path(path: &str) -> Cow<'_, str> {
    fn trimmed(path: &str) -> &str {
        path.trim_start_matches("./").trim_start_matches('/')
    }
    if path.contains('\\') {
        trimmed(&path.replace('\\', "/")).to_owned().into()
    } else {
        trimmed(path).into()
    }
}

/// A row: one file of the wheel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordRow<'a> {
    path: Cow<'a, str>,
    digest: Option<RecordDigest>,
    size: Option<u64>,
}

impl<'a> RecordRow<'a> {
    /// The path as written, never empty.
    ///
    /// A `\` stays one: PyPI and `installer` read it as `/`, pip and `wheel`
    /// as a character of the name. Whatever judges the row must know that the
    /// two differ.
    #[must_use]
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The digest, if there is one: RECORD's own row has none, and every other
    /// one must have.
    #[must_use]
    pub(crate) const fn digest(&self) -> Option<&RecordDigest> {
        self.digest.as_ref()
    }

    /// The size in bytes, if there is one.
    #[must_use]
    pub(crate) const fn size(&self) -> Option<u64> {
        self.size
    }

    /// What the content of that line says.
    fn read(line: usize, content: &'a str) -> Result<Self, RecordError> {
        let row = fields(content);
        if row.iter().any(|field| field.contains(['\r', '\n'])) {
            return Err(RecordError::OpenQuote { line });
        }
        let [path, digest, size] = <[Cow<'_, str>; 3]>::try_from(row)
            .map_err(|row| RecordError::Fields { line, found: row.len() })?;
        let all = [&path, &digest, &size];
        // A character has a byte at least.
        let long = all.into_iter().filter(|field| field.len() > MAX_FIELD).map(|field| field.chars().count());
        let long = long.into_iter().find(|found| *found > MAX_FIELD);
        if let Some(found) = long {
            return Err(RecordError::LongField { line, found });
        }
        if path.is_empty() {
            return Err(RecordError::NoPath { line });
        }
        let size = match &*size {
            "" => None,
            size => Some(number(size).ok_or_else(|| RecordError::Size { line, size: excerpt(size) })?),
        };
        Ok(Self { path, digest: RecordDigest::read(&digest), size })
    }
}

/// A digest as a row gives it: `{algorithm}=` and the digest in urlsafe base64
/// without padding ("Signed wheel files").
///
/// With padding it is [malformed](Self::Malformed): `installer` compares the
/// text and finds it wrong, `wheel` splits it at every `=` and stops. So is
/// one whose last character has bits that no digest has. The algorithm is
/// written as Python's `hashlib` lists it, in lower case, which is how
/// `installer` looks it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RecordDigest {
    /// SHA-256.
    Sha256(Sha256),
    /// SHA-384.
    Sha384([u8; 48]),
    /// SHA-512.
    Sha512(Sha512),
    /// Of an algorithm weaker than SHA-256, which the specification forbids:
    /// its name.
    Weak(String),
    /// Of an algorithm that is not known here: the beginning of its name.
    Unknown(String),
    /// No digest: the beginning of what stands there.
    Malformed(String),
}

impl RecordDigest {
    /// What the second field of a row says; nothing if it is empty.
    fn read(field: &str) -> Option<Self> {
        if field.is_empty() {
            return None;
        }
        let digest = match field.split_once('=') {
            None | Some(("", _)) => None,
            Some(("sha256", value)) => bytes(value).map(|bytes: [u8; 32]| Self::Sha256(bytes.into())),
            Some(("sha384", value)) => bytes(value).map(Self::Sha384),
            Some(("sha512", value)) => bytes(value).map(|bytes: [u8; 64]| Self::Sha512(bytes.into())),
            Some((algorithm @ ("md5" | "sha1" | "sha224"), _)) => Some(Self::Weak(algorithm.to_owned())),
            Some((algorithm, _)) => Some(Self::Unknown(excerpt(algorithm))),
        };
        Some(digest.unwrap_or_else(|| Self::Malformed(excerpt(field))))
    }
}

impl RecordDigest {
    /// Whether it proves what the bytes are.
    #[must_use]
    pub(crate) const fn is_proof(&self) -> bool {
        matches!(self, Self::Sha256(_) | Self::Sha384(_) | Self::Sha512(_))
    }
}

impl fmt::Display for RecordDigest {
    /// As RECORD writes it; of what proves nothing, what was kept of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base64 = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match self {
            Self::Sha256(digest) => write!(f, "sha256={}", base64(digest.as_bytes())),
            Self::Sha384(digest) => write!(f, "sha384={}", base64(digest)),
            Self::Sha512(digest) => write!(f, "sha512={}", base64(digest.as_bytes())),
            Self::Weak(algorithm) | Self::Unknown(algorithm) => f.write_str(algorithm),
            Self::Malformed(text) => f.write_str(text),
        }
    }
}

/// The number that decimal digits, and nothing else, spell.
fn number(digits: &str) -> Option<u64> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// The bytes that a digest's text spells, if they are so many.
fn bytes<const N: usize>(value: &str) -> Option<[u8; N]> {
    BASE64URL_NOPAD.decode(value.as_bytes()).ok()?.try_into().ok()
}

/// The fields of a line that is not blank, as `csv.reader` sees them.
///
/// The line end that is added shows a quoted field that the line leaves open:
/// it becomes a part of it.
fn fields(line: &str) -> Vec<Cow<'_, str>> {
    if !line.contains('"') {
        return line.split(',').map(Cow::Borrowed).collect();
    }
    // Nothing fails here, for memory can be read and the text is UTF-8.
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes().chain(&b"\n"[..]));
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(|field| Cow::Owned(field.to_owned())).collect()
}

/// A row as it is to be, if that is not as it is.
fn changed(
    row: &[Cow<'_, str>],
    rename: impl Fn(&str) -> Option<String>,
    replaced: &[(String, Option<(Sha256, u64)>)],
) -> Option<String> {
    let [path, digest, size] = row else { return None };
    let path = rename(path).unwrap_or_else(|| path.clone().into_owned());
    let (digest, size) = match replaced.iter().find(|(replaced, ..)| *replaced == path) {
        Some((_, Some((sha256, size)))) => {
            (format!("sha256={}", BASE64URL_NOPAD.encode(sha256.as_bytes())), size.to_string())
        }
        Some((_, None)) => (String::new(), String::new()),
        None => (digest.clone().into_owned(), size.clone().into_owned()),
    };
    let fields = [path, digest, size];
    (!row.iter().eq(&fields)).then(|| fields.map(quoted).join(","))
}

/// A field as CSV, in quotes only where it must be (RFC 4180, section 2).
fn quoted(field: String) -> String {
    if field.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Record<'_> {
        Record::read(text.as_bytes()).unwrap()
    }

    fn refused(text: &str) -> String {
        match Record::read(text.as_bytes()) {
            Ok(record) => record.odd_rows().single().unwrap().to_string(),
            Err(error) => error.to_string(),
        }
    }

    fn kept(record: &Record<'_>) -> String {
        String::from_utf8(record.rewritten(|_| None, &[])).unwrap()
    }

    /// The SHA-256 of nothing.
    const EMPTY: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    #[test]
    fn rows() {
        let text = format!(
            "a/__init__.py,sha256={EMPTY},0\r\n\"a/b,\"\"c\"\".py\",,7\n\na\\d\"e.py,md5=x,\r\na-1.dist-info/RECORD,,"
        );
        let record = read(&text);
        let rows: Vec<_> =
            record.rows().map(|row| (row.path().to_owned(), row.digest().cloned(), row.size())).collect();
        assert_eq!(
            rows,
            [
                ("a/__init__.py".to_owned(), Some(RecordDigest::Sha256(Sha256::of(b""))), Some(0)),
                ("a/b,\"c\".py".to_owned(), None, Some(7)),
                ("a\\d\"e.py".to_owned(), Some(RecordDigest::Weak("md5".into())), None),
                ("a-1.dist-info/RECORD".to_owned(), None, None),
            ]
        );
        assert_eq!(record.blank_line(), Some(3));
        assert_eq!(kept(&record), text);
        assert_eq!((read("").rows().len(), read("").blank_line()), (0, None));
    }

    #[test]
    fn digests() {
        let digest = |field: &str| read(&format!("a,{field},\n")).row(0).unwrap().digest().cloned().unwrap();
        assert_eq!(digest(&format!("sha384={}", "A".repeat(64))), RecordDigest::Sha384([0; 48]));
        let sha512 = format!("sha512={}", "A".repeat(86));
        assert!(matches!(digest(&sha512), RecordDigest::Sha512(sha512) if *sha512.as_bytes() == [0; 64]));
        for algorithm in ["md5", "sha1", "sha224"] {
            assert_eq!(digest(&format!("{algorithm}=x")), RecordDigest::Weak(algorithm.into()));
        }
        for algorithm in ["blake2b", "SHA256", "sha3_256"] {
            assert_eq!(digest(&format!("{algorithm}={EMPTY}")), RecordDigest::Unknown(algorithm.into()));
        }
        for malformed in [
            EMPTY,
            "sha256",
            "sha256=",
            "=x",
            &format!("sha256={EMPTY}="),
            &format!("sha256= {EMPTY}"),
            &format!("sha512={EMPTY}"),
            // Standard base64, hexadecimal, and bits that are left over.
            "sha256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV",
        ] {
            let shown = malformed.chars().take(100).collect();
            assert_eq!(digest(malformed), RecordDigest::Malformed(shown), "{malformed}");
        }
    }

    #[test]
    fn messages() {
        insta::assert_snapshot!(refused("a,,\nb,,,\n"), @"in line 2 of RECORD there are not 3 fields (path, digest, size) but 4");
        insta::assert_snapshot!(refused("a,b.py,,\n"), @"in line 1 of RECORD there are not 3 fields (path, digest, size) but 4");
        insta::assert_snapshot!(refused("\n\na\n"), @"in line 3 of RECORD there are not 3 fields (path, digest, size) but 1");
        insta::assert_snapshot!(refused("a,,\r\n,,\r\n"), @"line 2 of RECORD has no path");
        insta::assert_snapshot!(refused("a,,\n\"b,,\nc,,\n"), @"a quote in line 2 of RECORD is not closed");
        insta::assert_snapshot!(refused("a,,\"1"), @"a quote in line 1 of RECORD is not closed");
        insta::assert_snapshot!(refused("\"a\nb\",,\n"), @"a quote in line 1 of RECORD is not closed");
        insta::assert_snapshot!(refused("\u{feff}a,,\n"), @"RECORD holds U+FEFF, a control or invisible character, in line 1");
        insta::assert_snapshot!(refused("a,,\nb\u{2028},,"), @"RECORD holds U+2028, a control or invisible character, in line 2");
        insta::assert_snapshot!(refused("a\0,,"), @"RECORD holds U+0000, a control or invisible character, in line 1");
        insta::assert_snapshot!(refused("a,,0x1f"), @r#"the size in line 1 of RECORD is "0x1f", not a number of bytes"#);
        insta::assert_snapshot!(Record::read(b"a,\xff,").unwrap_err(), @"RECORD is not text: byte 2 is not UTF-8");
        for size in ["-1", "+1", " 1", "1_0", "1.0", "18446744073709551616", "\u{661}"] {
            assert!(
                matches!(read(&format!("a,,{size}")).odd_rows().first(), [RecordError::Size { .. }]),
                "{size}"
            );
        }
    }

    #[test]
    fn no_more_than_fits() {
        let long = vec![b'\n'; MAX_RECORD_BYTES + 1];
        assert_eq!(Record::read(&long), Err(RecordError::TooLong(MAX_RECORD_BYTES + 1)));
        for many in ["a,,\n".repeat(MAX_ROWS + 1), ",".repeat(MAX_RECORD_BYTES)] {
            assert_eq!(Record::read(many.as_bytes()), Err(RecordError::TooManyRows));
        }
    }

    #[test]
    fn renamed_and_replaced() {
        let record = read(
            "A-1.dist-info/WHEEL,\"sha256=x\",1\r\n\"A-1.dist-info/a,b\",sha1=y,\r\n\"b\",\"\",\"\"\r\n\r\nA-1.dist-info/RECORD,,",
        );
        let rename = |path: &str| path.strip_prefix("A-1").map(|rest| format!("a-1{rest}"));
        let replaced = [("a-1.dist-info/WHEEL".to_owned(), Some((Sha256::of(b""), 0)))];
        assert_eq!(
            String::from_utf8(record.rewritten(rename, &replaced)).unwrap(),
            format!(
                "a-1.dist-info/WHEEL,sha256={EMPTY},0\r\n\"a-1.dist-info/a,b\",sha1=y,\r\n\"b\",\"\",\"\"\r\n\r\na-1.dist-info/RECORD,,"
            )
        );
    }

    prop_compose! {
        /// A field, and a way to write it.
        fn field(of: &'static str)(field in of, quotes in any::<bool>()) -> (String, String) {
            let written = if quotes { format!("\"{}\"", field.replace('"', "\"\"")) } else { quoted(field.clone()) };
            (field, written)
        }
    }

    prop_compose! {
        /// Paths and sizes, and a file that lists them.
        fn record()(
            rows in prop::collection::vec((field("[a-c,\"é\\\\/ ]{1,4}"), field("(md5=x,\")?"), field("[0-9]{0,3}")), 0..6),
            ends in prop::collection::vec("\n|\r\n|\r|\n\n", 6),
            last in any::<bool>(),
        ) -> (Vec<(String, Option<u64>)>, String) {
            let mut text = String::new();
            for (end, ((_, path), (_, digest), (_, size))) in ends.iter().zip(&rows) {
                text.extend([path, ",", digest, ",", size, end]);
            }
            if last {
                text.truncate(text.trim_end().len());
            }
            (rows.into_iter().map(|((path, _), _, (size, _))| (path, size.parse().ok())).collect(), text)
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read((rows, text) in record()) {
            let record = read(&text);
            let found: Vec<_> = record.rows().map(|row| (row.path().to_owned(), row.size())).collect();
            prop_assert_eq!(found, rows);
            prop_assert_eq!(kept(&record), text);
        }

        #[test]
        fn only_what_was_asked_for_is_changed((rows, text) in record(), new in "[a-c,\"é]{1,4}", size in any::<u64>()) {
            let before = read(&text);
            let Some((old, _)) = rows.first() else { return Ok(()) };
            let rename = |path: &str| (path == old).then(|| new.clone());
            let replaced = [(new.clone(), Some((Sha256::of(b""), size)))];
            let after = before.rewritten(rename, &replaced);
            let expected: Vec<_> = before.rows().map(|mut row| {
                if row.path == *old || row.path == new {
                    row = RecordRow {
                        path: Cow::Owned(new.clone()),
                        digest: Some(RecordDigest::Sha256(Sha256::of(b""))),
                        size: Some(size),
                    };
                }
                row
            }).collect();
            let record = Record::read(&after).unwrap();
            prop_assert_eq!(record.rows().collect::<Vec<_>>(), expected);
            prop_assert_eq!(record.rewritten(rename, &replaced), after);
        }

        #[test]
        fn any_text_is_answered(text in "[a,\"\r\n0\u{2028}]{0,40}") {
            if let Ok(record) = Record::read(text.as_bytes()) {
                prop_assert_eq!(kept(&record), text);
            }
        }
    }
}
