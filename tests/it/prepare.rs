//! `prepare.yml`, the reusable workflow, is the action in a job: what one takes
//! and gives, the other takes and gives. So does `prepare-and-attest.yml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use yaml_serde::{Mapping, Value};

const WORKFLOW: &str = include_str!("../../.github/workflows/prepare.yml");
const AND_ATTEST: &str = include_str!("../../.github/workflows/prepare-and-attest.yml");
const AND_ATTEST_PATH: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/.github/workflows/prepare-and-attest.yml");
/// Where people read how to call it.
const CALLERS: [(&str, &str); 4] = [
    ("README.md", include_str!("../../README.md")),
    ("docs/recipes.md", include_str!("../../docs/recipes.md")),
    ("docs/migrate.md", include_str!("../../docs/migrate.md")),
    ("examples/release.yml", include_str!("../../examples/release.yml")),
];

/// Inputs of the action that a job of its own has no use for.
const NOT_TAKEN: [&str; 4] = ["command", "artifacts-dir", "artifacts-zipped", "manifest-digest"];
/// The input that is a secret here.
const SECRET: (&str, &str) = ("github-token", "${{ secrets.token || github.token }}");
/// The input that the action has not.
const OF_ITS_OWN: &str = "artifact-suffix";
/// Outputs that grow with the number of files, beyond the size limit of job outputs.
const NOT_TOLD: [&str; 2] = ["release-files", "renamed"];
/// Outputs of the upload.
const OF_THE_UPLOAD: [&str; 2] = ["artifact-id", "artifact-name"];

fn parse(text: &str) -> Value {
    yaml_serde::from_str(text).unwrap()
}

fn action() -> Value {
    parse(include_str!("../../action.yml"))
}

/// What lies at a path of keys.
fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, key| value.get(key).unwrap_or_else(|| panic!("no {key} in {path:?}")))
}

fn mapping<'a>(value: &'a Value, path: &[&str]) -> &'a Mapping {
    at(value, path).as_mapping().unwrap()
}

/// A mapping's keys and values, as text where a value is a scalar.
fn scalars(mapping: &Mapping) -> BTreeMap<String, String> {
    mapping.iter().map(|(key, value)| (text(key), text(value))).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => yaml_serde::to_string(other).unwrap().trim_end().to_owned(),
    }
}

fn keys(mapping: &Mapping) -> BTreeSet<String> {
    mapping.keys().map(text).collect()
}

/// The step of the only job that has this id.
fn step(workflow: &Value, id: &str) -> Value {
    let steps = at(workflow, &["jobs", "prepare", "steps"]).as_sequence().unwrap();
    steps.iter().find(|step| step.get("id").is_some_and(|found| text(found) == id)).unwrap().clone()
}

#[test]
fn every_input_is_as_in_the_action() {
    let (workflow, action) = (parse(WORKFLOW), action());
    let inputs = mapping(&workflow, &["on", "workflow_call", "inputs"]);
    let mut expected = keys(mapping(&action, &["inputs"]));
    for name in NOT_TAKEN.iter().chain([&SECRET.0]) {
        assert!(expected.remove(*name), "{name} is no input of the action");
    }
    for name in &expected {
        let (ours, theirs) =
            (at(&workflow, &["on", "workflow_call", "inputs", name]), at(&action, &["inputs", name]));
        for part in ["default", "description"] {
            assert_eq!(
                text(at(ours, &[part])),
                text(at(theirs, &[part])),
                "{part} of {name}: as in action.yml"
            );
        }
        let default = text(at(theirs, &["default"]));
        let kind = match default.as_str() {
            "true" | "false" => "boolean",
            number if number.parse::<u64>().is_ok() => "number",
            _ => "string",
        };
        assert_eq!(text(at(ours, &["type"])), kind, "type of {name}");
    }
    expected.insert(OF_ITS_OWN.to_owned());
    assert_eq!(keys(inputs), expected);
}

