//! What a file is: a wheel, source distribution, npm package, archive,
//! program, and so on; and what its name and metadata say.
//!
//! Values in, values out; nothing here opens a file. Classifying takes two
//! steps:
//!
//! 1. [`Shape::of`] a name and the first bytes says what must be looked into:
//!    a `.tar.gz` is a source distribution if its one top folder holds
//!    PKG-INFO, a `.tgz` an npm package if it holds `package/package.json`.
//! 2. Whoever can open the file does, and makes the [`Distribution`] from the
//!    name or the metadata. Where there is none, it is what
//!    [`Shape::plain`] says.

pub mod bundle;
pub mod core_metadata;
pub mod entry_points;
pub mod executable;
mod header;
pub mod installer;
pub mod machine;
pub mod native;
pub mod npm;
pub mod project;
pub mod sdist;
pub mod sidecar;
pub mod stray;
mod text;
pub mod version;
pub mod wheel;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use text::NotUtf8;

use self::executable::ExecutableFormat;
use self::npm::PackageJson;
use self::sdist::Sdist;
use self::version::DeclaredVersion;
use self::wheel::WheelFilename;
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
        } else if name.has_suffix(".tar.gz") {
            Self::MaybeSdist
        } else if name.has_suffix(".tgz") {
            Self::MaybeNpm
        } else if bundle::is_archive(name) {
            Self::Archive
        } else if executable::is_executable_name(name) || ExecutableFormat::of(head).is_some() {
            Self::Executable
        } else if installer::is_script(head) {
            Self::Installer
        } else {
            Self::Other
        }
    }

    /// What the file is if nothing is found in it; nothing for a wheel, which
    /// goes by its name.
    #[must_use]
    pub const fn plain(self) -> Option<Distribution> {
        match self {
            Self::Wheel => None,
            Self::MaybeSdist | Self::MaybeNpm | Self::Archive => Some(Distribution::Archive),
            Self::Executable => Some(Distribution::Executable),
            Self::Installer => Some(Distribution::Installer),
            Self::Sidecar => Some(Distribution::Sidecar),
            Self::Other => Some(Distribution::Other),
        }
    }
}

/// What a file is.
#[derive(Debug, Clone)]
pub enum Distribution {
    /// A wheel, by its name.
    Wheel(Box<WheelFilename>),
    /// A source distribution, by its PKG-INFO.
    Sdist(Box<Sdist>),
    /// An npm package, by its package.json.
    NpmPackage(Box<PackageJson>),
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

impl Distribution {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Wheel(_) => Kind::Wheel,
            Self::Sdist(_) => Kind::Sdist,
            Self::NpmPackage(_) => Kind::NpmPackage,
            Self::Archive => Kind::Archive,
            Self::Executable => Kind::Executable,
            Self::Installer => Kind::Installer,
            Self::Sidecar => Kind::Sidecar,
            Self::Other => Kind::Other,
        }
    }

    /// The project that it says it is of: normalized (PEP 503) for a wheel and
    /// an sdist, with its scope for an npm package.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        match self {
            Self::Wheel(wheel) => Some(wheel.project().normalized()),
            Self::Sdist(sdist) => Some(sdist.project().normalized()),
            Self::NpmPackage(package) => Some(package.name().as_str()),
            _ => None,
        }
    }

    /// The version that it declares.
    #[must_use]
    pub fn version(&self) -> Option<DeclaredVersion> {
        match self {
            Self::Wheel(wheel) => Some(wheel.version().into()),
            Self::Sdist(sdist) => Some(sdist.version().into()),
            Self::NpmPackage(package) => Some(package.version().into()),
            _ => None,
        }
    }

    /// The name that it must have, where its metadata or its parts say so.
    #[must_use]
    pub fn canonical_name(&self) -> Option<&FileName> {
        match self {
            Self::Wheel(wheel) => Some(wheel.canonical()),
            Self::Sdist(sdist) => Some(sdist.canonical()),
            Self::NpmPackage(package) => Some(package.tarball_name()),
            _ => None,
        }
    }
}

impl From<WheelFilename> for Distribution {
    fn from(wheel: WheelFilename) -> Self {
        Self::Wheel(Box::new(wheel))
    }
}

impl From<Sdist> for Distribution {
    fn from(sdist: Sdist) -> Self {
        Self::Sdist(Box::new(sdist))
    }
}

impl From<PackageJson> for Distribution {
    fn from(package: PackageJson) -> Self {
        Self::NpmPackage(Box::new(package))
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

    #[test]
    fn what_a_distribution_tells() {
        let wheel: WheelFilename = "Foo.Bar-1.0-py3-none-any.whl".parse().unwrap();
        let sdist = Sdist::read(b"Metadata-Version: 2.4\nName: foo-bar\nVersion: 1.0.0\n").unwrap();
        let npm = PackageJson::read(br#"{"name":"@foo/bar","version":"1.0.0"}"#).unwrap();
        let all: [Distribution; 3] = [wheel.into(), sdist.into(), npm.into()];
        let projects: Vec<_> = all.iter().filter_map(Distribution::project).collect();
        assert_eq!(projects, ["foo-bar", "foo-bar", "@foo/bar"]);
        assert!(all.iter().all(|distribution| distribution.version() == all[0].version()));
        let names: Vec<_> =
            all.iter().filter_map(Distribution::canonical_name).map(FileName::as_str).collect();
        assert_eq!(names, ["foo_bar-1.0-py3-none-any.whl", "foo_bar-1.0.0.tar.gz", "foo-bar-1.0.0.tgz"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_answered(text in "[ -~\\r\\n\\t:é]{0,200}", head in proptest::collection::vec(0_u8.., 0..200)) {
            let bytes = [text.as_bytes(), &head].concat();
            let _ = Sdist::read(&bytes);
            let _ = wheel::WheelMetadata::read(&bytes);
            let _ = PackageJson::read(&bytes);
            let _ = ExecutableFormat::of(&head);
        }
    }
}
