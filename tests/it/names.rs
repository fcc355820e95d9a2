//! Names of wheels and source distributions, against the judges whose verdicts
//! `tests/data/names.tsv` holds.
//!
//! Where we differ from a judge on purpose, the row says so and why. A
//! difference that no row records fails, and so does a row that records one
//! that is none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use pep440_rs::Version;
use release_prep::testing::FileName;
use release_prep::testing::ProjectName;
use release_prep::testing::{Deviation, TagSet, WheelFilename};
use release_prep::testing::{could_be_sdist_of, sdist_name};

const NAMES: &str = include_str!("../data/names.tsv");

/// How many rows there are, so that none is lost.
const ROWS: usize = 236;

/// Who said what of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Judge {
    /// `_ultranormalize_dist_filename` of pypi-attestations 0.0.25.
    Ultranormalize,
    /// packaging 26.3.
    Packaging,
    /// packaging 26.2, which accepts more.
    OlderPackaging,
    /// PyPI's own rules.
    Pypi,
}

impl Judge {
    const ALL: [Self; 4] = [Self::Ultranormalize, Self::Packaging, Self::OlderPackaging, Self::Pypi];

    fn label(self) -> &'static str {
        match self {
            Self::Ultranormalize => "ultranormalize",
            Self::Packaging => "packaging",
            Self::OlderPackaging => "packaging 26.2",
            Self::Pypi => "PyPI",
        }
    }
}

impl fmt::Display for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// A row of the table.
struct Row<'a> {
    filename: String,
    ultranormalized: Option<&'a str>,
    name: &'a str,
    version: &'a str,
    build: &'a str,
    tags: BTreeSet<&'a str>,
    order: &'a str,
    older_accepts: bool,
    verdict: &'a str,
    /// Why we differ from a judge.
    differs: BTreeMap<Judge, &'a str>,
}

impl<'a> Row<'a> {
    fn read(line: &'a str) -> Self {
        let cells: Vec<&str> = line.split('\t').collect();
        let [filename, ultra, name, version, build, tags, order, pinned, verdict, _source, differs] =
            cells[..]
        else {
            panic!("a row has {} cells: {line}", cells.len());
        };
        let differs = differs.split("; ").filter(|one| !one.is_empty()).flat_map(|one| {
            let (judges, why) = one.split_once(": ").unwrap_or_else(|| panic!("no reason: {line}"));
            assert!(!why.is_empty(), "no reason: {line}");
            judges.split(", ").map(move |label| {
                let judge = Judge::ALL.into_iter().find(|judge| judge.label() == label);
                (judge.unwrap_or_else(|| panic!("no judge: {label:?}")), why)
            })
        });
        Self {
            filename: filename.replace("\\n", "\n"),
            ultranormalized: (!ultra.starts_with("ERROR")).then_some(ultra),
            name,
            version,
            build,
            tags: tags.split(' ').filter(|tag| !tag.is_empty()).collect(),
            order,
            older_accepts: pinned == "yes",
            verdict,
            differs: differs.collect(),
        }
    }

    /// Which judges we differ from, reading the name as a wheel's.
    fn wheel_differences(&self) -> BTreeSet<Judge> {
        let wheel = self.filename.parse::<WheelFilename>().ok();
        let spelt = |wheel: &WheelFilename| !wheel.deviations().contains(&Deviation::Project);
        let agrees = |judge| match judge {
            Judge::Ultranormalize => {
                wheel.as_ref().map(|wheel| wheel.canonical().as_str()) == self.ultranormalized
            }
            Judge::Packaging => match &wheel {
                None => self.name.is_empty(),
                Some(wheel) => {
                    let build = wheel.build().map_or("", |build| build.as_str());
                    wheel.project().normalized() == self.name
                        && wheel.version().to_string() == self.version
                        && build == self.build
                        && product(wheel).iter().map(String::as_str).eq(self.tags.iter().copied())
                        && sorted_as_given(wheel) == (self.order == "sorted")
                }
            },
            Judge::OlderPackaging => wheel.is_some() == self.older_accepts,
            Judge::Pypi => match (self.verdict, &wheel) {
                ("OK", wheel) => wheel.as_ref().is_some_and(spelt),
                // Which platforms PyPI takes, and whether local versions, is
                // no question of spelling.
                (verdict, Some(wheel)) if !decided_by_spelling(verdict) => spelt(wheel),
                (verdict, Some(wheel)) => verdict
                    .strip_prefix("400 should contain normalized project name ")
                    .is_some_and(|expected| !spelt(wheel) && wheel.project().escaped() == expected),
                (_, None) => true,
            },
        };
        Judge::ALL.into_iter().filter(|&judge| !agrees(judge)).collect()
    }

