//! Archives built in code, down to the byte: every field of every record can
//! be made to lie.

use std::io::{Cursor, Write};

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

/// The fields that a local header and an entry of the directory share.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub needed: u16,
    pub flags: u16,
    pub method: u16,
    pub crc32: u32,
    pub packed: u32,
    pub size: u32,
    pub name: Vec<u8>,
    pub extra: Vec<u8>,
}

impl Header {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.needed.to_le_bytes());
        out.extend(self.flags.to_le_bytes());
        out.extend(self.method.to_le_bytes());
        out.extend([0; 4]);
        out.extend(self.crc32.to_le_bytes());
        out.extend(self.packed.to_le_bytes());
        out.extend(self.size.to_le_bytes());
        out.extend(len16(&self.name));
        out.extend(len16(&self.extra));
    }
}

fn len16(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap().to_le_bytes()
}

fn len32(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// An extra field.
pub(crate) fn extra(id: u16, content: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &len16(content), content].concat()
}

/// An entry of a zip: honest as made, until a field is changed.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub local: Header,
    pub central: Header,
    /// The packed bytes.
    pub data: Vec<u8>,
    /// What lies behind them.
    pub descriptor: Vec<u8>,
    pub made_by: u16,
    pub disk: u16,
    pub attributes: u32,
    pub comment: Vec<u8>,
    /// Where the directory says that it lies, if not where it does.
    pub offset: Option<u32>,
}

impl Member {
    fn new(name: &str, content: &[u8], method: u16, data: Vec<u8>) -> Self {
        let header = Header {
            needed: 20,
            flags: if name.is_ascii() { 0 } else { 1 << 11 },
            method,
            crc32: crc32(content),
            packed: len32(&data),
            size: len32(content),
            name: name.into(),
            extra: Vec::new(),
        };
        Self {
            local: header.clone(),
            central: header,
            data,
            descriptor: Vec::new(),
            made_by: 0x0314,
            disk: 0,
            attributes: 0o100_644 << 16,
            comment: Vec::new(),
            offset: None,
        }
    }

    pub(crate) fn stored(name: &str, content: &[u8]) -> Self {
        Self::new(name, content, 0, content.to_owned())
    }

    pub(crate) fn deflated(name: &str, content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        Self::new(name, content, 8, encoder.finish().unwrap())
    }

    pub(crate) fn folder(name: &str) -> Self {
        Self::stored(name, b"").mode(0o040_755)
    }

    pub(crate) fn mode(mut self, mode: u32) -> Self {
        self.attributes = mode << 16;
        self
    }

    /// As upload-artifact writes it: nothing in the local header, all in a
    /// descriptor.
    pub(crate) fn streamed(mut self) -> Self {
        self.descriptor = self.descriptor_bytes(true, false);
        for header in [&mut self.local, &mut self.central] {
            header.flags |= 1 << 3;
        }
        (self.local.crc32, self.local.packed, self.local.size) = (0, 0, 0);
        self
    }

    /// An honest descriptor in one of its four shapes.
    pub(crate) fn descriptor_bytes(&self, signed: bool, wide: bool) -> Vec<u8> {
        let Header { crc32, packed, size, .. } = self.central;
        let mut bytes = Vec::new();
        if signed {
            bytes.extend(b"PK\x07\x08");
        }
        bytes.extend(crc32.to_le_bytes());
        for number in [packed, size] {
            bytes.extend(number.to_le_bytes());
            if wide {
                bytes.extend([0; 4]);
            }
        }
        bytes
    }

    /// The same change to both headers.
    pub(crate) fn both(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        change(&mut self.central);
        self
    }

    /// A change to the local header.
    pub(crate) fn locally(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        self
    }

    /// A change to the entry of the directory.
    pub(crate) fn centrally(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.central);
        self
    }
}

/// The end record.
#[derive(Debug, Clone, Default)]
pub(crate) struct End {
    pub disk: u16,
    pub entries_here: u16,
    pub entries: u16,
    pub size: u32,
    pub offset: u32,
    pub comment_len: u16,
    pub comment: Vec<u8>,
}

/// The ZIP64 end record and its locator.
#[derive(Debug, Clone, Default)]
pub(crate) struct End64 {
    pub rest: u64,
    pub entries: u64,
    pub size: u64,
    pub offset: u64,
    /// Of the locator.
    pub disks: u32,
    /// Of the locator: where the record lies.
    pub at: u64,
    /// Between the record and its locator.
    pub extensible: Vec<u8>,
}

/// A zip.
#[derive(Debug, Clone)]
pub(crate) struct Zip {
    pub members: Vec<Member>,
    /// Before the first entry, counted in no offset.
    pub front: Vec<u8>,
    /// Between the last entry and the directory.
    pub gap: Vec<u8>,
    /// Behind the last entry of the directory, counted in its size.
    pub directory_rest: Vec<u8>,
    pub change_end: fn(&mut End),
    /// Whether there is a ZIP64 end record, and what is changed in it.
    pub change_end64: Option<fn(&mut End64)>,
    /// Behind everything.
    pub rest: Vec<u8>,
}

impl Zip {
    pub(crate) fn of(members: impl IntoIterator<Item = Member>) -> Self {
        Self {
            members: members.into_iter().collect(),
            front: Vec::new(),
            gap: Vec::new(),
            directory_rest: Vec::new(),
            change_end: |_| {},
            change_end64: None,
            rest: Vec::new(),
        }
    }

