//! Checksum files, in the forms that tools write them.
//!
//! - coreutils and Perl's shasum: `DIGEST␠␠NAME`, `DIGEST␠*NAME`
//! - BSD, `--tag` and OpenSSL: `SHA256 (NAME) = DIGEST`
//! - a digest alone
//! - `PowerShell`'s `Get-FileHash`, as a table or a list; `certutil -hashfile`
//!
//! In upper or lower case, UTF-8 or UTF-16 with a byte order mark, with any
//! line ends, empty lines and comments, and with a path before the name.

use super::algorithm::ChecksumAlgorithm;

/// The most bytes of a checksum file: some ten thousand lines.
pub(crate) const MAX_BYTES: u64 = 1 << 20;

/// What a checksum file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksums {
    lines: Vec<ChecksumLine>,
    /// Whether `sha256sum -c` and its like read every line.
    is_checkable: bool,
}

/// One digest of a checksum file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChecksumLine {
    /// The algorithm, if the line names it.
    pub algorithm: Option<ChecksumAlgorithm>,
    /// In lower-case hexadecimal.
    pub digest: String,
    /// The file as the line names it, perhaps with a path before it; none if
    /// the digest stands alone.
    pub path: Option<String>,
}

impl ChecksumLine {
    /// The file's name without the path before it.
    #[must_use]
    pub(crate) fn name(&self) -> Option<&str> {
        self.path.as_deref().and_then(|path| path.rsplit(['/', '\\']).next()).filter(|name| !name.is_empty())
    }
}

/// Why a text is not a checksum file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumsError {
    /// It is longer than [`MAX_BYTES`].
    #[error("it has more than {MAX_BYTES} bytes")]
    TooLong,
    /// It is neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("it is not text")]
    NotText,
    /// No line holds a digest.
    #[error("it holds no digest")]
    NoDigest,
}

impl Checksums {
    /// Reads a checksum file. Lines without a digest are skipped.
    ///
    /// # Errors
    /// [`ChecksumsError`].
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, ChecksumsError> {
        if bytes.len() as u64 > MAX_BYTES {
            return Err(ChecksumsError::TooLong);
        }
        let text = decode(bytes).ok_or(ChecksumsError::NotText)?;
        let mut lines: Vec<ChecksumLine> = Vec::new();
        let mut is_checkable = text.as_bytes() == bytes;
        // The name that stands on a line before its digest.
        let mut pending = None;
        for line in text.split('\n') {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
                continue;
            }
            let read = tagged(trimmed).or_else(|| untagged(trimmed));
            is_checkable &= trimmed.len() == line.len() && read.as_ref().is_some_and(|read| read.1);
            match read {
                Some((mut read, _)) => {
                    read.path = read.path.or_else(|| pending.take());
                    lines.push(read);
                }
                None => match (value_of("Path", trimmed), certutil_name(trimmed)) {
                    (Some(path), _) => {
                        if let Some(last) = lines.last_mut().filter(|last| last.path.is_none()) {
                            last.path = Some(path.to_owned());
                        }
                    }
                    (None, Some(name)) => pending = Some(name.to_owned()),
                    (None, None) => {}
                },
            }
        }
        if lines.is_empty() { Err(ChecksumsError::NoDigest) } else { Ok(Self { lines, is_checkable }) }
    }

    /// Its digests, in their order.
    #[must_use]
    pub(crate) fn lines(&self) -> &[ChecksumLine] {
        &self.lines
    }

    /// Whether `sha256sum -c` or its like, beside a file of that name, checks
    /// that file and no other one.
    #[must_use]
    pub(crate) fn checks_only(&self, name: &str) -> bool {
        self.is_checkable && self.lines.iter().all(|line| line.path.as_deref() == Some(name))
    }
}

/// Text in UTF-8, or in UTF-16 with a byte order mark.
fn decode(bytes: &[u8]) -> Option<String> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, []) = rest.as_chunks::<2>() else { return None };
        String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>()).ok()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// `SHA256 (NAME) = DIGEST`, `SHA2-256(NAME)= DIGEST`; and whether coreutils
/// reads it.
fn tagged(line: &str) -> Option<(ChecksumLine, bool)> {
    let (tag, rest) = line.split_once('(')?;
    let (path, digest) = rest.rsplit_once(')')?;
    let algorithm = ChecksumAlgorithm::by_name(tag.trim())?;
    let digest = hex(digest.trim_start().strip_prefix('=')?.trim())?;
    let line = ChecksumLine { algorithm: Some(algorithm), digest, path: Some(path.to_owned()) };
    let is_checkable = tag.ends_with(' ') && algorithm.digits() == line.digest.len();
    Some((line, is_checkable))
}

/// A digest with or without a name behind it, or before it; and whether
/// coreutils reads it.
fn untagged(line: &str) -> Option<(ChecksumLine, bool)> {
    let line = value_of("Hash", line).unwrap_or(line);
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    // coreutils marks a line whose name holds an escaped character.
    let unescaped = first.strip_prefix('\\').unwrap_or(first);
    let named = unescaped
        .split_once(':')
        .and_then(|(name, digits)| Some((ChecksumAlgorithm::by_name(name)?, digits)));
    let (algorithm, digits) =
        named.map_or((None, unescaped), |(algorithm, digits)| (Some(algorithm), digits));
    if let Some(digest) = hex(digits) {
        let path = rest.strip_prefix([' ', '*']).unwrap_or(rest).trim_start();
        let is_marked =
            line.strip_prefix(first).is_some_and(|rest| rest.starts_with("  ") || rest.starts_with(" *"));
        let path = (!path.is_empty()).then(|| path.to_owned());
        let is_checkable = is_marked && path.is_some() && digits.len() == first.len();
        return Some((ChecksumLine { algorithm, digest, path }, is_checkable));
    }
    // `Get-FileHash` as a table, and `NAME: DIGEST`.
    let (algorithm, digest, path) = if let Some(algorithm) = ChecksumAlgorithm::by_name(first) {
        let (digest, path) = rest.trim_start().split_once(char::is_whitespace)?;
        (Some(algorithm), hex(digest)?, path.trim_start())
    } else {
        let (path, digest) = line.rsplit_once(char::is_whitespace)?;
        (None, hex(digest)?, path.trim_end().trim_end_matches(':'))
    };
    Some((ChecksumLine { algorithm, digest, path: Some(path.to_owned()) }, false))
}

