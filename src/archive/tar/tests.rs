use std::io::{self, BufReader, Read};

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::archive::fixture::{TarMember, gzip, tar};

const LIMITS: Limits = Limits::within(100 << 20, 100);

/// Every entry with its content, or the error.
fn read_within(gz: &[u8], limits: &Limits) -> Result<Vec<(TarEntry, Vec<u8>)>, String> {
    let mut tar = TarReader::new(gz, Codec::Gzip, limits);
    let mut entries = Vec::new();
    let text = |error| match error {
        ArchiveError::Refused(refusal) => format!("{}: {refusal}", refusal.rule()),
        other => panic!("{other:?}"),
    };
    while let Some(entry) = tar.next_entry().map_err(text)? {
        let content = tar.read_entry(1 << 20).map_err(text)?;
        entries.push((entry, content));
    }
    Ok(entries)
}

fn read(members: impl IntoIterator<Item = TarMember>) -> Result<Vec<(TarEntry, Vec<u8>)>, String> {
    read_within(&gzip(&tar(members)), &LIMITS)
}

fn refused(members: impl IntoIterator<Item = TarMember>) -> String {
    read(members).unwrap_err()
}

fn file() -> TarMember {
    TarMember::file("a-1.0/PKG-INFO", b"Name: a\n")
}

#[test]
fn entries_in_order() {
    let long = format!("{}/PKG-INFO", "n".repeat(200));
    let members = [
        TarMember::new(b'g', b"pax_global_header", b"19 comment=0123456\n"),
        TarMember::new(b'5', b"./", b""),
        TarMember::new(b'5', b"./a-1.0/", b""),
        file(),
        TarMember::file("empty", b""),
        TarMember::pax(b'x', &[("path", &long), ("mtime", "1.5")]),
        TarMember::file("short", &[7; 1025]),
        TarMember::new(b'L', b"././@LongLink", format!("{long}\0").as_bytes()),
        TarMember::file("short", b"x"),
        TarMember::file("name", b"").with(345, b"prefix"),
        TarMember::file("name", b"").with(257, b"ustar  \0").with(345, b"1234567"),
        TarMember::new(0, b"old/", b""),
        TarMember::new(b'2', b"link", b"").with(157, b"empty"),
        TarMember::new(b'1', b"hard", b"").with(157, b"empty"),
        TarMember::new(b'6', b"fifo", b""),
        TarMember::pax(b'x', &[("GNU.sparse.major", "1")]),
        TarMember::file("holes", b"x"),
    ];
    let found: Vec<_> = read(members)
        .unwrap()
        .into_iter()
        .map(|(entry, content)| {
            assert_eq!(entry.size, content.len() as u64);
            (entry.parts().collect::<Vec<_>>().join("/"), entry.kind, entry.size)
        })
        .collect();
    let expected = [
        ("a-1.0", TarKind::Folder, 0),
        ("a-1.0/PKG-INFO", TarKind::File, 8),
        ("empty", TarKind::File, 0),
        (&long, TarKind::File, 1025),
        (&long, TarKind::File, 1),
        ("prefix/name", TarKind::File, 0),
        ("name", TarKind::File, 0),
        ("old", TarKind::Folder, 0),
        ("link", TarKind::SymbolicLink, 0),
        ("hard", TarKind::HardLink, 0),
        ("fifo", TarKind::Other(b'6'), 0),
        ("holes", TarKind::Sparse, 1),
    ];
    assert_eq!(found, expected.map(|(path, kind, size)| (path.to_owned(), kind, size)));
}

