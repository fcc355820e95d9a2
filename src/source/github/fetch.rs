//! One artifact's bytes: into a spool, hashed on the way, compared with the
//! digest that was told, and only then anyone's to open.
//!
//! 1. A signed address is asked for; when it has expired, another one.
//! 2. The bytes come as they are (`Accept-Encoding: identity`), up to a cap,
//!    and go to the disk by a blocking thread behind a short queue.
//! 3. What breaks off goes on where it ended (`Range`), if there is a digest
//!    to prove the whole.
//! 4. A digest that is wrong is given another chance, from the first byte.
//! 5. The media type and the name that is proposed say whether it is an
//!    archive or a single file.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};

use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_RANGE, LOCATION, RANGE,
};
use reqwest::{Response, StatusCode};
use tokio::sync::mpsc;

use super::address::SignedUrl;
use super::artifact_service::ArtifactService;
use super::client::Client;
use super::disposition;
use super::error::{RequestError, Service};
use super::listing::SelectedArtifact;
use super::retry::Retry;
use super::spool::Lease;
use crate::artifact::Artifact;
use crate::digest::{Algorithms, HashingWriter, Sha256};
use crate::filename::{FileName, FileNameError};
use crate::rule::Rule;
use crate::rule::finding::Place;
use crate::source::{Content, Payload, SourceError};

/// How many pieces of an answer wait for the disk.
const QUEUE: usize = 8;

/// So many bytes are progress: what failed before them counts no longer.
const PROGRESS: u64 = 1 << 20;

/// How often an artifact with a wrong digest is downloaded.
const DIGEST_ATTEMPTS: u32 = 3;

/// How many fresh addresses may be refused in a row.
const MAX_REFUSED: u32 = 3;

/// How many redirects of the store are followed.
const MAX_REDIRECTS: usize = 3;

/// Bytes of the disk that are left to others.
const RESERVE: u64 = 64 << 20;

/// What it takes to fetch artifacts.
pub(super) struct Fetch<'a> {
    pub(super) way: &'a ArtifactService,
    pub(super) client: &'a Client,
    pub(super) retry: &'a Retry,
}

/// How far a download has come.
struct PartialDownload {
    writer: HashingWriter<File>,
    /// What tells this content from another one under the same address.
    etag: Option<HeaderValue>,
}

impl PartialDownload {
    /// Begins at the file's first byte.
    fn new(mut file: File) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self { writer: HashingWriter::new(file, Algorithms::default()), etag: None })
    }

    fn again(self) -> io::Result<Self> {
        Self::new(self.writer.finalize().0)
    }
}

/// What an answer says of the bytes that came with it.
struct ResponseInfo {
    media_type: String,
    proposed: Option<String>,
    path_is_zip: bool,
}

