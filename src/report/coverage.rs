//! The coverage table: wheels by Python and platform, and npm packages by
//! platform.
//!
//! A hole in it is no finding: most projects have some. It is there so that a
//! person sees at a glance what this release has and what it lacks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cause::Cause;
use super::seen::SeenFile;
use crate::distribution::machine::Machine;
use crate::distribution::npm::PackageJson;
use crate::distribution::npm::platform::NamedPlatform;
use crate::distribution::target::Libc;
use crate::distribution::wheel::{PlatformTag, System, Tag, WheelFilename};
use crate::rule::Severity;

/// One wheel, or one platform package of npm, in the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Cell {
    /// The project or package family.
    pub project: String,
    /// The interpreter, `cp312`, or `abi3 (cp39)` for the stable ABI; `npm` for
    /// an npm package.
    pub python: String,
    /// The platform, as people say it: `Linux x86_64`.
    pub platform: String,
    /// The file, as it was sent.
    pub file: String,
    /// The artifact that it came in.
    pub artifact: String,
    /// The causes with errors about the file, by their numbers.
    pub errors: Vec<usize>,
}

/// The cells of all wheels and platform packages, sorted.
#[must_use]
pub(crate) fn coverage(files: &[SeenFile], causes: &[Cause]) -> Vec<Cell> {
    let broken = broken_files(causes);
    let mut cells: Vec<Cell> = files.iter().flat_map(|file| cells_of(file, &broken)).collect();
    cells.sort();
    cells.dedup();
    cells
}

/// By artifact and path, the numbers of the causes with errors.
fn broken_files(causes: &[Cause]) -> BTreeMap<(&str, &str), Vec<usize>> {
    let mut broken: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for cause in causes.iter().filter(|cause| cause.severity == Severity::Error) {
        for found in &cause.findings {
            if let (Some(artifact), Some(file)) = (&found.artifact, &found.file) {
                let causes = broken.entry((artifact.as_str(), file.as_str())).or_default();
                if causes.last() != Some(&cause.id) {
                    causes.push(cause.id);
                }
            }
        }
    }
    broken
}

fn cells_of(file: &SeenFile, broken: &BTreeMap<(&str, &str), Vec<usize>>) -> Vec<Cell> {
    let errors = broken.get(&(file.artifact.as_str(), file.path.as_str())).cloned().unwrap_or_default();
    let cell = |project: &str, python: &str, platform: String| Cell {
        project: project.to_owned(),
        python: python.to_owned(),
        platform,
        file: file.name.clone(),
        artifact: file.artifact.to_string(),
        errors: errors.clone(),
    };
    if let Some((family, platform)) = &file.platform_of {
        return vec![cell(family, NPM, platform.clone())];
    }
    let Some(filename) = &file.wheel else { return Vec::new() };
    let platforms: BTreeSet<String> = filename.platform().iter().map(platform).collect();
    let (project, python) = (filename.project().normalized(), python(filename));
    platforms.into_iter().map(|platform| cell(project, &python, platform)).collect()
}

/// The name of the row of npm packages.
pub(crate) const NPM: &str = "npm";

/// How the column is called in which an npm package for one platform stands.
/// What package.json does not say, its name does. None if neither says a system
/// or processor.
#[must_use]
pub(crate) fn npm_platform(package: &PackageJson) -> Option<String> {
    let named = NamedPlatform::of(package.name().base());
    let named = named.as_ref();
    let word = |declared: &[String], named: Option<&'static str>| match declared {
        [one] => Some(one.clone()),
        [] => named.map(str::to_owned),
        [..] => named.map(str::to_owned).or_else(|| Some(declared.join(" "))),
    };
    let os = word(package.os(), named.and_then(|named| named.os));
    let cpu = word(package.cpu(), named.and_then(|named| named.cpu));
    let libc = word(package.libc(), named.and_then(|named| named.libc));
    let system = match (os.as_deref(), libc.as_deref()) {
        (Some("linux"), Some("musl")) => "musl",
        (Some("linux"), _) => "Linux",
        (Some("darwin"), _) => "macOS",
        (Some("win32"), _) => "Win",
        (Some("freebsd"), _) => "FreeBSD",
        (Some("android"), _) => "Android",
        (Some(other), _) => other,
        (None, _) if cpu.as_deref() == Some("wasm32") => return Some("wasm32".to_owned()),
        (None, _) => "any",
    };
    let machine = match (cpu.as_deref()?, system) {
        ("x64", "Win") => "x64",
        ("x64", _) => "x86_64",
        ("arm64", "macOS" | "Win") => "arm64",
        ("arm64", _) => "aarch64",
        ("ia32", "Win") => "x86",
        ("ia32", _) => "i686",
        ("x64 arm64" | "arm64 x64", "macOS") => "universal2",
        (other, _) => other,
    };
    Some(format!("{system} {machine}"))
}

