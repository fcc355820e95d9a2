//! Feeds one reader of release-prep with what libFuzzer makes up.
//!
//! `FUZZ_TARGET` names the reader (`release_prep::fuzzing`), and the arguments
//! are libFuzzer's. With `FUZZ_SEEDS=FOLDER` it writes for each reader the inputs
//! to begin with and the words that they are made of, and ends. `.ci/fuzz.sh`
//! does all of that.

#![no_main]

use std::alloc::System;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::{env, fs, io};

use cap::Cap;
use libfuzzer_sys::fuzz_target;
use release_prep::fuzzing::{TARGETS, Target};

/// The most bytes that a reader holds for an input of at most `-max_len`: what the
/// program may take in all, since the window of a decoder alone has up to 64 MiB.
/// More is an allocation that fails, which aborts.
const MAX_HELD: usize = 96 << 20;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, MAX_HELD);

static TARGET: OnceLock<Target> = OnceLock::new();

fuzz_target!(
    init: {
        if let Some(folder) = env::var_os("FUZZ_SEEDS") {
            write_seeds(Path::new(&folder)).expect("the seeds can be written");
            std::process::exit(0);
        }
        let name = env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
        let target = TARGETS.into_iter().find(|target| target.name == name).expect("a target of that name");
        TARGET.set(target).expect("once");
    },
    |data: &[u8]| {
        let target = TARGET.get().expect("it was initialised");
        (target.run)(data);
    }
);

/// Writes `NAME/SEED` and `NAME.dict` for each target.
fn write_seeds(folder: &Path) -> io::Result<()> {
    for target in TARGETS {
        let seeds = (target.seeds)();
        let inputs = folder.join(target.name);
        fs::create_dir_all(&inputs)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(inputs.join(format!("seed-{number}")), seed)?;
        }
        fs::write(folder.join(format!("{}.dict", target.name)), dictionary(&seeds))?;
    }
    Ok(())
}

/// The words of the seeds, in the form that libFuzzer reads.
fn dictionary(seeds: &[Vec<u8>]) -> String {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
    let words: BTreeSet<&[u8]> = seeds
        .iter()
        .flat_map(|seed| seed.split(|byte| !is_word(byte)))
        .filter(|word| (2..=40).contains(&word.len()))
        .collect();
    let mut text = String::new();
    for word in words {
        let _ = writeln!(text, "\"{}\"", String::from_utf8_lossy(word));
    }
    text
}
