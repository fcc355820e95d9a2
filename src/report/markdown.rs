//! The report for the summary of a job, in GitHub's Markdown.
//!
//! A reader sees in five seconds: the verdict, what is covered, and what to
//! do. Everything long is folded. Nothing is wider than GitHub's column, and
//! the whole stays below what a runner shows.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::cause::Cause;
use super::coverage::{Cell, Grid, NPM, grids};
use super::styled::short_digests;
use super::{ReleasedFile, Report, Verdict, plural, text};
use crate::artifact::ArtifactName;
use crate::escape::{markdown, markdown_code, markdown_prose};
use crate::folder::Folder;
use crate::rule::Severity;
use crate::sample::Sample;

/// The most bytes of a summary. A runner takes 1,048,576 and shows nothing of
/// one that is larger, now and then not even of one just below.
pub(crate) const MAX_BYTES: usize = 1_000_000;
/// The most columns of a table that is not folded: more do not fit in GitHub's
/// column without a scroll bar.
const MAX_OPEN_COLUMNS: usize = 12;
/// The most tables that are not folded.
const MAX_OPEN_TABLES: usize = 3;
/// The most tables.
const MAX_TABLES: usize = 30;
/// The most causes that are shown unfolded.
const MAX_OPEN_CAUSES: usize = 11;
/// The most artifacts of a cause.
const MAX_PLACES: usize = 4;
/// The most characters of a cause's title, of its places, and of what was
/// expected; all of it is among the findings.
const MAX_CAUSE_CHARACTERS: usize = 300;

/// The report as Markdown of at most [`MAX_BYTES`].
#[must_use]
pub(crate) fn markdown_of(report: &Report) -> String {
    let mut page = Page::default();
    page.push(&format!("## {} {}\n\n", mark(report.verdict), markdown(&report.headline)));
    page.push(&format!("{}\n\n", markdown_prose(&report.account)));
    if report.projects.len() > 1 {
        let projects: Sample<&String, 50> = report.projects.iter().collect();
        page.push(&format!("Projects: {}\n\n", markdown_prose(&projects.to_string())));
    }
    tables(&mut page, report);
    causes(&mut page, report);
    renames(&mut page, report);
    for note in report.notes.iter().chain(&report.relaxed) {
        page.row(&format!("> {}\n\n", markdown_prose(note)));
    }
    verify(&mut page, report);
    findings_in_full(&mut page, report);
    files(&mut page, report);
    contents(&mut page, report);
    left_out(&mut page, report);
    if let Some(next) = &report.next {
        page.push(&format!("{}\n", markdown_prose(next)));
    }
    page.text
}

/// The summary of a run that came to no answer.
#[must_use]
pub(crate) fn failure(title: &str, message: &str, help: Option<&str>) -> String {
    let help = help.map(|help| format!("→ {}\n\n", markdown_prose(help))).unwrap_or_default();
    format!("## ❌ {}\n\n{}\n\n{help}", markdown(title), markdown_prose(message))
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Prepared | Verdict::DryRun => "✅",
        Verdict::Refused | Verdict::Failed => "❌",
    }
}

/// The coverage tables, folded where they are wide or many.
fn tables(page: &mut Page, report: &Report) {
    let grids = grids(&report.coverage);
    for (index, grid) in grids.iter().take(MAX_TABLES).enumerate() {
        let is_folded = index >= MAX_OPEN_TABLES || grid.platforms.len() > MAX_OPEN_COLUMNS;
        if is_folded {
            let title = format!("{}: {}", grid.project, plural(count(grid), noun(grid)));
            let platforms = plural(grid.platforms.len(), "platform");
            page.push(&format!("<details><summary>{} for {platforms}</summary>\n\n", markdown(&title)));
        }
        page.row(&table(grid));
        if grid.hidden > 0 {
            page.push(&format!("\nand {} more rows and columns\n", grid.hidden));
        }
        if is_folded {
            page.push("\n</details>\n");
        }
        page.push("\n");
    }
    if grids.len() > MAX_TABLES {
        page.push(&format!("and {}\n\n", plural(grids.len() - MAX_TABLES, "more table")));
    }
    if !report.packages.is_empty() {
        let packages: Sample<&String, 50> = report.packages.iter().collect();
        page.push(&format!("npm: {}\n\n", markdown_prose(&packages.to_string())));
    }
}

