//! Downloads into a file, hashed on the way, that can be resumed.
//!
//! 1. The bytes are requested as they are (`Accept-Encoding: identity`) and
//!    without any token; redirects are followed as far as they are safe.
//! 2. A download that broke off continues where it ended (`Range`), if the
//!    content is still the same (`If-Range`).
//! 3. What arrives goes through a short queue to a blocking thread, so that a
//!    slow disk stalls no other transfer.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};

use bytes::Bytes;
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_RANGE, LOCATION, RANGE,
};
use reqwest::{Response, StatusCode};
use tokio::sync::mpsc;

use super::client::{BodyReader, Client};
use super::disposition;
use super::error::{RequestError, Service};
use super::url::SignedUrl;
use crate::digest::{Algorithms, Digests, HashingWriter};
use crate::reporter::{Progress, Reporter};

/// How many pieces of a body wait for the disk.
const QUEUE: usize = 8;

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 3;

/// Bytes of the disk that are left free.
const RESERVE: u64 = 64 << 20;

/// A store that files are downloaded from.
pub(crate) struct Store<'a> {
    pub(crate) service: &'static Service,
    pub(crate) client: &'a Client,
    pub(crate) reporter: &'a dyn Reporter,
}

/// What has arrived of a download.
pub(crate) struct Download {
    writer: HashingWriter<File>,
    /// The version of the content, if the store named a strong one.
    etag: Option<HeaderValue>,
}

/// How one attempt at a download ended.
pub(crate) enum Attempt {
    /// All bytes are there.
    Complete(ResponseInfo),
    /// The store has more bytes than allowed.
    TooLong,
    /// The network or the store failed; what has arrived may be kept.
    Failed(RequestError),
}

/// What a response says about its bytes.
#[derive(Debug)]
pub(crate) struct ResponseInfo {
    /// In lower case, without parameters; empty if there is none.
    pub(crate) media_type: String,
    /// The file name that the response proposes, untrusted text.
    pub(crate) proposed_name: Option<String>,
    /// The last part of the URL's path ends in `.zip`.
    pub(crate) path_is_zip: bool,
}

