//! Reports the result of a run: log, annotations, summary, outputs, exit code.

use std::error::Error;
use std::io;

use super::output::{self, StepFiles};
use super::printer::Printer;
use super::{command, progress};
use crate::pipeline::Outcome;
use crate::pipeline::decide::Diagnostics;
use crate::pipeline::failure::Failure;
use crate::release::verification::{Anchor, Verification};
use crate::report::annotation::{Details, annotations};
use crate::report::explain::explain;
use crate::report::inspection::Inspection;
use crate::report::job::job;
use crate::report::markdown::{self, markdown_of};
use crate::report::outputs::{self, Purpose};
use crate::report::{Report, Subject, text, verification as verification_report};
use crate::request::{Init, Prepare, Verify};
use crate::rule::Rule;
use crate::settings::OutputFormat;

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

/// Reports the result of a preparation, and returns the exit code.
///
/// # Errors
/// If a file of the step cannot be written.
pub fn prepared(
    printer: Printer,
    files: &mut StepFiles,
    request: &Prepare,
    outcome: Result<Outcome, Failure>,
) -> Result<u8, StepFileError> {
    progress::end();
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(Failure::Refused(mut findings)) => {
            findings.sort();
            Outcome::Refused(Diagnostics { findings, ..Diagnostics::default() })
        }
        Err(failure) => {
            let Failed { code, message, .. } = failed(printer, files, &failure, request.show_summary)?;
            let report = Report::failed(request.source.to_string(), code, &message);
            write_report(request, &report)?;
            return Ok(code);
        }
    };
    let (release, diagnostics) = match &outcome {
        Outcome::Released { release, diagnostics } => (Some(release), diagnostics),
        Outcome::Refused(diagnostics) => (None, diagnostics),
    };
    let report = Report::new(&Subject {
        release: release.map(|release| (&release.manifest, &release.top)),
        source: request.source.to_string(),
        run: request.run.as_ref(),
        output: request.output.as_str(),
        dry_run: request.dry_run,
        arrived: &diagnostics.arrived,
        findings: &diagnostics.findings,
        ignored: &diagnostics.ignored,
        left_out: &diagnostics.left_out,
        notes: &diagnostics.notes,
        contents: &diagnostics.contents,
        rules_page: request.rules_page.as_deref(),
    });
    present(printer, files, request, &report)?;
    let Some(release) = release else { return Ok(REFUSED) };
    let outputs = outputs::prepared(release, request.output.as_str(), purpose(request));
    files.write_outputs(&outputs).map_err(|cause| StepFileError { what: "outputs", cause })?;
    Ok(DONE)
}

/// Shows a report wherever it is to be seen.
fn present(
    printer: Printer,
    files: &mut StepFiles,
    request: &Prepare,
    report: &Report,
) -> Result<(), StepFileError> {
    let text = text::text(report, request.detail);
    printer.notes(&text.preamble);
    printer.diagnostics(&text.title, &text.diagnostics);
    // A runner shows annotations where they are printed: the verdict stays last.
    let details = if request.show_summary { Details::Summary } else { Details::Log };
    command::annotate(printer, &annotations(report, details));
    match request.format {
        OutputFormat::Text => printer.result(&text.result),
        OutputFormat::Json => {
            printer.notes(&text.result);
            printer.out(&report.json());
        }
    }
    if request.show_summary {
        summary(files, &markdown_of(report))?;
    }
    write_report(request, report)
}

fn write_report(request: &Prepare, report: &Report) -> Result<(), StepFileError> {
    let Some(path) = &request.report else { return Ok(()) };
    output::replace(path, report.json().as_bytes()).map_err(|cause| StepFileError { what: "report", cause })
}

const fn purpose(request: &Prepare) -> Purpose {
    match request {
        Prepare { dry_run: true, .. } => Purpose::DryRun,
        Prepare { for_pull_request: true, .. } => Purpose::PullRequest,
        _ => Purpose::Publication,
    }
}

