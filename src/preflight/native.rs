//! Native code in a wheel, against its platform tags.
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
use crate::distribution::wheel::{PlatformTag, System, WheelFilename};
use crate::evidence::Evidence;
use crate::evidence::native::{NativeFile, NativeFiles};
use crate::evidence::wheel::WheelContents;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// Files of one kind, and their paths.
type Paths<'a> = (&'a NativeFile, &'a Sample<String>);

pub(super) fn judge(file: &Evidence, filename: &WheelFilename, contents: &WheelContents) -> Vec<Finding> {
    let platforms: Vec<PlatformTag> = filename.platform().iter().map(PlatformTag::of).collect();
    if platforms.iter().any(|platform| platform.system() == System::Any) {
        return in_any(file, contents).into_iter().collect();
    }
    let Some(promise) = DeclaredPlatforms::of(&platforms) else { return Vec::new() };
    let tags = filename.platform();
    let wrong = |found: String, machines: String| {
        let expected = format!("code for {machines}, as the platform tag `{tags}` says");
        Rule::NativeMachine.at(file).found(found).expected(expected)
    };
    let (any, all) = (joined(&promise.named, " or "), joined(&promise.required, " and "));
    let foreign = described(promise.foreign_modules(&contents.native).collect());
    if !foreign.is_empty() {
        return vec![wrong(format!("extension modules for another machine: {foreign}"), any)];
    }
    let half = described(promise.single_arch_modules(&contents.native).collect());
    if !half.is_empty() {
        return vec![wrong(format!("extension modules for one machine alone: {half}"), all)];
    }
    let others = described(promise.foreign_binaries(&contents.native).collect());
    if !others.is_empty() {
        return vec![wrong(format!("native code for other machines alone: {others}"), any)];
    }
    let missing_machines = promise.missing_machines(&contents.native);
    if !missing_machines.is_empty() {
        return vec![wrong(format!("no native code for {}", joined(&missing_machines, " and ")), all)];
    }
    Vec::new()
}

/// An extension module for any platform is one that cannot be imported on most.
fn in_any(file: &Evidence, contents: &WheelContents) -> Option<Finding> {
    let modules = described(contents.native.iter().filter(|(file, _)| file.is_module).collect());
    (!modules.is_empty()).then(|| {
        Rule::NativeAny
            .at(file)
            .found(format!("it is for any platform and holds extension modules: {modules}"))
            .expected("a platform tag, or no extension modules")
    })
}

/// What the platform tags of a wheel promise.
struct DeclaredPlatforms {
    systems: BTreeSet<System>,
    /// Machines of which some tag names one.
    named: BTreeSet<Machine>,
    /// Machines that a wheel must serve all at once: those of a universal
    /// binary, and of several tags for macOS.
    required: BTreeSet<Machine>,
}

impl DeclaredPlatforms {
    /// Nothing if a tag is of a platform that is not known here.
    fn of(platforms: &[PlatformTag]) -> Option<Self> {
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

    fn is_of_format(&self, file: &NativeFile) -> bool {
        self.systems.iter().any(|system| match file.native.format() {
            ExecutableFormat::Elf => {
                matches!(system, System::Linux(_) | System::Android | System::FreeBsd | System::Other)
            }
            ExecutableFormat::MachO | ExecutableFormat::MachOFat => {
                matches!(system, System::MacOs | System::Ios)
            }
            ExecutableFormat::Pe => *system == System::Windows,
            ExecutableFormat::Wasm => matches!(system, System::Emscripten | System::Wasi),
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

/// Whether code is for a processor that runs an interpreter, ready to be
/// loaded: no object file, and none for a graphics card or the kernel.
fn is_host_code(file: &NativeFile) -> bool {
    file.native.kind() != NativeKind::Object && file.native.is_host_code()
}

fn described(files: Vec<Paths<'_>>) -> Sample<String> {
    let mut told = Sample::default();
    for (file, paths) in files {
        let machines = joined(file.native.machines(), " and ");
        told.include(paths, |path| format!("{path} ({machines})"));
    }
    told
}

fn joined(machines: &BTreeSet<Machine>, with: &str) -> String {
    machines.iter().map(ToString::to_string).collect::<Vec<_>>().join(with)
}
