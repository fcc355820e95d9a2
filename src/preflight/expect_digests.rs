//! The digests that build jobs report (`expect-digests`), against the files of
//! the release.
//!
//! GitHub's digests verify the transport. Which file a job built only that job
//! can report, in an output of its own.

use std::str::FromStr;

use crate::digest::Sha256;
use crate::evidence::Evidence;
use crate::filename::FileName;
use crate::preflight::release::Member;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// The expected digest of a file: a line as `sha256sum` writes it, with `*` for
/// binary mode too, in capitals as PowerShell writes digests, and with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedDigest {
    digest: Sha256,
    /// As the file was sent, or as it is released.
    name: FileName,
}

/// Why a line is invalid: a clause that follows the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits, two spaces and a file name")]
pub struct ExpectedDigestError;

impl FromStr for ExpectedDigest {
    type Err = ExpectedDigestError;

    fn from_str(line: &str) -> Result<Self, ExpectedDigestError> {
        let (digest, name) = line.split_once(' ').ok_or(ExpectedDigestError)?;
        let name = name.trim_start_matches(' ').trim_start_matches('*').trim_end();
        // A job may have computed it over a path; the release has bare names.
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        Ok(Self {
            digest: digest.to_ascii_lowercase().parse().map_err(|_| ExpectedDigestError)?,
            name: name.parse().map_err(|_| ExpectedDigestError)?,
        })
    }
}

/// Looks for each file by its name, as sent or as released, and compares the
/// digest that it was sent with. A name may be listed twice, for files of one
/// name in two artifacts.
#[must_use]
pub(crate) fn judge(members: &[Member<'_>], expected: &[ExpectedDigest]) -> Vec<Finding> {
    expected.iter().filter_map(|expected| missing(members, expected)).collect()
}

fn missing(members: &[Member<'_>], ExpectedDigest { digest, name }: &ExpectedDigest) -> Option<Finding> {
    let named: Vec<&Evidence> = members
        .iter()
        .filter(|member| member.planned.name == *name || member.evidence().any(|file| file.name() == *name))
        .flat_map(Member::evidence)
        .collect();
    if named.iter().any(|file| file.digest_as_sent() == *digest) {
        return None;
    }
    let expected = format!("`{name}` with the SHA-256 {digest}, as `expect-digests` declares");
    Some(match named.first().copied() {
        Some(file) => Rule::ExpectedDigest
            .at(file)
            .found(format!("it has the SHA-256 {}", file.digest_as_sent()))
            .expected(expected)
            .remedy(
                "Find out who changed or uploaded the file after it was built, before anything is released.",
            ),
        None => Rule::ExpectedDigest
            .at(None)
            .found(format!("there is no file `{name}`"))
            .expected(expected)
            .remedy("Check that the job uploaded the file, and that `pattern` selects its artifact."),
    })
}
