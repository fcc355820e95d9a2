//! Artifact zips that lie: each is refused with the entry named, and nothing
//! is written.

use std::fs;

use crate::fixture::{Entry, artifact_zip, elf, wheel, zip_of};
use crate::harness::{Run, Workspace};

/// Prepares one artifact zip, where a release stands already that must not be
/// touched.
fn refused(zip: &[u8], arguments: &[&str]) -> Run {
    let workspace = Workspace::with([("tool", elf("standing"))]);
    workspace.prepare(&[]).exits(0);
    let standing = workspace.contents("prepared");
    fs::remove_file(workspace.path("artifacts/tool")).unwrap();
    workspace.write("artifacts/hostile.zip", zip);
    let run = workspace.prepare(&[&["--artifacts-zipped"], arguments].concat()).exits(1);
    assert_eq!(workspace.contents("prepared"), standing, "what stood there was touched");
    assert_eq!(workspace.names(), ["artifacts", "prepared"], "something was left behind");
    run
}

/// The findings of one entry beside an honest one.
fn findings(entry: Entry) -> String {
    refused(&zip_of(&[Entry::new("honest", b"\x7fELF"), entry]), &[]).findings()
}

#[test]
fn honest_zips_pass() {
    let foo = "foo-1.0-py3-none-any.whl";
    let streamed = artifact_zip(&[
        ("dist/", 0o040_755, b""),
        (&format!("dist/{foo}"), 0o100_644, &wheel(foo)),
        ("größe.exe", 0o100_644, b"utf-8"),
    ]);
    let stored = zip_of(&[Entry::new("tool", &elf("tool")), Entry::deflated("deep/other.exe", b"other")]);
    let workspace = Workspace::with([("a.zip", streamed), ("b.zip", stored), ("empty.zip", zip_of(&[]))]);
    workspace.prepare(&["--artifacts-zipped"]).exits(0);
    insta::assert_snapshot!(workspace.tree("prepared"), @r"
    0644 SHA256SUMS
    0755 assets/
    0644 assets/gr.e.exe
    0644 assets/other.exe
    0644 assets/tool
    0755 pypi/
    0644 pypi/foo-1.0-py3-none-any.whl
    0644 release-manifest.json
    0644 subjects.sha256
    ");
    assert_eq!(workspace.bytes(format!("prepared/pypi/{foo}")), wheel(foo));
    assert_eq!(workspace.bytes("prepared/assets/other.exe"), b"other");
}

#[test]
fn names_that_leave_the_folder() {
    let names = [
        &b"../up.exe"[..],
        b"a/../../up.exe",
        b"/etc/passwd",
        b"..\\up.exe",
        b"C:/up.exe",
        b"a\nb.exe",
        b"\xe2\x80\xaeexe.pdf",
        b"\xff.exe",
    ];
    let found: Vec<_> = names.map(|name| findings(Entry { flags: 1 << 11, ..Entry::new(name, b"x") })).into();
    insta::assert_snapshot!(found.join("\n"), @r"
    error[file-name-unsafe]: hostile: ../up.exe: `../up.exe` is not a valid file name: `.` or `..` is a part of it
    error[file-name-unsafe]: hostile: a/../../up.exe: `a/../../up.exe` is not a valid file name: `.` or `..` is a part of it
    error[file-name-unsafe]: hostile: /etc/passwd: `/etc/passwd` is not a valid file name: it is absolute
    error[file-name-unsafe]: hostile: ..\up.exe: `..\up.exe` is not a valid file name: it holds a path separator
    error[file-name-unsafe]: hostile: C:/up.exe: `C:/up.exe` is not a valid file name: it holds a path separator
    error[file-name-unsafe]: hostile: a\nb.exe: `a\nb.exe` is not a valid file name: it holds U+000A, a control or invisible character
    error[file-name-unsafe]: hostile: \u{202e}exe.pdf: `\u{202e}exe.pdf` is not a valid file name: it holds U+202E, a control or invisible character
    error[file-name-unsafe]: hostile: �.exe: `�.exe` is not a valid file name: it is not UTF-8
    ");
}

#[test]
fn links_and_devices() {
    let modes = [0o120_777, 0o010_644, 0o020_644, 0o140_644];
    let found: Vec<_> =
        modes.map(|mode| findings(Entry { mode, ..Entry::new("x.exe", b"/proc/self/environ") })).into();
    insta::assert_snapshot!(found.join("\n"), @r"
    error[archive-link]: hostile: x.exe: `x.exe` is a symbolic link
    error[archive-link]: hostile: x.exe: `x.exe` is a FIFO
    error[archive-link]: hostile: x.exe: `x.exe` is a character device
    error[archive-link]: hostile: x.exe: `x.exe` is a socket
    ");
}

#[test]
fn one_name_twice() {
    let zip = |one: &str, other: &str| zip_of(&[Entry::new(one, b"1"), Entry::new(other, b"2")]);
    let found = [("x.exe", "x.exe"), ("x.exe", "X.exe"), ("x", "x/y.exe")]
        .map(|(one, other)| refused(&zip(one, other), &[]).findings());
    insta::assert_snapshot!(found.join("\n"), @r"
    error[archive-duplicate]: hostile: x.exe: `x.exe` appears twice
    error[archive-duplicate]: hostile: X.exe: `X.exe` and `x.exe` are the same name
    error[archive-duplicate]: hostile: x: `x` is a file, and a folder that holds others
    ");
}

#[test]
pub(crate) fn two_accounts_of_one_entry() {
    let honest = Entry::new("x.exe", b"content");
    let found = [
        Entry { local_name: b"y.exe".into(), ..honest.clone() },
        Entry { crc: 1, ..honest.clone() },
        Entry { crc: 1, ..Entry::deflated("x.exe", b"content") },
        Entry { size: 6, ..Entry::deflated("x.exe", b"content") },
        Entry { size: 8, ..Entry::deflated("x.exe", b"content") },
        Entry { size: 8, ..honest.clone() },
        Entry { packed: b"no deflate".into(), ..Entry::deflated("x.exe", b"content") },
    ];
    insta::assert_snapshot!(found.map(findings).join("\n"), @r"
    error[archive-framing]: hostile: x.exe: `x.exe` is named `y.exe` in its local header
    error[archive-checksum]: hostile: x.exe: `x.exe` has the CRC-32 fec530a9 and is declared with 00000001
    error[archive-checksum]: hostile: x.exe: `x.exe` has the CRC-32 fec530a9 and is declared with 00000001
    error[archive-checksum]: hostile: x.exe: `x.exe` is declared with 6 bytes and inflates to 7 or more
    error[archive-checksum]: hostile: x.exe: `x.exe` is declared with 8 bytes and inflates to 7
    error[archive-framing]: hostile: x.exe: `x.exe` is stored with 7 bytes and declared with 8
    error[archive-checksum]: hostile: x.exe: `x.exe` has compressed data that cannot be inflated
    ");
}

#[test]
fn what_only_some_readers_read() {
    let honest = Entry::new("x.exe", b"content");
    let found = [
        Entry { flags: 1, ..honest.clone() },
        Entry { method: 12, ..honest.clone() },
        Entry { method: 93, ..honest },
    ];
    insta::assert_snapshot!(found.map(findings).join("\n"), @r"
    error[archive-framing]: hostile: x.exe: `x.exe` is encrypted
    error[archive-framing]: hostile: x.exe: `x.exe` is compressed by method 12
    error[archive-framing]: hostile: x.exe: `x.exe` is compressed by method 93
    ");
}

#[test]
fn records_that_do_not_meet() {
    let honest = zip_of(&[Entry::new("x.exe", b"content")]);
    let doubled = [honest.clone(), honest.clone()].concat();
    let cut = honest[..honest.len() - 1].to_vec();
    let before = [b"#!/bin/sh\n", &honest[..]].concat();
    let behind = [&honest[..], b"more"].concat();
    let mut counted = honest.clone();
    let at = counted.len() - 12;
    counted[at - 2..at + 2].copy_from_slice(&[2, 0, 2, 0]);
    let found = [b"no zip".to_vec(), Vec::new(), doubled, cut, before, behind, counted]
        .map(|zip| refused(&zip, &[]).findings());
    insta::assert_snapshot!(found.join("\n"), @r"
    error[archive-framing]: hostile: the archive has 6 bytes and no end of central directory among the last of them
    error[archive-framing]: hostile: the archive has 0 bytes and no end of central directory among the last of them
    error[archive-framing]: hostile: the archive declares a directory of 51 bytes at byte 42, and its end record lies at byte 208
    error[archive-framing]: hostile: the archive has 114 bytes and no end of central directory among the last of them
    error[archive-framing]: hostile: the archive declares a directory of 51 bytes at byte 42, and its end record lies at byte 103
    error[archive-framing]: hostile: the archive declares a comment of 0 bytes, and 4 follow its end record
    error[archive-framing]: hostile: the archive declares 2 entries, and its directory holds fewer
    ");
}

#[test]
fn bombs() {
    let zeros = vec![0; 1 << 20];
    let zip = zip_of(&[Entry::deflated("zeros.exe", &zeros)]);
    assert!(zip.len() < 2000);
    let declared = refused(&zip, &["--max-unpacked-size", "1 MB"]).findings();
    // Each declares as much as it may, and both together are too much.
    let workspace = Workspace::with([("a.zip", &zip), ("b.zip", &zip)]);
    let together =
        workspace.prepare(&["--artifacts-zipped", "--max-unpacked-size", "1500 KB"]).exits(1).findings();
    assert_eq!(workspace.names(), ["artifacts"]);
    let many: Vec<_> = (0..50).map(|n| Entry::new(format!("{n}.exe"), b"x")).collect();
    let many = refused(&zip_of(&many), &["--max-files", "49"]).findings();
    // Above 64 MiB no more than 200 bytes for one.
    let huge = refused(&zip_of(&[Entry::deflated("huge.exe", &vec![0; 65 << 20])]), &[]).findings();
    insta::assert_snapshot!([declared, together, many, huge].join("\n"), @r"
    error[archive-limit]: hostile: the archive unpacks to 1,048,576 bytes or more
    error[archive-limit]: the artifacts unpack to more than 1500000 bytes
    error[archive-limit]: hostile: the archive has 50 entries
    error[archive-limit]: hostile: huge.exe: `huge.exe` unpacks from 66,261 bytes to 68,157,440 or more
    ");
}

/// The defects of all of them are reported in one run.
#[test]
fn every_artifact_is_looked_at() {
    let workspace = Workspace::with([
        (
            "a.zip",
            zip_of(&[
                Entry { crc: 1, ..Entry::new("one.exe", b"1") },
                Entry { crc: 1, ..Entry::new("two.exe", b"2") },
            ]),
        ),
        ("b.zip", zip_of(&[Entry::new("../x.exe", b"")])),
        ("c.zip", zip_of(&[Entry::new("fine.exe", b"fine")])),
    ]);
    insta::assert_snapshot!(workspace.prepare(&["--artifacts-zipped"]).exits(1).log(), @r"
    read 1 file of 3 artifacts (4 B)
    error[archive-checksum]: 2 files: `one.exe` has the CRC-32 83dcefb7 and is declared with 00000001; `two.exe` has the
                             CRC-32 1ad5be0d and is declared with 00000001
            -->  a: {one,two}.exe
       expected  the CRC-32 that the archive declares
           help  Build and upload it again: it is broken, or was altered.

    error[file-name-unsafe]: `../x.exe` is not a valid file name: `.` or `..` is a part of it
            -->  b: ../x.exe
       expected  a relative path without `..` or control characters
           help  Rename the file in the job that builds it.

      artifact   errors
      a               2  archive-checksum
      b               1  file-name-unsafe
    `release-prep explain archive-checksum` says why; docs/rules.md lists all rules.
    No release was written: 3 errors of 2 rules in 2 causes.
    ");
}
