//! The machines and systems of a wheel's native code, against its platform tags.
//!
//! Wheels carry more than they run: debuggers bring libraries for the machines
//! of the programs that they attach to, installers bring launchers for every
//! Windows. So only two things are wrong. An extension module, which the
//! interpreter itself loads, is for a machine that no tag names. Or nothing at
//! all in the wheel is for a machine that a tag names, and something is for
//! another one.

use std::collections::BTreeSet;

use crate::distribution::executable::ExecutableFormat;
use crate::distribution::machine::Machine;
use crate::distribution::native::NativeKind;
use crate::distribution::target::Os;
use crate::distribution::wheel::{PlatformTag, System, WheelFilename};
use crate::evidence::Evidence;
use crate::evidence::native::{NativeFile, NativeFiles};
use crate::evidence::wheel::WheelContents;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

use super::{is_host_code, joined};

/// Files of one kind, and their paths.
type Paths<'a> = (&'a NativeFile, &'a Sample<String>);

pub(super) fn judge(
    file: &Evidence,
    filename: &WheelFilename,
    declared: &DeclaredPlatforms,
    native: &NativeFiles,
) -> Option<Finding> {
    let tags = filename.platform();
    let wrong = |found: String, machines: String| {
        let expected = format!("code for {machines}, as the platform tag `{tags}` says");
        Some(Rule::NativeMachine.at(file).found(found).expected(expected))
    };
    let (any, all) = (joined(&declared.named, " or "), joined(&declared.required, " and "));
    let foreign = paths(declared.foreign_modules(native).collect());
    if !foreign.is_empty() {
        return wrong(format!("extension modules for another machine: {foreign}"), any);
    }
    let half = paths(declared.single_arch_modules(native).collect());
    if !half.is_empty() {
        return wrong(format!("extension modules for one machine alone: {half}"), all);
    }
    let others = paths(declared.foreign_binaries(native).collect());
    if !others.is_empty() {
        return wrong(format!("native code for other machines alone: {others}"), any);
    }
    let missing = declared.missing_machines(native);
    if !missing.is_empty() {
        return wrong(format!("no native code for {}", joined(&missing, " and ")), all);
    }
    None
}

/// An extension module for any platform is one that cannot be imported on most.
pub(super) fn in_any(file: &Evidence, contents: &WheelContents) -> Option<Finding> {
    let modules = paths(contents.native.iter().filter(|(file, _)| file.is_module).collect());
    (!modules.is_empty()).then(|| {
        Rule::NativeAny
            .at(file)
            .found(format!("it is tagged for any platform, with extension modules: {modules}"))
            .expected("a platform tag, or no extension modules")
    })
}

/// What the platform tags of a wheel promise.
pub(super) struct DeclaredPlatforms {
    systems: BTreeSet<System>,
    /// Machines of which some tag names one.
    pub(super) named: BTreeSet<Machine>,
    /// Machines that a wheel must serve all at once: those of a universal
    /// binary, and of several tags for macOS.
    required: BTreeSet<Machine>,
}

impl DeclaredPlatforms {
    /// Nothing if a tag is of a platform that is not known here.
    pub(super) fn of(platforms: &[PlatformTag]) -> Option<Self> {
        let mut promise =
            Self { systems: BTreeSet::new(), named: BTreeSet::new(), required: BTreeSet::new() };
        for platform in platforms {
            let machines = platform.machines()?;
            promise.systems.insert(platform.system());
            promise.named.extend(machines);
            let is_of_one = platform.system() == System::MacOs && machines.len() == 1;
            if platform.requires_all() || is_of_one {
                promise.required.extend(machines);
            }
        }
        Some(promise)
    }

