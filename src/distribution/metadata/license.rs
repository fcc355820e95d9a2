//! `License-Expression`: SPDX expressions as core metadata has them (PEP 639).

use spdx::identifiers::{EXCEPTIONS, LICENSES};
use spdx::{Expression, ParseMode};

/// As `packaging` reads expressions: deprecated identifiers are valid, and so
/// is a `+` behind any.
const MODE: ParseMode = ParseMode {
    allow_unknown: false,
    allow_deprecated: true,
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
};

/// What is wrong with an expression: a clause.
///
/// # Errors
/// If it is none.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<String> = spaced.split_whitespace().map(canonical).collect::<Result<_, _>>()?;
    if words.is_empty() {
        return Err("it is empty".to_owned());
    }
    Expression::parse_mode(&words.join(" "), MODE).map(|_| ()).map_err(|error| error.reason.to_string())
}

/// An identifier or operator in its own letters: their case does not count.
fn canonical(word: &str) -> Result<String, String> {
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "(" | ")" => return Ok(lower),
        "and" | "or" | "with" => return Ok(word.to_ascii_uppercase()),
        "none" | "noassertion" => return Err(format!("`{word}` is no licence")),
        _ => {}
    }
    if let Some(rest) = lower.strip_prefix("licenseref-") {
        // Letters, digits, `-` and `.`, and no `+` behind them.
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        return if !rest.is_empty() && rest.bytes().all(is_name) {
            Ok(format!("LicenseRef-{rest}"))
        } else {
            Err(format!("`{word}` is not a valid LicenseRef"))
        };
    }
    let (name, plus) = lower.strip_suffix('+').map_or((lower.as_str(), ""), |name| (name, "+"));
    let known =
        LICENSES.iter().map(|license| license.name).chain(EXCEPTIONS.iter().map(|exception| exception.name));
    known
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(&lower))
        .map(
            |known| {
                if known.eq_ignore_ascii_case(&lower) { known.to_owned() } else { format!("{known}{plus}") }
            },
        )
        .ok_or_else(|| format!("`{word}` is no SPDX identifier"))
}

/// Why a `License-File` is not a valid path, a clause; none if it is one
/// (PEP 639, as `packaging` checks it).
pub(crate) fn invalid_path(path: &str) -> Option<&'static str> {
    if path.contains("..") {
        Some("it holds `..`")
    } else if path.contains('*') {
        Some("it holds `*`: a path and no pattern stands here")
    } else if path.starts_with('/') || has_drive(path) {
        Some("it is absolute")
    } else if path.contains('\\') {
        Some("it holds `\\`")
    } else if path.split('/').any(|part| part.is_empty() || part == ".") {
        Some("a part of it is empty or `.`")
    } else {
        None
    }
}

fn has_drive(path: &str) -> bool {
    let mut characters = path.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && characters.next() == Some(':')
        && matches!(characters.next(), Some('/' | '\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each as `packaging` 26.2 reads it.
    #[test]
    fn expressions() {
        for text in [
            "MIT",
            "mit or apache-2.0",
            "MIT And Apache-2.0",
            "LicenseRef-Proprietary",
            "licenseref-foo",
            "LicenseRef-a.b-c",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "GPL-2.0-or-later with classpath-exception-2.0",
            "Apache-2.0+",
            "GPL-2.0",
            "GPL-3.0+",
            "LGPL-2.1-only+",
            "GPL-2.0+ WITH GCC-exception-3.1",
            "((MIT OR Apache-2.0) AND BSD-3-Clause)",
            "( MIT )",
            "MIT  OR   Apache-2.0",
            "eCos-2.0",
            "0BSD",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in [
            "",
            "Apache 2.0",
            "MIT/Apache-2.0",
            "MIT AND",
            "OR MIT",
            "Proprietary",
            "MIT OR (Apache-2.0",
            "MIT MIT",
            "MIT,Apache-2.0",
            "()",
            "MIT()",
            "NONE",
            "NOASSERTION",
            "DocumentRef-x:LicenseRef-y",
            "LicenseRef-a_b",
            "LicenseRef-x+",
            "Apache-2",
            "BSD",
            "GPLv3",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paths() {
        for path in ["LICENSE", "licenses/MIT.txt", "a b", "LICENSE.", "COPYING.d/x"] {
            assert_eq!(invalid_path(path), None, "{path}");
        }
        for path in ["../LICENSE", "LICENSE..txt", "/LICENSE", "licenses\\MIT.txt", "LICENSE*", "C:/LICENSE"]
        {
            assert!(invalid_path(path).is_some(), "{path}");
        }
    }
}
