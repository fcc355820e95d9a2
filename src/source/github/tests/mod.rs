//! The source as a whole, against servers of its own: one for the API and the
//! runner's service, another one for the store.

mod latest;
mod lists;
mod transfer;
mod trust;
mod weather;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{any, method, path, path_regex, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::artifact::{ArtifactId, Selection};
use crate::digest::Sha256;
use crate::settings::{ForeignRun, RequireDigests};
use crate::source::Content;
use crate::source::http::network::{MinimumRate, RetryPolicy};
use crate::source::http::{ExtraRoots, Network, ServiceUrl};

/// What must never be seen.
const CANARY: &str = "canary-token-canary-token";
const RUNTIME_CANARY: &str = "canary-runtime-claims";
const SIGNATURE: &str = "canary%2Bsignature%2Bcanary";

/// A request for run 4242 of o/r, off a runner.
pub(super) fn request() -> RunRequest {
    RunRequest {
        api: "http://127.0.0.1:1".parse().unwrap(),
        server: "https://github.com".parse().unwrap(),
        repository: "o/r".parse().unwrap(),
        run_id: RunId(4242),
        token: Some(CANARY.parse().unwrap()),
        route: Route::Rest,
        selection: Selection::new(Vec::new()),
        artifact_ids: BTreeSet::new(),
        require_digests: RequireDigests::Auto,
        foreign_run: ForeignRun::Refuse,
        this_run: None,
        previous: PreviousLookup::No,
        max_bytes: 1 << 20,
        network: Network {
            read_timeout: Duration::from_millis(300),
            minimum_rate: MinimumRate { bytes: 1000, window: Duration::from_millis(400) },
            policy: RetryPolicy {
                attempts: 3,
                initial_backoff: Duration::from_millis(2),
                max_retry_after: Duration::from_secs(1),
                ..RetryPolicy::default()
            },
            ..Network::default()
        },
    }
}

fn this_run() -> ThisRun {
    ThisRun {
        repository: "o/r".parse().unwrap(),
        run_id: RunId(4242),
        sha: Some("f".repeat(40)),
        trigger: Trigger::Event("push".into()),
    }
}

fn runtime_token() -> String {
    let claims = format!(r#"{{"scp":"Actions.Results:run:job","canary":"{RUNTIME_CANARY}"}}"#);
    format!("e30.{}.x", data_encoding::BASE64URL_NOPAD.encode(claims.as_bytes()))
}

/// Everything that was said.
#[derive(Default)]
struct Heard {
    reporter: Mutex<Vec<String>>,
    masks: Mutex<BTreeSet<String>>,
}

impl Reporter for Heard {
    fn notice(&self, message: &str) {
        self.reporter.lock().unwrap().push(message.to_owned());
    }

    fn mask(&self, secret: &str) {
        self.masks.lock().unwrap().insert(secret.to_owned());
    }
}

/// The servers, and what was heard.
struct Stage {
    runtime: Runtime,
    api: MockServer,
    blobs: MockServer,
    heard: Arc<Heard>,
}

/// What came of a run: artifacts by name with how they came, and errors.
#[derive(Default)]
struct Outcome {
    listing: Listing,
    payloads: BTreeMap<String, String>,
    errors: Vec<SourceError>,
}

impl Outcome {
    fn error(&self) -> String {
        assert_eq!(self.errors.len(), 1, "{:?}", self.errors);
        shown(&self.errors[0])
    }
}

fn shown(error: &SourceError) -> String {
    match error {
        SourceError::Input(message) => format!("2 {message}"),
        SourceError::Refused(findings) => {
            let shown = findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.found));
            format!("1 {}", shown.collect::<Vec<_>>().join("; "))
        }
        SourceError::Fault { what, cause, .. } => {
            let cause = cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("3 {what}{cause}")
        }
    }
}

