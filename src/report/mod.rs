//! What happened, for people: as text for a log, as Markdown for a summary.
//!
//! Pure rendering. Names come from outside and are hostile: none breaks a line
//! or means something in Markdown; what a terminal or a runner must not see is
//! left to whoever prints it.

pub mod outputs;

use std::collections::BTreeSet;

use crate::escape::{self, markdown, markdown_code};
use crate::folder::Folder;
use crate::release::manifest::{Action, File, LeftOut, Manifest, SHA256SUMS, Settings};
use crate::release::top_level::TopLevelFiles;
use crate::release::verification::{Anchor, Verification};
use crate::rule::finding::Finding;
use crate::rule::{Rule, Severity};
use crate::sample::Sample;
use crate::settings::{RecordSetting, Registry, Strictness};

/// The most bytes of a summary. A runner takes 1,048,576 and shows nothing of
/// one that is larger, now and then not even of one just below.
pub(crate) const MAX_SUMMARY: usize = 1_000_000;

/// What there is to tell of a preparation.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    /// The release; nothing if there is none.
    pub release: Option<(&'a Manifest, &'a TopLevelFiles)>,
    /// Where it lies.
    pub output: &'a str,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// All findings, errors first.
    pub findings: &'a [Finding],
    /// Findings that were to be ignored.
    pub ignored: &'a [Finding],
    /// What is not in the release.
    pub left_out: &'a [LeftOut],
    /// The projects of the artifacts.
    pub projects: &'a BTreeSet<String>,
    /// What the source had to say.
    pub notes: &'a [String],
}

impl Report<'_> {
    /// For a log.
    #[must_use]
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if let Some(projects) = self.projects() {
            line(&mut text, format_args!("projects: {projects}"));
        }
        for note in self.notes {
            line(&mut text, format_args!("note: {note}"));
        }
        for finding in self.findings {
            finding_text(&mut text, finding);
        }
        for finding in self.ignored {
            line(&mut text, format_args!("ignored[{}]:{} {}", finding.rule, place(finding), finding.found));
        }
        for file in self.left_out {
            line(&mut text, format_args!("left out: {}: {}, {}", file.artifact, file.path, file.why));
        }
        if let Some((manifest, top)) = self.release {
            for folder in Folder::ALL {
                for file in manifest.files().iter().filter(|file| file.folder == folder) {
                    file_text(&mut text, file);
                }
            }
            for relaxed in relaxed(manifest.settings()) {
                line(&mut text, format_args!("note: {relaxed}"));
            }
            line(&mut text, format_args!("{}", self.outcome(manifest, top)));
        } else {
            line(&mut text, format_args!("{}", self.refusal()));
        }
        text
    }

    /// For the job's summary, cut where a runner would no longer show it.
    #[must_use]
    pub(crate) fn markdown(&self) -> String {
        let mut summary = Summary::default();
        let (title, verdict) = match self.release {
            Some((manifest, top)) if self.dry_run => ("Release tried (dry run)", self.outcome(manifest, top)),
            Some((manifest, top)) => ("Release prepared", self.outcome(manifest, top)),
            None => ("No release prepared", self.refusal()),
        };
        summary.push(&format!("## {title}\n\n{}\n\n", markdown(&verdict)));
        if let Some(projects) = self.projects() {
            summary.push(&format!("Projects: {}\n\n", markdown(&projects.to_string())));
        }
        self.findings_markdown(&mut summary);
        if let Some((manifest, top)) = self.release {
            files_markdown(&mut summary, manifest);
            summary.push(&format!(
                "`release-manifest.json` has the SHA-256 {}.\n\n",
                markdown_code(&top.manifest_digest().to_string())
            ));
        }
        if !self.left_out.is_empty() {
            summary
                .push("<details><summary>Left out</summary>\n\n| Artifact | File | Why |\n|---|---|---|\n");
            summary.rows(self.left_out.iter().map(|file| {
                format!(
                    "| {} | {} | {} |\n",
                    markdown(file.artifact.as_str()),
                    markdown_code(file.path.as_str()),
                    file.why
                )
            }));
            summary.push("\n</details>\n\n");
        }
        for note in self.notes {
            summary.push(&format!("> {}\n\n", markdown(note)));
        }
        for relaxed in self.release.iter().flat_map(|(manifest, _)| relaxed(manifest.settings())) {
            summary.push(&format!("> {}\n\n", markdown(&relaxed)));
        }
        summary.text
    }

    /// The projects, if there are any: what else would be published is to be
    /// seen at once.
    fn projects(&self) -> Option<Sample<&String, 50>> {
        Some(self.projects.iter().collect()).filter(|projects: &Sample<_, 50>| !projects.is_empty())
    }

    fn findings_markdown(&self, summary: &mut Summary) {
        for (severity, title) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings")] {
            let findings: Vec<_> =
                self.findings.iter().filter(|finding| finding.severity == severity).collect();
            if findings.is_empty() {
                continue;
            }
            summary.push(&format!(
                "### {title}\n\n| Rule | File | Found | Expected | What to do |\n|---|---|---|---|---|\n"
            ));
            summary.rows(findings.into_iter().map(|finding| {
                format!(
                    "| {} | {} | {} | {} | {} |\n",
                    markdown(finding.rule.id()),
                    place_markdown(finding),
                    markdown(&finding.found),
                    markdown(&finding.expected),
                    markdown(&finding.remedy),
                )
            }));
            summary.push("\n");
        }
        if !self.ignored.is_empty() {
            summary.push("### Ignored\n\n| Rule | File | Found |\n|---|---|---|\n");
            summary.rows(self.ignored.iter().map(|finding| {
                format!(
                    "| {} | {} | {} |\n",
                    markdown(finding.rule.id()),
                    place_markdown(finding),
                    markdown(&finding.found)
                )
            }));
            summary.push("\n");
        }
    }

    fn outcome(&self, manifest: &Manifest, top: &TopLevelFiles) -> String {
        let files = manifest.files();
        let done = |was_done: fn(Action) -> bool| {
            files.iter().filter(|file| file.origins.iter().any(|origin| was_done(origin.action))).count()
        };
        let rewritten = match done(|action| matches!(action, Action::Rewritten { .. })) {
            0 => String::new(),
            rewritten => format!(", {rewritten} rewritten"),
        };
        let version = manifest.version().map(|version| format!(" of version {version}")).unwrap_or_default();
        let subjects = match top.subjects() {
            Some(subjects) if subjects.shards().len() > 1 => {
                format!("{} subjects to attest in {} shards", subjects.count(), subjects.shards().len())
            }
            Some(subjects) => format!("{} subjects to attest", subjects.count()),
            None => "no subjects: the artifacts come from another run".to_owned(),
        };
        let place =
            if self.dry_run { "nothing written (dry run)".to_owned() } else { format!("in {}", self.output) };
        let counted = |folder: Folder| files.iter().filter(|file| file.folder == folder).count();
        let folders = Folder::ALL
            .into_iter()
            .filter(|folder| counted(*folder) > 0)
            .map(|folder| format!("{} in {folder}/", counted(folder)))
            .collect::<Vec<_>>()
            .join(", ");
        format!(
            "prepared {}{version} ({folders}), {} renamed{rewritten}, {subjects}; {place}",
            plural(files.len(), "file"),
            done(|action| action == Action::Renamed),
        )
    }

    fn refusal(&self) -> String {
        let errors = self.findings.iter().filter(|finding| finding.is_error()).count();
        format!("no release was written: {}", plural(errors, "error"))
    }
}

