//! Bytes, and what they turn out to be.

use super::*;

#[test]
fn bytes_that_are_not_what_was_reported() {
    let stage = Stage::new();
    stage.list(json!({"total_count": 3, "artifacts": [rest(1, "good", b"good"), rest(2, "long", b"a"), rest(3, "wrong", b"right")]}));
    stage.on_api(stage.zip_redirects());
    for (id, body) in [(1, "good"), (2, "abc"), (3, "wrong")] {
        let answer = ResponseTemplate::new(200).set_body_raw(body, "application/zip");
        stage.on_blobs(Mock::given(path(format!("/blobs/{id}"))).respond_with(answer));
    }
    let outcome = stage.run(stage.request());
    // A finding stops no other artifact.
    assert_eq!(outcome.payloads["good"], "zip: good");
    let mut errors: Vec<String> = outcome.errors.iter().map(shown).collect();
    errors.sort();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(
        errors[0].starts_with("1 digest-mismatch: 3 downloads, the last of 5 bytes with the digest "),
        "{errors:?}"
    );
    assert_eq!(errors[1], "1 digest-mismatch: the download has more than 1 bytes");
}

#[test]
fn a_wrong_digest_gets_another_chance() {
    let stage = Stage::new();
    stage.on_blobs(
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_raw("worse", "application/zip"))
            .up_to_n_times(2),
    );
    stage.serve(&[(1, "one", b"right")]);
    let outcome = stage.run(stage.request());
    assert_eq!(outcome.payloads["one"], "zip: right", "{:?}", outcome.errors);
    assert_eq!(stage.heard.reporter.lock().unwrap().len(), 2);
}

#[test]
fn the_limit_where_the_size_is_not_known() {
    let stage = Stage::new();
    results(&stage, &[(1, "one", &[b'x'; 5000])]);
    let request = RunRequest { max_bytes: 4999, ..stage.results_request() };
    assert_eq!(stage.run(request).error(), "1 archive-limit: the artifact has more than 4999 bytes");
}

