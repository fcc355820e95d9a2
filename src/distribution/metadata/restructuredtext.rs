//! What certainly does not render in a reStructuredText description.
//!
//! PyPI renders with docutils and gives up at the first warning. This is no
//! parser of reStructuredText: it finds what fails whatever stands around it,
//! and is silent on all else.
//!
//! 1. Only lines without indentation are looked at: what is indented may be
//!    literal text.
//! 2. Directives that docutils does not know, those that read files or hold
//!    raw markup, and unknown options of `code-block` and `image`.
//! 3. Titles whose lines do not fit: too short, without their counterpart, or
//!    of a level that does not follow.
//! 4. In paragraphs: roles that docutils does not know, inline literals that do
//!    not end, and substitutions that are defined nowhere.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

/// The directives of docutils 0.23 (`languages/en.py`).
const DIRECTIVES: [&str; 48] = [
    "admonition",
    "attention",
    "caution",
    "class",
    "code",
    "code-block",
    "compound",
    "container",
    "contents",
    "csv-table",
    "danger",
    "date",
    "default-role",
    "epigraph",
    "error",
    "figure",
    "footer",
    "header",
    "highlights",
    "hint",
    "image",
    "important",
    "include",
    "line-block",
    "list-table",
    "math",
    "meta",
    "note",
    "parsed-literal",
    "pull-quote",
    "raw",
    "replace",
    "restructuredtext-test-directive",
    "role",
    "rst-class",
    "rubric",
    "section-numbering",
    "sectnum",
    "sidebar",
    "sourcecode",
    "table",
    "target-notes",
    "tip",
    "title",
    "topic",
    "unicode",
    "warning",
    "questions",
];
/// The roles of docutils 0.23 (`languages/en.py`, `roles.py`).
const ROLES: [&str; 38] = [
    "ab",
    "abbreviation",
    "ac",
    "acronym",
    "anonymous-reference",
    "citation-reference",
    "code",
    "emphasis",
    "footnote-reference",
    "i",
    "index",
    "literal",
    "math",
    "named-reference",
    "pep",
    "pep-reference",
    "raw",
    "rfc",
    "rfc-reference",
    "strong",
    "sub",
    "subscript",
    "substitution-reference",
    "sup",
    "superscript",
    "t",
    "target",
    "title",
    "title-reference",
    "uri",
    "uri-reference",
    "url",
    "b",
    "ac",
    "lit",
    "s",
    "restructuredtext-unimplemented-role",
    "inline",
];
/// Directives whose options are checked, and the options that docutils knows.
const OPTIONS: [(&[&str], &[&str]); 2] = [
    (&["code", "code-block", "sourcecode"], &["class", "force", "name", "number-lines"]),
    (&["image"], &["align", "alt", "class", "height", "loading", "name", "scale", "target", "width"]),
];
/// The most characters of a role's name.
const MAX_ROLE: usize = 60;
/// The most bytes of a paragraph that is looked into.
const MAX_PARAGRAPH: usize = 64 << 10;
/// The fewest characters of a line that is certainly part of a title.
const MIN_ADORNMENT: usize = 4;

/// Something that does not render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unrenderable {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, a clause.
    pub what: String,
}

/// The first thing in a text that certainly does not render; none if there is
/// none, which proves nothing.
pub(crate) fn check(text: &str) -> Option<Unrenderable> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let known = Known::of(&lines);
    let mut document = Document { lines: &lines, at: 0, known, styles: Vec::new(), level: 0 };
    while document.at < lines.len() {
        let line = document.at;
        if let Err(what) = document.block() {
            return Some(Unrenderable { line: line + 1, what });
        }
        // Whatever a block is, it has a line.
        document.at = document.at.max(line + 1);
    }
    None
}

/// What the text defines for itself.
struct Known {
    roles: BTreeSet<String>,
    substitutions: BTreeSet<String>,
}

impl Known {
    fn of(lines: &[&str]) -> Self {
        let explicit = || lines.iter().filter_map(|line| line.trim_start().strip_prefix(".. "));
        let roles = explicit().filter_map(|rest| rest.trim_start().strip_prefix("role::"));
        let role = |rest: &str| rest.trim().split('(').next().unwrap_or_default().trim().to_lowercase();
        let substitutions =
            explicit().filter_map(|rest| rest.trim_start().strip_prefix('|')?.split_once('|'));
        Self {
            roles: roles.map(role).collect(),
            substitutions: substitutions.map(|(name, _)| normalized(name)).collect(),
        }
    }
}

