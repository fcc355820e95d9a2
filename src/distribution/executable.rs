//! Programs and libraries: machine code, or what a machine of its own runs.

use crate::filename::FileName;

/// The form of a program or library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ExecutableFormat {
    /// Linux and most other Unixes.
    Elf,
    /// Windows.
    Pe,
    /// macOS and iOS, for one architecture.
    MachO,
    /// macOS, for several architectures.
    MachOFat,
    /// WebAssembly.
    Wasm,
}

/// Names by which programs and libraries go, whatever they begin with.
const SUFFIXES: &[&str] = &[".exe", ".dll", ".so", ".dylib", ".node", ".appimage", ".pyd", ".wasm", ".efi"];

/// Where a DOS header says at which byte the PE header stands.
const PE_OFFSET_AT: usize = 0x3c;

/// The first version of Java, in place of a fat Mach-O's number of
/// architectures: class files begin with the same four bytes.
const FIRST_JAVA_CLASS: u32 = 0x2b;

impl ExecutableFormat {
    /// The format of a file that begins with `head`; 4 KiB are plenty.
    #[must_use]
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match head.first_chunk()? {
            b"\x7fELF" => Some(Self::Elf),
            b"\0asm" => Some(Self::Wasm),
            b"\xfe\xed\xfa\xce" | b"\xfe\xed\xfa\xcf" | b"\xce\xfa\xed\xfe" | b"\xcf\xfa\xed\xfe" => {
                Some(Self::MachO)
            }
            b"\xca\xfe\xba\xbe" | b"\xca\xfe\xba\xbf" => {
                let architectures = u32::from_be_bytes(*head.get(4..)?.first_chunk()?);
                (1..FIRST_JAVA_CLASS).contains(&architectures).then_some(Self::MachOFat)
            }
            [b'M', b'Z', ..] => {
                match head.get(pe_offset(head)?..).and_then(|pe| pe.first_chunk::<4>()) {
                    Some(signature) => (signature == b"PE\0\0").then_some(Self::Pe),
                    // The header lies behind what was read.
                    None => Some(Self::Pe),
                }
            }
            _ => None,
        }
    }
}

/// Where the PE header stands in a file that begins with a DOS header.
pub(super) fn pe_offset(head: &[u8]) -> Option<usize> {
    let offset = u32::from_le_bytes(*head.get(PE_OFFSET_AT..)?.first_chunk()?);
    usize::try_from(offset).ok()
}

/// Whether a name is that of a program or library; `libfoo.so.1.2` too.
#[must_use]
pub(crate) fn is_executable_name(name: &FileName) -> bool {
    let versioned = || {
        name.as_str().split_once(".so.").is_some_and(|(stem, version)| {
            !stem.is_empty()
                && version.split('.').all(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
        })
    };
    SUFFIXES.iter().any(|suffix| name.has_suffix(suffix)) || versioned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pe(offset: u8, signature: &[u8]) -> Vec<u8> {
        let mut head = vec![0; PE_OFFSET_AT];
        head[..2].copy_from_slice(b"MZ");
        head.extend([offset, 0, 0, 0]);
        head.resize(usize::from(offset).max(head.len()), 0);
        head.extend(signature);
        head
    }

    #[test]
    fn formats() {
        use ExecutableFormat::{Elf, MachO, MachOFat, Pe, Wasm};
        for (head, format) in [
            (&b"\x7fELF\x02"[..], Some(Elf)),
            (b"\0asm\x01\0\0\0", Some(Wasm)),
            (b"\xcf\xfa\xed\xfe", Some(MachO)),
            (b"\xca\xfe\xba\xbe\0\0\0\x02", Some(MachOFat)),
            // A Java class of version 8.
            (b"\xca\xfe\xba\xbe\0\0\0\x34", None),
            (b"\xca\xfe\xba\xbe", None),
            (&pe(0x80, b"PE\0\0\x64\x86"), Some(Pe)),
            (&pe(0x80, b"NE\0\0"), None),
            (&pe(0xff, b""), Some(Pe)),
            (b"MZ is how this text begins", None),
            (b"MZ", None),
            (b"", None),
            (b"#!/bin/sh", None),
        ] {
            assert_eq!(ExecutableFormat::of(head), format, "{head:?}");
        }
    }

    #[test]
    fn no_head_is_too_short() {
        for head in [&pe(0x80, b"PE\0\0")[..], b"\x7fELF", b"\xca\xfe\xba\xbe\0\0\0\x02"] {
            for end in 0..head.len() {
                let _ = ExecutableFormat::of(&head[..end]);
            }
        }
    }

    #[test]
    fn names() {
        let is = |name: &str| is_executable_name(&name.parse().unwrap());
        for name in ["a.exe", "A.EXE", "x.AppImage", "libfoo.so", "libfoo.so.1.2.3", "x.node", "x.wasm"] {
            assert!(is(name), "{name}");
        }
        for name in ["exe", ".exe", "a.so.txt", "a.so.", ".so.1", "a.txt"] {
            assert!(!is(name), "{name}");
        }
    }
}
