//! Reads what a sidecar declares.

use std::io::Read;

use super::Inspection;
use crate::archive::ArchiveError;
use crate::archive::limits::{LargePermit, Purpose};
use crate::distribution::sidecar::SidecarContents;
use crate::evidence::Distribution;
use crate::filename::FileName;

/// Reads as much of a sidecar of `size` bytes as its kind calls for.
///
/// # Errors
/// If it cannot be read back from the disk.
pub(super) fn inspect(name: &FileName, reader: impl Read, size: u64) -> Result<Inspection, ArchiveError> {
    let most = SidecarContents::max_bytes(name);
    let _permit = LargePermit::for_bytes(size.min(most), Purpose::Inspect);
    let mut bytes = Vec::new();
    reader.take(most).read_to_end(&mut bytes).map_err(ArchiveError::Read)?;
    Ok(Inspection::Known(Distribution::Sidecar(Box::new(SidecarContents::read(name, &bytes)))))
}
