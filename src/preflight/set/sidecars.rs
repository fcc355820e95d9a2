//! Checksum files that stand beside one file.

use super::{no_subject, wrong_digest};
use crate::distribution::archive_name;
use crate::distribution::sidecar::SidecarKind;
use crate::evidence::Evidence;
use crate::normalize::described::{Described, SidecarVerdict};
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What is wrong with them. Empty ones are not looked at: they are refused as
/// empty files.
pub(super) fn judge(evidence: &[Evidence], described: &Described<'_>) -> Vec<Finding> {
    let with_bytes = evidence.iter().filter(|file| file.staged.size > 0);
    with_bytes.flat_map(|sidecar| judge_one(evidence, described, sidecar)).collect()
}

fn judge_one(evidence: &[Evidence], described: &Described<'_>, sidecar: &Evidence) -> Vec<Finding> {
    match described.sidecar(sidecar) {
        None | Some(SidecarVerdict::Right(..) | SidecarVerdict::Unverified(Some(_))) => Vec::new(),
        Some(SidecarVerdict::Wrong(wrong)) => wrong
            .iter()
            .filter_map(|wrong| {
                let file = evidence.get(wrong.file)?;
                Some(wrong_digest(sidecar, file, wrong.algorithm, &wrong.declared, &wrong.actual))
            })
            .collect(),
        Some(SidecarVerdict::Absent(name)) => vec![absent(evidence, sidecar, &name)],
        Some(SidecarVerdict::Unverified(None)) => {
            let name = sidecar.name();
            let subject = SidecarKind::of(&name).and_then(SidecarKind::subject).unwrap_or_default();
            vec![absent(evidence, sidecar, subject)]
        }
        Some(SidecarVerdict::Unreadable(error)) => vec![
            Rule::SidecarUnreadable
                .at(sidecar)
                .found(error.to_string())
                .expected("a digest in hexadecimal, alone or with the name of the file"),
        ],
    }
}

fn absent(evidence: &[Evidence], sidecar: &Evidence, name: &str) -> Finding {
    let sent = sidecar.name();
    let stem = SidecarKind::of(&sent).and_then(SidecarKind::subject).unwrap_or_default();
    let is_its_archive = |file: &&Evidence| {
        let other = file.name();
        file.artifact.name == sidecar.artifact.name
            && archive_name::suffix(other.as_str()).is_some_and(|suffix| {
                other.as_str().strip_suffix(suffix) == Some(stem) || other.as_str() == stem
            })
    };
    match evidence.iter().find(is_its_archive) {
        Some(archive) => no_subject(
            sidecar,
            format!(
                "it describes `{name}`, which is not here, but perhaps a file inside `{}`",
                archive.name()
            ),
        ),
        None => no_subject(sidecar, format!("it describes `{name}`, which is not here")),
    }
}