/// The value of a `PowerShell` list's line, `KEY␠␠: VALUE`.
fn value_of<'a>(key: &str, line: &'a str) -> Option<&'a str> {
    let (found, value) = line.split_once(" : ")?;
    (found.trim_end() == key).then(|| value.trim())
}

/// The file of certutil's first line, `SHA256 hash of NAME:`.
fn certutil_name(line: &str) -> Option<&str> {
    line.split_once(" hash of ")?.1.strip_suffix(':')
}

/// A digest of any known length, in lower case.
fn hex(text: &str) -> Option<String> {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex && !ChecksumAlgorithm::of_digits(text.len()).is_empty()).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /// The one line of a checksum file: its name, and whether coreutils checks
    /// `tool.zip` by it.
    fn one(bytes: &[u8]) -> (Option<String>, bool) {
        let checksums = Checksums::read(bytes).unwrap_or_else(|error| panic!("{error}: {bytes:?}"));
        let [line] = checksums.lines() else { panic!("{checksums:?}") };
        assert_eq!(line.digest, HEX, "{bytes:?}");
        (line.name().map(str::to_owned), checksums.checks_only("tool.zip"))
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn forms() {
        let upper = HEX.to_uppercase();
        for (text, is_checkable) in [
            (format!("{HEX}  tool.zip\n"), true),
            (format!("{HEX}  tool.zip"), true),
            (format!("{HEX} *tool.zip\n\n"), true),
            (format!("{upper}  tool.zip\n"), true),
            (format!("SHA256 (tool.zip) = {HEX}\n"), true),
            (format!("SHA2-256(tool.zip)= {HEX}\n"), false),
            (format!("{HEX}  tool.zip\r\n"), false),
            (format!("{HEX} tool.zip\n"), false),
            (format!("{HEX}\ttool.zip\n"), false),
            (format!("{HEX}  ./dist/tool.zip\n"), false),
            (format!("{HEX}  C:\\out\\tool.zip\r\n"), false),
            (format!("\u{feff}{HEX}  tool.zip\n"), false),
            (format!("sha256:{HEX}  tool.zip\n"), false),
            (format!("tool.zip: {HEX}\n"), false),
            (format!("# made by a tool\n\n{HEX}  tool.zip\n"), true),
            (
                format!(
                    "\r\nAlgorithm  Hash  Path\r\n---------  ----  ----\r\nSHA256     {upper}  D:\\a\\tool.zip\r\n"
                ),
                false,
            ),
            (format!("Algorithm : SHA256\r\nHash      : {upper}\r\nPath      : D:\\a\\tool.zip\r\n"), false),
            (
                format!(
                    "SHA256 hash of tool.zip:\r\n{HEX}\r\nCertUtil: -hashfile command completed successfully.\r\n"
                ),
                false,
            ),
        ] {
            assert_eq!(one(text.as_bytes()), (Some("tool.zip".to_owned()), is_checkable), "{text:?}");
        }
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes = utf16(&format!("{upper}  tool.zip\r\n"), bytes);
            assert_eq!(one(&bytes), (Some("tool.zip".to_owned()), false));
        }
    }

    #[test]
    fn a_digest_alone() {
        for text in [HEX.to_owned(), format!("{}\r\n", HEX.to_uppercase()), format!("{HEX}\n")] {
            assert_eq!(one(text.as_bytes()), (None, false), "{text:?}");
        }
    }

    #[test]
    fn names_with_blanks_and_stars() {
        let name = |text: String| one(text.as_bytes()).0.unwrap();
        assert_eq!(name(format!("{HEX}  my tool (1).zip\n")), "my tool (1).zip");
        assert_eq!(name(format!("{HEX} *my tool.zip\n")), "my tool.zip");
        assert_eq!(name(format!("SHA256 (my (1).zip) = {HEX}\n")), "my (1).zip");
    }

    #[test]
    fn a_list() {
        let text = format!("{HEX}  a.zip\n{HEX}  b.zip\r\n{}  c.zip\n", "0".repeat(128));
        let checksums = Checksums::read(text.as_bytes()).unwrap();
        let names: Vec<_> = checksums.lines().iter().filter_map(ChecksumLine::name).collect();
        assert_eq!(names, ["a.zip", "b.zip", "c.zip"]);
        assert!(!checksums.checks_only("a.zip"));
    }

    #[test]
    fn what_is_no_checksum_file() {
        assert_eq!(Checksums::read(b""), Err(ChecksumsError::NoDigest));
        assert_eq!(Checksums::read(b"Not Found\n"), Err(ChecksumsError::NoDigest));
        assert_eq!(Checksums::read(b"\xff\xfe0"), Err(ChecksumsError::NotText));
        assert_eq!(Checksums::read(b"\x1f\x8b\x08\x00"), Err(ChecksumsError::NotText));
        assert_eq!(Checksums::read(&vec![b' '; (4 << 20) + 1]), Err(ChecksumsError::TooLong));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(0_u8.., 0..400), text in "[ -~\\n\\r():=]{0,200}") {
            let _ = Checksums::read(&bytes);
            let _ = Checksums::read(text.as_bytes());
        }
    }
}