/// Names of substitutions are compared so.
fn normalized(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

struct Document<'a> {
    lines: &'a [&'a str],
    at: usize,
    known: Known,
    /// The styles of titles, the highest level first.
    styles: Vec<(char, bool)>,
    /// The level of the last title, from 1; 0 before the first.
    level: usize,
}

impl Document<'_> {
    fn line(&self, offset: usize) -> &str {
        self.lines.get(self.at + offset).copied().unwrap_or_default()
    }

    /// Passes over one block.
    fn block(&mut self) -> Result<(), String> {
        let line = self.line(0);
        if line.is_empty() || line.starts_with([' ', '\t']) {
            self.at += 1;
            return Ok(());
        }
        if line == ".." || line.starts_with(".. ") {
            let checked = self.explicit();
            self.skip_indented();
            return checked;
        }
        if let Some(adornment) = adornment(line) {
            return self.overlined(adornment, line.chars().count());
        }
        if let Some(adornment) = adornment(self.line(1)) {
            return self.underlined(adornment);
        }
        if begins_other_block(line) {
            self.skip_paragraph();
            return Ok(());
        }
        self.paragraph()
    }

    /// A line without indentation that begins with `..`.
    fn explicit(&self) -> Result<(), String> {
        let rest = self.line(0).get(2..).unwrap_or_default().trim_start();
        let rest = match rest.strip_prefix('|').and_then(|rest| rest.split_once("| ")) {
            Some((_, directive)) => directive.trim_start(),
            None => rest,
        };
        let Some((name, _)) = rest.split_once("::") else { return Ok(()) };
        let name = name.strip_suffix(' ').unwrap_or(name);
        let behind = rest.split_once("::").map_or("", |(_, behind)| behind);
        if !is_simple_name(name) || !(behind.is_empty() || behind.starts_with(' ')) {
            return Ok(());
        }
        let name = name.to_lowercase();
        if !DIRECTIVES.contains(&name.as_str()) {
            return Err(format!("docutils has no directive `{name}`"));
        }
        if name == "include" || name == "raw" {
            return Err(format!("PyPI does not allow the directive `{name}`"));
        }
        self.options(&name)
    }

    /// The options below a directive.
    fn options(&self, name: &str) -> Result<(), String> {
        let Some((_, known)) = OPTIONS.iter().find(|(names, _)| names.contains(&name)) else { return Ok(()) };
        for offset in 1.. {
            let line = self.line(offset);
            let Some(option) = line.trim_start().strip_prefix(':').filter(|_| line.starts_with(' ')) else {
                break;
            };
            let Some((option, _)) = option.split_once(':') else { break };
            if is_simple_name(option) && !known.contains(&option.to_lowercase().as_str()) {
                return Err(format!("the directive `{name}` has no option `{option}` in docutils"));
            }
        }
        Ok(())
    }

    /// A line of one punctuation character: the overline of a title, or a
    /// transition.
    fn overlined(&mut self, character: char, length: usize) -> Result<(), String> {
        if self.line(1).is_empty() || length < MIN_ADORNMENT || self.line(1).contains("  ") {
            self.skip_paragraph();
            return Ok(());
        }
        let title = self.line(1).trim().to_owned();
        // Two of them in a row are nothing that is certain.
        if adornment(&title).is_some() {
            self.skip_paragraph();
            return Ok(());
        }
        let underline = self.line(2).to_owned();
        if adornment(&underline).is_none() {
            return Err(format!("the title `{title}` has a line above and none below"));
        }
        if underline != self.line(0) {
            return Err(format!("the lines above and below the title `{title}` differ"));
        }
        if title.width() > length {
            return Err(format!("the line above the title `{title}` is too short"));
        }
        self.at += 3;
        self.section((character, true), &title)
    }

    /// A line of text with a line of one punctuation character below.
    fn underlined(&mut self, character: char) -> Result<(), String> {
        let (title, length) = (self.line(0).to_owned(), self.line(1).chars().count());
        // The first line of a list, a field or a table is none of a title.
        if begins_other_block(&title) {
            self.skip_paragraph();
            return Ok(());
        }
        if title.width() > length {
            if length < MIN_ADORNMENT {
                self.skip_paragraph();
                return Ok(());
            }
            return Err(format!("the line below the title `{title}` is too short"));
        }
        self.at += 2;
        self.section((character, false), &title)
    }

    /// A title of that style.
    fn section(&mut self, style: (char, bool), title: &str) -> Result<(), String> {
        match self.styles.iter().position(|known| *known == style) {
            Some(index) if index <= self.level => self.level = index + 1,
            None if self.styles.len() == self.level => {
                self.styles.push(style);
                self.level += 1;
            }
            _ => return Err(format!("the level of the title `{title}` does not follow from those before")),
        }
        Ok(())
    }

    fn paragraph(&mut self) -> Result<(), String> {
        let mut text = String::new();
        let start = self.at;
        while !self.line(0).is_empty() {
            // A definition, or an indentation that is no part of a paragraph.
            if self.line(0).starts_with([' ', '\t']) {
                self.skip_paragraph();
                return Ok(());
            }
            text.push_str(self.line(0));
            text.push('\n');
            self.at += 1;
        }
        let is_literal_next = text.trim_end().ends_with("::");
        let checked = inline(text.trim_end(), &self.known);
        if is_literal_next {
            self.skip_quoted_literal();
        }
        checked.inspect_err(|_| self.at = start)
    }

    /// A literal block without indentation: each line begins with the same
    /// punctuation.
    fn skip_quoted_literal(&mut self) {
        while self.at < self.lines.len() && self.line(0).is_empty() {
            self.at += 1;
        }
        if self.line(0).starts_with(|first: char| first.is_ascii_punctuation()) {
            self.skip_paragraph();
        }
    }

    fn skip_paragraph(&mut self) {
        while !self.line(0).is_empty() {
            self.at += 1;
        }
    }

    fn skip_indented(&mut self) {
        self.at += 1;
        while self.at < self.lines.len() && (self.line(0).is_empty() || self.line(0).starts_with([' ', '\t']))
        {
            self.at += 1;
        }
    }
}

