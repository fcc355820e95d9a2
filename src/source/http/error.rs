//! What can go wrong with one request. No error holds a URL: a signed one is a
//! secret.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::source::SourceError;

/// A service that requests are sent to, and what only it means by its
/// responses.
#[derive(Debug)]
pub(crate) struct Service {
    /// How messages call it.
    pub(crate) name: &'static str,
    /// Whether a response (status, headers, message) refuses the request
    /// because there were too many, and when the next one may be sent.
    pub(crate) rate_limit: fn(StatusCode, &HeaderMap, &str) -> Option<Retry>,
    /// What to do about an error, where more is known than HTTP says.
    pub(crate) remedy: fn(&RequestError) -> Option<String>,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
#[error("{} ({host}) {kind}{retry}", .service.name)]
pub(crate) struct RequestError {
    /// The service that was asked.
    pub(crate) service: &'static Service,
    /// Its host, the only part of a URL that is shown.
    pub(crate) host: String,
    /// How it failed.
    pub(crate) kind: Kind,
    /// Whether the same request may succeed later.
    pub(crate) retry: Retry,
}

/// How a request failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    /// No connection.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// A certificate that no trusted authority issued.
    #[error("presents a certificate that is not trusted: {0}")]
    UntrustedCertificate(String),
    /// A connection on which nothing arrives.
    #[error("sent nothing for too long")]
    Timeout,
    /// A connection on which hardly anything arrives.
    #[error("sent {bytes} bytes in {} s, which is too slow", .time.as_secs())]
    TooSlow {
        /// Bytes that arrived.
        bytes: u64,
        /// Within this time.
        time: Duration,
    },
    /// A connection that ended too early.
    #[error("broke off: {0}")]
    Interrupted(String),
    /// A response with another status than the one wanted.
    #[error("answered {status}{message}")]
    Status {
        /// The status.
        status: StatusCode,
        /// What the response says, untrusted text.
        message: Message,
    },
    /// A response with the right status and the wrong contents.
    #[error("returned an invalid response: {0}")]
    InvalidResponse(String),
    /// A redirect to where no request may go.
    #[error("redirects to an unsafe URL: {0}")]
    UnsafeRedirect(&'static str),
    /// A redirect after too many.
    #[error("sent too many redirects")]
    TooManyRedirects,
}

/// The message of a response, shortened.
#[derive(Debug, Default)]
pub(crate) struct Message(String);

/// The most characters of a response's message that are shown.
const SHOWN: usize = 200;

impl Message {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.chars().take(SHOWN).collect())
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " ({})", self.0) }
    }
}

/// Whether the same request may succeed another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// It will not.
    No,
    /// It may, after a pause.
    Backoff,
    /// It may, after the time that the service asks for.
    After(Duration),
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(pause) if !pause.is_zero() => {
                write!(f, ", and asks to wait {} s", pause.as_secs())
            }
            _ => Ok(()),
        }
    }
}

impl RequestError {
    fn new(service: &'static Service, host: &str, kind: Kind, retry: Retry) -> Self {
        Self { service, host: host.to_owned(), kind, retry }
    }

    /// A response with the wrong contents. It may have been damaged on the way,
    /// so it is worth another attempt.
    pub(crate) fn invalid(service: &'static Service, host: &str, problem: impl Into<String>) -> Self {
        Self::new(service, host, Kind::InvalidResponse(problem.into()), Retry::Backoff)
    }

    /// A redirect to where no request may go.
    pub(crate) fn unsafe_redirect(service: &'static Service, host: &str, why: &'static str) -> Self {
        Self::new(service, host, Kind::UnsafeRedirect(why), Retry::No)
    }

    /// A redirect after too many.
    pub(crate) fn too_many_redirects(service: &'static Service, host: &str) -> Self {
        Self::new(service, host, Kind::TooManyRedirects, Retry::No)
    }

