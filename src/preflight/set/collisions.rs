//! Names that several files have.

use std::collections::BTreeSet;

use crate::distribution::sidecar::SidecarKind;
use crate::evidence::{Distribution, Evidence};
use crate::filename::FileName;
use crate::normalize::plan::qualified_names;
use crate::preflight::release::Member;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// Names that stand for several contents: one finding for each name. The
/// sidecars of such files have one name as well, and go without saying.
#[must_use]
pub(crate) fn judge(members: &[Member<'_>]) -> Vec<Finding> {
    let colliding: Vec<&Member<'_>> = members.iter().filter(|member| has_several_contents(member)).collect();
    let names: BTreeSet<&str> = colliding.iter().map(|member| member.planned.name.as_str()).collect();
    let follows_one = |member: &&&Member<'_>| {
        let subject = SidecarKind::of(&member.planned.name).and_then(SidecarKind::subject);
        subject.is_some_and(|subject| names.contains(subject))
    };
    let others = colliding.iter().filter(|member| !follows_one(member));
    others
        .map(|member| collision(&member.planned.canonical, &member.evidence().collect::<Vec<_>>()))
        .collect()
}

fn has_several_contents(member: &Member<'_>) -> bool {
    let first = member.file().staged.digests.sha256;
    member.evidence().any(|file| file.staged.digests.sha256 != first)
}

/// These files have one name and several contents.
#[must_use]
pub(crate) fn collision(name: &FileName, files: &[&Evidence]) -> Finding {
    let contents: BTreeSet<_> = files.iter().map(|file| file.staged.digests.sha256).collect();
    let places: Sample<String, 12> = files.iter().map(|file| file.place().to_string()).collect();
    let finding = Rule::NameCollision
        .at(files.first().map(|file| file.place()))
        .found(format!(
            "`{name}` is the name of {} files with {} different contents: {places}",
            files.len(),
            contents.len()
        ))
        .expected("one content for one name");
    let is_distribution = files.iter().any(|file| {
        matches!(
            file.distribution,
            Distribution::Wheel { .. } | Distribution::Sdist { .. } | Distribution::NpmPackage { .. }
        )
    });
    if is_distribution {
        let artifacts: BTreeSet<_> = files.iter().map(|file| &file.artifact.name).collect();
        let finding = finding.remedy(
            "Build it in one job only, or exclude all artifacts but one. To release each of them, for example on PyPI and on GitHub, prepare two releases, each with a `pattern` that selects one of the artifacts.",
        );
        return match artifacts.last() {
            Some(last) if artifacts.len() > 1 => finding.excluding_artifact(last),
            _ => finding,
        };
    }
    match qualified_names(name, files) {
        Some(names) => {
            let names: Sample<String, 12> = names.iter().map(ToString::to_string).collect();
            finding
                .remedy(format!("Set `asset-names: qualify`, which names them {names}, or give them different names where they are built."))
                .input("asset-names", "qualify")
        }
        None => finding,
    }
}