/// The character of which a line consists, if it is punctuation.
fn adornment(line: &str) -> Option<char> {
    let first = line.chars().next().filter(char::is_ascii_punctuation)?;
    line.chars().all(|character| character == first).then_some(first)
}

/// Whether a line begins a list, a field, an option, a table, a doctest or a
/// block of lines.
fn begins_other_block(line: &str) -> bool {
    let first = line.split(' ').next().unwrap_or_default();
    let is_bullet = matches!(first, "-" | "+" | "*" | "•" | "‣" | "⁃" | "|" | ">>>" | "..");
    let is_enumerator = first.len() > 1
        && first.len() < 8
        && (first.ends_with(['.', ')']))
        && first.trim_matches(['(', ')', '.']).chars().all(|c| c.is_ascii_alphanumeric() || c == '#');
    let is_special = line.starts_with(['+', ':', '=', '|', '_', '-', '/']) || line.starts_with("__ ");
    is_bullet || is_enumerator || is_special
}

/// A name as docutils has it in directives and roles.
fn is_simple_name(name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric();
    name.starts_with(is_word)
        && name.ends_with(is_word)
        && name.chars().all(|c| is_word(c) || matches!(c, '-' | '.' | '_' | '+' | ':'))
        && !name.contains("::")
}

/// Whether markup may begin behind this character.
fn may_begin(before: Option<char>) -> bool {
    before.is_none_or(|c| c.is_whitespace() || "'\"([{<-/:".contains(c))
}

/// Whether markup may end before this character.
fn may_end(after: Option<char>) -> bool {
    after.is_none_or(|c| c.is_whitespace() || "'\")]}>-/:.,;!?\\".contains(c))
}

/// What is wrong in the text of a paragraph.
fn inline(text: &str, known: &Known) -> Result<(), String> {
    // Escapes have rules of their own.
    if text.contains('\\') || text.len() > MAX_PARAGRAPH {
        return Ok(());
    }
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let step = if may_begin(before) { markup(rest, known)? } else { None };
        let length = step.unwrap_or(first.len_utf8());
        let (passed, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        before = passed.chars().next_back();
        rest = tail;
    }
    Ok(())
}

/// The bytes of the markup with which a text begins, if it begins with some.
fn markup(text: &str, known: &Known) -> Result<Option<usize>, String> {
    if let Some(content) = text.strip_prefix("``") {
        return literal(content);
    }
    if let Some(content) = text.strip_prefix('`') {
        // Interpreted text or a reference: passed over as a whole.
        return Ok(content.find('`').map(|end| end + 2));
    }
    if let Some(rest) = text.strip_prefix(':') {
        // Only near by: a paragraph may hold many colons.
        let end = rest.char_indices().nth(MAX_ROLE).map_or(rest.len(), |(at, _)| at);
        let name = rest.get(..end).and_then(|near| near.split_once(":`"));
        if let Some((name, _)) = name {
            return role(name, rest.get(name.len() + 2..).unwrap_or_default(), known);
        }
        return Ok(None);
    }
    if let Some(content) = text.strip_prefix('|') {
        return substitution(content, known);
    }
    Ok(None)
}

