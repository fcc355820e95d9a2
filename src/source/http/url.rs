//! URLs: where a token may be sent, and where a redirect may lead.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use super::error::{RequestError, Service};
use super::token::is_worth_masking;
use crate::reporter::Reporter;

/// The URL of a service: `https`, or `http` on this machine; no user, no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl(Url);

/// Why a text is not the URL of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServiceUrlError {
    /// It cannot be parsed.
    #[error("it is not a valid URL; expected https://HOST")]
    Syntax,
    /// A token would go over the network for everyone to read.
    #[error("it is not https; plain http is for loopback alone")]
    Scheme,
    /// It has a part that it must not have.
    #[error(
        "it contains a user, a password, a query or a fragment; expected https://HOST and a path at most"
    )]
    Extra,
}

impl ServiceUrl {
    /// The same scheme and port, with this host and path.
    ///
    /// # Panics
    /// If `host` is not a host name: callers derive it from one.
    #[must_use]
    pub(crate) fn with_host_and_path(&self, host: &str, path: &str) -> Self {
        let mut url = self.0.clone();
        #[expect(clippy::expect_used, reason = "a host name with another label is one")]
        url.set_host(Some(host)).expect("a host name");
        url.set_path(path);
        Self(url)
    }

    /// The host's name, without the port.
    #[must_use]
    pub(crate) fn host_name(&self) -> &str {
        #[expect(clippy::expect_used, reason = "the URL standard: http and https URLs have a host")]
        self.0.host_str().expect("an http or https URL has a host")
    }

    /// Host, and port where it is not the scheme's own.
    #[must_use]
    pub fn host(&self) -> String {
        host(&self.0)
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for ServiceUrl {
    type Err = ServiceUrlError;

    fn from_str(text: &str) -> Result<Self, ServiceUrlError> {
        let url: Url = text.trim().parse().map_err(|_| ServiceUrlError::Syntax)?;
        if !(url.scheme() == "https" || is_plain_loopback(&url)) {
            return Err(ServiceUrlError::Scheme);
        }
        if has_user(&url) || url.query().is_some() || url.fragment().is_some() {
            return Err(ServiceUrlError::Extra);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Host, and port where it is not the scheme's own; never a path or a query.
pub(crate) fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "no host".to_owned(),
    }
}

/// Whether a URL has a user or a password, which a client would send.
pub(crate) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether a URL is plain http on this machine.
pub(crate) fn is_plain_loopback(url: &Url) -> bool {
    let here = |host: &str| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    url.scheme() == "http" && url.host_str().is_some_and(here)
}

/// Whether two URLs have the same origin (RFC 6454): scheme, host and port.
pub(crate) fn is_same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

/// The target of a redirect, if a request without a token may be sent there.
///
/// `https` only; plain `http` to this machine if this machine redirects there.
/// No user and no password, because a client would send them.
fn resolve_redirect(from: &Url, location: &str) -> Result<Url, &'static str> {
    let url = from.join(location).map_err(|_| "it is not a valid URL")?;
    if !(url.scheme() == "https" || is_plain_loopback(&url) && is_plain_loopback(from)) {
        return Err("it is not https");
    }
    if has_user(&url) { Err("it has a user or a password") } else { Ok(url) }
}

/// A URL that gives access to whoever knows it. Cannot be printed.
#[derive(Clone)]
pub(crate) struct SignedUrl(Url);

impl SignedUrl {
    /// The URL that `service` at `from` returned. Its signature (the parameter
    /// `sig`) is masked before anything else is done with it.
    pub(crate) fn new(
        service: &'static Service,
        from: &Url,
        location: &str,
        reporter: &dyn Reporter,
    ) -> Result<Self, RequestError> {
        let url = resolve_redirect(from, location)
            .map_err(|why| RequestError::unsafe_redirect(service, &host(from), why))?;
        // Percent-encoded as in the URL, and decoded.
        let pairs = url.query().into_iter().flat_map(|query| query.split('&'));
        let encoded = pairs.filter_map(|pair| pair.strip_prefix("sig="));
        let decoded = url.query_pairs().filter(|(name, _)| name == "sig").map(|(_, value)| value);
        let signatures: BTreeSet<Cow<'_, str>> = encoded.map(Cow::from).chain(decoded).collect();
        for signature in signatures.iter().filter(|signature| is_worth_masking(signature)) {
            reporter.mask(signature);
        }
        Ok(Self(url))
    }

    /// The target of a redirect by `service`, which this URL leads to.
    pub(crate) fn redirected(
        &self,
        service: &'static Service,
        location: &str,
        reporter: &dyn Reporter,
    ) -> Result<Self, RequestError> {
        Self::new(service, &self.0, location, reporter)
    }

    /// For the request itself.
    pub(crate) const fn expose(&self) -> &Url {
        &self.0
    }

    /// Host and port, which are not secret.
    pub(crate) fn host(&self) -> String {
        host(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_urls() {
        use ServiceUrlError::{Extra, Scheme, Syntax};
        for text in ["https://api.github.com", "http://127.0.0.1:9101", "http://[::1]:1/", "http://localhost"]
        {
            assert!(text.parse::<ServiceUrl>().is_ok(), "{text}");
        }
        for (text, error) in [
            ("github.com", Syntax),
            ("http://api.github.com", Scheme),
            ("http://127.0.0.1.example.org", Scheme),
            ("ftp://127.0.0.1", Scheme),
            ("https://user@github.com", Extra),
            ("https://github.com/?x", Extra),
        ] {
            assert_eq!(text.parse::<ServiceUrl>(), Err(error), "{text}");
        }
    }
}
