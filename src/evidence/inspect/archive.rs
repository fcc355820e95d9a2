//! An archive that users unpack: read to its end, and looked into.
//!
//! What nobody can unpack is a defect. What is beyond the limits here, or is
//! compressed in a way that is not read here, is released as it is, and nothing is
//! said of its content.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use super::Inspection;
use super::members::{Member, Members, Scan};
use crate::archive::ArchiveError;
use crate::archive::compression::Decompressed;
use crate::archive::limits::Limits;
use crate::archive::plain_zip::{PlainZip, ZipMember};
use crate::archive::tar::TarReader;
use crate::distribution::archive_name::{ArchiveFormat, Codec};
use crate::distribution::native::Native;
use crate::evidence::archive::ArchiveContents;
use crate::filename::FileName;

/// The most bytes of a link's target.
const MAX_TARGET: u64 = 4096;

pub(super) fn inspect(
    name: &FileName,
    format: ArchiveFormat,
    file: File,
    size: u64,
    limits: &Limits,
) -> Result<Inspection, ArchiveError> {
    let contents = match format {
        ArchiveFormat::Zip => zip(file, size, limits),
        ArchiveFormat::Tar(codec) => tar(BufReader::new(file), codec, limits),
        ArchiveFormat::Single(codec) => single(name, BufReader::new(file), codec, limits),
    };
    match contents {
        Ok(contents) => Ok(Inspection::archive(contents)),
        Err(ArchiveError::Refused(refusal)) if refusal.is_unsupported() => Ok(Inspection::Nothing),
        Err(error) => Err(error),
    }
}

fn zip(file: File, size: u64, limits: &Limits) -> Result<ArchiveContents, ArchiveError> {
    let mut zip = PlainZip::open(file, size, limits)?;
    let mut members = Members::default();
    while let Some(entry) = zip.next_entry()? {
        if entry.is_link() {
            let target = link_target(&mut zip, &entry)?;
            members.add(&Member::of_zip(&entry, &target), None);
            continue;
        }
        let mut scan = Scan::default();
        let is_read = zip.copy_entry(&entry, &mut scan)?;
        let (excerpt, digest) = scan.finish();
        members.add(&Member::of_zip(&entry, ""), is_read.then_some((&excerpt, digest)));
    }
    zip.check_not_empty()?;
    members.finish()
}

fn link_target(zip: &mut PlainZip<File>, entry: &ZipMember) -> Result<String, ArchiveError> {
    let mut target = Vec::new();
    if entry.size <= MAX_TARGET {
        zip.copy_entry(entry, &mut target)?;
    }
    Ok(String::from_utf8_lossy(&target).into_owned())
}

fn tar(reader: impl BufRead, codec: Codec, limits: &Limits) -> Result<ArchiveContents, ArchiveError> {
    let mut tar = TarReader::new(reader, codec, limits);
    let mut members = Members::default();
    while let Some(entry) = tar.next_entry()? {
        let member = Member::of_tar(&entry);
        let mut scan = Scan::default();
        if member.is_file() {
            tar.copy_entry(&mut scan)?;
        }
        let (excerpt, digest) = scan.finish();
        members.add(&member, member.is_file().then_some((&excerpt, digest)));
    }
    members.finish()
}

/// One file, whose name is that of the archive without its suffix.
fn single(
    name: &FileName,
    reader: impl BufRead,
    codec: Codec,
    limits: &Limits,
) -> Result<ArchiveContents, ArchiveError> {
    let mut stream = Decompressed::new(reader, codec, *limits);
    let mut collector = Native::collector();
    copy(&mut stream, &mut collector)?;
    let mut contents = ArchiveContents::default();
    if let Some(native) = Native::of(&collector.finish(None)) {
        let name = name.as_str();
        contents.native.include(native, name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    }
    Ok(contents)
}

fn copy<R: BufRead>(stream: &mut Decompressed<R>, target: &mut impl io::Write) -> Result<(), ArchiveError> {
    let mut block = vec![0; 32 << 10];
    loop {
        let got = stream.fill(&mut block)?;
        if got == 0 {
            return Ok(());
        }
        target.write_all(block.get(..got).unwrap_or_default()).map_err(ArchiveError::Write)?;
    }
}
