//! Every input, once.
//!
//! What a person types and what a runner puts into `INPUT_*` reach the same
//! parser. It says no more than what was typed; [`crate::request`] says what
//! is meant.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

/// Turn a run's build artifacts into a release that can be attested and
/// published.
#[derive(Debug, Parser)]
#[command(
    name = "release-prep",
    version,
    args_conflicts_with_subcommands = true,
    disable_version_flag = true
)]
pub struct Cli {
    /// Print the program's version (`--version` is the release's)
    #[arg(short = 'V', action = clap::ArgAction::Version)]
    program_version: Option<bool>,
    /// What to do; `prepare` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The inputs of `prepare`.
    #[command(flatten)]
    pub prepare: PrepareArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check, rename and lay out the artifacts as a release
    Prepare(Box<PrepareArgs>),
    /// Check that a release is what its manifest says
    Verify(VerifyArgs),
    /// Say what a rule asks for, why, and what to do where it is broken
    Explain(ExplainArgs),
}

/// A boolean, given as text as runners do.
const TRUTH: [&str; 2] = ["true", "false"];

/// The inputs of `prepare`.
#[derive(Debug, Args)]
pub struct PrepareArgs {
    /// Take artifacts from this folder: each sub-folder is one, loose files
    /// are one named after the folder
    #[arg(long, value_name = "DIR", default_value = "", hide_default_value = true)]
    pub artifacts_dir: String,
    /// A *.zip in artifacts-dir is an artifact as downloaded from a run's page
    #[arg(long, value_name = "BOOL", default_value = "false", num_args = 0..=1, default_missing_value = "true", value_parser = TRUTH)]
    pub artifacts_zipped: String,
    /// Globs on artifact names, one a line; `!` excludes
    #[arg(long, value_name = "GLOBS", default_value = "", hide_default_value = true)]
    pub pattern: String,
    /// Exactly these artifacts, by id
    #[arg(long, value_name = "IDS", default_value = "", hide_default_value = true)]
    pub artifact_ids: String,
    /// The repository whose run it is [default: this one]
    #[arg(long, value_name = "OWNER/NAME", default_value = "", hide_default_value = true)]
    pub repository: String,
    /// The run whose artifacts are taken [default: this one]
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    pub run_id: String,
    /// The run whose artifacts are taken, as the address of its page
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub run: String,
    /// What to do with artifacts of a run that this one cannot vouch for
    #[arg(long, value_enum, default_value_t)]
    pub foreign_run: ForeignRun,
    /// A file that holds the token for GitHub's API
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    pub github_token_file: String,
    /// How artifacts are had: from the runner's own service, or by the REST API
    #[arg(long, value_enum, default_value_t)]
    pub artifact_api: ArtifactApi,
    /// What must be there, a line each: `[COUNT[+] ]GLOB`
    #[arg(long, value_name = "LINES", default_value = "", hide_default_value = true)]
    pub expect: String,
    /// `sha256  NAME` lines that the build jobs told
    #[arg(long, value_name = "LINES", default_value = "", hide_default_value = true)]
    pub expect_digests: String,
    /// The version that every file must declare; `auto`: the pushed tag's, or
    /// that all files of a project agree; `any`: do not look
    #[arg(long, value_name = "VERSION", default_value = "auto")]
    pub version: String,
    /// What to do with a name that is not canonical
    #[arg(long, value_enum, default_value_t)]
    pub normalize: Normalize,
    /// What to do with the digests in a wheel's RECORD
    #[arg(long, value_enum, default_value_t)]
    pub record: Record,
    /// Globs of distributions that are not for the index, one a line
    #[arg(long, value_name = "GLOBS", default_value = "", hide_default_value = true)]
    pub pypi_exclude: String,
    /// PyPI's rules
    #[arg(long, value_enum, default_value_t)]
    pub pypi: Strictness,
    /// npm's rules
    #[arg(long, value_enum, default_value_t)]
    pub npm: Strictness,
    /// `RULE GLOB` lines of findings to ignore
    #[arg(long, value_name = "LINES", default_value = "", hide_default_value = true)]
    pub ignore: String,
    /// What to do with equal names of assets
    #[arg(long, value_enum, default_value_t)]
    pub asset_names: AssetNames,
    /// sha256 always; also sha512, blake2b
    #[arg(long, value_name = "LIST", default_value = "sha256")]
    pub checksum_algorithms: String,
    /// `NAME.sha256` beside assets
    #[arg(long, value_enum, default_value_t)]
    pub sidecars: Sidecars,
    /// Where the release is put
    #[arg(long, value_name = "DIR", default_value = "prepared")]
    pub output_dir: String,
    /// Do everything but leave a release
    #[arg(long, value_name = "BOOL", default_value = "false", num_args = 0..=1, default_missing_value = "true", value_parser = TRUTH)]
    pub dry_run: String,
    /// Refuse an artifact for which GitHub tells no digest; `auto`: on
    /// github.com
    #[arg(long, value_enum, default_value_t)]
    pub require_digests: RequireDigests,
    /// The manifest of the release before: a path, `auto`, or `off`
    #[arg(long, value_name = "FILE", default_value = "auto")]
    pub previous_manifest: String,
    /// Write the job summary
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, default_missing_value = "true", value_parser = TRUTH)]
    pub show_summary: String,
    /// The most that the artifacts may unpack to
    #[arg(long, value_name = "SIZE", default_value = "10 GiB")]
    pub max_unpacked_size: String,
    /// The most files that the artifacts may hold
    #[arg(long, value_name = "COUNT", default_value = "100000")]
    pub max_files: String,
}

