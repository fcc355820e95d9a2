//! The beginnings of native files, as linkers write them.

/// A machine, as each format numbers it.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    elf: u16,
    mach_o: u32,
    pe: u16,
}

pub(crate) const I386: Machine = Machine { elf: 3, mach_o: 7, pe: 0x14c };
pub(crate) const X86_64: Machine = Machine { elf: 62, mach_o: 0x0100_0007, pe: 0x8664 };
pub(crate) const AARCH64: Machine = Machine { elf: 183, mach_o: 0x0100_000c, pe: 0xaa64 };

/// What a native file is.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    elf: u16,
    mach_o: u32,
    pe: u16,
}

pub(crate) const OBJECT: Kind = Kind { elf: 1, mach_o: 1, pe: 0 };
pub(crate) const PROGRAM: Kind = Kind { elf: 2, mach_o: 2, pe: 0x0022 };
pub(crate) const LIBRARY: Kind = Kind { elf: 3, mach_o: 6, pe: 0x2022 };

/// ELF, 32 bits for x86 and else 64, little-endian.
pub(crate) fn elf(machine: Machine, kind: Kind) -> Vec<u8> {
    let class = if machine.elf == I386.elf { 1 } else { 2 };
    let mut bytes = b"\x7fELF".to_vec();
    bytes.extend([class, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(kind.elf.to_le_bytes());
    bytes.extend(machine.elf.to_le_bytes());
    bytes.resize(64, 0);
    bytes
}

/// Mach-O for one machine.
pub(crate) fn mach_o(machine: Machine, kind: Kind) -> Vec<u8> {
    let mut bytes = 0xfeed_facf_u32.to_le_bytes().to_vec();
    for number in [machine.mach_o, 0, kind.mach_o, 0, 0, 0, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes
}

/// Mach-O for several machines.
pub(crate) fn mach_o_fat(machines: &[Machine]) -> Vec<u8> {
    let mut bytes = 0xcafe_babe_u32.to_be_bytes().to_vec();
    bytes.extend(u32::try_from(machines.len()).unwrap().to_be_bytes());
    for machine in machines {
        for number in [machine.mach_o, 0, 4096, 32, 12] {
            bytes.extend(number.to_be_bytes());
        }
    }
    bytes
}

/// PE, its header where the DOS header says.
pub(crate) fn pe(machine: Machine, kind: Kind) -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend(0x80_u32.to_le_bytes());
    bytes.resize(0x80, 0);
    bytes.extend(b"PE\0\0");
    bytes.extend(machine.pe.to_le_bytes());
    bytes.extend([0; 16]);
    bytes.extend(kind.pe.to_le_bytes());
    bytes.resize(0x200, 0);
    bytes
}
