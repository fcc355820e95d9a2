//! Names of assets: as GitHub stores them, and with the target where several
//! targets have one name.

use std::collections::BTreeSet;

use crate::artifact::ArtifactName;
use crate::distribution::archive_name;
use crate::distribution::executable::ExecutableFormat;
use crate::distribution::native::Native;
use crate::distribution::target::{Libc, Os, target_text};
use crate::evidence::{Distribution, Evidence};
use crate::filename::FileName;

/// Whether GitHub keeps a character of an asset's name as it is.
pub(super) const fn is_stored_unchanged(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-')
}

/// What GitHub puts before an extension of whose name nothing is kept.
const DEFAULT_STEM: &str = "default";

/// The name under which an asset can be uploaded and will be found again:
/// runs of other characters and dots become one `.`, and none stands at either
/// end. A `-` does not begin it, since a command would read it as an option. Of
/// a name that has nothing but its extension left, as `日本.zip`, that is kept
/// behind `default`, as GitHub does. A name that needs no change gets none.
#[must_use]
pub(crate) fn stored_name(name: &FileName) -> Option<FileName> {
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

/// Where a file of an ambiguous name came from, and what else says its target.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// Its artifact.
    pub artifact: &'a ArtifactName,
    /// The target that its folders say or, if they say none, its bytes.
    pub target: Option<String>,
}

