//! `action.yml` declares what the program takes and gives.

use std::collections::BTreeMap;

use clap::CommandFactory;
use github_actions_models::action::{Action, DockerActionUses, Runs};
use release_prep::testing::Cli;
use release_prep::testing::outputs;

/// Flags for people, which a runner is not asked for.
const FLAGS_ONLY: [&str; 10] =
    ["help", "run", "unanchored", "github-token-file", "color", "format", "quiet", "verbose", "pin", "write"];

fn action() -> Action {
    yaml_serde::from_str(include_str!("../../action.yml")).unwrap()
}

/// The flags of all commands, each with its default.
fn flags() -> BTreeMap<String, String> {
    let mut flags = BTreeMap::new();
    for command in Cli::command().get_subcommands() {
        for argument in command.get_arguments() {
            let Some(name) = argument.get_long().filter(|name| !FLAGS_ONLY.contains(name)) else { continue };
            let default = argument.get_default_values().first();
            let default = default.map(|default| default.to_string_lossy().into_owned()).unwrap_or_default();
            let before = flags.insert(name.to_owned(), default.clone());
            assert!(before.is_none_or(|before| before == default), "two defaults of --{name}");
        }
    }
    flags
}

#[test]
fn every_flag_is_an_input_and_back() {
    let mut declared: BTreeMap<String, String> = action()
        .inputs
        .into_iter()
        .map(|(name, input)| (name, input.default.expect("a default, be it an empty one")))
        .collect();
    // The subcommand, and the secret that is never a flag.
    assert_eq!(declared.remove("command").as_deref(), Some("prepare"));
    assert_eq!(declared.remove("github-token").as_deref(), Some("${{ github.token }}"));
    assert_eq!(declared, flags());
}

/// `verify` takes its folder as an argument, and by the input `output-dir`.
#[test]
fn verify_looks_where_prepare_writes() {
    let cli = Cli::command();
    let verify = cli.find_subcommand("verify").unwrap();
    let dir = verify.get_positionals().next().unwrap();
    assert_eq!(dir.get_default_values(), [flags()["output-dir"].as_str()]);
}

#[test]
fn every_output_is_declared() {
    let declared: Vec<String> = action().outputs.into_keys().collect();
    assert_eq!(declared, outputs::NAMES);
}

/// An action that is pinned by its commit builds its image from that commit,
/// and pulls none.
#[test]
fn the_image_is_the_one_of_this_commit() {
    let Runs::Docker(docker) = action().runs else { panic!("a container action") };
    assert!(matches!(docker.image, DockerActionUses::Dockerfile));
}

#[test]
fn everything_is_described() {
    let action = action();
    let inputs = action.inputs.iter().map(|(name, input)| (name, &input.description));
    let outputs = action.outputs.iter().map(|(name, output)| (name, &output.description));
    for (name, description) in inputs.chain(outputs) {
        assert!(description.as_deref().is_some_and(|text| !text.is_empty()), "{name}");
    }
}

/// A default that YAML would read as a number or a boolean is no text any more
/// where a schema asks for one; so all of them are quoted.
#[test]
fn defaults_are_quoted() {
    let defaults =
        include_str!("../../action.yml").lines().filter_map(|line| line.trim().strip_prefix("default: "));
    assert!(defaults.clone().count() > 20);
    for default in defaults {
        assert!(default.starts_with('"') && default.ends_with('"'), "{default}");
    }
}
