//! What must hold of every archive, for `fuzz/`.

use std::io::{Cursor, Read as _};

use super::compression::Decompressed;
use super::fixture::{Member, TarMember, Zip, gzip as gzipped, tar as tarred};
use super::limits::Limits;
use super::tar::TarReader;
use super::zip::ZipArchive;
use crate::distribution::archive_name::Codec;

/// The most that the archives of the targets unpack to.
const UNPACKED: u64 = 4 << 20;

/// Tight, so that they are met.
fn limits() -> Limits {
    Limits { entries: 2000, directory: 1 << 20, ..Limits::within(UNPACKED, 2000) }
}

/// Opened for either purpose, a zip is read twice alike: entries, folders, and
/// the bytes of each entry.
pub(crate) fn zip(data: &[u8]) -> bool {
    let read = |limits: &Limits| {
        let mut archive = ZipArchive::open(Cursor::new(data), data.len() as u64, limits).ok()?;
        let entries = archive.entries().to_vec();
        let contents: Vec<_> = (0..entries.len())
            .map(|number| {
                let mut content = Vec::new();
                archive
                    .scan_entry(number, &mut content)
                    .map(|size| (size, content))
                    .map_err(|error| error.to_string())
            })
            .collect();
        for (number, (entry, content)) in entries.iter().zip(&contents).enumerate() {
            assert_eq!(archive.position(entry.path.as_str()), Some(number), "an entry is found by its path");
            if let Ok((size, content)) = content {
                assert_eq!((*size, content.len() as u64), (entry.size, entry.size), "what was declared");
                assert_eq!(archive.read_entry(number, entry.size).ok().as_ref(), Some(content), "read alike");
            }
        }
        Some((entries, archive.folders().to_vec(), contents))
    };
    let unpacked = read(&limits());
    assert_eq!(unpacked, read(&limits()), "a zip is read twice alike");
    let inspected = read(&limits().inspecting());
    assert!(unpacked.is_none() || inspected.is_some(), "what can be unpacked can be inspected");
    unpacked.is_some()
}

/// Zips that hold a file, several, a folder, a ZIP64 end.
pub(crate) fn zip_seeds() -> Vec<Vec<u8>> {
    let file = || Member::stored("a.txt", b"content");
    let deflated = || Member::deflated("b/c.txt", &b"content ".repeat(20));
    [
        Zip::of([file()]),
        Zip::of([file(), deflated(), Member::folder("d/")]),
        Zip::of([file().streamed(), deflated().streamed().mode(0o755)]),
        Zip::of([deflated()]).end64(|_| {}),
        Zip::of([]),
    ]
    .iter()
    .map(Zip::build)
    .collect()
}

/// The codecs of the target, chosen by the first byte.
const CODECS: [Codec; 4] = [Codec::Gzip, Codec::Xz, Codec::Zstd, Codec::Bzip2];

/// A compressed stream has the same content whatever the size of the buffers.
pub(crate) fn compressed(data: &[u8]) -> bool {
    let Some((choice, data)) = data.split_first() else { return false };
    let codec = CODECS[usize::from(*choice) % CODECS.len()];
    let whole = {
        let mut bytes = Vec::new();
        Decompressed::new(data, codec, limits()).read_to_end(&mut bytes).ok().map(|_| bytes)
    };
    let mut stream = Decompressed::new(data, codec, limits());
    let mut bytes = Vec::new();
    let mut buffer = [0; 7];
    let pieces = loop {
        match stream.fill(&mut buffer) {
            Ok(got) => {
                bytes.extend(&buffer[..got]);
                if got < buffer.len() {
                    break Some(bytes);
                }
            }
            Err(_) => break None,
        }
    };
    assert_eq!(whole, pieces, "a stream has one content");
    whole.is_some()
}

/// Gzip streams of one member, several, and with zeros behind them; and the
/// smallest file of each other codec, empty.
pub(crate) fn compressed_seeds() -> Vec<Vec<u8>> {
    let member = gzipped(&b"content ".repeat(20));
    let gzip =
        [member.clone(), [&member[..], &member].concat(), [&member[..], &[0; 20]].concat(), gzipped(b"")];
    let gzip = gzip.into_iter().map(|bytes| [&[0], &bytes[..]].concat());
    let others: [&[u8]; 3] = [
        b"\x01\xfd7zXZ\0\0\x04\xe6\xd6\xb4F\0\0\0\0\x1c\xdfD!\x1f\xb6\xf3}\x01\0\0\0\0\x04YZ",
        b"\x02\x28\xb5\x2f\xfd\x20\x00\x01\x00\x00",
        b"\x03BZh9\x17rE8P\x90\0\0\0\0",
    ];
    gzip.chain(others.map(<[u8]>::to_vec)).collect()
}

/// A tar is read twice alike, whether the contents of its entries are read or
/// passed over.
pub(crate) fn tar(data: &[u8]) -> bool {
    let packed = gzipped_tar(data);
    let read = |is_read: bool| {
        let mut tar = TarReader::new(packed.as_slice(), Codec::Gzip, &limits());
        let mut entries = Vec::new();
        while let Some(entry) = tar.next_entry().ok()? {
            if is_read {
                let content = tar.read_entry(UNPACKED).ok()?;
                assert_eq!(content.len() as u64, entry.size, "as many bytes as declared");
            }
            entries.push(entry);
        }
        assert!(tar.next_entry().is_ok_and(|entry| entry.is_none()), "nothing follows the end");
        Some((entries, tar.trailing().is_some()))
    };
    let passed_over = read(false);
    assert_eq!(passed_over, read(true), "a tar is read twice alike");
    passed_over.is_some()
}

/// A tar with files, links and extended headers.
pub(crate) fn tar_seeds() -> Vec<Vec<u8>> {
    let pkg_info = b"Metadata-Version: 2.1\nName: a\nVersion: 1.0\n";
    let long = [b"a-1.0/".as_slice(), &[b'n'; 150]].concat();
    [
        tarred([TarMember::file("package/package.json", br#"{"name":"a","version":"1.0.0"}"#)]),
        tarred([
            TarMember::new(b'5', b"a-1.0/", b""),
            TarMember::file("a-1.0/PKG-INFO", pkg_info),
            TarMember::new(b'2', b"a-1.0/l", b"").with(157, b"PKG-INFO"),
            TarMember::new(b'1', b"a-1.0/h", b"").with(157, b"a-1.0/PKG-INFO"),
        ]),
        tarred([TarMember::pax(b'x', &[("path", "a-1.0/PKG-INFO")]), TarMember::file("x", pkg_info)]),
        tarred([
            TarMember::pax(b'g', &[("comment", "x")]),
            TarMember::new(b'L', b"././@LongLink", &long),
            TarMember::file("x", b""),
        ]),
    ]
    .to_vec()
}

/// A tar as a gzip file, quickly made. The checksum of every header is set
/// right, which chance does not find, unless the first byte says otherwise.
pub(crate) fn gzipped_tar(data: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 512;
    let mut tar = data.to_vec();
    let mut at = 0;
    while let Some(block) = tar.get_mut(at..at + BLOCK).filter(|block| block[0] != b'!') {
        if block.iter().any(|byte| *byte != 0) {
            block[148..156].copy_from_slice(b"        ");
            let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
            block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
        let size = std::str::from_utf8(&block[124..135]).ok();
        let size = size.and_then(|size| usize::from_str_radix(size, 8).ok()).unwrap_or(0);
        at += BLOCK + size.min(data.len()).next_multiple_of(BLOCK);
    }
    stored_gzip(&tar)
}

/// Without compression: a fuzzer waits for it.
fn stored_gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
