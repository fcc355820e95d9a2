//! The manifest: a complete, machine-readable description of a release.
//!
//! JSON, versioned by its `format`, described by
//! `docs/release-manifest.schema.json`. It is deterministic: for one set of
//! artifacts, only the run and what GitHub reports of the artifacts differ
//! between runs.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use super::file::{Action, File, Npm, Origin, Package, PlainKind, Wheel};
pub(crate) use crate::release::file::RecordedTarget;

use crate::artifact::{ArtifactName, Repository, RunId};
use crate::digest::{Blake2b, Digests, Sha256, Sha512};
use crate::filename::{FileName, RelativePath};
use crate::release::subject::is_shard_name;
use crate::release::sums::Sums;
use crate::rule::finding::Finding;
use crate::rule::{Rule, Severity};
use crate::settings::{Normalization, RecordSetting, Registry, Strictness, VersionSetting};

/// The name of the manifest's file.
pub(crate) const MANIFEST: &str = "release-manifest.json";
/// The name of the file of SHA-256 checksums.
pub(crate) const SHA256SUMS: &str = "SHA256SUMS";
/// The name of the file of SHA-512 checksums.
pub(crate) const SHA512SUMS: &str = "SHA512SUMS";
/// The name of the file of BLAKE2b checksums.
pub(crate) const B2SUMS: &str = "B2SUMS";

/// Whether a name is that of a file at the top of a release, ignoring case.
#[must_use]
pub(crate) fn is_reserved(name: &FileName) -> bool {
    [MANIFEST, SHA256SUMS, SHA512SUMS, B2SUMS]
        .iter()
        .any(|reserved| name.as_str().eq_ignore_ascii_case(reserved))
        || is_shard_name(name.as_str())
}

/// The version of the format. A reader refuses any other than its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Format {
    /// This one.
    #[serde(rename = "release-prep/manifest/v1")]
    V1,
}

/// A manifest. Its files are sorted by name, their names unique ignoring case,
/// and none is reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "Contents")]
pub struct Manifest(Contents);

/// The contents of a manifest, checked or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    test,
    schemars(
        title = "release-prep manifest, version 1",
        description = "A complete description of a release."
    )
)]
struct Contents {
    /// The version of this format.
    format: Format,
    /// The run that prepared the release; null if none did.
    run: Option<Run>,
    /// The one version that all files declare; null where they differ.
    version: Option<String>,
    /// The inputs that decide what was checked.
    settings: Settings,
    /// Whether the release has subjects. It has none if its artifacts come from
    /// a run that the preparing one must not attest for.
    attestable: bool,
    /// The files, sorted by name; names are unique ignoring case, and differ from
    /// those of the files at the top.
    files: Vec<File>,
    /// Findings that did not stop the release.
    warnings: Vec<RecordedFinding>,
    /// Findings that the input `ignore` covers.
    ignored: Vec<RecordedFinding>,
    /// Files of the artifacts that are not in the release.
    left_out: Vec<LeftOut>,
}

/// The run that prepared the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are the manifest's keys")]
pub struct Run {
    /// `owner/name`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub repository: Repository,
    /// The run's id.
    pub run_id: RunId,
    /// The attempt, from 1.
    pub run_attempt: u64,
    /// The commit, in hexadecimal.
    pub commit: String,
    /// The full ref, `refs/tags/v1.2.3`.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// The workflow, `owner/name/.github/workflows/release.yml@refs/…`.
    pub workflow: String,
}

/// The largest manifest in bytes: enough for 200,000 files of a kilobyte each.
pub(crate) const MAX_BYTES: u64 = 256 << 20;

/// The inputs that decide what was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The input `normalize`.
    pub normalize: Normalization,
    /// The input `version`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub version: VersionSetting,
    /// The input `record`: whether the files of wheels were held against the
    /// digests in RECORD.
    pub record: RecordSetting,
    /// The input `pypi`: how PyPI's rules counted.
    pub pypi: Strictness,
    /// The input `npm`: how npm's rules counted.
    pub npm: Strictness,
}

