//! `expect`: a platform that is missing is noticed before the release.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::fixture::wheel;
use crate::harness::{Run, Workspace};
use crate::wheelwright::Wheelwright;

/// A release of four platforms, two of them not canonically named, and a file
/// of no known kind.
fn release() -> Workspace {
    Workspace::with(
        ["linux_2_17_x86_64.manylinux2014_x86_64", "linux_2_17_aarch64.manylinux2014_aarch64"]
            .map(|platform| format!("many{platform}"))
            .into_iter()
            .chain(["win_amd64", "macosx_11_0_arm64"].map(str::to_owned))
            .map(|platform| {
                let name = format!("foo-1.0-py3-none-{platform}.whl");
                (format!("wheels-{}/{name}", &platform[..3]), wheel(&name))
            })
            .chain([("notes/foo.notes".to_owned(), b"notes".to_vec())]),
    )
}

fn expecting(lines: &str) -> Run {
    release().prepare(&["--expect", lines])
}

#[test]
fn what_is_there() {
    expecting("*.whl").exits(0);
    expecting("4 *.whl\n\n 2+ *-manylinux*.whl \n0 *.tar.gz\n  *-{win,macosx}_*\n").exits(0);
    expecting("4 artifact:*\nartifact:notes").exits(0);
    // Two of the same are one file.
    let name = "foo-1.0-py3-none-any.whl";
    let twice = Workspace::with([(format!("a/{name}"), wheel(name)), (format!("b/{name}"), wheel(name))]);
    twice.prepare(&["--expect", "1 *.whl\n2 artifact:*"]).exits(0);
    // Names that are kept or given, of whatever folder.
    Workspace::of_the_example()
        .prepare(&[
            "--expect",
            "4 *.whl\nhello_release-1.2.3.tar.gz\n3 *.tgz\ninstall.sh\n2 hello-release-x86_64-*",
        ])
        .exits(0);
}

