//! Whether a wheel holds what it says: its RECORD, its tags, its folders.

use crate::distribution::wheel::{Axis, BuildTag, PlatformTag, System, Tag, WheelFilename, WheelMetadata};
use crate::evidence::Evidence;
use crate::evidence::wheel::{Difference, RecordCheck, WheelContents, WrongFile};
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What is wrong with one wheel, whoever takes it.
#[must_use]
pub(super) fn judge(file: &Evidence, filename: &WheelFilename, contents: &WheelContents) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(Ok(check)) = &contents.record {
        findings.extend(record_digests(file, check));
        findings.extend(record_names(file, check));
    }
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
        findings.push(file.finding(
            Rule::RecordDigest,
            found,
            expected,
            "Find out what changed the wheel after it was built: a tool that does so must write RECORD anew (`wheel unpack` and `wheel pack`), anyone else must not.",
        ));
    }
    if !check.weak.is_empty() {
        findings.push(file.finding(
            Rule::RecordWeak,
            format!("RECORD gives digests that are too weak, or not in the form of one: {}", check.weak),
            "sha256, or better, in base64 without padding",
            "Build the wheel with a current build backend; `wheel unpack` and `wheel pack` write RECORD anew.",
        ));
    }
    findings
}

fn record_names(file: &Evidence, check: &RecordCheck) -> Option<Finding> {
    let told: Vec<String> = [
        ("not listed", &check.unlisted),
        ("listed, but no file of the wheel", &check.absent),
        ("listed without a digest", &check.undigested),
        ("listed more than once", &check.repeated),
        ("listed with `\\`, or with `./` or `/` in front", &check.noncanonical_paths),
    ]
    .into_iter()
    .filter(|(_, paths)| !paths.is_empty())
    .map(|(what, paths)| format!("{what}: {paths}"))
    .collect();
    (!told.is_empty()).then(|| {
        file.finding(
            Rule::RecordNames,
            format!("RECORD does not fit the wheel ({})", told.join("; ")),
            "one row with a digest for every file, and none besides",
            "PyPI takes the wheel today, sends its owners a mail, and has said that it will refuse it. `wheel unpack` and `wheel pack` write RECORD anew.",
        )
    })
}

fn tags(file: &Evidence, filename: &WheelFilename, wheel: &WheelMetadata) -> Vec<Finding> {
    const REMEDY: &str = "Build the wheel with a backend, and repair or retag it with tools that change both (`auditwheel repair`, `delocate-wheel`, `wheel tags`).";
    let finding = |found: String, expected: String| file.finding(Rule::WheelTags, found, expected, REMEDY);
    let named = filename.tags();
    if wheel.tags().is_empty() {
        let expected = format!("`Tag: {named}`, as the file's name says");
        let found = if wheel.has_tags_behind() {
            "WHEEL has its `Tag:` lines behind a blank line, where nobody reads them"
        } else {
            "WHEEL has no `Tag:` line"
        };
        return vec![finding(found.to_owned(), expected)];
    }
    if let Some(line) = wheel.wrong_tag() {
        let found = format!("WHEEL has a `Tag:` line that is no tag: `{line}`");
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
        file.finding(
            Rule::WheelBuild,
            format!("WHEEL has {}", line(said)),
            format!("{}, as the file's name says", line(named)),
            "Set `normalize: rewrite`, or give the build tag to the build backend and not to the name alone.",
        )
    })
}

fn signatures(file: &Evidence, contents: &WheelContents) -> Option<Finding> {
    (!contents.signatures.is_empty()).then(|| {
        file.finding(
            Rule::WheelSignature,
            format!("it holds {}", contents.signatures),
            "no signature inside, which no installer verifies any more (PEP 815)",
            "Build it without, and sign by attesting the release.",
        )
    })
}

fn links(file: &Evidence, contents: &WheelContents) -> Option<Finding> {
    let links = &contents.packing.links;
    (!links.is_empty()).then(|| {
        file.finding(
            Rule::WheelLink,
            format!("it holds symbolic links: {links}"),
            "regular files",
            "Put the files themselves into the wheel, or make the links when the package is first used.",
        )
    })
}

fn data(file: &Evidence, contents: &WheelContents) -> Vec<Finding> {
    let own = format!("{}.data", contents.prefix());
    let mut findings = Vec::new();
    if !contents.other_data_dirs.is_empty() {
        findings.push(file.finding(
            Rule::WheelData,
            format!(
                "it holds {}, which some installers take for its `.data` folder and some do not",
                contents.other_data_dirs
            ),
            format!("`{own}`, or a folder that does not end with `.data`"),
            "Build the wheel with a build backend, or give the folder another name.",
        ));
    }
    if !contents.unknown_schemes.is_empty() {
        findings.push(file.finding(
            Rule::WheelData,
            format!("no installer knows where to put {}", contents.unknown_schemes),
            format!("`{own}/` and one of purelib, platlib, headers, scripts, data"),
            "Lay the files into one of these folders where the wheel is built.",
        ));
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
    Some(file.finding(
        Rule::WheelNames,
        format!("names that are one name on Windows or macOS: {}", contents.name_clashes),
        "names that differ by more than case or Unicode form",
        "Rename one of each, or build a wheel for Linux alone.",
    ))
}