impl Settings {
    /// How the rules of a registry counted.
    #[must_use]
    pub(crate) const fn strictness(&self, registry: Registry) -> Strictness {
        match registry {
            Registry::Pypi => self.pypi,
            Registry::Npm => self.npm,
        }
    }
}

/// A finding that did not stop the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordedFinding {
    /// The rule's id.
    pub rule: RecordedRule,
    /// The artifact that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub artifact: Option<ArtifactName>,
    /// The path in the artifact.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// What to do.
    pub remedy: String,
}

impl From<&Finding> for RecordedFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: RecordedRule::Known(finding.rule),
            artifact: finding.place.as_ref().map(|place| place.artifact.clone()),
            path: finding.place.as_ref().and_then(|place| place.path.clone()),
            found: finding.found.clone(),
            expected: finding.expected.clone(),
            remedy: finding.remedy.clone(),
        }
    }
}

/// The rule of a recorded finding. A manifest outlives the program that wrote
/// it, so an id that this version does not know is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) enum RecordedRule {
    /// A rule of this version.
    Known(Rule),
    /// The id of a rule of another version.
    Unknown(String),
}

impl From<String> for RecordedRule {
    fn from(id: String) -> Self {
        Rule::of(&id).map_or(Self::Unknown(id), Self::Known)
    }
}

impl From<RecordedRule> for String {
    fn from(rule: RecordedRule) -> Self {
        match rule {
            RecordedRule::Known(rule) => rule.id().to_owned(),
            RecordedRule::Unknown(id) => id,
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for RecordedRule {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RecordedRule".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

/// A file of an artifact that is not in the release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The artifact's name.
    pub artifact: ArtifactName,
    /// The path in it.
    pub path: RelativePath,
    /// Why.
    pub why: LeftOutReason,
}

/// Why a file is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LeftOutReason {
    /// Written by tools and systems, such as `.gitignore`.
    #[serde(rename = "stray")]
    Junk,
    /// Of unknown type, and not selected by `pattern`.
    UnknownKind,
    /// Checksums, or a signature of them, which the checksum files of the
    /// release replace.
    Superseded,
    /// What a tool of the pipeline left for itself, as the partial manifests
    /// of cargo-dist.
    Tool,
}

impl fmt::Display for LeftOutReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Junk => "a junk file",
            Self::UnknownKind => "of unknown type",
            Self::Superseded => "superseded by the release's own checksums",
            Self::Tool => "a file of a build tool",
        })
    }
}

/// Why files cannot be one release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Two files of one name.
    #[error("two files are named `{0}`, ignoring case")]
    Twice(FileName),
    /// The name of a file at the top.
    #[error("`{0}` is reserved for a file that release-prep writes")]
    Reserved(FileName),
    /// Files that are not sorted by name.
    #[error("`{0}` is not in the order of names")]
    Order(FileName),
    /// A file without an origin.
    #[error("`{0}` has no origin")]
    NoOrigin(FileName),
    /// No files.
    #[error("there are no files")]
    Empty,
    /// An npm package whose SHA-512 was not computed.
    #[error("the SHA-512 of the npm package `{0}` is not known")]
    NoIntegrity(FileName),
}

/// Everything in a manifest except the files.
#[derive(Debug, Clone)]
pub struct ManifestContext<'a> {
    /// The run, where there is one.
    pub run: Option<Run>,
    /// The one version of all files, where there is one.
    pub version: Option<String>,
    /// The inputs that decide what was checked.
    pub settings: Settings,
    /// Whether this run may attest the release, so that it has subjects.
    pub attestable: bool,
    /// All findings; a manifest has only the warnings.
    pub findings: &'a [Finding],
    /// Findings that the input `ignore` covers.
    pub ignored: &'a [Finding],
    /// What was left out.
    pub left_out: Vec<LeftOut>,
}