/// The names that files of one name get, in their order: `tool` of
/// `bin-linux-x64` becomes `tool-linux-x64`. The target is that of the
/// artifact's name to the letter, else that of the folders or the bytes; if
/// neither distinguishes all files, what follows the first word of the
/// artifacts' names. None if that does not either.
#[must_use]
pub(crate) fn qualified(name: &FileName, sources: &[Source<'_>]) -> Option<Vec<FileName>> {
    let artifacts: Vec<&ArtifactName> = sources.iter().map(|source| source.artifact).collect();
    let of_artifact = |source: &Source<'_>| target_text(source.artifact.as_str()).map(str::to_owned);
    let by_artifact: Option<Vec<String>> =
        sources.iter().map(|source| of_artifact(source).or_else(|| source.target.clone())).collect();
    let by_content: Option<Vec<String>> = sources.iter().map(|source| source.target.clone()).collect();
    let names = |texts: Vec<String>| -> Option<Vec<FileName>> {
        let named = texts.iter().map(|text| stored_name(&with_target(name, text)?));
        let named: Vec<FileName> = named.collect::<Option<_>>()?;
        let distinct: BTreeSet<String> = named.iter().map(FileName::folded).collect();
        (distinct.len() == named.len()).then_some(named)
    };
    let names_by = |texts: Option<Vec<String>>| texts.and_then(names);
    names_by(by_artifact).or_else(|| names_by(by_content)).or_else(|| names(remainders(&artifacts)))
}

/// The target of a file's folders, the innermost first, or of its bytes.
#[must_use]
pub(crate) fn target_of(file: &Evidence) -> Option<String> {
    let mut folders = file.path.as_str().rsplit('/').skip(1);
    let by_folder = folders.find_map(target_text).map(str::to_owned);
    by_folder.or_else(|| match &file.distribution {
        Distribution::Executable { native: Some(native) } => target_of_bytes(native),
        _ => None,
    })
}

/// Ex) `linux-x86_64`, `linux-x86_64-musl`, `macos-universal`
fn target_of_bytes(native: &Native) -> Option<String> {
    let os = native.os().or(match native.format() {
        ExecutableFormat::Elf => Some(Os::Linux),
        ExecutableFormat::Pe => Some(Os::Windows),
        ExecutableFormat::MachO | ExecutableFormat::MachOFat => Some(Os::MacOs),
        ExecutableFormat::Wasm => None,
    })?;
    let mut machines = native.machines().iter();
    let machine = match (machines.next()?, machines.next()) {
        (machine, None) => machine.to_string(),
        _ => "universal".to_owned(),
    };
    let libc = if native.libcs().contains_key(&Libc::Musl) { "-musl" } else { "" };
    Some(format!("{os}-{machine}{libc}"))
}

/// The artifacts' names without the first word, where all begin with it.
fn remainders(artifacts: &[&ArtifactName]) -> Vec<String> {
    let split = |name: &ArtifactName| {
        let (first, rest) = name.as_str().split_once(['-', '_', ' ']).unzip();
        (first.map(str::to_owned), rest.map(str::to_owned))
    };
    let firsts: BTreeSet<Option<String>> = artifacts.iter().map(|name| split(name).0).collect();
    let is_common = firsts.len() == 1;
    let rest = |name: &&ArtifactName| split(name).1.filter(|rest| is_common && !rest.is_empty());
    artifacts.iter().map(|name| rest(name).unwrap_or_else(|| name.to_string())).collect()
}

/// `tool-TARGET.tar.gz` of `tool.tar.gz`.
fn with_target(name: &FileName, target: &str) -> Option<FileName> {
    let name = name.as_str();
    let (stem, extension) = name.split_at_checked(name.len() - extension(name).len())?;
    format!("{stem}-{target}{extension}").parse().ok()
}

/// What must stay last in a name, with its dot: the suffix of an archive, or
/// a short word that begins with a letter. Empty if there is none.
fn extension(name: &str) -> &str {
    if let Some(suffix) = archive_name::suffix(name) {
        return suffix;
    }
    let is_extension = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.len() <= 9
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match name.rsplit_once('.') {
        Some((stem, last)) if !stem.is_empty() && is_extension(last) => {
            name.get(stem.len()..).unwrap_or_default()
        }
        _ => "",
    }
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

    fn names_of(name: &str, artifacts: &[&str]) -> Option<Vec<String>> {
        let artifacts: Vec<ArtifactName> = artifacts.iter().map(|name| name.parse().unwrap()).collect();
        let sources: Vec<Source<'_>> =
            artifacts.iter().map(|artifact| Source { artifact, target: None }).collect();
        let names = qualified(&name.parse().unwrap(), &sources)?;
        Some(names.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn targets_to_the_letter() {
        for (name, artifacts, names) in [
            (
                "tool",
                ["bin-x86_64-unknown-linux-gnu", "bin-aarch64-apple-darwin"],
                ["tool-x86_64-unknown-linux-gnu", "tool-aarch64-apple-darwin"],
            ),
            (
                "tool.exe",
                ["bin-x86_64-pc-windows-msvc", "bin-aarch64-pc-windows-msvc"],
                ["tool-x86_64-pc-windows-msvc.exe", "tool-aarch64-pc-windows-msvc.exe"],
            ),
            (
                "tool.tar.gz",
                ["build_linux_amd64", "build_darwin_arm64"],
                ["tool-linux_amd64.tar.gz", "tool-darwin_arm64.tar.gz"],
            ),
            ("tool-1.2", ["linux-x64", "darwin-x64"], ["tool-1.2-linux-x64", "tool-1.2-darwin-x64"]),
            // No targets; what distinguishes them is in the rest of the names.
            ("tool", ["bin-one", "bin-two"], ["tool-one", "tool-two"]),
            ("tool", ["one", "two words"], ["tool-one", "tool-two.words"]),
        ] {
            assert_eq!(names_of(name, &artifacts).unwrap(), names, "{name}");
        }
        assert_eq!(names_of("tool", &["bin-a", "bin-a"]), None);
    }

    /// What the artifacts' names do not say.
    #[test]
    fn targets_of_folders_and_bytes() {
        let artifacts: Vec<ArtifactName> =
            ["bin-linux-x64", "bin", "bin"].map(|name| name.parse().unwrap()).into();
        let named = |targets: [Option<&str>; 3]| {
            let sources: Vec<Source<'_>> = artifacts
                .iter()
                .zip(targets)
                .map(|(artifact, target)| Source { artifact, target: target.map(str::to_owned) })
                .collect();
            let names = qualified(&"tool.exe".parse().unwrap(), &sources)?;
            Some(names.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(
            named([None, Some("macos-aarch64"), Some("linux-aarch64")]).unwrap(),
            ["tool-linux-x64.exe", "tool-macos-aarch64.exe", "tool-linux-aarch64.exe"]
        );
        // All or none.
        assert_eq!(named([None, Some("macos-aarch64"), None]), None);
        assert_eq!(named([None, Some("macos-aarch64"), Some("macos-aarch64")]), None);
    }
}
