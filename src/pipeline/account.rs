//! The manifest's entry for one file, made from its evidence.

use crate::artifact::Artifact;
use crate::digest::{Algorithms, Digests};
use crate::distribution::wheel::{TagSet, WheelFilename};
use crate::evidence::wheel::WheelContents;
use crate::evidence::{Distribution, Evidence};
use crate::folder::Folder;
use crate::preflight::npm::family::Relations;
use crate::preflight::release::Member;
use crate::release::manifest::{File, ManifestError, Npm, Origin, Package, PlainKind, RecordedTarget, Wheel};

/// Whether a member of the release has mode 0755. In the folders for
/// registries none has.
#[must_use]
pub(crate) fn is_executable(member: &Member<'_>) -> bool {
    member.planned.folder == Folder::Assets && member.evidence().any(|file| file.executable)
}

/// The manifest's entry for one member of the release.
///
/// # Errors
/// [`ManifestError::NoIntegrity`].
pub(crate) fn describe(
    member: &Member<'_>,
    algorithms: Algorithms,
    relations: &Relations,
) -> Result<File, ManifestError> {
    let file = member.file();
    let origins = member.all().map(|planned| Origin {
        artifact: Artifact::clone(&planned.evidence.artifact),
        path: planned.evidence.path.clone(),
        action: planned.action(),
    });
    let digests = file.staged.digests;
    Ok(File {
        name: member.planned.name.clone(),
        folder: member.planned.folder,
        package: package(member, relations)?,
        size: file.staged.size,
        // The SHA-512 of an npm package is in the manifest as its integrity.
        digests: Digests { sha512: digests.sha512.filter(|_| algorithms.sha512), ..digests },
        executable: is_executable(member),
        target: member.evidence().find_map(Evidence::target).map(RecordedTarget::Known),
        origins: origins.collect(),
    })
}

fn package(member: &Member<'_>, relations: &Relations) -> Result<Package, ManifestError> {
    Ok(match &member.file().distribution {
        Distribution::Wheel { filename, contents } => Package::Wheel {
            project: filename.project().clone(),
            version: filename.version().clone(),
            wheel: wheel(filename, contents),
        },
        Distribution::Sdist { sdist, .. } => {
            Package::Sdist { project: sdist.project().clone(), version: sdist.version().clone() }
        }
        Distribution::NpmPackage { package, .. } => Package::Npm {
            name: package.name().clone(),
            version: package.version().clone(),
            npm: Npm {
                purl: package.purl(),
                os: package.os().to_vec(),
                cpu: package.cpu().to_vec(),
                libc: package.libc().to_vec(),
                integrity: integrity(member)?,
                family: relations.main_of(package.name().as_str()).map(str::to_owned),
                bin: package.entry_points().commands.clone(),
                tag: package.dist_tag().map(str::to_owned),
                access: Some(package.access().unwrap_or("public").to_owned()),
            },
        },
        Distribution::Archive { .. } => Package::Plain(PlainKind::Archive),
        Distribution::Executable { .. } => Package::Plain(PlainKind::Executable),
        Distribution::Installer => Package::Plain(PlainKind::Installer),
        Distribution::Sidecar(_) => Package::Plain(PlainKind::Sidecar),
        Distribution::Other => Package::Plain(PlainKind::Other),
    })
}

/// The SHA-512 of an npm package, as npm spells it.
///
/// # Errors
/// [`ManifestError::NoIntegrity`].
pub(crate) fn integrity(member: &Member<'_>) -> Result<String, ManifestError> {
    let sha512 = member.file().staged.digests.sha512;
    let sha512 = sha512.ok_or_else(|| ManifestError::NoIntegrity(member.planned.name.clone()))?;
    Ok(sha512.integrity())
}

fn wheel(filename: &WheelFilename, contents: &WheelContents) -> Wheel {
    let texts = |tags: &TagSet| tags.iter().map(ToString::to_string).collect();
    Wheel {
        python: texts(filename.python()),
        abi: texts(filename.abi()),
        platform: texts(filename.platform()),
        build: filename.build().map(ToString::to_string),
        generator: contents.wheel.generators().to_vec(),
        sboms: contents.sboms.clone(),
    }
}