/// What only some readers mind, by the entry that is read all the same.
#[test]
fn ambiguities() {
    let of = |members: Vec<TarMember>| read(members).unwrap().remove(0).0.ambiguity.unwrap_or("none");
    let number = "has a header with a number that some readers cannot read";
    let prefix = "has a prefix of its name that only some readers read";
    let dirty = "has a header with bytes behind the end of a name";
    let folder = "is a file, and has the name of a folder";
    for (member, ambiguity) in vec![
        (file(), "none"),
        (file().with(136, &[0x80, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), "none"),
        (file().with(136, &[0x80, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0]), number),
        (file().with(136, &[0xff; 12]), number),
        (file().with(329, b"O\xaf"), number),
        (file().with(337, b"x"), number),
        (file().with(108, &[0; 16]), "none"),
        (file().with(136, b"            "), "none"),
        (file().with(100, b"x"), number),
        (file().with(108, b"1_0\0"), number),
        (file().with(116, b"+00\0"), number),
        (file().with(136, b"12 3"), number),
        (file().with(20, b"x"), dirty),
        (file().with(345, b"p\0x"), prefix),
        (file().with(345, b"\0x"), prefix),
        (file().with(345, &[b'p'; 131]).with(477, b"x"), prefix),
        // As node-tar writes it: the times of access and change.
        (file().with(476, b"15266156177\x0015266156177\0"), "none"),
        (file().with(345, b"p").with(476, b"15266156177\x0015266156177\0"), "none"),
        (file().with(345, &[b'p'; 155]), "none"),
        (file().with(345, b"p").with(257, b"ustar  \0"), prefix),
        (file().with(345, b"p").with(257, &[0; 8]), prefix),
        (file().with(345, b"p").with(263, b"01"), prefix),
        (file().with(345, b"p").with(508, b"tar\0"), prefix),
        (TarMember::new(b'0', b"d/", b""), folder),
        (TarMember::new(b'7', b"d/", b""), folder),
        (TarMember::new(0, b"d/", b""), "none"),
        (TarMember::new(b'5', b"d", b""), "none"),
        (TarMember::file("", b""), "has no name"),
        (TarMember::file("a", b"").with(157, b"b"), "is no link, and has the target of one"),
        (TarMember::new(b'V', b"a", b""), "is of a type that readers read differently"),
        (TarMember::new(b'9', b"a", b""), "is of a type that readers read differently"),
        (TarMember::new(b'1', b"a", b""), "is a link, and has no target"),
        (TarMember::new(b'2', b"a", b""), "is a link, and has no target"),
        (TarMember::new(b'2', b"a", b"").with(157, b"b"), "none"),
        (TarMember::new(b'6', b"a", b""), "none"),
        (TarMember::new(b'7', b"a", b""), "none"),
        (TarMember::new(b'0', b"a", b"").with(124, &[0; 12]), "has a header without a size"),
    ] {
        assert_eq!(of(vec![member.clone()]), ambiguity, "{}", member.block.escape_ascii());
    }
    assert_eq!(of(vec![TarMember::pax(b'x', &[("path", "d/")]), TarMember::new(0, b"d", b"")]), folder);
    for extended in [b'x', b'L', b'g'] {
        let extended = TarMember::new(extended, b"x", if extended == b'L' { b"d\0" } else { b"7 a=bc\n" });
        assert_eq!(of(vec![extended.clone(), file()]), "none");
        assert_eq!(of(vec![extended.with(116, b"644x"), file()]), number);
    }
    for keyword in ["GNU.sparse.name", "SCHILY.realsize", "hdrcharset"] {
        assert_ne!(of(vec![TarMember::pax(b'x', &[(keyword, "1")]), file()]), "none", "{keyword}");
    }
}

/// git archives hold a global header before their entries, and one alone if they
/// are empty.
#[test]
fn a_global_header_behind_the_last_entry() {
    let global = || TarMember::pax(b'g', &[("comment", "0123456")]);
    let trailing = |members: Vec<TarMember>| {
        let gz = gzip(&tar(members));
        let mut tar = TarReader::new(&gz[..], Codec::Gzip, &LIMITS);
        while tar.next_entry().unwrap().is_some() {}
        tar.trailing().map(|refusal| refusal.found())
    };
    assert_eq!(trailing(vec![global(), file()]), None);
    let refusal = "the archive has a global header behind its last entry";
    assert_eq!(trailing(vec![file(), global()]).as_deref(), Some(refusal));
}

#[test]
fn members_of_gzip_are_one_stream() {
    let bytes = tar([file(), file()]);
    let (front, back) = bytes.split_at(700);
    let gz = [gzip(front), gzip(b""), gzip(back)].concat();
    assert_eq!(read_within(&gz, &LIMITS).unwrap().len(), 2);
}

#[test]
fn what_is_not_read_is_passed_over() {
    let gz = gzip(&tar([TarMember::file("a", &[1; 5000]), file()]));
    let mut tar = TarReader::new(&gz[..], Codec::Gzip, &LIMITS);
    tar.next_entry().unwrap();
    assert_eq!(tar.next_entry().unwrap().unwrap().name, "a-1.0/PKG-INFO");
    assert_eq!(tar.read_entry(8).unwrap(), b"Name: a\n");
    assert_eq!(tar.read_entry(8).unwrap(), b"");
    assert_eq!(tar.next_entry().unwrap(), None);
    assert_eq!(tar.next_entry().unwrap(), None);
}

#[test]
fn a_tar_without_its_end_is_one() {
    let mut bytes = tar([file()]);
    bytes.truncate(1024);
    assert_eq!(read_within(&gzip(&bytes), &LIMITS).unwrap().len(), 1);
    assert!(read_within(&gzip(b""), &LIMITS).unwrap().is_empty());
}

#[test]
fn zeros_behind_a_gzip_file() {
    let gz = gzip(&tar([file()]));
    for zeros in [1, 512, 20_000] {
        assert_eq!(read_within(&[gz.clone(), vec![0; zeros]].concat(), &LIMITS).unwrap().len(), 1);
    }
    assert!(read_within(&[&gz[..], b"\0\0", &gz].concat(), &LIMITS).is_err());
}

#[test]
fn broken_gzip() {
    let gz = gzip(&tar([file()]));
    let refusal = |gz: &[u8]| read_within(gz, &LIMITS).unwrap_err();
    assert_snapshot!(refusal(b"\0\x01no gzip at all"), @"archive-framing: the file is not a gzip file; expected a gzipped tar");
    assert_snapshot!(refusal(b""), @"archive-framing: the file is an empty file; expected a gzipped tar");
    assert_snapshot!(refusal(&gz[..gz.len() - 9]), @"archive-framing: the archive has a gzip stream that does not end where its tar does; expected an archive that is whole");
    let mut checksum = gz.clone();
    let at = checksum.len() - 6;
    checksum[at] ^= 1;
    assert_snapshot!(refusal(&checksum), @"archive-framing: the archive has a gzip stream that cannot be inflated; expected an archive that is whole");
    assert_snapshot!(refusal(&[&gz[..], b"behind"].concat()), @"archive-framing: the archive has a gzip stream that has bytes behind its end that are not gzip; expected an archive that is whole");
}

#[test]
fn broken_tar() {
    let refusal = |bytes: &[u8]| read_within(&gzip(bytes), &LIMITS).unwrap_err();
    let bytes = tar([file()]);
    assert_snapshot!(refusal(&bytes[..100]), @"archive-framing: the archive breaks off in a header; expected an archive that is whole");
    assert_snapshot!(refusal(&bytes[..520]), @"archive-framing: the archive breaks off in an entry; expected an archive that is whole");
    assert_snapshot!(refusal(&[&bytes[..1536], &bytes].concat()), @"archive-framing: the archive goes on behind a single block of zeros; expected headers that every reader reads alike");
    assert_eq!(read_within(&gzip(&[&bytes[..], &bytes[..]].concat()), &LIMITS).unwrap().len(), 1);
    let mut checksum = bytes.clone();
    checksum[0] ^= 1;
    assert_snapshot!(refusal(&checksum), @"archive-framing: the archive has a header whose checksum is wrong; expected an archive that is whole");
    assert_snapshot!(refused([file().with(124, b"00000000z10\0")]), @"archive-framing: `a-1.0/PKG-INFO` has a header with a number that cannot be read; expected an archive that is whole");
    assert_snapshot!(refused([file().with(124, &[0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])]), @"archive-framing: `a-1.0/PKG-INFO` has a header with a number that cannot be read; expected an archive that is whole");
    assert_snapshot!(refused([file().with(124, &[0xff; 12])]), @"archive-framing: `a-1.0/PKG-INFO` has a header with a number that cannot be read; expected an archive that is whole");
    // As large as a number can be: it is passed over, not held.
    assert_snapshot!(refused([file().with(124, &[0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])]), @"archive-limit: `a-1.0/PKG-INFO` has 18,446,744,073,709,551,615 bytes and is to be read whole; expected at most 1,048,576 bytes");
}

#[test]
fn extended_headers_that_lie() {
    assert_snapshot!(refused([TarMember::pax(b'x', &[("size", "4")]), file()]), @"archive-framing: `a-1.0/PKG-INFO` has one size in its header and another in its pax header; expected headers that every reader reads alike");
    assert_snapshot!(refused([TarMember::pax(b'x', &[("size", "+8")]), file()]), @"archive-framing: the archive has a pax header with a wrong size; expected an archive that is whole");
    assert_snapshot!(refused([TarMember::pax(b'g', &[("path", "b")]), file()]), @"archive-framing: the archive gives all its entries one name, size or link by a global header; expected headers that every reader reads alike");
    assert_snapshot!(refused([TarMember::new(b'x', b"pax", b"9999 path=x\n"), file()]), @"archive-framing: the archive has a pax header that cannot be read; expected an archive that is whole");
    assert_snapshot!(refused([TarMember::pax(b'x', &[]), TarMember::pax(b'x', &[]), file()]), @"archive-framing: the archive has two extended headers for one entry; expected headers that every reader reads alike");
    assert_snapshot!(refused([TarMember::pax(b'x', &[("path", "b")])]), @"archive-framing: the archive ends behind an extended header; expected an archive that is whole");
    let two_names = [TarMember::pax(b'x', &[("path", "b")]), TarMember::new(b'L', b"long", b"c\0"), file()];
    assert_snapshot!(refused(two_names), @"archive-framing: the archive has an entry with two long names; expected headers that every reader reads alike");
    let hidden = format!("x\n{}", "19 path=package.js\n");
    for members in [
        vec![TarMember::pax(b'x', &[("path", "a\0b")]), file()],
        vec![TarMember::pax(b'x', &[("path", "a\nb")]), file()],
        vec![TarMember::pax(b'x', &[("path", "")]), file()],
        vec![TarMember::pax(b'x', &[("path", "a"), ("path", "b")]), file()],
        vec![TarMember::pax(b'x', &[("linkpath", "a"), ("linkpath", "b")]), file()],
        vec![TarMember::pax(b'x', &[("comment", &hidden)]), file()],
        vec![TarMember::pax(b'x', &[("type", "Directory")]), file()],
        vec![TarMember::pax(b'x', &[("path", "b")]).with(0, &[0; 3]), file()],
        vec![TarMember::new(b'L', b"l", b"a\0").with(157, b"x"), file()],
        vec![TarMember::new(b'L', b"l", b"a\0b"), file()],
        vec![TarMember::new(b'L', b"l", b"\0"), file()],
        vec![TarMember::new(b'N', b"l", b"a\0"), file()],
        vec![TarMember::new(b'X', b"l", b"10 path=a\n"), file()],
        vec![TarMember::new(b'0', b"d/", b"x")],
        vec![TarMember::new(b'5', b"d/", b"x")],
        vec![TarMember::new(b'6', b"f", b"x")],
        vec![TarMember::new(b'0', b"f", b"x").with(157, b"y")],
        vec![TarMember::new(b'0', b"", b"x")],
    ] {
        let refusal = refused(members);
        assert!(refusal.ends_with("headers that every reader reads alike"), "{refusal}");
    }
    assert_snapshot!(refused([TarMember::new(b'2', b"link", b"content")]), @"archive-framing: `link` is a folder or a link, and has content; expected headers that every reader reads alike");
}

#[test]
fn limits() {
    // A long name of 2 MB.
    assert_snapshot!(refused([TarMember::new(b'L', b"long", &vec![b'n'; 2 << 20]), file()]), @"archive-limit: the archive has an extended header of 2,097,152 bytes; expected at most 1,048,576 bytes");
    let many = (0..101).map(|_| TarMember::file("x", b""));
    assert_snapshot!(refused(many), @"archive-limit: the archive has 101 entries; expected at most 100");
    let zeros = gzip(&tar([TarMember::file("zeros", &vec![0; 70 << 20])]));
    let passed = |limits: &Limits| {
        let mut tar = TarReader::new(&zeros[..], Codec::Gzip, limits);
        tar.next_entry().unwrap();
        match tar.next_entry() {
            Err(ArchiveError::Refused(refusal)) => format!("{}: {refusal}", refusal.rule()),
            other => panic!("{other:?}"),
        }
    };
    assert!(passed(&LIMITS).starts_with("archive-limit: the archive unpacks from "));
    assert!(passed(&Limits { unpacked: 1 << 20, ..LIMITS }).ends_with("expected at most 1,048,576 bytes"));
    let mut tar = TarReader::new(&zeros[..], Codec::Gzip, &LIMITS);
    tar.next_entry().unwrap();
    assert_snapshot!(tar.read_entry(1 << 20).unwrap_err(), @"`zeros` has 73,400,320 bytes and is to be read whole; expected at most 1,048,576 bytes");
}

#[test]
fn a_file_that_fails_is_no_refusal() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk on fire"))
        }
    }
    assert!(matches!(
        TarReader::new(BufReader::new(Broken), Codec::Gzip, &LIMITS).next_entry(),
        Err(ArchiveError::Read(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever is done to a tar, reading it ends, and nothing panics.
    #[test]
    fn reading_ends(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        packed in any::<bool>(),
    ) {
        let mut bytes = tar([
            TarMember::pax(b'x', &[("path", "a/b")]),
            file(),
            TarMember::new(b'S', b"holes", b"x").with(482, b"\x01"),
            TarMember::new(b'L', b"long", b"long\0"),
            file(),
        ]);
        if packed {
            bytes = gzip(&bytes);
        }
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !packed {
            bytes = gzip(&bytes);
        }
        let mut tar = TarReader::new(&bytes[..], Codec::Gzip, &LIMITS);
        while let Ok(Some(_)) = tar.next_entry() {
            let _ = tar.read_entry(1000);
        }
    }
}
