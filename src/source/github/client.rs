//! The one HTTP client, and what it is made of.
//!
//! All three services are spoken to through it: ring, the roots compiled in
//! and those of `SSL_CERT_FILE`, proxies only as given, and no redirect
//! followed that was not looked at.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reqwest::{NoProxy, Proxy, Response, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};

use super::address::host;
use super::error::{RequestError, Service};
use super::token::Token;
use crate::source::SourceError;

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
    /// When to try again.
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
            policy: RetryPolicy::default(),
        }
    }
}

/// How often to try again, and how long to wait before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often one thing is tried in all without getting any further.
    pub attempts: u32,
    /// The pause before the second attempt; each further one is twice as long,
    /// less a random part of up to a half.
    pub initial_backoff: Duration,
    /// The longest pause of our own.
    pub max_backoff: Duration,
    /// The longest pause that a service may ask for; if it asks for more, it
    /// counts as failed.
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

/// Certificates of authorities, in PEM, and the file they come from
/// (`SSL_CERT_FILE`).
#[derive(Debug, Clone)]
pub struct ExtraRoots {
    /// For messages.
    pub path: String,
    /// The file's contents.
    pub pem: Vec<u8>,
}

/// The address of a proxy, which may bear a password.
#[derive(Clone)]
pub struct ProxyUrl {
    url: SecretString,
    host: String,
}

/// A text that is not the address of a proxy. Shows nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the address of a proxy, http://HOST:PORT or https://HOST:PORT")]
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

/// Makes a proxy for the requests of one scheme.
type ForScheme = fn(&str) -> reqwest::Result<Proxy>;

/// The most bytes of an answer that is not an artifact.
const MAX_ANSWER: usize = 32 << 20;

/// The client, and the secrets that no answer may make us show.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    secrets: Vec<Token>,
}

impl Client {
    /// # Errors
    /// [`SourceError::Input`] if what `SSL_CERT_FILE` or a proxy's variable
    /// names cannot be used.
    pub(super) fn new(network: &Network, secrets: Vec<Token>) -> Result<Self, SourceError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("release-prep/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(network.connect_timeout)
            .read_timeout(network.read_timeout)
            .tls_backend_preconfigured(tls(network.extra_roots.as_ref())?)
            .no_proxy();
        let no_proxy = network.no_proxy.as_deref().and_then(NoProxy::from_string);
        let proxies: [(&str, &Option<ProxyUrl>, ForScheme); 2] = [
            ("HTTPS_PROXY", &network.https_proxy, |url| Proxy::https(url)),
            ("HTTP_PROXY", &network.http_proxy, |url| Proxy::http(url)),
        ];
        for (variable, proxy, scheme) in proxies {
            if let Some(proxy) = proxy {
                let made = scheme(proxy.expose()).map_err(|_| {
                    SourceError::Input(format!(
                        "{variable} names {}, which cannot be used as a proxy",
                        proxy.host()
                    ))
                })?;
                builder = builder.proxy(made.no_proxy(no_proxy.clone()));
            }
        }
        let http = builder.build().map_err(|error| SourceError::Fault {
            what: "the HTTP client cannot be made".into(),
            remedy: None,
            cause: Some(Box::new(error.without_url())),
        })?;
        Ok(Self { http, secrets })
    }

    /// The client itself, for octocrab and for requests.
    pub(super) const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A text of an answer without the secrets that it may have been sent.
    pub(super) fn redact(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), "***"))
    }

    /// The body of an answer that is not an artifact, if its status is a
    /// success.
    pub(super) async fn body(
        &self,
        service: Service,
        url: &Url,
        mut response: Response,
    ) -> Result<Vec<u8>, RequestError> {
        let host = host(url);
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > MAX_ANSWER => {
                    return Err(RequestError::nonsense(
                        service,
                        &host,
                        format!("it is longer than {MAX_ANSWER} bytes"),
                    ));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                // That it failed says more than that the reason was cut.
                Err(_) if !status.is_success() => break,
                Err(error) => return Err(RequestError::transport(service, &host, &error)),
            }
        }
        if status.is_success() {
            return Ok(body);
        }
        Err(RequestError::status(service, &host, status, &headers, &self.redact(&told(&body))))
    }

    /// An answer's JSON.
    pub(super) fn json<T: serde::de::DeserializeOwned>(
        &self,
        service: Service,
        url: &Url,
        body: &[u8],
    ) -> Result<T, RequestError> {
        serde_json::from_slice(body)
            .map_err(|error| RequestError::nonsense(service, &host(url), self.redact(&error.to_string())))
    }
}

/// What a failure's body says: `message` (REST) or `msg` (Twirp).
fn told(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Failure {
        message: Option<String>,
        msg: Option<String>,
    }
    let failure = serde_json::from_slice::<Failure>(body).ok();
    failure.and_then(|failure| failure.message.or(failure.msg)).unwrap_or_default()
}

/// ring, TLS 1.2 and 1.3, Mozilla's roots and those given.
fn tls(extra: Option<&ExtraRoots>) -> Result<rustls::ClientConfig, SourceError> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(ExtraRoots { path, pem }) = extra {
        let found: Vec<_> = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
        let (added, _) = roots.add_parsable_certificates(found);
        if added == 0 {
            return Err(SourceError::Input(format!(
                "SSL_CERT_FILE names `{path}`, which holds no certificate; expected certificates of authorities in PEM"
            )));
        }
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SourceError::Fault {
            what: "TLS cannot be set up".into(),
            remedy: None,
            cause: Some(Box::new(error)),
        })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
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
