//! Release archives: read to their end, and looked into.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use release_prep::testing::Rule;

use crate::fixture::{self, Entry, tar_gz};
use crate::harness::Workspace;
use crate::native::{AARCH64, Asks, LIBRARY, OBJECT, PROGRAM, X86_64, elf, elf_that, mach_o, mach_o_fat, pe};
use crate::rules::Cases;

/// Files of one run, each under a name of its own.
#[derive(Default)]
struct Files {
    cases: Cases,
    count: usize,
}

impl Files {
    fn add(&mut self, name: &str, bytes: Vec<u8>, rules: &[Rule]) {
        self.count += 1;
        self.cases.add(&format!("n{}-{name}", self.count), bytes, rules);
    }

    fn judge(self) {
        self.cases.judge();
    }
}

/// A tar of files with their modes.
fn tar(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, mode, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(*mode);
        archive.append_data(&mut header, path, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

/// A tar of one link.
fn link(kind: tar::EntryType, name: &str, target: &str) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(0);
    header.set_mode(0o777);
    header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target.as_bytes());
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    archive.append(&header, std::io::empty()).unwrap();
    archive.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn crc32(bytes: &[u8]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// An xz file of one block of stored chunks, with a window of 1 MiB and a CRC-32.
fn xz(bytes: &[u8]) -> Vec<u8> {
    let number = |mut number: u64| {
        let mut groups = Vec::new();
        while number > 0x7f {
            groups.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
            number >>= 7;
        }
        groups.push(u8::try_from(number).unwrap());
        groups
    };
    let flags = [0, 1];
    let mut file = [&b"\xfd7zXZ\0"[..], &flags, &crc32(&flags)].concat();
    let header = [2, 0, 0x21, 1, 16, 0, 0, 0];
    let mut block = [&header[..], &crc32(&header)].concat();
    for (at, chunk) in bytes.chunks(1 << 16).enumerate() {
        let size = u16::try_from(chunk.len() - 1).unwrap().to_be_bytes();
        block.extend([if at == 0 { 1 } else { 2 }, size[0], size[1]]);
        block.extend(chunk);
    }
    block.push(0);
    let unpadded = block.len() as u64 + 4;
    block.resize(block.len().next_multiple_of(4), 0);
    block.extend(crc32(bytes));
    file.extend(block);
    let mut index = [vec![0, 1], number(unpadded), number(bytes.len() as u64)].concat();
    index.resize(index.len().next_multiple_of(4), 0);
    index.extend(crc32(&index.clone()));
    file.extend(&index);
    let size = u32::try_from(index.len() / 4 - 1).unwrap().to_le_bytes();
    let footer = [&size[..], &flags].concat();
    file.extend([&crc32(&footer)[..], &footer, b"YZ"].concat());
    file
}

/// A zip of entries.
fn zip(entries: &[Entry]) -> Vec<u8> {
    fixture::zip_of(entries)
}

/// Bytes that cannot be compressed.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(next).collect()
}

/// Every format, by a suffix and by how it is packed.
type Packer = (&'static str, fn(&[(&str, u32, &[u8])]) -> Vec<u8>);

const FORMATS: [Packer; 6] = [
    (".tar", |files| tar(files)),
    (".tar.gz", |files| gzip(&tar(files))),
    (".tar.xz", |files| xz(&tar(files))),
    (".tar.zst", |files| zstd(&tar(files))),
    (".tar.bz2", |files| bzip2(&tar(files))),
    (".zip", |files| {
        let entry = |(name, mode, bytes): &(&str, u32, &[u8])| Entry {
            mode: 0o100_000 | mode,
            ..Entry::deflated(name, bytes)
        };
        zip(&files.iter().map(entry).collect::<Vec<_>>())
    }),
];

#[test]
pub(crate) fn archives_that_nobody_can_unpack() {
    let mut cases = Files::default();
    let content = noise(50_000);
    for (suffix, pack) in FORMATS {
        let whole = pack(&[("tool/README", 0o644, b"x"), ("tool/data", 0o644, &content)]);
        cases.add(&format!("whole{suffix}"), whole.clone(), &[]);
        cases.add(&format!("cut{suffix}"), whole[..whole.len() / 2].to_vec(), &[Rule::ArchiveUnreadable]);
        let mut flipped = whole.clone();
        flipped[20_000] ^= 0x55;
        let rules: &[Rule] = match suffix {
            // A tar has no checksum of contents.
            ".tar" => &[],
            ".zip" => &[Rule::ArchiveChecksum],
            _ => &[Rule::ArchiveUnreadable],
        };
        cases.add(&format!("flipped{suffix}"), flipped, rules);
    }
    for (name, bytes) in [
        ("a.gz", gzip(&content)),
        ("a.xz", xz(&content)),
        ("a.zst", zstd(&content)),
        ("a.bz2", bzip2(&content)),
    ] {
        cases.add(name, bytes.clone(), &[]);
        cases.add(name, [bytes.clone(), bytes.clone()].concat(), &[]);
        cases.add(name, bytes[..bytes.len() - 2].to_vec(), &[Rule::ArchiveUnreadable]);
    }
    for (name, bytes) in [
        ("text.tar.xz", xz(b"just text, and no tar at all")),
        ("text.tar.zst", zstd(b"just text, and no tar at all")),
        ("text.tar.bz2", bzip2(b"just text, and no tar at all")),
        ("twice.tar.xz", xz(&gzip(&tar(&[])))),
        ("magic.tar.xz", b"\xfd7zXZ\0\0\x04".to_vec()),
        ("page.tar", b"<!DOCTYPE html><html></html>".repeat(30)),
        ("empty.zip", zip(&[])),
    ] {
        cases.add(name, bytes, &[Rule::ArchiveUnreadable]);
    }
    cases.judge();
}

/// Zips of other tools: those who unpack them can, and so they pass.
#[test]
fn zips_of_other_tools() {
    let mut cases = Files::default();
    let file = || Entry::deflated("tool/data", b"hello");
    let whole = zip(&[file()]);
    cases.add("prefix.jar", [b"#!/bin/sh\nexec java -jar \"$0\"\n".to_vec(), whole.clone()].concat(), &[]);
    cases.add("suffix.zip", [whole.clone(), b"a signature".to_vec()].concat(), &[]);
    let encoded = Entry { local_name: b"gr\xf6sse".to_vec(), name: b"gr\xf6sse".to_vec(), ..file() };
    cases.add("encoding.zip", zip(&[encoded]), &[]);
    cases.add("backslash.zip", zip(&[Entry::deflated("tool\\data", b"hello")]), &[]);
    cases.add("twice.jar", zip(&[file(), file()]), &[]);
    // Of a method that is not read here, and encrypted.
    cases.add("method.zip", zip(&[Entry { method: 14, ..Entry::new("a", b"lzma") }]), &[]);
    cases.add("encrypted.zip", zip(&[Entry { flags: 1, ..Entry::deflated("a", b"secret") }]), &[]);
    cases.add("stream.zip", zip(&[Entry { has_descriptor: true, ..file() }]), &[]);
    cases.add("crc.zip", zip(&[Entry { crc: 1, ..file() }]), &[Rule::ArchiveChecksum]);
    cases.add("size.zip", zip(&[Entry { size: 4, ..file() }]), &[Rule::ArchiveChecksum]);
    cases.judge();
}

#[test]
fn members_that_leave_the_archive() {
    use tar::EntryType::{Link, Symlink};
    let mut cases = Files::default();
    let names: &[Rule] = &[Rule::FileNameUnsafe];
    for name in ["../../evil", "a/../evil", "/etc/evil", "C:\\evil", "..\\evil"] {
        cases.add("names.zip", zip(&[Entry::deflated(name, b"x")]), names);
    }
    for name in ["./a", "a/..b", "a...", "C:"] {
        cases.add("names.zip", zip(&[Entry::deflated(name, b"x")]), &[]);
    }
    let tar_of = |name: &str| {
        let mut header = tar::Header::new_ustar();
        header.set_size(0);
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        let mut archive = tar::Builder::new(Vec::new());
        archive.append(&header, std::io::empty()).unwrap();
        archive.into_inner().unwrap()
    };
    cases.add("names.tar.gz", gzip(&tar_of("../../evil")), names);
    cases.add("names.tgz", gzip(&tar_of("/etc/evil")), names);
    cases.add("names.tar.xz", xz(&tar_of("a/../../evil")), names);
    cases.add("names.tar.zst", zstd(&tar_of("./a")), &[]);
    let links: &[Rule] = &[Rule::ArchiveLink];
    cases.add("links.tar.gz", gzip(&link(Symlink, "a/b", "../../c")), links);
    cases.add("links.tar.gz", gzip(&link(Symlink, "a/b", "../c")), &[]);
    // As root file systems have them.
    cases.add("links.tar.gz", gzip(&link(Symlink, "bin", "/usr/bin")), &[]);
    cases.add("links.tar.gz", gzip(&link(Link, "a", "../c")), links);
    let through = [&link(Symlink, "etc", "/etc")[..512], &tar(&[("etc/evil", 0o644, b"x")])].concat();
    cases.add("links.tar.bz2", bzip2(&through), links);
    let inside = [&link(Symlink, "lib", "lib64")[..512], &tar(&[("lib64/x", 0o644, b"x")])].concat();
    cases.add("links.tar", inside, &[]);
    cases.judge();
}

/// The first of several files that a tool carries for others.
const OTHER: &str = "tool/share/agent";

#[test]
fn programs_for_another_target() {
    let mut cases = Files::default();
    let linux = |machine| {
        elf_that(machine, PROGRAM, &Asks { loader: Some("/lib64/ld-linux-x86-64.so.2"), ..Asks::default() })
    };
    let (machine, libc): (&[Rule], &[Rule]) = (&[Rule::NativeMachine], &[Rule::NativeLibc]);
    let mut number = 0;
    let mut case = |name: &str, files: &[(&str, Vec<u8>)], rules: &[Rule]| {
        for (suffix, pack) in FORMATS {
            number += 1;
            // A program of its own in each: equal ones are another matter.
            let salted: Vec<_> = files
                .iter()
                .map(|(path, bytes)| (*path, [bytes.clone(), format!("{number}").into_bytes()].concat()))
                .collect();
            let members: Vec<_> = salted.iter().map(|(path, bytes)| (*path, 0o755, &bytes[..])).collect();
            cases.add(&format!("{name}{suffix}"), pack(&members), rules);
        }
    };
    case("tool-x86_64-unknown-linux-gnu", &[("tool", linux(X86_64))], &[]);
    case("tool-aarch64-unknown-linux-gnu", &[("tool", linux(X86_64))], machine);
    case("tool-aarch64-unknown-linux-gnu", &[("tool-1.0/bin/tool", linux(X86_64))], machine);
    case("tool-linux-arm64", &[("bin/tool", linux(X86_64))], machine);
    case("tool-linux-arm64", &[("tool/tool.exe", pe(AARCH64, PROGRAM))], machine);
    case("tool-x86_64-unknown-linux-musl", &[("tool", linux(X86_64))], libc);
    case("tool-x86_64-unknown-linux-musl", &[("tool", elf(X86_64, PROGRAM))], &[]);
    case("tool-darwin-arm64", &[("Tool.app/Contents/MacOS/Tool", mach_o(X86_64, PROGRAM))], machine);
    case(
        "tool-darwin-universal",
        &[("tool-a", mach_o(X86_64, PROGRAM)), ("tool-b", mach_o(AARCH64, PROGRAM))],
        &[],
    );
    case("tool-darwin-universal", &[("tool", mach_o(X86_64, PROGRAM))], machine);
    case("tool-darwin-arm64", &[("tool/tool", mach_o_fat(&[X86_64, AARCH64]))], &[]);
    // One that fits is enough, and helpers elsewhere are not looked at.
    case("tool-linux-x64", &[("tool/tool", linux(X86_64)), ("tool/tool-arm", elf(AARCH64, PROGRAM))], &[]);
    case("tool-linux-x64", &[("tool/tool", linux(X86_64)), (OTHER, elf(AARCH64, PROGRAM))], &[]);
    case("tool-linux-x64", &[(OTHER, elf(AARCH64, PROGRAM))], &[]);
    case("tool-linux-x64", &[("firmware.o", elf(AARCH64, OBJECT))], &[]);
    // Names that say nothing, and contents without code.
    case("tool", &[("tool", linux(X86_64))], &[]);
    case("tool-linux-arm64", &[("tool.py", b"#!/usr/bin/env python3\n".to_vec())], &[]);
    case("tool-linux-arm64", &[("lib/tool.so", elf(AARCH64, LIBRARY))], &[]);
    cases.add("tool-linux-arm64.gz", gzip(&linux(X86_64)), machine);
    cases.add("tool-linux-amd64.xz", xz(&linux(X86_64)), &[]);
    cases.judge();
}

#[test]
pub(crate) fn programs_without_permission() {
    let mut cases = Files::default();
    let rule: &[Rule] = &[Rule::ArchiveExecutable];
    for (suffix, pack) in FORMATS {
        let mut case = |name: &str, files: &[(&str, u32, &[u8])], rules| {
            cases.add(&format!("{name}{suffix}"), pack(files), rules);
        };
        let (program, library) = (elf(X86_64, PROGRAM), elf(X86_64, LIBRARY));
        case("a", &[("tool/tool", 0o644, &program)], rule);
        case("b", &[("bin/tool", 0o644, &program)], rule);
        case("c", &[("tool", 0o755, &program)], &[]);
        case("d", &[("tool/libtool.so.1", 0o644, &library), ("tool/libc.so", 0o644, &program)], &[]);
        case("e", &[("tool.exe", 0o644, &pe(X86_64, PROGRAM))], &[]);
        case("f", &[("tool/share/agent", 0o644, &program), ("tool/board.elf", 0o644, &program)], &[]);
        // As a program that is linked statically looks.
        case("g", &[("tool", 0o644, &library)], rule);
    }
    // Made on Windows, where there are no modes.
    let entry = Entry { mode: 0, ..Entry::deflated("tool", &elf(X86_64, PROGRAM)) };
    cases.add("modes.zip", zip(&[entry]), &[]);
    cases.judge();
}

#[test]
pub(crate) fn one_program_under_two_targets() {
    let run = |files: &[(&str, Vec<u8>)]| {
        let workspace = Workspace::with(files.iter().map(|(name, bytes)| (format!("a/{name}"), bytes)));
        workspace
            .prepare(&["--dry-run"])
            .found()
            .iter()
            .map(|finding| finding.rule.clone())
            .collect::<Vec<_>>()
    };
    let rule = "target-duplicate";
    let (program, universal) = (elf(X86_64, PROGRAM), mach_o_fat(&[X86_64, AARCH64]));
    let (gnu, musl) = ("tool-x86_64-unknown-linux-gnu", "tool-x86_64-unknown-linux-musl");
    assert_eq!(run(&[(gnu, program.clone()), (musl, program.clone())]), [rule]);
    let packed = |level| {
        let mut encoder = GzEncoder::new(Vec::new(), level);
        encoder.write_all(&tar(&[("tool/tool", 0o755, &program)])).unwrap();
        encoder.finish().unwrap()
    };
    let archives = [
        ("tool-linux-x64-gnu.tar.gz", packed(Compression::fast())),
        ("tool-linux-x64-musl.tar.gz", packed(Compression::best())),
    ];
    assert_eq!(run(&archives), [rule]);
    for files in [
        [("tool-darwin-arm64", universal.clone()), ("tool-darwin-amd64", universal)],
        [(gnu, program.clone()), ("tool-linux-x64", program.clone())],
        [
            ("tool-linux-x64.wasm", b"\0asm\x01\0\0\0".to_vec()),
            ("tool-linux-arm64.wasm", b"\0asm\x01\0\0\0".to_vec()),
        ],
        [("tool-linux-x64.sh", b"#!/bin/sh\n".to_vec()), ("tool-darwin-arm64.sh", b"#!/bin/sh\n".to_vec())],
        [
            ("data-linux-x64.zip", fixture::zip(&[("a", "b")])),
            ("data-darwin-arm64.zip", fixture::zip(&[("a", "b")])),
        ],
    ] {
        assert_eq!(run(&files), [""; 0]);
    }
}

#[test]
pub(crate) fn distributions_in_archives() {
    let wheel = fixture::wheel("acme-1.0-py3-none-any.whl");
    let sdist = fixture::sdist("acme", "1.0");
    let npm = fixture::npm(&serde_json::json!({"name": "acme", "version": "1.0.0"}));
    let file = |name, bytes: &Vec<u8>| Entry::new(name, bytes);
    let run = |archive: &[Entry], loose: &[(&str, &Vec<u8>)]| {
        let workspace = Workspace::with([("a/dist.zip", zip(archive))]);
        for (name, bytes) in loose {
            workspace.write(format!("artifacts/b/{name}"), bytes);
        }
        workspace.prepare(&["--dry-run", "--version", "any"]).findings()
    };
    let rule = |findings: String| findings.split(':').next().unwrap().to_owned();
    let wheels = [file("dist/acme-1.0-py3-none-any.whl", &wheel), file("dist/acme-1.0.tar.gz", &sdist)];
    insta::assert_snapshot!(run(&wheels, &[]), @"error[distributions-packed]: a: dist.zip: it holds nothing but distributions, which no registry gets: `dist/acme-1.0-py3-none-any.whl`, `dist/acme-1.0.tar.gz`");
    assert_eq!(rule(run(&[file("acme-1.0.tar.gz", &sdist)], &[])), "error[distributions-packed]");
    assert_eq!(rule(run(&[file("acme-1.0.0.tgz", &npm)], &[])), "error[distributions-packed]");
    let loose = ("acme-1.0-py3-none-any.whl", &wheel);
    assert_eq!(rule(run(&wheels, &[loose])), "warning[distributions-beside]");
    // Something says what it is for, or it is no distribution.
    let script = file("install.sh", &b"pip install *.whl\n".to_vec());
    assert_eq!(run(&[wheels[0].clone(), script], &[]), "");
    let release = tar_gz(&[("acme-1.0/acme", b"x")]);
    assert_eq!(run(&[file("acme-1.0.tar.gz", &release)], &[]), "");
    assert_eq!(run(&[file("chart-1.0.0.tgz", &tar_gz(&[("chart/Chart.yaml", b"x")]))], &[]), "");
}

#[test]
pub(crate) fn private_files() {
    let token: &[u8] = b"//registry.example/:_authToken=npm_abc\n";
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", "MIIE".repeat(30));
    let package = br#"{"name": "acme", "version": "1.0.0"}"#;
    let npm = tar_gz(&[("package/package.json", package), ("package/.npmrc", token)]);
    let pkg_info = b"Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n";
    let sdist = tar_gz(&[
        ("acme-1.0/PKG-INFO", pkg_info),
        ("acme-1.0/.pypirc", b"[pypi]\npassword = pypi-abc\n"),
        ("acme-1.0/key.pem", key.as_bytes()),
    ]);
    let wheel = crate::wheelwright::Wheelwright::new("acme-1.0-py3-none-any.whl").file("acme/key.pem", &key);
    let archive = gzip(&tar(&[("tool/.git/HEAD", 0o644, b"ref: x\n"), ("tool/.git/config", 0o644, b"")]));
    let harmless = tar_gz(&[
        ("t/tests/key.pem", key.as_bytes()),
        ("t/.npmrc", b"save-exact=true\n"),
        ("t/.env", b"PORT=1\n"),
    ]);
    let workspace = Workspace::with([
        ("n/acme-1.0.0.tgz", npm),
        ("s/acme-1.0.tar.gz", sdist),
        ("w/acme-1.0-py3-none-any.whl", wheel.build()),
        ("x/tool.tar.gz", archive),
        ("y/harmless.tar.gz", harmless),
    ]);
    let run = workspace.prepare(&["--dry-run", "--version", "any"]).exits(0);
    insta::assert_snapshot!(run.findings(), @r"
    warning[private-contents]: n: acme-1.0.0.tgz: it holds files that are private by their nature: `.npmrc (credentials)`
    warning[private-contents]: s: acme-1.0.tar.gz: it holds files that are private by their nature: `.pypirc (credentials)`
    warning[private-contents]: w: acme-1.0-py3-none-any.whl: it holds files that are private by their nature: `acme/key.pem (a private key)`
    warning[private-contents]: x: tool.tar.gz: it holds files that are private by their nature: `tool/.git/HEAD (a Git repository)`
    ");
}