impl Stage {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (api, blobs) = runtime.block_on(async { (MockServer::start().await, MockServer::start().await) });
        Self { runtime, api, blobs, heard: Arc::default() }
    }

    fn on_api(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.api));
    }

    fn on_blobs(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.blobs));
    }

    /// Serves these by REST, all of one page, each with its bytes.
    fn serve(&self, artifacts: &[(u64, &str, &[u8])]) {
        let listed: Vec<Value> = artifacts.iter().map(|(id, name, bytes)| rest(*id, name, bytes)).collect();
        self.list(json!({"total_count": listed.len(), "artifacts": listed}));
        self.on_api(self.zip_redirects());
        for (id, _, bytes) in artifacts {
            let answer = ResponseTemplate::new(200).set_body_raw(bytes.to_vec(), "application/zip");
            self.on_blobs(Mock::given(path(format!("/blobs/{id}"))).respond_with(answer));
        }
    }

    fn list(&self, page: Value) {
        let answer = ResponseTemplate::new(200).set_body_json(page);
        self.on_api(Mock::given(path("/repos/o/r/actions/runs/4242/artifacts")).respond_with(answer));
    }

    fn zip_redirects(&self) -> Mock {
        let blobs = self.blobs.uri();
        Mock::given(path_regex(r"/actions/artifacts/\d+/zip$")).respond_with(move |request: &Request| {
            let id = request.url.path().split('/').nth_back(1).unwrap().to_owned();
            ResponseTemplate::new(302)
                .insert_header("location", format!("{blobs}/blobs/{id}?sig={SIGNATURE}"))
        })
    }

    /// Of this run, by REST.
    fn request(&self) -> RunRequest {
        RunRequest { api: self.api.uri().parse().unwrap(), this_run: Some(this_run()), ..request() }
    }

    /// Of this run, by the runner's service.
    fn results_request(&self) -> RunRequest {
        let runtime = RuntimeService {
            url: format!("{}/some/path/", self.api.uri()).parse().unwrap(),
            token: runtime_token().parse().unwrap(),
        };
        RunRequest { route: Route::ResultsOrRest(runtime), ..self.request() }
    }

    fn run(&self, request: RunRequest) -> Outcome {
        let mut outcome = Outcome::default();
        let folder = tempfile::tempdir().unwrap();
        let path = camino::Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        let reporter = Arc::clone(&self.heard) as Arc<dyn Reporter>;
        match (RunSource { request, spool: Dir::open(&path).unwrap(), reporter }).open() {
            Err(error) => outcome.errors.push(error),
            Ok(Opened { listing, payloads }) => {
                outcome.listing = listing;
                for payload in payloads {
                    match payload {
                        Ok(payload) => {
                            let (kind, spool) = match payload.content {
                                Content::Zip(spool) => ("zip".to_owned(), spool),
                                Content::File(name, spool) => (name.to_string(), spool),
                                Content::Folder(_) => unreachable!(),
                            };
                            let mut text = String::new();
                            spool.reader().read_to_string(&mut text).unwrap();
                            outcome
                                .payloads
                                .insert(payload.artifact.name.to_string(), format!("{kind}: {text}"));
                        }
                        Err(error) => outcome.errors.push(error),
                    }
                }
            }
        }
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0, "no file is left behind");
        self.no_canary(&outcome);
        outcome
    }

    /// Looks for secrets in everything that could be shown, and at whom they
    /// were sent to.
    fn no_canary(&self, outcome: &Outcome) {
        let mut said = self.heard.reporter.lock().unwrap().clone();
        said.push(format!("{:?} {:?} {:?}", outcome.listing, outcome.payloads, outcome.errors));
        for error in &outcome.errors {
            said.push(format!("{} {error} {error:#?}", shown(error)));
        }
        assert!(!said.iter().any(|said| said.contains("canary")), "{said:#?}");
        for request in self.runtime.block_on(self.blobs.received_requests()).unwrap() {
            let bearing: Vec<_> = request
                .headers
                .keys()
                .filter(|name| *name == "authorization" || *name == "cookie" || *name == "referer")
                .collect();
            assert!(bearing.is_empty(), "{bearing:?}");
            assert_eq!(request.headers["accept-encoding"], "identity");
        }
    }

    fn api_calls(&self) -> usize {
        self.runtime.block_on(self.api.received_requests()).unwrap().len()
    }

    fn masks(&self) -> Vec<String> {
        self.heard.masks.lock().unwrap().iter().cloned().collect()
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", Sha256::of(bytes))
}

fn rest(id: u64, name: &str, bytes: &[u8]) -> Value {
    json!({
        "id": id, "name": name, "size_in_bytes": bytes.len(), "expired": false, "digest": digest(bytes),
        "created_at": "2026-11-20T00:00:00Z", "updated_at": null, "expires_at": null, "new_member": {},
    })
}

fn with(mut artifact: Value, key: &str, value: Value) -> Value {
    artifact[key] = value;
    artifact
}

/// The runner's service, which lists `artifacts` by id, name and bytes.
fn results(stage: &Stage, artifacts: &[(u64, &str, &[u8])]) {
    let listed: Vec<Value> = artifacts
        .iter()
        .map(|(id, name, bytes)| {
            json!({
                "workflow_run_backend_id": "run", "workflow_job_run_backend_id": format!("job-{id}"),
                // The size is a lie, as it is with imitators.
                "database_id": id.to_string(), "name": name, "size": "4096", "digest": digest(bytes),
            })
        })
        .collect();
    let answer = ResponseTemplate::new(200).set_body_json(json!({"artifacts": listed}));
    stage.on_api(Mock::given(method("POST")).and(path_regex("/ListArtifacts$")).respond_with(answer));
    let blobs = stage.blobs.uri();
    stage.on_api(Mock::given(method("POST")).and(path_regex("/GetSignedArtifactURL$")).respond_with(
        move |request: &Request| {
            let asked: Value = request.body_json().unwrap();
            assert_eq!(asked["workflow_run_backend_id"], "run");
            // By the name and by the job that uploaded it.
            let job = asked["workflow_job_run_backend_id"].as_str().unwrap().to_owned();
            let id = job.trim_start_matches("job-").to_owned();
            ResponseTemplate::new(200)
                .set_body_json(json!({"signed_url": format!("{blobs}/blobs/{id}?sig={SIGNATURE}")}))
        },
    ));
    for (id, _, bytes) in artifacts {
        let answer = ResponseTemplate::new(200).set_body_raw(bytes.to_vec(), "application/zip");
        stage.on_blobs(Mock::given(path(format!("/blobs/{id}"))).respond_with(answer));
    }
}
