//! Update feeds: what an updater reads first names files, and finds them only
//! under these names.

use std::collections::BTreeMap;

use crate::distribution::sidecar::SidecarContents;
use crate::evidence::Distribution;
use crate::normalize::plan::Planned;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// Feeds that name files which have another name in the release.
pub(super) fn judge(planned: &[Planned<'_>]) -> Vec<Finding> {
    let renamed: BTreeMap<String, String> = planned
        .iter()
        .map(|planned| (planned.evidence.name().to_string(), planned.name.to_string()))
        .filter(|(sent, released)| sent != released)
        .collect();
    let judge_one = |planned: &Planned<'_>| {
        let Distribution::Sidecar(contents) = &planned.evidence.distribution else { return None };
        let SidecarContents::Feed(text) = &**contents else { return None };
        let named =
            renamed.iter().filter(|(sent, _)| names(text, sent) || names(text, &sent.replace(' ', "%20")));
        let named: Sample<String, 5> =
            named.map(|(sent, released)| format!("{sent} (now {released})")).collect();
        (!named.is_empty()).then(|| {
            Rule::UpdateFeed
                .at(planned.evidence)
                .found(format!("it names files that have another name in the release: {named}"))
                .expected("the names in the release")
        })
    };
    planned.iter().filter_map(judge_one).collect()
}

/// Whether a text has that name as a whole.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn whole_names() {
        assert!(names("path: My Tool.exe\n", "My Tool.exe"));
        assert!(names("https://host/My%20Tool.exe?x", "My%20Tool.exe"));
        assert!(!names("path: My Tool.exe.blockmap\n", "My Tool.exe"));
        assert!(!names("path: Not-My Tool.exe\n", "My Tool.exe"));
    }
}
