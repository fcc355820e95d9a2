//! ELF files (System V ABI, chapters 4 and 5; LSB, "Symbol Versioning").

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader as _};
use object::{Endianness, ReadRef};

use super::excerpt::Excerpt;
use super::{GlibcVersion, Native, NativeKind};
use crate::distribution::executable::ExecutableFormat;
use crate::distribution::machine::Machine;
use crate::distribution::target::{Libc, Os};

/// What of the beginning is kept: the tables for the dynamic linker lie there,
/// unless a tool moved them or there are very many symbols.
const BEGINNING: u64 = 2 << 20;

/// Segments up to that size are kept whole. Tools that edit a file, as
/// patchelf, put what they move into one of its own.
const SMALL_SEGMENT: u64 = 512 << 10;

/// The most bytes of a table of strings that are kept whole.
const SMALL_STRINGS: u64 = 1 << 20;

/// The most bytes of a string. No library and no version has as long a name.
const MAX_STRING: u64 = 256;

/// The most entries of any table. Real files need dozens of libraries, and
/// dozens of versions.
const MAX_ENTRIES: usize = 4_000;

/// Versions of glibc that are named after a feature, and the version that
/// brought it.
const NAMED_VERSIONS: [(&[u8], GlibcVersion); 1] = [(b"GLIBC_ABI_DT_RELR", GlibcVersion(2, 36))];

/// Which parts of a file that begins so are kept at the first look.
pub(super) fn named(head: &Excerpt) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = std::iter::once(0..BEGINNING).collect();
    let mut dynamic = Vec::new();
    for segment in segments(head).unwrap_or_default() {
        let range = segment.offset..segment.offset.saturating_add(segment.size);
        match segment.kind {
            elf::PT_DYNAMIC | elf::PT_INTERP => dynamic.push(range),
            elf::PT_LOAD if segment.size <= SMALL_SEGMENT => ranges.push(range),
            _ => {}
        }
    }
    // What matters most comes first, should there be no room for all.
    [dynamic, ranges].concat()
}

pub(super) fn read(file: &Excerpt) -> Option<Native> {
    match *file.head() {
        [_, _, _, _, 1, ..] => with_class::<FileHeader32<Endianness>>(file),
        [_, _, _, _, 2, ..] => with_class::<FileHeader64<Endianness>>(file),
        _ => None,
    }
}

fn with_class<Elf: FileHeader<Endian = Endianness>>(file: &Excerpt) -> Option<Native> {
    let header = Elf::parse(file).ok()?;
    let endian = header.endian().ok()?;
    let machine = machine(header.e_machine(endian).0, header.is_class_64(), endian == Endianness::Big);
    let segments = segments(file).unwrap_or_default();
    let has_interpreter = segments.iter().any(|segment| segment.kind == elf::PT_INTERP);
    let interpreter = interpreter(file, &segments);
    let dynamic = Dynamic::read::<Elf>(file, endian, &segments).unwrap_or_default();
    let kind = match header.e_type(endian) {
        elf::ET_REL => NativeKind::Object,
        elf::ET_EXEC => NativeKind::Program,
        elf::ET_DYN if has_interpreter || dynamic.is_program => NativeKind::Program,
        elf::ET_DYN => NativeKind::Library,
        _ => NativeKind::Other,
    };
    let os = interpreter.as_deref().and_then(os_of_interpreter).or(match header.e_ident().os_abi {
        elf::ELFOSABI_FREEBSD => Some(Os::FreeBsd),
        elf::ELFOSABI_NETBSD => Some(Os::NetBsd),
        elf::ELFOSABI_OPENBSD => Some(Os::OpenBsd),
        _ => None,
    });
    let mut libcs = BTreeMap::new();
    for name in interpreter.iter().chain(&dynamic.needed) {
        if let Some(libc) = libc_of(name) {
            libcs.entry(libc).or_insert_with(|| file_name(name).to_owned());
        }
    }
    Some(Native {
        os,
        libcs,
        glibc: dynamic.glibc,
        ..Native::new(ExecutableFormat::Elf, [machine].into(), kind)
    })
}

/// A segment: what it is, where it lies in the file, and where in memory.
struct Segment {
    kind: elf::ProgramType,
    offset: u64,
    size: u64,
    address: u64,
}

