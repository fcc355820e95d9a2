//! What is in a wheel, as a tree of few lines.
//!
//! 1. A line for each folder that files lie in, with their names in braces;
//!    many names are cut, with their number and size.
//! 2. Of many folders the first are shown, and the metadata, which comes last.
//! 3. Wheels whose trees read the same share one.

use std::collections::BTreeMap;

use super::{fold, plural, text};

/// The most lines of a project.
pub(crate) const MAX_LINES: usize = 200;
/// The most folders of a wheel.
const MAX_FOLDERS: usize = 12;
/// The most names of a folder.
const MAX_NAMES: usize = 6;
/// The most characters of a line.
const MAX_CHARACTERS: usize = 110;

/// The contents of the wheels of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contents {
    /// The project.
    pub project: String,
    /// At most [`MAX_LINES`] lines of hostile text.
    pub lines: Vec<String>,
}

/// A wheel and its tree.
#[derive(Debug)]
pub(crate) struct WheelFiles {
    /// The project.
    pub project: String,
    /// The name in the release.
    pub name: String,
    /// The lines of its tree.
    pub tree: Vec<String>,
}

/// The tree of a wheel's files: paths, and sizes in bytes.
#[must_use]
pub(crate) fn tree(files: &[(&str, u64)]) -> Vec<String> {
    let mut folders: BTreeMap<(bool, &str), Vec<(&str, u64)>> = BTreeMap::new();
    for &(path, size) in files {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_metadata = folder.split('/').next().is_some_and(|top| top.ends_with(".dist-info"));
        folders.entry((is_metadata, folder)).or_default().push((name, size));
    }
    let metadata = folders.keys().filter(|(is_metadata, _)| *is_metadata).count();
    let room = MAX_FOLDERS.saturating_sub(metadata.min(MAX_FOLDERS / 2));
    let mut lines = Vec::new();
    let mut hidden = (0, 0, 0);
    for ((is_metadata, folder), names) in folders {
        let bytes = names.iter().fold(0_u64, |sum, (_, size)| sum.saturating_add(*size));
        if lines.len() < if is_metadata { MAX_FOLDERS } else { room } {
            lines.push(line(folder, names, bytes));
        } else {
            hidden = (hidden.0 + 1, hidden.1 + names.len(), bytes.saturating_add(hidden.2));
        }
    }
    if hidden.0 > 0 {
        let (folders, files, bytes) = hidden;
        let files = plural(files, "file");
        lines.push(format!("and {} with {files} ({})", plural(folders, "more folder"), text::size(bytes)));
    }
    lines
}

/// A folder with its files.
fn line(folder: &str, mut names: Vec<(&str, u64)>, bytes: u64) -> String {
    names.sort_unstable();
    let count = names.len();
    let shown: Vec<&str> = names.iter().take(MAX_NAMES).map(|(name, _)| *name).collect();
    let names = match (count, shown.as_slice()) {
        (1, [only]) => (*only).to_owned(),
        (MAX_NAMES.., _) if count > MAX_NAMES => format!("{{{},…}}", shown.join(",")),
        _ => format!("{{{}}}", shown.join(",")),
    };
    let separator = if folder.is_empty() { "" } else { "/" };
    let path = shortened(&format!("{folder}{separator}{names}"));
    let count = if count > MAX_NAMES { format!("{}, ", plural(count, "file")) } else { String::new() };
    format!("{path}  ({count}{})", text::size(bytes))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Trees, each with the names of the wheels that have it.
type Trees = Vec<(Vec<String>, Vec<String>)>;

/// The contents of wheels by project; wheels of one tree share it.
#[must_use]
pub(crate) fn contents(wheels: Vec<WheelFiles>) -> Vec<Contents> {
    let mut projects: BTreeMap<String, Trees> = BTreeMap::new();
    for WheelFiles { project, name, tree } in wheels {
        let trees = projects.entry(project).or_default();
        match trees.iter_mut().find(|(_, other)| *other == tree) {
            Some((names, _)) => names.push(name),
            None => trees.push((vec![name], tree)),
        }
    }
    let lines = |trees: Trees| {
        let mut lines = Vec::new();
        let mut left = trees.len();
        for (names, tree) in trees {
            // One line is left for what is not shown.
            if lines.len() + tree.len() + 2 > MAX_LINES {
                lines.push(format!("and {}", plural(left, "more tree")));
                break;
            }
            left -= 1;
            lines.push(shortened(&fold::fold(names.iter().map(String::as_str))));
            let last = tree.len().saturating_sub(1);
            let branch = |at: usize| if at == last { "└── " } else { "├── " };
            lines.extend(tree.iter().enumerate().map(|(at, line)| format!("{}{line}", branch(at))));
        }
        lines
    };
    projects.into_iter().map(|(project, trees)| Contents { project, lines: lines(trees) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_few_lines() {
        let mut files = vec![("p-1.dist-info/RECORD", 10), ("p-1.dist-info/METADATA", 20), ("top.py", 1)];
        files.extend(["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, 100)));
        files.push(("p/__init__.py", 5));
        assert_eq!(
            tree(&files),
            [
                "{a,b,c,d,e,f,…}  (8 files, 701 B)",
                "p/__init__.py  (5 B)",
                "p-1.dist-info/{METADATA,RECORD}  (30 B)",
            ]
        );
        let many: Vec<String> = (10..50).map(|n| format!("p/{n}/x")).collect();
        let lines = tree(&many.iter().map(|path| (path.as_str(), 1)).collect::<Vec<_>>());
        assert_eq!(
            (lines.len(), lines.last().unwrap().as_str()),
            (13, "and 28 more folders with 28 files (28 B)")
        );
    }

    #[test]
    fn wheels_of_one_tree_share_it() {
        let wheel = |name: &str, line: &str| WheelFiles {
            project: "p".to_owned(),
            name: name.to_owned(),
            tree: vec![line.to_owned()],
        };
        let shown = contents(vec![wheel("p-1-cp310.whl", "a"), wheel("p-1-cp311.whl", "a"), wheel("q", "b")]);
        assert_eq!(shown[0].lines, ["p-1-{cp310,cp311}.whl", "└── a", "q", "└── b"]);
        let many = (0..300).map(|n| wheel(&n.to_string(), &n.to_string())).collect();
        let lines = contents(many).remove(0).lines;
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (199, "and 201 more trees"));
    }
}
