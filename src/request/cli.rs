//! The inputs and the command line.
//!
//! Arguments and a runner's `INPUT_*` variables go through the same parser.
//! [`crate::request`] adds what the environment says.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

use super::usage::UsageError;
use super::value::{self, Lines};
use crate::artifact::{ArtifactId, Pattern};
use crate::digest::{Algorithms, Sha256};
use crate::glob::Glob;
use crate::preflight::expect::ExpectedLine;
use crate::preflight::expect_digests::ExpectedDigest;
use crate::preflight::projects::ProjectPattern;
use crate::report::text::Detail;
use crate::rule::Rule;
use crate::rule::policy::Ignore;
use crate::settings::{
    ArtifactApi, AssetNames, Color, ForeignRun, Normalization, OutputFormat, PreviousManifest, RecordSetting,
    RequireDigests, Sidecars, Strictness, VersionSetting,
};
use crate::source::github::{Repository, RunId, RunUrl, RunUrlError};

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
    /// What to do; `prepare` when no command is named.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The inputs of `prepare`.
    #[command(flatten)]
    pub(crate) prepare: PrepareArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check, rename and lay out the artifacts as a release
    Prepare(Box<PrepareArgs>),
    /// Show what `prepare` would make of files, folders or a run; nothing is written
    Inspect(Box<InspectArgs>),
    /// Write the job that releases what a run holds, to paste into its workflow
    Init(Box<InitArgs>),
    /// Check that a release is what its manifest says
    Verify(VerifyArgs),
    /// Print what a rule requires, why, and how to fix a violation
    Explain(ExplainArgs),
}

