//! Services and networks that fail.

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
fn failures_that_pass() {
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
fn failures_that_last() {
    let stage = Stage::new();
    stage.on_api(Mock::given(any()).respond_with(ResponseTemplate::new(502)));
    assert!(stage.run(stage.request()).error().ends_with("answered 502 Bad Gateway"));
    assert_eq!(stage.api_calls(), 3);
    // A limit that is lifted too late is not waited for, and named.
    for route in [|stage: &Stage| stage.request(), |stage: &Stage| stage.results_request()] {
        let stage = Stage::new();
        let limited = ResponseTemplate::new(429).insert_header("retry-after", "3600");
        stage.on_api(Mock::given(any()).respond_with(limited));
        let request = match route(&stage) {
            RunRequest { route: Route::ResultsOrRest(runtime), .. } => {
                RunRequest { route: Route::Results(runtime), ..stage.request() }
            }
            request => request,
        };
        let outcome = stage.run(request);
        let error = outcome.error();
        assert!(error.ends_with("answered 429 Too Many Requests, and asks to wait 3600 s"), "{error}");
        let SourceError::Fault { remedy: Some(remedy), .. } = &outcome.errors[0] else { panic!() };
        assert!(remedy.contains("in 3600 s"), "{remedy}");
        assert_eq!(stage.api_calls(), 1);
    }
}

/// A server that sends a byte now and then: each restarts the read timeout.
fn dripping() -> String {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]).unwrap();
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 5000\r\n\r\n";
                stream.write_all(head.as_bytes()).unwrap();
                while stream.write_all(b"x").is_ok() {
                    std::thread::sleep(Duration::from_millis(40));
                }
            });
        }
    });
    url
}

#[test]
fn a_connection_that_drips_is_a_stall() {
    let begun = std::time::Instant::now();
    // The store.
    let stage = Stage::new();
    stage.list(json!({"total_count": 1, "artifacts": [rest(1, "one", &[b'x'; 5000])]}));
    let redirect = ResponseTemplate::new(302).insert_header("location", dripping());
    stage.on_api(Mock::given(path_regex("/zip$")).respond_with(redirect));
    let error = stage.run(stage.request()).error();
    assert!(error.contains("bytes in 0 s, which is too slow"), "{error}");
    // The API.
    let stage = Stage::new();
    let error = stage.run(RunRequest { api: dripping().parse().unwrap(), ..stage.request() }).error();
    assert!(error.contains("bytes in 0 s, which is too slow"), "{error}");
    // At that pace 5,000 bytes would take more than three minutes.
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
}

#[test]
fn proxies_and_certificates() {
    let request = || RunRequest { api: "http://127.0.0.1:1".parse().unwrap(), ..request() };
    let stage = Stage::new();
    let with_roots = |path: &str| {
        let extra_roots = Some(ExtraRoots { path: path.to_owned() });
        RunRequest { network: Network { extra_roots, ..request().network }, ..request() }
    };
    let error = stage.run(with_roots("/dev/null")).error();
    assert!(error.starts_with("2 SSL_CERT_FILE is `/dev/null`, which holds no certificate"), "{error}");
    let error = stage.run(with_roots("/no/such")).error();
    assert!(error.starts_with("3 SSL_CERT_FILE is `/no/such`, which cannot be read"), "{error}");
    // A proxy is used, and reported without its password; an exception is not.
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
