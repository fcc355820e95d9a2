//! The manifest: true to its published schema, and to the artifacts.

use serde_json::{Value, json};

use crate::fixture::{elf, wheel};
use crate::harness::Workspace;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/release-manifest.schema.json")).unwrap()
}

/// What the schema has against a manifest.
fn errors(manifest: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    validator.iter_errors(manifest).map(|error| error.to_string()).collect()
}

#[test]
fn manifests_are_true_to_the_schema() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&["--checksum-algorithms", "sha512,blake2b"]).exits(0);
    assert_eq!(errors(&workspace.manifest()), [""; 0]);
    // One with warnings, files left out, and no version.
    let name = "foo-1.0-cp312.cp311-none-any.whl";
    let workspace = Workspace::with([
        (format!("a/{name}"), wheel(name)),
        (format!("a/{name}.asc"), elf("")),
        ("a/x.txt".into(), elf("")),
        ("a/.gitignore".into(), vec![]),
        ("a/notes".into(), vec![]),
    ]);
    workspace.prepare(&[]).exits(0);
    assert_eq!(errors(&workspace.manifest()), [""; 0]);
}

/// A schema that takes everything would prove nothing.
#[test]
fn the_schema_can_say_no() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&[]).exits(0);
    let manifest = workspace.manifest();
    for (at, value) in [
        ("/format", json!("release-prep/manifest/v2")),
        ("/files/0/folder", json!("elsewhere")),
        ("/files/0/size", json!(-1)),
        ("/files/0/digests/sha256", json!(7)),
        ("/files/0/origins", json!(null)),
        ("/files/0", json!({"name": "x"})),
    ] {
        let mut altered = manifest.clone();
        *altered.pointer_mut(at).unwrap() = value;
        assert_ne!(errors(&altered), [""; 0], "{at}");
    }
    let mut more = manifest;
    more["more"] = json!(1);
    assert_ne!(errors(&more), [""; 0]);
}

/// The run, as the runner describes it: the only part that differs between runs.
#[test]
fn the_account_of_the_run() {
    let workspace = Workspace::with([("a/tool", elf("tool"))]);
    let mut step = workspace.step(&[("artifacts-dir", "artifacts")]);
    step.env("GITHUB_REPOSITORY", "octo-org/tool")
        .env("GITHUB_RUN_ID", "11223344556")
        .env("GITHUB_RUN_ATTEMPT", "2")
        .env("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567")
        .env("GITHUB_REF", "refs/tags/v1.0")
        .env("GITHUB_WORKFLOW_REF", "octo-org/tool/.github/workflows/release.yml@refs/tags/v1.0");
    workspace.finish(&mut step).exits(0);
    let manifest = workspace.manifest();
    assert_eq!(errors(&manifest), [""; 0]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&manifest["run"]).unwrap(), @r#"
    {
      "commit": "0123456789abcdef0123456789abcdef01234567",
      "ref": "refs/tags/v1.0",
      "repository": "octo-org/tool",
      "run_attempt": 2,
      "run_id": 11223344556,
      "workflow": "octo-org/tool/.github/workflows/release.yml@refs/tags/v1.0"
    }
    "#);
    // From a desk there is none.
    workspace.prepare(&["--output-dir", "else"]).exits(0);
    assert!(workspace.read("else/release-manifest.json").contains("\"run\": null"));
}

#[test]
fn the_manifest_of_the_example() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(workspace.read("prepared/release-manifest.json"));
}
