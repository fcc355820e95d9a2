//! What PyPI refuses of a new upload, file by file.
//!
//! After its own sources (`warehouse/forklift/legacy.py`,
//! `warehouse/forklift/metadata.py`, `warehouse/utils/zipfiles.py`) as they
//! were in August 2026. What it compares a whole project with (a name that was
//! used before, a closed release) nobody but PyPI can know.

mod metadata;

use crate::distribution::sdist::Sdist;
use crate::distribution::wheel::{Deviation, PlatformTag, System, Tag, WheelFilename, pypi_takes};
use crate::evidence::Evidence;
use crate::evidence::prohibited::ProhibitedFiles;
use crate::evidence::sdist::SdistContents;
use crate::evidence::wheel::{Packing, WheelContents};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// The largest file that a project may upload unless PyPI has raised its limit.
const DEFAULT_MAX_SIZE: u64 = 100 << 20;

/// Above so many unpacked bytes PyPI looks at how they were packed…
const RATIO_FROM: u64 = 64 << 20;
/// … and takes so many for each packed one.
const MAX_RATIO: u64 = 50;

/// The most bytes of a name, beside which PyPI lays another one that ends with
/// `.metadata`: together what a file system takes.
const MAX_NAME: usize = 255 - ".metadata".len();

/// What PyPI would say of a wheel.
#[must_use]
pub(super) fn wheel(file: &Evidence, filename: &WheelFilename, contents: &WheelContents) -> Vec<Finding> {
    let mut findings = name(file, filename);
    findings.extend(packing(file, &contents.packing));
    findings.extend(dist_info(file, filename, contents));
    findings.extend(platforms(file, filename));
    findings.extend(wheel_metadata(file, filename, contents));
    findings.extend(record(file, contents));
    findings.extend(license_files(
        file,
        Rule::WheelLicenseFile,
        &contents.missing_licenses,
        &format!("{}/licenses", contents.dist_info),
    ));
    findings.extend(entry_points(file, contents));
    findings.extend(prohibited(file, &contents.prohibited));
    findings.extend(size(file));
    findings
}

/// What PyPI would say of a source distribution.
#[must_use]
pub(super) fn sdist(file: &Evidence, sdist: &Sdist, contents: &SdistContents) -> Vec<Finding> {
    let mut findings = metadata::judge(file, sdist.metadata());
    findings.extend(sparse(file, contents));
    findings.extend(polyglot(file, contents));
    findings.extend(pkg_info(file, contents));
    findings.extend(prohibited(file, &contents.prohibited));
    findings.extend(license_files(file, Rule::SdistLicenseFile, &contents.missing_licenses, &contents.top));
    findings.extend(size(file));
    findings
}

fn size(file: &Evidence) -> Option<Finding> {
    (file.staged.size > DEFAULT_MAX_SIZE).then(|| {
        Rule::FileSize.at(file).found(format!("it has {} bytes", file.staged.size)).expected(format!(
            "at most {DEFAULT_MAX_SIZE} (100 MiB), unless PyPI has raised the project's limit"
        ))
    })
}

fn sparse(file: &Evidence, contents: &SdistContents) -> Option<Finding> {
    (!contents.sparse.is_empty()).then(|| {
        Rule::SdistSparse
            .at(file)
            .found(format!("it holds sparse files: {}", contents.sparse))
            .expected("files stored completely")
    })
}

fn polyglot(file: &Evidence, contents: &SdistContents) -> Option<Finding> {
    contents.is_zip.then(|| {
        Rule::SdistPolyglot
            .at(file)
            .found("it can also be read as a zip")
            .expected("a gzipped tar that cannot be read as another format")
    })
}

/// Twine looks for PKG-INFO by its name, to the letter.
fn pkg_info(file: &Evidence, contents: &SdistContents) -> Option<Finding> {
    let name = contents.odd_pkg_info.as_ref()?;
    Some(
        Rule::SdistMetadata
            .at(file)
            .found(format!("its PKG-INFO is stored as `{name}`, where uploaders do not find it"))
            .expected(format!("`{}/PKG-INFO`, to the letter", contents.top))
            .remedy("Build it with the project's build backend (`python -m build --sdist`), or pack the folder by its name (`tar -czf NAME.tar.gz FOLDER`, not `./FOLDER`)."),
    )
}

