//! Causes: findings that one fix removes.
//!
//! A matrix build repeats one mistake in every file. People want to read it
//! once.
//!
//! 1. Findings that say the same (rule, found, remedy) of several files are one
//!    cause, whatever artifacts the files come from.
//! 2. Findings of one rule, one artifact and one remedy are one cause.
//! 3. Single findings of one rule, one expectation and one remedy are one cause.
//! 4. Causes are sorted: errors before warnings; a release that is not the one
//!    that was meant (something is missing, versions differ), then integrity,
//!    then the other classes; within these by the number of findings, largest
//!    first.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;

use super::fold::{fold, fold_clauses};
use crate::artifact::ArtifactName;
use crate::rule::finding::{Finding, Input};
use crate::rule::{Class, Rule, Severity};

/// The most lines of an input to paste.
const MAX_PASTED_LINES: usize = 10;

/// Findings that one fix removes. Never empty.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Cause {
    /// Its place in the report, from 1.
    pub id: usize,
    /// The rule's id.
    pub rule: Rule,
    /// The rule's class.
    pub class: Class,
    /// Whether it stops the release.
    pub severity: Severity,
    /// The artifact, where all findings are about one.
    pub artifact: Option<ArtifactName>,
    /// What was found, in one clause for all findings.
    pub title: String,
    /// What was expected, in one clause for all findings.
    pub expected: String,
    /// What to do, in sentences.
    pub help: String,
    /// The input that fixes or narrows it, ready to paste.
    pub paste: Option<Input>,
    /// The rule's page at the commit that ran, where that is known.
    pub url: Option<String>,
    /// What was found, file by file.
    pub findings: Vec<Occurrence>,
}

/// One finding of a cause.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Occurrence {
    /// The artifact; null if it is about the release as a whole.
    pub artifact: Option<ArtifactName>,
    /// The path in the artifact; null if it is about the artifact as a whole.
    pub file: Option<String>,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// Findings that say the same, and those of one artifact.
type Group<'a> = Vec<&'a Finding>;

/// The causes of findings, the worst first. `page` gives the address of a
/// rule's documentation.
#[must_use]
pub(crate) fn causes(findings: &[Finding], page: impl Fn(Rule) -> Option<String>) -> Vec<Cause> {
    let mut groups = same_expectation(same_fix(same_statement(findings)));
    groups.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| one.cmp(other)));
    let causes = groups.iter().enumerate();
    causes.filter_map(|(index, group)| cause(index + 1, group, &page)).collect()
}

fn same_statement(findings: &[Finding]) -> Vec<Group<'_>> {
    grouped(findings.iter().map(|finding| vec![finding]), |finding| {
        let Finding { severity, rule, found, remedy, .. } = finding;
        (*severity, *rule, found, remedy, input_name(finding))
    })
}

/// Joins groups of one artifact each; a group of several stays what it is.
fn same_fix(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let (single, several): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| artifact(group).is_some());
    let mut joined = grouped(single.into_iter(), |finding| {
        let Finding { severity, rule, place, remedy, .. } = finding;
        (*severity, *rule, place.as_ref().map(|place| &place.artifact), remedy, input_name(finding))
    });
    joined.extend(several);
    joined
}

/// Joins what would be a cause of one finding each.
fn same_expectation(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let (single, several): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.len() == 1);
    let mut joined = grouped(single.into_iter(), |finding| {
        let Finding { severity, rule, place, expected, remedy, .. } = finding;
        (*severity, *rule, place.is_some(), expected, remedy, input_name(finding))
    });
    joined.extend(several);
    joined
}

/// Groups with equal keys as one, in the order in which they come.
fn grouped<'a, K: Ord>(
    groups: impl Iterator<Item = Group<'a>>,
    key: impl Fn(&'a Finding) -> K,
) -> Vec<Group<'a>> {
    let mut joined: Vec<Group<'a>> = Vec::new();
    let mut known: BTreeMap<K, usize> = BTreeMap::new();
    for group in groups {
        let Some(first) = group.first() else { continue };
        match known.entry(key(first)) {
            Entry::Occupied(index) => {
                if let Some(joined) = joined.get_mut(*index.get()) {
                    joined.extend(group);
                }
            }
            Entry::Vacant(vacant) => {
                vacant.insert(joined.len());
                joined.push(group);
            }
        }
    }
    for group in &mut joined {
        group.sort();
    }
    joined
}

