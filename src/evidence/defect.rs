//! Why a file could not be read as what its name or its contents say it is.

use crate::archive::Refusal;
use crate::distribution::npm::PackageJsonError;
use crate::distribution::sdist::SdistError;
use crate::distribution::wheel::{WheelFilenameErrorKind, WheelMetadataError};
use crate::sample::Sample;

/// What was found instead of a wheel, a source distribution, an npm package or
/// an archive. Its text is a clause without a full stop.
#[derive(Debug, thiserror::Error)]
pub enum Defect {
    /// A wheel whose zip archive is damaged, ambiguous or beyond a limit.
    #[error("{}", .0.found())]
    Zip(Refusal),
    /// A gzipped tar archive that is damaged, or a source distribution or npm
    /// package whose archive is ambiguous or beyond a limit.
    #[error("{}", .0.found())]
    Tar(Refusal),
    /// A file that begins like a zip archive, under an invalid wheel filename.
    #[error("{0}")]
    WheelFilename(WheelFilenameErrorKind),
    /// A wheel that installers refuse.
    #[error(transparent)]
    Wheel(WheelDefect),
    /// A source distribution without name and version.
    #[error(transparent)]
    Sdist(SdistDefect),
    /// An npm package whose package.json npm refuses.
    #[error("its package.json cannot be read: {0}")]
    NpmPackage(PackageJsonError),
}

/// Why installers refuse a wheel (binary distribution format, "Installing a
/// wheel distribution").
#[derive(Debug, thiserror::Error)]
pub enum WheelDefect {
    /// No folder at the top whose name ends with `.dist-info`.
    #[error("there is no `.dist-info` folder in it")]
    NoDistInfo,
    /// More than one.
    #[error("there are several `.dist-info` folders in it, {0}, and installers accept none")]
    SeveralDistInfos(Sample<String>),
    /// No WHEEL in the folder of this name.
    #[error("there is no `{0}/WHEEL` in it")]
    NoWheelFile(String),
    /// An invalid WHEEL.
    #[error("its WHEEL cannot be read: {0}")]
    WheelFile(WheelMetadataError),
    /// Another major version of the format than 1.
    #[error("it is of version {0} of the format, which no installer reads")]
    FormatVersion(String),
}

/// Why a source distribution has no name and version ("Source distribution
/// archive features").
#[derive(Debug, thiserror::Error)]
pub enum SdistDefect {
    /// An entry beside the one folder at the top.
    #[error("`{0}` lies beside the folder that holds PKG-INFO")]
    EntryBeside(String),
    /// An invalid PKG-INFO.
    #[error(transparent)]
    PkgInfo(SdistError),
}
