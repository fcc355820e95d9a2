//! Machines: what code is for.

use std::fmt;

/// A machine that runs code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Machine {
    /// Ex) `i686`, `win32`
    X86,
    /// Ex) `x86_64`, `win_amd64`
    X86_64,
    /// 32 bits. Ex) `armv7l`, `armeabi_v7a`
    Arm,
    /// Ex) `aarch64`, `macosx_11_0_arm64`
    Aarch64,
    /// 32 bits, big end first.
    Ppc,
    /// Big end first.
    Ppc64,
    /// Little end first.
    Ppc64le,
    /// IBM Z, 64 bits.
    S390x,
    /// RISC-V with 32 bits, as in firmware.
    Riscv32,
    /// RISC-V, 64 bits.
    Riscv64,
    /// 64 bits, as of Loongson.
    Loongarch64,
    /// 32 bits, big end first.
    Mips,
    /// 32 bits, little end first.
    Mipsel,
    /// 64 bits, big end first.
    Mips64,
    /// 64 bits, little end first.
    Mips64el,
    /// Itanium.
    Ia64,
    /// WebAssembly. Its header does not distinguish 64 bits.
    Wasm32,
    /// A graphics processor of NVIDIA, AMD or Intel.
    Gpu,
    /// The virtual machine in the Linux kernel.
    Bpf,
    /// .NET, whatever machine its header names.
    Cil,
    /// Another one, by the number that its format has for it.
    Other(u32),
}

impl Machine {
    /// Whether an interpreter of Python could run on it, so that code for it
    /// says for which platform a wheel is. What a graphics processor, the
    /// kernel or .NET runs lies in wheels for many.
    #[must_use]
    pub(crate) const fn is_host(self) -> bool {
        !matches!(self, Self::Gpu | Self::Bpf | Self::Cil)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86 => "x86",
            Self::X86_64 => "x86_64",
            Self::Arm => "arm",
            Self::Aarch64 => "aarch64",
            Self::Ppc => "ppc",
            Self::Ppc64 => "ppc64",
            Self::Ppc64le => "ppc64le",
            Self::S390x => "s390x",
            Self::Riscv32 => "riscv32",
            Self::Riscv64 => "riscv64",
            Self::Loongarch64 => "loongarch64",
            Self::Mips => "mips",
            Self::Mipsel => "mipsel",
            Self::Mips64 => "mips64",
            Self::Mips64el => "mips64el",
            Self::Ia64 => "ia64",
            Self::Wasm32 => "wasm32",
            Self::Gpu => "GPU",
            Self::Bpf => "BPF",
            Self::Cil => ".NET",
            Self::Other(number) => return write!(f, "machine {number:#x}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (machine, name, is_host) in [
            (Machine::X86_64, "x86_64", true),
            (Machine::Ppc64le, "ppc64le", true),
            (Machine::Gpu, "GPU", false),
            (Machine::Bpf, "BPF", false),
            (Machine::Cil, ".NET", false),
            (Machine::Other(62), "machine 0x3e", true),
        ] {
            assert_eq!((machine.to_string().as_str(), machine.is_host()), (name, is_host));
        }
    }
}
