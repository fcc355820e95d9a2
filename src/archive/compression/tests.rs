use super::*;

const LIMITS: Limits = Limits::within(100 << 20, 100);

fn read(bytes: &[u8], codec: Codec) -> Result<Vec<u8>, String> {
    let mut read = Vec::new();
    let mut block = [0; 1000];
    // A small buffer, so that nothing lies in it whole.
    let reader = io::BufReader::with_capacity(64, bytes);
    let mut stream = Decompressed::new(reader, codec, LIMITS);
    loop {
        match stream.fill(&mut block) {
            Ok(0) => return Ok(read),
            Ok(got) => read.extend(&block[..got]),
            Err(ArchiveError::Refused(refusal)) => return Err(refusal.found()),
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// `hello` and a line break, as xz 5.4, zstd 1.5, bzip2 1.0 and gzip write it.
fn samples() -> [(Codec, Vec<u8>); 6] {
    [
        (Codec::Gzip, crate::archive::fixture::gzip(b"hello\n")),
        (
            Codec::Xz,
            hex("fd377a585a000004e6d6b446020021011c00000010cf58cc01000568656c6c6f0a000000a56097f194f6fde0\
                 00011e06c12fa41d1fb6f37d010000000004595a"),
        ),
        (
            Codec::Xz,
            hex("fd377a585a00000ae1fb0ca10200210116000000742fe5a301000568656c6c6f0a0000005891b5b522d5df08\
                 6d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03000136066b81f940189b4b9a01000000000a595a"),
        ),
        (Codec::Zstd, hex("28b52ffd240631000068656c6c6f0a5388bd91")),
        (Codec::Zstd, hex("28b52ffd200631000068656c6c6f0a")),
        (
            Codec::Bzip2,
            hex("425a6831314159265359c1c080e2000001410000100244a00030cd00c3462997177245385090c1c080e2"),
        ),
    ]
}

#[test]
fn streams() {
    for (codec, packed) in samples() {
        assert_eq!(read(&packed, codec).as_deref(), Ok(&b"hello\n"[..]), "{codec:?}");
        let twice = [packed.clone(), packed.clone()].concat();
        assert_eq!(read(&twice, codec).as_deref(), Ok(&b"hello\nhello\n"[..]), "{codec:?}");
        for end in 0..packed.len() {
            let cut = read(&packed[..end], codec);
            // The first bytes of gzip are looked at elsewhere.
            assert!(cut.is_err() || codec == Codec::Gzip && end == 0, "{codec:?} cut at {end}: {cut:?}");
        }
    }
    assert_eq!(read(b"any", Codec::Store).as_deref(), Ok(&b"any"[..]));
}

#[test]
fn empty_streams() {
    for (codec, packed) in [
        (Codec::Xz, "fd377a585a000004e6d6b446000000001cdf44211fb6f37d010000000004595a"),
        (Codec::Zstd, "28b52ffd240001000099e9d851"),
        (Codec::Bzip2, "425a683917724538509000000000"),
        (Codec::Zstd, "502a4d180300000061626328b52ffd240001000099e9d851"),
    ] {
        assert_eq!(read(&hex(packed), codec).as_deref(), Ok(&b""[..]), "{codec:?}");
    }
}

/// Each format has its own rules for what may lie behind the end.
#[test]
fn behind_the_end() {
    let behind = |zeros: usize, text: &[u8]| {
        let mut found = Vec::new();
        for (codec, mut packed) in samples() {
            packed.extend(vec![0; zeros]);
            packed.extend(text);
            if read(&packed, codec).is_ok() {
                found.push(codec.as_str());
            }
        }
        found.dedup();
        found.join(" ")
    };
    assert_eq!(behind(0, b""), "gzip xz Zstandard bzip2");
    assert_eq!(behind(512, b""), "gzip xz bzip2");
    assert_eq!(behind(3, b""), "gzip bzip2");
    assert_eq!(behind(0, b"junk"), "bzip2");
    assert_eq!(behind(4, b"junk"), "bzip2");
}

#[test]
fn messages() {
    for (codec, packed) in samples() {
        let name = codec.as_str();
        let cut = read(&packed[..packed.len() - 1], codec);
        assert_eq!(cut, Err(format!("the archive breaks off in its {name} stream")));
        // Every checksum is compared.
        let mut flipped = 0;
        for at in 4..packed.len() {
            let mut packed = packed.clone();
            packed[at] ^= 0x10;
            match read(&packed, codec) {
                Ok(read) => assert!(read == b"hello\n" || packed.len() == 15, "{name} {at}: {read:?}"),
                Err(_) => flipped += 1,
            }
        }
        // One has no checksum.
        assert!(flipped > 5 || packed.len() == 15, "{name}");
    }
    let (_, mut xz) = samples()[1].clone();
    xz[32] ^= 1;
    assert_eq!(read(&xz, Codec::Xz), Err("the archive has a xz stream that cannot be decompressed".into()));
}

/// Windows that are too large, before any of them is made.
#[test]
fn windows() {
    assert_eq!(xz::window(&samples()[1].1), 64 << 20);
    assert_eq!(xz::window(&samples()[2].1), 8 << 20);
    assert_eq!(xz::window(b""), u64::MAX);
    assert_eq!(zstd::window(&samples()[3].1), 6);
    assert_eq!(zstd::window(&hex("28b52ffd0468")), 8 << 20);
    // 128 MiB, and the content that a frame in one piece declares.
    for head in ["28b52ffd0488010000", "28b52ffda000000009010000"] {
        let refused = read(&hex(head), Codec::Zstd).unwrap_err();
        assert_eq!(refused, "the archive needs a larger window than is kept here");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_answered(
        which in 0_usize..6,
        changes in proptest::collection::vec((0_usize..100, 0_u8..), 1..6),
        more in proptest::collection::vec(0_u8.., 0..40),
    ) {
        let (codec, mut packed) = samples()[which].clone();
        for (at, byte) in changes {
            let at = at % packed.len();
            packed[at] = byte;
        }
        packed.extend(more);
        let _ = read(&packed, codec);
    }
}