/// What the files of a table are.
fn noun(grid: &Grid<'_>) -> &'static str {
    let packages = grid.rows.iter().filter(|(python, _)| *python == NPM).count();
    match packages {
        0 => "wheel",
        all if all == grid.rows.len() => "package",
        _ => "file",
    }
}

fn count(grid: &Grid<'_>) -> usize {
    let cells = grid.rows.iter().flat_map(|(_, row)| row.values().flatten());
    cells.map(|cell| &cell.file).collect::<BTreeSet<_>>().len()
}

/// Platforms side by side; below each other where there are too many of them.
fn table(grid: &Grid<'_>) -> String {
    let field = |cells: Option<&Vec<&Cell>>| cells.map_or_else(|| "–".to_owned(), |cells| cell(cells));
    let mut table = format!("| {} |", markdown(grid.project));
    if grid.platforms.len() > MAX_OPEN_COLUMNS && grid.rows.len() <= MAX_OPEN_COLUMNS {
        for (python, _) in &grid.rows {
            let _ = write!(table, " {} |", markdown(python));
        }
        let _ = write!(table, "\n|---|{}\n", ":-:|".repeat(grid.rows.len()));
        for platform in &grid.platforms {
            let _ = write!(table, "| **{}** |", markdown(platform));
            for (_, row) in &grid.rows {
                let _ = write!(table, " {} |", field(row.get(platform)));
            }
            table.push('\n');
        }
        return table;
    }
    for platform in &grid.platforms {
        // System above machine keeps columns narrow.
        let (system, machine) = platform.split_once(' ').unwrap_or((platform, ""));
        let system = markdown(system);
        let _ = match machine {
            "" => write!(table, " {system} |"),
            // Small, so that twelve columns fit.
            machine => write!(table, " {system}<br><sub>{}</sub> |", markdown(machine)),
        };
    }
    let _ = write!(table, "\n|---|{}\n", ":-:|".repeat(grid.platforms.len()));
    for (python, row) in &grid.rows {
        let _ = write!(table, "| **{}** |", markdown(python));
        for platform in &grid.platforms {
            let _ = write!(table, " {} |", field(row.get(platform)));
        }
        table.push('\n');
    }
    table
}

/// One field: right, or the numbers of the causes.
fn cell(cells: &[&Cell]) -> String {
    let errors: BTreeSet<usize> = cells.iter().flat_map(|cell| &cell.errors).copied().collect();
    if errors.is_empty() {
        return "✅".to_owned();
    }
    let numbers: Vec<String> = errors.iter().map(ToString::to_string).collect();
    format!("❌<sup>{}</sup>", numbers.join(" "))
}

fn causes(page: &mut Page, report: &Report) {
    for (severity, title) in [(Severity::Error, "What to do"), (Severity::Warning, "Warnings")] {
        let causes: Vec<&Cause> = report.causes.iter().filter(|cause| cause.severity == severity).collect();
        if causes.is_empty() {
            continue;
        }
        // Errors come first, and warnings can wait.
        let is_open = severity == Severity::Error || report.counts.errors == 0;
        let (open, folded) = causes.split_at(if is_open { causes.len().min(MAX_OPEN_CAUSES) } else { 0 });
        if is_open {
            page.push(&format!("### {title}\n\n"));
        }
        for cause in open {
            page.row(&block(cause));
        }
        if !folded.is_empty() {
            let more = if is_open { "more cause" } else { "cause of warnings" };
            let more = match folded.len() {
                many if !is_open && many > 1 => format!("{many} causes of warnings"),
                count => plural(count, more),
            };
            page.push(&format!("<details><summary>{more}</summary>\n\n"));
            for cause in folded {
                page.row(&block(cause));
            }
            page.push("</details>\n\n");
        }
    }
}

/// A cause with its remedy, in few lines.
fn block(cause: &Cause) -> String {
    let rule = match &cause.url {
        Some(url) => format!("[{}]({})", markdown(cause.rule.id()), link(url)),
        None => markdown(cause.rule.id()),
    };
    let places = cause.places();
    let more = places.len().saturating_sub(MAX_PLACES);
    let mut places: Vec<String> = places
        .iter()
        .take(MAX_PLACES)
        .map(|(artifact, files)| match files.as_str() {
            "" => markdown_code(artifact.as_str()),
            files => format!("{} of {}", markdown_prose(&shortened(files)), markdown_code(artifact.as_str())),
        })
        .collect();
    if more > 0 {
        places.push(format!("and {more} more"));
    }
    let places = places.join("; ");
    let expected = markdown_prose(&shortened(&cause.expected));
    let mut block = format!("**{}. {}** — {rule}<br>\n", cause.id, markdown_prose(&shortened(&cause.title)));
    let _ = if places.is_empty() {
        writeln!(block, "Expected: {expected}.<br>")
    } else {
        writeln!(block, "{places}; expected: {expected}.<br>")
    };
    let _ = write!(block, "→ {}", markdown_prose(&cause.help));
    match &cause.paste {
        // On one line there is room for it.
        Some(input) if !input.value.contains('\n') => {
            let _ = writeln!(block, " {}\n", markdown_code(&input.to_string()));
        }
        Some(input) => {
            block.push_str("\n\n");
            // Indented code: no fence that hostile text could close.
            let lines = input.to_string();
            block.extend(lines.lines().map(|line| format!("    {}\n", crate::escape::line(line))));
            block.push('\n');
        }
        None => block.push_str("\n\n"),
    }
    block
}

/// The beginning of a text that is too long to be read.
fn shortened(text: &str) -> String {
    let text = short_digests(text);
    match text.char_indices().nth(MAX_CAUSE_CHARACTERS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// An address inside a link's parentheses.
fn link(url: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b":/.#-_~%?=&+@".contains(&byte);
    url.bytes().filter(|byte| safe(*byte)).map(char::from).collect()
}

fn renames(page: &mut Page, report: &Report) {
    let renamed: Vec<(&str, &str)> = report
        .files
        .iter()
        .filter_map(|file| Some((file.renamed_from.as_deref()?, file.name.as_str())))
        .collect();
    if renamed.is_empty() {
        return;
    }
    let title =
        format!("{} renamed; bytes and digests are as they were built", plural(renamed.len(), "file"));
    page.push(&format!("<details><summary>{title}</summary>\n\n"));
    for (old, new) in renamed {
        page.row(&format!("- {}<br>→ {}\n", markdown_prose(old), markdown_prose(new)));
    }
    page.push("\n</details>\n\n");
}

fn verify(page: &mut Page, report: &Report) {
    let Some(digest) = &report.manifest_digest else { return };
    page.push("<details><summary>Verify what you download</summary>\n\n");
    for command in &report.verify_commands {
        page.push(&format!("    {}\n", crate::escape::line(command)));
    }
    page.push(&format!("\n`release-manifest.json` has the SHA-256 {}.\n\n", markdown_code(digest)));
    page.push("</details>\n\n");
}

fn findings_in_full(page: &mut Page, report: &Report) {
    let total: usize = report.causes.iter().map(|cause| cause.findings.len()).sum();
    if total == 0 && report.ignored.is_empty() {
        return;
    }
    page.push(&format!("<details><summary>Every finding in full ({total})</summary>\n\n"));
    for cause in &report.causes {
        page.row(&format!("**{}. {}**\n\n", cause.id, markdown(cause.rule.id())));
        for found in &cause.findings {
            let places: Vec<&str> =
                [found.artifact.as_ref().map(ArtifactName::as_str), found.file.as_deref()]
                    .into_iter()
                    .flatten()
                    .collect();
            page.row(&format!(
                "- {}{} {}; expected {}\n",
                markdown_prose(&places.join(": ")),
                if places.is_empty() { "" } else { ":" },
                markdown_prose(&found.found),
                markdown_prose(&found.expected)
            ));
        }
        page.push("\n");
    }
    for ignored in &report.ignored {
        let file = ignored.file.as_deref().unwrap_or_default();
        page.row(&format!(
            "- ignored: {} {} {}\n",
            markdown(ignored.rule.id()),
            markdown_prose(file),
            markdown_prose(&ignored.found)
        ));
    }
    page.push("\n</details>\n\n");
}

fn files(page: &mut Page, report: &Report) {
    if report.files.is_empty() {
        return;
    }
    let bytes: u64 = report.files.iter().map(|file| file.size).sum();
    page.push(&format!(
        "<details><summary>All {} ({}), sizes and digests</summary>\n\n",
        plural(report.files.len(), "file"),
        markdown(&text::size(bytes))
    ));
    for folder in Folder::ALL {
        let files: Vec<&ReleasedFile> = report.files.iter().filter(|file| file.folder == folder).collect();
        if files.is_empty() {
            continue;
        }
        page.push(&format!("**{folder}/**\n\n| File | Size | SHA-256 |\n|---|--:|---|\n"));
        for file in files {
            page.row(&format!(
                "| {} | {} | {} |\n",
                markdown_prose(&file.name),
                markdown(&text::size(file.size)),
                short_digest(&file.sha256),
            ));
        }
        page.push("\n");
    }
    page.push("`SHA256SUMS` has the checksums of all files.\n\n</details>\n\n");
}

/// What is in the wheels: a tree for each project.
fn contents(page: &mut Page, report: &Report) {
    for contents in &report.contents {
        let title = format!("Contents of the wheels of {}", contents.project);
        page.push(&format!("<details><summary>{}</summary>\n\n", markdown(&title)));
        for line in &contents.lines {
            // Indented code: no fence that hostile text could close.
            page.row(&format!("    {}\n", crate::escape::line(line)));
        }
        page.push("\n</details>\n\n");
    }
}

/// The first digits; all of them on hovering.
fn short_digest(digest: &str) -> String {
    let short = digest.get(..12).unwrap_or(digest);
    format!("<code title=\"{digest}\">{short}…</code>")
}

fn left_out(page: &mut Page, report: &Report) {
    if report.left_out.is_empty() {
        return;
    }
    let title = format!("{} left out", plural(report.left_out.len(), "file"));
    page.push(&format!("<details><summary>{title}</summary>\n\n"));
    for file in &report.left_out {
        page.row(&format!(
            "- {}: {}, {}\n",
            markdown_prose(file.artifact.as_str()),
            markdown_prose(file.path.as_str()),
            file.why
        ));
    }
    page.push("\n</details>\n\n");
}

/// A page that stays below the limit: rows that do not fit are counted.
#[derive(Default)]
struct Page {
    text: String,
    dropped: usize,
}

impl Page {
    /// What is always there, and short.
    fn push(&mut self, text: &str) {
        if self.dropped > 0 {
            let more = std::mem::take(&mut self.dropped);
            let _ = write!(self.text, "\nand {more} more\n\n");
        }
        self.text.push_str(text);
    }

    /// One of many, which may be dropped.
    fn row(&mut self, row: &str) {
        // What follows the rows needs room as well.
        const MARGIN: usize = 50_000;
        if self.text.len() + row.len() + MARGIN > MAX_BYTES {
            self.dropped += 1;
        } else {
            self.text.push_str(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::Kind;

    fn file(name: String) -> ReleasedFile {
        ReleasedFile {
            artifact: "a".to_owned(),
            kind: Kind::Executable,
            folder: Folder::Assets,
            size: 1,
            sha256: "0".repeat(64),
            renamed_from: Some(format!("{name} as it was")),
            name,
        }
    }

    /// Whatever a run holds, a runner shows its summary, and it says what it
    /// leaves out.
    #[test]
    fn a_summary_of_many_files_is_cut() {
        let mut report = Report::failed("artifacts".to_owned(), 1, "");
        report.files = (0..20_000).map(|n| file(format!("tool-{n}-{}", "x".repeat(80)))).collect();
        report.notes = (0..20_000).map(|n| format!("note {n} {}", "y".repeat(100))).collect();
        let cell = |project: usize, side: usize| Cell {
            project: format!("p{project}"),
            python: format!("cp{side}"),
            platform: format!("Linux m{side}"),
            file: format!("{project}-{side}"),
            artifact: "a".to_owned(),
            errors: Vec::new(),
        };
        report.coverage = (0..20_000).map(|n| cell(n, 0)).chain((0..2_000).map(|n| cell(0, n))).collect();
        let page = markdown_of(&report);
        assert!(page.len() <= MAX_BYTES, "{}", page.len());
        assert!(page.contains("and 19970 more tables"), "{}", page.get(..3000).unwrap());
        assert!(page.contains("and 3880 more rows and columns"));
        assert!(page.contains(" more\n\n"), "{}", page.get(page.len() - 300..).unwrap());
    }
}
