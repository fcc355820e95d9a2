//! Whether a wheel holds what it says: its RECORD, its tags, its folders.

use crate::distribution::wheel::{Axis, BuildTag, PlatformTag, System, Tag, WheelFilename, WheelMetadata};
use crate::evidence::Evidence;
use crate::evidence::wheel::{Difference, RecordCheck, WheelContents, WrongFile};
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What is wrong with one wheel, wherever it is published.
#[must_use]
pub(super) fn judge(file: &Evidence, filename: &WheelFilename, contents: &WheelContents) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(Ok(check)) = &contents.record {
        findings.extend(record_digests(file, check));
        findings.extend(record_names(file, check));
    }
    findings.extend(overwrite(file, contents));
    findings.extend(tags(file, filename, &contents.wheel));
    findings.extend(build(file, filename, &contents.wheel));
    findings.extend(signatures(file, contents));
    findings.extend(links(file, contents));
    findings.extend(data(file, contents));
    findings.extend(name_clashes(file, filename, contents));
    findings.extend(super::native::judge(file, filename, contents));
    findings
}

fn record_digests(file: &Evidence, check: &RecordCheck) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !check.wrong.is_empty() {
        let (found, expected) = match check.wrong.single() {
            Some(WrongFile { path, difference: Difference::Digest { recorded, found } }) => {
                (format!("`{path}` has the digest {found}"), format!("{recorded}, as RECORD says"))
            }
            Some(WrongFile { path, difference: Difference::Size { recorded, found } }) => {
                (format!("`{path}` has {found} bytes"), format!("{recorded}, as RECORD says"))
            }
            Some(WrongFile { path, difference: Difference::Rows }) => (
                format!("RECORD has two rows for `{path}` that say different things"),
                "one row for every file".to_owned(),
            ),
            None => (
                format!("files are not what RECORD says: {}", check.wrong),
                "the bytes that RECORD was made of".to_owned(),
            ),
        };
        findings.push(Rule::RecordDigest.at(file).found(found).expected(expected));
    }
    if !check.weak.is_empty() {
        findings.push(
            Rule::RecordWeak
                .at(file)
                .found(format!("RECORD has weak or invalid digests: {}", check.weak))
                .expected("sha256, or better, in base64 without padding"),
        );
    }
    findings
}

fn record_names(file: &Evidence, check: &RecordCheck) -> Option<Finding> {
    let differences: Vec<String> = [
        ("not listed", &check.unlisted),
        ("listed, but no file of the wheel", &check.absent),
        ("listed without a digest", &check.undigested),
        ("listed more than once", &check.repeated),
        ("listed with `\\`, or with `./` or `/` in front", &check.noncanonical_paths),
    ]
    .into_iter()
    .filter(|(_, paths)| !paths.is_empty())
    .map(|(what, paths)| format!("{what}: {paths}"))
    .chain(odd_rows(check))
    .collect();
    (!differences.is_empty()).then(|| {
        Rule::RecordNames
            .at(file)
            .found(format!("RECORD does not match the wheel ({})", differences.join("; ")))
            .expected("one row with a digest for every file, and no other rows")
    })
}

/// The first line that is no row, and how many more there are.
fn odd_rows(check: &RecordCheck) -> Option<String> {
    let first = check.odd_rows.first().first()?;
    Some(match check.odd_rows.count() - 1 {
        0 => first.to_string(),
        more => format!("{first}, and {more} more lines are no rows"),
    })
}

fn tags(file: &Evidence, filename: &WheelFilename, wheel: &WheelMetadata) -> Vec<Finding> {
    let named = filename.tags();
    let rule = match wheel.axes() {
        Some(said) if said.covers(named) => Rule::WheelTagsBroader,
        _ => Rule::WheelTags,
    };
    let finding = |found: String, expected: String| rule.at(file).found(found).expected(expected);
    if wheel.tags().is_empty() {
        let expected = format!("`Tag: {named}`, as the file's name says");
        let found = if wheel.has_tags_behind() {
            "WHEEL has its `Tag:` lines after a blank line, where parsers ignore them"
        } else {
            "WHEEL has no `Tag:` line"
        };
        return vec![finding(found.to_owned(), expected)];
    }
    if let Some(line) = wheel.wrong_tag() {
        let found = format!("WHEEL has an invalid `Tag:` line: `{line}`");
        return vec![finding(found, format!("`Tag: {named}`, or its expansion"))];
    }
    let Some(said) = wheel.axes() else { return Vec::new() };
    [Axis::Python, Axis::Abi, Axis::Platform]
        .into_iter()
        .filter(|axis| said.axis(*axis) != named.axis(*axis))
        .map(|axis| {
            finding(
                format!("the `Tag:` lines of WHEEL have the {axis} tags `{}`", said.axis(axis)),
                format!("`{}`, as the file's name says", named.axis(axis)),
            )
        })
        .collect()
}

