//! Lists of checksums that build jobs wrote: each line against what arrived.

use std::collections::BTreeSet;

use super::wrong_digest;
use crate::distribution::junk::is_junk_file;
use crate::distribution::sidecar::{SidecarContents, is_checksum_list};
use crate::evidence::{Distribution, Evidence};
use crate::normalize::described::{Described, LineVerdict};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// What is wrong with lists, and a note on those that are right.
pub(super) fn judge(evidence: &[Evidence], described: &Described<'_>) -> (Vec<Finding>, Option<String>) {
    let mut findings = Vec::new();
    let mut right: Sample<String, 5> = Sample::default();
    let mut digests = 0_usize;
    for list in evidence {
        let (true, Distribution::Sidecar(contents)) = (is_list(list), &list.distribution) else { continue };
        let checksums = match &**contents {
            SidecarContents::Checksums(Ok(checksums)) => checksums,
            SidecarContents::Checksums(Err(error)) if list.staged.size > 0 => {
                findings.push(unreadable(list, &error.to_string()));
                continue;
            }
            _ => continue,
        };
        let verdicts = described.list(list, checksums);
        let count = findings.len();
        let wrong = verdicts.iter().filter_map(LineVerdict::contradiction);
        findings.extend(wrong.filter_map(|wrong| {
            let file = evidence.get(wrong.file)?;
            Some(wrong_digest(list, file, wrong.algorithm, &wrong.declared, &wrong.actual))
        }));
        findings.extend(absent(list, &verdicts));
        if findings.len() == count {
            right.push(list.place().to_string());
            digests += verdicts.len();
        }
    }
    (findings, note(&right, digests))
}

fn is_list(file: &Evidence) -> bool {
    is_checksum_list(&file.name()) && !is_junk_file(&file.path)
}

fn unreadable(list: &Evidence, error: &str) -> Finding {
    Rule::SidecarUnreadable
        .at(list)
        .found(error)
        .expected("lines of a digest in hexadecimal and the name of a file")
}

/// One warning for all names of a list that are not here.
fn absent(list: &Evidence, verdicts: &[LineVerdict]) -> Option<Finding> {
    let names: BTreeSet<&str> = verdicts
        .iter()
        .filter_map(|verdict| match verdict {
            LineVerdict::Absent(name) => Some(name.as_deref().unwrap_or("a digest without a name")),
            LineVerdict::Right(..) | LineVerdict::Wrong(_) => None,
        })
        .collect();
    let missing: Sample<&str, 5> = names.into_iter().collect();
    if missing.is_empty() {
        return None;
    }
    let found = if verdicts.iter().all(|verdict| matches!(verdict, LineVerdict::Absent(_))) {
        format!("nothing that it lists is here: {missing}; it may be the list of another version")
    } else {
        format!("{} of the {} files that it lists are not here: {missing}", missing.count(), verdicts.len())
    };
    Some(Rule::ChecksumList.at(list).found(found).expected("lines about files that are here"))
}

fn note(right: &Sample<String, 5>, digests: usize) -> Option<String> {
    let lists = match right.count() {
        0 => return None,
        1 => "the list of checksums".to_owned(),
        count => format!("{count} lists of checksums:"),
    };
    Some(format!(
        "{lists} {right}: {digests} of {digests} digests right; left out, since the release's own checksums say the same"
    ))
}
