use std::collections::BTreeMap;

use super::*;
use crate::digest::Sha256;
use crate::distribution::Kind;

const RELEASES: &str = include_str!("../../../tests/data/releases.tsv");

fn file(name: &str, kind: Kind, project: Option<&str>, version: Option<&str>, size: u64) -> PreviousFile {
    PreviousFile {
        name: name.parse().unwrap(),
        kind,
        project: project.map(str::to_owned),
        version: version.map(str::to_owned),
        size,
        sha256: Sha256::of(name.as_bytes()),
    }
}

fn release(version: &str, files: Vec<PreviousFile>) -> PreviousRelease {
    PreviousRelease { version: Some(version.to_owned()), files }
}

/// Wheels of `foo` by their tags, `sdist`, npm packages by `@`, and assets.
fn files(version: &str, names: &[&str]) -> Vec<PreviousFile> {
    let one = |name: &&str| {
        let (name, size) =
            name.split_once(' ').map_or((*name, 1), |(name, size)| (name, size.parse().unwrap()));
        if name == "sdist" {
            file(&format!("foo-{version}.tar.gz"), Kind::Sdist, Some("foo"), Some(version), size)
        } else if let Some(package) = name.strip_prefix('@') {
            let tarball = format!("{}-{version}.tgz", package.replace('/', "-"));
            file(&tarball, Kind::NpmPackage, Some(name), Some(version), size)
        } else if name.matches('-').count() == 2 && !name.contains('.') {
            file(&format!("foo-{version}-{name}.whl"), Kind::Wheel, Some("foo"), Some(version), size)
        } else {
            file(name, Kind::Archive, None, None, size)
        }
    };
    names.iter().map(one).collect()
}

fn shown(comparison: &Comparison) -> Vec<String> {
    let findings = comparison.findings.iter().map(|finding| finding.found.clone());
    findings.chain(comparison.notes.iter().map(|note| format!("({note})"))).collect()
}

fn compared(old: &[&str], new: &[&str]) -> Vec<String> {
    let previous = release("1.0", files("1.0", old));
    shown(&compare(&files("1.1", new), Some("1.1"), &previous, false))
}

#[test]
fn what_is_gone() {
    let wheels = [
        "cp311-cp311-win_amd64",
        "cp311-cp311-win32",
        "cp311-cp311-manylinux_2_17_x86_64",
        "cp312-cp312-win_amd64",
        "cp312-cp312-win32",
        "cp312-cp312-manylinux_2_17_x86_64",
        "sdist",
    ];
    let without = |gone: &[&str]| -> Vec<String> {
        let kept: Vec<&str> = wheels.iter().copied().filter(|name| !gone.contains(name)).collect();
        compared(&wheels, &kept)
    };
    assert_eq!(without(&[]), [""; 0]);
    assert_eq!(without(&["sdist"]), ["gone: the sdist of foo"]);
    assert_eq!(
        without(&["cp311-cp311-win_amd64", "cp311-cp311-win32"]),
        ["gone: cp311 for win32, win_amd64 of foo; 1 other cp311 wheel is here"]
    );
    assert_eq!(without(&["cp311-cp311-win32", "cp312-cp312-win32"]), ["gone: the 2 wheels of foo for win32"]);
    assert_eq!(
        without(&["cp311-cp311-win_amd64", "cp311-cp311-win32", "cp311-cp311-manylinux_2_17_x86_64"]),
        ["(since 1.0: no more: the 3 wheels of foo for cp311)"]
    );
    assert_eq!(without(&wheels[..6]), ["gone: all 6 wheels of foo"]);
}

#[test]
fn packages_and_assets() {
    let old = [
        "@o/tool",
        "@o/tool-linux-x64",
        "tool-1.0-x64.zip",
        "tool-1.0-arm64.zip",
        "tool-1.0-arm64.zip.asc",
        "install.sh",
    ];
    let new = ["@o/tool", "@o/tool-win32-x64", "tool-1.1-x64.zip", "install.sh"];
    assert_eq!(
        compared(&old, &new),
        [
            "gone: the npm package `@o/tool-linux-x64`",
            "gone: the asset `tool-*-arm64.zip`",
            "(since 1.0: new: the npm package `@o/tool-win32-x64`)"
        ]
    );
    assert_eq!(
        compared(&["other-1.0.zip"], &["@o/tool"]),
        ["(the release before (1.0) has no project and no asset of this one; they were not compared)"]
    );
}

#[test]
fn what_has_changed() {
    assert_eq!(
        compared(
            &["cp312-cp312-manylinux_2_17_x86_64 900000", "cp39-abi3-win32 100000", "sdist 10"],
            &[
                "cp312-cp312-manylinux_2_28_x86_64 400000",
                "cp310-abi3-win32 200000",
                "cp315-cp315-win32",
                "sdist 1"
            ]
        ),
        [
            "(since 1.0: new: cp315 of foo (1 wheel))",
            "(since 1.0: at most half as large: `foo-1.1-cp312-cp312-manylinux_2_28_x86_64.whl (400 kB, before 900 kB)`)",
            "(since 1.0: at least twice as large: `foo-1.1-cp310-abi3-win32.whl (200 kB, before 100 kB)`)",
            "(since 1.0: changed tags of foo: abi3 from cp39 to cp310 (1), manylinux_x86_64 from 2.17 to 2.28 (1))",
        ]
    );
}

