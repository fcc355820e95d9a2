//! Source distributions, and archives that are none or are broken.

use flate2::Compression;
use flate2::write::GzEncoder;
use release_prep::testing::Distribution;
use release_prep::testing::PackageJson;
use release_prep::testing::Sdist;

use crate::fixture::{sdist, tar_gz, wheel};
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

/// Files that its `License-File` lines name are in it: PyPI looks for each.
#[test]
fn licence_files() {
    let named = format!("{PKG_INFO}License-File: LICENSE\nLicense-File: legal/NOTICE\n");
    let with = |files: &[(&str, &[u8])]| {
        let all = [("foo-1.0/PKG-INFO", named.as_bytes())];
        tar_gz(&all.iter().chain(files).copied().collect::<Vec<_>>())
    };
    let (licence, notice): (_, (&str, &[u8])) =
        (("foo-1.0/LICENSE", &b"MIT"[..]), ("foo-1.0/legal/NOTICE", b"by"));
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &with(&[licence, notice])), @"");
    // In whatever order.
    let last = tar_gz(&[notice, licence, ("foo-1.0/PKG-INFO", named.as_bytes())]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &last), @"");
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &with(&[("foo-1.0/legal/LICENSE", b"MIT"), notice])), @"error[sdist-license-file]: a: foo-1.0.tar.gz: its metadata names licence files that are not there: `LICENSE`");
    let workspace = Workspace::with([("a/foo-1.0.tar.gz", with(&[]))]);
    insta::assert_snapshot!(workspace.prepare(&["--dry-run"]).exits(1).out, @r#"
    projects: `foo`
    error[sdist-license-file]: a: foo-1.0.tar.gz: its metadata names licence files that are not there: `LICENSE`, `legal/NOTICE`
      expected: each of them below `foo-1.0/`
      help: Include the file in the sdist (for maturin `include = ["LICENSE"]`), or fix the project's `license-files`.
    no release was written: 1 error
    "#);
    let run = workspace.prepare(&["--dry-run", "--pypi-exclude", "foo-*.tar.gz"]).exits(0);
    insta::assert_snapshot!(run.findings(), @"");
    // Before version 2.4 of the metadata they lay anywhere.
    let older = named.replace("2.4", "2.3");
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &tar_gz(&[("foo-1.0/PKG-INFO", older.as_bytes())])), @"");
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
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &outside), @"error[file-name-unsafe]: a: foo-1.0.tar.gz: `foo-1.0/../../etc/x` leaves the folder that it is unpacked into");
}

/// Readers differ in which they take, and none of them is kept but the first.
#[test]
fn several_pkg_infos() {
    let other = PKG_INFO.replace("1.0", "2.0");
    let several = foo(&[("PKG-INFO", other.as_bytes()), ("PKG-INFO", PKG_INFO.as_bytes())]);
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &several), @"error[sdist-metadata]: a: foo-1.0.tar.gz: there are several PKG-INFO in it, and readers differ in which they take");
    // One that lies deeper is another file.
    assert_eq!(findings("foo-1.0.tar.gz", &foo(&[("foo.egg-info/PKG-INFO", other.as_bytes())])), "");
}

#[test]
fn sparse_files() {
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
    insta::assert_snapshot!(findings("foo-1.0.tar.gz", &sparse), @"error[sdist-sparse]: a: foo-1.0.tar.gz: it holds files with holes: `foo-1.0/holes`");
}

/// One that breaks off is nothing that anybody wants to download; what a less
/// strict reader would take is.
#[test]
fn broken_archives() {
    let whole = tar_gz(&[("tool/tool", &[7; 4096]), ("README", b"two at the top")]);
    let broken = &whole[..whole.len() / 2];
    insta::assert_snapshot!(findings("tool.tar.gz", &whole), @"");
    insta::assert_snapshot!(findings("tool.tar.gz", broken), @"error[archive-unreadable]: a: tool.tar.gz: the archive breaks off in its gzip stream");
    insta::assert_snapshot!(findings("tool.tgz", broken), @"error[archive-unreadable]: a: tool.tgz: the archive breaks off in its gzip stream");
    insta::assert_snapshot!(findings("tool.tar.gz", b""), @"error[archive-unreadable]: a: tool.tar.gz: the archive breaks off in its gzip stream");
    insta::assert_snapshot!(findings("tool.tar.gz", &[&whole[..], b"behind the end"].concat()), @"warning[archive-unreadable]: a: tool.tar.gz: the archive has a gzip stream that cannot be inflated");
    insta::assert_snapshot!(findings("tool.tar.gz", b"<html>404"), @"error[archive-unreadable]: a: tool.tar.gz: the archive breaks off in its gzip stream");

    // It is released, whatever it is, if that is asked for.
    let workspace = Workspace::with([("a/tool.tar.gz", broken)]);
    let run = workspace.prepare(&["--ignore", "archive-unreadable tool*"]).exits(0);
    assert!(run.out.contains("ignored[archive-unreadable]"), "{}", run.out);
    assert_eq!(workspace.bytes("prepared/assets/tool.tar.gz"), broken);
}

/// The source distribution of a project that is released: a broken one is told
/// once, and never lost among the assets.
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
        assert_eq!(run.findings().matches("error[").count(), 1, "{}", run.out);
    }
}

/// One version in two spellings, each with the name that its file must have.
#[test]
fn what_a_distribution_tells() {
    let sdist = Sdist::read(b"Metadata-Version: 2.4\nName: Foo.Bar\nVersion: 1.0.0\n").unwrap();
    let package = PackageJson::read(br#"{"name":"@foo/bar","version":"1.0.0"}"#).unwrap();
    let sdist = Distribution::Sdist { sdist: Box::new(sdist), contents: Box::default() };
    let package = Distribution::NpmPackage(Box::new(package));
    assert_eq!((sdist.project(), package.project()), (Some("foo-bar"), Some("@foo/bar")));
    assert_eq!(sdist.version(), package.version());
    let names = [&sdist, &package].map(|told| told.canonical_name().unwrap().as_str());
    assert_eq!(names, ["foo_bar-1.0.0.tar.gz", "foo-bar-1.0.0.tgz"]);
    let archive = Distribution::Archive { defect: None };
    assert!(archive.project().is_none() && archive.version().is_none() && archive.canonical_name().is_none());
}