/// The inputs of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The release
    #[arg(value_name = "DIR", default_value = "prepared")]
    pub dir: String,
    /// What the manifest must hash to (SHA-256)
    #[arg(long, value_name = "DIGEST", default_value = "", hide_default_value = true)]
    pub manifest_digest: String,
    /// Be content, on a runner too, with a release that is consistent with
    /// itself
    #[arg(long)]
    pub unanchored: bool,
    /// Write the job summary
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, default_missing_value = "true", value_parser = TRUTH)]
    pub show_summary: String,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule, by the id that stands in brackets in a finding [default: a
    /// list of all]
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

/// The input `foreign-run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ForeignRun {
    /// Refuse them.
    #[default]
    Refuse,
    /// Take them, and make no subjects.
    Unattested,
}

/// The input `artifact-api`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ArtifactApi {
    /// The runner's service where it is offered, else REST.
    #[default]
    Auto,
    /// The runner's own service.
    Results,
    /// The REST API.
    Rest,
}

/// The input `normalize`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Normalize {
    /// Rename; no byte of a file changes.
    #[default]
    Rename,
    /// Rename, and mend what is inside a wheel.
    Rewrite,
    /// What would be renamed is an error.
    Check,
    /// Leave names as they are.
    Off,
}

/// The input `record`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Record {
    /// Compare every digest.
    #[default]
    Verify,
    /// Do not look.
    Off,
}

/// The inputs `pypi` and `npm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Strictness {
    /// What the registry refuses is an error.
    #[default]
    Error,
    /// It is a warning.
    Warn,
    /// It is not looked for.
    Off,
}

/// The input `asset-names`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum AssetNames {
    /// Keep them.
    #[default]
    Keep,
    /// Add the target to equal ones.
    Qualify,
}

/// The input `sidecars`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Sidecars {
    /// Where the build jobs sent them.
    #[default]
    Auto,
    /// Always.
    True,
    /// Never.
    False,
}

/// The input `require-digests`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RequireDigests {
    /// On github.com yes, elsewhere a warning.
    #[default]
    Auto,
    /// Yes.
    True,
    /// No.
    False,
}

