//! The suffixes of extension modules, against the Python and ABI tags.

use super::machine::DeclaredPlatforms;
use super::{described, is_host_code};
use crate::distribution::native::module::ModuleSuffix;
use crate::distribution::wheel::{Tag, WheelFilename};
use crate::evidence::Evidence;
use crate::evidence::native::{NativeFile, NativeFiles};
use crate::rule::Rule;
use crate::rule::finding::Finding;

pub(super) fn judge(
    file: &Evidence,
    filename: &WheelFilename,
    declared: &DeclaredPlatforms,
    native: &NativeFiles,
) -> Option<Finding> {
    let is_module = |file: &&NativeFile| declared.is_of_format(file) && is_host_code(file);
    let suffixes: Vec<&ModuleSuffix> =
        native.kinds().filter(is_module).filter_map(|file| file.suffix.as_ref()).collect();
    let tags = Tags::of(filename);
    if !suffixes.is_empty() && !suffixes.iter().any(|suffix| tags.import(suffix)) {
        let modules = described(native, |file| {
            file.suffix.as_ref().filter(|_| is_module(&file)).map(|_| "not imported".to_owned())
        });
        return Some(
            Rule::ModuleSuffix
                .at(file)
                .found(format!("no interpreter that installs it imports its extension modules: {modules}"))
                .expected(format!("modules for `{}-{}`", filename.python(), filename.abi())),
        );
    }
    let is_stable = |suffix: &&ModuleSuffix| **suffix == ModuleSuffix::Stable;
    if !suffixes.is_empty() && suffixes.iter().all(is_stable) && tags.is_for_one_cpython() {
        let modules =
            described(native, |file| file.suffix.as_ref().filter(is_stable).map(|_| "stable ABI".to_owned()));
        return Some(
            Rule::ModuleStableAbi
                .at(file)
                .found(format!("its extension modules are for the stable ABI: {modules}"))
                .expected(format!("the ABI tag `abi3` instead of `{}`", filename.abi())),
        );
    }
    None
}

/// The interpreters that install a wheel.
struct Tags<'a> {
    pythons: Vec<&'a str>,
    abis: Vec<&'a str>,
}

impl<'a> Tags<'a> {
    fn of(filename: &'a WheelFilename) -> Self {
        Self {
            pythons: filename.python().iter().map(Tag::as_str).collect(),
            abis: filename.abi().iter().map(Tag::as_str).collect(),
        }
    }

    /// Whether one of the interpreters imports a module with that suffix. What
    /// is not known of an interpreter counts as yes.
    fn import(&self, suffix: &ModuleSuffix) -> bool {
        let any = |prefix: &str| self.pythons.iter().any(|python| python.starts_with(prefix));
        let has = |tag: String| self.pythons.contains(&tag.as_str());
        match suffix {
            ModuleSuffix::Untagged | ModuleSuffix::Stable | ModuleSuffix::StableFreeThreaded => true,
            _ if any("py") => true,
            ModuleSuffix::CPython { version, free_threaded } => {
                has(format!("cp{version}")) && self.has_abi(*version, *free_threaded)
            }
            ModuleSuffix::PyPy(version) => has(format!("pp{version}")),
            ModuleSuffix::GraalPy => any("graalpy"),
        }
    }

    /// A wheel for the stable ABI is installed by later interpreters as well,
    /// which import no module for one version.
    fn has_abi(&self, version: u16, free_threaded: bool) -> bool {
        let of_version = format!("cp{version}");
        self.abis.iter().any(|abi| match abi.strip_prefix(of_version.as_str()) {
            Some(flags) => flags.contains('t') == free_threaded,
            None => *abi == "none",
        })
    }

    /// Whether the wheel is for one version of `CPython` with its own ABI.
    fn is_for_one_cpython(&self) -> bool {
        match (self.pythons.as_slice(), self.abis.as_slice()) {
            ([python], [abi]) => python.starts_with("cp") && python == abi,
            _ => false,
        }
    }
}
