//! The fields of core metadata that resolvers read of one file and apply to
//! all files of the version.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::field::MetadataVersion;
use super::requirement;
use crate::distribution::header::Header;
use crate::sample::Sample;

/// The most bytes of a field's values that are kept to name a difference.
const MAX_KEPT: usize = 2048;

/// The fields that all files of a version should declare alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedFields([FieldValues; 3]);

/// A field that all files of a version should declare alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SharedField {
    /// `Requires-Python`.
    RequiresPython,
    /// `Requires-Dist`.
    RequiresDist,
    /// `Provides-Extra`.
    ProvidesExtra,
}

impl SharedField {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::RequiresPython, Self::RequiresDist, Self::ProvidesExtra];

    const fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPython => "Requires-Python",
            Self::RequiresDist => "Requires-Dist",
            Self::ProvidesExtra => "Provides-Extra",
        }
    }
}

impl fmt::Display for SharedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The values of one field, in no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldValues {
    /// Of all values.
    fingerprint: u64,
    /// The values, normalized, as far as [`MAX_KEPT`] goes.
    values: BTreeSet<String>,
    is_whole: bool,
    /// Whether another file of the version may have other values.
    pub is_dynamic: bool,
}

impl SharedFields {
    /// Those of these headers.
    pub(super) fn of(headers: &[Header<'_>], version: Option<MetadataVersion>) -> Self {
        Self(SharedField::ALL.map(|field| FieldValues::of(headers, version, field)))
    }

    /// The values of a field.
    #[must_use]
    pub(crate) fn field(&self, field: SharedField) -> &FieldValues {
        let [python, requirements, extras] = &self.0;
        match field {
            SharedField::RequiresPython => python,
            SharedField::RequiresDist => requirements,
            SharedField::ProvidesExtra => extras,
        }
    }
}

impl FieldValues {
    fn of(headers: &[Header<'_>], version: Option<MetadataVersion>, field: SharedField) -> Self {
        let all =
            |name: &'static str| headers.iter().filter(move |header| header.is(name)).map(Header::value);
        let normalize: fn(&str) -> String = match field {
            SharedField::RequiresPython => requirement::normalized_specifiers,
            SharedField::RequiresDist => requirement::normalized,
            SharedField::ProvidesExtra => requirement::normalized_name,
        };
        let values: BTreeSet<String> =
            all(field.as_str()).map(|value| normalize(&value)).filter(|value| !value.is_empty()).collect();
        let mut hasher = DefaultHasher::new();
        values.hash(&mut hasher);
        let mut left = MAX_KEPT;
        let count = values.len();
        let values: BTreeSet<String> = values
            .into_iter()
            .take_while(|value| {
                let fits = value.len() <= left;
                left = left.saturating_sub(value.len());
                fits
            })
            .collect();
        // Before version 2.2 an sdist does not say which fields are final.
        let is_unsaid =
            version.is_none_or(|version| version < (2, 2)) && field != SharedField::RequiresPython;
        let is_dynamic = is_unsaid || all("Dynamic").any(|name| name.eq_ignore_ascii_case(field.as_str()));
        Self { fingerprint: hasher.finish(), is_whole: values.len() == count, values, is_dynamic }
    }

    /// Whether both have the same values.
    #[must_use]
    pub(crate) const fn is_same(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }

    /// The values that the other has not; empty if that is not known.
    #[must_use]
    pub(crate) fn without(&self, other: &Self) -> Sample<String> {
        if !self.is_whole || !other.is_whole {
            return Sample::default();
        }
        self.values.difference(&other.values).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::header;

    fn fields(text: &str) -> SharedFields {
        let text = format!("Metadata-Version: 2.2\n{text}");
        SharedFields::of(&header::read(text.as_bytes()).unwrap(), Some((2, 2)))
    }

    #[test]
    fn one_meaning_in_several_spellings() {
        for (one, other) in [
            ("Requires-Dist: Foo_Bar (>=1.0,<2)\n", "Requires-Dist: foo-bar<2,>=1.0\n"),
            ("Requires-Dist: a ; extra == 'x'\n", "Requires-Dist: a;extra==\"x\"\n"),
            ("Requires-Dist: a\nRequires-Dist: b\n", "Requires-Dist: b\nRequires-Dist: a\n"),
            ("Requires-Dist: a[y,x]>=1\n", "Requires-Dist: a[x, y] >= 1\n"),
            ("Requires-Python: >=3.9, <4\n", "Requires-Python: <4,>=3.9\n"),
            ("Provides-Extra: Foo_Bar\n", "Provides-Extra: foo-bar\n"),
            ("", "Requires-Python: \n"),
        ] {
            for field in SharedField::ALL {
                let (one, other) = (fields(one), fields(other));
                assert!(one.field(field).is_same(other.field(field)), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn differences() {
        let (one, other) =
            (fields("Requires-Dist: a\nRequires-Dist: b>=1\n"), fields("Requires-Dist: b>=2\n"));
        let (one, other) = (one.field(SharedField::RequiresDist), other.field(SharedField::RequiresDist));
        assert!(!one.is_same(other));
        assert_eq!(
            (one.without(other).to_string(), other.without(one).to_string()),
            ("`a`, `b>=1`".to_owned(), "`b>=2`".to_owned())
        );
        let many: Vec<String> = (0..500).map(|n| format!("Requires-Dist: package-{n}")).collect();
        let many = fields(&many.join("\n"));
        assert!(many.field(SharedField::RequiresDist).without(other).is_empty());
    }

    #[test]
    fn what_may_differ() {
        let dynamic = fields("Dynamic: requires-dist\nRequires-Python: >=3\n");
        assert!(dynamic.field(SharedField::RequiresDist).is_dynamic);
        assert!(!dynamic.field(SharedField::RequiresPython).is_dynamic);
    }
}
