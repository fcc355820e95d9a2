//! A workflow run as the source, end to end: the program against a server of
//! its own, and a canary in each secret that is looked for in everything the
//! program writes.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use release_prep::testing::Sha256;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wiremock::matchers::{any, method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};
use zip::write::SimpleFileOptions;

const TOKEN: &str = "canary-github-token";
const SIGNATURE: &str = "canary%2Bsignature";
const COMMIT: &str = "ffffffffffffffffffffffffffffffffffffffff";

/// One artifact as the servers list it.
#[derive(Clone)]
struct Served {
    id: u64,
    name: &'static str,
    bytes: Vec<u8>,
    created_at: &'static str,
}

fn served(id: u64, name: &'static str, files: &[(&str, &[u8])]) -> Served {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    Served { id, name, bytes, created_at: "2026-11-20T00:00:00Z" }
}

/// Two small artifacts.
fn two() -> Vec<Served> {
    vec![served(1, "logs", &[("log.txt", b"first")]), served(2, "notes", &[("note.txt", b"second")])]
}

/// The API and the runner's service on one server, the blobs on another one.
struct GitHub {
    runtime: Runtime,
    api: MockServer,
    blobs: MockServer,
}

/// What a run of the program left behind.
struct Ran {
    output: Output,
    workspace: TempDir,
}

impl GitHub {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (api, blobs) = runtime.block_on(async { (MockServer::start().await, MockServer::start().await) });
        Self { runtime, api, blobs }
    }

    fn on_api(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.api));
    }

    fn on_blobs(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.blobs));
    }

    /// Serves artifacts over both ways.
    fn serve(&self, artifacts: &[Served]) {
        let rest: Vec<Value> = artifacts.iter().map(rest).collect();
        let page = json!({"total_count": rest.len(), "artifacts": rest});
        let listed = ResponseTemplate::new(200).set_body_json(page);
        self.on_api(Mock::given(path("/repos/o/r/actions/runs/4242/artifacts")).respond_with(listed));
        let results: Vec<Value> = artifacts.iter().map(results).collect();
        let listed = ResponseTemplate::new(200).set_body_json(json!({"artifacts": results}));
        self.on_api(Mock::given(method("POST")).and(path_regex("/ListArtifacts$")).respond_with(listed));
        let blobs = self.blobs.uri();
        let address = move |id: &str| format!("{blobs}/blobs/{id}?sig={SIGNATURE}");
        let signed = address.clone();
        self.on_api(Mock::given(path_regex("/GetSignedArtifactURL$")).respond_with(
            move |request: &Request| {
                let asked: Value = request.body_json().unwrap();
                let id = asked["workflow_job_run_backend_id"].as_str().unwrap().trim_start_matches("job-");
                ResponseTemplate::new(200).set_body_json(json!({"signed_url": signed(id)}))
            },
        ));
        self.on_api(Mock::given(path_regex(r"/actions/artifacts/\d+/zip$")).respond_with(
            move |request: &Request| {
                let id = request.url.path().split('/').nth_back(1).unwrap();
                ResponseTemplate::new(302).insert_header("location", address(id))
            },
        ));
        for artifact in artifacts {
            let blob = ResponseTemplate::new(200).set_body_raw(artifact.bytes.clone(), "application/zip");
            self.on_blobs(Mock::given(path(format!("/blobs/{}", artifact.id))).respond_with(blob));
        }
    }

    /// The look-up of the run.
    fn serve_run(&self, changed: &[(&str, Value)]) {
        let mut run = json!({
            "head_sha": COMMIT, "event": "push", "status": "completed", "conclusion": "success",
            "repository": {"full_name": "o/r"}, "head_repository": {"full_name": "o/r"},
        });
        for (member, value) in changed {
            run[*member] = value.clone();
        }
        let run = ResponseTemplate::new(200).set_body_json(run);
        self.on_api(Mock::given(path("/repos/o/r/actions/runs/4242")).respond_with(run));
    }

    /// The program as a runner starts it, with these inputs; in the
    /// environment nothing else.
    fn command(&self, workspace: &Path, inputs: &[(&str, &str)]) -> Command {
        let claims = r#"{"scp":"Actions.Results:run:job","x":"canary-claim"}"#;
        let runtime_token = format!("e30.{}.canary", BASE64URL_NOPAD.encode(claims.as_bytes()));
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("release-prep"));
        command.env_clear().current_dir(workspace).stdin(Stdio::null());
        for (name, value) in [
            ("RUST_BACKTRACE", "full"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_API_URL", &self.api.uri()),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_RUN_ID", "4242"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_SHA", COMMIT),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_WORKFLOW_REF", "o/r/.github/workflows/release.yml@refs/heads/main"),
            ("GITHUB_WORKSPACE", workspace.to_str().unwrap()),
            ("GITHUB_OUTPUT", workspace.join("output").to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", workspace.join("summary").to_str().unwrap()),
            ("ACTIONS_RESULTS_URL", &self.api.uri()),
            ("ACTIONS_RUNTIME_TOKEN", &runtime_token),
            ("INPUT_GITHUB-TOKEN", TOKEN),
            ("INPUT_PATTERN", "*"),
        ] {
            command.env(name, value);
        }
        for (name, value) in inputs {
            let name = if name.starts_with("GITHUB_") || *name == "SSL_CERT_FILE" {
                (*name).to_owned()
            } else {
                format!("INPUT_{}", name.to_uppercase())
            };
            command.env(name, value);
        }
        command
    }

    fn run(&self, inputs: &[(&str, &str)]) -> Ran {
        let workspace = tempfile::tempdir().unwrap();
        let reports = tempfile::tempdir().unwrap();
        let report = reports.path().join("report.json");
        let mut command = self.command(workspace.path(), inputs);
        let output = command.env("INPUT_REPORT", &report).output().unwrap();
        crate::harness::record_rules(&output);
        let ran = Ran { output, workspace };
        ran.compare(&report);
        self.no_canary(&ran);
        ran
    }

    /// No secret in anything that was written, except where the runner is asked
    /// to mask it; none sent to the store.
    fn no_canary(&self, ran: &Ran) {
        let files = walk(ran.workspace.path()).into_iter().map(|file| std::fs::read(file).unwrap());
        let files = files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let written: Vec<String> = files.chain([ran.log()]).collect();
        let shown: Vec<&str> = written
            .iter()
            .flat_map(|written| written.lines())
            .filter(|line| {
                !line.starts_with("::add-mask::") && (line.contains("canary") || line.contains("sig="))
            })
            .collect();
        assert!(shown.is_empty(), "{shown:#?}");
        for request in self.runtime.block_on(self.blobs.received_requests()).unwrap() {
            assert!(!request.headers.contains_key("authorization"));
            assert_eq!(request.headers["accept-encoding"], "identity");
        }
    }

    fn api_calls(&self) -> usize {
        self.runtime.block_on(self.api.received_requests()).unwrap().len()
    }
}

