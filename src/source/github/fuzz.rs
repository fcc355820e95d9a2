//! What must hold of every answer of a service, for `fuzz/`.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use data_encoding::BASE64URL_NOPAD;
use tokio::runtime::Runtime;

use super::foreign::objections;
use super::listed_artifact::ListedArtifact;
use super::listing::SelectedArtifacts;
use super::request::{PreviousLookup, Route, RunRequest, RuntimeService, ThisRun, Trigger};
use super::rest::{Page, Rest, RunDetails};
use super::results::{ListAnswer, Results, SignedAnswer, error_message};
use super::services::REST;
use crate::artifact::RunId;
use crate::artifact::Selection;
use crate::reporter::Reporter;
use crate::settings::{ForeignRun, RequireDigests};
use crate::source::http::{Client, Network, Retrier, SignedUrl, disposition};

struct Silent;

impl Reporter for Silent {
    fn notice(&self, _: &str) {}

    fn mask(&self, _: &str) {}
}

/// What answers are read for. Nothing is sent.
struct Services {
    request: RunRequest,
    rest: Arc<Rest>,
    results: Arc<Results>,
    _runtime: Runtime,
}

impl Services {
    fn new() -> Option<Self> {
        let claims = BASE64URL_NOPAD.encode(br#"{"scp":"Actions.Results:run:job"}"#);
        let route = RuntimeService {
            url: "https://results.example.org/".parse().ok()?,
            token: format!("e30.{claims}.signature").parse().ok()?,
        };
        let request = RunRequest {
            api: "https://api.github.com".parse().ok()?,
            server: "https://github.com".parse().ok()?,
            repository: "o/r".parse().ok()?,
            run_id: RunId(11_223_344_556),
            token: None,
            route: Route::Results(route.clone()),
            selection: Selection::new(Vec::new()),
            artifact_ids: BTreeSet::new(),
            require_digests: RequireDigests::Auto,
            foreign_run: ForeignRun::Refuse,
            this_run: Some(ThisRun {
                repository: "o/r".parse().ok()?,
                run_id: RunId(1),
                sha: Some("f".repeat(40)),
                trigger: Trigger::Event("push".into()),
            }),
            max_bytes: 1 << 20,
            previous: PreviousLookup::No,
            network: Network::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let entered = runtime.enter();
        let client = Client::new(&request.network, Vec::new(), &Silent).ok()?;
        let retrier = || Retrier::new(request.network.policy, Arc::new(Silent));
        let rest = Arc::new(Rest::new(&request, client.clone(), retrier()).ok()?);
        let results = Arc::new(Results::new(&route, client, retrier()).ok()?);
        drop(entered);
        Some(Self { request, rest, results, _runtime: runtime })
    }

    /// What is selected of a list, if nothing in it stops the run.
    fn select(&self, listed: Vec<ListedArtifact>) -> Option<SelectedArtifacts> {
        let many = listed.len();
        let selected = SelectedArtifacts::new(listed, &self.request).ok()?;
        assert!(selected.artifacts.len() + selected.skipped.len() <= many, "no more than were listed");
        let names: Vec<_> = selected.artifacts.iter().map(|one| (&one.artifact.name, one.id)).collect();
        assert!(names.is_sorted(), "in the order of names: {names:?}");
        Some(selected)
    }
}

/// An answer is read, and what is selected of a list is the same twice. The
/// first byte says what it answers.
pub(crate) fn answers(data: &[u8]) -> bool {
    static SERVICES: LazyLock<Option<Services>> = LazyLock::new(Services::new);
    let Some(services) = &*SERVICES else { panic!("services to ask") };
    let Some((question, body)) = data.split_first() else { return false };
    let list = || -> Option<Vec<ListedArtifact>> {
        Some(if *question == b'p' {
            let page: Page = serde_json::from_slice(body).ok()?;
            page.artifacts.into_iter().map(|artifact| services.rest.listed(artifact)).collect()
        } else {
            let answer: ListAnswer = serde_json::from_slice(body).ok()?;
            answer.artifacts.into_iter().map(|artifact| services.results.listed(artifact)).collect()
        })
    };
    match question {
        b'p' | b'l' => {
            let selected = list().and_then(|listed| services.select(listed));
            let again = list().and_then(|listed| services.select(listed));
            if let (Some(selected), Some(again)) = (&selected, &again) {
                assert_eq!(selected.changes(again), [""; 0], "selected twice alike");
            }
            assert_eq!(selected.is_some(), again.is_some(), "selected twice alike");
            selected.is_some()
        }
        b'r' => serde_json::from_slice::<RunDetails>(body)
            .is_ok_and(|run| objections(&services.request, &run).is_empty()),
        b's' => serde_json::from_slice::<SignedAnswer>(body).is_ok_and(|answer| {
            let from = services.request.api.url();
            let Ok(url) = SignedUrl::new(&REST, from, &answer.signed_url, &Silent) else { return false };
            assert!(matches!(url.expose().scheme(), "https"), "no other scheme");
            true
        }),
        b'd' => disposition::file_name(body).is_some(),
        _ => !error_message(body).is_empty(),
    }
}

/// Answers of each kind.
pub(crate) fn answer_seeds() -> Vec<Vec<u8>> {
    const DIGEST: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let commit = "f".repeat(40);
    [
        r#"p{"total_count":0,"artifacts":[]}"#.to_owned(),
        format!(
            r#"p{{"total_count":2,"artifacts":[{{"id":1,"name":"a","size_in_bytes":5,"expired":false,"digest":"{DIGEST}","created_at":"2026-01-01T00:00:00Z"}},{{"id":2,"name":"a","size_in_bytes":null,"digest":null,"created_at":null}}]}}"#
        ),
        format!(
            r#"l{{"artifacts":[{{"workflow_run_backend_id":"run","workflowJobRunBackendId":"job-1","databaseId":"7","name":"a-11223344556","size":"5","created_at":"2026-01-01T00:00:00Z","digest":"{DIGEST}"}}]}}"#
        ),
        format!(
            r#"r{{"head_sha":"{commit}","event":"push","status":"completed","conclusion":"success","repository":{{"full_name":"o/r"}},"head_repository":{{"full_name":"O/R"}}}}"#
        ),
        r#"s{"signedUrl":"https://store.example.org/a?sig=signature%2Bsignature&se=x"}"#.to_owned(),
        r#"dattachment; filename="a\"b.zip"; filename*=UTF-8''%e2%82%ac.zip"#.to_owned(),
        r#"e{"code":"not_found","msg":"no such run"}"#.to_owned(),
    ]
    .map(String::into_bytes)
    .to_vec()
}
