//! Plan the name and place of each file in the release.
//!
//! 1. Junk files are left out, and so are files of unknown type that `pattern`
//!    does not select.
//! 2. A wheel whose tags are merely out of order, in another case or repeated
//!    is renamed: its bytes and digest stay those of its builder. Where its
//!    project is spelt in another way, a rename would break PyPI's look-up of
//!    `{name}-{version}.dist-info/WHEEL`; [`crate::normalize::rewrite`] fixes that
//!    before, if the inputs ask for it.
//! 3. A source distribution and an npm package are named after what is written
//!    inside them.
//! 4. An asset is named as GitHub will store it.
//! 5. A file that was signed or attested under its name keeps it.
//!
//! The plan changes nothing; [`crate::pipeline`] carries it out.

use std::collections::BTreeSet;

use crate::digest::Sha256;
use crate::distribution::junk::is_junk_file;
use crate::distribution::project::ProjectName;
use crate::distribution::sdist::could_be_sdist_of;
use crate::distribution::sidecar;
use crate::distribution::wheel::{Deviation, WheelFilename};
use crate::evidence::{Distribution, Evidence};
use crate::filename::FileName;
use crate::folder::Folder;
use crate::glob::Glob;
use crate::release::manifest::{Action, LeftOut, LeftOutReason};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;
use crate::settings::Normalization;

/// How files are named.
#[derive(Debug, Clone)]
pub struct NamingPolicy {
    /// What may be renamed or rewritten.
    pub normalization: Normalization,
    /// Distributions that go to the assets.
    pub not_for_the_index: Vec<Glob>,
    /// Whether files of unknown type are released.
    pub unknown_kinds: bool,
}

impl NamingPolicy {
    /// Whether a file is for the index, by the name that it has or the one that
    /// it should have.
    #[must_use]
    pub fn is_for_the_index(&self, file: &Evidence) -> bool {
        let canonical = file.distribution.canonical_name().map(FileName::as_str);
        let excluded = |glob: &Glob| {
            glob.matches(file.name().as_str()) || canonical.is_some_and(|name| glob.matches(name))
        };
        !self.not_for_the_index.iter().any(excluded)
    }
}

/// The name and place of one file.
#[derive(Debug, Clone)]
pub(crate) struct Planned<'a> {
    /// The file.
    pub evidence: &'a Evidence,
    /// Its folder in the release.
    pub folder: Folder,
    /// Its name there.
    pub name: FileName,
    /// What two files must not share unless they are one: the canonical name
    /// where the file keeps another.
    pub canonical: FileName,
}

impl Planned<'_> {
    /// What is done to the file to get there.
    #[must_use]
    pub(crate) fn action(&self) -> Action {
        match self.evidence.rewritten_from {
            Some(from) => Action::Rewritten { from },
            None if self.name == self.evidence.name() => Action::Kept,
            None => Action::Renamed,
        }
    }
}

/// The plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan<'a> {
    /// The files to release.
    pub planned: Vec<Planned<'a>>,
    /// The files that are left out.
    pub left_out: Vec<LeftOut>,
    /// What was found on the way.
    pub findings: Vec<Finding>,
}

/// Plans all files of a release.
#[must_use]
pub(crate) fn plan<'a>(evidence: &'a [Evidence], naming: &NamingPolicy) -> Plan<'a> {
    let planner = Planner {
        naming,
        signed: Signed::of(evidence),
        projects: evidence.iter().filter_map(|file| python_project(&file.distribution)).collect(),
    };
    let mut plan = Plan::default();
    for file in evidence {
        let mut findings = Vec::new();
        match planner.decide(file, &mut findings) {
            Decision::Release { folder, name, canonical } => {
                plan.planned.push(Planned { evidence: file, folder, name, canonical });
            }
            Decision::LeaveOut(why) => plan.left_out.push(LeftOut {
                artifact: file.artifact.name.clone(),
                path: file.path.clone(),
                why,
            }),
            Decision::Refuse => {}
        }
        plan.findings.extend(findings);
    }
    plan.findings.extend(unknown_kinds(&plan.left_out));
    plan
}