/// With `expect: previous` what is gone is an error, an interpreter as well.
#[test]
fn what_is_expected() {
    let previous = release("1.0", files("1.0", &["cp311-cp311-win32", "cp312-cp312-win32"]));
    let comparison = compare(&files("1.1", &["cp312-cp312-win32"]), None, &previous, true);
    assert_eq!(shown(&comparison), ["gone: the 1 wheel of foo for cp311"]);
    assert!(comparison.findings[0].is_error());
    // Nothing of it is here at all.
    let comparison = compare(&files("1.1", &["@o/tool"]), None, &previous, true);
    assert_eq!(comparison.findings.len(), 1);
}

/// The releases of real projects, by project and in the order of their
/// versions.
fn real_releases() -> BTreeMap<&'static str, Vec<PreviousRelease>> {
    let mut tags: BTreeMap<u32, &str> = BTreeMap::new();
    let mut releases: BTreeMap<&str, Vec<PreviousRelease>> = BTreeMap::new();
    for line in RELEASES.lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["tags", number, text] => {
                tags.insert(number.parse().unwrap(), text);
            }
            ["release", project, version, members] => {
                let prefix = format!("{}-{version}", project.replace('-', "_"));
                let mut files = Vec::new();
                for member in members.split(',') {
                    if member == "s" {
                        files.push(file(
                            &format!("{prefix}.tar.gz"),
                            Kind::Sdist,
                            Some(project),
                            Some(version),
                            1,
                        ));
                        continue;
                    }
                    let (first, last) = member.split_once('-').unwrap_or((member, member));
                    for number in first.parse().unwrap()..=last.parse().unwrap() {
                        let name = format!("{prefix}-{}.whl", tags[&number]);
                        files.push(file(&name, Kind::Wheel, Some(project), Some(version), 1));
                    }
                }
                releases.entry(project).or_default().push(release(version, files));
            }
            _ => panic!("{line}"),
        }
    }
    releases
}

/// Warnings at one patch release in ten at most, and the accidents that are
/// known among them.
#[test]
fn real_releases_beside_each_other() {
    let releases = real_releases();
    let number: usize = releases.values().map(Vec::len).sum();
    assert!(releases.len() >= 12 && number >= 150, "{number}");
    let (mut patches, mut warned) = (0, Vec::new());
    for (project, releases) in &releases {
        for pair in releases.windows(2) {
            let [before, now] = pair else { unreachable!() };
            let version = now.version.as_deref();
            let comparison = compare(&now.files, version, before, false);
            let minor = |release: &PreviousRelease| -> Vec<String> {
                release.version.as_deref().unwrap().split('.').take(2).map(str::to_owned).collect()
            };
            if minor(before) == minor(now) {
                patches += 1;
                if !comparison.findings.is_empty() {
                    warned.push((format!("{project} {}", version.unwrap()), shown(&comparison)));
                }
            }
        }
    }
    assert!(warned.len() * 10 <= patches, "{} of {patches}: {warned:#?}", warned.len());
    let found = |release: &str| {
        &warned.iter().find(|(name, _)| name == release).unwrap_or_else(|| panic!("{release}: {warned:#?}")).1
    };
    assert_eq!(
        found("stringzilla 5.1.2")[0],
        "gone: the 10 wheels of stringzilla for manylinux_i686, musllinux_i686"
    );
    assert_eq!(
        found("stringzilla 5.1.2")[1],
        "gone: cp311 for win32, win_amd64 of stringzilla; 15 other cp311 wheels are here"
    );
    assert!(found("pydantic-core 2.50.3").contains(&"gone: the sdist of pydantic-core".to_owned()));
}

/// Twelve of 104 fields are named.
#[test]
fn twelve_of_a_hundred_and_four() {
    let pythons = ["cp310", "cp311", "cp312", "cp313"];
    let platforms: Vec<String> = (0..26).map(|number| format!("manylinux_2_17_m{number}")).collect();
    let all: Vec<String> = pythons
        .iter()
        .flat_map(|python| platforms.iter().map(move |platform| format!("{python}-{python}-{platform}")))
        .collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let (arrived, missing): (Vec<&str>, Vec<&str>) =
        all.iter().partition(|tags| !(tags.starts_with("cp312") && tags.contains("_m1")));
    assert_eq!((all.len(), missing.len()), (104, 11));
    let found = compared(&all, &arrived).join("\n");
    for tags in missing {
        assert!(
            found.contains(&format!("manylinux_{}", tags.rsplit('_').next().unwrap())),
            "{tags}: {found}"
        );
    }
    assert!(found.contains("cp312 for") && found.contains("15 other cp312 wheels are here"), "{found}");
}
