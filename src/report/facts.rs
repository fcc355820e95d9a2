//! What a file says of itself, in words.

use super::inspection::Fact;
use crate::distribution::content::Content;
use crate::distribution::native::Native;
use crate::distribution::npm::PackageJson;
use crate::distribution::sdist::Sdist;
use crate::distribution::wheel::WheelFilename;
use crate::evidence::native::NativeFiles;
use crate::evidence::wheel::{RecordCheck, WheelContents};
use crate::evidence::{Distribution, Evidence};
use crate::sample::Sample;

/// The most kinds of native files of one archive that are shown.
const MAX_NATIVE: usize = 10;

/// What else is known of a file besides its kind, project, version and target.
pub(super) fn of(file: &Evidence) -> Vec<Fact> {
    match &file.distribution {
        Distribution::Wheel { filename, contents } => wheel(filename, contents),
        Distribution::Sdist { sdist, contents } => self::sdist(sdist, &contents.top),
        Distribution::NpmPackage { package, contents } => npm(package, &contents.native),
        Distribution::Executable { native: Some(native) } => vec![fact("native", described(native))],
        _ => Vec::new(),
    }
}

fn fact(about: &'static str, text: impl Into<String>) -> Fact {
    Fact { about, text: text.into() }
}

fn wheel(filename: &WheelFilename, contents: &WheelContents) -> Vec<Fact> {
    let mut facts = vec![fact("tags", filename.tags().to_string())];
    let generators = contents.wheel.generators();
    if !generators.is_empty() {
        facts.push(fact("built by", generators.join(", ")));
    }
    if let Some(Ok(record)) = &contents.record {
        facts.push(fact("RECORD", self::record(record)));
    }
    if let Some(Ok(metadata)) = &contents.metadata {
        facts.push(fact("METADATA", format!("version {}", metadata.metadata_version())));
    }
    facts.extend(native(&contents.native));
    facts
}

fn record(check: &RecordCheck) -> &'static str {
    if !check.wrong.is_empty() {
        "has other digests than the files"
    } else if check.proved {
        "every file has the digest that it lists"
    } else {
        "not compared with the files (record: skip)"
    }
}

fn sdist(sdist: &Sdist, top: &str) -> Vec<Fact> {
    vec![fact("PKG-INFO", format!("version {}, in the folder {top}/", sdist.metadata().metadata_version()))]
}

fn npm(package: &PackageJson, files: &NativeFiles) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (about, values) in [("os", package.os()), ("cpu", package.cpu()), ("libc", package.libc())] {
        if !values.is_empty() {
            facts.push(fact(about, values.join(", ")));
        }
    }
    if let Some(tag) = package.dist_tag() {
        facts.push(fact("dist-tag", tag));
    }
    facts.extend(native(files));
    facts
}

fn native(files: &NativeFiles) -> Vec<Fact> {
    let kinds = files.iter().take(MAX_NATIVE);
    kinds.map(|(kind, paths)| fact("native", format!("{}: {paths}", described(&kind.native)))).collect()
}

/// Ex) `ELF for x86_64, needs glibc 2.34`
fn described(native: &Native) -> String {
    let machines: Sample<_, 8> = native.machines().iter().collect();
    let mut parts = vec![format!("{} for {machines}", Content::Native(native.format()))];
    parts.extend(native.glibc().map(|glibc| format!("needs glibc {glibc}")));
    let minimum = native.slices().iter().filter_map(|slice| Some((slice.os?, slice.minimum?))).max();
    parts.extend(minimum.map(|(os, version)| format!("from {} {version}", os.as_str())));
    parts.join(", ")
}
