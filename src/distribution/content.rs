//! What the first bytes of a file say that it is, and whether its name agrees.
//!
//! The magic numbers are those of the formats' specifications, as `file(1)`
//! lists them.

use std::fmt;

use super::executable::ExecutableFormat;
use crate::filename::FileName;

/// What a file is by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Content {
    /// A zip, and so are jars and many packages.
    Zip,
    /// gzip
    Gzip,
    /// xz
    Xz,
    /// Zstandard
    Zstd,
    /// bzip2
    Bzip2,
    /// lz4
    Lz4,
    /// lzip
    Lzip,
    /// 7z
    SevenZip,
    /// A tar, not compressed.
    Tar,
    /// `ar`, as Debian packages and static libraries.
    Ar,
    /// An RPM package.
    Rpm,
    /// An OLE compound file, as Windows Installer packages.
    Ole,
    /// A xar archive, as installer packages of macOS.
    Xar,
    /// `SquashFS`, as snaps.
    SquashFs,
    /// A program or library.
    Native(ExecutableFormat),
    /// A script that names its interpreter.
    Script,
    /// An HTML page, as servers send instead of what they do not find.
    Html,
    /// A pointer of Git LFS in the place of the file.
    LfsPointer,
    /// JSON or XML.
    Markup,
    /// Text of another kind.
    Text,
    /// No byte at all.
    Empty,
    /// Bytes that none of these begin with.
    Unknown,
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zip => "a zip",
            Self::Gzip => "gzip",
            Self::Xz => "xz",
            Self::Zstd => "Zstandard",
            Self::Bzip2 => "bzip2",
            Self::Lz4 => "lz4",
            Self::Lzip => "lzip",
            Self::SevenZip => "7z",
            Self::Tar => "a tar that is not compressed",
            Self::Ar => "an ar archive",
            Self::Rpm => "an RPM package",
            Self::Ole => "an OLE compound file",
            Self::Xar => "a xar archive",
            Self::SquashFs => "a SquashFS image",
            Self::Native(ExecutableFormat::Elf) => "an ELF file",
            Self::Native(ExecutableFormat::Pe) => "a PE file",
            Self::Native(ExecutableFormat::MachO | ExecutableFormat::MachOFat) => "a Mach-O file",
            Self::Native(ExecutableFormat::Wasm) => "WebAssembly",
            Self::Script => "a script",
            Self::Html => "an HTML page",
            Self::LfsPointer => "a pointer of Git LFS",
            Self::Markup => "JSON or XML",
            Self::Text => "text",
            Self::Empty => "empty",
            Self::Unknown => "of another format",
        })
    }
}

/// How formats begin.
const MAGIC: [(&[u8], Content); 16] = [
    (b"PK\x03\x04", Content::Zip),
    (b"PK\x05\x06", Content::Zip),
    (b"PK\x07\x08", Content::Zip),
    (b"\x1f\x8b", Content::Gzip),
    (b"\xfd7zXZ\0", Content::Xz),
    (b"\x28\xb5\x2f\xfd", Content::Zstd),
    (b"BZh", Content::Bzip2),
    (b"\x04\x22\x4d\x18", Content::Lz4),
    (b"LZIP", Content::Lzip),
    (b"7z\xbc\xaf\x27\x1c", Content::SevenZip),
    (b"!<arch>\n", Content::Ar),
    (b"\xed\xab\xee\xdb", Content::Rpm),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content::Ole),
    (b"xar!", Content::Xar),
    (b"hsqs", Content::SquashFs),
    (b"version https://git-lfs.github.com/spec/", Content::LfsPointer),
];

/// Where a tar says that it is one, and with what.
const TAR_MAGIC_AT: usize = 257;

