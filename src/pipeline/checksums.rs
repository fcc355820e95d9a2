//! Checksum files meet the disk: digests that they declare are computed, those
//! that do not describe their file under its name are rewritten, and those that
//! assets lack are written.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use crate::digest::Algorithms;
use crate::disk::staging::Staging;
use crate::distribution::sidecar::SidecarContents;
use crate::evidence::{Distribution, Evidence};
use crate::normalize::described::Described;
use crate::normalize::plan::{self, NamingPolicy};
use crate::normalize::sidecars::missing_sidecars;
use crate::pipeline::failure::Failure;
use crate::settings::Sidecars;

/// Computes the digests, besides SHA-256, that checksum files declare of other
/// files. Only those files are read again.
///
/// # Errors
/// If a file cannot be read back.
pub(crate) fn compute_digests(staging: &Staging, files: &mut [Evidence]) -> Result<(), Failure> {
    for (number, algorithm) in Described::new(files).wanted_digests() {
        let Some(file) = files.get_mut(number) else { continue };
        let digest = algorithm
            .digest(&mut staging.open(&file.staged)?)
            .map_err(|error| Failure::fault(format!("{} cannot be read back", file.place()), error))?;
        file.other_digests.insert(algorithm, digest);
    }
    Ok(())
}

/// Rewrites the checksum files whose text does not describe their file under
/// the name that it has in the release.
///
/// # Errors
/// If one cannot be written.
pub(crate) fn rewrite_sidecars(
    staging: &Staging,
    files: &mut [Evidence],
    naming: &NamingPolicy,
    algorithms: Algorithms,
) -> Result<(), Failure> {
    let texts: Vec<(usize, String)> = {
        let plan = plan::plan(files, naming);
        let number = |file: &Evidence| files.iter().position(|other| std::ptr::eq(other, file));
        let planned = plan.planned.into_iter();
        planned.filter_map(|planned| Some((number(planned.evidence)?, planned.text?))).collect()
    };
    for (number, text) in texts {
        let Some(file) = files.get_mut(number) else { continue };
        let mut writer = staging.stage(algorithms)?;
        writer
            .write_all(text.as_bytes())
            .map_err(|error| Failure::fault(format!("{} cannot be rewritten", file.place()), error))?;
        let (staged, _) = writer.finish()?;
        staging.discard(&file.staged)?;
        let contents = SidecarContents::read(&file.name(), text.as_bytes());
        file.rewritten_from = Some(file.digest_as_sent());
        file.staged = staged;
        file.distribution = Distribution::Sidecar(Box::new(contents));
    }
    Ok(())
}

/// Writes a checksum file for each asset that has none, if the inputs ask for
/// it.
///
/// # Errors
/// If one cannot be written.
pub(crate) fn write_sidecars(
    staging: &Staging,
    files: &mut Vec<Evidence>,
    naming: &NamingPolicy,
    algorithms: Algorithms,
) -> Result<(), Failure> {
    if naming.sidecars != Sidecars::Always {
        return Ok(());
    }
    for missing in missing_sidecars(files, &plan::plan(files, naming)) {
        let Some(asset) = files.get(missing.asset) else { continue };
        let artifact = Arc::clone(&asset.artifact);
        let mut writer = staging.stage(algorithms)?;
        writer.write_all(missing.text.as_bytes()).map_err(|error| {
            Failure::fault(format!("{}: {} cannot be written", artifact.name, missing.path), error)
        })?;
        let (staged, _) = writer.finish()?;
        let contents = SidecarContents::read(&missing.path.file_name(), missing.text.as_bytes());
        files.push(Evidence {
            artifact,
            path: missing.path,
            staged,
            is_generated: true,
            rewritten_from: None,
            executable: false,
            distribution: Distribution::Sidecar(Box::new(contents)),
            mismatch: None,
            other_digests: BTreeMap::new(),
        });
    }
    Ok(())
}
