//! Native files, as linkers write them, and the rules on what they ask for.

use release_prep::testing::Rule;

use crate::rules::Cases;

/// A machine, as each format numbers it.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    elf: u16,
    mach_o: u32,
    pe: u16,
}

pub(crate) const I386: Machine = Machine { elf: 3, mach_o: 7, pe: 0x14c };
pub(crate) const X86_64: Machine = Machine { elf: 62, mach_o: 0x0100_0007, pe: 0x8664 };
pub(crate) const AARCH64: Machine = Machine { elf: 183, mach_o: 0x0100_000c, pe: 0xaa64 };

/// What a native file is.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    elf: u16,
    mach_o: u32,
    pe: u16,
}

pub(crate) const OBJECT: Kind = Kind { elf: 1, mach_o: 1, pe: 0 };
pub(crate) const PROGRAM: Kind = Kind { elf: 2, mach_o: 2, pe: 0x0022 };
pub(crate) const LIBRARY: Kind = Kind { elf: 3, mach_o: 6, pe: 0x2022 };

/// ELF, 32 bits for x86 and else 64, little-endian.
pub(crate) fn elf(machine: Machine, kind: Kind) -> Vec<u8> {
    let class = if machine.elf == I386.elf { 1 } else { 2 };
    let mut bytes = b"\x7fELF".to_vec();
    bytes.extend([class, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(kind.elf.to_le_bytes());
    bytes.extend(machine.elf.to_le_bytes());
    bytes.resize(64, 0);
    bytes
}

/// Mach-O for one machine.
pub(crate) fn mach_o(machine: Machine, kind: Kind) -> Vec<u8> {
    let mut bytes = 0xfeed_facf_u32.to_le_bytes().to_vec();
    for number in [machine.mach_o, 0, kind.mach_o, 0, 0, 0, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes
}

/// Mach-O for several machines.
pub(crate) fn mach_o_fat(machines: &[Machine]) -> Vec<u8> {
    let mut bytes = 0xcafe_babe_u32.to_be_bytes().to_vec();
    bytes.extend(u32::try_from(machines.len()).unwrap().to_be_bytes());
    for machine in machines {
        for number in [machine.mach_o, 0, 4096, 32, 12] {
            bytes.extend(number.to_be_bytes());
        }
    }
    bytes
}

/// PE, its header where the DOS header says.
pub(crate) fn pe(machine: Machine, kind: Kind) -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend(0x80_u32.to_le_bytes());
    bytes.resize(0x80, 0);
    bytes.extend(b"PE\0\0");
    bytes.extend(machine.pe.to_le_bytes());
    bytes.extend([0; 16]);
    bytes.extend(kind.pe.to_le_bytes());
    bytes.resize(0x200, 0);
    bytes
}

/// What an ELF file for 64 bits asks the dynamic linker for.
#[derive(Default)]
pub(crate) struct Asks<'a> {
    /// `PT_INTERP`
    pub loader: Option<&'a str>,
    /// `DT_NEEDED`; versions are those of the first.
    pub libraries: &'a [&'a str],
    /// `DT_VERNEED`
    pub versions: &'a [&'a str],
    /// Those versions are weak.
    pub weak: bool,
    /// Bytes between the headers and the tables.
    pub gap: usize,
}

