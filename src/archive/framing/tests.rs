//! One lie, one test, its message pinned; then what is true and odd, and must
//! be accepted.

use insta::assert_snapshot;

use super::*;
use crate::archive::fixture::{End, End64, Member, Zip, crc32, extra};
use crate::rule::Rule;

const LIMITS: Limits = Limits::within(1 << 20, 10);

fn read_within(zip: &Zip, limits: &Limits) -> Result<Vec<Entry>, ArchiveError> {
    let (mut reader, len) = zip.reader();
    read_directory(&mut reader, len, limits).map(|(entries, _)| entries)
}

fn read_bytes(bytes: Vec<u8>) -> Result<Vec<Entry>, ArchiveError> {
    let len = bytes.len() as u64;
    read_directory(&mut std::io::Cursor::new(bytes), len, &LIMITS).map(|(entries, _)| entries)
}

fn read(zip: &Zip) -> Result<Vec<Entry>, ArchiveError> {
    read_within(zip, &LIMITS)
}

/// `rule: found; expected …`
fn shown(result: Result<Vec<Entry>, ArchiveError>) -> String {
    match result {
        Err(ArchiveError::Refused(refusal)) => format!("{}: {refusal}", refusal.rule()),
        other => panic!("not refused: {other:?}"),
    }
}

fn refused(zip: &Zip) -> String {
    shown(read(zip))
}

