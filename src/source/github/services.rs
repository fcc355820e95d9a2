//! The three services of a workflow run, and what their responses mean.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::source::http::error::{Kind, RequestError, Retry, Service, retry_after, until};

/// GitHub's REST API.
pub(super) static REST: Service = Service { name: "GitHub's API", rate_limit, remedy: rest_remedy };

/// The artifact service that a runner offers to actions.
pub(super) static RESULTS: Service =
    Service { name: "the runner's artifact service", rate_limit, remedy: results_remedy };

/// The store that holds the bytes.
pub(super) static BLOBS: Service =
    Service { name: "the artifact store", rate_limit: |_, _, _| None, remedy: common_remedy };

/// GitHub's rate limits: 429, or 403 with `Retry-After`, with an exhausted
/// `x-ratelimit-remaining`, or with a message about it. `x-ratelimit-reset` is
/// in seconds since 1970 ("Rate limits for the REST API").
fn rate_limit(status: StatusCode, headers: &HeaderMap, message: &str) -> Option<Retry> {
    let pause = retry_after(headers).or_else(|| {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let exhausted = text("x-ratelimit-remaining") == Some("0");
        let reset = text("x-ratelimit-reset").filter(|_| exhausted)?.parse().ok()?;
        // A second more, because clocks differ.
        Some(until(reset) + std::time::Duration::from_secs(1))
    });
    let is_limited = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => pause.is_some() || message.contains("rate limit"),
        _ => false,
    };
    is_limited.then(|| pause.map_or(Retry::Backoff, Retry::After))
}

fn is_rate_limited(error: &RequestError) -> bool {
    error.answered() == Some(StatusCode::TOO_MANY_REQUESTS)
        || error.answered() == Some(StatusCode::FORBIDDEN) && error.retry != Retry::No
}

fn rest_remedy(error: &RequestError) -> Option<String> {
    if is_rate_limited(error) {
        let reset = match error.retry {
            Retry::After(pause) => format!("; it is reset in {} s", pause.as_secs()),
            Retry::No | Retry::Backoff => String::new(),
        };
        return Some(format!(
            "The token's rate limit is exhausted{reset}. Within a run, `artifact-api: results` counts against no limit."
        ));
    }
    let remedy = match error.answered()?.as_u16() {
        401 => {
            "Give a token that is still valid as `github-token`; on a command line in GITHUB_TOKEN, or by `--github-token-file` for another server than GITHUB_SERVER_URL."
        }
        403 => {
            "Give the job `permissions: actions: read` (a token of your own needs `actions: read` on the repository)."
        }
        404 => {
            "Check `repository` and `run-id`; if the repository is private, the token needs `actions: read` on it."
        }
        _ => return common_remedy(error),
    };
    Some(remedy.to_owned())
}

fn results_remedy(error: &RequestError) -> Option<String> {
    if is_rate_limited(error) {
        return common_remedy(error);
    }
    let remedy = match error.answered()?.as_u16() {
        404 => {
            "Run the build again if the artifact has expired or was deleted; otherwise use `artifact-api: rest`, with `permissions: actions: read`."
        }
        410 => return common_remedy(error),
        400..=499 => "Use `artifact-api: rest`, with `permissions: actions: read`.",
        _ => return common_remedy(error),
    };
    Some(remedy.to_owned())
}

fn common_remedy(error: &RequestError) -> Option<String> {
    let Kind::Status { status, .. } = &error.kind else { return None };
    match status.as_u16() {
        410 => Some("Run the build again: the artifact has expired.".to_owned()),
        429 | 500..=599 => {
            let when = match error.retry {
                Retry::After(pause) if !pause.is_zero() => format!(" in {} s", pause.as_secs()),
                _ => String::new(),
            };
            Some(format!(
                "Run the job again{when}; if this persists, see https://www.githubstatus.com for incidents."
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn status(code: u16, pairs: &[(&'static str, &str)], message: &str) -> RequestError {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        let code = StatusCode::from_u16(code).unwrap();
        let headers = pairs.iter().map(pair).collect();
        RequestError::status(&REST, "api.github.com", code, &headers, message)
    }

    #[test]
    fn what_is_retried() {
        use Retry::{After, Backoff, No};
        let seconds = Duration::from_secs;
        for (code, pairs, message, retry) in [
            (401, &[][..], "Bad credentials", No),
            (403, &[], "Resource not accessible by integration", No),
            (403, &[("retry-after", "60")], "", After(seconds(60))),
            (403, &[], "You have exceeded a secondary rate limit", Backoff),
            (404, &[], "", No),
            (410, &[], "", No),
            (429, &[("retry-after", "3")], "", After(seconds(3))),
            (429, &[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], "", After(seconds(0))),
            (429, &[], "", Backoff),
            (502, &[], "", Backoff),
            (503, &[("retry-after", "7")], "", After(seconds(7))),
            (301, &[], "", No),
        ] {
            assert_eq!(status(code, pairs, message).retry, retry, "{code} {pairs:?} {message}");
        }
        let reset = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 1800;
        let limits = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset.to_string())];
        let After(pause) = status(403, &limits, "").retry else { panic!() };
        assert!(pause > seconds(1790) && pause <= seconds(1801), "{pause:?}");
    }

    #[test]
    fn the_permission_is_named() {
        let denied = status(403, &[], "Resource not accessible by integration");
        insta::assert_snapshot!(denied, @"GitHub's API (api.github.com) answered 403 Forbidden (Resource not accessible by integration)");
        insta::assert_snapshot!(denied.remedy(), @"Give the job `permissions: actions: read` (a token of your own needs `actions: read` on the repository).");
    }
}
