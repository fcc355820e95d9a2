use std::io::{self, Cursor};

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::archive::fixture::{Member, Zip, crc32};
use crate::archive::limits::BudgetExceeded;

const LIMITS: Limits = Limits::within(10 << 20, 100);

fn open(zip: &Zip) -> ZipArchive<Cursor<Vec<u8>>> {
    let (reader, len) = zip.reader();
    ZipArchive::open(reader, len, &LIMITS).unwrap()
}

fn budget() -> Budget {
    Budget::new(100 << 20, 1000)
}

/// The error of the only entry, and how many bytes were written before it.
fn refused(member: Member) -> String {
    let mut content = Vec::new();
    match open(&Zip::of([member])).copy_entry(0, &mut content, &budget()) {
        Err(ArchiveError::Refused(refusal)) => {
            format!("{}: {refusal} ({} bytes written)", refusal.rule(), content.len())
        }
        other => panic!("not refused: {other:?}"),
    }
}

/// Content that holds a descriptor of the bytes before it.
fn with_descriptor(before: &[u8], wide: bool, size: usize) -> Vec<u8> {
    let mut content = before.to_vec();
    content.extend(b"PK\x07\x08");
    content.extend(crc32(before).to_le_bytes());
    for size in [size, size] {
        let size = (size as u64).to_le_bytes();
        content.extend(if wide { &size[..] } else { &size[..4] });
    }
    content
}

#[test]
fn a_descriptor_within_content() {
    let content = with_descriptor(b"hello", false, 5);
    assert_snapshot!(refused(Member::stored("a", &content).streamed()), @"archive-framing: `a` has a data descriptor within its content, where some readers end it; expected the same in the directory and where the entry lies (0 bytes written)");
    // At every place with regard to the blocks that are read, and at the end.
    for before in [0, 1, BLOCK - 12, BLOCK - 5, BLOCK - 1, BLOCK, BLOCK + 7, 3 * BLOCK - 3] {
        for wide in [false, true] {
            let content = with_descriptor(&noise()[..before], wide, before);
            for content in [[content.as_slice(), b"and more"].concat(), content] {
                refused(Member::stored("a", &content).streamed());
            }
        }
    }
    // None that fits, and one where nobody looks for it.
    for member in [
        Member::stored("a", &with_descriptor(b"hello", false, 6)).streamed(),
        Member::stored("a", &content),
        Member::deflated("a", &content).streamed(),
        // A zip in a zip.
        Member::stored("a", &Zip::of([Member::stored("b", b"hello").streamed()]).build()).streamed(),
    ] {
        open(&Zip::of([member])).copy_entry(0, &mut Vec::new(), &budget()).unwrap();
    }
}

/// 300,000 bytes that deflate does not make much smaller: several blocks.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..300_000).map(|_| next()).collect()
}

#[test]
fn what_went_in_comes_out() {
    let contents = [Vec::new(), b"hello".to_vec(), vec![0; 1 << 20], noise()];
    let members = contents.iter().enumerate().flat_map(|(at, content)| {
        [
            Member::stored(&format!("s{at}"), content),
            Member::deflated(&format!("d{at}"), content),
            Member::stored(&format!("ss{at}"), content).streamed(),
            Member::deflated(&format!("ds{at}"), content).streamed(),
            Member::folder(&format!("f{at}/")),
        ]
    });
    let mut archive = open(&Zip::of(members));
    assert_eq!(archive.entries().len(), 16);
    for (number, expected) in contents.iter().flat_map(|content| [content; 4]).enumerate() {
        let mut content = Vec::new();
        let bytes = archive.copy_entry(number, &mut content, &budget()).unwrap();
        assert_eq!((bytes, &content), (expected.len() as u64, expected));
        assert_eq!(archive.read_entry(number, bytes).unwrap(), content);
    }
    assert_eq!(archive.position("ds1"), Some(7));
    assert_eq!(archive.position("f1"), None);
    assert!(archive.read_entry(99, 1).is_err());
}

#[test]
fn sizes_that_lie() {
    let (zeros, noise) = (vec![0; 100_000], noise());
    assert_snapshot!(refused(Member::deflated("w.whl", &zeros).both(|header| header.size = 120)), @"archive-checksum: `w.whl` is declared with 120 bytes and inflates to 65,536 or more; expected the size that the archive declares (0 bytes written)");
    assert_snapshot!(refused(Member::deflated("w.whl", &noise).both(|header| header.size = 299_999)), @"archive-checksum: `w.whl` is declared with 299,999 bytes and inflates to 300,000 or more; expected the size that the archive declares (262064 bytes written)");
    assert_snapshot!(refused(Member::deflated("w.whl", b"abc").both(|header| header.size = 4)), @"archive-checksum: `w.whl` is declared with 4 bytes and inflates to 3; expected the size that the archive declares (3 bytes written)");
    assert_snapshot!(refused(Member::deflated("w.whl", b"abc").both(|header| header.size = 0)), @"archive-checksum: `w.whl` is declared with 0 bytes and inflates to 3 or more; expected the size that the archive declares (0 bytes written)");
}