fn build(file: &Evidence, filename: &WheelFilename, wheel: &WheelMetadata) -> Option<Finding> {
    let (said, named) = (wheel.build(), filename.build().map(BuildTag::as_str));
    let line = |build: Option<&str>| match build {
        Some(build) => format!("`Build: {build}`"),
        None => "no `Build:` line".to_owned(),
    };
    (said != named).then(|| {
        Rule::WheelBuild
            .at(file)
            .found(format!("WHEEL has {}", line(said)))
            .expected(format!("{}, as the file's name says", line(named)))
            .input("normalize", "rewrite")
    })
}

fn signatures(file: &Evidence, contents: &WheelContents) -> Option<Finding> {
    (!contents.signatures.is_empty()).then(|| {
        Rule::WheelSignature
            .at(file)
            .found(format!("it holds {}", contents.signatures))
            .expected("no signature inside, which no installer verifies any more (PEP 815)")
    })
}

fn links(file: &Evidence, contents: &WheelContents) -> Option<Finding> {
    let links = &contents.packing.links;
    (!links.is_empty()).then(|| {
        Rule::WheelLink.at(file).found(format!("it holds symbolic links: {links}")).expected("regular files")
    })
}

/// What `.data` folders place on installation must leave the rest of the wheel
/// as it was judged.
fn overwrite(file: &Evidence, contents: &WheelContents) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !contents.installed_metadata.is_empty() {
        findings.push(
            Rule::WheelOverwrite
                .at(file)
                .found(format!(
                    "its `.data` folder installs metadata of a distribution: {}",
                    contents.installed_metadata
                ))
                .expected("one `.dist-info` folder, at the top"),
        );
    }
    if !contents.replaced.is_empty() {
        findings.push(
            Rule::WheelOverwrite
                .at(file)
                .found(format!("different files are installed in one place: {}", contents.replaced))
                .expected("one file for every place"),
        );
    }
    findings
}

fn data(file: &Evidence, contents: &WheelContents) -> Vec<Finding> {
    let own = format!("{}.data", contents.prefix());
    let mut findings = Vec::new();
    if !contents.other_data_dirs.is_empty() {
        findings.push(
            Rule::WheelData
                .at(file)
                .found(format!(
                    "it holds {}, which some installers take for its `.data` folder and some do not",
                    contents.other_data_dirs
                ))
                .expected(format!("`{own}`, or a folder that does not end with `.data`"))
                .remedy("Build the wheel with a build backend, or give the folder another name."),
        );
    }
    if !contents.unknown_schemes.is_empty() {
        findings.push(
            Rule::WheelData
                .at(file)
                .found(format!("no installer knows where to put {}", contents.unknown_schemes))
                .expected(format!("`{own}/` and one of purelib, platlib, headers, scripts, data")),
        );
    }
    findings
}

/// Names that clash matter only where they can meet: a wheel for Linux is
/// never unpacked on a file system that folds them.
fn name_clashes(file: &Evidence, filename: &WheelFilename, contents: &WheelContents) -> Option<Finding> {
    let folds = |tag: &Tag| {
        matches!(PlatformTag::of(tag).system(), System::Any | System::Windows | System::MacOs | System::Ios)
    };
    if contents.name_clashes.is_empty() || !filename.platform().iter().any(folds) {
        return None;
    }
    Some(
        Rule::WheelNames
            .at(file)
            .found(format!("names that are one name on Windows or macOS: {}", contents.name_clashes))
            .expected("names that differ by more than case or Unicode form"),
    )
}
