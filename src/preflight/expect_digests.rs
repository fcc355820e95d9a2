//! What the jobs that built the files told of them, against what is there.
//!
//! GitHub's digests prove the transport; that a file is the one which a job
//! built only that job can tell, through an output of its own.

use crate::digest::Sha256;
use crate::filename::FileName;
use crate::finding::Finding;
use crate::preflight::release::Member;
use crate::rule::Rule;

/// Looks for each file by its name, as sent or as released, and compares.
#[must_use]
pub fn digests(members: &[Member<'_>], expected: &[(Sha256, FileName)]) -> Vec<Finding> {
    expected.iter().filter_map(|(digest, name)| missing(members, *digest, name)).collect()
}

fn missing(members: &[Member<'_>], digest: Sha256, name: &FileName) -> Option<Finding> {
    let named: Vec<_> = members
        .iter()
        .filter(|member| member.planned.name == *name || member.all().any(|(_, file)| file.name() == *name))
        .collect();
    if named.iter().any(|member| member.file.digests.sha256 == digest) {
        return None;
    }
    let expected = format!("`{name}` with the SHA-256 {digest}, as a build job told (`expect-digests`)");
    Some(match named.first() {
        Some(member) => member.file.finding(
            Rule::ExpectedDigest,
            format!("it has the SHA-256 {}", member.file.digests.sha256),
            expected,
            "Find out who changed or uploaded the file after it was built, before anything is released.",
        ),
        None => Finding::new(
            Rule::ExpectedDigest,
            None,
            format!("there is no file `{name}`"),
            expected,
            "Check that the job uploaded the file, and that `pattern` selects its artifact.",
        ),
    })
}