fn a() -> Member {
    Member::deflated("a.txt", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
}

fn b() -> Member {
    Member::stored("d/b.txt", b"bb")
}

fn ab() -> Zip {
    Zip::of([a(), b()])
}

/// Of one entry, with one thing changed.
fn one(member: Member) -> String {
    refused(&Zip::of([member]))
}

mod the_end {
    use super::*;

    #[test]
    fn is_missing() {
        assert_snapshot!(shown(read_bytes(b"not a zip".repeat(9))), @"archive-framing: the archive has 81 bytes and no end of central directory among the last of them; expected an archive that is whole");
        assert_snapshot!(shown(read_bytes(Vec::new())), @"archive-framing: the archive has 0 bytes and no end of central directory among the last of them; expected an archive that is whole");
    }

    #[test]
    fn is_not_the_end() {
        assert_snapshot!(refused(&Zip { rest: b"more".to_vec(), ..ab() }), @"archive-framing: the archive declares a comment of 0 bytes, and 4 follow its end record; expected an archive that ends with its comment");
    }

    #[test]
    fn has_a_comment_of_another_length() {
        let change_end: fn(&mut End) = |end| (end.comment, end.comment_len) = (b"hello".to_vec(), 9);
        assert_snapshot!(refused(&ab().end(change_end)), @"archive-framing: the archive declares a comment of 9 bytes, and 5 follow its end record; expected an archive that ends with its comment");
        // What lies behind the comment could be a zip's end, for those that
        // look from behind.
        let rest = Zip::of([]).build();
        assert_snapshot!(refused(&Zip { change_end, rest: [&[0; 4], &rest[..]].concat(), ..ab() }), @"archive-framing: the archive declares a directory of 0 bytes at byte 0, and its end record lies at byte 214; expected a directory that ends where the end record begins");
    }

    #[test]
    fn is_there_twice() {
        let change_end: fn(&mut End) = |end| end.comment = Zip::of([]).build();
        assert_snapshot!(refused(&ab().end(change_end)), @"archive-framing: the archive has end of central directory records at byte 183 and at byte 205; expected one end record, behind which nothing but its comment lies");
    }

    #[test]
    fn has_its_signature_in_the_comment() {
        let change_end: fn(&mut End) = |end| end.comment = b"see PK\x05\x06".to_vec();
        assert_snapshot!(refused(&ab().end(change_end)), @"archive-framing: the archive has end of central directory records at byte 183 and at byte 192; expected one end record, behind which nothing but its comment lies");
    }

    #[test]
    fn is_of_several_volumes() {
        assert_snapshot!(refused(&ab().end(|end| end.disk = 1)), @"archive-framing: the archive is one volume of several; expected an archive in one piece");
        assert_snapshot!(refused(&ab().end(|end| end.entries_here = 1)), @"archive-framing: the archive is one volume of several; expected an archive in one piece");
        assert_snapshot!(one(Member { disk: 1, ..a() }), @"archive-framing: the archive is one volume of several; expected an archive in one piece");
        assert_snapshot!(refused(&ab().end64(|end| end.disks = 2)), @"archive-framing: the archive is one volume of several; expected an archive in one piece");
    }

    #[test]
    fn lies_about_the_directory() {
        assert_snapshot!(refused(&ab().end(|end| end.size -= 1)), @"archive-framing: the archive declares a directory of 103 bytes at byte 79, and its end record lies at byte 183; expected a directory that ends where the end record begins");
        assert_snapshot!(refused(&ab().end(|end| end.offset += 1)), @"archive-framing: the archive declares a directory of 104 bytes at byte 80, and its end record lies at byte 183; expected a directory that ends where the end record begins");
        assert_snapshot!(refused(&Zip { front: b"#!/bin/sh\n".to_vec(), ..ab() }), @"archive-framing: the archive declares a directory of 104 bytes at byte 79, and its end record lies at byte 193; expected a directory that ends where the end record begins");
        let shifted: fn(&mut End) = |end| {
            end.size -= 1;
            end.offset += 1;
        };
        assert_snapshot!(refused(&Zip { change_end: shifted, ..ab() }), @"archive-framing: the archive has a directory whose entry number 1 cannot be read; expected a directory that can be read");
    }

    #[test]
    fn lies_about_how_many_there_are() {
        let change_end: fn(&mut End) = |end| (end.entries, end.entries_here) = (1, 1);
        assert_snapshot!(refused(&ab().end(change_end)), @"archive-framing: the archive declares 1 entries, and its directory holds more; expected as many entries as the archive declares");
        let change_end: fn(&mut End) = |end| (end.entries, end.entries_here) = (3, 3);
        assert_snapshot!(refused(&ab().end(change_end)), @"archive-framing: the archive declares 3 entries, and its directory holds fewer; expected as many entries as the archive declares");
        assert_snapshot!(refused(&Zip { directory_rest: b"PK\x05\x05\0\0".to_vec(), ..ab() }), @"archive-framing: the archive declares 2 entries, and its directory holds more; expected as many entries as the archive declares");
        let cut = Zip { directory_rest: b"PK\x01\x02".to_vec(), change_end, ..ab() };
        assert_snapshot!(refused(&cut), @"archive-framing: the archive has a directory whose entry number 3 cannot be read; expected a directory that can be read");
    }
}

mod zip64 {
    use super::*;

    fn wide(change: fn(&mut End64)) -> String {
        refused(&ab().end64(change))
    }

    #[test]
    fn contradicts_the_end() {
        assert_snapshot!(wide(|end| end.entries = 3), @"archive-framing: the archive has a ZIP64 end of central directory that its end record contradicts; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(wide(|end| end.size += 1), @"archive-framing: the archive has a ZIP64 end of central directory that its end record contradicts; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(wide(|end| end.offset -= 1), @"archive-framing: the archive has a ZIP64 end of central directory that its end record contradicts; expected ZIP64 records that agree with the records that they widen");
    }

    #[test]
    fn is_elsewhere() {
        assert_snapshot!(wide(|end| end.at -= 1), @"archive-framing: the archive has a ZIP64 end of central directory that does not end where its locator begins; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(wide(|end| end.rest = 45), @"archive-framing: the archive has a ZIP64 end of central directory with data of another kind in it; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(wide(|end| (end.rest, end.extensible) = (52, vec![0; 8])), @"archive-framing: the archive has a ZIP64 end of central directory that does not end where its locator begins; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(refused(&ab().end(|end| end.offset = u32::MAX)), @"archive-framing: the archive has a ZIP64 end of central directory by its end record, and none lies before that; expected ZIP64 records that agree with the records that they widen");
    }

    #[test]
    fn of_an_entry() {
        let sizes = |size: u64, packed: u64| extra(1, &[size.to_le_bytes(), packed.to_le_bytes()].concat());
        let member = |central: Vec<u8>| {
            b().centrally(|header| {
                header.size = u32::MAX;
                header.packed = u32::MAX;
                header.extra.clone_from(&central);
            })
        };
        assert!(read(&Zip::of([member(sizes(2, 2))])).is_ok());
        assert_snapshot!(one(member(sizes(3, 3))), @"archive-framing: `d/b.txt` has the size 3 in the directory and 2 in its local header; expected the same in the directory and where the entry lies");
        assert_snapshot!(one(member(extra(1, &[0; 8]))), @"archive-framing: `d/b.txt` has a ZIP64 record that is too short; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(one(member(extra(1, &[0; 28]))), @"archive-framing: `d/b.txt` has a ZIP64 record that says more than its entry leaves to it; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(one(member(Vec::new())), @"archive-limit: the archive unpacks to 4,294,967,295 bytes or more; expected at most 1,048,576 bytes");
        assert_snapshot!(one(member([sizes(2, 2), sizes(2, 2)].concat())), @"archive-framing: `d/b.txt` has extra fields that cannot be read; expected extra fields that each end within the header, each at most once");
        // Where nothing is left to it, there are readers that use it yet.
        assert_snapshot!(one(b().centrally(|header| header.extra = sizes(9, 9))), @"archive-framing: `d/b.txt` has a ZIP64 record that says more than its entry leaves to it; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(one(b().locally(|header| header.extra = sizes(9, 9))), @"archive-framing: `d/b.txt` has the size 2 in the directory and 9 in its local header; expected the same in the directory and where the entry lies");
        assert_snapshot!(one(b().locally(|header| header.extra = extra(1, &[2, 0, 0, 0, 0, 0, 0, 0]))), @"archive-framing: `d/b.txt` has a ZIP64 record in its local header that does not hold two sizes; expected ZIP64 records that agree with the records that they widen");
        assert_snapshot!(one(b().locally(|header| header.size = u32::MAX)), @"archive-framing: `d/b.txt` has the size 2 in the directory and 4,294,967,295 in its local header; expected the same in the directory and where the entry lies");
    }
}

mod limits {
    use super::*;

    #[test]
    fn on_entries() {
        let many = (0..11).map(|number| Member::stored(&number.to_string(), b""));
        assert_snapshot!(refused(&Zip::of(many)), @"archive-limit: the archive has 11 entries; expected at most 10");
        assert_snapshot!(refused(&ab().end(|end| (end.entries, end.entries_here) = (60_000, 60_000))), @"archive-limit: the archive has 60,000 entries; expected at most 10");
    }

    #[test]
    fn on_the_directory() {
        assert_snapshot!(shown(read_within(&ab(), &Limits { directory: 100, ..LIMITS })), @"archive-limit: the archive declares a directory of 104 bytes; expected at most 100 bytes");
    }

    #[test]
    fn on_what_it_unpacks_to() {
        let member = |name: &str| Member::deflated(name, &vec![0; 600_000]);
        assert_snapshot!(refused(&Zip::of([member("a"), member("b")])), @"archive-limit: the archive unpacks to 1,200,000 bytes or more; expected at most 1,048,576 bytes");
        let huge = |name: &str| {
            let sizes = extra(1, &u64::MAX.to_le_bytes());
            Member::deflated(name, b"x").centrally(|header| {
                header.size = u32::MAX;
                header.extra.clone_from(&sizes);
            })
        };
        let limits = Limits { ratio: u64::MAX, ..LIMITS };
        assert_snapshot!(shown(read_within(&Zip::of([huge("a"), huge("b")]), &limits)), @"archive-limit: the archive unpacks to 18,446,744,073,709,551,615 bytes or more; expected at most 1,048,576 bytes");
    }

    #[test]
    fn on_the_ratio() {
        let limits = Limits::within(u64::MAX, 10);
        let bomb = Member::deflated("bomb", b"x").both(|header| header.size = 4_000_000_000);
        assert_snapshot!(shown(read_within(&Zip::of([bomb]), &limits)), @"archive-limit: `bomb` unpacks from 3 bytes to 4,000,000,000 or more; expected at most 200 bytes for each packed one");
        let part = |name: &str| Member::deflated(name, b"x").both(|header| header.size = 60 << 20);
        assert_snapshot!(shown(read_within(&Zip::of([part("a"), part("b")]), &limits)), @"archive-limit: the archive unpacks from 184 bytes to 125,829,120 or more; expected at most 200 bytes for each packed one");
    }
}

mod places {
    use super::*;

    #[test]
    fn that_overlap() {
        // One kernel for two names, the way of a quoted overlap bomb.
        let mut zip = ab();
        zip.members[1].offset = Some(0);
        assert_snapshot!(refused(&zip), @"archive-framing: `a.txt` lies in the same bytes as `d/b.txt`; expected entries that lie one behind the other");

        let inner = Zip::of([b()]).build();
        let mut zip = Zip::of([Member::stored("outer", &inner), b()]);
        // The second lies within the first's data, header and all.
        zip.members[1].offset = Some(30 + 5);
        assert_snapshot!(refused(&zip), @"archive-framing: `outer` lies in the same bytes as `d/b.txt`; expected entries that lie one behind the other");

        assert_snapshot!(refused(&Zip::of([a().both(|header| header.packed += 1), b()])), @"archive-framing: `a.txt` lies in the same bytes as `d/b.txt`; expected entries that lie one behind the other");
    }

    #[test]
    fn that_reach_into_the_directory() {
        assert_snapshot!(one(b().both(|header| (header.packed, header.size) = (3, 3))), @"archive-framing: `d/b.txt` reaches into the directory; expected entries that lie one behind the other");
        assert_snapshot!(one(Member { offset: Some(8), ..b() }), @"archive-framing: the archive has 8 bytes at byte 0 that belong to no entry; expected no bytes but those of the entries");
        assert_snapshot!(one(Member { offset: Some(u32::MAX), ..b() }), @"archive-framing: `d/b.txt` has no local header where the directory says; expected the same in the directory and where the entry lies");
        // By the lengths in its header alone.
        let mut bytes = Zip::of([b()]).build();
        bytes[28] = 200;
        assert_snapshot!(shown(read_bytes(bytes)), @"archive-framing: `d/b.txt` reaches into the directory; expected entries that lie one behind the other");
    }

    #[test]
    fn that_are_nobodys() {
        assert_snapshot!(refused(&Zip { gap: b"hidden".to_vec(), ..ab() }), @"archive-framing: the archive has 6 bytes at byte 79 that belong to no entry; expected no bytes but those of the entries");
        let mut zip = ab();
        zip.members[0].descriptor = b"hidden".to_vec();
        assert_snapshot!(refused(&zip), @"archive-framing: the archive has 6 bytes at byte 40 that belong to no entry; expected no bytes but those of the entries");
        // An entry that only a reader from the front would find.
        let mut hidden = Zip::of([a(), b()]);
        hidden.members[0].descriptor = b().data;
        assert!(read(&hidden).is_err());
        assert_snapshot!(refused(&Zip { gap: b"x".to_vec(), ..Zip::of([]) }), @"archive-framing: the archive has 1 bytes at byte 0 that belong to no entry; expected no bytes but those of the entries");
    }

    #[test]
    fn without_a_header() {
        let mut zip = ab();
        zip.members[0].offset = Some(1);
        assert_snapshot!(refused(&zip), @"archive-framing: the archive has 1 bytes at byte 0 that belong to no entry; expected no bytes but those of the entries");
        let mut bytes = Zip::of([b()]).build();
        bytes[0] = b'Q';
        assert_snapshot!(shown(read_bytes(bytes)), @"archive-framing: `d/b.txt` has no local header where the directory says; expected the same in the directory and where the entry lies");
    }
}

mod headers_that_differ {
    use super::*;

    #[test]
    fn in_the_name() {
        assert_snapshot!(one(a().locally(|header| header.name = b"b.txt".to_vec())), @"archive-framing: `a.txt` is named `b.txt` in its local header; expected the same in the directory and where the entry lies");
        assert_snapshot!(one(a().locally(|header| header.name = b"../a.txt".to_vec())), @"archive-framing: `a.txt` is named `../a.txt` in its local header; expected the same in the directory and where the entry lies");
    }

    #[test]
    fn in_the_method() {
        assert_snapshot!(one(b().locally(|header| header.method = 8)), @"archive-framing: `d/b.txt` has the method 0 in the directory and 8 in its local header; expected the same in the directory and where the entry lies");
    }

    #[test]
    fn in_the_flags() {
        assert_snapshot!(one(a().locally(|header| header.flags |= 1)), @"archive-framing: `a.txt` has the flags 0x0 in the directory and 0x1 in its local header; expected the same in the directory and where the entry lies");
        assert_snapshot!(one(a().streamed().centrally(|header| header.flags = 0)), @"archive-framing: `a.txt` has the flags 0x0 in the directory and 0x8 in its local header; expected the same in the directory and where the entry lies");
        assert_snapshot!(one(a().streamed().locally(|header| header.flags = 0)), @"archive-framing: `a.txt` has the flags 0x8 in the directory and 0x0 in its local header; expected the same in the directory and where the entry lies");
        assert_snapshot!(one(a().locally(|header| header.flags |= 1 << 11)), @"archive-framing: `a.txt` has the flags 0x0 in the directory and 0x800 in its local header; expected the same in the directory and where the entry lies");
    }

    #[test]
    fn in_sizes_and_crc() {
        assert_snapshot!(one(a().locally(|header| header.crc32 = 0)), @"archive-framing: `a.txt` has the CRC-32 0x6bc1d3c1 in the directory and 0x0 in its local header; expected the same in the directory and where the entry lies");
        assert_snapshot!(one(a().locally(|header| header.size = 0)), @"archive-framing: `a.txt` has the size 30 in the directory and 0 in its local header; expected the same in the directory and where the entry lies");
        assert_snapshot!(one(a().locally(|header| header.packed += 1)), @"archive-framing: `a.txt` has the packed size 5 in the directory and 6 in its local header; expected the same in the directory and where the entry lies");
        // With a descriptor they may be 0, and nothing else that is not so.
        assert_snapshot!(one(a().streamed().locally(|header| header.size = 1)), @"archive-framing: `a.txt` has the size 30 in the directory and 1 in its local header; expected the same in the directory and where the entry lies");
    }
}

mod descriptors {
    use super::*;

    fn with(bytes: Vec<u8>) -> String {
        one(Member { descriptor: bytes, ..a().streamed() })
    }

    #[test]
    fn that_lie() {
        let honest = a().descriptor_bytes(true, false);
        for at in [4, 8, 12] {
            let mut lie = honest.clone();
            lie[at] ^= 1;
            let lied = "archive-framing: `a.txt` has a data descriptor that contradicts the directory; expected the same in the directory and where the entry lies";
            assert_eq!(with(lie), lied);
        }
        assert_snapshot!(with([b"QK\x07\x08", &honest[4..]].concat()), @"archive-framing: `a.txt` has a data descriptor without its signature, or with other bytes behind it; expected the same in the directory and where the entry lies");
    }

    #[test]
    fn of_a_wrong_shape() {
        assert_snapshot!(with(Vec::new()), @"archive-framing: `a.txt` has a data descriptor by its flags, and none follows it; expected the same in the directory and where the entry lies");
        assert_snapshot!(with(vec![0; 13]), @"archive-framing: `a.txt` has a data descriptor of a length that no descriptor has; expected the same in the directory and where the entry lies");
        assert_snapshot!(with(a().descriptor_bytes(true, true)), @"archive-framing: `a.txt` has a data descriptor with 64-bit sizes that nothing announces; expected the same in the directory and where the entry lies");
        let wide = extra(1, &[0; 16]);
        assert_snapshot!(one(a().streamed().locally(|header| header.extra.clone_from(&wide))), @"archive-framing: `a.txt` has a data descriptor that is too short for its ZIP64 record; expected the same in the directory and where the entry lies");
    }
}

mod entries {
    use super::*;

    #[test]
    fn encrypted() {
        for flag in [0, 6, 13] {
            let encrypted = one(a().both(|header| header.flags |= 1 << flag));
            assert_eq!(encrypted, one(a().both(|header| header.method = 99)));
        }
        assert_snapshot!(one(a().both(|header| header.method = 99)), @"archive-framing: `a.txt` is encrypted; expected an entry that can be read without a password");
    }

    #[test]
    fn of_a_later_version() {
        read(&Zip::of([a().both(|header| header.needed = 63)])).unwrap();
        // The system beside the version, as 7-Zip leaves it.
        read(&Zip::of([a().locally(|header| header.needed = 0x0314)])).unwrap();
        assert_snapshot!(one(a().both(|header| header.needed = 64)), @"archive-framing: `a.txt` asks for version 6.4 of the format; expected version 6.3 of the format, or an earlier one");
        assert_eq!(one(a().locally(|header| header.needed = 64)), one(a().both(|header| header.needed = 64)));
    }

    #[test]
    fn of_a_strange_method_or_flag() {
        assert_snapshot!(one(a().both(|header| header.method = 93)), @"archive-framing: `a.txt` is compressed by method 93; expected method 0 (stored) or 8 (deflate)");
        assert_snapshot!(one(a().both(|header| header.flags |= 1 << 5)), @"archive-framing: `a.txt` has the flags 0x0020; expected flags for the deflate level, a data descriptor or UTF-8, and no others");
    }

    #[test]
    fn stored_in_another_size() {
        assert_snapshot!(one(b().both(|header| header.size = 5)), @"archive-framing: `d/b.txt` is stored with 2 bytes and declared with 5; expected equal sizes");
    }

    #[test]
    fn with_broken_extra_fields() {
        assert_snapshot!(one(a().centrally(|header| header.extra = vec![1, 0, 9, 0])), @"archive-framing: `a.txt` has extra fields that cannot be read; expected extra fields that each end within the header, each at most once");
        assert_snapshot!(one(a().locally(|header| header.extra = vec![0])), @"archive-framing: `a.txt` has extra fields that cannot be read; expected extra fields that each end within the header, each at most once");
    }

    #[test]
    fn that_are_no_files() {
        for (mode, message) in [
            (0o120_777, "a symbolic link"),
            (0o020_666, "a character device"),
            (0o060_666, "a block device"),
            (0o010_666, "a FIFO"),
            (0o140_666, "a socket"),
            (0o150_666, "of an unknown type"),
            (0o040_755, "a folder by its mode and a file by its name"),
        ] {
            let expected = format!("archive-link: `a.txt` is {message}; expected a regular file or a folder");
            assert_eq!(one(a().mode(mode)), expected);
            // Whatever host it says that it was made on.
            assert_eq!(one(Member { made_by: 20, ..a().mode(mode) }), expected);
        }
        assert_snapshot!(one(Member { attributes: 0x10, made_by: 0, ..a() }), @"archive-link: `a.txt` is a folder by its attributes and a file by its name; expected a regular file or a folder");
        assert_snapshot!(one(Member::stored("d/", b"").mode(0o100_644)), @"archive-link: `d/` is a file by its mode and a folder by its name; expected a regular file or a folder");
        assert_snapshot!(one(Member::stored("d/", b"").mode(0o120_644)), @"archive-link: `d/` is a symbolic link by its mode and a folder by its name; expected a regular file or a folder");
        assert_snapshot!(one(Member::stored("d/", b"x").mode(0o040_755)), @"archive-framing: `d/` is a folder with content; expected a folder without content");
    }

    #[test]
    fn of_one_name() {
        assert_snapshot!(refused(&Zip::of([a(), a()])), @"archive-duplicate: `a.txt` appears twice; expected names that differ, and not in case alone");
        let upper = Member::stored("D/B.TXT", b"other");
        assert_snapshot!(refused(&Zip::of([b(), upper.clone()])), @"archive-duplicate: `D/B.TXT` and `d/b.txt` are the same name; expected names that differ, and not in case alone");
        assert!(read_within(&Zip::of([b(), upper]), &LIMITS.inspecting()).is_ok());
        assert_snapshot!(refused(&Zip::of([b(), Member::stored("d", b"")])), @"archive-duplicate: `d` is a file, and a folder that holds others; expected a file or a folder");
    }
}

mod names {
    use super::*;

    #[test]
    fn that_leave_the_folder() {
        let named = |name: &str| one(Member::stored(name, b""));
        assert_snapshot!(named("../up.txt"), @"file-name-unsafe: `../up.txt` is not a valid file name: `.` or `..` is a part of it; expected a relative path without `..` or control characters");
        assert_snapshot!(named("/etc/passwd"), @"file-name-unsafe: `/etc/passwd` is not a valid file name: it is absolute; expected a relative path without `..` or control characters");
        assert_snapshot!(named("a/./b"), @"file-name-unsafe: `a/./b` is not a valid file name: `.` or `..` is a part of it; expected a relative path without `..` or control characters");
        assert_snapshot!(named("a\\b"), @r#"file-name-unsafe: `a\b` is not a valid file name: it holds a path separator; expected a relative path without `..` or control characters"#);
        assert_snapshot!(named("C:/b"), @"file-name-unsafe: `C:/b` is not a valid file name: it holds a path separator; expected a relative path without `..` or control characters");
        assert!(named("a\0b").contains("U+0000, a control or invisible character"));
        assert_snapshot!(named(""), @"file-name-unsafe: `` is not a valid file name: it is empty; expected a relative path without `..` or control characters");
        assert_snapshot!(named(&"x".repeat(256)), @"file-name-unsafe: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` is not a valid file name: it has 256 bytes; the limit is 255; expected a relative path without `..` or control characters");
        assert!(named(&"x".repeat(65_535)).len() < 500);
        assert_snapshot!(one(a().both(|header| header.name = b"gr\xf6sse".to_vec())), @"file-name-unsafe: `gr�sse` is not a valid file name: it is not UTF-8; expected a relative path without `..` or control characters");
    }

    #[test]
    fn that_read_in_two_ways() {
        assert_snapshot!(one(Member::stored("größe", b"").both(|header| header.flags = 0)), @"archive-framing: `größe` has a name beyond ASCII and no flag that says how to read it; expected a name in ASCII, or the flag that says UTF-8");
        let field = |crc: u32, path: &[u8]| extra(0x7075, &[&[1], &crc.to_le_bytes()[..], path].concat());
        let true_crc = crc32(b"a.txt");
        assert!(read(&Zip::of([a().both(|header| header.extra = field(true_crc, b"a.txt"))])).is_ok());
        assert_snapshot!(one(a().centrally(|header| header.extra = field(true_crc, b"b.txt"))), @"archive-framing: `a.txt` is named `b.txt` by its Unicode path field; expected one name");
        assert_snapshot!(one(a().locally(|header| header.extra = field(true_crc, b"b.txt"))), @"archive-framing: `a.txt` is named `b.txt` by its Unicode path field; expected one name");
        assert!(read(&Zip::of([a().centrally(|header| header.extra = field(1, b"a.txt"))])).is_ok());
        assert_snapshot!(one(a().centrally(|header| header.extra = extra(0x7075, &[1, 2]))), @"archive-framing: `a.txt` has extra fields that cannot be read; expected extra fields that each end within the header, each at most once");
    }
}

mod accepted {
    use super::*;

    #[test]
    fn what_is_plain() {
        let zip = Zip::of([Member::folder("d/"), a().mode(0o100_755), b(), Member::stored("größe", b"")]);
        let entries = read(&zip).unwrap();
        let shown: Vec<_> =
            entries.iter().map(|entry| (entry.path.as_str(), entry.size, entry.executable)).collect();
        assert_eq!(shown, [("d", 0, false), ("a.txt", 30, true), ("d/b.txt", 2, false), ("größe", 0, false)]);
        assert!(read(&Zip::of([])).unwrap().is_empty());
    }

    #[test]
    fn an_executable_by_a_unix_host_alone() {
        let executable = |made_by| {
            let member = Member { made_by, ..a().mode(0o100_755) };
            read(&Zip::of([member])).unwrap()[0].executable
        };
        assert!(executable(3 << 8) && executable(19 << 8));
        assert!(!executable(0));
    }

    #[test]
    fn descriptors_in_four_shapes() {
        let wide_sizes = extra(1, &[0; 16]);
        for (signed, wide) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut member = a().streamed();
            member.descriptor = member.descriptor_bytes(signed, wide);
            if wide {
                member.local.extra.clone_from(&wide_sizes);
            }
            let entries =
                read(&Zip::of([b(), member.clone(), b().both(|header| header.name = b"c".to_vec())]))
                    .unwrap();
            assert!(entries[1].has_descriptor);
            read(&Zip::of([member])).unwrap();
        }
    }

    #[test]
    fn a_stored_archive_full_of_signatures() {
        let inner = ab().build();
        let member = Member::stored("inner.zip", &inner).streamed();
        assert_eq!(read(&Zip::of([member])).unwrap()[0].size, inner.len() as u64);
    }

    #[test]
    fn comments_and_zip64() {
        read(&ab().end(|end| end.comment = b"hello".to_vec())).unwrap();
        let entries = read(&Zip::of([Member { comment: b"hi".to_vec(), ..a() }])).unwrap();
        assert!(entries[0].has_comment);
        read(&Zip { change_end64: Some(|_| {}), ..ab() }).unwrap();
        let saturated: fn(&mut End) = |end| {
            (end.entries, end.entries_here) = (u16::MAX, u16::MAX);
            (end.size, end.offset) = (u32::MAX, u32::MAX);
        };
        read(&ab().end64(|_| {}).end(saturated)).unwrap();
        // Info-ZIP counts the disks from 0.
        read(&ab().end64(|end| end.disks = 0)).unwrap();
    }

    #[test]
    fn a_directory_in_another_order() {
        let mut zip = ab();
        let first = 30 + 5 + u32::try_from(zip.members[0].data.len()).unwrap();
        // Each lies where the other is listed.
        zip.members.swap(0, 1);
        let bytes = {
            let mut swapped = zip.clone();
            swapped.members.swap(0, 1);
            (swapped.members[0].offset, swapped.members[1].offset) = (Some(0), Some(first));
            swapped.build()
        };
        assert_eq!(read_bytes(bytes).unwrap().len(), 2);
    }

    #[test]
    fn a_link_that_stays_in_its_archive() {
        let entries = read_within(&Zip::of([b().mode(0o120_777)]), &LIMITS.inspecting()).unwrap();
        assert_eq!(entries[0].kind, EntryKind::Link);
    }
}

#[test]
fn a_file_that_fails_is_no_refusal() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("disk on fire"))
        }
    }
    impl Seek for Broken {
        fn seek(&mut self, _: SeekFrom) -> std::io::Result<u64> {
            Ok(0)
        }
    }
    assert!(matches!(read_directory(&mut Broken, 100, &LIMITS), Err(ArchiveError::Read(_))));
    // Shorter than it is said to be.
    let (mut reader, len) = ab().reader();
    assert!(matches!(read_directory(&mut reader, len + 100, &LIMITS), Err(ArchiveError::Read(_))));
}

#[test]
fn remedies_are_sentences() {
    let ArchiveError::Refused(refusal) = read(&Zip::of([a(), a()])).unwrap_err() else { panic!() };
    assert_eq!(refusal.rule(), Rule::ArchiveDuplicate);
    assert_eq!(refusal.entry_name(), Some("a.txt"));
    assert!(refusal.remedy().ends_with('.'));
}
