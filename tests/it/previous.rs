//! The release before, and wheels of one release that contradict each other.

use serde_json::{Value, json};

use crate::fixture::{npm, sdist, tar_gz, wheel};
use crate::harness::{Run, Workspace};
use crate::wheelwright::Wheelwright;

const PLATFORMS: [&str; 3] = ["win_amd64", "win32", "macosx_11_0_arm64"];

/// Files of a release of `foo`: wheels of two interpreters, an sdist, an npm
/// package and an archive, without those that match.
fn files(version: &str, is_left_out: impl Fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for python in ["cp311", "cp312"] {
        for platform in PLATFORMS {
            let name = format!("foo-{version}-{python}-none-{platform}.whl");
            files.push((format!("wheels/{name}"), wheel(&name)));
        }
    }
    files.push((format!("sdist/foo-{version}.tar.gz"), sdist("foo", version)));
    let package = npm(&json!({"name": "foo", "version": version, "repository": "o/r"}));
    files.push((format!("npm/foo-{version}.tgz"), package));
    files.push((format!("bin/foo-{version}-linux-x64.tar.gz"), tar_gz(&[("foo", b"#!/bin/sh\n")])));
    files.retain(|(path, _)| !is_left_out(path));
    files
}

/// The manifest of 1.0.0.
fn manifest() -> Vec<u8> {
    let workspace = Workspace::with(files("1.0.0", |_| false));
    workspace.prepare(&[]).exits(0);
    workspace.bytes("prepared/release-manifest.json")
}

fn beside(workspace: &Workspace, manifest: &[u8], arguments: &[&str]) -> Run {
    workspace.write("before.json", manifest);
    workspace.prepare(&[&["--previous-manifest", "before.json"], arguments].concat())
}

#[test]
pub(crate) fn kinds_that_are_gone() {
    let before = manifest();
    let workspace = Workspace::with(files("1.0.1", |_| false));
    assert_eq!(beside(&workspace, &before, &[]).exits(0).findings(), "");
    let whole = workspace.bytes("prepared/release-manifest.json");

    let without = |part: &str| Workspace::with(files("1.0.1", |path| path.contains(part)));
    for (part, found) in [
        ("cp311-none-win", "cp311 for win32, win_amd64 of foo; 1 other cp311 wheel is here"),
        ("macosx", "the 2 wheels of foo for macosx_arm64"),
        ("foo-1.0.1.tar.gz", "the sdist of foo"),
        (".tgz", "the npm package `foo`"),
        ("linux-x64", "the asset `foo-*-linux-x64.tar.gz`"),
    ] {
        let workspace = without(part);
        let run = beside(&workspace, &before, &[]).exits(0);
        assert_eq!(run.findings(), format!("warning[previous-kind]: gone: {found}"), "{part}");
        // What is there is not judged by what was.
        assert_eq!(workspace.manifest()["warnings"].as_array().unwrap().len(), 0, "{part}");
        let run = beside(&workspace, &before, &["--expect", "previous"]).exits(1);
        assert_eq!(run.findings(), format!("error[expected-files]: gone: {found}"), "{part}");
    }
    // A whole interpreter is noted, unless it is expected.
    let workspace = without("cp311");
    let run = beside(&workspace, &before, &[]).exits(0);
    assert_eq!(run.findings(), "");
    assert!(run.says("note: since 1.0.0: no more: the 3 wheels of foo for cp311"), "{}", run.err);
    beside(&workspace, &before, &["--expect", "previous"]).exits(1);

    let workspace = Workspace::with(files("1.0.1", |_| false));
    workspace.prepare(&[]).exits(0);
    assert_eq!(workspace.bytes("prepared/release-manifest.json"), whole);
}

#[test]
pub(crate) fn a_version_with_other_bytes() {
    let before = manifest();
    let mut changed = files("1.0.0", |_| false);
    for (path, bytes) in &mut changed {
        if path.ends_with("linux-x64.tar.gz") {
            *bytes = tar_gz(&[("foo", b"#!/bin/bash\n")]);
        } else if path.ends_with("cp311-none-win32.whl") {
            *bytes = Wheelwright::new("foo-1.0.0-cp311-none-win32.whl").file("more.py", "").build();
        }
    }
    let run = beside(&Workspace::with(changed), &before, &[]).exits(0);
    let findings = run.findings();
    assert_eq!(findings.lines().count(), 2, "{findings}");
    for line in findings.lines() {
        assert!(line.starts_with("warning[previous-bytes]: "), "{findings}");
    }
    // Another version has other bytes.
    let workspace = Workspace::with(files("1.0.1", |_| false));
    assert_eq!(beside(&workspace, &before, &[]).exits(0).findings(), "");
}

