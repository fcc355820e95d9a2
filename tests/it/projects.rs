//! Which projects may be published, and which there are.

use serde_json::json;

use crate::fixture::{npm, wheel};
use crate::harness::Workspace;

const WHEEL: &str = "my_tool-1.0-py3-none-any.whl";
const OTHER: &str = "my_toool-1.0-py3-none-any.whl";

/// A project of two spellings, an npm package of its scope, and what is of
/// neither.
fn workspace(others: bool) -> Workspace {
    let workspace = Workspace::with([
        (format!("wheels/{WHEEL}"), wheel(WHEEL)),
        ("npm/a.tgz".into(), npm(&json!({"name": "@my-scope/tool", "version": "1.0.0"}))),
    ]);
    if others {
        workspace.write(format!("artifacts/x/{OTHER}"), wheel(OTHER));
        workspace.write("artifacts/y/b.tgz", npm(&json!({"name": "@my_scope/tool", "version": "1.0.0"})));
    }
    workspace
}

#[test]
fn projects_are_named_first() {
    let workspace = workspace(true);
    let run = workspace.prepare_on_runner(&[]).exits(0);
    let names = "`@my-scope/tool`, `@my_scope/tool`, `my-tool`, `my-toool`";
    assert_eq!(run.out.lines().next(), Some(&*format!("projects: {names}")));
    assert!(run.summary.lines().take(5).any(|line| line.starts_with("Projects: ")), "{}", run.summary);
    assert_eq!(run.output("projects"), r#"["@my-scope/tool","@my_scope/tool","my-tool","my-toool"]"#);
    // Where there is none, nothing is said.
    let run = Workspace::with([("a/tool.exe", "x")]).prepare_on_runner(&[]).exits(0);
    assert!(!run.says("projects:") && !run.summary.contains("Projects:"));
    assert_eq!(run.output("projects"), "[]");
}

#[test]
pub(crate) fn what_is_not_named_is_refused() {
    let run = workspace(true).prepare(&["--projects", "My.Tool\n@my-scope/*"]).exits(1);
    insta::assert_snapshot!(run.findings(), @r"
    error[unlisted-project]: x: my_toool-1.0-py3-none-any.whl: it is of the project `my-toool`
    error[unlisted-project]: y: b.tgz: it is of the project `@my_scope/tool`
    ");
    assert!(run.says("expected  a project that `projects` names: `My.Tool`, `@my-scope/*`"), "{}", run.log());
    // It is a rule of the release, which can be ignored a file at a time.
    let ignore = "unlisted-project my_toool-*\nunlisted-project *.tgz";
    workspace(true).prepare(&["--projects", "My.Tool\n@my-scope/*", "--ignore", ignore]).exits(0);
}

/// Python's names are compared normalized, npm's to the letter.
#[test]
pub(crate) fn what_is_named_is_released() {
    let workspace = workspace(false);
    for (projects, code) in [
        ("my-tool\n@my-scope/tool", 0),
        ("MY__tool\n@my-scope/t*", 0),
        ("my-*\n@{my-scope,x}/tool", 0),
        ("", 0),
        ("my-tool\n@My-Scope/tool", 1),
        ("*", 1),
        ("tool", 1),
    ] {
        workspace.prepare(&["--projects", projects]).exits(code);
    }
    let run = workspace.prepare(&["--projects", "my tool"]).exits(2);
    insta::assert_snapshot!(run.err, @"error: projects: found `my tool`, but no project's name holds ' ': expected a name or a glob, as in `my-tool` or `@my-scope/*`");
}

/// It would be released all the same.
#[test]
fn what_is_not_for_the_index_is_asked_as_well() {
    let workspace = workspace(true);
    let run = workspace.prepare(&["--projects", "my-tool\n@*/*", "--pypi-exclude", "my_toool-*"]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[unlisted-project]: x: my_toool-1.0-py3-none-any.whl: it is of the project `my-toool`");
}