/// The inputs of `prepare`.
#[derive(Debug, Args)]
pub(crate) struct PrepareArgs {
    /// Read artifacts from this folder: each sub-folder is one, loose files
    /// are one named after the folder
    #[arg(long, value_name = "DIR", value_parser = value::trimmed::<Utf8PathBuf>)]
    pub(crate) artifacts_dir: Option<Utf8PathBuf>,
    /// A *.zip in artifacts-dir is an artifact as downloaded from a run's page
    #[arg(long, value_name = "BOOL", default_value_t = false, num_args = 0..=1, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) artifacts_zipped: bool,
    /// Globs on artifact names, one a line, or `file:GLOB` on names of files; `!` excludes
    #[arg(long, value_name = "GLOBS", default_value = "", hide_default_value = true, value_parser = value::lines::<Pattern>)]
    pub(crate) pattern: Lines<Pattern>,
    /// Exactly these artifacts, by id
    #[arg(long, value_name = "IDS", default_value = "", hide_default_value = true, value_parser = value::artifact_ids)]
    pub(crate) artifact_ids: BTreeSet<ArtifactId>,
    /// The repository whose run it is [default: this one]
    #[arg(long, value_name = "OWNER/NAME", value_parser = value::trimmed::<Repository>)]
    pub(crate) repository: Option<Repository>,
    /// The run whose artifacts are prepared [default: this one]
    #[arg(long, value_name = "ID", value_parser = value::trimmed::<RunId>)]
    pub(crate) run_id: Option<RunId>,
    /// The run whose artifacts are prepared, as the address of its page
    #[arg(long, value_name = "URL", value_parser = value::trimmed::<RunUrl>)]
    pub(crate) run: Option<RunUrl>,
    /// What to do with artifacts of a run for which this one may not attest
    #[arg(long, value_enum, default_value_t)]
    pub(crate) foreign_run: ForeignRun,
    /// A file that holds the token for GitHub's API
    #[arg(long, value_name = "FILE", value_parser = value::trimmed::<Utf8PathBuf>)]
    pub(crate) github_token_file: Option<Utf8PathBuf>,
    /// How to download artifacts: by the runner's own service, or by the REST
    /// API
    #[arg(long, value_enum, default_value_t)]
    pub(crate) artifact_api: ArtifactApi,
    /// What the release must contain, one a line: `[COUNT[+] ]GLOB`, or
    /// `previous`: every kind of file of the release before
    #[arg(long, value_name = "LINES", default_value = "", hide_default_value = true, value_parser = value::lines::<ExpectedLine>)]
    pub(crate) expect: Lines<ExpectedLine>,
    /// The projects that may be published, a name or glob a line [default: all]
    #[arg(long, value_name = "LINES", default_value = "", hide_default_value = true, value_parser = value::lines::<ProjectPattern>)]
    pub(crate) projects: Lines<ProjectPattern>,
    /// `sha256  NAME` lines that the build jobs reported
    #[arg(long, value_name = "LINES", default_value = "", hide_default_value = true, value_parser = value::lines::<ExpectedDigest>)]
    pub(crate) expect_digests: Lines<ExpectedDigest>,
    /// The version that every file must declare; `auto`: the pushed tag's, or
    /// that all files of a project agree; `any`: do not compare
    #[arg(long, value_name = "VERSION", default_value = "auto", value_parser = value::version)]
    pub(crate) version: VersionSetting,
    /// What to do with a name that is not canonical
    #[arg(long, value_enum, default_value_t)]
    pub(crate) normalize: Normalization,
    /// What to do with the digests in a wheel's RECORD
    #[arg(long, value_enum, default_value_t)]
    pub(crate) record: RecordSetting,
    /// Globs of distributions that are not for the index, one a line
    #[arg(long, value_name = "GLOBS", default_value = "", hide_default_value = true, value_parser = value::lines::<Glob>)]
    pub(crate) pypi_exclude: Lines<Glob>,
    /// How PyPI's rules count
    #[arg(long, value_enum, default_value_t)]
    pub(crate) pypi: Strictness,
    /// How npm's rules count
    #[arg(long, value_enum, default_value_t)]
    pub(crate) npm: Strictness,
    /// `RULE GLOB` lines of findings to ignore
    #[arg(long, value_name = "LINES", default_value = "", hide_default_value = true, value_parser = value::lines::<Ignore>)]
    pub(crate) ignore: Lines<Ignore>,
    /// What to do with equal names of assets
    #[arg(long, value_enum, default_value_t)]
    pub(crate) asset_names: AssetNames,
    /// sha256 always; also sha512, blake2b
    #[arg(long, value_name = "LIST", default_value = "sha256", value_parser = value::algorithms)]
    pub(crate) checksum_algorithms: Algorithms,
    /// `NAME.sha256` beside assets
    #[arg(long, value_enum, default_value_t)]
    pub(crate) sidecars: Sidecars,
    /// The folder to write the release to
    #[arg(long, value_name = "DIR", default_value = "prepared", value_parser = value::trimmed::<Utf8PathBuf>)]
    pub(crate) output_dir: Utf8PathBuf,
    /// Check everything and write no release
    #[arg(long, value_name = "BOOL", default_value_t = false, num_args = 0..=1, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) dry_run: bool,
    /// Refuse an artifact for which GitHub reports no digest; `auto`: on
    /// github.com
    #[arg(long, value_enum, default_value_t)]
    pub(crate) require_digests: RequireDigests,
    /// The manifest of the release before: a path, `auto` (that of the latest
    /// release on GitHub), or `off`
    #[arg(long, value_name = "FILE", default_value = "auto", value_parser = value::trimmed::<PreviousManifest>)]
    pub(crate) previous_manifest: PreviousManifest,
    /// Write the job summary
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) show_summary: bool,
    /// Write the report as JSON to this path, also where nothing is prepared
    #[arg(long, value_name = "PATH", value_parser = value::trimmed::<Utf8PathBuf>)]
    pub(crate) report: Option<Utf8PathBuf>,
    /// What is printed.
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The most bytes that the artifacts may unpack to
    #[arg(long, value_name = "SIZE", default_value = "10 GiB", value_parser = value::size)]
    pub(crate) max_unpacked_size: u64,
    /// The most files that the artifacts may hold
    #[arg(long, value_name = "COUNT", default_value = "100000", value_parser = value::count)]
    pub(crate) max_files: u64,
}

