//! The manifest's account of one file, made of all that is known of it.

use crate::artifact::Artifact;
use crate::digest::{Algorithms, Digests};
use crate::distribution::wheel::TagSet;
use crate::evidence::{Distribution, Evidence};
use crate::folder::Folder;
use crate::preflight::release::Member;
use crate::release::manifest::{File, Npm, Origin, Wheel};

/// Whether a member of the release must run. In the folders for registries
/// nothing does.
#[must_use]
pub(crate) fn is_executable(member: &Member<'_>) -> bool {
    member.planned.folder == Folder::Assets && member.all().any(|(_, file)| file.executable)
}

/// The manifest's account of one member of the release.
#[must_use]
pub(crate) fn describe(member: &Member<'_>, algorithms: Algorithms) -> File {
    let Member { planned, file, .. } = member;
    let origins = member.all().map(|(planned, file)| Origin {
        artifact: Artifact::clone(&file.artifact),
        path: file.path.clone(),
        action: planned.action(file),
        rewritten_from: file.rewritten_from,
    });
    File {
        name: planned.name.clone(),
        folder: planned.folder,
        kind: file.distribution.kind(),
        project: file.distribution.project().map(str::to_owned),
        version: file.distribution.version().map(|version| version.to_string()),
        size: file.size,
        // What npm needed besides is told as its integrity.
        digests: Digests { sha512: file.digests.sha512.filter(|_| algorithms.sha512), ..file.digests },
        executable: is_executable(member),
        target: member.all().find_map(|(_, file)| file.artifact.name.target()).map(str::to_owned),
        wheel: wheel_of(file),
        npm: npm_of(file),
        origins: origins.collect(),
    }
}

fn wheel_of(file: &Evidence) -> Option<Wheel> {
    let Distribution::Wheel { filename, contents } = &file.distribution else { return None };
    let texts = |tags: &TagSet| tags.iter().map(ToString::to_string).collect();
    Some(Wheel {
        python: texts(filename.python()),
        abi: texts(filename.abi()),
        platform: texts(filename.platform()),
        build: filename.build().map(ToString::to_string),
        generator: contents.wheel.generators().to_vec(),
        sboms: contents.sboms.clone(),
    })
}

fn npm_of(file: &Evidence) -> Option<Npm> {
    let Distribution::NpmPackage(package) = &file.distribution else { return None };
    Some(Npm {
        purl: package.purl(),
        os: package.os().to_vec(),
        cpu: package.cpu().to_vec(),
        libc: package.libc().to_vec(),
        integrity: file.digests.sha512?.integrity(),
    })
}