    /// A body that arrives more slowly than the least rate.
    pub(crate) fn too_slow(service: &'static Service, host: &str, bytes: u64, time: Duration) -> Self {
        Self::new(service, host, Kind::TooSlow { bytes, time }, Retry::Backoff)
    }

    /// An error of the client. Only what lies below reqwest's own error in the
    /// chain is shown, because that one contains the URL.
    pub(crate) fn transport(service: &'static Service, host: &str, error: &(dyn Error + 'static)) -> Self {
        let chain = || chain(error);
        let client = chain().find_map(|error| error.downcast_ref::<reqwest::Error>());
        let root = chain().last().filter(|root| !root.is::<reqwest::Error>());
        let detail = root.map_or_else(|| "the reason is not known".to_owned(), ToString::to_string);
        let untrusted =
            chain().filter_map(tls_error).any(|tls| matches!(tls, rustls::Error::InvalidCertificate(_)));
        let (kind, retry) = if untrusted {
            (Kind::UntrustedCertificate(detail), Retry::No)
        } else if client.is_some_and(reqwest::Error::is_connect) {
            (Kind::Unreachable(detail), Retry::Backoff)
        } else if client.is_some_and(reqwest::Error::is_timeout) {
            (Kind::Timeout, Retry::Backoff)
        } else {
            (Kind::Interrupted(detail), Retry::Backoff)
        };
        Self::new(service, host, kind, retry)
    }

    /// A response with another status than the one wanted.
    pub(crate) fn status(
        service: &'static Service,
        host: &str,
        status: StatusCode,
        headers: &HeaderMap,
        message: &str,
    ) -> Self {
        let is_temporary = matches!(status.as_u16(), 408 | 429 | 500..=599);
        let retry = (service.rate_limit)(status, headers, message).unwrap_or_else(|| {
            if is_temporary { retry_after(headers).map_or(Retry::Backoff, Retry::After) } else { Retry::No }
        });
        Self::new(service, host, Kind::Status { status, message: Message::new(message) }, retry)
    }

    /// The status of the response, if there was one.
    pub(crate) const fn answered(&self) -> Option<StatusCode> {
        match &self.kind {
            Kind::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What to do about it, a sentence.
    pub(crate) fn remedy(&self) -> String {
        let host = &self.host;
        match &self.kind {
            Kind::Unreachable(_) | Kind::Timeout | Kind::TooSlow { .. } | Kind::Interrupted(_) => format!(
                "Check that {host} can be reached from here; a proxy is named by HTTPS_PROXY, exceptions by NO_PROXY."
            ),
            Kind::UntrustedCertificate(_) => format!(
                "If {host} has a certificate of an authority of your own, name its PEM file in SSL_CERT_FILE."
            ),
            _ => (self.service.remedy)(self).unwrap_or_else(|| self.general_remedy()),
        }
    }

    fn general_remedy(&self) -> String {
        match (&self.kind, self.retry) {
            (Kind::InvalidResponse(_), _) => {
                "Check that no proxy answers in its place, and run the job again.".into()
            }
            (_, Retry::After(pause)) if !pause.is_zero() => {
                format!("Run the job again in {} s.", pause.as_secs())
            }
            _ => "Run the job again; if this persists, report it with this message.".into(),
        }
    }

    /// The fault that ends the run.
    pub(crate) fn fault(self, what: impl Into<String>) -> SourceError {
        SourceError::Fault { what: what.into(), remedy: Some(self.remedy()), cause: Some(Box::new(self)) }
    }
}

/// An error and its causes.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The error of TLS, in however many of the system's errors it is wrapped:
/// those do not give it as their source.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let wrapped = || error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.downcast_ref::<rustls::Error>().or_else(|| tls_error(wrapped()?))
}

/// `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(until(u64::try_from(date.timestamp()).ok()?))
}

/// The time until a moment, in seconds since 1970; zero if it has passed.
pub(crate) fn until(seconds: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Duration::from_secs(seconds).saturating_sub(now)
}
