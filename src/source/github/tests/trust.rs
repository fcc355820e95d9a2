//! Whose artifacts, and whom the token is shown to.

use super::*;

#[test]
fn redirects_that_are_not_safe() {
    for (location, why) in [
        ("http://blobs.example.org/x?sig=canary", "it is not https"),
        ("file:///etc/passwd", "it is not https"),
        ("https://user:canary@blobs.example.org/", "it has a user or a password"),
        ("https://", "it is not a valid URL"),
    ] {
        let stage = Stage::new();
        let redirect = ResponseTemplate::new(302).insert_header("location", location);
        stage.on_api(Mock::given(path("/repos/o/r/actions/artifacts/1/zip")).respond_with(redirect.clone()));
        stage.serve(&[(1, "one", b"x")]);
        let error = stage.run(stage.request()).error();
        assert!(error.ends_with(&format!("redirects to an unsafe URL: {why}")), "{error}");
        // The same of the store's own.
        let stage = Stage::new();
        stage.on_blobs(Mock::given(any()).respond_with(redirect));
        stage.serve(&[(1, "one", b"x")]);
        let error = stage.run(stage.request()).error();
        assert!(error.ends_with(&format!("redirects to an unsafe URL: {why}")), "{error}");
    }
}

#[test]
fn the_token_stays_on_its_origin() {
    // The repository was renamed: followed, with the token.
    let stage = Stage::new();
    let renamed = ResponseTemplate::new(301).insert_header("location", "/repositories/7/artifacts?page=1");
    stage.on_api(Mock::given(path("/repos/o/r/actions/runs/4242/artifacts")).respond_with(renamed));
    let page = json!({"total_count": 0, "artifacts": []});
    stage.on_api(
        Mock::given(path("/repositories/7/artifacts"))
            .respond_with(ResponseTemplate::new(200).set_body_json(page)),
    );
    assert_eq!(stage.run(stage.request()).errors.len(), 0);
    for request in stage.runtime.block_on(stage.api.received_requests()).unwrap() {
        assert_eq!(request.headers["authorization"], format!("Bearer {CANARY}").as_str());
    }
    // To another origin: not followed.
    let stage = Stage::new();
    let elsewhere = ResponseTemplate::new(301).insert_header("location", format!("{}/x", stage.blobs.uri()));
    stage.on_api(Mock::given(any()).respond_with(elsewhere));
    assert!(
        stage.run(stage.request()).error().ends_with("unsafe URL: the token would be sent to another origin")
    );
    assert!(stage.runtime.block_on(stage.blobs.received_requests()).unwrap().is_empty());
}

fn run_details(change: impl FnOnce(&mut Value)) -> Mock {
    let mut run = json!({
        "id": 4242, "head_sha": "f".repeat(40), "event": "push", "status": "completed", "conclusion": "success",
        "repository": {"full_name": "o/r"}, "head_repository": {"full_name": "o/r"},
    });
    change(&mut run);
    Mock::given(path("/repos/o/r/actions/runs/4242"))
        .respond_with(ResponseTemplate::new(200).set_body_json(run))
}

#[test]
fn runs_that_are_not_this_one() {
    let other = |stage: &Stage| {
        let this_run = ThisRun { run_id: RunId(1), ..this_run() };
        RunRequest { this_run: Some(this_run), ..stage.request() }
    };
    // One that is accepted, and attested.
    let stage = Stage::new();
    stage.on_api(run_details(|_| ()));
    stage.serve(&[(1, "one", b"x")]);
    let outcome = stage.run(other(&stage));
    assert_eq!((outcome.payloads.len(), outcome.listing.foreign), (1, false), "{:?}", outcome.errors);
    // Off a runner too, but nothing is attested.
    let outcome = stage.run(RunRequest { this_run: None, ..stage.request() });
    assert_eq!((outcome.payloads.len(), outcome.listing.foreign), (1, true), "{:?}", outcome.errors);

    let stage = Stage::new();
    stage.on_api(run_details(|run| run["head_repository"] = json!({"full_name": "evil/r"})));
    stage.serve(&[(1, "one", b"x")]);
    let outcome = stage.run(other(&stage));
    assert_eq!(outcome.error(), "1 foreign-run: run 4242 of o/r: its commit comes from the fork `evil/r`");
    assert_eq!(stage.api_calls(), 1);
    let outcome = stage.run(RunRequest { foreign_run: ForeignRun::Unattested, ..other(&stage) });
    assert_eq!((outcome.payloads.len(), outcome.listing.foreign), (1, true), "{:?}", outcome.errors);

    // One that cannot be looked up.
    let stage = Stage::new();
    stage.serve(&[(1, "one", b"x")]);
    assert!(stage.run(other(&stage)).error().starts_with("3 run 4242 of o/r cannot be looked up: "));
    let outcome = stage.run(RunRequest { foreign_run: ForeignRun::Unattested, ..other(&stage) });
    assert_eq!((outcome.payloads.len(), outcome.listing.foreign), (1, true), "{:?}", outcome.errors);
}

#[test]
fn under_pull_request_target() {
    let stage = Stage::new();
    stage.serve(&[(1, "one", b"x")]);
    let this_run = ThisRun { trigger: Trigger::Event("pull_request_target".into()), ..this_run() };
    let request = RunRequest { this_run: Some(this_run), ..stage.request() };
    let error = stage.run(request.clone()).error();
    assert_eq!(error, "1 foreign-run: this run's artifacts: this run was started by `pull_request_target`");
    assert_eq!(stage.api_calls(), 0);
    let outcome = stage.run(RunRequest { foreign_run: ForeignRun::Unattested, ..request });
    assert_eq!((outcome.payloads.len(), outcome.listing.foreign), (1, true));
}

/// Such a run has the repository's rights, and may have downloaded what a
/// stranger's code built.
#[test]
fn under_a_workflow_run_that_a_pull_request_started() {
    let stage = Stage::new();
    stage.serve(&[(1, "one", b"x")]);
    let under = |event: Option<&str>| {
        let trigger = Trigger::WorkflowRun(event.map(str::to_owned));
        RunRequest { this_run: Some(ThisRun { trigger, ..this_run() }), ..stage.request() }
    };
    for event in [Some("pull_request"), Some("pull_request_target"), None] {
        let error = stage.run(under(event)).error();
        let expected = "1 foreign-run: this run's artifacts: this run was started by `workflow_run`, ";
        assert!(error.starts_with(expected), "{error}");
        let outcome = stage.run(RunRequest { foreign_run: ForeignRun::Unattested, ..under(event) });
        assert_eq!((outcome.payloads.len(), outcome.listing.foreign), (1, true));
    }
    let outcome = stage.run(under(Some("push")));
    assert_eq!((outcome.payloads.len(), outcome.listing.foreign), (1, false), "{:?}", outcome.errors);
}
