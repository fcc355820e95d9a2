//! Source distributions, and archives that are none or are broken.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use release_prep::testing::Distribution;
use release_prep::testing::PackageJson;
use release_prep::testing::Sdist;

use crate::fixture::{sdist, tar_gz, wheel, zip};
use crate::harness::Workspace;

const PKG_INFO: &str = "Metadata-Version: 2.4\nName: foo\nVersion: 1.0\n";

/// A source distribution of `foo` 1.0 with these files below its folder.
fn foo(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = vec![("foo-1.0/PKG-INFO".to_owned(), PKG_INFO.as_bytes())];
    all.extend(files.iter().map(|(path, bytes)| (format!("foo-1.0/{path}"), *bytes)));
    tar_gz(&all.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect::<Vec<_>>())
}

/// What is found of a file of this name.
fn findings(name: &str, bytes: &[u8]) -> String {
    let workspace = Workspace::with([(format!("a/{name}"), bytes)]);
    workspace.prepare(&["--dry-run"]).findings()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar of entries of any kind: name, content, kind, target.
pub(crate) fn tar_of(entries: &[(&str, &[u8], tar::EntryType, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content, kind, target) in entries {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

/// Files that its `License-File` lines name are in it: PyPI looks for each.
#[test]
pub(crate) fn licence_files() {
    let named = format!("{PKG_INFO}License-File: LICENSE\nLicense-File: legal/NOTICE\n");
    let with = |files: &[(&str, &[u8])]| {
        let all = [("foo-1.0/PKG-INFO", named.as_bytes())];
        tar_gz(&all.iter().chain(files).copied().collect::<Vec<_>>())
    };
    let (licence, notice): (_, (&str, &[u8])) =
        (("foo-1.0/LICENSE", &b"MIT"[..]), ("foo-1.0/legal/NOTICE", b"by"));
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &with(&[licence, notice])), @"");
    // A folder counts if it is an entry of its own.
    let folder = gzip(&tar_of(&[
        ("foo-1.0/PKG-INFO", named.as_bytes(), tar::EntryType::Regular, ""),
        ("foo-1.0/LICENSE", b"", tar::EntryType::Directory, ""),
        ("foo-1.0/LICENSE/MIT", b"MIT", tar::EntryType::Regular, ""),
        ("foo-1.0/legal/NOTICE/x", b"by", tar::EntryType::Regular, ""),
    ]));
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &folder), @"error[sdist-license-file]: a: foo-1.0.tar.gz: its metadata names licence files that are missing: `legal/NOTICE`");
    // In whatever order.
    let last = tar_gz(&[notice, licence, ("foo-1.0/PKG-INFO", named.as_bytes())]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &last), @"");
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &with(&[("foo-1.0/legal/LICENSE", b"MIT"), notice])), @"error[sdist-license-file]: a: foo-1.0.tar.gz: its metadata names licence files that are missing: `LICENSE`");
    let workspace = Workspace::with([("a/foo-1.0.tar.gz", with(&[]))]);
    insta::assert_snapshot!(workspace.prepare(&["--dry-run"]).exits(1).log(), @r#"
    projects: `foo`
    read 1 file of 1 artifact (172 B)
    error[sdist-license-file]: its metadata names licence files that are missing: `LICENSE`, `legal/NOTICE`
            -->  a: foo-1.0.tar.gz
       expected  each of them below `foo-1.0/`
           help  Include the file in the sdist (for maturin `include = ["LICENSE"]`), or fix the project's `license-files`.

      artifact   errors
      a               1  sdist-license-file
    `release-prep explain sdist-license-file` says why; docs/rules.md lists all rules.
    No release was written: 1 error of 1 rule in 1 cause.
    "#);
    let run = workspace.prepare(&["--dry-run", "--pypi-exclude", "foo-*.tar.gz"]).exits(0);
    insta::assert_snapshot!(run.findings(), @"");
    // Before version 2.4 of the metadata they lay anywhere.
    let older = named.replace("2.4", "2.3");
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &tar_gz(&[("foo-1.0/PKG-INFO", older.as_bytes())])), @"");
}

