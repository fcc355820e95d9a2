//! How the network is reached: proxies, certificates, timeouts, retries.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

use super::url::host;
use crate::reporter::Reporter;

/// How to reach the services.
#[derive(Debug, Clone)]
pub struct Network {
    /// `HTTPS_PROXY`.
    pub https_proxy: Option<ProxyUrl>,
    /// `HTTP_PROXY`.
    pub http_proxy: Option<ProxyUrl>,
    /// `NO_PROXY`: hosts that are reached without a proxy, separated by
    /// commas.
    pub no_proxy: Option<String>,
    /// Authorities trusted besides those compiled in.
    pub extra_roots: Option<ExtraRoots>,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for the next byte.
    pub read_timeout: Duration,
    /// How slow a response may be.
    pub minimum_rate: MinimumRate,
    /// When to retry.
    pub policy: RetryPolicy,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            https_proxy: None,
            http_proxy: None,
            no_proxy: None,
            extra_roots: None,
            connect_timeout: Duration::from_secs(15),
            read_timeout: Duration::from_secs(20),
            minimum_rate: MinimumRate::default(),
            policy: RetryPolicy::default(),
        }
    }
}

impl Network {
    /// Reports what the environment changes about the way to the services,
    /// before anything fails because of it.
    pub(crate) fn announce(&self, reporter: &dyn Reporter) {
        for (variable, proxy) in [("HTTPS_PROXY", &self.https_proxy), ("HTTP_PROXY", &self.http_proxy)] {
            if let Some(proxy) = proxy {
                reporter.notice(&format!("requests go through the proxy {} ({variable})", proxy.host()));
            }
        }
        if let Some(ExtraRoots { path }) = &self.extra_roots {
            reporter.notice(&format!("the authorities in `{path}` are trusted as well (SSL_CERT_FILE)"));
        }
    }
}

/// The fewest bytes of a body that must arrive within a time spent waiting for
/// them. A connection that delivers less is treated as stalled: each byte would
/// restart the read timeout, and the response would never end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinimumRate {
    /// Bytes within one window.
    pub bytes: u64,
    /// Time spent waiting for the network; time spent on the disk is not
    /// counted.
    pub window: Duration,
}

impl Default for MinimumRate {
    /// 1,000 bytes a second, over a minute.
    fn default() -> Self {
        Self { bytes: 60_000, window: Duration::from_mins(1) }
    }
}

/// How often to retry, and how long to wait before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all without any progress.
    pub attempts: u32,
    /// The pause before the second attempt; each further one is twice as long,
    /// less a random part of up to a half.
    pub initial_backoff: Duration,
    /// The longest pause of our own choice.
    pub max_backoff: Duration,
    /// The longest `Retry-After` that is obeyed; a longer one is a failure.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            initial_backoff: Duration::from_secs(1),
            max_backoff: Duration::from_secs(30),
            max_retry_after: Duration::from_mins(5),
        }
    }
}

/// The PEM file of further certificate authorities (`SSL_CERT_FILE`). It is
/// read when a client is built, so that runs without network do not need it.
#[derive(Debug, Clone)]
pub struct ExtraRoots {
    /// The file's path.
    pub path: String,
}

/// The URL of a proxy, which may contain a password.
#[derive(Clone)]
pub struct ProxyUrl {
    url: SecretString,
    host: String,
}

/// A text that is not the URL of a proxy. Shows nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the URL of a proxy, http://HOST:PORT or https://HOST:PORT")]
pub struct ProxyUrlError;

impl FromStr for ProxyUrl {
    type Err = ProxyUrlError;

    /// `HOST:PORT` is read as `http://HOST:PORT`, as curl does.
    fn from_str(text: &str) -> Result<Self, ProxyUrlError> {
        let text = text.trim();
        let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url: Url = text.parse().map_err(|_| ProxyUrlError)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(ProxyUrlError);
        }
        Ok(Self { url: text.into(), host: host(&url) })
    }
}

impl ProxyUrl {
    /// Host and port, without user and password.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn expose(&self) -> &str {
        self.url.expose_secret()
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({})", self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_password_is_not_shown() {
        let proxy: ProxyUrl = "http://user:canary@proxy.example.org:3128".parse().unwrap();
        assert_eq!(format!("{proxy:?}"), "ProxyUrl(proxy.example.org:3128)");
        assert_eq!("proxy:80".parse::<ProxyUrl>().unwrap().host(), "proxy");
        assert!("socks5://proxy".parse::<ProxyUrl>().is_err());
    }
}
