//! From arguments and environment to a typed request.
//!
//! A [`Request`] holds no text that is left to interpret. An input that would
//! have no effect is refused, never accepted and ignored.

pub(crate) mod cli;
mod inspect;
mod previous;
mod run;
pub(crate) mod usage;
mod value;

use std::fmt;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

pub(crate) use run::Services;

use self::cli::{Cli, Command, PrepareArgs, VerifyArgs};
use crate::artifact::Selection;
use crate::digest::Algorithms;
use crate::distribution::version::VersionTag;
use crate::normalize::plan::NamingPolicy;
use crate::preflight::expect::Expectation;
use crate::preflight::expect_digests::ExpectedDigest;
use crate::preflight::projects::ProjectPattern;
use crate::preflight::release::VersionPolicy;
use crate::release::manifest::Run;
use crate::release::verification::Anchor;
use crate::report::text::Detail;
use crate::rule::Rule;
use crate::rule::policy::Policy;
use crate::sample::Sample;
use crate::settings::{Normalization, OutputFormat, RecordSetting, VersionSetting};
use crate::source::github::RunRequest;

/// An invalid input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// A value that the input does not accept.
    #[error("{input}: found `{found}`, expected {expected}")]
    Value {
        /// The input's name.
        input: &'static str,
        /// What was given.
        found: String,
        /// What is allowed.
        expected: String,
    },
    /// A value, or a line of one, that is not of the input's form.
    #[error("{input}: found `{found}`, {why}")]
    Unfit {
        /// The input's or variable's name.
        input: &'static str,
        /// What was given.
        found: String,
        /// What is wrong with it, and what was expected.
        why: String,
    },
    /// Inputs that contradict each other.
    #[error("{0}")]
    Conflict(String),
}

/// What to do.
#[derive(Debug)]
pub enum Request {
    /// Prepare a release.
    Prepare(Box<Prepare>),
    /// Show what would be prepared.
    Inspect(Box<Prepare>),
    /// Write the job that prepares it.
    Init(Box<Init>),
    /// Verify one.
    Verify(Verify),
    /// Explain a rule, or list all.
    Explain(Option<Rule>),
}

/// The environment of the program.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The folder to which paths are relative, absolute.
    pub workspace: Utf8PathBuf,
    /// The system's folder of temporary files.
    pub temporary: Utf8PathBuf,
    /// On a runner, what it says about the run.
    pub runner: Option<Runner>,
    /// How to reach GitHub's services.
    pub services: Services,
    /// Where the pages of rules are at the commit that runs, without a rule's
    /// id; none if it is not known.
    pub rules_page: Option<String>,
}

/// What a runner says about the run.
#[derive(Debug, Clone, Default)]
pub struct Runner {
    /// The run for the manifest, if all of it is known.
    pub run: Option<Run>,
    /// The tag that was pushed, if one was.
    pub tag: Option<String>,
}

/// A release to prepare.
#[derive(Debug)]
pub struct Prepare {
    /// Where the artifacts come from.
    pub source: SourceRequest,
    /// Which of them.
    pub selection: Selection,
    /// What may be changed, and how.
    pub naming: NamingPolicy,
    /// What may be relaxed.
    pub policy: Policy,
    /// Whether wheels are verified against their RECORD.
    pub record: RecordSetting,
    /// The files that the release must contain.
    pub expected: Vec<Expectation>,
    /// The release before.
    pub previous: PreviousRequest,
    /// The projects that may be published; without one, all.
    pub projects: Vec<ProjectPattern>,
    /// The digests that the build jobs reported.
    pub expected_digests: Vec<ExpectedDigest>,
    /// What versions the files may declare.
    pub version: VersionPolicy,
    /// The input `version`, for the manifest.
    pub version_setting: VersionSetting,
    /// Digests besides SHA-256.
    pub algorithms: Algorithms,
    /// The folder to write the release to.
    pub output: Utf8PathBuf,
    /// Write no release.
    pub dry_run: bool,
    /// Whether a pull request started the run, so that none of it may be
    /// published.
    pub for_pull_request: bool,
    /// Write the summary.
    pub show_summary: bool,
    /// Where the report is written as JSON.
    pub report: Option<Utf8PathBuf>,
    /// Where the pages of rules are, without a rule's id.
    pub rules_page: Option<String>,
    /// How much is printed.
    pub(crate) detail: Detail,
    /// What is printed to the standard output.
    pub(crate) format: OutputFormat,
    /// The most bytes that may be unpacked.
    pub max_unpacked: u64,
    /// The most files that may be unpacked.
    pub max_files: u64,
    /// The run, for the manifest.
    pub run: Option<Run>,
    /// The repository, `owner/name`, that npm compares with the package's: that
    /// of a run on github.com.
    pub npm_repository: Option<String>,
}