/// An uploader looks for PKG-INFO by its name, and PyPI for the end of a zip
/// in the last bytes of the file.
#[test]
pub(crate) fn what_uploaders_and_pypi_look_for() {
    let file = tar::EntryType::Regular;
    let tar = |top: &str, more: &[u8]| {
        let name = format!("{top}/fixture.zip");
        tar_of(&[
            (&format!("{top}/PKG-INFO"), PKG_INFO.as_bytes(), file, ""),
            (&format!("{top}/pyproject.toml"), b"[project]", file, ""),
            (&name, more, file, ""),
        ])
    };
    let stored = |tar: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all(tar).unwrap();
        encoder.finish().unwrap()
    };
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &gzip(&tar("./foo-1.0", b""))), @"error[sdist-metadata]: a: foo-1.0.tar.gz: its PKG-INFO is stored as `./foo-1.0/PKG-INFO`, where uploaders do not find it");
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &gzip(&tar("foo-1.0/", b""))), @"error[sdist-metadata]: a: foo-1.0.tar.gz: its PKG-INFO is stored as `foo-1.0//PKG-INFO`, where uploaders do not find it");
    assert_eq!(findings("foo-1.0.tar.gz", &gzip(&tar("/foo-1.0", b""))), "");

    let inner = zip(&[("a", "b")]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &stored(&tar("foo-1.0", &inner))), @"error[sdist-polyglot]: a: foo-1.0.tar.gz: it can also be read as a zip");
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &stored(&tar("foo-1.0", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"))), @"error[sdist-polyglot]: a: foo-1.0.tar.gz: it can also be read as a zip");
    // Compressed, far from the end, without its directory.
    assert_eq!(findings("foo-1.0.tar.gz", &gzip(&tar("foo-1.0", &inner))), "");
    let far = [&inner[..], &vec![b'x'; 70_000]].concat();
    assert_eq!(findings("foo-1.0.tar.gz", &stored(&tar("foo-1.0", &far))), "");
    let end = &inner[inner.len() - 22..];
    assert_eq!(findings("foo-1.0.tar.gz", &stored(&tar("foo-1.0", end))), "");
}

/// Alone in a release, it may be meant for PyPI or not.
#[test]
pub(crate) fn what_only_looks_like_a_distribution() {
    let pyproject = &b"[build-system]\nrequires = []\n"[..];
    let without = tar_gz(&[("foo-1.0/pyproject.toml", pyproject), ("foo-1.0/foo.py", b"")]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &without), @"warning[unpublished-distribution]: a: foo-1.0.tar.gz: it holds `foo-1.0/pyproject.toml`, but no PKG-INFO beside it");
    let setup = tar_gz(&[("x/setup.py", b""), ("x/foo.py", b"")]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &setup), @"warning[unpublished-distribution]: a: foo-1.0.tar.gz: it holds `x/setup.py`, but no PKG-INFO beside it");
    let deeper = tar_gz(&[("a/foo-1.0/PKG-INFO", PKG_INFO.as_bytes()), ("a/foo-1.0/foo.py", b"")]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &deeper), @"warning[unpublished-distribution]: a: foo-1.0.tar.gz: its PKG-INFO is `a/foo-1.0/PKG-INFO`, and not right in the one folder at its top");
    insta::assert_snapshot!(findings("foo-1.0.tgz", &foo(&[])), @"warning[unpublished-distribution]: a: foo-1.0.tgz: it holds `foo-1.0/PKG-INFO` as a source distribution does, but does not end with `.tar.gz`");
    let inner = zip(&[("foo-1.0/PKG-INFO", PKG_INFO), ("foo-1.0/setup.py", "")]);
    insta::assert_snapshot!(findings("foo-1.0.zip", &inner), @"warning[unpublished-distribution]: a: foo-1.0.zip: it holds `foo-1.0/PKG-INFO` as a source distribution does, but does not end with `.tar.gz`");
    insta::assert_snapshot!(findings("foo-1.0-py3.12.egg", &inner), @"warning[unpublished-distribution]: a: foo-1.0-py3.12.egg: the name is that of an egg (`bdist_egg`)");
    insta::assert_snapshot!(findings("foo-1.0.win-amd64-py3.8.exe", b"MZ"), @"warning[unpublished-distribution]: a: foo-1.0.win-amd64-py3.8.exe: the name is that of an installer for Windows (`bdist_wininst`)");
    // Archives that are meant as such.
    let tools = tar_gz(&[("foo-1.0/pyproject.toml", b"[tool.ruff]\n"), ("foo-1.0/Makefile", b"")]);
    for (name, bytes) in [
        ("foo-1.0.tar.gz", &tools),
        ("foo-1.0-x86_64-linux.tar.gz", &without),
        ("foo-v1.0.tar.gz", &without),
        ("source.tar.gz", &without),
        ("bar-1.0.tar.gz", &deeper),
        ("bar-1.0.zip", &inner),
        ("foo-1.0-windows.zip", &inner),
        ("foo-1.0.zip", &zip(&[("foo.exe", "MZ")])),
        ("foo-1.0.tgz", &tools),
    ] {
        assert_eq!(findings(name, bytes), "", "{name}");
    }
    let workspace = Workspace::with([("a/foo-1.0.zip", inner)]);
    assert_eq!(workspace.prepare(&["--dry-run", "--pypi-exclude", "foo-*"]).exits(0).findings(), "");
}

