//! What PyPI would say of core metadata, in wheels and source distributions
//! alike.

use std::collections::BTreeMap;

use crate::distribution::metadata::CoreMetadata;
use crate::distribution::metadata::classifier::{self, Unaccepted};
use crate::distribution::metadata::content_type;
use crate::distribution::metadata::defect::{Defect, DefectKind};
use crate::distribution::metadata::field::{ACCEPTED_VERSIONS, MetadataVersion};
use crate::evidence::Evidence;
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
        findings.push(
            Rule::LocalVersion
                .at(file)
                .found(format!("its version is {version}"))
                .expected("a version without `+` and what follows it"),
        );
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
fn describe(Defect { field, value, kind }: &Defect) -> (Rule, String, String) {
    let said = || format!("{field} is `{value}`");
    let because = |why: &str| format!("{field} is `{value}`: {why}");
    match kind {
        DefectKind::Unknown => {
            (Rule::MetadataField, format!("it has the field `{value}`"), "fields of the core metadata".into())
        }
        DefectKind::Repeated => {
            (Rule::MetadataField, format!("it has more than one {field}"), format!("one {field}"))
        }
        DefectKind::Newer(since) => (
            Rule::MetadataField,
            format!("it has the field {field}, which came with metadata version {}", version(*since)),
            "fields of its metadata version".into(),
        ),
        DefectKind::TwoDescriptions => (
            Rule::MetadataField,
            "it has a description in the header and another one in the body".into(),
            "one description".into(),
        ),
        DefectKind::Dynamic => (
            Rule::MetadataField,
            said(),
            "the name of a field other than Metadata-Version, Name and Version".into(),
        ),
        DefectKind::ImportName => (
            Rule::MetadataField,
            said(),
            "a dotted name that Python can import, perhaps with `; private`".into(),
        ),
        DefectKind::ContentType(why) => (
            Rule::MetadataField,
            because(why),
            format!("one of {}, with `charset=UTF-8` or none", content_type::TYPES.join(", ")),
        ),
        DefectKind::Requirement(why) => {
            (Rule::MetadataRequirement, because(why), "a dependency specifier, as in `name>=1.0`".into())
        }
        DefectKind::Specifiers => {
            (Rule::MetadataRequirement, said(), "version specifiers, as in `>=3.9` (PEP 440)".into())
        }
        DefectKind::Extra => {
            (Rule::MetadataRequirement, said(), "letters and digits joined by `-`, `_` or `.`".into())
        }
        DefectKind::License(why) => {
            (Rule::MetadataLicense, because(why), "an SPDX expression, as in `MIT OR Apache-2.0`".into())
        }
        DefectKind::LicensePath(why) => {
            (Rule::MetadataLicense, because(why), "a relative path with `/`, without `..` and `*`".into())
        }
        DefectKind::UrlLabel => {
            (Rule::MetadataAddress, said(), "a label of 1 to 32 characters before the comma".into())
        }
        DefectKind::UrlLabelTwice => (Rule::MetadataAddress, said(), "each label once".into()),
        DefectKind::Url(why) => (Rule::MetadataAddress, because(why), "an http or https URL".into()),
        DefectKind::Email(why) => {
            (Rule::MetadataAddress, because(why), "an e-mail address, as in `Name <name@example.com>`".into())
        }
        DefectKind::Classifier(why) => classifier(value, why),
        DefectKind::Description { line, what } => (
            Rule::Description,
            format!("line {line} of its description does not render: {what}"),
            "reStructuredText that docutils renders without a warning".into(),
        ),
    }
}

fn classifier(value: &str, why: &Unaccepted) -> (Rule, String, String) {
    let listed = format!("a classifier of PyPI's list ({})", classifier::source());
    match why {
        Unaccepted::Private => (
            Rule::Classifier,
            format!("its classifier `{value}` prevents publishing"),
            "no `Private ::` classifier on what is for PyPI".into(),
        ),
        Unaccepted::Deprecated(successors) if successors.is_empty() => {
            (Rule::Classifier, format!("its classifier `{value}` is deprecated"), "none in its place".into())
        }
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

fn version((major, minor): MetadataVersion) -> String {
    format!("{major}.{minor}")
}
