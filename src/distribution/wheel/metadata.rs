//! A wheel's WHEEL file (binary distribution format, "The .dist-info
//! directory").

use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;

use super::filename::BuildTag;
use super::tag::{CompressedTags, TagTriple};
use crate::distribution::header::{self, Header, HeadersError};
use crate::distribution::text::{self, excerpt};
use crate::filename::MAX_NAME_BYTES;

/// The most bytes of a WHEEL file that are read. Real ones have a few
/// hundred; a `Tag:` line for each combination makes some thousand.
pub(crate) const MAX_WHEEL_BYTES: usize = 64 << 10;

/// The most `Generator` lines that are kept. A wheel that was repaired has two.
const MAX_GENERATORS: usize = 10;

/// The most combinations that all `Tag:` lines may stand for. A line of some
/// hundred bytes could spell millions.
pub(crate) const MAX_TRIPLES: usize = 10_000;

/// A WHEEL file that cannot be read, or not be rewritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WheelMetadataError {
    /// More than [`MAX_WHEEL_BYTES`].
    #[error("WHEEL has {0} bytes; the limit is {MAX_WHEEL_BYTES}")]
    TooLong(usize),
    /// Not UTF-8, or too many headers.
    #[error("WHEEL cannot be read: {0}")]
    Headers(HeadersError),
    /// Some other file under its name.
    #[error("WHEEL has no `Wheel-Version:` line")]
    NoWheelVersion,
    /// More than [`MAX_TRIPLES`].
    #[error("the `Tag:` lines of WHEEL stand for more than {MAX_TRIPLES} tags")]
    TooManyTags,
    /// Nothing that could be rewritten.
    #[error("WHEEL has no `Tag:` line")]
    NoTag,
    /// A `Tag` that cannot be rewritten, because it is not valid: its beginning.
    #[error("WHEEL has the line `Tag:` with {0:?}, which is not a valid tag")]
    Tag(String),
}

/// What a WHEEL file says of its wheel.
///
/// Headers that are not known are passed over: tools add their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelMetadata {
    wheel_version: String,
    generators: Vec<String>,
    root_is_purelib: Option<bool>,
    tags: Vec<String>,
    has_tags_behind: bool,
    build: Option<String>,
}

impl WheelMetadata {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not text, too long, has no `Wheel-Version`, or its tags are too
    /// many. A `Tag` that is none is no error here.
    pub fn read(bytes: &[u8]) -> Result<Self, WheelMetadataError> {
        if bytes.len() > MAX_WHEEL_BYTES {
            return Err(WheelMetadataError::TooLong(bytes.len()));
        }
        let headers = header::read(bytes).map_err(WheelMetadataError::Headers)?;
        let text = read_text(bytes)?;
        let first = |name: &str| headers.iter().find(|header| header.is(name)).map(Header::value);
        let metadata = Self {
            wheel_version: excerpt(&first("Wheel-Version").ok_or(WheelMetadataError::NoWheelVersion)?),
            generators: headers
                .iter()
                .filter(|header| header.is("Generator"))
                .take(MAX_GENERATORS)
                .map(|header| excerpt(&header.value()))
                .collect(),
            root_is_purelib: first("Root-Is-Purelib").map(|value| value.eq_ignore_ascii_case("true")),
            tags: headers
                .iter()
                .filter(|header| header.is("Tag"))
                .map(|header| header.value().into_owned())
                .collect(),
            has_tags_behind: text
                .get(headers.last().map_or(0, |last| last.span.end)..)
                .is_some_and(|behind| text::lines(behind).any(|line| line.text.starts_with("Tag:"))),
            // One more than a build tag can have, so that it equals none.
            build: first("Build").map(|value| value.chars().take(MAX_NAME_BYTES + 1).collect()),
        };
        let combinations = metadata.compressed_tags().flatten().map(|tags| tags.combinations());
        if combinations.fold(0, usize::saturating_add) > MAX_TRIPLES {
            return Err(WheelMetadataError::TooManyTags);
        }
        Ok(metadata)
    }

