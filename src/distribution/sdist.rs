//! Source distributions (PEP 625; "Source distribution format").
//!
//! Project and version come from PKG-INFO, never from the file name:
//! `some_thing-1.0-9.tar.gz` cannot be split.

use pep440_rs::Version;

use super::metadata::{CoreMetadata, CoreMetadataError};
use super::project::ProjectName;
use crate::filename::{FileName, FileNameError};

pub(crate) const SUFFIX: &str = ".tar.gz";

/// A source distribution that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdistError {
    /// Its PKG-INFO cannot be read.
    #[error("its PKG-INFO cannot be read: {0}")]
    Metadata(CoreMetadataError),
    /// Name and version make no name of a file.
    #[error("the name that it must have is no file name: {0}")]
    Name(FileNameError),
}

/// A source distribution: what its PKG-INFO says, and the name that it must
/// have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sdist {
    metadata: CoreMetadata,
    name: FileName,
}

impl Sdist {
    /// Reads a PKG-INFO.
    ///
    /// # Errors
    /// It cannot be read, or gives no name that a file can have.
    pub fn read(pkg_info: &[u8]) -> Result<Self, SdistError> {
        let metadata = CoreMetadata::read(pkg_info).map_err(SdistError::Metadata)?;
        let name = sdist_name(metadata.name(), metadata.version()).map_err(SdistError::Name)?;
        Ok(Self { metadata, name })
    }

    /// The project.
    #[must_use]
    pub const fn project(&self) -> &ProjectName {
        self.metadata.name()
    }

    /// The version.
    #[must_use]
    pub const fn version(&self) -> &Version {
        self.metadata.version()
    }

    /// All that was read.
    #[must_use]
    pub const fn metadata(&self) -> &CoreMetadata {
        &self.metadata
    }

    /// The name that the file must have.
    #[must_use]
    pub const fn canonical(&self) -> &FileName {
        &self.name
    }
}

/// The name of the source distribution of a project's version:
/// `{escaped project}-{normalized version}.tar.gz`, which PyPI compares to the
/// letter.
///
/// # Errors
/// [`FileNameError::TooLong`].
pub fn sdist_name(project: &ProjectName, version: &Version) -> Result<FileName, FileNameError> {
    format!("{}-{version}{SUFFIX}", project.escaped()).parse()
}

/// Whether a file has the name of a source distribution of `project`, however
/// the project is spelt in it: `{project}-{version}.tar.gz`.
///
/// The version begins with a digit: `foo-v1.0.tar.gz` is what a source host
/// calls its snapshots, and no build tool a source distribution. In
/// `foo-1.0-x86_64-linux.tar.gz` no version follows the project.
#[must_use]
pub fn could_be_sdist_of(name: &FileName, project: &ProjectName) -> bool {
    let Some(stem) = name.stem(SUFFIX) else { return false };
    stem.match_indices('-').any(|(at, _)| {
        let Some((head, tail)) = stem.split_at_checked(at) else { return false };
        let version = tail.strip_prefix('-').unwrap_or(tail);
        version.starts_with(|c: char| c.is_ascii_digit())
            && version.parse::<Version>().is_ok()
            && head.parse::<ProjectName>().is_ok_and(|head| head == *project)
    })
}

/// Whether a name is that of a source distribution of some project.
#[must_use]
pub(crate) fn is_sdist_name(name: &FileName) -> bool {
    let parts = name.stem(SUFFIX).and_then(|stem| stem.rsplit_once('-'));
    parts.is_some_and(|(project, version)| {
        version.starts_with(|c: char| c.is_ascii_digit())
            && version.parse::<Version>().is_ok()
            && project.parse::<ProjectName>().is_ok()
    })
}

/// The projects of which a file that is named `{stem}` and a suffix could be a
/// source distribution: `{project}-{version}`.
pub(crate) fn projects_of_sdist(stem: &str) -> impl Iterator<Item = ProjectName> {
    stem.match_indices('-').filter_map(|(at, _)| {
        let version =
            stem.get(at + 1..).filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))?;
        version.parse::<Version>().ok()?;
        stem.get(..at)?.parse().ok()
    })
}

/// The name of a source distribution without its suffix, in whatever format it
/// is; none if it has another suffix.
#[must_use]
pub(crate) fn stem_of_any_sdist(name: &FileName) -> Option<&str> {
    OLD_SDISTS.into_iter().chain([SUFFIX]).find_map(|suffix| name.stem(suffix))
}

/// What built a distribution of that name, in a format that PyPI does not
/// accept, if the name alone says so.
#[must_use]
pub(crate) fn old_builder(name: &FileName) -> Option<&'static str> {
    let is_built = |suffix: &str, mark: &str| {
        let (stem, python) = name.stem(suffix)?.split_once(mark)?;
        let is_python = python.starts_with(|c: char| c.is_ascii_digit());
        (is_python && projects_of_sdist(stem).next().is_some()).then_some(())
    };
    if is_built(".egg", "-py").is_some() {
        Some("an egg (`bdist_egg`)")
    } else if [".win-amd64-py", ".win32-py"].iter().any(|mark| is_built(".exe", mark).is_some()) {
        Some("an installer for Windows (`bdist_wininst`)")
    } else {
        None
    }
}

