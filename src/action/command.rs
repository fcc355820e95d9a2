//! Workflow commands: annotations and masks.
//!
//! A runner shows at most ten annotations of a kind for a step (actions/runner,
//! `ExecutionContext.cs`), so the tenth says how many more there are.

use super::printer::Printer;
use crate::escape;
use crate::reporter::Reporter;
use crate::rule::Severity;
use crate::rule::finding::Finding;

impl Reporter for Printer {
    fn notice(&self, message: &str) {
        self.out(&format!("note: {message}"));
    }

    fn mask(&self, secret: &str) {
        mask(*self, secret);
    }
}

/// How many annotations of a kind are spent on findings.
const MAX_FINDINGS: usize = 9;

/// The most characters of an annotation's message that are shown.
const MAX_CHARACTERS: usize = 4000;

/// The fewest characters of a secret that is masked: a shorter one would hide
/// digests and base64 wherever it happens to occur.
const MIN_MASK: usize = 16;

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

/// Annotates the run with findings, and counts those that do not fit.
pub(crate) fn annotate(printer: Printer, findings: &[Finding], details: Details) {
    for (severity, kind) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let of_kind: Vec<_> = findings.iter().filter(|finding| finding.severity == severity).collect();
        for finding in of_kind.iter().take(MAX_FINDINGS) {
            let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            let message =
                format!("{place}{}; expected {}. {}", finding.found, finding.expected, finding.remedy);
            annotation(printer, kind, finding.rule.id(), &message);
        }
        if of_kind.len() > MAX_FINDINGS {
            let (all, more) = (of_kind.len(), of_kind.len() - MAX_FINDINGS);
            let more = format!("{more} more of {all} {kind}s, all in the {}", details.as_str());
            annotation(printer, kind, "release-prep", &more);
        }
    }
}

/// Annotates the run with one error that is not a finding.
pub fn error(printer: Printer, message: &str) {
    annotation(printer, "error", "release-prep", message);
}

/// Has the runner mask a secret in every log. Short ones are skipped.
fn mask(printer: Printer, secret: &str) {
    if secret.chars().count() >= MIN_MASK {
        printer.command(&format!("::add-mask::{}", escape::command_data(secret)));
    }
}

fn annotation(printer: Printer, kind: &str, title: &str, message: &str) {
    // Where commands are stopped, a runner reads this as any other line.
    let message: String = escape::runner_line(message).chars().take(MAX_CHARACTERS).collect();
    let (title, message) = (escape::command_property(title), escape::command_data(&message));
    printer.command(&format!("::{kind} title={title}::{message}"));
}
