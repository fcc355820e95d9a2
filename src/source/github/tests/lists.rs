//! What is listed, and what is selected of it.

use super::*;

#[test]
fn by_rest() {
    let stage = Stage::new();
    stage.serve(&[(1, "one", b"first"), (2, "two", b"second")]);
    let outcome = stage.run(stage.request());
    assert_eq!(outcome.errors.len(), 0, "{:?}", outcome.errors);
    assert_eq!(outcome.payloads["one"], "zip: first");
    assert_eq!(outcome.payloads["two"], "zip: second");
    assert!(!outcome.listing.foreign);
    // A list, one each, and the second look.
    assert_eq!(stage.api_calls(), 4);
    // Percent-encoded, and decoded.
    assert_eq!(stage.masks(), ["canary%2Bsignature%2Bcanary", "canary+signature+canary", CANARY]);
    assert!(stage.heard.reporter.lock().unwrap().is_empty());
}

#[test]
fn by_the_runners_service() {
    let stage = Stage::new();
    results(&stage, &[(1, "one", b"first"), (2, "two", &[b'x'; 10_000])]);
    let outcome = stage.run(stage.results_request());
    assert_eq!(outcome.errors.len(), 0, "{:?}", outcome.errors);
    assert_eq!(outcome.payloads["one"], "zip: first");
    assert_eq!(outcome.payloads.len(), 2);
    assert_eq!(outcome.listing.artifacts[0].job.as_deref(), Some("job-1"));
    assert_eq!(stage.api_calls(), 4);
    let requests = stage.runtime.block_on(stage.api.received_requests()).unwrap();
    for request in requests {
        assert!(request.url.path().starts_with("/twirp/"), "{}", request.url);
        assert_eq!(request.headers["authorization"], format!("Bearer {}", runtime_token()).as_str());
    }
}

#[test]
fn auto_falls_back_with_a_note() {
    let stage = Stage::new();
    stage.serve(&[(1, "one", b"first")]);
    let refusal = ResponseTemplate::new(404).set_body_json(json!({"code": "bad_route", "msg": CANARY}));
    stage.on_api(Mock::given(method("POST")).respond_with(refusal));
    let outcome = stage.run(stage.results_request());
    assert_eq!(outcome.payloads.len(), 1, "{:?}", outcome.errors);
    let host = stage.api.address();
    assert_eq!(
        outcome.listing.notes,
        [format!(
            "the runner's artifact service ({host}) answered 404 Not Found (***); GitHub's REST API is used instead"
        )]
    );
    // Asked for by name, it is not replaced.
    let Route::ResultsOrRest(runtime) = stage.results_request().route else { unreachable!() };
    let request = RunRequest { route: Route::Results(runtime), ..stage.request() };
    assert!(stage.run(request).error().starts_with("3 the run's artifacts cannot be listed: the runner's"));
}

#[test]
fn fifteen_pages() {
    let stage = Stage::new();
    stage.on_api(
        Mock::given(path("/repos/o/r/actions/runs/4242/artifacts"))
            .and(query_param("per_page", "100"))
            .respond_with(|request: &Request| {
                let query: BTreeMap<_, _> = request.url.query_pairs().into_owned().collect();
                let page: u64 = query["page"].parse().unwrap();
                let ids = (page - 1) * 100..page * 100;
                let artifacts: Vec<Value> = ids.map(|id| rest(id, &format!("a{id}"), b"x")).collect();
                // A link that leads elsewhere is not followed.
                let link =
                    "<https://evil.example/?page=2>; rel=\"next\", <https://evil.example/>; rel=\"last\"";
                let answer = ResponseTemplate::new(200)
                    .set_body_json(json!({"total_count": 1500, "artifacts": artifacts}));
                if page < 15 { answer.insert_header("link", link) } else { answer }
            }),
    );
    stage.on_api(stage.zip_redirects());
    stage.on_blobs(
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_raw("x", "application/zip")),
    );
    let request = RunRequest { selection: Selection::new(vec!["a12*".parse().unwrap()]), ..stage.request() };
    let outcome = stage.run(request);
    assert_eq!(outcome.errors.len(), 0, "{:?}", outcome.errors);
    assert_eq!(outcome.payloads.len(), 111);
    assert_eq!(outcome.listing.skipped.len(), 1500 - 111);
    assert_eq!(stage.api_calls(), 15 + 111 + 15);
}

#[test]
fn a_list_that_ends_too_early() {
    let stage = Stage::new();
    stage.on_api(Mock::given(query_param("page", "1")).respond_with(
        ResponseTemplate::new(200).set_body_json(json!({"total_count": 2, "artifacts": [rest(1, "a", b"")]})),
    ));
    stage.on_api(
        Mock::given(query_param("page", "2")).respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"total_count": 2, "artifacts": []})),
        ),
    );
    assert!(
        stage
            .run(stage.request())
            .error()
            .ends_with("returned an invalid response: of 2 artifacts it lists 1")
    );
}

#[test]
fn the_newest_by_creation_and_not_by_id() {
    let stage = Stage::new();
    let old = with(rest(10_338_854_604, "dist", b"old"), "created_at", json!("2026-09-14T08:38:00Z"));
    let new = with(rest(10_338_734_845, "dist", b"new"), "created_at", json!("2026-09-14T08:49:00.5Z"));
    let undated = with(rest(99_999_999_999, "dist", b"undated"), "created_at", Value::Null);
    stage.list(json!({"total_count": 3, "artifacts": [new, old, undated]}));
    stage.on_api(stage.zip_redirects());
    stage.on_blobs(
        Mock::given(path("/blobs/10338734845"))
            .respond_with(ResponseTemplate::new(200).set_body_raw("new", "application/zip")),
    );
    let outcome = stage.run(stage.request());
    assert_eq!(outcome.payloads["dist"], "zip: new", "{:?}", outcome.errors);
    assert_eq!(outcome.listing.notes.len(), 2);
    insta::assert_snapshot!(outcome.listing.notes[0], @"`dist` was uploaded more than once; using the newest (10338734845 of 2026-09-14T08:49:00.5Z), ignoring 10338854604 of 2026-09-14T08:38:00Z");
}

