//! What there is to say of rules.

use crate::rule::{Class, Rule, Severity};

/// One rule at length, or a line for each of them.
#[must_use]
pub(crate) fn explain(rule: Option<Rule>) -> String {
    let title = |rule: Rule| format!("{rule} ({}, {})", rule.class(), severity(rule.severity()));
    let Some(rule) = rule else {
        let lines: Vec<String> =
            Rule::ALL.iter().map(|rule| format!("{}: {}\n", title(*rule), rule.summary())).collect();
        return lines.concat();
    };
    let example = rule.example().map(|example| format!("For example:\n\n{example}"));
    let parts = [
        Some(title(rule)),
        Some(rule.summary().to_owned()),
        Some(rule.rationale().to_owned()),
        example,
        Some(format!("What to do: {}", rule.remedy())),
        Some(format!("Inputs: {}", inputs(rule))),
        Some(format!("Source: {}", rule.source())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n") + "\n"
}

/// Which inputs decide whether a finding of the rule counts.
fn inputs(rule: Rule) -> String {
    let own = match rule {
        Rule::DigestMissing => Some("`require-digests: false` accepts artifacts without a digest."),
        Rule::ForeignRun => Some("`foreign-run: unattested` prepares such artifacts without subjects."),
        Rule::ExpectedDigest => Some("`expect-digests` has the lines that are compared."),
        Rule::RecordDigest | Rule::RecordWeak => Some("`record: off` skips RECORD."),
        Rule::ArchiveLimit => Some("`max-unpacked-size` and `max-files` are the limits of a run."),
        Rule::ExpectedFiles => Some("`expect` has the lines that are counted."),
        Rule::VersionMismatch => Some("`version` is what is compared; `version: any` skips it."),
        Rule::UnlistedProject => Some("`projects` has the names."),
        Rule::NothingSelected => Some("`pattern`, `artifact-ids` and `run-id` select artifacts."),
        Rule::UnknownKind => Some("`pattern` selects or excludes artifacts and files."),
        Rule::NameCollision => Some("`asset-names: qualify` adds the target to equal names of assets."),
        _ => None,
    };
    let of_class = match rule.class() {
        Class::Index => {
            "`pypi: warn` makes PyPI's rules warnings, `pypi: off` skips them, and `pypi-exclude` names files that are not for PyPI."
        }
        Class::Registry => "`npm: warn` makes npm's rules warnings, `npm: off` skips them.",
        Class::Honesty => "`normalize: off` makes it a warning.",
        Class::Integrity | Class::Release | Class::Advice => "",
    };
    let ignored = if rule.may_be_ignored() {
        format!("`ignore: {rule} GLOB` ignores it for files of these names.")
    } else {
        "It cannot be ignored.".to_owned()
    };
    let parts = [own.unwrap_or_default(), of_class, &ignored];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A severity as people read it.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