fn prohibited(file: &Evidence, files: &ProhibitedFiles) -> Vec<Finding> {
    [
        (&files.pyarmor, "code that PyArmor encrypted"),
        (&files.sourcedefender, "code that SourceDefender encrypted"),
        (&files.tokens, "an API token of PyPI"),
    ]
    .into_iter()
    .filter(|(paths, _)| !paths.is_empty())
    .map(|(paths, what)| {
        Rule::ProhibitedContent
            .at(file)
            .found(format!("it holds {what}: {paths}"))
            .expected("Python files that PyPI's scanner accepts")
    })
    .collect()
}

fn name(file: &Evidence, wheel: &WheelFilename) -> Vec<Finding> {
    let mut findings = Vec::new();
    if wheel.deviations().contains(&Deviation::Project) {
        findings.push(
            Rule::WheelSpelling
                .at(file)
                .found(format!("the project is spelled `{}`", wheel.project().as_given()))
                .expected(format!("`{}`, as in {}", wheel.project().escaped(), wheel.canonical()))
                .input("normalize", "rewrite"),
        );
    }
    let bytes = wheel.canonical().as_str().len();
    if bytes > MAX_NAME {
        findings.push(
            Rule::WheelName
                .at(file)
                .found(format!("the name has {bytes} bytes"))
                .expected(format!(
                    "at most {MAX_NAME}: PyPI stores the metadata as `NAME.metadata` beside it"
                ))
                .remedy("Build one wheel for each platform, or give the project a shorter name."),
        );
    }
    findings
}

fn packing(file: &Evidence, packing: &Packing) -> Vec<Finding> {
    let framing = |entries: &Sample<String>, what: &str, expected: &str| {
        (!entries.is_empty())
            .then(|| Rule::WheelFraming.at(file).found(format!("{what}: {entries}")).expected(expected))
    };
    let mut findings = Vec::new();
    findings.extend(framing(
        &packing.descriptors,
        "entries have a data descriptor, as in a zip that was written as a stream",
        "sizes and CRC-32 before every entry",
    ));
    findings.extend(framing(&packing.comments, "entries have a comment", "no comments in the directory"));
    if packing.is_tar {
        findings.push(
            Rule::WheelPolyglot
                .at(file)
                .found("it can also be read as a tar")
                .expected("a zip that cannot be read as another format"),
        );
    }
    if packing.unpacked > RATIO_FROM && packing.unpacked / MAX_RATIO > packing.packed {
        findings.push(
            Rule::WheelRatio
                .at(file)
                .found(format!("its {} bytes unpack to {}", packing.packed, packing.unpacked))
                .expected(format!("at most {MAX_RATIO} bytes for each packed one")),
        );
    }
    findings
}

fn dist_info(file: &Evidence, wheel: &WheelFilename, contents: &WheelContents) -> Option<Finding> {
    let expected = format!("{}.dist-info", wheel.metadata_prefix());
    let found = &contents.dist_info;
    (*found != expected).then(|| {
        let finding = Rule::WheelDistInfo
            .at(file)
            .found(format!("its metadata is in `{found}`"))
            .expected(format!("`{expected}`, spelled as in the file's name, where PyPI looks for it"));
        if wheel.matches_prefix(contents.prefix()) {
            finding
                .remedy("Restore the name under which the wheel was built, or have the wheel rewritten.")
                .input("normalize", "rewrite")
        } else {
            finding.remedy("Restore the name under which the wheel was built, or build it again.")
        }
    })
}