impl Content {
    /// Looks at the first bytes of a file; 4 KiB are plenty.
    pub(crate) fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        if let Some((_, content)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
            return *content;
        }
        if let Some(format) = ExecutableFormat::of(head) {
            return Self::Native(format);
        }
        if head.get(TAR_MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar")) {
            return Self::Tar;
        }
        // Some machines' tools begin a zip by the marker of one in several parts.
        if head.starts_with(b"PK00PK\x03\x04") {
            return Self::Zip;
        }
        Self::of_text(head)
    }

    fn of_text(head: &[u8]) -> Self {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let begins = |with: &str| {
            text.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with.as_bytes()))
        };
        // The last character may be cut.
        let is_text =
            match std::str::from_utf8(head) {
                Ok(_) => true,
                Err(error) => error.error_len().is_none(),
            } && !head.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c));
        if head.starts_with(b"#!") {
            Self::Script
        } else if begins("<!doctype html") || begins("<html") || begins("<head") {
            Self::Html
        } else if is_text && (begins("{") || begins("[{") || begins("<?xml")) {
            Self::Markup
        } else if is_text {
            Self::Text
        } else {
            Self::Unknown
        }
    }

    /// Whether no program, archive or package of any system begins so.
    pub(crate) const fn is_document(self) -> bool {
        matches!(self, Self::Html | Self::LfsPointer | Self::Markup)
    }
}

/// What files whose names end so are, and what to call that. A longer suffix
/// stands before a shorter one.
const EXPECTED: &[(&str, &[Content], &str)] = &[
    (".tar.gz", &[Content::Gzip], "gzip"),
    (".tgz", &[Content::Gzip], "gzip"),
    (".crate", &[Content::Gzip], "gzip"),
    (".tar.xz", &[Content::Xz], "xz"),
    (".txz", &[Content::Xz], "xz"),
    (".tar.zst", &[Content::Zstd], "Zstandard"),
    (".tzst", &[Content::Zstd], "Zstandard"),
    (".tar.bz2", &[Content::Bzip2], "bzip2"),
    (".tbz2", &[Content::Bzip2], "bzip2"),
    (".tbz", &[Content::Bzip2], "bzip2"),
    (".tar.lz4", &[Content::Lz4], "lz4"),
    (".tar.lz", &[Content::Lzip], "lzip"),
    (".zip", &[Content::Zip], "a zip"),
    (".jar", &[Content::Zip, Content::Script], "a zip"),
    (".war", &[Content::Zip], "a zip"),
    (".aar", &[Content::Zip], "a zip"),
    (".nupkg", &[Content::Zip], "a zip"),
    (".vsix", &[Content::Zip], "a zip"),
    (".xpi", &[Content::Zip], "a zip"),
    (".snupkg", &[Content::Zip], "a zip"),
    (".mcpb", &[Content::Zip], "a zip"),
    (".dxt", &[Content::Zip], "a zip"),
    (".conda", &[Content::Zip], "a zip"),
    (".egg", &[Content::Zip], "a zip"),
    (".aab", &[Content::Zip], "a zip"),
    (".msixbundle", &[Content::Zip], "a zip"),
    (".appxbundle", &[Content::Zip], "a zip"),
    (".pyz", &[Content::Zip, Content::Script], "a zip"),
    (".pex", &[Content::Zip, Content::Script], "a zip"),
    (".7z", &[Content::SevenZip], "7z"),
    (".gz", &[Content::Gzip], "gzip"),
    (".xz", &[Content::Xz], "xz"),
    (".zst", &[Content::Zstd], "Zstandard"),
    (".bz2", &[Content::Bzip2], "bzip2"),
    (".deb", &[Content::Ar], "an ar archive"),
    (".rpm", &[Content::Rpm], "an RPM package"),
    (".msi", &[Content::Ole], "an OLE compound file"),
    (".pkg", &[Content::Xar, Content::Xz, Content::Zstd, Content::Gzip], "a xar archive"),
    (".mpkg", &[Content::Xar], "a xar archive"),
    (".snap", &[Content::SquashFs], "a SquashFS image"),
    (".appimage", &[Content::Native(ExecutableFormat::Elf)], "an ELF file"),
    (".wasm", &[Content::Native(ExecutableFormat::Wasm)], "WebAssembly"),
];

/// Suffixes of formats without one beginning, which at least no document has.
const NO_DOCUMENTS: [&str; 12] =
    [".exe", ".dll", ".pyd", ".dmg", ".apk", ".msix", ".appx", ".so", ".dylib", ".node", ".flatpak", ".whl"];