/// The disk failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DownloadError {
    /// The bytes would not fit.
    #[error("{needed} bytes more are needed on the disk, and {free} are free")]
    NoSpace {
        /// Bytes that the download still needs.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The system's error.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Download {
    /// Begins at the first byte of `file`.
    pub(crate) fn new(mut file: File) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self { writer: HashingWriter::new(file, Algorithms::default()), etag: None })
    }

    /// The same file from its first byte on.
    pub(crate) fn restart(self) -> io::Result<Self> {
        Self::new(self.writer.finalize().0)
    }

    /// The bytes that have arrived.
    pub(crate) const fn written(&self) -> u64 {
        self.writer.written()
    }

    /// The file, its length and its digests.
    pub(crate) fn finish(self) -> (File, u64, Digests) {
        self.writer.finalize()
    }

    /// Requests what is missing and writes what arrives, at most `limit` bytes
    /// in all.
    ///
    /// # Errors
    /// If the disk fails. What the network does is part of the [`Attempt`].
    pub(crate) async fn attempt(
        self,
        store: &Store<'_>,
        url: &SignedUrl,
        limit: u64,
    ) -> Result<(Self, Attempt), DownloadError> {
        let (response, url) = match store.get(url, self.written(), self.etag.as_ref()).await {
            Ok(answered) => answered,
            Err(error) => return Ok((self, Attempt::Failed(error))),
        };
        let mut download = match self.position(store, &response, &url)? {
            (download, None) => download,
            (download, Some(error)) => return Ok((download, Attempt::Failed(error))),
        };
        let left = limit.saturating_sub(download.written());
        let announced = response.content_length().unwrap_or(0);
        if announced > left {
            return Ok((download, Attempt::TooLong));
        }
        check_free_space(download.writer.get_ref(), download.written(), announced)?;
        let info = ResponseInfo::new(&response, &url);
        let etag = response.headers().get(ETAG).filter(|etag| !etag.as_bytes().starts_with(b"W/"));
        download.etag = etag.cloned();
        let body = store.client.body_reader(store.service, url.host(), response);
        let (download, stopped) = download.receive(body, left, store.reporter).await?;
        Ok((download, stopped.unwrap_or(Attempt::Complete(info))))
    }

    /// Where the bytes of a response belong: behind those that are there, or at
    /// the beginning if the store cannot continue or has other content now. An
    /// error if it is not a response that can be used.
    fn position(
        self,
        store: &Store<'_>,
        response: &Response,
        url: &SignedUrl,
    ) -> io::Result<(Self, Option<RequestError>)> {
        let from = self.written();
        let headers = response.headers();
        match response.status() {
            StatusCode::PARTIAL_CONTENT if from > 0 && starts_at(headers, from) => Ok((self, None)),
            StatusCode::OK => Ok((self.restart()?, None)),
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                let problem = "another part than the one requested";
                let error = RequestError::invalid(store.service, &url.host(), problem);
                Ok((self.restart()?, Some(error)))
            }
            status => {
                // The body is not read, because it may repeat the URL. Azure
                // Blob Storage names the error in a header as well.
                let code = headers.get("x-ms-error-code").and_then(|code| code.to_str().ok());
                let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                let message = code.unwrap_or("");
                let error = RequestError::status(store.service, &url.host(), status, headers, message);
                Ok((self, Some(error)))
            }
        }
    }

    /// Writes a body of at most `left` bytes. An [`Attempt`] if it was stopped
    /// before its end.
    async fn receive(
        self,
        mut body: BodyReader,
        mut left: u64,
        reporter: &dyn Reporter,
    ) -> io::Result<(Self, Option<Attempt>)> {
        let (queue, pieces) = mpsc::channel(QUEUE);
        let writing = tokio::task::spawn_blocking(move || self.write(pieces));
        let stopped = loop {
            match body.chunk().await {
                Ok(Some(piece)) => {
                    let Some(rest) = left.checked_sub(piece.len() as u64) else {
                        break Some(Attempt::TooLong);
                    };
                    left = rest;
                    reporter.progress(Progress::Downloaded(piece.len() as u64));
                    // A writer that has ended returns its error below.
                    if queue.send(piece).await.is_err() {
                        break None;
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(Attempt::Failed(error)),
            }
        };
        drop(queue);
        let (download, written) = writing.await.map_err(io::Error::other)?;
        written.map(|()| (download, stopped))
    }

    /// Writes pieces until there are no more. Runs where it may block.
    fn write(mut self, mut pieces: mpsc::Receiver<Bytes>) -> (Self, io::Result<()>) {
        while let Some(piece) = pieces.blocking_recv() {
            if let Err(error) = self.writer.write_all(&piece) {
                return (self, Err(error));
            }
        }
        (self, Ok(()))
    }
}

impl Store<'_> {
    /// The bytes of a small file, at most 32 MiB.
    ///
    /// # Errors
    /// If they cannot be downloaded.
    pub(crate) async fn read(&self, url: &SignedUrl) -> Result<Vec<u8>, RequestError> {
        let (response, url) = self.get(url, 0, None).await?;
        if response.status() != StatusCode::OK {
            return Err(RequestError::status(
                self.service,
                &url.host(),
                response.status(),
                response.headers(),
                "",
            ));
        }
        self.client.read(self.service, &url.host(), response).await
    }

    /// One request without any token, its redirects followed as far as they are
    /// safe; and the URL that responded in the end.
    async fn get(
        &self,
        url: &SignedUrl,
        from: u64,
        etag: Option<&HeaderValue>,
    ) -> Result<(Response, SignedUrl), RequestError> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut request =
                self.client.http().get(url.expose().clone()).header(ACCEPT_ENCODING, "identity");
            if from > 0 {
                request = request.header(RANGE, format!("bytes={from}-"));
                if let Some(etag) = etag {
                    request = request.header(IF_RANGE, etag);
                }
            }
            let sent = request.send().await;
            let response =
                sent.map_err(|error| RequestError::transport(self.service, &url.host(), &error))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok((response, url));
            }
            let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            let location = location.ok_or_else(|| {
                RequestError::invalid(self.service, &url.host(), "a redirect without a location")
            })?;
            url = url.redirected(self.service, location, self.reporter)?;
        }
        Err(RequestError::too_many_redirects(self.service, &url.host()))
    }
}

impl ResponseInfo {
    fn new(response: &Response, url: &SignedUrl) -> Self {
        let headers = response.headers();
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let media_type = media_type.split_once(';').map_or(media_type, |(media_type, _)| media_type);
        let disposition = headers.get(CONTENT_DISPOSITION).map(HeaderValue::as_bytes);
        Self {
            media_type: media_type.trim().to_ascii_lowercase(),
            proposed_name: disposition.and_then(disposition::file_name),
            path_is_zip: url.expose().path().to_ascii_lowercase().ends_with(".zip"),
        }
    }
}

/// Checks that the disk has room for `length` bytes behind the first `from`,
/// some of which the file may hold already.
fn check_free_space(file: &File, from: u64, length: u64) -> Result<(), DownloadError> {
    let statistics = rustix::fs::fstatvfs(file).map_err(io::Error::from)?;
    let allocated = std::os::unix::fs::MetadataExt::blocks(&file.metadata()?) * 512;
    let needed = from.saturating_add(length).saturating_sub(allocated);
    let free = statistics.f_bavail.saturating_mul(statistics.f_frsize);
    if needed == 0 || needed.saturating_add(RESERVE) <= free {
        Ok(())
    } else {
        Err(DownloadError::NoSpace { needed, free })
    }
}

/// Whether a part begins where it was requested (RFC 9110, section 14.4).
fn starts_at(headers: &HeaderMap, from: u64) -> bool {
    let range = headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let start = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next());
    start.and_then(|start| start.parse().ok()) == Some(from)
}