impl Fetch<'_> {
    /// Fetches one artifact into a leased file.
    ///
    /// # Errors
    /// [`SourceError::Refused`] if its bytes are not what was told;
    /// [`SourceError::Fault`] if it cannot be had.
    pub(super) async fn payload(
        &self,
        chosen: &SelectedArtifact,
        lease: Lease,
    ) -> Result<Payload, SourceError> {
        let artifact = &chosen.artifact;
        let not_spooled = |error| not_spooled(artifact, error);
        let not_fetched = |trouble: RequestError| {
            trouble.fault(format!("the artifact `{}` cannot be downloaded", artifact.name))
        };

        let mut url = self.way.signed_url(chosen).await.map_err(not_fetched)?;
        let disk = lease.file().map_err(not_spooled)?;
        let mut part = lease.file().and_then(PartialDownload::new).map_err(not_spooled)?;
        let (mut failures, mut refused, mut wrong, mut furthest) = (0, 0, 0, 0);
        loop {
            let (reached, outcome) = self.attempt(chosen, &url, &disk, part).await?;
            part = reached;
            let trouble = match outcome {
                Ok(head) => {
                    let (file, len, digests) = part.writer.finalize();
                    let Some(told) = artifact.digest.filter(|told| *told != digests.sha256) else {
                        let content = content(artifact, &head, lease, len)?;
                        return Ok(Payload { artifact: artifact.clone(), content });
                    };
                    wrong += 1;
                    if wrong >= DIGEST_ATTEMPTS {
                        return Err(mismatch(artifact, told, digests.sha256, len));
                    }
                    self.retry.reporter().notice(&format!(
                        "the artifact `{}` came with another digest than GitHub told; downloading it again",
                        artifact.name
                    ));
                    part = PartialDownload::new(file).map_err(not_spooled)?;
                    url = self.way.signed_url(chosen).await.map_err(not_fetched)?;
                    continue;
                }
                Err(trouble) => trouble,
            };
            if part.writer.written() >= furthest + PROGRESS {
                furthest = part.writer.written();
                (failures, refused) = (0, 0);
            }
            if is_refusal(&trouble) {
                refused += 1;
                if refused >= MAX_REFUSED {
                    return Err(not_fetched(trouble));
                }
                let name = &artifact.name;
                self.retry.reporter().notice(&format!("{trouble} for `{name}`; asking for another address"));
                url = self.way.signed_url(chosen).await.map_err(not_fetched)?;
            } else {
                failures += 1;
                self.retry.wait(failures, trouble).await.map_err(not_fetched)?;
            }
            // Without a digest nothing would prove that two halves are one.
            if artifact.digest.is_none() {
                part = part.again().map_err(not_spooled)?;
            }
        }
    }

    /// Asks for what is missing and writes what comes. The outer error is the
    /// disk's, the inner one the network's.
    async fn attempt(
        &self,
        chosen: &SelectedArtifact,
        url: &SignedUrl,
        disk: &File,
        mut part: PartialDownload,
    ) -> Result<(PartialDownload, Result<ResponseInfo, RequestError>), SourceError> {
        let not_spooled = |error| not_spooled(&chosen.artifact, error);
        let from = part.writer.written();
        let (mut response, url) = match self.get(url, from, part.etag.as_ref()).await {
            Ok(answer) => answer,
            Err(trouble) => return Ok((part, Err(trouble))),
        };
        let nonsense = |what: &str| RequestError::nonsense(Service::Blobs, &url.host(), what);
        match response.status() {
            StatusCode::PARTIAL_CONTENT if from > 0 && starts_at(response.headers(), from) => {}
            // The store begins anew, because it cannot do otherwise or because
            // the content is another one.
            StatusCode::OK => part = part.again().map_err(not_spooled)?,
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                let part = part.again().map_err(not_spooled)?;
                return Ok((part, Err(nonsense("another part than the one asked for"))));
            }
            status => {
                // The body is not read: it may repeat the address.
                let code = response.headers().get("x-ms-error-code").and_then(|code| code.to_str().ok());
                let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                let headers = response.headers();
                let host = url.host();
                let trouble =
                    RequestError::status(Service::Blobs, &host, status, headers, code.unwrap_or_default());
                return Ok((part, Err(trouble)));
            }
        }
        let left = chosen.cap.saturating_sub(part.writer.written());
        if response.content_length().is_some_and(|length| length > left) {
            return Err(oversized(chosen));
        }
        let length = response.content_length().unwrap_or(0);
        check_free_space(&chosen.artifact, disk, part.writer.written(), length)?;
        let head = ResponseInfo::of(&response, &url);
        part.etag = response.headers().get(ETAG).filter(|etag| !etag.as_bytes().starts_with(b"W/")).cloned();

        let (queue, pieces) = mpsc::channel(QUEUE);
        let writing = tokio::task::spawn_blocking(move || write(part, pieces));
        let mut left = left;
        let outcome = loop {
            match response.chunk().await {
                Ok(Some(piece)) => {
                    let length = piece.len() as u64;
                    if length > left {
                        break Err(None);
                    }
                    left -= length;
                    // A writer that is gone has an error to tell.
                    if queue.send(piece).await.is_err() {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(Some(RequestError::transport(Service::Blobs, &url.host(), &error))),
            }
        };
        drop(queue);
        let (part, written) = writing.await.map_err(|error| not_spooled(io::Error::other(error)))?;
        written.map_err(not_spooled)?;
        match outcome {
            Ok(()) => Ok((part, Ok(head))),
            Err(Some(trouble)) => Ok((part, Err(trouble))),
            Err(None) => Err(oversized(chosen)),
        }
    }

    /// One request without any token, its redirects followed as far as they
    /// are safe; and who answered in the end.
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
            let answered = request.send().await;
            let response =
                answered.map_err(|error| RequestError::transport(Service::Blobs, &url.host(), &error))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok((response, url));
            }
            let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            let location = location.ok_or_else(|| {
                RequestError::nonsense(Service::Blobs, &url.host(), "a redirect that leads nowhere")
            })?;
            url = url.redirected(location, self.retry.reporter())?;
        }
        Err(RequestError::not_safe(Service::Blobs, &url.host(), "it redirects us again and again"))
    }
}

impl ResponseInfo {
    fn of(response: &Response, url: &SignedUrl) -> Self {
        let headers = response.headers();
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let proposed = headers.get(CONTENT_DISPOSITION).map(HeaderValue::as_bytes);
        Self {
            media_type,
            proposed: proposed.and_then(disposition::file_name),
            path_is_zip: url.expose().path().to_ascii_lowercase().ends_with(".zip"),
        }
    }

    fn is_zip(&self) -> bool {
        const ZIP: [&str; 4] =
            ["application/zip", "application/x-zip-compressed", "application/zip-compressed", ""];
        ZIP.contains(&self.media_type.as_str()) || self.path_is_zip
    }
}

/// Writes pieces until no more come. Runs where it may block.
fn write<B: AsRef<[u8]>>(
    mut part: PartialDownload,
    mut pieces: mpsc::Receiver<B>,
) -> (PartialDownload, io::Result<()>) {
    while let Some(piece) = pieces.blocking_recv() {
        if let Err(error) = part.writer.write_all(piece.as_ref()) {
            return (part, Err(error));
        }
    }
    (part, Ok(()))
}