/// ELF that is linked dynamically. Addresses are offsets in the file.
pub(crate) fn elf_that(machine: Machine, kind: Kind, asks: &Asks<'_>) -> Vec<u8> {
    let mut strings = vec![0];
    let mut intern = |text: &str| {
        let at = strings.len() as u64;
        strings.extend(text.bytes().chain([0]));
        at
    };
    let libraries: Vec<u64> = asks.libraries.iter().map(|name| intern(name)).collect();
    let versions: Vec<u64> = asks.versions.iter().map(|name| intern(name)).collect();
    let mut bytes = elf(machine, kind);
    // e_phoff, e_phentsize
    bytes[32] = 64;
    bytes[54] = 56;
    bytes.resize(64 + 3 * 56 + asks.gap, 0);
    let mut headers = Vec::new();
    if let Some(loader) = asks.loader {
        headers.push((3, bytes.len(), loader.len() + 1));
        bytes.extend(loader.bytes().chain([0]));
    }
    let strings_at = bytes.len() as u64;
    bytes.extend(&strings);
    let versions_at = bytes.len() as u64;
    let word = |number: u64| u32::try_from(number).unwrap().to_le_bytes();
    bytes.extend([1, 0, u8::try_from(versions.len()).unwrap(), 0]);
    bytes.extend([word(libraries.first().copied().unwrap_or_default()), word(16), word(0)].concat());
    for (number, version) in versions.iter().enumerate() {
        let next = if number + 1 < versions.len() { 16 } else { 0 };
        bytes.extend([[0; 4], [if asks.weak { 2 } else { 0 }, 0, 2, 0], word(*version), word(next)].concat());
    }
    let mut dynamic: Vec<(u64, u64)> = libraries.iter().map(|at| (1, *at)).collect();
    dynamic.extend([(5, strings_at), (10, strings.len() as u64)]);
    if !versions.is_empty() {
        dynamic.extend([(0x6fff_fffe, versions_at), (0x6fff_ffff, 1)]);
    }
    dynamic.push((0, 0));
    headers.push((2, bytes.len(), dynamic.len() * 16));
    bytes.extend(dynamic.iter().flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()]).flatten());
    headers.push((1, 0, bytes.len()));
    bytes[56] = u8::try_from(headers.len()).unwrap();
    for (number, (kind, offset, size)) in headers.into_iter().enumerate() {
        let (offset, size) = ((offset as u64).to_le_bytes(), (size as u64).to_le_bytes());
        let flags = [kind, 0, 0, 0, 4, 0, 0, 0];
        let header = [flags, offset, offset, offset, size, size, 8_u64.to_le_bytes()].concat();
        bytes[64 + number * 56..][..56].copy_from_slice(&header);
    }
    bytes
}

/// Mach-O that runs on a version of macOS (platform 1) or another platform,
/// signed or not.
pub(crate) fn mach_o_for(
    machine: Machine,
    kind: Kind,
    platform: u32,
    (major, minor): (u32, u32),
    signed: bool,
) -> Vec<u8> {
    let mut bytes = mach_o(machine, kind);
    bytes.resize(32, 0);
    let mut commands = vec![0x32, 24, platform, major << 16 | minor << 8, 0, 0];
    if signed {
        commands.extend([0x1d, 16, 0, 0]);
    }
    bytes[16] = if signed { 2 } else { 1 };
    bytes[20] = u8::try_from(commands.len() * 4).unwrap();
    bytes.extend(commands.into_iter().flat_map(u32::to_le_bytes));
    bytes
}

/// A module of `CPython` 3.12 for Linux.
const MODULE: &str = "p/m.cpython-312-x86_64-linux-gnu.so";
/// The same for macOS.
const DARWIN: &str = "p/m.cpython-312-darwin.so";

fn module(cases: &mut Cases, tags: &str, path: &str, bytes: &[u8], broken: Option<Rule>) {
    let wheel = cases.wheel(tags).file(path, bytes);
    match broken {
        Some(rule) => cases.breaks(rule, &wheel),
        None => cases.holds(&wheel),
    }
}

#[test]
pub(crate) fn c_libraries() {
    let mut cases = Cases::default();
    let glibc = |versions| Asks { libraries: &["libc.so.6"], versions, ..Asks::default() };
    let code = |asks: &Asks<'_>| elf_that(X86_64, LIBRARY, asks);
    let manylinux = "cp312-cp312-manylinux_2_17_x86_64";
    let musllinux = "cp312-cp312-musllinux_1_2_x86_64";
    let musl = code(&Asks { libraries: &["libc.musl-x86_64.so.1"], ..Asks::default() });
    let plain = code(&glibc(&["GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_PRIVATE"]));
    let newer = code(&glibc(&["GLIBC_2.34", "GLIBC_2.2.5"]));
    module(&mut cases, manylinux, MODULE, &plain, None);
    module(&mut cases, manylinux, MODULE, &newer, Some(Rule::NativeGlibc));
    module(&mut cases, manylinux, MODULE, &code(&glibc(&["GLIBC_ABI_DT_RELR"])), Some(Rule::NativeGlibc));
    module(&mut cases, manylinux, MODULE, &code(&Asks { weak: true, ..glibc(&["GLIBC_2.34"]) }), None);
    module(&mut cases, manylinux, MODULE, &code(&glibc(&["GLIBCXX_3.4.30"])), None);
    module(&mut cases, "cp312-cp312-manylinux_2_34_x86_64", MODULE, &newer, None);
    let both = "cp312-cp312-manylinux2014_x86_64.manylinux_2_34_x86_64";
    module(&mut cases, both, MODULE, &newer, Some(Rule::NativeGlibc));
    // The tables lie far behind the beginning, so that a second look is needed.
    let far = code(&Asks { gap: 700_000, ..glibc(&["GLIBC_2.34"]) });
    module(&mut cases, manylinux, MODULE, &far, Some(Rule::NativeGlibc));
    // Carried along for another machine.
    let wheel = cases
        .wheel(manylinux)
        .file(MODULE, &plain)
        .file("p/agent.so", elf_that(AARCH64, LIBRARY, &glibc(&["GLIBC_2.34"])));
    cases.holds(&wheel);

    module(&mut cases, musllinux, MODULE, &musl, None);
    module(&mut cases, musllinux, MODULE, &plain, Some(Rule::NativeLibc));
    module(&mut cases, manylinux, MODULE, &musl, Some(Rule::NativeLibc));
    let program = |loader| elf_that(X86_64, PROGRAM, &Asks { loader, ..Asks::default() });
    let loader = Some("/lib64/ld-linux-x86-64.so.2");
    module(&mut cases, "py3-none-musllinux_1_2_x86_64", "p/tool", &program(loader), Some(Rule::NativeLibc));
    module(&mut cases, "py3-none-musllinux_1_2_x86_64", "p/tool", &program(None), None);
    let either = "py3-none-manylinux_2_17_x86_64.musllinux_1_1_x86_64";
    module(&mut cases, either, "p/tool", &program(None), None);
    module(&mut cases, either, "p/tool", &program(loader), Some(Rule::NativeLibc));
    module(&mut cases, "py3-none-linux_x86_64", "p/tool", &program(None), Some(Rule::WheelPlatform));
    cases.judge();
}