/// The decision on one file.
enum Decision {
    Release {
        folder: Folder,
        name: FileName,
        canonical: FileName,
    },
    LeaveOut(LeftOutReason),
    /// The file cannot be named. A finding, which no input relaxes, says why.
    Refuse,
}

/// Files with a signature or attestation in the same artifact, by name and
/// content, so that a copy in another artifact counts as signed too.
pub(super) struct Signed(BTreeSet<(FileName, Sha256)>);

impl Signed {
    pub(super) fn of<'a>(evidence: impl IntoIterator<Item = &'a Evidence> + Clone) -> Self {
        let subjects: BTreeSet<_> = evidence
            .clone()
            .into_iter()
            .filter(|file| sidecar::is_attestation_or_signature(&file.name()))
            .filter_map(|file| Some((&file.artifact.name, sidecar::subject_of(&file.name())?.to_owned())))
            .collect();
        let is_subject =
            |file: &&'a Evidence| subjects.contains(&(&file.artifact.name, file.name().to_string()));
        Self(evidence.into_iter().filter(is_subject).map(identity).collect())
    }

    pub(super) fn covers(&self, file: &Evidence) -> bool {
        self.0.contains(&identity(file))
    }
}

/// A file as it was sent.
fn identity(file: &Evidence) -> (FileName, Sha256) {
    (file.name(), file.digest_as_sent())
}

struct Planner<'a> {
    naming: &'a NamingPolicy,
    signed: Signed,
    /// The projects that wheels and source distributions are of.
    projects: BTreeSet<ProjectName>,
}