/// The one artifact that all findings of a group are about.
fn artifact<'a>(group: &[&'a Finding]) -> Option<&'a ArtifactName> {
    let mut artifacts = group.iter().map(|finding| finding.place.as_ref().map(|place| &place.artifact));
    let first = artifacts.next()??;
    artifacts.all(|artifact| artifact == Some(first)).then_some(first)
}

/// The worst first.
fn rank(group: &[&Finding]) -> Option<(Severity, u8, usize, Rule)> {
    let first = group.first()?;
    let weight = match first.rule.class() {
        Class::Release => 0,
        Class::Integrity => 1,
        Class::Index | Class::Registry | Class::Honesty => 2,
        Class::Advice => 3,
    };
    // What is missing is about no file, so it cannot be counted.
    let count = if first.place.is_none() { 0 } else { usize::MAX - group.len() };
    Some((first.severity, weight, count, first.rule))
}

fn cause(id: usize, group: &[&Finding], page: impl Fn(Rule) -> Option<String>) -> Option<Cause> {
    let first = group.first()?;
    let (found, is_one) = fold_clauses(group.iter().map(|finding| finding.found.as_str()));
    let title = match group.len() {
        count if count > 1 && first.place.is_some() && is_one => of_several(count, &found),
        count if count > 1 && first.place.is_some() => format!("{count} files: {found}"),
        _ => found,
    };
    Some(Cause {
        id,
        rule: first.rule,
        class: first.rule.class(),
        severity: first.severity,
        artifact: artifact(group).cloned(),
        title,
        expected: fold_clauses(group.iter().map(|finding| finding.expected.as_str())).0,
        help: first.remedy.clone(),
        paste: input(group),
        url: page(first.rule),
        findings: group.iter().map(|finding| occurrence(finding)).collect(),
    })
}

fn input_name(finding: &Finding) -> Option<&'static str> {
    finding.input.as_ref().map(|input| input.name)
}

/// The one input of a group: the lines of all its findings, each once. None
/// where these are too many to be pasted.
fn input(group: &[&Finding]) -> Option<Input> {
    let mut inputs = group.iter().filter_map(|finding| finding.input.as_ref());
    let first = inputs.next()?;
    let mut lines: Vec<&str> = first.value.lines().collect();
    for line in inputs.flat_map(|input| input.value.lines()) {
        if !lines.contains(&line) {
            lines.push(line);
        }
        if lines.len() > MAX_PASTED_LINES {
            return None;
        }
    }
    Some(Input { name: first.name, value: lines.join("\n") })
}

/// What was found of so many files: `it has` of one is `4 files have` of four.
fn of_several(count: usize, found: &str) -> String {
    const VERBS: [(&str, &str); 12] = [
        ("has", "have"),
        ("is", "are"),
        ("was", "were"),
        ("does", "do"),
        ("can", "can"),
        ("declares", "declare"),
        ("depends", "depend"),
        ("holds", "hold"),
        ("needs", "need"),
        ("begins", "begin"),
        ("names", "name"),
        ("uses", "use"),
    ];
    let clause = found.strip_prefix("it ").and_then(|clause| clause.split_once(' '));
    let plural = clause.and_then(|(verb, rest)| {
        let (_, plural) = VERBS.iter().find(|(one, _)| *one == verb)?;
        Some(format!("{count} files {plural} {rest}"))
    });
    plural.unwrap_or_else(|| format!("{count} files: {found}"))
}

fn occurrence(finding: &Finding) -> Occurrence {
    Occurrence {
        artifact: finding.place.as_ref().map(|place| place.artifact.clone()),
        file: finding.place.as_ref().and_then(|place| place.path.clone()),
        found: finding.found.clone(),
        expected: finding.expected.clone(),
    }
}

impl Cause {
    /// The files by artifact, the names of each folded into one text.
    #[must_use]
    pub(crate) fn places(&self) -> Vec<(&ArtifactName, String)> {
        let mut by_artifact: BTreeMap<&ArtifactName, Vec<&str>> = BTreeMap::new();
        for occurrence in &self.findings {
            let Some(artifact) = &occurrence.artifact else { continue };
            by_artifact.entry(artifact).or_default().extend(occurrence.file.as_deref());
        }
        by_artifact.into_iter().map(|(artifact, files)| (artifact, fold(files))).collect()
    }
}
