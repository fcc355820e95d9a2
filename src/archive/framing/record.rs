//! The records of a zip as they lie in the file (APPNOTE 6.3.10, section 4.3),
//! without any judgement.

use std::io::{self, Read, Seek, SeekFrom};

/// Reads little-endian numbers off the front of some bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::archive) struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    pub(in crate::archive) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(in crate::archive) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(in crate::archive) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(in crate::archive) fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(front)
    }
}

/// Fills `buffer` from byte `at` on.
pub(in crate::archive) fn read_at<R: Read + Seek>(
    reader: &mut R,
    at: u64,
    buffer: &mut [u8],
) -> io::Result<()> {
    reader.seek(SeekFrom::Start(at))?;
    reader.read_exact(buffer)
}

/// Central directory file header, 4.3.12, without its variable parts.
#[derive(Debug, Clone, Copy)]
pub(in crate::archive) struct Central {
    pub made_by: u16,
    pub needed: u16,
    pub flags: u16,
    pub method: u16,
    pub crc32: u32,
    pub packed: u32,
    pub size: u32,
    pub name_len: u16,
    pub extra_len: u16,
    pub comment_len: u16,
    pub disk: u16,
    pub attributes: u32,
    pub offset: u32,
}

impl Central {
    pub(in crate::archive) const LEN: usize = 46;
    const SIGNATURE: u32 = 0x0201_4b50;

    /// Whether the entry was made on a host with Unix modes (4.4.2.2).
    pub(in crate::archive) const fn is_unix(&self) -> bool {
        matches!(self.made_by >> 8, 3 | 19)
    }

    /// The Unix mode. By the letter it is one only if [`Central::is_unix`], but
    /// there are readers that make a link of whatever bears a link's type.
    pub(in crate::archive) const fn mode(&self) -> u32 {
        self.attributes >> 16
    }

    /// Whether the MS-DOS attributes are those of a folder.
    pub(in crate::archive) const fn is_dos_folder(&self) -> bool {
        self.attributes & 0x10 != 0
    }

    /// Nothing if the bytes do not begin with the signature.
    pub(in crate::archive) fn parse(bytes: [u8; Self::LEN]) -> Option<Self> {
        let mut at = Cursor(&bytes);
        if at.u32()? != Self::SIGNATURE {
            return None;
        }
        let (made_by, needed) = (at.u16()?, version(at.u16()?));
        let flags = at.u16()?;
        let method = at.u16()?;
        let _time = at.u32()?;
        let (crc32, packed, size) = (at.u32()?, at.u32()?, at.u32()?);
        let (name_len, extra_len, comment_len) = (at.u16()?, at.u16()?, at.u16()?);
        let disk = at.u16()?;
        let _internal = at.u16()?;
        let (attributes, offset) = (at.u32()?, at.u32()?);
        Some(Self {
            made_by,
            needed,
            flags,
            method,
            crc32,
            packed,
            size,
            name_len,
            extra_len,
            comment_len,
            disk,
            attributes,
            offset,
        })
    }
}

/// Local file header, 4.3.7, without its variable parts.
#[derive(Debug, Clone, Copy)]
pub(in crate::archive) struct Local {
    pub needed: u16,
    pub flags: u16,
    pub method: u16,
    pub crc32: u32,
    pub packed: u32,
    pub size: u32,
    pub name_len: u16,
    pub extra_len: u16,
}

impl Local {
    pub(in crate::archive) const LEN: usize = 30;
    const SIGNATURE: u32 = 0x0403_4b50;

    /// Nothing if the bytes do not begin with the signature.
    pub(in crate::archive) fn parse(bytes: [u8; Self::LEN]) -> Option<Self> {
        let mut at = Cursor(&bytes);
        if at.u32()? != Self::SIGNATURE {
            return None;
        }
        let (needed, flags, method) = (version(at.u16()?), at.u16()?, at.u16()?);
        let _time = at.u32()?;
        let (crc32, packed, size) = (at.u32()?, at.u32()?, at.u32()?);
        let (name_len, extra_len) = (at.u16()?, at.u16()?);
        Some(Self { needed, flags, method, crc32, packed, size, name_len, extra_len })
    }
}

