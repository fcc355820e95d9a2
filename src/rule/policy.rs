//! What becomes of findings: who may relax which, and by what.
//!
//! | class | `pypi`, `npm` | `normalize: off` | `ignore` |
//! |---|---|---|---|
//! | integrity | | | never |
//! | index | `pypi` | | yes |
//! | registry | `npm` | | yes |
//! | honesty | | a warning | yes |
//! | release, advice | | | yes |
//!
//! Of integrity, `digest-missing` alone becomes a warning: by `require-digests`,
//! where the server may report no digests.
//!
//! A finding about a file that is not released because of it is never relaxed:
//! the file would be lost without a word.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::filename::FileName;
use crate::glob::{Glob, GlobError};
use crate::rule::finding::{Finding, Place};
use crate::rule::{Class, Rule, Severity};
use crate::settings::{Registry, Strictness};

/// Findings that are to be ignored: those of one rule about some files.
#[derive(Debug, Clone)]
pub struct Ignore {
    rule: Rule,
    files: Glob,
}

/// Why a line says of no findings that they are to be ignored: a clause that
/// follows the line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// Not two words.
    #[error("expected the id of a rule and a glob of file names, as in `wheel-data tool-*.whl`")]
    Form,
    /// No rule of that id.
    #[error("but there is no rule `{0}`; docs/rules.md has the table of all rules")]
    NoRule(String),
    /// A rule that cannot be ignored.
    #[error("but `{0}` cannot be ignored: rules of class integrity and `nothing-selected` always count")]
    Never(Rule),
    /// No glob.
    #[error(transparent)]
    Glob(#[from] GlobError),
}

impl FromStr for Ignore {
    type Err = IgnoreError;

    fn from_str(line: &str) -> Result<Self, IgnoreError> {
        let (id, files) = line.split_once([' ', '\t']).ok_or(IgnoreError::Form)?;
        let rule = Rule::of(id).ok_or_else(|| IgnoreError::NoRule(id.to_owned()))?;
        if !rule.may_be_ignored() {
            return Err(IgnoreError::Never(rule));
        }
        Ok(Self { rule, files: files.trim().parse()? })
    }
}

impl std::fmt::Display for Ignore {
    /// The line that it was.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.rule, self.files.as_str())
    }
}

/// What may be relaxed.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The input `pypi`.
    pub pypi: Strictness,
    /// The input `npm`.
    pub npm: Strictness,
    /// Whether names may promise what files do not hold (`normalize: off`).
    pub honesty_as_warning: bool,
    /// Whether an artifact may have no digest (`require-digests: auto`, where
    /// the server is not github.com).
    pub missing_digest_as_warning: bool,
    /// The input `ignore`.
    pub ignore: Vec<Ignore>,
}

/// Findings, each where it belongs.
#[derive(Debug, Default)]
pub struct PolicyOutcome {
    /// Those that count, sorted, errors first.
    pub findings: Vec<Finding>,
    /// Those that were to be ignored, sorted.
    pub ignored: Vec<Finding>,
    /// Lines of `ignore` for which there was nothing to ignore.
    pub unused: Vec<String>,
}

impl Policy {
    /// Lets each finding count for what it may; `released` are the names that
    /// files have in the release, by where they came from.
    #[must_use]
    pub fn judge(&self, findings: Vec<Finding>, released: &BTreeMap<Place, &FileName>) -> PolicyOutcome {
        let mut judged = PolicyOutcome::default();
        let mut used = vec![false; self.ignore.len()];
        for mut finding in findings {
            let name = finding.place.as_ref().and_then(|place| released.get(place)).copied();
            // About the release as a whole, or about a file of it.
            let may_relax = finding.place.is_none() || name.is_some();
            let ignoring = self.ignore.iter().position(|ignore| ignore.covers(&finding, name));
            if let Some(used) = ignoring.and_then(|number| used.get_mut(number)).filter(|_| may_relax) {
                *used = true;
                judged.ignored.push(finding);
                continue;
            }
            if finding.rule == Rule::DigestMissing && self.missing_digest_as_warning {
                finding.severity = Severity::Warning;
            }
            match self.strictness(finding.rule.class()) {
                Strictness::Off if may_relax => continue,
                Strictness::Warn if may_relax => finding.severity = Severity::Warning,
                _ => {}
            }
            judged.findings.push(finding);
        }
        for list in [&mut judged.findings, &mut judged.ignored] {
            list.sort();
            list.dedup();
        }
        let lines = self.ignore.iter().zip(used).filter(|(_, used)| !used);
        judged.unused = lines.map(|(ignore, _)| ignore.to_string()).collect();
        judged
    }

    const fn strictness(&self, class: Class) -> Strictness {
        match (class.registry(), class) {
            (Some(Registry::Pypi), _) => self.pypi,
            (Some(Registry::Npm), _) => self.npm,
            (None, Class::Honesty) if self.honesty_as_warning => Strictness::Warn,
            (None, _) => Strictness::Error,
        }
    }
}

