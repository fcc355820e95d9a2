//! What a report says of the files that arrived, released or not.

use super::coverage::npm_platform;
use crate::artifact::ArtifactName;
use crate::distribution::Kind;
use crate::distribution::wheel::WheelFilename;
use crate::evidence::{Distribution, Evidence};

/// A file that arrived.
#[derive(Debug, Clone)]
pub(crate) struct SeenFile {
    /// The artifact that it came in.
    pub artifact: ArtifactName,
    /// The path in it.
    pub path: String,
    /// The last part of the path.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The project or package that it declares.
    pub project: Option<String>,
    /// The version that it declares, as it is written there.
    pub version: Option<String>,
    /// In bytes.
    pub size: u64,
    /// The name of a wheel, taken apart.
    pub wheel: Option<WheelFilename>,
    /// For an npm package that carries the program for a platform: the package
    /// that chooses it, and the platform as people say it.
    pub platform_of: Option<(String, String)>,
}

impl SeenFile {
    /// What a report says of a file. `family` is the npm package that chooses
    /// it, where it is one of a family.
    pub(crate) fn new(file: &Evidence, family: Option<&str>) -> Self {
        let platform_of = match (&file.distribution, family) {
            (Distribution::NpmPackage { package, .. }, Some(family)) if package.is_platform_package() => {
                npm_platform(package).map(|platform| (family.to_owned(), platform))
            }
            _ => None,
        };
        let wheel = match &file.distribution {
            Distribution::Wheel { filename, .. } => Some(WheelFilename::clone(filename)),
            _ => None,
        };
        Self {
            artifact: file.artifact.name.clone(),
            path: file.path.to_string(),
            name: file.name().to_string(),
            kind: file.distribution.kind(),
            project: file.distribution.project().map(str::to_owned),
            version: file.distribution.version().map(|version| version.to_string()),
            size: file.staged.size,
            wheel,
            platform_of,
        }
    }
}
