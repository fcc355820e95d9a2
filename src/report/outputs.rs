//! The outputs of the step: what later jobs need to know about a release.
//!
//! Every path is relative to the workspace, because the next step does not
//! have the container's `/github/workspace`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::distribution::npm::is_other_registry;
use crate::escape::ascii_json;
use crate::folder::Folder;
use crate::release::manifest::{Action, B2SUMS, MANIFEST, Manifest, SHA256SUMS, SHA512SUMS};
use crate::release::prepared::{PackedPackage, PreparedRelease};
use crate::release::subject::Subjects;
use crate::release::top_level::TopLevelFiles;
use crate::settings::Registry;

/// The names of all outputs, in the order of the table in docs/reference.md.
pub const NAMES: [&str; 20] = [
    "output-dir",
    "pypi-dir",
    "npm-dir",
    "assets-dir",
    "has-pypi",
    "has-npm",
    "has-assets",
    "pypi-ready",
    "npm-packages",
    "release-files",
    "manifest",
    "manifest-digest",
    "checksums",
    "subject-checksums",
    "subjects",
    "subject-shards",
    "subject-count",
    "projects",
    "version",
    "renamed",
];

/// One element of the output `npm-packages`.
#[derive(Debug, Serialize)]
struct NpmPackage {
    path: String,
    name: String,
    version: String,
    integrity: String,
    access: String,
    tag: String,
    registry: String,
}

/// What a release is prepared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be published.
    Publication,
    /// To be looked at: a pull request started the run.
    PullRequest,
    /// To be tried: nothing was written.
    DryRun,
}

/// The outputs of a release that was prepared. Those of a dry run name nothing
/// that could be published.
#[must_use]
pub fn prepared(release: &PreparedRelease, output: &str, purpose: Purpose) -> Vec<(&'static str, String)> {
    let PreparedRelease { manifest, top, npm } = release;
    let dry_run = purpose == Purpose::DryRun;
    let has = |folder: Folder| !dry_run && manifest.files().iter().any(|file| file.folder == folder);
    let path = |name: &str| if dry_run { String::new() } else { format!("{output}/{name}") };
    let dir = |folder: Folder| if has(folder) { path(folder.as_str()) } else { String::new() };
    let subjects = top.subjects();
    let shards: Vec<String> = subjects
        .filter(|_| !dry_run)
        .map(|subjects| subjects.shards().map(|(name, _)| path(&name)).collect())
        .unwrap_or_default();
    let single = match shards.as_slice() {
        [single] => single.clone(),
        // Of several, one alone must not be attested.
        _ => String::new(),
    };
    let is_ready_for = |registry: Registry| {
        has(registry.folder())
            && purpose == Purpose::Publication
            && manifest.attestable()
            && manifest.fully_checked_for(registry)
    };
    let inline = subjects.filter(|_| !dry_run).and_then(Subjects::inline).unwrap_or_default();
    vec![
        ("output-dir", if dry_run { String::new() } else { output.to_owned() }),
        ("pypi-dir", dir(Folder::Pypi)),
        ("npm-dir", dir(Folder::Npm)),
        ("assets-dir", dir(Folder::Assets)),
        ("has-pypi", has(Folder::Pypi).to_string()),
        ("has-npm", has(Folder::Npm).to_string()),
        ("has-assets", has(Folder::Assets).to_string()),
        ("pypi-ready", is_ready_for(Registry::Pypi).to_string()),
        ("npm-packages", npm_packages(if dry_run { &[] } else { npm }, &path)),
        ("release-files", release_files(manifest, top, &path, dry_run)),
        ("manifest", path(MANIFEST)),
        ("manifest-digest", top.manifest_digest().to_string()),
        ("checksums", path(SHA256SUMS)),
        ("subject-checksums", single),
        ("subjects", inline.trim_end().to_owned()),
        ("subject-shards", json(&shards)),
        ("subject-count", subjects.map_or(0, Subjects::count).to_string()),
        ("projects", json(&projects(manifest))),
        ("version", manifest.version().unwrap_or_default().to_owned()),
        ("renamed", renamed(manifest)),
    ]
}

#[expect(clippy::expect_used, reason = "no map in an output has keys other than strings")]
fn json(value: &impl Serialize) -> String {
    ascii_json(&serde_json::to_string(value).expect("strings, lists and maps of strings are valid JSON"))
}

fn projects(manifest: &Manifest) -> BTreeSet<&str> {
    manifest.files().iter().filter_map(|file| file.package.project()).collect()
}

fn renamed(manifest: &Manifest) -> String {
    let mut renamed = BTreeMap::new();
    for file in manifest.files() {
        for origin in &file.origins {
            let sent = origin.path.file_name();
            if sent != file.name && origin.action != Action::Generated {
                renamed.insert(sent, &file.name);
            }
        }
    }
    json(&renamed)
}

