//! A program or library becomes evidence.

use std::fs::File;
use std::io;

use crate::distribution::native::Native;
use crate::evidence::native::look_again;

/// Reads what the headers say. None if the file is not native.
///
/// # Errors
/// If it cannot be read.
pub(super) fn inspect(mut file: File, size: u64) -> io::Result<Option<Native>> {
    let mut collector = Native::collector();
    collector.fill(&mut file)?;
    let excerpt = look_again(collector.finish(Some(size)), |collector| collector.fill(&mut file))?;
    Ok(Native::of(&excerpt))
}
