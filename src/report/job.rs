//! The jobs to paste into a workflow so that it releases what a run holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::inspection::{InspectedFile, Inspection};
use crate::distribution::Kind;
use crate::folder::Folder;
use crate::glob::Glob;
use crate::rule::Rule;

/// What stands where only the reader knows what to write.
const UNKNOWN_PIN: &str = "OWNER/release-prep@<commit SHA>";

/// The jobs, as YAML below `jobs:`. `pin` is the program's repository and
/// commit, `OWNER/NAME@SHA`.
#[must_use]
pub(crate) fn job(inspection: &Inspection, pin: Option<&str>) -> String {
    let pin = pin.unwrap_or(UNKNOWN_PIN);
    let (repository, commit) = pin.split_once('@').unwrap_or((pin, "<commit SHA>"));
    let files = &inspection.files;
    let mut yaml = format!(
        "  prepare:\n    needs: [] # every job that uploads artifacts\n    permissions:\n      actions: read\n      contents: read\n    uses: {repository}/.github/workflows/prepare.yml@{commit}\n    with:\n      dry-run: ${{{{ !startsWith(github.ref, 'refs/tags/') }}}} # a tag makes a release\n"
    );
    let excluded: BTreeSet<String> = files.iter().filter(|file| is_excluded(file)).map(pattern_of).collect();
    input(&mut yaml, "projects", files.iter().filter_map(|file| file.project.clone()).collect());
    input(&mut yaml, "pypi-exclude", excluded);
    input(&mut yaml, "expect", expectations(files));
    let has = |folder| files.iter().any(|file| file.released.as_ref().is_some_and(|it| it.folder == folder));
    yaml.push_str(
        "\n  # What follows: the jobs that attest and publish, in docs/recipes.md of release-prep.\n",
    );
    for (folder, todo) in [
        (
            Folder::Pypi,
            "register this workflow as a trusted publisher of each project on PyPI, or keep its token",
        ),
        (
            Folder::Npm,
            "register this workflow as a trusted publisher of each package on npm, or keep its token",
        ),
        (
            Folder::Assets,
            "publish the GitHub release in a job of its own, the only one with `contents: write`",
        ),
    ] {
        if has(folder) {
            let _ = writeln!(yaml, "  # - {todo}");
        }
    }
    yaml.push_str("  # - take `id-token: write` and `contents: write` from all other jobs\n");
    yaml
}

/// An input with a line for each value; nothing if there is none.
fn input(yaml: &mut String, name: &str, lines: BTreeSet<String>) {
    // An expression in a name would be evaluated by the runner.
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.contains("${{")).collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(yaml, "      {name}: |");
    for line in lines {
        let _ = writeln!(yaml, "        {line}");
    }
}

/// Whether PyPI takes no wheel for its platform.
fn is_excluded(file: &InspectedFile) -> bool {
    file.findings.iter().any(|found| found.rule == Rule::WheelPlatform)
}

/// What the release has to contain: so many of each pattern.
fn expectations(files: &[InspectedFile]) -> BTreeSet<String> {
    let released = || files.iter().filter(|file| file.released.is_some());
    let names: BTreeSet<&str> = released().map(name_of).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in released().filter(|file| file.kind != Kind::Sidecar) {
        let pattern = pattern_of(file);
        let Ok(glob) = pattern.parse::<Glob>() else { continue };
        counts.entry(pattern).or_insert_with(|| names.iter().filter(|name| glob.matches(name)).count());
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(pattern, count)| format!("{count} {pattern}"))
        .collect()
}

fn name_of(file: &InspectedFile) -> &str {
    file.released.as_ref().map_or("", |released| &released.name)
}

/// The pattern of a file's name in later releases as well.
fn pattern_of(file: &InspectedFile) -> String {
    let name = name_of(file);
    match file.kind {
        Kind::Wheel => wheel_pattern(name),
        Kind::Sdist => match name.split_once('-') {
            Some((project, _)) => format!("{project}-[0-9]*.tar.gz"),
            None => name.to_owned(),
        },
        _ => match file.version.as_deref().or_else(|| version_in(name)) {
            Some(version) => name.replacen(version, "*", 1),
            None => name.to_owned(),
        },
    }
}

/// Ex) `foo-*manylinux*_x86_64.whl`
fn wheel_pattern(name: &str) -> String {
    let (Some((project, _)), Some((_, platform))) =
        (name.split_once('-'), name.trim_end_matches(".whl").rsplit_once('-'))
    else {
        return name.to_owned();
    };
    let last = platform.rsplit('.').next().unwrap_or(platform);
    let machine = || {
        let words: Vec<&str> = last.split('_').skip(1).skip_while(|word| is_number(word)).collect();
        words.join("_")
    };
    let platform = if platform.contains("manylinux") {
        format!("*manylinux*_{}", machine())
    } else if platform.contains("musllinux") {
        format!("*musllinux*_{}", machine())
    } else if last.starts_with("macosx_") {
        format!("*-macosx_*_{}", machine())
    } else {
        format!("*-{platform}")
    };
    format!("{project}-{platform}.whl")
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first part of a name that reads as a version: numbers with points
/// between them.
fn version_in(name: &str) -> Option<&str> {
    let parts = name.split(['-', '_']).map(|part| part.strip_prefix('v').unwrap_or(part));
    parts
        .map(|part| {
            let end = part.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(part.len());
            part.get(..end).unwrap_or_default().trim_end_matches('.')
        })
        .find(|version| version.contains('.') && version.split('.').all(is_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_outlive_a_release() {
        for (name, pattern) in [
            ("foo-1.0-py3-none-any.whl", "foo-*-any.whl"),
            (
                "foo-1.0-cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
                "foo-*manylinux*_x86_64.whl",
            ),
            ("foo-1.0-cp312-cp312-musllinux_1_2_aarch64.whl", "foo-*musllinux*_aarch64.whl"),
            ("foo-1.0-cp312-cp312-macosx_11_0_arm64.whl", "foo-*-macosx_*_arm64.whl"),
            ("foo-1.0-cp312-cp312-win_amd64.whl", "foo-*-win_amd64.whl"),
        ] {
            assert_eq!(wheel_pattern(name), pattern);
            assert!(pattern.parse::<Glob>().unwrap().matches(name), "{pattern}");
        }
        for (name, version) in [
            ("tool-v1.2.3-linux.tar.gz", Some("1.2.3")),
            ("tool_1.2_amd64.deb", Some("1.2")),
            ("tool-x86_64.exe", None),
            ("tool-1.2.3.zip", Some("1.2.3")),
        ] {
            assert_eq!(version_in(name), version, "{name}");
        }
    }
}
