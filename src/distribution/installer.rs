//! Installers, packages of operating systems, and scripts: files that a
//! system installs or an interpreter runs.

use crate::filename::FileName;

const SUFFIXES: &[&str] = &[
    // Linux
    ".deb",
    ".rpm",
    ".apk",
    ".snap",
    ".flatpak",
    ".flatpakref",
    ".pkg.tar.zst",
    ".pkg.tar.xz",
    ".run",
    // macOS
    ".pkg",
    ".mpkg",
    ".dmg",
    // Windows
    ".msi",
    ".msix",
    ".msixbundle",
    ".appx",
    ".appxbundle",
    ".appinstaller",
    ".msu",
    // Android
    ".aab",
    // Scripts
    ".sh",
    ".bash",
    ".zsh",
    ".fish",
    ".ps1",
    ".psm1",
    ".bat",
    ".cmd",
    ".nu",
    ".pyz",
    ".pex",
];

/// The first bytes of a script that names its interpreter.
const SHEBANG: &[u8] = b"#!";

/// Whether a name is that of an installer or script.
#[must_use]
pub(crate) fn is_installer(name: &FileName) -> bool {
    SUFFIXES.iter().any(|suffix| name.has_suffix(suffix))
}

/// Whether a file that begins with `head` names the interpreter that runs it.
#[must_use]
pub(crate) fn is_script(head: &[u8]) -> bool {
    head.starts_with(SHEBANG)
}
