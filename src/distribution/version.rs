//! Versions across ecosystems: is the wheel's the npm package's, and the
//! tag's?

use std::fmt;
use std::str::FromStr;

use super::archive_name;
use super::project::ProjectName;

/// What a version text means, in the ecosystem that it was written for.
///
/// Whatever PEP 440 and `SemVer` both call the same is `Pep440` here; `SemVer`
/// alone is what PEP 440 cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    Pep440(pep440_rs::Version),
    SemVer(semver::Version),
}

impl Meaning {
    /// `1.0.0-rc.1` is `1.0.0rc1`. But `1.0.0-1` is a prerelease here and a
    /// post-release there, and so no PEP 440 version at all.
    fn of_semver(version: &semver::Version) -> Self {
        let is_prerelease = !version.pre.is_empty();
        match version.to_string().parse::<pep440_rs::Version>() {
            Ok(same) if !same.is_post() && same.any_prerelease() == is_prerelease => Self::Pep440(same),
            _ => Self::SemVer(version.clone()),
        }
    }
}

/// The version that a distribution declares, and what it means.
///
/// Equal to every spelling of the same version, in PEP 440 and in `SemVer`:
/// `1.0.0-rc.1`, `1.0.0rc1` and `1.0rc1` are one.
#[derive(Debug, Clone)]
pub struct DeclaredVersion {
    given: String,
    meaning: Meaning,
}

impl From<&pep440_rs::Version> for DeclaredVersion {
    fn from(version: &pep440_rs::Version) -> Self {
        Self { given: version.to_string(), meaning: Meaning::Pep440(version.clone()) }
    }
}

impl From<&semver::Version> for DeclaredVersion {
    fn from(version: &semver::Version) -> Self {
        Self { given: version.to_string(), meaning: Meaning::of_semver(version) }
    }
}

impl fmt::Display for DeclaredVersion {
    /// As its ecosystem spells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

impl DeclaredVersion {
    /// Whether it is newer, in an ecosystem that knows both.
    #[must_use]
    pub(crate) fn is_newer_than(&self, other: &Self) -> bool {
        match (&self.meaning, &other.meaning) {
            (Meaning::Pep440(one), Meaning::Pep440(other)) => one > other,
            (Meaning::SemVer(one), Meaning::SemVer(other)) => one > other,
            _ => false,
        }
    }

    /// Whether it looks like the version that tools derive from a checkout
    /// without tags: `0.1.dev1+gb4ebee8`, `0.0.0`.
    #[must_use]
    pub(crate) fn is_of_a_shallow_clone(&self) -> bool {
        let has_commit = self.given.split_once("+g").is_some_and(|(_, commit)| {
            commit.len() >= 7 && commit.chars().take(7).all(|c| c.is_ascii_hexdigit())
        });
        has_commit || self.given == "0.0.0" || self.given.starts_with("0.1.dev")
    }
}

impl PartialEq for DeclaredVersion {
    fn eq(&self, other: &Self) -> bool {
        self.meaning == other.meaning
    }
}

impl Eq for DeclaredVersion {}

/// A text that is no version of any ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a PEP 440 version nor a SemVer one")]
pub struct ReleaseVersionError(String);

/// The version that a release is to bear, as a person or a tag says it: for
/// no ecosystem in particular, so that it may be read in more than one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseVersion {
    given: String,
    meanings: Vec<Meaning>,
}

impl ReleaseVersion {
    /// Whether the version that a file declares is this one, in any reading of
    /// it.
    #[must_use]
    pub fn is(&self, declared: &DeclaredVersion) -> bool {
        self.meanings.contains(&declared.meaning)
    }
}

impl FromStr for ReleaseVersion {
    type Err = ReleaseVersionError;

