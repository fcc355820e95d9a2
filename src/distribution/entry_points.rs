//! A wheel's `entry_points.txt` (entry points specification, "File format").
//!
//! It is an INI file as Python's `configparser` reads it, with `=` alone
//! between name and value, and with names whose case counts:
//!
//! 1. Lines end with LF. Those that are blank, or begin with `#` or `;`, are
//!    passed over.
//! 2. A line further in than the name above it continues that one's value.
//! 3. `[group]` begins a group, which is there once.
//! 4. All else is `name = value`, and a name is in its group once.
//!
//! PyPI does so since May 2026 and refuses the wheel otherwise, and where the
//! name of a script is none. pip reads with `importlib.metadata`, which knows
//! neither `;` nor continued lines nor `[DEFAULT]`: what is one thing to the
//! one and another to the other is an error too, which says
//! [so](EntryPointsError::is_accepted_by_pypi). So is a script whose object pip or
//! `installer` does not find in its value.

use std::collections::BTreeSet;

use super::text::{self, NotUtf8, excerpt};

/// The most bytes of an `entry_points.txt` that are read. Real ones have some
/// thousand.
pub(crate) const MAX_ENTRY_POINTS_BYTES: usize = 1 << 20;

/// The most lines of an `entry_points.txt`. Real ones have some hundred.
const MAX_LINES: usize = 10_000;

/// The section of which every other one has the entries as well, to
/// `configparser`.
const DEFAULT: &str = "DEFAULT";

/// An `entry_points.txt` that PyPI or an installer does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryPointsError {
    /// More than [`MAX_ENTRY_POINTS_BYTES`].
    #[error("entry_points.txt has {0} bytes; the limit is {MAX_ENTRY_POINTS_BYTES}")]
    TooLong(usize),
    /// Not UTF-8.
    #[error("entry_points.txt is not text: {0}")]
    Text(NotUtf8),
    /// More than [`MAX_LINES`].
    #[error("entry_points.txt has more than {MAX_LINES} lines")]
    TooManyLines,
    /// Something before the first group; a byte order mark, too.
    #[error("line {line} of entry_points.txt stands before the first `[group]`: {found:?}")]
    NoGroup {
        /// Which line, from 1.
        line: usize,
        /// Its beginning.
        found: String,
    },
    /// Neither a group nor an entry.
    #[error("line {line} of entry_points.txt is not `name = value`: {found:?}")]
    NoEntry {
        /// Which line, from 1.
        line: usize,
        /// Its beginning.
        found: String,
    },
    /// A group that is there already.
    #[error("line {line} of entry_points.txt begins the group {group:?} again")]
    DuplicateGroup {
        /// Which line, from 1.
        line: usize,
        /// The beginning of its name.
        group: String,
    },
    /// A name that is in its group already.
    #[error("line {line} of entry_points.txt gives {name:?} again in the group {group:?}")]
    DuplicateName {
        /// Which line, from 1.
        line: usize,
        /// The beginning of the group's name.
        group: String,
        /// Its own beginning.
        name: String,
    },
    /// A script whose name is more than letters, digits, `_`, `.` and `-`.
    #[error("line {line} of entry_points.txt has the script {name:?}, which is not a valid command name")]
    ScriptName {
        /// Which line, from 1.
        line: usize,
        /// The beginning of the name.
        name: String,
    },
    /// A script that would be a folder to write into: `.` or `..`.
    #[error("line {line} of entry_points.txt has the script {name:?}, which is the name of a folder")]
    Folder {
        /// Which line, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// One thing to PyPI and another to pip: a `;` comment within a group, a
    /// continued line, something after a `[group]`, the group `DEFAULT`, or a
    /// control character.
    #[error("line {line} of entry_points.txt is not the same to PyPI and to pip: {found:?}")]
    Ambiguous {
        /// Which line, from 1.
        line: usize,
        /// Its beginning.
        found: String,
    },
    /// A script that names no object for the command to call.
    #[error("line {line} of entry_points.txt gives a script {value:?}, which is not `module:object`")]
    Object {
        /// Which line, from 1.
        line: usize,
        /// The beginning of the value.
        value: String,
    },
}

impl EntryPointsError {
    /// Whether PyPI takes the wheel all the same, and only those that install
    /// it do not, or find something else in it than PyPI does.
    #[must_use]
    pub const fn is_accepted_by_pypi(&self) -> bool {
        matches!(
            self,
            Self::TooLong(_)
                | Self::TooManyLines
                | Self::Folder { .. }
                | Self::Ambiguous { .. }
                | Self::Object { .. }
        )
    }
}

