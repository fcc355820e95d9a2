//! What a file is: a wheel, source distribution, npm package, archive,
//! program, and so on; and what its name and metadata say.
//!
//! Values in, values out; nothing here opens a file. [`Shape::of`] a name and
//! the first bytes says what must be looked into: a `.tar.gz` is a source
//! distribution if its one top folder holds PKG-INFO, a `.tgz` an npm package
//! if it holds `package/package.json`. What a file turned out to be is its
//! [`evidence`](crate::evidence).

pub(crate) mod archive_name;
pub(crate) mod content;
pub(crate) mod entry_points;
pub(crate) mod executable;
#[cfg(any(test, fuzzing))]
#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "it may fail loudly, and is in no program"
)]
pub(crate) mod fuzz;
mod header;
pub(crate) mod installer;
pub(crate) mod junk;
pub(crate) mod machine;
pub(crate) mod metadata;
pub(crate) mod native;
pub(crate) mod npm;
pub(crate) mod private;
pub(crate) mod prohibited;
pub(crate) mod project;
pub(crate) mod sdist;
pub(crate) mod sidecar;
pub(crate) mod target;
mod text;
pub(crate) mod version;
pub(crate) mod wheel;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::executable::ExecutableFormat;
use crate::filename::FileName;

/// What kind of file a distribution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A wheel.
    Wheel,
    /// A source distribution.
    Sdist,
    /// An npm package.
    NpmPackage,
    /// An archive to unpack.
    Archive,
    /// A program or library.
    Executable,
    /// An installer, a package of an operating system, or a script.
    Installer,
    /// Something that speaks of other files: digests, signatures, and so on.
    Sidecar,
    /// None of these.
    Other,
}

impl Kind {
    /// What people call one such file.
    #[must_use]
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Wheel => "wheel",
            Self::Sdist => "sdist",
            Self::NpmPackage => "package",
            Self::Archive => "archive",
            Self::Executable => "executable",
            Self::Installer => "installer",
            Self::Sidecar => "sidecar",
            Self::Other => "other file",
        }
    }
}

impl fmt::Display for Kind {
    /// As the manifest spells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wheel => "wheel",
            Self::Sdist => "sdist",
            Self::NpmPackage => "npm-package",
            Self::Archive => "archive",
            Self::Executable => "executable",
            Self::Installer => "installer",
            Self::Sidecar => "sidecar",
            Self::Other => "other",
        })
    }
}

/// Whether a file of that name may be an npm package: `.tgz`, as npm names it,
/// or `-npm-package.tar.gz`, as cargo-dist does.
pub(crate) fn is_npm_package_name(name: &FileName) -> bool {
    name.has_suffix(".tgz") || name.has_suffix("-npm-package.tar.gz")
}

/// What a file looks like from its name and first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// It ends with `.whl`: its name must be one of a wheel.
    Wheel,
    /// A `.tar.gz`: a source distribution if its one top folder holds
    /// PKG-INFO, else an archive.
    MaybeSdist,
    /// A `.tgz`: an npm package if it holds `package/package.json`, else an
    /// archive.
    MaybeNpm,
    /// An archive to unpack.
    Archive,
    /// A program or library.
    Executable,
    /// An installer, a package of an operating system, or a script.
    Installer,
    /// Something that speaks of other files.
    Sidecar,
    /// None of these.
    Other,
}

impl Shape {
    /// Looks at a name and the first bytes of its file (4 KiB are plenty).
    ///
    /// A suffix counts, without regard to case, before the bytes do, and the
    /// last one before those inside: `foo.tar.gz.asc` is a sidecar.
    #[must_use]
    pub fn of(name: &FileName, head: &[u8]) -> Self {
        if sidecar::is_sidecar(name) {
            Self::Sidecar
        } else if name.has_suffix(".whl") {
            Self::Wheel
        } else if installer::is_installer(name) {
            Self::Installer
        } else if is_npm_package_name(name) {
            Self::MaybeNpm
        } else if name.has_suffix(".tar.gz") {
            Self::MaybeSdist
        } else if archive_name::is_archive(name) {
            Self::Archive
        } else if executable::is_executable_name(name) || ExecutableFormat::of(head).is_some() {
            Self::Executable
        } else if installer::is_script(head) {
            Self::Installer
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for (name, head, shape) in [
            ("foo-1.0-py3-none-any.whl", &b"PK"[..], Shape::Wheel),
            ("foo.WHL", b"", Shape::Wheel),
            ("foo-1.0-py3-none-any.whl.publish.attestation", b"{", Shape::Sidecar),
            ("foo-1.0-py3-none-any.whl.zip", b"PK", Shape::Archive),
            ("foo-1.0.tar.gz", b"\x1f\x8b", Shape::MaybeSdist),
            ("foo-1.0.tar.gz.asc", b"", Shape::Sidecar),
            ("foo-1.0.tgz", b"\x1f\x8b", Shape::MaybeNpm),
            ("foo-npm-package.tar.gz", b"\x1f\x8b", Shape::MaybeNpm),
            ("foo-1.0.TAR.XZ", b"", Shape::Archive),
            ("foo-1.0-1-x86_64.pkg.tar.zst", b"", Shape::Installer),
            ("foo.crate", b"", Shape::Archive),
            ("foo.deb", b"!<arch>", Shape::Installer),
            ("install.sh", b"echo", Shape::Installer),
            ("install", b"#!/bin/sh", Shape::Installer),
            ("foo", b"\x7fELF", Shape::Executable),
            ("foo-linux-x86_64", b"\x7fELF", Shape::Executable),
            ("foo.exe", b"", Shape::Executable),
            ("SHA256SUMS", b"", Shape::Sidecar),
            ("LICENSE", b"MIT", Shape::Other),
            ("foo.json", b"{", Shape::Other),
            (".whl", b"", Shape::Other),
        ] {
            assert_eq!(Shape::of(&name.parse().unwrap(), head), shape, "{name}");
        }
    }

    #[test]
    fn kinds_are_spelt_alike() {
        use Kind::{Archive, Executable, Installer, NpmPackage, Other, Sdist, Sidecar, Wheel};
        for kind in [Wheel, Sdist, NpmPackage, Archive, Executable, Installer, Sidecar, Other] {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_answered(text in "[ -~\\r\\n\\t:é]{0,200}", head in proptest::collection::vec(0_u8.., 0..200)) {
            let bytes = [text.as_bytes(), &head].concat();
            let _ = sdist::Sdist::read(&bytes);
            let _ = wheel::WheelMetadata::read(&bytes);
            let _ = npm::PackageJson::read(&bytes);
            let _ = ExecutableFormat::of(&head);
        }
    }
}
