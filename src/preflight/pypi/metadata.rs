//! What PyPI would say of core metadata, in wheels and source distributions
//! alike.

use std::collections::BTreeMap;

use crate::distribution::metadata::CoreMetadata;
use crate::distribution::metadata::classifier::{self, Unaccepted};
use crate::distribution::metadata::content_type;
use crate::distribution::metadata::defect::{Defect, DefectKind};
use crate::distribution::metadata::field::ACCEPTED_VERSIONS;
use crate::evidence::Evidence;
use crate::preflight::version::SHALLOW_CLONE;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// The most values of a finding.
const MAX_SHOWN: usize = 5;
/// The most characters of a summary.
const MAX_SUMMARY: usize = 512;

/// What PyPI would say of a file's metadata.
#[must_use]
pub(super) fn judge(file: &Evidence, metadata: &CoreMetadata) -> Vec<Finding> {
    let mut findings = versions(file, metadata);
    let direct = metadata.direct_references();
    if !direct.is_empty() {
        findings.push(
            Rule::DirectReference
                .at(file)
                .found(format!("it depends on {direct}"))
                .expected("dependencies by name and version"),
        );
    }
    findings.extend(summary(file, metadata));
    if metadata.has_two_licenses() {
        findings.push(
            Rule::MetadataLicense
                .at(file)
                .found("it has both License and License-Expression")
                .expected("License-Expression alone (PEP 639)"),
        );
    }
    findings.extend(defects(file, metadata));
    findings
}

fn versions(file: &Evidence, metadata: &CoreMetadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    let version = metadata.version();
    if version.is_local() {
        let finding = Rule::LocalVersion
            .at(file)
            .found(format!("its version is {version}"))
            .expected("a version without `+` and what follows it")
            .input("pypi-exclude", "*+*");
        let declared = file.distribution.version();
        findings.push(if declared.is_some_and(|declared| declared.is_of_a_shallow_clone()) {
            finding.remedy(format!("{SHALLOW_CLONE} Or exclude the file from PyPI."))
        } else {
            finding
        });
    }
    let number = metadata.metadata_version_number();
    if !number.is_some_and(|number| ACCEPTED_VERSIONS.contains(&number)) {
        findings.push(
            Rule::MetadataVersion
                .at(file)
                .found(format!("its metadata version is {}", metadata.metadata_version()))
                .expected("1.0 to 1.2, or 2.1 to 2.5, which PyPI accepts today"),
        );
    }
    findings
}

fn summary(file: &Evidence, metadata: &CoreMetadata) -> Option<Finding> {
    let summary = metadata.summary()?;
    let found = if summary.has_several_lines {
        "its summary has several lines".to_owned()
    } else if summary.characters > MAX_SUMMARY {
        format!("its summary has {} characters", summary.characters)
    } else {
        return None;
    };
    let expected = format!("one line of at most {MAX_SUMMARY} characters");
    Some(Rule::MetadataField.at(file).found(found).expected(expected))
}

/// One finding for each kind of defect of a field, with the first few values.
fn defects(file: &Evidence, metadata: &CoreMetadata) -> Vec<Finding> {
    let mut grouped: BTreeMap<(Rule, String), Vec<String>> = BTreeMap::new();
    for defect in metadata.defects() {
        let (rule, found, expected) = describe(defect);
        grouped.entry((rule, expected)).or_default().push(found);
    }
    grouped
        .into_iter()
        .map(|((rule, expected), found)| {
            let mut shown = found.iter().take(MAX_SHOWN).cloned().collect::<Vec<_>>().join("; ");
            if found.len() > MAX_SHOWN {
                shown = format!("{shown}; and {} more", found.len() - MAX_SHOWN);
            }
            rule.at(file).found(shown).expected(expected)
        })
        .collect()
}

/// The rule that a defect breaks, what was found, and what was expected.
fn describe(defect: &Defect) -> (Rule, String, String) {
    match &defect.kind {
        DefectKind::Classifier(why) => classifier(&defect.value, why),
        DefectKind::Description { line, what } => (
            Rule::Description,
            format!("line {line} of its description does not render: {what}"),
            "reStructuredText that docutils renders without a warning".into(),
        ),
        kind => {
            let (rule, expected) = expectation(defect.field, kind);
            (rule, found(defect), expected)
        }
    }
}

