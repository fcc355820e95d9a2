//! What npm refuses to publish, package by package.

use crate::distribution::npm::{PackageJson, github_repository};
use crate::evidence::Evidence;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What npm would say of a package that a workflow of `repository`
/// (`owner/name` on GitHub, where that is known) publishes.
#[must_use]
pub(super) fn judge(file: &Evidence, package: &PackageJson, repository: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if package.is_private() {
        findings.push(
            Rule::NpmPrivate
                .at(file)
                .found("its package.json says `private`")
                .expected("a package that is to be published"),
        );
    }
    findings.extend(repository.and_then(|repository| other_repository(file, package, repository)));
    if package.is_prerelease() && !package.has_dist_tag() {
        let tag = package.dist_tag();
        findings.push(
            Rule::NpmDistTag
                .at(file)
                .found(format!("package.json names no dist-tag for the prerelease {}", package.version()))
                .expected("a `publishConfig.tag`, without which npm publishes no prerelease")
                .remedy(format!(
                    "Set `\"publishConfig\": {{\"tag\": \"{tag}\"}}`, the tag that the output npm-packages \
                     gives, or another one."
                )),
        );
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
    let expected = format!("https://github.com/{repository}, whose workflow this is");
    let finding = match named {
        Some(url) => Rule::NpmRepository
            .at(file)
            .found(format!("its package.json names the repository `{url}`"))
            .expected(expected),
        None => Rule::NpmRepositoryMissing
            .at(file)
            .found("its package.json names no repository")
            .expected(expected),
    };
    Some(finding.remedy(format!(
        "Set `\"repository\": {{\"type\": \"git\", \"url\": \"git+https://github.com/{repository}.git\"}}` \
         in its package.json."
    )))
}
