//! From what a service tells of a run's artifacts to those that are taken.
//!
//! 1. By id, exactly these; else by name, the newest of equal names.
//! 2. A name that bears another run's id is refused.
//! 3. None of them may have expired.
//! 4. Each has a digest, as far as digests are required.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::foreign;
use super::listed_artifact::{BackendIds, ListedArtifact};
use super::request::RunRequest;
use crate::artifact::{Artifact, ArtifactId, ArtifactName};
use crate::digest::Sha256;
use crate::rule::finding::{Finding, Place};
use crate::rule::{Rule, Severity};
use crate::settings::RequireDigests;
use crate::source::SourceError;

/// An artifact that is taken, and what is needed to fetch it.
#[derive(Debug, Clone)]
pub(super) struct SelectedArtifact {
    pub(super) artifact: Arc<Artifact>,
    pub(super) id: ArtifactId,
    /// Bytes, as a hint to which is the largest.
    pub(super) size: u64,
    /// The most bytes that it may have.
    pub(super) cap: u64,
    /// Whether that is what it was told to have.
    pub(super) is_exact: bool,
    pub(super) backend: Option<BackendIds>,
}

/// What is taken of a run.
#[derive(Debug, Default)]
pub(super) struct SelectedArtifacts {
    /// Sorted by name, then by id.
    pub(super) chosen: Vec<SelectedArtifact>,
    pub(super) skipped: Vec<ArtifactName>,
    pub(super) findings: Vec<Finding>,
    pub(super) notes: Vec<String>,
    /// Whether a name says that an artifact comes from another run.
    pub(super) foreign: bool,
}

impl SelectedArtifacts {
    /// # Errors
    /// If an artifact that is asked for by its id is not there, or one that is
    /// taken has expired.
    pub(super) fn new(told: Vec<ListedArtifact>, request: &RunRequest) -> Result<Self, SourceError> {
        let mut choice = Self::default();
        let mut wanted = choice.wanted(told, request)?;
        wanted.sort_by(|(one, a), (other, b)| one.cmp(other).then(a.id.cmp(&b.id)));
        none_expired(&wanted, request)?;
        for (name, told) in wanted {
            if let Some(finding) = foreign::named(&name, request) {
                choice.foreign = true;
                match finding {
                    foreign::Verdict::Refused(finding) => choice.findings.push(*finding),
                    foreign::Verdict::Unattested(note) => choice.notes.push(note),
                }
            }
            let digest = choice.digest(&name, told.digest.as_deref(), request);
            let exact =
                told.size.filter(|size| told.is_exact && digest.is_some() && *size <= request.max_bytes);
            let job = told.backend.as_ref().map(|ids| ids.job.clone()).filter(|job| is_plain_id(job));
            choice.chosen.push(SelectedArtifact {
                artifact: Arc::new(Artifact {
                    name,
                    id: Some(told.id),
                    digest,
                    created_at: told.created_at.filter(|text| date(text).is_some()),
                    job,
                }),
                id: told.id,
                size: told.size.unwrap_or(0),
                cap: exact.unwrap_or(request.max_bytes),
                is_exact: exact.is_some(),
                backend: told.backend,
            });
        }
        Ok(choice)
    }

    /// What is asked for, by id or by name.
    fn wanted(
        &mut self,
        told: Vec<ListedArtifact>,
        request: &RunRequest,
    ) -> Result<Vec<(ArtifactName, ListedArtifact)>, SourceError> {
        let ids = &request.artifact_ids;
        let unknown: Vec<String> = ids
            .iter()
            .filter(|id| told.iter().all(|told| told.id != **id))
            .map(ToString::to_string)
            .collect();
        if !unknown.is_empty() {
            return Err(SourceError::Fault {
                what: format!(
                    "run {} of {} has no artifact with the id {}",
                    request.run_id,
                    request.repository,
                    unknown.join(", ")
                ),
                remedy: Some("Check `artifact-ids` and `run-id`: an artifact may have been deleted, or belong to another run.".into()),
                cause: None,
            });
        }
        let mut newest: BTreeMap<ArtifactName, ListedArtifact> = BTreeMap::new();
        let mut wanted = Vec::new();
        for told in told {
            let name = match told.name.parse::<ArtifactName>() {
                Ok(name) => name,
                Err(error) => {
                    self.findings.push(invalid_name(&told, &error.to_string()));
                    continue;
                }
            };
            if !ids.is_empty() {
                if ids.contains(&told.id) {
                    wanted.push((name, told));
                } else {
                    self.skipped.push(name);
                }
            } else if !request.selection.takes(&name) {
                self.skipped.push(name);
            } else if let Some(other) = newest.remove(&name) {
                let (older, newer) = if age(&told) > age(&other) { (other, told) } else { (told, other) };
                self.notes.push(format!(
                    "`{name}` was uploaded more than once; taken is the newest, {}, and not {}",
                    shown(&newer),
                    shown(&older)
                ));
                newest.insert(name, newer);
            } else {
                newest.insert(name, told);
            }
        }
        wanted.extend(newest);
        self.skipped.sort();
        self.skipped.dedup();
        Ok(wanted)
    }

