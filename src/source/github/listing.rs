//! From the artifacts that a service lists to those that are selected.
//!
//! 1. By id, exactly these; otherwise by name, the newest of equal names.
//! 2. A name that ends in another run's id is refused.
//! 3. None of them may have expired.
//! 4. Each has a digest, as far as digests are required.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::artifact_service::Locator;
use super::foreign;
use super::listed_artifact::{ListedArtifact, ListedSize};
use super::request::RunRequest;
use crate::artifact::{Artifact, ArtifactId, ArtifactName};
use crate::digest::Sha256;
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};
use crate::settings::RequireDigests;
use crate::source::SourceError;

/// An artifact that is selected, and what is needed to fetch it.
#[derive(Clone)]
pub(super) struct SelectedArtifact {
    pub(super) artifact: Arc<Artifact>,
    pub(super) id: ArtifactId,
    /// Bytes, to download the largest first.
    pub(super) estimate: u64,
    pub(super) limit: Limit,
    pub(super) locator: Locator,
}

/// The most bytes of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// The size that GitHub reports.
    Exact(u64),
    /// The size is not known; `max-unpacked-size`.
    AtMost(u64),
}

impl Limit {
    pub(super) const fn bytes(self) -> u64 {
        match self {
            Self::Exact(bytes) | Self::AtMost(bytes) => bytes,
        }
    }
}

/// The selected artifacts of a run.
#[derive(Default)]
pub(super) struct SelectedArtifacts {
    /// Sorted by name, then by id.
    pub(super) artifacts: Vec<SelectedArtifact>,
    pub(super) skipped: Vec<ArtifactName>,
    pub(super) findings: Vec<Finding>,
    pub(super) notes: Vec<String>,
    /// Whether a name says that an artifact comes from another run.
    pub(super) foreign: bool,
}

impl SelectedArtifacts {
    /// # Errors
    /// If an artifact that is requested by its id is not there, or one that is
    /// selected has expired.
    pub(super) fn new(listed: Vec<ListedArtifact>, request: &RunRequest) -> Result<Self, SourceError> {
        let mut selected = Self::default();
        let mut wanted = selected.wanted(listed, request)?;
        wanted.sort_by(|(one, a), (other, b)| one.cmp(other).then(a.id.cmp(&b.id)));
        none_expired(&wanted, request)?;
        for (name, listed) in wanted {
            match foreign::named(&name, request) {
                Some(foreign::Verdict::Refused(finding)) => selected.findings.push(finding),
                Some(foreign::Verdict::Unattested(note)) => {
                    selected.foreign = true;
                    selected.notes.push(note);
                }
                None => {}
            }
            let digest = digest(listed.digest.as_deref());
            if digest.is_none() {
                selected.findings.extend(without_digest(&name, listed.digest.as_deref(), request));
            }
            selected.artifacts.push(select(name, listed, digest, request));
        }
        Ok(selected)
    }

    /// What is requested, by id or by name.
    fn wanted(
        &mut self,
        listed: Vec<ListedArtifact>,
        request: &RunRequest,
    ) -> Result<Vec<(ArtifactName, ListedArtifact)>, SourceError> {
        let ids = &request.artifact_ids;
        none_unknown(&listed, request)?;
        let mut newest: BTreeMap<ArtifactName, ListedArtifact> = BTreeMap::new();
        let mut wanted = Vec::new();
        for artifact in listed {
            let name = match artifact.name.parse::<ArtifactName>() {
                Ok(name) => name,
                Err(error) => {
                    self.findings.push(invalid_name(&artifact, &error.to_string()));
                    continue;
                }
            };
            if !ids.is_empty() {
                if ids.contains(&artifact.id) {
                    wanted.push((name, artifact));
                } else {
                    self.skipped.push(name);
                }
            } else if !request.selection.takes(&name) {
                self.skipped.push(name);
            } else if let Some(other) = newest.remove(&name) {
                let (older, newer) =
                    if age(&artifact) > age(&other) { (other, artifact) } else { (artifact, other) };
                self.notes.push(format!(
                    "`{name}` was uploaded more than once; using the newest ({}), ignoring {}",
                    shown(&newer),
                    shown(&older)
                ));
                newest.insert(name, newer);
            } else {
                newest.insert(name, artifact);
            }
        }
        wanted.extend(newest);
        self.skipped.sort();
        self.skipped.dedup();
        Ok(wanted)
    }

    /// What is different in a later listing of the same run.
    pub(super) fn changes(&self, later: &Self) -> Vec<String> {
        let by_key = |selected: &Self| -> BTreeMap<(ArtifactName, ArtifactId), Option<Sha256>> {
            let entry = |selected: &SelectedArtifact| {
                ((selected.artifact.name.clone(), selected.id), selected.artifact.digest)
            };
            selected.artifacts.iter().map(entry).collect()
        };
        let (before, after) = (by_key(self), by_key(later));
        let mut changes = Vec::new();
        for (key @ (name, id), digest) in &before {
            match after.get(key) {
                None => changes.push(format!("`{name}` ({id}) was removed")),
                Some(now) if now != digest => changes.push(format!("`{name}` ({id}) has another digest")),
                Some(_) => {}
            }
        }
        let added = after.keys().filter(|key| !before.contains_key(*key));
        changes.extend(added.map(|(name, id)| format!("`{name}` ({id}) was added")));
        changes
    }
}