fn platforms(file: &Evidence, wheel: &WheelFilename) -> Vec<Finding> {
    let refused = wheel.platform().iter().filter(|tag| !pypi_takes(tag));
    refused
        .map(|tag| {
            Rule::WheelPlatform
                .at(file)
                .found(format!("PyPI accepts no wheels for `{tag}`"))
                .expected("platform tags that PyPI accepts")
                .remedy(platform_remedy(tag))
                .input("pypi-exclude", format!("*{tag}*.whl"))
        })
        .collect()
}

/// What else there is to do than to exclude it.
fn platform_remedy(tag: &Tag) -> &'static str {
    match PlatformTag::of(tag).system() {
        System::Linux(_) => {
            "Build it for manylinux or musllinux (`auditwheel repair`, or maturin's `--compatibility pypi`), or exclude it from PyPI to release it among the assets."
        }
        System::MacOs => {
            "Build it for a version of macOS that PyPI knows, with minor version 0 from macOS 11 on (`MACOSX_DEPLOYMENT_TARGET=11.0`), or exclude it from PyPI to release it among the assets."
        }
        _ => "Exclude it from PyPI, so that it is released among the assets.",
    }
}

fn wheel_metadata(file: &Evidence, wheel: &WheelFilename, contents: &WheelContents) -> Vec<Finding> {
    let wrong =
        |found: String, expected: String| Rule::WheelMetadata.at(file).found(found).expected(expected);
    let metadata_file = "a METADATA with the project's name and version".to_owned();
    let metadata = match &contents.metadata {
        None => {
            return vec![wrong(format!("it has no `{}/METADATA`", contents.dist_info), metadata_file)];
        }
        Some(Err(error)) => {
            let finding = wrong(format!("its METADATA cannot be read: {error}"), error.expected().to_owned());
            return vec![match error.remedy() {
                Some(remedy) => finding.remedy(remedy),
                None => finding,
            }];
        }
        Some(Ok(metadata)) => metadata,
    };
    let mut findings = metadata::judge(file, metadata);
    if let Some(decoy) = &contents.decoy_metadata {
        findings.push(
            wrong(
                format!("twine reads `{decoy}`, which comes before it, as its METADATA"),
                "no other file with METADATA in its path and `Metadata-Version` in it at the top or before the `.dist-info` folder".to_owned(),
            )
            .remedy("Leave the file out of the wheel, or move it to a deeper folder."),
        );
    }
    if metadata.name() != wheel.project() {
        findings.push(wrong(
            format!("its METADATA declares the project `{}`", metadata.name().as_given()),
            format!("`{}`, as the file's name says", wheel.project().normalized()),
        ));
    }
    if metadata.version() != wheel.version() {
        findings.push(wrong(
            format!("its METADATA declares version {}", metadata.version_as_given()),
            format!("{}, as the file's name says", wheel.version()),
        ));
    }
    findings
}

fn record(file: &Evidence, contents: &WheelContents) -> Option<Finding> {
    let found = match &contents.record {
        Some(Ok(check)) => match check.blank_line {
            Some(line) => format!("line {line} of its RECORD is blank, and installers stop there"),
            None => return None,
        },
        Some(Err(error)) => format!("its RECORD cannot be read: {error}"),
        None => format!("it has no `{}/RECORD`", contents.dist_info),
    };
    Some(Rule::WheelRecord.at(file).found(found).expected("a RECORD of `path,sha256=digest,size` lines"))
}

fn license_files(file: &Evidence, rule: Rule, missing: &Sample<String>, folder: &str) -> Option<Finding> {
    (!missing.is_empty()).then(|| {
        rule.at(file)
            .found(format!("its metadata names licence files that are missing: {missing}"))
            .expected(format!("each of them below `{folder}/`"))
    })
}

fn entry_points(file: &Evidence, contents: &WheelContents) -> Option<Finding> {
    let error = contents.entry_points.as_ref()?;
    let rule =
        if error.is_accepted_by_pypi() { Rule::WheelEntryPointsInstallers } else { Rule::WheelEntryPoints };
    let expected =
        "`name = module:attribute` lines in sections; script names of letters, digits, `_`, `.`, `-`";
    Some(rule.at(file).found(error.to_string()).expected(expected))
}
