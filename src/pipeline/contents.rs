//! What is in the wheels of a release, for the summary.
//!
//! A wheel's directory is read once more, of a few wheels: to keep the names in
//! every wheel in memory would be too much of many large ones.

use std::collections::BTreeMap;
use std::io::BufReader;

use crate::archive::Limits;
use crate::archive::zip::ZipArchive;
use crate::disk::staging::Staging;
use crate::evidence::Distribution;
use crate::preflight::release::Member;
use crate::report::tree::{self, Contents, WheelFiles};

/// The most wheels of a project that are looked into.
const MAX_WHEELS: usize = 40;
/// The most projects.
const MAX_PROJECTS: usize = 10;

/// The contents of the wheels of a release. A wheel that cannot be read a second
/// time is left out: the summary is no reason to fail.
#[must_use]
pub(super) fn of_wheels(staging: &Staging, members: &[Member<'_>], limits: &Limits) -> Vec<Contents> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wheels = Vec::new();
    for member in members {
        let Distribution::Wheel { filename, .. } = &member.file().distribution else { continue };
        let project = filename.project().normalized().to_owned();
        if !counts.contains_key(&project) && counts.len() == MAX_PROJECTS {
            continue;
        }
        let count = counts.entry(project.clone()).or_default();
        *count += 1;
        if *count > MAX_WHEELS {
            continue;
        }
        let staged = &member.file().staged;
        let Ok(file) = staging.open(staged) else { continue };
        let Ok(archive) = ZipArchive::open(BufReader::new(file), staged.size, limits) else { continue };
        let entries = archive.entries().iter();
        let files: Vec<(&str, u64)> = entries.map(|entry| (entry.path.as_str(), entry.size)).collect();
        let name = member.planned.name.to_string();
        wheels.push(WheelFiles { project, name, tree: tree::tree(&files) });
    }
    tree::contents(wheels)
}
