//! The platform that the name of an npm package says.

/// Words of names that are operating systems, and how `os` spells them
/// (Node.js, `process.platform`).
const SYSTEMS: [(&str, &str); 16] = [
    ("linux", "linux"),
    ("linuxmusl", "linux"),
    ("darwin", "darwin"),
    ("macos", "darwin"),
    ("win32", "win32"),
    ("windows", "win32"),
    ("freebsd", "freebsd"),
    ("openbsd", "openbsd"),
    ("netbsd", "netbsd"),
    ("sunos", "sunos"),
    ("aix", "aix"),
    ("android", "android"),
    ("openharmony", "openharmony"),
    ("ohos", "openharmony"),
    ("wasm32", ""),
    ("wasi", ""),
];

/// Words of names that are processors, and how `cpu` spells them (Node.js,
/// `process.arch`).
const PROCESSORS: [(&str, &str); 21] = [
    ("x64", "x64"),
    ("x86_64", "x64"),
    ("amd64", "x64"),
    ("arm64", "arm64"),
    ("aarch64", "arm64"),
    ("arm", "arm"),
    ("armv6", "arm"),
    ("armv7", "arm"),
    ("armv7l", "arm"),
    ("ia32", "ia32"),
    ("i686", "ia32"),
    ("x86", "ia32"),
    ("riscv64", "riscv64"),
    ("loong64", "loong64"),
    ("mips64el", "mips64el"),
    ("mipsel", "mipsel"),
    ("ppc64", "ppc64"),
    ("ppc64le", "ppc64"),
    ("s390x", "s390x"),
    ("universal", ""),
    ("wasm32", "wasm32"),
];

/// Words of names that say more of a platform.
const OTHERS: [&str; 17] = [
    "gnu",
    "musl",
    "glibc",
    "msvc",
    "gnueabihf",
    "gnueabi",
    "musleabihf",
    "musleabi",
    "eabi",
    "eabihf",
    "wasi",
    "64",
    "32",
    "unknown",
    "pc",
    "apple",
    "baseline",
];

/// What the name of a package says of its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPlatform<'a> {
    /// What stands before it in the name, without scope and separator.
    pub stem: &'a str,
    /// The platform as the name has it. Ex) `linux-x64-musl`
    pub words: &'a str,
    /// As `os` would spell it; none if npm has no word for it.
    pub os: Option<&'static str>,
    /// As `cpu` would spell it.
    pub cpu: Option<&'static str>,
    /// As `libc` would spell it.
    pub libc: Option<&'static str>,
}

impl<'a> NamedPlatform<'a> {
    /// Reads the name of a package without its scope: it ends with words of a
    /// platform, of which one is an operating system.
    pub(crate) fn of(base: &'a str) -> Option<Self> {
        let mut found = Self { stem: base, words: "", os: None, cpu: None, libc: None };
        let mut has_system = false;
        loop {
            let (rest, word) = last_word(found.stem);
            let system = SYSTEMS.iter().find(|(name, _)| *name == word);
            let processor = PROCESSORS.iter().find(|(name, _)| *name == word);
            if system.is_none() && processor.is_none() && !OTHERS.contains(&word) {
                break;
            }
            let word_of = |entry: Option<&(&str, &'static str)>| {
                entry.map(|(_, word)| *word).filter(|word| !word.is_empty())
            };
            has_system |= system.is_some();
            // `linux-android` is Android.
            found.os = found.os.or(word_of(system));
            found.cpu = word_of(processor).or(found.cpu);
            found.libc = match word {
                "musl" | "linuxmusl" | "musleabihf" | "musleabi" => Some("musl"),
                "gnu" | "glibc" | "gnueabihf" | "gnueabi" => Some("glibc"),
                _ => found.libc,
            };
            let start = found.stem.len() - word.len();
            found.words = base.get(start..)?;
            found.stem = rest;
            if rest.is_empty() {
                break;
            }
        }
        // A C library is of Linux; on Windows `gnu` is a linker.
        if found.os != Some("linux") {
            found.libc = None;
        }
        has_system.then_some(found)
    }
}

/// The last word of a name, and what stands before it and its separator.
fn last_word(name: &str) -> (&str, &str) {
    const X86_64: &str = "x86_64";
    let start = match name.strip_suffix(X86_64) {
        Some(rest) if rest.is_empty() || rest.ends_with(SEPARATORS) => rest.len(),
        _ => name.rfind(SEPARATORS).map_or(0, |at| at + 1),
    };
    let (rest, word) = name.split_at_checked(start).unwrap_or(("", name));
    (rest.strip_suffix(SEPARATORS).unwrap_or(rest), word)
}

/// What stands between the words of a name.
const SEPARATORS: [char; 3] = ['-', '.', '_'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (base, stem, words, os, cpu, libc) in [
            ("tool-linux-x64", "tool", "linux-x64", Some("linux"), Some("x64"), None),
            ("linux-x64", "", "linux-x64", Some("linux"), Some("x64"), None),
            (
                "core-linux-arm-gnueabihf",
                "core",
                "linux-arm-gnueabihf",
                Some("linux"),
                Some("arm"),
                Some("glibc"),
            ),
            ("core-win32-x64-gnu", "core", "win32-x64-gnu", Some("win32"), Some("x64"), None),
            ("rollup-linux-x64-musl", "rollup", "linux-x64-musl", Some("linux"), Some("x64"), Some("musl")),
            (
                "sharp-libvips-linuxmusl-x64",
                "sharp-libvips",
                "linuxmusl-x64",
                Some("linux"),
                Some("x64"),
                Some("musl"),
            ),
            ("turbo-windows-64", "turbo", "windows-64", Some("win32"), None, None),
            ("cli-darwin", "cli", "darwin", Some("darwin"), None, None),
            ("oxide-wasm32-wasi", "oxide", "wasm32-wasi", None, Some("wasm32"), None),
            ("darwin-universal", "", "darwin-universal", Some("darwin"), None, None),
            ("exe.linux-x64-musl", "exe", "linux-x64-musl", Some("linux"), Some("x64"), Some("musl")),
            ("tool_linux_x86_64", "tool", "linux_x86_64", Some("linux"), Some("x64"), None),
            (
                "bun-linux-aarch64-android",
                "bun",
                "linux-aarch64-android",
                Some("android"),
                Some("arm64"),
                None,
            ),
            ("x86_64-linux", "", "x86_64-linux", Some("linux"), Some("x64"), None),
        ] {
            let found = NamedPlatform::of(base).unwrap();
            assert_eq!(
                (found.stem, found.words, found.os, found.cpu, found.libc),
                (stem, words, os, cpu, libc),
                "{base}"
            );
        }
        for base in [
            "tool",
            "tool-x64",
            "linux-tools",
            "windows-build",
            "tool-64",
            "is-windows2",
            "x",
            "-",
            "a--",
            "_",
        ] {
            assert_eq!(NamedPlatform::of(base), None, "{base}");
        }
    }
}
