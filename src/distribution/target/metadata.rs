//! Targets by metadata: platform tags of wheels, and package.json.

use std::collections::BTreeSet;

use super::{Arch, Libc, Os, Target, TargetSource};
use crate::distribution::machine::Machine;
use crate::distribution::npm::PackageJson;
use crate::distribution::wheel::{PlatformTag, System, TagSet};

impl Target {
    /// What the platform tags of a wheel say: what all of them agree on. None
    /// for `any`, and for tags of several systems.
    pub(crate) fn of_tags(platforms: &TagSet) -> Option<Self> {
        let tags: Vec<PlatformTag> = platforms.iter().map(PlatformTag::of).collect();
        let os = only(tags.iter().map(|tag| os(tag.system())))?;
        let machines: BTreeSet<Machine> =
            tags.iter().filter_map(PlatformTag::machines).flatten().copied().collect();
        let arch = match (os, machines.iter().copied().collect::<Vec<_>>().as_slice()) {
            (_, [machine]) => Arch::of(*machine),
            (Some(Os::MacOs), [Machine::X86_64, Machine::Aarch64]) => Some(Arch::Universal),
            _ => None,
        };
        let libc = only(tags.iter().map(|tag| match tag.system() {
            System::Linux(libc) => libc,
            _ => None,
        }));
        let is_any = os.is_none() && arch.is_none();
        (!is_any).then_some(Self { os, arch, libc: libc.flatten(), from: TargetSource::PlatformTags })
    }

    /// What `os`, `cpu` and `libc` of a package.json say, where each names one.
    /// None if none does.
    pub(crate) fn of_package(package: &PackageJson) -> Option<Self> {
        let os = single(package.os()).and_then(node_platform);
        let arch = single(package.cpu()).and_then(|cpu| node_arch(cpu, os));
        let libc = single(package.libc()).and_then(|libc| match libc {
            "glibc" => Some(Libc::Glibc),
            "musl" => Some(Libc::Musl),
            _ => None,
        });
        let says = os.is_some() || arch.is_some();
        says.then_some(Self {
            os,
            arch,
            libc: libc.filter(|_| os == Some(Os::Linux)),
            from: TargetSource::PackageJson,
        })
    }
}

/// The value that all have.
fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn single(values: &[String]) -> Option<&str> {
    match values {
        [value] => Some(value),
        _ => None,
    }
}

const fn os(system: System) -> Option<Os> {
    match system {
        System::Linux(_) => Some(Os::Linux),
        System::MacOs => Some(Os::MacOs),
        System::Windows => Some(Os::Windows),
        System::Ios => Some(Os::Ios),
        System::Android => Some(Os::Android),
        System::FreeBsd => Some(Os::FreeBsd),
        System::Any | System::Emscripten | System::Wasi | System::Other => None,
    }
}

/// A system as `process.platform` of Node has it.
fn node_platform(name: &str) -> Option<Os> {
    Some(match name {
        "linux" => Os::Linux,
        "darwin" => Os::MacOs,
        "win32" => Os::Windows,
        "android" => Os::Android,
        "freebsd" => Os::FreeBsd,
        "openbsd" => Os::OpenBsd,
        "netbsd" => Os::NetBsd,
        "sunos" => Os::Solaris,
        "aix" => Os::Aix,
        _ => return None,
    })
}

/// A processor as `process.arch` of Node has it, which does not distinguish the
/// two byte orders of ppc64.
fn node_arch(name: &str, os: Option<Os>) -> Option<Arch> {
    Some(match name {
        "x64" => Arch::X64,
        "ia32" => Arch::X86,
        "arm64" => Arch::Arm64,
        "arm" => Arch::Arm,
        "ppc64" if os == Some(Os::Linux) => Arch::Ppc64le,
        "riscv64" => Arch::Riscv64,
        "s390x" => Arch::S390x,
        "loong64" => Arch::Loong64,
        "mips" => Arch::Mips,
        "mipsel" => Arch::Mipsle,
        "wasm32" => Arch::Wasm,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(platforms: &str) -> Option<String> {
        let name = format!("p-1.0-py3-none-{platforms}.whl").parse().unwrap();
        let wheel = crate::distribution::wheel::WheelFilename::new(&name).unwrap();
        Target::of_tags(wheel.platform()).map(|target| target.to_string())
    }

    #[test]
    fn of_tags() {
        for (platforms, target) in [
            ("any", None),
            ("manylinux_2_17_x86_64.manylinux2014_x86_64", Some("linux x64 glibc")),
            ("musllinux_1_2_aarch64", Some("linux arm64 musl")),
            ("manylinux_2_17_x86_64.musllinux_1_1_x86_64", Some("linux x64")),
            ("linux_armv7l", Some("linux arm")),
            ("macosx_11_0_universal2", Some("macos universal")),
            ("macosx_10_13_x86_64.macosx_11_0_arm64", Some("macos universal")),
            ("macosx_10_6_intel", Some("macos")),
            ("win32", Some("windows x86")),
            ("win32.win_amd64", Some("windows")),
            ("win_amd64.manylinux2014_x86_64", None),
            ("pyemscripten_2026_0_wasm32", Some("wasm")),
        ] {
            assert_eq!(tags(platforms).as_deref(), target, "{platforms}");
        }
    }

    #[test]
    fn of_packages() {
        for (fields, target) in [
            ("", None),
            (r#", "os": ["win32"], "cpu": ["x64"]"#, Some("windows x64")),
            (r#", "os": ["linux"], "cpu": ["x64"], "libc": ["musl"]"#, Some("linux x64 musl")),
            (r#", "os": ["linux"], "cpu": ["ppc64"]"#, Some("linux ppc64le")),
            (r#", "os": ["darwin", "linux"], "cpu": ["arm64"]"#, Some("arm64")),
            (r#", "os": ["!win32"]"#, None),
        ] {
            let json = format!(r#"{{"name": "p", "version": "1.0.0"{fields}}}"#);
            let package = PackageJson::read(json.as_bytes()).unwrap();
            let found = Target::of_package(&package).map(|target| target.to_string());
            assert_eq!(found.as_deref(), target, "{fields}");
        }
    }
}