    /// The digest that is told; a finding if there is none.
    fn digest(&mut self, name: &ArtifactName, told: Option<&str>, request: &RunRequest) -> Option<Sha256> {
        let digest = told.and_then(|told| told.strip_prefix("sha256:"));
        if let Some(digest) = digest.and_then(|digest| digest.to_ascii_lowercase().parse().ok()) {
            return Some(digest);
        }
        let severity = match request.require_digests {
            RequireDigests::Never => return None,
            RequireDigests::Auto if !request.server.is_github_com() => Severity::Warning,
            RequireDigests::Auto | RequireDigests::Always => Severity::Error,
        };
        let found = match told {
            Some(told) => format!("the digest is told as {:?}", told.chars().take(80).collect::<String>()),
            None => "no digest is told".to_owned(),
        };
        let place = Some(Place::artifact(name.clone()));
        let finding = Rule::DigestMissing.at(place).found(found).expected("the SHA-256 of what was uploaded");
        self.findings.push(Finding { severity, ..finding });
        None
    }

    /// What is different in a later look at the same run.
    pub(super) fn changes(&self, later: &Self) -> Vec<String> {
        let by_key = |choice: &Self| -> BTreeMap<(ArtifactName, ArtifactId), Option<Sha256>> {
            let entry = |chosen: &SelectedArtifact| {
                ((chosen.artifact.name.clone(), chosen.id), chosen.artifact.digest)
            };
            choice.chosen.iter().map(entry).collect()
        };
        let (before, after) = (by_key(self), by_key(later));
        let gone = before.iter().filter(|(key, digest)| after.get(*key) != Some(*digest));
        let come = after.keys().filter(|key| !before.contains_key(*key));
        let named = |(name, id): &(ArtifactName, ArtifactId), what: &str| format!("`{name}` ({id}) {what}");
        gone.map(|(key, _)| {
            named(key, if after.contains_key(key) { "has another digest" } else { "is gone" })
        })
        .chain(come.map(|key| named(key, "has come")))
        .collect()
    }
}

fn none_expired(wanted: &[(ArtifactName, ListedArtifact)], request: &RunRequest) -> Result<(), SourceError> {
    let expired: Vec<String> =
        wanted.iter().filter(|(_, told)| told.expired).map(|(name, _)| format!("`{name}`")).collect();
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

/// A name that no artifact can have; whoever lists one is not to be trusted.
fn invalid_name(told: &ListedArtifact, why: &str) -> Finding {
    Rule::FileNameUnsafe
        .at(None)
        .found(format!(
            "artifact {} is listed as {:?}: {why}",
            told.id,
            told.name.chars().take(255).collect::<String>()
        ))
        .expected("a name that upload-artifact allows")
        .remedy("Upload the artifact under another name, or name those that you want in `artifact-ids`.")
}

fn date(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

/// What makes one of two artifacts of one name the newer: its creation, and
/// only then its id, for ids do not grow from attempt to attempt.
fn age(told: &ListedArtifact) -> (Option<DateTime<FixedOffset>>, ArtifactId) {
    (told.created_at.as_deref().and_then(date), told.id)
}

fn shown(told: &ListedArtifact) -> String {
    let at = told.created_at.as_deref().filter(|text| date(text).is_some());
    format!("{} of {}", told.id, at.unwrap_or("an unknown time"))
}

fn is_plain_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
