//! What a file is by its first bytes, for messages about files that are not
//! what their names say.

use super::tar::begins_like_tar;
use crate::distribution::executable::ExecutableFormat;

/// First bytes of archives and compressed files, and what these are.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip"),
    (b"PK\x05\x06", "a zip without files"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"BZh", "a bzip2 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
    (b"version https://git-lfs.", "a Git LFS pointer"),
    (b"%PDF-", "a PDF"),
];

/// What a file that begins with `head` is, as a noun with its article; none if
/// it is nothing well known. 512 bytes are enough.
#[must_use]
pub(crate) fn describe(head: &[u8]) -> Option<&'static str> {
    if head.is_empty() {
        return Some("an empty file");
    }
    if let Some((_, noun)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(noun);
    }
    if begins_like_tar(head) {
        return Some("a plain tar");
    }
    if ExecutableFormat::of(head).is_some() {
        return Some("a program");
    }
    describe_text(head)
}

fn describe_text(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |start: &[u8]| text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    if begins(b"<!doctype html") || begins(b"<html") {
        return Some("an HTML page");
    }
    if begins(b"<?xml") {
        return Some("an XML document");
    }
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..);
    if head.iter().all(is_text)
        && head.iter().any(u8::is_ascii_graphic)
        && str::from_utf8(head.get(..16).unwrap_or(head)).is_ok()
    {
        return Some(if begins(b"{") { "a JSON document" } else { "a text" });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_are() {
        for (head, noun) in [
            (&b""[..], Some("an empty file")),
            (b"\x1f\x8b\x08", Some("a gzip file")),
            (b"PK\x03\x04...", Some("a zip")),
            (b"\xef\xbb\xbf\n <!DOCTYPE HTML><p>", Some("an HTML page")),
            (b"<Html><body>502", Some("an HTML page")),
            (b"<?xml version='1.0'?><Error>", Some("an XML document")),
            (b"{\"message\": \"Not Found\"}", Some("a JSON document")),
            (b"404: Not Found, whatever", Some("a text")),
            (b"version https://git-lfs.github.com/spec/v1\n", Some("a Git LFS pointer")),
            (b"\x7fELF\x02\x01\x01\0", Some("a program")),
            (b"\x01\x02\x03\x04\0\0", None),
        ] {
            assert_eq!(describe(head), noun, "{}", head.escape_ascii());
        }
    }
}
