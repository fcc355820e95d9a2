//! Reads a target out of the name of a file or artifact.
//!
//! Names are read by whole words, since `darwin` holds `win` and `armor` holds
//! `arm`. Words that speak of a target and stand side by side are a cluster, as
//! `x86_64-unknown-linux-gnu` is. What a name says is what its last cluster
//! with a system and a processor says; in `android-tools-linux-x64` the first
//! word is a part of the tool's name. A system alone counts at the end of a
//! name only, a processor alone where its word means nothing else.
//!
//! The vocabularies are those of Rust's target triples, of Go (`GOOS`,
//! `GOARCH`), Node (`process.platform`, `process.arch`), Python's platform
//! tags, Debian and RPM. The label of a runner of GitHub's, as `macos-14`, says
//! where a file was built and not what it is for.

use super::{Arch, Libc, Os, Target, TargetSource};
use crate::distribution::sidecar;
use crate::filename::FileName;

impl Target {
    /// What the name of a file says. None if it says nothing.
    pub(crate) fn of_file(name: &FileName) -> Option<Self> {
        let name = sidecar::subject_of(name).unwrap_or(name.as_str()).to_ascii_lowercase();
        let by_suffix = SUFFIXES.iter().find(|(suffix, _)| name.contains(suffix));
        let os = SUFFIXES.iter().find(|(suffix, _)| name.ends_with(suffix)).map(|(_, os)| *os);
        let os = os.or(by_suffix.filter(|(suffix, _)| *suffix == ".app.").map(|(_, os)| *os));
        let stem = ARCHIVES.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(&name);
        read(stem, os, TargetSource::FileName)
    }

    /// What the name of an artifact says. None if it says nothing.
    pub(crate) fn of_artifact(name: &str) -> Option<Self> {
        read(&name.to_ascii_lowercase(), None, TargetSource::ArtifactName)
    }
}

/// The part of an artifact's name that says the target, to the letter:
/// `x86_64-pc-windows-msvc` of `bin-x86_64-pc-windows-msvc-1`. None if nothing
/// does.
#[must_use]
pub(crate) fn target_text(name: &str) -> Option<&str> {
    let target = Target::of_artifact(name)?;
    let is_separator = |c: char| !c.is_ascii_alphanumeric();
    // Where words begin and end.
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for part in name.split(is_separator) {
        if !part.is_empty() {
            words.push((start, start + part.len()));
        }
        start += part.len() + 1;
    }
    let text = |from: usize, to: usize| name.get(words.get(from)?.0..words.get(to)?.1);
    let says_it = |from, to| text(from, to).and_then(Target::of_artifact) == Some(target);
    let length =
        (0..words.len()).find(|length| (0..words.len() - length).any(|from| says_it(from, from + length)))?;
    let from = (0..words.len() - length).rev().find(|from| says_it(*from, from + length))?;
    let mut to = from + length;
    // With the words that belong to a triple and say nothing more.
    while text(to + 1, to + 1).is_some_and(|next| word(&next.to_ascii_lowercase()).is_some())
        && says_it(from, to + 1)
    {
        to += 1;
    }
    text(from, to)
}

/// Suffixes of what one system alone installs or runs.
const SUFFIXES: [(&str, Os); 12] = [
    (".deb", Os::Linux),
    (".rpm", Os::Linux),
    (".appimage", Os::Linux),
    (".snap", Os::Linux),
    (".flatpak", Os::Linux),
    (".msi", Os::Windows),
    (".msix", Os::Windows),
    (".exe", Os::Windows),
    (".dll", Os::Windows),
    (".dmg", Os::MacOs),
    (".pkg", Os::MacOs),
    (".app.", Os::MacOs),
];

/// Suffixes behind which a name's last word may stand.
const ARCHIVES: [&str; 30] = [
    ".tar.gz",
    ".tar.xz",
    ".tar.zst",
    ".tar.bz2",
    ".tar.lz4",
    ".tar.lz",
    ".tgz",
    ".txz",
    ".tzst",
    ".tbz2",
    ".tar",
    ".zip",
    ".7z",
    ".gz",
    ".xz",
    ".zst",
    ".bz2",
    ".deb",
    ".rpm",
    ".appimage",
    ".snap",
    ".flatpak",
    ".msi",
    ".msix",
    ".exe",
    ".dll",
    ".dmg",
    ".pkg",
    ".node",
    ".wasm",
];

