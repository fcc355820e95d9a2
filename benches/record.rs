//! What it costs to verify a wheel: examining it whole, against inflate,
//! CRC-32 and SHA-256 of the same contents and nothing else, in turns within
//! one run.
//!
//! `cargo bench --locked --bench record` prints MB/s of contents and their
//! ratio, and fails above its bound. Only the ratio means anything: these are
//! whatever machine's seconds.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark may fail loudly, and is there to print"
)]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use crc32fast::Hasher as Crc32;
use data_encoding::BASE64URL_NOPAD;
use flate2::read::DeflateDecoder;
use release_prep::testing::Algorithms;
use release_prep::testing::Distribution;
use release_prep::testing::Limits;
use release_prep::testing::Place;
use release_prep::testing::{InspectOptions, inspect_wheel};
use release_prep::testing::{StagedFile, Staging};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;

/// What is measured: a name, the number of files, the bytes of each, and the
/// ratio that must hold. A library of a scientific package and its like: few
/// large files; and a package of many small ones, where the work for each file
/// counts most.
const CASES: [(&str, u32, usize, f64); 2] =
    [("16 files of 8 MB", 16, 8 << 20, 1.3), ("4,000 files of 8 kB", 4_000, 8 << 10, 1.3)];

/// Pairs of measurements, of which the median counts.
const ROUNDS: usize = 9;

const NAME: &str = "bench-1.0-cp312-cp312-manylinux_2_28_x86_64.whl";

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let output = Utf8PathBuf::try_from(folder.path().canonicalize().unwrap().join("out")).unwrap();
    let staging = Staging::begin(&output, &Arc::default()).unwrap();
    let mut failed = Vec::new();
    for (what, files, size, most) in CASES {
        let path = folder.path().join(NAME);
        let content = write_wheel(&path, files, size);
        let staged = stage(&staging, &path);
        let ratio = measure(what, content, &staging, &staged, &path);
        println!("  at most {most}");
        if ratio > most {
            failed.push(what);
        }
    }
    assert!(failed.is_empty(), "verifying costs too much over inflate, CRC-32 and SHA-256 alone: {failed:?}");
}

fn measure(what: &str, content: u64, staging: &Staging, staged: &StagedFile, path: &Path) -> f64 {
    let mut ratios = Vec::new();
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let our = timed(|| examine(staging, staged));
        let floor = timed(|| assert_eq!(contents(path), content));
        ratios.push(our.as_secs_f64() / floor.as_secs_f64());
        ours.push(our.as_secs_f64());
        floors.push(floor.as_secs_f64());
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure to print")]
    let megabytes = content as f64 / 1e6;
    let ratio = median(&mut ratios);
    println!(
        "{what}: examined at {:.0} MB/s, floor {:.0} MB/s, ratio {ratio:.2}",
        megabytes / median(&mut ours),
        megabytes / median(&mut floors),
    );
    ratio
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap()
}

/// What the program does with a wheel.
fn examine(staging: &Staging, staged: &StagedFile) {
    let care = InspectOptions { limits: Limits::within(10 << 30, 100_000).inspecting(), verify_record: true };
    let place = Place::file("bench".parse().unwrap(), NAME);
    let inspected = inspect_wheel(staging, staged, &NAME.parse().unwrap(), &place, &care).unwrap();
    let Distribution::Wheel { contents, .. } = inspected else { panic!("{inspected:?}") };
    let check = contents.record.unwrap().unwrap();
    assert!(check.proved && check.wrong.is_empty() && check.unlisted.is_empty(), "{check:?}");
}

/// Inflates, checks and hashes every file, and nothing else.
fn contents(path: &Path) -> u64 {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path).unwrap())).unwrap();
    let mut block = vec![0; 64 << 10];
    let mut bytes = 0;
    for number in 0..archive.len() {
        let entry = archive.by_index_raw(number).unwrap();
        let (mut crc, mut hasher) = (Crc32::new(), Sha256::new());
        let expected = entry.crc32();
        let mut inflating = DeflateDecoder::new(entry);
        loop {
            let read = inflating.read(&mut block).unwrap();
            if read == 0 {
                break;
            }
            let passed = block.get(..read).unwrap();
            crc.update(passed);
            hasher.update(passed);
            bytes += read as u64;
        }
        assert_eq!(crc.finalize(), expected);
        std::hint::black_box(hasher.finalize());
    }
    bytes
}

/// Writes a wheel, and returns how many bytes it holds.
fn write_wheel(path: &Path, files: u32, size: usize) -> u64 {
    let mut archive = zip::ZipWriter::new(File::create(path).unwrap());
    let mut record = String::new();
    let mut content = 0;
    let mut add = |name: String, bytes: &[u8], record: &mut String| {
        archive.start_file(&name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
        content += bytes.len() as u64;
        let digest = BASE64URL_NOPAD.encode(&Sha256::digest(bytes));
        writeln!(record, "{name},sha256={digest},{}", bytes.len()).unwrap();
    };
    for number in 0..files {
        add(format!("bench/{number}.bin"), &like_code(number, size), &mut record);
    }
    let info = "bench-1.0.dist-info";
    let tag = "cp312-cp312-manylinux_2_28_x86_64";
    let wheel = format!("Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: false\nTag: {tag}\n");
    add(format!("{info}/WHEEL"), wheel.as_bytes(), &mut record);
    add(format!("{info}/METADATA"), b"Metadata-Version: 2.1\nName: bench\nVersion: 1.0\n", &mut record);
    let own = format!("{info}/RECORD");
    let rows = format!("{record}{own},,\n");
    add(own, rows.as_bytes(), &mut record);
    archive.finish().unwrap();
    content
}

/// Bytes that deflate about as machine code does, to a half or a third: words
/// from a vocabulary, with noise between them.
fn like_code(seed: u32, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut bytes = Vec::with_capacity(size + 16);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let word = (state >> 24) & 0x3f;
        bytes.extend_from_slice(&word.wrapping_mul(0x9e37_79b9).to_le_bytes());
        if state.trailing_zeros() >= 2 {
            bytes.extend_from_slice(&state.to_le_bytes());
        }
    }
    bytes.truncate(size);
    bytes
}

fn stage(staging: &Staging, path: &Path) -> StagedFile {
    let mut writer = staging.stage(Algorithms::default()).unwrap();
    std::io::copy(&mut File::open(path).unwrap(), &mut writer).unwrap();
    writer.finish().unwrap().0
}