/// What there is to say of a rule, or a line for each of them.
#[must_use]
pub(crate) fn rule_text(rule: Option<Rule>) -> String {
    let title = |rule: Rule| format!("{rule} ({}, {})", rule.class(), severity(rule.severity()));
    let Some(rule) = rule else {
        let told = |rule: &Rule| [title(*rule), ": ".to_owned(), rule.summary().to_owned(), "\n".to_owned()];
        return Rule::ALL.iter().flat_map(told).collect();
    };
    let source = format!("Source: {}", rule.source());
    [&title(rule), rule.summary(), rule.rationale(), rule.remedy(), &source].join("\n\n") + "\n"
}

/// What a verification came to, for a log.
#[must_use]
pub(crate) fn verification_text(dir: &str, verification: &Verification, anchor: Anchor) -> String {
    let mut text = String::new();
    for problem in verification.problem_lines() {
        line(&mut text, format_args!("{problem}"));
    }
    line(&mut text, format_args!("{}", verdict(dir, verification, anchor)));
    text
}

/// What a verification came to, for the job's summary.
#[must_use]
pub(crate) fn verification_markdown(dir: &str, verification: &Verification, anchor: Anchor) -> String {
    let mut summary = Summary::default();
    let title = match (verification.is_good(), anchor) {
        (false, _) => "Verification failed",
        (true, Anchor::Digest(_)) => "Release verified",
        (true, Anchor::Itself) => "Release consistent, origin not proven",
    };
    summary.push(&format!("## {title}\n\n{}\n\n", markdown(&verdict(dir, verification, anchor))));
    let problems = verification.problem_lines();
    summary.rows(problems.iter().map(|problem| format!("- {}\n", markdown(problem))));
    summary.text
}