/// What a word says of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Os(Os),
    /// A processor by a word that means nothing else.
    Arch(Arch),
    /// A processor by a word that means it beside a system only.
    ArchBesideOs(Arch),
    OsArch(Os, Arch),
    OsLibc(Os, Libc),
    Libc(Libc),
    /// Both in one. Ex) `gnux32`
    LibcArch(Libc, Arch),
    /// One that stands between the others, or behind them.
    Neutral,
}

fn word(text: &str) -> Option<Word> {
    use Arch::{
        Arm, Arm64, Arm64be, Arm64ec, Armv6, Armv7, Ia64, Loong64, Mips, Mips64, Mips64le, Mipsle, Ppc,
        Ppc64, Ppc64le, Riscv64, S390x, Universal, Wasm, X32, X64, X86,
    };
    use Libc::{Glibc, Musl};
    Some(match text {
        "linux" | "ubuntu" | "debian" | "fedora" | "centos" | "rhel" => Word::Os(Os::Linux),
        "darwin" | "macos" | "macosx" | "osx" | "mac" => Word::Os(Os::MacOs),
        "windows" | "win" | "win32" => Word::Os(Os::Windows),
        "freebsd" => Word::Os(Os::FreeBsd),
        "openbsd" => Word::Os(Os::OpenBsd),
        "netbsd" => Word::Os(Os::NetBsd),
        "dragonfly" | "dragonflybsd" => Word::Os(Os::DragonFly),
        "solaris" | "sunos" | "illumos" => Word::Os(Os::Solaris),
        "android" | "androideabi" => Word::Os(Os::Android),
        "ios" | "iphoneos" | "iphonesimulator" => Word::Os(Os::Ios),
        "aix" => Word::Os(Os::Aix),
        "linux64" => Word::OsArch(Os::Linux, X64),
        "linux32" => Word::OsArch(Os::Linux, X86),
        "win64" => Word::OsArch(Os::Windows, X64),
        "macos64" | "osx64" => Word::OsArch(Os::MacOs, X64),
        "alpine" | "linuxmusl" | "musllinux" => Word::OsLibc(Os::Linux, Musl),
        "manylinux" | "manylinux1" | "manylinux2010" | "manylinux2014" => Word::OsLibc(Os::Linux, Glibc),
        "gnu" | "glibc" | "gnueabi" | "gnueabihf" | "gnuabi64" | "gnuabin32" => Word::Libc(Glibc),
        "gnux32" => Word::LibcArch(Glibc, X32),
        "musl" | "musleabi" | "musleabihf" | "muslabi64" => Word::Libc(Musl),
        "x86_64" | "x8664" | "amd64" | "x64" => Word::Arch(X64),
        "i386" | "i486" | "i586" | "i686" | "ia32" => Word::Arch(X86),
        "aarch64" | "arm64" | "arm64v8" | "arm64e" => Word::Arch(Arm64),
        "arm64ec" => Word::Arch(Arm64ec),
        "aarch64_be" => Word::Arch(Arm64be),
        "armv7" | "armv7l" | "armv7a" | "armv7hf" | "armhf" | "arm32v7" | "thumbv7neon" => Word::Arch(Armv7),
        "armv6" | "armv6l" | "armv6hf" | "arm32v6" => Word::Arch(Armv6),
        "armv5" | "armv5te" | "armv5l" | "armel" => Word::Arch(Arm),
        "ppc64le" | "powerpc64le" | "ppc64el" => Word::Arch(Ppc64le),
        "ppc64" | "powerpc64" => Word::Arch(Ppc64),
        "powerpc" => Word::Arch(Ppc),
        "riscv64" | "riscv64gc" => Word::Arch(Riscv64),
        "s390x" => Word::Arch(S390x),
        "loong64" | "loongarch64" => Word::Arch(Loong64),
        "mipsle" | "mipsel" => Word::Arch(Mipsle),
        "mips64" => Word::Arch(Mips64),
        "mips64le" | "mips64el" => Word::Arch(Mips64le),
        "wasm" | "wasm32" => Word::Arch(Wasm),
        "386" | "x86" | "32bit" => Word::ArchBesideOs(X86),
        "64bit" | "intel" => Word::ArchBesideOs(X64),
        "arm" | "arm32" => Word::ArchBesideOs(Arm),
        "armv8" | "silicon" => Word::ArchBesideOs(Arm64),
        "ppc" => Word::ArchBesideOs(Ppc),
        "mips" => Word::ArchBesideOs(Mips),
        "ia64" => Word::ArchBesideOs(Ia64),
        "universal" | "universal2" | "all" => Word::ArchBesideOs(Universal),
        "unknown" | "pc" | "apple" | "uwp" | "msvc" | "gnullvm" | "eabi" | "eabihf" | "ohos" => Word::Neutral,
        _ => return None,
    })
}