/// What PyPI's scanner finds, in the files that it looks into.
#[test]
pub(crate) fn prohibited_content() {
    let encrypted = b"from pytransform import pyarmor_runtime\n__pyarmor__(__name__, __file__, b'\\x50')\n";
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &foo(&[("foo/a.py", encrypted), ("foo/b.txt", encrypted)])), @"error[prohibited-content]: a: foo-1.0.tar.gz: it holds code that PyArmor encrypted: `foo-1.0/foo/a.py`");
    let encrypted = b"---BEGIN PYE FILE---\nabc\n---END PYE FILE---\n";
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &foo(&[("foo/a.pye", encrypted)])), @"error[prohibited-content]: a: foo-1.0.tar.gz: it holds code that SourceDefender encrypted: `foo-1.0/foo/a.pye`");
    assert_eq!(findings("foo-1.0.tar.gz", &foo(&[("foo/a.py", b"from pyarmor import __pyarmor__\n")])), "");
    let workspace = Workspace::with([("a/foo-1.0.tar.gz", foo(&[("foo/a.pye", encrypted)]))]);
    let run = workspace.prepare(&["--dry-run", "--pypi-exclude", "foo-*"]).exits(0);
    assert_eq!(run.findings(), "");
}

/// A name that this program would not give to a file does not make it another
/// kind of archive.
#[test]
fn odd_names_below_the_folder() {
    for name in ["tests/a\\b.txt", "tests/\u{200d}", "tests/a:b", "tests/\u{1b}", "LICENSE.", "tests/ "] {
        assert_eq!(findings("foo-1.0.tar.gz", &foo(&[(name, b"")])), "", "{name}");
    }
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, bytes) in [("foo-1.0/PKG-INFO", PKG_INFO.as_bytes()), ("foo-1.0/../../etc/x", b"")] {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, bytes).unwrap();
    }
    let outside = tar.into_inner().unwrap().finish().unwrap();
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &outside), @"error[file-name-unsafe]: a: foo-1.0.tar.gz: `foo-1.0/../../etc/x` is not a valid file name: `.` or `..` is a part of it");
}

/// Readers differ in which they take, and none of them is kept but the first.
#[test]
fn several_pkg_infos() {
    let other = PKG_INFO.replace("1.0", "2.0");
    let several = foo(&[("PKG-INFO", other.as_bytes()), ("PKG-INFO", PKG_INFO.as_bytes())]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &several), @"error[archive-duplicate]: a: foo-1.0.tar.gz: `foo-1.0/PKG-INFO` appears twice");
    // One that lies deeper is another file.
    assert_eq!(findings("foo-1.0.tar.gz", &foo(&[("foo.egg-info/PKG-INFO", other.as_bytes())])), "");
}

#[test]
pub(crate) fn sparse_files() {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let pkg_info = PKG_INFO.as_bytes();
    for (name, bytes, kind) in [
        ("foo-1.0/PKG-INFO", pkg_info, tar::EntryType::Regular),
        ("foo-1.0/holes", b"", tar::EntryType::GNUSparse),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, bytes).unwrap();
    }
    let sparse = tar.into_inner().unwrap().finish().unwrap();
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &sparse), @"error[sdist-sparse]: a: foo-1.0.tar.gz: it holds sparse files: `foo-1.0/holes`");
}

