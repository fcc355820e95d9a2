//! The kinds of files that the release before had and this one has not.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::Cell;
use super::snapshot::{Project, Snapshot};
use crate::distribution::sidecar::subject_of;
use crate::sample::Sample;

/// Something that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    /// What, a clause.
    pub text: String,
    /// Whether projects drop such a thing on purpose, as an interpreter.
    pub is_usual: bool,
}

impl Gone {
    const fn unusual(text: String) -> Self {
        Self { text, is_usual: false }
    }
}

/// What is gone, by project.
pub(super) fn gone(old: &Snapshot<'_>, new: &Snapshot<'_>) -> Vec<Gone> {
    let mut gone = Vec::new();
    for (name, project) in &old.projects {
        match new.projects.get(name) {
            Some(now) => gone.extend(of_project(name, project, now)),
            None => gone.push(Gone::unusual(format!("all files of the project `{name}`"))),
        }
    }
    let packages = old.packages.keys().filter(|name| !new.packages.contains_key(*name)).copied();
    gone.extend(listed("npm package", &packages.collect()));
    let lost: BTreeSet<&str> =
        old.assets.keys().filter(|name| !new.assets.contains_key(*name)).map(String::as_str).collect();
    // What describes a file goes with it.
    let follows = |name: &&str| {
        let name = name.parse().ok();
        name.as_ref().and_then(subject_of).is_some_and(|subject| lost.contains(subject))
    };
    gone.extend(listed("asset", &lost.iter().copied().filter(|name| !follows(name)).collect()));
    gone
}

/// One line for all of a kind.
fn listed(noun: &str, names: &BTreeSet<&str>) -> Option<Gone> {
    let sample: Sample<&str, 12> = names.iter().copied().collect();
    match sample.count() {
        0 => None,
        1 => Some(Gone::unusual(format!("the {noun} {sample}"))),
        count => Some(Gone::unusual(format!("{count} {noun}s, {sample}"))),
    }
}

fn of_project(name: &str, old: &Project<'_>, new: &Project<'_>) -> Vec<Gone> {
    let mut gone = Vec::new();
    if old.sdist.is_some() && new.sdist.is_none() {
        gone.push(Gone::unusual(format!("the sdist of {name}")));
    }
    let mut lost: BTreeSet<&Cell> =
        old.wheels.keys().filter(|cell| !new.wheels.keys().any(|other| cell.is_served_by(other))).collect();
    if new.wheels.is_empty() && !lost.is_empty() {
        gone.push(Gone::unusual(format!("all {} wheels of {name}", old.count(|_| true))));
        return gone;
    }
    let (usual, interpreters) = interpreters(name, old, &lost);
    gone.extend(usual);
    lost.retain(|cell| !interpreters.contains(&cell.interpreter.to_string()));
    let now = new.platforms();
    let platforms: BTreeSet<&str> =
        lost.iter().map(|cell| cell.platform.as_str()).filter(|platform| !now.contains(platform)).collect();
    if !platforms.is_empty() {
        let count = old.count(|cell| platforms.contains(cell.platform.as_str()));
        gone.push(Gone::unusual(format!("the {} of {name} for {}", wheels(count), joined(&platforms))));
        lost.retain(|cell| !platforms.contains(cell.platform.as_str()));
    }
    gone.extend(fields(name, &lost, new));
    gone
}

/// The interpreters of which every field is lost, in one line.
fn interpreters(name: &str, old: &Project<'_>, lost: &BTreeSet<&Cell>) -> (Option<Gone>, BTreeSet<String>) {
    let whole: BTreeSet<String> = lost.iter().map(|cell| cell.interpreter.to_string()).collect();
    let has_kept = |interpreter: &String| {
        old.wheels.keys().any(|cell| cell.interpreter.to_string() == *interpreter && !lost.contains(cell))
    };
    let whole: BTreeSet<String> = whole.into_iter().filter(|interpreter| !has_kept(interpreter)).collect();
    if whole.is_empty() {
        return (None, whole);
    }
    let count = old.count(|cell| whole.contains(&cell.interpreter.to_string()));
    let text = format!(
        "the {} of {name} for {}",
        wheels(count),
        joined(&whole.iter().map(String::as_str).collect())
    );
    (Some(Gone { text, is_usual: true }), whole)
}

/// Single fields: those that lost the same platforms together.
fn fields(name: &str, lost: &BTreeSet<&Cell>, new: &Project<'_>) -> Option<Gone> {
    let mut platforms: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for cell in lost {
        platforms.entry(cell.interpreter.to_string()).or_default().insert(&cell.platform);
    }
    let mut groups: BTreeMap<BTreeSet<&str>, BTreeSet<&str>> = BTreeMap::new();
    for (interpreter, platforms) in &platforms {
        groups.entry(platforms.clone()).or_default().insert(interpreter);
    }
    let texts: Vec<String> = groups
        .iter()
        .map(|(platforms, interpreters)| {
            let others = new.count(|cell| interpreters.contains(cell.interpreter.to_string().as_str()));
            let here = if others == 1 { "wheel is" } else { "wheels are" };
            let named = joined(interpreters);
            format!("{named} for {} of {name}; {others} other {named} {here} here", joined(platforms))
        })
        .take(6)
        .collect();
    (!texts.is_empty()).then(|| Gone::unusual(texts.join("; ")))
}

fn wheels(count: usize) -> String {
    if count == 1 { "1 wheel".to_owned() } else { format!("{count} wheels") }
}

/// The first twelve, and how many more.
fn joined(names: &BTreeSet<&str>) -> String {
    let first: Vec<&str> = names.iter().copied().take(12).collect();
    match names.len().saturating_sub(first.len()) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
