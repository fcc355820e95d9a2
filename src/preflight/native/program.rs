//! Programs and libraries that are released as they are, against the target
//! that their name or their artifact's name gives.

use super::macos;
use crate::distribution::executable::ExecutableFormat;
use crate::distribution::machine::Machine;
use crate::distribution::native::{Native, NativeKind};
use crate::distribution::target::{Arch, Libc, Os, Target};
use crate::evidence::Evidence;
use crate::evidence::native::NativeFiles;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What contradicts the target of a program or library.
pub(crate) fn judge(file: &Evidence, native: &Native) -> Vec<Finding> {
    let mut files = NativeFiles::default();
    files.include(native.clone(), file.name().as_str());
    let mut findings: Vec<Finding> = macos::unsigned(file, &files).into_iter().collect();
    if let Some(target) = file.target() {
        findings.extend(contradiction(file, native, target));
    }
    findings
}

/// What of a program or library contradicts that target.
pub(in crate::preflight) fn contradiction(
    file: &Evidence,
    native: &Native,
    target: Target,
) -> Option<Finding> {
    if !native.is_host_code() || native.kind() == NativeKind::Object {
        return None;
    }
    let expected = || format!("code for {target}, as {} says", target.from);
    let machine = |found: String| Some(Rule::NativeMachine.at(file).found(found).expected(expected()));
    if target.os.is_some_and(|os| !runs_on(native, os)) {
        let os = native.os().map_or_else(|| format_of(native).to_owned(), |os| format!("for {os}"));
        return machine(format!("it is {os} ({})", machines(native)));
    }
    if target.arch.is_some_and(|arch| !has_code_for(native, arch)) {
        return machine(format!("it is for {}", machines(native)));
    }
    let libc = target.libc?;
    let asked = native.libcs();
    if asked.is_empty() || asked.contains_key(&libc) {
        return None;
    }
    let names = asked.values().map(String::as_str).collect::<Vec<_>>().join(", ");
    let other = if libc == Libc::Musl { Libc::Glibc } else { Libc::Musl };
    Some(Rule::NativeLibc.at(file).found(format!("it asks for {other} ({names})")).expected(expected()))
}

/// Whether a system runs files of that form. What is not known of a system
/// counts as yes.
fn runs_on(native: &Native, os: Os) -> bool {
    let says = native.os().is_none_or(|said| said == os);
    match native.format() {
        ExecutableFormat::Elf => !matches!(os, Os::Windows | Os::MacOs | Os::Ios | Os::Aix) && says,
        ExecutableFormat::MachO | ExecutableFormat::MachOFat => matches!(os, Os::MacOs | Os::Ios) && says,
        ExecutableFormat::Pe => os == Os::Windows || native.machines().contains(&Machine::Cil),
        // Any system runs it, by another program.
        ExecutableFormat::Wasm => true,
    }
}

fn has_code_for(native: &Native, arch: Arch) -> bool {
    let wanted = arch.machines();
    let machines = native.machines();
    let is_there = wanted.iter().all(|machine| machines.contains(machine));
    // The program of an installer is one that every Windows runs.
    let is_installer = native.has_payload()
        && (machines.contains(&Machine::X86) || (machines.contains(&Machine::X86_64) && arch == Arch::Arm64));
    wanted.is_empty() || is_there || is_installer || native.format() == ExecutableFormat::Wasm
}

const fn format_of(native: &Native) -> &'static str {
    match native.format() {
        ExecutableFormat::Elf => "an ELF file",
        ExecutableFormat::Pe => "a PE file, for Windows",
        ExecutableFormat::MachO | ExecutableFormat::MachOFat => "a Mach-O file, for macOS",
        ExecutableFormat::Wasm => "WebAssembly",
    }
}

fn machines(native: &Native) -> String {
    super::joined(native.machines(), " and ")
}