/// How the row is called in which a wheel stands.
fn python(filename: &WheelFilename) -> String {
    let joined = |tags: Vec<&str>| tags.join(".");
    let python = joined(filename.python().iter().map(Tag::as_str).collect());
    let abi = joined(filename.abi().iter().map(Tag::as_str).collect());
    match abi.as_str() {
        "none" => python,
        _ if abi == python => python,
        // Free-threaded and debug builds of the same interpreter.
        _ if abi.starts_with(&python) => abi,
        _ => format!("{abi} ({python})"),
    }
}

/// How the column is called in which a wheel of that platform tag stands.
fn platform(tag: &Tag) -> String {
    let platform = PlatformTag::of(tag);
    let system = match platform.system() {
        System::Any => return "any".to_owned(),
        System::Other => return tag.as_str().to_owned(),
        System::Linux(Some(Libc::Musl)) => "musl",
        System::Linux(_) => "Linux",
        System::MacOs => "macOS",
        System::Windows => "Win",
        System::Ios => "iOS",
        System::Android => "Android",
        System::Emscripten => "Pyodide",
        System::Wasi => "WASI",
        System::FreeBsd => "FreeBSD",
    };
    match platform.machines() {
        _ if platform.requires_all() => format!("{system} universal2"),
        Some([machine]) => format!("{system} {}", machine_name(platform.system(), *machine)),
        _ => format!("{system} {}", tag.as_str().rsplit('_').next().unwrap_or_default()),
    }
}

/// Machines by the name that people of that system use.
fn machine_name(system: System, machine: Machine) -> String {
    match (system, machine) {
        (System::MacOs | System::Ios | System::Windows, Machine::Aarch64) => "arm64".to_owned(),
        (System::Windows, Machine::X86_64) => "x64".to_owned(),
        _ => machine.to_string(),
    }
}

/// The most rows, and the most columns, of a table. Names are hostile, and a table
/// is as large as the two multiplied.
const MAX_SIDE: usize = 60;

/// A table of one project's wheels.
#[derive(Debug)]
pub(crate) struct Grid<'a> {
    /// The project.
    pub project: &'a str,
    /// The platforms, in the order of the columns.
    pub platforms: Vec<&'a str>,
    /// For each interpreter the cells by platform.
    pub rows: Vec<(&'a str, BTreeMap<&'a str, Vec<&'a Cell>>)>,
    /// How many rows and columns more there are.
    pub hidden: usize,
}

/// The tables of all projects with wheels, by project.
#[must_use]
pub(crate) fn grids(cells: &[Cell]) -> Vec<Grid<'_>> {
    let mut projects: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in cells {
        projects.entry(&cell.project).or_default().push(cell);
    }
    projects.into_iter().map(|(project, cells)| grid(project, &cells)).collect()
}

