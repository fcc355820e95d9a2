//! Which machines a native file's code is for, by its first bytes.
//!
//! After the System V ABI ("ELF Header"), Apple's `mach-o/loader.h` and
//! `mach-o/fat.h`, Microsoft's "PE Format", and the WebAssembly core
//! specification ("Binary Format"). No more is read than the header says of
//! itself: these are a few fields at fixed places, of which a library for
//! object files would want the whole file.

use std::collections::BTreeSet;
use std::fmt;

use super::executable::ExecutableFormat;

/// A machine that code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Machine {
    /// 32-bit x86.
    X86,
    /// 64-bit x86.
    X86_64,
    /// 32-bit Arm.
    Arm,
    /// 64-bit Arm.
    Aarch64,
    /// 32-bit `PowerPC`.
    Ppc,
    /// 64-bit `PowerPC`, big-endian.
    Ppc64,
    /// 64-bit `PowerPC`, little-endian.
    Ppc64le,
    /// IBM Z.
    S390x,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit `LoongArch`.
    Loongarch64,
    /// Itanium.
    Ia64,
    /// 32-bit WebAssembly.
    Wasm32,
    /// No processor that runs an interpreter: a graphics card, the kernel's
    /// packet filter.
    Accelerator,
    /// One that is not known here, by the number that the file's format gives
    /// it.
    Other(u32),
}

impl Machine {
    /// Whether an interpreter could run on it.
    #[must_use]
    pub const fn is_host(self) -> bool {
        !matches!(self, Self::Accelerator | Self::Other(_))
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86 => "x86",
            Self::X86_64 => "x86-64",
            Self::Arm => "arm",
            Self::Aarch64 => "arm64",
            Self::Ppc => "ppc",
            Self::Ppc64 => "ppc64",
            Self::Ppc64le => "ppc64le",
            Self::S390x => "s390x",
            Self::Riscv64 => "riscv64",
            Self::Loongarch64 => "loongarch64",
            Self::Ia64 => "ia64",
            Self::Wasm32 => "wasm32",
            Self::Accelerator => "an accelerator",
            Self::Other(number) => return write!(f, "machine {number}"),
        })
    }
}

/// What native code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NativeKind {
    /// To be started.
    Program,
    /// To be loaded.
    Library,
    /// To be linked: nothing runs it as it is.
    Object,
}

/// Native code: its format, its machines, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Native {
    format: ExecutableFormat,
    machines: BTreeSet<Machine>,
    kind: NativeKind,
}

impl Native {
    /// The native code that begins with `head`; 4 KiB are plenty. Nothing if it
    /// is none, or if its header lies behind what was read.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        let format = ExecutableFormat::of(head)?;
        let (machines, kind) = match format {
            ExecutableFormat::Elf => elf(head)?,
            ExecutableFormat::MachO => mach_o(head)?,
            ExecutableFormat::MachOFat => mach_o_fat(head)?,
            ExecutableFormat::Pe => pe(head)?,
            ExecutableFormat::Wasm => (vec![Machine::Wasm32], NativeKind::Library),
        };
        Some(Self { format, machines: machines.into_iter().collect(), kind })
    }

    /// The format.
    #[must_use]
    pub const fn format(&self) -> ExecutableFormat {
        self.format
    }

    /// The machines, several if it is Mach-O for several.
    #[must_use]
    pub const fn machines(&self) -> &BTreeSet<Machine> {
        &self.machines
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(&self) -> NativeKind {
        self.kind
    }
}