impl Planner<'_> {
    fn decide(&self, file: &Evidence, findings: &mut Vec<Finding>) -> Decision {
        if is_junk_file(&file.path) {
            return Decision::LeaveOut(LeftOutReason::Junk);
        }
        match &file.distribution {
            Distribution::Wheel { filename, .. } if self.naming.is_for_the_index(file) => {
                self.wheel(file, filename, findings)
            }
            Distribution::Sdist { sdist, .. } if self.naming.is_for_the_index(file) => {
                findings.extend(index_name_unsafe(file, sdist.canonical()));
                self.named_within(file, Folder::Pypi, sdist.canonical(), Rule::SdistName, findings)
            }
            Distribution::NpmPackage(package) => {
                self.named_within(file, Folder::Npm, package.tarball_name(), Rule::NpmName, findings)
            }
            Distribution::Other if !self.naming.unknown_kinds => {
                Decision::LeaveOut(LeftOutReason::UnknownKind)
            }
            // A defect has its own error.
            Distribution::Archive { defect: None } if self.naming.is_for_the_index(file) => {
                findings.extend(self.no_sdist(file));
                self.asset(file, findings)
            }
            _ => self.asset(file, findings),
        }
    }

    /// An archive that the project's users would mistake for its source
    /// distribution.
    fn no_sdist(&self, file: &Evidence) -> Option<Finding> {
        let name = file.name();
        let project = self.projects.iter().find(|project| could_be_sdist_of(&name, project))?;
        Some(
            Rule::SdistMetadata
                .at(file)
                .found(format!(
                    "the name is that of a source distribution of {project}, but there is no PKG-INFO in the \
                     one folder at its top"
                ))
                .expected("a source distribution, or an archive with another name"),
        )
    }

    fn wheel(&self, file: &Evidence, wheel: &WheelFilename, findings: &mut Vec<Finding>) -> Decision {
        let name = file.name();
        let (canonical, sorted) = (wheel.canonical(), wheel.with_canonical_tags());
        if wheel.deviations().contains(&Deviation::Version) {
            findings.push(
                Rule::WheelVersionSpelling
                    .at(file)
                    .found(format!("the version is spelt `{}`", wheel.version_as_given()))
                    .expected(format!("`{}`", wheel.version())),
            );
        }
        findings.extend(index_name_unsafe(file, sorted));
        let kept =
            |name: FileName| Decision::Release { folder: Folder::Pypi, name, canonical: canonical.clone() };
        if *sorted == name {
            return kept(name);
        }
        match self.naming.normalization {
            Normalization::Rename | Normalization::Rewrite if self.is_signed(file) => {
                findings.push(not_renamed(file, sorted));
                kept(name)
            }
            Normalization::Rename | Normalization::Rewrite => kept(sorted.clone()),
            Normalization::Check | Normalization::Off => {
                findings.push(
                    Rule::TagOrder
                        .at(file)
                        .found(format!("its tags `{}` are not canonical", wheel.tags().as_given()))
                        .expected(format!("`{}`: sorted, in lower case, none twice", wheel.tags())),
                );
                kept(name)
            }
        }
    }

    /// A file that is named after what is written in it.
    fn named_within(
        &self,
        file: &Evidence,
        folder: Folder,
        expected: &FileName,
        rule: Rule,
        findings: &mut Vec<Finding>,
    ) -> Decision {
        let name = file.name();
        let release = |name: FileName| Decision::Release { folder, canonical: expected.clone(), name };
        if name == *expected {
            return release(name);
        }
        // npm reads nothing from a file's name; PyPI does.
        let harmless = folder == Folder::Npm;
        match self.naming.normalization {
            Normalization::Rename | Normalization::Rewrite if !self.is_signed(file) => {
                release(expected.clone())
            }
            Normalization::Rename | Normalization::Rewrite if harmless => {
                findings.push(not_renamed(file, expected));
                release(name)
            }
            Normalization::Off if harmless => release(name),
            _ => {
                findings.push(
                    rule.at(file)
                        .found(format!(
                            "the name is not the one that its metadata gives ({})",
                            rule.summary().trim_end_matches('.')
                        ))
                        .expected(format!("{expected}"))
                        .remedy(if self.is_signed(file) {
                            "Sign or attest it after the release is prepared, so that it can be renamed."
                        } else {
                            "Set `normalize: rename`, or build it under that name."
                        }),
                );
                release(name)
            }
        }
    }

    fn asset(&self, file: &Evidence, findings: &mut Vec<Finding>) -> Decision {
        let name = name_of_contents(file);
        let Some(stored) = stored_name(&name) else {
            findings.push(
                Rule::AssetName
                    .at(file)
                    .found("there is no character in the name that GitHub would keep")
                    .expected("a name of ASCII letters, digits, `.`, `_`, `+` and `-`"),
            );
            return Decision::Refuse;
        };
        let signed = self.is_signed(file);
        if stored != name && (signed || self.naming.normalization == Normalization::Check) {
            findings.push(Rule::AssetName.at(file).found(if signed {
                    format!("it was signed or attested under a name that GitHub will not keep, but store as `{stored}`")
                } else {
                    format!("GitHub would store it as `{stored}`")
                }).expected(format!("`{stored}`")));
        }
        Decision::Release { folder: Folder::Assets, name: stored.clone(), canonical: stored }
    }

    fn is_signed(&self, file: &Evidence) -> bool {
        self.signed.covers(file)
    }
}

fn python_project(distribution: &Distribution) -> Option<ProjectName> {
    match distribution {
        Distribution::Wheel { filename, .. } => Some(filename.project().clone()),
        Distribution::Sdist { sdist, .. } => Some(sdist.project().clone()),
        _ => None,
    }
}

/// A distribution that a GitHub release would store under another name than the
/// index, and than the one that was attested.
fn index_name_unsafe(file: &Evidence, name: &FileName) -> Option<Finding> {
    if name.as_str().bytes().all(is_stored_unchanged) {
        return None;
    }
    let stored =
        stored_name(name).map_or_else(|| "something else".to_owned(), |stored| format!("`{stored}`"));
    Some(
        Rule::IndexNameUnsafe
            .at(file)
            .found(format!("a GitHub release would store it as {stored}"))
            .expected("a name of ASCII letters, digits, `.`, `_`, `+` and `-`"),
    )
}

/// The name that fits a file's bytes: for a rewritten wheel the canonical one,
/// which its folders now have, otherwise the name in the artifact.
fn name_of_contents(file: &Evidence) -> FileName {
    file.rewritten_from.and(file.distribution.canonical_name()).cloned().unwrap_or_else(|| file.name())
}

