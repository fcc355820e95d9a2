//! Escaping of text from outside.
//!
//! File names, answers of services and values of the environment may hold
//! anything: terminal escapes, bidirectional overrides, Markdown, HTML, and the
//! commands that a runner reads out of what a step prints. Each place where
//! text is shown has its function here; there is no other.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::filename::is_control;

/// For one line of a log: every control character is written out, as in
/// `\u{1b}`, line feeds too.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_control) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().fold(String::with_capacity(text.len() + 8), |mut shown, character| {
        if is_control(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
        shown
    });
    Cow::Owned(shown)
}

/// For one line of a log that a runner reads: as [`line()`], and neither
/// `::command` nor `##[command]` is left in it.
///
/// The runner takes `::` for a command at the beginning of a line, white space
/// aside, and `##[` anywhere (actions/runner, `ActionCommand.cs`).
#[must_use]
pub fn runner_line(text: &str) -> Cow<'_, str> {
    let shown = line(text);
    let starts = shown.trim_start().starts_with("::");
    if !starts && !shown.contains("##[") {
        return shown;
    }
    let mut shown = shown.replace("##[", "## [");
    if starts {
        shown = shown.replacen("::", ": :", 1);
    }
    Cow::Owned(shown)
}

/// For the message of a workflow command (actions/toolkit, `command.ts`).
#[must_use]
pub(crate) fn command_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// For a property of a workflow command (actions/toolkit, `command.ts`).
#[must_use]
pub(crate) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// For a place inside Markdown: every character but letters, digits, spaces
/// and a few marks without a meaning there becomes a character reference,
/// which no parser takes for structure (`CommonMark` 0.31, section 2.5).
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    for character in line(text).chars() {
        match character {
            ' ' | ',' | '-' | '/' | '=' | '+' | ';' => shown.push(character),
            // A dot means something behind a number that begins a line, and
            // behind `www` (GitHub Flavored Markdown, section 6.9).
            '.' if !(shown.is_empty()
                || shown.ends_with(['w', 'W'])
                || shown.chars().all(|c| c.is_ascii_digit())) =>
            {
                shown.push(character);
            }
            // GitHub looks for mentions in what a parser leaves: the name must not
            // follow at once.
            '@' => shown.push_str("&#64;<wbr>"),
            _ if character.is_ascii_alphanumeric() || !character.is_ascii() => shown.push(character),
            _ => {
                // A String takes everything.
                let _ = write!(shown, "&#{};", u32::from(character));
            }
        }
    }
    shown
}

/// As [`markdown`], set as code.
#[must_use]
pub(crate) fn markdown_code(text: &str) -> String {
    format!("<code>{}</code>", markdown(text))
}

/// The fewest characters of a word that may be broken.
const BREAKABLE: usize = 24;

/// As [`markdown`], for a sentence: what stands between two grave accents is
/// set as code, and long words may be broken behind their punctuation, so that
/// none is wider than the page.
#[must_use]
pub fn markdown_prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired = parts.len() % 2 == 1;
    let mut shown = String::with_capacity(text.len() * 2);
    for (index, part) in parts.iter().enumerate() {
        let is_code = is_paired && index % 2 == 1;
        if is_code {
            shown.push_str("<code>");
        } else if !is_paired && index > 0 {
            shown.push_str(&markdown("`"));
        }
        let words: Vec<String> = part.split(' ').map(breakable).collect();
        shown.push_str(&words.join(" "));
        if is_code {
            shown.push_str("</code>");
        }
    }
    shown
}

/// One word, with places where a browser may break it.
fn breakable(word: &str) -> String {
    if word.chars().count() < BREAKABLE {
        return markdown(word);
    }
    let is_break = |character: char| matches!(character, '-' | '_' | '.' | '/' | ',' | '=');
    word.split_inclusive(is_break).map(markdown).collect::<Vec<_>>().join("<wbr>")
}

/// JSON whose every character is ASCII, so that no reader's encoding matters.
#[must_use]
pub(crate) fn ascii_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            shown.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out() {
        assert_eq!(line("a\u{1b}[31mb\nc\u{202e}"), r"a\u{1b}[31mb\nc\u{202e}");
        assert!(matches!(line("größe"), Cow::Borrowed("größe")));
        for invisible in "\u{3164}\u{115f}\u{1160}\u{2800}\u{34f}\u{fe0f}\u{ffa0}\u{180e}\u{e01ef}".chars() {
            assert_eq!(line(&invisible.to_string()), invisible.escape_default().to_string());
        }
    }

    #[test]
    fn commands_are_broken() {
        for (text, shown) in [
            ("::error::x", ": :error::x"),
            ("  \t::error::x", "  \\t::error::x"),
            ("  ::error::x", "  : :error::x"),
            ("x ##[error]y", "x ## [error]y"),
            ("####[x]", "#### [x]"),
            ("a::b", "a::b"),
            (":::error::x", ": ::error::x"),
        ] {
            assert_eq!(runner_line(text), shown, "{text}");
        }
    }

    #[test]
    fn markdown_has_no_structure() {
        assert_eq!(
            markdown("[x](http://y) <b> `c` |d| *e* & ~f~ @g #1"),
            "&#91;x&#93;&#40;http&#58;//y&#41; &#60;b&#62; &#96;c&#96; &#124;d&#124; &#42;e&#42; &#38; &#126;f&#126; &#64;<wbr>g &#35;1"
        );
    }

    #[test]
    fn dots_that_mean_nothing_stay() {
        assert_eq!(markdown("foo-1.2.3.whl"), "foo-1.2.3.whl");
        assert_eq!(markdown("1. www.example.org"), "1&#46; www&#46;example.org");
    }

    #[test]
    fn prose_has_code_and_breaks() {
        assert_eq!(markdown_prose("set `a: b` or *c*"), "set <code>a&#58; b</code> or &#42;c&#42;");
        assert_eq!(markdown_prose("an odd ` one <b>"), "an odd &#96; one &#60;b&#62;");
        assert_eq!(
            markdown_prose("aaaaaaaaaaaa-bbbbbbbbbbbb-c.whl"),
            "aaaaaaaaaaaa-<wbr>bbbbbbbbbbbb-<wbr>c.<wbr>whl"
        );
    }

    #[test]
    fn json_is_ascii() {
        assert_eq!(ascii_json("{\"ü\":\"😀\"}"), r#"{"\u00fc":"\ud83d\ude00"}"#);
        let back: serde_json::Value = serde_json::from_str(&ascii_json("[\"ü😀\"]")).unwrap();
        assert_eq!(back, serde_json::json!(["ü😀"]));
    }
}
