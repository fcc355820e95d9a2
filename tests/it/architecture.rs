//! What `docs/architecture.md` promises of `src`: no circle between folders,
//! and the world touched in few places.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What is named in few places, and the beginnings of the paths of the files
/// that may.
const CONFINED: [(&str, &[&str]); 17] = [
    ("anyhow::", &["main.rs"]),
    ("bzip2::bufread", &["archive/"]),
    ("clap::", &["request/", "settings.rs", "main.rs"]),
    ("env::", &["action/environment.rs", "main.rs"]),
    ("flate2::", &["archive/", "normalize/rewrite.rs"]),
    ("fs::", &["action/", "disk/", "source/"]),
    ("http::", &["source/http", "source/github"]),
    ("lzma_rust2::", &["archive/"]),
    ("octocrab::", &["source/http", "source/github"]),
    ("process::", &["action/", "main.rs"]),
    ("reqwest::", &["source/http", "source/github"]),
    ("rustix::", &["action/", "disk/", "source/"]),
    ("ruzstd::", &["archive/"]),
    ("std::env", &["action/environment.rs", "main.rs"]),
    ("tar::", &["archive/"]),
    ("tokio::", &["source/http", "source/github"]),
    ("zip::", &["archive/", "normalize/rewrite.rs"]),
];

/// The most entries of `src`.
const MAX_ENTRIES: usize = 24;
/// The most lines of a file.
const MAX_LINES: usize = 600;
/// The most lines of a function.
const MAX_FUNCTION_LINES: usize = 60;

/// A source file: its path below `src`, and its code without comments and
/// without its unit tests.
struct Source {
    path: String,
    code: String,
    lines: usize,
}

impl Source {
    /// The entry of `src` that it is or lies in.
    fn folder(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    /// How many `super::` lead out of its folder.
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

    /// The entries of `src` that it imports from.
    fn imports(&self) -> BTreeSet<&str> {
        let named = self.mentions("crate::").into_iter().chain(self.mentions("release_prep::"));
        named.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()).collect()
    }

    /// Each function's first line and its number of lines.
    fn functions(&self) -> Vec<(&str, usize)> {
        let lines: Vec<&str> = self.code.lines().collect();
        let indent = |line: &str| line.len() - line.trim_start().len();
        let is_function = |line: &str| {
            let words = line.trim_start().split(' ');
            let mut words = words.skip_while(|word| {
                word.starts_with("pub") || matches!(*word, "const" | "async" | "in" | "unsafe")
            });
            words.next() == Some("fn")
        };
        let mut found = Vec::new();
        for (at, first) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
            let closing = format!("{}}}", " ".repeat(indent(first)));
            let length = lines[at..].iter().position(|line| *line == closing);
            found.push((*first, length.map_or(1, |length| length + 1)));
        }
        found
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
            let path = file.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
            let is_of_tests = ["tests.rs", "fixture.rs", "/fuzz.rs"].iter().any(|end| path.ends_with(end));
            if is_of_tests || path.contains("/tests/") {
                continue;
            }
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.push(Source {
                path,
                code: code.collect::<Vec<_>>().join("\n"),
                lines: text.lines().count(),
            });
        }
    }
    found
}

#[test]
fn no_import_runs_in_a_circle() {
    let sources = sources();
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !["lib", "main"].contains(&source.folder())) {
        let others = source.imports().into_iter().filter(|folder| *folder != source.folder());
        imports.entry(source.folder()).or_default().extend(others);
        let out = "super::".repeat(source.depth());
        assert!(!source.code.contains(&out), "{} leaves its folder by `super`; say `crate`", source.path);
    }
    // What imports nothing can be no part of a circle; again, until none is left.
    while let Some(leaf) = imports.iter().find(|(_, known)| known.is_empty()).map(|(folder, _)| *folder) {
        imports.remove(leaf);
        for known in imports.values_mut() {
            known.remove(leaf);
        }
    }
    assert!(imports.is_empty(), "these import each other in a circle: {imports:?}");
}

/// Sources of artifacts and the place where the program runs are exchangeable.
#[test]
fn source_and_action_are_independent() {
    for source in sources() {
        assert!(source.folder() != "source" || !source.imports().contains("action"), "{}", source.path);
        assert!(source.folder() != "action" || !source.imports().contains("source"), "{}", source.path);
    }
}

/// Evidence says what was seen; preflight judges it.
#[test]
fn evidence_holds_no_verdicts() {
    for source in sources().iter().filter(|source| ["distribution", "evidence"].contains(&source.folder())) {
        let words = source.code.split(|c: char| !c.is_alphanumeric() && c != '_');
        let verdict = words.into_iter().find(|word| ["Finding", "Rule", "Severity"].contains(word));
        assert_eq!(verdict, None, "{}", source.path);
    }
}

#[test]
fn the_world_is_touched_in_few_places() {
    for source in sources() {
        for (name, places) in CONFINED {
            let allowed = places.iter().any(|place| source.path.starts_with(place));
            assert!(allowed || source.mentions(name).is_empty(), "{} names {name}", source.path);
        }
    }
}

/// Every entry of `src` has a row.
#[test]
fn the_tree_is_documented() {
    let documented = include_str!("../../docs/architecture.md");
    let entries: BTreeSet<String> =
        sources().iter().map(|source| source.folder().to_owned()).filter(|name| name != "lib").collect();
    for entry in entries {
        let named = [format!("`{entry}/`"), format!("`{entry}.rs`")];
        assert!(named.iter().any(|name| documented.contains(name)), "docs/architecture.md lacks {entry}");
    }
}

/// The functions of the walk through the documentation exist.
#[test]
fn the_walk_is_real() {
    let documented = include_str!("../../docs/architecture.md");
    let sources = sources();
    let mut steps = 0;
    for row in documented.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 2) {
        let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let (function, file) = (cells[1], cells[2]);
        let Some(source) = sources.iter().find(|source| source.path == file) else { continue };
        let named = source.functions().iter().any(|(line, _)| line.contains(&format!("fn {function}")));
        assert!(named, "{file} has no function {function}");
        steps += 1;
    }
    assert!(steps >= 15, "the walk has {steps} steps");
}

#[test]
fn files_and_functions_are_short() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let entries = fs::read_dir(src).unwrap().count();
    assert!(entries <= MAX_ENTRIES, "src has {entries} entries");
    for source in sources() {
        assert!(source.lines <= MAX_LINES, "{} has {} lines", source.path, source.lines);
        for (first, lines) in source.functions() {
            assert!(lines <= MAX_FUNCTION_LINES, "{}: {first} has {lines} lines", source.path);
        }
    }
}
