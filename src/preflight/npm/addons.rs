//! Addons of Node.js that were uploaded without a package.

use crate::evidence::{Distribution, Evidence};
use crate::folder::Folder;
use crate::preflight::release::Member;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// Addons that would be assets of the release, where no npm package has one.
#[must_use]
pub(crate) fn judge(members: &[Member<'_>]) -> Option<Finding> {
    let is_packed = members.iter().any(|member| match &member.file().distribution {
        Distribution::NpmPackage { contents, .. } => contents.native.has_code(),
        _ => false,
    });
    let addons = members.iter().filter(|member| member.planned.folder == Folder::Assets);
    let addons: Vec<&Evidence> = addons.map(Member::file).filter(|file| is_addon(file)).collect();
    let first = addons.first().filter(|_| !is_packed)?;
    let names: Sample<String> = addons.iter().map(|file| file.name().to_string()).collect();
    Some(
        Rule::NpmAddon
            .at(*first)
            .found(format!("addons of Node.js are here, and no npm package holds one: {names}"))
            .expected("a package for each platform, as `npm pack` packs it"),
    )
}

fn is_addon(file: &Evidence) -> bool {
    matches!(&file.distribution, Distribution::Executable { native: Some(_) })
        && file.name().has_suffix(".node")
}
