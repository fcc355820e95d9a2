//! What a file is, by its contents.

use std::sync::Arc;

use crate::distribution::native::Native;
use crate::distribution::npm::PackageJson;
use crate::distribution::sdist::Sdist;
use crate::distribution::sidecar::SidecarContents;
use crate::distribution::version::DeclaredVersion;
use crate::distribution::wheel::WheelFilename;
use crate::distribution::{Kind, Shape};
use crate::evidence::archive::ArchiveContents;
use crate::evidence::defect::Defect;
use crate::evidence::npm::NpmContents;
use crate::evidence::sdist::SdistContents;
use crate::evidence::wheel::WheelContents;
use crate::filename::FileName;

/// What a file is, and what was seen inside it.
#[derive(Debug, Clone)]
pub enum Distribution {
    /// A wheel.
    Wheel {
        /// What its name says.
        filename: Box<WheelFilename>,
        /// What it holds.
        contents: Box<WheelContents>,
    },
    /// A source distribution.
    Sdist {
        /// What its PKG-INFO says.
        sdist: Box<Sdist>,
        /// What it holds besides.
        contents: Box<SdistContents>,
    },
    /// An npm package.
    NpmPackage {
        /// Its package.json.
        package: Box<PackageJson>,
        /// What it holds besides.
        contents: Box<NpmContents>,
    },
    /// An archive to unpack.
    Archive {
        /// Why it could not be read as the distribution or archive that it
        /// claims to be.
        defect: Option<Arc<Defect>>,
        /// What was seen in it; none if it could not be looked into.
        contents: Option<Box<ArchiveContents>>,
    },
    /// A program or library.
    Executable {
        /// What its headers say; none if it has none that can be read.
        native: Option<Box<Native>>,
    },
    /// An installer, a package of an operating system, or a script.
    Installer,
    /// What describes other files, and what it declares.
    Sidecar(Box<SidecarContents>),
    /// None of these.
    Other,
}

impl Distribution {
    /// What a file of that shape is if nothing more is known about it.
    #[must_use]
    pub fn plain(shape: Shape) -> Self {
        match shape {
            Shape::Wheel | Shape::MaybeSdist | Shape::MaybeNpm | Shape::Archive => {
                Self::Archive { defect: None, contents: None }
            }
            Shape::Executable => Self::Executable { native: None },
            Shape::Installer => Self::Installer,
            Shape::Sidecar => Self::Sidecar(Box::new(SidecarContents::Opaque)),
            Shape::Other => Self::Other,
        }
    }

    /// An archive that could not be read as what it claims to be.
    #[must_use]
    pub(crate) fn defective(defect: Defect) -> Self {
        Self::Archive { defect: Some(Arc::new(defect)), contents: None }
    }

    /// Why it could not be read as what it claims to be.
    #[must_use]
    pub(crate) fn defect(&self) -> Option<&Defect> {
        match self {
            Self::Archive { defect, .. } => defect.as_deref(),
            _ => None,
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Wheel { .. } => Kind::Wheel,
            Self::Sdist { .. } => Kind::Sdist,
            Self::NpmPackage { .. } => Kind::NpmPackage,
            Self::Archive { .. } => Kind::Archive,
            Self::Executable { .. } => Kind::Executable,
            Self::Installer => Kind::Installer,
            Self::Sidecar(_) => Kind::Sidecar,
            Self::Other => Kind::Other,
        }
    }

    /// The project that it declares: normalized (PEP 503) for a wheel and
    /// an sdist, with its scope for an npm package.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        match self {
            Self::Wheel { filename, .. } => Some(filename.project().normalized()),
            Self::Sdist { sdist, .. } => Some(sdist.project().normalized()),
            Self::NpmPackage { package, .. } => Some(package.name().as_str()),
            _ => None,
        }
    }

    /// The version that it declares.
    #[must_use]
    pub fn version(&self) -> Option<DeclaredVersion> {
        match self {
            Self::Wheel { filename, .. } => Some(filename.version().into()),
            Self::Sdist { sdist, .. } => Some(sdist.version().into()),
            Self::NpmPackage { package, .. } => Some(package.declared_version().into()),
            _ => None,
        }
    }

    /// The name that it must have, if its metadata or the parts of its name decide
    /// this.
    #[must_use]
    pub fn canonical_name(&self) -> Option<&FileName> {
        match self {
            Self::Wheel { filename, .. } => Some(filename.canonical()),
            Self::Sdist { sdist, .. } => Some(sdist.canonical()),
            Self::NpmPackage { package, .. } => Some(package.tarball_name()),
            _ => None,
        }
    }
}
