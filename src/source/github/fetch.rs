//! One artifact's bytes: into a spool file, hashed on the way, compared with
//! the digest that GitHub reports, and only then anyone's to open.
//!
//! 1. A signed URL is requested, and another one when it has expired.
//! 2. A download that broke off continues where it ended, if there is a digest
//!    to prove the whole.
//! 3. After a wrong digest it is repeated from the first byte.
//! 4. The media type and the proposed name say whether it is an archive or a
//!    single file.

use super::listing::{Limit, SelectedArtifact};
use super::services::BLOBS;
use crate::artifact::Artifact;
use crate::digest::Sha256;
use crate::filename::{FileName, FileNameError};
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};
use crate::source::http::{
    Attempt, Client, Download, DownloadError, Lease, RequestError, ResponseInfo, Retrier, SignedUrl, Store,
};
use crate::source::{Content, Payload, SourceError};

use reqwest::StatusCode;

/// After so many further bytes, earlier failures count no longer.
const PROGRESS: u64 = 1 << 20;

/// How often an artifact with a wrong digest is downloaded.
const DIGEST_ATTEMPTS: u32 = 3;

/// How many fresh URLs may be refused in a row.
const MAX_REFUSED: u32 = 3;

/// What to do when the disk is full.
const FREE_SPACE: &str = "Free some space where `output-dir` lies, or prepare fewer artifacts.";

/// Fetches artifacts.
pub(super) struct Fetch<'a> {
    pub(super) client: &'a Client,
    pub(super) retrier: &'a Retrier,
}

/// What has gone wrong with one artifact so far.
#[derive(Default)]
struct Failures {
    /// Of the network, in a row.
    network: u32,
    /// URLs refused, in a row.
    refused_urls: u32,
    wrong_digests: u32,
    /// Bytes that had arrived when the counts were last reset.
    furthest: u64,
}

impl Fetch<'_> {
    /// Fetches one artifact into a leased file.
    ///
    /// # Errors
    /// [`SourceError::Refused`] if its bytes are not what GitHub reports;
    /// [`SourceError::Fault`] if it cannot be downloaded.
    pub(super) async fn payload(
        &self,
        selected: &SelectedArtifact,
        lease: Lease,
    ) -> Result<Payload, SourceError> {
        let artifact = &selected.artifact;
        let not_written = |error| not_written(artifact, error);
        let store = Store { service: &BLOBS, client: self.client, reporter: self.retrier.reporter() };
        let mut failures = Failures::default();
        let mut url = signed_url(selected).await?;
        let mut download = lease.file().and_then(Download::new).map_err(not_written)?;
        loop {
            let attempted = download.attempt(&store, &url, selected.limit.bytes()).await;
            let (reached, attempt) = attempted.map_err(|error| disk_failed(artifact, error))?;
            let needs_url = match attempt {
                Attempt::TooLong => return Err(oversized(selected).into()),
                Attempt::Complete(info) => {
                    let (file, len, digests) = reached.finish();
                    if self.is_intact(artifact, len, digests.sha256, &mut failures)? {
                        let content = content(artifact, &info, lease, len)?;
                        return Ok(Payload { artifact: artifact.clone(), content });
                    }
                    download = Download::new(file).map_err(not_written)?;
                    true
                }
                Attempt::Failed(error) => {
                    let written = reached.written();
                    // Without a digest nothing would prove that two parts belong together.
                    let keep = artifact.digest.is_some();
                    download = if keep { reached } else { reached.restart().map_err(not_written)? };
                    self.recover(artifact, error, written, &mut failures).await?
                }
            };
            if needs_url {
                url = signed_url(selected).await?;
            }
        }
    }

    /// Whether a complete download has the digest that GitHub reports, if it
    /// reports one. An error if it does not have it again and again.
    fn is_intact(
        &self,
        artifact: &Artifact,
        len: u64,
        found: Sha256,
        failures: &mut Failures,
    ) -> Result<bool, SourceError> {
        let Some(reported) = artifact.digest.filter(|reported| *reported != found) else {
            return Ok(true);
        };
        failures.wrong_digests += 1;
        if failures.wrong_digests >= DIGEST_ATTEMPTS {
            return Err(mismatch(artifact, reported, found, len).into());
        }
        self.retrier.reporter().notice(&format!(
            "the artifact `{}` does not match GitHub's digest; downloading it again",
            artifact.name
        ));
        Ok(false)
    }

    /// Waits before another attempt, and returns whether that needs another
    /// URL. An error if there is to be none.
    async fn recover(
        &self,
        artifact: &Artifact,
        error: RequestError,
        written: u64,
        failures: &mut Failures,
    ) -> Result<bool, SourceError> {
        if written >= failures.furthest + PROGRESS {
            (failures.furthest, failures.network, failures.refused_urls) = (written, 0, 0);
        }
        // The store no longer accepts the signature.
        if !matches!(error.answered(), Some(StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED)) {
            failures.network += 1;
            let waited = self.retrier.wait(failures.network, error).await;
            return waited.map(|()| false).map_err(|error| not_downloaded(artifact, error));
        }
        failures.refused_urls += 1;
        if failures.refused_urls >= MAX_REFUSED {
            return Err(not_downloaded(artifact, error));
        }
        let notice = format!("{error} for `{}`; requesting another URL", artifact.name);
        self.retrier.reporter().notice(&notice);
        Ok(true)
    }
}

