//! The kinds of wheels: an interpreter and a platform family.

use std::fmt;

use crate::distribution::wheel::{PlatformTag, Tag, TagTriple, WheelFilename};

/// The most tag triples of a wheel that is compared.
const MAX_TRIPLES: usize = 32;

/// One field in the table of a project's wheels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    /// The interpreter.
    pub interpreter: Interpreter,
    /// The platform tag without a version, `manylinux_x86_64`. Those for
    /// several machines count for each of them.
    pub platform: String,
}

/// What runs a wheel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interpreter {
    /// Every Python of a major version. Ex) `py3`
    Python(String),
    /// One minor version of `CPython` 3. Ex) `cp313`, `cp313t`, `cp37m`
    CPython {
        /// The minor version.
        minor: u16,
        /// By the wheel's ABI.
        name: String,
    },
    /// The stable ABI, whatever the first version that it is for. Ex) `abi3`,
    /// `abi3t`
    Stable(String),
    /// Ex) `pp310`, `graalpy311`, `cp27`
    Other(String),
}

impl Interpreter {
    fn of(python: &Tag, abi: &Tag) -> Self {
        let (python, abi) = (python.as_str(), abi.as_str());
        if abi.starts_with("abi3") {
            return Self::Stable(abi.to_owned());
        }
        let name = if abi.starts_with(python) { abi } else { python }.to_owned();
        match minor_of(python) {
            Some(minor) => Self::CPython { minor, name },
            None if python.starts_with("py") => Self::Python(name),
            None => Self::Other(name),
        }
    }

    /// Whether those that one runs on can use the other, on one platform. A
    /// wheel for the stable ABI counts for each version, and the other way
    /// round, since projects move from one to the other.
    fn is_served_by(&self, other: &Self) -> bool {
        let is_threaded = |name: &str| name.ends_with('t');
        match (self, other) {
            (Self::Python(old), Self::Python(new)) => old == new || new == "py3" && old != "py2",
            (_, Self::Python(name)) => name == "py3",
            (Self::CPython { name, .. }, Self::Stable(abi))
            | (Self::Stable(abi), Self::CPython { name, .. }) => is_threaded(name) == is_threaded(abi),
            (Self::Python(name), Self::CPython { .. } | Self::Stable(_)) => name != "py2",
            _ => self == other,
        }
    }
}

impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python(name) | Self::CPython { name, .. } | Self::Stable(name) | Self::Other(name) => {
                f.write_str(name)
            }
        }
    }
}

/// The minor version of a tag for `CPython` 3.
fn minor_of(python: &str) -> Option<u16> {
    python.strip_prefix("cp3")?.parse().ok()
}

impl Cell {
    /// The fields that a wheel fills, and each with its platform tag and, for
    /// the stable ABI, its first Python. None of a wheel with tags by the
    /// hundred.
    pub(super) fn of(wheel: &WheelFilename) -> Vec<(Self, Floor)> {
        let triples = wheel.tags();
        if triples.combinations() > MAX_TRIPLES {
            return Vec::new();
        }
        let cell = |triple: TagTriple| {
            let interpreter = Interpreter::of(triple.python(), triple.abi());
            let floor =
                Floor { python: minor_of(triple.python().as_str()), system: numbers(triple.platform()) };
            let families = families(triple.platform().as_str());
            families
                .into_iter()
                .map(move |platform| (Self { interpreter: interpreter.clone(), platform }, floor))
        };
        triples.expanded().flat_map(cell).collect()
    }

    /// Whether whoever used the one can use the other.
    pub(super) fn is_served_by(&self, other: &Self) -> bool {
        let same_platform = self.platform == other.platform || other.platform == "any";
        same_platform && self.interpreter.is_served_by(&other.interpreter)
    }
}

/// The oldest Python and system that a wheel's tags allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Floor {
    /// The minor version of `CPython` 3.
    pub python: Option<u16>,
    /// The version of the C library or of the system.
    pub system: Option<(u16, u16)>,
}

impl Floor {
    /// The oldest of both.
    pub(super) fn lowest(self, other: Self) -> Self {
        Self {
            python: self.python.into_iter().chain(other.python).min(),
            system: self.system.into_iter().chain(other.system).min(),
        }
    }
}