#[test]
fn files_that_were_uploaded_as_they_are() {
    for (name, media_type, disposition, expected) in [
        ("a.whl", "application/octet-stream", Some(r#"attachment; filename="a.whl""#), "a.whl: x"),
        ("a.whl", "application/octet-stream; x=y", None, "a.whl: x"),
        ("logs", "application/ZIP; x=y", Some(r#"attachment; filename="logs.zip""#), "zip: x"),
        ("logs.zip", "application/zip", Some(r#"attachment; filename="logs.zip""#), "logs.zip: x"),
        ("logs.zip", "application/zip", Some(r#"attachment; filename="logs.zip.zip""#), "zip: x"),
        ("a", "text/plain", Some(r"attachment; filename*=UTF-8''%C3%A4"), "ä: x"),
        // Hostile until proven.
        (
            "a",
            "text/plain",
            Some(r#"attachment; filename="../../x""#),
            "1 file-name-unsafe: the name of the uploaded file is not accepted: it holds a path separator",
        ),
        (
            "a",
            "text/plain",
            Some(r"attachment; filename*=UTF-8''a%0A::error"),
            "1 file-name-unsafe: the name of the uploaded file is not accepted: it holds U+000A, a control or invisible character",
        ),
    ] {
        let stage = Stage::new();
        let mut answer = ResponseTemplate::new(200).set_body_raw("x", media_type);
        if let Some(disposition) = disposition {
            answer = answer.insert_header("content-disposition", disposition);
        }
        stage.on_blobs(Mock::given(any()).respond_with(answer));
        stage.serve(&[(1, name, b"x")]);
        let outcome = stage.run(stage.request());
        let came = outcome.payloads.values().next().cloned().unwrap_or_else(|| outcome.error());
        assert_eq!(came, expected, "{name} {media_type} {disposition:?}");
    }
}

#[test]
fn an_artifact_that_is_gone() {
    let stage = Stage::new();
    let gone = ResponseTemplate::new(410).set_body_json(json!({"message": "Artifact has expired"}));
    stage.on_api(Mock::given(path("/repos/o/r/actions/artifacts/1/zip")).respond_with(gone));
    stage.serve(&[(1, "one", b"x")]);
    let outcome = stage.run(stage.request());
    assert!(outcome.error().starts_with("3 the artifact `one` cannot be downloaded: "));
    assert!(outcome.error().ends_with("answered 410 Gone (Artifact has expired)"));
}

#[test]
fn a_url_that_has_expired() {
    let stage = Stage::new();
    let refused = ResponseTemplate::new(403)
        .insert_header("x-ms-error-code", "AuthenticationFailed")
        .set_body_string(format!("sig={SIGNATURE}"));
    stage.on_blobs(Mock::given(any()).respond_with(refused).up_to_n_times(1));
    stage.serve(&[(1, "one", b"first")]);
    let outcome = stage.run(stage.request());
    assert_eq!(outcome.payloads["one"], "zip: first", "{:?}", outcome.errors);
    assert_eq!(stage.api_calls(), 4);
    assert!(stage.heard.reporter.lock().unwrap()[0].contains("403 Forbidden (AuthenticationFailed)"));
}

/// A store that answers each request in turn as it is set up to, and then
/// breaks off; what it was asked comes back.
fn store(answers: Vec<String>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/?sig={SIGNATURE}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let serve = |answer: String| {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let asked: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            stream.write_all(answer.as_bytes()).unwrap();
            asked.into_iter().filter(|line| line.contains("ange: ")).collect::<Vec<_>>().join(" ")
        };
        answers.into_iter().map(serve).collect()
    });
    (address, serving)
}

fn cut(artifact: &Value, answers: &[&str]) -> (Outcome, Vec<String>) {
    let (address, serving) = store(answers.iter().map(|answer| answer.replace('\n', "\r\n")).collect());
    let stage = Stage::new();
    stage.list(json!({"total_count": 1, "artifacts": [artifact]}));
    let redirect = ResponseTemplate::new(302).insert_header("location", address);
    stage.on_api(Mock::given(path("/repos/o/r/actions/artifacts/1/zip")).respond_with(redirect));
    let request = RunRequest { require_digests: RequireDigests::Never, ..stage.request() };
    (stage.run(request), serving.join().unwrap())
}

#[test]
fn what_broke_off_goes_on() {
    let (outcome, asked) = cut(
        &rest(1, "one", b"0123456789"),
        &[
            "HTTP/1.1 200 OK\nContent-Length: 10\nETag: \"e\"\n\n0123",
            "HTTP/1.1 206 Partial Content\nContent-Length: 6\nETag: \"e\"\nContent-Range: bytes 4-9/10\n\n456",
            "HTTP/1.1 206 Partial Content\nContent-Length: 3\nETag: \"e\"\nContent-Range: bytes 7-9/10\n\n789",
        ],
    );
    assert_eq!(outcome.payloads["one"], "zip: 0123456789", "{:?}", outcome.errors);
    assert_eq!(asked, ["", "range: bytes=4- if-range: \"e\"", "range: bytes=7- if-range: \"e\""]);
}

#[test]
fn another_part_than_the_one_asked_for() {
    let (outcome, asked) = cut(
        &rest(1, "one", b"0123456789"),
        &[
            "HTTP/1.1 200 OK\nContent-Length: 10\n\n0123",
            "HTTP/1.1 206 Partial Content\nContent-Length: 6\nContent-Range: bytes 3-8/10\n\n345678",
            "HTTP/1.1 200 OK\nContent-Length: 10\n\n0123456789",
        ],
    );
    assert_eq!(outcome.payloads["one"], "zip: 0123456789", "{:?}", outcome.errors);
    assert_eq!(asked, ["", "range: bytes=4-", ""]);
}

#[test]
fn a_store_that_knows_no_parts() {
    let (outcome, _) = cut(
        &rest(1, "one", b"0123456789"),
        &["HTTP/1.1 200 OK\nContent-Length: 10\n\n0123", "HTTP/1.1 200 OK\nContent-Length: 10\n\n0123456789"],
    );
    assert_eq!(outcome.payloads["one"], "zip: 0123456789", "{:?}", outcome.errors);
}

#[test]
fn without_a_digest_no_half_is_kept() {
    let (outcome, asked) = cut(
        &with(rest(1, "one", b""), "digest", Value::Null),
        &["HTTP/1.1 200 OK\nContent-Length: 10\n\n0123", "HTTP/1.1 200 OK\nContent-Length: 10\n\nabcdefghij"],
    );
    assert_eq!(outcome.payloads["one"], "zip: abcdefghij", "{:?}", outcome.errors);
    assert_eq!(asked, ["", ""]);
}

#[test]
fn what_always_breaks_off_is_given_up() {
    let answer = "HTTP/1.1 200 OK\nContent-Length: 10\n\n0123";
    let (outcome, asked) = cut(&rest(1, "one", b"0123456789"), &[answer; 3]);
    assert!(outcome.error().starts_with("3 the artifact `one` cannot be downloaded: the artifact store ("));
    assert_eq!(asked.len(), 3);
}

#[test]
fn more_artifacts_than_spools() {
    let stage = Stage::new();
    let names: Vec<String> = (0..50).map(|number| format!("a{number}")).collect();
    let artifacts: Vec<(u64, &str, &[u8])> =
        (0..).zip(&names).map(|(id, name)| (id, name.as_str(), name.as_bytes())).collect();
    stage.serve(&artifacts);
    let outcome = stage.run(stage.request());
    assert_eq!(outcome.payloads.len(), 50, "{:?}", outcome.errors);
    // A spool that held something longer before shows nothing of it.
    for name in &names {
        assert_eq!(outcome.payloads[name], format!("zip: {name}"));
    }
    assert_eq!(stage.api_calls(), 52);
}