/// Ends of the names of archives that build tools called source distributions,
/// and that PyPI no longer accepts.
const OLD_SDISTS: [&str; 5] = [".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar.Z"];
/// What the names of built distributions hold behind the version, in formats
/// that PyPI no longer accepts: eggs, installers for Windows, packages without
/// a machine, and archives of installed files.
const OLD_BUILDS: [(&str, &str); 6] = [
    ("-py", ".egg"),
    (".win-amd64", ".exe"),
    (".win32", ".exe"),
    ("-1.noarch", ".rpm"),
    ("-1.src", ".rpm"),
    (".linux-", ".tar.gz"),
];

/// Whether a name is that of a distribution of that project in a format that
/// PyPI does not accept.
#[must_use]
pub(crate) fn is_old_format_of(name: &FileName, project: &ProjectName) -> bool {
    let is_of = |stem: &str| {
        let mut dashes = stem.match_indices('-');
        dashes.any(|(at, _)| {
            let (head, version) =
                (stem.get(..at).unwrap_or_default(), stem.get(at + 1..).unwrap_or_default());
            version.starts_with(|c: char| c.is_ascii_digit())
                && version.parse::<Version>().is_ok()
                && head.parse::<ProjectName>().is_ok_and(|head| head == *project)
        })
    };
    let name = name.as_str();
    let is_old_sdist = || OLD_SDISTS.iter().filter_map(|end| name.strip_suffix(end)).any(is_of);
    let stems = OLD_BUILDS.iter().filter(|(_, end)| name.ends_with(end));
    let is_old_build = || stems.filter_map(|(mark, _)| name.rsplit_once(mark)).any(|(stem, _)| is_of(stem));
    is_old_sdist() || is_old_build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_pypi_no_longer_accepts() {
        let project: ProjectName = "Demo.Pkg".parse().unwrap();
        for (name, is_old) in [
            ("demo_pkg-1.0.zip", true),
            ("demo-pkg-1.0.tgz", true),
            ("demo_pkg-1.0.tar.bz2", true),
            ("demo_pkg-1.0rc1.tar.xz", true),
            ("demo_pkg-1.0-py3.12.egg", true),
            ("demo_pkg-1.0.win-amd64-py3.12.exe", true),
            ("demo_pkg-1.0-1.noarch.rpm", true),
            ("demo_pkg-1.0.linux-x86_64.tar.gz", true),
            ("demo_pkg-1.0.tar.gz", false),
            ("demo_pkg-1.0-x86_64-linux.zip", false),
            ("demo_pkg-1.0-1.x86_64.rpm", false),
            ("demo_pkg-1.0.exe", false),
            ("demo_pkg-docs.zip", false),
            ("other-1.0.zip", false),
            ("demo_pkg-v1.0.zip", false),
        ] {
            assert_eq!(is_old_format_of(&name.parse().unwrap(), &project), is_old, "{name}");
        }
    }

    #[test]
    fn the_name_that_it_must_have() {
        for (name, version, expected) in [
            ("Foo.Bar", "1.0", "foo_bar-1.0.tar.gz"),
            ("foo", "1.0-rc1", "foo-1.0rc1.tar.gz"),
            ("foo", "v01.02.0", "foo-1.2.0.tar.gz"),
            ("foo", "1!2.0", "foo-1!2.0.tar.gz"),
            ("foo", "1.0+Ubuntu-1", "foo-1.0+ubuntu.1.tar.gz"),
            ("foo", "1.0-9", "foo-1.0.post9.tar.gz"),
        ] {
            let pkg_info = format!("Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n");
            let sdist = Sdist::read(pkg_info.as_bytes()).unwrap();
            assert_eq!(sdist.canonical().as_str(), expected);
        }
    }

    #[test]
    fn a_name_that_no_file_can_have() {
        let pkg_info = format!("Metadata-Version: 2.2\nName: {}\nVersion: 1\n", "f".repeat(250));
        assert_eq!(Sdist::read(pkg_info.as_bytes()), Err(SdistError::Name(FileNameError::TooLong(259))));
    }

    #[test]
    fn names_of_sdists() {
        let project: ProjectName = "foo-bar".parse().unwrap();
        for (name, could) in [
            ("foo_bar-1.0.tar.gz", true),
            ("foo-bar-1.0.tar.gz", true),
            ("Foo.Bar-1.0-rc.1.tar.gz", true),
            ("foo_bar-1.0.TAR.GZ", true),
            ("foo_bar-1.0-9.tar.gz", true),
            ("foo_bar-v1.0.tar.gz", false),
            ("foo_bar-1.0-x86_64-linux.tar.gz", false),
            ("foo_bar-x86_64-unknown-linux-gnu.tar.gz", false),
            ("foo-1.0.tar.gz", false),
            ("foo_bar_baz-1.0.tar.gz", false),
            ("foo_bar-1.0.tgz", false),
            ("-.tar.gz", false),
        ] {
            assert_eq!(could_be_sdist_of(&name.parse().unwrap(), &project), could, "{name}");
        }
    }
}
