//! A step on a runner: inputs, outputs, summary, annotations, exit codes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use clap::CommandFactory;
use release_prep::testing::Cli;
use release_prep::testing::outputs;
use serde_json::{Value, json};

use crate::fixture::{elf, npm, wheel};
use crate::harness::{Run, Workspace, example};

const WHEEL: &str = "foo-1.0-py3-none-any.whl";

fn one_tool() -> Workspace {
    Workspace::with([("a/tool", elf("tool"))])
}

/// All outputs, a line each.
fn shown(run: &Run) -> String {
    let lines = run.outputs.iter().map(|(name, value)| format!("{name}={value}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Asserts that a runner would find no command in what was printed but the
/// annotations that the program makes (actions/runner, `ActionCommand.cs`).
#[track_caller]
pub(crate) fn holds_no_command(run: &Run) {
    for line in run.out.lines().chain(run.err.lines()) {
        let ours = ["::error title=", "::warning title=", "::group::", "::endgroup::"]
            .iter()
            .any(|start| line.starts_with(start));
        assert!(ours || !line.trim_start().starts_with("::"), "{line:?}");
        assert!(!line.contains("##["), "{line:?}");
        assert!(!line.contains('\u{1b}') && !line.contains('\u{202e}') && !line.contains('\r'), "{line:?}");
        let properties = line.split("::").nth(1).unwrap_or_default();
        let titles = usize::from(!properties.ends_with("group"));
        assert!(!ours || properties.matches("title=").count() == titles, "{line:?}");
    }
}

#[test]
fn the_outputs_of_the_example() {
    let workspace = Workspace::of_the_example();
    let run = workspace.prepare_on_runner(&[]).exits(0);
    assert_eq!(
        run.outputs.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(outputs::NAMES)
    );
    assert_eq!(run.output("subjects"), workspace.read("prepared/subjects.sha256").trim_end());
    for name in
        ["output-dir", "pypi-dir", "npm-dir", "assets-dir", "manifest", "checksums", "subject-checksums"]
    {
        assert!(workspace.path(run.output(name)).exists(), "{name}");
    }
    let mut released: Vec<_> = run.output("release-files").lines().collect();
    released.sort_unstable();
    let is_subjects = |path: &str| path.contains("subjects");
    let files = workspace.contents("prepared").into_keys().map(|path| format!("prepared/{}", path.display()));
    let mut files: Vec<_> = files.filter(|path| !is_subjects(path)).collect();
    files.sort();
    assert_eq!(released, files);
    let npm: Vec<Value> = serde_json::from_str(run.output("npm-packages")).unwrap();
    let names: Vec<_> = npm.iter().map(|package| package["name"].as_str().unwrap()).collect();
    // What the others need comes first.
    assert_eq!(names, ["@hello-release/darwin-arm64", "@hello-release/linux-x64", "hello-release"]);
    assert!(npm.iter().all(|package| workspace.path(package["path"].as_str().unwrap()).exists()));
    let mut brief = run;
    for long in ["subjects", "release-files", "npm-packages", "manifest-digest"] {
        brief.outputs.remove(long);
    }
    insta::assert_snapshot!(shown(&brief), @r#"
    assets-dir=prepared/assets
    checksums=prepared/SHA256SUMS
    has-assets=true
    has-npm=true
    has-pypi=true
    manifest=prepared/release-manifest.json
    npm-dir=prepared/npm
    output-dir=prepared
    projects=["@hello-release/darwin-arm64","@hello-release/linux-x64","hello-release"]
    pypi-dir=prepared/pypi
    pypi-ready=true
    renamed={"hello_release-1.2.3-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl":"hello_release-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"}
    subject-checksums=prepared/subjects.sha256
    subject-count=13
    subject-shards=["prepared/subjects.sha256"]
    version=1.2.3
    "#);
}

#[test]
fn the_outputs_of_one_file() {
    let workspace = one_tool();
    let run = workspace.prepare_on_runner(&[("output-dir", "out/release")]).exits(0);
    insta::assert_snapshot!(shown(&run), @r#"
    assets-dir=out/release/assets
    checksums=out/release/SHA256SUMS
    has-assets=true
    has-npm=false
    has-pypi=false
    manifest=out/release/release-manifest.json
    manifest-digest=79f90ae77f482f058fb55c8b80637a5468956ebd78a8194c6bd963d6194cc5b5
    npm-dir=
    npm-packages=[]
    output-dir=out/release
    projects=[]
    pypi-dir=
    pypi-ready=false
    release-files=out/release/assets/tool
    out/release/SHA256SUMS
    out/release/release-manifest.json
    renamed={}
    subject-checksums=out/release/subjects.sha256
    subject-count=3
    subject-shards=["out/release/subjects.sha256"]
    subjects=cc2a3bc31547e1c9afee6e5d29fe6834b4f1dcdc3ef44525966e02b26db12386  SHA256SUMS
    79f90ae77f482f058fb55c8b80637a5468956ebd78a8194c6bd963d6194cc5b5  release-manifest.json
    9536fb8be7b175ff67448681ee4ef69cd939408eee7c7a65d32564756ef94eb6  tool
    version=
    "#);
}

#[test]
fn the_outputs_of_a_dry_run() {
    let workspace = Workspace::of_the_example();
    let mut run = workspace.prepare_on_runner(&[("dry-run", "true")]).exits(0);
    let dry = run.outputs.remove("manifest-digest").unwrap();
    insta::assert_snapshot!(shown(&run), @r#"
    assets-dir=
    checksums=
    has-assets=false
    has-npm=false
    has-pypi=false
    manifest=
    npm-dir=
    npm-packages=[]
    output-dir=
    projects=["@hello-release/darwin-arm64","@hello-release/linux-x64","hello-release"]
    pypi-dir=
    pypi-ready=false
    release-files=
    renamed={"hello_release-1.2.3-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl":"hello_release-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"}
    subject-checksums=
    subject-count=13
    subject-shards=[]
    subjects=
    version=1.2.3
    "#);
    assert_eq!(workspace.names(), ["artifacts"]);
    // It is the release that would have been.
    let wet = workspace.prepare_on_runner(&[]).exits(0);
    assert_eq!(wet.output("manifest-digest"), dry);
    assert!(run.summary.contains("could be prepared &#40;dry run&#41;"), "{}", run.summary);
}

/// Nothing of a pull request is published, whatever starts its workflow.
#[test]
fn a_pull_request_is_not_ready_for_pypi() {
    let workspace = Workspace::with([(format!("a/{WHEEL}"), wheel(WHEEL))]);
    let payload = |event: &str| json!({"action": "completed", "workflow_run": {"event": event}}).to_string();
    for (event, payload, ready) in [
        ("push", "{}".to_owned(), "true"),
        ("schedule", "{}".to_owned(), "true"),
        ("release", "{}".to_owned(), "true"),
        ("pull_request", "{}".to_owned(), "false"),
        ("pull_request_target", "{}".to_owned(), "false"),
        ("pull_request_review", "{}".to_owned(), "false"),
        ("workflow_run", payload("push"), "true"),
        ("workflow_run", payload("pull_request"), "false"),
        ("workflow_run", payload("pull_request_target"), "false"),
        // What started that run is not known.
        ("workflow_run", "{}".to_owned(), "false"),
        ("workflow_run", "[".to_owned(), "false"),
    ] {
        workspace.write("event.json", &payload);
        let mut step = workspace.step(&[("artifacts-dir", "artifacts")]);
        step.env("GITHUB_EVENT_NAME", event).env("GITHUB_EVENT_PATH", workspace.path("event.json"));
        let run = workspace.finish(&mut step).exits(0);
        assert_eq!(run.output("pypi-ready"), ready, "{event} {payload}");
        assert_eq!((run.output("has-pypi"), run.output("pypi-dir")), ("true", "prepared/pypi"));
    }
}

#[test]
fn prerelease_packages_get_a_tag() {
    let workspace = Workspace::with([("a/x.tgz", npm(&json!({"name": "tool", "version": "2.0.0-beta.1"})))]);
    let run = workspace.prepare_on_runner(&[]).exits(0);
    insta::assert_snapshot!(run.output("npm-packages"), @r#"[{"path":"./prepared/npm/tool-2.0.0-beta.1.tgz","name":"tool","version":"2.0.0-beta.1","integrity":"sha512-CPMvzJmJAepVSC75gDIF2CB1CM9al4QZDqNrc0UNSNjwuOstdcUMxqnzG8nrqlSwAbpaJmg3J+3Zx0+NCp17AQ==","access":"public","tag":"next","registry":""}]"#);
    insta::assert_snapshot!(run.output("renamed"), @r#"{"x.tgz":"tool-2.0.0-beta.1.tgz"}"#);
}

#[test]
fn a_refusal_has_a_summary_and_no_outputs() {
    let workspace =
        Workspace::with([("linux/tool", elf("a")), ("macos/tool", elf("b")), ("a/.DS_Store", vec![])]);
    let run = workspace.prepare_on_runner(&[]).exits(1);
    assert!(run.outputs.is_empty(), "{:?}", run.outputs);
    insta::assert_snapshot!(run.summary, @r"
    ## ❌ The release was not prepared&#58; 1 thing to fix

    Nothing was written; no later job should run. 1 error in 1 of 3 artifacts &#40;3 files&#41;.

    ### What to do

    **1. <code>tool</code> is the name of 2 files with 2 different contents&#58; <code>linux&#58; tool</code>, <code>macos&#58; tool</code>** — name-collision<br>
    tool of <code>linux</code>; expected: one content for one name.<br>
    → Set <code>asset-names&#58; qualify</code>, which names them <code>tool-linux</code>, <code>tool-macos</code>, or give them different names where they are built. <code>asset-names&#58; qualify</code>

    <details><summary>Every finding in full (1)</summary>

    **1. name-collision**

    - linux&#58; tool: <code>tool</code> is the name of 2 files with 2 different contents&#58; <code>linux&#58; tool</code>, <code>macos&#58; tool</code>; expected one content for one name


    </details>

    <details><summary>1 file left out</summary>

    - a: &#46;DS&#95;Store, a junk file

    </details>

    <code>release-prep explain name-collision</code> says why; docs/rules.md lists all rules.
    ");
    insta::assert_snapshot!(run.annotations("error").join("\n"), @"::error title=name-collision::linux: tool: `tool` is the name of 2 files with 2 different contents: `linux: tool`, `macos: tool`; expected one content for one name. Set `asset-names: qualify`, which names them `tool-linux`, `tool-macos`, or give them different names where they are built. asset-names: qualify");
    assert_eq!(workspace.prepare_on_runner(&[("show-summary", "false")]).exits(1).summary, "");
}

#[test]
fn the_summary_of_a_release() {
    let name = "foo-1.0-cp312.cp311-none-any.whl";
    let workspace = Workspace::with([
        (format!("a/{name}.exe"), elf("a")),
        ("a/<b>|x| `y`.exe".into(), elf("b")),
        ("a/notes".into(), vec![]),
    ]);
    let run = workspace.prepare_on_runner(&[]).exits(0);
    insta::assert_snapshot!(run.summary.split("`release-manifest.json` has").next().unwrap(), @r"
    ## ✅ The release is ready to attest and publish

    2 assets · 4 subjects · 18 B · 1 warning

    ### Warnings

    **1. 1 file of unknown type skipped&#58; <code>a&#58; notes</code>** — unknown-kind<br>
    Expected: distributions, archives, executables, installers, scripts, signatures or sidecars.<br>
    → Name the artifact in <code>pattern</code> to release its files, or exclude it there with <code>&#33;</code>&#46;

    <details><summary>1 file renamed; bytes and digests are as they were built</summary>

    - &#60;b&#62;&#124;x&#124; <code>y</code>&#46;exe<br>→ b.x.y.exe

    </details>

    <details><summary>Verify what you download</summary>

        sha256sum --check --ignore-missing SHA256SUMS
    ");
    assert_eq!(workspace.prepare_on_runner(&[("show-summary", "false")]).exits(0).summary, "");
}

/// A runner shows ten of a kind, and a summary of at most a mebibyte.
#[test]
fn many_findings() {
    let workspace = Workspace::with((0..3000).map(|n| (format!("a/{n}-{}.whl", "x".repeat(200)), "")));
    let run = workspace.prepare_on_runner(&[]).exits(1);
    // They have few causes.
    assert_eq!(run.annotations("error").len(), 2);
    assert!(run.summary.contains("3001 errors"), "{}", &run.summary[..2000]);
    assert!(run.summary.len() < 1_000_000 && run.summary.contains("\nand "), "{}", run.summary.len());
    assert_eq!(run.findings().lines().count(), 3001);
}

#[test]
fn commands_in_names_are_broken() {
    let names = [
        "::error::x.exe",
        "a ##[error]b.exe",
        "::set-output name=x::y",
        "%0A::error::z.whl",
        "::error file=a,title=b::c.whl",
        "x,title=y.whl",
        "##[error]d.whl",
    ];
    let workspace = Workspace::with(names.iter().map(|name| (format!("a/{name}"), "x")));
    workspace.write("artifacts/##[add-mask]x/notes", "");
    let run = workspace.prepare_on_runner(&[]).exits(1);
    assert_eq!(run.annotations("error").len(), 1, "{}", run.log());
    holds_no_command(&run);
    for name in names.iter().filter(|name| name.contains(".whl")) {
        fs::remove_file(workspace.path(format!("artifacts/a/{name}"))).unwrap();
    }
    let run = workspace.prepare_on_runner(&[]).exits(0);
    holds_no_command(&run);
    assert!(run.says("##") && run.says("set-output"), "{}", run.log());
}

#[test]
fn commands_in_inputs_are_broken() {
    let workspace = one_tool();
    let hostile = "x\n::error::y\n  ::warning::z\n##[error]w\u{1b}[31m\r\n::stop-commands::q\u{202e}";
    for input in [
        "normalize",
        "version",
        "pattern",
        "dry-run",
        "artifacts-dir",
        "output-dir",
        "max-files",
        "checksum-algorithms",
        "previous-manifest",
        "expect",
        "command",
    ] {
        let run = workspace
            .finish(&mut workspace.step(&[("artifacts-dir", "artifacts"), (input, hostile)]))
            .exits(2);
        holds_no_command(&run);
        assert_eq!(run.annotations("error").len(), 1, "{input}: {}", run.log());
    }
    for arguments in [
        vec!["--::error::x"],
        vec!["::error::x"],
        vec!["verify", "::error::x"],
        vec!["--artifacts-dir", "##[x]"],
    ] {
        holds_no_command(&workspace.finish(workspace.step(&[]).args(arguments)).exits(2));
    }
    assert_eq!(workspace.names(), ["artifacts"]);
}

#[test]
fn empty_means_absent() {
    let workspace = one_tool();
    let plain = workspace.prepare_on_runner(&[]).exits(0);
    let cli = Cli::command();
    let prepare = cli.find_subcommand("prepare").unwrap();
    let names: Vec<_> = prepare
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .filter(|name| *name != "artifacts-dir")
        .collect();
    assert!(names.len() > 20);
    let empty: Vec<_> = names
        .into_iter()
        .chain(["command", "github-token", "manifest-digest"])
        .map(|name| (name, ""))
        .collect();
    let run = workspace.prepare_on_runner(&empty).exits(0);
    assert_eq!(run.outputs, plain.outputs);
}

/// Every wrong value is named, with what was given and what is allowed.
#[test]
pub(crate) fn wrong_inputs() {
    let workspace = one_tool();
    for (input, value, allowed) in [
        ("command", "publish", "prepare"),
        ("artifacts-dir", "nowhere", "folder"),
        ("artifacts-zipped", "yes", "true, false"),
        ("pattern", "{1..3}", "{1..3}"),
        ("foreign-run", "allow", "refuse, unattested"),
        ("artifact-api", "graphql", "auto, results, rest"),
        ("version", "one", "`any`"),
        ("normalize", "yes", "rename, rewrite, check, off"),
        ("record", "no", "verify, off"),
        ("pypi-exclude", "[", "["),
        ("pypi", "true", "error, warn, off"),
        ("npm", "true", "error, warn, off"),
        ("asset-names", "qualified", "keep, qualify"),
        ("checksum-algorithms", "sha256 md5", "sha512"),
        ("sidecars", "yes", "auto, true, false"),
        ("output-dir", "../out", "inside the workspace"),
        ("output-dir", "/etc", "inside the workspace"),
        ("output-dir", "a b", "ASCII"),
        ("output-dir", "artifacts/out", "overlap"),
        ("dry-run", "TRUE", "true, false"),
        ("require-digests", "yes", "auto, true, false"),
        ("show-summary", "no", "true, false"),
        ("max-unpacked-size", "much", "10 GiB"),
        ("max-files", "-1", "whole number"),
        ("max-files", "0", "1 or more"),
    ] {
        let mut step = workspace.step(&[("artifacts-dir", "artifacts"), (input, value)]);
        let run = workspace.finish(&mut step).exits(2);
        let given = value.split(' ').next_back().unwrap();
        for part in [input, given, allowed] {
            assert!(run.err.contains(part), "{input}={value} does not say {part}: {}", run.err);
        }
        let errors = run.annotations("error");
        assert_eq!(errors.len(), 1, "{input}={value}");
        let start = format!("::error title=release-prep::{input}");
        assert!(errors[0].starts_with(&start) && !errors[0].contains("\\n"), "{}", errors[0]);
        assert!(!errors[0].contains("--"), "a flag's words: {}", errors[0]);
        assert_eq!(workspace.names(), ["artifacts"], "{input}={value}");
        assert!(
            run.outputs.is_empty() && run.summary.starts_with("## ❌ An input is wrong"),
            "{}",
            run.summary
        );
    }
}

/// A manifest is read from the workspace.
#[test]
pub(crate) fn the_release_before() {
    let workspace = one_tool();
    let run = workspace.prepare_on_runner(&[("previous-manifest", "old.json")]).exits(2);
    let first = run.err.lines().next().unwrap();
    assert!(first.starts_with("error: previous-manifest: `old.json`: "), "{first}");
    workspace.prepare_on_runner(&[]).exits(0);
    workspace.write("old.json", workspace.bytes("prepared/release-manifest.json"));
    let inputs = [("previous-manifest", "old.json"), ("expect", "previous")];
    assert_eq!(workspace.prepare_on_runner(&inputs).exits(0).findings(), "");
}

#[test]
fn paths_are_relative_to_the_workspace() {
    let workspace = one_tool();
    let out = workspace.path("out/./here");
    let run = workspace.prepare_on_runner(&[("output-dir", out.to_str().unwrap())]).exits(0);
    assert_eq!(run.output("manifest"), "out/here/release-manifest.json");
    // The artifacts may lie outside.
    let outside = example();
    let inputs = [("artifacts-dir", outside.to_str().unwrap()), ("output-dir", "example")];
    workspace.finish(&mut workspace.step(&inputs)).exits(0);
    assert!(workspace.path("example/pypi").exists());
}

/// Arguments come before inputs, and inputs are a runner's alone.
#[test]
fn who_is_asked() {
    let workspace = one_tool();
    let run = workspace
        .finish(workspace.step(&[("dry-run", "true")]).args(["--artifacts-dir", "artifacts"]))
        .exits(0);
    assert_eq!(run.output("output-dir"), "prepared");
    workspace
        .finish(workspace.program().env("INPUT_NORMALIZE", "wrong").args(["--artifacts-dir", "artifacts"]))
        .exits(0);
    let run = workspace.prepare(&[]).exits(0);
    assert!(run.outputs.is_empty() && run.summary.is_empty() && run.annotations("error").is_empty());
    let run = workspace.run(["--help"]).exits(0);
    assert!(run.says("--artifacts-dir") && run.err.is_empty());
    assert_eq!(workspace.run(["-V"]).exits(0).out, concat!("release-prep ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// A release whose outputs could not be written is not prepared.
#[test]
pub(crate) fn step_files_come_first() {
    let workspace = one_tool();
    for variable in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        let mut step = workspace.step(&[("artifacts-dir", "artifacts")]);
        let run = workspace.finish(step.env(variable, workspace.path("no/where"))).exits(3);
        assert!(run.err.contains(variable), "{}", run.err);
        assert_eq!(workspace.names(), ["artifacts"]);
    }
    let mut step = workspace.step(&[("artifacts-dir", "artifacts")]);
    workspace.finish(step.env("GITHUB_WORKSPACE", workspace.path("nowhere"))).exits(3);
}

/// What a step sends there comes behind what another tool wrote.
#[test]
fn step_files_are_appended_to() {
    let workspace = one_tool();
    workspace.write("output", "mine=1\n");
    let mut step = workspace.step(&[("artifacts-dir", "artifacts")]);
    workspace.finish(step.env("GITHUB_OUTPUT", workspace.path("output"))).exits(0);
    assert!(workspace.read("output").starts_with("mine=1\noutput-dir<<"));
}

/// Root becomes the owner of the workspace before the first byte from outside,
/// so that what it makes needs no chown.
#[test]
fn root_becomes_the_owner_of_the_workspace() {
    let workspace = Workspace::with([(format!("a/{WHEEL}"), wheel(WHEEL))]);
    if !rustix::process::geteuid().is_root() {
        return;
    }
    // Who is no longer root must get there.
    fs::set_permissions(workspace.path(".."), fs::Permissions::from_mode(0o755)).unwrap();
    chown(workspace.path(""), Some(1234), Some(2345)).unwrap();
    workspace.finish(workspace.step(&[("artifacts-dir", "artifacts")]).env_remove("INPUT_REPORT")).exits(0);
    for path in ["prepared", "prepared/pypi", "prepared/SHA256SUMS", &format!("prepared/pypi/{WHEEL}")] {
        let stat = fs::metadata(workspace.path(path)).unwrap();
        assert_eq!((stat.uid(), stat.gid()), (1234, 2345), "{path}");
    }
    // Nor can it read any more what that owner could not.
    workspace.write("artifacts/a/secret.exe", "root's");
    fs::set_permissions(workspace.path("artifacts/a/secret.exe"), fs::Permissions::from_mode(0o600)).unwrap();
    workspace.prepare_on_runner(&[]).exits(3);
}