    /// The file with `build` for its build tag and every tag on a line of its
    /// own, in lower case, sorted, none twice.
    ///
    /// The tags that the file spells stay the same set: none is added, none
    /// removed. They stand where the first `Tag` stood, with its line end;
    /// `Build` stands where it stood, or right before the tags. All else stays
    /// byte for byte, and so do tags and build if they say the same already.
    ///
    /// # Errors
    /// It cannot be [read](Self::read), has no `Tag`, or one that is none.
    pub fn rewritten(bytes: &[u8], build: Option<&BuildTag>) -> Result<Vec<u8>, WheelMetadataError> {
        let metadata = Self::read(bytes)?;
        let text = read_text(bytes)?;
        let headers = header::read(bytes).map_err(WheelMetadataError::Headers)?;
        let first_tag = headers.iter().find(|header| header.is("Tag")).ok_or(WheelMetadataError::NoTag)?;
        let at = first_tag.span.start;
        if let Some(line) = metadata.wrong_tag() {
            return Err(WheelMetadataError::Tag(line));
        }
        let tags: Vec<String> = metadata.triples().iter().map(TagTriple::to_string).collect();
        let build: Vec<String> = build.iter().map(ToString::to_string).collect();

        let mut edits =
            [edits(text, &headers, "Tag", &tags, at), edits(text, &headers, "Build", &build, at)].concat();
        edits.sort_by_key(|(place, _)| (place.start, place.end));
        let mut rewritten = String::with_capacity(text.len());
        let mut from = 0;
        for (place, lines) in edits {
            rewritten.push_str(text.get(from..place.start).unwrap_or_default());
            rewritten.push_str(&lines);
            from = place.end;
        }
        rewritten.push_str(text.get(from..).unwrap_or_default());
        Ok(rewritten.into_bytes())
    }

    /// `Wheel-Version`, as given, shortened to what an error shows.
    #[must_use]
    pub fn wheel_version(&self) -> &str {
        &self.wheel_version
    }

    /// `Wheel-Version` as major and minor version, if it is `{major}.{minor}` or
    /// `{major}`.
    #[must_use]
    pub fn wheel_version_number(&self) -> Option<(u64, u64)> {
        // pip reads `1` as well.
        let (major, minor) = self.wheel_version.split_once('.').unwrap_or((&self.wheel_version, "0"));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if digits(major) && digits(minor) { Some((major.parse().ok()?, minor.parse().ok()?)) } else { None }
    }

    /// Whether installers read wheels of this version: they know 1.0, and "must
    /// fail if Wheel-Version has a greater major version".
    #[must_use]
    pub fn is_wheel_version_supported(&self) -> bool {
        self.wheel_version_number().is_some_and(|(major, _)| major == 1)
    }

    /// Every `Generator` in order, each shortened to what is shown; ten at the
    /// most. Repair tools add theirs.
    #[must_use]
    pub fn generators(&self) -> &[String] {
        &self.generators
    }

    /// `Root-Is-Purelib`, if it is there.
    #[must_use]
    pub const fn root_is_purelib(&self) -> Option<bool> {
        self.root_is_purelib
    }

    /// Every `Tag` line as given, in order.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// Every `Tag` line as the sets that it spells; `None` stands for one that
    /// is no tag.
    pub fn compressed_tags(&self) -> impl Iterator<Item = Option<CompressedTags>> {
        self.tags.iter().map(|line| line.parse().ok())
    }

    /// Whether `Tag:` lines stand after the headers, where parsers ignore them:
    /// after a blank line.
    #[must_use]
    pub const fn has_tags_behind(&self) -> bool {
        self.has_tags_behind
    }

    /// The first `Tag` line that is no tag, shortened to what an error shows.
    #[must_use]
    pub fn wrong_tag(&self) -> Option<String> {
        self.tags.iter().find(|line| line.parse::<CompressedTags>().is_err()).map(|line| excerpt(line))
    }

    /// Every combination that the `Tag` lines stand for; a line that is no tag
    /// stands for none.
    #[must_use]
    pub fn triples(&self) -> BTreeSet<TagTriple> {
        let mut triples = BTreeSet::new();
        for tags in self.compressed_tags().flatten() {
            triples.extend(tags.expanded());
        }
        triples
    }

    /// The tags of all `Tag` lines axis by axis, which is how a wheel's name
    /// gives them; `None` if no line is a tag.
    ///
    /// A name stands for the product of its sets, the lines not always: a real
    /// wheel has 6 for 36 combinations. So the two agree if these sets do.
    #[must_use]
    pub fn axes(&self) -> Option<CompressedTags> {
        CompressedTags::union(self.compressed_tags().flatten())
    }

    /// `Build`, if it is there; the beginning of one that is too long for any
    /// build tag.
    #[must_use]
    pub fn build(&self) -> Option<&str> {
        self.build.as_deref()
    }
}

fn read_text(bytes: &[u8]) -> Result<&str, WheelMetadataError> {
    text::read(bytes).map_err(|error| WheelMetadataError::Headers(HeadersError::Text(error)))
}

