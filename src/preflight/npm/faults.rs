//! Real packages, whole and with one fault each: tests/data/npm-packages.jsonl.

use std::collections::BTreeMap;

use serde_json::Value;

use super::contents::contradicted_name;
use crate::distribution::npm::PackageJson;
use crate::distribution::npm::family::{Family, families};
use crate::distribution::npm::platform::NamedPlatform;

/// The package.json files of each repository.
fn repositories() -> Vec<Vec<Value>> {
    let mut repositories: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in include_str!("../../../tests/data/npm-packages.jsonl").lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        repositories.entry(json["in"].as_str().unwrap().to_owned()).or_default().push(json);
    }
    repositories.into_values().collect()
}

fn read(json: &Value) -> PackageJson {
    PackageJson::read(json.to_string().as_bytes()).unwrap()
}

/// The names of packages of which something is said, and what.
fn said(packages: &[Value]) -> Vec<String> {
    let packages: Vec<PackageJson> = packages.iter().map(read).collect();
    let packages: Vec<&PackageJson> = packages.iter().collect();
    let name = |number: &usize| packages[*number].name().to_string();
    let mut said: Vec<String> = packages
        .iter()
        .filter_map(|package| contradicted_name(package).map(|found| format!("{} {found:?}", package.name())))
        .collect();
    for Family { missing, stale, unnamed, .. } in families(&packages) {
        said.extend(missing.iter().map(|missing| format!("{} missing", missing.name)));
        said.extend(stale.iter().map(|(number, _)| format!("{} stale", name(number))));
        said.extend(unnamed.iter().map(|number| format!("{} unnamed", name(number))));
    }
    said
}

#[test]
fn real_packages_are_silent() {
    let repositories = repositories();
    assert!(repositories.iter().map(Vec::len).sum::<usize>() > 500);
    for packages in &repositories {
        assert_eq!(said(packages), Vec::<String>::new(), "{}", packages[0]["in"]);
    }
}

/// A sequence of numbers that looks random, and is the same in every run (D.
/// Knuth, MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Changes one package for a platform; none if its name does not say what would
/// be changed.
fn break_one(packages: &mut Vec<Value>, at: usize, fault: usize) -> Option<&'static str> {
    let name = packages[at]["name"].as_str().unwrap().to_owned();
    let base = name.rsplit('/').next().unwrap();
    let named = NamedPlatform::of(base)?;
    Some(match fault {
        0 => {
            packages.remove(at);
            "left out"
        }
        1 => {
            let version =
                packages[at]["version"].as_str().unwrap().replacen(|c: char| c.is_ascii_digit(), "999", 1);
            packages[at]["version"] = version.into();
            "version"
        }
        2 => {
            named.os.filter(|_| !packages[at]["os"].is_null())?;
            packages[at]["os"] = vec!["plan9"].into();
            "os"
        }
        3 => {
            named.cpu.filter(|_| !packages[at]["cpu"].is_null())?;
            packages[at]["cpu"] = vec!["vax"].into();
            "cpu"
        }
        _ => {
            packages[at]["name"] = name.replacen("64", "46", 1).into();
            (!name.contains("64")).then(|| packages[at]["name"] = format!("{name}x").into());
            "spelling"
        }
    })
}

/// A family with one package left out, or changed in version, system, processor
/// or spelling, is reported.
#[test]
fn a_thousand_faults() {
    let families: Vec<Vec<Value>> = repositories()
        .into_iter()
        .filter(|packages| packages.iter().filter(|json| read(json).is_platform_package()).count() > 1)
        .collect();
    assert!(families.len() > 25, "{}", families.len());
    let mut numbers = Numbers(15);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    while counts.values().sum::<usize>() < 1000 {
        let mut packages = families[numbers.below(families.len())].clone();
        let at = numbers.below(packages.len());
        if !read(&packages[at]).is_platform_package() {
            continue;
        }
        let before = packages[at].to_string();
        let Some(fault) = break_one(&mut packages, at, numbers.below(5)) else { continue };
        assert!(!said(&packages).is_empty(), "{fault}: {before}");
        *counts.entry(fault).or_default() += 1;
    }
    assert!(counts.len() == 5 && counts.values().all(|count| *count > 100), "{counts:?}");
}
