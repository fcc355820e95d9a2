//! The macOS that native code runs on: the oldest version, and whether it may
//! be started at all.

use super::{described, is_host_code};
use crate::distribution::machine::Machine;
use crate::distribution::native::{NativeKind, OsVersion, Slice};
use crate::distribution::target::Os;
use crate::distribution::wheel::{PlatformTag, System};
use crate::evidence::Evidence;
use crate::evidence::native::{NativeFile, NativeFiles};
use crate::rule::Rule;
use crate::rule::finding::Finding;

pub(super) fn judge(file: &Evidence, platforms: &[PlatformTag], native: &NativeFiles) -> Vec<Finding> {
    let macos: Vec<&PlatformTag> =
        platforms.iter().filter(|platform| platform.system() == System::MacOs).collect();
    if platforms.iter().all(|platform| platform.system() == System::Ios) {
        return of_macos(file, native).into_iter().collect();
    }
    if macos.len() < platforms.len() {
        return Vec::new();
    }
    [unsigned(file, native), newer(file, &macos, native)].into_iter().flatten().collect()
}

/// Code in a wheel for iOS that says it is for macOS, by a field that not every
/// toolchain for iOS has set.
fn of_macos(file: &Evidence, native: &NativeFiles) -> Option<Finding> {
    let files = described(native, |file: &NativeFile| {
        let slices = file.native.slices();
        (!slices.is_empty() && slices.iter().all(|slice| slice.os == Some(Os::MacOs)))
            .then(|| Os::MacOs.to_string())
    });
    (!files.is_empty()).then(|| {
        Rule::NativeMacos
            .at(file)
            .found(format!("native code that says it is for macOS: {files}"))
            .expected("code for iOS, as the platform tag says")
            .remedy("Build it with the SDK of iOS, and check which file the job copied.")
    })
}

/// Code for Apple silicon without a signature, which macOS kills at its start.
pub(in crate::preflight) fn unsigned(file: &Evidence, native: &NativeFiles) -> Option<Finding> {
    let is_unsigned = |slice: &Slice| {
        slice.machine == Machine::Aarch64
            && slice.is_signed == Some(false)
            && slice.os != Some(Os::Ios)
            && matches!(slice.kind, NativeKind::Program | NativeKind::Library)
    };
    let files = described(native, |file: &NativeFile| {
        file.native.slices().iter().any(is_unsigned).then(|| Machine::Aarch64.to_string())
    });
    (!files.is_empty()).then(|| {
        Rule::NativeSignature
            .at(file)
            .found(format!("code for Apple silicon without a code signature: {files}"))
            .expected("a code signature, at least an ad hoc one")
    })
}

/// Code that asks for a newer macOS than the oldest tag for its machine.
fn newer(file: &Evidence, tags: &[&PlatformTag], native: &NativeFiles) -> Option<Finding> {
    let tagged = |machine: Machine| {
        let tags =
            tags.iter().filter(|tag| tag.machines().is_some_and(|machines| machines.contains(&machine)));
        tags.filter_map(|tag| tag.version()).map(|(major, minor)| comparable(OsVersion(major, minor))).min()
    };
    // The first macOS for Apple silicon is 11.
    let oldest = |machine: Machine| {
        let first = if machine == Machine::Aarch64 { OsVersion(11, 0) } else { OsVersion(0, 0) };
        tagged(machine).map(|version| version.max(first))
    };
    let needed = |slice: &Slice| {
        let is_loaded = matches!(slice.kind, NativeKind::Program | NativeKind::Library);
        let minimum = slice.minimum.filter(|_| is_loaded && slice.os == Some(Os::MacOs))?;
        (comparable(minimum) > oldest(slice.machine)?).then_some(minimum)
    };
    let newest = |file: &NativeFile| file.native.slices().iter().filter_map(needed).max();
    let files = described(native, |file| newest(file).map(|version| format!("macOS {version}")));
    let all = native.kinds().filter(|file| is_host_code(file)).filter_map(newest).max()?;
    let finding = Rule::NativeMacos
        .at(file)
        .found(format!("native code needs a newer macOS: {files}"))
        .expected("code that runs on the macOS of its platform tag")
        .remedy(format!(
            "Build it with `MACOSX_DEPLOYMENT_TARGET` set to the version of the tag, or tag it for macOS {}.",
            if all.0 > 10 { format!("{}.0", all.0) } else { all.to_string() }
        ));
    Some(finding)
}

/// From macOS 11 on the major number alone counts, in tags and for PyPI. 10.16
/// is how 11 calls itself to programs built for 10.
const fn comparable(version: OsVersion) -> OsVersion {
    match version {
        OsVersion(10, minor) if minor < 16 => version,
        OsVersion(10, _) => OsVersion(11, 0),
        OsVersion(major, _) => OsVersion(major, 0),
    }
}
