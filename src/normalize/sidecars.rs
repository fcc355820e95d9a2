//! What becomes of sidecars.
//!
//! - A checksum file follows its file: it gets the file's name, and where its
//!   text does not describe the file under that name it is rewritten to one
//!   line. Of a file in `pypi/` or `npm/` it is left out, since the checksums
//!   of the release replace it, and so is one that describes no file.
//! - A list of checksums is left out, since the release's own list replaces
//!   it, unless somebody signed it and it holds for the names of the release.
//! - A signature stays with its file.
//! - With `sidecars: true` one is written for each asset that has none.

use std::collections::BTreeSet;

use crate::distribution::sidecar::{SidecarContents, SidecarKind};
use crate::evidence::{Distribution, Evidence};
use crate::filename::{FileName, RelativePath};
use crate::folder::Folder;
use crate::normalize::described::{Described, LineVerdict, SidecarVerdict};
use crate::normalize::plan::{Decision, Plan, Planned, Planner};
use crate::release::manifest::{LeftOutReason, is_reserved};
use crate::rule::finding::Finding;
use crate::settings::Sidecars;

const SUPERSEDED: Decision = Decision::LeaveOut(LeftOutReason::Superseded);

/// The suffix of the checksum files that are written.
const GENERATED: &str = ".sha256";

/// A checksum file to write beside an asset.
#[derive(Debug)]
pub(crate) struct MissingSidecar {
    /// The number of the asset's evidence.
    pub asset: usize,
    /// The path beside the asset, in its artifact.
    pub path: RelativePath,
    /// The text.
    pub text: String,
}

/// The checksum files that assets of a plan lack (`sidecars: true`): one for
/// each file of its own, none for what describes other files.
#[must_use]
pub(crate) fn missing_sidecars(evidence: &[Evidence], plan: &Plan<'_>) -> Vec<MissingSidecar> {
    let names: BTreeSet<String> = plan.planned.iter().map(|planned| planned.name.folded()).collect();
    let missing = |planned: &Planned<'_>| {
        let (file, name) = (planned.evidence, &planned.name);
        let is_sidecar = matches!(file.distribution, Distribution::Sidecar(_));
        let has_one = names.contains(&format!("{}{GENERATED}", name.folded()));
        if planned.folder != Folder::Assets || is_sidecar || has_one || file.staged.size == 0 {
            return None;
        }
        Some(MissingSidecar {
            asset: evidence.iter().position(|other| std::ptr::eq(other, file))?,
            path: format!("{}{GENERATED}", file.path).parse().ok()?,
            text: format!("{}  {name}\n", file.staged.digests.sha256),
        })
    };
    plan.planned.iter().filter_map(missing).collect()
}

/// Decides on sidecars, once it is decided on all other files.
pub(super) struct SidecarPlanner<'a> {
    pub(super) evidence: &'a [Evidence],
    pub(super) described: &'a Described<'a>,
    pub(super) planner: &'a Planner<'a>,
    /// The decisions, in the order of the files; none where there is none yet.
    pub(super) decisions: Vec<Option<Decision>>,
}

