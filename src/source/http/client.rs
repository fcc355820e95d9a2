//! The one HTTP client for all services.
//!
//! TLS is ring with the roots compiled in and those of `SSL_CERT_FILE`; proxies
//! are those given; no redirect is followed that was not checked.

use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::{NoProxy, Proxy, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::error::{RequestError, Service};
use super::network::{ExtraRoots, MinimumRate, Network, ProxyUrl};
use super::token::Token;
use crate::reporter::Reporter;
use crate::source::SourceError;

/// Builds the proxy for the requests of one scheme.
type ProxyForScheme = fn(&str) -> reqwest::Result<Proxy>;

/// The most bytes of a response that is not a download.
const MAX_RESPONSE: usize = 32 << 20;

/// The most bytes of `SSL_CERT_FILE`.
const MAX_CERTIFICATES: u64 = 16 << 20;

/// The client, and the secrets that are removed from texts of responses.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    secrets: Vec<Token>,
    minimum_rate: MinimumRate,
}

impl Client {
    /// A client that sends `secrets`, which are masked in the log first.
    ///
    /// # Errors
    /// [`SourceError::Input`] if what `SSL_CERT_FILE` or a proxy's variable
    /// names cannot be used; [`SourceError::Fault`] if the file cannot be read.
    pub(crate) fn new(
        network: &Network,
        secrets: Vec<Token>,
        reporter: &dyn Reporter,
    ) -> Result<Self, SourceError> {
        for secret in secrets.iter().filter(|secret| secret.is_worth_masking()) {
            reporter.mask(secret.expose());
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("release-prep/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(network.connect_timeout)
            .read_timeout(network.read_timeout)
            .tls_backend_preconfigured(tls(network.extra_roots.as_ref())?)
            .no_proxy();
        for proxy in proxies(network)? {
            builder = builder.proxy(proxy);
        }
        let http = builder.build().map_err(|error| SourceError::Fault {
            what: "the HTTP client cannot be built".into(),
            remedy: None,
            cause: Some(Box::new(error.without_url())),
        })?;
        Ok(Self { http, secrets, minimum_rate: network.minimum_rate })
    }

    /// The client itself, for octocrab and for requests.
    pub(crate) const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A text of a response without the secrets that the service was sent.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), "***"))
    }

    /// The body of a response, to be read piece by piece.
    pub(crate) const fn body_reader(
        &self,
        service: &'static Service,
        host: String,
        response: Response,
    ) -> BodyReader {
        BodyReader {
            response,
            service,
            host,
            minimum_rate: self.minimum_rate,
            waited: Duration::ZERO,
            received: 0,
        }
    }

    /// The body of a response that is not a download, at most 32 MiB. Of a
    /// response that reports a failure, what could be read: the failure says
    /// more than a body that broke off.
    pub(crate) async fn read(
        &self,
        service: &'static Service,
        host: &str,
        response: Response,
    ) -> Result<Vec<u8>, RequestError> {
        let failed = !response.status().is_success();
        let mut reader = self.body_reader(service, host.to_owned(), response);
        let mut body = Vec::new();
        loop {
            match reader.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > MAX_RESPONSE => {
                    let problem = format!("it has more than {MAX_RESPONSE} bytes");
                    return Err(RequestError::invalid(service, host, problem));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(_) if failed => return Ok(body),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The body of a response. Fails if it arrives too slowly.
pub(crate) struct BodyReader {
    response: Response,
    service: &'static Service,
    host: String,
    minimum_rate: MinimumRate,
    waited: Duration,
    received: u64,
}

impl BodyReader {
    /// The next piece; none at the end.
    ///
    /// # Errors
    /// If the connection ends early, stalls, or is slower than the least rate.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, RequestError> {
        let started = Instant::now();
        let chunk = self.response.chunk().await;
        self.waited += started.elapsed();
        let chunk = chunk.map_err(|error| RequestError::transport(self.service, &self.host, &error))?;
        let Some(bytes) = &chunk else { return Ok(None) };
        self.received += bytes.len() as u64;
        if self.waited >= self.minimum_rate.window {
            if self.received < self.minimum_rate.bytes {
                return Err(RequestError::too_slow(self.service, &self.host, self.received, self.waited));
            }
            (self.waited, self.received) = (Duration::ZERO, 0);
        }
        Ok(chunk)
    }
}

fn proxies(network: &Network) -> Result<Vec<Proxy>, SourceError> {
    let no_proxy = network.no_proxy.as_deref().and_then(NoProxy::from_string);
    let given: [(&str, &Option<ProxyUrl>, ProxyForScheme); 2] = [
        ("HTTPS_PROXY", &network.https_proxy, |url| Proxy::https(url)),
        ("HTTP_PROXY", &network.http_proxy, |url| Proxy::http(url)),
    ];
    let mut proxies = Vec::new();
    for (variable, proxy, for_scheme) in given {
        let Some(proxy) = proxy else { continue };
        let built = for_scheme(proxy.expose()).map_err(|_| {
            SourceError::Input(format!("{variable} names {}, which cannot be used as a proxy", proxy.host()))
        })?;
        proxies.push(built.no_proxy(no_proxy.clone()));
    }
    Ok(proxies)
}

/// ring, TLS 1.2 and 1.3, Mozilla's roots and those given.
fn tls(extra: Option<&ExtraRoots>) -> Result<rustls::ClientConfig, SourceError> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(extra) = extra {
        add_extra_roots(&mut roots, extra)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
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

/// Adds the certificates of `SSL_CERT_FILE`. As OpenSSL and curl do, one that
/// cannot be parsed is skipped; a file without a single usable one is an error.
fn add_extra_roots(roots: &mut rustls::RootCertStore, extra: &ExtraRoots) -> Result<(), SourceError> {
    let path = &extra.path;
    let mut pem = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_CERTIFICATES).read_to_end(&mut pem)).map_err(
        |error: io::Error| SourceError::Fault {
            what: format!("SSL_CERT_FILE is `{path}`, which cannot be read"),
            remedy: Some(
                "Unset SSL_CERT_FILE, or name a file that is there; a container sees the workspace and no other file of the host."
                    .into(),
            ),
            cause: Some(Box::new(error)),
        },
    )?;
    let parsed = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok);
    let (added, _) = roots.add_parsable_certificates(parsed);
    if added == 0 {
        return Err(SourceError::Input(format!(
            "SSL_CERT_FILE is `{path}`, which holds no certificate; expected certificates of authorities in PEM"
        )));
    }
    Ok(())
}
