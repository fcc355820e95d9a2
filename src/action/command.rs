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
const MOST: usize = 9;

/// The most characters of an annotation's message that are shown.
const MOST_CHARACTERS: usize = 4000;

/// The fewest characters of a secret that a runner is told of: a shorter one
/// would blacken digests and base64 wherever it happens to occur.
const SHORTEST_MASK: usize = 16;

/// Annotates the run with findings.
pub(crate) fn annotate(printer: Printer, findings: &[Finding]) {
    for (severity, kind) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let of_kind: Vec<_> = findings.iter().filter(|finding| finding.severity == severity).collect();
        for finding in of_kind.iter().take(MOST) {
            let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            let message =
                format!("{place}{}; expected {}. {}", finding.found, finding.expected, finding.remedy);
            annotation(printer, kind, finding.rule.id(), &message);
        }
        if of_kind.len() > MOST {
            let more = format!("and {} more in the summary", of_kind.len() - MOST);
            annotation(printer, kind, "release-prep", &more);
        }
    }
}

/// Annotates the run with one error that is no finding.
pub fn error(printer: Printer, message: &str) {
    annotation(printer, "error", "release-prep", message);
}

/// Has the runner blacken a secret in every log. Short ones are passed over.
fn mask(printer: Printer, secret: &str) {
    if secret.chars().count() >= SHORTEST_MASK {
        printer.command(&format!("::add-mask::{}", escape::command_data(secret)));
    }
}

fn annotation(printer: Printer, kind: &str, title: &str, message: &str) {
    let message: String = escape::line(message).chars().take(MOST_CHARACTERS).collect();
    let (title, message) = (escape::command_property(title), escape::command_data(&message));
    printer.command(&format!("::{kind} title={title}::{message}"));
}
