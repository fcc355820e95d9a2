//! `inspect` and `init`: what prepare would make of files, without preparing
//! anything, and the job that prepares them.

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

/// The job that `init` writes for the artifacts, by input.
fn initialized(workspace: &Workspace, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = ["init", "artifacts"].iter().chain(arguments).copied().collect();
    let ended = workspace.finish(workspace.program().args(arguments)).exits(0);
    let jobs: Value = yaml_serde::from_str(&format!("jobs:\n{}", ended.out)).unwrap();
    jobs["jobs"]["prepare"].clone()
}

#[test]
fn what_init_expects_is_there_and_nothing_less() {
    let workspace = Workspace::of_the_example();
    let job = initialized(&workspace, &[]);
    let (expect, projects) =
        (job["with"]["expect"].as_str().unwrap(), job["with"]["projects"].as_str().unwrap());
    let prepare = |workspace: &Workspace| workspace.prepare(&["--expect", expect, "--projects", projects]);
    prepare(&workspace).exits(0);
    let mut artifacts = 0;
    for entry in std::fs::read_dir(workspace.path("artifacts")).unwrap() {
        let (path, away) = (entry.unwrap().path(), workspace.path("away"));
        std::fs::rename(&path, &away).unwrap();
        prepare(&workspace).exits(1);
        std::fs::rename(&away, &path).unwrap();
        artifacts += 1;
    }
    assert!(artifacts > 5, "{artifacts}");
}

#[test]
fn init_leaves_open_what_it_cannot_know() {
    let workspace = Workspace::with([(
        "w/foo-1.0-py3-none-linux_riscv64.whl",
        wheel("foo-1.0-py3-none-linux_riscv64.whl"),
    )]);
    let job = initialized(&workspace, &[]);
    assert_eq!(job["uses"], "OWNER/release-prep/.github/workflows/prepare.yml@<commit SHA>");
    assert_eq!(job["with"]["pypi-exclude"], "foo-*-linux_riscv64.whl\n");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let job = initialized(&workspace, &["--pin", &format!("org/rp@{commit}")]);
    assert_eq!(job["uses"], format!("org/rp/.github/workflows/prepare.yml@{commit}"));
    let ended = workspace.finish(workspace.program().args(["init", "--pin", "org/rp@v1", "artifacts"]));
    assert!(ended.says("40 hexadecimal digits"), "{}", ended.log());
    ended.exits(2);
    let ended =
        workspace.finish(workspace.program().args(["init", "--write", "job.yml", "artifacts"])).exits(0);
    assert_eq!(ended.out, "");
    assert!(workspace.read("job.yml").contains("pypi-exclude"));
}
