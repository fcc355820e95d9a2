//! What a report says of the files that arrived, released or not.

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
}

impl From<&Evidence> for SeenFile {
    fn from(file: &Evidence) -> Self {
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
        }
    }
}
