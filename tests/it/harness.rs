//! The program, run as a person or a runner runs it.
//!
//! Each [`Workspace`] is a temporary folder of its own. The program meets an
//! environment that holds nothing but what the test puts there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use release_prep::testing::Rule;
use tempfile::TempDir;

use crate::report;

/// A folder to work in, with the files of a runner's step beside it.
pub(crate) struct Workspace {
    root: PathBuf,
    _keep: TempDir,
}

impl Workspace {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        // No link is followed, so the path must hold none.
        let root = keep.path().canonicalize().unwrap();
        fs::create_dir(root.join("workspace")).unwrap();
        Self { root, _keep: keep }
    }

    /// One with files of artifacts: `ARTIFACT/PATH` and bytes.
    pub(crate) fn with<B: AsRef<[u8]>>(files: impl IntoIterator<Item = (impl AsRef<Path>, B)>) -> Self {
        let workspace = Self::new();
        fs::create_dir(workspace.path("artifacts")).unwrap();
        for (path, bytes) in files {
            workspace.write(Path::new("artifacts").join(path), bytes);
        }
        workspace
    }

    /// One with a copy of the example's artifacts.
    pub(crate) fn of_the_example() -> Self {
        let workspace = Self::new();
        copy_tree(&example(), &workspace.path("artifacts"));
        workspace
    }

    /// A path in the workspace.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join("workspace").join(path)
    }

    /// Writes a file, and makes the folders that it needs.
    pub(crate) fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Reads a file as text.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }

    /// Reads a file.
    pub(crate) fn bytes(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(path);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The manifest of the release at `prepared`.
    pub(crate) fn manifest(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes("prepared/release-manifest.json")).unwrap()
    }

    /// The program in the workspace, and nothing around it.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_release-prep"));
        command.env_clear().current_dir(self.path(""));
        command
    }

    /// The program on a runner, with inputs.
    pub(crate) fn step(&self, inputs: &[(&str, &str)]) -> Command {
        let mut command = self.program();
        command
            .current_dir("/")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", self.path(""))
            .env("GITHUB_OUTPUT", self.root.join("output"))
            .env("GITHUB_STEP_SUMMARY", self.root.join("summary"))
            .env("INPUT_REPORT", self.report_path());
        for (name, value) in inputs {
            command.env(format!("INPUT_{}", name.to_uppercase()), value);
        }
        command
    }

    /// Runs the program with arguments.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        let arguments: Vec<OsString> =
            arguments.into_iter().map(|argument| argument.as_ref().into()).collect();
        let mut command = self.program();
        let is_prepare =
            arguments.iter().any(|argument| argument.to_string_lossy().starts_with("--artifacts"));
        if is_prepare {
            command.args(&arguments).arg(format!("--report={}", self.report_path().display()));
        } else {
            command.args(&arguments);
        }
        self.finish(&mut command)
    }

    /// Where the harness has the report written.
    pub(crate) fn report_path(&self) -> PathBuf {
        let folder = self.root.join("report");
        fs::create_dir_all(&folder).unwrap();
        // For whoever the program becomes.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        folder.join("report.json")
    }

    /// Prepares `artifacts` with further arguments.
    pub(crate) fn prepare(&self, arguments: &[&str]) -> Run {
        self.run([&["--artifacts-dir", "artifacts"], arguments].concat())
    }

    /// Prepares `artifacts` on a runner with further inputs.
    pub(crate) fn prepare_on_runner(&self, inputs: &[(&str, &str)]) -> Run {
        self.finish(&mut self.step(&[&[("artifacts-dir", "artifacts")], inputs].concat()))
    }

    /// Runs a command to its end, and reads the files of the step.
    pub(crate) fn finish(&self, command: &mut Command) -> Run {
        for name in ["output", "summary"] {
            // A runner makes new ones for each step.
            fs::write(self.root.join(name), "").unwrap();
        }
        let _ = fs::remove_file(self.report_path());
        let ended = command.output().unwrap();
        let text = |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(self.path("").to_str().unwrap().trim_end_matches('/'), "[workspace]")
        };
        record_rules(&ended);
        let is_step = environment_of(command, "GITHUB_ACTIONS").is_some();
        let step_file = |name| fs::read_to_string(self.root.join(name)).unwrap_or_default();
        let report = fs::read(self.report_path()).ok();
        let report = report.map(|json| serde_json::from_slice(&json).unwrap()).inspect(assert_valid);
        let run = Run {
            code: ended.status.code(),
            out: text(ended.stdout),
            err: text(ended.stderr),
            report,
            outputs: read_outputs(&step_file("output")),
            summary: step_file("summary"),
        };
        report::record(&run);
        if is_step {
            report::assert_agreement(&run);
        } else if report::is_recording() && run.report.is_some() {
            self.finish(&mut self.as_step(command));
            return Run { report: run.report, ..run };
        }
        run
    }

    /// The same command as a step of a job, which leaves nothing.
    fn as_step(&self, command: &Command) -> Command {
        let mut step = Command::new(command.get_program());
        step.env_clear().args(command.get_args()).current_dir(self.path(""));
        for (name, value) in command.get_envs().filter_map(|(name, value)| Some((name, value?))) {
            step.env(name, value);
        }
        if !command.get_args().any(|argument| argument.to_string_lossy().starts_with("--dry-run")) {
            step.arg("--dry-run");
        }
        step.env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", self.path(""))
            .env("GITHUB_STEP_SUMMARY", self.root.join("summary"));
        step
    }

    /// Every path below a folder with its mode, sorted; nothing if there is no
    /// such folder.
    pub(crate) fn tree(&self, folder: &str) -> String {
        let mut shown = String::new();
        for path in walk(&self.path(folder)) {
            let stat = fs::symlink_metadata(&path).unwrap();
            let relative = path.strip_prefix(self.path(folder)).unwrap().display();
            let end = if stat.is_dir() { "/" } else { "" };
            writeln!(shown, "{:04o} {relative}{end}", stat.permissions().mode() & 0o7777).unwrap();
        }
        shown
    }

    /// Every file below a folder with its bytes.
    pub(crate) fn contents(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = walk(&self.path(folder)).into_iter().filter(|path| path.is_file());
        files
            .map(|path| (path.strip_prefix(self.path(folder)).unwrap().to_owned(), fs::read(&path).unwrap()))
            .collect()
    }

    /// The names in the workspace.
    pub(crate) fn names(&self) -> Vec<String> {
        names_in(&self.path(""))
    }
}