#[test]
fn what_is_no_manifest() {
    let workspace = Workspace::with(files("1.0.1", |_| false));
    for (bytes, why) in [
        (&b"{}"[..], "`before.json`: it is not a manifest of release-prep: missing field `format`"),
        (b"", "it is not a manifest of release-prep"),
        (b"{\"format\": \"release-prep/manifest/v2\"}", "unknown variant"),
    ] {
        let run = beside(&workspace, bytes, &[]).exits(2);
        assert!(run.says(why), "{}", run.err);
    }
    for path in ["gone.json", "artifacts", "/"] {
        let run = workspace.prepare(&["--previous-manifest", path]).exits(2);
        assert!(run.says("previous-manifest: "), "{}", run.err);
    }
    // Nothing to compare with.
    for arguments in [&[][..], &["--previous-manifest", "off"]] {
        let run = workspace.prepare(&[&["--expect", "previous"], arguments].concat()).exits(2);
        assert!(run.says("expect: the line `previous` has nothing to compare with"), "{}", run.err);
        workspace.prepare(arguments).exits(0);
    }
}

/// Three hundred wheels, ten of them gone.
#[test]
fn a_large_release() {
    let mut before: Value = serde_json::from_slice(&manifest()).unwrap();
    let file = before["files"][1].clone();
    let names: Vec<String> =
        (0..300).map(|number| format!("bar-1.0.0-cp312-none-linux_m{number}.whl")).collect();
    let files = before["files"].as_array_mut().unwrap();
    for name in &names {
        let mut file = file.clone();
        file["name"] = json!(name);
        file["project"] = json!("bar");
        file["kind"] = json!("wheel");
        files.push(file);
    }
    let workspace =
        Workspace::with(names.iter().skip(10).map(|name| {
            (format!("a/{name}").replace("1.0.0", "1.0.1"), wheel(&name.replace("1.0.0", "1.0.1")))
        }));
    let arguments = ["--pypi", "off"];
    let run = beside(&workspace, before.to_string().as_bytes(), &arguments);
    let findings = run.findings();
    assert!(findings.contains("the 10 wheels of bar for linux_m0, linux_m1, "), "{findings}");
    assert!(findings.contains("all files of the project `foo`"), "{findings}");
}

/// One wheel of three lacks what the others declare.
#[test]
pub(crate) fn wheels_that_contradict_each_other() {
    let build = |name: &str, metadata: &str| {
        let project = "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n";
        (format!("a/{name}"), Wheelwright::new(name).metadata(&format!("{project}{metadata}")).build())
    };
    let usual = "Requires-Python: >=3.9\nProvides-Extra: gpu\nRequires-Dist: numpy (>=1)\nRequires-Dist: cuda ; extra == 'gpu'\n";
    let same = "Requires-Dist: cuda; extra=='gpu'\nRequires-Dist: NumPy>=1\nRequires-Python:>=3.9\nProvides-Extra: gpu\n";
    let run = |odd: &str| {
        let wheels = [
            build("foo-1.0-cp311-none-win32.whl", usual),
            build("foo-1.0-cp312-none-win32.whl", same),
            build("foo-1.0-cp313-none-win32.whl", odd),
        ];
        Workspace::with(wheels).prepare(&[]).exits(0).findings()
    };
    assert_eq!(run(usual), "");
    let name = "warning[metadata-differs]: a: foo-1.0-cp313-none-win32.whl: ";
    for (odd, found) in [
        (usual.replace(">=3.9", ">=3.10"), "Requires-Python has `>=3.10`, and lacks `>=3.9`"),
        (usual.replace("Requires-Dist: numpy (>=1)\n", ""), "Requires-Dist lacks `numpy>=1`"),
        (format!("{usual}Provides-Extra: cpu\n"), "Provides-Extra has `cpu` in addition"),
    ] {
        assert_eq!(run(&odd), format!("{name}{found}"));
    }
    // An sdist whose fields are final is compared with the wheels.
    let of_sdist = |head: &str| {
        let pkg_info = format!("{head}Name: foo\nVersion: 1.0\nRequires-Dist: other\n");
        let sdist = tar_gz(&[("foo-1.0/PKG-INFO", pkg_info.as_bytes()), ("foo-1.0/pyproject.toml", b"")]);
        let files = [build("foo-1.0-py3-none-any.whl", ""), ("a/foo-1.0.tar.gz".to_owned(), sdist)];
        Workspace::with(files).prepare(&[]).exits(0).findings()
    };
    let found = "warning[metadata-differs]: a: foo-1.0.tar.gz: Requires-Dist has `other` in addition";
    assert_eq!(of_sdist("Metadata-Version: 2.2\n"), found);
    assert_eq!(of_sdist("Metadata-Version: 2.2\nDynamic: Requires-Dist\n"), "");
    assert_eq!(of_sdist("Metadata-Version: 2.1\n"), "");
}
