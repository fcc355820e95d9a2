//! pax extended headers (POSIX.1-2024, pax, "pax Header Block").

use super::header::MAX_OCTAL_SIZE;
use crate::archive::error::Flaw;

/// What a pax extended header says that changes how an entry is read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pax {
    pub path: Option<Vec<u8>>,
    pub link_path: Option<Vec<u8>>,
    pub size: Option<u64>,
    pub is_sparse: bool,
    /// Some reader takes something else out of it, and most go on: a clause.
    pub ambiguity: Option<&'static str>,
}

impl Pax {
    /// Reads records of the form `LENGTH KEYWORD=VALUE\n`.
    ///
    /// # Errors
    /// A record that cannot be read, and one that makes readers differ on
    /// names, sizes or kinds.
    pub(super) fn parse(mut records: &[u8]) -> Result<Self, Flaw> {
        let mut pax = Self::default();
        while !records.is_empty() {
            let (keyword, value, rest) =
                split_record(records).ok_or(Flaw::Tar("has a pax header that cannot be read"))?;
            records = rest;
            if value.contains(&b'\n') && holds_a_record(value) {
                return Err(Flaw::TarHeaders("has a record of a pax header within another one"));
            }
            pax.add(keyword, value)?;
        }
        Ok(pax)
    }

    fn add(&mut self, keyword: &[u8], value: &[u8]) -> Result<(), Flaw> {
        let is_first = match keyword {
            b"path" => self.path.replace(name(value)?).is_none(),
            b"linkpath" => self.link_path.replace(name(value)?).is_none(),
            b"size" => {
                let size = decimal(value).ok_or(Flaw::Tar("has a pax header with a wrong size"))?;
                self.size.replace(size).is_none()
            }
            // node-tar puts these over what the header says.
            b"type" | b"meta" | b"ignore" | b"remain" | b"blockRemain" | b"startBlockSize" => {
                return Err(Flaw::TarHeaders("has a pax header that gives it another type"));
            }
            b"hdrcharset" => {
                self.ambiguity = Some("has a pax header in another character set than UTF-8");
                true
            }
            b"GNU.sparse.name" | b"SCHILY.realsize" => {
                self.is_sparse = true;
                self.ambiguity = Some("has a name or a size that only some readers read (sparse files)");
                true
            }
            _ => {
                self.is_sparse |= keyword.starts_with(b"GNU.sparse.");
                true
            }
        };
        if is_first {
            Ok(())
        } else {
            Err(Flaw::TarHeaders("has a pax header that gives a name, link or size twice"))
        }
    }

    /// Whether it says something that changes how an entry is read.
    pub(super) const fn changes_reading(&self) -> bool {
        self.path.is_some() || self.link_path.is_some() || self.size.is_some() || self.is_sparse
    }

    /// The size of an entry whose header says `declared`.
    ///
    /// Only a size that octal digits cannot say needs the wider field; one that
    /// merely contradicts lets readers differ on where the next header lies
    /// (CVE-2025-62518).
    pub(super) fn size(&self, declared: u64) -> Result<u64, Flaw> {
        match self.size {
            Some(size) if size != declared && size <= MAX_OCTAL_SIZE => {
                Err(Flaw::TarHeaders("has one size in its header and another in its pax header"))
            }
            size => Ok(size.unwrap_or(declared)),
        }
    }
}

/// A name, which some readers end at a NUL or at a line break.
fn name(value: &[u8]) -> Result<Vec<u8>, Flaw> {
    if value.contains(&0) || value.contains(&b'\n') {
        return Err(Flaw::TarHeaders("has a pax header with a NUL or a line break in a name"));
    }
    if value.is_empty() {
        return Err(Flaw::TarHeaders("has a pax header with an empty name"));
    }
    Ok(value.to_owned())
}

/// Whether a reader that goes line by line, as npm does, finds a record behind
/// a line break in a value.
fn holds_a_record(value: &[u8]) -> bool {
    value.split(|byte| *byte == b'\n').skip(1).any(|line| {
        let digits = line.trim_ascii_start();
        digits.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'+')
            && line.contains(&b' ')
            && line.contains(&b'=')
    })
}

fn split_record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = records.iter().position(|byte| *byte == b' ')?;
    let len = usize::try_from(decimal(records.get(..space)?)?).ok()?;
    let (record, rest) = records.split_at_checked(len)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    let (keyword, value) = (record.get(..equals)?, record.get(equals + 1..)?);
    let is_keyword = !keyword.is_empty() && !keyword.iter().any(u8::is_ascii_control);
    is_keyword.then_some((keyword, value, rest))
}

/// Digits and nothing else: `+1` is no number here.
fn decimal(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if is_number { str::from_utf8(digits).ok()?.parse().ok() } else { None }
}