impl Ran {
    /// Compares what was said with the report.
    fn compare(&self, report: &Path) {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes)
                .replace(self.workspace.path().to_str().unwrap(), "[workspace]");
            // A server of the test.
            let mut parts = text.split("127.0.0.1:");
            let first = parts.next().unwrap().to_owned();
            parts.fold(first, |text, part| {
                text + "127.0.0.1" + part.trim_start_matches(|digit: char| digit.is_ascii_digit())
            })
        };
        let run = crate::harness::Run {
            code: self.code(),
            out: text(&self.output.stdout),
            err: text(&self.output.stderr),
            report: std::fs::read(report).ok().map(|json| serde_json::from_slice(&json).unwrap()),
            outputs: BTreeMap::new(),
            summary: std::fs::read_to_string(self.workspace.path().join("summary")).unwrap_or_default(),
        };
        crate::report::record(&run);
        crate::report::assert_agreement(&run);
    }

    fn log(&self) -> String {
        format!(
            "{}{}",
            String::from_utf8_lossy(&self.output.stdout),
            String::from_utf8_lossy(&self.output.stderr)
        )
    }

    fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    /// The files of the release, without those that describe the run.
    fn release(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.workspace.path().join("prepared");
        let files = walk(&root).into_iter().map(|file| {
            let name = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(file).unwrap())
        });
        files.filter(|(name, _)| name.contains('/')).collect()
    }

    fn outputs(&self) -> String {
        std::fs::read_to_string(self.workspace.path().join("output")).unwrap_or_default()
    }

    /// Refused or failed: this code, this text in the log, and nothing on the
    /// disk but what the runner reads.
    fn came_to(&self, code: i32, text: &str) {
        let log = self.log();
        assert_eq!(self.code(), Some(code), "{log}");
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat(&log).contains(&flat(text)), "{text:?} is not in {log}");
        for file in walk(self.workspace.path()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(matches!(name, "output" | "summary"), "{} was left behind", file.display());
        }
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files.extend(walk(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}

fn rest(artifact: &Served) -> Value {
    json!({
        "id": artifact.id, "name": artifact.name, "size_in_bytes": artifact.bytes.len(), "expired": false,
        "digest": format!("sha256:{}", Sha256::of(&artifact.bytes)), "created_at": artifact.created_at,
        "updated_at": null, "expires_at": null,
    })
}

fn results(artifact: &Served) -> Value {
    json!({
        "workflow_run_backend_id": "run", "workflow_job_run_backend_id": format!("job-{}", artifact.id),
        "database_id": artifact.id.to_string(), "name": artifact.name, "size": "1",
        "digest": format!("sha256:{}", Sha256::of(&artifact.bytes)), "created_at": artifact.created_at,
    })
}

#[test]
fn by_either_way_what_a_folder_gives() {
    let github = GitHub::new();
    github.serve(&two());
    let by_rest = github.run(&[("artifact-api", "rest")]);
    assert_eq!(by_rest.code(), Some(0), "{}", by_rest.log());
    // A list, the latest release, one each, and the second look.
    assert_eq!(github.api_calls(), 5);
    let by_results = github.run(&[("artifact-api", "results")]);
    assert_eq!(by_results.code(), Some(0), "{}", by_results.log());
    assert_eq!(github.api_calls(), 10);

    let workspace = tempfile::tempdir().unwrap();
    for (file, content) in [("logs/log.txt", "first"), ("notes/note.txt", "second")] {
        let file = workspace.path().join("artifacts").join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
    let output = github.command(workspace.path(), &[("artifacts-dir", "artifacts")]).output().unwrap();
    let folder = Ran { output, workspace };
    assert_eq!(folder.code(), Some(0), "{}", folder.log());
    assert_eq!(folder.release().len(), 2);
    assert_eq!(by_rest.release(), folder.release());
    assert_eq!(by_results.release(), folder.release());

    let manifest = |ran: &Ran| -> Value {
        let text = std::fs::read(ran.workspace.path().join("prepared/release-manifest.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    };
    let text = manifest(&by_results).to_string();
    assert!(text.contains(r#""job-1""#) && text.contains(&Sha256::of(&two()[0].bytes).to_string()), "{text}");
}

#[test]
fn failures_that_pass_are_reported_and_survived() {
    for fault in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(429).insert_header("retry-after", "0"),
        ResponseTemplate::new(200).set_body_string("<html>"),
    ] {
        for way in ["rest", "results"] {
            let github = GitHub::new();
            github.on_api(Mock::given(any()).respond_with(fault.clone()).up_to_n_times(1));
            github.serve(&two());
            let ran = github.run(&[("artifact-api", way)]);
            assert_eq!(ran.code(), Some(0), "{}", ran.log());
            assert!(ran.log().contains("trying again in "), "{}", ran.log());
        }
    }
}

#[test]
pub(crate) fn failures_that_do_not_pass() {
    let echo = || json!({"message": format!("{TOKEN} is wrong"), "msg": format!("{TOKEN} is wrong")});
    for (status, remedy) in [
        (401, "Give a token that is still valid as `github-token`"),
        (403, "`permissions: actions: read`"),
        (404, "Check `repository` and `run-id`"),
    ] {
        let github = GitHub::new();
        github.on_api(Mock::given(any()).respond_with(ResponseTemplate::new(status).set_body_json(echo())));
        let ran = github.run(&[("artifact-api", "rest")]);
        ran.came_to(3, remedy);
        assert!(ran.log().contains("(*** is wrong)"), "{}", ran.log());
        github.run(&[("artifact-api", "results")]).came_to(3, "se `artifact-api: rest`");
    }
    let github = GitHub::new();
    github.on_api(
        Mock::given(path_regex("/zip$")).respond_with(ResponseTemplate::new(410).set_body_json(echo())),
    );
    github.serve(&two());
    github.run(&[("artifact-api", "rest")]).came_to(3, "the artifact has expired");
    // A store that repeats the address it was asked for.
    let github = GitHub::new();
    let refused = ResponseTemplate::new(404).set_body_string(format!("no ?sig={SIGNATURE} here"));
    github.on_blobs(Mock::given(any()).respond_with(refused));
    github.serve(&two());
    github.run(&[]).came_to(3, "answered 404 Not Found");
    // An address where no token and no signature may go.
    let github = GitHub::new();
    let location = format!("http://blobs.example.org/?sig={SIGNATURE}");
    let unsafe_redirect = ResponseTemplate::new(302).insert_header("location", location);
    github.on_api(Mock::given(path_regex("/zip$")).respond_with(unsafe_redirect));
    github.serve(&two());
    github.run(&[("artifact-api", "rest")]).came_to(3, "an unsafe URL: it is not https");
}

#[test]
pub(crate) fn bytes_that_are_not_what_was_reported() {
    let github = GitHub::new();
    let truncated = two()[1].bytes[..40].to_vec();
    let wrong = ResponseTemplate::new(200).set_body_raw(truncated, "application/zip");
    github.on_blobs(Mock::given(path("/blobs/2")).respond_with(wrong));
    github.serve(&two());
    github.run(&[]).came_to(1, "error[digest-mismatch]: 3 downloads, the last of 40 bytes with the digest ");
}

#[test]
pub(crate) fn an_artifact_without_a_digest() {
    let github = GitHub::new();
    let undigested = |artifact: &Served| {
        let mut listed = rest(artifact);
        listed["digest"] = Value::Null;
        listed
    };
    let page = json!({"total_count": 2, "artifacts": two().iter().map(undigested).collect::<Vec<_>>()});
    github.on_api(
        Mock::given(path("/repos/o/r/actions/runs/4242/artifacts"))
            .respond_with(ResponseTemplate::new(200).set_body_json(page)),
    );
    github.serve(&two());
    github.run(&[("artifact-api", "rest")]).came_to(1, "error[digest-missing]");
    let ran = github.run(&[("artifact-api", "rest"), ("require-digests", "false")]);
    assert_eq!(ran.release().len(), 2, "{}", ran.log());
}

#[test]
pub(crate) fn an_artifact_replaced_in_mid_run() {
    let github = GitHub::new();
    let first = json!({"total_count": 2, "artifacts": two().iter().map(rest).collect::<Vec<_>>()});
    let first = ResponseTemplate::new(200).set_body_json(first);
    github.on_api(
        Mock::given(path("/repos/o/r/actions/runs/4242/artifacts")).respond_with(first).up_to_n_times(1),
    );
    let mut later = two();
    later[1].id = 3;
    github.serve(&later);
    let blob = ResponseTemplate::new(200).set_body_raw(two()[1].bytes.clone(), "application/zip");
    github.on_blobs(Mock::given(path("/blobs/2")).respond_with(blob));
    let ran = github.run(&[("artifact-api", "rest")]);
    ran.came_to(1, "`notes` (2) was removed; `notes` (3) was added");
    assert!(ran.log().contains("error[selection-changed]"), "{}", ran.log());
}

#[test]
fn attempts_with_ids_in_the_wrong_order() {
    for way in ["rest", "results"] {
        let github = GitHub::new();
        let mut old = served(10_338_854_604, "dist", &[("a.txt", b"old")]);
        old.created_at = "2026-09-14T08:38:00Z";
        let mut new = served(10_338_734_845, "dist", &[("a.txt", b"new")]);
        new.created_at = "2026-09-14T08:49:00Z";
        github.serve(&[new, old]);
        let ran = github.run(&[("artifact-api", way)]);
        assert_eq!(ran.release().values().next().unwrap(), b"new", "{}", ran.log());
        assert!(ran.log().contains("using the newest (10338734845 of"), "{}", ran.log());
    }
}

#[test]
fn fifteen_pages() {
    let github = GitHub::new();
    let wanted = served(1499, "wanted", &[("a.txt", b"x")]);
    let last = rest(&wanted);
    github.on_api(Mock::given(path("/repos/o/r/actions/runs/4242/artifacts")).respond_with(
        move |request: &Request| {
            let query: BTreeMap<_, _> = request.url.query_pairs().into_owned().collect();
            assert_eq!(query["per_page"], "100");
            let page: u64 = query["page"].parse().unwrap();
            let artifact = |id: u64| match id {
                1499 => last.clone(),
                _ => json!({"id": id, "name": format!("a{id}"), "size_in_bytes": 1, "created_at": null}),
            };
            let artifacts: Vec<Value> = ((page - 1) * 100..page * 100).map(artifact).collect();
            ResponseTemplate::new(200).set_body_json(json!({"total_count": 1500, "artifacts": artifacts}))
        },
    ));
    github.serve(&[wanted]);
    let ran = github.run(&[("artifact-api", "rest"), ("pattern", "wanted")]);
    assert_eq!(ran.release().keys().collect::<Vec<_>>(), ["assets/a.txt"], "{}", ran.log());
    assert_eq!(github.api_calls(), 15 + 2 + 15);
}

#[test]
pub(crate) fn runs_that_one_may_not_attest_for() {
    let other = [("GITHUB_RUN_ID", "1"), ("run-id", "4242")];
    for (member, value, found) in [
        ("head_repository", json!({"full_name": "evil/r"}), "its commit comes from the fork `evil/r`"),
        ("head_sha", json!("0".repeat(40)), "it built the commit `000"),
        ("conclusion", json!("failure"), "it has not succeeded (`failure`)"),
        ("event", json!("pull_request"), "it was started by `pull_request`"),
    ] {
        let github = GitHub::new();
        github.serve_run(&[(member, value)]);
        github.serve(&two());
        let ran = github.run(&other);
        ran.came_to(1, found);
        assert!(ran.log().contains("error[foreign-run]"), "{}", ran.log());
        let unattested = github.run(&[other[0], other[1], ("foreign-run", "unattested")]);
        assert_eq!(unattested.code(), Some(0), "{}", unattested.log());
        let flat = unattested.log().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(found), "{flat}");
        assert_eq!(unattested.release().len(), 2);
        assert!(!unattested.workspace.path().join("prepared/subjects.sha256").exists());
        assert!(unattested.outputs().contains("subject-count"), "{}", unattested.outputs());
    }
    // One that may be attested for.
    let github = GitHub::new();
    github.serve_run(&[]);
    github.serve(&two());
    let ran = github.run(&other);
    assert_eq!(ran.code(), Some(0), "{}", ran.log());
    assert!(ran.workspace.path().join("prepared/subjects.sha256").exists());
    // With `results` it is not even looked up: that is a wrong input.
    let calls = github.api_calls();
    let results = [other[0], other[1], ("artifact-api", "results")];
    github.run(&results).came_to(2, "knows the artifacts of its own run only");
    assert_eq!(github.api_calls(), calls);
    // Beside the rights of the repository, none is accepted.
    let ran = github.run(&[("GITHUB_EVENT_NAME", "pull_request_target")]);
    ran.came_to(1, "this run was started by `pull_request_target`");
}

/// What started a `workflow_run` is in the payload of its event alone.
#[test]
fn under_a_workflow_run() {
    let github = GitHub::new();
    github.serve(&two());
    let folder = tempfile::tempdir().unwrap();
    let payload = folder.path().join("event.json");
    let started_by = |event: &str| {
        let run = json!({"action": "completed", "workflow_run": {"id": 1, "event": event}});
        std::fs::write(&payload, run.to_string()).unwrap();
        github.run(&[("GITHUB_EVENT_NAME", "workflow_run"), ("GITHUB_EVENT_PATH", payload.to_str().unwrap())])
    };
    for event in ["pull_request", "pull_request_target"] {
        let calls = github.api_calls();
        let ran = started_by(event);
        ran.came_to(1, &format!("was started by `workflow_run`, after a run started by `{event}`"));
        assert_eq!(github.api_calls(), calls);
    }
    let ran = started_by("push");
    assert_eq!(ran.code(), Some(0), "{}", ran.log());
    let unknown = github.run(&[("GITHUB_EVENT_NAME", "workflow_run"), ("GITHUB_EVENT_PATH", "/no/such")]);
    unknown.came_to(1, "does not say what started the run before it");
}

/// Not on github.com: the policy makes it a warning there.
#[test]
fn servers_without_digests() {
    let github = GitHub::new();
    let mut page = json!({"total_count": 1, "artifacts": [rest(&two()[0])]});
    page["artifacts"][0]["digest"] = Value::Null;
    let listed = ResponseTemplate::new(200).set_body_json(page);
    github.on_api(Mock::given(path("/repos/o/r/actions/runs/4242/artifacts")).respond_with(listed));
    github.serve(&two());
    let inputs = |server| [("artifact-api", "rest"), ("GITHUB_SERVER_URL", server)];
    github.run(&inputs("https://github.com")).came_to(1, "error[digest-missing]");
    assert!(github.runtime.block_on(github.blobs.received_requests()).unwrap().is_empty());
    let ran = github.run(&inputs("https://git.example.org"));
    assert_eq!(ran.code(), Some(0), "{}", ran.log());
    assert!(ran.log().contains("warning[digest-missing]"), "{}", ran.log());
    let required = [inputs("https://git.example.org").as_slice(), &[("require-digests", "true")]].concat();
    github
        .run(&required)
        .came_to(1, "Not every server reports digests: if https://git.example.org/ reports none");
}

#[test]
fn names_that_end_in_another_runs_id() {
    let github = GitHub::new();
    let dated = served(2, "nightly-20261128014259", &[("b.txt", b"x")]);
    let timed = served(3, "build-1764294179", &[("c.txt", b"x")]);
    github.serve(&[dated, timed]);
    let ran = github.run(&[]);
    assert_eq!(ran.code(), Some(0), "{}", ran.log());
    let github = GitHub::new();
    github.serve(&[served(1, "dist-11223344556", &[("a.txt", b"x")])]);
    github.run(&[]).came_to(1, "the name ends in the id of run 11223344556");
}

#[test]
fn on_a_command_line_by_the_url_of_the_run() {
    let github = GitHub::new();
    let run = json!({
        "head_sha": "0".repeat(40), "event": "push", "status": "completed", "conclusion": "success",
        "repository": {"full_name": "o/r"}, "head_repository": {"full_name": "o/r"},
    });
    let answer = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let page = json!({"total_count": 2, "artifacts": two().iter().map(rest).collect::<Vec<_>>()});
    // The API of a server that is not github.com.
    let runs = "/api/v3/repos/o/r/actions/runs/4242";
    github.on_api(Mock::given(path(runs)).respond_with(answer(run)));
    github.on_api(Mock::given(path(format!("{runs}/artifacts"))).respond_with(answer(page)));
    github.serve(&two());
    // Whoever sets the shell's environment names another host by it.
    let elsewhere = GitHub::new();
    let command = |server: &str| {
        let workspace = tempfile::tempdir().unwrap();
        let output = Command::new(assert_cmd::cargo::cargo_bin!("release-prep"))
            .env_clear()
            .env("GITHUB_TOKEN", TOKEN)
            .env("GITHUB_SERVER_URL", server)
            .env("GITHUB_API_URL", elsewhere.api.uri())
            .args(["--run", &format!("{}/o/r/actions/runs/4242/attempts/1", github.api.uri())])
            .args(["--pattern", "*"])
            .current_dir(&workspace)
            .output()
            .unwrap();
        let ran = Ran { output, workspace };
        github.no_canary(&ran);
        assert_eq!(ran.code(), Some(0), "{}", ran.log());
        assert_eq!(ran.release().len(), 2);
        // Subjects are what a run has built.
        assert!(!ran.workspace.path().join("prepared/subjects.sha256").exists());
    };
    let requests = || github.runtime.block_on(github.api.received_requests()).unwrap();
    command(&github.api.uri());
    assert!(requests().iter().all(|request| request.headers["authorization"] == format!("Bearer {TOKEN}")));
    let with_token = requests().len();
    // Another server's token.
    command("https://github.com");
    assert!(requests().iter().skip(with_token).all(|request| !request.headers.contains_key("authorization")));
    assert_eq!(elsewhere.api_calls(), 0);
}

/// A variable for a whole job reaches a container in which the file is not.
#[test]
fn certificates_matter_only_where_the_network_is_used() {
    let github = GitHub::new();
    github.serve(&two());
    let workspace = tempfile::tempdir().unwrap();
    let file = workspace.path().join("artifacts/notes/note.txt");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, "text").unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(assert_cmd::cargo::cargo_bin!("release-prep"))
            .env_clear()
            .env("SSL_CERT_FILE", "/no/such")
            .args(arguments)
            .current_dir(&workspace)
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    run(&["--artifacts-dir", "artifacts", "--pattern", "*"]);
    run(&["verify", "--unanchored", "prepared"]);
    run(&["explain", "wheel-tags"]);
    github
        .run(&[("SSL_CERT_FILE", "/no/such")])
        .came_to(3, "SSL_CERT_FILE is `/no/such`, which cannot be read");
}

#[test]
fn cancelled_while_the_store_is_silent() {
    let github = GitHub::new();
    let silent = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    github.on_blobs(Mock::given(any()).respond_with(silent));
    github.serve(&two());
    let workspace = tempfile::tempdir().unwrap();
    let mut command = github.command(workspace.path(), &[]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while github.runtime.block_on(github.blobs.received_requests()).unwrap().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing was asked for");
        std::thread::sleep(Duration::from_millis(20));
    }
    let id = rustix::process::Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    let ran = Ran { output, workspace };
    github.no_canary(&ran);
    ran.came_to(143, "");
    assert!(begun.elapsed() < Duration::from_secs(20));
}