    /// A `v` or `V` before the version is skipped.
    fn from_str(text: &str) -> Result<Self, ReleaseVersionError> {
        let given = text.strip_prefix(['v', 'V']).filter(|rest| starts_with_digit(rest)).unwrap_or(text);
        let error = || ReleaseVersionError(text.chars().take(100).collect());
        // PEP 440 allows blanks around a version and a second `v`.
        if !starts_with_digit(given) || given.contains(char::is_whitespace) {
            return Err(error());
        }
        let mut meanings: Vec<Meaning> = given.parse().map(Meaning::Pep440).into_iter().collect();
        if let Ok(version) = given.parse() {
            let meaning = Meaning::of_semver(&version);
            if !meanings.contains(&meaning) {
                meanings.push(meaning);
            }
        }
        if meanings.is_empty() {
            return Err(error());
        }
        Ok(Self { given: given.to_owned(), meanings })
    }
}

impl fmt::Display for ReleaseVersion {
    /// As given, without the `v`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

/// What a pushed tag says: a version, and perhaps of which project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTag {
    /// What stands before the version; nothing if the tag is for all projects
    /// of the release.
    pub project: Option<String>,
    /// The version.
    pub version: ReleaseVersion,
}

impl VersionTag {
    /// Reads a tag (without `refs/tags/`): `1.2.3`, `v1.2.3`, `V1.2.3`,
    /// `name-v1.2.3`, `name-1.2.3`, `name_v1.2.3`, `name@1.2.3`, `name==1.2.3`
    /// or `name/v1.2.3`. None if it is none of them.
    ///
    /// The version has a dot: `v1` is a tag that moves, `nightly-20261124` a
    /// date.
    #[must_use]
    pub fn read(tag: &str) -> Option<Self> {
        if let Some(version) = dotted(tag) {
            return Some(Self { project: None, version });
        }
        // None of these is in a version, so the last one parts the two.
        for parted in [tag.rsplit_once(['@', '/']), tag.rsplit_once("==")] {
            if let Some((project, version)) = parted
                && let Some(version) = dotted(version)
            {
                return Self::of(project, version);
            }
        }
        // A `-` or `_` may be in both: the longest version wins.
        tag.match_indices(['-', '_']).find_map(|(at, separator)| {
            let (project, version) = tag.split_at_checked(at)?;
            Self::of(project, dotted(version.strip_prefix(separator)?)?)
        })
    }

    /// Whether a tag holds a version, in whatever form: two numbers with a dot
    /// or `_` between them.
    #[must_use]
    pub(crate) fn holds_a_version(tag: &str) -> bool {
        tag.match_indices(['.', '_']).any(|(at, _)| {
            let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let (before, after) = (tag.get(..at), tag.get(at + 1..));
            is_digit(before.and_then(|text| text.chars().next_back()))
                && is_digit(after.and_then(|text| text.chars().next()))
        })
    }

    /// Whether the tag speaks of a project. Without a name it does of every
    /// one. An npm scope may be left out.
    #[must_use]
    pub fn names(&self, project: &str) -> bool {
        let Some(named) = self.project.as_deref() else { return true };
        let normalized = |name: &str| name.parse::<ProjectName>().ok();
        let unscoped = project.strip_prefix('@').and_then(|rest| rest.split_once('/')).map(|(_, name)| name);
        named == project
            || unscoped == Some(named)
            || normalized(named).is_some_and(|named| normalized(project) == Some(named))
    }

    fn of(project: &str, version: ReleaseVersion) -> Option<Self> {
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@');
        let named = project.contains(|c: char| c.is_ascii_alphanumeric()) && project.chars().all(letter);
        named.then(|| Self { project: Some(project.to_owned()), version })
    }
}

/// A version with at least two numbers.
fn dotted(text: &str) -> Option<ReleaseVersion> {
    let digits = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let after = digits.trim_start_matches(|c: char| c.is_ascii_digit() || c == '!');
    let dotted = after.strip_prefix('.').is_some_and(starts_with_digit);
    dotted.then(|| text.parse().ok())?
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// The release number that the name of a file gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedVersion {
    text: String,
}

