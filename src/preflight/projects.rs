//! Which projects may be published (`projects`), and which there are.
//!
//! Any job of a run can add a package of another project. A registry whose
//! trusted publisher is that of one project refuses the others in the middle of
//! an upload, and where one publisher may publish several it refuses none.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::evidence::{Distribution, Evidence};
use crate::glob::{Glob, GlobError};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// A line of the input `projects`: the name of a project or package, or a glob.
#[derive(Debug, Clone)]
pub struct ProjectPattern {
    /// As it was given, which npm packages are compared with.
    exact: Glob,
    /// Normalized, which Python projects are compared with (PEP 503).
    normalized: Glob,
}

/// Why a line names no project: a clause that follows the line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectPatternError {
    /// A character that no name has.
    #[error("but no project's name holds {0:?}: expected a name or a glob, as in `my-tool` or `@my-scope/*`")]
    Character(char),
    /// No glob.
    #[error(transparent)]
    Glob(#[from] GlobError),
}

impl FromStr for ProjectPattern {
    type Err = ProjectPatternError;

    fn from_str(line: &str) -> Result<Self, ProjectPatternError> {
        if let Some(character) =
            line.chars().find(|c| c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\''))
        {
            return Err(ProjectPatternError::Character(character));
        }
        Ok(Self { exact: line.parse()?, normalized: normalized(line).parse()? })
    }
}

impl fmt::Display for ProjectPattern {
    /// The line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.exact.as_str())
    }
}

/// A glob in lower case, every run of `-`, `_` and `.` one `-`. What means
/// something in a glob stays what it is.
fn normalized(glob: &str) -> String {
    let mut normalized = String::with_capacity(glob.len());
    let mut after_separator = false;
    for character in glob.chars() {
        let is_separator = matches!(character, '-' | '_' | '.');
        match is_separator {
            true if after_separator => {}
            true => normalized.push('-'),
            false => normalized.push(character.to_ascii_lowercase()),
        }
        after_separator = is_separator;
    }
    normalized
}

impl ProjectPattern {
    fn names(&self, distribution: &Distribution, project: &str) -> bool {
        match distribution {
            Distribution::NpmPackage { .. } => self.exact.matches(project),
            _ => self.normalized.matches(project),
        }
    }
}

/// The projects of these files: Python's by their normalized names, npm's with
/// their scopes.
#[must_use]
pub(crate) fn projects(evidence: &[Evidence]) -> BTreeSet<String> {
    evidence.iter().filter_map(|file| file.distribution.project()).map(str::to_owned).collect()
}

/// The lines, and one for another project.
fn extended(named: &[ProjectPattern], project: &str) -> String {
    named.iter().map(ProjectPattern::to_string).chain([project.to_owned()]).collect::<Vec<_>>().join("\n")
}

/// The wheels, source distributions and npm packages of projects that no line
/// names. Without a line, every project may be published.
#[must_use]
pub(crate) fn judge(evidence: &[Evidence], named: &[ProjectPattern]) -> Vec<Finding> {
    if named.is_empty() {
        return Vec::new();
    }
    let lines: Sample<String, 10> = named.iter().map(ToString::to_string).collect();
    evidence
        .iter()
        .filter_map(|file| Some((file, file.distribution.project()?)))
        .filter(|(file, project)| !named.iter().any(|line| line.names(&file.distribution, project)))
        .map(|(file, project)| {
            Rule::UnlistedProject
                .at(file.place())
                .found(format!("it is of the project `{project}`"))
                .expected(format!("a project that `projects` names: {lines}"))
                .input("projects", extended(named, project))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, project, is_named) in [
            ("My_Tool", "my-tool", true),
            ("my.tool", "my-tool", true),
            ("my__tool", "my-tool", true),
            ("my-tool", "my-tool-extra", false),
            ("My_*", "my-tool", true),
            ("{foo,Bar}_x", "bar-x", true),
            ("[A-C]ool", "cool", true),
        ] {
            let pattern: ProjectPattern = line.parse().unwrap();
            assert_eq!(pattern.normalized.matches(project), is_named, "{line} {project}");
            assert_eq!(pattern.to_string(), line);
        }
        for (line, package, is_named) in [
            ("@my-scope/*", "@my-scope/a", true),
            ("@my-scope/*", "@other/a", false),
            ("@my-scope/*", "my-tool", false),
            ("my-tool", "my_tool", false),
            ("*", "@my-scope/a", false),
        ] {
            assert_eq!(
                line.parse::<ProjectPattern>().unwrap().exact.matches(package),
                is_named,
                "{line} {package}"
            );
        }
        insta::assert_snapshot!(
            "my tool".parse::<ProjectPattern>().unwrap_err(),
            @"but no project's name holds ' ': expected a name or a glob, as in `my-tool` or `@my-scope/*`"
        );
        assert!(matches!("!(x)".parse::<ProjectPattern>(), Err(ProjectPatternError::Glob(_))));
    }
}
