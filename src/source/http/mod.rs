//! HTTP for sources of artifacts: one client, retries, errors, URLs, tokens and
//! downloads that can be resumed.
//!
//! Nothing here knows which services there are. A source describes each as an
//! [`error::Service`], with what only that service means by its responses.

pub(crate) mod client;
pub(crate) mod disposition;
pub(crate) mod download;
pub(crate) mod error;
pub(crate) mod network;
pub(crate) mod retry;
pub(crate) mod spool_pool;
pub(crate) mod token;
pub(crate) mod url;

pub(crate) use client::Client;
pub(crate) use download::{Attempt, Download, DownloadError, ResponseInfo, Store};
pub(crate) use error::RequestError;
pub(crate) use network::{ExtraRoots, Network};
pub(crate) use retry::Retrier;
pub(crate) use spool_pool::{Lease, SpoolPool};
pub(crate) use token::Token;
pub(crate) use url::{ServiceUrl, SignedUrl};
