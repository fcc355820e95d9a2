//! Files that could not be read as what they claim to be.

use crate::distribution::sdist::SdistError;
use crate::distribution::wheel::WheelFilenameErrorKind;
use crate::evidence::Evidence;
use crate::evidence::defect::{Defect, SdistDefect};
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};

/// The finding about a file that is not released at all: its bytes are not what
/// they claim to be, which no input allows.
#[must_use]
pub(crate) fn refused(file: &Evidence) -> Option<Finding> {
    let finding = judge(file.place(), file.distribution.defect()?);
    finding.rule.is_integrity().then_some(finding)
}

/// The finding about a file with this defect.
#[must_use]
pub(super) fn judge(place: Place, defect: &Defect) -> Finding {
    let (rule, expected) = match defect {
        Defect::Tar(refusal) if refusal.is_unreadable() => {
            return Rule::ArchiveUnreadable
                .at(place)
                .found(refusal.found())
                .expected(refusal.expected())
                .remedy(refusal.remedy());
        }
        Defect::Zip(refusal) | Defect::Tar(refusal) => return refusal.finding(place),
        Defect::WheelFilename(error @ WheelFilenameErrorKind::Variant { .. }) => {
            (Rule::WheelVariant, error.expected())
        }
        Defect::WheelFilename(error) => (Rule::WheelName, error.expected()),
        Defect::Wheel(_) => (Rule::WheelUnreadable, "a wheel as the binary distribution format describes it"),
        Defect::Sdist(SdistDefect::PkgInfo(SdistError::Metadata(error))) => {
            let finding = Rule::SdistMetadata.at(place).found(defect.to_string()).expected(error.expected());
            return match error.remedy() {
                Some(remedy) => finding.remedy(remedy),
                None => finding,
            };
        }
        Defect::Sdist(_) => {
            (Rule::SdistMetadata, "one folder with a PKG-INFO that gives the project's name and version")
        }
        Defect::NpmPackage(_) => {
            (Rule::NpmMetadata, "a package.json with a name and a version that npm accepts")
        }
    };
    rule.at(place).found(defect.to_string()).expected(expected)
}
