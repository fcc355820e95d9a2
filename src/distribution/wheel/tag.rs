//! Compatibility tags and their compressed sets (PEP 425; "Platform
//! compatibility tags").

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which of the three questions a tag answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    /// Which interpreter: `cp312`, `py3`.
    Python,
    /// Which ABI: `cp312`, `abi3`, `none`.
    Abi,
    /// Which platform: `manylinux_2_28_x86_64`, `any`.
    Platform,
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Python => "python",
            Self::Abi => "ABI",
            Self::Platform => "platform",
        })
    }
}

/// A text that is no tag, or no set of tags.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Nothing where a tag should be, as in `py3.`.
    #[error("a tag is empty")]
    Empty,
    /// Only ASCII letters, digits and `_` are allowed.
    #[error("the tag {0:?} holds a character other than letters, digits and `_`")]
    Character(String),
    /// A python tag names an interpreter first.
    #[error("the python tag {0:?} begins with a digit")]
    Digit(String),
    /// Not the three parts of a line.
    #[error("it has {0} parts between `-`, not 3")]
    Parts(usize),
}

/// One tag on one axis, in lower case.
///
/// `[a-z0-9_]+`. The specification names no characters; these are those of
/// every tag that an installer or an index knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Tag(String);

impl Tag {
    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = TagError;

    fn from_str(tag: &str) -> Result<Self, TagError> {
        if tag.is_empty() {
            return Err(TagError::Empty);
        }
        if !tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(TagError::Character(tag.to_owned()));
        }
        Ok(Self(tag.to_ascii_lowercase()))
    }
}

impl TryFrom<String> for Tag {
    type Error = TagError;

    fn try_from(tag: String) -> Result<Self, TagError> {
        tag.parse()
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The tags on one axis: a compressed tag set, "`.`-separated, sorted" (PEP
/// 425), never empty.
///
/// Sorted by byte value, which is how every implementation reads the word:
/// `manylinux2014_x86_64` stands before `manylinux_2_17_x86_64`, and `cp310`
/// before `cp39`. Sets are equal if their tags are, however they were spelled.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "BTreeSet<Tag>", into = "BTreeSet<Tag>")]
pub struct TagSet {
    #[cfg_attr(test, schemars(skip))]
    given: String,
    tags: BTreeSet<Tag>,
}

impl TagSet {
    /// The set as it was spelled.
    #[must_use]
    pub fn as_given(&self) -> &str {
        &self.given
    }

    /// The tags, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter()
    }

    /// The tags as a set.
    #[must_use]
    pub const fn tags(&self) -> &BTreeSet<Tag> {
        &self.tags
    }

    /// Whether the spelling is the canonical one: lower case, sorted, no tag
    /// twice.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        self.given == self.to_string()
    }
}

impl FromStr for TagSet {
    type Err = TagError;

    fn from_str(given: &str) -> Result<Self, TagError> {
        let tags = given.split('.').map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { given: given.to_owned(), tags })
    }
}

impl TryFrom<BTreeSet<Tag>> for TagSet {
    type Error = TagError;

    fn try_from(tags: BTreeSet<Tag>) -> Result<Self, TagError> {
        if tags.is_empty() {
            return Err(TagError::Empty);
        }
        let mut set = Self { given: String::new(), tags };
        set.given = set.to_string();
        Ok(set)
    }
}

impl From<TagSet> for BTreeSet<Tag> {
    fn from(set: TagSet) -> Self {
        set.tags
    }
}

impl fmt::Display for TagSet {
    /// The canonical spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, tag) in self.tags.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            f.write_str(tag.as_str())?;
        }
        Ok(())
    }
}

impl PartialEq for TagSet {
    fn eq(&self, other: &Self) -> bool {
        self.tags == other.tags
    }
}

impl Eq for TagSet {}

/// `{python}-{abi}-{platform}`: what ends a wheel's name, and what a `Tag:`
/// line of its WHEEL file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompressedTags {
    python: TagSet,
    abi: TagSet,
    platform: TagSet,
}