fn not_renamed(file: &Evidence, canonical: &FileName) -> Finding {
    Rule::NotRenamed
        .at(file)
        .found("it has a signature or attestation under its name")
        .expected(format!("{canonical}"))
}

/// Whether GitHub keeps a character of an asset's name as it is.
const fn is_stored_unchanged(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-')
}

/// What GitHub puts before an extension of whose name nothing is kept.
const DEFAULT_STEM: &str = "default";

/// The name under which an asset can be uploaded and will be found again:
/// runs of other characters and dots become one `.`, and none stands at either
/// end. A `-` does not begin it, since a command would read it as an option. Of
/// a name that has nothing but its extension left, as `日本.zip`, that is kept
/// behind `default`, as GitHub does. A name that needs no change gets none.
fn stored_name(name: &FileName) -> Option<FileName> {
    let name = name.as_str();
    if name.bytes().all(is_stored_unchanged) && !name.starts_with(['.', '-']) && !name.ends_with('.') {
        return name.parse().ok();
    }
    let mut stored = String::with_capacity(name.len());
    for character in name.chars() {
        match u8::try_from(character) {
            Ok(byte) if byte != b'.' && is_stored_unchanged(byte) => stored.push(character),
            _ if stored.ends_with('.') => {}
            _ => stored.push('.'),
        }
    }
    let stored = stored.trim_start_matches(['.', '-']).trim_end_matches('.');
    if stored.is_empty() {
        return None;
    }
    let lost =
        name.split(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+')).next().unwrap_or(name);
    // `.hidden` is a stem, and no extension.
    if lost.len() > 1 && lost.ends_with('.') {
        return format!("{DEFAULT_STEM}.{stored}").parse().ok();
    }
    stored.parse().ok()
}

fn unknown_kinds_found(names: &Sample<String, 20>) -> String {
    match names.count() {
        1 => format!("1 file of unknown type skipped: {names}"),
        count => format!("{count} files of unknown type skipped: {names}"),
    }
}

/// One warning for all of them, because one pattern selects all of them.
fn unknown_kinds(left_out: &[LeftOut]) -> Option<Finding> {
    let left_out = left_out.iter().filter(|file| file.why == LeftOutReason::UnknownKind);
    let names: BTreeSet<String> = left_out.map(|file| format!("{}: {}", file.artifact, file.path)).collect();
    let names: Sample<String, 20> = names.into_iter().collect();
    if names.is_empty() {
        return None;
    }
    Some(
        Rule::UnknownKind
            .at(None)
            .found(unknown_kinds_found(&names))
            .expected("distributions, archives, executables, installers, scripts, signatures or sidecars"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_github_stores_them() {
        for (name, stored) in [
            ("tool-1.0+x_y.tar.gz", Some("tool-1.0+x_y.tar.gz")),
            ("my tool (1).zip", Some("my.tool.1.zip")),
            (".hidden", Some("hidden")),
            ("größe~1", Some("gr.e.1")),
            ("a..b", Some("a..b")),
            ("-rf.zip", Some("rf.zip")),
            ("--help", Some("help")),
            ("(-)x", Some("x")),
            ("日本.zip", Some("default.zip")),
            ("é.tar.gz", Some("default.tar.gz")),
            ("..zip", Some("default.zip")),
            ("-.zip", Some("default.zip")),
            ("日本-1.0.zip", Some("1.0.zip")),
            ("日本語", None),
            ("---", None),
            ("…", None),
        ] {
            let found = stored_name(&name.parse().unwrap());
            assert_eq!(found.as_ref().map(FileName::as_str), stored, "{name}");
        }
    }

    #[test]
    fn a_stored_name_stays() {
        for name in ["my tool (1).zip", ".a. .b.", "~x~", "a (b)", "日本.zip", "--a", ". -a"] {
            let stored = stored_name(&name.parse().unwrap()).unwrap();
            assert_eq!(stored_name(&stored), Some(stored.clone()), "{name}");
        }
    }
}
