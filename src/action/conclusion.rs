//! What a run came to, told: log, annotations, summary, outputs, exit code.

use std::error::Error;
use std::io;

use super::command::{self, Details};
use super::output::StepFiles;
use super::printer::Printer;
use crate::pipeline::Outcome;
use crate::pipeline::decide::Diagnostics;
use crate::pipeline::failure::Failure;
use crate::release::verification::{Anchor, Verification};
use crate::report::outputs::{self, Purpose};
use crate::report::{self, Report};
use crate::request::{Prepare, Verify};
use crate::rule::Rule;

/// Prepared, or verified.
pub const DONE: u8 = 0;
/// Findings stop the release, or it is not what its manifest says.
pub const REFUSED: u8 = 1;
/// The inputs are wrong.
pub const INPUT: u8 = 2;
/// The source, the machine or this program failed.
pub const FAULT: u8 = 3;

/// The step's files cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the {what} of the step cannot be written")]
pub struct StepFileError {
    what: &'static str,
    #[source]
    cause: io::Error,
}

/// Tells what a preparation came to, and gives the exit code.
///
/// # Errors
/// If a file of the step cannot be written.
pub fn prepared(
    printer: Printer,
    files: &mut StepFiles,
    request: &Prepare,
    outcome: Result<Outcome, Failure>,
) -> Result<u8, StepFileError> {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(Failure::Refused(mut findings)) => {
            findings.sort();
            Outcome::Refused(Diagnostics { findings, ..Diagnostics::default() })
        }
        Err(failure) => return Ok(failed(printer, &failure)),
    };
    let (release, diagnostics) = match &outcome {
        Outcome::Released { release, diagnostics } => (Some(release), diagnostics),
        Outcome::Refused(diagnostics) => (None, diagnostics),
    };
    let report = Report {
        release: release.map(|release| (&release.manifest, &release.top)),
        output: request.output.as_str(),
        dry_run: request.dry_run,
        findings: &diagnostics.findings,
        ignored: &diagnostics.ignored,
        left_out: &diagnostics.left_out,
        projects: &diagnostics.projects,
        notes: &diagnostics.notes,
    };
    printer.out(&report.text());
    let details = if request.show_summary { Details::Summary } else { Details::Log };
    command::annotate(printer, &diagnostics.findings, details);
    if request.show_summary {
        summary(files, &report.markdown())?;
    }
    let Some(release) = release else { return Ok(REFUSED) };
    let outputs = outputs::prepared(release, request.output.as_str(), purpose(request));
    files.write_outputs(&outputs).map_err(|cause| StepFileError { what: "outputs", cause })?;
    Ok(DONE)
}

const fn purpose(request: &Prepare) -> Purpose {
    match request {
        Prepare { dry_run: true, .. } => Purpose::DryRun,
        Prepare { for_pull_request: true, .. } => Purpose::PullRequest,
        _ => Purpose::Publication,
    }
}

/// Tells what a verification came to, and gives the exit code.
///
/// # Errors
/// If a file of the step cannot be written.
pub fn verified(
    printer: Printer,
    files: &mut StepFiles,
    request: &Verify,
    verification: Result<Verification, Failure>,
) -> Result<u8, StepFileError> {
    let verification = match verification {
        Ok(verification) => verification,
        Err(failure) => return Ok(failed(printer, &failure)),
    };
    let dir = request.dir.as_str();
    printer.out(&report::verification_text(dir, &verification, request.anchor));
    if request.show_summary {
        summary(files, &report::verification_markdown(dir, &verification, request.anchor))?;
    }
    if let Some((first, rest)) = verification.problem_lines().split_first() {
        let more =
            if rest.is_empty() { String::new() } else { format!(", and {} more in the log", rest.len()) };
        command::error(printer, &format!("{dir}: verification failed: {first}{more}"));
        return Ok(REFUSED);
    }
    if request.anchor == Anchor::Itself && !request.unanchored {
        let message = "manifest-digest: found no value, expected the output `manifest-digest` of the job that prepared the release; \
                       without it the release is consistent, but its origin is not proven (--unanchored accepts that)";
        printer.error(&format!("error: {message}"));
        command::error(printer, message);
        return Ok(INPUT);
    }
    Ok(DONE)
}

/// Explains a rule, or lists all, and gives the exit code.
#[must_use]
pub fn explained(printer: Printer, rule: Option<Rule>) -> u8 {
    printer.out(&report::rule_text(rule));
    DONE
}

/// Tells a failure with its causes, and gives its exit code.
fn failed(printer: Printer, failure: &Failure) -> u8 {
    let (code, remedy) = match failure {
        Failure::Input(_) => (INPUT, None),
        Failure::Refused(findings) => (REFUSED, findings.first().map(|finding| finding.remedy.as_str())),
        Failure::Fault { remedy, .. } => (FAULT, remedy.as_deref()),
    };
    let mut message = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    printer.error(&format!("error: {message}"));
    if let Some(remedy) = remedy {
        printer.error(&format!("  help: {remedy}"));
        message = format!("{message}. {remedy}");
    }
    command::error(printer, &message);
    code
}

fn summary(files: &mut StepFiles, markdown: &str) -> Result<(), StepFileError> {
    files.write_summary(markdown).map_err(|cause| StepFileError { what: "summary", cause })
}