/// A job to write for what is looked at.
#[derive(Debug)]
pub struct Init {
    /// What is looked at.
    pub prepare: Box<Prepare>,
    /// The repository and commit of this program; none if they are left open.
    pub pin: Option<String>,
    /// The file to write; none if the job is printed.
    pub write: Option<Utf8PathBuf>,
}

/// What a release is compared with.
#[derive(Debug)]
pub struct PreviousRequest {
    /// The manifest of the release before, if it is given as a file.
    pub manifest: Option<Utf8PathBuf>,
    /// Whether none of the kinds of files that it had may be gone.
    pub is_expected: bool,
}

/// Where artifacts come from.
#[derive(Debug)]
pub enum SourceRequest {
    /// A folder.
    Directory {
        /// Its path.
        path: Utf8PathBuf,
        /// Whether zips in it are artifacts.
        zipped: bool,
    },
    /// Files and folders.
    Paths {
        /// Their paths.
        paths: Vec<Utf8PathBuf>,
        /// Whether zips are artifacts.
        zipped: bool,
    },
    /// A workflow run.
    Run(Box<RunRequest>),
}

impl fmt::Display for SourceRequest {
    /// The folder, the paths, or the repository and the run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { path, .. } => write!(f, "{path}"),
            Self::Paths { paths, .. } => {
                let paths: Sample<&str, 5> = paths.iter().map(|path| path.as_str()).collect();
                write!(f, "{paths}")
            }
            Self::Run(run) => write!(f, "{} run {}", run.repository, run.run_id),
        }
    }
}

/// A release to verify.
#[derive(Debug)]
pub struct Verify {
    /// Where it is.
    pub dir: Utf8PathBuf,
    /// What its manifest is compared with.
    pub anchor: Anchor,
    /// Whether consistency is enough.
    pub unanchored: bool,
    /// Write the summary.
    pub show_summary: bool,
}

impl Request {
    /// The request of these arguments in this environment.
    ///
    /// # Errors
    /// The first invalid input.
    pub fn new(cli: Cli, environment: &Environment) -> Result<Self, InputError> {
        match cli.command {
            Some(Command::Verify(arguments)) => verify(&arguments, environment).map(Self::Verify),
            Some(Command::Prepare(arguments)) => prepare(*arguments, environment),
            Some(Command::Inspect(arguments)) => inspect::inspect(*arguments, environment).map(Self::Inspect),
            Some(Command::Init(arguments)) => {
                inspect::init(*arguments, environment).map(|init| Self::Init(Box::new(init)))
            }
            Some(Command::Explain(arguments)) => Ok(Self::Explain(arguments.rule)),
            None => prepare(cli.prepare, environment),
        }
    }
}

fn verify(arguments: &VerifyArgs, environment: &Environment) -> Result<Verify, InputError> {
    Ok(Verify {
        dir: folder("output-dir", &arguments.dir, environment)?,
        anchor: arguments.manifest_digest.map_or(Anchor::Itself, Anchor::Digest),
        unanchored: arguments.unanchored || environment.runner.is_none(),
        show_summary: arguments.show_summary,
    })
}

fn prepare(arguments: PrepareArgs, environment: &Environment) -> Result<Request, InputError> {
    previous::check(&arguments)?;
    let output = folder("output-dir", &arguments.output_dir, environment)?;
    let selection = Selection::new(arguments.pattern.clone());
    let source = match &arguments.artifacts_dir {
        None => SourceRequest::Run(Box::new(run::run(
            &arguments,
            &environment.services,
            &selection,
            arguments.max_unpacked_size,
        )?)),
        Some(path) => {
            run::refuse_beside_a_folder(&arguments, path)?;
            check_disjoint(path, &output, environment)?;
            SourceRequest::Directory { path: path.clone(), zipped: arguments.artifacts_zipped }
        }
    };
    Ok(Request::Prepare(Box::new(request(arguments, source, selection, output, environment))))
}

