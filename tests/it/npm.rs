//! What npm refuses to publish.

use serde_json::{Value, json};

use crate::fixture::npm;
use crate::harness::{Run, Workspace};

fn package(more: &Value) -> Vec<u8> {
    let mut json = json!({"name": "tool", "version": "1.0.0"});
    json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    npm(&json)
}

/// Prepares one package in a workflow of `octo-org/tool`, on this server.
fn prepared_on(server: &str, more: &Value, inputs: &[(&str, &str)]) -> Run {
    let workspace = Workspace::with([("npm/tool.tgz", package(more))]);
    let mut step = workspace.step(&[&[("artifacts-dir", "artifacts")], inputs].concat());
    for (name, value) in [
        ("SERVER_URL", server),
        ("REPOSITORY", "octo-org/tool"),
        ("RUN_ID", "7"),
        ("RUN_ATTEMPT", "1"),
        ("SHA", "0123456789abcdef0123456789abcdef01234567"),
        ("REF", "refs/heads/main"),
        ("WORKFLOW_REF", "octo-org/tool/.github/workflows/release.yml@refs/heads/main"),
    ] {
        step.env(format!("GITHUB_{name}"), value);
    }
    workspace.finish(&mut step)
}

fn prepared(more: &Value) -> Run {
    prepared_on("https://github.com", more, &[])
}

const OURS: &str = "git+https://github.com/Octo-Org/tool.git";

#[test]
fn a_private_package() {
    insta::assert_snapshot!(prepared(&json!({"private": true, "repository": OURS})).exits(1).findings(), @"error[npm-private]: npm: tool.tgz: its package.json says `private`");
    prepared(&json!({"private": false, "repository": OURS})).exits(0);
    let run =
        prepared_on("https://github.com", &json!({"private": true, "repository": OURS}), &[("npm", "warn")]);
    insta::assert_snapshot!(run.exits(0).findings(), @"warning[npm-private]: npm: tool.tgz: its package.json says `private`");
}

#[test]
fn the_repository_of_the_workflow() {
    for url in [OURS, "octo-org/tool", "github:octo-org/tool"] {
        assert_eq!(prepared(&json!({"repository": url})).exits(0).findings(), "", "{url}");
    }
    insta::assert_snapshot!(prepared(&json!({"repository": {"url": "https://github.com/octo-org/fork"}})).exits(1).out, @r#"
    projects: `tool`
    error[npm-repository]: npm: tool.tgz: its package.json names the repository `https://github.com/octo-org/fork`
      expected: https://github.com/octo-org/tool, whose workflow this is
      help: Set `"repository": {"type": "git", "url": "git+https://github.com/octo-org/tool.git"}` in its package.json.
    no release was written: 1 error
    ::error title=npm-repository::npm: tool.tgz: its package.json names the repository `https://github.com/octo-org/fork`; expected https://github.com/octo-org/tool, whose workflow this is. Set `"repository": {"type": "git", "url": "git+https://github.com/octo-org/tool.git"}` in its package.json.
    "#);
    // Without provenance it is published.
    insta::assert_snapshot!(prepared(&json!({})).exits(0).findings(), @"warning[npm-repository-missing]: npm: tool.tgz: its package.json names no repository");
    // Elsewhere npm has no provenance.
    let run = prepared_on(
        "https://ghe.example.org",
        &json!({"repository": "https://ghe.example.org/octo-org/tool"}),
        &[],
    );
    assert_eq!(run.exits(0).findings(), "");
    let workspace = Workspace::with([("npm/tool.tgz", package(&json!({"repository": "gitlab:o/r"})))]);
    assert_eq!(workspace.prepare(&[]).exits(0).findings(), "");
}

#[test]
fn a_prerelease_without_a_tag() {
    let beta = json!({"version": "1.0.0-beta.1", "repository": OURS});
    let run = prepared(&beta).exits(0);
    insta::assert_snapshot!(run.out.lines().take(3).collect::<Vec<_>>().join("\n"), @r#"
    projects: `tool`
    warning[npm-dist-tag]: npm: tool.tgz: package.json names no dist-tag for the prerelease 1.0.0-beta.1
      expected: a `publishConfig.tag`, without which npm publishes no prerelease
      help: Set `"publishConfig": {"tag": "next"}`, the tag that the output npm-packages gives, or another one.
    "#);
    assert!(run.output("npm-packages").contains(r#""tag":"next""#), "{}", run.output("npm-packages"));
    let mut tagged = beta;
    tagged["publishConfig"] = json!({"tag": "beta"});
    let run = prepared(&tagged).exits(0);
    assert_eq!(run.findings(), "");
    assert!(run.output("npm-packages").contains(r#""tag":"beta""#), "{}", run.output("npm-packages"));
}
