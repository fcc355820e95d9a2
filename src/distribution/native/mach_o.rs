//! Mach-O files (`mach-o/loader.h`, `mach-o/fat.h`).

use std::collections::BTreeSet;
use std::ops::Range;

use object::Endianness;
use object::macho::{self, FatArch32, FatArch64, MachHeader32, MachHeader64};
use object::read::macho::{FatArch, LoadCommandVariant, MachHeader, MachOFatFile};

use super::excerpt::Excerpt;
use super::{Native, NativeKind, OsVersion, Slice};
use crate::distribution::executable::ExecutableFormat;
use crate::distribution::machine::Machine;
use crate::distribution::target::Os;

/// What is kept of the beginning of each slice. The load commands of most
/// files have a tenth of it.
const BEGINNING: u64 = 32 << 10;

/// Which parts of a file that begins so are kept at the first look.
pub(super) fn named(head: &Excerpt) -> Vec<Range<u64>> {
    match arches(head) {
        Some(arches) => arches.iter().map(|(start, _)| *start..start.saturating_add(BEGINNING)).collect(),
        None => std::iter::once(0..BEGINNING).collect(),
    }
}

pub(super) fn read(file: &Excerpt) -> Option<Native> {
    let slice = slice(file, 0)?;
    let native = Native::new(ExecutableFormat::MachO, [slice.machine].into(), slice.kind);
    Some(Native { os: slice.os, slices: vec![slice], ..native })
}

/// A file for several machines.
pub(super) fn read_fat(file: &Excerpt) -> Option<Native> {
    let arches = arches(file)?;
    let unread =
        |machine| Slice { machine, kind: NativeKind::Other, os: None, minimum: None, is_signed: None };
    let slices: Vec<Slice> = arches
        .into_iter()
        .map(|(start, machine)| {
            slice(file, start).filter(|slice| slice.machine == machine).unwrap_or(unread(machine))
        })
        .collect();
    let machines: BTreeSet<Machine> = slices.iter().map(|slice| slice.machine).collect();
    let kinds: BTreeSet<NativeKind> = slices.iter().map(|slice| slice.kind).collect();
    let kind = if kinds.len() == 1 { kinds.first().copied() } else { None };
    let systems: BTreeSet<Os> = slices.iter().filter_map(|slice| slice.os).collect();
    let os = if systems.len() == 1 { systems.first().copied() } else { None };
    let native = Native::new(ExecutableFormat::MachOFat, machines, kind.unwrap_or(NativeKind::Other));
    Some(Native { os, slices, ..native })
}

/// Where the slices of a file for several machines begin, and their machines.
fn arches(file: &Excerpt) -> Option<Vec<(u64, Machine)>> {
    match file.head().first_chunk()? {
        b"\xca\xfe\xba\xbe" => arches_of::<FatArch32>(file),
        b"\xca\xfe\xba\xbf" => arches_of::<FatArch64>(file),
        _ => None,
    }
}

fn arches_of<Fat: FatArch>(file: &Excerpt) -> Option<Vec<(u64, Machine)>> {
    let fat = MachOFatFile::<Fat>::parse(file).ok()?;
    Some(fat.arches().iter().map(|arch| (arch.file_range().0, machine(arch.cputype()))).collect())
}

fn slice(file: &Excerpt, start: u64) -> Option<Slice> {
    let magic = object::ReadRef::read_bytes_at(file, start, 4).ok()?;
    match magic {
        b"\xfe\xed\xfa\xce" | b"\xce\xfa\xed\xfe" => slice_of::<MachHeader32<Endianness>>(file, start),
        b"\xfe\xed\xfa\xcf" | b"\xcf\xfa\xed\xfe" => slice_of::<MachHeader64<Endianness>>(file, start),
        _ => None,
    }
}

fn slice_of<Mach: MachHeader<Endian = Endianness>>(file: &Excerpt, start: u64) -> Option<Slice> {
    let header = Mach::parse(file, start).ok()?;
    let endian = header.endian().ok()?;
    let kind = match header.filetype(endian) {
        macho::MH_OBJECT => NativeKind::Object,
        macho::MH_EXECUTE => NativeKind::Program,
        macho::MH_DYLIB | macho::MH_BUNDLE => NativeKind::Library,
        _ => NativeKind::Other,
    };
    let machine = machine(header.cputype(endian));
    let mut slice = Slice { machine, kind, os: None, minimum: None, is_signed: None };
    let Some(size) = start.checked_add(size_of::<Mach>() as u64) else { return Some(slice) };
    if header.ncmds(endian) == 0 || size.checked_add(header.sizeofcmds(endian).into()).is_none() {
        return Some(slice);
    }
    let Ok(mut commands) = header.load_commands(endian, file, start) else { return Some(slice) };
    let mut is_signed = false;
    while let Ok(Some(command)) = commands.next() {
        is_signed |= command.cmd() == macho::LC_CODE_SIGNATURE;
        match command.variant() {
            Ok(LoadCommandVariant::BuildVersion(version, _)) => {
                // A file for Catalyst may say both; that for macOS counts.
                let os = os_of_platform(version.platform.get(endian));
                if slice.os.is_none() || os == Some(Os::MacOs) {
                    (slice.os, slice.minimum) = (os, Some(os_version(version.minos.get(endian))));
                }
            }
            Ok(LoadCommandVariant::VersionMin(version)) => {
                let os = match command.cmd() {
                    macho::LC_VERSION_MIN_MACOSX => Os::MacOs,
                    macho::LC_VERSION_MIN_IPHONEOS => Os::Ios,
                    _ => continue,
                };
                (slice.os, slice.minimum) = (Some(os), Some(os_version(version.version.get(endian))));
            }
            _ => {}
        }
    }
    slice.is_signed = Some(is_signed);
    Some(slice)
}

/// The system of an `LC_BUILD_VERSION`. A simulator's is that of the device.
fn os_of_platform(platform: macho::Platform) -> Option<Os> {
    match platform {
        macho::PLATFORM_MACOS => Some(Os::MacOs),
        macho::PLATFORM_IOS | macho::PLATFORM_IOSSIMULATOR => Some(Os::Ios),
        _ => None,
    }
}

fn os_version(version: macho::Version) -> OsVersion {
    OsVersion(version.major(), version.minor().into())
}

/// A machine by its `cputype`; a `cpusubtype`, as of arm64e, makes none of
/// its own.
fn machine(cpu: macho::CpuType) -> Machine {
    match cpu {
        macho::CPU_TYPE_X86 => Machine::X86,
        macho::CPU_TYPE_X86_64 => Machine::X86_64,
        macho::CPU_TYPE_ARM => Machine::Arm,
        macho::CPU_TYPE_ARM64 => Machine::Aarch64,
        macho::CPU_TYPE_POWERPC => Machine::Ppc,
        macho::CPU_TYPE_POWERPC64 => Machine::Ppc64,
        macho::CpuType(number) => Machine::Other(number),
    }
}
