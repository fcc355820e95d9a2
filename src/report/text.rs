//! The report for a log or a terminal.
//!
//! Findings and notes come first and the verdict last, where a person looks.
//! The two parts go to two streams, so that programs can read the result.

use std::collections::BTreeMap;

use super::cause::Cause;
use super::coverage::{NPM, grids};
use super::styled::{Line, Role, short_digests, wrapped};
use super::{Ignored, ReleasedFile, Report, Verdict, plural};
use crate::folder::Folder;
use crate::rule::Severity;
use crate::sample::Sample;

/// The most artifacts with errors that are listed in a table.
const MAX_ARTIFACTS: usize = 10;
/// The most causes that are set apart by blank lines.
const MAX_SPACED_CAUSES: usize = 6;
/// The most artifacts of a cause.
const MAX_PLACES: usize = 3;
/// The most characters of what was expected; the JSON has all of it.
const MAX_EXPECTED: usize = 200;
/// The most characters of a place.
const MAX_PLACE: usize = 400;
/// The most characters of what was found.
const MAX_FOUND: usize = 600;
/// The columns in front of what belongs to a cause.
const INDENT: usize = 11;

/// How much is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    /// Errors and the verdict.
    Quiet,
    /// Warnings and a summary of the release as well.
    Normal,
    /// Every file with its digest as well.
    Verbose,
}

/// A report as lines.
#[derive(Debug, Default)]
pub(crate) struct Text {
    /// What was read, and notes: what belongs to the whole run.
    pub preamble: Vec<Line>,
    /// What the diagnostics are, where they are folded.
    pub title: String,
    /// What was found, for the standard error.
    pub diagnostics: Vec<Line>,
    /// What came of it, for the standard output.
    pub result: Vec<Line>,
}

/// The report in lines of at most [`super::styled::WIDTH`] columns.
#[must_use]
pub(crate) fn text(report: &Report, detail: Detail) -> Text {
    let mut text = Text { title: title(report), ..Text::default() };
    if detail >= Detail::Normal {
        text.preamble = preamble(report);
    }
    let is_long = report.causes.len() > MAX_SPACED_CAUSES;
    for cause in &report.causes {
        match cause.severity {
            Severity::Warning if detail < Detail::Normal => continue,
            // What stops the release comes first, and is read first.
            Severity::Warning if is_long && report.counts.errors > 0 && detail < Detail::Verbose => {
                text.diagnostics.extend(brief(cause));
            }
            _ => text.diagnostics.extend(cause_lines(cause)),
        }
        if !is_long {
            text.diagnostics.push(Line::default());
        }
    }
    if detail >= Detail::Normal {
        text.diagnostics.extend(report.ignored.iter().flat_map(ignored));
        if report.counts.errors > 0 {
            text.diagnostics.extend(artifacts(report));
        }
        text.result.extend(release(report, detail));
    }
    text.result.extend(verdict(report, detail));
    text
}

fn plain(text: &str, role: Role) -> Line {
    Line::default().then(role, text)
}

/// The beginning of a text that is too long to be read.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn field(name: &str, text: &str) -> Vec<Line> {
    wrapped(plain(&format!("{name:>INDENT$}  "), Role::Faint), Role::Plain, text)
}

/// What was read, and what is to be known of all of it.
fn preamble(report: &Report) -> Vec<Line> {
    let mut lines = Vec::new();
    if !report.projects.is_empty() {
        let projects: Sample<&String, 50> = report.projects.iter().collect();
        lines.extend(wrapped(plain("projects: ", Role::Faint), Role::Plain, &projects.to_string()));
    }
    if report.source.files > 0 {
        lines.push(plain(&read(report), Role::Faint));
    }
    for note in report.notes.iter().chain(&report.relaxed) {
        lines.extend(wrapped(plain("note: ", Role::Faint), Role::Plain, note));
    }
    lines
}

/// What was read.
fn read(report: &Report) -> String {
    let source = &report.source;
    format!(
        "read {} of {} ({})",
        plural(source.files, "file"),
        plural(source.artifacts, "artifact"),
        size(source.bytes)
    )
}

/// Nothing of it comes from outside.
fn title(report: &Report) -> String {
    match (report.counts.errors, report.counts.warnings) {
        (0, 0) => "What is ignored".to_owned(),
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    }
}

/// A cause without what was expected.
fn brief(cause: &Cause) -> Vec<Line> {
    let mut lines = heading(cause);
    if let [(artifact, files)] = cause.places().as_slice() {
        let place = if files.is_empty() { artifact.to_string() } else { format!("{artifact}: {files}") };
        lines.extend(field("-->", &shortened(&place, MAX_PLACE)));
    }
    lines
}

/// The rule, and what was found.
fn heading(cause: &Cause) -> Vec<Line> {
    let (word, role) = match cause.severity {
        Severity::Error => ("error", Role::Error),
        Severity::Warning => ("warning", Role::Warning),
    };
    let lead = plain(word, role).then(role, "[").link(role, cause.rule.id(), cause.url.clone());
    wrapped(lead.then(role, "]: "), Role::Strong, &shortened(&short_digests(&cause.title), MAX_FOUND))
}

fn cause_lines(cause: &Cause) -> Vec<Line> {
    let mut lines = heading(cause);
    let places = cause.places();
    for (artifact, files) in places.iter().take(MAX_PLACES) {
        let place = if files.is_empty() { artifact.to_string() } else { format!("{artifact}: {files}") };
        lines.extend(field("-->", &shortened(&place, MAX_PLACE)));
    }
    if places.len() > MAX_PLACES {
        lines.extend(field("-->", &format!("and {} more artifacts", places.len() - MAX_PLACES)));
    }
    lines.extend(field("expected", &shortened(&short_digests(&cause.expected), MAX_EXPECTED)));
    lines.extend(field("help", &cause.help));
    if let Some(input) = &cause.paste {
        let mut name = "use";
        for line in input.to_string().lines() {
            // Not wrapped: it is to be pasted.
            lines.push(plain(&format!("{name:>INDENT$}  "), Role::Faint).then(Role::Strong, line));
            name = "";
        }
    }
    lines
}

