//! The file name of a wheel.
//!
//! `{project}-{version}(-{build})?-{python}-{abi}-{platform}.whl`:
//!
//! 1. The suffix is exactly `.whl`; the rest has five or six parts between
//!    `-`. One more at the end is a variant label (PEP 825, a draft).
//! 2. Project: `[A-Za-z0-9]([A-Za-z0-9._]*[A-Za-z0-9])?` without `__`.
//!    Canonical: lower case, every run of `_` and `.` one `_`.
//! 3. Version: PEP 440. Canonical: its normalized text; trailing zeros, epoch
//!    and local part stay.
//! 4. Build tag: digits, then `[A-Za-z0-9_.]*`. Kept to the letter.
//! 5. Three tag sets, see [`TagSet`].

use std::fmt;
use std::str::FromStr;

use pep440_rs::Version;

use super::tag::{Axis, CompressedTags, TagError, TagSet};
use crate::distribution::project::{ProjectName, ProjectNameError};
use crate::filename::{FileName, FileNameError};

const SUFFIX: &str = ".whl";

/// A file name that is none of a wheel: which, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a valid wheel filename: {kind}")]
pub struct WheelFilenameError {
    name: String,
    kind: WheelFilenameErrorKind,
}

impl WheelFilenameError {
    /// Why.
    #[must_use]
    pub const fn kind(&self) -> &WheelFilenameErrorKind {
        &self.kind
    }
}

/// Why a file name is not that of a wheel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WheelFilenameErrorKind {
    /// It is not even a safe file name.
    #[error("{0}")]
    Unsafe(FileNameError),
    /// It ends otherwise, `.WHL` too.
    #[error("it does not end with `.whl`")]
    Suffix,
    /// A part is missing, or a `-` stands where `_` should.
    #[error("it has {0} parts between `-`, not 5, or 6 with a build tag")]
    Parts(usize),
    /// A variant wheel: PEP 825 is a draft, and neither PyPI nor pip takes
    /// the name.
    #[error("it ends with the variant label {label:?} (PEP 825)")]
    Variant {
        /// The part after the platform tag.
        label: String,
    },
    /// The first part is no project's name.
    #[error("the project {part:?} is not a valid name: {error}")]
    Project {
        /// The first part.
        part: String,
        /// What is wrong with it.
        error: ProjectNameError,
    },
    /// `__` in the project: an escaped name never has it.
    #[error("the project {0:?} holds `__`")]
    ProjectUnderscores(String),
    /// The second part is no PEP 440 version.
    #[error("{0:?} is not a valid version (PEP 440)")]
    Version(String),
    /// Six parts, and the third is no build tag.
    #[error("{0:?} is not a valid build tag: one begins with a digit and holds letters, digits, `_` and `.`")]
    Build(String),
    /// One of the last three parts is no set of tags.
    #[error("in the {axis} tags, {error}")]
    Tags {
        /// Which one.
        axis: Axis,
        /// What is wrong with it.
        error: TagError,
    },
    /// The canonical name, which may be longer than the given one, is none
    /// that a file can have.
    #[error("its canonical form is not a valid file name: {0}")]
    Canonical(FileNameError),
}

impl WheelFilenameErrorKind {
    /// What was expected, a clause.
    #[must_use]
    pub const fn expected(&self) -> &'static str {
        match self {
            Self::Unsafe(_) | Self::Canonical(_) => "a file name of at most 255 bytes",
            Self::Suffix => "a name that ends with `.whl` in lower case",
            Self::Parts(_) => "`{project}-{version}(-{build})?-{python}-{abi}-{platform}.whl`",
            Self::Variant { .. } => "a name without a variant label, which no index accepts yet",
            Self::Project { .. } | Self::ProjectUnderscores(_) => {
                "the project's name in lower case, with `_` for every run of `-`, `_` and `.`"
            }
            Self::Version(_) => "a version as PEP 440 spells it",
            Self::Build(_) => "a build tag, which begins with a digit, or none",
            Self::Tags { .. } => "tags of ASCII letters, digits and `_`, joined by `.`",
        }
    }
}

/// A build tag: a tie-breaker between builds of one version.
///
/// It keeps its letters, leading zeros too: they are part of the name under
/// which the wheel was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildTag(String);

