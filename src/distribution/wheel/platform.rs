//! What a platform tag means ("Platform compatibility tags", "Platform tag"):
//! which system, for which machines the code in such a wheel may be, and
//! whether PyPI takes it.

use super::tag::Tag;
use crate::distribution::machine::Machine::{
    self, Aarch64, Arm, Ia64, Loongarch64, Mips64, Mips64el, Ppc, Ppc64, Ppc64le, Riscv64, S390x, Wasm32,
    X86, X86_64,
};
use crate::distribution::target::Libc;

/// A system on which wheels are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum System {
    /// Every one. Ex) `any`
    Any,
    /// Linux, with a C library; none if it is that of whoever built the wheel.
    Linux(Option<Libc>),
    /// Ex) `macosx_11_0_arm64`
    MacOs,
    /// Ex) `win_amd64`
    Windows,
    /// A device or a simulator. Ex) `ios_13_0_arm64_iphoneos`
    Ios,
    /// Ex) `android_21_arm64_v8a`
    Android,
    /// Pyodide too. Ex) `pyemscripten_2026_0_wasm32`, `pyodide_2025_0_wasm32`
    Emscripten,
    /// Ex) `wasi_0_0_0_wasm32`
    Wasi,
    /// Ex) `freebsd_14_0_release_amd64`
    FreeBsd,
    /// One that is not known here.
    Other,
}

/// Machines, sorted; at least one.
type Machines = &'static [Machine];

/// How a family of tags begins, how many numbers follow, the system, and the
/// machines of what stands after the numbers.
type Family = (&'static str, usize, System, fn(&str) -> Option<Machines>);

/// A family whose beginning is that of another one stands behind it.
const FAMILIES: [Family; 13] = [
    ("manylinux_", 2, System::Linux(Some(Libc::Glibc)), linux),
    ("manylinux", 1, System::Linux(Some(Libc::Glibc)), linux),
    ("musllinux_", 2, System::Linux(Some(Libc::Musl)), linux),
    ("linux_", 0, System::Linux(None), linux),
    ("macosx_", 2, System::MacOs, macos),
    ("win_", 0, System::Windows, windows),
    ("ios_", 2, System::Ios, ios),
    ("android_", 1, System::Android, android),
    ("pyemscripten_", 2, System::Emscripten, wasm),
    ("pyodide_", 2, System::Emscripten, wasm),
    ("emscripten_", 3, System::Emscripten, wasm),
    ("wasi_", 3, System::Wasi, wasm),
    ("freebsd_", 2, System::FreeBsd, freebsd),
];

/// The meaning of a platform tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlatformTag {
    system: System,
    machines: Option<Machines>,
    requires_all: bool,
    version: Option<(u16, u16)>,
}

impl PlatformTag {
    /// What a tag means.
    #[must_use]
    pub(crate) fn of(tag: &Tag) -> Self {
        let tag = tag.as_str();
        let (system, machines) = match tag {
            "any" => (System::Any, None),
            "win32" => (System::Windows, Some(&[X86][..])),
            _ => FAMILIES
                .iter()
                .find_map(|(prefix, count, system, machines)| {
                    let rest = tag.strip_prefix(prefix)?;
                    Some((*system, after_numbers(rest, *count).and_then(machines)))
                })
                .unwrap_or((System::Other, None)),
        };
        let requires_all = system == System::MacOs && machines.is_some() && tag.ends_with("_universal2");
        Self { system, machines, requires_all, version: version(tag) }
    }

    /// The system.
    #[must_use]
    pub(crate) const fn system(&self) -> System {
        self.system
    }

    /// For which machines the code in a wheel with this tag may be, sorted and
    /// at least one; nothing if the tag does not say, as `any`, or is not
    /// known here.
    #[must_use]
    pub(crate) const fn machines(&self) -> Option<&'static [Machine]> {
        self.machines
    }

    /// The version of glibc, musl or macOS that a wheel with this tag asks for
    /// at least: major and minor number.
    #[must_use]
    pub(crate) const fn version(&self) -> Option<(u16, u16)> {
        self.version
    }

    /// Whether every native file should have code for all of these machines,
    /// and not for one alone: a `universal2` wheel is installed on both. The
    /// older names for several machines were never checked so strictly.
    #[must_use]
    pub(crate) const fn requires_all(&self) -> bool {
        self.requires_all
    }
}

