//! Annotations: one for each cause, the worst first.
//!
//! A runner shows at most ten annotations of a kind for a step (actions/runner,
//! `ExecutionContext.cs`), so the tenth counts the rest.

use std::collections::BTreeSet;

use super::{Report, plural};
use crate::rule::Severity;

/// The most annotations of a kind that are spent on causes.
const MAX_CAUSES: usize = 9;

/// One annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotation {
    /// Error or warning.
    pub severity: Severity,
    /// A rule's id, or the program's name.
    pub title: String,
    /// The message, which may be hostile.
    pub message: String,
}

/// Where all findings can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Details {
    /// In the job's summary.
    Summary,
    /// In the log alone.
    Log,
}

impl Details {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary of this job",
            Self::Log => "log",
        }
    }
}

/// The annotations of a report.
#[must_use]
pub(crate) fn annotations(report: &Report, details: Details) -> Vec<Annotation> {
    let mut annotations = Vec::new();
    for severity in [Severity::Error, Severity::Warning] {
        let causes: Vec<_> = report.causes.iter().filter(|cause| cause.severity == severity).collect();
        let (shown, rest) = causes.split_at(causes.len().min(MAX_CAUSES));
        annotations.extend(shown.iter().map(|cause| {
            let places: Vec<String> = cause
                .places()
                .into_iter()
                .map(
                    |(artifact, files)| {
                        if files.is_empty() { artifact.to_string() } else { format!("{artifact}: {files}") }
                    },
                )
                .collect();
            let place = if places.is_empty() { String::new() } else { format!("{}: ", places.join("; ")) };
            let paste = cause.paste.as_ref().map(|input| format!(" {input}")).unwrap_or_default();
            let message =
                format!("{place}{}; expected {}. {}{paste}", cause.title, cause.expected, cause.help);
            Annotation { severity, title: cause.rule.to_string(), message }
        }));
        if !rest.is_empty() {
            let findings = rest.iter().map(|cause| cause.findings.len()).sum();
            let rules: BTreeSet<&str> = rest.iter().map(|cause| cause.rule.id()).collect();
            let rules: Vec<&str> = rules.into_iter().collect();
            annotations.push(Annotation {
                severity,
                title: "release-prep".to_owned(),
                message: format!(
                    "{} ({}) in the {}: {}",
                    plural(rest.len(), "more cause"),
                    plural(findings, "finding"),
                    details.as_str(),
                    rules.join(", ")
                ),
            });
        }
    }
    annotations
}