fn read(stem: &str, by_suffix: Option<Os>, from: TargetSource) -> Option<Target> {
    let mut words = split(stem);
    let had_label = remove_runner_labels(&mut words);
    let clusters = clusters(&words);
    let whole = clusters.iter().rev().find(|cluster| cluster.os.is_some() && cluster.arch.is_some());
    let found = match (whole, clusters.last()) {
        (Some(whole), _) => *whole,
        (None, Some(last)) if last.os.is_some() && last.is_at_end => *last,
        // What the suffix says, and the processor that stands anywhere.
        (None, last) if by_suffix.is_some() => {
            let arch = last.filter(|cluster| cluster.os.is_none()).and_then(|cluster| cluster.arch);
            Cluster { os: by_suffix, arch, ..Cluster::default() }
        }
        (None, Some(last)) if last.is_certain && !had_label => *last,
        _ => return None,
    };
    // A name that contradicts itself says nothing.
    if found.is_contradictory || found.os.zip(by_suffix).is_some_and(|(word, suffix)| word != suffix) {
        return None;
    }
    let os = found.os.or(by_suffix);
    let arch = found.arch.filter(|arch| *arch != Arch::Universal || os == Some(Os::MacOs));
    let arch = arch.filter(|_| !found.has_several_archs);
    let libc = found.libc.filter(|_| os == Some(Os::Linux));
    (os.is_some() || arch.is_some()).then_some(Target { os, arch, libc, from })
}

/// The words of a name in lower case; what is written in two parts is put
/// together again.
fn split(stem: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        let joined = match (words.last().map(String::as_str), part) {
            // Levels of x86-64 make no processor of its own.
            (Some("x86"), "64") | (Some("x86_64"), "v1" | "v2" | "v3" | "v4") => Some("x86_64"),
            (Some("aarch64"), "be") => Some("aarch64_be"),
            (Some("arm"), "v7") => Some("armv7"),
            (Some("arm"), "v6") => Some("armv6"),
            (Some("linux"), "64") => Some("linux64"),
            (Some("linux"), "32") => Some("linux32"),
            (Some("win" | "windows"), "64") => Some("win64"),
            (Some("osx" | "macos" | "darwin"), "64") => Some("macos64"),
            (Some("32"), "bit") => Some("32bit"),
            (Some("64"), "bit") => Some("64bit"),
            _ => None,
        };
        match (joined, words.last_mut()) {
            (Some(joined), Some(last)) => joined.clone_into(last),
            _ => words.push(match part {
                "amd64v1" | "amd64v2" | "amd64v3" | "amd64v4" => "amd64".to_owned(),
                _ => part.to_owned(),
            }),
        }
    }
    words
}

/// Takes out the labels of GitHub's runners, as `ubuntu-24.04-arm`. Whether
/// there was any.
fn remove_runner_labels(words: &mut Vec<String>) -> bool {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let mut found = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1).map_or("", String::as_str);
        let is_version = match word.as_str() {
            "ubuntu" => (next.len() == 2 && is_number(next)) || next == "slim",
            "macos" => next.len() == 2 && is_number(next) && next != "10",
            "windows" => matches!(next, "2016" | "2019" | "2022" | "2025" | "11"),
            _ => false,
        };
        let is_system = matches!(word.as_str(), "ubuntu" | "macos" | "windows");
        if !(is_version || is_system && next == "latest") {
            at += 1;
            continue;
        }
        found = true;
        let rest = words.iter().skip(at + 2);
        let follow = rest
            .take_while(|word| {
                is_number(word) || matches!(word.as_str(), "arm" | "arm64" | "intel" | "large" | "xlarge")
            })
            .count();
        words.splice(at..at + 2 + follow, [String::new()]);
    }
    found
}

/// Words that stand side by side.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations of one name")]
struct Cluster {
    os: Option<Os>,
    arch: Option<Arch>,
    libc: Option<Libc>,
    /// Whether its processor is given by a word that means nothing else.
    is_certain: bool,
    has_several_archs: bool,
    is_contradictory: bool,
    /// Whether nothing but versions and variants follows.
    is_at_end: bool,
}

