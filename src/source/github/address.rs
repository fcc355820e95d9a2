//! Addresses: whom a token may be sent to, and where a redirect may lead.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use super::error::{RequestError, Service};
use super::token::is_worth_masking;
use crate::reporter::Reporter;

/// The address of a service: `https`, or `http` on this machine; no user, no
/// query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl(Url);

/// Why a text cannot be the address of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServiceUrlError {
    /// It is no URL.
    #[error("it is no URL; expected https://HOST")]
    Syntax,
    /// A token would go over the network for everyone to read.
    #[error("it is not https; plain http is for loopback alone")]
    Scheme,
    /// It holds what must not be part of it.
    #[error("it holds a user, a password, a query or a fragment; expected https://HOST and a path at most")]
    Extra,
}

impl ServiceUrl {
    /// The address of the REST API of a server: `api.github.com`,
    /// `api.HOST` for `HOST.ghe.com`, and `/api/v3` of an Enterprise Server.
    #[must_use]
    pub fn api_of_server(&self) -> Self {
        let mut url = self.0.clone();
        let host = url.host_str().unwrap_or_default();
        if host == "github.com" || host.ends_with(".ghe.com") {
            let host = format!("api.{host}");
            // A host that has been one stays one with a label more.
            if url.set_host(Some(&host)).is_ok() {
                url.set_path("/");
            }
        } else {
            url.set_path("/api/v3");
        }
        Self(url)
    }

    /// Whether this is github.com itself.
    #[must_use]
    pub fn is_github_com(&self) -> bool {
        self.0.host_str() == Some("github.com")
    }

    /// Host, and port where it is not the scheme's own.
    #[must_use]
    pub fn host(&self) -> String {
        host(&self.0)
    }

    pub(super) const fn url(&self) -> &Url {
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
pub(super) fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "no host".to_owned(),
    }
}

/// Whether an address bears a user or a password, which a client would send.
pub(super) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether an address is plain http on this machine.
pub(super) fn is_plain_loopback(url: &Url) -> bool {
    let here = |host: &str| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    url.scheme() == "http" && url.host_str().is_some_and(here)
}

/// Whether two addresses are of one origin (RFC 6454): scheme, host and port.
pub(super) fn is_same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

/// Where a request may be sent on to without its token.
///
/// `https` only; plain `http` to this machine if it is this machine that says
/// so. No user and no password, for a client would send them.
fn resolve_redirect(from: &Url, location: &str) -> Result<Url, &'static str> {
    let url = from.join(location).map_err(|_| "it cannot be read")?;
    if !(url.scheme() == "https" || is_plain_loopback(&url) && is_plain_loopback(from)) {
        return Err("it is not https");
    }
    if has_user(&url) { Err("it bears a user or a password") } else { Ok(url) }
}

/// Where an artifact's bytes can be had by whoever knows the address. Cannot
/// be printed.
#[derive(Clone)]
pub(super) struct SignedUrl(Url);

impl SignedUrl {
    /// What `service` at `from` gave, its signature reported to be masked
    /// before anything else is done with it.
    pub(super) fn new(
        service: Service,
        from: &Url,
        location: &str,
        reporter: &dyn Reporter,
    ) -> Result<Self, RequestError> {
        let url = resolve_redirect(from, location)
            .map_err(|why| RequestError::not_safe(service, &host(from), why))?;
        // As it stands in the address, and as it reads.
        let encoded = url.query().unwrap_or_default().split('&').filter_map(|pair| pair.strip_prefix("sig="));
        let read = url.query_pairs().filter(|(name, _)| name == "sig").map(|(_, value)| value);
        let signatures: BTreeSet<Cow<'_, str>> = encoded.map(Cow::from).chain(read).collect();
        for signature in signatures.iter().filter(|signature| is_worth_masking(signature)) {
            reporter.mask(signature);
        }
        Ok(Self(url))
    }

    /// Where a redirect of the store leads.
    pub(super) fn redirected(&self, location: &str, reporter: &dyn Reporter) -> Result<Self, RequestError> {
        Self::new(Service::Blobs, &self.0, location, reporter)
    }

    /// For the request itself.
    pub(super) const fn expose(&self) -> &Url {
        &self.0
    }

    /// Host and port, which are no secret.
    pub(super) fn host(&self) -> String {
        host(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_services() {
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
        let api = |server: &str| server.parse::<ServiceUrl>().unwrap().api_of_server().to_string();
        assert_eq!(api("https://github.com"), "https://api.github.com/");
        assert_eq!(api("https://octo.ghe.com"), "https://api.octo.ghe.com/");
        assert_eq!(api("https://git.example.org"), "https://git.example.org/api/v3");
    }
}
