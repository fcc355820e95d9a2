//! `inspect`: what prepare would make of files, without preparing anything.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::fixture::{artifact_zip, elf, wheel};
use crate::harness::{Run, Workspace, example};

const WHEEL: &str = "foo-1.0-py3-none-any.whl";

fn inspected(workspace: &Workspace, arguments: &[&str]) -> (Value, Run) {
    let arguments: Vec<&str> = ["inspect", "--format", "json"].iter().chain(arguments).copied().collect();
    let ended = workspace.finish(workspace.program().args(arguments));
    let schema: Value = serde_json::from_str(include_str!("../../docs/inspection.schema.json")).unwrap();
    let json: Value = serde_json::from_str(&ended.out).unwrap();
    assert!(jsonschema::is_valid(&schema, &json), "{json}");
    (json, ended)
}

/// Folder and name of what would be released.
fn places(inspection: &Value) -> BTreeSet<(String, String)> {
    let files = inspection["files"].as_array().unwrap().iter();
    let released = files.map(|file| &file["released"]).filter(|released| !released.is_null());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    released.map(|released| (text(&released["folder"]), text(&released["name"]))).collect()
}

#[test]
fn it_agrees_with_prepare() {
    let workspace = Workspace::of_the_example();
    let path = example();
    let (inspection, ended) = inspected(&workspace, &[path.to_str().unwrap()]);
    ended.exits(0);
    assert!(!workspace.path("prepared").exists());
    workspace.prepare(&[]).exits(0);
    let manifest = workspace.manifest();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let prepared: BTreeSet<_> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (text(&file["folder"]), text(&file["name"])))
        .collect();
    assert_eq!(places(&inspection), prepared);
}

#[test]
fn what_is_wrong_is_shown_with_its_file() {
    let name = "foo-1.0-cp312-cp312-manylinux_2_17_aarch64.whl";
    let workspace = Workspace::with([("dist/tool", elf("tool"))]);
    workspace.write(format!("artifacts/dist/{name}"), b"<!DOCTYPE html><html></html>");
    workspace.write("artifacts/in.zip", artifact_zip(&[(WHEEL, 0o644, &wheel(WHEEL))]));
    let ended = workspace.finish(workspace.program().args([
        "inspect",
        "artifacts/dist/tool",
        &format!("artifacts/dist/{name}"),
    ]));
    assert!(ended.says("error[") && ended.says("1 file: 1 error"), "{}", ended.log());
    ended.exits(1);
    let (inspection, ended) = inspected(&workspace, &["--artifacts-zipped=true", "artifacts/in.zip"]);
    ended.exits(0);
    assert_eq!(places(&inspection), [("pypi".to_owned(), WHEEL.to_owned())].into());
    // Without the flag it is a file like any other.
    let (inspection, _) = inspected(&workspace, &["artifacts/in.zip"]);
    assert_eq!(inspection["files"][0]["path"], "in.zip");
}

#[test]
fn what_cannot_be_inspected() {
    let workspace = Workspace::with([("a/foo.txt", "")]);
    for (arguments, message) in [
        (&["nothing.whl"][..], "found nothing, expected a file or a folder"),
        (&["artifacts", "https://github.com/o/r/actions/runs/1"], "paths or one run"),
        (&["--artifacts-dir", "artifacts", "artifacts"], "takes the folder without a flag"),
        (&[], "PATH|RUN"),
    ] {
        let arguments: Vec<&str> = ["inspect"].iter().chain(arguments).copied().collect();
        let ended = workspace.finish(workspace.program().args(arguments));
        assert!(ended.says(message), "{}", ended.log());
        ended.exits(2);
    }
}