fn select(
    name: ArtifactName,
    listed: ListedArtifact,
    digest: Option<Sha256>,
    request: &RunRequest,
) -> SelectedArtifact {
    let limit = match listed.size {
        // Without a digest nothing proves that the size is right.
        ListedSize::Exact(size) if digest.is_some() && size <= request.max_bytes => Limit::Exact(size),
        _ => Limit::AtMost(request.max_bytes),
    };
    let job = listed.locator.job().filter(|job| is_plain_id(job)).map(str::to_owned);
    let created_at = listed.created_at.filter(|text| date(text).is_some());
    SelectedArtifact {
        artifact: Arc::new(Artifact { name, id: Some(listed.id), digest, created_at, job }),
        id: listed.id,
        estimate: listed.size.estimate(),
        limit,
        locator: listed.locator,
    }
}

fn digest(reported: Option<&str>) -> Option<Sha256> {
    reported?.strip_prefix("sha256:")?.to_ascii_lowercase().parse().ok()
}

/// The finding about an artifact without a digest, unless that is accepted.
fn without_digest(name: &ArtifactName, reported: Option<&str>, request: &RunRequest) -> Option<Finding> {
    if request.require_digests == RequireDigests::Never {
        return None;
    }
    let found = match reported {
        Some(text) => format!("GitHub reports the digest {:?}", text.chars().take(80).collect::<String>()),
        None => "GitHub reports no digest".to_owned(),
    };
    let finding = Rule::DigestMissing
        .at(Place::artifact(name.clone()))
        .found(found)
        .expected("the SHA-256 of what was uploaded");
    if request.server.is_github_com() {
        return Some(finding.input("require-digests", "false"));
    }
    let remedy = format!(
        "Not every server reports digests: if {} reports none, pass those of the jobs that build the files to `expect-digests`, which does not depend on the server.",
        request.server
    );
    Some(match request.require_digests {
        RequireDigests::Always => finding.remedy(remedy).input("require-digests", "auto"),
        RequireDigests::Auto | RequireDigests::Never => {
            finding.remedy(remedy).input("require-digests", "false")
        }
    })
}

fn none_unknown(listed: &[ListedArtifact], request: &RunRequest) -> Result<(), SourceError> {
    let is_listed = |id: &ArtifactId| listed.iter().any(|artifact| artifact.id == *id);
    let unknown: Vec<String> =
        request.artifact_ids.iter().filter(|id| !is_listed(id)).map(ToString::to_string).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(SourceError::Fault {
        what: format!(
            "run {} of {} has no artifact with the id {}",
            request.run_id,
            request.repository,
            unknown.join(", ")
        ),
        remedy: Some(
            "Check `artifact-ids` and `run-id`: an artifact may have been deleted, or belong to another run."
                .into(),
        ),
        cause: None,
    })
}

fn none_expired(wanted: &[(ArtifactName, ListedArtifact)], request: &RunRequest) -> Result<(), SourceError> {
    let expired: Vec<String> =
        wanted.iter().filter(|(_, artifact)| artifact.expired).map(|(name, _)| format!("`{name}`")).collect();
    if expired.is_empty() {
        return Ok(());
    }
    Err(SourceError::Fault {
        what: format!(
            "these artifacts of run {} of {} have expired: {}",
            request.run_id,
            request.repository,
            expired.join(", ")
        ),
        remedy: Some(
            "Run the build again; `retention-days` of upload-artifact says how long an artifact is kept."
                .into(),
        ),
        cause: None,
    })
}

/// A name that no artifact can have: a service that lists one is not to be
/// trusted.
fn invalid_name(artifact: &ListedArtifact, why: &str) -> Finding {
    let shown = artifact.name.chars().take(255).collect::<String>();
    Rule::FileNameUnsafe
        .at(None)
        .found(format!("artifact {} is listed as {shown:?}: {why}", artifact.id))
        .expected("a name that upload-artifact allows")
        .remedy("Upload the artifact under another name.")
}

fn date(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

/// The order of artifacts of one name: by creation, and only then by id,
/// because ids do not grow from attempt to attempt.
fn age(artifact: &ListedArtifact) -> (Option<DateTime<FixedOffset>>, ArtifactId) {
    (artifact.created_at.as_deref().and_then(date), artifact.id)
}

fn shown(artifact: &ListedArtifact) -> String {
    let at = artifact.created_at.as_deref().filter(|text| date(text).is_some());
    format!("{} of {}", artifact.id, at.unwrap_or("an unknown time"))
}

fn is_plain_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