#[test]
fn a_checksum_that_lies() {
    assert_snapshot!(refused(Member::deflated("a", b"abc").both(|header| header.crc32 ^= 1)), @"archive-checksum: `a` has the CRC-32 352441c2 and is declared with 352441c3; expected the CRC-32 that the archive declares (3 bytes written)");
    assert_snapshot!(refused(Member::stored("a", b"abc").both(|header| header.crc32 ^= 1)), @"archive-checksum: `a` has the CRC-32 352441c2 and is declared with 352441c3; expected the CRC-32 that the archive declares (3 bytes written)");
}

#[test]
fn compressed_data_that_is_broken() {
    let change = |change: fn(&mut Vec<u8>)| {
        let mut member = Member::deflated("a", &noise());
        change(&mut member.data);
        let packed = u32::try_from(member.data.len()).unwrap();
        refused(member.both(|header| header.packed = packed))
    };
    assert_snapshot!(change(|data| data.truncate(100)), @"archive-checksum: `a` has compressed data that breaks off; expected an archive that is whole (95 bytes written)");
    assert_snapshot!(change(Vec::clear), @"archive-checksum: `a` has compressed data that breaks off; expected an archive that is whole (0 bytes written)");
    assert_snapshot!(change(|data| data[0] = 0b110), @"archive-checksum: `a` has compressed data that cannot be inflated; expected an archive that is whole (0 bytes written)");
    // What another reader may take for an entry of its own.
    assert_snapshot!(change(|data| data.extend(b"hidden")), @"archive-framing: `a` has 6 bytes behind the end of its compressed data; expected compressed data that fills the room declared for it (300000 bytes written)");
    assert_snapshot!(change(|data| data.extend(noise())), @"archive-framing: `a` has 300,000 bytes behind the end of its compressed data; expected compressed data that fills the room declared for it (300000 bytes written)");
}

#[test]
fn a_file_too_large_to_read_whole() {
    let ArchiveError::Refused(refusal) =
        open(&Zip::of([Member::deflated("METADATA", &[b'x'; 5000])])).read_entry(0, 4999).unwrap_err()
    else {
        panic!()
    };
    assert_snapshot!(format!("{}: {refusal}", refusal.rule()), @"archive-limit: `METADATA` has 5,000 bytes and is to be read whole; expected at most 4,999 bytes");
}

#[test]
fn the_budget_is_of_bytes_written() {
    let mut archive = open(&Zip::of([Member::stored("a", b"12345"), Member::stored("b", b"12345")]));
    let budget = Budget::new(9, 5);
    archive.copy_entry(0, &mut io::sink(), &budget).unwrap();
    let mut content = Vec::new();
    let error = archive.copy_entry(1, &mut content, &budget).unwrap_err();
    assert!(matches!(error, ArchiveError::Budget(BudgetExceeded::Bytes(9))));
    assert!(content.is_empty());

    let budget = Budget::new(100, 1);
    archive.copy_entry(0, &mut io::sink(), &budget).unwrap();
    let error = archive.copy_entry(1, &mut io::sink(), &budget).unwrap_err();
    assert!(matches!(error, ArchiveError::Budget(BudgetExceeded::Files(1))));
}

#[test]
fn a_target_that_fails_is_no_refusal() {
    let mut full: &mut [u8] = &mut [0; 2];
    let error = open(&Zip::of([Member::stored("a", b"12345")])).copy_entry(0, &mut full, &budget());
    assert!(matches!(error, Err(ArchiveError::Write(_))));
}

#[test]
fn a_link_leads_nowhere_but_says_where() {
    let (reader, len) = Zip::of([Member::stored("bin/npm", b"../lib/npm.js").mode(0o120_777)]).reader();
    let mut archive = ZipArchive::open(reader, len, &LIMITS.inspecting()).unwrap();
    assert_eq!(archive.entries()[0].kind, EntryKind::Link);
    assert_eq!(archive.read_entry(0, 100).unwrap(), b"../lib/npm.js");
}

fn sample() -> Vec<u8> {
    Zip::of([
        Member::folder("d/"),
        Member::deflated("d/one.txt", &[b'1'; 300]).streamed(),
        Member::stored("two", b"PK\x03\x04 and PK\x05\x06"),
        Member::deflated("größe", b"three"),
    ])
    .end64(|_| {})
    .end(|end| end.comment = b"bye".to_vec())
    .build()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Whatever is done to a zip, nothing panics, and what comes out has the
    /// CRC-32 that is declared.
    #[test]
    fn nothing_wrong_comes_out(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let mut bytes = sample();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let len = bytes.len() as u64;
        let Ok(mut archive) = ZipArchive::open(Cursor::new(bytes), len, &LIMITS) else { return Ok(()) };
        for number in 0..archive.entries().len() {
            let entry = archive.entries()[number].clone();
            if let Ok(content) = archive.read_entry(number, 10_000) {
                prop_assert_eq!((content.len() as u64, crc32(&content)), (entry.size, entry.crc32));
            }
        }
    }
}
