//! Native code, against what names and metadata say that it is for.
//!
//! What contradicts a claim is an error; what no header says is nothing. Each
//! rule is as narrow as what real files carry along asks for.

mod libc;
mod machine;
pub(super) mod macos;
mod module;
pub(super) mod program;

use std::collections::BTreeSet;

use crate::distribution::native::NativeKind;
use crate::distribution::wheel::{PlatformTag, System, WheelFilename};
use crate::evidence::Evidence;
use crate::evidence::native::{NativeFile, NativeFiles};
use crate::evidence::wheel::WheelContents;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// A wheel's native code, against its tags.
pub(super) fn judge(file: &Evidence, filename: &WheelFilename, contents: &WheelContents) -> Vec<Finding> {
    let platforms: Vec<PlatformTag> = filename.platform().iter().map(PlatformTag::of).collect();
    if platforms.iter().any(|platform| platform.system() == System::Any) {
        return machine::in_any(file, contents).into_iter().collect();
    }
    let native = &contents.native;
    let Some(declared) = machine::DeclaredPlatforms::of(&platforms) else { return Vec::new() };
    let mut findings: Vec<Finding> = machine::judge(file, filename, &declared, native).into_iter().collect();
    findings.extend(libc::judge(file, &platforms, &declared, native));
    findings.extend(macos::judge(file, &platforms, native));
    findings.extend(module::judge(file, filename, &declared, native));
    // Wheels for any ABI carry data for a platform, or load its own libraries.
    let is_for_an_abi = filename.abi().iter().any(|abi| abi.as_str() != "none");
    if is_for_an_abi && !native.has_code() {
        let finding = Rule::NativeMissing
            .at(file)
            .found("it holds no native code")
            .expected("native code, or a wheel for the platform `any`");
        findings.push(finding);
    }
    findings
}

/// Whether code is for a processor that runs an interpreter, ready to be
/// loaded: no object file, and none for a graphics card or the kernel.
fn is_host_code(file: &NativeFile) -> bool {
    file.native.kind() != NativeKind::Object && file.native.is_host_code()
}

/// The paths of those files of which `what` says something, with that.
fn described(native: &NativeFiles, what: impl Fn(&NativeFile) -> Option<String>) -> Sample<String> {
    let mut found = Sample::default();
    for (file, paths) in native.iter() {
        if let Some(what) = what(file) {
            found.include(paths, |path| format!("{path} ({what})"));
        }
    }
    found
}

/// Items as a list of words.
fn joined(items: &BTreeSet<impl ToString>, with: &str) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(with)
}
