//! `native/action.yml` is `action.yml` without docker: the same inputs and outputs.

use std::fmt::Write as _;

use yaml_serde::Value;

const ACTION: &str = include_str!("../../action.yml");
const NATIVE: &str = include_str!("../../native/action.yml");
const NATIVE_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/native/action.yml");

/// What precedes the inputs.
const HEAD: &str = "\
# Written by `UPDATE_DOCS=1 cargo test --locked`, from action.yml.
name: release-prep (without docker)
description: Turn a run's build artifacts into a release, on a runner that has no docker
author: the release-prep developers

";

/// The step, up to the program's name.
const STEP: &str = "
runs:
  using: composite
  steps:
    - name: Run the program of this commit
      id: run
      shell: sh
      run: |
        case $RUNNER_OS-$RUNNER_ARCH in
          Linux-X64) program=release-prep-linux-amd64 ;;
          Linux-ARM64) program=release-prep-linux-arm64 ;;
          *)
            echo \"::error title=release-prep::found a runner of $RUNNER_OS on $RUNNER_ARCH, expected Linux on X64 or ARM64; run this job there\"
            exit 2
            ;;
        esac
        # The names of inputs have hyphens, and shells drop such variables: `env` sets
        # them. The program replaces the shell, so that a cancellation reaches it.
        exec env \\
          \"GITHUB_ACTION_REPOSITORY=$ACTION_REPOSITORY\" \\
          \"GITHUB_ACTION_REF=$ACTION_REF\" \\
";

/// The token is a variable of the environment throughout, because what `env` is
/// given can be read by every process.
const TOKEN: &str = "github-token";

fn names(action: &Value, of: &str) -> Vec<String> {
    action[of].as_mapping().unwrap().keys().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// `action.yml`, with the step in place of the container.
fn native() -> String {
    let action: Value = yaml_serde::from_str(ACTION).unwrap();
    let (_, rest) = ACTION.split_once("# Every input").unwrap();
    let (inputs, rest) = rest.split_once("# Paths are relative").unwrap();
    let (outputs, _) = rest.split_once("\nruns:").unwrap();
    let mut text = format!("{HEAD}# Every input{inputs}# Paths are relative");
    let mut output = None;
    for line in outputs.lines() {
        let name = line.strip_prefix("  ").and_then(|line| line.strip_suffix(':'));
        writeln!(text, "{line}").unwrap();
        output = name.or(output);
        if let Some(name) = output.filter(|_| line.starts_with("    description: ")) {
            writeln!(text, "    value: ${{{{ steps.run.outputs.{name} }}}}").unwrap();
        }
    }
    text.push_str(STEP);
    let inputs: Vec<String> = names(&action, "inputs").into_iter().filter(|name| name != TOKEN).collect();
    let variable = |name: &str| format!("INPUT_{}", name.to_uppercase().replace('-', "_"));
    for name in inputs.iter().filter(|name| name.contains('-')) {
        writeln!(text, "          \"INPUT_{}=${}\" \\", name.to_uppercase(), variable(name)).unwrap();
    }
    text.push_str("          \"$GITHUB_ACTION_PATH/../dist/$program\"\n      env:\n");
    text.push_str("        ACTION_REF: ${{ github.action_ref }}\n");
    text.push_str("        ACTION_REPOSITORY: ${{ github.action_repository }}\n");
    writeln!(text, "        GITHUB_TOKEN: ${{{{ inputs.{TOKEN} }}}}").unwrap();
    for name in &inputs {
        writeln!(text, "        {}: ${{{{ inputs.{name} }}}}", variable(name)).unwrap();
    }
    text
}

#[test]
fn it_is_the_action_without_docker() {
    let native = native();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(NATIVE_PATH, &native).unwrap();
    } else {
        assert!(NATIVE == native, "native/action.yml is not of action.yml; `UPDATE_DOCS=1` writes it");
    }
}

/// Structure, whatever the text: nothing was lost on the way.
#[test]
fn it_takes_and_gives_the_same() {
    let (action, native): (Value, Value) =
        (yaml_serde::from_str(ACTION).unwrap(), yaml_serde::from_str(NATIVE).unwrap());
    assert!(
        native["inputs"] == action["inputs"],
        "other inputs than action.yml; `UPDATE_DOCS=1` writes them"
    );
    assert_eq!(names(&native, "outputs"), names(&action, "outputs"));
    for name in names(&action, "outputs") {
        let (ours, theirs) = (&native["outputs"][name.as_str()], &action["outputs"][name.as_str()]);
        assert_eq!(ours["description"], theirs["description"], "{name}");
        assert_eq!(ours["value"].as_str().unwrap(), format!("${{{{ steps.run.outputs.{name} }}}}"));
    }
    let step = &native["runs"]["steps"][0];
    let environment = step["env"].as_mapping().unwrap();
    for name in names(&action, "inputs") {
        let from = format!("${{{{ inputs.{name} }}}}");
        assert!(environment.values().any(|value| value.as_str() == Some(&from)), "{name} is not passed");
    }
}