/// The value of a variable that a command is given.
fn environment_of<'a>(command: &'a Command, name: &str) -> Option<&'a OsStr> {
    command.get_envs().find(|(given, _)| *given == name)?.1
}

thread_local! {
    /// The rules of the findings that runs of this thread printed.
    static BROKEN: RefCell<BTreeSet<Rule>> = const { RefCell::new(BTreeSet::new()) };
}

/// The rules that inputs of this thread's runs have broken.
pub(crate) fn broken_rules() -> BTreeSet<Rule> {
    BROKEN.with_borrow(Clone::clone)
}

/// Records the rules of the findings that a run printed.
pub(crate) fn record_rules(ended: &Output) {
    let log = [&ended.stderr[..], &ended.stdout].concat();
    let log = String::from_utf8_lossy(&log);
    let is_broken = |rule: &&Rule| {
        ["error", "warning"].iter().any(|severity| log.contains(&format!("{severity}[{rule}]")))
    };
    BROKEN.with_borrow_mut(|broken| broken.extend(Rule::ALL.iter().filter(is_broken)));
}

/// The SHA-256 of bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(bytes))
}

/// The artifacts of the example.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/artifacts")
}

/// The names in a folder, sorted.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return found;
    }
    for name in names_in(folder) {
        let path = folder.join(name);
        let below = if path.is_symlink() { Vec::new() } else { walk(&path) };
        found.push(path);
        found.extend(below);
    }
    found
}