    pub(crate) fn end(self, change_end: fn(&mut End)) -> Self {
        Self { change_end, ..self }
    }

    pub(crate) fn end64(self, change: fn(&mut End64)) -> Self {
        Self { change_end64: Some(change), ..self }
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut offsets = Vec::new();
        for member in &self.members {
            offsets.push(member.offset.unwrap_or(len32(&out)));
            out.extend(b"PK\x03\x04");
            member.local.write(&mut out);
            for bytes in [&member.local.name, &member.local.extra, &member.data, &member.descriptor] {
                out.extend(bytes);
            }
        }
        out.extend(&self.gap);
        let offset = len32(&out);
        for (member, offset) in self.members.iter().zip(offsets) {
            out.extend(b"PK\x01\x02");
            out.extend(member.made_by.to_le_bytes());
            member.central.write(&mut out);
            out.extend(len16(&member.comment));
            out.extend(member.disk.to_le_bytes());
            out.extend([0; 2]);
            out.extend(member.attributes.to_le_bytes());
            out.extend(offset.to_le_bytes());
            for bytes in [&member.central.name, &member.central.extra, &member.comment] {
                out.extend(bytes);
            }
        }
        out.extend(&self.directory_rest);
        let size = len32(&out) - offset;
        self.write_end64(&mut out, offset, size);
        self.write_end(&mut out, offset, size);
        [&self.front[..], &out, &self.rest].concat()
    }

    fn write_end(&self, out: &mut Vec<u8>, offset: u32, size: u32) {
        let entries = u16::try_from(self.members.len()).unwrap();
        let mut end = End { entries_here: entries, entries, size, offset, ..End::default() };
        (self.change_end)(&mut end);
        if end.comment_len == 0 {
            end.comment_len = u16::try_from(end.comment.len()).unwrap();
        }
        out.extend(b"PK\x05\x06");
        for number in [end.disk, 0, end.entries_here, end.entries] {
            out.extend(number.to_le_bytes());
        }
        out.extend(end.size.to_le_bytes());
        out.extend(end.offset.to_le_bytes());
        out.extend(end.comment_len.to_le_bytes());
        out.extend(end.comment);
    }

    fn write_end64(&self, out: &mut Vec<u8>, offset: u32, size: u32) {
        let Some(change) = self.change_end64 else { return };
        let mut end = End64 {
            rest: 44,
            entries: self.members.len() as u64,
            size: size.into(),
            offset: offset.into(),
            disks: 1,
            at: out.len() as u64,
            extensible: Vec::new(),
        };
        change(&mut end);
        out.extend(b"PK\x06\x06");
        out.extend(end.rest.to_le_bytes());
        out.extend([45, 3, 45, 0]);
        out.extend([0; 8]);
        for number in [end.entries, end.entries, end.size, end.offset] {
            out.extend(number.to_le_bytes());
        }
        out.extend(end.extensible);
        out.extend(b"PK\x06\x07\0\0\0\0");
        out.extend(end.at.to_le_bytes());
        out.extend(end.disks.to_le_bytes());
    }

    pub(crate) fn reader(&self) -> (Cursor<Vec<u8>>, u64) {
        let bytes = self.build();
        let len = bytes.len() as u64;
        (Cursor::new(bytes), len)
    }
}

/// One header of a tar and its content, padded.
#[derive(Debug, Clone)]
pub(crate) struct TarMember {
    pub block: [u8; 512],
    pub content: Vec<u8>,
}

impl TarMember {
    pub(crate) fn new(typeflag: u8, name: &[u8], content: &[u8]) -> Self {
        let mut block = [0; 512];
        block[..name.len()].copy_from_slice(name);
        block[100..108].copy_from_slice(b"0000644\0");
        block[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        block[156] = typeflag;
        block[257..265].copy_from_slice(b"ustar\x0000");
        Self { block, content: content.to_owned() }.summed()
    }

    pub(crate) fn file(name: &str, content: &[u8]) -> Self {
        Self::new(b'0', name.as_bytes(), content)
    }

    /// A pax extended header of these records.
    pub(crate) fn pax(typeflag: u8, records: &[(&str, &str)]) -> Self {
        let records: Vec<String> =
            records.iter().map(|(keyword, value)| pax_record(keyword, value)).collect();
        Self::new(typeflag, b"pax", records.concat().as_bytes())
    }

    /// With other bytes at a place of its header, and the checksum set right.
    pub(crate) fn with(mut self, at: usize, bytes: &[u8]) -> Self {
        self.block[at..at + bytes.len()].copy_from_slice(bytes);
        self.summed()
    }

    fn summed(mut self) -> Self {
        self.block[148..156].copy_from_slice(b"        ");
        let sum: u32 = self.block.iter().map(|byte| u32::from(*byte)).sum();
        self.block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self
    }
}

fn pax_record(keyword: &str, value: &str) -> String {
    let bare = format!(" {keyword}={value}\n");
    let mut len = bare.len();
    while len != bare.len() + len.to_string().len() {
        len = bare.len() + len.to_string().len();
    }
    format!("{len}{bare}")
}

/// A tar with its end.
pub(crate) fn tar(members: impl IntoIterator<Item = TarMember>) -> Vec<u8> {
    let mut out = Vec::new();
    for member in members {
        out.extend(member.block);
        out.extend(&member.content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