#[test]
fn every_input_reaches_the_action() {
    let workflow = parse(WORKFLOW);
    let given = scalars(mapping(&step(&workflow, "prepare"), &["with"]));
    let mut expected: BTreeMap<String, String> = keys(mapping(&workflow, &["on", "workflow_call", "inputs"]))
        .into_iter()
        .filter(|name| name != OF_ITS_OWN)
        .map(|name| (name.clone(), format!("${{{{ inputs.{name} }}}}")))
        .collect();
    expected.insert(SECRET.0.to_owned(), SECRET.1.to_owned());
    assert_eq!(given, expected);
}

#[test]
fn every_output_is_handed_on() {
    let (workflow, action) = (parse(WORKFLOW), action());
    let outputs = mapping(&workflow, &["on", "workflow_call", "outputs"]);
    let mut expected = keys(mapping(&action, &["outputs"]));
    for name in NOT_TOLD {
        assert!(expected.remove(name), "{name} is no output of the action");
    }
    let of_job = scalars(mapping(&workflow, &["jobs", "prepare", "outputs"]));
    for name in &expected {
        let description = text(at(&action, &["outputs", name, "description"]));
        assert_eq!(
            text(at(&outputs[name.as_str()], &["description"])),
            description,
            "{name}: as in action.yml"
        );
        assert_eq!(of_job[name], format!("${{{{ steps.prepare.outputs.{name} }}}}"));
    }
    expected.extend(OF_THE_UPLOAD.map(str::to_owned));
    assert_eq!(keys(outputs), expected);
    assert_eq!(of_job.keys().cloned().collect::<BTreeSet<_>>(), expected);
    for name in &expected {
        assert_eq!(
            text(at(&outputs[name.as_str()], &["value"])),
            format!("${{{{ jobs.prepare.outputs.{name} }}}}")
        );
    }
}

/// Whoever pins the workflow by a SHA has pinned the program: the action comes
/// from the workflow's own commit, and every other one is pinned by a SHA.
#[test]
fn the_action_is_of_the_same_commit() {
    let workflow = parse(WORKFLOW);
    let steps = at(&workflow, &["jobs", "prepare", "steps"]).as_sequence().unwrap();
    let checkout = steps
        .iter()
        .position(|step| step.get("uses").is_some_and(|uses| text(uses).starts_with("actions/checkout@")));
    let prepare = steps.iter().position(|step| *step == self::step(&workflow, "prepare"));
    assert!(checkout.is_some() && checkout < prepare);
    let with = scalars(mapping(&steps[checkout.unwrap()], &["with"]));
    assert_eq!(with["repository"], "${{ job.workflow_repository }}");
    assert_eq!(with["ref"], "${{ job.workflow_sha }}");
    assert_eq!(with["persist-credentials"], "false");
    assert_eq!(text(at(&steps[prepare.unwrap()], &["uses"])), format!("./{}", with["path"]));
    for uses in
        steps.iter().filter_map(|step| step.get("uses")).map(text).filter(|uses| !uses.starts_with("./"))
    {
        let commit = uses.split_once('@').unwrap().1;
        assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{uses}");
    }
}

#[test]
fn it_reads_and_keeps_for_a_week() {
    let workflow = parse(WORKFLOW);
    assert!(mapping(&workflow, &["permissions"]).is_empty());
    let rights = scalars(mapping(&workflow, &["jobs", "prepare", "permissions"]));
    assert!(!rights.is_empty() && rights.values().all(|right| right == "read"), "{rights:?}");
    let upload = scalars(mapping(&step(&workflow, "upload"), &["with"]));
    assert_eq!(upload["retention-days"], "7");
    assert_eq!(upload["if-no-files-found"], "error");
}

