//! Files of artifacts, built in code: the smallest that are what they claim.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::{DeflateEncoder, GzEncoder};
use zip::write::SimpleFileOptions;

use crate::wheelwright::Wheelwright;

/// A wheel of this file name: its metadata lies under the letters of the name.
pub(crate) fn wheel(file_name: &str) -> Vec<u8> {
    wheel_saying(file_name, "")
}

/// The same with a module that says something, so that its bytes differ.
pub(crate) fn wheel_saying(file_name: &str, text: &str) -> Vec<u8> {
    Wheelwright::new(file_name).file("module.py", text).build()
}

fn metadata(project: &str, version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n")
}

/// A plain zip of text files, compressed, as a wheel is.
pub(crate) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A source distribution with a PKG-INFO in its one top folder.
pub(crate) fn sdist(project: &str, version: &str) -> Vec<u8> {
    let top = format!("{project}-{version}");
    tar_gz(&[
        (&format!("{top}/PKG-INFO"), metadata(project, version).as_bytes()),
        (&format!("{top}/pyproject.toml"), b"[project]\n"),
    ])
}

/// An npm package with this package.json.
pub(crate) fn npm(package_json: &serde_json::Value) -> Vec<u8> {
    tar_gz(&[
        ("package/package.json", package_json.to_string().as_bytes()),
        ("package/index.js", b"module.exports = 1\n"),
    ])
}

/// A gzipped tar of files.
pub(crate) fn tar_gz(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, *bytes).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// What begins as a program of Linux does.
pub(crate) fn elf(text: &str) -> Vec<u8> {
    [b"\x7fELF\x02\x01\x01\0", text.as_bytes()].concat()
}

/// An artifact as upload-artifact stores it: a stream, so that every entry has
/// a data descriptor behind it; and Unix modes.
pub(crate) fn artifact_zip(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new_stream(Vec::new());
    for (name, mode, bytes) in files {
        let options = SimpleFileOptions::default().unix_permissions(*mode);
        if name.ends_with('/') {
            archive.add_directory(*name, options).unwrap();
        } else {
            archive.start_file(*name, options).unwrap();
            archive.write_all(bytes).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

/// One entry of a zip, every field of which can be made to lie.
///
/// Starts out honest, stored, and with a Unix mode of a regular file.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The name in the local header.
    pub(crate) local_name: Vec<u8>,
    /// The name in the central directory.
    pub(crate) name: Vec<u8>,
    /// General purpose bit flags.
    pub(crate) flags: u16,
    /// 0 is stored, 8 deflate.
    pub(crate) method: u16,
    /// Declared CRC-32.
    pub(crate) crc: u32,
    /// Declared size.
    pub(crate) size: u32,
    /// Unix mode, with the kind of file.
    pub(crate) mode: u32,
    /// Bytes as they lie there.
    pub(crate) packed: Vec<u8>,
    /// Whether a data descriptor follows, and the local header leaves to it
    /// what it says.
    pub(crate) has_descriptor: bool,
    /// A comment in the central directory.
    pub(crate) comment: Vec<u8>,
    /// Extra fields in the central directory.
    pub(crate) extra: Vec<u8>,
}

impl Entry {
    /// An honest entry.
    pub(crate) fn new(name: impl AsRef<[u8]>, bytes: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        Self {
            local_name: name.as_ref().to_vec(),
            name: name.as_ref().to_vec(),
            flags: 0,
            method: 0,
            crc: crc.sum(),
            size: u32::try_from(bytes.len()).unwrap(),
            mode: 0o100_644,
            packed: bytes.to_vec(),
            has_descriptor: false,
            comment: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// The same, deflated.
    pub(crate) fn deflated(name: &str, bytes: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        Self { method: 8, packed: encoder.finish().unwrap(), ..Self::new(name, bytes) }
    }

    /// Whether it is a folder by its name.
    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with(b"/")
    }

    /// Its bytes, unpacked.
    pub(crate) fn unpacked(&self) -> Vec<u8> {
        match self.method {
            8 => {
                let mut bytes = Vec::new();
                DeflateDecoder::new(&self.packed[..]).read_to_end(&mut bytes).unwrap();
                bytes
            }
            _ => self.packed.clone(),
        }
    }

    fn common(&self, leaves_to_descriptor: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let flags = self.flags | if self.has_descriptor { 1 << 3 } else { 0 };
        for number in [20, flags, self.method, 0, 0x21] {
            bytes.extend(number.to_le_bytes());
        }
        if leaves_to_descriptor {
            bytes.extend([0; 12]);
        } else {
            bytes.extend(self.crc_and_sizes());
        }
        bytes
    }

    /// CRC-32 and sizes.
    fn crc_and_sizes(&self) -> Vec<u8> {
        let numbers = [self.crc, u32::try_from(self.packed.len()).unwrap(), self.size];
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }
}

/// A zip of such entries (APPNOTE 4.3).
pub(crate) fn zip_of(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = u32::try_from(bytes.len()).unwrap();
        let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_le_bytes();
        bytes.extend(b"PK\x03\x04");
        bytes.extend(entry.common(entry.has_descriptor));
        bytes.extend(length(&entry.local_name));
        bytes.extend([0, 0]);
        bytes.extend(&entry.local_name);
        bytes.extend(&entry.packed);
        if entry.has_descriptor {
            bytes.extend(b"PK\x07\x08");
            bytes.extend(entry.crc_and_sizes());
        }
        // Made on Unix, version 2.0.
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(entry.common(false));
        directory.extend(length(&entry.name));
        directory.extend(length(&entry.extra));
        directory.extend(length(&entry.comment));
        // Volume, internal attributes.
        directory.extend([0; 4]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.name);
        directory.extend(&entry.extra);
        directory.extend(&entry.comment);
    }
    let (start, size) = (u32::try_from(bytes.len()).unwrap(), u32::try_from(directory.len()).unwrap());
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count);
    bytes.extend(count);
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// The Info-ZIP extra field that gives an entry's name once more, in UTF-8.
pub(crate) fn unicode_path(name: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(name);
    let length = u16::try_from(name.len() + 5).unwrap().to_le_bytes();
    [b"up".as_slice(), &length, &[1], &crc.sum().to_le_bytes(), name].concat()
}