impl NamedVersion {
    /// Whether it is the release number of that version, or its beginning:
    /// `1.7` and `1.7.0` are those of `1.7.0rc1`.
    #[must_use]
    pub(crate) fn is_release_of(&self, version: &str) -> bool {
        let own: Vec<&str> = self.text.split('.').collect();
        let Some(release) = release_number(version) else { return true };
        let release: Vec<&str> = release.split('.').collect();
        let is_zero = |number: &&str| number.bytes().all(|byte| byte == b'0');
        let same = |one: &str, other: &str| one.trim_start_matches('0') == other.trim_start_matches('0');
        own.iter().zip(&release).all(|(one, other)| same(one, other))
            && own.iter().skip(release.len()).all(is_zero)
    }
}

impl fmt::Display for NamedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The version that a file's name gives right behind the name of a project:
/// `1.6.0` of `nickel-1.6.0-x86_64-linux.tar.gz`. None if it gives none.
#[must_use]
pub(crate) fn version_after(name: &str, project: &str) -> Option<NamedVersion> {
    let stem = archive_name::suffix(name).and_then(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    let unscoped = project.rsplit('/').next().unwrap_or(project);
    let mut rest = stem.chars();
    for wanted in unscoped.chars() {
        let found = rest.next()?;
        let is_separator = |c: char| matches!(c, '-' | '_' | '.');
        if !(found.eq_ignore_ascii_case(&wanted) || is_separator(found) && is_separator(wanted)) {
            return None;
        }
    }
    let rest = rest.as_str().strip_prefix(['-', '_'])?;
    let text = release_number(rest.strip_prefix(['v', 'V']).unwrap_or(rest))?;
    text.contains('.').then(|| NamedVersion { text: text.to_owned() })
}

/// The numbers at the beginning of a version. None if there is none, or an
/// epoch.
fn release_number(version: &str) -> Option<&str> {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let (numbers, rest) = version.split_at_checked(end)?;
    let numbers = numbers.trim_end_matches('.');
    (starts_with_digit(numbers) && !numbers.contains("..") && !rest.starts_with('!')).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(text: &str) -> DeclaredVersion {
        DeclaredVersion::from(&text.parse::<pep440_rs::Version>().unwrap())
    }

    fn npm(text: &str) -> DeclaredVersion {
        DeclaredVersion::from(&text.parse::<semver::Version>().unwrap())
    }

    #[test]
    fn one_version_in_two_spellings() {
        for (semver, pep440) in [
            ("1.0.0", "1.0.0"),
            ("1.0.0", "1.0"),
            ("1.0.0", "1"),
            ("1.0.0-rc.1", "1.0.0rc1"),
            ("1.0.0-rc1", "1.0rc1"),
            ("1.0.0-alpha.2", "1.0.0a2"),
            ("1.0.0-beta", "1.0.0b0"),
            ("1.0.0-dev.3", "1.0.0.dev3"),
            ("1.0.0+cpu", "1.0.0+cpu"),
        ] {
            assert_eq!(npm(semver), python(pep440), "{semver} {pep440}");
        }
    }

    #[test]
    fn two_versions() {
        for (semver, pep440) in [
            ("1.0.0-1", "1.0.0.post1"),
            ("1.0.0-1", "1.0.0"),
            ("1.0.0-post.1", "1.0.0.post1"),
            ("1.0.0-rc.1", "1.0.0rc2"),
            ("1.0.0-rc.1", "1.0.0"),
            ("1.0.0-next.1", "1.0.0"),
            ("1.0.0", "1!1.0.0"),
            ("1.0.0", "1.0.0+cpu"),
        ] {
            assert_ne!(npm(semver), python(pep440), "{semver} {pep440}");
        }
        assert_ne!(npm("1.0.0-1"), npm("1.0.0-2"));
        assert_eq!(npm("1.0.0-next.1"), npm("1.0.0-next.1"));
    }

    #[test]
    fn what_a_person_says() {
        let is = |text: &str, version: &DeclaredVersion| text.parse::<ReleaseVersion>().unwrap().is(version);
        assert!(is("v1.0.0-rc.1", &npm("1.0.0-rc.1")));
        assert!(is("v1.0.0-rc.1", &python("1.0.0rc1")));
        assert!(is("1.0rc1", &npm("1.0.0-rc.1")));
        // Read in either way.
        assert!(is("1.0.0-1", &npm("1.0.0-1")));
        assert!(is("1.0.0-1", &python("1.0.0.post1")));
        assert!(!is("1.0.0-1", &npm("1.0.0")));
        for text in ["", "v", "main", "vv1.0", " 1.0", "1.0\n", "1.x"] {
            assert!(text.parse::<ReleaseVersion>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn tags() {
        for (tag, project, version) in [
            ("1.2.3", None, "1.2.3"),
            ("v1.2.3", None, "1.2.3"),
            ("v1.2.3-rc.1", None, "1.2.3-rc.1"),
            ("1!2.0", None, "1!2.0"),
            ("2026.11", None, "2026.11"),
            ("my-tool-v1.2.3", Some("my-tool"), "1.2.3"),
            ("my-tool-1.2.3-rc.1", Some("my-tool"), "1.2.3-rc.1"),
            ("foo-2-1.0", Some("foo-2"), "1.0"),
            ("tool@1.2.3", Some("tool"), "1.2.3"),
            ("@scope/tool@1.2.3", Some("@scope/tool"), "1.2.3"),
            ("crates/tool/v1.2.3", Some("crates/tool"), "1.2.3"),
            ("V1.2.3", None, "1.2.3"),
            ("my_tool_v1.2.3", Some("my_tool"), "1.2.3"),
            ("acme-py==1.2.3", Some("acme-py"), "1.2.3"),
            ("@acme/core-v1.2.3", Some("@acme/core"), "1.2.3"),
        ] {
            let read = VersionTag::read(tag).unwrap_or_else(|| panic!("{tag}"));
            assert_eq!(
                (read.project.as_deref(), read.version.to_string().as_str()),
                (project, version),
                "{tag}"
            );
        }
        for tag in [
            "",
            "v",
            "v1",
            "nightly",
            "nightly-20261124",
            "tool-v1",
            "-1.2.3",
            "@1.2.3",
            "/v1.2.3",
            "é-1.2.3",
            "a b-1.2",
        ] {
            assert_eq!(VersionTag::read(tag), None, "{tag}");
        }
    }

    #[test]
    fn of_which_project_a_tag_speaks() {
        let names = |tag: &str, project: &str| VersionTag::read(tag).unwrap().names(project);
        assert!(names("v1.2.3", "anything"));
        assert!(names("My_Tool-v1.2.3", "my-tool"));
        assert!(names("@scope/tool@1.2.3", "@scope/tool"));
        assert!(names("tool@1.2.3", "@scope/tool"));
        assert!(!names("tool@1.2.3", "tool-linux"));
        assert!(!names("@other/tool@1.2.3", "@scope/tool"));
    }

    #[test]
    fn versions_in_names() {
        let named = |name: &str| version_after(name, "my-tool").map(|version| version.to_string());
        for (name, version) in [
            ("my-tool-1.6.0-x86_64-linux.tar.gz", Some("1.6.0")),
            ("My_Tool_v1.6.0_amd64.deb", Some("1.6.0")),
            ("my-tool-1.6.7z", Some("1.6")),
            ("my-tool-1.6.0-rc.1.zip", Some("1.6.0")),
            ("my-tool-linux-11.0.zip", None),
            ("my-tool-2-x64.zip", None),
            ("my-tools-1.0.zip", None),
            ("other-1.0.zip", None),
        ] {
            assert_eq!(named(name).as_deref(), version, "{name}");
        }
        let is = |name: &str, version: &str| version_after(name, "t").unwrap().is_release_of(version);
        for version in ["1.6.0", "1.6", "1.6.0rc1", "1!9.0"] {
            assert!(is("t-1.6.0.zip", version), "{version}");
        }
        assert!(is("t-1.6.zip", "1.6.4"));
        assert!(!is("t-1.6.0.zip", "1.7.0"));
        assert!(!is("t-1.6.1.zip", "1.6"));
    }

    #[test]
    fn tags_that_hold_a_version() {
        for (tag, holds) in
            [("release_1_2_3", true), ("x1.2y", true), ("nightly", false), ("v1", false), ("a.b", false)]
        {
            assert_eq!(VersionTag::holds_a_version(tag), holds, "{tag}");
        }
    }
}