impl CompressedTags {
    /// Reads the three sets.
    ///
    /// # Errors
    /// The axis that is wrong, and why. A python tag does not begin with a
    /// digit: a build tag in its place would.
    pub fn new(python: &str, abi: &str, platform: &str) -> Result<Self, (Axis, TagError)> {
        let on = |axis| move |error| (axis, error);
        let tags = Self {
            python: python.parse().map_err(on(Axis::Python))?,
            abi: abi.parse().map_err(on(Axis::Abi))?,
            platform: platform.parse().map_err(on(Axis::Platform))?,
        };
        let digit = |tag: &&Tag| tag.0.starts_with(|c: char| c.is_ascii_digit());
        if let Some(tag) = tags.python.tags.iter().find(digit) {
            return Err((Axis::Python, TagError::Digit(tag.0.clone())));
        }
        Ok(tags)
    }

    /// Which interpreters.
    #[must_use]
    pub const fn python(&self) -> &TagSet {
        &self.python
    }

    /// Which ABIs.
    #[must_use]
    pub const fn abi(&self) -> &TagSet {
        &self.abi
    }

    /// Which platforms.
    #[must_use]
    pub const fn platform(&self) -> &TagSet {
        &self.platform
    }

    /// Whether every environment that supports one of `others` supports one of
    /// these: they are the same, or broader.
    #[must_use]
    pub(crate) fn covers(&self, others: &Self) -> bool {
        let has = |axis: Axis, tag: &str| self.axis(axis).iter().any(|own| own.as_str() == tag);
        // What supports `cp312` or `pp310` supports `py3`.
        let has_generic = |tag: &Tag| {
            let version = tag.as_str().trim_start_matches(|c: char| c.is_ascii_alphabetic());
            version.get(..1).is_some_and(|major| has(Axis::Python, &format!("py{major}")))
        };
        let is_generic = others.python.iter().all(has_generic);
        let is_covered = |axis: Axis, tag: &Tag| {
            has(axis, tag.as_str())
                || match axis {
                    Axis::Python => has_generic(tag),
                    Axis::Abi => is_generic && has(axis, "none"),
                    Axis::Platform => has(axis, "any"),
                }
        };
        [Axis::Python, Axis::Abi, Axis::Platform]
            .into_iter()
            .all(|axis| others.axis(axis).iter().all(|tag| is_covered(axis, tag)))
    }

    /// As they were spelled.
    #[must_use]
    pub fn as_given(&self) -> String {
        [&self.python, &self.abi, &self.platform].map(TagSet::as_given).join("-")
    }

    /// The set on an axis.
    #[must_use]
    pub const fn axis(&self, axis: Axis) -> &TagSet {
        match axis {
            Axis::Python => &self.python,
            Axis::Abi => &self.abi,
            Axis::Platform => &self.platform,
        }
    }

    /// The tags of all, axis by axis; nothing if there are none.
    #[must_use]
    pub fn union(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut axes = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
        for tags in all {
            for (axis, set) in axes.iter_mut().zip([tags.python, tags.abi, tags.platform]) {
                axis.extend(set.tags);
            }
        }
        let [python, abi, platform] = axes.map(|axis| TagSet::try_from(axis).ok());
        Some(Self { python: python?, abi: abi?, platform: platform? })
    }

    /// How many combinations they stand for.
    #[must_use]
    pub fn combinations(&self) -> usize {
        let [python, abi, platform] = [&self.python, &self.abi, &self.platform].map(|set| set.tags.len());
        python.saturating_mul(abi).saturating_mul(platform)
    }

    /// Every combination, sorted. There may be as many as the product of what
    /// a line holds: ask for their [number](Self::combinations) first.
    pub fn expanded(&self) -> impl Iterator<Item = TagTriple> {
        self.python.iter().flat_map(move |python| {
            self.abi.iter().flat_map(move |abi| {
                self.platform.iter().map(move |platform| TagTriple {
                    python: python.clone(),
                    abi: abi.clone(),
                    platform: platform.clone(),
                })
            })
        })
    }

    /// Whether all three are spelled canonically.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        self.python.is_canonical() && self.abi.is_canonical() && self.platform.is_canonical()
    }
}

impl FromStr for CompressedTags {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, TagError> {
        let parts: Vec<&str> = text.split('-').collect();
        let [python, abi, platform] = parts.as_slice() else {
            return Err(TagError::Parts(parts.len()));
        };
        Self::new(python, abi, platform).map_err(|(_, error)| error)
    }
}

impl fmt::Display for CompressedTags {
    /// The canonical spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.python, self.abi, self.platform)
    }
}