#[test]
pub(crate) fn apple() {
    let mut cases = Cases::default();
    let arm64 = |version, signed| mach_o_for(AARCH64, LIBRARY, 1, version, signed);
    let tags = "cp312-cp312-macosx_11_0_arm64";
    module(&mut cases, tags, DARWIN, &arm64((11, 0), true), None);
    module(&mut cases, tags, DARWIN, &arm64((11, 7), true), None);
    module(&mut cases, tags, DARWIN, &arm64((12, 0), true), Some(Rule::NativeMacos));
    module(&mut cases, tags, DARWIN, &arm64((11, 0), false), Some(Rule::NativeSignature));
    // Debug symbols are not loaded.
    let symbols = mach_o_for(AARCH64, Kind { mach_o: 10, ..LIBRARY }, 1, (14, 0), false);
    let wheel = cases.wheel(tags).file(DARWIN, arm64((11, 0), true)).file("p/m.dSYM/m", symbols);
    cases.holds(&wheel);
    let x86_64 = |version| mach_o_for(X86_64, LIBRARY, 1, version, false);
    module(&mut cases, "cp312-cp312-macosx_10_13_x86_64", DARWIN, &x86_64((10, 13)), None);
    module(&mut cases, "cp312-cp312-macosx_10_13_x86_64", DARWIN, &x86_64((10, 14)), Some(Rule::NativeMacos));
    // A tag that is older than the machine.
    module(&mut cases, "cp312-cp312-macosx_10_13_arm64", DARWIN, &arm64((11, 0), true), None);
    // iOS is not macOS.
    let ios = mach_o_for(AARCH64, LIBRARY, 2, (13, 0), true);
    module(&mut cases, tags, DARWIN, &ios, Some(Rule::NativeMachine));
    module(&mut cases, "cp312-cp312-ios_13_0_arm64_iphoneos", "p/m.cpython-312-iphoneos.so", &ios, None);
    let macos = mach_o_for(AARCH64, LIBRARY, 1, (13, 0), true);
    let tags = "cp312-cp312-ios_13_0_arm64_iphoneos";
    module(&mut cases, tags, "p/m.cpython-312-iphoneos.so", &macos, Some(Rule::NativeMacos));
    cases.judge();
}

#[test]
pub(crate) fn suffixes_of_modules() {
    let mut cases = Cases::default();
    let code = elf(X86_64, LIBRARY);
    let linux = "manylinux_2_28_x86_64";
    let mut case = |python: &str, paths: &[&str], broken: Option<Rule>| {
        let wheel = cases.wheel(&format!("{python}-{linux}"));
        let wheel = paths.iter().fold(wheel, |wheel, path| wheel.file(path, &code));
        match broken {
            Some(rule) => cases.breaks(rule, &wheel),
            None => cases.holds(&wheel),
        }
    };
    let (of_312, of_313t) = (MODULE, "p/m.cpython-313t-x86_64-linux-gnu.so");
    case("cp312-cp312", &[of_312], None);
    case("cp313-cp313", &[of_312], Some(Rule::ModuleSuffix));
    case("cp313-cp313t", &[of_313t], None);
    case("cp313-cp313", &[of_313t], Some(Rule::ModuleSuffix));
    case("cp312-cp312", &["p/m.pypy311-pp73-x86_64-linux-gnu.so"], Some(Rule::ModuleSuffix));
    case("pp311-pypy311_pp73", &["p/m.pypy311-pp73-x86_64-linux-gnu.so"], None);
    case("cp312-abi3", &["p/m.abi3.so"], None);
    case("cp312-abi3", &[of_312], Some(Rule::ModuleSuffix));
    case("cp312-abi3", &["p/m.so"], None);
    // One that is imported is enough: others are copies of other projects'.
    case("cp313-cp313", &["p/m.cpython-313-x86_64-linux-gnu.so", of_312], None);
    case("py3-none", &[of_312], None);
    case("cp312-cp312", &["p/m.abi3.so"], Some(Rule::ModuleStableAbi));
    case("cp312-cp312", &["p/m.abi3.so", of_312], None);
    case("cp312-cp312", &["p/libm.so.1"], None);
    case("cp312-cp312", &[], Some(Rule::NativeMissing));
    case("py3-none", &[], None);
    cases.judge();
}

