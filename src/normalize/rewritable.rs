//! Choose the wheels to rewrite.
//!
//! A rewrite fixes how a wheel is spelt inside: the names of its `.dist-info`
//! and `.data` folders, the form of its `Tag:` lines, its `Build:` line, the
//! paths in its RECORD. Where project, version or tags differ from those of
//! the file's name by more than spelling, the wheel keeps its bytes, and the
//! rules report what is wrong.

use super::plan::{NamingPolicy, Signed};
use crate::distribution::wheel::WheelFilename;
use crate::evidence::wheel::WheelContents;
use crate::evidence::{Distribution, Evidence};
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::settings::Normalization;

/// What to do with a file.
#[derive(Debug)]
pub(crate) enum Choice<'a> {
    /// Keep its bytes.
    Keep,
    /// Keep its bytes, although they should be rewritten, because they are
    /// signed.
    KeepSigned(Box<Finding>),
    /// Rewrite the wheel.
    Rewrite {
        /// Its name.
        filename: &'a WheelFilename,
        /// Its contents.
        contents: &'a WheelContents,
    },
}

/// The choice for each file of a release.
pub(crate) struct Chooser {
    signed: Signed,
}

impl Chooser {
    /// For these files; none if the inputs ask for no rewriting.
    #[must_use]
    pub(crate) fn new(files: &[Evidence], naming: &NamingPolicy) -> Option<Self> {
        (naming.normalization == Normalization::Rewrite).then(|| Self { signed: Signed::of(files) })
    }

    /// What to do with this file.
    #[must_use]
    pub(crate) fn choose<'a>(&self, file: &'a Evidence) -> Choice<'a> {
        let Distribution::Wheel { filename, contents } = &file.distribution else { return Choice::Keep };
        if !is_noncanonical(filename, contents) || !differs_in_spelling_only(filename, contents) {
            Choice::Keep
        } else if self.signed.covers(file) {
            Choice::KeepSigned(Box::new(signed(file, "it has a signature or attestation under its name")))
        } else if !contents.signatures.is_empty() {
            let found = format!("its RECORD is signed: {}", contents.signatures);
            Choice::KeepSigned(Box::new(signed(file, &found)))
        } else {
            Choice::Rewrite { filename, contents }
        }
    }
}

/// Whether a rewrite would change anything.
fn is_noncanonical(filename: &WheelFilename, contents: &WheelContents) -> bool {
    let canonical = filename.canonical_metadata_prefix();
    contents.prefix() != canonical
        || filename.metadata_prefix() != canonical
        || !contents.is_wheel_tidy
        || matches!(&contents.record, Some(Ok(check)) if !check.noncanonical_paths.is_empty())
}

/// Whether project, version and tags inside are those of the name, and RECORD
/// is right.
fn differs_in_spelling_only(filename: &WheelFilename, contents: &WheelContents) -> bool {
    let is_of = |project, version| project == filename.project() && version == filename.version();
    filename.matches_prefix(contents.prefix())
        && matches!(&contents.metadata, Some(Ok(metadata)) if is_of(metadata.name(), metadata.version()))
        && matches!(&contents.record, Some(Ok(check)) if check.wrong.is_empty() && check.weak.is_empty() && check.odd_rows.is_empty())
        && contents.other_data_dirs.is_empty()
        && contents.wheel.axes().is_some_and(|tags| tags == *filename.tags())
}

/// The finding about a wheel that cannot be rewritten: `why` is a clause.
#[must_use]
pub(crate) fn not_rewritten(file: &Evidence, why: &str) -> Finding {
    Rule::NotRewritten
        .at(file)
        .found(format!("it is not rewritten: {why}"))
        .expected("a wheel in which nothing but the spelling changes")
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