/// Shows what was inspected, and returns the exit code.
///
/// # Errors
/// If a file of the step cannot be written.
pub fn inspected(
    printer: Printer,
    files: &mut StepFiles,
    request: &Prepare,
    inspection: Result<Inspection, Failure>,
) -> Result<u8, StepFileError> {
    match inspection {
        Ok(inspection) => {
            match request.format {
                OutputFormat::Text => printer.result(&inspection.text()),
                OutputFormat::Json => printer.out(&inspection.json()),
            }
            Ok(inspection.exit_code())
        }
        Err(failure) => failed(printer, files, &failure, false).map(|failed| failed.code),
    }
}

/// Writes the job that releases what was inspected, and returns the exit code.
///
/// # Errors
/// If the file cannot be written.
pub fn initialized(
    printer: Printer,
    files: &mut StepFiles,
    request: &Init,
    inspection: Result<Inspection, Failure>,
) -> Result<u8, StepFileError> {
    let inspection = match inspection {
        Ok(inspection) => inspection,
        Err(failure) => return failed(printer, files, &failure, false).map(|failed| failed.code),
    };
    let job = job(&inspection, request.pin.as_deref());
    printer.notes(&inspection.problems());
    match &request.write {
        Some(path) => output::replace(path, job.as_bytes())
            .map_err(|cause| StepFileError { what: "file of --write", cause })?,
        None => printer.out(&job),
    }
    Ok(DONE)
}

/// Reports the result of a verification, and returns the exit code.
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
        Err(failure) => {
            return failed(printer, files, &failure, request.show_summary).map(|failed| failed.code);
        }
    };
    let dir = request.dir.as_str();
    printer.result(&verification_report::text(dir, &verification, request.anchor));
    if request.show_summary {
        summary(files, &verification_report::markdown_of(dir, &verification, request.anchor))?;
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
    printer.out(&explain(rule));
    DONE
}

/// A failed run: its exit code, what happened, and what to do.
struct Failed {
    code: u8,
    message: String,
    help: Option<String>,
}

impl From<&Failure> for Failed {
    fn from(failure: &Failure) -> Self {
        let (code, help) = match failure {
            Failure::Input(_) => (INPUT, None),
            Failure::Refused(findings) => (REFUSED, findings.first().map(|finding| finding.remedy.clone())),
            Failure::Fault { remedy, .. } => (FAULT, remedy.clone()),
        };
        let mut message = failure.to_string();
        let mut cause = failure.source();
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Self { code, message, help }
    }
}

/// Reports a failure, and returns its exit code.
fn failed(
    printer: Printer,
    files: &mut StepFiles,
    failure: &Failure,
    show_summary: bool,
) -> Result<Failed, StepFileError> {
    let failed = Failed::from(failure);
    let Failed { code, message, help } = &failed;
    printer.error(&format!("error: {message}"));
    if let Some(help) = help {
        printer.error(&format!("  help: {help}"));
    }
    let annotated = help.as_ref().map_or_else(|| message.clone(), |help| format!("{message}. {help}"));
    command::error(printer, &annotated);
    if show_summary {
        let title = if *code == INPUT { "An input is wrong" } else { "The run failed" };
        summary(files, &markdown::failure(title, message, help.as_deref()))?;
    }
    Ok(failed)
}

/// Reports invalid arguments or inputs, and returns the exit code.
///
/// # Errors
/// If a file of the step cannot be written.
pub fn refused_input(printer: Printer, files: &mut StepFiles, message: &str) -> Result<u8, StepFileError> {
    let failure = Failure::Input(message.to_owned());
    failed(printer, files, &failure, true).map(|failed| failed.code)
}

fn summary(files: &mut StepFiles, markdown: &str) -> Result<(), StepFileError> {
    files.write_summary(markdown).map_err(|cause| StepFileError { what: "summary", cause })
}