fn verdict(dir: &str, verification: &Verification, anchor: Anchor) -> String {
    let Verification::Compared { manifest, manifest_digest: digest, problems } = verification else {
        return format!("{dir}: not the release with that manifest digest; nothing else was read");
    };
    let files = plural(manifest.files().len(), "file");
    match (problems.len(), anchor) {
        (0, Anchor::Digest(_)) => format!("{dir}: verified, {files}, the manifest is {digest}"),
        (0, Anchor::Itself) => format!(
            "{dir}: consistent; origin not proven ({files}; the manifest is {digest}, give that as --manifest-digest from where the release was prepared)"
        ),
        (count, _) => format!("{dir}: not what its manifest says: {}", plural(count, "difference")),
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// One line, whatever the names in it hold.
fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.push_str(&escape::line(&line.to_string()));
    text.push('\n');
}

/// What was relaxed by the inputs, a sentence each.
fn relaxed(settings: &Settings) -> Vec<String> {
    let mut told = Vec::new();
    if settings.record == RecordSetting::Off {
        told.push("The files of wheels were not held against their RECORD (`record: off`).".to_owned());
    }
    for registry in Registry::ALL {
        let input = registry.input();
        match settings.strictness(registry) {
            Strictness::Error => {}
            Strictness::Warn => told.push(format!("What {registry} refuses is a warning (`{input}: warn`).")),
            Strictness::Off => {
                told.push(format!("What {registry} refuses was not looked at (`{input}: off`)."));
            }
        }
    }
    told
}

/// Where a finding points, behind the rule that speaks.
fn place(finding: &Finding) -> String {
    finding.place.as_ref().map(|place| format!(" {place}:")).unwrap_or_default()
}

fn place_markdown(finding: &Finding) -> String {
    finding.place.as_ref().map(|place| markdown_code(&place.to_string())).unwrap_or_default()
}

fn finding_text(text: &mut String, finding: &Finding) {
    let severity = severity(finding.severity);
    line(text, format_args!("{severity}[{}]:{} {}", finding.rule, place(finding), finding.found));
    line(text, format_args!("  expected: {}", finding.expected));
    line(text, format_args!("  help: {}", finding.remedy));
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn file_text(text: &mut String, file: &File) {
    let path = format!("{}/{}", file.folder, file.name);
    let was = was(file);
    let was = if was.is_empty() { was } else { format!(" (was {was})") };
    line(text, format_args!("{}  {path}{was}", file.digests.sha256));
}

/// The names that it had, if any was another one, and the digest, if that was
/// another one.
fn was(file: &File) -> String {
    let mut told: Vec<String> = file
        .origins
        .iter()
        .filter(|origin| origin.action != Action::Kept)
        .map(|origin| match origin.action {
            Action::Rewritten { from } => format!("{}, {from}", origin.path.file_name()),
            Action::Kept | Action::Renamed => origin.path.file_name().to_string(),
        })
        .collect();
    told.dedup();
    told.join("; ")
}

fn files_markdown(summary: &mut Summary, manifest: &Manifest) {
    for folder in Folder::ALL {
        let files: Vec<_> = manifest.files().iter().filter(|file| file.folder == folder).collect();
        if files.is_empty() {
            continue;
        }
        summary.push(&format!(
            "### {folder}/\n\n| File | Size | Was | From | SHA-256 |\n|---|--:|---|---|---|\n"
        ));
        summary.rows(files.into_iter().map(|file| {
            let origins: Vec<_> =
                file.origins.iter().map(|origin| markdown(origin.artifact.name.as_str())).collect();
            format!(
                "| {} | {} | {} | {} | {} |\n",
                markdown_code(file.name.as_str()),
                file.size,
                Some(was(file))
                    .filter(|was| !was.is_empty())
                    .map(|was| markdown_code(&was))
                    .unwrap_or_default(),
                origins.join("<br>"),
                markdown_code(&file.digests.sha256.to_string()),
            )
        }));
        summary.push("\n");
    }
    summary.push(&format!("Checksums of all files are in `{SHA256SUMS}`.\n\n"));
}

/// A summary that stays below the limit: tables end early and say so.
#[derive(Default)]
struct Summary {
    text: String,
}

impl Summary {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn rows(&mut self, mut rows: impl ExactSizeIterator<Item = String>) {
        // What comes behind the tables needs room as well.
        const MARGIN: usize = 20_000;
        while let Some(row) = rows.next() {
            if self.text.len() + row.len() + MARGIN > MAX_SUMMARY {
                let more = rows.len() + 1;
                self.push(&format!("\nand {more} more\n\n"));
                return;
            }
            self.text.push_str(&row);
        }
    }
}