/// What nobody can unpack is an error, whatever its name, and says what it is.
#[test]
pub(crate) fn broken_archives() {
    let whole = tar_gz(&[("tool/tool", &[7; 4096]), ("README", b"two at the top")]);
    let broken = &whole[..whole.len() / 2];
    let plain = tar_of(&[("tool/tool", b"x", tar::EntryType::Regular, "")]);
    insta::assert_snapshot!(findings("tool.tar.gz", &whole), @"");
    insta::assert_snapshot!(findings("tool.tar.gz", broken), @"error[archive-unreadable]: a: tool.tar.gz: the archive breaks off in its gzip stream");
    insta::assert_snapshot!(findings("tool.tgz", broken), @"error[archive-unreadable]: a: tool.tgz: the archive breaks off in its gzip stream");
    insta::assert_snapshot!(findings("tool.tar.gz", b""), @"error[archive-unreadable]: a: tool.tar.gz: the file is an empty file");
    insta::assert_snapshot!(findings("tool.tar.gz", &[&whole[..], b"behind the end"].concat()), @"error[archive-unreadable]: a: tool.tar.gz: the archive has a gzip stream that has bytes behind its end that are not gzip");
    insta::assert_snapshot!(findings("tool.tar.gz", b"<html>404"), @"error[archive-unreadable]: a: tool.tar.gz: the file is an HTML page");
    insta::assert_snapshot!(findings("tool.tgz", b"\n<!doctype HTML>"), @"error[archive-unreadable]: a: tool.tgz: the file is an HTML page");
    insta::assert_snapshot!(findings("tool.tar.gz", &plain), @"error[archive-unreadable]: a: tool.tar.gz: the file is a plain tar");
    insta::assert_snapshot!(findings("tool.tar.gz", &gzip(&whole)), @"error[archive-unreadable]: a: tool.tar.gz: the file is a gzip in a gzip");
    insta::assert_snapshot!(findings("tool.tar.gz", &gzip(b"\x7fELF\x02\x01\x01\0")), @"error[archive-unreadable]: a: tool.tar.gz: the file is a gzip of a program");
    insta::assert_snapshot!(findings("tool.tar.gz", &zip(&[("a", "b")])), @"error[archive-unreadable]: a: tool.tar.gz: the file is a zip");
    let mut flipped = whole.clone();
    flipped[30] ^= 0x55;
    assert!(findings("tool.tar.gz", &flipped).starts_with("error[archive-unreadable]"));
    let mut checksum = whole.clone();
    let at = checksum.len() - 6;
    checksum[at] ^= 1;
    assert!(findings("tool.tar.gz", &checksum).starts_with("error[archive-unreadable]"));

    // It is released, whatever it is, if that is asked for.
    let workspace = Workspace::with([("a/tool.tar.gz", broken)]);
    let run = workspace.prepare(&["--ignore", "archive-unreadable tool*"]).exits(0);
    assert!(run.says("ignored[archive-unreadable]"), "{}", run.log());
    assert_eq!(workspace.bytes("prepared/assets/tool.tar.gz"), broken);
    // No other input makes an asset of it.
    Workspace::with([("a/tool.tar.gz", broken)]).prepare(&["--normalize", "off"]).exits(1);
}

/// What `gzip -t` and `tar -xf` accept is accepted.
#[test]
fn archives_in_order() {
    let plain = tar_of(&[
        ("tool/tool", b"x", tar::EntryType::Regular, ""),
        ("tool/latest", b"", tar::EntryType::Symlink, "/opt/tool"),
    ]);
    let (front, back) = plain.split_at(700);
    let without_end = &plain[..plain.len() - 1024];
    for archive in [
        gzip(&plain),
        [gzip(front), gzip(back)].concat(),
        [gzip(&plain), vec![0; 512]].concat(),
        gzip(without_end),
        gzip(&[without_end, &[0; 512]].concat()),
        gzip(&[without_end, &plain].concat()),
        gzip(&[&plain[..], b"behind the end"].concat()),
        gzip(&[0; 10240]),
        gzip(b""),
    ] {
        for name in ["tool.tar.gz", "tool.tgz"] {
            assert_eq!(findings(name, &archive), "");
        }
    }
}