fn segments(file: &Excerpt) -> Option<Vec<Segment>> {
    match *file.head() {
        [_, _, _, _, 1, ..] => segments_of::<FileHeader32<Endianness>>(file),
        [_, _, _, _, 2, ..] => segments_of::<FileHeader64<Endianness>>(file),
        _ => None,
    }
}

fn segments_of<Elf: FileHeader<Endian = Endianness>>(file: &Excerpt) -> Option<Vec<Segment>> {
    let header = Elf::parse(file).ok()?;
    let endian = header.endian().ok()?;
    let headers = header.program_headers(endian, file).ok()?;
    let segment = |header: &Elf::ProgramHeader| {
        let (offset, size) = header.file_range(endian);
        Segment { kind: header.p_type(endian), offset, size, address: header.p_vaddr(endian).into() }
    };
    Some(headers.iter().take(MAX_ENTRIES).map(segment).collect())
}

/// The program that loads this one (`PT_INTERP`). None if it is a library, or
/// loads nothing.
fn interpreter(file: &Excerpt, segments: &[Segment]) -> Option<String> {
    let segment = segments.iter().find(|segment| segment.kind == elf::PT_INTERP)?;
    let (start, size) = (segment.offset, segment.size.min(MAX_STRING));
    let bytes = file.read_bytes_at_until(start..start.checked_add(size)?, 0).ok()?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}

/// What the dynamic section says (`PT_DYNAMIC`).
#[derive(Default)]
struct Dynamic {
    needed: Vec<String>,
    glibc: Option<GlibcVersion>,
    is_program: bool,
}

impl Dynamic {
    fn read<Elf: FileHeader<Endian = Endianness>>(
        file: &Excerpt,
        endian: Endianness,
        segments: &[Segment],
    ) -> Option<Self> {
        let segment = segments.iter().find(|segment| segment.kind == elf::PT_DYNAMIC)?;
        let count = segment.size / size_of::<Elf::Dyn>() as u64;
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(MAX_ENTRIES);
        let entries: &[Elf::Dyn] = file.read_slice_at(segment.offset, count).ok()?;
        let mut dynamic = Self::default();
        let mut needed = BTreeSet::new();
        let (mut strings, mut size, mut versions) = (None, 0, None);
        for entry in entries.iter().take_while(|entry| entry.tag(endian) != elf::DT_NULL) {
            let value = entry.val(endian);
            match entry.tag(endian) {
                elf::DT_NEEDED => _ = needed.insert(value),
                elf::DT_STRTAB => strings = offset_of(value, segments),
                elf::DT_STRSZ => size = value,
                elf::DT_VERNEED => versions = offset_of(value, segments),
                elf::DT_FLAGS_1 => dynamic.is_program = value & elf::DF_1_PIE.0 != 0,
                _ => {}
            }
        }
        let Some(start) = strings else { return Some(dynamic) };
        let strings = Strings { file, start, size };
        dynamic.needed = needed.into_iter().filter_map(|at| strings.get(at)).collect();
        dynamic.glibc = versions.and_then(|start| newest_glibc(&strings, endian, start));
        strings.prefetch();
        Some(dynamic)
    }
}

/// Where in the file an address lies.
fn offset_of(address: u64, segments: &[Segment]) -> Option<u64> {
    segments.iter().filter(|segment| segment.kind == elf::PT_LOAD).find_map(|segment| {
        let offset = address.checked_sub(segment.address).filter(|offset| *offset < segment.size)?;
        segment.offset.checked_add(offset)
    })
}

/// The table of strings of the dynamic section.
struct Strings<'a> {
    file: &'a Excerpt,
    start: u64,
    size: u64,
}

impl Strings<'_> {
    fn get(&self, at: u64) -> Option<String> {
        let end = self.size.min(at.checked_add(MAX_STRING)?);
        let range = self.start.checked_add(at)?..self.start.checked_add(end)?;
        let bytes = self.file.read_bytes_at_until(range, 0).ok()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    /// If something was missing, the whole table is fetched with it where it is
    /// small: what lies in it may be named by what is missing.
    fn prefetch(&self) {
        if !self.file.missing().is_empty() && self.size <= SMALL_STRINGS {
            self.file.want(self.start..self.start.saturating_add(self.size));
        }
    }
}