/// Suffixes of what is binary from its first bytes on, whatever these are.
const NO_TEXTS: [&str; 9] = [".exe", ".dll", ".pyd", ".dmg", ".apk", ".msix", ".appx", ".node", ".flatpak"];

/// Of fewer bytes nothing is known for certain but what they are.
const TOO_SHORT: usize = 8;

/// What a file of that name should be, if its first bytes say that it is
/// something else. `size` is that of the whole file.
pub(crate) fn expected(name: &FileName, content: Content, head: &[u8]) -> Option<&'static str> {
    let expected = EXPECTED.iter().find(|(suffix, ..)| name.has_suffix(suffix));
    if let Some((_, contents, what)) = expected {
        // A file that is shorter than its magic number may begin as it should.
        let is_beginning = !head.is_empty()
            && MAGIC.iter().any(|(magic, content)| contents.contains(content) && magic.starts_with(head));
        return (!contents.contains(&content) && !is_beginning).then_some(*what);
    }
    let is_one_of = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.has_suffix(suffix));
    let is_text = content == Content::Text && head.len() >= TOO_SHORT && !head.starts_with(b"MZ");
    let is_other = (is_one_of(&NO_DOCUMENTS) && content.is_document()) || (is_one_of(&NO_TEXTS) && is_text);
    is_other.then_some("a file of the format that its name gives")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (head, content) in [
            (&b"PK\x03\x04"[..], Content::Zip),
            (b"\x1f\x8b\x08", Content::Gzip),
            (&tar, Content::Tar),
            (b"\x7fELF\x02", Content::Native(ExecutableFormat::Elf)),
            (b"<!DOCTYPE html><html>", Content::Html),
            (b"\n<HTML><body>", Content::Html),
            (b"version https://git-lfs.github.com/spec/v1\n", Content::LfsPointer),
            (b"{\"message\": \"Not Found\"}", Content::Markup),
            (b"<?xml version=\"1.0\"?><Error/>", Content::Markup),
            (b"Not Found", Content::Text),
            (b"#!/bin/sh\n", Content::Script),
            (b"\x00\x01", Content::Unknown),
            (b"gr\xc3", Content::Text),
            (b"", Content::Empty),
        ] {
            assert_eq!(Content::of(head), content, "{head:?}");
        }
    }

    #[test]
    fn names_and_contents() {
        for (name, head, what) in [
            ("tool.zip", &b"PK\x03\x04"[..], None),
            ("tool.zip", b"PK\x05\x06", None),
            ("tool.zip", b"Not Found", Some("a zip")),
            ("tool.tar.zst", b"PK\x03\x04", Some("Zstandard")),
            ("tool.TAR.XZ", b"<html>", Some("xz")),
            ("tool.exe", b"<!DOCTYPE html>", Some("a file of the format that its name gives")),
            ("tool.exe", b"MZ old", None),
            ("tool.exe", b"MZ as a text begins", None),
            ("tool.exe", b"Not Found", Some("a file of the format that its name gives")),
            ("tool.apk", b"Not Found", Some("a file of the format that its name gives")),
            ("tool.dmg", b"x", None),
            ("tool.apk", b"\x1f\x8b\x08", None),
            ("tool.pyz", b"#!/usr/bin/env python3\nPK", None),
            ("tool.conda", b"404: Not Found", Some("a zip")),
            ("tool.deb", b"!<arch>\ndebian-binary", None),
            ("tool.msi", b"\xd0\xcf", None),
            ("tool.rpm", b"version https://git-lfs.github.com/spec/v1\n", Some("an RPM package")),
            ("tool.dmg", b"x\x01", None),
            ("tool.dmg", b"<html></html>", Some("a file of the format that its name gives")),
            ("tool.so", b"/* GNU ld script */", None),
            ("tool.txt", b"<html>", None),
            ("tool", b"Not Found", None),
        ] {
            let found = expected(&name.parse().unwrap(), Content::of(head), head);
            assert_eq!(found, what, "{name} {head:?}");
        }
    }
}