/// End of central directory record, 4.3.16, without its comment.
#[derive(Debug, Clone, Copy)]
pub(in crate::archive) struct End {
    pub disk: u16,
    pub directory_disk: u16,
    pub entries_here: u16,
    pub entries: u16,
    pub size: u32,
    pub offset: u32,
    pub comment_len: u16,
}

impl End {
    pub(in crate::archive) const LEN: usize = 22;
    pub(in crate::archive) const SIGNATURE: [u8; 4] = *b"PK\x05\x06";

    /// Nothing if there are too few bytes, or they do not begin with the
    /// signature.
    pub(in crate::archive) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut at = Cursor(bytes.strip_prefix(&Self::SIGNATURE)?);
        Some(Self {
            disk: at.u16()?,
            directory_disk: at.u16()?,
            entries_here: at.u16()?,
            entries: at.u16()?,
            size: at.u32()?,
            offset: at.u32()?,
            comment_len: at.u16()?,
        })
    }
}

/// ZIP64 end of central directory locator, 4.3.15.
#[derive(Debug, Clone, Copy)]
pub(in crate::archive) struct Locator {
    pub disk: u32,
    pub offset: u64,
    pub disks: u32,
}

impl Locator {
    pub(in crate::archive) const LEN: usize = 20;

    /// Nothing if the bytes do not begin with the signature.
    pub(in crate::archive) fn parse(bytes: [u8; Self::LEN]) -> Option<Self> {
        let mut at = Cursor(bytes.strip_prefix(b"PK\x06\x07")?);
        Some(Self { disk: at.u32()?, offset: at.u64()?, disks: at.u32()? })
    }
}

/// ZIP64 end of central directory record, 4.3.14, without its extensible data.
#[derive(Debug, Clone, Copy)]
pub(in crate::archive) struct End64 {
    /// Bytes of the record behind this field: 44, and more with extensible
    /// data.
    pub rest: u64,
    pub disk: u32,
    pub directory_disk: u32,
    pub entries_here: u64,
    pub entries: u64,
    pub size: u64,
    pub offset: u64,
}

impl End64 {
    pub(in crate::archive) const LEN: usize = 56;

    /// Nothing if the bytes do not begin with the signature.
    pub(in crate::archive) fn parse(bytes: [u8; Self::LEN]) -> Option<Self> {
        let mut at = Cursor(bytes.strip_prefix(b"PK\x06\x06")?);
        let rest = at.u64()?;
        let _versions = at.u32()?;
        Some(Self {
            rest,
            disk: at.u32()?,
            directory_disk: at.u32()?,
            entries_here: at.u64()?,
            entries: at.u64()?,
            size: at.u64()?,
            offset: at.u64()?,
        })
    }
}

/// The extra fields that change how the rest is read, 4.5.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::archive) struct Extra<'a> {
    /// 0x0001, ZIP64 extended information.
    pub zip64: Option<&'a [u8]>,
    /// 0x7075, Info-ZIP Unicode path.
    pub unicode_path: Option<&'a [u8]>,
}

impl<'a> Extra<'a> {
    /// Nothing if the fields do not fill their room exactly, or if one of
    /// these two is there twice.
    pub(in crate::archive) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut extra = Self::default();
        let mut at = Cursor(bytes);
        while !at.0.is_empty() {
            let (id, len) = (at.u16()?, at.u16()?);
            let content = at.take(len.into())?;
            let known = match id {
                0x0001 => &mut extra.zip64,
                0x7075 => &mut extra.unicode_path,
                _ => continue,
            };
            if known.replace(content).is_some() {
                return None;
            }
        }
        Some(extra)
    }
}

/// The version of the format that is asked for: the lower byte alone. Some
/// tools write the system into the other one, as where a version says who made
/// an entry (4.4.2), and readers pass over it.
const fn version(field: u16) -> u16 {
    field & 0xff
}
