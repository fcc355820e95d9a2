//! What happened, for people and programs.
//!
//! One [`Report`] is made of what a run came to. The terminal's lines, the
//! summary of a job, the annotations and the JSON are renderings of it, so that
//! they cannot disagree.
//!
//! Names come from outside and are hostile: each rendering escapes them for the
//! place where they stand.

pub(crate) mod annotation;
pub(crate) mod cause;
mod coverage;
pub(crate) mod explain;
mod facts;
mod fold;
pub(crate) mod inspection;
pub(crate) mod job;
pub(crate) mod markdown;
pub mod outputs;
pub(crate) mod seen;
mod sentences;
pub(crate) mod styled;
pub(crate) mod text;
pub(crate) mod tree;
pub(crate) mod verification;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::cause::{Cause, causes};
use self::coverage::{Cell, coverage};
use self::seen::SeenFile;
use self::sentences::{account, conclusion, headline, next, relaxed, verify_commands};
use self::tree::Contents;
use crate::artifact::ArtifactName;
use crate::distribution::Kind;
use crate::folder::Folder;
use crate::release::manifest::{Action, File, LeftOut, Manifest, Run};
use crate::release::top_level::TopLevelFiles;
use crate::rule::finding::Finding;
use crate::rule::{Rule, Severity};

/// What a run came to.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(
    test,
    schemars(title = "release-prep report, version 1", description = "What a run of release-prep came to.")
)]
pub(crate) struct Report {
    /// The version of this format.
    pub format: Format,
    /// Whether there is a release.
    pub verdict: Verdict,
    /// The exit code of the program.
    pub exit_code: u8,
    /// The program's version.
    pub program: &'static str,
    /// Where the artifacts came from.
    pub source: Source,
    /// How much was found.
    pub counts: Counts,
    /// The one version of all files, where there is one.
    pub version: Option<String>,
    /// The projects and packages, sorted.
    pub projects: Vec<String>,
    /// What is wrong or worth knowing, the worst first.
    pub causes: Vec<Cause>,
    /// Findings that the input `ignore` names.
    pub ignored: Vec<Ignored>,
    /// The wheels by project, interpreter and platform, and the platform packages
    /// of npm by family and platform, sorted.
    pub coverage: Vec<Cell>,
    /// The files of the release, sorted by name; none where nothing was
    /// prepared.
    pub files: Vec<ReleasedFile>,
    /// Files that are not in the release, and why.
    pub left_out: Vec<LeftOut>,
    /// What the source reported, and inputs without effect.
    pub notes: Vec<String>,
    /// What inputs relaxed, a sentence each.
    pub relaxed: Vec<String>,
    /// The SHA-256 of the manifest, where there is a release.
    pub manifest_digest: Option<String>,
    /// The verdict in one sentence.
    pub conclusion: String,

    /// The title of the summary.
    #[serde(skip)]
    pub headline: String,
    /// The line below the title of the summary.
    #[serde(skip)]
    pub account: String,
    /// How many files each artifact had, by the artifact's name.
    #[serde(skip)]
    pub arrived: BTreeMap<String, usize>,
    /// The names of npm packages that are not for one platform of a family,
    /// sorted.
    #[serde(skip)]
    pub packages: Vec<String>,
    /// Commands that verify a download.
    #[serde(skip)]
    pub verify_commands: Vec<String>,
    /// What is in the wheels of a release, folded.
    #[serde(skip)]
    pub contents: Vec<Contents>,
    /// What to do next.
    #[serde(skip)]
    pub next: Option<String>,
}

/// The report's format.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Format {
    /// This one.
    #[serde(rename = "release-prep/report/v1")]
    V1,
}

/// Whether there is a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// It was written.
    Prepared,
    /// It would have been written (`dry-run`).
    DryRun,
    /// Findings stop it.
    Refused,
    /// The inputs are wrong, or the source or the machine failed.
    Failed,
}

/// Where the artifacts came from.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Source {
    /// The folder or the run.
    pub name: String,
    /// How many artifacts were read.
    pub artifacts: usize,
    /// How many files were in them.
    pub files: usize,
    /// Their size in bytes, unpacked.
    pub bytes: u64,
}