/// What to write, and in place of what, so that the headers of a name have
/// these values, one a line: nothing if they have. They stand where the first
/// one stood, or at `missing` if there is none.
fn edits(
    text: &str,
    headers: &[Header<'_>],
    name: &str,
    values: &[String],
    missing: usize,
) -> Vec<(Range<usize>, String)> {
    let (olds, old_values): (Vec<_>, Vec<_>) = headers
        .iter()
        .filter(|header| header.is(name))
        .map(|header| (header.span.clone(), header.value()))
        .unzip();
    if old_values == values {
        return Vec::new();
    }
    let place = olds.first().cloned().unwrap_or(missing..missing);
    let end = line_end(text, place.start);
    let lines = values.iter().flat_map(|value| [name, ": ", value, end]).collect();
    iter::once((place, lines)).chain(olds.into_iter().skip(1).map(|old| (old, String::new()))).collect()
}

/// The end of the line that begins at `at`, or of the first one if it has
/// none.
fn line_end(text: &str, at: usize) -> &str {
    let end = |at| text.get(at..).and_then(|rest| text::lines(rest).next()).map_or("", |line| line.end);
    [end(at), end(0)].into_iter().find(|end| !end.is_empty()).unwrap_or("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::WheelFilename;
    use super::*;

    #[test]
    fn a_repaired_wheel() {
        let wheel = WheelMetadata::read(
            b"Wheel-Version: 1.0\r\nGenerator: setuptools (80.9.0)\r\nRoot-Is-Purelib: false\r\nBuild: 58\r\n\
              Tag: cp312-cp312-macosx_10_13_x86_64\r\nTag: cp312-cp312-macosx_11_0_arm64\r\n\
              Generator: delocate 0.13.0\r\n\r\n",
        )
        .unwrap();
        assert_eq!(wheel.generators(), ["setuptools (80.9.0)", "delocate 0.13.0"]);
        assert_eq!(wheel.tags(), ["cp312-cp312-macosx_10_13_x86_64", "cp312-cp312-macosx_11_0_arm64"]);
        assert_eq!(wheel.compressed_tags().flatten().count(), 2);
        assert_eq!((wheel.build(), wheel.root_is_purelib()), (Some("58"), Some(false)));
    }

    #[test]
    fn what_is_missing_or_broken() {
        assert_eq!(WheelMetadata::read(b"Tag: py3-none-any"), Err(WheelMetadataError::NoWheelVersion));
        assert!(matches!(WheelMetadata::read(b"\xff"), Err(WheelMetadataError::Headers(_))));
        assert!(matches!(
            WheelMetadata::read(&vec![b' '; MAX_WHEEL_BYTES + 1]),
            Err(WheelMetadataError::TooLong(_))
        ));
        let wheel = WheelMetadata::read(b"Wheel-Version: 1.0\nTag: any").unwrap();
        assert_eq!(wheel.compressed_tags().collect::<Vec<_>>(), [None]);
        assert_eq!(wheel.build(), None);
    }

    /// The file rewritten with this build tag, or the error.
    fn rewritten(wheel: &str, build: &str) -> String {
        let build = (!build.is_empty()).then(|| {
            let name: WheelFilename = format!("a-1-{build}-py3-none-any.whl").parse().unwrap();
            name.build().unwrap().clone()
        });
        match WheelMetadata::rewritten(wheel.as_bytes(), build.as_ref()) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn tags_sorted_and_expanded_where_they_stood() {
        assert_eq!(
            rewritten(
                "Wheel-Version: 1.0\r\nGenerator: a\r\n (b)\r\nTag: PY3.py2-none-any\r\nGenerator: c\nX: y\r\n\
                 tag:py2-none-any\r\nRoot-Is-Purelib: true\r\n\r\nTag: text\r\n",
                ""
            ),
            "Wheel-Version: 1.0\r\nGenerator: a\r\n (b)\r\nTag: py2-none-any\r\nTag: py3-none-any\r\nGenerator: c\nX: y\r\n\
             Root-Is-Purelib: true\r\n\r\nTag: text\r\n"
        );
        // Not the product, so not the product afterwards.
        assert_eq!(
            rewritten("Wheel-Version: 1.0\nTag: cp39-abi3-b\nTag: cp310-abi3-a\n", ""),
            "Wheel-Version: 1.0\nTag: cp310-abi3-a\nTag: cp39-abi3-b\n"
        );
        assert_eq!(
            rewritten("Wheel-Version: 1.0\rTag: py3.py2-none-any", ""),
            "Wheel-Version: 1.0\rTag: py2-none-any\rTag: py3-none-any\r"
        );
        assert_eq!(
            rewritten("Tag:\r\n py3.py2-none-any\nWheel-Version: 1.0", ""),
            "Tag: py2-none-any\r\nTag: py3-none-any\r\nWheel-Version: 1.0"
        );
    }

    #[test]
    fn build_set_replaced_and_removed() {
        let without = "Wheel-Version: 1.0\r\nGenerator: a\nTag: py3-none-any\r\n\r\n";
        let with = "Wheel-Version: 1.0\r\nGenerator: a\nBuild: 01x\r\nTag: py3-none-any\r\n\r\n";
        assert_eq!(rewritten(without, "01x"), with);
        assert_eq!(rewritten(with, ""), without);
        assert_eq!(
            rewritten("build:1\rBuild: 2\nWheel-Version: 1.0\nTag: py3-none-any", "2"),
            "Build: 2\rWheel-Version: 1.0\nTag: py3-none-any"
        );
        assert_eq!(
            rewritten("Wheel-Version: 1.0\nTag: b-c-d\nBuild: 1\nTag: a-c-d", "2"),
            "Wheel-Version: 1.0\nTag: a-c-d\nTag: b-c-d\nBuild: 2\n"
        );
    }

    #[test]
    fn what_says_the_same_is_equal() {
        for (wheel, build) in [
            ("Wheel-Version: 1.0\nTag:py2-none-any  \nBuild:1\r\nTag: py3-none-any", "1"),
            ("Wheel-Version: 1.0\rTAG: py3-none-any\r\rBuild: 1", ""),
        ] {
            assert_eq!(rewritten(wheel, build), wheel);
        }
    }

    #[test]
    fn what_cannot_be_rewritten() {
        insta::assert_snapshot!(rewritten("Wheel-Version: 1.0\n", "1"), @"WHEEL has no `Tag:` line");
        insta::assert_snapshot!(rewritten("Tag: py3-none-any\n", ""), @"WHEEL has no `Wheel-Version:` line");
        insta::assert_snapshot!(rewritten("Wheel-Version: 1.0\nTag: py3-none-any\nTag: any", ""),
            @r#"WHEEL has the line `Tag:` with "any", which is not a valid tag"#);
        let axis: Vec<_> = ('a'..='z').map(String::from).collect();
        insta::assert_snapshot!(rewritten(&format!("Wheel-Version: 1.0\nTag: {0}-{0}-{0}", axis.join(".")), ""),
            @"the `Tag:` lines of WHEEL stand for more than 10000 tags");
    }

    #[test]
    fn tags_axis_by_axis() {
        let wheel = WheelMetadata::read(
            b"Wheel-Version: 1.0\nTag: py3.py2-none-any\nTag: any\nTag: CP312-none-win32\n",
        )
        .unwrap();
        assert_eq!(wheel.axes(), Some("cp312.py2.py3-none-any.win32".parse().unwrap()));
        let triples: Vec<_> = wheel.triples().iter().map(TagTriple::to_string).collect();
        assert_eq!(triples, ["cp312-none-win32", "py2-none-any", "py3-none-any"]);
        assert_eq!(WheelMetadata::read(b"Wheel-Version: 1.0").unwrap().axes(), None);
    }

    #[test]
    fn versions() {
        for (version, number, supported) in [
            ("1.0", Some((1, 0)), true),
            ("1.9", Some((1, 9)), true),
            ("2.0", Some((2, 0)), false),
            ("0.1", Some((0, 1)), false),
            ("1", Some((1, 0)), true),
            ("2", Some((2, 0)), false),
            ("1.0.0", None, false),
            ("+1.0", None, false),
            (".", None, false),
            ("", None, false),
            ("99999999999999999999.0", None, false),
        ] {
            let wheel = WheelMetadata::read(format!("Wheel-Version: {version}").as_bytes()).unwrap();
            assert_eq!(wheel.wheel_version_number(), number, "{version}");
            assert_eq!(wheel.is_wheel_version_supported(), supported, "{version}");
        }
    }

    proptest! {
        #[test]
        fn rewriting_keeps_all_but_order_and_spelling(
            lines in prop::collection::vec(
                prop_oneof![
                    "[tT]ag: ?(py2|py3|PY3|cp39)(\\.py2)?-none-(any|win32)(\\.a)?",
                    "Build: 1",
                    "Generator: [a-z]{1,3}(\n x)?",
                    Just(String::new()),
                ],
                0..8,
            ),
            end in "\r\n|\n|\r",
            build in "|1|2",
        ) {
            let before = [vec!["Wheel-Version: 1.0".to_owned(), "Tag: py3-none-any".into()], lines].concat().join(&end);
            let after = rewritten(&before, &build);
            let (read_before, read_after) = (WheelMetadata::read(before.as_bytes()).unwrap(), WheelMetadata::read(after.as_bytes()).unwrap());
            prop_assert_eq!(read_after.triples(), read_before.triples());
            prop_assert_eq!(read_after.axes(), read_before.axes());
            prop_assert_eq!(read_after.tags().len(), read_after.triples().len());
            prop_assert!(read_after.tags().is_sorted());
            prop_assert_eq!(read_after.build().unwrap_or_default(), &build);
            prop_assert_eq!(read_after.generators(), read_before.generators());
            prop_assert_eq!(rewritten(&after, &build), after);
        }
    }
}