impl Manifest {
    /// Sorts the files and checks that they can be one release.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn new(mut files: Vec<File>, context: ManifestContext<'_>) -> Result<Self, ManifestError> {
        files.sort_by(|one, other| one.name.cmp(&other.name));
        check(&files)?;
        let mut left_out = context.left_out;
        left_out.sort();
        let warnings = context.findings.iter().filter(|finding| finding.severity == Severity::Warning);
        Ok(Self(Contents {
            format: Format::V1,
            run: context.run,
            version: context.version,
            settings: context.settings,
            attestable: context.attestable,
            files,
            warnings: warnings.map(RecordedFinding::from).collect(),
            ignored: context.ignored.iter().map(RecordedFinding::from).collect(),
            left_out,
        }))
    }

    /// The files, sorted by name.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.0.files
    }

    /// The one version of all files, where there is one.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.0.version.as_deref()
    }

    /// The run that prepared the release, where one did.
    #[must_use]
    pub const fn run(&self) -> Option<&Run> {
        self.0.run.as_ref()
    }

    /// Whether the release has subjects. It has none if its artifacts come from
    /// a run that the preparing one must not attest for.
    #[must_use]
    pub const fn attestable(&self) -> bool {
        self.0.attestable
    }

    /// Whether a registry's rules counted in full, and every wheel was verified
    /// against its RECORD: no file is known that the registry would refuse.
    #[must_use]
    pub(crate) fn fully_checked_for(&self, registry: Registry) -> bool {
        let Contents { settings, ignored, .. } = &self.0;
        let of_registry = |finding: &RecordedFinding| match &finding.rule {
            RecordedRule::Known(rule) => rule.class().registry() == Some(registry),
            RecordedRule::Unknown(_) => true,
        };
        settings.strictness(registry) == Strictness::Error
            && settings.record == RecordSetting::Verify
            && !ignored.iter().any(of_registry)
    }

    /// The inputs that decide what was checked.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What was left out.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.0.left_out
    }

    /// The manifest's text: pretty JSON and a line feed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "no map in a manifest has keys other than strings")]
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("a manifest is valid JSON");
        json.push(b'\n');
        json
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// If it is not JSON of this format, or its files cannot be one release.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// `SHA256SUMS`.
    #[must_use]
    pub fn sha256sums(&self) -> Sums<Sha256> {
        Sums::new(self.0.files.iter().map(|file| (file.name.clone(), file.digests.sha256)))
    }

    /// `SHA512SUMS`, if every file's SHA-512 is known.
    #[must_use]
    pub fn sha512sums(&self) -> Option<Sums<Sha512>> {
        self.sums(|digests| digests.sha512)
    }

    /// `B2SUMS`, if every file's BLAKE2b is known.
    #[must_use]
    pub fn b2sums(&self) -> Option<Sums<Blake2b>> {
        self.sums(|digests| digests.blake2b)
    }

    fn sums<D>(&self, of: impl Fn(&Digests) -> Option<D>) -> Option<Sums<D>> {
        let entries: Option<Vec<_>> =
            self.0.files.iter().map(|file| Some((file.name.clone(), of(&file.digests)?))).collect();
        entries.map(Sums::new)
    }
}

impl TryFrom<Contents> for Manifest {
    type Error = ManifestError;

    fn try_from(read: Contents) -> Result<Self, ManifestError> {
        let neighbours = read.files.iter().zip(read.files.iter().skip(1));
        if let Some((_, file)) = neighbours.into_iter().find(|(one, next)| one.name > next.name) {
            return Err(ManifestError::Order(file.name.clone()));
        }
        check(&read.files)?;
        Ok(Self(read))
    }
}