    /// Which judges we differ from, reading the name as a source
    /// distribution's. They split it at the last `-`; to us it is as good as
    /// every pair of project and version that it can be split into, of which
    /// only PKG-INFO knows the true one.
    fn sdist_differences(&self) -> BTreeSet<Judge> {
        let readings = readings(&self.filename);
        let names: BTreeSet<String> = readings
            .iter()
            .map(|(project, version)| sdist_name(project, version).unwrap().to_string())
            .collect();
        let only: Option<&str> = names.first().filter(|_| names.len() == 1).map(String::as_str);
        let agrees = |judge| match judge {
            Judge::Ultranormalize => match self.ultranormalized {
                None => names.is_empty(),
                Some(name) => only == Some(name),
            },
            Judge::Packaging => match readings.as_slice() {
                [] => self.name.is_empty(),
                [(project, version)] => {
                    project.normalized() == self.name && version.to_string() == self.version
                }
                _ => false,
            },
            Judge::OlderPackaging => readings.is_empty() != self.older_accepts,
            Judge::Pypi => match self.verdict.strip_prefix("400 should be ") {
                Some(expected) => names.is_empty() || only == Some(expected) && self.filename != expected,
                None if self.verdict == "OK" => only == Some(self.filename.as_str()),
                None => names.is_empty() || !decided_by_spelling(self.verdict),
            },
        };
        Judge::ALL.into_iter().filter(|&judge| !agrees(judge)).collect()
    }
}

/// Whether a verdict of PyPI is one on the spelling of project, version and
/// tags.
fn decided_by_spelling(verdict: &str) -> bool {
    !verdict.starts_with("400 unsupported platform tag") && !verdict.starts_with("400 local version")
}

/// The expanded tags of a wheel.
fn product(wheel: &WheelFilename) -> BTreeSet<String> {
    let mut tags = BTreeSet::new();
    for python in wheel.python().iter() {
        for abi in wheel.abi().iter() {
            for platform in wheel.platform().iter() {
                tags.insert(format!("{python}-{abi}-{platform}"));
            }
        }
    }
    tags
}

/// Whether `validate_order` takes the tags as they were given, upper case and
/// lower case sorted as they come.
fn sorted_as_given(wheel: &WheelFilename) -> bool {
    let sorted = |set: &TagSet| set.as_given().split('.').is_sorted();
    sorted(wheel.python()) && sorted(wheel.abi()) && sorted(wheel.platform())
}

/// Every pair of project and version that the name of a source distribution
/// can be split into.
fn readings(filename: &str) -> Vec<(ProjectName, Version)> {
    let Ok(name) = filename.parse::<FileName>() else { return Vec::new() };
    let stem = name.stem(".tar.gz").unwrap_or_default();
    let mut readings = Vec::new();
    for (at, _) in stem.match_indices('-') {
        if let (Ok(project), Ok(version)) = (stem[..at].parse(), stem[at + 1..].parse())
            && could_be_sdist_of(&name, &project)
        {
            readings.push((project, version));
        }
    }
    readings
}

fn is_wheel(filename: &str) -> bool {
    filename.trim_end().to_ascii_lowercase().ends_with("whl")
}

#[test]
fn every_name_against_every_judge() {
    let rows: Vec<Row> = NAMES.lines().skip(1).map(Row::read).collect();
    assert_eq!(rows.len(), ROWS);
    let mut wrong = Vec::new();
    for row in &rows {
        let found = if is_wheel(&row.filename) { row.wheel_differences() } else { row.sdist_differences() };
        for judge in Judge::ALL {
            match (found.contains(&judge), row.differs.get(&judge)) {
                (true, None) => {
                    wrong.push(format!("{:?}: differs from {judge}, and no reason is given", row.filename));
                }
                (false, Some(why)) => {
                    wrong.push(format!(
                        "{:?}: does not differ from {judge}, though it says: {why}",
                        row.filename
                    ));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_accepted_has_one_canonical_name() {
    for row in NAMES.lines().skip(1).map(Row::read) {
        if let Ok(wheel) = row.filename.parse::<WheelFilename>() {
            assert_eq!(wheel.to_string(), row.filename);
            let canonical = WheelFilename::new(wheel.canonical()).unwrap();
            assert!(canonical.is_canonical() && sorted_as_given(&canonical), "{}", row.filename);
            assert_eq!(product(&canonical), product(&wheel), "{}", row.filename);
        }
    }
}

/// pep440's text of a version is packaging's, epoch and local part too.
#[test]
fn versions_are_written_as_packaging_writes_them() {
    for row in NAMES.lines().skip(1).map(Row::read).filter(|row| !row.version.is_empty()) {
        assert_eq!(row.version.parse::<Version>().unwrap().to_string(), row.version);
    }
}