fn literal(content: &str) -> Result<Option<usize>, String> {
    if content.starts_with(char::is_whitespace) || content.is_empty() {
        return Ok(None);
    }
    let mut from = 0;
    while let Some(at) = content.get(from..).and_then(|rest| rest.find("``")).map(|at| at + from) {
        let before = content.get(..at).and_then(|text| text.chars().next_back());
        let after = content.get(at + 2..).and_then(|text| text.chars().next());
        if before.is_some_and(|c| !c.is_whitespace()) && may_end(after) {
            return Ok(Some(at + 4));
        }
        from = at + 1;
    }
    Err("an inline literal begins with ``` `` ``` and does not end in its paragraph".to_owned())
}

fn role(name: &str, content: &str, known: &Known) -> Result<Option<usize>, String> {
    let Some(end) = content.find('`') else { return Ok(None) };
    let after = content.get(end + 1..).and_then(|text| text.chars().next());
    if !is_simple_name(name) || content.starts_with(char::is_whitespace) || end == 0 || !may_end(after) {
        return Ok(None);
    }
    let lower = name.to_lowercase();
    if ROLES.contains(&lower.as_str()) || known.roles.contains(&lower) {
        return Ok(Some(name.len() + end + 4));
    }
    Err(format!("docutils has no role `{name}`"))
}

fn substitution(content: &str, known: &Known) -> Result<Option<usize>, String> {
    let Some(end) = content.find('|') else { return Ok(None) };
    let (name, rest) = (content.get(..end).unwrap_or_default(), content.get(end + 1..).unwrap_or_default());
    let is_name =
        !name.is_empty() && !name.starts_with(char::is_whitespace) && !name.ends_with(char::is_whitespace);
    let after = rest.trim_start_matches('_').chars().next();
    if !is_name || !may_end(after) || name.contains('`') {
        return Ok(None);
    }
    if known.substitutions.contains(&normalized(name)) {
        return Ok(Some(end + 2));
    }
    Err(format!("the substitution `|{}|` is defined nowhere", name.chars().take(40).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What readme-renderer 45 does not render.
    #[test]
    fn broken() {
        for text in [
            "Title\n=====\n\n.. automodule:: demo\n",
            "Title\n=====\n\n.. include:: CHANGES.rst\n",
            ".. raw:: html\n\n   <b>x</b>\n",
            ".. |x| picture:: y\n",
            "See :ref:`there`.\n",
            "A :py:class:`x` b\n",
            "A long title\n====\n",
            "=====\nTitle\n====\n",
            "=====\nTitle\n\ntext\n",
            "====\nA long title\n====\n",
            "A\n====\n\nB\n----\n\nC\n~~~~\n\nD\n====\n\nE\n~~~~\n",
            "```python\nx = 1\n\ny = 2\n```\n",
            "An |undefined| substitution\n",
            ".. code-block:: python\n   :linenos:\n\n   x = 1\n",
        ] {
            assert!(check(text).is_some(), "{text}");
        }
    }

    /// What it renders.
    #[test]
    fn rendered() {
        for text in [
            "",
            "Title\n=====\n\ntext\n",
            "A long title\n===\n\ntext\n",
            "=====\nTitle\n=====\n\nA\n-\n",
            "A\n====\n\nB\n----\n\nC\n====\n\nD\n----\n",
            "::\n\n    .. automodule:: x\n    :ref:`y`\n",
            "Example::\n\n    |x| ``\n\n.. code-block:: python\n   :name: a\n\n   .. raw:: x\n",
            "``:ref:`x``` and ``|y|``\n",
            ".. |x| image:: y\n\nSee |x| and |X|_.\n\n.. _X: z\n",
            ".. role:: mine\n\nA :mine:`text`.\n",
            ".. automodule: no directive\n",
            ".. _target: x::y\n",
            "- a list\n- :ref:`unsure`\n",
            "| a line\n| block |x|\n",
            "a ``literal`` and `text`, 3 | 4 | 5\n",
            "+---+---+\n| a | b |\n+---+---+\n",
            "=====  =====\nA      B\n=====  =====\n1      2\n=====  =====\n",
            "term\n    :ref:`definition`\n",
            "----\n\ntext\n",
            ".. code-block:: python\n\n   x\n",
            "a::b\n",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
    }
}