/// One tag on each axis: what an expanded `Tag:` line of a WHEEL file says
/// (binary distribution format, "File contents").
///
/// Sorted by axis, which is the order of the text too: `-` stands before every
/// character of a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagTriple {
    python: Tag,
    abi: Tag,
    platform: Tag,
}

impl TagTriple {
    /// Which interpreter.
    #[must_use]
    pub const fn python(&self) -> &Tag {
        &self.python
    }

    /// Which ABI.
    #[must_use]
    pub const fn abi(&self) -> &Tag {
        &self.abi
    }

    /// Which platform.
    #[must_use]
    pub const fn platform(&self) -> &Tag {
        &self.platform
    }
}

impl fmt::Display for TagTriple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.python, self.abi, self.platform)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broader_tags() {
        let tags = |python, abi, platform| CompressedTags::new(python, abi, platform).unwrap();
        let named = tags("cp312", "cp312", "manylinux_2_28_x86_64.manylinux_2_17_x86_64");
        for (python, abi, platform, is_broader) in [
            ("py3", "none", "any", true),
            ("py2.py3", "none", "any", true),
            ("cp312", "cp312", "any", true),
            ("cp312", "none", "any", false),
            ("py2", "none", "any", false),
            ("cp312", "cp312", "manylinux_2_17_x86_64", false),
            ("cp312", "cp312", "manylinux_2_17_x86_64.manylinux_2_28_x86_64.win32", true),
            ("cp311", "cp311", "any", false),
        ] {
            assert_eq!(tags(python, abi, platform).covers(&named), is_broader, "{python}-{abi}-{platform}");
        }
    }

    #[test]
    fn sorted_by_byte_value() {
        for (given, canonical) in [
            ("manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux2014_x86_64.manylinux_2_17_x86_64"),
            ("cp39.cp310", "cp310.cp39"),
            ("macosx_10_6_intel.macosx_10_10_intel", "macosx_10_10_intel.macosx_10_6_intel"),
            ("py2.pp39", "pp39.py2"),
            ("abi3t.abi3", "abi3.abi3t"),
            ("py3.PY3", "py3"),
        ] {
            let set: TagSet = given.parse().unwrap();
            assert_eq!(set.to_string(), canonical);
            assert_eq!(set.as_given(), given);
            assert!(!set.is_canonical());
            assert_eq!(set, canonical.parse().unwrap());
        }
    }

    #[test]
    fn no_tags() {
        assert_eq!("".parse::<TagSet>(), Err(TagError::Empty));
        assert_eq!("py3.".parse::<TagSet>(), Err(TagError::Empty));
        assert!(matches!("any!".parse::<TagSet>(), Err(TagError::Character(tag)) if tag == "any!"));
        assert!(matches!("ªny".parse::<TagSet>(), Err(TagError::Character(_))));
        let error = CompressedTags::new("py3.2", "none", "any").unwrap_err();
        assert_eq!(error, (Axis::Python, TagError::Digit("2".into())));
        assert_eq!("py3-none".parse::<CompressedTags>(), Err(TagError::Parts(2)));
        assert!(serde_json::from_str::<TagSet>("[]").is_err());
        assert!(serde_json::from_str::<TagSet>(r#"["a.b"]"#).is_err());
    }

    #[test]
    fn serialized_as_a_sorted_list() {
        let set: TagSet = "py3.PY2".parse().unwrap();
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(json, r#"["py2","py3"]"#);
        assert_eq!(serde_json::from_str::<TagSet>(&json).unwrap(), set);
    }

    #[test]
    fn expanded_in_order() {
        let tags: CompressedTags = "PY3.py2.py3-none-any.Win32".parse().unwrap();
        let expanded: Vec<_> = tags.expanded().map(|triple| triple.to_string()).collect();
        assert_eq!(expanded, ["py2-none-any", "py2-none-win32", "py3-none-any", "py3-none-win32"]);
        assert!(expanded.is_sorted() && tags.expanded().is_sorted());
        assert_eq!(tags.combinations(), expanded.len());
    }

    #[test]
    fn united_axis_by_axis() {
        let all = ["cp312-abi3-b", "cp312.cp311-abi3-a"].map(|line| line.parse::<CompressedTags>().unwrap());
        assert_eq!(CompressedTags::union(all), Some("cp311.cp312-abi3-a.b".parse().unwrap()));
        assert_eq!(CompressedTags::union([]), None);
    }
}
