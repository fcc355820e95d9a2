//! What can go wrong with one request, told without any address in it: a
//! signed one is a secret.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::source::SourceError;

/// Whom we talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    /// GitHub's REST API.
    Rest,
    /// The artifact service that the runner offers.
    Results,
    /// Where the bytes are.
    Blobs,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
#[error("{} ({host}) {kind}", .service.name())]
pub(super) struct RequestError {
    /// Who failed us.
    pub(super) service: Service,
    /// The service's host, the only part of an address that is told.
    pub(super) host: String,
    /// How.
    pub(super) kind: Kind,
    /// Whether the same request may do better.
    pub(super) again: Retryable,
}

/// How a request failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Kind {
    /// No connection.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// A certificate that nobody vouches for.
    #[error("shows a certificate that is not trusted: {0}")]
    UntrustedCertificate(String),
    /// A connection on which nothing comes.
    #[error("sent nothing for too long")]
    Timeout,
    /// A connection that ended too early.
    #[error("broke off: {0}")]
    Interrupted(String),
    /// An answer that is not the one wanted.
    #[error("answered {status}{message}")]
    Status {
        /// The status.
        status: StatusCode,
        /// What the answer says, hostile text.
        message: Message,
    },
    /// An answer that has the right status and the wrong contents.
    #[error("gave an answer that makes no sense: {0}")]
    InvalidResponse(String),
    /// An address that leads where no request may go.
    #[error("sends us to an address that is not safe: {0}")]
    UnsafeRedirect(&'static str),
}

/// What an answer says of itself, shortened.
#[derive(Debug, Default)]
pub(super) struct Message(String);

/// The most characters of an answer's message that are shown.
const SHOWN: usize = 200;

impl Message {
    pub(super) fn new(text: &str) -> Self {
        Self(text.chars().take(SHOWN).collect())
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " ({})", self.0) }
    }
}

/// Whether the same request may do better another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retryable {
    /// It will not.
    Never,
    /// It may, after a while.
    Later,
    /// It may, after what the service asks for.
    After(Duration),
}

impl Service {
    const fn name(self) -> &'static str {
        match self {
            Self::Rest => "GitHub's API",
            Self::Results => "the runner's artifact service",
            Self::Blobs => "the artifact store",
        }
    }
}

impl RequestError {
    /// An answer that makes no sense. It may have been mangled on the way, so
    /// it is worth another try.
    pub(super) fn nonsense(service: Service, host: &str, what: impl Into<String>) -> Self {
        Self {
            service,
            host: host.to_owned(),
            kind: Kind::InvalidResponse(what.into()),
            again: Retryable::Later,
        }
    }

    /// An address where no request may go.
    pub(super) fn not_safe(service: Service, host: &str, why: &'static str) -> Self {
        Self { service, host: host.to_owned(), kind: Kind::UnsafeRedirect(why), again: Retryable::Never }
    }