/// Every form in which a reader unpacks another PKG-INFO, or other files, than
/// the rest.
#[test]
fn readings_that_differ() {
    use tar::EntryType::{Directory, Link, Regular, Symlink};
    let evil = PKG_INFO.replace("foo", "evil");
    for (more, found) in [
        (("foo-1.0//PKG-INFO", &evil[..], Regular, ""), "archive-duplicate"),
        (("foo-1.0/./PKG-INFO", &evil, Regular, ""), "archive-duplicate"),
        (("./foo-1.0/PKG-INFO", &evil, Regular, ""), "archive-duplicate"),
        (("foo-1.0/pkg-info", &evil, Regular, ""), "archive-duplicate"),
        (("foo-1.0/PKG-INFO", "", Symlink, "setup.py"), "archive-duplicate"),
        (("foo-1.0/PKG-INFO", "", Link, "foo-1.0/setup.py"), "archive-duplicate"),
        (("foo-1.0/q/PKG-INFO", &evil, Regular, ""), "archive-framing"),
        (("foo-1.0/Q/x/y", "", Regular, ""), "archive-framing"),
        (("foo-1.0/q", "", Regular, ""), "archive-duplicate"),
        (("foo-1.0/setup.py/x", "", Regular, ""), "archive-framing"),
        (("foo-1.0/setup.py", "", Directory, ""), "archive-duplicate"),
        (("foo-1.0", "", Symlink, "x"), "archive-duplicate"),
    ] {
        let archive = tar_of(&[
            ("foo-1.0/PKG-INFO", PKG_INFO.as_bytes(), Regular, ""),
            ("foo-1.0/setup.py", b"", Regular, ""),
            ("foo-1.0/q", b"", Symlink, "."),
            (more.0, more.1.as_bytes(), more.2, more.3),
        ]);
        let run = findings("foo-1.0.tar.gz", &gzip(&archive));
        let rule = if found.is_empty() { "sdist-metadata" } else { found };
        assert!(
            run.starts_with(&format!("error[{rule}]: a: foo-1.0.tar.gz: `{}` ", more.0)),
            "{}: {run}",
            more.0
        );
        // Nothing makes an asset of it.
        if rule != "sdist-metadata" {
            let workspace = Workspace::with([("a/foo-1.0.tar.gz", gzip(&archive))]);
            workspace
                .prepare(&["--pypi", "off", "--normalize", "off", "--pypi-exclude", "*.tar.gz"])
                .exits(1);
        }
    }
}

/// What installers refuse to unpack (the `data` filter of PEP 706).
#[test]
fn what_no_installer_unpacks() {
    use tar::EntryType::{Block, Char, Fifo, Link, Symlink};
    let with = |name, kind, target| {
        let pkg_info = ("foo-1.0/PKG-INFO", PKG_INFO.as_bytes(), tar::EntryType::Regular, "");
        findings("foo-1.0.tar.gz", &gzip(&tar_of(&[pkg_info, (name, b"", kind, target)])))
    };
    for (name, kind, target, found) in [
        ("foo-1.0/l", Symlink, "/etc/passwd", "a symbolic link that leaves its folder"),
        ("foo-1.0/l", Symlink, "..", "a symbolic link that leaves its folder"),
        ("foo-1.0/a/l", Symlink, "../../foo-1.0/x", "a symbolic link that leaves its folder"),
        ("foo-1.0/a/l", Symlink, "b/../../../x", "a symbolic link that leaves its folder"),
        ("foo-1.0/l", Link, "/etc/passwd", "a hard link to something else than a file before it"),
        ("foo-1.0/l", Link, "foo-1.0/absent", "a hard link to something else than a file before it"),
        ("foo-1.0/f", Fifo, "", "a FIFO"),
        ("foo-1.0/d", Char, "", "a device"),
        ("foo-1.0/d", Block, "", "a device"),
    ] {
        let expected = format!("error[archive-link]: a: foo-1.0.tar.gz: `{name}` is {found}");
        assert_eq!(with(name, kind, target), expected, "{target}");
    }
    // Links that stay inside, as test data has them.
    for (name, kind, target) in [
        ("foo-1.0/l", Symlink, "PKG-INFO"),
        ("foo-1.0/l", Symlink, "absent"),
        ("foo-1.0/a/b/l", Symlink, "../../docs/index"),
        ("foo-1.0/a/l", Symlink, ".."),
        ("foo-1.0/l", Link, "foo-1.0/PKG-INFO"),
    ] {
        assert_eq!(with(name, kind, target), "", "{name} {target}");
    }
}