impl BuildTag {
    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn new(part: &str) -> Option<Self> {
        let valid = part.starts_with(|c: char| c.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        valid.then(|| Self(part.to_owned()))
    }
}

impl fmt::Display for BuildTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A way in which a wheel's name differs from its canonical one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deviation {
    /// Order, case or repetition of tags: a rename fixes it.
    Tags,
    /// The spelling of the version: PyPI accepts it, but finds the wheel's
    /// metadata under this spelling only.
    Version,
    /// The spelling of the project, which PyPI refuses; the wheel's metadata
    /// lies under this spelling, so a rename alone does not fix it.
    Project,
}

/// The file name of a wheel.
///
/// [`Display`](fmt::Display) gives the name as it was given, the inverse of
/// [`FromStr`].
#[derive(Debug, Clone)]
pub struct WheelFilename {
    given: FileName,
    tags_sorted: FileName,
    canonical: FileName,
    project: ProjectName,
    version: Version,
    version_given: String,
    build: Option<BuildTag>,
    tags: CompressedTags,
}

impl WheelFilename {
    /// Reads a file name.
    ///
    /// # Errors
    /// Why it is not the name of a wheel.
    pub fn new(name: &FileName) -> Result<Self, WheelFilenameError> {
        Self::read(name).map_err(|kind| WheelFilenameError { name: name.as_str().to_owned(), kind })
    }

    /// The name as given.
    #[must_use]
    pub const fn given(&self) -> &FileName {
        &self.given
    }

    /// The canonical name: project, version and tags in their one spelling.
    #[must_use]
    pub const fn canonical(&self) -> &FileName {
        &self.canonical
    }

    /// The name with its tags canonical and the rest to the letter: as far as
    /// a wheel can be renamed without being rewritten.
    #[must_use]
    pub const fn with_canonical_tags(&self) -> &FileName {
        &self.tags_sorted
    }

    /// Whether the name is the canonical one.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        self.given == self.canonical
    }

    /// The project, as spelt in the name.
    #[must_use]
    pub const fn project(&self) -> &ProjectName {
        &self.project
    }

    /// The version.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// The version as spelt in the name.
    #[must_use]
    pub fn version_as_given(&self) -> &str {
        &self.version_given
    }

    /// The build tag.
    #[must_use]
    pub const fn build(&self) -> Option<&BuildTag> {
        self.build.as_ref()
    }

    /// The three tag sets.
    #[must_use]
    pub const fn tags(&self) -> &CompressedTags {
        &self.tags
    }

    /// Which interpreters.
    #[must_use]
    pub const fn python(&self) -> &TagSet {
        self.tags.python()
    }

    /// Which ABIs.
    #[must_use]
    pub const fn abi(&self) -> &TagSet {
        self.tags.abi()
    }

    /// Which platforms.
    #[must_use]
    pub const fn platform(&self) -> &TagSet {
        self.tags.platform()
    }

    /// What PyPI, and whoever looks for a wheel's metadata by its name, puts
    /// before `.dist-info`: the first two parts of the name to the letter.
    #[must_use]
    pub fn metadata_prefix(&self) -> String {
        format!("{}-{}", self.project.as_given(), self.version_given)
    }

    /// The same in the canonical spelling of project and version.
    #[must_use]
    pub fn canonical_metadata_prefix(&self) -> String {
        format!("{}-{}", self.project.escaped(), self.version)
    }

    /// Whether `prefix` is a spelling of this project and this version, as
    /// before `.dist-info` or `.data`. There `_` stands for a version's `-`.
    #[must_use]
    pub fn matches_prefix(&self, prefix: &str) -> bool {
        let Some((project, version)) = prefix.rsplit_once('-') else { return false };
        project.parse().is_ok_and(|project: ProjectName| project == self.project)
            && version.replace('_', "-").parse().is_ok_and(|version: Version| version == self.version)
    }

    /// What differs from the canonical name; nothing if the name is it.
    #[must_use]
    pub fn deviations(&self) -> Vec<Deviation> {
        let mut deviations = Vec::new();
        if !self.tags.is_canonical() {
            deviations.push(Deviation::Tags);
        }
        if self.version_given != self.version.to_string() {
            deviations.push(Deviation::Version);
        }
        if self.project.as_given() != self.project.escaped() {
            deviations.push(Deviation::Project);
        }
        deviations
    }

    fn read(given: &FileName) -> Result<Self, WheelFilenameErrorKind> {
        use WheelFilenameErrorKind as Kind;

        let stem = given.as_str().strip_suffix(SUFFIX).ok_or(Kind::Suffix)?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (project, version, build, [python, abi, platform]) = match *parts.as_slice() {
            [project, version, python, abi, platform] => (project, version, None, [python, abi, platform]),
            [project, version, build, python, abi, platform] => {
                match BuildTag::new(build) {
                    Some(build) => (project, version, Some(build), [python, abi, platform]),
                    // `build` would be the python tag.
                    None if is_variant([build, python, abi], platform) => {
                        return Err(Kind::Variant { label: platform.to_owned() });
                    }
                    None => return Err(Kind::Build(build.to_owned())),
                }
            }
            [_, _, build, python, abi, platform, label]
                if BuildTag::new(build).is_some() && is_variant([python, abi, platform], label) =>
            {
                return Err(Kind::Variant { label: label.to_owned() });
            }
            _ => return Err(Kind::Parts(parts.len())),
        };

        if project.contains("__") {
            return Err(Kind::ProjectUnderscores(project.to_owned()));
        }
        let project: ProjectName =
            project.parse().map_err(|error| Kind::Project { part: project.to_owned(), error })?;
        let version_given = version.to_owned();
        let version: Version = version.parse().map_err(|_| Kind::Version(version_given.clone()))?;
        let tags =
            CompressedTags::new(python, abi, platform).map_err(|(axis, error)| Kind::Tags { axis, error })?;

        let name = |project: &str, version: &str| {
            let build = build.as_ref().map_or_else(String::new, |build| format!("-{build}"));
            format!("{project}-{version}{build}-{tags}{SUFFIX}").parse().map_err(Kind::Canonical)
        };
        let tags_sorted = name(project.as_given(), &version_given)?;
        let canonical = name(&project.escaped(), &version.to_string())?;
        Ok(Self {
            given: given.clone(),
            tags_sorted,
            canonical,
            project,
            version,
            version_given,
            build,
            tags,
        })
    }
}