/// Numbers in one byte order or the other.
#[derive(Clone, Copy)]
struct Numbers<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl Numbers<'_> {
    fn u16(self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

fn elf(head: &[u8]) -> Option<(Vec<Machine>, NativeKind)> {
    let (class, data) = (*head.get(4)?, *head.get(5)?);
    let is_big_endian = data == 2;
    let header = Numbers { bytes: head, is_big_endian };
    let (kind, machine) = (header.u16(16)?, header.u16(18)?);
    let is_64_bit = class == 2;
    let machine = match (machine, is_64_bit) {
        (3, _) => Machine::X86,
        // x32, the 32-bit ABI of x86-64, is another platform.
        (62, true) => Machine::X86_64,
        (40, _) => Machine::Arm,
        (183, _) => Machine::Aarch64,
        (20, _) => Machine::Ppc,
        (21, _) if is_big_endian => Machine::Ppc64,
        (21, _) => Machine::Ppc64le,
        (22, true) => Machine::S390x,
        (243, true) => Machine::Riscv64,
        (258, true) => Machine::Loongarch64,
        (50, _) => Machine::Ia64,
        // CUDA, AMD's graphics cards, BPF.
        (190 | 224 | 247, _) => Machine::Accelerator,
        (other, _) => Machine::Other(other.into()),
    };
    let kind = match kind {
        2 => NativeKind::Program,
        // Most programs are shared objects too; they are loaded the same way.
        3 => NativeKind::Library,
        _ => NativeKind::Object,
    };
    Some((vec![machine], kind))
}

/// By `mach/machine.h`.
fn cpu(number: u32) -> Machine {
    match number {
        7 => Machine::X86,
        0x0100_0007 => Machine::X86_64,
        12 => Machine::Arm,
        0x0100_000c => Machine::Aarch64,
        18 => Machine::Ppc,
        0x0100_0012 => Machine::Ppc64,
        other => Machine::Other(other),
    }
}

fn mach_o(head: &[u8]) -> Option<(Vec<Machine>, NativeKind)> {
    let header = Numbers { bytes: head, is_big_endian: head.first() == Some(&0xfe) };
    let kind = match header.u32(12)? {
        2 => NativeKind::Program,
        // A dynamic library, a bundle.
        6 | 8 => NativeKind::Library,
        _ => NativeKind::Object,
    };
    Some((vec![cpu(header.u32(4)?)], kind))
}

/// The parts lie elsewhere in the file; that they are for being loaded is what
/// such files are made for.
fn mach_o_fat(head: &[u8]) -> Option<(Vec<Machine>, NativeKind)> {
    let header = Numbers { bytes: head, is_big_endian: true };
    let (count, is_64_bit) = (header.u32(4)?, head.get(3) == Some(&0xbf));
    let (first, step) = (8, if is_64_bit { 32 } else { 20 });
    let parts = usize::try_from(count).ok()?;
    let machines = (0..parts).map(|part| header.u32(first + part * step).map(cpu));
    Some((machines.collect::<Option<_>>()?, NativeKind::Library))
}

fn pe(head: &[u8]) -> Option<(Vec<Machine>, NativeKind)> {
    let header = Numbers { bytes: head, is_big_endian: false };
    let at = usize::try_from(header.u32(0x3c)?).ok()?;
    let machines = match header.u16(at.checked_add(4)?)? {
        0x014c => vec![Machine::X86],
        0x8664 => vec![Machine::X86_64],
        0x01c0 | 0x01c2 | 0x01c4 => vec![Machine::Arm],
        0xaa64 => vec![Machine::Aarch64],
        // ARM64EC and ARM64X: code that both can load.
        0xa641 | 0xa64e => vec![Machine::X86_64, Machine::Aarch64],
        0x0200 => vec![Machine::Ia64],
        other => vec![Machine::Other(other.into())],
    };
    let is_library = header.u16(at.checked_add(22)?)? & 0x2000 != 0;
    Some((machines, if is_library { NativeKind::Library } else { NativeKind::Program }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn elf(class: u8, data: u8, kind: u16, machine: u16) -> Vec<u8> {
        let numbers = [kind, machine].map(|n| if data == 2 { n.to_be_bytes() } else { n.to_le_bytes() });
        [&b"\x7fELF"[..], &[class, data, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], &numbers.concat()].concat()
    }

    fn told(head: &[u8]) -> Option<(Vec<Machine>, NativeKind)> {
        Native::of(head).map(|native| (native.machines().iter().copied().collect(), native.kind()))
    }

    #[test]
    fn elf_files() {
        use Machine::{Aarch64, Accelerator, Other, Ppc64, Ppc64le, S390x, X86, X86_64};
        use NativeKind::{Library, Object, Program};
        for (head, machine, kind) in [
            (elf(2, 1, 3, 62), X86_64, Library),
            (elf(2, 1, 2, 183), Aarch64, Program),
            (elf(1, 1, 1, 3), X86, Object),
            (elf(1, 1, 3, 62), Other(62), Library),
            (elf(2, 2, 3, 21), Ppc64, Library),
            (elf(2, 1, 3, 21), Ppc64le, Library),
            (elf(2, 2, 3, 22), S390x, Library),
            (elf(2, 1, 2, 190), Accelerator, Program),
            (elf(2, 1, 1, 247), Accelerator, Object),
        ] {
            assert_eq!(told(&head), Some((vec![machine], kind)));
        }
    }

    #[test]
    fn mach_o_files() {
        use Machine::{Aarch64, Ppc, X86_64};
        let thin = |magic: [u8; 4], numbers: [[u8; 4]; 3]| [&magic[..], &numbers.concat()].concat();
        let little = [0x0100_0007_u32, 0, 8].map(u32::to_le_bytes);
        assert_eq!(told(&thin(*b"\xcf\xfa\xed\xfe", little)), Some((vec![X86_64], NativeKind::Library)));
        let big = [18_u32, 0, 2].map(u32::to_be_bytes);
        assert_eq!(told(&thin(*b"\xfe\xed\xfa\xce", big)), Some((vec![Ppc], NativeKind::Program)));
        let fat = |magic: &[u8], cpus: [u32; 2], words: usize| {
            let mut head = [magic, &2_u32.to_be_bytes()].concat();
            for cpu in cpus {
                head.extend(cpu.to_be_bytes());
                head.extend(vec![0; 4 * words]);
            }
            head
        };
        let both = Some((vec![X86_64, Aarch64], NativeKind::Library));
        assert_eq!(told(&fat(b"\xca\xfe\xba\xbe", [0x0100_000c, 0x0100_0007], 4)), both);
        assert_eq!(told(&fat(b"\xca\xfe\xba\xbf", [0x0100_000c, 0x0100_0007], 7)), both);
    }

    #[test]
    fn pe_files() {
        use Machine::{Aarch64, X86, X86_64};
        let file = |machine: u16, flags: u16| {
            let mut head = b"MZ".to_vec();
            head.resize(0x3c, 0);
            head.extend([0x40, 0, 0, 0]);
            head.extend(b"PE\0\0");
            head.extend(machine.to_le_bytes());
            head.extend([0; 16]);
            head.extend(flags.to_le_bytes());
            head
        };
        assert_eq!(told(&file(0x8664, 0x2022)), Some((vec![X86_64], NativeKind::Library)));
        assert_eq!(told(&file(0x014c, 0x0102)), Some((vec![X86], NativeKind::Program)));
        assert_eq!(told(&file(0xa64e, 0x2022)), Some((vec![X86_64, Aarch64], NativeKind::Library)));
    }

    #[test]
    fn other_files() {
        assert_eq!(told(b"\0asm\x01\0\0\0"), Some((vec![Machine::Wasm32], NativeKind::Library)));
        assert_eq!(told(b"#!/bin/sh"), None);
        assert_eq!(told(b""), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(
            magic in prop::sample::select(vec![
                &b"\x7fELF"[..], b"\0asm", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"MZ", b"",
            ]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = Native::of(&[magic, &rest].concat());
        }
    }
}
