//! What GitHub's release does not take. It is refused before anything is
//! attested: the upload would stop half-way, with a release that is visible.

use crate::digest::Algorithms;
use crate::preflight::release::Member;
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};

/// "Each file included in a release must be under 2 GiB" (GitHub Docs, About
/// releases).
const MAX_ASSET_BYTES: u64 = (2 << 30) - 1;

/// "There can be up to 1,000 release assets" (GitHub Docs, About releases).
const MAX_ASSETS: usize = 1000;

/// What GitHub's release refuses of these members and of the files at the top
/// beside them.
#[must_use]
pub(crate) fn judge(members: &[Member<'_>], algorithms: Algorithms) -> Vec<Finding> {
    // A file that is refused as what it claims to be has its error already.
    let sound = members.iter().map(Member::file).filter(|file| file.distribution.defect().is_none());
    let mut findings: Vec<Finding> = sound
        .filter_map(|file| Some(judge_size(file.place(), file.staged.size)?.excluding(&file.name())))
        .collect();
    findings.extend(judge_count(members.len(), files_at_the_top(algorithms)));
    findings
}

fn judge_size(place: Place, size: u64) -> Option<Finding> {
    match size {
        0 => Some(
            Rule::AssetEmpty
                .at(place)
                .found("it is empty")
                .expected("at least one byte, which GitHub requires"),
        ),
        1..=MAX_ASSET_BYTES => None,
        _ => Some(
            Rule::AssetSize
                .at(place)
                .found(format!("it has {size} bytes"))
                .expected(format!("at most {MAX_ASSET_BYTES} bytes, GitHub's limit for a file of a release")),
        ),
    }
}

fn judge_count(members: usize, at_the_top: usize) -> Option<Finding> {
    let count = members.saturating_add(at_the_top);
    (count > MAX_ASSETS).then(|| {
        Rule::AssetCount
            .at(None)
            .found(format!("the release has {count} files, the checksum files and the manifest among them"))
            .expected(format!("at most {MAX_ASSETS}, GitHub's limit for one release"))
    })
}

/// The manifest, and a checksum file for each algorithm.
fn files_at_the_top(algorithms: Algorithms) -> usize {
    2 + usize::from(algorithms.sha512) + usize::from(algorithms.blake2b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let rule = |size| {
            let place = Place::artifact("a".parse().unwrap());
            judge_size(place, size).map(|finding| finding.rule)
        };
        assert_eq!(rule(0), Some(Rule::AssetEmpty));
        assert_eq!(rule(1), None);
        assert_eq!(rule(2_147_483_647), None);
        assert_eq!(rule(2_147_483_648), Some(Rule::AssetSize));
    }

    #[test]
    fn counts() {
        let both = files_at_the_top(Algorithms { sha512: true, blake2b: true });
        assert!(judge_count(998, files_at_the_top(Algorithms::default())).is_none());
        assert!(judge_count(999, files_at_the_top(Algorithms::default())).is_some());
        assert!(judge_count(996, both).is_none());
        assert!(judge_count(997, both).is_some());
    }
}