/// How much was found.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Counts {
    /// Findings that stop the release.
    pub errors: usize,
    /// Findings that do not.
    pub warnings: usize,
    /// Findings that the input `ignore` names.
    pub ignored: usize,
    /// Causes of errors and warnings.
    pub causes: usize,
}

/// A finding that the input `ignore` names.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Ignored {
    /// The rule's id.
    pub rule: Rule,
    /// The artifact, where it is about one.
    pub artifact: Option<ArtifactName>,
    /// The path in the artifact, where it is about a file.
    pub file: Option<String>,
    /// What was found.
    pub found: String,
}

/// A file of the release.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ReleasedFile {
    /// Its name.
    pub name: String,
    /// The first artifact that it came in.
    pub artifact: String,
    /// What it is.
    pub kind: Kind,
    /// Its folder.
    pub folder: Folder,
    /// In bytes.
    pub size: u64,
    /// SHA-256 in lowercase hexadecimal.
    pub sha256: String,
    /// The name that it was sent under, where that is another one.
    pub renamed_from: Option<String>,
}

/// What a report is made of.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    /// The release, if there is one.
    pub release: Option<(&'a Manifest, &'a TopLevelFiles)>,
    /// The folder that was read, or the address of the run.
    pub source: String,
    /// The run on GitHub, where it runs there.
    pub run: Option<&'a Run>,
    /// Where the release lies.
    pub output: &'a str,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// All files that arrived.
    pub arrived: &'a [SeenFile],
    /// All findings.
    pub findings: &'a [Finding],
    /// Findings that the input `ignore` names.
    pub ignored: &'a [Finding],
    /// What is not in the release.
    pub left_out: &'a [LeftOut],
    /// What the source reported, and inputs without effect.
    pub notes: &'a [String],
    /// What is in the wheels of a release, folded.
    pub contents: &'a [Contents],
    /// Where the page of a rule is, without the rule's id.
    pub rules_page: Option<&'a str>,
}

impl Report {
    /// The report of a preparation.
    #[must_use]
    pub(crate) fn new(subject: &Subject<'_>) -> Self {
        let page = |rule: Rule| subject.rules_page.map(|page| format!("{page}#{rule}"));
        let causes = causes(subject.findings, page);
        let count = |severity| subject.findings.iter().filter(|finding| finding.severity == severity).count();
        let counts = Counts {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            ignored: subject.ignored.len(),
            causes: causes.len(),
        };
        let verdict = match subject.release {
            Some(_) if subject.dry_run => Verdict::DryRun,
            Some(_) => Verdict::Prepared,
            None => Verdict::Refused,
        };
        let manifest = subject.release.map(|(manifest, _)| manifest);
        let files: Vec<ReleasedFile> =
            manifest.map(|manifest| manifest.files().iter().map(released).collect()).unwrap_or_default();
        let mut report = Self {
            format: Format::V1,
            verdict,
            exit_code: u8::from(subject.release.is_none()),
            program: env!("CARGO_PKG_VERSION"),
            source: source(subject),
            counts,
            version: version(subject),
            projects: projects(subject.arrived),
            coverage: coverage(subject.arrived, &causes),
            causes,
            ignored: subject.ignored.iter().map(ignored).collect(),
            files,
            left_out: subject.left_out.to_vec(),
            notes: subject.notes.to_vec(),
            relaxed: manifest.map(|manifest| relaxed(manifest.settings())).unwrap_or_default(),
            manifest_digest: subject.release.map(|(_, top)| top.manifest_digest().to_string()),
            conclusion: String::new(),
            headline: String::new(),
            account: String::new(),
            arrived: arrived(subject.arrived),
            packages: packages(subject.arrived),
            verify_commands: verify_commands(subject),
            contents: subject.contents.to_vec(),
            next: None,
        };
        report.headline = headline(&report);
        report.account = account(&report, subject);
        report.conclusion = conclusion(&report, subject);
        report.next = next(&report, subject);
        report
    }

