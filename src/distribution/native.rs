//! Native code: for which machines it is, as its first bytes tell.
//!
//! A file's header says so in a few numbers at fixed places: ELF (System V
//! ABI, "ELF Header"), Mach-O (`mach-o/loader.h` and `mach-o/fat.h`), PE
//! ("PE Format", "COFF File Header") and WebAssembly (core specification,
//! "Modules"). Nothing behind the header is looked at, but the list of what an
//! ELF file has loaded, which tells a program from a library.

use std::collections::BTreeSet;

use super::executable::{ExecutableFormat, pe_offset};
use super::machine::Machine;

/// What a native file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NativeKind {
    /// To be started.
    Program,
    /// To be loaded by a program. An ELF program that is linked statically
    /// and runs at any address looks like one.
    Library,
    /// To be linked.
    Object,
    /// Anything else, or what the header does not tell: a core dump, debug
    /// symbols, a Mach-O file for several architectures, WebAssembly.
    Other,
}

/// What the first bytes of a native file tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Native {
    format: ExecutableFormat,
    machines: BTreeSet<Machine>,
    kind: NativeKind,
}

impl Native {
    /// Looks at the first bytes of a file; 4 KiB are plenty. Nothing if it is
    /// not native, or its header does not lie in them whole.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        let format = ExecutableFormat::of(head)?;
        let (machines, kind) = match format {
            ExecutableFormat::Elf => elf(head)?,
            ExecutableFormat::Pe => pe(head.get(pe_offset(head)?..)?)?,
            ExecutableFormat::MachO => mach_o(head)?,
            ExecutableFormat::MachOFat => mach_o_fat(head)?,
            ExecutableFormat::Wasm => ([Machine::Wasm32].into(), NativeKind::Other),
        };
        Some(Self { format, machines, kind })
    }

    /// Its form.
    #[must_use]
    pub const fn format(&self) -> ExecutableFormat {
        self.format
    }

    /// For which machines it has code, at least one.
    #[must_use]
    pub const fn machines(&self) -> &BTreeSet<Machine> {
        &self.machines
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(&self) -> NativeKind {
        self.kind
    }

    /// Whether it has code for a machine that an interpreter of Python
    /// [could run on](Machine::is_host).
    #[must_use]
    pub fn is_host_code(&self) -> bool {
        self.machines.iter().any(|machine| machine.is_host())
    }
}

/// Whether an interpreter would import a native file of that path (PEP 3149,
/// and what other interpreters and the stable ABI put in the place of its tag).
#[must_use]
pub(crate) fn is_extension_module(path: &str) -> bool {
    const ABIS: [&str; 5] = [".cpython-", ".abi3.", ".abi3t.", ".pypy", ".graalpy"];
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let has_suffix = |suffix: &str| name.len() > suffix.len() && name.ends_with(suffix);
    has_suffix(".pyd") || (has_suffix(".so") && ABIS.iter().any(|abi| name.contains(abi)))
}

/// The numbers of a header, the big or the little end first.
#[derive(Clone, Copy)]
struct Header<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Header<'_> {
    fn u16(self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(self, at: usize) -> Option<u64> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }
}

type Seen = (BTreeSet<Machine>, NativeKind);

fn elf(head: &[u8]) -> Option<Seen> {
    let [_, _, _, _, class, data, ..] = *head else { return None };
    let wide = match class {
        1 => false,
        2 => true,
        _ => return None,
    };
    let big_endian = match data {
        1 => false,
        2 => true,
        _ => return None,
    };
    let header = Header { bytes: head, big_endian };
    let kind = match header.u16(16)? {
        1 => NativeKind::Object,
        2 => NativeKind::Program,
        3 if asks_for_interpreter(header, wide).unwrap_or_default() => NativeKind::Program,
        3 => NativeKind::Library,
        _ => NativeKind::Other,
    };
    let number = header.u16(18)?;
    let machine = match (number, wide, big_endian) {
        (3, false, false) => Machine::X86,
        (8, false, true) => Machine::Mips,
        (8, false, false) => Machine::Mipsel,
        (8, true, true) => Machine::Mips64,
        (8, true, false) => Machine::Mips64el,
        (20, false, true) => Machine::Ppc,
        (21, true, true) => Machine::Ppc64,
        (21, true, false) => Machine::Ppc64le,
        (22, true, true) => Machine::S390x,
        (40, false, false) => Machine::Arm,
        (50, true, false) => Machine::Ia64,
        // With 32 bits it is x32, which neither of x86's interpreters loads.
        (62, true, false) => Machine::X86_64,
        (183, true, false) => Machine::Aarch64,
        (243, false, false) => Machine::Riscv32,
        (243, true, false) => Machine::Riscv64,
        (258, true, false) => Machine::Loongarch64,
        // EM_CUDA, EM_INTELGT, EM_AMDGPU
        (190 | 205 | 224, ..) => Machine::Gpu,
        (247, ..) => Machine::Bpf,
        _ => Machine::Other(number.into()),
    };
    Some(([machine].into(), kind))
}

