//! Every link between the pages of this repository leads somewhere.

use std::collections::BTreeMap;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};

const FOLDERS: [&str; 5] = ["", "docs", "examples", "dist", ".ci"];

fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page, by its path in the repository, without its blocks of code.
fn pages() -> BTreeMap<Utf8PathBuf, String> {
    let mut pages = BTreeMap::new();
    for folder in FOLDERS {
        for entry in root().join(folder).read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            if path.extension() == Some("md") {
                let text = std::fs::read_to_string(&path).unwrap();
                pages.insert(path.strip_prefix(root()).unwrap().to_owned(), without_code(&text));
            }
        }
    }
    pages
}

fn without_code(text: &str) -> String {
    let mut fenced = false;
    let mut kept = String::new();
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        if !fenced && !fence {
            kept.push_str(line);
            kept.push('\n');
        }
        fenced ^= fence;
    }
    kept
}

/// The anchors of a page's headings, as GitHub makes them: lower case, blanks as
/// hyphens, no punctuation.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// The targets of links, `](target)`, that are no addresses.
fn targets(page: &str) -> Vec<&str> {
    let ends = page.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(target, _)| target).filter(|target| !target.contains("://")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let mut dead = Vec::new();
    let mut count = 0;
    for (page, text) in &pages {
        for target in targets(text) {
            count += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { page.clone() } else { clean(&page.parent().unwrap().join(path)) };
            let there = Path::new(root().as_str()).join(&file).exists();
            let named = anchor.is_empty()
                || pages.get(&file).is_some_and(|text| anchors(text).iter().any(|found| found == anchor));
            if !there || !named {
                dead.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(count > 40, "{count} links");
    assert!(dead.is_empty(), "dead links: {dead:#?}");
}

/// The path without `..`.
fn clean(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<&str> = Vec::new();
    for component in path.components() {
        match component.as_str() {
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.iter().collect()
}
