//! Native code: for which system and machine it is, and what it asks of them.
//!
//! ELF, Mach-O and PE headers are read with the `object` crate, by the names
//! that the specifications give their fields. [`excerpt`] keeps the parts of a
//! file that this needs while the file passes by.

mod elf;
pub(crate) mod excerpt;
mod mach_o;
pub(crate) mod module;
mod pe;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use self::excerpt::{Collector, Excerpt};
use super::executable::ExecutableFormat;
use super::machine::Machine;
use super::target::{Libc, Os};

/// What a native file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NativeKind {
    /// To be started.
    Program,
    /// To be loaded by a program. An ELF program that is linked statically and
    /// runs at any address looks like one, if its linker does not mark it.
    Library,
    /// To be linked.
    Object,
    /// Anything else, or what the header does not say: a core dump, debug
    /// symbols, WebAssembly.
    Other,
}

/// A version of glibc: major and minor number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GlibcVersion(pub u16, pub u16);

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// A version of an operating system: major and minor number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OsVersion(pub u16, pub u16);

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// What the headers of a native file say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Native {
    format: ExecutableFormat,
    machines: BTreeSet<Machine>,
    kind: NativeKind,
    os: Option<Os>,
    libcs: BTreeMap<Libc, String>,
    glibc: Option<GlibcVersion>,
    slices: Vec<Slice>,
    has_payload: bool,
}

/// The code for one machine in a Mach-O file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slice {
    /// The machine.
    pub machine: Machine,
    /// What it is for.
    pub kind: NativeKind,
    /// The system; none if it does not say, or one that rules do not ask for.
    pub os: Option<Os>,
    /// The oldest version of that system on which it runs.
    pub minimum: Option<OsVersion>,
    /// Whether there is a code signature; none if there are no load commands.
    pub is_signed: Option<bool>,
}

impl Native {
    fn new(format: ExecutableFormat, machines: BTreeSet<Machine>, kind: NativeKind) -> Self {
        Self {
            format,
            machines,
            kind,
            os: None,
            libcs: BTreeMap::new(),
            glibc: None,
            slices: Vec::new(),
            has_payload: false,
        }
    }

    /// Reads the headers of a file. None if it is not native, or its first
    /// header does not lie whole in what was kept.
    ///
    /// Where something was [missing](Excerpt::missing) that another look can
    /// keep, the answer lacks it.
    pub(crate) fn of(file: &Excerpt) -> Option<Self> {
        match ExecutableFormat::of(file.head())? {
            ExecutableFormat::Elf => elf::read(file),
            ExecutableFormat::Pe => pe::read(file),
            ExecutableFormat::MachO => mach_o::read(file),
            ExecutableFormat::MachOFat => mach_o::read_fat(file),
            ExecutableFormat::Wasm => {
                Some(Self::new(ExecutableFormat::Wasm, [Machine::Wasm32].into(), NativeKind::Other))
            }
        }
    }

    /// Keeps of a file what [`Native::of`] reads.
    pub(crate) fn collector() -> Collector {
        Collector::new(named)
    }

    /// Its form.
    pub(crate) const fn format(&self) -> ExecutableFormat {
        self.format
    }

    /// For which machines it has code, at least one.
    pub(crate) const fn machines(&self) -> &BTreeSet<Machine> {
        &self.machines
    }

    /// What it is for.
    pub(crate) const fn kind(&self) -> NativeKind {
        self.kind
    }

    /// For which system it says it is: by its program loader, its OSABI or its
    /// build version.
    pub(crate) const fn os(&self) -> Option<Os> {
        self.os
    }

    /// The C libraries of Linux that it asks for, each with the name of the
    /// library or program loader that shows it.
    pub(crate) const fn libcs(&self) -> &BTreeMap<Libc, String> {
        &self.libcs
    }

    /// The oldest glibc that has all versioned symbols that it needs.
    pub(crate) const fn glibc(&self) -> Option<GlibcVersion> {
        self.glibc
    }

    /// The code of a Mach-O file, by machine.
    pub(crate) fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// Whether it is a PE file with much behind its sections, as an installer
    /// has, whose own machine says nothing of what it installs.
    pub(crate) const fn has_payload(&self) -> bool {
        self.has_payload
    }