/// What is printed, and how. Flags only.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OutputArgs {
    /// Print the report as text or as JSON
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: OutputFormat,
    /// Print errors and the verdict only
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print every file with its digest
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Colour the text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

impl OutputArgs {
    /// How much is printed.
    pub(crate) const fn detail(self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        }
    }
}

/// The arguments of `inspect`: what to look at, and the inputs of `prepare`.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Files, folders of artifacts, or the address of a run's page
    #[arg(value_name = "PATH|RUN", required = true, value_parser = value::trimmed::<InspectTarget>)]
    pub(crate) targets: Vec<InspectTarget>,
    /// The inputs of `prepare`.
    #[command(flatten)]
    pub(crate) prepare: PrepareArgs,
}

/// The arguments of `init`: what to look at, and how to name this program.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The commit of release-prep to run, as OWNER/NAME@SHA [default: left open]
    #[arg(long, value_name = "PIN", value_parser = value::trimmed::<Pin>)]
    pub(crate) pin: Option<Pin>,
    /// Write the job to this file [default: print it]
    #[arg(long, value_name = "FILE", value_parser = value::trimmed::<Utf8PathBuf>)]
    pub(crate) write: Option<Utf8PathBuf>,
    /// What to look at.
    #[command(flatten)]
    pub(crate) inspect: InspectArgs,
}

/// A repository and a commit of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin(pub String);

/// A text that is not a repository and a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected OWNER/NAME@SHA, with the 40 hexadecimal digits of a commit")]
pub(crate) struct PinError;

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let (repository, commit) = text.split_once('@').ok_or(PinError)?;
        let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        match repository.parse::<Repository>() {
            Ok(_) if is_commit => Ok(Self(text.to_owned())),
            _ => Err(PinError),
        }
    }
}

/// What `inspect` looks at.
#[derive(Debug, Clone)]
pub(crate) enum InspectTarget {
    /// A file or a folder.
    Path(Utf8PathBuf),
    /// The artifacts of a run.
    Run(RunUrl),
}

impl InspectTarget {
    /// The path, if it is one.
    pub(crate) fn path(&self) -> Option<Utf8PathBuf> {
        match self {
            Self::Path(path) => Some(path.clone()),
            Self::Run(_) => None,
        }
    }
}

impl FromStr for InspectTarget {
    type Err = RunUrlError;

    fn from_str(text: &str) -> Result<Self, RunUrlError> {
        if text.starts_with("https://") { text.parse().map(Self::Run) } else { Ok(Self::Path(text.into())) }
    }
}

/// The inputs of `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The release
    #[arg(value_name = "DIR", default_value = "prepared", value_parser = value::trimmed::<Utf8PathBuf>)]
    pub(crate) dir: Utf8PathBuf,
    /// The expected SHA-256 of the manifest
    #[arg(long, value_name = "DIGEST", value_parser = value::sha256)]
    pub(crate) manifest_digest: Option<Sha256>,
    /// Accept a release without --manifest-digest (also on a runner)
    #[arg(long)]
    pub(crate) unanchored: bool,
    /// Colour the text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Write the job summary
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) show_summary: bool,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule, by the id that stands in brackets in a finding [default: a
    /// list of all]
    #[arg(value_name = "RULE", value_parser = value::rule)]
    pub(crate) rule: Option<Rule>,
}

impl Cli {
    /// The input `github-token-file`, which the environment's reader needs.
    #[must_use]
    pub fn github_token_file(&self) -> Option<&Utf8Path> {
        match &self.command {
            None => self.prepare.github_token_file.as_deref(),
            Some(Command::Prepare(prepare)) => prepare.github_token_file.as_deref(),
            Some(Command::Inspect(inspect)) => inspect.prepare.github_token_file.as_deref(),
            Some(Command::Init(init)) => init.inspect.prepare.github_token_file.as_deref(),
            Some(Command::Verify(_) | Command::Explain(_)) => None,
        }
    }

