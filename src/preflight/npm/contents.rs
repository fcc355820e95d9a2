//! What an npm package holds, against what its package.json says.

use crate::distribution::executable::ExecutableFormat;
use crate::distribution::machine::Machine;
use crate::distribution::native::{Native, NativeKind};
use crate::distribution::npm::PackageJson;
use crate::distribution::npm::platform::NamedPlatform;
use crate::distribution::target::{Arch, Os, Target};
use crate::evidence::Evidence;
use crate::evidence::npm::NpmContents;
use crate::preflight::native::program;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// What of a package could not be installed, started or loaded.
pub(super) fn judge(file: &Evidence, package: &PackageJson, contents: &NpmContents) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A script may write or change files when the package is installed.
    if !package.has_install_script() && !contents.is_built {
        if !contents.missing_bin.is_empty() {
            findings.push(
                Rule::NpmBin
                    .at(file)
                    .found(format!("`bin` names what is not in the package: {}", contents.missing_bin))
                    .expected("programs that are in the package"),
            );
        }
        if !contents.not_executable.is_empty() {
            findings.push(
                Rule::NpmExecutable
                    .at(file)
                    .found(format!("programs without execute permission: {}", contents.not_executable))
                    .expected("mode 0755, or an entry in `bin`"),
            );
        }
    }
    if !contents.missing_modules.is_empty() {
        findings.push(
            Rule::NpmEntryPoint
                .at(file)
                .found(format!(
                    "it does not have files that its package.json names: {}",
                    contents.missing_modules
                ))
                .expected("files that are in the package"),
        );
    }
    findings.extend(other_platform(file, contents));
    findings.extend(named_platform(file, package));
    findings
}

/// Native code for another platform than `os`, `cpu` and `libc` say, if there is
/// none for that. A package may carry helpers for others.
fn other_platform(file: &Evidence, contents: &NpmContents) -> Option<Finding> {
    let target = file.target()?;
    let mut first = None;
    for (native, paths) in contents.native.iter() {
        if !native.native.is_host_code() {
            continue;
        }
        if is_emulated(&native.native, target) {
            return None;
        }
        let mut finding = program::contradiction(file, &native.native, target)?;
        finding.found = format!("{paths}: {}", finding.found);
        first.get_or_insert(finding);
    }
    first
}

/// Whether Windows runs a program that is for another processor: those for x86
/// everywhere, those for x86-64 on Arm. Libraries it does not load so.
fn is_emulated(native: &Native, target: Target) -> bool {
    let is_there = |machine| native.machines().contains(&machine);
    target.os == Some(Os::Windows)
        && native.format() == ExecutableFormat::Pe
        && native.kind() == NativeKind::Program
        && (is_there(Machine::X86) || (is_there(Machine::X86_64) && target.arch == Some(Arch::Arm64)))
}

/// `os`, `cpu` or `libc` that is not what the package's name says.
fn named_platform(file: &Evidence, package: &PackageJson) -> Option<Finding> {
    let (field, declared, word) = contradicted_name(package)?;
    let finding = Rule::NpmPlatformName
        .at(file)
        .found(format!("its `{field}` is `{declared}`"))
        .expected(format!("`{word}`, as its name {} says", package.name()));
    Some(finding)
}

/// The first field that says another platform than the name, what it says, and
/// what it should.
pub(super) fn contradicted_name(package: &PackageJson) -> Option<(&'static str, String, &'static str)> {
    let named = NamedPlatform::of(package.name().base())?;
    let contradicts = |field: &'static str, declared: &[String], word: Option<&'static str>| {
        let word = word?;
        let is_there =
            declared.is_empty() || declared.iter().any(|value| value == word || value.starts_with('!'));
        (!is_there).then(|| (field, declared.join(", "), word))
    };
    contradicts("os", package.os(), named.os)
        .or_else(|| contradicts("cpu", package.cpu(), named.cpu))
        .or_else(|| contradicts("libc", package.libc(), named.libc))
}
