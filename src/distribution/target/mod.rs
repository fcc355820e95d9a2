//! Targets: the system, machine and C library that a file is for.

mod metadata;
mod name;

pub(crate) use name::target_text;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::machine::Machine;

/// What a file is for, as its name or its metadata says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    /// The operating system.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub os: Option<Os>,
    /// The processor.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arch: Option<Arch>,
    /// The C library, on Linux.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub libc: Option<Libc>,
    /// What says so.
    pub from: TargetSource,
}

/// What says for which target a file is. The first that says anything counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TargetSource {
    /// The platform tags of a wheel.
    PlatformTags,
    /// `os`, `cpu` and `libc` of a package.json.
    PackageJson,
    /// The name of the file.
    FileName,
    /// The name of the artifact that the file was in.
    ArtifactName,
}

impl fmt::Display for TargetSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PlatformTags => "its platform tags",
            Self::PackageJson => "its package.json",
            Self::FileName => "its name",
            Self::ArtifactName => "the name of its artifact",
        })
    }
}

impl fmt::Display for Target {
    /// Ex) `linux x64 musl`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [self.os.map(Os::as_str), self.arch.map(Arch::as_str), self.libc.map(Libc::as_str)];
        f.write_str(&words.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

/// An enumeration whose variants are spelt in one way only: in text and in JSON.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[allow(clippy::enum_variant_names, reason = "systems bear their own names")]
        pub(crate) enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// As the manifest spells it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// An operating system.
    Os {
        /// With any C library.
        Linux = "linux",
        /// Ex) `darwin`, `osx`
        MacOs = "macos",
        /// Ex) `win32`, `windows`
        Windows = "windows",
        /// On devices and simulators.
        Ios = "ios",
        /// With its own C library.
        Android = "android",
        /// `FreeBSD`.
        FreeBsd = "freebsd",
        /// `OpenBSD`.
        OpenBsd = "openbsd",
        /// `NetBSD`.
        NetBsd = "netbsd",
        /// `DragonFly` BSD.
        DragonFly = "dragonfly",
        /// Solaris and illumos. Ex) `sunos`
        Solaris = "solaris",
        /// AIX.
        Aix = "aix",
    }
}

words! {
    /// A processor.
    Arch {
        /// Ex) `x86_64`, `amd64`
        X64 = "x64",
        /// 32 bits. Ex) `i686`, `386`, `ia32`
        X86 = "x86",
        /// `x86_64` with pointers of 32 bits.
        X32 = "x32",
        /// Ex) `aarch64`
        Arm64 = "arm64",
        /// `arm64` that calls, and is called by, `x64` on Windows.
        Arm64ec = "arm64ec",
        /// Big-endian.
        Arm64be = "arm64be",
        /// 32 bits. Ex) `armhf` of Debian
        Armv7 = "armv7",
        /// 32 bits.
        Armv6 = "armv6",
        /// 32 bits, no version given.
        Arm = "arm",
        /// 64 bits, little-endian. Ex) `powerpc64le`, `ppc64el`
        Ppc64le = "ppc64le",
        /// 64 bits, big-endian.
        Ppc64 = "ppc64",
        /// 32 bits, big-endian.
        Ppc = "ppc",
        /// 64 bits. Ex) `riscv64gc`
        Riscv64 = "riscv64",
        /// IBM Z.
        S390x = "s390x",
        /// Ex) `loongarch64`
        Loong64 = "loong64",
        /// 32 bits, big-endian.
        Mips = "mips",
        /// 32 bits, little-endian. Ex) `mipsel`
        Mipsle = "mipsle",
        /// 64 bits, big-endian.
        Mips64 = "mips64",
        /// 64 bits, little-endian. Ex) `mips64el`
        Mips64le = "mips64le",
        /// Itanium.
        Ia64 = "ia64",
        /// WebAssembly.
        Wasm = "wasm",
        /// `x64` and `arm64` in one file, for macOS.
        Universal = "universal",
    }
}

words! {
    /// A C library of Linux.
    Libc {
        /// The GNU C library.
        Glibc = "glibc",
        /// As on Alpine Linux.
        Musl = "musl",
    }
}

impl Arch {
    /// The machines for which such a file has code: all of them. Empty if no
    /// header distinguishes this processor.
    pub(crate) const fn machines(self) -> &'static [Machine] {
        match self {
            Self::X64 => &[Machine::X86_64],
            Self::X86 => &[Machine::X86],
            Self::Arm64 | Self::Arm64ec => &[Machine::Aarch64],
            Self::Armv7 | Self::Armv6 | Self::Arm => &[Machine::Arm],
            Self::Ppc64le => &[Machine::Ppc64le],
            Self::Ppc64 => &[Machine::Ppc64],
            Self::Ppc => &[Machine::Ppc],
            Self::Riscv64 => &[Machine::Riscv64],
            Self::S390x => &[Machine::S390x],
            Self::Loong64 => &[Machine::Loongarch64],
            Self::Mips => &[Machine::Mips],
            Self::Mipsle => &[Machine::Mipsel],
            Self::Mips64 => &[Machine::Mips64],
            Self::Mips64le => &[Machine::Mips64el],
            Self::Ia64 => &[Machine::Ia64],
            Self::Wasm => &[Machine::Wasm32],
            Self::Universal => &[Machine::X86_64, Machine::Aarch64],
            Self::X32 | Self::Arm64be => &[],
        }
    }

    /// The processor of a machine.
    pub(crate) fn of(machine: Machine) -> Option<Self> {
        [
            Self::X64,
            Self::X86,
            Self::Arm64,
            Self::Arm,
            Self::Ppc64le,
            Self::Ppc64,
            Self::Ppc,
            Self::Riscv64,
            Self::S390x,
            Self::Loong64,
            Self::Mips,
            Self::Mipsle,
            Self::Mips64,
            Self::Mips64le,
            Self::Ia64,
            Self::Wasm,
        ]
        .into_iter()
        .find(|arch| arch.machines() == [machine])
    }
}