    /// The report of a run that came to no answer.
    #[must_use]
    pub(crate) fn failed(source: String, exit_code: u8, message: &str) -> Self {
        Self {
            format: Format::V1,
            verdict: Verdict::Failed,
            exit_code,
            program: env!("CARGO_PKG_VERSION"),
            source: Source { name: source, ..Source::default() },
            counts: Counts::default(),
            version: None,
            projects: Vec::new(),
            causes: Vec::new(),
            ignored: Vec::new(),
            coverage: Vec::new(),
            files: Vec::new(),
            left_out: Vec::new(),
            notes: Vec::new(),
            relaxed: Vec::new(),
            manifest_digest: None,
            conclusion: message.to_owned(),
            headline: String::new(),
            account: String::new(),
            arrived: BTreeMap::new(),
            packages: Vec::new(),
            verify_commands: Vec::new(),
            contents: Vec::new(),
            next: None,
        }
    }

    /// The report as pretty JSON and a line feed.
    ///
    /// # Panics
    /// Never: nothing in a report is a map with other keys than text.
    #[must_use]
    pub(crate) fn json(&self) -> String {
        #[expect(clippy::expect_used, reason = "a report holds text, numbers and lists of them")]
        let json = serde_json::to_string_pretty(self).expect("a report becomes JSON");
        json + "\n"
    }
}

fn source(subject: &Subject<'_>) -> Source {
    let arrived = subject.arrived.iter().map(|file| file.artifact.as_str());
    // Of some no file could be read.
    let refused = subject.findings.iter().filter_map(|finding| finding.place.as_ref());
    let artifacts: BTreeSet<&str> = arrived.chain(refused.map(|place| place.artifact.as_str())).collect();
    Source {
        name: subject.source.clone(),
        artifacts: artifacts.len(),
        files: subject.arrived.len(),
        bytes: subject.arrived.iter().map(|file| file.size).sum(),
    }
}

fn arrived(files: &[SeenFile]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for file in files {
        *counts.entry(file.artifact.to_string()).or_default() += 1;
    }
    counts
}

fn released(file: &File) -> ReleasedFile {
    let origin = file.origins.first();
    let sent = file
        .origins
        .iter()
        .filter(|origin| origin.action != Action::Generated)
        .map(|origin| origin.path.file_name())
        .find(|sent| *sent != file.name);
    ReleasedFile {
        name: file.name.to_string(),
        artifact: origin.map(|origin| origin.artifact.name.to_string()).unwrap_or_default(),
        kind: file.package.kind(),
        folder: file.folder,
        size: file.size,
        sha256: file.digests.sha256.to_string(),
        renamed_from: sent.map(|sent| sent.to_string()),
    }
}

fn ignored(finding: &Finding) -> Ignored {
    Ignored {
        rule: finding.rule,
        artifact: finding.place.as_ref().map(|place| place.artifact.clone()),
        file: finding.place.as_ref().and_then(|place| place.path.clone()),
        found: finding.found.clone(),
    }
}

/// The version of the release, or the one that most files declare.
fn version(subject: &Subject<'_>) -> Option<String> {
    if let Some((manifest, _)) = subject.release {
        return manifest.version().map(str::to_owned);
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for version in subject.arrived.iter().filter_map(|file| file.version.as_deref()) {
        *counts.entry(version).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(version, _)| version.to_owned())
}

fn projects(files: &[SeenFile]) -> Vec<String> {
    let projects: BTreeSet<&str> = files.iter().filter_map(|file| file.project.as_deref()).collect();
    projects.into_iter().map(str::to_owned).collect()
}

fn packages(files: &[SeenFile]) -> Vec<String> {
    let packages = files.iter().filter(|file| file.kind == Kind::NpmPackage && file.platform_of.is_none());
    packages.filter_map(|file| file.project.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// `1 file`, `2 files`.
fn plural(count: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("1 {noun}"),
        Some(stem) if !noun.ends_with("ey") => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published schema is the one of these types.
    #[test]
    fn the_schema_is_published() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(Report)).unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &schema).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap();
        assert!(published == schema, "docs/ is out of date: run the tests with UPDATE_DOCS=1");
    }

    #[test]
    fn counts_of_things() {
        assert_eq!(plural(1, "file"), "1 file");
        assert_eq!(plural(0, "file"), "0 files");
        assert_eq!(plural(2, "family"), "2 families");
    }
}
