//! What kinds of files a release has.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::{Cell, Floor};
use super::name::without_version;
use crate::distribution::Kind;
use crate::distribution::sidecar::SidecarKind;
use crate::distribution::wheel::WheelFilename;
use crate::release::previous::PreviousFile;

/// The kinds of files of a release.
#[derive(Debug, Default)]
pub(super) struct Snapshot<'a> {
    /// By Python project.
    pub projects: BTreeMap<&'a str, Project<'a>>,
    /// npm packages by name.
    pub packages: BTreeMap<&'a str, &'a PreviousFile>,
    /// Everything else, by name without version.
    pub assets: BTreeMap<String, &'a PreviousFile>,
}

/// The files of a Python project.
#[derive(Debug, Default)]
pub(super) struct Project<'a> {
    /// Its source distribution.
    pub sdist: Option<&'a PreviousFile>,
    /// Its wheels. One that is for several platforms stands at each.
    pub wheels: BTreeMap<Cell, Wheel<'a>>,
}

/// A wheel of a project.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wheel<'a> {
    /// The file.
    pub file: &'a PreviousFile,
    /// What it asks for at least.
    pub floor: Floor,
}

impl<'a> Snapshot<'a> {
    /// Of these files. `version` is that of the release.
    pub(super) fn of(files: &'a [PreviousFile], version: Option<&str>) -> Self {
        let declared = files.iter().filter_map(|file| file.version.as_deref());
        let versions: BTreeSet<String> = declared.chain(version).map(str::to_owned).collect();
        let mut snapshot = Self::default();
        for file in files {
            snapshot.add(file, &versions);
        }
        snapshot
    }

    fn add(&mut self, file: &'a PreviousFile, versions: &BTreeSet<String>) {
        match (file.kind, file.project.as_deref()) {
            (Kind::Wheel, Some(project)) => {
                let project = self.projects.entry(project).or_default();
                let Ok(wheel) = WheelFilename::new(&file.name) else { return };
                for (cell, floor) in Cell::of(&wheel) {
                    let wheel = project.wheels.entry(cell).or_insert(Wheel { file, floor });
                    wheel.floor = wheel.floor.lowest(floor);
                }
            }
            (Kind::Sdist, Some(project)) => {
                self.projects.entry(project).or_default().sdist = Some(file);
            }
            (Kind::NpmPackage, Some(package)) => {
                self.packages.insert(package, file);
            }
            _ if is_checksum(file) => {}
            _ => {
                self.assets.insert(without_version(file.name.as_str(), versions), file);
            }
        }
    }

    /// Whether both have a project, a package or a kind of asset in common. In
    /// a repository of several projects each may be released alone.
    pub(super) fn is_comparable_to(&self, other: &Self) -> bool {
        self.projects.keys().any(|project| other.projects.contains_key(project))
            || self.packages.keys().any(|package| other.packages.contains_key(package))
            || self.assets.keys().any(|asset| other.assets.contains_key(asset))
    }
}

impl Project<'_> {
    /// How many files the fields that match are.
    pub(super) fn count(&self, is_counted: impl Fn(&Cell) -> bool) -> usize {
        let files = self.wheels.iter().filter(|(cell, _)| is_counted(cell));
        files.map(|(_, wheel)| &wheel.file.name).collect::<BTreeSet<_>>().len()
    }

    /// The platforms that some wheel is for.
    pub(super) fn platforms(&self) -> BTreeSet<&str> {
        self.wheels.keys().map(|cell| cell.platform.as_str()).collect()
    }
}

/// Checksums come and go with the setting that writes them.
fn is_checksum(file: &PreviousFile) -> bool {
    matches!(SidecarKind::of(&file.name), Some(SidecarKind::Checksum { .. } | SidecarKind::ChecksumList))
}