/// Whether an ELF file names the program that loads it (`PT_INTERP`), as
/// programs that run at any address do and libraries do not; nothing if the
/// list that says so does not lie within the first bytes.
fn asks_for_interpreter(header: Header<'_>, wide: bool) -> Option<bool> {
    let (offset, size, count) = if wide {
        (usize::try_from(header.u64(32)?).ok()?, header.u16(54)?, header.u16(56)?)
    } else {
        (usize::try_from(header.u32(28)?).ok()?, header.u16(42)?, header.u16(44)?)
    };
    for index in 0..usize::from(count) {
        let at = index.checked_mul(size.into())?.checked_add(offset)?;
        if header.u32(at)? == 3 {
            return Some(true);
        }
    }
    Some(false)
}

/// What follows `PE\0\0`, and that itself.
fn pe(bytes: &[u8]) -> Option<Seen> {
    let header = Header { bytes, big_endian: false };
    let characteristics = header.u16(22)?;
    let kind = if characteristics & 0x2000 != 0 {
        NativeKind::Library
    } else if characteristics & 0x0002 != 0 {
        NativeKind::Program
    } else {
        NativeKind::Other
    };
    let machines = match header.u16(4)? {
        _ if is_managed(header).unwrap_or_default() => [Machine::Cil].into(),
        0x14c => [Machine::X86].into(),
        0x200 => [Machine::Ia64].into(),
        0x1c0 | 0x1c2 | 0x1c4 => [Machine::Arm].into(),
        0x5064 => [Machine::Riscv64].into(),
        0x6264 => [Machine::Loongarch64].into(),
        0x8664 => [Machine::X86_64].into(),
        0xaa64 => [Machine::Aarch64].into(),
        // ARM64EC and ARM64X: code of both sorts, which call each other.
        0xa641 | 0xa64e => [Machine::X86_64, Machine::Aarch64].into(),
        number => [Machine::Other(number.into())].into(),
    };
    Some((machines, kind))
}

/// Whether a PE file is for .NET: it has the fifteenth directory, "CLR Runtime
/// Header". Most such files say x86 and run everywhere. Those that hold native
/// code as well are rare, and cannot be told by the header.
fn is_managed(header: Header<'_>) -> Option<bool> {
    let directories = match header.u16(24)? {
        0x10b => 24 + 96,
        0x20b => 24 + 112,
        _ => return Some(false),
    };
    let count = header.u32(directories - 4)?;
    Some(count > 14 && header.u32(directories + 14 * 8)? != 0)
}

fn mach_o(head: &[u8]) -> Option<Seen> {
    let header = Header { bytes: head, big_endian: head.starts_with(b"\xfe\xed\xfa") };
    let kind = match header.u32(12)? {
        1 => NativeKind::Object,
        2 => NativeKind::Program,
        // MH_DYLIB, MH_BUNDLE
        6 | 8 => NativeKind::Library,
        _ => NativeKind::Other,
    };
    Some(([mach_o_machine(header.u32(4)?)].into(), kind))
}

fn mach_o_fat(head: &[u8]) -> Option<Seen> {
    let header = Header { bytes: head, big_endian: true };
    let entry = if head.starts_with(b"\xca\xfe\xba\xbf") { 32 } else { 20 };
    let count = usize::try_from(header.u32(4)?).ok()?;
    let machines = (0..count).map(|index| header.u32(8 + index * entry).map(mach_o_machine));
    Some((machines.collect::<Option<_>>()?, NativeKind::Other))
}