impl Cluster {
    fn add(&mut self, word: Word) {
        match word {
            Word::Os(os) => self.add_os(os),
            Word::Arch(arch) => {
                self.is_certain = true;
                self.add_arch(arch);
            }
            Word::ArchBesideOs(arch) => self.add_arch(arch),
            Word::OsArch(os, arch) => {
                self.add_os(os);
                self.add_arch(arch);
            }
            Word::OsLibc(os, libc) => {
                self.add_os(os);
                self.libc = Some(libc);
            }
            Word::Libc(libc) => self.libc = Some(libc),
            Word::LibcArch(libc, arch) => (self.libc, self.arch) = (Some(libc), Some(arch)),
            Word::Neutral => {}
        }
    }

    fn add_os(&mut self, os: Os) {
        match (self.os, os) {
            // `aarch64-linux-android`
            (Some(Os::Linux), Os::Android) => self.os = Some(os),
            (Some(there), os) if there != os => self.is_contradictory = true,
            _ => self.os = Some(os),
        }
    }

    fn add_arch(&mut self, arch: Arch) {
        match self.arch {
            Some(there) if there != arch => self.has_several_archs = true,
            _ => self.arch = Some(arch),
        }
    }
}

/// Words that say how something was built or packed, at the end of a name.
const VARIANTS: [&str; 16] = [
    "setup",
    "installer",
    "portable",
    "static",
    "dynamic",
    "debug",
    "release",
    "baseline",
    "modern",
    "stripped",
    "full",
    "minimal",
    "threads",
    "hardfloat",
    "softfloat",
    "app",
];

fn clusters(words: &[String]) -> Vec<Cluster> {
    let mut found: Vec<Cluster> = Vec::new();
    let mut is_open = false;
    for text in words {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
        match word(text) {
            Some(Word::Neutral) if !is_open => {}
            Some(word) => {
                if !is_open {
                    found.push(Cluster::default());
                    is_open = true;
                }
                if let Some(cluster) = found.last_mut() {
                    cluster.add(word);
                    cluster.is_at_end = true;
                }
            }
            // `manylinux_2_28_x86_64`
            None if is_number => {}
            None => {
                is_open = false;
                let is_variant = VARIANTS.contains(&text.as_str()) || text.is_empty();
                if let Some(last) = found.last_mut().filter(|_| !is_variant) {
                    last.is_at_end = false;
                }
            }
        }
    }
    // A cluster that another one follows is not at the end.
    let last = found.len().saturating_sub(1);
    found.iter_mut().take(last).for_each(|cluster| cluster.is_at_end = false);
    found.retain(|cluster| cluster.os.is_some() || cluster.arch.is_some());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(target: Option<Target>) -> [String; 3] {
        let word = |word: Option<&'static str>| word.unwrap_or("-").to_owned();
        [
            word(target.and_then(|target| target.os).map(Os::as_str)),
            word(target.and_then(|target| target.arch).map(Arch::as_str)),
            word(target.and_then(|target| target.libc).map(Libc::as_str)),
        ]
    }

    /// Names of release assets and artifacts as projects of many languages give
    /// them, each with what a reader of it would say.
    #[test]
    fn names_of_many_projects() {
        let table = include_str!("../../../tests/data/targets.tsv");
        let mut wrong = Vec::new();
        let mut count = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let [name, expected @ ..]: [&str; 4] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let by_file = shown(Target::of_file(&name.parse().unwrap()));
            let by_artifact = shown(Target::of_artifact(name));
            let is_right = |found: &[String; 3]| *found == expected;
            // An artifact has no suffix.
            if !is_right(&by_file) || (!name.contains('.') && !is_right(&by_artifact)) {
                wrong.push(format!("{name}: {by_file:?} {by_artifact:?}, expected {expected:?}"));
            }
            count += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(count > 150, "{count}");
    }

    #[test]
    fn where_it_is_from() {
        let target = Target::of_artifact("wheels-linux-x86_64").unwrap();
        assert_eq!(
            serde_json::to_string(&target).unwrap(),
            r#"{"os":"linux","arch":"x64","from":"artifact-name"}"#
        );
        assert_eq!(
            (target.to_string(), target.from.to_string()),
            ("linux x64".into(), "the name of its artifact".into())
        );
    }

    proptest::proptest! {
        #[test]
        fn any_name_is_answered(name in "[ -~é]{1,60}") {
            let _ = Target::of_artifact(&name);
            if let Ok(name) = name.parse() {
                let _ = Target::of_file(&name);
            }
        }
    }
}