/// Checks the file, as far as an installer acts on it. Groups other than the
/// scripts' are for other programs, which have rules of their own.
///
/// # Errors
/// The first error for which PyPI refuses the wheel; if there is none, the
/// first at which an installer stops, or reads something else.
pub(crate) fn check(bytes: &[u8]) -> Result<(), EntryPointsError> {
    if bytes.len() > MAX_ENTRY_POINTS_BYTES {
        return Err(EntryPointsError::TooLong(bytes.len()));
    }
    let text = text::read(bytes).map_err(EntryPointsError::Text)?;
    if text.split('\n').nth(MAX_LINES + 1).is_some() {
        return Err(EntryPointsError::TooManyLines);
    }
    let Entries { all, groups, ambiguous } = Entries::read(text)?;
    // A default is in every group that is there.
    let has_scripts = groups.into_iter().any(is_script_group);
    let is_script = |group| is_script_group(group) || (has_scripts && group == DEFAULT);
    let mut scripts = all.iter().filter(|entry| is_script(entry.group));
    if let Some(Entry { line, name, .. }) = scripts.find(|entry| !is_command(entry.name)) {
        return Err(EntryPointsError::ScriptName { line: *line, name: excerpt(name) });
    }
    if let Some(line) = ambiguous {
        return Err(line);
    }
    all.iter().filter(|entry| is_script_group(entry.group)).try_for_each(Entry::check_script)
}

/// Whether installers make a command of every entry of this group.
fn is_script_group(group: &str) -> bool {
    matches!(group, "console_scripts" | "gui_scripts")
}

/// Whether a value names the object that a script calls: `module:object`, each
/// identifiers with `.` between them ("Data model"), and after it perhaps
/// extras in brackets. They are as pip takes them, which stops at what it does
/// not know; so it does at a blank beside the colon, although the
/// specification allows that.
fn is_object_reference(value: &str) -> bool {
    let reference = match value.split_once('[') {
        Some((reference, extras)) if extras.strip_suffix(']').is_some_and(are_extras) => reference.trim_end(),
        Some(_) => return false,
        None => value,
    };
    reference.split_once(':').is_some_and(|(module, object)| is_dotted(module) && is_dotted(object))
}

/// An entry as it is written.
struct Entry<'a> {
    line: usize,
    group: &'a str,
    name: &'a str,
    value: &'a str,
}

impl Entry<'_> {
    fn check_script(&self) -> Result<(), EntryPointsError> {
        if matches!(self.name, "." | "..") {
            return Err(EntryPointsError::Folder { line: self.line, name: self.name.to_owned() });
        }
        if is_object_reference(self.value) {
            Ok(())
        } else {
            Err(EntryPointsError::Object { line: self.line, value: excerpt(self.value) })
        }
    }
}

/// The entries of a file as `configparser` sees them.
struct Entries<'a> {
    all: Vec<Entry<'a>>,
    groups: BTreeSet<&'a str>,
    /// The first line that is something else to pip.
    ambiguous: Option<EntryPointsError>,
}

impl<'a> Entries<'a> {
    fn read(text: &'a str) -> Result<Self, EntryPointsError> {
        let mut entries = Self { all: Vec::new(), groups: BTreeSet::new(), ambiguous: None };
        let mut names = BTreeSet::new();
        let mut group = None;
        // How far in the last name stands, if a value could go on.
        let mut name_at = None;
        for (line, whole) in (1..).zip(text.split('\n')) {
            let content = whole.trim_matches(is_blank);
            let found = || excerpt(content);
            let indent = whole.chars().take_while(|character| is_blank(*character)).count();
            let ambiguous = if content.is_empty() || content.starts_with('#') {
                false
            } else if content.starts_with(';') || name_at.is_some_and(|name_at| indent > name_at) {
                group.is_some()
            } else if let Some((header, rest)) = header(content) {
                if header != DEFAULT && !entries.groups.insert(header) {
                    return Err(EntryPointsError::DuplicateGroup { line, group: excerpt(header) });
                }
                (group, name_at) = (Some(header), None);
                header == DEFAULT || !rest.is_empty() || header.trim_matches(['[', ']']) != header
            } else {
                let group = group.ok_or_else(|| EntryPointsError::NoGroup { line, found: found() })?;
                let (name, value) = match content.split_once('=') {
                    Some((name, value)) if !name.is_empty() => {
                        (name.trim_end_matches(is_blank), value.trim_start_matches(is_blank))
                    }
                    _ => return Err(EntryPointsError::NoEntry { line, found: found() }),
                };
                if !names.insert((group, name)) {
                    let (group, name) = (excerpt(group), excerpt(name));
                    return Err(EntryPointsError::DuplicateName { line, group, name });
                }
                entries.all.push(Entry { line, group, name, value });
                name_at = Some(indent);
                false
            };
            if (ambiguous || is_divided(whole)) && entries.ambiguous.is_none() {
                entries.ambiguous = Some(EntryPointsError::Ambiguous { line, found: found() });
            }
        }
        Ok(entries)
    }
}