fn request(
    arguments: PrepareArgs,
    source: SourceRequest,
    selection: Selection,
    output: Utf8PathBuf,
    environment: &Environment,
) -> Prepare {
    let run = environment.runner.as_ref().and_then(|runner| runner.run.clone());
    let unknown_kinds = selection.is_explicit();
    let (policy, is_expected) = (policy(&arguments), previous::is_expected(&arguments));
    let missing_digest_as_warning =
        matches!(&source, SourceRequest::Run(run) if !run.refuses_missing_digests());
    Prepare {
        source,
        selection,
        naming: NamingPolicy {
            normalization: arguments.normalize,
            not_for_the_index: arguments.pypi_exclude,
            unknown_kinds,
            asset_names: arguments.asset_names,
            sidecars: arguments.sidecars,
        },
        policy: Policy { missing_digest_as_warning, ..policy },
        record: arguments.record,
        expected: previous::counted(arguments.expect),
        previous: PreviousRequest { is_expected, manifest: arguments.previous_manifest.path() },
        projects: arguments.projects,
        expected_digests: arguments.expect_digests,
        version_setting: arguments.version.clone(),
        version: version(arguments.version, environment),
        algorithms: arguments.checksum_algorithms,
        output,
        dry_run: arguments.dry_run,
        for_pull_request: environment.services.is_for_pull_request(),
        show_summary: arguments.show_summary,
        report: arguments.report.clone(),
        rules_page: environment.rules_page.clone(),
        detail: arguments.output.detail(),
        format: arguments.output.format,
        max_unpacked: arguments.max_unpacked_size,
        max_files: arguments.max_files,
        npm_repository: run
            .as_ref()
            .filter(|_| is_on_github(environment))
            .map(|run| run.repository.to_string()),
        run,
    }
}

fn policy(arguments: &PrepareArgs) -> Policy {
    Policy {
        pypi: arguments.pypi,
        npm: arguments.npm,
        honesty_as_warning: arguments.normalize == Normalization::Off,
        ignore: arguments.ignore.clone(),
        ..Policy::default()
    }
}

fn is_on_github(environment: &Environment) -> bool {
    let server = environment.services.server_url.as_deref().unwrap_or("https://github.com");
    server.trim_end_matches('/') == "https://github.com"
}

fn version(setting: VersionSetting, environment: &Environment) -> VersionPolicy {
    match setting {
        VersionSetting::Any => VersionPolicy::Any,
        VersionSetting::Exactly { version, .. } => VersionPolicy::Exactly(version),
        VersionSetting::Auto => {
            let tag = environment.runner.as_ref().and_then(|runner| runner.tag.as_deref());
            match (tag.and_then(VersionTag::read), tag) {
                (Some(tag), _) => VersionPolicy::Tag(tag),
                (None, Some(tag)) if VersionTag::holds_a_version(tag) => {
                    VersionPolicy::AgreeBeside(tag.to_owned())
                }
                (None, _) => VersionPolicy::Agree,
            }
        }
    }
}

/// A folder that the program writes or reads. On a runner it is inside the
/// workspace and has a name that needs no quoting, because it becomes an output
/// that shells read.
fn folder(
    input: &'static str,
    path: &Utf8Path,
    environment: &Environment,
) -> Result<Utf8PathBuf, InputError> {
    let wrong =
        |expected: &str| InputError::Value { input, found: path.to_string(), expected: expected.to_owned() };
    if path.file_name().is_none() {
        return Err(wrong("the path of a folder that has a name"));
    }
    if environment.runner.is_none() {
        return Ok(path.to_owned());
    }
    let inside = path.strip_prefix(&environment.workspace).unwrap_or(path);
    let plain: Utf8PathBuf =
        inside.components().filter(|component| *component != Utf8Component::CurDir).collect();
    if plain.as_str().is_empty() || !plain.components().all(|part| matches!(part, Utf8Component::Normal(_))) {
        return Err(wrong("a folder inside the workspace"));
    }
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    if !plain.as_str().bytes().all(safe) || plain.as_str().starts_with('-') {
        return Err(wrong("a path of ASCII letters, digits, `.`, `_` and `-`, so that it can be an output"));
    }
    Ok(plain)
}