#[test]
fn replaced_in_mid_run() {
    let stage = Stage::new();
    let first = ResponseTemplate::new(200)
        .set_body_json(json!({"total_count": 2, "artifacts": [rest(1, "a", b"x"), rest(2, "b", b"x")]}));
    stage.on_api(
        Mock::given(path("/repos/o/r/actions/runs/4242/artifacts")).respond_with(first).up_to_n_times(1),
    );
    stage.list(
        json!({"total_count": 3, "artifacts": [rest(3, "a", b"y"), rest(2, "b", b"x"), rest(4, "c", b"x")]}),
    );
    stage.on_api(stage.zip_redirects());
    stage.on_blobs(
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_raw("x", "application/zip")),
    );
    let outcome = stage.run(stage.request());
    assert_eq!(outcome.payloads.len(), 2);
    insta::assert_snapshot!(outcome.error(), @"1 selection-changed: while they were downloaded, the artifacts changed: `a` (1) was removed; `a` (3) was added; `c` (4) was added");
}

#[test]
fn by_id_and_unknown_ids() {
    let stage = Stage::new();
    stage.serve(&[(1, "one", b"first"), (2, "two", b"second")]);
    let ids = |ids: &[u64]| RunRequest {
        artifact_ids: ids.iter().copied().map(ArtifactId).collect(),
        ..stage.request()
    };
    assert_eq!(stage.run(ids(&[2])).payloads.keys().collect::<Vec<_>>(), ["two"]);
    assert_eq!(stage.run(ids(&[1, 7, 8])).error(), "3 run 4242 of o/r has no artifact with the id 7, 8");
}

#[test]
fn expired_ones_are_named() {
    let stage = Stage::new();
    let expired = |name| with(rest(1, name, b"x"), "expired", json!(true));
    stage.list(
        json!({"total_count": 2, "artifacts": [expired("wheels"), with(expired("logs"), "id", json!(2))]}),
    );
    let request = RunRequest { selection: Selection::new(vec!["!logs".parse().unwrap()]), ..stage.request() };
    assert_eq!(stage.run(request).error(), "3 these artifacts of run 4242 of o/r have expired: `wheels`");
}

/// The bytes under one id change while they are downloaded: the first listing's
/// digest is that of what arrives, the second one's is another.
#[test]
fn another_digest_under_the_same_id() {
    let stage = Stage::new();
    let page = |bytes: &[u8]| json!({"total_count": 1, "artifacts": [rest(1, "a", bytes)]});
    let first = ResponseTemplate::new(200).set_body_json(page(b"x"));
    stage.on_api(
        Mock::given(path("/repos/o/r/actions/runs/4242/artifacts")).respond_with(first).up_to_n_times(1),
    );
    stage.list(page(b"y"));
    stage.on_api(stage.zip_redirects());
    stage.on_blobs(
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_raw("x", "application/zip")),
    );
    let outcome = stage.run(stage.request());
    assert_eq!(outcome.payloads["a"], "zip: x");
    insta::assert_snapshot!(outcome.error(), @"1 selection-changed: while they were downloaded, the artifacts changed: `a` (1) has another digest");
}

#[test]
fn digests_that_are_missing() {
    let stage = Stage::new();
    let without = |id, name| with(rest(id, name, b"x"), "digest", Value::Null);
    stage.list(json!({"total_count": 2, "artifacts": [without(1, "a"), without(2, "b")]}));
    stage.on_api(stage.zip_redirects());
    stage.on_blobs(
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_raw("x", "application/zip")),
    );
    let elsewhere = || "https://git.example.org".parse().unwrap();
    let refusal = |request| {
        let calls = stage.api_calls();
        let outcome = stage.run(request);
        // A list, and no download.
        assert_eq!((stage.api_calls() - calls, outcome.payloads.len()), (1, 0));
        match &outcome.errors[..] {
            [SourceError::Refused(findings)] => findings.clone(),
            other => panic!("{other:?}"),
        }
    };
    // All of them in one run.
    let findings = refusal(stage.request());
    assert!(findings.iter().all(|finding| finding.rule == Rule::DigestMissing && finding.is_error()));
    assert_eq!(findings.len(), 2);
    // A server that reports none: an error only if it is asked for, and no
    // newer upload-artifact would help there.
    let always = RequireDigests::Always;
    let asked = refusal(RunRequest { server: elsewhere(), require_digests: always, ..stage.request() });
    assert!(asked[0].remedy.starts_with("Not every server reports digests: if https://git.example.org"));
    // The policy makes these warnings.
    let outcome = stage.run(RunRequest { server: elsewhere(), ..stage.request() });
    let rules: Vec<_> = outcome.listing.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [Rule::DigestMissing; 2]);
    assert_eq!(outcome.payloads.len(), 2);
    let outcome = stage.run(RunRequest { require_digests: RequireDigests::Never, ..stage.request() });
    assert_eq!((outcome.listing.findings.len(), outcome.payloads.len()), (0, 2));
}

#[test]
fn a_name_that_no_artifact_can_have() {
    let stage = Stage::new();
    stage.list(json!({"total_count": 1, "artifacts": [rest(1, "../x", b"x")]}));
    assert!(stage.run(stage.request()).error().starts_with("1 file-name-unsafe: artifact 1 is listed as"));
}
