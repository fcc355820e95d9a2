//! A tar's header blocks (POSIX.1-2024, pax, "ustar Interchange Format"; GNU
//! tar manual, "Basic Tar Format"): what is in them, and what readers read
//! differently.
//!
//! The tar crate knows where a field lies and which format a block has. How a
//! number or a text may be written is decided here, because readers differ in
//! what they accept: only a spelling that all of them read alike is one.

use crate::archive::error::Flaw;

/// A tar is made of blocks of so many bytes.
pub(super) const BLOCK: usize = 512;

/// The most that eleven octal digits can say: 8 GiB less one byte.
pub(super) const MAX_OCTAL_SIZE: u64 = (1 << 33) - 1;

/// A header block whose checksum is right.
pub(super) struct Header(tar::Header);

impl Header {
    /// Proves the checksum.
    ///
    /// # Errors
    /// A checksum that is wrong, or that is right only for signed bytes: old
    /// tars wrote it so, GNU tar and Python read it, and npm passes over such a
    /// header and takes its content for headers.
    pub(super) fn parse(block: &[u8; BLOCK]) -> Result<Self, Flaw> {
        let header = Self(tar::Header::from_byte_slice(block).clone());
        let declared = checksum(&header.0.as_old().cksum)?;
        let bytes = || {
            let blanked = |(at, byte): (usize, &u8)| if (148..156).contains(&at) { b' ' } else { *byte };
            block.iter().enumerate().map(blanked)
        };
        let unsigned: u64 = bytes().map(u64::from).sum();
        let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
        if declared == unsigned {
            Ok(header)
        } else if i64::try_from(declared) == Ok(signed) {
            Err(Flaw::TarHeaders("has a header whose checksum is right for signed bytes only"))
        } else {
            Err(Flaw::Tar("has a header whose checksum is wrong"))
        }
    }

    /// Bytes of content.
    pub(super) fn size(&self) -> Result<u64, Flaw> {
        number(&self.0.as_old().size)
    }

    /// Whether its owner may execute it.
    pub(super) fn is_executable(&self) -> bool {
        number(&self.0.as_old().mode).is_ok_and(|mode| mode & 0o100 != 0)
    }

    pub(super) fn typeflag(&self) -> u8 {
        let [typeflag] = self.0.as_old().linkflag;
        typeflag
    }

    /// The name, with its prefix where the format has one.
    pub(super) fn name(&self) -> Vec<u8> {
        let name = text(&self.0.as_old().name);
        match text(self.prefix()) {
            // GNU's format, `ustar  `, has other fields there.
            prefix if self.magic().starts_with(b"ustar\0") && !prefix.is_empty() => {
                [prefix, b"/", name].concat()
            }
            _ => name.to_owned(),
        }
    }

    /// The target of a link; empty for everything else.
    pub(super) fn link_name(&self) -> &[u8] {
        text(&self.0.as_old().linkname)
    }

    /// Whether a map of a GNU sparse file goes on in the next block.
    pub(super) fn sparse_map_goes_on(&self) -> bool {
        self.typeflag() == b'S' && self.0.as_bytes().get(482).is_some_and(|flag| *flag != 0)
    }

    fn magic(&self) -> &[u8] {
        self.field(257..265)
    }

    fn prefix(&self) -> &[u8] {
        self.field(345..500)
    }

    fn field(&self, range: std::ops::Range<usize>) -> &[u8] {
        self.0.as_bytes().get(range).unwrap_or(&[])
    }

    /// What of this block some reader reads otherwise, or cannot read, although
    /// most go on: a clause.
    pub(super) fn ambiguity(&self) -> Option<&'static str> {
        let old = self.0.as_old();
        let numbers: [&[u8]; 6] =
            [&old.mode, &old.uid, &old.gid, &old.mtime, self.field(329..337), self.field(337..345)];
        if !old.size.iter().any(u8::is_ascii_digit) && !matches!(old.size, [0x80, ..]) {
            return Some("has a header without a size");
        }
        if numbers.iter().any(|field| !is_number(field)) {
            return Some("has a header with a number that some readers cannot read");
        }
        if [&old.name, &old.linkname].iter().any(|field| is_dirty(*field)) {
            return Some("has a header with bytes behind the end of a name");
        }
        let prefix = self.prefix();
        // Where the prefix has at most 130 bytes, node-tar has two times behind
        // it, which no reader takes for a part of it.
        let short = prefix.get(..131).filter(|short| short.ends_with(b"\0")).unwrap_or(prefix);
        let has_prefix = prefix.first().is_some_and(|byte| *byte != 0);
        if is_dirty(short) || (has_prefix && (self.magic() != b"ustar\x0000" || self.is_star())) {
            return Some("has a prefix of its name that only some readers read");
        }
        None
    }

    /// The format of star, with a shorter prefix.
    fn is_star(&self) -> bool {
        self.0.as_bytes().get(500..).is_some_and(|end| end.iter().any(|byte| *byte != 0))
    }
}

/// A field up to its NUL.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or(&[])
}

/// Whether anything but NULs follows the first NUL: npm reads on behind a line
/// break.
pub(super) fn is_dirty(field: &[u8]) -> bool {
    field.iter().skip_while(|byte| **byte != 0).any(|byte| *byte != 0)
}

/// A number in octal digits, or in GNU's base 256 if its first bit is set.
fn number(field: &[u8]) -> Result<u64, Flaw> {
    let wrong = || Flaw::Tar("has a header with a number that cannot be read");
    if let [0x80, rest @ ..] = field {
        return rest.iter().try_fold(0, |sum: u64, byte| {
            sum.checked_mul(256).map(|sum| sum | u64::from(*byte)).ok_or_else(wrong)
        });
    }
    octal(field).ok_or_else(wrong)
}

/// A checksum ends with a space or a NUL: npm reads on into the next fields.
fn checksum(field: &[u8]) -> Result<u64, Flaw> {
    match (octal(field), field.last()) {
        (Some(sum), Some(b' ' | 0)) => Ok(sum),
        _ => Err(Flaw::Tar("has a header with a checksum that cannot be read")),
    }
}

/// Spaces, octal digits, and then spaces and NULs alone.
fn octal(field: &[u8]) -> Option<u64> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| *byte != b' ').unwrap_or(field.len());
    let (_, rest) = field.split_at_checked(start)?;
    let end = rest.iter().position(is_blank).unwrap_or(rest.len());
    let (digits, blank) = rest.split_at_checked(end)?;
    if !blank.iter().all(is_blank) {
        return None;
    }
    digits.iter().try_fold(0, |sum: u64, digit| match digit {
        b'0'..=b'7' => sum.checked_mul(8).map(|sum| sum + u64::from(digit - b'0')),
        _ => None,
    })
}

/// The greatest number that npm reads (`Number.MAX_SAFE_INTEGER`); it passes
/// over a header with a greater one.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// Whether every reader takes a field for the same number.
fn is_number(field: &[u8]) -> bool {
    number(field).is_ok_and(|number| number <= MAX_SAFE)
}