/// What the older names for a version of glibc stand for (PEP 600, "Legacy
/// manylinux tags").
const LEGACY_MANYLINUX: [(&str, (u16, u16)); 3] =
    [("manylinux1_", (2, 5)), ("manylinux2010_", (2, 12)), ("manylinux2014_", (2, 17))];

/// The version in a tag for Linux or macOS.
fn version(tag: &str) -> Option<(u16, u16)> {
    if let Some((_, version)) = LEGACY_MANYLINUX.iter().find(|(prefix, _)| tag.starts_with(prefix)) {
        return Some(*version);
    }
    let rest = ["manylinux_", "musllinux_", "macosx_"].iter().find_map(|prefix| tag.strip_prefix(prefix))?;
    let mut numbers = rest.splitn(3, '_');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// What follows a text's first numbers, each with `_` behind it.
fn after_numbers(text: &str, count: usize) -> Option<&str> {
    (0..count).try_fold(text, |text, _| {
        let (number, rest) = text.split_once('_')?;
        is_number(number).then_some(rest)
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// As `uname -m` and the manylinux policies call them. An `armv8l` is the
/// 32-bit side of a 64-bit processor.
fn linux(arch: &str) -> Option<Machines> {
    Some(match arch {
        "i386" | "i486" | "i586" | "i686" => &[X86],
        "x86_64" => &[X86_64],
        "armv5l" | "armv5tel" | "armv6l" | "armv7l" | "armv8l" => &[Arm],
        "aarch64" => &[Aarch64],
        "ppc" => &[Ppc],
        "ppc64" => &[Ppc64],
        "ppc64le" => &[Ppc64le],
        "s390x" => &[S390x],
        "riscv64" => &[Riscv64],
        "loongarch64" => &[Loongarch64],
        // Both ends come first under this name.
        "mips64" => &[Mips64, Mips64el],
        "mips64el" => &[Mips64el],
        "ia64" => &[Ia64],
        _ => return None,
    })
}

/// The machines of macOS, and the names for several of them (`packaging`,
/// `tags._mac_binary_formats`).
fn macos(arch: &str) -> Option<Machines> {
    Some(match arch {
        "i386" => &[X86],
        "x86_64" => &[X86_64],
        "arm64" => &[Aarch64],
        "ppc" => &[Ppc],
        "ppc64" => &[Ppc64],
        "universal2" => &[X86_64, Aarch64],
        "intel" => &[X86, X86_64],
        "fat" => &[X86, Ppc],
        "fat3" => &[X86, X86_64, Ppc],
        "fat64" => &[X86_64, Ppc64],
        "universal" => &[X86, X86_64, Ppc, Ppc64],
        _ => return None,
    })
}

fn windows(arch: &str) -> Option<Machines> {
    Some(match arch {
        "amd64" => &[X86_64],
        "arm64" => &[Aarch64],
        "arm32" => &[Arm],
        "ia64" => &[Ia64],
        _ => return None,
    })
}

fn ios(arch: &str) -> Option<Machines> {
    Some(match arch {
        "arm64_iphoneos" | "arm64_iphonesimulator" => &[Aarch64],
        "x86_64_iphonesimulator" => &[X86_64],
        _ => return None,
    })
}

/// The ABIs of the Android NDK, `-` as `_`.
fn android(abi: &str) -> Option<Machines> {
    Some(match abi {
        "armeabi_v7a" => &[Arm],
        "arm64_v8a" => &[Aarch64],
        "x86" => &[X86],
        "x86_64" => &[X86_64],
        "riscv64" => &[Riscv64],
        _ => return None,
    })
}

fn wasm(arch: &str) -> Option<Machines> {
    (arch == "wasm32").then_some(&[Wasm32])
}

/// After the release's name: `release_amd64`, `release_p2_amd64`.
fn freebsd(release: &str) -> Option<Machines> {
    let (_, arch) = release.rsplit_once('_')?;
    Some(match arch {
        "i386" => &[X86],
        "amd64" => &[X86_64],
        "arm64" | "aarch64" => &[Aarch64],
        "armv6" | "armv7" => &[Arm],
        "powerpc" => &[Ppc],
        "powerpc64" => &[Ppc64],
        "powerpc64le" => &[Ppc64le],
        "riscv64" | "riscv" => &[Riscv64],
        _ => return None,
    })
}

/// Platform tags that PyPI takes, to the letter.
const ON_PYPI: [&str; 18] = [
    "any",
    "win32",
    "win_arm64",
    "win_amd64",
    "win_ia64",
    "manylinux1_x86_64",
    "manylinux1_i686",
    "manylinux2010_x86_64",
    "manylinux2010_i686",
    "manylinux2014_x86_64",
    "manylinux2014_i686",
    "manylinux2014_aarch64",
    "manylinux2014_armv7l",
    "manylinux2014_ppc64",
    "manylinux2014_ppc64le",
    "manylinux2014_s390x",
    "linux_armv6l",
    "linux_armv7l",
];

/// Families of tags that PyPI takes whatever their numbers are: how one
/// begins, how many numbers follow, and what after them.
const FAMILIES_ON_PYPI: [(&str, usize, &[&str]); 6] = [
    ("manylinux_", 2, &["x86_64", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x", "riscv64"]),
    ("musllinux_", 2, &["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64"]),
    ("macosx_10_", 1, &MACOS_ON_PYPI),
    ("ios_", 2, &["arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphoneos", "x86_64_iphonesimulator"]),
    ("android_", 1, &["armeabi_v7a", "arm64_v8a", "x86", "x86_64"]),
    ("pyemscripten_", 2, &["wasm32"]),
];

/// What follows the version of macOS.
const MACOS_ON_PYPI: [&str; 11] =
    ["ppc", "ppc64", "i386", "x86_64", "arm64", "intel", "fat", "fat3", "fat64", "universal", "universal2"];

/// Versions of macOS after 10, which have no minor one.
const MACOS_VERSIONS_ON_PYPI: [&str; 6] = ["11_0", "12_0", "13_0", "14_0", "15_0", "26_0"];

/// Whether PyPI takes a wheel with this platform tag (warehouse,
/// `utils/wheel.py`, `is_valid_platform_tag`, August 2026). One that it does
/// not know is refused, whatever else the name says.
#[must_use]
pub(crate) fn pypi_takes(tag: &Tag) -> bool {
    let tag = tag.as_str();
    let is_of = |(prefix, count, ends): &(&str, usize, &[&str])| {
        tag.strip_prefix(prefix)
            .and_then(|rest| after_numbers(rest, *count))
            .is_some_and(|end| ends.contains(&end))
    };
    let is_macos = || {
        let (version, arch) = tag.strip_prefix("macosx_").and_then(|rest| rest.split_at_checked(4))?;
        let arch = arch.strip_prefix('_')?;
        Some(MACOS_VERSIONS_ON_PYPI.contains(&version) && MACOS_ON_PYPI.contains(&arch))
    };
    ON_PYPI.contains(&tag) || FAMILIES_ON_PYPI.iter().any(is_of) || is_macos().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{TagSet, WheelFilename};
    use super::*;

    fn tag(tag: &str) -> Tag {
        tag.parse().unwrap()
    }

    #[test]
    fn what_tags_mean() {
        use System::{Android, Any, Emscripten, FreeBsd, Ios, Linux, MacOs, Other, Wasi, Windows};
        for (given, system, machines) in [
            ("any", Any, None),
            ("manylinux1_i686", Linux(Some(Libc::Glibc)), Some(&[X86][..])),
            ("manylinux2014_aarch64", Linux(Some(Libc::Glibc)), Some(&[Aarch64])),
            ("manylinux_2_28_x86_64", Linux(Some(Libc::Glibc)), Some(&[X86_64])),
            ("manylinux_2_36_loongarch64", Linux(Some(Libc::Glibc)), Some(&[Loongarch64])),
            ("musllinux_1_2_armv7l", Linux(Some(Libc::Musl)), Some(&[Arm])),
            ("musllinux_1_2_ppc64le", Linux(Some(Libc::Musl)), Some(&[Ppc64le])),
            ("linux_armv6l", Linux(None), Some(&[Arm])),
            ("linux_s390x", Linux(None), Some(&[S390x])),
            ("linux_riscv64", Linux(None), Some(&[Riscv64])),
            ("linux_ppc64", Linux(None), Some(&[Ppc64])),
            ("macosx_10_9_x86_64", MacOs, Some(&[X86_64])),
            ("macosx_11_0_arm64", MacOs, Some(&[Aarch64])),
            ("macosx_11_0_universal2", MacOs, Some(&[X86_64, Aarch64])),
            ("macosx_10_6_intel", MacOs, Some(&[X86, X86_64])),
            ("macosx_10_5_fat", MacOs, Some(&[X86, Ppc])),
            ("macosx_10_5_fat3", MacOs, Some(&[X86, X86_64, Ppc])),
            ("macosx_10_5_fat64", MacOs, Some(&[X86_64, Ppc64])),
            ("macosx_10_5_universal", MacOs, Some(&[X86, X86_64, Ppc, Ppc64])),
            ("win32", Windows, Some(&[X86])),
            ("win_amd64", Windows, Some(&[X86_64])),
            ("win_arm64", Windows, Some(&[Aarch64])),
            ("win_ia64", Windows, Some(&[Ia64])),
            ("ios_13_0_arm64_iphoneos", Ios, Some(&[Aarch64])),
            ("ios_13_0_x86_64_iphonesimulator", Ios, Some(&[X86_64])),
            ("android_21_arm64_v8a", Android, Some(&[Aarch64])),
            ("android_16_armeabi_v7a", Android, Some(&[Arm])),
            ("android_27_x86", Android, Some(&[X86])),
            ("pyemscripten_2026_0_wasm32", Emscripten, Some(&[Wasm32])),
            ("pyodide_2025_0_wasm32", Emscripten, Some(&[Wasm32])),
            ("emscripten_3_1_58_wasm32", Emscripten, Some(&[Wasm32])),
            ("wasi_0_0_0_wasm32", Wasi, Some(&[Wasm32])),
            ("freebsd_14_0_release_amd64", FreeBsd, Some(&[X86_64])),
            ("freebsd_14_0_release_p2_arm64", FreeBsd, Some(&[Aarch64])),
            // Known in part, or not at all.
            ("manylinux_2_28_vax", Linux(Some(Libc::Glibc)), None),
            ("manylinux_2_x86_64", Linux(Some(Libc::Glibc)), None),
            ("manylinux_x86_64", Linux(Some(Libc::Glibc)), None),
            ("musllinux_x86_64", Linux(Some(Libc::Musl)), None),
            ("macosx_11_arm64", MacOs, None),
            ("macosx_10_15_amd64", MacOs, None),
            ("macosx_universal2", MacOs, None),
            ("win_x86", Windows, None),
            ("ios_13_0_x86_64_iphoneos", Ios, None),
            ("android_21", Android, None),
            ("wasi_0_0_0_wasm64", Wasi, None),
            ("aix_7_2_ppc64", Other, None),
            ("manylinux", Linux(Some(Libc::Glibc)), None),
            ("none", Other, None),
        ] {
            let platform = PlatformTag::of(&tag(given));
            assert_eq!((platform.system(), platform.machines()), (system, machines), "{given}");
            assert_eq!(platform.requires_all(), machines == Some(&[X86_64, Aarch64]), "{given}");
        }
    }

    #[test]
    fn versions() {
        for (given, version) in [
            ("manylinux1_x86_64", Some((2, 5))),
            ("manylinux2010_i686", Some((2, 12))),
            ("manylinux2014_aarch64", Some((2, 17))),
            ("manylinux_2_28_x86_64", Some((2, 28))),
            ("musllinux_1_2_x86_64", Some((1, 2))),
            ("macosx_10_13_universal2", Some((10, 13))),
            ("macosx_11_arm64", None),
            ("linux_x86_64", None),
            ("win_amd64", None),
        ] {
            assert_eq!(PlatformTag::of(&tag(given)).version(), version, "{given}");
        }
    }

    #[test]
    fn what_pypi_takes() {
        let accepted = "any win32 win_arm64 win_amd64 win_ia64 manylinux1_x86_64 manylinux1_i686 manylinux2010_x86_64 \
            manylinux2010_i686 manylinux2014_x86_64 manylinux2014_i686 manylinux2014_aarch64 manylinux2014_armv7l \
            manylinux2014_ppc64 manylinux2014_ppc64le manylinux2014_s390x linux_armv6l linux_armv7l \
            macosx_10_0_ppc macosx_10_15_arm64 macosx_10_99_universal2 macosx_11_0_arm64 macosx_12_0_intel \
            macosx_13_0_i386 macosx_14_0_universal2 macosx_15_0_x86_64 macosx_26_0_arm64 manylinux_2_17_x86_64 \
            manylinux_2_39_riscv64 manylinux_2_28_ppc64 manylinux_9_9_i686 musllinux_1_2_riscv64 musllinux_1_1_s390x \
            ios_13_0_arm64_iphoneos ios_13_0_x86_64_iphonesimulator android_27_x86 android_21_arm64_v8a \
            pyemscripten_2026_0_wasm32 MACOSX_11_0_ARM64";
        for platform in accepted.split_whitespace() {
            assert!(pypi_takes(&tag(platform)), "{platform}");
        }
        let refused = "linux_x86_64 linux_aarch64 macosx_11_2_arm64 macosx_16_0_arm64 macosx_27_0_arm64 macosx_9_0_ppc \
            macosx_11_00_arm64 macosx_11_0 macosx_11_0_fat32 macosx_10_15_amd64 macosx_10__arm64 macosx_11_0arm64 \
            manylinux_2_36_loongarch64 musllinux_1_2_ppc64 manylinux2014_riscv64 manylinux_2_x86_64 manylinux_x86_64 \
            manylinux1_aarch64 emscripten_3_1_58_wasm32 pyodide_2025_0_wasm32 wasi_0_0_0_wasm32 aix_7_2_ppc64 \
            freebsd_14_0_release_amd64 android_27_riscv64 android_arm64_v8a ios_13_0_i386_iphonesimulator \
            ios_13_arm64_iphoneos win64 none ANY_ pyemscripten_2026_wasm32 macosx_é";
        for refused in refused.split_whitespace().filter_map(|tag| tag.parse().ok()) {
            assert!(!pypi_takes(&refused), "{refused}");
        }
    }

    /// Names that PyPI's own code judged (`tests/data/README.md`).
    #[test]
    fn what_pypi_said() {
        let mut judged = (0, 0);
        for line in include_str!("../../../tests/data/names.tsv").lines().skip(1) {
            let columns: Vec<_> = line.split('\t').collect();
            let (name, verdict) = (columns[0], columns[8]);
            let Ok(wheel) = name.parse::<WheelFilename>() else { continue };
            if verdict == "OK" {
                judged.0 += 1;
                assert!(wheel.platform().iter().all(pypi_takes), "{name}");
            } else if let Some(refused) = verdict.strip_prefix("400 unsupported platform tag ") {
                judged.1 += 1;
                assert!(!pypi_takes(&tag(refused)), "{name}");
                assert!(wheel.platform().tags().contains(&tag(refused)), "{name}");
            }
        }
        assert!(judged.0 > 80 && judged.1 > 12, "{judged:?}");
    }

    proptest! {
        #[test]
        fn what_pypi_takes_has_a_meaning(
            parts in prop::collection::vec("any|win32|win|amd64|manylinux(1|2014)?|musllinux|macosx|ios|android|[0-9]{1,2}|x86_64|arm64|universal2|iphoneos|v8a|wasm32|pyemscripten", 1..6),
        ) {
            let set: TagSet = parts.join("_").parse().unwrap();
            for tag in set.iter() {
                let platform = PlatformTag::of(tag);
                prop_assert!(!pypi_takes(tag) || platform.system() != System::Other);
                prop_assert!(platform.machines().is_none_or(|machines| !machines.is_empty() && machines.is_sorted()));
            }
        }
    }
}
