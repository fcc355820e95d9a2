//! The file name in a `Content-Disposition` header (RFC 6266), untrusted until
//! it is parsed as a [`FileName`](crate::filename::FileName).
//!
//! Only as much of the grammar as names a file: the parameters `filename*`
//! (RFC 8187, UTF-8 only) and `filename`, of which the former wins. No crate
//! that parses this header is maintained.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The file name that the header proposes, decoded and otherwise unchanged.
/// None if it has none or cannot be parsed.
pub(crate) fn file_name(header: &[u8]) -> Option<String> {
    // Some stores send UTF-8 in `filename` although it is not allowed.
    let header = std::str::from_utf8(header).ok()?;
    let mut plain = None;
    let mut rest = header.split_once(';')?.1;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() {
            return plain;
        }
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start_matches([' ', '\t']))?;
        rest = after;
        match name.trim().to_ascii_lowercase().as_str() {
            "filename*" => return extended(&value),
            "filename" if plain.is_none() => plain = Some(value),
            _ => {}
        }
    }
}

/// A token or quoted string, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, rest) = text.split_once(';').unwrap_or((text, ""));
        return Some((token.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

/// `UTF-8'language'percent-encoded` (RFC 8187, section 3.2.1).
fn extended(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    percent_decode_str(encoded).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (header, name) in [
            (r#"attachment; filename="a-1.0.whl""#, Some("a-1.0.whl")),
            ("attachment; filename=a-1.0.whl", Some("a-1.0.whl")),
            (r#"attachment; filename="x"; filename*=UTF-8''gr%C3%B6%C3%9Fe.tgz"#, Some("größe.tgz")),
            (r#"attachment; filename*=utf-8'de'a%20b; filename="x""#, Some("a b")),
            (r#"attachment; FileName = "a\"b;c""#, Some("a\"b;c")),
            // What it says is for FileName to refuse.
            (r#"attachment; filename="../../etc/passwd""#, Some("../../etc/passwd")),
            ("attachment; filename*=UTF-8''..%2Fx%0A", Some("../x\n")),
            ("attachment", None),
            ("inline;", None),
            (r#"attachment; filename="never ends"#, None),
            ("attachment; filename*=ISO-8859-1''x", None),
            ("attachment; filename*=UTF-8''%FF", None),
            ("attachment; filename*=x", None),
            ("attachment; nothing", None),
        ] {
            assert_eq!(file_name(header.as_bytes()).as_deref(), name, "{header}");
        }
        assert_eq!(file_name(b"attachment; filename=\xff"), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(header: Vec<u8>) {
            file_name(&header);
        }
    }
}
