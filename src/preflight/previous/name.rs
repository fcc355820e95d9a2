//! Names of assets without the version in them, so that those of two releases
//! can be compared.

use std::collections::BTreeSet;

/// Words that may follow a release number, with a number behind them.
const PRERELEASES: [&str; 14] = [
    "alpha", "beta", "preview", "snapshot", "nightly", "canary", "next", "post", "dev", "pre", "rc", "a",
    "b", "c",
];

/// What stands for a version.
const PLACEHOLDER: char = '*';

/// A name without the versions in it, `tool-*-x64.zip` of `tool-v1.2.3-x64.zip`.
/// Only these versions are looked for; without any, every number with a dot.
#[must_use]
pub(super) fn without_version(name: &str, versions: &BTreeSet<String>) -> String {
    let numbers: BTreeSet<&str> = versions
        .iter()
        .map(|version| release_number(version))
        .filter(|number| number.contains('.'))
        .collect();
    let mut kept = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let length = if is_boundary(&kept) { version_length(rest, &numbers) } else { 0 };
        if length > 0 {
            kept.push(PLACEHOLDER);
            rest = rest.get(length..).unwrap_or_default();
        } else {
            kept.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    kept
}

/// Whether a version may begin behind that text.
fn is_boundary(before: &str) -> bool {
    !before.ends_with(|c: char| c.is_alphanumeric() || c == '.')
}

/// The number of bytes of the version at the beginning of a text; 0 if there
/// is none of these.
fn version_length(text: &str, numbers: &BTreeSet<&str>) -> usize {
    let digits = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let number = release_number(digits);
    let is_one = if numbers.is_empty() { number.contains('.') } else { numbers.contains(number) };
    if !is_one {
        return 0;
    }
    let rest = digits.get(number.len()..).unwrap_or_default();
    text.len() - rest.len() + prerelease_length(rest)
}

/// The number of bytes of a prerelease at the beginning of a text.
fn prerelease_length(text: &str) -> usize {
    let rest = text.strip_prefix(['-', '_', '.', '~']).unwrap_or(text);
    let word = PRERELEASES.iter().find_map(|word| {
        let (begin, rest) = rest.split_at_checked(word.len())?;
        let is_whole = !rest.starts_with(|c: char| c.is_ascii_alphabetic());
        (begin.eq_ignore_ascii_case(word) && is_whole).then_some(rest)
    });
    let Some(rest) = word else { return 0 };
    let number = rest.strip_prefix(['-', '_', '.']).unwrap_or(rest);
    let digits = release_number(number);
    let rest = if digits.is_empty() { rest } else { number.get(digits.len()..).unwrap_or_default() };
    text.len() - rest.len()
}

/// The numbers at the beginning of a text, joined by dots, without an epoch.
fn release_number(text: &str) -> &str {
    let text = text.split_once('!').map_or(text, |(_, version)| version);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let versions: BTreeSet<String> = ["1.2.3", "1.2.3rc1", "1!2.0", "7"].map(str::to_owned).into();
        for (name, without) in [
            ("tool-1.2.3-x86_64-linux.tar.gz", "tool-*-x86_64-linux.tar.gz"),
            ("tool-v1.2.3.zip", "tool-*.zip"),
            ("tool_1.2.3_amd64.deb", "tool_*_amd64.deb"),
            ("Tool-1.2.3-rc.1.AppImage", "Tool-*.AppImage"),
            ("tool_1.2.3.rc1_amd64.deb", "tool_*_amd64.deb"),
            ("tool-1.2.3-arm64.zip", "tool-*-arm64.zip"),
            ("tool-1.2.3-beta.zip", "tool-*.zip"),
            ("tool-1.2.3.4.zip", "tool-1.2.3.4.zip"),
            ("tool-2.0-1.2.3.zip", "tool-*-*.zip"),
            ("tool-x86_64-7.zip", "tool-x86_64-7.zip"),
            ("tool-macos11.0.zip", "tool-macos11.0.zip"),
            ("python3.12-x64.zip", "python3.12-x64.zip"),
            ("größe-1.2.3", "größe-*"),
        ] {
            assert_eq!(without_version(name, &versions), without);
        }
        let none = BTreeSet::new();
        assert_eq!(without_version("tool-1.2.3-x64-3.zip", &none), "tool-*-x64-3.zip");
    }

    proptest::proptest! {
        #[test]
        fn any_name(name in "[a-z0-9._v-]{0,40}", version in "[0-9.!a-z]{0,12}") {
            let without = without_version(&name, &[version].into());
            proptest::prop_assert!(without.len() <= name.len() + 1);
        }
    }
}
