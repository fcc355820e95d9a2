//! Who may know whom: the table of layers in `src/lib.rs`, held against what
//! the sources name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What is named in one place alone, and the beginnings of the paths of the
/// files that may.
const CONFINED: [(&str, &[&str]); 8] = [
    ("octocrab::", &["source/github"]),
    ("reqwest::", &["source/github"]),
    ("tokio::", &["source/github"]),
    ("http::", &["source/github"]),
    ("zip::", &["archive", "rewrite"]),
    ("anyhow::", &["main.rs"]),
    // main reads the arguments.
    ("std::env", &["action/environment.rs", "main.rs"]),
    ("env::", &["action/environment.rs"]),
];

/// The most lines of a file.
const MAX_LINES: usize = 600;

/// A source file: its path below `src`, and its code without comments and
/// without its unit tests.
struct Source {
    path: String,
    code: String,
    lines: usize,
}

impl Source {
    /// The top-level module that it is of.
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    /// How many `super::` lead out of its room.
    fn depth(&self) -> usize {
        self.path.matches('/').count() + usize::from(!self.path.ends_with("/mod.rs"))
    }

    /// What follows each mention of a path that is not itself the end of a
    /// longer one.
    fn mentions<'a>(&'a self, path: &str) -> Vec<&'a str> {
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        self.code
            .match_indices(path)
            .filter(|(at, _)| !self.code[..*at].ends_with(is_path))
            .map(|(at, _)| &self.code[at + path.len()..])
            .collect()
    }

    /// The rooms that it names.
    fn knows(&self) -> BTreeSet<&str> {
        let named = self.mentions("crate::").into_iter().chain(self.mentions("release_prep::"));
        named.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()).collect()
    }
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let (inside, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.partition(|path| path.is_dir());
        folders.extend(inside);
        for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
            let text = fs::read_to_string(file).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.push(Source {
                path: file.strip_prefix(&src).unwrap().to_str().unwrap().to_owned(),
                code: code.collect::<Vec<_>>().join("\n"),
                lines: text.lines().count(),
            });
        }
    }
    found
}

/// The layer of each room, 0 at the top, as the table in `src/lib.rs` has it.
fn layers() -> BTreeMap<String, usize> {
    let lib = include_str!("../../src/lib.rs");
    let rows = lib.lines().filter(|line| line.starts_with("//! | ") && line.contains('`'));
    let rooms = |row: &str| row.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    rows.enumerate().flat_map(|(layer, row)| rooms(row).into_iter().map(move |room| (room, layer))).collect()
}

#[test]
fn every_room_has_its_layer() {
    let rooms: BTreeSet<String> =
        sources().iter().map(|source| source.room().to_owned()).filter(|room| room != "lib").collect();
    assert_eq!(layers().into_keys().collect::<BTreeSet<_>>(), rooms);
}

/// The documentation has the same table.
#[test]
fn the_layers_are_documented() {
    let documented = include_str!("../../docs/architecture.md");
    let rows = documented.lines().filter(|line| line.starts_with("| ") && line.contains(": `"));
    let rooms = |row: &str| {
        let cell = row.split('|').nth(1).unwrap();
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let told: BTreeMap<String, usize> = rows
        .enumerate()
        .flat_map(|(layer, row)| rooms(row).into_iter().map(move |room| (room, layer)))
        .collect();
    assert_eq!(told, layers());
}

#[test]
fn no_import_runs_upwards() {
    let layers = layers();
    for source in sources().iter().filter(|source| source.room() != "lib") {
        for room in source.knows() {
            let (from, to) = (layers[source.room()], layers.get(room));
            assert!(to.is_some_and(|to| *to >= from), "{} names {room}, which is above it", source.path);
        }
        let out = "super::".repeat(source.depth());
        assert!(!source.code.contains(&out), "{} leaves its room by `super`; say `crate`", source.path);
    }
}

#[test]
fn no_import_runs_in_a_circle() {
    let sources = sources();
    let mut knows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.room() != "lib") {
        let others = source.knows().into_iter().filter(|room| *room != source.room());
        knows.entry(source.room()).or_default().extend(others);
    }
    // Whoever knows nobody can be no part of a circle; again, until none is left.
    while let Some(free) = knows.iter().find(|(_, known)| known.is_empty()).map(|(room, _)| *room) {
        knows.remove(free);
        for known in knows.values_mut() {
            known.remove(free);
        }
    }
    assert!(knows.is_empty(), "these know each other in a circle: {knows:?}");
}

#[test]
fn crates_live_where_they_belong() {
    for source in sources() {
        for (name, places) in CONFINED {
            let allowed = places.iter().any(|place| source.path.starts_with(place));
            assert!(allowed || source.mentions(name).is_empty(), "{} names {name}", source.path);
        }
    }
}

#[test]
fn no_file_is_too_long() {
    for source in sources() {
        assert!(source.lines <= MAX_LINES, "{} has {} lines", source.path, source.lines);
    }
}
