//! What a verification came to, for people.

use std::fmt::Write as _;

use super::plural;
use super::styled::{Line, Role};
use crate::escape::{markdown, markdown_prose};
use crate::release::verification::{Anchor, Verification};

/// The most differences of a summary.
const MAX_DIFFERENCES: usize = 500;

/// For a log: each difference, then the verdict.
#[must_use]
pub(crate) fn text(dir: &str, verification: &Verification, anchor: Anchor) -> Vec<Line> {
    let role = if verification.is_good() { Role::Good } else { Role::Error };
    let problems = verification.problem_lines().into_iter();
    problems
        // Not wrapped: a line each, for programs as well.
        .map(|problem| Line::default().then(Role::Plain, problem))
        .chain([Line::default().then(role, verdict(dir, verification, anchor))])
        .collect()
}

/// For the summary of a job.
#[must_use]
pub(crate) fn markdown_of(dir: &str, verification: &Verification, anchor: Anchor) -> String {
    let title = match (verification.is_good(), anchor) {
        (true, Anchor::Digest(_)) => "✅ Release verified",
        (true, Anchor::Itself) => "Release consistent, origin not proven",
        (false, _) => "❌ Verification failed",
    };
    let mut summary = format!("## {title}\n\n{}\n\n", markdown(&verdict(dir, verification, anchor)));
    let problems = verification.problem_lines();
    for problem in problems.iter().take(MAX_DIFFERENCES) {
        let _ = writeln!(summary, "- {}", markdown_prose(problem));
    }
    if problems.len() > MAX_DIFFERENCES {
        let more = problems.len() - MAX_DIFFERENCES;
        let _ = writeln!(summary, "\nand {more} more");
    }
    summary
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
