//! Services and networks in trouble.

use super::*;

/// What an answer of the API, with the token echoed in it, becomes.
#[test]
fn answers_that_are_final() {
    for (status, found) in [
        (401, "answered 401 Unauthorized (echo ***)"),
        (403, "answered 403 Forbidden (echo ***)"),
        (404, "answered 404 Not Found (echo ***)"),
        (418, "answered 418 I'm a teapot (echo ***)"),
    ] {
        let stage = Stage::new();
        let echo = json!({"message": format!("echo {CANARY}")});
        stage.on_api(Mock::given(any()).respond_with(ResponseTemplate::new(status).set_body_json(echo)));
        let error = stage.run(stage.request()).error();
        assert!(error.ends_with(found), "{error}");
        assert_eq!(stage.api_calls(), 1);
    }
}

#[test]
fn trouble_that_passes() {
    for answer in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(429).insert_header("retry-after", "0"),
        ResponseTemplate::new(403).insert_header("retry-after", "0"),
        ResponseTemplate::new(200).set_body_string("<html>a proxy's word</html>"),
        ResponseTemplate::new(200).set_delay(Duration::from_millis(600)),
    ] {
        let stage = Stage::new();
        stage.on_api(Mock::given(any()).respond_with(answer).up_to_n_times(1));
        stage.serve(&[(1, "one", b"first")]);
        let outcome = stage.run(stage.request());
        assert_eq!(outcome.payloads.len(), 1, "{:?}", outcome.errors);
        assert_eq!(stage.heard.reporter.lock().unwrap().len(), 1);
    }
}

#[test]
fn trouble_that_lasts() {
    let stage = Stage::new();
    stage.on_api(Mock::given(any()).respond_with(ResponseTemplate::new(502)));
    assert!(stage.run(stage.request()).error().ends_with("answered 502 Bad Gateway"));
    assert_eq!(stage.api_calls(), 3);
    // A limit that is lifted too late is not waited for.
    let stage = Stage::new();
    let limited = ResponseTemplate::new(429).insert_header("retry-after", "3600");
    stage.on_api(Mock::given(any()).respond_with(limited));
    assert!(stage.run(stage.request()).error().ends_with("answered 429 Too Many Requests"));
    assert_eq!(stage.api_calls(), 1);
}

#[test]
fn proxies_and_certificates() {
    let request = || RunRequest { api: "http://127.0.0.1:1".parse().unwrap(), ..request() };
    let stage = Stage::new();
    let roots = Some(ExtraRoots { path: "/etc/ca.pem".into(), pem: b"nothing".to_vec() });
    let broken = RunRequest { network: Network { extra_roots: roots, ..request().network }, ..request() };
    assert!(
        stage
            .run(broken)
            .error()
            .starts_with("2 SSL_CERT_FILE names `/etc/ca.pem`, which holds no certificate")
    );
    // A proxy is used, and told of without its password; an exception is not.
    let stage = Stage::new();
    stage.serve(&[]);
    let proxy = format!("http://user:canary@{}", stage.api.address()).parse().unwrap();
    let network = Network { http_proxy: Some(proxy), ..request().network };
    let api: ServiceUrl = "http://localhost:1".parse().unwrap();
    let this_run = Some(this_run());
    let through = RunRequest { api, network: network.clone(), this_run, ..request() };
    let outcome = stage.run(through.clone());
    assert_eq!(outcome.errors.len(), 0, "{:?}", outcome.errors);
    let said = format!("requests go through the proxy {} (HTTP_PROXY)", stage.api.address());
    assert_eq!(*stage.heard.reporter.lock().unwrap(), [said]);
    let network = Network { no_proxy: Some("localhost".into()), ..network };
    assert!(stage.run(RunRequest { network, ..through }).error().contains("cannot be reached"));
}