/// In what shape an artifact came.
///
/// upload-artifact stores a zip archive, or with `archive: false` one file as
/// it is: then the artifact bears the file's name, and the media type is the
/// file's own. A zip that was uploaded as it is looks like an archive; but
/// then the name that is proposed is the artifact's, without a further `.zip`.
fn content(artifact: &Artifact, head: &ResponseInfo, lease: Lease, len: u64) -> Result<Content, SourceError> {
    let name = artifact.name.as_str();
    let proposed = head.proposed.as_deref();
    let ends_with_zip = name.to_ascii_lowercase().ends_with(".zip");
    let is_raw_zip = ends_with_zip && proposed.is_none_or(|proposed| proposed == name);
    let is_archive = head.is_zip() && !is_raw_zip;
    // Whatever the name is, it is looked at before anything else is done.
    let file_name = proposed.unwrap_or(name).parse::<FileName>();
    let spool = lease.spool(len).map_err(|error| not_spooled(artifact, error))?;
    match file_name {
        _ if is_archive => Ok(Content::Zip(spool)),
        Ok(file_name) => Ok(Content::File(file_name, spool)),
        Err(error) => Err(unsafe_name(artifact, proposed.unwrap_or(name), error)),
    }
}

fn unsafe_name(artifact: &Artifact, name: &str, error: FileNameError) -> SourceError {
    let shown = name.chars().take(255).collect::<String>();
    SourceError::Refused(Box::new(
        Rule::FileNameUnsafe
            .at(Place::file(artifact.name.clone(), shown))
            .found(format!("the name of the uploaded file cannot be taken: {error}"))
            .expected("a name that is safe on every system")
            .remedy("Rename the file where it is built."),
    ))
}

fn mismatch(artifact: &Artifact, told: Sha256, found: Sha256, len: u64) -> SourceError {
    SourceError::Refused(Box::new(
        Rule::DigestMismatch
            .at(Place::artifact(artifact.name.clone()))
            .found(format!("{len} bytes of digest {found} came, {DIGEST_ATTEMPTS} times"))
            .expected(format!("{told}, which GitHub told")),
    ))
}

fn oversized(chosen: &SelectedArtifact) -> SourceError {
    let place = Some(Place::artifact(chosen.artifact.name.clone()));
    let cap = chosen.cap;
    SourceError::Refused(Box::new(if chosen.is_exact {
        Rule::DigestMismatch
            .at(place)
            .found(format!("more than {cap} bytes came"))
            .expected(format!("the {cap} bytes that GitHub told"))
    } else {
        Rule::ArchiveLimit
            .at(place)
            .found(format!("the artifact has more than {cap} bytes"))
            .expected(format!("at most {cap} bytes"))
            .remedy("If the artifact is that large by right, raise `max-unpacked-size`.")
    }))
}

/// Looks whether the disk can take `length` bytes behind the first `from`,
/// some of which it may hold already.
fn check_free_space(artifact: &Artifact, disk: &File, from: u64, length: u64) -> Result<(), SourceError> {
    let not_spooled = |errno: rustix::io::Errno| not_spooled(artifact, errno.into());
    let statistics = rustix::fs::fstatvfs(disk).map_err(not_spooled)?;
    let held = disk.metadata().map_or(0, |metadata| std::os::unix::fs::MetadataExt::blocks(&metadata) * 512);
    let needed = from.saturating_add(length).saturating_sub(held);
    let free = statistics.f_bavail.saturating_mul(statistics.f_frsize);
    if needed == 0 || needed.saturating_add(RESERVE) <= free {
        return Ok(());
    }
    Err(SourceError::Fault {
        what: format!(
            "the artifact `{}` needs {} MB more on the disk, and {} MB are free",
            artifact.name,
            needed.div_ceil(1_000_000),
            free / 1_000_000
        ),
        remedy: Some("Free some space where `output-dir` lies, or prepare fewer artifacts.".into()),
        cause: None,
    })
}

fn not_spooled(artifact: &Artifact, error: io::Error) -> SourceError {
    let remedy = (error.kind() == io::ErrorKind::StorageFull)
        .then(|| "Free some space where `output-dir` lies, or prepare fewer artifacts.".into());
    SourceError::Fault {
        what: format!("the artifact `{}` cannot be written to the disk", artifact.name),
        remedy,
        cause: Some(Box::new(error)),
    }
}

/// Whether a part begins where it was asked to (RFC 9110, section 14.4).
fn starts_at(headers: &HeaderMap, from: u64) -> bool {
    let range = headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let start = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next());
    start.and_then(|start| start.parse().ok()) == Some(from)
}

/// Whether the store no longer knows the signature.
fn is_refusal(trouble: &RequestError) -> bool {
    matches!(trouble.answered(), Some(StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED))
}
