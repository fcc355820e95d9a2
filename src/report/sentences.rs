//! The report's sentences: the title, the verdict, and what to do next.

use std::collections::BTreeSet;

use super::cause::Cause;
use super::{Counts, Report, Subject, Verdict, plural, text};
use crate::folder::Folder;
use crate::release::manifest::{Action, File, Settings};
use crate::rule::{Rule, Severity};
use crate::settings::{RecordSetting, Registry, Strictness};

/// `orderly 1.4.0`, or what else names the release.
fn name(report: &Report) -> String {
    let project = match report.projects.as_slice() {
        [] => "The release".to_owned(),
        [only] => only.clone(),
        [first, rest @ ..] => {
            // A main package's name is the shortest of its family; all are named below.
            rest.iter().fold(first, |one, other| if other.len() < one.len() { other } else { one }).clone()
        }
    };
    match &report.version {
        Some(version) => format!("{project} {version}"),
        None => project,
    }
}

pub(super) fn headline(report: &Report) -> String {
    let name = name(report);
    match report.verdict {
        Verdict::Prepared => format!("{name} is ready to attest and publish"),
        Verdict::DryRun => format!("{name} could be prepared (dry run)"),
        Verdict::Refused | Verdict::Failed => {
            let errors = report.causes.iter().filter(|cause| cause.severity == Severity::Error).count();
            format!("{name} was not prepared: {} to fix", plural(errors, "thing"))
        }
    }
}

pub(super) fn account(report: &Report, subject: &Subject<'_>) -> String {
    let Some((_, top)) = subject.release else {
        let artifacts: BTreeSet<_> = errors(report)
            .flat_map(|cause| &cause.findings)
            .filter_map(|found| found.artifact.as_ref())
            .collect();
        return format!(
            "Nothing was written; no later job should run. {} in {} of {} ({}){}.",
            plural(report.counts.errors, "error"),
            artifacts.len(),
            plural(report.source.artifacts, "artifact"),
            plural(report.source.files, "file"),
            warnings(report.counts),
        );
    };
    let mut parts: Vec<String> = Folder::ALL
        .into_iter()
        .filter_map(|folder| {
            let count = report.files.iter().filter(|file| file.folder == folder).count();
            (count > 0).then(|| match folder {
                Folder::Pypi => format!("{} for PyPI", plural(count, "file")),
                Folder::Npm => format!("{} for npm", plural(count, "package")),
                Folder::Assets => plural(count, "asset"),
            })
        })
        .collect();
    parts.push(match top.subjects() {
        Some(subjects) => plural(subjects.count(), "subject"),
        None => "no subjects: the artifacts come from another run".to_owned(),
    });
    parts.push(text::size(report.files.iter().map(|file| file.size).sum()));
    parts.push(plural(report.counts.warnings, "warning"));
    parts.join(" · ")
}

/// `, 3 warnings`; empty if there are none.
fn warnings(counts: Counts) -> String {
    match counts.warnings {
        0 => String::new(),
        warnings => format!(", {}", plural(warnings, "warning")),
    }
}

pub(super) fn conclusion(report: &Report, subject: &Subject<'_>) -> String {
    let Some((manifest, top)) = subject.release else {
        let errors: BTreeSet<Rule> = errors(report).map(|cause| cause.rule).collect();
        return format!(
            "No release was written: {} of {} in {}{}.",
            plural(report.counts.errors, "error"),
            plural(errors.len(), "rule"),
            plural(errors_count(report), "cause"),
            warnings(report.counts),
        );
    };
    let done = |was_done: fn(Action) -> bool| {
        let is_done = |file: &&File| file.origins.iter().any(|origin| was_done(origin.action));
        manifest.files().iter().filter(is_done).count()
    };
    let rewritten = match done(|action| matches!(action, Action::Rewritten { .. })) {
        0 => String::new(),
        rewritten => format!(", {rewritten} rewritten"),
    };
    let subjects = match top.subjects() {
        Some(subjects) if subjects.shards().len() > 1 => {
            format!("{} to attest in {} shards", plural(subjects.count(), "subject"), subjects.shards().len())
        }
        Some(subjects) => format!("{} to attest", plural(subjects.count(), "subject")),
        None => "no subjects: the artifacts come from another run".to_owned(),
    };
    let what = format!(
        "{}, {} renamed{rewritten}, {subjects}",
        plural(report.files.len(), "file"),
        done(|action| action == Action::Renamed)
    );
    if subject.dry_run {
        format!("Dry run, nothing written: {what}.")
    } else {
        format!("Prepared in {}: {what}.", subject.output)
    }
}

fn errors(report: &Report) -> impl Iterator<Item = &Cause> {
    report.causes.iter().filter(|cause| cause.severity == Severity::Error)
}

fn errors_count(report: &Report) -> usize {
    errors(report).count()
}

pub(super) fn next(report: &Report, subject: &Subject<'_>) -> Option<String> {
    match (report.verdict, errors(report).next()) {
        (Verdict::Prepared, _) => {
            let digest = report.manifest_digest.as_deref()?;
            Some(format!(
                "Check it anywhere: release-prep verify --manifest-digest {digest} {}",
                subject.output
            ))
        }
        (Verdict::Refused, Some(cause)) => {
            Some(format!("`release-prep explain {}` says why; docs/rules.md lists all rules.", cause.rule))
        }
        _ => None,
    }
}

pub(super) fn verify_commands(subject: &Subject<'_>) -> Vec<String> {
    let Some((manifest, top)) = subject.release else { return Vec::new() };
    let mut commands = vec!["sha256sum --check --ignore-missing SHA256SUMS".to_owned()];
    if let (Some(run), Some(file), Some(_)) = (subject.run, manifest.files().first(), top.subjects()) {
        // The workflow that signs is the one that runs, without its ref.
        let signer = run.workflow.split_once('@').map_or(run.workflow.as_str(), |(workflow, _)| workflow);
        commands.push(format!(
            "gh attestation verify {} --repo {} --signer-workflow {signer} --source-ref {}",
            file.name, run.repository, run.git_ref
        ));
    }
    commands
}

/// What was relaxed by the inputs, a sentence each.
pub(super) fn relaxed(settings: &Settings) -> Vec<String> {
    let mut relaxed = Vec::new();
    if settings.record == RecordSetting::Off {
        relaxed
            .push("The files of wheels were not verified against their RECORD (`record: off`).".to_owned());
    }
    for registry in Registry::ALL {
        let input = registry.input();
        match settings.strictness(registry) {
            Strictness::Error => {}
            Strictness::Warn => {
                relaxed.push(format!("What {registry} refuses is a warning (`{input}: warn`)."));
            }
            Strictness::Off => {
                relaxed.push(format!("What {registry} refuses was not checked (`{input}: off`)."));
            }
        }
    }
    relaxed
}