fn release_files(
    manifest: &Manifest,
    top: &TopLevelFiles,
    path: &dyn Fn(&str) -> String,
    dry_run: bool,
) -> String {
    if dry_run {
        return String::new();
    }
    let mut paths = Vec::new();
    for folder in Folder::ALL {
        let inside = manifest.files().iter().filter(|file| file.folder == folder);
        paths.extend(inside.map(|file| path(&format!("{folder}/{}", file.name))));
    }
    let wanted = [SHA256SUMS, SHA512SUMS, B2SUMS, MANIFEST];
    for name in wanted.iter().filter(|name| top.files().iter().any(|top| top.name.as_str() == **name)) {
        paths.push(path(name));
    }
    paths.join("\n")
}

fn npm_packages(packages: &[PackedPackage], path: &dyn Fn(&str) -> String) -> String {
    let element = |PackedPackage { file, package, integrity }: &PackedPackage| NpmPackage {
        // npm reads `a/b` as a repository on GitHub.
        path: format!("./{}", path(&format!("{}/{file}", Folder::Npm))),
        name: package.name().to_string(),
        version: package.version().to_string(),
        integrity: integrity.clone(),
        access: package.access().unwrap_or("public").to_owned(),
        tag: package.dist_tag().unwrap_or_default().to_owned(),
        registry: package.registry().filter(|url| is_other_registry(url)).unwrap_or_default().to_owned(),
    };
    json(&publishing_order(packages).into_iter().map(element).collect::<Vec<_>>())
}

/// Packages for a platform first, then each after those that it depends on, so
/// that no package can be installed before its dependencies. By name where
/// nothing else decides.
fn publishing_order(packages: &[PackedPackage]) -> Vec<&PackedPackage> {
    let mut sorted: Vec<&PackedPackage> = packages.iter().collect();
    sorted.sort_by_key(|PackedPackage { package, .. }| {
        (!package.is_platform_package(), package.name().as_str(), package.version())
    });
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, packed) in sorted.iter().enumerate() {
        by_name.entry(packed.package.name().as_str()).or_default().push(number);
    }
    let mut dependents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut needs: BTreeMap<usize, Needs> = BTreeMap::new();
    for (number, packed) in sorted.iter().enumerate() {
        let mut needed = Needs::new();
        for (name, is_peer) in packed.package.required_packages() {
            let numbers = by_name.get(name).into_iter().flatten();
            for other in numbers.filter(|other| is_needed(packed, **other, &sorted)) {
                *needed.entry(*other).or_insert(true) &= is_peer;
            }
        }
        for other in needed.keys() {
            dependents.entry(*other).or_default().push(number);
        }
        needs.insert(number, needed);
    }
    let is_free = |(number, needed): (&usize, &Needs)| needed.is_empty().then_some(*number);
    let mut free: BTreeSet<usize> = needs.iter().filter_map(is_free).collect();
    let mut ordered = Vec::with_capacity(sorted.len());
    while let Some(next) = free.pop_first().or_else(|| first_of_a_circle(&needs)) {
        needs.remove(&next);
        ordered.extend(sorted.get(next));
        for dependent in dependents.remove(&next).unwrap_or_default() {
            let Some(needed) = needs.get_mut(&dependent) else { continue };
            needed.remove(&next);
            if needed.is_empty() {
                free.insert(dependent);
            }
        }
    }
    ordered
}

/// The packages that one waits for, and whether only as peers.
type Needs = BTreeMap<usize, bool>;

/// Of packages that all wait for others, the next: the first that waits for
/// peers alone, else the first by name of those in a circle.
fn first_of_a_circle(needs: &BTreeMap<usize, Needs>) -> Option<usize> {
    /// The most packages that are looked at. Real circles have two.
    const MAX_STEPS: usize = 1000;
    let waits_for_peers =
        |(number, needed): (&usize, &Needs)| needed.values().all(|is_peer| *is_peer).then_some(*number);
    if let Some(next) = needs.iter().take(MAX_STEPS).find_map(waits_for_peers) {
        return Some(next);
    }
    let mut way = vec![*needs.first_key_value()?.0];
    while let Some((next, _)) = needs.get(way.last()?).and_then(BTreeMap::first_key_value) {
        if let Some(start) = way.iter().position(|number| number == next) {
            return way.get(start..)?.iter().min().copied();
        }
        if way.len() == MAX_STEPS {
            break;
        }
        way.push(*next);
    }
    way.last().copied()
}

