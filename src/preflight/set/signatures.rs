//! Signatures, attestations and certificates: the digests that they show, and
//! the files that they hold for. Whether a signature is valid is not judged.

use std::collections::BTreeSet;

use super::{is_known_by_name, no_subject, wrong_digest};
use crate::distribution::sidecar::statement::AttestedSubject;
use crate::distribution::sidecar::{SidecarContents, SidecarKind};
use crate::evidence::{Distribution, Evidence};
use crate::normalize::described::Described;
use crate::rule::finding::Finding;

/// Suffixes that nothing but a signature has. Others are those of documents as
/// well, which may stand alone.
const ALWAYS_OF_A_FILE: [&str; 4] = [".asc", ".sig", ".minisig", ".p7s"];

/// What is wrong with them.
pub(super) fn judge(evidence: &[Evidence], described: &Described<'_>) -> Vec<Finding> {
    let digests: BTreeSet<String> = evidence.iter().map(|file| file.digest_as_sent().to_string()).collect();
    let judge_one = |signature: &Evidence| {
        let name = signature.name();
        let Distribution::Sidecar(contents) = &signature.distribution else { return None };
        let (SidecarKind::Signature { subject } | SidecarKind::Certificate { subject }) =
            SidecarKind::of(&name)?
        else {
            return None;
        };
        let file = described.subject(signature).and_then(|number| evidence.get(number));
        match (&**contents, file) {
            (SidecarContents::Signature(subjects), _) if !subjects.is_empty() => {
                attested(evidence, described, signature, file, subjects, &digests)
            }
            (SidecarContents::PublicKey, _) | (_, Some(_)) => None,
            (_, None) => {
                let is_of_a_file = ALWAYS_OF_A_FILE.iter().any(|suffix| name.has_suffix(suffix));
                (is_of_a_file || is_known_by_name(subject))
                    .then(|| no_subject(signature, format!("it belongs to `{subject}`, which is not here")))
            }
        }
    };
    evidence.iter().filter(|file| file.staged.size > 0).filter_map(judge_one).collect()
}

/// What is wrong with an attestation that shows these digests and is beside
/// that file.
fn attested(
    evidence: &[Evidence],
    described: &Described<'_>,
    attestation: &Evidence,
    beside: Option<&Evidence>,
    subjects: &[AttestedSubject],
    digests: &BTreeSet<String>,
) -> Option<Finding> {
    let has = |file: &Evidence, subject: &AttestedSubject| {
        file.digest_by(subject.algorithm).as_ref() == Some(&subject.digest)
    };
    let wrong = |file: &Evidence, subject: &AttestedSubject| {
        let actual = file.digest_by(subject.algorithm)?;
        Some(wrong_digest(attestation, file, subject.algorithm, &subject.digest, &actual))
    };
    let mut is_about_one = false;
    for subject in subjects {
        let named = subject.file_name().map(|name| described.find(attestation, name)).unwrap_or_default();
        let named: Vec<&Evidence> = named.iter().filter_map(|number| evidence.get(*number)).collect();
        let is_right = named.iter().any(|file| has(file, subject)) || digests.contains(&subject.digest);
        if let (false, Some(file)) = (is_right, named.first()) {
            return wrong(file, subject);
        }
        is_about_one |= is_right;
    }
    match (beside, subjects.first()) {
        (Some(file), Some(first)) if !subjects.iter().any(|subject| has(file, subject)) => wrong(file, first),
        (None, Some(first)) if !is_about_one => {
            let name = first.name.as_deref().unwrap_or(&first.digest);
            Some(no_subject(
                attestation,
                match subjects.len() {
                    1 => format!("it attests `{name}`, which is not here"),
                    count => {
                        format!("it attests {count} files, `{name}` the first, and none of them is here")
                    }
                },
            ))
        }
        _ => None,
    }
}
