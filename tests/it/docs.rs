//! Prose that says what the program does: it must go on being true.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use clap::CommandFactory;
use release_prep::testing::Cli;
use release_prep::testing::conclusion;
use release_prep::testing::outputs;
use release_prep::testing::{Class, Rule};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::harness::Workspace;

const REFERENCE: &str = include_str!("../../docs/reference.md");
const RULES: &str = include_str!("../../docs/rules.md");
const RULES_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");

/// Flags that are not documented as inputs of the action, and that are documented
/// in sentences.
const FLAGS_ONLY: [&str; 9] =
    ["run", "unanchored", "github-token-file", "color", "format", "quiet", "verbose", "pin", "write"];

/// Inputs that are no flags, with their defaults: the first is a subcommand, the
/// second a secret.
const INPUTS_ONLY: [(&str, &str); 2] = [("command", "prepare"), ("github-token", "${{ github.token }}")];

/// The cells of every row of the tables whose heading begins with `first`,
/// backticks off the first two.
fn rows<'a>(markdown: &'a str, first: &str) -> Vec<Vec<&'a str>> {
    let heading = format!("| {first} |");
    let mut rows = Vec::new();
    let mut inside = false;
    for line in markdown.lines() {
        if line.starts_with(&heading) {
            inside = true;
        } else if !line.starts_with('|') {
            inside = false;
        } else if inside && !line.starts_with("|---") {
            let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`'));
            rows.push(cells.collect());
        }
    }
    rows
}

/// Every flag with its default.
fn flags() -> BTreeMap<String, String> {
    let mut flags = BTreeMap::new();
    for command in Cli::command().get_subcommands() {
        for argument in command.get_arguments() {
            let Some(name) = argument.get_long().filter(|name| *name != "help") else { continue };
            let default = argument.get_default_values().first();
            let default = default.map(|default| default.to_string_lossy().into_owned());
            flags.insert(name.to_owned(), default.unwrap_or_default());
        }
    }
    flags
}

#[test]
fn every_input_is_documented_with_its_default() {
    let mut flags = flags();
    for name in FLAGS_ONLY {
        assert!(flags.remove(name).is_some(), "{name} is no flag");
        assert!(REFERENCE.contains(&format!("`--{name}`")), "the reference does not mention --{name}");
    }
    let listed = rows(REFERENCE, "input");
    for row in &listed {
        let (name, default) = (row[0], row[1]);
        match flags.remove(name) {
            Some(meant) => assert_eq!(default, meant, "the reference's default of `{name}`"),
            None => {
                assert!(INPUTS_ONLY.contains(&(name, default)), "`{name}` is no flag, or is listed twice");
            }
        }
    }
    assert!(flags.is_empty(), "the reference does not list {:?}", flags.keys());
}

#[test]
fn every_output_is_documented() {
    let listed: Vec<&str> = rows(REFERENCE, "output").iter().map(|row| row[0]).collect();
    assert_eq!(listed, outputs::NAMES);
}

#[test]
fn every_exit_code_is_documented() {
    let listed: Vec<i32> = rows(REFERENCE, "code")
        .iter()
        .flat_map(|row| row[0].split(", ").map(|code| code.parse().unwrap()))
        .collect();
    let of_conclusions = [conclusion::DONE, conclusion::REFUSED, conclusion::INPUT, conclusion::FAULT];
    let of_signals = [SIGINT, SIGTERM].map(|signal| 128 + signal);
    assert_eq!(listed, [&of_conclusions.map(i32::from)[..], &of_signals].concat());
}

/// `UPDATE_DOCS=1` writes them.
#[test]
fn every_rule_is_documented() {
    const BEGIN: &str = "from src/rule/catalogue/. -->\n";
    let (head, _) = RULES.split_once(BEGIN).unwrap();
    let meant = format!("{head}{BEGIN}\n{}", rules());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(RULES_PATH, &meant).unwrap();
    }
    let written = std::fs::read_to_string(RULES_PATH).unwrap();
    assert_eq!(written, meant, "run the tests with UPDATE_DOCS=1");
}

/// `UPDATE_DOCS=1` writes the table. Every rule of the index is in it.
#[test]
fn every_check_of_pypi_is_documented() {
    const BEGIN: &str = "from tests/data/pypi.tsv. -->\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pypi.md");
    let written = std::fs::read_to_string(path).unwrap();
    let (head, _) = written.split_once(BEGIN).unwrap();
    let mut table = "| PyPI's check | where | rule | |\n|---|---|---|---|\n".to_owned();
    let mut named = BTreeSet::new();
    for row in include_str!("../data/pypi.tsv").lines().skip(1) {
        let [check, place, rules, note] = row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let rules: Vec<&str> = rules.split(' ').filter(|id| !id.is_empty()).collect();
        assert!(!rules.is_empty() || !note.is_empty(), "{check}: neither a rule nor a reason");
        for id in &rules {
            assert!(Rule::of(id).is_some(), "{check}: there is no rule `{id}`");
        }
        let links: Vec<String> = rules.iter().map(|id| format!("[`{id}`](rules.md#{id})")).collect();
        writeln!(table, "| {check} | {place} | {} | {note} |", links.join(", ")).unwrap();
        named.extend(rules);
    }
    let meant = format!("{head}{BEGIN}\n{table}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &meant).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), meant, "run the tests with UPDATE_DOCS=1");
    let of_index = Rule::ALL.iter().filter(|rule| rule.class() == Class::Index).map(|rule| rule.id());
    let missing: Vec<_> =
        of_index.filter(|id| !named.contains(id) && *id != "wheel-entry-points-installers").collect();
    assert!(missing.is_empty(), "tests/data/pypi.tsv does not name {missing:?}");
}

/// The table of all rules, and a section for each class of them.
fn rules() -> String {
    let mut text = "| rule | class | severity | says |\n|---|---|---|---|\n".to_owned();
    for rule in Rule::ALL {
        let (id, says) = (rule.id(), rule.summary());
        let severity = format!("{:?}", rule.severity()).to_lowercase();
        writeln!(text, "| [`{id}`](#{id}) | {} | {severity} | {says} |", rule.class()).unwrap();
    }
    for class in
        [Class::Integrity, Class::Index, Class::Registry, Class::Release, Class::Honesty, Class::Advice]
    {
        let title = class.to_string();
        writeln!(text, "\n## {}{}", title[..1].to_uppercase(), &title[1..]).unwrap();
        for rule in Rule::ALL.iter().filter(|rule| rule.class() == class) {
            writeln!(text, "\n### `{}`\n\n{}\n\n{}\n", rule.id(), rule.summary(), rule.rationale()).unwrap();
            if let Some(example) = rule.example() {
                writeln!(text, "```text\n{example}\n```\n").unwrap();
            }
            writeln!(text, "What to do: {}\n\nSource: {}.", rule.remedy(), rule.source()).unwrap();
        }
    }
    text
}

#[test]
fn every_rule_has_an_id_of_its_own() {
    let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    for id in ids {
        assert!(
            id.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())),
            "{id}"
        );
    }
}

/// A clause would end in the middle of a finding.
#[test]
fn every_text_is_sentences() {
    for rule in Rule::ALL {
        for text in [rule.summary(), rule.rationale(), rule.remedy()] {
            assert!(text.ends_with('.') && !text.starts_with(char::is_lowercase), "{rule}: {text}");
        }
        assert!(!rule.source().ends_with('.'), "{rule}");
    }
}

/// The program says the same of its rules.
#[test]
fn rules_are_explained() {
    let workspace = Workspace::new();
    let all = workspace.run(["explain"]).exits(0);
    for rule in Rule::ALL {
        assert!(all.says(&format!("{rule} (")), "{rule}");
        let run = workspace.run(["explain", rule.id()]).exits(0);
        for part in [rule.summary(), rule.rationale(), rule.remedy(), rule.source()] {
            assert!(run.says(part), "{rule}: {}", run.log());
        }
    }
    insta::assert_snapshot!(workspace.run(["explain", "nothing-selected"]).out, @r"
    nothing-selected (release, error)

    The release has at least one file.

    An empty release is never intended. The names of the artifacts that were found are listed.

    For example:

    error[nothing-selected]: there are no artifacts
       expected  at least one file to release
           help  Check `artifacts-dir`, and that the steps before this one downloaded or built files.

    What to do: Check `pattern`, and that the jobs before this one uploaded what they built.

    Inputs: `pattern`, `artifact-ids` and `run-id` select artifacts. It cannot be ignored.

    Source: the input `pattern`
    ");
    insta::assert_snapshot!(workspace.run(["explain", "wheel-tag"]).exits(2).err, @"error: explain: found `wheel-tag`, but there is no rule of that id; `release-prep explain` lists them");
}