/// Whether a package that has the name of a dependency is to be published
/// before. Of its own name only those for a platform are, which it knows by
/// their versions.
fn is_needed(packed: &PackedPackage, needed: usize, sorted: &[&PackedPackage]) -> bool {
    sorted.get(needed).is_some_and(|needed| {
        needed.package.name() != packed.package.name()
            || (needed.package.is_platform_package() && !packed.package.is_platform_package())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Artifact;
    use crate::digest::{Digests, Sha256};
    use crate::distribution::npm::PackageJson;
    use crate::release::manifest::{File, ManifestContext, Origin, Package, Settings, Wheel};
    use crate::settings::{Normalization, RecordSetting, Strictness};

    /// A release of one wheel.
    fn release(attestable: bool) -> PreparedRelease {
        let name = "foo-1.0-py3-none-any.whl";
        let wheel = Wheel {
            python: vec!["py3".into()],
            abi: vec!["none".into()],
            platform: vec!["any".into()],
            build: None,
            generator: vec![],
            sboms: vec![],
        };
        let file = File {
            name: name.parse().unwrap(),
            folder: Folder::Pypi,
            package: Package::Wheel {
                project: "foo".parse().unwrap(),
                version: "1.0".parse().unwrap(),
                wheel,
            },
            size: 1,
            digests: Digests { sha256: Sha256::of(b"x"), sha512: None, blake2b: None },
            executable: false,
            target: None,
            origins: vec![Origin {
                artifact: Artifact::named("a".parse().unwrap()),
                path: name.parse().unwrap(),
                action: Action::Kept,
            }],
        };
        let context = ManifestContext {
            run: None,
            version: None,
            settings: Settings {
                normalize: Normalization::Rename,
                version: crate::settings::VersionSetting::Auto,
                record: RecordSetting::Verify,
                pypi: Strictness::Error,
                npm: Strictness::Error,
            },
            attestable,
            findings: &[],
            ignored: &[],
            left_out: vec![],
        };
        let manifest = Manifest::new(vec![file], context).unwrap();
        let top = TopLevelFiles::render(&manifest);
        PreparedRelease { manifest, top, npm: Vec::new() }
    }

    /// PyPI gets nothing of a run for which this one must not attest.
    #[test]
    fn an_unattested_release_is_not_for_pypi() {
        let ready = |attestable, purpose| {
            let outputs = prepared(&release(attestable), "prepared", purpose);
            outputs.into_iter().find(|(name, _)| *name == "pypi-ready").unwrap().1
        };
        assert_eq!(ready(true, Purpose::Publication), "true");
        assert_eq!(ready(false, Purpose::Publication), "false");
        assert_eq!(ready(true, Purpose::PullRequest), "false");
    }

    /// Also where no package names those of its platforms as dependencies.
    #[test]
    fn platform_packages_come_first() {
        let packed = |name: &str, more: &str| PackedPackage {
            file: format!("{name}-1.0.0.tgz").parse().unwrap(),
            package: PackageJson::read(
                format!(r#"{{"name": "{name}", "version": "1.0.0"{more}}}"#).as_bytes(),
            )
            .unwrap(),
            integrity: String::new(),
        };
        let packages = [
            packed("a-tool", ""),
            packed("tool-darwin", r#", "os": ["darwin"]"#),
            packed("tool-x64", r#", "cpu": ["x64"]"#),
            packed("z-musl", r#", "libc": ["musl"]"#),
        ];
        let order: Vec<_> =
            publishing_order(&packages).iter().map(|packed| packed.package.name().to_string()).collect();
        assert_eq!(order, ["tool-darwin", "tool-x64", "z-musl", "a-tool"]);
    }

    /// Across families, by whatever field names a package, and in circles.
    #[test]
    fn dependencies_come_first() {
        let packed = |(name, more): &(&str, &str)| PackedPackage {
            file: format!("{}.tgz", name.trim_start_matches('@').replace('/', "-")).parse().unwrap(),
            package: PackageJson::read(
                format!(r#"{{"name": "{name}", "version": "1.0.0"{more}}}"#).as_bytes(),
            )
            .unwrap(),
            integrity: String::new(),
        };
        let order = |packages: &[(&str, &str)]| {
            let packages: Vec<_> = packages.iter().map(packed).collect();
            let order = publishing_order(&packages);
            order.iter().map(|packed| packed.package.name().base().to_owned()).collect::<Vec<_>>().join(" ")
        };
        let two_families = [
            (
                "cli",
                r#", "dependencies": {"tool": "^1.0.0"}, "optionalDependencies": {"@o/cli-linux-x64": "1.0.0"}"#,
            ),
            ("@o/cli-linux-x64", r#", "os": ["linux"], "dependencies": {"shared": "1.0.0"}"#),
            (
                "tool",
                r#", "peerDependencies": {"shared": "*"}, "optionalDependencies": {"@o/tool-linux-x64": "1.0.0"}"#,
            ),
            ("@o/tool-linux-x64", r#", "os": ["linux"]"#),
            ("shared", ""),
        ];
        assert_eq!(order(&two_families), "tool-linux-x64 shared cli-linux-x64 tool cli");
        let alias = [("a", r#", "dependencies": {"x": "npm:z@1.0.0"}"#), ("z", "")];
        assert_eq!(order(&alias), "z a");
        let plugin = [("b", r#", "peerDependencies": {"a": "1"}"#), ("a", r#", "dependencies": {"b": "1"}"#)];
        assert_eq!(order(&plugin), "b a");
        let circle = [("b", r#", "dependencies": {"a": "1"}"#), ("a", r#", "dependencies": {"b": "1"}"#)];
        assert_eq!(order(&circle), "a b");
        let after_a_circle = [circle[0], circle[1], ("0", r#", "dependencies": {"b": "1"}"#)];
        assert_eq!(order(&after_a_circle), "a b 0");
    }
}