    /// Whether text is coloured.
    #[must_use]
    pub(crate) fn color(&self) -> Color {
        match &self.command {
            None => self.prepare.output.color,
            Some(Command::Prepare(prepare)) => prepare.output.color,
            Some(Command::Inspect(inspect)) => inspect.prepare.output.color,
            Some(Command::Init(init)) => init.inspect.prepare.output.color,
            Some(Command::Verify(verify)) => verify.color,
            Some(Command::Explain(_)) => Color::Auto,
        }
    }

    /// Whether it is shown how far the run is.
    #[must_use]
    pub(crate) fn shows_progress(&self) -> bool {
        match &self.command {
            None => !self.prepare.output.quiet,
            Some(Command::Prepare(prepare)) => !prepare.output.quiet,
            Some(Command::Inspect(_) | Command::Init(_) | Command::Verify(_) | Command::Explain(_)) => false,
        }
    }

    /// Reads arguments, the program's name first.
    ///
    /// # Errors
    /// The requested help, or an invalid argument: [`UsageError`].
    pub fn read(mut arguments: Vec<OsString>) -> Result<Self, UsageError> {
        // With a value it is that of the release; alone, what it is of every program.
        if let [_, flag] = arguments.as_mut_slice()
            && flag == "--version"
        {
            *flag = "-V".into();
        }
        Self::try_parse_from(without_empty(arguments)).map_err(UsageError::from)
    }

    /// Reads a runner's inputs, by the function that gives an input's value.
    ///
    /// # Errors
    /// As [`Cli::read`].
    pub fn read_inputs(input: impl Fn(&str) -> Option<OsString>) -> Result<Self, UsageError> {
        Self::read(arguments_from_inputs(input)?)
    }
}

/// Whether a value is empty: that is how a runner passes an input that was not
/// set.
fn is_empty(value: &OsStr) -> bool {
    value.to_str().is_some_and(|value| value.trim().is_empty())
}

/// The arguments without flags of an empty value: empty means absent.
fn without_empty(arguments: Vec<OsString>) -> Vec<OsString> {
    let mut kept: Vec<OsString> = Vec::with_capacity(arguments.len());
    let mut arguments = arguments.into_iter();
    for argument in arguments.by_ref() {
        if argument == "--" {
            kept.push(argument);
            break;
        }
        let flag = |argument: &OsString| argument.to_str().is_some_and(|text| text.starts_with("--"));
        let has_value = |argument: &OsString| argument.to_str().is_some_and(|text| text.contains('='));
        if is_empty(&argument) && kept.last().is_some_and(|last| flag(last) && !has_value(last)) {
            kept.pop();
            continue;
        }
        let value =
            argument.to_str().filter(|text| text.starts_with("--")).and_then(|text| text.split_once('='));
        if value.is_none_or(|(_, value)| !value.trim().is_empty()) {
            kept.push(argument);
        }
    }
    kept.extend(arguments);
    kept
}