/// A platform tag without the version in it, once for each machine:
/// `manylinux_x86_64`, `macosx_arm64`, `win32`.
fn families(tag: &str) -> Vec<String> {
    let (system, rest) = tag.split_once('_').unwrap_or((tag, ""));
    let system = match system.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "manylinux" => "manylinux",
        "pyodide" | "pyemscripten" | "emscripten" => "emscripten",
        _ => system,
    };
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let machine: Vec<&str> = rest.split('_').skip_while(is_number).collect();
    let machine = machine.join("_");
    let family = |machine: &str| format!("{system}_{machine}");
    match (system, machine.as_str()) {
        ("macosx", "universal2") => vec![family("arm64"), family("x86_64")],
        ("macosx", "intel") => vec![family("i386"), family("x86_64")],
        (_, "") => vec![tag.to_owned()],
        (_, machine) => vec![family(machine)],
    }
}

/// The version in a platform tag, where a lower one means more systems.
fn numbers(tag: &Tag) -> Option<(u16, u16)> {
    PlatformTag::of(tag).version()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(name: &str) -> Vec<String> {
        let wheel = WheelFilename::new(&name.parse().unwrap()).unwrap();
        let mut cells: Vec<String> = Cell::of(&wheel)
            .into_iter()
            .map(|(cell, _)| format!("{} {}", cell.interpreter, cell.platform))
            .collect();
        cells.sort();
        cells.dedup();
        cells
    }

    #[test]
    fn fields() {
        for (tags, expected) in [
            ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", &["cp312 manylinux_x86_64"][..]),
            ("cp313-cp313t-musllinux_1_2_aarch64", &["cp313t musllinux_aarch64"]),
            ("cp39-abi3-win_amd64", &["abi3 win_amd64"]),
            ("cp39-abi3-win32", &["abi3 win32"]),
            ("cp312-cp312-macosx_10_13_universal2", &["cp312 macosx_arm64", "cp312 macosx_x86_64"]),
            ("pp310-pypy310_pp73-macosx_11_0_arm64", &["pp310 macosx_arm64"]),
            ("py2.py3-none-any", &["py2 any", "py3 any"]),
            ("cp313-cp313-ios_13_0_arm64_iphoneos", &["cp313 ios_arm64_iphoneos"]),
            ("cp313-cp313-pyodide_2025_0_wasm32", &["cp313 emscripten_wasm32"]),
            ("cp311-none-linux_riscv64", &["cp311 linux_riscv64"]),
        ] {
            assert_eq!(cells(&format!("a-1-{tags}.whl")), expected, "{tags}");
        }
    }

    fn serves(old: &str, new: &str) -> bool {
        let of = |tags: &str| {
            let wheel = WheelFilename::new(&format!("a-1-{tags}.whl").parse().unwrap()).unwrap();
            Cell::of(&wheel).into_iter().map(|(cell, _)| cell).collect::<Vec<_>>()
        };
        let new = of(new);
        of(old).iter().all(|cell| new.iter().any(|other| cell.is_served_by(other)))
    }

    #[test]
    fn what_replaces_what() {
        for (old, new) in [
            ("cp312-cp312-win32", "cp39-abi3-win32"),
            ("cp39-abi3-win32", "cp312-cp312-win32"),
            ("cp38-abi3-win32", "cp39-abi3-win32"),
            ("cp312-cp312-win32", "py3-none-any"),
            ("py3-none-win32", "cp39-abi3-win32"),
            ("cp312-cp312-macosx_11_0_arm64", "cp312-cp312-macosx_10_13_universal2"),
            ("cp312-cp312-manylinux1_x86_64", "cp312-cp312-manylinux_2_28_x86_64"),
            ("pp310-pypy310_pp73-win_amd64", "py3-none-any"),
        ] {
            assert!(serves(old, new), "{old} {new}");
        }
        for (old, new) in [
            ("cp312-cp312-macosx_10_13_universal2", "cp312-cp312-macosx_11_0_arm64"),
            ("cp312-cp312-musllinux_1_2_x86_64", "cp312-cp312-manylinux_2_28_x86_64"),
            ("cp313-cp313t-win32", "cp39-abi3-win32"),
            ("cp312-cp312-win32", "cp313-cp313-win32"),
            ("py2.py3-none-any", "py3-none-any"),
            ("py3-none-any", "py3-none-win32"),
            ("pp310-pypy310_pp73-win_amd64", "cp39-abi3-win_amd64"),
        ] {
            assert!(!serves(old, new), "{old} {new}");
        }
    }

    #[test]
    fn tags_by_the_hundred() {
        let many = (0..40).map(|n| format!("cp{n}")).collect::<Vec<_>>().join(".");
        let name = format!("a-1-{many}-none-any.whl");
        let wheel = WheelFilename::new(&name.parse().unwrap()).unwrap();
        assert!(Cell::of(&wheel).is_empty());
    }
}