/// The newest version of glibc of which the file needs a symbol (`DT_VERNEED`).
/// Weak versions are left aside, as the dynamic linker goes on without them.
fn newest_glibc(strings: &Strings<'_>, endian: Endianness, start: u64) -> Option<GlibcVersion> {
    let mut newest = None;
    let mut at = start;
    let mut left = MAX_ENTRIES;
    while left > 0 {
        let need: &elf::Verneed<Endianness> = strings.file.read_at(at).ok()?;
        let mut aux_at = at.checked_add(need.vn_aux.get(endian).into())?;
        for _ in 0..need.vn_cnt.get(endian) {
            left = left.checked_sub(1)?;
            let aux: &elf::Vernaux<Endianness> = strings.file.read_at(aux_at).ok()?;
            if aux.vna_flags.get(endian).0 & elf::VER_FLG_WEAK.0 == 0 {
                let name = strings.get(aux.vna_name.get(endian).into());
                newest = newest.max(name.as_deref().and_then(glibc_version));
            }
            match aux.vna_next.get(endian) {
                0 => break,
                next => aux_at = aux_at.checked_add(next.into())?,
            }
        }
        left = left.saturating_sub(1);
        match need.vn_next.get(endian) {
            0 => break,
            next => at = at.checked_add(next.into())?,
        }
    }
    newest
}

/// Ex) `GLIBC_2.17`, `GLIBC_2.2.5`. None for `GLIBC_PRIVATE` and the versions
/// of other libraries.
fn glibc_version(name: &str) -> Option<GlibcVersion> {
    if let Some((_, version)) = NAMED_VERSIONS.iter().find(|(named, _)| *named == name.as_bytes()) {
        return Some(*version);
    }
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.').map(str::parse);
    Some(GlibcVersion(numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The C library of which a library or program loader is a part.
fn libc_of(path: &str) -> Option<Libc> {
    let name = file_name(path);
    if name.starts_with("ld-linux") || name == "libc.so.6" || name == "ld64.so.1" || name == "ld64.so.2" {
        Some(Libc::Glibc)
    } else if name.starts_with("ld-musl-") || name.starts_with("libc.musl-") {
        Some(Libc::Musl)
    } else {
        None
    }
}

/// The system whose program loader that is.
fn os_of_interpreter(path: &str) -> Option<Os> {
    Some(match path {
        "/system/bin/linker" | "/system/bin/linker64" => Os::Android,
        "/libexec/ld-elf.so.1" => Os::FreeBsd,
        "/libexec/ld.elf_so" | "/usr/libexec/ld.elf_so" => Os::NetBsd,
        "/usr/libexec/ld.so" => Os::OpenBsd,
        _ if libc_of(path).is_some() => Os::Linux,
        _ => return None,
    })
}

fn machine(number: u16, is_64: bool, is_big: bool) -> Machine {
    match (elf::Machine(number), is_64, is_big) {
        (elf::EM_386, false, false) => Machine::X86,
        (elf::EM_MIPS, false, true) => Machine::Mips,
        (elf::EM_MIPS, false, false) => Machine::Mipsel,
        (elf::EM_MIPS, true, true) => Machine::Mips64,
        (elf::EM_MIPS, true, false) => Machine::Mips64el,
        (elf::EM_PPC, false, true) => Machine::Ppc,
        (elf::EM_PPC64, true, true) => Machine::Ppc64,
        (elf::EM_PPC64, true, false) => Machine::Ppc64le,
        (elf::EM_S390, true, true) => Machine::S390x,
        (elf::EM_ARM, false, false) => Machine::Arm,
        (elf::EM_IA_64, true, false) => Machine::Ia64,
        // With 32 bits it is x32, which neither of x86's interpreters loads.
        (elf::EM_X86_64, true, false) => Machine::X86_64,
        (elf::EM_AARCH64, true, false) => Machine::Aarch64,
        (elf::EM_RISCV, false, false) => Machine::Riscv32,
        (elf::EM_RISCV, true, false) => Machine::Riscv64,
        (elf::EM_LOONGARCH, true, false) => Machine::Loongarch64,
        // EM_INTELGT, which the crate has no name for
        (elf::EM_CUDA | elf::EM_AMDGPU | elf::Machine(205), ..) => Machine::Gpu,
        (elf::EM_BPF, ..) => Machine::Bpf,
        _ => Machine::Other(number.into()),
    }
}
