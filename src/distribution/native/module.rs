//! Extension modules: for which interpreter one is, by the end of its name.
//!
//! An interpreter imports native files with a few suffixes only
//! (`importlib.machinery.EXTENSION_SUFFIXES`; PEP 3149; PEP 384).

/// Which interpreters import a native file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ModuleSuffix {
    /// One that says nothing, so that every interpreter imports it. On Linux
    /// and macOS it may as well be a library. Ex) `_core.pyd`, `_core.so`
    Untagged,
    /// The stable ABI of `CPython`. Ex) `_core.abi3.so`
    Stable,
    /// The stable ABI of the free-threaded build (PEP 803). Ex) `_core.abi3t.so`
    StableFreeThreaded,
    /// One version of `CPython`. Ex) `_core.cpython-312-x86_64-linux-gnu.so`,
    /// `_core.cp313t-win_amd64.pyd`
    CPython {
        /// Without a dot: `312`.
        version: u16,
        /// Whether it is for the free-threaded build.
        free_threaded: bool,
    },
    /// One version of Python that `PyPy` implements. Ex)
    /// `_core.pypy311-pp73-x86_64-linux-gnu.so`
    PyPy(u16),
    /// `GraalPy`. Ex) `_core.graalpy250-312-native-x86_64-linux.so`
    GraalPy,
}

impl ModuleSuffix {
    /// What the path of a native file says. None if no interpreter would
    /// import it, as `libm.so.6`.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let (stem, is_pyd) = match (name.strip_suffix(".so"), name.strip_suffix(".pyd")) {
            (Some(stem), _) => (stem, false),
            (_, Some(stem)) => (stem, true),
            _ => return None,
        };
        let module = stem.split('.').next().filter(|module| !module.is_empty())?;
        let Some(tag) = stem.rsplit_once('.').map(|(_, tag)| tag) else {
            return (is_pyd || !module.starts_with("lib")).then_some(Self::Untagged);
        };
        match tag {
            "abi3" => return Some(Self::Stable),
            "abi3t" => return Some(Self::StableFreeThreaded),
            _ => {}
        }
        let version = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
        let cpython = |rest: &str| {
            let (soabi, _) = rest.split_once('-').unwrap_or((rest, ""));
            Some(Self::CPython { version: version(soabi)?, free_threaded: soabi.contains('t') })
        };
        if let Some(rest) = tag.strip_prefix("cpython-") {
            cpython(rest)
        } else if let Some(rest) = tag.strip_prefix("pypy") {
            version(rest).map(Self::PyPy)
        } else if tag.starts_with("graalpy") {
            Some(Self::GraalPy)
        } else if let Some(rest) = tag.strip_prefix("cp").filter(|_| is_pyd) {
            cpython(rest)
        } else {
            is_pyd.then_some(Self::Untagged)
        }
    }

    /// Whether the file can be nothing but an extension module.
    pub(crate) fn is_certain(path: &str) -> bool {
        match Self::of(path) {
            Some(Self::Untagged) => path.strip_suffix(".pyd").is_some(),
            suffix => suffix.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes() {
        use ModuleSuffix::{GraalPy, PyPy, Stable, StableFreeThreaded, Untagged};
        let cpython = |version, free_threaded| Some(ModuleSuffix::CPython { version, free_threaded });
        for (path, suffix, is_certain) in [
            ("foo/_bar.cpython-312-x86_64-linux-gnu.so", cpython(312, false), true),
            ("_bar.cpython-312-darwin.so", cpython(312, false), true),
            ("_bar.cpython-36m-x86_64-linux-gnu.so", cpython(36, false), true),
            ("_bar.cpython-313t-x86_64-linux-musl.so", cpython(313, true), true),
            ("_bar.cpython-312-wasm32-emscripten.so", cpython(312, false), true),
            ("_bar.cp312-win_amd64.pyd", cpython(312, false), true),
            ("_bar.cp313t-win_arm64.pyd", cpython(313, true), true),
            ("_bar.pypy311-pp73-x86_64-linux-gnu.so", Some(PyPy(311)), true),
            ("_bar.graalpy250-312-native-x86_64-linux.so", Some(GraalPy), true),
            ("_bar.abi3.so", Some(Stable), true),
            ("_bar.abi3t.so", Some(StableFreeThreaded), true),
            ("_bar.pyd", Some(Untagged), true),
            ("foo.bar.pyd", Some(Untagged), true),
            ("_bar.so", Some(Untagged), false),
            ("libbar.so", None, false),
            ("libbar.so.6", None, false),
            ("_bar.1.2.so", None, false),
            (".cpython-312-darwin.so", None, false),
            (".so", None, false),
            ("foo/.pyd", None, false),
            ("foo.py", None, false),
            ("foo.pyd/bar", None, false),
        ] {
            assert_eq!(
                (ModuleSuffix::of(path), ModuleSuffix::is_certain(path)),
                (suffix, is_certain),
                "{path}"
            );
        }
    }
}
