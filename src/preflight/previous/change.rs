//! What is new, and what has changed its size or its tags: worth a line in log
//! and summary, and no finding.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::{Cell, Interpreter};
use super::snapshot::{Project, Snapshot, Wheel};
use crate::release::previous::PreviousFile;
use crate::sample::Sample;

/// The size from which a file is compared. Smaller ones change by their nature.
const MIN_SIZE: u64 = 64 << 10;

/// Notes: what is new, sizes, and tags.
pub(super) fn changes(old: &Snapshot<'_>, new: &Snapshot<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let added = new_kinds(old, new);
    if !added.is_empty() {
        notes.push(format!("new: {added}"));
    }
    let pairs = pairs(old, new);
    let halved = pairs.iter().filter(|(before, now)| now.size <= before.size / 2);
    notes.extend(sizes("at most half as large", halved));
    let doubled = pairs.iter().filter(|(before, now)| before.size <= now.size / 2);
    notes.extend(sizes("at least twice as large", doubled));
    for (name, project) in &new.projects {
        notes.extend(old.projects.get(name).and_then(|before| tags(name, before, project)));
    }
    notes
}

fn new_kinds(old: &Snapshot<'_>, new: &Snapshot<'_>) -> String {
    let mut added = Vec::new();
    for (name, project) in &new.projects {
        match old.projects.get(name) {
            Some(before) => added.extend(new_of_project(name, before, project)),
            None => added.push(format!("the project `{name}`")),
        }
    }
    let packages = new.packages.keys().filter(|name| !old.packages.contains_key(*name)).copied();
    added.extend(listed("npm package", &packages.collect()));
    let assets = new.assets.iter().filter(|(name, _)| !old.assets.contains_key(*name));
    added.extend(listed("asset", &assets.map(|(_, file)| file.name.as_str()).collect()));
    added.join("; ")
}

fn listed(noun: &str, names: &Sample<&str>) -> Option<String> {
    match names.count() {
        0 => None,
        1 => Some(format!("the {noun} {names}")),
        count => Some(format!("{count} {noun}s, {names}")),
    }
}

fn new_of_project(name: &str, old: &Project<'_>, new: &Project<'_>) -> Vec<String> {
    let mut added = Vec::new();
    if old.sdist.is_none() && new.sdist.is_some() {
        added.push(format!("the sdist of {name}"));
    }
    let known = |project: &Project<'_>| -> BTreeSet<String> {
        let interpreters = project.wheels.keys().map(|cell| cell.interpreter.to_string());
        interpreters.chain(project.wheels.keys().map(|cell| cell.platform.clone())).collect()
    };
    let before = known(old);
    let axes: BTreeSet<String> = known(new).difference(&before).cloned().collect();
    let is_new = |cell: &Cell| !old.wheels.contains_key(cell);
    let count = new.count(is_new);
    if count > 0 {
        let axes: Vec<&str> = axes.iter().map(String::as_str).take(12).collect();
        let what = if axes.is_empty() { "kinds of wheels".to_owned() } else { axes.join(", ") };
        added.push(format!("{what} of {name} ({count} {})", if count == 1 { "wheel" } else { "wheels" }));
    }
    added
}

/// The files of one kind, before and now. A file that fills several fields
/// stands here once.
fn pairs<'a>(old: &Snapshot<'a>, new: &Snapshot<'a>) -> Vec<(&'a PreviousFile, &'a PreviousFile)> {
    let mut pairs: BTreeMap<&str, (&PreviousFile, &PreviousFile)> = BTreeMap::new();
    let mut pair = |before: &'a PreviousFile, now: &'a PreviousFile| {
        pairs.entry(now.name.as_str()).or_insert((before, now));
    };
    for (name, project) in &new.projects {
        let Some(before) = old.projects.get(name) else { continue };
        if let (Some(before), Some(now)) = (before.sdist, project.sdist) {
            pair(before, now);
        }
        for (cell, wheel) in &project.wheels {
            if let Some(before) = before.wheels.get(cell) {
                pair(before.file, wheel.file);
            }
        }
    }
    for (name, now) in &new.packages {
        old.packages.get(name).into_iter().for_each(|before| pair(before, now));
    }
    for (name, now) in &new.assets {
        old.assets.get(name).into_iter().for_each(|before| pair(before, now));
    }
    pairs.into_values().filter(|(before, now)| before.size.max(now.size) >= MIN_SIZE).collect()
}

fn sizes<'a>(
    what: &str,
    pairs: impl Iterator<Item = &'a (&'a PreviousFile, &'a PreviousFile)>,
) -> Option<String> {
    let files: Sample<String, 5> = pairs
        .map(|(before, now)| {
            format!("{} ({} kB, before {} kB)", now.name, now.size / 1000, before.size / 1000)
        })
        .collect();
    (!files.is_empty()).then(|| format!("{what}: {files}"))
}

/// What a project's wheels ask for now, and no longer for.
fn tags(name: &str, old: &Project<'_>, new: &Project<'_>) -> Option<String> {
    let mut changes: BTreeMap<String, usize> = BTreeMap::new();
    for (cell, wheel) in &new.wheels {
        let Some(before) = old.wheels.get(cell) else { continue };
        for change in floors(cell, before, wheel) {
            *changes.entry(change).or_default() += 1;
        }
    }
    let texts: Vec<String> =
        changes.into_iter().take(8).map(|(change, count)| format!("{change} ({count})")).collect();
    (!texts.is_empty()).then(|| format!("changed tags of {name}: {}", texts.join(", ")))
}

fn floors(cell: &Cell, before: &Wheel<'_>, now: &Wheel<'_>) -> Vec<String> {
    let mut changes = Vec::new();
    if let (Some(old), Some(new)) = (before.floor.system, now.floor.system)
        && old != new
    {
        changes.push(format!("{} from {}.{} to {}.{}", cell.platform, old.0, old.1, new.0, new.1));
    }
    if let (Interpreter::Stable(abi), Some(old), Some(new)) =
        (&cell.interpreter, before.floor.python, now.floor.python)
        && old != new
    {
        changes.push(format!("{abi} from cp3{old} to cp3{new}"));
    }
    changes
}