/// Neither folder may contain the other: a release would be read as an
/// artifact by the next run.
fn check_disjoint(
    artifacts: &Utf8Path,
    output: &Utf8Path,
    environment: &Environment,
) -> Result<(), InputError> {
    let (from, to) = (absolute(artifacts, environment), absolute(output, environment));
    if from.starts_with(&to) || to.starts_with(&from) {
        return Err(InputError::Conflict(format!(
            "output-dir: `{output}` and artifacts-dir `{artifacts}` overlap; choose two separate folders"
        )));
    }
    Ok(())
}

/// Without `.` and `..`, which is exact where no component is a link; and none
/// is followed.
fn absolute(path: &Utf8Path, environment: &Environment) -> Utf8PathBuf {
    let mut absolute = Utf8PathBuf::new();
    for component in environment.workspace.join(path).components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                absolute.pop();
            }
            other => absolute.push(other.as_str()),
        }
    }
    absolute
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::github::Route;
    use clap::Parser;

    fn environment(runner: Option<Runner>) -> Environment {
        Environment { workspace: "/w".into(), runner, ..Environment::default() }
    }

    fn on_runner(arguments: &[&str]) -> Result<Request, InputError> {
        let cli = Cli::try_parse_from(["release-prep"].iter().chain(arguments)).unwrap();
        Request::new(cli, &environment(Some(Runner::default())))
    }

    fn prepared(arguments: &[&str]) -> Result<Box<Prepare>, InputError> {
        let arguments: Vec<_> = ["--artifacts-dir", "in"].iter().chain(arguments).copied().collect();
        match on_runner(&arguments)? {
            Request::Prepare(prepare) => Ok(prepare),
            other => panic!("prepare was asked for, and not {other:?}"),
        }
    }

    #[test]
    fn the_output_stays_in_the_workspace() {
        assert_eq!(prepared(&["--output-dir", "/w/a/./b"]).unwrap().output, "a/b");
        for path in ["/etc", "..", "a/../../b", "/w", ".", "a b", "a;b", "ü", "-a"] {
            let error = prepared(&[&format!("--output-dir={path}")]).unwrap_err();
            assert!(error.to_string().starts_with("output-dir: "), "{error}");
        }
    }

    #[test]
    fn source_and_output_stand_apart() {
        for (from, to) in [("in", "in/out"), ("out/in", "out"), (".", "out"), ("x/../out", "out")] {
            let error = on_runner(&["--artifacts-dir", from, "--output-dir", to]).unwrap_err();
            assert!(matches!(error, InputError::Conflict(_)), "{from} {to}: {error}");
        }
    }

    #[test]
    fn a_release_before_that_is_not_there() {
        for manifest in ["auto", "off"] {
            let error = prepared(&["--expect", "previous", "--previous-manifest", manifest]).unwrap_err();
            assert!(matches!(error, InputError::Conflict(_)), "{error}");
        }
        let prepare = prepared(&["--expect", "previous\n2 *.whl", "--previous-manifest", "m.json"]).unwrap();
        assert!(prepare.previous.is_expected && prepare.expected.len() == 1);
        assert_eq!(prepare.previous.manifest.unwrap(), "m.json");
    }

    #[test]
    fn values() {
        let prepare = prepared(&[
            "--checksum-algorithms",
            "sha256, blake2b",
            "--max-unpacked-size",
            "2 MiB",
            "--max-files",
            "7",
        ])
        .unwrap();
        assert_eq!(prepare.algorithms, Algorithms { sha512: false, blake2b: true });
        assert_eq!((prepare.max_unpacked, prepare.max_files), (2 << 20, 7));
    }

    fn run_of(arguments: &[&str], services: Services) -> Result<Box<RunRequest>, InputError> {
        let cli = Cli::try_parse_from(["release-prep"].iter().chain(arguments)).unwrap();
        let environment = Environment { services, ..environment(None) };
        match Request::new(cli, &environment)? {
            Request::Prepare(prepare) => match prepare.source {
                SourceRequest::Run(run) => Ok(run),
                other => panic!("a run was named, and not {other:?}"),
            },
            other => panic!("prepare was asked for, and not {other:?}"),
        }
    }

    /// A token in the environment goes to the environment's server alone.
    #[test]
    fn a_url_does_not_get_the_environments_token() {
        let services =
            || Services { token: Some("canary-canary-canary".to_owned().into()), ..Services::default() };
        let run = |server: &str| format!("https://{server}/o/r/actions/runs/7");
        let own = run_of(&["--run", &run("github.com")], services()).unwrap();
        assert!(own.token.is_some());
        assert_eq!(own.api.to_string(), "https://api.github.com/");
        let other = run_of(&["--run", &run("ghe.example.org")], services()).unwrap();
        assert!(other.token.is_none());
        assert_eq!(other.api.to_string(), "https://ghe.example.org/api/v3");
        let with_token = Services { token_of_file: Some("token".to_owned().into()), ..services() };
        assert!(run_of(&["--run", &run("ghe.example.org")], with_token).unwrap().token.is_some());
    }

    /// The shell's environment does not decide where the token is sent.
    #[test]
    fn on_a_command_line_the_api_follows_from_the_server() {
        let services = |api: &str| Services {
            token: Some("canary-canary-canary".to_owned().into()),
            api_url: Some(api.to_owned()),
            ..Services::default()
        };
        let api = |arguments: &[&str], services| run_of(arguments, services).map(|run| run.api.to_string());
        let url = ["--run", "https://github.com/o/r/actions/runs/7"];
        let named = ["--repository", "o/r", "--run-id", "7"];
        let own = "https://api.github.com/";
        assert_eq!(api(&url, services("https://evil.example")).unwrap(), own);
        assert_eq!(api(&named, services("https://api.github.com")).unwrap(), own);
        insta::assert_snapshot!(api(&named, services("https://evil.example")).unwrap_err(),
            @"GITHUB_API_URL: found `https://evil.example`, but the API of GITHUB_SERVER_URL, https://github.com/, is https://api.github.com/; unset it, or set both");
        let on_runner =
            |services| Services { repository: Some("o/r".into()), run_id: Some("9".into()), ..services };
        let given = api(&[], on_runner(services("https://ghe.example.org/api/v3"))).unwrap();
        assert_eq!(given, "https://ghe.example.org/api/v3");
    }

    /// Before anything is looked up or downloaded.
    #[test]
    fn the_runners_service_knows_its_own_run_only() {
        let services = Services {
            repository: Some("o/r".into()),
            run_id: Some("9".into()),
            results_url: Some("https://results.example".into()),
            runtime_token: Some("canary-canary-canary".to_owned().into()),
            ..Services::default()
        };
        let route = |arguments: &[&str], services: &Services| {
            run_of(arguments, services.clone()).map(|run| run.route)
        };
        assert!(matches!(route(&[], &services), Ok(Route::ResultsOrRest(_))));
        assert!(matches!(route(&["--artifact-api", "results"], &services), Ok(Route::Results(_))));
        assert!(matches!(route(&["--artifact-api", "rest"], &services), Ok(Route::Rest)));
        assert!(matches!(route(&["--run-id", "7"], &services), Ok(Route::Rest)));
        insta::assert_snapshot!(route(&["--run-id", "7", "--artifact-api", "results"], &services).unwrap_err(),
            @"artifact-api: found `results`, but the runner's artifact service knows the artifacts of its own run only; use `rest` or `auto`");
        let off_runner = Services { results_url: None, ..services };
        insta::assert_snapshot!(route(&["--artifact-api", "results"], &off_runner).unwrap_err(),
            @"artifact-api: found `results`, but ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN are not set, which a runner sets for actions; use `rest` or `auto`");
    }

    #[test]
    fn a_run_is_named_once() {
        let run = "https://github.com/o/r/actions/runs/7";
        for arguments in [&["--run", run, "--run-id", "7"][..], &["--run-id", "7"], &[]] {
            assert!(
                matches!(run_of(arguments, Services::default()), Err(InputError::Conflict(_))),
                "{arguments:?}"
            );
        }
        let of_runner =
            Services { repository: Some("o/r".into()), run_id: Some("9".into()), ..Services::default() };
        assert!(run_of(&[], of_runner.clone()).unwrap().is_this_run());
        assert!(!run_of(&["--run-id", "7"], of_runner).unwrap().is_this_run());
    }
}