fn ignored(ignored: &Ignored) -> Vec<Line> {
    let place = match (&ignored.artifact, &ignored.file) {
        (Some(artifact), Some(file)) => format!("{artifact}: {file}: "),
        (Some(artifact), None) => format!("{artifact}: "),
        _ => String::new(),
    };
    let lead = plain(&format!("ignored[{}]: ", ignored.rule), Role::Faint);
    wrapped(lead, Role::Faint, &format!("{place}{}", ignored.found))
}

/// What became of each artifact.
fn artifacts(report: &Report) -> Vec<Line> {
    let mut files: BTreeMap<&str, usize> =
        report.arrived.iter().map(|(artifact, count)| (artifact.as_str(), *count)).collect();
    let mut errors: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    for cause in report.causes.iter().filter(|cause| cause.severity == Severity::Error) {
        for found in &cause.findings {
            let Some(artifact) = &found.artifact else { continue };
            let entry = errors.entry(artifact.as_str()).or_default();
            entry.0 += 1;
            if !entry.1.contains(&cause.rule.id()) {
                entry.1.push(cause.rule.id());
            }
            files.entry(artifact.as_str()).or_default();
        }
    }
    if errors.is_empty() {
        return Vec::new();
    }
    if errors.len() > MAX_ARTIFACTS {
        let sound = files.keys().filter(|name| !errors.contains_key(*name));
        let sound: Sample<&&str, 50> = sound.collect();
        let sound = if sound.is_empty() { "none".to_owned() } else { sound.to_string() };
        let text = format!("{} of {} artifacts have errors; without: {sound}", errors.len(), files.len());
        return wrapped(plain("  ", Role::Faint), Role::Plain, &text);
    }
    let width = files.keys().map(|name| name.chars().count()).max().unwrap_or_default().clamp(9, 60);
    let mut lines = vec![plain(&format!("  {:width$}  errors", "artifact"), Role::Faint)];
    for (name, (count, rules)) in errors {
        let lead = format!("  {name:width$}  {count:>6}  ");
        lines.push(plain(&lead, Role::Plain).then(Role::Plain, rules.join(", ")));
    }
    lines
}

/// What is in the release, folder by folder.
fn release(report: &Report, detail: Detail) -> Vec<Line> {
    let mut lines = Vec::new();
    for file in &report.files {
        let Some(was) = &file.renamed_from else { continue };
        lines.push(plain("renamed ", Role::Faint).then(Role::Plain, was.as_str()));
        lines.push(plain("     to ", Role::Faint).then(Role::Plain, file.name.as_str()));
    }
    for folder in Folder::ALL {
        let files: Vec<&ReleasedFile> = report.files.iter().filter(|file| file.folder == folder).collect();
        if files.is_empty() {
            continue;
        }
        let bytes: u64 = files.iter().map(|file| file.size).sum();
        let kinds = kinds(&files);
        lines.push(
            plain(&format!("  {:9}", format!("{folder}/")), Role::Strong)
                .then(Role::Plain, format!("{kinds:<34}"))
                .then(Role::Faint, size(bytes)),
        );
        if folder != Folder::Assets {
            lines.extend(rows(report, folder == Folder::Npm));
        }
        if detail == Detail::Verbose {
            for file in files {
                let line = format!("           {}  {}", file.sha256, file.name);
                lines.push(plain(&line, Role::Faint));
            }
        }
    }
    for file in report.left_out.iter().filter(|_| detail == Detail::Verbose) {
        lines.extend(wrapped(
            plain("left out ", Role::Faint),
            Role::Plain,
            &format!("{}: {}, {}", file.artifact, file.path, file.why),
        ));
    }
    lines
}

/// A line for each interpreter, or for npm: on which platforms there are files.
fn rows(report: &Report, of_npm: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    for grid in grids(&report.coverage) {
        for (python, cells) in grid.rows.iter().filter(|(python, _)| (*python == NPM) == of_npm) {
            let platforms: Vec<&str> =
                grid.platforms.iter().filter(|platform| cells.contains_key(**platform)).copied().collect();
            let lead = plain(&format!("           {python:<12} "), Role::Strong);
            lines.extend(wrapped(lead, Role::Plain, &platforms.join(", ")));
        }
    }
    lines
}

/// `4 wheels and 1 sdist`.
fn kinds(files: &[&ReleasedFile]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        *counts.entry(file.kind.noun()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(noun, count)| (usize::MAX - count, *noun));
    let parts: Vec<String> = counts.into_iter().map(|(noun, count)| plural(count, noun)).collect();
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    bytesize::ByteSize(bytes).display().si().to_string()
}

fn verdict(report: &Report, detail: Detail) -> Vec<Line> {
    let role = match report.verdict {
        Verdict::Prepared | Verdict::DryRun => Role::Good,
        Verdict::Refused | Verdict::Failed => Role::Error,
    };
    let mut lines = Vec::new();
    if detail >= Detail::Normal
        && let Some(next) = &report.next
    {
        // Not wrapped: it may be a command to paste.
        lines.push(plain(next, Role::Faint));
    }
    lines.extend(wrapped(plain("", role), role, &report.conclusion));
    lines
}