/// A machine by its `cputype`; a `cpusubtype`, as of arm64e, makes none of
/// its own.
fn mach_o_machine(number: u32) -> Machine {
    match number {
        7 => Machine::X86,
        0x0100_0007 => Machine::X86_64,
        12 => Machine::Arm,
        0x0100_000c => Machine::Aarch64,
        18 => Machine::Ppc,
        0x0100_0012 => Machine::Ppc64,
        _ => Machine::Other(number),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    use super::*;

    /// The header of an ELF file, which loads nothing.
    fn elf_head(class: u8, data: u8, kind: u16, machine: u16) -> Vec<u8> {
        let order = |number: u16| if data == 2 { number.to_be_bytes() } else { number.to_le_bytes() };
        let mut head = b"\x7fELF".to_vec();
        head.extend([class, data, 1]);
        head.resize(16, 0);
        head.extend(order(kind));
        head.extend(order(machine));
        head.resize(64, 0);
        head
    }

    /// The first 176 bytes of Debian's `/bin/true`: the ELF header and the
    /// first two of what it has loaded, of which one is its interpreter.
    fn bin_true() -> Vec<u8> {
        HEXLOWER
            .decode(
                b"7f454c4602010100000000000000000003003e0001000000d0230000000000004000000000000000\
                  908300000000000000000000400038000d0040001f001e00\
                  06000000040000004000000000000000400000000000000040000000000000\
                  00d802000000000000d8020000000000000800000000000000\
                  0300000004000000180300000000000018030000000000001803000000000000\
                  1c000000000000001c000000000000000100000000000000",
            )
            .unwrap()
    }

    /// A PE file without code, .NET or not.
    fn pe_head(machine: u16, characteristics: u16, magic: u16, managed: bool) -> Vec<u8> {
        let mut head = b"MZ".to_vec();
        head.resize(0x3c, 0);
        head.extend(0x80_u32.to_le_bytes());
        head.resize(0x80, 0);
        head.extend(b"PE\0\0");
        head.extend(machine.to_le_bytes());
        head.resize(0x80 + 22, 0);
        head.extend(characteristics.to_le_bytes());
        head.extend(magic.to_le_bytes());
        let directories = 0x80 + if magic == 0x20b { 136 } else { 120 };
        head.resize(directories - 4, 0);
        head.extend(16_u32.to_le_bytes());
        head.resize(directories + 14 * 8, 0);
        head.extend(u32::from(managed).to_le_bytes());
        head.resize(directories + 16 * 8, 0);
        head
    }

    /// The header of a Mach-O file, little end first.
    fn mach_o_head(cpu: u32, subtype: u32, kind: u32) -> Vec<u8> {
        [0xfeed_facf, cpu, subtype, kind].into_iter().flat_map(u32::to_le_bytes).collect()
    }

    /// The header of a Mach-O file for several architectures.
    fn fat_head(magic: u32, entry: usize, cpus: &[u32]) -> Vec<u8> {
        let mut head = magic.to_be_bytes().to_vec();
        head.extend(u32::try_from(cpus.len()).unwrap().to_be_bytes());
        for cpu in cpus {
            let end = head.len() + entry;
            head.extend(cpu.to_be_bytes());
            head.resize(end, 0);
        }
        head
    }

    fn seen(head: &[u8]) -> (Vec<Machine>, NativeKind) {
        let native = Native::of(head).unwrap();
        (native.machines().iter().copied().collect(), native.kind())
    }

    #[test]
    fn elf_machines() {
        use Machine::{
            Aarch64, Arm, Bpf, Gpu, Ia64, Loongarch64, Mips, Mips64, Mips64el, Mipsel, Other, Ppc, Ppc64,
            Ppc64le, Riscv32, Riscv64, S390x, X86, X86_64,
        };
        for (class, data, number, machine) in [
            (1, 1, 3, X86),
            (2, 1, 62, X86_64),
            (1, 1, 40, Arm),
            (2, 1, 183, Aarch64),
            (1, 2, 20, Ppc),
            (2, 2, 21, Ppc64),
            (2, 1, 21, Ppc64le),
            (2, 2, 22, S390x),
            (2, 1, 243, Riscv64),
            (2, 1, 258, Loongarch64),
            (1, 2, 8, Mips),
            (1, 1, 8, Mipsel),
            (2, 2, 8, Mips64),
            (2, 1, 8, Mips64el),
            (2, 1, 50, Ia64),
            (2, 1, 190, Gpu),
            (2, 1, 205, Gpu),
            (2, 1, 224, Gpu),
            (2, 1, 247, Bpf),
            // x32, ILP32, 32 bits of RISC-V and IBM Z, AVR
            (1, 1, 62, Other(62)),
            (1, 1, 183, Other(183)),
            (1, 1, 243, Riscv32),
            (1, 2, 22, Other(22)),
            (1, 1, 83, Other(83)),
        ] {
            let head = elf_head(class, data, 3, number);
            assert_eq!(seen(&head), (vec![machine], NativeKind::Library), "{number}");
            assert_eq!(Native::of(&head).unwrap().is_host_code(), !matches!(machine, Gpu | Bpf));
        }
        assert_eq!(Native::of(&elf_head(3, 1, 3, 62)), None);
        assert_eq!(Native::of(&elf_head(2, 0, 3, 62)), None);
    }

    #[test]
    fn elf_kinds() {
        for (number, kind) in [
            (1, NativeKind::Object),
            (2, NativeKind::Program),
            (3, NativeKind::Library),
            (4, NativeKind::Other),
        ] {
            assert_eq!(seen(&elf_head(2, 1, number, 62)).1, kind);
            assert_eq!(seen(&elf_head(1, 2, number, 20)).1, kind);
        }
        assert_eq!(seen(&bin_true()), (vec![Machine::X86_64], NativeKind::Program));
        // What it loads lies behind the first bytes, or nowhere.
        let mut far = bin_true();
        far[32..40].fill(0xff);
        assert_eq!(seen(&far).1, NativeKind::Library);
    }

    #[test]
    fn pe_machines() {
        use Machine::{Aarch64, Arm, Cil, Ia64, Other, X86, X86_64};
        for (number, machines) in [
            (0x14c, vec![X86]),
            (0x8664, vec![X86_64]),
            (0xaa64, vec![Aarch64]),
            (0xa641, vec![X86_64, Aarch64]),
            (0x1c4, vec![Arm]),
            (0x200, vec![Ia64]),
            (0x1f0, vec![Other(0x1f0)]),
        ] {
            assert_eq!(seen(&pe_head(number, 0x2022, 0x20b, false)), (machines.clone(), NativeKind::Library));
            assert_eq!(seen(&pe_head(number, 0x0022, 0x10b, false)), (machines, NativeKind::Program));
        }
        for magic in [0x10b, 0x20b] {
            let managed = pe_head(0x14c, 0x2022, magic, true);
            assert_eq!(seen(&managed), (vec![Cil], NativeKind::Library));
            assert!(!Native::of(&managed).unwrap().is_host_code());
        }
        assert_eq!(seen(&pe_head(0x14c, 0, 0x107, true)), (vec![X86], NativeKind::Other));
        // The header lies behind what was read, or is none.
        assert_eq!(Native::of(&pe_head(0x14c, 0, 0x10b, false)[..0x80]), None);
        assert_eq!(Native::of(b"MZ is how this text begins"), None);
    }

    #[test]
    fn mach_o_machines() {
        use Machine::{Aarch64, Arm, Other, Ppc, Ppc64, X86, X86_64};
        // The second is arm64e, the last one what a watch has.
        for (cpu, subtype, machine) in [
            (0x0100_000c, 0, Aarch64),
            (0x0100_000c, 0x8000_0002, Aarch64),
            (0x0100_0007, 3, X86_64),
            (7, 3, X86),
            (12, 9, Arm),
            (18, 0, Ppc),
            (0x0100_0012, 0, Ppc64),
            (0x0200_000c, 1, Other(0x0200_000c)),
        ] {
            assert_eq!(seen(&mach_o_head(cpu, subtype, 6)), (vec![machine], NativeKind::Library));
        }
        for (number, kind) in [
            (1, NativeKind::Object),
            (2, NativeKind::Program),
            (6, NativeKind::Library),
            (8, NativeKind::Library),
            (10, NativeKind::Other),
        ] {
            assert_eq!(seen(&mach_o_head(7, 3, number)).1, kind);
        }
        let big_endian = b"\xfe\xed\xfa\xce\0\0\0\x12\0\0\0\0\0\0\0\x02";
        assert_eq!(seen(big_endian), (vec![Ppc], NativeKind::Program));
        let cpus = [0x0100_000c, 0x0100_0007, 7];
        for head in [fat_head(0xcafe_babe, 20, &cpus), fat_head(0xcafe_babf, 32, &cpus)] {
            assert_eq!(seen(&head), (vec![X86, X86_64, Aarch64], NativeKind::Other));
        }
        // A Java class of version 8.
        assert_eq!(Native::of(b"\xca\xfe\xba\xbe\0\0\0\x34\0\0\0\x07"), None);
    }

    #[test]
    fn what_is_no_host_code() {
        let wasm = Native::of(b"\0asm\x01\0\0\0").unwrap();
        assert_eq!((wasm.format(), wasm.is_host_code()), (ExecutableFormat::Wasm, true));
        assert_eq!(Native::of(b"#!/bin/sh\n"), None);
        assert_eq!(Native::of(b""), None);
    }

    #[test]
    fn no_head_is_too_short() {
        for head in [
            bin_true(),
            elf_head(1, 2, 3, 20),
            pe_head(0x14c, 0x2022, 0x10b, true),
            pe_head(0x8664, 0x2022, 0x20b, false),
            mach_o_head(7, 3, 6),
            fat_head(0xcafe_babe, 20, &[7, 12]),
        ] {
            for end in 0..head.len() {
                if let Some(native) = Native::of(&head[..end]) {
                    assert!(!native.machines().is_empty(), "{end}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(
            magic in prop::sample::select(vec![&b"\x7fELF"[..], b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\0asm", b"MZ"]),
            bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let _ = Native::of(&[magic, &bytes].concat());
        }

        #[test]
        fn any_program_headers_are_answered(at in 16..176_usize, bytes in prop::collection::vec(any::<u8>(), 1..8)) {
            let mut head = bin_true();
            for (old, new) in head.iter_mut().skip(at).zip(bytes) {
                *old = new;
            }
            prop_assert!(Native::of(&head).is_some());
        }
    }
}