async fn signed_url(selected: &SelectedArtifact) -> Result<SignedUrl, SourceError> {
    selected.locator.signed_url().await.map_err(|error| not_downloaded(&selected.artifact, error))
}

/// The form in which an artifact arrived.
///
/// upload-artifact stores a zip archive, or with `archive: false` one file as
/// it is: then the artifact has the file's name, and the media type is the
/// file's own. A zip that was uploaded as it is looks like an archive; but then
/// the proposed name is the artifact's, without a further `.zip`.
fn content(artifact: &Artifact, info: &ResponseInfo, lease: Lease, len: u64) -> Result<Content, SourceError> {
    const ZIP: [&str; 4] =
        ["application/zip", "application/x-zip-compressed", "application/zip-compressed", ""];
    let name = artifact.name.as_str();
    let proposed = info.proposed_name.as_deref();
    let ends_with_zip = name.to_ascii_lowercase().ends_with(".zip");
    let is_raw_zip = ends_with_zip && proposed.is_none_or(|proposed| proposed == name);
    let is_zip = ZIP.contains(&info.media_type.as_str()) || info.path_is_zip;
    let spool = lease.spool(len).map_err(|error| not_written(artifact, error))?;
    if is_zip && !is_raw_zip {
        return Ok(Content::Zip(spool));
    }
    let name = proposed.unwrap_or(name);
    match name.parse::<FileName>() {
        Ok(file_name) => Ok(Content::File(file_name, spool)),
        Err(error) => Err(unsafe_name(artifact, name, error).into()),
    }
}

fn unsafe_name(artifact: &Artifact, name: &str, error: FileNameError) -> Finding {
    let shown = name.chars().take(255).collect::<String>();
    Rule::FileNameUnsafe
        .at(Place::file(artifact.name.clone(), shown))
        .found(format!("the name of the uploaded file is not accepted: {error}"))
        .expected("a name that is safe on every system")
        .remedy("Rename the file where it is built.")
}

fn mismatch(artifact: &Artifact, reported: Sha256, found: Sha256, len: u64) -> Finding {
    Rule::DigestMismatch
        .at(Place::artifact(artifact.name.clone()))
        .found(format!("{DIGEST_ATTEMPTS} downloads, the last of {len} bytes with the digest {found}"))
        .expected(format!("{reported}, the digest that GitHub reports"))
}

fn oversized(selected: &SelectedArtifact) -> Finding {
    let place = Place::artifact(selected.artifact.name.clone());
    match selected.limit {
        Limit::Exact(size) => Rule::DigestMismatch
            .at(place)
            .found(format!("the download has more than {size} bytes"))
            .expected(format!("the {size} bytes that GitHub reports")),
        Limit::AtMost(limit) => Rule::ArchiveLimit
            .at(place)
            .found(format!("the artifact has more than {limit} bytes"))
            .expected(format!("at most {limit} bytes"))
            .remedy("If the artifact is meant to be that large, raise `max-unpacked-size`."),
    }
}

fn not_downloaded(artifact: &Artifact, error: RequestError) -> SourceError {
    error.fault(format!("the artifact `{}` cannot be downloaded", artifact.name))
}

fn disk_failed(artifact: &Artifact, error: DownloadError) -> SourceError {
    match error {
        DownloadError::Io(error) => not_written(artifact, error),
        DownloadError::NoSpace { needed, free } => SourceError::Fault {
            what: format!(
                "the artifact `{}` needs {} MB more on the disk, and {} MB are free",
                artifact.name,
                needed.div_ceil(1_000_000),
                free / 1_000_000
            ),
            remedy: Some(FREE_SPACE.into()),
            cause: None,
        },
    }
}

fn not_written(artifact: &Artifact, error: std::io::Error) -> SourceError {
    SourceError::Fault {
        what: format!("the artifact `{}` cannot be written to the disk", artifact.name),
        remedy: (error.kind() == std::io::ErrorKind::StorageFull).then(|| FREE_SPACE.into()),
        cause: Some(Box::new(error)),
    }
}