/// A runner's `INPUT_*` variables as arguments.
fn arguments_from_inputs(input: impl Fn(&str) -> Option<OsString>) -> Result<Vec<OsString>, UsageError> {
    let given = |name: &str| input(name).filter(|value| !is_empty(value));
    let command = given("command").unwrap_or_else(|| "prepare".into());
    let verifies = command == "verify";
    if !verifies && command != "prepare" {
        return Err(UsageError::input(format!(
            "command: found `{}`, expected one of prepare, verify",
            command.to_string_lossy()
        )));
    }
    let cli = Cli::command();
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
        let cli = Cli::try_parse_from(arguments(&[("artifacts-dir", "--dry-run")])).unwrap();
        let Some(Command::Prepare(prepare)) = cli.command else { panic!("prepare was named") };
        assert_eq!((prepare.artifacts_dir.unwrap().as_str(), prepare.dry_run), ("--dry-run", false));
    }

    fn wrong(arguments: &[&str]) -> String {
        let arguments = ["release-prep"].iter().chain(arguments).map(Into::into).collect();
        Cli::read(arguments).unwrap_err().message().to_owned()
    }

    /// In the words of the inputs, and on one line.
    #[test]
    fn a_wrong_value_is_named() {
        for (arguments, message) in [
            (
                &["--normalize", "rewite"][..],
                "normalize: found `rewite`, expected one of rename, rewrite, check, off; did you mean `rewrite`?",
            ),
            (&["--npm=1"], "npm: found `1`, expected one of error, warn, off"),
            (&["--normalize"], "normalize: found no value, expected one of rename, rewrite, check, off"),
            (&["--dry-run=yes"], "dry-run: found `yes`, expected one of true, false"),
            (&["--max-files", "0"], "max-files: found `0`, expected a whole number of 1 or more"),
            (
                &["--max-unpacked-size", "much"],
                "max-unpacked-size: found `much`, expected a size in bytes, or with a unit as in `10 GiB`",
            ),
            (
                &["--checksum-algorithms", "sha256 md5"],
                "checksum-algorithms: found `md5`, expected a list of sha256, sha512, blake2b",
            ),
            (
                &["--artifact-ids", "1,x"],
                "artifact-ids: found `x`, expected ids of artifacts, whole numbers separated by commas",
            ),
            (
                &["--version", "one"],
                "version: found `one`, expected `auto`, `any`, or a version as in PEP 440 or SemVer",
            ),
            (
                &["--pattern", "a\nb{1..3}"],
                "pattern: found `b{1..3}`, which uses a range like `{1..3}`; only `*`, `?`, `[abc]` and `{a,b}` are supported",
            ),
            (
                &["verify", "--manifest-digest", "12"],
                "manifest-digest: found `12`, expected 64 lowercase hexadecimal digits",
            ),
            (
                &["explain", "wheel-tag"],
                "explain: found `wheel-tag`, but there is no rule of that id; `release-prep explain` lists them",
            ),
            (
                &["--run-id", "x", "--run-id", "y"],
                "run-id: found `x`, expected the id of a run, a whole number",
            ),
            (&["--nothing"], "there is no flag `--nothing`; `release-prep --help` lists them"),
            (&["--normalise", "off"], "there is no flag `--normalise`; did you mean `--normalize`?"),
            (&["--json"], "there is no flag `--json`; use `--format json`"),
            (&["-o", "x"], "there is no flag `-o`; use `--output-dir DIR`"),
            (
                &["--token=x"],
                "there is no flag `--token`; set `GITHUB_TOKEN`, or use `--github-token-file FILE`",
            ),
            (
                &["dist/"],
                "found `dist/` without a flag; use `--artifacts-dir dist/` to prepare what is in a folder",
            ),
            (
                &["prepare", "artifacts"],
                "found `artifacts` without a flag; use `--artifacts-dir artifacts` to prepare what is in a folder",
            ),
            (&["verfy"], "there is no command `verfy`; did you mean `verify`?"),
            (
                &["publish"],
                "there is no command `publish`; the commands are prepare, inspect, init, verify and explain",
            ),
            (&["-q", "-v"], "quiet and verbose contradict each other; give one of them"),
            (&["--run-id", "1", "--run-id", "2"], "run-id: given more than once; give it once"),
        ] {
            assert_eq!(wrong(arguments), message);
        }
    }

    /// On a command line as on a runner.
    #[test]
    fn empty_means_absent() {
        let read = |arguments: &[&str]| {
            Cli::read(["release-prep"].iter().chain(arguments).map(Into::into).collect()).unwrap().prepare
        };
        let prepare = read(&["--normalize=", "--artifacts-dir", "", "--dry-run", "", "--max-files", " "]);
        assert_eq!((prepare.normalize, prepare.artifacts_dir), (Normalization::Rename, None));
        assert_eq!((prepare.dry_run, prepare.max_files), (false, 100_000));
    }

    #[test]
    fn without_a_command_it_prepares() {
        let cli = Cli::try_parse_from(["release-prep", "--artifacts-dir", "x", "--dry-run"]).unwrap();
        assert!(cli.command.is_none() && cli.prepare.dry_run);
        assert_eq!(cli.prepare.artifacts_dir.unwrap(), "x");
    }
}