/// Copies a folder.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for name in names_in(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy_tree(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Reads a step's outputs as a runner reads them (actions/runner,
/// `FileCommandManager.cs`).
fn read_outputs(text: &str) -> BTreeMap<String, String> {
    let mut lines = text.split('\n');
    let mut outputs = BTreeMap::new();
    while let Some(line) = lines.next() {
        let (name, value) = match (line.split_once("<<"), line.split_once('=')) {
            (None, None) => {
                assert!(line.is_empty(), "a runner would refuse {line:?}");
                continue;
            }
            (Some((name, delimiter)), equals)
                if equals.is_none_or(|(before, _)| name.len() < before.len()) =>
            {
                let mut value = Vec::new();
                loop {
                    match lines.next().expect("a value that ends with its delimiter") {
                        line if line == delimiter => break,
                        line => value.push(line),
                    }
                }
                (name, value.join("\n"))
            }
            (_, Some((name, value))) => (name, value.to_owned()),
            (Some(_), None) => unreachable!("a line with a delimiter and no `=` is the arm above"),
        };
        assert!(outputs.insert(name.to_owned(), value).is_none(), "{name} is set twice");
    }
    outputs
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output, the workspace's path as `[workspace]`.
    pub(crate) out: String,
    /// Standard error, likewise.
    pub(crate) err: String,
    /// The report, where one was written.
    pub(crate) report: Option<serde_json::Value>,
    /// The outputs of the step.
    pub(crate) outputs: BTreeMap<String, String>,
    /// The job's summary.
    pub(crate) summary: String,
}

impl Run {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// All that was printed: what went to the standard error first.
    pub(crate) fn log(&self) -> String {
        format!("{}{}", self.err, self.out)
    }

    /// Whether that was printed, wherever lines were broken.
    pub(crate) fn says(&self, text: &str) -> bool {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        flat(&self.log()).contains(&flat(text))
    }

    /// The findings of the report, each `severity[rule]: place: found`, in the
    /// order of the rules; digests are left out: a packed fixture's are another
    /// library's affair.
    pub(crate) fn findings(&self) -> String {
        let mut findings: Vec<_> =
            self.found().iter().map(|found| (found.key(), found.to_string())).collect();
        findings.sort();
        let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let findings = findings.into_iter().map(|(_, line)| visible(&line)).collect::<Vec<_>>().join("\n");
        let words = findings.split_inclusive(|c: char| !c.is_alphanumeric());
        words.fold(String::new(), |text, word| {
            let core = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            text + &if is_digest(core) { word.replace(core, "[sha256]") } else { word.to_owned() }
        })
    }

    /// The findings of the report, one by one.
    pub(crate) fn found(&self) -> Vec<ReportedFinding> {
        let report = self.report.as_ref().unwrap_or_else(|| panic!("no report\n{}", self.log()));
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let causes = report["causes"].as_array().unwrap().iter();
        causes
            .flat_map(|cause| cause["findings"].as_array().unwrap().iter().map(move |found| (cause, found)))
            .map(|(cause, found)| ReportedFinding {
                severity: text(&cause["severity"]),
                rule: text(&cause["rule"]),
                artifact: text(&found["artifact"]),
                file: text(&found["file"]),
                found: text(&found["found"]),
            })
            .collect()
    }

    /// The annotations of a kind.
    pub(crate) fn annotations(&self, kind: &str) -> Vec<&str> {
        let start = format!("::{kind} ");
        self.out.lines().filter(|line| line.starts_with(&start)).collect()
    }

    /// An output of the step.
    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> &str {
        self.outputs.get(name).unwrap_or_else(|| panic!("no output {name}"))
    }
}

/// Text without characters that a source file must not hold, or that cannot be
/// seen.
fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if is_hidden(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// One finding of a report.
#[derive(Debug, Clone)]
pub(crate) struct ReportedFinding {
    pub(crate) severity: String,
    pub(crate) rule: String,
    pub(crate) artifact: String,
    pub(crate) file: String,
    pub(crate) found: String,
}

impl ReportedFinding {
    /// By which findings are sorted: errors first, then the rules' own order.
    fn key(&self) -> (String, usize, String, String, String) {
        let rule = Rule::ALL.iter().position(|rule| rule.id() == self.rule).unwrap();
        (self.severity.clone(), rule, self.artifact.clone(), self.file.clone(), self.found.clone())
    }
}

impl std::fmt::Display for ReportedFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]: ", self.severity, self.rule)?;
        for part in [&self.artifact, &self.file].into_iter().filter(|part| !part.is_empty()) {
            write!(f, "{part}: ")?;
        }
        f.write_str(&self.found)
    }
}

/// Asserts that a report is one by its published schema.
fn assert_valid(report: &serde_json::Value) {
    static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    });
    let errors: Vec<_> = SCHEMA.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}
