//! What must be there (`expect`), against what is there.
//!
//! A platform that was not built leaves no trace in the files: its job failed,
//! was skipped, or uploaded nothing, and everything else looks whole. So
//! whoever releases says beforehand what a release consists of.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::artifact::Artifact;
use crate::evidence::Evidence;
use crate::glob::{Glob, GlobError};
use crate::preflight::release::Member;
use crate::release::manifest::LeftOut;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// A line of the input `expect`: so many of such a name.
#[derive(Debug, Clone)]
pub struct Expectation {
    count: Count,
    subject: Subject,
    glob: Glob,
}

/// A line of the input `expect`.
#[derive(Debug, Clone)]
pub(crate) enum ExpectedLine {
    /// No kind of file that the release before had is gone.
    Previous,
    /// So many of such a name.
    Count(Expectation),
}

impl FromStr for ExpectedLine {
    type Err = ExpectationError;

    fn from_str(line: &str) -> Result<Self, ExpectationError> {
        if line == "previous" { Ok(Self::Previous) } else { line.parse().map(Self::Count) }
    }
}

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    Exactly(u32),
    /// At least so many, and never none.
    AtLeast(u32),
}

/// Of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Files of the release, by the names that they have there.
    File,
    /// Artifacts that were selected.
    Artifact,
}

/// What stands before the glob if artifacts are meant.
const ARTIFACT: &str = "artifact:";

/// Why a line asks for nothing that could be there: a clause that follows the
/// line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpectationError {
    /// A count, or `artifact:`, and nothing else.
    #[error("expected a glob of file names, with a count before it if need be, as in `3+ *-win_*.whl`")]
    NoGlob,
    /// `0+`.
    #[error("which every release meets; write `0 GLOB` to require that no file matches")]
    Nothing,
    /// More than there can be.
    #[error("whose count is larger than 4,294,967,295")]
    TooMany,
    /// A glob that no name matches.
    #[error("but no name contains {0}: expected `[COUNT[+] ]GLOB`, or `[COUNT[+] ]artifact:GLOB`")]
    NeverMatches(&'static str),
    /// No glob.
    #[error(transparent)]
    Glob(#[from] GlobError),
}

impl FromStr for Expectation {
    type Err = ExpectationError;

    fn from_str(line: &str) -> Result<Self, ExpectationError> {
        let (first, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let (count, rest) = match Count::read(first)? {
            Some(count) => (count, rest.trim_start()),
            None => (Count::AtLeast(1), line),
        };
        let (subject, glob) = match rest.strip_prefix(ARTIFACT) {
            Some(glob) => (Subject::Artifact, glob.trim_start()),
            None => (Subject::File, rest),
        };
        if glob.is_empty() {
            return Err(ExpectationError::NoGlob);
        }
        if glob.contains('/') {
            return Err(ExpectationError::NeverMatches("a `/`"));
        }
        // Neither PyPI nor GitHub has one; an artifact's name may.
        if subject == Subject::File && glob.contains([' ', '\t']) {
            return Err(ExpectationError::NeverMatches("a space"));
        }
        Ok(Self { count, subject, glob: glob.parse()? })
    }
}

impl fmt::Display for Expectation {
    /// The line, and never more than one space in it before the glob.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            Count::AtLeast(1) => {}
            Count::AtLeast(count) => write!(f, "{count}+ ")?,
            Count::Exactly(count) => write!(f, "{count} ")?,
        }
        if self.subject == Subject::Artifact {
            f.write_str(ARTIFACT)?;
        }
        f.write_str(self.glob.as_str())
    }
}

impl Count {
    /// The count that a word is, if it is one.
    fn read(word: &str) -> Result<Option<Self>, ExpectationError> {
        let digits = word.strip_suffix('+').unwrap_or(word);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        let number = digits.parse().map_err(|_| ExpectationError::TooMany)?;
        match (digits == word, number) {
            (true, number) => Ok(Some(Self::Exactly(number))),
            (false, 0) => Err(ExpectationError::Nothing),
            (false, number) => Ok(Some(Self::AtLeast(number))),
        }
    }

    fn is_met_by(self, found: u64) -> bool {
        match self {
            Self::Exactly(count) => found == u64::from(count),
            Self::AtLeast(count) => found >= u64::from(count),
        }
    }

    fn is_exceeded_by(self, found: u64) -> bool {
        matches!(self, Self::Exactly(count) if found > u64::from(count))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(0) => f.write_str("none"),
            Self::Exactly(count) => write!(f, "exactly {count}"),
            Self::AtLeast(count) => write!(f, "at least {count}"),
        }
    }
}

/// What there is to be counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted<'a> {
    /// The files of the release.
    pub members: &'a [Member<'a>],
    /// What is not released.
    pub left_out: &'a [LeftOut],
    /// The artifacts that were selected.
    pub artifacts: &'a [Arc<Artifact>],
}

