//! The values of inputs: from text to the type that is meant.
//!
//! Each function is a value parser of clap. An error names the part of the
//! value that is wrong; the input's name is added where it is shown.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use bytesize::ByteSize;

use crate::artifact::ArtifactId;
use crate::digest::{Algorithms, Sha256};
use crate::rule::Rule;
use crate::settings::VersionSetting;

/// The values of an input that takes one a line. An alias, since clap would
/// read a `Vec` as a flag that can be repeated.
pub(crate) type Lines<T> = Vec<T>;

/// A value, or a part of one, that an input does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found `{found}`, {why}")]
pub(crate) struct ValueError {
    found: String,
    why: String,
}

impl ValueError {
    fn new(found: &str, why: impl Display) -> Self {
        Self { found: found.to_owned(), why: why.to_string() }
    }
}

/// A value, white space around it aside.
pub(crate) fn trimmed<T: FromStr<Err: Display>>(text: &str) -> Result<T, ValueError> {
    let text = text.trim();
    text.parse().map_err(|why| ValueError::new(text, why))
}

/// A value a line; empty lines are skipped.
pub(crate) fn lines<T: FromStr<Err: Display>>(text: &str) -> Result<Lines<T>, ValueError> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(trimmed).collect()
}

/// A size in bytes.
pub(crate) fn size(text: &str) -> Result<u64, ValueError> {
    text.trim()
        .parse()
        .map(|size: ByteSize| size.as_u64())
        .map_err(|_| ValueError::new(text, "expected a size in bytes, or with a unit as in `10 GiB`"))
}

/// A count of what there is one of at least.
pub(crate) fn count(text: &str) -> Result<u64, ValueError> {
    text.trim()
        .parse()
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| ValueError::new(text, "expected a whole number of 1 or more"))
}

/// A list of algorithms besides SHA-256.
pub(crate) fn algorithms(text: &str) -> Result<Algorithms, ValueError> {
    let mut algorithms = Algorithms::default();
    for name in text.split([',', ' ', '\n', '\r']).filter(|name| !name.is_empty()) {
        match name {
            "sha256" => {}
            "sha512" => algorithms.sha512 = true,
            "blake2b" => algorithms.blake2b = true,
            other => return Err(ValueError::new(other, "expected a list of sha256, sha512, blake2b")),
        }
    }
    Ok(algorithms)
}

/// Ids of artifacts.
pub(crate) fn artifact_ids(text: &str) -> Result<BTreeSet<ArtifactId>, ValueError> {
    let ids = text.split([',', ' ', '\n', '\r']).filter(|id| !id.is_empty());
    ids.map(|id| {
        id.parse()
            .map(ArtifactId)
            .map_err(|_| ValueError::new(id, "expected ids of artifacts, whole numbers separated by commas"))
    })
    .collect()
}

/// A version, or what to compare instead of one.
pub(crate) fn version(text: &str) -> Result<VersionSetting, ValueError> {
    let text = text.trim();
    text.parse()
        .map_err(|_| ValueError::new(text, "expected `auto`, `any`, or a version as in PEP 440 or SemVer"))
}

/// A SHA-256, with or without the algorithm's name.
pub(crate) fn sha256(text: &str) -> Result<Sha256, ValueError> {
    let text = text.trim();
    text.strip_prefix("sha256:")
        .unwrap_or(text)
        .parse()
        .map_err(|_| ValueError::new(text, "expected 64 lowercase hexadecimal digits"))
}

/// The id of a rule.
pub(crate) fn rule(id: &str) -> Result<Rule, ValueError> {
    Rule::of(id).ok_or_else(|| {
        ValueError::new(id, "but there is no rule of that id; `release-prep explain` lists them")
    })
}
