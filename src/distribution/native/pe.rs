//! PE files ("PE Format").

use std::ops::Range;

use object::endian::LittleEndian as LE;
use object::pe::{
    self, ImageDataDirectory, ImageFileHeader, ImageOptionalHeader32, ImageOptionalHeader64,
    ImageSectionHeader,
};
use object::{ReadRef, U16, U32};

use super::excerpt::Excerpt;
use super::{Native, NativeKind};
use crate::distribution::executable::{ExecutableFormat, pe_offset};
use crate::distribution::machine::Machine;

/// Bytes that hold all headers: those of sections have 40 each, and few files
/// have more than a dozen.
const HEADERS: u64 = 4 << 10;

/// `PE\0\0`
const SIGNATURE: u64 = 4;

/// A signature behind the sections (Authenticode) is smaller, the payload of an
/// installer larger.
const PAYLOAD: u64 = 256 << 10;

/// Which parts of a file that begins so are kept at the first look.
pub(super) fn named(head: &Excerpt) -> Vec<Range<u64>> {
    let start = pe_offset(head.head()).and_then(|start| u64::try_from(start).ok());
    start.map(|start| start..start.saturating_add(HEADERS)).into_iter().collect()
}

pub(super) fn read(file: &Excerpt) -> Option<Native> {
    let start = u64::try_from(pe_offset(file.head())?).ok()?.checked_add(SIGNATURE)?;
    let header: &ImageFileHeader = file.read_at(start).ok()?;
    let characteristics = header.characteristics.get(LE).0;
    let kind = if characteristics & pe::IMAGE_FILE_DLL.0 != 0 {
        NativeKind::Library
    } else if characteristics & pe::IMAGE_FILE_EXECUTABLE_IMAGE.0 != 0 {
        NativeKind::Program
    } else {
        NativeKind::Other
    };
    let optional = start.checked_add(size_of::<ImageFileHeader>() as u64)?;
    let machines = match header.machine.get(LE) {
        _ if is_managed(file, optional).unwrap_or(false) => [Machine::Cil].into(),
        pe::IMAGE_FILE_MACHINE_I386 => [Machine::X86].into(),
        pe::IMAGE_FILE_MACHINE_IA64 => [Machine::Ia64].into(),
        pe::IMAGE_FILE_MACHINE_ARM | pe::IMAGE_FILE_MACHINE_THUMB | pe::IMAGE_FILE_MACHINE_ARMNT => {
            [Machine::Arm].into()
        }
        pe::IMAGE_FILE_MACHINE_RISCV64 => [Machine::Riscv64].into(),
        // IMAGE_FILE_MACHINE_LOONGARCH64
        pe::Machine(0x6264) => [Machine::Loongarch64].into(),
        pe::IMAGE_FILE_MACHINE_AMD64 => [Machine::X86_64].into(),
        pe::IMAGE_FILE_MACHINE_ARM64 => [Machine::Aarch64].into(),
        // Code of both sorts, which call each other.
        pe::IMAGE_FILE_MACHINE_ARM64EC | pe::IMAGE_FILE_MACHINE_ARM64X => {
            [Machine::X86_64, Machine::Aarch64].into()
        }
        pe::Machine(number) => [Machine::Other(number.into())].into(),
    };
    let sections = optional.checked_add(header.size_of_optional_header.get(LE).into())?;
    let has_payload = has_payload(file, sections, header.number_of_sections.get(LE).into()).unwrap_or(false);
    Some(Native { has_payload, ..Native::new(ExecutableFormat::Pe, machines, kind) })
}

/// Whether a file is for .NET: it has the directory "CLR Runtime Header". Most
/// such files say x86 and run everywhere. Those that hold native code as well
/// are rare, and the header does not distinguish them.
fn is_managed(file: &Excerpt, optional: u64) -> Option<bool> {
    let magic: &U16<LE> = file.read_at(optional).ok()?;
    let size = match magic.get(LE) {
        pe::IMAGE_NT_OPTIONAL_HDR32_MAGIC => size_of::<ImageOptionalHeader32>(),
        pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC => size_of::<ImageOptionalHeader64>(),
        _ => return Some(false),
    };
    let directories = optional.checked_add(size as u64)?;
    let count: &U32<LE> = file.read_at(directories.checked_sub(4)?).ok()?;
    let clr = u32::try_from(pe::IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR).ok()?;
    let at = directories.checked_add(u64::from(clr) * size_of::<ImageDataDirectory>() as u64)?;
    let directory: &ImageDataDirectory = file.read_at(at).ok()?;
    Some(count.get(LE) > clr && directory.virtual_address.get(LE) != 0)
}

/// Whether much lies behind the sections: what an installer or an archive that
/// extracts itself carries, and what the machine of its program says nothing of.
fn has_payload(file: &Excerpt, sections: u64, count: usize) -> Option<bool> {
    let sections: &[ImageSectionHeader] = file.read_slice_at(sections, count).ok()?;
    let end = |section: &ImageSectionHeader| {
        u64::from(section.pointer_to_raw_data.get(LE)) + u64::from(section.size_of_raw_data.get(LE))
    };
    let end = sections.iter().map(end).max()?;
    Some(file.file_len().saturating_sub(end) >= PAYLOAD)
}
