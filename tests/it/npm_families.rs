//! Real npm packages with their families, as stand-ins: their package.json and
//! the files that it names (tests/data/npm-packages.jsonl).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::harness::Workspace;
use crate::npm::packed;

/// The package.json files of each repository, `owner/name`.
fn repositories() -> BTreeMap<String, Vec<Value>> {
    let mut repositories: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in include_str!("../data/npm-packages.jsonl").lines() {
        let mut json: Value = serde_json::from_str(line).unwrap();
        let repository = json.as_object_mut().unwrap().remove("in").unwrap();
        repositories.entry(repository.as_str().unwrap().to_owned()).or_default().push(json);
    }
    repositories
}

/// The texts that a value holds.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Object(object) => object.values().flat_map(texts).collect(),
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// A package with the files that `bin` and `exports` name.
fn stand_in(json: &Value) -> Vec<u8> {
    let paths: BTreeSet<String> = [&json["bin"], &json["exports"]]
        .into_iter()
        .flat_map(texts)
        .map(|path| path.trim_start_matches("./").to_owned())
        .filter(|path| path != "package.json")
        .collect();
    let files: Vec<_> =
        paths.iter().map(|path| (path.as_str(), 0o755, &b"#!/usr/bin/env node\n"[..])).collect();
    packed(json, &files)
}

/// All that there is to say of more than five hundred real packages: one has a
/// name that npm accepts for no new package.
#[test]
fn real_families_are_silent() {
    let mut said = String::new();
    for (repository, packages) in repositories() {
        let files = packages.iter().enumerate().map(|(at, json)| (format!("a{at}/x.tgz"), stand_in(json)));
        let workspace = Workspace::with(files);
        let mut step = workspace.step(&[("artifacts-dir", "artifacts")]);
        for (name, value) in [
            ("SERVER_URL", "https://github.com"),
            ("REPOSITORY", &repository),
            ("RUN_ID", "7"),
            ("RUN_ATTEMPT", "1"),
            ("SHA", "0123456789abcdef0123456789abcdef01234567"),
            ("REF", "refs/heads/main"),
            ("WORKFLOW_REF", &format!("{repository}/.github/workflows/release.yml@refs/heads/main")),
        ] {
            step.env(format!("GITHUB_{name}"), value);
        }
        let run = workspace.finish(&mut step);
        if !run.findings().is_empty() {
            said.extend([repository.as_str(), "\n", &run.findings(), "\n"]);
        }
        let released: Value = serde_json::from_str(run.exits(0).output("npm-packages")).unwrap();
        assert_eq!(released.as_array().unwrap().len(), packages.len(), "{repository}");
        in_order(&packages, &released);
    }
    insta::assert_snapshot!(said, @r"
    dominictarr/JSONStream
    warning[npm-name-legacy]: a0: x.tgz: the name `JSONStream` is not valid for a new package: it holds the capital letter 'J'
    ");
}

/// No package comes before one of the release that it depends on.
fn in_order(packages: &[Value], released: &Value) {
    let order: Vec<&str> =
        released.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    let place = |name: &str| order.iter().position(|other| *other == name);
    for json in packages {
        let name = json["name"].as_str().unwrap();
        for field in ["dependencies", "optionalDependencies"] {
            for needed in json[field].as_object().into_iter().flat_map(|object| object.keys()) {
                let Some(needed_at) = place(needed).filter(|_| needed != name) else { continue };
                assert!(Some(needed_at) < place(name), "{name} before {needed}");
            }
        }
    }
}
