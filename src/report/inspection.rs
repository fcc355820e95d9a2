//! What `inspect` shows: each file, what it is and says of itself, its place in
//! a release, and what is wrong with it.

use serde::Serialize;

use super::styled::{Line, Role, wrapped};
use super::text::size;
use super::{facts, plural};
use crate::artifact::ArtifactName;
use crate::digest::Sha256;
use crate::distribution::Kind;
use crate::distribution::target::Target;
use crate::evidence::Evidence;
use crate::folder::Folder;
use crate::rule::finding::{Finding, Place};
use crate::rule::{Rule, Severity};

/// What is known of files, sorted by artifact and path.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(
    test,
    schemars(
        title = "release-prep inspection, version 1",
        description = "What release-prep makes of files, before anything is prepared."
    )
)]
pub struct Inspection {
    /// The version of this format.
    format: Format,
    /// The program's version.
    program: &'static str,
    /// 1 if there is an error, else 0.
    exit_code: u8,
    /// The files.
    pub(super) files: Vec<InspectedFile>,
    /// Findings about no file that is listed.
    findings: Vec<Observed>,
    /// Notes of the source, and inputs without effect.
    notes: Vec<String>,
}

/// The inspection's format.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum Format {
    /// This one.
    #[serde(rename = "release-prep/inspection/v1")]
    V1,
}

/// A file.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct InspectedFile {
    /// The artifact that it is in.
    artifact: ArtifactName,
    /// Its path in the artifact.
    path: String,
    /// What it is.
    pub(super) kind: Kind,
    /// In bytes.
    size: u64,
    /// SHA-256 in lowercase hexadecimal.
    #[cfg_attr(test, schemars(with = "String"))]
    sha256: Sha256,
    /// Its place in a release; null if it is not released.
    pub(super) released: Option<Released>,
    /// The project or package that it declares.
    pub(super) project: Option<String>,
    /// The version that it declares.
    pub(super) version: Option<String>,
    /// What it is for, and what says so.
    target: Option<Target>,
    /// What else it says of itself, for people.
    facts: Vec<Fact>,
    /// What is wrong with it.
    pub(super) findings: Vec<Observed>,
}

/// A place in a release.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Released {
    /// The folder.
    pub folder: Folder,
    /// The name.
    pub name: String,
}

/// Something that a file says of itself.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Fact {
    /// Of what, in a word.
    pub about: &'static str,
    /// What.
    pub text: String,
}

/// A finding.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Observed {
    /// The artifact or file that it is about, where that is not listed.
    place: Option<String>,
    /// Whether it stops a release.
    severity: Severity,
    /// The rule's id.
    pub(super) rule: Rule,
    /// What was found.
    found: String,
    /// What was expected.
    expected: String,
    /// What to do.
    remedy: String,
}

impl Observed {
    fn of(finding: &Finding, place: Option<&Place>) -> Self {
        Self {
            place: place.map(ToString::to_string),
            severity: finding.severity,
            rule: finding.rule,
            found: finding.found.clone(),
            expected: finding.expected.clone(),
            remedy: finding.remedy.clone(),
        }
    }
}

impl Inspection {
    /// What is known of these files. `released` gives the place of one in a
    /// release.
    pub(crate) fn new(
        evidence: &[Evidence],
        released: impl Fn(&Evidence) -> Option<Released>,
        findings: &[Finding],
        notes: Vec<String>,
    ) -> Self {
        let mut files: Vec<InspectedFile> =
            evidence.iter().map(|file| inspected(file, released(file))).collect();
        files.sort_by(|one, other| (&one.artifact, &one.path).cmp(&(&other.artifact, &other.path)));
        let mut others = Vec::new();
        for finding in findings {
            let listed = finding.place.as_ref().and_then(|place| {
                let path = place.path.as_deref()?;
                let key = (&place.artifact, path);
                files.binary_search_by(|file| (&file.artifact, file.path.as_str()).cmp(&key)).ok()
            });
            match listed.and_then(|at| files.get_mut(at)) {
                Some(file) => file.findings.push(Observed::of(finding, None)),
                None => others.push(Observed::of(finding, finding.place.as_ref())),
            }
        }
        let exit_code = u8::from(findings.iter().any(Finding::is_error));
        Self {
            format: Format::V1,
            program: env!("CARGO_PKG_VERSION"),
            exit_code,
            files,
            findings: others,
            notes,
        }
    }