/// What was found in a field.
fn found(Defect { field, value, kind }: &Defect) -> String {
    match kind {
        DefectKind::Unknown => format!("it has the field `{value}`"),
        DefectKind::Repeated => format!("it has more than one {field}"),
        DefectKind::Newer((major, minor)) => {
            format!("it has the field {field}, which came with metadata version {major}.{minor}")
        }
        DefectKind::TwoDescriptions => {
            "it has a description in the header and another one in the body".into()
        }
        DefectKind::ContentType(why) | DefectKind::Requirement(why) | DefectKind::License(why) => {
            format!("{field} is `{value}`: {why}")
        }
        DefectKind::LicensePath(why) | DefectKind::Url(why) | DefectKind::Email(why) => {
            format!("{field} is `{value}`: {why}")
        }
        _ => format!("{field} is `{value}`"),
    }
}

/// The rule that a defect breaks, and what was expected of the field.
fn expectation(field: &str, kind: &DefectKind) -> (Rule, String) {
    use Rule::{MetadataAddress, MetadataField, MetadataLicense, MetadataRequirement};
    let (rule, expected) = match kind {
        DefectKind::Repeated => return (MetadataField, format!("one {field}")),
        DefectKind::ContentType(_) => {
            let types = content_type::TYPES.join(", ");
            return (MetadataField, format!("one of {types}, with `charset=UTF-8` or none"));
        }
        DefectKind::Newer(_) => (MetadataField, "fields of its metadata version"),
        DefectKind::TwoDescriptions => (MetadataField, "one description"),
        DefectKind::Dynamic => {
            (MetadataField, "the name of a field other than Metadata-Version, Name and Version")
        }
        DefectKind::ImportName => {
            (MetadataField, "a dotted name that Python can import, perhaps with `; private`")
        }
        DefectKind::Requirement(_) => (MetadataRequirement, "a dependency specifier, as in `name>=1.0`"),
        DefectKind::Specifiers => (MetadataRequirement, "version specifiers, as in `>=3.9` (PEP 440)"),
        DefectKind::Extra => (MetadataRequirement, "letters and digits joined by `-`, `_` or `.`"),
        DefectKind::License(_) => (MetadataLicense, "an SPDX expression, as in `MIT OR Apache-2.0`"),
        DefectKind::LicensePath(_) => (MetadataLicense, "a relative path with `/`, without `..` and `*`"),
        DefectKind::UrlLabel => (MetadataAddress, "a label of 1 to 32 characters before the comma"),
        DefectKind::UrlLabelTwice => (MetadataAddress, "each label once"),
        DefectKind::Url(_) => (MetadataAddress, "an http or https URL"),
        DefectKind::Email(_) => (MetadataAddress, "an e-mail address, as in `Name <name@example.com>`"),
        // Of the last two `describe` says more.
        DefectKind::Unknown | DefectKind::Classifier(_) | DefectKind::Description { .. } => {
            (MetadataField, "fields of the core metadata")
        }
    };
    (rule, expected.to_owned())
}

fn classifier(value: &str, why: &Unaccepted) -> (Rule, String, String) {
    let listed = format!("a classifier of PyPI's list ({})", classifier::source());
    match why {
        Unaccepted::Private => (
            Rule::Classifier,
            format!("its classifier `{value}` prevents publishing"),
            "no `Private ::` classifier on what is for PyPI".into(),
        ),
        Unaccepted::Deprecated(successors) if successors.is_empty() => (
            Rule::Classifier,
            format!("its classifier `{value}` is deprecated"),
            "no classifier in its place".into(),
        ),
        Unaccepted::Deprecated(successors) => (
            Rule::Classifier,
            format!("its classifier `{value}` is deprecated"),
            format!("`{}`", successors.join("` or `")),
        ),
        Unaccepted::Unknown(Some(nearest)) => (
            Rule::Classifier,
            format!("its classifier `{value}` is unknown"),
            format!("`{nearest}`, perhaps"),
        ),
        Unaccepted::Unknown(None) => {
            (Rule::Classifier, format!("its classifier `{value}` is unknown"), listed)
        }
        Unaccepted::Newer => {
            (Rule::ClassifierNew, format!("its classifier `{value}` is not on the list"), listed)
        }
    }
}
