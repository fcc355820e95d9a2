//! What must hold of every package that is inspected, for `fuzz/`.

use std::fs::File;
use std::io::Write as _;

use super::{InspectOptions, Inspection, npm, sdist, wheel as inspect_wheel};
use crate::archive::fixture::{Member, Zip};
use crate::archive::fuzz::gzipped_tar;
use crate::archive::{ArchiveError, Limits};
use crate::evidence::Distribution;
use crate::filename::FileName;

fn options() -> InspectOptions {
    InspectOptions { limits: Limits::within(4 << 20, 2000).inspecting(), verify_record: true }
}

/// A file in memory.
fn file(bytes: &[u8]) -> File {
    let file = rustix::fs::memfd_create("fuzz", rustix::fs::MemfdFlags::CLOEXEC).map(File::from);
    let Ok(mut file) = file else { panic!("no file in memory can be made") };
    assert!(file.write_all(bytes).and_then(|()| std::io::Seek::rewind(&mut file)).is_ok(), "memory is there");
    file
}

/// What is seen, as far as it does not depend on the order of a hash.
fn shown(inspected: &Result<Inspection, ArchiveError>) -> String {
    match inspected {
        Ok(Inspection::Nothing) => "nothing".to_owned(),
        Ok(Inspection::Members(members)) => format!("{members:?}"),
        Ok(Inspection::Known(distribution)) => format!("{distribution:?}"),
        Ok(Inspection::Defect(defect)) => format!("{defect}"),
        Err(ArchiveError::Refused(refusal)) => {
            assert!(!refusal.found().is_empty() && !refusal.expected().is_empty(), "a reason");
            format!("{refusal:?}")
        }
        Err(error) => panic!("a file in memory can be read: {error}"),
    }
}

/// What lies between the parts of a wheel.
const PART: u8 = 0x1e;

/// A wheel is inspected twice alike. The parts of the input, each behind a
/// byte 0x1e, are METADATA, WHEEL, RECORD, `entry_points.txt` and then names and
/// contents of more files by turns. A RECORD that is empty is one that is true.
pub(crate) fn wheel(data: &[u8]) -> bool {
    let mut parts = data.split(|byte| *byte == PART);
    let mut members = Vec::new();
    for name in ["METADATA", "WHEEL", "RECORD", "entry_points.txt"] {
        match parts.next() {
            Some(content) if !content.is_empty() || name == "METADATA" => {
                members.push(Member::stored(&format!("demo-1.0.dist-info/{name}"), content));
            }
            _ => {}
        }
    }
    while let Some(name) = parts.next() {
        if name.len() < 1000 {
            let name = String::from_utf8_lossy(name);
            members.push(Member::stored(&name, parts.next().unwrap_or_default()));
        }
    }
    let zip = Zip::of(members).build();
    let Ok(name) = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl".parse::<FileName>() else { return false };
    let inspect = || inspect_wheel::inspect(&name, file(&zip), zip.len() as u64, &options());
    let inspected = inspect();
    assert_eq!(shown(&inspected), shown(&inspect()), "inspected twice alike");
    matches!(inspected, Ok(Inspection::Known(Distribution::Wheel { .. })))
}

/// Wheels in parts.
pub(crate) fn wheel_seeds() -> Vec<Vec<u8>> {
    let metadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";
    let wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-manylinux_2_17_x86_64\n";
    let record =
        "demo.so,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\ndemo-1.0.dist-info/RECORD,,\n";
    let elf = crate::distribution::fuzz::native_seeds().swap_remove(0);
    [
        vec![
            metadata.as_bytes(),
            wheel.as_bytes(),
            record.as_bytes(),
            b"[console_scripts]\na = b:c\n",
            b"demo.so",
            b"",
        ],
        vec![
            metadata.as_bytes(),
            wheel.as_bytes(),
            b"",
            b"",
            b"demo/x.cpython-312-x86_64-linux-gnu.so",
            &elf,
        ],
        vec![
            metadata.as_bytes(),
            wheel.as_bytes(),
            record.as_bytes(),
            b"",
            b"demo-1.0.data/purelib/a.py",
            b"1",
            b"demo-1.0.data/scripts/s",
            b"#!python\n",
            b"A.py",
            b"",
        ],
    ]
    .map(|parts| parts.join(&PART))
    .to_vec()
}

/// A gzipped tar is inspected twice alike, as a source distribution and as an
/// npm package.
pub(crate) fn tar_packages(data: &[u8]) -> bool {
    let packed = gzipped_tar(data);
    let Ok(name) = "a-1.0.tar.gz".parse::<FileName>() else { return false };
    let limits = options().limits;
    let as_sdist = || sdist::inspect(&name, file(&packed), &limits);
    let as_npm = || npm::inspect(&file(&packed), &limits);
    let (sdist, npm) = (as_sdist(), as_npm());
    assert_eq!(shown(&sdist), shown(&as_sdist()), "inspected twice alike");
    assert_eq!(shown(&npm), shown(&as_npm()), "inspected twice alike");
    [sdist, npm].iter().any(|inspected| matches!(inspected, Ok(Inspection::Known(_))))
}