/// Files under the names that they are released by.
fn files(files: &[(&str, &[u8], Option<Rule>)]) {
    let mut cases = Cases::default();
    for (name, bytes, broken) in files {
        // No two have equal bytes, which is another matter.
        cases.add(name, [bytes, name.as_bytes()].concat(), broken.as_slice());
    }
    cases.judge();
}

#[test]
fn programs_and_their_names() {
    let linux = |machine, loader| elf_that(machine, PROGRAM, &Asks { loader, ..Asks::default() });
    let glibc = linux(X86_64, Some("/lib64/ld-linux-x86-64.so.2"));
    let musl = linux(X86_64, Some("/lib/ld-musl-x86_64.so.1"));
    let (alone, arm64) = (linux(X86_64, None), linux(AARCH64, None));
    let freebsd = linux(X86_64, Some("/libexec/ld-elf.so.1"));
    let mac = |machine, signed| mach_o_for(machine, PROGRAM, 1, (11, 0), signed);
    let universal = mach_o_fat(&[X86_64, AARCH64]);
    let (machine, libc) = (Some(Rule::NativeMachine), Some(Rule::NativeLibc));
    files(&[
        ("a-x86_64-unknown-linux-gnu", &glibc, None),
        ("b-x86_64-unknown-linux-gnu", &alone, None),
        ("c-x86_64-unknown-linux-gnu", &musl, libc),
        ("d-x86_64-unknown-linux-musl", &glibc, libc),
        ("e-x86_64-unknown-linux-musl", &musl, None),
        ("f-linux-arm64", &glibc, machine),
        ("g-linux-arm64", &arm64, None),
        ("h-linux-amd64", &arm64, machine),
        ("i-darwin-amd64", &glibc, machine),
        ("j-freebsd-amd64", &freebsd, None),
        ("k-linux-amd64", &freebsd, machine),
        ("l-darwin-arm64", &mac(AARCH64, true), None),
        ("m-darwin-arm64", &mac(AARCH64, false), Some(Rule::NativeSignature)),
        ("n-darwin-arm64", &mac(X86_64, true), machine),
        ("o-darwin-arm64", &universal, None),
        ("p-darwin-amd64", &universal, None),
        ("q-darwin-universal", &mac(X86_64, true), machine),
        ("r-windows-amd64.exe", &pe(X86_64, PROGRAM), None),
        ("s-windows-arm64.exe", &pe(X86_64, PROGRAM), machine),
        ("t-windows-amd64.exe", &glibc, machine),
        // Names that say nothing.
        ("u", &glibc, None),
        ("android-tools", &glibc, None),
        ("v-macos-14", &glibc, None),
    ]);
}

#[test]
pub(crate) fn contents_and_their_names() {
    let content = Some(Rule::FileContent);
    files(&[
        ("a.zip", b"<!DOCTYPE html>", content),
        ("b.exe", b"<!DOCTYPE html>", content),
        ("c.tar.xz", b"Not Found", content),
        ("d.tar.zst", b"PK\x03\x04", content),
        ("e.deb", b"version https://git-lfs.github.com/spec/v1\n", content),
        ("f.msi", b"{\"message\": \"Not Found\"}", content),
        ("g.dmg", b"<html></html>", content),
        ("h.pkg", b"<html></html>", content),
        ("i.AppImage", b"<html></html>", content),
        ("j.deb", b"!<arch>\n", None),
        ("k.tar.xz", b"\xfd7zXZ\0", Some(Rule::ArchiveUnreadable)),
        ("l.dmg", b"x\x01", None),
        ("m.sh", b"<html></html>", None),
    ]);
}
