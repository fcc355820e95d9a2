//! Wheels and sdists of one version that declare different dependencies, extras
//! or Python versions.
//!
//! Resolvers read one of the files and believe it for all. What most wheels
//! declare is taken for what was meant; an sdist is compared as far as its
//! fields are final.

use std::collections::BTreeMap;

use crate::distribution::metadata::CoreMetadata;
use crate::distribution::metadata::shared::{FieldValues, SharedField};
use crate::distribution::version::DeclaredVersion;
use crate::evidence::{Distribution, Evidence};
use crate::folder::Folder;
use crate::preflight::release::Member;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// The files of one version of a project that are for the index.
#[derive(Default)]
struct Version<'a> {
    wheels: Vec<(&'a Evidence, &'a CoreMetadata)>,
    sdists: Vec<(&'a Evidence, &'a CoreMetadata)>,
}

/// The files that declare something else than the others.
#[must_use]
pub(crate) fn judge(members: &[Member<'_>]) -> Vec<Finding> {
    let mut versions: BTreeMap<(&str, String), Version<'_>> = BTreeMap::new();
    let for_the_index = members.iter().filter(|member| member.planned.folder == Folder::Pypi);
    for file in for_the_index.map(Member::file) {
        let version = file.distribution.version().as_ref().map(DeclaredVersion::to_string);
        let (Some(project), Some(version)) = (file.distribution.project(), version) else { continue };
        let version = versions.entry((project, version)).or_default();
        match &file.distribution {
            Distribution::Wheel { contents, .. } => {
                if let Some(Ok(metadata)) = &contents.metadata {
                    version.wheels.push((file, metadata));
                }
            }
            Distribution::Sdist { sdist, .. } => version.sdists.push((file, sdist.metadata())),
            _ => {}
        }
    }
    versions.values().flat_map(judge_version).collect()
}

fn judge_version(version: &Version<'_>) -> Vec<Finding> {
    let judge_field = |field: &SharedField| {
        let values = |metadata: &CoreMetadata| metadata.shared().field(*field).clone();
        let Some(usual) = usual(version, *field) else { return Vec::new() };
        let sdists = version.sdists.iter().filter(|(_, metadata)| !values(metadata).is_dynamic);
        let others = version.wheels.iter().chain(sdists).map(|(file, metadata)| (*file, values(metadata)));
        let odd = others.filter(|(_, values)| !values.is_same(usual.values));
        odd.map(|(file, values)| finding(file, *field, &values, &usual)).collect()
    };
    SharedField::ALL.iter().flat_map(judge_field).collect()
}

/// What most wheels declare.
struct Usual<'a> {
    values: &'a FieldValues,
    /// The first wheel that declares it.
    first: &'a Evidence,
    count: usize,
    wheels: usize,
}

/// Of equally many the first by name.
fn usual<'a>(version: &Version<'a>, field: SharedField) -> Option<Usual<'a>> {
    let mut kinds: Vec<Usual<'a>> = Vec::new();
    for (file, metadata) in &version.wheels {
        let values = metadata.shared().field(field);
        match kinds.iter_mut().find(|kind| kind.values.is_same(values)) {
            Some(kind) => kind.count += 1,
            None => kinds.push(Usual { values, first: file, count: 1, wheels: version.wheels.len() }),
        }
    }
    kinds.into_iter().reduce(|best, kind| if kind.count > best.count { kind } else { best })
}

fn finding(file: &Evidence, field: SharedField, values: &FieldValues, usual: &Usual<'_>) -> Finding {
    let (more, less) = (values.without(usual.values), usual.values.without(values));
    let found = match (more.is_empty(), less.is_empty()) {
        (true, true) => format!("{field} differs"),
        (false, true) => format!("{field} has {more} in addition"),
        (true, false) => format!("{field} lacks {less}"),
        (false, false) => format!("{field} has {more}, and lacks {less}"),
    };
    let whose = match usual.count {
        1 => format!("`{}`", usual.first.name()),
        count => format!("{count} of {} wheels, as `{}`", usual.wheels, usual.first.name()),
    };
    Rule::MetadataDiffers.at(file).found(found).expected(format!("the same {field} as {whose}"))
}