    /// 1 if there is an error, else 0.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// Pretty JSON and a line feed.
    ///
    /// # Panics
    /// Never: it holds text, numbers and lists of them.
    #[must_use]
    pub(crate) fn json(&self) -> String {
        #[expect(clippy::expect_used, reason = "an inspection holds text, numbers and lists of them")]
        let json = serde_json::to_string_pretty(self).expect("an inspection becomes JSON");
        json + "\n"
    }

    /// A block for each file, and the verdict.
    #[must_use]
    pub(crate) fn text(&self) -> Vec<Line> {
        self.lines(|_| true)
    }

    /// A block for each file that something is wrong with, and the verdict.
    #[must_use]
    pub(crate) fn problems(&self) -> Vec<Line> {
        self.lines(|file| !file.findings.is_empty())
    }

    fn lines(&self, shows: impl Fn(&InspectedFile) -> bool) -> Vec<Line> {
        let mut lines = Vec::new();
        for note in &self.notes {
            lines.extend(wrapped(Line::default().then(Role::Faint, "note: "), Role::Plain, note));
        }
        for file in self.files.iter().filter(|file| shows(file)) {
            lines.extend(file.lines());
            lines.push(Line::default());
        }
        lines.extend(self.findings.iter().flat_map(Observed::lines));
        let all = || self.files.iter().flat_map(|file| &file.findings).chain(&self.findings);
        let count = |severity| all().filter(|found| found.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let verdict = match (errors, warnings) {
            (0, 0) => "nothing is wrong".to_owned(),
            _ => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
        };
        let role = if errors == 0 { Role::Good } else { Role::Error };
        lines.push(Line::default().then(role, format!("{}: {verdict}", plural(self.files.len(), "file"))));
        lines
    }
}

fn inspected(file: &Evidence, released: Option<Released>) -> InspectedFile {
    InspectedFile {
        artifact: file.artifact.name.clone(),
        path: file.path.to_string(),
        kind: file.distribution.kind(),
        size: file.staged.size,
        sha256: file.staged.digests.sha256,
        released,
        project: file.distribution.project().map(str::to_owned),
        version: file.distribution.version().map(|version| version.to_string()),
        target: file.target(),
        facts: facts::of(file),
        findings: Vec::new(),
    }
}

impl InspectedFile {
    fn lines(&self) -> Vec<Line> {
        let noun = if self.kind == Kind::NpmPackage { "npm package" } else { self.kind.noun() };
        let kind = format!("  {noun}, {}", size(self.size));
        let name = format!("{}: {}", self.artifact, self.path);
        let mut lines = vec![Line::default().then(Role::Strong, name).then(Role::Faint, kind)];
        let mut show = |about: &str, text: &str| {
            lines.extend(wrapped(
                Line::default().then(Role::Faint, format!("  {about:<10}")),
                Role::Plain,
                text,
            ));
        };
        match &self.released {
            Some(Released { folder, name }) => show("released", &format!("{folder}/{name}")),
            None => show("released", "no"),
        }
        match (&self.project, &self.version) {
            (Some(project), Some(version)) => show("project", &format!("{project} {version}")),
            (Some(project), None) => show("project", project),
            (None, _) => {}
        }
        if let Some(target) = &self.target {
            show("target", &format!("{target} ({})", target.from));
        }
        for fact in &self.facts {
            show(fact.about, &fact.text);
        }
        show("sha256", &self.sha256.to_string());
        lines.extend(self.findings.iter().flat_map(Observed::lines));
        lines
    }
}

impl Observed {
    fn lines(&self) -> Vec<Line> {
        let (word, role) = match self.severity {
            Severity::Error => ("error", Role::Error),
            Severity::Warning => ("warning", Role::Warning),
        };
        let lead = Line::default().then(role, format!("  {word}[{}]: ", self.rule));
        let place = self.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let mut lines =
            wrapped(lead, Role::Strong, &format!("{place}{}; expected {}", self.found, self.expected));
        lines.extend(wrapped(Line::default().then(Role::Faint, "  help: "), Role::Plain, &self.remedy));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_published() {
        let schema = schemars::schema_for!(Inspection);
        let json = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/inspection.schema.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &json).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(published, json, "docs/ is out of date: run the tests with UPDATE_DOCS=1");
    }
}