/// tarfile cannot read it, or stops there in silence.
#[test]
fn headers_that_some_readers_cannot_read() {
    let plain = tar_of(&[
        ("foo-1.0/PKG-INFO", PKG_INFO.as_bytes(), tar::EntryType::Regular, ""),
        ("foo-1.0/more", b"", tar::EntryType::Regular, ""),
    ]);
    for at in [0, 1024] {
        let mut bytes = plain.clone();
        bytes[at + 100] = b'x';
        bytes[at + 148..at + 156].fill(b' ');
        let sum: u32 = bytes[at..at + 512].iter().copied().map(u32::from).sum();
        bytes[at + 148..at + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let found = findings("foo-1.0.tar.gz", &gzip(&bytes));
        assert!(found.ends_with("has a header with a number that some readers cannot read"), "{found}");
        assert!(found.starts_with("error[archive-framing]"), "{found}");
    }
}

/// What is no folder and bears the name of the one that all lies in: readers
/// replace one by the other, or do not.
#[test]
fn something_in_place_of_its_folder() {
    use tar::EntryType::{Link, Regular, Symlink};
    let other = "Metadata-Version: 2.4\nName: other\nVersion: 1.0\n";
    let pkg_info = ("foo-1.0/PKG-INFO", other.as_bytes(), Regular, "");
    for (kind, target) in [(Symlink, "."), (Symlink, "/etc"), (Link, "."), (Regular, "")] {
        let top = ("foo-1.0", &b""[..], kind, target);
        for entries in [[top, pkg_info], [pkg_info, top]] {
            let found = findings("foo-1.0.tar.gz", &gzip(&tar_of(&entries)));
            assert!(found.starts_with("error[archive-"), "{kind:?} {target}: {found}");
        }
    }
    // A file that is alone in an archive.
    assert_eq!(findings("foo.tar.gz", &gzip(&tar_of(&[("foo", b"", Regular, "")]))), "");
}

/// A source distribution by its name and PKG-INFO is no ordinary archive.
#[test]
fn something_beside_its_folder() {
    let beside = tar_gz(&[("foo-1.0/PKG-INFO", PKG_INFO.as_bytes()), ("._foo-1.0", b"")]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &beside), @"error[sdist-metadata]: a: foo-1.0.tar.gz: `._foo-1.0` lies beside the folder that holds PKG-INFO");
    assert_eq!(findings("bundle.tar.gz", &beside), "");
}

/// The source distribution of a project that is released: a broken one is
/// reported once, and never lost among the assets.
#[test]
fn broken_sdists() {
    let name = "foo-1.0-py3-none-any.whl";
    let whole = sdist("foo", "1.0");
    for bytes in [&whole[..whole.len() / 2], &[&whole[..], b"behind"].concat()] {
        let workspace = Workspace::with([
            (format!("a/{name}"), wheel(name)),
            ("a/foo-1.0.tar.gz".into(), bytes.to_vec()),
        ]);
        let run = workspace.prepare(&[]).exits(1);
        assert_eq!(run.findings().matches("error[").count(), 1, "{}", run.log());
    }
}

/// One version in two spellings, each with the name that its file must have.
#[test]
fn what_a_distribution_declares() {
    let sdist = Sdist::read(b"Metadata-Version: 2.4\nName: Foo.Bar\nVersion: 1.0.0\n").unwrap();
    let package = PackageJson::read(br#"{"name":"@foo/bar","version":"1.0.0"}"#).unwrap();
    let sdist = Distribution::Sdist { sdist: Box::new(sdist), contents: Box::default() };
    let package = Distribution::NpmPackage { package: Box::new(package), contents: Box::default() };
    assert_eq!((sdist.project(), package.project()), (Some("foo-bar"), Some("@foo/bar")));
    assert_eq!(sdist.version(), package.version());
    let names = [&sdist, &package].map(|distribution| distribution.canonical_name().unwrap().as_str());
    assert_eq!(names, ["foo_bar-1.0.0.tar.gz", "foo-bar-1.0.0.tgz"]);
    let archive = Distribution::Archive { defect: None, contents: None };
    assert!(archive.project().is_none() && archive.version().is_none() && archive.canonical_name().is_none());
}

/// Formats that PyPI no longer accepts are errors beside the project's wheel,
/// and assets like any other without one.
#[test]
pub(crate) fn formats_that_pypi_does_not_accept() {
    let zip = zip(&[("foo-1.0/PKG-INFO", "x")]);
    for name in ["foo-1.0.zip", "foo-1.0-py3.12.egg"] {
        let workspace = Workspace::with([
            ("w/foo-1.0-py3-none-any.whl".to_owned(), wheel("foo-1.0-py3-none-any.whl")),
            (format!("s/{name}"), zip.clone()),
        ]);
        let run = workspace.prepare(&[]).exits(1);
        assert!(run.findings().starts_with("error[distribution-format]: s: "), "{}", run.log());
        workspace.prepare(&["--pypi-exclude", name]).exits(0);
    }
    Workspace::with([("s/foo-1.0.zip", zip)]).prepare(&[]).exits(0);
}