    /// A client's error: of the whole chain only what lies below reqwest's own
    /// error is told, for that one holds the address.
    pub(super) fn transport(service: Service, host: &str, error: &(dyn Error + 'static)) -> Self {
        let chain = || chain(error);
        let client = chain().find_map(|error| error.downcast_ref::<reqwest::Error>());
        let root = chain().last().filter(|root| !root.is::<reqwest::Error>());
        let detail = root.map_or_else(|| "no reason is known".to_owned(), ToString::to_string);
        let untrusted =
            chain().filter_map(tls_error).any(|tls| matches!(tls, rustls::Error::InvalidCertificate(_)));
        let (kind, again) = if untrusted {
            (Kind::UntrustedCertificate(detail), Retryable::Never)
        } else if client.is_some_and(reqwest::Error::is_connect) {
            (Kind::Unreachable(detail), Retryable::Later)
        } else if client.is_some_and(reqwest::Error::is_timeout) {
            (Kind::Timeout, Retryable::Later)
        } else {
            (Kind::Interrupted(detail), Retryable::Later)
        };
        Self { service, host: host.to_owned(), kind, again }
    }

    /// An answer whose status is not the one wanted.
    pub(super) fn status(
        service: Service,
        host: &str,
        status: StatusCode,
        headers: &HeaderMap,
        message: &str,
    ) -> Self {
        let asked = asked_pause(headers);
        let limited = status == StatusCode::FORBIDDEN
            && service != Service::Blobs
            && (asked.is_some() || message.contains("rate limit"));
        let may_pass = limited || matches!(status.as_u16(), 408 | 429 | 500..=599);
        let again =
            if may_pass { asked.map_or(Retryable::Later, Retryable::After) } else { Retryable::Never };
        let kind = Kind::Status { status, message: Message::new(message) };
        Self { service, host: host.to_owned(), kind, again }
    }

    /// The status of the answer, if there was one.
    pub(super) const fn answered(&self) -> Option<StatusCode> {
        match &self.kind {
            Kind::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the service has had enough of us for now.
    fn is_limited(&self) -> bool {
        self.answered() == Some(StatusCode::TOO_MANY_REQUESTS)
            || (self.answered() == Some(StatusCode::FORBIDDEN) && self.again != Retryable::Never)
    }

    /// What to do about it, a sentence.
    pub(super) fn remedy(&self) -> String {
        let host = &self.host;
        let status = self.answered().map(|status| status.as_u16());
        match (self.service, &self.kind, status) {
            (_, Kind::Unreachable(_) | Kind::Timeout | Kind::Interrupted(_), _) => format!(
                "Check that {host} can be reached from here; a proxy is named by HTTPS_PROXY, exceptions by NO_PROXY."
            ),
            (_, Kind::UntrustedCertificate(_), _) => {
                format!("If {host} has a certificate of an authority of your own, name its PEM file in SSL_CERT_FILE.")
            }
            (Service::Rest, ..) if self.is_limited() => {
                let lifted = match self.again {
                    Retryable::After(pause) => format!("; the limit is lifted in {} s", pause.as_secs()),
                    _ => String::new(),
                };
                format!(
                    "The token has asked as often as it may{lifted}. Within a run, `artifact-api: results` counts against no limit."
                )
            }
            (Service::Rest, _, Some(401)) => {
                "Give a token that is still valid as `github-token`; at a desk in GITHUB_TOKEN, or by `--github-token-file` for another server than GITHUB_SERVER_URL.".into()
            }
            (Service::Rest, _, Some(403)) => {
                "Give the job `permissions: actions: read` (a token of your own needs `actions: read` on the repository).".into()
            }
            (Service::Rest, _, Some(404)) => {
                "Check `repository` and `run-id`; where the repository is private, the token needs `actions: read` on it.".into()
            }
            (_, _, Some(429 | 500..=599)) => {
                "If it stays so, see https://www.githubstatus.com and run the job again.".into()
            }
            (_, _, Some(410)) => "Run the build again: the artifact has expired.".into(),
            (Service::Results, _, Some(404)) => {
                "Run the build again if the artifact has expired or was deleted; else use `artifact-api: rest`, with `permissions: actions: read`.".into()
            }
            (Service::Results, _, Some(400..=499)) => {
                "Use `artifact-api: rest`, with `permissions: actions: read`.".into()
            }
            (_, Kind::InvalidResponse(_), _) => {
                "Check that no proxy answers in its place, and run the job again.".into()
            }
            _ => "Run the job again; if it stays so, report it with this message.".into(),
        }
    }

    /// The fault that ends the run.
    pub(super) fn fault(self, what: impl Into<String>) -> SourceError {
        SourceError::Fault { what: what.into(), remedy: Some(self.remedy()), cause: Some(Box::new(self)) }
    }
}

/// An error and all that caused it.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// TLS's error, in however many of the system's it is wrapped: those do not
/// tell it as their source.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let wrapped = || error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.downcast_ref::<rustls::Error>().or_else(|| tls_error(wrapped()?))
}

/// How long a service asks us to wait: `Retry-After` in seconds or as a date
/// (RFC 9110, section 10.2.3), else until GitHub's limit is lifted
/// (`x-ratelimit-remaining: 0` and `x-ratelimit-reset`, seconds since 1970).
fn asked_pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let until = |seconds: u64| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Duration::from_secs(seconds).saturating_sub(now)
    };
    if let Some(after) = text(RETRY_AFTER.as_str()) {
        if let Ok(seconds) = after.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = chrono::DateTime::parse_from_rfc2822(after).ok()?;
        return Some(until(u64::try_from(date.timestamp()).ok()?));
    }
    match text("x-ratelimit-remaining") {
        // A second more, for clocks differ.
        Some("0") => Some(until(text("x-ratelimit-reset")?.parse().ok()?) + Duration::from_secs(1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    fn status(code: u16, pairs: &[(&'static str, &str)], message: &str) -> RequestError {
        let code = StatusCode::from_u16(code).unwrap();
        RequestError::status(Service::Rest, "api.github.com", code, &headers(pairs), message)
    }

    #[test]
    fn what_is_tried_again() {
        use Retryable::{After, Later, Never};
        let seconds = Duration::from_secs;
        for (code, pairs, message, again) in [
            (401, &[][..], "Bad credentials", Never),
            (403, &[], "Resource not accessible by integration", Never),
            (403, &[("retry-after", "60")], "", After(seconds(60))),
            (403, &[], "You have exceeded a secondary rate limit", Later),
            (404, &[], "", Never),
            (410, &[], "", Never),
            (429, &[("retry-after", "3")], "", After(seconds(3))),
            (429, &[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], "", After(seconds(0))),
            (429, &[], "", Later),
            (502, &[], "", Later),
            (301, &[], "", Never),
        ] {
            assert_eq!(status(code, pairs, message).again, again, "{code} {pairs:?} {message}");
        }
        let reset = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 1800;
        let limits = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset.to_string())];
        let After(pause) = status(403, &limits, "").again else { panic!() };
        assert!(pause > seconds(1790) && pause <= seconds(1801), "{pause:?}");
    }

    #[test]
    fn the_permission_is_named() {
        let denied = status(403, &[], "Resource not accessible by integration");
        insta::assert_snapshot!(denied, @"GitHub's API (api.github.com) answered 403 Forbidden (Resource not accessible by integration)");
        insta::assert_snapshot!(denied.remedy(), @"Give the job `permissions: actions: read` (a token of your own needs `actions: read` on the repository).");
    }
}
