//! The C library of a wheel's native code, against its platform tags (PEP 600,
//! PEP 656).

use std::collections::BTreeSet;

use super::machine::DeclaredPlatforms;
use super::{described, is_host_code, joined};
use crate::distribution::native::GlibcVersion;
use crate::distribution::target::Libc;
use crate::distribution::wheel::{PlatformTag, System};
use crate::evidence::Evidence;
use crate::evidence::native::{NativeFile, NativeFiles};
use crate::rule::Rule;
use crate::rule::finding::Finding;

pub(super) fn judge(
    file: &Evidence,
    platforms: &[PlatformTag],
    declared: &DeclaredPlatforms,
    native: &NativeFiles,
) -> Option<Finding> {
    let libcs = platforms
        .iter()
        .map(|platform| match platform.system() {
            System::Linux(libc) => libc,
            _ => None,
        })
        .collect::<Option<BTreeSet<Libc>>>()?;
    // What is carried along for other machines is not loaded.
    let is_loaded =
        |file: &NativeFile| is_host_code(file) && !file.native.machines().is_disjoint(&declared.named);
    other_libc(file, &libcs, native, is_loaded).or_else(|| newer_glibc(file, platforms, native, is_loaded))
}

/// Code that asks for a C library of which no tag speaks; where tags speak of
/// both, code of which all asks for one of them.
fn other_libc(
    file: &Evidence,
    libcs: &BTreeSet<Libc>,
    native: &NativeFiles,
    is_loaded: impl Fn(&NativeFile) -> bool,
) -> Option<Finding> {
    let asks_for_other = |file: &NativeFile, libc: Libc| {
        let asked = file.native.libcs();
        is_loaded(file) && !asked.is_empty() && !asked.contains_key(&libc)
    };
    let is_wrong = |libc: &Libc| {
        let loaded: Vec<&NativeFile> = native.kinds().filter(|file| is_loaded(file)).collect();
        match libcs.len() {
            1 => loaded.iter().any(|file| asks_for_other(file, *libc)),
            _ => !loaded.is_empty() && loaded.iter().all(|file| asks_for_other(file, *libc)),
        }
    };
    let libc = *libcs.iter().find(|libc| is_wrong(libc))?;
    let files = described(native, |file| {
        let names = file.native.libcs().values().map(String::as_str);
        asks_for_other(file, libc).then(|| names.collect::<Vec<_>>().join(", "))
    });
    let finding = Rule::NativeLibc
        .at(file)
        .found(format!("native code needs another C library than {libc}: {files}"))
        .expected(format!("code for {}, as its platform tags say", joined(libcs, " and ")));
    Some(finding)
}

/// Code that needs symbols of a newer glibc than the oldest of which a tag
/// speaks.
fn newer_glibc(
    file: &Evidence,
    platforms: &[PlatformTag],
    native: &NativeFiles,
    is_loaded: impl Fn(&NativeFile) -> bool,
) -> Option<Finding> {
    let glibc = platforms
        .iter()
        .filter(|platform| platform.system() == System::Linux(Some(Libc::Glibc)))
        .filter_map(PlatformTag::version)
        .map(|(major, minor)| GlibcVersion(major, minor))
        .min()?;
    let newer = |file: &NativeFile| file.native.glibc().filter(|needed| *needed > glibc && is_loaded(file));
    let newest = native.kinds().filter_map(newer).max()?;
    let files = described(native, |file| newer(file).map(|needed| format!("GLIBC_{needed}")));
    let finding = Rule::NativeGlibc
        .at(file)
        .found(format!("native code needs symbols of a newer glibc: {files}"))
        .expected(format!("at most glibc {glibc}, as its platform tag says"))
        .remedy(format!(
            "Build it in the manylinux image of that tag and run `auditwheel repair`, or tag it `manylinux_{}_{}`.",
            newest.0, newest.1
        ));
    Some(finding)
}
