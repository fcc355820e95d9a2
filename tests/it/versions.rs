//! The version of a release, as tags, files and names give it.

use std::fs;

use serde_json::json;

use crate::fixture::{npm, sdist, tar_gz, wheel};
use crate::harness::{Run, Workspace};

fn with_tag(workspace: &Workspace, tag: &str) -> Run {
    let mut step = workspace.step(&[("artifacts-dir", "artifacts"), ("output-dir", "out")]);
    let run = workspace.finish(step.env("GITHUB_REF_TYPE", "tag").env("GITHUB_REF_NAME", tag));
    let _ = fs::remove_dir_all(workspace.path("out"));
    run
}

fn wheels<const N: usize>(names: [&str; N]) -> Workspace {
    Workspace::with(names.map(|name| (format!("a/{name}"), wheel(name))))
}

#[test]
fn words_before_the_version_bind_all_files() {
    let workspace = wheels(["polars-1.33.0-py3-none-any.whl"]);
    for word in
        ["py-", "python-v", "rust-", "js/v", "release-", "release/", "version-", "V", "node@", "npm=="]
    {
        assert_eq!(with_tag(&workspace, &format!("{word}1.33.0")).exits(0).findings(), "", "{word}");
        let run = with_tag(&workspace, &format!("{word}1.34.0")).exits(1);
        assert_eq!(
            run.findings(),
            "error[version-mismatch]: a: polars-1.33.0-py3-none-any.whl: it declares version 1.33.0",
            "{word}"
        );
    }
}

#[test]
fn assets_alone_have_the_version_of_the_tag() {
    let workspace = Workspace::with([("a/tool.tar.gz", tar_gz(&[("tool", b"x")]))]);
    assert_eq!(with_tag(&workspace, "v1.2.3").exits(0).output("version"), "1.2.3");
    assert_eq!(with_tag(&workspace, "nightly").exits(0).output("version"), "");
}

/// The majority is expected, of equally many the newest.
#[test]
fn two_versions_of_one_project() {
    let workspace = wheels(["foo-1.2.2-py3-none-any.whl", "foo-1.2.3-py3-none-any.whl"]);
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @"error[version-mismatch]: a: foo-1.2.2-py3-none-any.whl: it declares version 1.2.2");
    let workspace = wheels([
        "foo-1.2.2-cp311-none-any.whl",
        "foo-1.2.2-cp312-none-any.whl",
        "foo-1.2.3-py3-none-any.whl",
    ]);
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @"error[version-mismatch]: a: foo-1.2.3-py3-none-any.whl: it declares version 1.2.3");
}

#[test]
fn a_checkout_without_tags() {
    let workspace = Workspace::with([("a/foo-0.0.0.tar.gz", sdist("foo", "0.0.0"))]);
    let run = workspace.prepare(&["--version", "2026.6.0"]).exits(1);
    assert!(run.err.contains("fetch-depth: 0"), "{}", run.err);
}

#[test]
pub(crate) fn versions_in_the_names_of_assets() {
    let archive = |text: &str| tar_gz(&[("tool", text.as_bytes())]);
    let workspace = Workspace::with([
        ("n/tool-1.7.0.tgz", npm(&json!({"name": "tool", "version": "1.7.0"}))),
        ("a/tool-1.6.0-x86_64-linux.tar.gz", archive("a")),
        ("a/tool_v1.7.0_linux_arm64.tar.gz", archive("b")),
        ("a/tool-linux-2.17.tar.gz", archive("c")),
        ("a/other-1.0.0.zip", crate::fixture::zip(&[("f", "x")])),
    ]);
    let run = workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[asset-version]: a: tool-1.6.0-x86_64-linux.tar.gz: its name gives version 1.6.0");
    assert_eq!(workspace.prepare(&["--version", "any"]).exits(0).findings(), "");
}