    /// Whether it has code for a machine that an interpreter of Python
    /// [could run on](Machine::is_host).
    pub(crate) fn is_host_code(&self) -> bool {
        self.machines.iter().any(|machine| machine.is_host())
    }
}

/// The parts of a native file that begins so which say what it is. None of
/// another file.
fn named(head: &[u8]) -> Vec<Range<u64>> {
    let Some(format) = ExecutableFormat::of(head) else { return Vec::new() };
    let file = Excerpt::beginning(head);
    match format {
        ExecutableFormat::Elf => elf::named(&file),
        ExecutableFormat::MachO | ExecutableFormat::MachOFat => mach_o::named(&file),
        ExecutableFormat::Pe => pe::named(&file),
        ExecutableFormat::Wasm => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

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
    /// first two of its 13 program headers; and its interpreter, of which the
    /// second speaks.
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
            .map(|mut head| {
                head.resize(64 + 13 * 56, 0);
                head.extend(b"/lib64/ld-linux-x86-64.so.2\0");
                head
            })
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
        [0xfeed_facf, cpu, subtype, kind, 0, 0, 0, 0].into_iter().flat_map(u32::to_le_bytes).collect()
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

    fn of(bytes: &[u8]) -> Option<Native> {
        let mut collector = Native::collector();
        collector.write_all(bytes).unwrap();
        Native::of(&collector.finish(None))
    }

    fn seen(head: &[u8]) -> (Vec<Machine>, NativeKind) {
        let native = of(head).unwrap();
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
            assert_eq!(of(&head).unwrap().is_host_code(), !matches!(machine, Gpu | Bpf));
        }
        assert_eq!(of(&elf_head(3, 1, 3, 62)), None);
        assert_eq!(of(&elf_head(2, 0, 3, 62)), None);
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
        let native = of(&bin_true()).unwrap();
        assert_eq!(seen(&bin_true()), (vec![Machine::X86_64], NativeKind::Program));
        assert_eq!((native.os(), native.glibc()), (Some(Os::Linux), None));
        assert_eq!(native.libcs().iter().next(), Some((&Libc::Glibc, &"ld-linux-x86-64.so.2".to_owned())));
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
            assert!(!of(&managed).unwrap().is_host_code());
        }
        assert_eq!(seen(&pe_head(0x14c, 0, 0x107, true)), (vec![X86], NativeKind::Other));
        // The header lies behind what was read, or is none.
        assert_eq!(of(&pe_head(0x14c, 0, 0x10b, false)[..0x80]), None);
        assert_eq!(of(b"MZ is how this text begins"), None);
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
        let big_endian = b"\xfe\xed\xfa\xce\0\0\0\x12\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(seen(big_endian), (vec![Ppc], NativeKind::Program));
        let cpus = [0x0100_000c, 0x0100_0007, 7];
        for head in [fat_head(0xcafe_babe, 20, &cpus), fat_head(0xcafe_babf, 32, &cpus)] {
            assert_eq!(seen(&head), (vec![X86, X86_64, Aarch64], NativeKind::Other));
        }
        // A Java class of version 8.
        assert_eq!(of(b"\xca\xfe\xba\xbe\0\0\0\x34\0\0\0\x07"), None);
    }

    #[test]
    fn what_is_no_host_code() {
        let wasm = of(b"\0asm\x01\0\0\0").unwrap();
        assert_eq!((wasm.format(), wasm.is_host_code()), (ExecutableFormat::Wasm, true));
        assert_eq!(of(b"#!/bin/sh\n"), None);
        assert_eq!(of(b""), None);
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
                if let Some(native) = of(&head[..end]) {
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
            let _ = of(&[magic, &bytes].concat());
        }

        #[test]
        fn any_program_headers_are_answered(at in 16..176_usize, bytes in prop::collection::vec(any::<u8>(), 1..8)) {
            let mut head = bin_true();
            for (old, new) in head.iter_mut().skip(at).zip(bytes) {
                *old = new;
            }
            prop_assert!(of(&head).is_some());
        }
    }
}