impl Cli {
    /// The input `github-token-file`, which the environment's reader needs.
    #[must_use]
    pub fn github_token_file(&self) -> &str {
        match &self.command {
            None => &self.prepare.github_token_file,
            Some(Command::Prepare(prepare)) => &prepare.github_token_file,
            Some(Command::Verify(_) | Command::Explain(_)) => "",
        }
    }
}

/// The arguments that a runner's `INPUT_*` variables amount to.
///
/// `input` answers with an input's value. Empty means absent, for that is how
/// a runner hands on an input that was not set. The program's name comes
/// first.
///
/// # Errors
/// The input `command` is none of a runner's two.
pub fn arguments_from_inputs(input: impl Fn(&str) -> Option<OsString>) -> Result<Vec<OsString>, clap::Error> {
    let given = |name: &str| input(name).filter(|value| !value.is_empty());
    let command = given("command").unwrap_or_else(|| "prepare".into());
    let verifies = command == "verify";
    let mut cli = Cli::command();
    if !verifies && command != "prepare" {
        let found = command.to_string_lossy();
        let message = format!("command: found `{found}`, expected `prepare` or `verify`");
        return Err(cli.error(ErrorKind::InvalidValue, message));
    }
    let mut arguments = vec!["release-prep".into(), command];
    let name = if verifies { "verify" } else { "prepare" };
    for argument in cli.find_subcommand(name).into_iter().flat_map(clap::Command::get_arguments) {
        // `--unanchored` and `--run` are for people.
        let Some(long) = argument.get_long().filter(|long| !["help", "unanchored", "run"].contains(long))
        else {
            continue;
        };
        if let Some(value) = given(long) {
            let mut flag = OsString::from(format!("--{long}="));
            flag.push(value);
            arguments.push(flag);
        }
    }
    if let Some(dir) = given("output-dir").filter(|_| verifies) {
        arguments.extend(["--".into(), dir]);
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(inputs: &[(&str, &str)]) -> Vec<String> {
        arguments_from_inputs(|name| {
            inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| (*value).into())
        })
        .unwrap()
        .into_iter()
        .map(|argument| argument.into_string().unwrap())
        .collect()
    }

    #[test]
    fn the_parser_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn inputs_become_arguments() {
        assert_eq!(
            arguments(&[("artifacts-dir", "a b"), ("pattern", "x\n!y"), ("dry-run", "true"), ("expect", "")]),
            ["release-prep", "prepare", "--artifacts-dir=a b", "--pattern=x\n!y", "--dry-run=true"]
        );
        assert_eq!(
            arguments(&[
                ("command", "verify"),
                ("manifest-digest", "0"),
                ("output-dir", "-x"),
                ("pattern", "x")
            ]),
            ["release-prep", "verify", "--manifest-digest=0", "--", "-x"]
        );
    }

    /// A value that looks like a flag stays a value.
    #[test]
    fn a_value_is_a_value() {
        let cli = Cli::try_parse_from(arguments(&[("pattern", "--dry-run")])).unwrap();
        let Some(Command::Prepare(prepare)) = cli.command else { panic!("prepare was named") };
        assert_eq!((prepare.pattern.as_str(), prepare.dry_run.as_str()), ("--dry-run", "false"));
    }

    #[test]
    fn a_wrong_value_is_named() {
        let error = Cli::try_parse_from(arguments(&[("normalize", "yes")])).unwrap_err();
        insta::assert_snapshot!(error.to_string().lines().take(2).collect::<Vec<_>>().join("\n"), @r"
        error: invalid value 'yes' for '--normalize <NORMALIZE>'
          [possible values: rename, rewrite, check, off]
        ");
    }

    #[test]
    fn without_a_command_it_prepares() {
        let cli = Cli::try_parse_from(["release-prep", "--artifacts-dir", "x", "--dry-run"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!((cli.prepare.artifacts_dir.as_str(), cli.prepare.dry_run.as_str()), ("x", "true"));
    }
}
