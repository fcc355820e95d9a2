//! The manifest of the latest release.

use super::*;

const MANIFEST: &str = r#"{"format": "release-prep/manifest/v1", "version": "1.0", "files": [{"name": "a.zip", "kind": "archive", "size": 1, "digests": {"sha256": "0000000000000000000000000000000000000000000000000000000000000000"}}]}"#;

/// A stage with one artifact, and a latest release with these assets.
fn stage(assets: &Value) -> Stage {
    let stage = Stage::new();
    stage.serve(&[(1, "a", b"bytes")]);
    let release = json!({"id": 7, "tag_name": "v1.0", "body": null, "assets": assets});
    let answer = ResponseTemplate::new(200).set_body_json(release);
    stage.on_api(Mock::given(path("/repos/o/r/releases/latest")).respond_with(answer));
    stage
}

fn asset(digest: Option<&str>) -> Value {
    let other = json!({"id": 11, "name": "a.zip", "size": 1, "digest": null});
    json!([other, {"id": 12, "name": "release-manifest.json", "size": MANIFEST.len(), "digest": digest}])
}

/// Sent by the API itself, or by the store after a redirect.
fn serve(stage: &Stage, bytes: &str, is_redirected: bool) {
    let answer = ResponseTemplate::new(200).set_body_raw(bytes.to_owned(), "application/octet-stream");
    let on_api = Mock::given(path("/repos/o/r/releases/assets/12"))
        .and(wiremock::matchers::header("accept", "application/octet-stream"));
    if is_redirected {
        let location = format!("{}/release?sig={SIGNATURE}", stage.blobs.uri());
        stage.on_api(on_api.respond_with(ResponseTemplate::new(302).insert_header("location", location)));
        stage.on_blobs(Mock::given(path("/release")).respond_with(answer));
    } else {
        stage.on_api(on_api.respond_with(answer));
    }
}

fn run(stage: &Stage, previous: PreviousLookup) -> Outcome {
    stage.run(RunRequest { previous, ..stage.request() })
}

#[test]
fn the_manifest_is_read() {
    let digest = format!("sha256:{}", Sha256::of(MANIFEST.as_bytes()));
    for (is_redirected, digest) in [(true, Some(digest.as_str())), (false, None)] {
        let stage = stage(&asset(digest));
        serve(&stage, MANIFEST, is_redirected);
        let outcome = run(&stage, PreviousLookup::Optional);
        assert_eq!(outcome.errors.len(), 0);
        let previous = outcome.listing.previous.unwrap();
        assert_eq!((previous.version.as_deref(), previous.files.len()), (Some("1.0"), 1));
        // The token stays with the API.
        let requests = stage.runtime.block_on(stage.blobs.received_requests()).unwrap();
        assert!(requests.iter().all(|request| !request.headers.contains_key("authorization")));
    }
}

#[test]
fn nothing_to_compare_with() {
    for stage in [Stage::new(), stage(&json!([])), stage(&json!([{"id": 11, "name": "a.zip", "size": 1}]))] {
        stage.serve(&[(1, "a", b"bytes")]);
        for previous in [PreviousLookup::No, PreviousLookup::Optional, PreviousLookup::Required] {
            let outcome = run(&stage, previous);
            assert_eq!(outcome.errors.len(), 0, "{:?}", outcome.errors);
            assert_eq!(outcome.listing.notes, [""; 0]);
            assert!(outcome.listing.previous.is_none());
        }
    }
}

/// A note, or a fault where it is needed.
#[test]
fn what_cannot_be_read() {
    let wrong_digest = stage(&asset(Some(&format!("sha256:{}", "0".repeat(64)))));
    serve(&wrong_digest, MANIFEST, true);
    let no_manifest = stage(&asset(None));
    serve(&no_manifest, "{}", true);
    let large = stage(&json!([{"id": 12, "name": "release-manifest.json", "size": 1_u64 << 40}]));
    let forbidden = Stage::new();
    forbidden.serve(&[(1, "a", b"bytes")]);
    let answer = ResponseTemplate::new(403)
        .set_body_json(json!({"message": "Resource not accessible by integration"}));
    forbidden.on_api(Mock::given(path("/repos/o/r/releases/latest")).respond_with(answer));
    for (stage, why) in [
        (wrong_digest, "the release-manifest.json of v1.0: it does not have the digest that GitHub reports"),
        (
            no_manifest,
            "the release-manifest.json of v1.0: it is not a manifest of release-prep: missing field",
        ),
        (large, "it has 1099511627776 bytes; the limit is 16777216"),
        (forbidden, "answered 403 Forbidden"),
    ] {
        let outcome = run(&stage, PreviousLookup::Optional);
        assert_eq!(outcome.errors.len(), 0, "{:?}", outcome.errors);
        assert!(outcome.listing.notes[0].contains(why), "{:?}", outcome.listing.notes);
        let error = run(&stage, PreviousLookup::Required).error();
        assert!(error.starts_with("3 the manifest of the latest release of o/r cannot be read"), "{error}");
    }
}
