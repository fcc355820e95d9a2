//! A tar's headers as they lie in the file (POSIX.1-2024, pax, "ustar
//! Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar
//! Format"), each with its checksum proved.

use crate::archive::error::Flaw;

/// A tar is made of blocks of so many bytes.
pub(super) const BLOCK: usize = 512;

/// A header block whose checksum is right.
#[derive(Debug)]
pub(super) struct Header<'a>(&'a [u8; BLOCK]);

impl<'a> Header<'a> {
    /// Proves the checksum. Old tars summed signed bytes, which is taken too.
    pub(super) fn parse(block: &'a [u8; BLOCK]) -> Result<Self, Flaw> {
        let header = Self(block);
        let told = header.number(148..156)?;
        let bytes = || {
            let blanked = |(at, byte): (usize, &u8)| if (148..156).contains(&at) { b' ' } else { *byte };
            block.iter().enumerate().map(blanked)
        };
        let unsigned: u64 = bytes().map(u64::from).sum();
        let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
        if told == unsigned || i64::try_from(told) == Ok(signed) {
            Ok(header)
        } else {
            Err(Flaw::Tar("has a header whose checksum is wrong"))
        }
    }

    fn field(&self, range: std::ops::Range<usize>) -> &'a [u8] {
        self.0.get(range).unwrap_or_default()
    }

    /// A field up to its NUL.
    fn text(&self, range: std::ops::Range<usize>) -> &'a [u8] {
        let field = self.field(range);
        field.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// A number in octal digits, or in GNU's base 256 if its first bit is set.
    fn number(&self, range: std::ops::Range<usize>) -> Result<u64, Flaw> {
        let wrong = || Flaw::Tar("has a header with a number that cannot be read");
        let field = self.field(range);
        if let [0x80, rest @ ..] = field {
            return rest.iter().try_fold(0, |sum: u64, byte| {
                sum.checked_mul(256).map(|sum| sum | u64::from(*byte)).ok_or_else(wrong)
            });
        }
        let is_blank = |byte: &u8| matches!(byte, b' ' | 0);
        let start = field.iter().position(|byte| *byte != b' ').unwrap_or(field.len());
        let rest = field.get(start..).unwrap_or_default();
        let end = rest.iter().position(is_blank).unwrap_or(rest.len());
        let (digits, blank) = rest.split_at_checked(end).unwrap_or_default();
        if !blank.iter().all(is_blank) {
            return Err(wrong());
        }
        digits.iter().try_fold(0, |sum: u64, digit| match digit {
            b'0'..=b'7' => sum.checked_mul(8).map(|sum| sum + u64::from(digit - b'0')).ok_or_else(wrong),
            _ => Err(wrong()),
        })
    }

    /// Bytes of content.
    pub(super) fn size(&self) -> Result<u64, Flaw> {
        self.number(124..136)
    }

    pub(super) fn typeflag(&self) -> u8 {
        self.0.get(156).copied().unwrap_or_default()
    }

    /// The name, with its prefix where the format has one.
    pub(super) fn name(&self) -> Vec<u8> {
        let name = self.text(0..100);
        match self.text(345..500) {
            // GNU's format, `ustar  `, has other fields there.
            prefix if self.field(257..263) == b"ustar\0" && !prefix.is_empty() => {
                [prefix, b"/", name].concat()
            }
            _ => name.to_owned(),
        }
    }

    /// Whether a map of a GNU sparse file goes on in the next block.
    pub(super) fn sparse_map_goes_on(&self) -> bool {
        self.typeflag() == b'S' && self.0.get(482).is_some_and(|flag| *flag != 0)
    }
}

/// What a pax extended header says that changes how an entry is read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pax {
    pub path: Option<Vec<u8>>,
    pub size: Option<u64>,
    pub is_sparse: bool,
    pub has_link_path: bool,
}

impl Pax {
    /// Reads records of the form `LENGTH KEYWORD=VALUE\n`. The last of one
    /// keyword holds.
    pub(super) fn parse(mut records: &[u8]) -> Result<Self, Flaw> {
        let mut pax = Self::default();
        while !records.is_empty() {
            let (keyword, value, rest) =
                split_record(records).ok_or(Flaw::Tar("has a pax header that cannot be read"))?;
            records = rest;
            match keyword {
                b"path" => pax.path = Some(value.to_owned()),
                b"linkpath" => pax.has_link_path = true,
                b"size" => {
                    let size = decimal(value).ok_or(Flaw::Tar("has a pax header with a wrong size"))?;
                    pax.size = Some(size);
                }
                _ if keyword.starts_with(b"GNU.sparse.") => pax.is_sparse = true,
                _ => {}
            }
        }
        Ok(pax)
    }

    /// Whether it says nothing that changes how an entry is read.
    pub(super) fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

fn split_record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = records.iter().position(|byte| *byte == b' ')?;
    let len = usize::try_from(decimal(records.get(..space)?)?).ok()?;
    let (record, rest) = records.split_at_checked(len)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((record.get(..equals)?, record.get(equals + 1..)?, rest))
}

/// Digits and nothing else: `+1` is no number here.
fn decimal(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if is_number { str::from_utf8(digits).ok()?.parse().ok() } else { None }
}
