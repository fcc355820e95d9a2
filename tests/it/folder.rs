//! A folder of artifacts becomes a release: what is selected, how it is named,
//! and what is refused.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::json;

use crate::fixture::{artifact_zip, elf, npm, sdist, tar_gz, wheel, wheel_saying, zip};
use crate::harness::Workspace;
use crate::wheelwright::Wheelwright;

const WHEEL: &str = "foo-1.0-py3-none-any.whl";

/// Names, where they went, and what was done to them.
fn released(workspace: &Workspace) -> String {
    let manifest = workspace.manifest();
    let lines = manifest["files"].as_array().unwrap().iter().map(|file| {
        let origins: Vec<_> = file["origins"]
            .as_array()
            .unwrap()
            .iter()
            .map(|origin| {
                let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
                format!(
                    "{}: {} {}",
                    text(&origin["artifact"]["name"]),
                    text(&origin["path"]),
                    text(&origin["action"])
                )
            })
            .collect();
        format!(
            "{}/{} from {}",
            file["folder"].as_str().unwrap(),
            file["name"].as_str().unwrap(),
            origins.join(", ")
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn folders_and_loose_files() {
    let workspace = Workspace::with([
        ("wheels/deep/er/foo-1.0-py3-none-any.whl", wheel(WHEEL)),
        ("programs/tool", elf("tool")),
        ("loose.tar.xz", b"\xfd7zXZ\0".to_vec()),
    ]);
    // Neither in artifacts-dir nor asked for.
    workspace.write("else/tool", elf("else"));
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @r"
    pypi/foo-1.0-py3-none-any.whl from wheels: deep/er/foo-1.0-py3-none-any.whl kept
    assets/loose.tar.xz from artifacts: loose.tar.xz kept
    assets/tool from programs: tool kept
    ");
}

#[test]
fn zips_are_artifacts_if_asked() {
    let inside =
        artifact_zip(&[("tool", 0o100_755, &elf("tool")), ("doc/guide.zip", 0o100_644, &zip(&[("g", "")]))]);
    let workspace = Workspace::with([("programs.zip", inside), ("loose.zip", zip(&[("x", "y")]))]);
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @r"
    assets/loose.zip from artifacts: loose.zip kept
    assets/programs.zip from artifacts: programs.zip kept
    ");
    // Now `x`, of no known kind, is left out.
    workspace.prepare(&["--artifacts-zipped"]).exits(0);
    insta::assert_snapshot!(released(&workspace), @r"
    assets/guide.zip from programs: doc/guide.zip kept
    assets/tool from programs: tool kept
    ");
    insta::assert_snapshot!(workspace.tree("prepared/assets"), @r"
    0644 guide.zip
    0755 tool
    ");
}

#[test]
fn execute_bits_are_kept_for_assets_alone() {
    let workspace = Workspace::with([
        ("a/tool", elf("1")),
        ("a/data.zip", zip(&[("d", "")])),
        ("a/foo-1.0-py3-none-any.whl", wheel(WHEEL)),
    ]);
    for name in ["tool", "foo-1.0-py3-none-any.whl"] {
        fs::set_permissions(workspace.path("artifacts/a").join(name), fs::Permissions::from_mode(0o700))
            .unwrap();
    }
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(workspace.tree("prepared"), @r"
    0644 SHA256SUMS
    0755 assets/
    0644 assets/data.zip
    0755 assets/tool
    0755 pypi/
    0644 pypi/foo-1.0-py3-none-any.whl
    0644 release-manifest.json
    0644 subjects.sha256
    ");
}

#[test]
pub(crate) fn only_regular_files_are_read() {
    let workspace = Workspace::with([("a/tool", elf("tool"))]);
    let inside = workspace.path("artifacts/a");
    symlink("/proc/self/environ", inside.join("environ.zip")).unwrap();
    symlink("tool", inside.join("same")).unwrap();
    symlink("/etc", workspace.path("artifacts/b")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        inside.join("pipe.zip"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    let run = workspace.finish(workspace.program().env("SECRET", "hunter2").args([
        "--artifacts-dir",
        "artifacts",
        "--report",
        workspace.report_path().to_str().unwrap(),
    ]));
    let run = run.exits(1);
    insta::assert_snapshot!(run.findings(), @r"
    error[not-a-regular-file]: a: environ.zip: it is a symbolic link
    error[not-a-regular-file]: a: pipe.zip: it is a FIFO
    error[not-a-regular-file]: a: same: it is a symbolic link
    error[not-a-regular-file]: artifacts: b: it is a symbolic link
    ");
    assert!(!format!("{run:?}").contains("hunter2"));
    assert_eq!(workspace.names(), ["artifacts"]);
}

#[test]
pub(crate) fn the_folder_itself_is_no_link() {
    let workspace = Workspace::with([("a/tool", elf("tool"))]);
    symlink("artifacts", workspace.path("linked")).unwrap();
    for (folder, why) in [
        ("linked", "is a symbolic link"),
        ("linked/a", "is a symbolic link"),
        ("nowhere", "there is no"),
        ("artifacts/a/tool", "is a regular file"),
    ] {
        let run = workspace.run(["--artifacts-dir", folder, "--output-dir", "out"]).exits(2);
        assert!(run.err.contains("artifacts-dir") && run.err.contains(why), "{}", run.err);
    }
    assert_eq!(workspace.names(), ["artifacts", "linked"]);
}

#[test]
pub(crate) fn nothing_selected_lists_what_was_found() {
    let workspace = Workspace::with([("logs/build.log", ""), ("wheels/foo-1.0-py3-none-any.whl", "")]);
    let run = workspace.prepare(&["--pattern", "wheel"]).exits(1);
    insta::assert_snapshot!(run.log(), @r"
    error[nothing-selected]: nothing to release in the artifacts found: `logs`, `wheels`
       expected  at least one file to release
           help  Check `pattern`, and that the jobs before this one uploaded what they built.

    `release-prep explain nothing-selected` says why; docs/rules.md lists all rules.
    No release was written: 1 error of 1 rule in 1 cause.
    ");
    fs::remove_dir_all(workspace.path("artifacts")).unwrap();
    fs::create_dir(workspace.path("artifacts")).unwrap();
    let run = workspace.prepare(&[]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[nothing-selected]: there are no artifacts");
}

#[test]
fn a_pattern_chooses_artifacts() {
    let workspace = Workspace::with([
        ("tools-linux/a", elf("a")),
        ("tools-debug-linux/b", elf("b")),
        ("docs/c.txt", b"c".to_vec()),
        ("prepared-release/d", elf("d")),
        ("x.dockerbuild/e", elf("e")),
        ("loose", elf("loose")),
    ]);
    workspace.prepare(&["--pattern", "tools-*\n!*-debug-*\n"]).exits(0);
    assert_eq!(workspace.contents("prepared/assets").len(), 2, "{}", released(&workspace));
    insta::assert_snapshot!(released(&workspace), @r"
    assets/a from tools-linux: a kept
    assets/loose from artifacts: loose kept
    ");
    workspace.prepare(&["--pattern", "*"]).exits(0);
    insta::assert_snapshot!(released(&workspace), @r"
    assets/a from tools-linux: a kept
    assets/b from tools-debug-linux: b kept
    assets/c.txt from docs: c.txt kept
    assets/loose from artifacts: loose kept
    ");
    let run = workspace.prepare(&["--pattern", "@(a|b)"]).exits(2);
    assert!(run.err.contains("pattern") && run.err.contains("@("), "{}", run.err);
}

#[test]
fn strays_and_unknown_kinds() {
    let workspace = Workspace::with([
        ("a/tool", &elf("tool")[..]),
        ("a/.gitignore", b"*"),
        ("a/.DS_Store", b""),
        ("a/__MACOSX/._tool", b""),
        ("a/notes.txt", b"notes"),
        ("a/LICENSE", b"MIT"),
    ]);
    let run = workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(run.log(), @r"
    read 6 files of 1 artifact (21 B)
    warning[unknown-kind]: 2 files of unknown type skipped: `a: LICENSE`, `a: notes.txt`
       expected  distributions, archives, executables, installers, scripts, signatures or sidecars
           help  Name the artifact in `pattern` to release its files, or exclude it there with `!`.

      assets/  1 executable                      12 B
    Check it anywhere: release-prep verify --manifest-digest e3e7b48bdfca23ff1b310d2c3d335d307bd36b9ea839c00d28cc3813983ccffe prepared
    Prepared in prepared: 1 file, 0 renamed, 3 subjects to attest.
    ");
    insta::assert_snapshot!(released(&workspace), @"assets/tool from a: tool kept");
    // Asked for by name, all but the strays are released.
    workspace.prepare(&["--pattern", "a"]).exits(0);
    insta::assert_snapshot!(released(&workspace), @r"
    assets/LICENSE from a: LICENSE kept
    assets/notes.txt from a: notes.txt kept
    assets/tool from a: tool kept
    ");
}

#[test]
pub(crate) fn assets_are_named_as_github_stores_them() {
    let workspace = Workspace::with([("a/my tool (1).exe", "x"), ("a/größe.exe", "y"), ("a/.env.zip", "PK")]);
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @r"
    assets/env.zip from a: .env.zip renamed
    assets/gr.e.exe from a: größe.exe renamed
    assets/my.tool.1.exe from a: my tool (1).exe renamed
    ");
    let run = workspace.prepare(&["--normalize", "check"]).exits(1);
    insta::assert_snapshot!(run.findings(), @r"
    error[asset-name]: a: .env.zip: GitHub would store it as `env.zip`
    error[asset-name]: a: größe.exe: GitHub would store it as `gr.e.exe`
    error[asset-name]: a: my tool (1).exe: GitHub would store it as `my.tool.1.exe`
    ");
}

/// What GitHub would fold together is found before it is uploaded.
#[test]
fn two_names_that_github_stores_as_one() {
    let workspace = Workspace::with([("a/my tool.exe", "x"), ("b/my.tool.exe", "y")]);
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @"error[name-collision]: a: my tool.exe: `my.tool.exe` is the name of 2 files with 2 different contents: `a: my tool.exe`, `b: my.tool.exe`");
}

#[test]
pub(crate) fn one_name_one_content() {
    let workspace = Workspace::with([
        ("linux/tool", elf("same")),
        ("linux/deep/tool", elf("same")),
        ("again/tool", elf("same")),
    ]);
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @"assets/tool from again: tool kept, linux: deep/tool kept, linux: tool kept");
    workspace.write("artifacts/macos/tool", elf("other"));
    let run = workspace.prepare(&[]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[name-collision]: again: tool: `tool` is the name of 4 files with 2 different contents: `again: tool`, `linux: deep/tool`, `linux: tool`, `macos: tool`");
}

#[test]
pub(crate) fn names_that_differ_in_case_alone() {
    let workspace = Workspace::with([("a/tool.exe", "x"), ("b/Tool.exe", "y")]);
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @"error[case-collision]: a: tool.exe: `tool.exe` and `Tool.exe` (b: Tool.exe) differ in case alone");
}

#[test]
pub(crate) fn names_at_the_top_are_reserved() {
    let names = [
        "SHA256SUMS",
        "sha512sums",
        "B2SUMS",
        "release-manifest.json",
        "subjects.sha256",
        "subjects-3.sha256",
    ];
    let workspace = Workspace::with(names.map(|name| (format!("a/{name}"), name)));
    let run = workspace.prepare(&["--pattern", "a"]).exits(1);
    insta::assert_snapshot!(run.findings(), @r"
    error[reserved-name]: a: release-manifest.json: `release-manifest.json` is the name of a file that release-prep writes
    warning[sidecar-unreadable]: a: B2SUMS: it holds no digest
    warning[sidecar-unreadable]: a: SHA256SUMS: it holds no digest
    warning[sidecar-unreadable]: a: sha512sums: it holds no digest
    warning[sidecar-unreadable]: a: subjects-3.sha256: it holds no digest
    warning[sidecar-unreadable]: a: subjects.sha256: it holds no digest
    ");
}

#[test]
pub(crate) fn one_content_under_two_names() {
    // Of assets it is ordinary.
    let workspace = Workspace::with([("a/one.exe", "same"), ("a/two.exe", "same")]);
    workspace.prepare(&[]).exits(0);
    // On an index the second would never arrive.
    let bytes = wheel(WHEEL);
    let workspace =
        Workspace::with([("a/foo-1.0-py3-none-any.whl", &bytes), ("a/foo-1.0-py2-none-any.whl", &bytes)]);
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @r"
    error[index-duplicate]: a: foo-1.0-py3-none-any.whl: `foo-1.0-py3-none-any.whl` has the same bytes as `foo-1.0-py2-none-any.whl`
    error[wheel-tags]: a: foo-1.0-py2-none-any.whl: the `Tag:` lines of WHEEL have the python tags `py3`
    ");
}

/// PyPI takes one source distribution of a version, whatever its spelling.
#[test]
pub(crate) fn two_sdists_of_one_version() {
    let workspace = Workspace::with([
        ("a/foo-1.0.tar.gz", sdist("foo", "1.0")),
        ("b/Foo-1.0.0.tar.gz", sdist("Foo", "1.0.0")),
        ("c/foo-1.0.post1.tar.gz", sdist("foo", "1.0.post1")),
        ("d/bar-1.0.tar.gz", sdist("bar", "1.0")),
    ]);
    let run = workspace.prepare(&["--version", "any"]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[sdist-second]: a: foo-1.0.tar.gz: `foo-1.0.tar.gz` is of the same version as `foo-1.0.0.tar.gz`: 1.0");
    let run = workspace.prepare(&["--version", "any", "--pypi-exclude", "foo-1.0.0.tar.gz"]).exits(0);
    insta::assert_snapshot!(run.findings(), @"");
}

#[test]
pub(crate) fn wheels_are_renamed_and_their_bytes_stay() {
    let given = "foo-1.0-Py3.py2-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
    let workspace = Workspace::with([(format!("wheels/{given}"), wheel(given))]);
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @"pypi/foo-1.0-py2.py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl from wheels: foo-1.0-Py3.py2-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl renamed");
    let name = "foo-1.0-py2.py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";
    assert_eq!(workspace.bytes(format!("prepared/pypi/{name}")), wheel(given));

    let run = workspace.prepare(&["--normalize", "check"]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[tag-order]: wheels: foo-1.0-Py3.py2-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl: its tags `Py3.py2-none-manylinux_2_17_x86_64.manylinux2014_x86_64` are not canonical");
    let run = workspace.prepare(&["--normalize", "off"]).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[tag-order]: wheels: foo-1.0-Py3.py2-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl: its tags `Py3.py2-none-manylinux_2_17_x86_64.manylinux2014_x86_64` are not canonical");
    insta::assert_snapshot!(released(&workspace), @"pypi/foo-1.0-Py3.py2-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl from wheels: foo-1.0-Py3.py2-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl kept");
}

/// The same wheel under two spellings of its tags is one file, or a collision.
#[test]
fn spellings_of_one_wheel() {
    let (sorted, unsorted) = ("foo-1.0-cp311.cp312-none-any.whl", "foo-1.0-cp312.cp311-none-any.whl");
    let workspace =
        Workspace::with([(format!("a/{sorted}"), wheel(sorted)), (format!("b/{unsorted}"), wheel(sorted))]);
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @"pypi/foo-1.0-cp311.cp312-none-any.whl from a: foo-1.0-cp311.cp312-none-any.whl kept, b: foo-1.0-cp312.cp311-none-any.whl renamed");
    workspace.write(format!("artifacts/b/{unsorted}"), wheel_saying(sorted, "else"));
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @"error[name-collision]: a: foo-1.0-cp311.cp312-none-any.whl: `foo-1.0-cp311.cp312-none-any.whl` is the name of 2 files with 2 different contents: `a: foo-1.0-cp311.cp312-none-any.whl`, `b: foo-1.0-cp312.cp311-none-any.whl`");
    // With names left as they are it is one all the same.
    workspace.prepare(&["--normalize", "off"]).exits(1);
}

#[test]
pub(crate) fn an_attested_wheel_keeps_its_name() {
    let given = "foo-1.0-cp312.cp311-none-any.whl";
    let workspace = Workspace::with([
        (format!("a/{given}"), wheel(given)),
        (format!("a/{given}.publish.attestation"), b"{}".to_vec()),
    ]);
    let run = workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[not-renamed]: a: foo-1.0-cp312.cp311-none-any.whl: it has a signature or attestation under its name");
    insta::assert_snapshot!(released(&workspace), @r"
    pypi/foo-1.0-cp312.cp311-none-any.whl from a: foo-1.0-cp312.cp311-none-any.whl kept
    assets/foo-1.0-cp312.cp311-none-any.whl.publish.attestation from a: foo-1.0-cp312.cp311-none-any.whl.publish.attestation kept
    ");
}

#[test]
fn wheels_that_are_refused() {
    for (name, bytes) in [
        ("Foo.Bar-1.0-py3-none-any.whl", wheel("Foo.Bar-1.0-py3-none-any.whl")),
        ("foo-1.0-py3-none.whl", wheel(WHEEL)),
        ("foo-1.0-cp313-cp313-any-x86_64_v3.whl", wheel(WHEEL)),
        (WHEEL, b"PK no zip".to_vec()),
        (WHEEL, Wheelwright::new(WHEEL).dist_info("bar-1.0.dist-info").build()),
        (WHEEL, zip(&[("foo-1.0.dist-info/WHEEL", "nothing")])),
    ] {
        let workspace = Workspace::with([(format!("a/{name}"), bytes)]);
        let run = workspace.prepare(&[]).exits(1);
        assert_eq!(run.findings().lines().count(), 1, "{}", run.log());
        assert_eq!(workspace.names(), ["artifacts"]);
    }
}

/// `max-files` counts what the artifacts hold, not what wheels hold.
#[test]
fn files_inside_a_wheel_are_none_of_the_run() {
    let workspace = Workspace::with([(format!("a/{WHEEL}"), wheel(WHEEL))]);
    workspace.prepare(&["--max-files", "1"]).exits(0);
    workspace.write("artifacts/a/tool", elf("tool"));
    workspace.prepare(&["--max-files", "1"]).exits(1);
}

#[test]
fn distributions_that_are_not_for_the_index() {
    let pyodide = "foo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl";
    let workspace =
        Workspace::with([(format!("a/{pyodide}"), wheel(pyodide)), (format!("a/{WHEEL}"), wheel(WHEEL))]);
    workspace.prepare(&["--pypi-exclude", "*-pyodide_*\n*.zip"]).exits(0);
    insta::assert_snapshot!(workspace.tree("prepared"), @r"
    0644 SHA256SUMS
    0755 assets/
    0644 assets/foo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl
    0755 pypi/
    0644 pypi/foo-1.0-py3-none-any.whl
    0644 release-manifest.json
    0644 subjects.sha256
    ");
}

#[test]
pub(crate) fn sdists_are_named_after_what_is_in_them() {
    let workspace = Workspace::with([
        ("sdist/Foo.Bar-1.0.0.tar.gz", sdist("Foo.Bar", "1.0.0")),
        ("sdist/src.tar.gz", sdist("some-thing", "1.0-9")),
    ]);
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @r"
    pypi/foo_bar-1.0.0.tar.gz from sdist: Foo.Bar-1.0.0.tar.gz renamed
    pypi/some_thing-1.0.post9.tar.gz from sdist: src.tar.gz renamed
    ");
    assert_eq!(workspace.bytes("prepared/pypi/foo_bar-1.0.0.tar.gz"), sdist("Foo.Bar", "1.0.0"));
    for normalize in ["check", "off"] {
        let run = workspace.prepare(&["--normalize", normalize]).exits(1);
        assert_eq!(run.findings().matches("error[sdist-name]").count(), 2, "{}", run.log());
    }
}

#[test]
fn an_archive_that_is_named_as_an_sdist() {
    let source = tar_gz(&[("foo-1.0/README", b"no PKG-INFO")]);
    let workspace = Workspace::with([
        (format!("a/{WHEEL}"), wheel(WHEEL)),
        ("a/foo-1.0.tar.gz".into(), source.clone()),
        ("a/foo-1.0-x86_64-linux.tar.gz".into(), source.clone()),
    ]);
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @"error[sdist-metadata]: a: foo-1.0.tar.gz: the name is that of a source distribution of foo, but there is no PKG-INFO in the one folder at its top");
    // Where the release has no such project, it is an archive like others.
    let workspace = Workspace::with([("a/foo-1.0.tar.gz", source)]);
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @"assets/foo-1.0.tar.gz from a: foo-1.0.tar.gz kept");
}

#[test]
pub(crate) fn sdists_that_are_refused() {
    let workspace = Workspace::with([
        ("a/foo-1.0.tar.gz", tar_gz(&[("foo-1.0/PKG-INFO", b"Metadata-Version: 2.1\nName: foo\n")])),
        (
            "a/bar-1.0.tar.gz",
            tar_gz(&[("bar-1.0/PKG-INFO", b"Metadata-Version: 2.1\nName: bar\nVersion: one\n")]),
        ),
    ]);
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @r#"
    error[sdist-metadata]: a: bar-1.0.tar.gz: its PKG-INFO cannot be read: version "one" is not valid (PEP 440)
    error[sdist-metadata]: a: foo-1.0.tar.gz: its PKG-INFO cannot be read: it has no `Version:` line
    "#);
}

#[test]
pub(crate) fn npm_packages_are_named_as_npm_packs_them() {
    let workspace = Workspace::with([
        ("npm/package.tgz", npm(&json!({"name": "@scope/tool", "version": "1.0.0"}))),
        ("npm/tool-1.0.0.tgz", npm(&json!({"name": "tool", "version": "1.0.0"}))),
        ("npm/plain.tgz", tar_gz(&[("plain/file", b"no package")])),
    ]);
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(released(&workspace), @r"
    assets/plain.tgz from npm: plain.tgz kept
    npm/scope-tool-1.0.0.tgz from npm: package.tgz renamed
    npm/tool-1.0.0.tgz from npm: tool-1.0.0.tgz kept
    ");
    let run = workspace.prepare(&["--normalize", "check"]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[npm-name]: npm: package.tgz: its name is not the one that its metadata gives");
    workspace.write("artifacts/npm/bad.tgz", npm(&json!({"name": "Bad Name", "version": "1"})));
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @r#"error[npm-metadata]: npm: bad.tgz: its package.json cannot be read: the package's name "Bad Name" is not valid: it holds ' '"#);
}

#[test]
pub(crate) fn versions_agree() {
    let workspace = Workspace::with([
        ("a/foo-1.0-py3-none-any.whl", wheel(WHEEL)),
        ("a/foo-1.0.1-py3-none-any.whl", wheel("foo-1.0.1-py3-none-any.whl")),
        ("a/bar-2.0rc1-py3-none-any.whl", wheel("bar-2.0rc1-py3-none-any.whl")),
    ]);
    insta::assert_snapshot!(workspace.prepare(&[]).exits(1).findings(), @"error[version-mismatch]: a: foo-1.0-py3-none-any.whl: it declares version 1.0");
    let run = workspace.prepare(&["--version", "any"]).exits(0);
    assert_eq!(run.findings(), "");
    assert_eq!(workspace.manifest()["version"], json!(null));
    fs::remove_file(workspace.path("artifacts/a/foo-1.0.1-py3-none-any.whl")).unwrap();
    // Projects may be of different versions.
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(workspace.prepare(&["--version", "1.0"]).exits(1).findings(), @"error[version-mismatch]: a: bar-2.0rc1-py3-none-any.whl: it declares version 2.0rc1");
    fs::remove_file(workspace.path("artifacts/a/foo-1.0-py3-none-any.whl")).unwrap();
    // PEP 440 and SemVer spell one version.
    for version in ["2.0rc1", "2.0.0-rc.1", "v2.0rc1"] {
        workspace.prepare(&["--version", version]).exits(0);
    }
    assert_eq!(workspace.manifest()["version"], "2.0rc1");
    let run = workspace.prepare(&["--version", "two"]).exits(2);
    insta::assert_snapshot!(run.err, @"error: version: found `two`, expected `auto`, `any`, or a version as in PEP 440 or SemVer");
}

/// On a runner the pushed tag says it.
#[test]
pub(crate) fn the_version_of_the_tag() {
    let workspace = Workspace::with([
        ("a/foo-1.0-py3-none-any.whl", wheel(WHEEL)),
        ("a/bar-2.0-py3-none-any.whl", wheel("bar-2.0-py3-none-any.whl")),
    ]);
    let with_tag = |kind: &str, tag: &str| {
        let mut step = workspace.step(&[("artifacts-dir", "artifacts"), ("output-dir", "out")]);
        let run = workspace.finish(step.env("GITHUB_REF_TYPE", kind).env("GITHUB_REF_NAME", tag));
        let _ = fs::remove_dir_all(workspace.path("out"));
        run
    };
    insta::assert_snapshot!(with_tag("tag", "v1.0").exits(1).findings(), @"error[version-mismatch]: a: bar-2.0-py3-none-any.whl: it declares version 2.0");
    // A name binds that project only.
    for tag in ["foo-v1.0", "foo@1.0.0", "foo/v1.0", "bar-2.0"] {
        assert_eq!(with_tag("tag", tag).exits(0).findings(), "");
    }
    with_tag("tag", "foo-1.1").exits(1);
    // Any other word binds all.
    assert_eq!(with_tag("tag", "py-1.1").exits(1).findings().lines().count(), 2);
    // No version, or no tag.
    assert!(!with_tag("tag", "nightly").exits(0).out.contains("not read as a version"));
    let run = with_tag("tag", "release_1_0").exits(0);
    assert!(run.out.contains("the pushed tag `release_1_0` is not read as a version"), "{}", run.out);
    with_tag("branch", "v3.0").exits(0);
}

#[test]
pub(crate) fn limits_are_those_of_the_run() {
    let workspace = Workspace::with((0..5).map(|n| (format!("{n}/tool-{n}"), elf(&n.to_string()))));
    workspace.prepare(&["--max-files", "5"]).exits(0);
    insta::assert_snapshot!(workspace.prepare(&["--max-files", "4"]).exits(1).findings(), @"error[archive-limit]: the artifacts hold more than 4 files");
    insta::assert_snapshot!(workspace.prepare(&["--max-unpacked-size", "40"]).exits(1).findings(), @"error[archive-limit]: the artifacts unpack to more than 40 bytes");
}
