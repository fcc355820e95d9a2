//! Which wheels are to be rewritten, and which must not be.
//!
//! A rewrite mends how a wheel is spelt inside: the names of its `.dist-info`
//! and `.data` folders, the form of its `Tag:` lines, its `Build:` line, the
//! paths in its RECORD. It
//! never says of a wheel what its builder did not say: where project, version
//! or tags differ from those of the file's name by more than spelling, nothing
//! is done, and the rules say what is wrong.

use super::plan::{NamingPolicy, Signed};
use crate::distribution::wheel::WheelFilename;
use crate::evidence::wheel::WheelContents;
use crate::evidence::{Distribution, Evidence};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::settings::Normalization;

/// Which files are to be rewritten, by index, and what is to be said of those
/// that would have to be but are signed.
#[must_use]
pub(crate) fn to_rewrite(evidence: &[&Evidence], naming: &NamingPolicy) -> (Vec<usize>, Vec<Finding>) {
    let (mut chosen, mut findings) = (Vec::new(), Vec::new());
    if naming.normalization != Normalization::Rewrite {
        return (chosen, findings);
    }
    let signatures = Signed::of(evidence.iter().copied());
    for (index, file) in evidence.iter().enumerate() {
        let Distribution::Wheel { filename, contents } = &file.distribution else { continue };
        if !needs_mending(filename, contents) || !differs_in_spelling_alone(filename, contents) {
            continue;
        }
        if signatures.covers(file) {
            findings.push(signed(file, "it has a signature or attestation under its name"));
        } else if !contents.signatures.is_empty() {
            findings.push(signed(file, &format!("its RECORD is signed: {}", contents.signatures)));
        } else {
            chosen.push(index);
        }
    }
    (chosen, findings)
}

fn needs_mending(filename: &WheelFilename, contents: &WheelContents) -> bool {
    let canonical = filename.canonical_metadata_prefix();
    contents.prefix() != canonical
        || filename.metadata_prefix() != canonical
        || !contents.is_wheel_tidy
        || matches!(&contents.record, Some(Ok(check)) if !check.noncanonical_paths.is_empty())
}

fn differs_in_spelling_alone(filename: &WheelFilename, contents: &WheelContents) -> bool {
    let is_of = |project, version| project == filename.project() && version == filename.version();
    filename.matches_prefix(contents.prefix())
        && matches!(&contents.metadata, Some(Ok(metadata)) if is_of(metadata.name(), metadata.version()))
        && matches!(&contents.record, Some(Ok(check)) if check.wrong.is_empty() && check.weak.is_empty())
        && contents.other_data_dirs.is_empty()
        && contents.wheel.axes().is_some_and(|tags| tags == *filename.tags())
}

/// What is to be said of a wheel that turned out to be unfit for it.
#[must_use]
pub(crate) fn unfit(file: &Evidence, why: &str) -> Finding {
    Rule::NotRewritten
        .at(file)
        .found(format!("it is not rewritten: {why}"))
        .expected("a wheel of which nothing but the spelling changes")
        .remedy("It keeps its bytes. Build it under canonical names, with a tool that writes plain zips.")
}

fn signed(file: &Evidence, found: &str) -> Finding {
    Rule::NotRewritten
        .at(file)
        .found(found)
        .expected("no signature of bytes that a rewrite would change")
        .remedy(
            "It is released as it is. Build it without, and sign or attest after the release is prepared.",
        )
}