/// The name of the group that a line begins, and what stands after it:
/// `configparser` takes the name to the last `]` and passes over the rest.
fn header(content: &str) -> Option<(&str, &str)> {
    content.strip_prefix('[')?.rsplit_once(']').filter(|(header, _)| !header.is_empty())
}

/// What is a blank to Python.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// Whether a line, which may end with CR, holds what divides it for one reader
/// and not for another one: a control character or a line separator.
fn is_divided(line: &str) -> bool {
    let divides = |c: char| (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}');
    line.strip_suffix('\r').unwrap_or(line).contains(divides)
}

/// What `\w` is to Python, but for marks that stand over letters, which it
/// leaves out.
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// `[\w.-]+`: the names that the specification recommends, and PyPI takes.
fn is_command(name: &str) -> bool {
    name.chars().all(|character| is_word(character) || matches!(character, '.' | '-'))
}

/// Identifiers with `.` between them.
fn is_dotted(text: &str) -> bool {
    text.split('.')
        .all(|part| part.chars().all(is_word) && part.starts_with(|first: char| !first.is_numeric()))
}

/// Extras as pip reads them: names after commas, of which only the first may
/// hold a `-`; no blank before a comma.
fn are_extras(extras: &str) -> bool {
    extras.trim_end().split(',').map(str::trim_start).enumerate().all(|(index, extra)| {
        !extra.is_empty()
            && extra.chars().all(|character| is_word(character) || (character == '-' && index == 0))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> EntryPointsError {
        check(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_real_file() {
        let text = "[console_scripts]\r\nfoo = foo.cli:main\r\n# with extras\r\nFOO=foo.cli:Main.run [a-b,c]\r\n\
                    \r\n\n[pytest11]\nfoo bar = foo.plugin\n: = \n\n\
                    [gui_scripts]\n  föö-2.0 = _f:g\n  b = f:g[x]\n";
        assert_eq!(check(text.as_bytes()), Ok(()));
        for text in ["", "\n \n", "; c\n# d\n", "[console_scripts]", "[a]\nb=", "[a]\nb = %(x)s = c"] {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn what_pypi_refuses() {
        insta::assert_snapshot!(refused("a = b:c\n[console_scripts]\n"),
            @r#"line 1 of entry_points.txt stands before the first `[group]`: "a = b:c""#);
        insta::assert_snapshot!(refused("\u{feff}[console_scripts]\n"),
            @r#"line 1 of entry_points.txt stands before the first `[group]`: "\u{feff}[console_scripts]""#);
        insta::assert_snapshot!(refused("[]\n"),
            @r#"line 1 of entry_points.txt stands before the first `[group]`: "[]""#);
        insta::assert_snapshot!(refused("[a]\nb: c\n"),
            @r#"line 2 of entry_points.txt is not `name = value`: "b: c""#);
        insta::assert_snapshot!(refused("[a]\n\n= c\n"),
            @r#"line 3 of entry_points.txt is not `name = value`: "= c""#);
        insta::assert_snapshot!(refused("[a]\n[b]\n[a]\n"),
            @r#"line 3 of entry_points.txt begins the group "a" again"#);
        insta::assert_snapshot!(refused("[a]\nb = c\nb=d\n"),
            @r#"line 3 of entry_points.txt gives "b" again in the group "a""#);
        insta::assert_snapshot!(refused("[console_scripts]\na b = c:d\n"),
            @r#"line 2 of entry_points.txt has the script "a b", which is not a valid command name"#);
        insta::assert_snapshot!(refused("[gui_scripts]\n../a = c:d\n"),
            @r#"line 2 of entry_points.txt has the script "../a", which is not a valid command name"#);
        insta::assert_snapshot!(refused("[DEFAULT]\n/a = c:d\n[gui_scripts]\na = c:d"),
            @r#"line 2 of entry_points.txt has the script "/a", which is not a valid command name"#);
        insta::assert_snapshot!(check(b"[a]\nb = \xff").unwrap_err(),
            @"entry_points.txt is not text: byte 8 is not UTF-8");
        for text in ["a", "[]", "[a]\nb", "[a]\n=", "[a]\n[a]", "[a]\nb=\nb=", "[gui_scripts]\na/b=c:d"] {
            assert!(!refused(text).is_accepted_by_pypi(), "{text:?}");
        }
    }

    #[test]
    fn what_pypi_takes_and_pip_does_not() {
        insta::assert_snapshot!(refused("[a]\n; c\n"),
            @r#"line 2 of entry_points.txt is not the same to PyPI and to pip: "; c""#);
        insta::assert_snapshot!(refused("[console_scripts]\na = b:c\n  d = b:e\n"),
            @r#"line 3 of entry_points.txt is not the same to PyPI and to pip: "d = b:e""#);
        insta::assert_snapshot!(refused("[a] b\nc = d\n"),
            @r#"line 1 of entry_points.txt is not the same to PyPI and to pip: "[a] b""#);
        insta::assert_snapshot!(refused("[[a]]\nc = d\n"),
            @r#"line 1 of entry_points.txt is not the same to PyPI and to pip: "[[a]]""#);
        insta::assert_snapshot!(refused("[DEFAULT]\na = b:c\n"),
            @r#"line 1 of entry_points.txt is not the same to PyPI and to pip: "[DEFAULT]""#);
        insta::assert_snapshot!(refused("[a]\nb = c\r[console_scripts]\r../d = e:f\n"),
            @r#"line 2 of entry_points.txt is not the same to PyPI and to pip: "b = c\r[console_scripts]\r../d = e:f""#);
        insta::assert_snapshot!(refused("[a]\nb = c\u{2028}d = e\n"),
            @r#"line 2 of entry_points.txt is not the same to PyPI and to pip: "b = c\u{2028}d = e""#);
        insta::assert_snapshot!(refused("[gui_scripts]\n.. = b:c\n"),
            @r#"line 2 of entry_points.txt has the script "..", which is the name of a folder"#);
        insta::assert_snapshot!(refused("[console_scripts]\na = b\n"),
            @r#"line 2 of entry_points.txt gives a script "b", which is not `module:object`"#);
        let values = "|:|a:|:b|a:b:c|a-b:c|a:b c|a..b:c|.a:b|a:b.|a:1b|a : b|a: b|a:b # c|%(x)s:b|\
                      a:b []|a:b [c|a:b ]|a:b [c] d|a:b [c.d]|a:b [c,d-e]|a:b [c ,d]|a:b [,]";
        for value in values.split('|') {
            let error = refused(&format!("[console_scripts]\nx = {value}"));
            assert!(matches!(error, EntryPointsError::Object { .. }), "{value}: {error}");
            assert!(error.is_accepted_by_pypi());
        }
        for text in ["[a]\n;", "[a]\nb=c\n d", "[a]]", "[DEFAULT]", "[a]\rb=c", "[gui_scripts]\n.=a:b"] {
            assert!(refused(text).is_accepted_by_pypi(), "{text:?}");
        }
        // What PyPI refuses comes first, wherever it stands.
        assert!(!refused("[console_scripts]\n;\na = b\n/ = c:d").is_accepted_by_pypi());
    }

    #[test]
    fn no_more_than_fits() {
        let many = |lines| check("#\n".repeat(lines).as_bytes());
        assert_eq!((many(MAX_LINES), many(MAX_LINES + 1)), (Ok(()), Err(EntryPointsError::TooManyLines)));
        let long = vec![b'\n'; MAX_ENTRY_POINTS_BYTES + 1];
        assert_eq!(check(&long), Err(EntryPointsError::TooLong(long.len())));
        let long = format!("[{}\n", "x".repeat(MAX_ENTRY_POINTS_BYTES - 2));
        assert!(refused(&long).to_string().len() < 200);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(\\[(console_scripts|a|DEFAULT)\\]|[a:=;# \t\\[\\].\r\né]){0,30}") {
            let _ = check(text.as_bytes());
        }
    }
}
