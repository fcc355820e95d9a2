//! npm packages, each looked at alone.

use super::contents;
use crate::distribution::npm::{PackageJson, github_repository, is_other_registry};
use crate::evidence::Evidence;
use crate::evidence::npm::NpmContents;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// The size from which uploads were refused (E413): 229 MB were.
const LARGE: u64 = 200_000_000;

/// What npm would say of a package that a workflow of `repository`
/// (`owner/name` on GitHub, where that is known) publishes, and what those
/// would say who install it.
#[must_use]
pub(in crate::preflight) fn judge(
    file: &Evidence,
    package: &PackageJson,
    contents: &NpmContents,
    repository: Option<&str>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if package.is_private() {
        findings.push(
            Rule::NpmPrivate
                .at(file)
                .found("its package.json says `private`")
                .expected("a package that is to be published")
                .excluding(&file.name()),
        );
    }
    findings.extend(repository.and_then(|repository| other_repository(file, package, repository)));
    findings.extend(dist_tag(file, package));
    findings.extend(publish_config(file, package));
    findings.extend(local_dependencies(file, package));
    findings.extend(contents::judge(file, package, contents));
    if let Some(reason) = package.name().legacy() {
        findings.push(
            Rule::NpmNameLegacy
                .at(file)
                .found(format!("the name `{}` is not valid for a new package: {reason}", package.name()))
                .expected("a valid name, unless the package exists already"),
        );
    }
    if package.declared_version() != package.version() {
        findings.push(
            Rule::NpmBuildMetadata
                .at(file)
                .found(format!("its version is {}", package.declared_version()))
                .expected(format!(
                    "a version without build metadata: npm publishes it as {}",
                    package.version()
                )),
        );
    }
    findings.extend(too_large(file.staged.size).map(|rule| {
        rule.at(file)
            .found(format!("it has {} bytes", file.staged.size))
            .expected(format!("at most {LARGE}, which npm is known to accept"))
    }));
    findings
}

fn too_large(bytes: u64) -> Option<Rule> {
    (bytes > LARGE).then_some(Rule::NpmSize)
}

/// npm compares the repository that a package names with that of its
/// provenance, to the letter.
fn other_repository(file: &Evidence, package: &PackageJson, repository: &str) -> Option<Finding> {
    let url = package.repository_url().filter(|url| !url.trim().is_empty());
    let named = url.and_then(github_repository);
    if named.as_deref() == Some(repository) {
        return None;
    }
    let expected = format!("https://github.com/{repository}, whose workflow this is");
    let finding = match (url, named) {
        (Some(url), Some(named)) if named.eq_ignore_ascii_case(repository) => Rule::NpmRepository
            .at(file)
            .found(format!("its package.json names the repository `{url}`, in other case"))
            .expected(expected),
        (Some(url), _) => Rule::NpmRepository
            .at(file)
            .found(format!("its package.json names the repository `{url}`"))
            .expected(expected),
        (None, _) => Rule::NpmRepositoryMissing
            .at(file)
            .found("its package.json names no repository")
            .expected(expected),
    };
    Some(finding.remedy(format!(
        "Set `\"repository\": {{\"type\": \"git\", \"url\": \"git+https://github.com/{repository}.git\"}}` \
         in its package.json."
    )))
}

fn dist_tag(file: &Evidence, package: &PackageJson) -> Option<Finding> {
    let is_untagged =
        package.is_prerelease() && !package.has_dist_tag() && package.platform_of_version().is_none();
    let tag = package.dist_tag().filter(|_| is_untagged)?;
    let finding = Rule::NpmDistTag
        .at(file)
        .found(format!("package.json names no dist-tag for the prerelease {}", package.version()))
        .expected("a `publishConfig.tag`, without which npm publishes no prerelease")
        .remedy(format!(
            "Set `\"publishConfig\": {{\"tag\": \"{tag}\"}}`, the tag that the output npm-packages \
             gives, or another one."
        ));
    Some(finding)
}

/// npm takes what `publishConfig` says over what it is configured with.
fn publish_config(file: &Evidence, package: &PackageJson) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(registry) = package.registry().filter(|registry| is_other_registry(registry)) {
        findings.push(
            Rule::NpmRegistry
                .at(file)
                .found(format!("its `publishConfig` names the registry `{registry}`"))
                .expected("a package for npm's own registry"),
        );
    }
    if let Some(access) = package.access().filter(|access| *access != "public") {
        let found = format!("its `publishConfig.access` is `{access}`");
        findings.push(if access == "restricted" && package.name().scope().is_none() {
            Rule::NpmAccessUnscoped
                .at(file)
                .found(format!("{found}, and its name `{}` has no scope", package.name()))
                .expected("no access, or the name of a package in a scope")
        } else {
            Rule::NpmAccess.at(file).found(found).expected("`public`, or no access")
        });
    }
    findings
}

fn local_dependencies(file: &Evidence, package: &PackageJson) -> Option<Finding> {
    let local: Sample<String> = package
        .dependencies()
        .iter()
        .filter(|(_, dependency)| dependency.is_local())
        .map(|(name, dependency)| format!("{name}: {}", dependency.spec))
        .collect();
    (!local.is_empty()).then(|| {
        Rule::NpmDependency
            .at(file)
            .found(format!("it depends on what is not in the registry: {local}"))
            .expected("versions, ranges or tags of published packages")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(too_large(LARGE), None);
        assert_eq!(too_large(LARGE + 1), Some(Rule::NpmSize));
    }
}
