//! The release before, beside this one: kinds of files that are gone or new,
//! sizes and tags that changed, and versions that were released with other
//! bytes.
//!
//! Kinds are compared, not names: of a wheel the project, the interpreter and
//! the platform without its version; of an npm package the name; of an asset
//! the name without version. Measured on 216 releases of 12 projects, a single
//! field of the table of wheels is lost in one patch release of 17, by accident
//! more often than not; a whole interpreter is dropped on purpose.

mod cell;
mod change;
mod gone;
mod name;
mod snapshot;

use self::gone::{Gone, gone};
use self::snapshot::Snapshot;
use crate::evidence::{Distribution, Evidence};
use crate::preflight::release::Member;
use crate::release::previous::{PreviousFile, PreviousRelease};
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What a comparison came to.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// What is gone and should not be.
    pub findings: Vec<Finding>,
    /// What else has changed, for log and summary.
    pub notes: Vec<String>,
}

/// Compares a release of this version with the one before. `is_expected`: none
/// of the kinds that it had may be gone (`expect: previous`).
#[must_use]
pub(crate) fn judge(
    members: &[Member<'_>],
    version: Option<&str>,
    previous: Option<&PreviousRelease>,
    is_expected: bool,
) -> Comparison {
    let Some(previous) = previous else {
        let note = "the line `previous` of `expect`: no manifest of a release before was found, so nothing was compared";
        let notes = is_expected.then(|| note.to_owned());
        return Comparison { findings: Vec::new(), notes: notes.into_iter().collect() };
    };
    let files: Vec<PreviousFile> = members.iter().map(released).collect();
    let mut comparison = compare(&files, version, previous, is_expected);
    let with_files = members.iter().zip(&files);
    let changed = with_files.filter_map(|(member, file)| other_bytes(member.file(), file, version, previous));
    comparison.findings.extend(changed);
    comparison
}

/// Compares files of a release with those of the one before.
fn compare(
    files: &[PreviousFile],
    version: Option<&str>,
    previous: &PreviousRelease,
    is_expected: bool,
) -> Comparison {
    let new = Snapshot::of(files, version);
    let old = Snapshot::of(&previous.files, previous.version.as_deref());
    if !is_expected && !old.is_comparable_to(&new) {
        let note =
            format!("{} has no project and no asset of this one; they were not compared", previous.name());
        return Comparison { findings: Vec::new(), notes: vec![note] };
    }
    let gone = gone(&old, &new);
    let (missing, dropped): (Vec<Gone>, Vec<Gone>) =
        gone.into_iter().partition(|gone| is_expected || !gone.is_usual);
    let since = match &previous.version {
        Some(version) => format!("since {version}"),
        None => "since the release before".to_owned(),
    };
    let notes =
        dropped.iter().map(|gone| format!("no more: {}", gone.text)).chain(change::changes(&old, &new));
    Comparison {
        findings: missing.iter().map(|gone| finding(gone, previous, is_expected)).collect(),
        notes: notes.map(|note| format!("{since}: {note}")).collect(),
    }
}

fn finding(gone: &Gone, previous: &PreviousRelease, is_expected: bool) -> Finding {
    let rule = if is_expected { Rule::ExpectedFiles } else { Rule::PreviousKind };
    let before = previous.name();
    let expected = if is_expected {
        format!("every kind of file that {before} had, as the line `previous` of `expect` says")
    } else {
        format!("every kind of file that {before} had")
    };
    rule.at(None).found(format!("gone: {}", gone.text)).expected(expected).remedy(Rule::PreviousKind.remedy())
}

/// A file of this release as a manifest would have it.
fn released(member: &Member<'_>) -> PreviousFile {
    let file = member.file();
    PreviousFile {
        name: member.planned.name.clone(),
        kind: file.distribution.kind(),
        project: file.distribution.project().map(str::to_owned),
        version: file.distribution.version().map(|version| version.to_string()),
        size: file.staged.size,
        sha256: file.staged.digests.sha256,
    }
}

/// A file of a version that was released with other bytes. What signs or lists
/// other files differs each time.
fn other_bytes(
    evidence: &Evidence,
    file: &PreviousFile,
    version: Option<&str>,
    previous: &PreviousRelease,
) -> Option<Finding> {
    if matches!(evidence.distribution, Distribution::Sidecar(_)) {
        return None;
    }
    let before = previous.files.iter().find(|before| before.name == file.name)?;
    let is_same_version = match &file.version {
        // The name of a distribution has its version in it.
        Some(version) => before.version.as_ref() == Some(version),
        None => version.is_some() && version == previous.version.as_deref(),
    };
    (is_same_version && before.sha256 != file.sha256).then(|| {
        Rule::PreviousBytes
            .at(evidence)
            .found(format!("the release before has {} under this name and version", before.sha256))
            .expected(format!(
                "the bytes that were released, or another version than {}",
                file.version.as_deref().or(version).unwrap_or_default()
            ))
    })
}

#[cfg(test)]
mod tests;
