//! Source distributions (PEP 625; "Source distribution format").
//!
//! Project and version come from PKG-INFO, never from the file name:
//! `some_thing-1.0-9.tar.gz` cannot be split.

use pep440_rs::Version;

use super::metadata::{CoreMetadata, CoreMetadataError};
use super::project::ProjectName;
use crate::filename::{FileName, FileNameError};

const SUFFIX: &str = ".tar.gz";

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

#[cfg(test)]
mod tests {
    use super::*;

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