impl Ignore {
    /// By the name under which a file is released, or the one under which it
    /// was sent. A finding about the release as a whole has no name, which `*`
    /// matches.
    fn covers(&self, finding: &Finding, released_as: Option<&FileName>) -> bool {
        let sent = finding.place.as_ref().and_then(|place| place.path.as_deref()).unwrap_or_default();
        let sent = sent.rsplit_once('/').map_or(sent, |(_, name)| name);
        self.rule == finding.rule
            && (self.files.matches(sent) || released_as.is_some_and(|name| self.files.matches(name.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> Place {
        Place::file("a".parse().unwrap(), path)
    }

    fn finding(rule: Rule, path: Option<&str>) -> Finding {
        rule.at(path.map(place)).found("x").expected("y").remedy("Z.")
    }

    /// What a policy makes of one finding about a file that is released, or
    /// not.
    fn becomes(policy: &Policy, rule: Rule, is_released: bool) -> &'static str {
        let name: FileName = "new.whl".parse().unwrap();
        let released = is_released.then(|| (place("b/old.whl"), &name)).into_iter().collect();
        let judged = policy.judge(vec![finding(rule, Some("b/old.whl"))], &released);
        match (judged.findings.first(), judged.ignored.first()) {
            (Some(finding), None) if finding.is_error() => "error",
            (Some(_), None) => "warning",
            (None, Some(_)) => "ignored",
            _ => "nothing",
        }
    }

    fn ignoring(line: &str) -> Policy {
        Policy { ignore: vec![line.parse().unwrap()], ..Policy::default() }
    }

    #[test]
    fn who_may_relax_what() {
        let pypi = |pypi| Policy { pypi, ..Policy::default() };
        let npm = |npm| Policy { npm, ..Policy::default() };
        let lenient = Policy { honesty_as_warning: true, ..Policy::default() };
        for (policy, rule, becomes_what) in [
            (Policy::default(), Rule::WheelPlatform, "error"),
            (Policy::default(), Rule::FileSize, "warning"),
            (pypi(Strictness::Warn), Rule::WheelPlatform, "warning"),
            (pypi(Strictness::Off), Rule::WheelPlatform, "nothing"),
            (pypi(Strictness::Off), Rule::RecordDigest, "error"),
            (pypi(Strictness::Off), Rule::WheelTags, "error"),
            (pypi(Strictness::Off), Rule::NpmName, "error"),
            (npm(Strictness::Warn), Rule::NpmName, "warning"),
            (npm(Strictness::Off), Rule::NpmName, "nothing"),
            (lenient.clone(), Rule::WheelTags, "warning"),
            (lenient, Rule::RecordDigest, "error"),
            (ignoring("wheel-tags *.whl"), Rule::WheelTags, "ignored"),
            (ignoring("wheel-tags old*"), Rule::WheelTags, "ignored"),
            (ignoring("wheel-tags new*"), Rule::WheelTags, "ignored"),
            (ignoring("wheel-tags b/*"), Rule::WheelTags, "error"),
            (ignoring("wheel-data *"), Rule::WheelTags, "error"),
        ] {
            assert_eq!(becomes(&policy, rule, true), becomes_what, "{policy:?} {rule}");
        }
    }

    /// It would be lost without a word.
    #[test]
    fn a_file_that_is_dropped_is_never_forgiven() {
        let off = Policy { pypi: Strictness::Off, ..Policy::default() };
        assert_eq!(becomes(&off, Rule::WheelPlatform, false), "error");
        assert_eq!(becomes(&ignoring("asset-name *"), Rule::AssetName, false), "error");
    }

    #[test]
    fn lines_that_ignore_nothing_are_reported() {
        let judged = ignoring("asset-count *").judge(vec![finding(Rule::AssetCount, None)], &BTreeMap::new());
        assert_eq!((judged.findings, judged.ignored.len(), judged.unused), (vec![], 1, vec![]));
        let judged =
            ignoring("asset-count tool-*").judge(vec![finding(Rule::AssetCount, None)], &BTreeMap::new());
        assert_eq!((judged.findings.len(), judged.unused), (1, vec!["asset-count tool-*".to_owned()]));
    }

    #[test]
    fn lines() {
        let error = |line: &str| line.parse::<Ignore>().unwrap_err();
        assert_eq!(error("wheel-tags"), IgnoreError::Form);
        assert_eq!(error("no-rule *"), IgnoreError::NoRule("no-rule".into()));
        assert_eq!(error("record-digest *"), IgnoreError::Never(Rule::RecordDigest));
        assert_eq!(error("nothing-selected *"), IgnoreError::Never(Rule::NothingSelected));
        assert!(matches!(error("wheel-tags @(a)"), IgnoreError::Glob(_)));
        assert_eq!("wheel-tags  a b*".parse::<Ignore>().unwrap().to_string(), "wheel-tags a b*");
    }
}