impl SidecarPlanner<'_> {
    /// Decides on all of them: those that others sign before their signatures.
    pub(super) fn decide_all(&mut self, findings: &mut Vec<Finding>) {
        for signatures in [false, true] {
            for (number, sidecar) in self.evidence.iter().enumerate() {
                let name = sidecar.name();
                let kind = SidecarKind::of(&name);
                let is_signature =
                    matches!(kind, Some(SidecarKind::Signature { .. } | SidecarKind::Certificate { .. }));
                if is_signature != signatures || self.decisions.get(number).is_none_or(Option::is_some) {
                    continue;
                }
                let decision = self.decide(sidecar, kind, findings);
                if let Some(slot) = self.decisions.get_mut(number) {
                    *slot = Some(decision);
                }
            }
        }
    }

    fn decide(
        &self,
        sidecar: &Evidence,
        kind: Option<SidecarKind<'_>>,
        findings: &mut Vec<Finding>,
    ) -> Decision {
        // GitHub refuses it, whatever it was meant to be.
        let decided = match kind {
            _ if sidecar.staged.size == 0 => None,
            Some(SidecarKind::Checksum { subject, .. }) => self.checksum(sidecar, subject),
            Some(SidecarKind::ChecksumList) => self.list(sidecar),
            Some(SidecarKind::Signature { .. }) => self.signature(sidecar),
            Some(SidecarKind::Certificate { subject } | SidecarKind::Other { subject }) => {
                self.signature(sidecar).or_else(|| self.beside(sidecar, subject))
            }
            Some(SidecarKind::Feed) | None => None,
        };
        decided.unwrap_or_else(|| self.planner.asset(sidecar, findings))
    }

    /// The checksum of one file. None if it is an asset like any other.
    fn checksum(&self, sidecar: &Evidence, subject: &str) -> Option<Decision> {
        // A list by another name.
        if self.described.subject(sidecar).is_none() && has_several_lines(sidecar) {
            return Some(SUPERSEDED);
        }
        let (file, algorithm) = match self.described.sidecar(sidecar)? {
            SidecarVerdict::Right(file, algorithm) => (file, algorithm),
            SidecarVerdict::Wrong(_) => return None,
            SidecarVerdict::Absent(_) | SidecarVerdict::Unreadable(_) | SidecarVerdict::Unverified(None) => {
                return Some(SUPERSEDED);
            }
            SidecarVerdict::Unverified(Some(file)) => {
                // What cannot be verified cannot be written anew.
                let name = self.asset_name(file);
                return if name.is_some_and(|name| name.as_str() == subject) {
                    None
                } else {
                    Some(SUPERSEDED)
                };
            }
        };
        let Some(name) = self.asset_name(file).filter(|_| self.planner.naming.sidecars != Sidecars::Never)
        else {
            return Some(SUPERSEDED);
        };
        if self.planner.is_signed(sidecar) {
            return None;
        }
        let described = self.evidence.get(file)?;
        let Distribution::Sidecar(contents) = &sidecar.distribution else { return None };
        let is_right = matches!(&**contents, SidecarContents::Checksums(Ok(checksums)) if checksums.checks_only(name.as_str()));
        // The bytes of an asset are never changed, but for a rewritten wheel
        // that is not for the index.
        let digest = described.digest_by(algorithm).filter(|_| described.rewritten_from.is_none());
        let text = digest.map(|digest| format!("{digest}  {name}\n")).filter(|_| !is_right);
        let Decision::Release { folder, name, canonical, .. } = self.beside(sidecar, subject)? else {
            return Some(SUPERSEDED);
        };
        Some(Decision::Release { folder, name, canonical, text })
    }

    /// A sidecar under the name of its file. None if its file is not here, or
    /// not among the assets.
    fn beside(&self, sidecar: &Evidence, subject: &str) -> Option<Decision> {
        let sent = sidecar.name();
        let suffix = sent.as_str().get(subject.len()..)?;
        let file = match self.described.sidecar(sidecar) {
            Some(SidecarVerdict::Right(file, _)) => file,
            _ => self.described.subject(sidecar)?,
        };
        let name: FileName = format!("{}{suffix}", self.asset_name(file)?).parse().ok()?;
        Some(Decision::asset(name))
    }

    /// A list of checksums. None if it is an asset like any other.
    fn list(&self, list: &Evidence) -> Option<Decision> {
        let Distribution::Sidecar(contents) = &list.distribution else { return None };
        if !self.planner.is_signed(list) || is_reserved(&list.name()) {
            return Some(SUPERSEDED);
        }
        let SidecarContents::Checksums(Ok(checksums)) = &**contents else { return Some(SUPERSEDED) };
        let holds = self.described.list(list, checksums).iter().all(|verdict| match verdict {
            LineVerdict::Right(file, _) => {
                let sent = self.evidence.get(*file).map(Evidence::name);
                sent.is_some() && sent == self.released_name(*file)
            }
            LineVerdict::Wrong(_) | LineVerdict::Absent(_) => false,
        });
        (!holds).then_some(SUPERSEDED)
    }

    /// A signature or certificate of a file that is left out goes with it.
    fn signature(&self, signature: &Evidence) -> Option<Decision> {
        let file = self.described.subject(signature)?;
        matches!(self.decisions.get(file), Some(Some(Decision::LeaveOut(_)))).then_some(SUPERSEDED)
    }

    fn released_name(&self, file: usize) -> Option<FileName> {
        match self.decisions.get(file) {
            Some(Some(Decision::Release { name, .. })) => Some(name.clone()),
            _ => None,
        }
    }

    /// The name of a file that is among the assets.
    fn asset_name(&self, file: usize) -> Option<FileName> {
        match self.decisions.get(file) {
            Some(Some(Decision::Release { folder: Folder::Assets, name, .. })) => Some(name.clone()),
            _ => None,
        }
    }
}

fn has_several_lines(sidecar: &Evidence) -> bool {
    let Distribution::Sidecar(contents) = &sidecar.distribution else { return false };
    matches!(&**contents, SidecarContents::Checksums(Ok(checksums)) if checksums.lines().len() > 1)
}