fn check(files: &[File]) -> Result<(), ManifestError> {
    if files.is_empty() {
        return Err(ManifestError::Empty);
    }
    let mut seen = BTreeMap::new();
    for File { name, origins, .. } in files {
        if is_reserved(name) {
            return Err(ManifestError::Reserved(name.clone()));
        }
        if origins.is_empty() {
            return Err(ManifestError::NoOrigin(name.clone()));
        }
        if seen.insert(name.folded(), name).is_some() {
            return Err(ManifestError::Twice(name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Artifact;
    use crate::folder::Folder;

    fn file(name: &str) -> File {
        File {
            name: name.parse().unwrap(),
            folder: Folder::Assets,
            package: Package::Plain(PlainKind::Archive),
            size: 1,
            digests: Digests { sha256: Sha256::of(name.as_bytes()), sha512: None, blake2b: None },
            executable: false,
            target: None,
            origins: vec![Origin {
                artifact: Artifact::named("a".parse().unwrap()),
                path: name.parse().unwrap(),
                action: Action::Kept,
            }],
        }
    }

    fn settings() -> Settings {
        Settings {
            normalize: Normalization::Rename,
            version: VersionSetting::Auto,
            record: RecordSetting::Verify,
            pypi: Strictness::Error,
            npm: Strictness::Error,
        }
    }

    fn manifest(names: &[&str]) -> Result<Manifest, ManifestError> {
        let context = ManifestContext {
            run: None,
            version: None,
            settings: settings(),
            attestable: true,
            findings: &[],
            ignored: &[],
            left_out: vec![],
        };
        Manifest::new(names.iter().map(|name| file(name)).collect(), context)
    }

    #[test]
    fn no_two_files_of_one_name() {
        let named = |name: &str| name.parse::<FileName>().unwrap();
        assert_eq!(manifest(&["a", "a"]), Err(ManifestError::Twice(named("a"))));
        assert_eq!(manifest(&["a", "A"]), Err(ManifestError::Twice(named("a"))));
        for reserved in ["SHA256SUMS", "sha256sums", "B2SUMS", "release-manifest.json", "subjects-7.sha256"] {
            assert_eq!(manifest(&[reserved]), Err(ManifestError::Reserved(named(reserved))));
        }
    }

    #[test]
    fn a_release_without_files_is_none() {
        assert_eq!(manifest(&[]), Err(ManifestError::Empty));
    }

    /// A manifest of another version may name rules that this one lacks.
    #[test]
    fn rules_of_other_versions() {
        let json = String::from_utf8(manifest(&["a"]).unwrap().to_json()).unwrap();
        let finding = r#"{"rule": "no-such-rule", "found": "", "expected": "", "remedy": ""}"#;
        let json = json.replace(r#""ignored": []"#, &format!(r#""ignored": [{finding}]"#));
        let read = Manifest::from_json(json.as_bytes()).unwrap();
        assert!(String::from_utf8(read.to_json()).unwrap().contains("\"rule\": \"no-such-rule\""));
        assert!(!read.fully_checked_for(Registry::Pypi));
    }

    #[test]
    fn text_and_back() {
        let manifest = manifest(&["b", "a"]).unwrap();
        assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
    }

    /// A manifest is input like any other.
    #[test]
    fn a_manifest_is_checked_when_read() {
        let json = String::from_utf8(manifest(&["a", "b"]).unwrap().to_json()).unwrap();
        for (from, to) in [
            (r#""name": "b""#, r#""name": "a""#),
            (r#""name": "b""#, r#""name": "../b""#),
            (r#""name": "b""#, r#""name": "SHA256SUMS""#),
            (r#""name": "a""#, r#""name": "c""#),
            ("manifest/v1", "manifest/v2"),
            (r#""size""#, r#""sizes""#),
            (r#""kind": "archive""#, r#""kind": "wheel""#),
            (r#""kind": "archive""#, r#""kind": "archive", "project": "a""#),
            (r#""action": "kept""#, r#""action": "rewritten""#),
        ] {
            let changed = json.replace(from, to);
            assert_ne!(changed, json);
            assert!(Manifest::from_json(changed.as_bytes()).is_err(), "{from} {to}");
        }
    }

    /// The published schema is the one of these types.
    #[test]
    fn the_schema_is_published() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(Manifest)).unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/release-manifest.schema.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &schema).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap();
        assert!(published == schema, "docs/ is out of date: run the tests with UPDATE_DOCS=1");
    }
}
