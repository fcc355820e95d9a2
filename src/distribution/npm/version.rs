//! The version of an npm package, as npm publishes it.

use semver::{BuildMetadata, Version};

/// The most characters of a version (node-semver, `MAX_LENGTH`).
const MAX_VERSION: usize = 256;

/// The greatest number in a version (node-semver: `Number.MAX_SAFE_INTEGER`).
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// Reads a version as node-semver's `clean` does: blanks around it and any `=`
/// and `v` before it are dropped. Build metadata is kept.
pub(super) fn read(text: &str) -> Option<Version> {
    if text.len() > MAX_VERSION {
        return None;
    }
    let version: Version = text.trim().trim_start_matches(['=', 'v']).parse().ok()?;
    let safe = [version.major, version.minor, version.patch].into_iter().all(|number| number <= MAX_NUMBER);
    safe.then_some(version)
}

/// The version without build metadata, which npm publishes (libnpmpublish).
pub(super) fn published(version: &Version) -> Version {
    Version { build: BuildMetadata::EMPTY, ..version.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `npm publish --dry-run` (npm 11) shows them.
    #[test]
    fn versions() {
        for (text, version) in [
            ("1.0.0", Some("1.0.0")),
            ("v1.0.0", Some("1.0.0")),
            ("=1.0.0", Some("1.0.0")),
            ("=v1.0.0", Some("1.0.0")),
            (" 1.0.0 ", Some("1.0.0")),
            ("1.0.0+b.1", Some("1.0.0")),
            ("1.0.0-rc.1+b", Some("1.0.0-rc.1")),
            ("1.0", None),
            ("V1.0.0", None),
            ("01.0.0", None),
            ("1.0.0-01", None),
            ("9007199254740992.0.0", None),
            ("", None),
        ] {
            assert_eq!(
                read(text).as_ref().map(|read| published(read).to_string()).as_deref(),
                version,
                "{text:?}"
            );
        }
    }
}