impl Counted<'_> {
    /// Counts for each line, and says which is not met.
    #[must_use]
    pub(crate) fn judge(&self, expected: &[Expectation]) -> Vec<Finding> {
        expected.iter().filter_map(|expectation| self.unmet(expectation)).collect()
    }

    fn unmet(&self, expectation: &Expectation) -> Option<Finding> {
        let Expectation { count, subject, glob } = expectation;
        let matching: Sample<&str> = match subject {
            Subject::File => self.released().filter(|name| glob.matches(name)).collect(),
            Subject::Artifact => self.selected().filter(|name| glob.matches(name)).collect(),
        };
        if count.is_met_by(matching.count()) {
            return None;
        }
        let (what, whole) = match subject {
            Subject::File => ("file", "of the release"),
            Subject::Artifact => ("artifact", "that was selected"),
        };
        let mut found = match matching.count() {
            0 => format!("no {what} {whole} matches `{}`", glob.as_str()),
            1 => format!("1 {what} {whole} matches `{}`: {matching}", glob.as_str()),
            many => format!("{many} {what}s {whole} match `{}`: {matching}", glob.as_str()),
        };
        let remedy = if count.is_exceeded_by(matching.count()) {
            "Remove from the artifacts what does not belong there, or change the count in `expect`."
        } else {
            if let Some(near) = self.near(expectation) {
                found = format!("{found}; {near}");
            }
            "Check the jobs that build it: one has failed, was skipped or has uploaded nothing, or `pattern` \
             does not select its artifact. If it is no longer built, remove it from `expect`."
        };
        let expected = format!("{count}, as the line `{expectation}` of `expect` says");
        Some(Rule::ExpectedFiles.at(None).found(found).expected(expected).remedy(remedy))
    }

    /// What was perhaps meant: files that matched before they were renamed or
    /// left out; if there are none, where one could be missing.
    fn near(&self, Expectation { subject, glob, .. }: &Expectation) -> Option<String> {
        let artifacts = || {
            let selected: Sample<&str, 8> = self.selected().collect();
            (!selected.is_empty()).then(|| format!("the artifacts are {selected}"))
        };
        if *subject == Subject::Artifact {
            return artifacts();
        }
        let renamed = self.members.iter().find_map(|member| {
            let sent = member.evidence().map(Evidence::name).find(|name| glob.matches(name.as_str()))?;
            let name = &member.planned.name;
            (!glob.matches(name.as_str()))
                .then(|| format!("`{sent}` was uploaded, and is released as `{name}`"))
        });
        let left_out = || {
            let file = self.left_out.iter().find(|file| glob.matches(file.path.file_name().as_str()))?;
            Some(format!("`{}` of the artifact {} is skipped: {}", file.path, file.artifact, file.why))
        };
        renamed.or_else(left_out).or_else(artifacts)
    }

    fn released(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.planned.name.as_str())
    }

    fn selected(&self) -> impl Iterator<Item = &str> {
        self.artifacts.iter().map(|artifact| artifact.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(Count, Subject, String), ExpectationError> {
        line.parse().map(|read: Expectation| (read.count, read.subject, read.glob.as_str().to_owned()))
    }

    #[test]
    fn lines() {
        use Count::{AtLeast, Exactly};
        use Subject::{Artifact, File};
        for (line, count, subject, glob) in [
            ("*.whl", AtLeast(1), File, "*.whl"),
            ("1+ *.whl", AtLeast(1), File, "*.whl"),
            ("3 *.whl", Exactly(3), File, "*.whl"),
            ("3+\t *-{x86_64,aarch64}.whl", AtLeast(3), File, "*-{x86_64,aarch64}.whl"),
            ("0 *.exe", Exactly(0), File, "*.exe"),
            ("artifact:wheels-*", AtLeast(1), Artifact, "wheels-*"),
            ("12 artifact:wheels-*", Exactly(12), Artifact, "wheels-*"),
            ("2+ artifact: my wheels *", AtLeast(2), Artifact, "my wheels *"),
            // A name that begins with digits is no count.
            ("7zip-*.exe", AtLeast(1), File, "7zip-*.exe"),
            ("+x", AtLeast(1), File, "+x"),
        ] {
            assert_eq!(read(line), Ok((count, subject, glob.to_owned())), "{line}");
            let shown = line.parse::<Expectation>().unwrap().to_string();
            assert_eq!(read(&shown), Ok((count, subject, glob.to_owned())), "{line} {shown}");
        }
    }

    #[test]
    fn lines_that_cannot_be_met() {
        for (line, error) in [
            ("3", ExpectationError::NoGlob),
            ("3+", ExpectationError::NoGlob),
            ("3 artifact:", ExpectationError::NoGlob),
            ("artifact:", ExpectationError::NoGlob),
            ("0+ *", ExpectationError::Nothing),
            ("4294967296 *", ExpectationError::TooMany),
            ("pypi/*.whl", ExpectationError::NeverMatches("a `/`")),
            ("artifact:a/b", ExpectationError::NeverMatches("a `/`")),
            ("3 + *.whl", ExpectationError::NeverMatches("a space")),
            ("-1 *.whl", ExpectationError::NeverMatches("a space")),
        ] {
            assert_eq!(read(line), Err(error), "{line}");
        }
        assert!(matches!(read("2 @(a|b)"), Err(ExpectationError::Glob(_))));
    }

    #[test]
    fn counts() {
        for (count, met, exceeded) in [
            (Count::Exactly(2), [false, false, true, false], [false, false, false, true]),
            (Count::AtLeast(2), [false, false, true, true], [false; 4]),
            (Count::Exactly(0), [true, false, false, false], [false, true, true, true]),
        ] {
            for (found, (met, exceeded)) in (0_u64..).zip(met.into_iter().zip(exceeded)) {
                assert_eq!(
                    (count.is_met_by(found), count.is_exceeded_by(found)),
                    (met, exceeded),
                    "{count} {found}"
                );
            }
        }
    }
}
