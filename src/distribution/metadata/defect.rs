//! What is not valid in core metadata, field by field.
//!
//! Facts and no verdicts: each says what stands there and how it departs from
//! the specification or from what PyPI reads.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::classifier::{self, Unaccepted};
use super::content_type::{self, Markup};
use super::field::{ACCEPTED_VERSIONS, FIELDS, Field, MetadataVersion};
use super::restructuredtext::{self, Unrenderable};
use super::{address, license, requirement};

/// The most defects that are kept of one file.
const MAX_DEFECTS: usize = 50;
/// The most bytes of a value that is checked.
const MAX_VALUE: usize = 4096;
/// The most characters of a value that are kept.
const MAX_EXCERPT: usize = 100;
/// The most bytes of a description that are looked at.
const MAX_DESCRIPTION: usize = 1 << 20;

/// Something that is not valid: the field, the value, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Defect {
    /// The field's name.
    pub field: &'static str,
    /// The value, or as much of it as an error shows.
    pub value: String,
    /// What is wrong with it.
    pub kind: DefectKind,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DefectKind {
    /// Core metadata has no such field.
    Unknown,
    /// It may stand once, and stands more often.
    Repeated,
    /// It came with a later version of the metadata than this file has.
    Newer(MetadataVersion),
    /// A description in the header and another one in the body.
    TwoDescriptions,
    /// No dependency specifier: why.
    Requirement(String),
    /// No list of version specifiers.
    Specifiers,
    /// No name of an extra.
    Extra,
    /// No SPDX expression: why.
    License(String),
    /// No path of a licence file: why.
    LicensePath(&'static str),
    /// No field that may be dynamic.
    Dynamic,
    /// No name that Python imports.
    ImportName,
    /// The label of a URL: empty or too long.
    UrlLabel,
    /// The same label twice.
    UrlLabelTwice,
    /// No web address: why.
    Url(&'static str),
    /// No e-mail address: why.
    Email(&'static str),
    /// A classifier that PyPI does not accept: why.
    Classifier(Unaccepted),
    /// No content type of a description: why.
    ContentType(String),
    /// A description that does not render: where and why.
    Description {
        /// The line of the description, from 1.
        line: usize,
        /// A clause.
        what: String,
    },
}

/// The headers of a metadata file, name and value, and its body.
pub(crate) struct Parsed<'a> {
    /// Name and value of each header, in their order.
    pub headers: &'a [(&'a str, Cow<'a, str>)],
    /// What follows the headers.
    pub body: &'a str,
    /// `Metadata-Version`, where it can be read.
    pub version: Option<MetadataVersion>,
}

/// All that is not valid, in the order of the fields; [`MAX_DEFECTS`] at most.
#[must_use]
pub(crate) fn defects(parsed: &Parsed<'_>) -> Vec<Defect> {
    let mut found = Defects { parsed, found: Vec::new() };
    found.names();
    found.values();
    found.addresses();
    found.description();
    found.found.truncate(MAX_DEFECTS);
    found.found
}

struct Defects<'a> {
    parsed: &'a Parsed<'a>,
    found: Vec<Defect>,
}

impl<'a> Defects<'a> {
    fn add(&mut self, field: &'static str, value: &str, kind: DefectKind) {
        self.found.push(Defect { field, value: excerpt(value), kind });
    }

    fn is_full(&self) -> bool {
        self.found.len() >= MAX_DEFECTS
    }

    /// Checks each value of a field, until there is enough to report. Values of
    /// a length that nobody writes are not checked: that takes its time.
    fn each(&mut self, field: &'static str, check: impl Fn(&str) -> Option<DefectKind>) {
        for value in self.all(field).filter(|value| value.len() <= MAX_VALUE) {
            if self.is_full() {
                return;
            }
            if let Some(kind) = check(value) {
                self.add(field, value, kind);
            }
        }
    }

    /// The values of a field.
    fn all(&self, name: &'static str) -> impl Iterator<Item = &'a str> + use<'a> {
        let headers = self.parsed.headers.iter();
        headers.filter(move |(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// Fields that are unknown, too new or repeated.
    fn names(&mut self) {
        let unknown: BTreeSet<&str> = self.parsed.headers.iter().map(|(name, _)| *name).collect();
        for name in unknown.into_iter().filter(|name| !name.is_empty() && Field::of(name).is_none()) {
            if self.is_full() {
                return;
            }
            self.add("", name, DefectKind::Unknown);
        }
        for field in FIELDS {
            let mut values = self.all(field.name);
            let (first, second) = (values.next(), values.next());
            if let (Some(_), Some(version)) = (first, self.parsed.version)
                // Of a version that PyPI does not accept it asks no more.
                && ACCEPTED_VERSIONS.contains(&version)
                && field.since > version
            {
                self.add(field.name, "", DefectKind::Newer(field.since));
            }
            if let (Some(_), false) = (second, field.is_multiple) {
                self.add(field.name, "", DefectKind::Repeated);
            }
        }
    }

    /// Fields whose values have a grammar.
    fn values(&mut self) {
        for field in ["Requires-Dist", "Provides-Dist", "Obsoletes-Dist"] {
            // What old builders wrote where there was nothing to say.
            let check = |value: &str| if value == "UNKNOWN" { Ok(()) } else { requirement::check(value) };
            self.each(field, |value| check(value).err().map(DefectKind::Requirement));
        }
        let unless = |is_valid: bool, kind| (!is_valid).then_some(kind);
        self.each("Requires-Python", |value| {
            unless(requirement::is_specifiers(value), DefectKind::Specifiers)
        });
        self.each("Provides-Extra", |value| unless(is_extra(value), DefectKind::Extra));
        self.each("License-Expression", |value| license::check(value).err().map(DefectKind::License));
        // Below 2.4 uploaders leave it out.
        if self.parsed.version.is_some_and(|version| version >= (2, 4)) {
            self.each("License-File", |value| license::invalid_path(value).map(DefectKind::LicensePath));
        }
        self.each("Dynamic", |value| unless(may_be_dynamic(value), DefectKind::Dynamic));
        for field in ["Import-Name", "Import-Namespace"] {
            // One empty Import-Name says that there is nothing to import.
            let is_nothing = field == "Import-Name" && self.all(field).eq([""]);
            self.each(field, |value| unless(is_nothing || is_import_name(value), DefectKind::ImportName));
        }
        let classifier = |value: &str| classifier::check(value).filter(|_| value != "UNKNOWN");
        self.each("Classifier", |value| classifier(value).map(DefectKind::Classifier));
    }

    /// Web and e-mail addresses, as PyPI looks at them: an empty one, and the
    /// `UNKNOWN` of old builders, are not sent to it.
    fn addresses(&mut self) {
        let is_said = |value: &str| !matches!(value.trim(), "" | "UNKNOWN");
        for field in ["Home-page", "Download-URL"] {
            self.each(field, |value| {
                address::invalid_url(value).filter(|_| is_said(value)).map(DefectKind::Url)
            });
        }
        for field in ["Author-email", "Maintainer-email"] {
            self.each(field, |value| {
                let address = address::first_address(value).filter(|_| is_said(value))?;
                address::invalid_email(&address).map(DefectKind::Email)
            });
        }
        let mut labels = BTreeSet::new();
        for value in self.all("Project-URL") {
            if self.is_full() {
                return;
            }
            let (label, url) = address::project_url(value);
            let kind = if !labels.insert(label) {
                Some(DefectKind::UrlLabelTwice)
            } else if label.is_empty() || label.chars().count() > address::MAX_LABEL {
                Some(DefectKind::UrlLabel)
            } else if url.is_empty() {
                Some(DefectKind::Url("there is none"))
            } else {
                address::invalid_url(url).map(DefectKind::Url)
            };
            if let Some(kind) = kind {
                self.add("Project-URL", value, kind);
            }
        }
    }

    fn description(&mut self) {
        let declared = self.all("Description-Content-Type").next();
        let markup = match declared.map(content_type::read) {
            Some(Err(why)) => {
                self.add(
                    "Description-Content-Type",
                    declared.unwrap_or_default(),
                    DefectKind::ContentType(why),
                );
                return;
            }
            Some(Ok(markup)) => markup,
            None => Markup::ReStructuredText,
        };
        let header = self.all("Description").next();
        let body = self.parsed.body;
        if header.is_some() && !body.is_empty() {
            self.add("Description", "", DefectKind::TwoDescriptions);
            return;
        }
        let text = header.map_or_else(|| body.to_owned(), unfolded);
        if markup != Markup::ReStructuredText || text.len() > MAX_DESCRIPTION || text.trim() == "UNKNOWN" {
            return;
        }
        if let Some(Unrenderable { line, what }) = restructuredtext::check(&text) {
            self.add("Description", "", DefectKind::Description { line, what });
        }
    }
}

/// A description in a header, without what marks its further lines (core
/// metadata specification, "Description").
fn unfolded(value: &str) -> String {
    let lines: Vec<&str> = value.lines().collect();
    let prefix = ["       |", "        "]
        .into_iter()
        .find(|prefix| lines.iter().skip(1).all(|line| line.starts_with(prefix)));
    match prefix {
        None => value.to_owned(),
        Some(prefix) => {
            lines.iter().map(|line| line.strip_prefix(prefix).unwrap_or(line)).collect::<Vec<_>>().join("\n")
        }
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(MAX_EXCERPT).collect()
}

/// A name as PEP 685 has it.
fn is_extra(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Any field but the three by which a file is identified.
fn may_be_dynamic(text: &str) -> bool {
    Field::of(text).is_some_and(|field| !["Metadata-Version", "Name", "Version"].contains(&field.name))
}

/// Python's reserved words (`keyword.kwlist` of Python 3.14).
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// A dotted name, then `; private` or nothing (PEP 794).
fn is_import_name(text: &str) -> bool {
    let (name, private) = text.split_once(';').map_or((text, None), |(name, rest)| (name, Some(rest)));
    let name = name.trim_end();
    let is_identifier = |part: &str| {
        let mut characters = part.chars();
        characters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
            && characters.all(|c| c == '_' || c.is_alphanumeric())
            && !KEYWORDS.contains(&part)
    };
    let is_private = private.is_none_or(|rest| rest.trim_start() == "private");
    is_private && name.split('.').all(is_identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(headers: &[(&str, &str)], body: &str) -> Vec<DefectKind> {
        let headers: Vec<(&str, Cow<'_, str>)> =
            headers.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))).collect();
        let parsed = Parsed { headers: &headers, body, version: Some((2, 5)) };
        defects(&parsed).into_iter().map(|defect| defect.kind).collect()
    }

    #[test]
    fn nothing_is_wrong() {
        let headers = [
            ("Metadata-Version", "2.5"),
            ("name", "x"),
            ("Version", "1"),
            ("Summary", ""),
            ("Home-page", "UNKNOWN"),
            ("Author-email", "A <a@b.com>"),
            ("Project-URL", "Docs, https://x.org"),
            ("Requires-Dist", "foo"),
            ("Dynamic", "requires-dist"),
            ("Import-Name", "a.b; private"),
            ("Import-Name", "_c"),
            ("Import-Namespace", "a.c "),
            ("Provides-Extra", "a.b_c-d"),
            ("Classifier", "Typing :: Typed"),
            ("License-Expression", "MIT"),
            ("Description-Content-Type", "text/markdown"),
        ];
        assert_eq!(kinds(&headers, "``` `` |x| :ref:`y`\n"), []);
    }

    #[test]
    fn each_field() {
        for (name, value, expected) in [
            ("Nonsense", "x", DefectKind::Unknown),
            ("Requires-Python", "^3", DefectKind::Specifiers),
            ("Provides-Extra", "my extra!", DefectKind::Extra),
            ("Dynamic", "nonsense", DefectKind::Dynamic),
            ("Dynamic", "Version", DefectKind::Dynamic),
            ("Import-Name", "demo-pkg", DefectKind::ImportName),
            ("Import-Name", "class", DefectKind::ImportName),
            ("Import-Name", "demo; public", DefectKind::ImportName),
            ("Import-Namespace", "1demo", DefectKind::ImportName),
            ("Import-Namespace", "", DefectKind::ImportName),
            ("Project-URL", "", DefectKind::UrlLabel),
            ("Provides-Extra", "x ", DefectKind::Extra),
            ("Project-URL", ", https://x.org", DefectKind::UrlLabel),
            ("Project-URL", "Home", DefectKind::Url("there is none")),
            ("Home-page", "example.org", DefectKind::Url("it has no scheme, as `https://`")),
            ("License-File", "../x", DefectKind::LicensePath("it holds `..`")),
        ] {
            assert_eq!(kinds(&[(name, value)], ""), [expected], "{name}: {value}");
        }
    }

    #[test]
    fn repeated_and_new() {
        assert_eq!(kinds(&[("Summary", "a"), ("summary", "b")], ""), [DefectKind::Repeated]);
        assert_eq!(
            kinds(&[("Project-URL", "a, https://x.org"), ("Project-URL", "a, https://y.org")], ""),
            [DefectKind::UrlLabelTwice]
        );
        let parsed = Parsed { headers: &[("Dynamic", "license".into())], body: "", version: Some((2, 1)) };
        assert_eq!(
            defects(&parsed).first().map(|defect| defect.kind.clone()),
            Some(DefectKind::Newer((2, 2)))
        );
        // Old setuptools wrote the fields of 2.1 under 2.0, which is itself refused.
        let headers = [("Provides-Extra", "test".into())];
        assert_eq!(defects(&Parsed { headers: &headers, body: "", version: Some((2, 0)) }), []);
    }

    #[test]
    fn descriptions() {
        assert_eq!(kinds(&[("Description", "x")], "y\n"), [DefectKind::TwoDescriptions]);
        assert!(matches!(kinds(&[], ".. automodule:: x\n")[..], [DefectKind::Description { line: 1, .. }]));
        assert!(matches!(
            kinds(&[("Description", "Title\n        =====\n        \n        .. foo:: x")], "")[..],
            [DefectKind::Description { line: 4, .. }]
        ));
        assert_eq!(kinds(&[("Description-Content-Type", "text/plain")], ".. automodule:: x\n"), []);
    }

    #[test]
    fn no_more_than_fifty() {
        let headers = vec![("Requires-Dist", "foo bar"); 1000];
        assert_eq!(kinds(&headers, "").len(), MAX_DEFECTS);
    }
}
