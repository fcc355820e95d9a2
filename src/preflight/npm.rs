//! What npm refuses to publish, package by package.

use crate::distribution::npm::{PackageJson, github_repository};
use crate::evidence::Evidence;
use crate::rule::finding::Finding;
use crate::rule::{Rule, Severity};

/// What npm would say of a package that a workflow of `repository`
/// (`owner/name` on GitHub, where that is known) publishes.
#[must_use]
pub(super) fn judge(file: &Evidence, package: &PackageJson, repository: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if package.is_private() {
        findings.push(file.finding(
            Rule::NpmPrivate,
            "its package.json says `private`",
            "a package that is to be published",
            "Take `private` out of its package.json, or exclude its artifact by `pattern`.",
        ));
    }
    findings.extend(repository.and_then(|repository| other_repository(file, package, repository)));
    if package.is_prerelease() && !package.has_dist_tag() {
        findings.push(file.finding(
            Rule::NpmDistTag,
            format!("it is the prerelease {}, and package.json names no dist-tag", package.version()),
            "a `publishConfig.tag`, without which npm publishes no prerelease",
            format!(
                "It is to be published under `{tag}`, as the output npm-packages tells. Set `\"publishConfig\": {{\"tag\": \"{tag}\"}}` to say so, or another one.",
                tag = package.dist_tag()
            ),
        ));
    }
    findings
}

/// npm holds the repository that a package names against the one that its
/// provenance does.
fn other_repository(file: &Evidence, package: &PackageJson, repository: &str) -> Option<Finding> {
    let named = package.repository_url();
    if named.and_then(github_repository).is_some_and(|named| named.eq_ignore_ascii_case(repository)) {
        return None;
    }
    let mut finding = file.finding(
        Rule::NpmRepository,
        match named {
            Some(url) => format!("its package.json names the repository `{url}`"),
            None => "its package.json names no repository".to_owned(),
        },
        format!("https://github.com/{repository}, whose workflow this is"),
        format!(
            "Set `\"repository\": {{\"type\": \"git\", \"url\": \"git+https://github.com/{repository}.git\"}}` in its package.json."
        ),
    );
    // Without provenance it is published all the same.
    if named.is_none() {
        finding.severity = Severity::Warning;
    }
    Some(finding)
}