    /// Whether a file is of a form, and says that it is for a system, that some
    /// tag names.
    pub(super) fn is_of_format(&self, file: &NativeFile) -> bool {
        let is_for = |systems: &[Os]| file.native.os().is_none_or(|os| systems.contains(&os));
        self.systems.iter().any(|system| match (file.native.format(), system) {
            (ExecutableFormat::Elf, System::Linux(_)) => is_for(&[Os::Linux]),
            (ExecutableFormat::Elf, System::Android) => is_for(&[Os::Android]),
            (ExecutableFormat::Elf, System::FreeBsd) => is_for(&[Os::FreeBsd]),
            (ExecutableFormat::MachO | ExecutableFormat::MachOFat, System::MacOs) => is_for(&[Os::MacOs]),
            (ExecutableFormat::MachO | ExecutableFormat::MachOFat, System::Ios) => {
                // A warning of its own ([`super::macos`]).
                is_for(&[Os::Ios, Os::MacOs])
            }
            (ExecutableFormat::Elf, System::Other)
            | (ExecutableFormat::Pe, System::Windows)
            | (ExecutableFormat::Wasm, System::Emscripten | System::Wasi) => true,
            _ => false,
        })
    }

    /// Whether a file runs on a machine that a tag names. Windows runs
    /// programs (no libraries) for x86 everywhere, and those for x86-64 on Arm.
    fn is_kept(&self, file: &NativeFile) -> bool {
        let machines = file.native.machines();
        let is_emulated = *self.systems.first().unwrap_or(&System::Other) == System::Windows
            && file.native.kind() == NativeKind::Program
            && (machines.contains(&Machine::X86)
                || (machines.contains(&Machine::X86_64) && self.named.contains(&Machine::Aarch64)));
        self.is_of_format(file) && (is_emulated || !machines.is_disjoint(&self.named))
    }

    fn foreign_modules<'a>(&'a self, native: &'a NativeFiles) -> impl Iterator<Item = Paths<'a>> {
        self.modules(native).filter(|(file, _)| file.native.machines().is_disjoint(&self.named))
    }

    fn single_arch_modules<'a>(&'a self, native: &'a NativeFiles) -> impl Iterator<Item = Paths<'a>> {
        self.modules(native).filter(|(file, _)| !self.required.is_subset(file.native.machines()))
    }

    /// Extension modules that an interpreter of these systems would load.
    fn modules<'a>(&'a self, native: &'a NativeFiles) -> impl Iterator<Item = Paths<'a>> {
        native.iter().filter(|(file, _)| file.is_module && self.is_of_format(file) && is_host_code(file))
    }

    /// Code for other machines, if there is none for those that are named.
    fn foreign_binaries<'a>(&'a self, native: &'a NativeFiles) -> impl Iterator<Item = Paths<'a>> {
        let is_kept = native.kinds().any(|file| self.is_kept(file));
        native.iter().filter(move |(file, _)| {
            // Launchers for another system are carried, not run.
            let counts = file.native.kind() == NativeKind::Library || self.is_of_format(file);
            !is_kept && counts && is_host_code(file)
        })
    }

    /// Machines that are required and that no file is for, if there is native
    /// code at all.
    fn missing_machines(&self, native: &NativeFiles) -> BTreeSet<Machine> {
        let code = native.kinds().filter(|file| self.is_of_format(file) && is_host_code(file));
        let mut there = BTreeSet::new();
        for file in code {
            there.extend(file.native.machines());
            // macOS runs programs for x86-64 on Arm (Rosetta).
            if self.systems.contains(&System::MacOs)
                && file.native.kind() == NativeKind::Program
                && file.native.machines().contains(&Machine::X86_64)
            {
                there.insert(Machine::Aarch64);
            }
        }
        if there.is_empty() { BTreeSet::new() } else { &self.required - &there }
    }
}

/// Paths, each with its machines, and with its system where it says one.
fn paths(files: Vec<Paths<'_>>) -> Sample<String> {
    let mut found = Sample::default();
    for (file, paths) in files {
        let mut machines = joined(file.native.machines(), " and ");
        if let Some(os) = file.native.os() {
            machines = format!("{machines}, {os}");
        }
        found.include(paths, |path| format!("{path} ({machines})"));
    }
    found
}