/// Whether three parts and a label after them look like the end of a variant
/// wheel's name: the python tag names an interpreter and its version, the
/// platform is a whole one (not the `linux` of a misspelt `linux-x86_64`), and
/// the label has at most 16 of `[a-z0-9._]` (PEP 825).
fn is_variant([python, abi, platform]: [&str; 3], label: &str) -> bool {
    let names_interpreter = |tag: &str| {
        let version = tag.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        version.len() < tag.len() && version.starts_with(|c: char| c.is_ascii_digit())
    };
    let is_platform = |tag: &str| tag == "any" || tag.contains('_') || tag == "win32";
    CompressedTags::new(python, abi, platform).is_ok()
        && python.split('.').all(names_interpreter)
        && platform.split('.').all(is_platform)
        && (1..=16).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.'))
}

impl FromStr for WheelFilename {
    type Err = WheelFilenameError;

    fn from_str(name: &str) -> Result<Self, WheelFilenameError> {
        match name.parse() {
            Ok(name) => Self::new(&name),
            Err(error) => Err(WheelFilenameError {
                // However long the text was, an error stays a line.
                name: name.chars().take(crate::filename::MAX_NAME_BYTES).collect(),
                kind: WheelFilenameErrorKind::Unsafe(error),
            }),
        }
    }
}