/// An output that is not there is an empty text to GitHub, and to linters when
/// the workflow is another repository's.
#[test]
fn callers_use_outputs_that_there_are() {
    let workflow = parse(WORKFLOW);
    let declared = keys(mapping(&workflow, &["on", "workflow_call", "outputs"]));
    for (file, text) in CALLERS {
        let used: BTreeSet<&str> = text
            .split("needs.prepare.outputs.")
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap())
            .collect();
        assert!(used.len() > 2, "{file}: {used:?}");
        let unknown: Vec<_> = used.iter().filter(|name| !declared.contains(**name)).collect();
        assert!(unknown.is_empty(), "{file}: prepare.yml has no outputs {unknown:?}");
    }
}

/// What lies between two texts.
fn between<'a>(text: &'a str, first: &str, then: &str) -> &'a str {
    text.split_once(first).and_then(|(_, rest)| rest.split_once(then)).unwrap().0
}

/// What `prepare-and-attest.yml` takes and gives is what `prepare.yml` does, and
/// whether everything is attested. `UPDATE_DOCS=1` writes it.
#[test]
fn one_call_takes_and_gives_the_same() {
    let prepare = parse(WORKFLOW);
    let mut passed = String::new();
    for name in mapping(&prepare, &["on", "workflow_call", "inputs"]).keys().map(text) {
        writeln!(passed, "      {name}: ${{{{ inputs.{name} }}}}").unwrap();
    }
    let mut meant = AND_ATTEST.to_owned();
    for (first, then, of) in [
        ("\n    inputs:\n", "\n    secrets:\n", None),
        ("\n      artifact-name:\n", "\n\npermissions: {}", None),
        ("\n    with:\n", "    secrets:\n      token: ${{", Some(passed.as_str())),
    ] {
        let ours = format!("{first}{}{then}", between(AND_ATTEST, first, then));
        let theirs = of.unwrap_or_else(|| between(WORKFLOW, first, then));
        meant = meant.replacen(&ours, &format!("{first}{theirs}{then}"), 1);
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(AND_ATTEST_PATH, &meant).unwrap();
    } else {
        assert!(
            AND_ATTEST == meant,
            "prepare-and-attest.yml is not of prepare.yml; `UPDATE_DOCS=1` writes it"
        );
    }
    let attested = at(&parse(AND_ATTEST), &["on", "workflow_call", "outputs", "attested", "value"]).clone();
    assert_eq!(text(&attested), "${{ jobs.attest.result == 'success' }}");
}

/// One job can sign, never for a pull request, and it runs nothing that is not of
/// this repository's commit or pinned.
#[test]
fn one_job_can_sign() {
    let workflow = parse(AND_ATTEST);
    assert!(mapping(&workflow, &["permissions"]).is_empty());
    let prepare = scalars(mapping(&workflow, &["jobs", "prepare", "permissions"]));
    assert_eq!(prepare, scalars(mapping(&parse(WORKFLOW), &["jobs", "prepare", "permissions"])));
    let attest = at(&workflow, &["jobs", "attest"]);
    let rights = scalars(mapping(attest, &["permissions"]));
    let writes: Vec<_> = rights.iter().filter(|(_, right)| *right == "write").map(|(name, _)| name).collect();
    assert_eq!(writes, ["attestations", "id-token"]);
    let condition = text(at(attest, &["if"]));
    for part in ["!inputs.dry-run", "!startsWith(github.event_name, 'pull_request')"] {
        assert!(condition.contains(part) && !condition.contains("||"), "{condition}");
    }
    let uses: Vec<String> = at(attest, &["steps"])
        .as_sequence()
        .unwrap()
        .iter()
        .filter_map(|step| step.get("uses").map(text))
        .collect();
    let place = |start: &str| uses.iter().position(|uses| uses.starts_with(start)).unwrap();
    assert!(place("actions/checkout@") < place("./.release-prep"));
    assert!(place("actions/download-artifact@") < place("./.release-prep"));
    assert!(place("./.release-prep") < place("actions/attest@"));
    for uses in uses.iter().filter(|uses| !uses.starts_with("./")) {
        assert!(uses.split_once('@').is_some_and(|(_, commit)| commit.len() == 40), "{uses}");
    }
}