/// The Python of each row and its cells by platform, in the order of the table.
type Rows<'a> = BTreeMap<Vec<(bool, u64, &'a str)>, (&'a str, BTreeMap<&'a str, Vec<&'a Cell>>)>;

fn grid<'a>(project: &'a str, cells: &[&'a Cell]) -> Grid<'a> {
    let mut platforms = BTreeSet::new();
    let mut rows = Rows::new();
    for &cell in cells {
        platforms.insert((order(&cell.platform), cell.platform.as_str()));
        let row = rows.entry(natural(&cell.python)).or_insert_with(|| (&cell.python, BTreeMap::new()));
        row.1.entry(cell.platform.as_str()).or_default().push(cell);
    }
    let hidden = platforms.len().saturating_sub(MAX_SIDE) + rows.len().saturating_sub(MAX_SIDE);
    Grid {
        project,
        platforms: platforms.into_iter().map(|(_, platform)| platform).take(MAX_SIDE).collect(),
        rows: rows.into_values().take(MAX_SIDE).collect(),
        hidden,
    }
}

/// The systems in the order in which people look for them.
fn order(platform: &str) -> usize {
    const ORDER: [&str; 5] = ["Linux", "musl", "macOS", "Win", "any"];
    ORDER.iter().position(|system| platform.starts_with(system)).unwrap_or(ORDER.len())
}

/// A key by which `cp39` stands before `cp310`.
fn natural(text: &str) -> Vec<(bool, u64, &str)> {
    text.split_inclusive(|character: char| !character.is_ascii_digit())
        .flat_map(|part| {
            let digits = part.trim_end_matches(|character: char| !character.is_ascii_digit());
            let number = digits.parse::<u64>().ok();
            [(number.is_none(), number.unwrap_or(0), part)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_as_people_say_them() {
        for (tag, name) in [
            ("any", "any"),
            ("manylinux_2_17_x86_64", "Linux x86_64"),
            ("manylinux2014_aarch64", "Linux aarch64"),
            ("linux_riscv64", "Linux riscv64"),
            ("musllinux_1_2_x86_64", "musl x86_64"),
            ("macosx_11_0_arm64", "macOS arm64"),
            ("macosx_10_9_universal2", "macOS universal2"),
            ("win_amd64", "Win x64"),
            ("win_arm64", "Win arm64"),
            ("win32", "Win x86"),
        ] {
            assert_eq!(platform(&tag.parse().unwrap()), name);
        }
    }

    #[test]
    fn interpreters_in_the_order_of_their_numbers() {
        let mut names = ["cp313t", "cp310", "cp39", "abi3 (cp38)", "cp313"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["abi3 (cp38)", "cp39", "cp310", "cp313", "cp313t"]);
    }

    #[test]
    fn platforms_of_npm_packages() {
        for (name, fields, platform) in [
            ("@o/x-linux-x64", r#""os":["linux"],"cpu":["x64"]"#, "Linux x86_64"),
            ("@o/x-linux-x64-musl", r#""os":["linux"],"cpu":["x64"]"#, "musl x86_64"),
            ("@o/x", r#""os":["linux"],"cpu":["arm64"],"libc":["musl"]"#, "musl aarch64"),
            ("@o/x-darwin-arm64", r#""os":["darwin"],"cpu":["arm64"]"#, "macOS arm64"),
            ("@o/x-darwin-universal", r#""os":["darwin"],"cpu":["x64","arm64"]"#, "macOS universal2"),
            ("@o/x-win32-x64-msvc", r#""os":["win32"],"cpu":["x64"]"#, "Win x64"),
            ("@o/x-win32-ia32-msvc", r#""os":["win32"],"cpu":["ia32"]"#, "Win x86"),
            ("@o/cli-linux-i686", r#""os":["linux","freebsd"],"cpu":["x86","ia32"]"#, "Linux i686"),
            ("@o/x-wasm32-wasi", r#""cpu":["wasm32"]"#, "wasm32"),
            ("@o/x-sunos-x64", r#""os":["sunos"],"cpu":["x64"]"#, "sunos x86_64"),
        ] {
            let json = format!(r#"{{"name":"{name}","version":"1.0.0",{fields}}}"#);
            let package = PackageJson::read(json.as_bytes()).unwrap();
            assert_eq!(npm_platform(&package).as_deref(), Some(platform), "{name}");
        }
    }

    fn row(name: &str) -> String {
        python(&WheelFilename::new(&name.parse().unwrap()).unwrap())
    }

    #[test]
    fn rows_are_named_after_the_interpreter() {
        assert_eq!(row("a-1-py3-none-any.whl"), "py3");
        assert_eq!(row("a-1-py2.py3-none-any.whl"), "py2.py3");
        assert_eq!(row("a-1-cp312-cp312-win32.whl"), "cp312");
        assert_eq!(row("a-1-cp313-cp313t-win32.whl"), "cp313t");
        assert_eq!(row("a-1-cp39-abi3-win32.whl"), "abi3 (cp39)");
    }
}
