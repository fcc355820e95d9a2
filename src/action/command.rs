//! Workflow commands: annotations and masks.

use super::printer::Printer;
use super::progress;
use crate::escape;
use crate::report::annotation::Annotation;
use crate::reporter::{Progress, Reporter};
use crate::rule::Severity;

impl Reporter for Printer {
    fn notice(&self, message: &str) {
        self.out(&format!("note: {message}"));
    }

    fn mask(&self, secret: &str) {
        mask(*self, secret);
    }

    fn progress(&self, progress: Progress) {
        progress::advance(progress);
    }
}

/// The most characters of an annotation's message that are shown.
const MAX_CHARACTERS: usize = 4000;

/// The fewest characters of a secret that is masked: a shorter one would hide
/// digests and base64 wherever it happens to occur.
const MIN_MASK: usize = 16;

/// Annotates the run.
pub(crate) fn annotate(printer: Printer, annotations: &[Annotation]) {
    for Annotation { severity, title, message } in annotations {
        let kind = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        annotation(printer, kind, title, message);
    }
}

/// Annotates the run with one error that is not a finding.
pub fn error(printer: Printer, message: &str) {
    annotation(printer, "error", "release-prep", message);
}

/// Masks a secret in every log of the run. Short ones are skipped.
fn mask(printer: Printer, secret: &str) {
    if secret.chars().count() >= MIN_MASK {
        printer.command(&format!("::add-mask::{}", escape::command_data(secret)));
    }
}

fn annotation(printer: Printer, kind: &str, title: &str, message: &str) {
    // Where commands are stopped, a runner prints this like any other line.
    let message: String = escape::runner_line(message).chars().take(MAX_CHARACTERS).collect();
    let (title, message) = (escape::command_property(title), escape::command_data(&message));
    printer.command(&format!("::{kind} title={title}::{message}"));
}
