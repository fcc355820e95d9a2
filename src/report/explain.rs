//! What there is to say of rules.

use crate::rule::{Rule, Severity};

/// One rule at length, or a line for each of them.
#[must_use]
pub(crate) fn explain(rule: Option<Rule>) -> String {
    let title = |rule: Rule| format!("{rule} ({}, {})", rule.class(), severity(rule.severity()));
    let Some(rule) = rule else {
        let lines: Vec<String> =
            Rule::ALL.iter().map(|rule| format!("{}: {}\n", title(*rule), rule.summary())).collect();
        return lines.concat();
    };
    let source = format!("Source: {}", rule.source());
    [&title(rule), rule.summary(), rule.rationale(), rule.remedy(), &source].join("\n\n") + "\n"
}

/// A severity as people read it.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