impl fmt::Display for WheelFilename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.given.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wheel(name: &str) -> WheelFilename {
        name.parse().unwrap()
    }

    fn refused(name: &str) -> String {
        name.parse::<WheelFilename>().unwrap_err().to_string()
    }

    #[test]
    fn parts_of_a_name() {
        let name = wheel("Foo.Bar-1.0.rc.1-007a.B-PY3.py2-none-any.whl");
        assert_eq!(name.project().normalized(), "foo-bar");
        assert_eq!(name.version().to_string(), "1.0rc1");
        assert_eq!(name.build().unwrap().as_str(), "007a.B");
        assert_eq!(name.metadata_prefix(), "Foo.Bar-1.0.rc.1");
        assert_eq!(name.deviations(), [Deviation::Tags, Deviation::Version, Deviation::Project]);
        assert_eq!(name.canonical().as_str(), "foo_bar-1.0rc1-007a.B-py2.py3-none-any.whl");
        assert_eq!(name.with_canonical_tags().as_str(), "Foo.Bar-1.0.rc.1-007a.B-py2.py3-none-any.whl");
    }

    #[test]
    fn spellings_of_one_prefix() {
        let name = wheel("Foo.Bar-1.0.post1-py3-none-any.whl");
        assert_eq!(name.canonical_metadata_prefix(), "foo_bar-1.0.post1");
        for (prefix, is_one) in [
            ("foo_bar-1.0.post1", true),
            ("Foo.Bar-1.0_1", true),
            ("FOO-BAR-1.0.post1", true),
            ("foo_bar-1.0", false),
            ("foobar-1.0.post1", false),
            ("foo_bar", false),
            ("-1.0.post1", false),
            ("", false),
        ] {
            assert_eq!(name.matches_prefix(prefix), is_one, "{prefix}");
        }
    }

    #[test]
    fn deviations_one_by_one() {
        for (name, deviations) in [
            ("foo-1.0-py3-none-any.whl", &[][..]),
            ("foo-1.0-py3.py2-none-any.whl", &[Deviation::Tags]),
            ("foo-1.0-py2.py2-none-any.whl", &[Deviation::Tags]),
            ("foo-1.0-py3-none-Any.whl", &[Deviation::Tags]),
            ("foo-2024.08.30-py3-none-any.whl", &[Deviation::Version]),
            ("Foo-1.0-py3-none-any.whl", &[Deviation::Project]),
        ] {
            assert_eq!(wheel(name).deviations(), deviations, "{name}");
            assert_eq!(wheel(name).is_canonical(), deviations.is_empty(), "{name}");
        }
    }

    #[test]
    fn variants_are_distinguished_from_mistakes() {
        for (name, label) in [
            ("numpy-2.3.2-cp313-cp313t-musllinux_1_2_x86_64-x86_64_v3.whl", "x86_64_v3"),
            ("numpy-2.3.2-1-cp313-cp313t-win32-cu12.whl", "cu12"),
            ("foo-1.0-py3.py2-none-any-null.whl", "null"),
        ] {
            let error = name.parse::<WheelFilename>().unwrap_err();
            assert_eq!(error.kind(), &WheelFilenameErrorKind::Variant { label: label.into() }, "{name}");
        }
        for name in
            ["foo-1.0-py3-none-linux-x86_64.whl", "foo-1.0-q-py3-none-any.whl", "foo-1.0-py3-none-any-X.whl"]
        {
            let error = name.parse::<WheelFilename>().unwrap_err();
            assert!(matches!(error.kind(), WheelFilenameErrorKind::Build(_)), "{name}: {error}");
        }
    }

    #[test]
    fn messages() {
        insta::assert_snapshot!(refused("foo-1.0-py3-none-any.WHL"),
            @r#""foo-1.0-py3-none-any.WHL" is not a valid wheel filename: it does not end with `.whl`"#);
        insta::assert_snapshot!(refused("foo-1.0-py3-none.whl"),
            @r#""foo-1.0-py3-none.whl" is not a valid wheel filename: it has 4 parts between `-`, not 5, or 6 with a build tag"#);
        insta::assert_snapshot!(refused("typing-extensions-4.8.0-py3-none-any.whl"),
            @r#""typing-extensions-4.8.0-py3-none-any.whl" is not a valid wheel filename: "extensions" is not a valid version (PEP 440)"#);
        insta::assert_snapshot!(refused("foo-1.0-py3-none-linux-x86_64.whl"),
            @r#""foo-1.0-py3-none-linux-x86_64.whl" is not a valid wheel filename: "py3" is not a valid build tag: one begins with a digit and holds letters, digits, `_` and `.`"#);
        insta::assert_snapshot!(refused("foo__bar-1.0-py3-none-any.whl"),
            @r#""foo__bar-1.0-py3-none-any.whl" is not a valid wheel filename: the project "foo__bar" holds `__`"#);
        insta::assert_snapshot!(refused("_foo-1.0-py3-none-any.whl"),
            @r#""_foo-1.0-py3-none-any.whl" is not a valid wheel filename: the project "_foo" is not a valid name: it begins or ends with '_'"#);
        insta::assert_snapshot!(refused("foo-1.x-py3-none-any.whl"),
            @r#""foo-1.x-py3-none-any.whl" is not a valid wheel filename: "1.x" is not a valid version (PEP 440)"#);
        insta::assert_snapshot!(refused("foo-1.0-py3-none-any .whl"),
            @r#""foo-1.0-py3-none-any .whl" is not a valid wheel filename: in the platform tags, the tag "any " holds a character other than letters, digits and `_`"#);
        insta::assert_snapshot!(refused("a\nb"), @r#""a\nb" is not a valid wheel filename: it holds U+000A, a control or invisible character"#);
    }

    #[test]
    fn a_canonical_name_that_no_file_can_have() {
        // 255 bytes, and canonical `1.0.post0` is five longer than `1.0r`.
        let name = format!("{}-1.0r-py3-none-any.whl", "f".repeat(255 - 23));
        let name = format!("{}{name}", "f".repeat(255 - name.len()));
        let error = name.parse::<WheelFilename>().unwrap_err();
        assert_eq!(error.kind(), &WheelFilenameErrorKind::Canonical(FileNameError::TooLong(260)));
    }

    prop_compose! {
        fn any_name()(
            project in "[A-Za-z0-9]([A-Za-z0-9]|[._][A-Za-z0-9]){0,12}",
            version in "([0-9]!)?[0-9]{1,4}(\\.[0-9]{1,3}){0,3}(\\.?(a|b|rc|alpha|c|post|dev|rev)[0-9]{0,2})?(\\+[a-z0-9]{1,4})?",
            build in "(-[0-9]{1,3}[A-Za-z0-9_.]{0,4})?",
            python in "[A-Za-z][A-Za-z0-9_]{0,3}(\\.[A-Za-z][A-Za-z0-9_]{0,3}){0,3}",
            abi in "[A-Za-z0-9_]{1,4}(\\.[A-Za-z0-9_]{1,4}){0,3}",
            platform in "[A-Za-z0-9_]{1,6}(\\.[A-Za-z0-9_]{1,6}){0,3}",
        ) -> String {
            format!("{project}-{version}{build}-{python}-{abi}-{platform}.whl")
        }
    }

    proptest! {
        #[test]
        fn display_is_the_inverse_of_parse(name in any_name()) {
            prop_assert_eq!(wheel(&name).to_string(), name);
        }

        #[test]
        fn canonical_is_idempotent_and_sorted(name in any_name()) {
            let name = wheel(&name);
            let canonical = WheelFilename::new(name.canonical()).unwrap();
            prop_assert!(canonical.is_canonical());
            prop_assert!(canonical.deviations().is_empty());
            prop_assert_eq!(canonical.project(), name.project());
            prop_assert_eq!(canonical.version(), name.version());
            prop_assert_eq!(canonical.build(), name.build());
            prop_assert_eq!(canonical.tags(), name.tags());
            for set in [canonical.python(), canonical.abi(), canonical.platform()] {
                let tags: Vec<&str> = set.as_given().split('.').collect();
                prop_assert!(tags.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()));
            }
        }

        #[test]
        fn deviations_are_exactly_the_difference(name in any_name()) {
            let name = wheel(&name);
            prop_assert_eq!(name.deviations().is_empty(), name.is_canonical());
            let renamed = WheelFilename::new(name.with_canonical_tags()).unwrap();
            prop_assert!(!renamed.deviations().contains(&Deviation::Tags));
            prop_assert_eq!(renamed.metadata_prefix(), name.metadata_prefix());
        }

        #[test]
        fn any_text_is_answered(name in "\\PC{0,40}(\\.whl)?") {
            let _ = name.parse::<WheelFilename>();
        }

        #[test]
        fn any_parts_are_answered(parts in prop::collection::vec("[ -~é]{0,4}", 0..9)) {
            let _ = format!("{}.whl", parts.join("-")).parse::<WheelFilename>();
        }
    }
}