#[test]
pub(crate) fn what_is_not() {
    let run = expecting("*-win_arm64.whl\n2 *-win_*.whl\n3 *.whl\n0 *-macosx_*").exits(1);
    insta::assert_snapshot!(run.log(), @r"
    projects: `foo`
    read 5 files of 4 artifacts (3.3 kB)
    error[expected-files]: 1 file of the release matches `*-macosx_*`: `foo-1.0-py3-none-macosx_11_0_arm64.whl`
       expected  none, as the line `0 *-macosx_*` of `expect` says
           help  Remove from the artifacts what does not belong there, or change the count in `expect`.

    error[expected-files]: 1 file of the release matches `*-win_*.whl`: `foo-1.0-py3-none-win_amd64.whl`; the artifacts are
                           `notes`, `wheels-mac`, `wheels-man`, `wheels-win`
       expected  exactly 2, as the line `2 *-win_*.whl` of `expect` says
           help  Check the jobs that build it: one has failed, was skipped or has uploaded nothing, or `pattern` does not
                 select its artifact. If it is no longer built, remove it from `expect`.

    error[expected-files]: 4 files of the release match `*.whl`: `foo-1.0-py3-none-macosx_11_0_arm64.whl`,
                           `foo-1.0-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl`,
                           `foo-1.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl`,
                           `foo-1.0-py3-none-win_amd64.whl`
       expected  exactly 3, as the line `3 *.whl` of `expect` says
           help  Remove from the artifacts what does not belong there, or change the count in `expect`.

    error[expected-files]: no file of the release matches `*-win_arm64.whl`; the artifacts are `notes`, `wheels-mac`,
                           `wheels-man`, `wheels-win`
       expected  at least 1, as the line `*-win_arm64.whl` of `expect` says
           help  Check the jobs that build it: one has failed, was skipped or has uploaded nothing, or `pattern` does not
                 select its artifact. If it is no longer built, remove it from `expect`.

    warning[unknown-kind]: 1 file of unknown type skipped: `notes: foo.notes`
       expected  distributions, archives, executables, installers, scripts, signatures or sidecars
           help  Name the artifact in `pattern` to release its files, or exclude it there with `!`.

    `release-prep explain expected-files` says why; docs/rules.md lists all rules.
    No release was written: 4 errors of 1 rule in 4 causes, 1 warning.
    ");
    let run = expecting("artifact:wheels-musl*\n2+ artifact:notes").exits(1);
    insta::assert_snapshot!(run.findings(), @r"
    error[expected-files]: 1 artifact that was selected matches `notes`: `notes`; the artifacts are `notes`, `wheels-mac`, `wheels-man`, `wheels-win`
    error[expected-files]: no artifact that was selected matches `wheels-musl*`; the artifacts are `notes`, `wheels-mac`, `wheels-man`, `wheels-win`
    warning[unknown-kind]: 1 file of unknown type skipped: `notes: foo.notes`
    ");
}

/// The names that count are those of the release: what has another one by then
/// is named.
#[test]
fn what_was_perhaps_meant() {
    let run = expecting("*-manylinux_2_17_x86_64.manylinux2014_x86_64.whl\n*.notes").exits(1);
    insta::assert_snapshot!(run.findings(), @r"
    error[expected-files]: no file of the release matches `*-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`; `foo-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl` was uploaded, and is released as `foo-1.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl`
    error[expected-files]: no file of the release matches `*.notes`; `foo.notes` of the artifact notes is skipped: of unknown type
    warning[unknown-kind]: 1 file of unknown type skipped: `notes: foo.notes`
    ");
    // One that matches by its new name is counted, and no news.
    let run = expecting("9 *.whl").exits(1);
    assert!(run.says("; the artifacts are `notes`, ") && !run.says("was sent"), "{}", run.log());
    // With a pattern it is released.
    release().prepare(&["--expect", "*.notes", "--pattern", "*"]).exits(0);
}

#[test]
pub(crate) fn lines_that_say_nothing() {
    for (line, why) in [
        ("3", "expected a glob of file names"),
        ("pypi/*.whl", "no name contains a `/`"),
        ("0+ *.whl", "which every release meets"),
        ("!(x)", "an extended glob"),
    ] {
        let run = release().prepare_on_runner(&[("expect", line)]).exits(2);
        assert!(run.err.starts_with(&format!("error: expect: found `{line}`, ")), "{}", run.err);
        assert!(run.err.contains(why), "{}", run.err);
    }
}

/// All findings are reported in one run; of an empty release only that.
#[test]
fn beside_other_findings() {
    let wrong = Wheelwright::new("foo-1.0-py3-none-any.whl").wheel("Wheel-Version: 1.0\nTag: py2-none-any\n");
    let workspace = Workspace::with([(format!("a/{}", wrong.file_name()), wrong.build())]);
    let run = workspace.prepare(&["--expect", "*.tar.gz"]).exits(1);
    insta::assert_snapshot!(run.findings(), @r"
    error[wheel-tags]: a: foo-1.0-py3-none-any.whl: the `Tag:` lines of WHEEL have the python tags `py2`
    error[expected-files]: no file of the release matches `*.tar.gz`; the artifacts are `a`
    ");
    let nothing = Workspace::with([("a/.gitignore", "*")]);
    insta::assert_snapshot!(nothing.prepare(&["--expect", "*.whl"]).exits(1).findings(), @"error[nothing-selected]: nothing to release in the artifacts found: `a`");
}

#[test]
fn what_is_expected_may_be_ignored_and_is_reported() {
    let run = release().prepare(&["--expect", "*-win_arm64.whl", "--ignore", "expected-files *"]).exits(0);
    assert!(run.says("ignored[expected-files]: no file of the release"), "{}", run.log());
}

/// `expect-digests`: by the names and digests that the build jobs report.
#[test]
pub(crate) fn digests_of_build_jobs() {
    let name = "Foo-1.0-py3.py2-none-any.whl";
    let wheel = wheel(name);
    let digest = HEXLOWER.encode(&Sha256::digest(&wheel));
    let workspace = Workspace::with([(format!("w/{name}"), &wheel), ("w/tool.exe".into(), &b"MZ".to_vec())]);
    let expecting = |lines: &str, more: &[&str]| {
        workspace.prepare(&[&["--expect-digests", lines, "--version", "any", "--pypi", "off"], more].concat())
    };
    let new = "foo-1.0-py2.py3-none-any.whl";
    for normalize in ["rename", "rewrite"] {
        // A rewritten wheel has another digest, of which no build job knows.
        expecting(&format!("{digest}  {name}\n{digest} *{name}"), &["--normalize", normalize]).exits(0);
    }
    expecting(&format!("{digest}  {new}"), &["--normalize", "rewrite"]).exits(0);
    let run = expecting(&format!("{}  {name}\n{digest}  other.whl", "0".repeat(64)), &[]).exits(1);
    insta::assert_snapshot!(run.log(), @r"
    projects: `foo`
    read 2 files of 1 artifact (812 B)
    error[expected-digest]: there is no file `other.whl`
       expected  `other.whl` with the SHA-256 cfe8e51ece9a…, as `expect-digests` declares
           help  Check that the job uploaded the file, and that `pattern` selects its artifact.

    error[expected-digest]: it has the SHA-256 cfe8e51ece9a…
            -->  w: Foo-1.0-py3.py2-none-any.whl
       expected  `Foo-1.0-py3.py2-none-any.whl` with the SHA-256 000000000000…, as `expect-digests` declares
           help  Find out who changed or uploaded the file after it was built, before anything is released.

      artifact   errors
      w               1  expected-digest
    `release-prep explain expected-digest` says why; docs/rules.md lists all rules.
    No release was written: 2 errors of 1 rule in 2 causes.
    ");
    // A name may stand for two files, as long as each is there.
    let two = Workspace::with([("a/x.exe", b"MZ1"), ("b/x.exe", b"MZ2")]);
    let lines = [b"MZ1", b"MZ2"].map(|bytes| format!("{}  x.exe", HEXLOWER.encode(&Sha256::digest(bytes))));
    let run = two.prepare(&["--expect-digests", &lines.join("\n")]).exits(1);
    assert!(run.says("name-collision") && !run.says("expected-digest"), "{}", run.log());
    // As other tools write lines: in capitals, with one blank, `*`, CRLF, a path.
    let name = "Foo-1.0-py3.py2-none-any.whl";
    for line in [
        format!("{}  {name}", digest.to_uppercase()),
        format!("{digest} {name}"),
        format!("{digest} *{name}\r"),
        format!("{digest}  ./dist/{name}"),
    ] {
        expecting(&line, &[]).exits(0);
    }
    for line in ["x", "0  x", &format!("{digest}  a/"), &format!("{}  x", &digest[1..])] {
        let run = expecting(line, &[]).exits(2);
        assert!(
            run.err.starts_with(&format!("error: expect-digests: found `{line}`, expected 64 ")),
            "{}",
            run.err
        );
    }
}
