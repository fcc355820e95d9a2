//! The files of a package that its package.json names.

use crate::sample::Sample;

/// What is asked of the files of a package. Paths are relative to its folder,
/// without `./`.
pub(crate) trait FileTree {
    /// Whether there is a file.
    fn has_file(&self, path: &str) -> bool;
    /// Whether there is a folder with a file somewhere in it.
    fn has_folder(&self, path: &str) -> bool;
}

/// The files of a package that its package.json names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EntryPoints {
    /// `bin`: programs that npm links.
    pub bin: Vec<String>,
    /// The commands that `bin` names. A path alone is that of the package's own
    /// name.
    pub commands: Vec<String>,
    /// `directories.bin`: a folder of programs that npm links, if `bin` names
    /// none.
    pub bin_folder: Option<String>,
    /// `main`
    pub main: Option<String>,
    /// `types` or `typings`, where no `typesVersions` maps them elsewhere.
    pub types: Option<String>,
    /// Whether the package can be imported by its name, as far as `exports`
    /// decides.
    pub is_importable: bool,
    /// `exports`: for each condition the alternatives, of which one suffices.
    pub exports: Vec<Vec<String>>,
}

/// What a path without an extension may mean to `require` (Node.js, "`CommonJS`
/// modules", "All together").
const MODULES: [&str; 8] = ["", ".js", ".json", ".node", ".cjs", "/index.js", "/index.json", "/index.node"];

/// What it may mean to TypeScript.
const TYPES: [&str; 9] =
    ["", ".d.ts", ".d.mts", ".d.cts", ".ts", ".tsx", "/index.d.ts", "/index.d.mts", "/index.ts"];

impl EntryPoints {
    /// Files that `bin` names and that are not there. cmd.exe finds `tool.exe`
    /// for `tool`.
    pub(crate) fn missing_bin(&self, files: &dyn FileTree) -> Sample<String> {
        let is_missing = |path: &&String| {
            let path = below(path);
            !files.has_file(&path) && !files.has_file(&format!("{path}.exe"))
        };
        self.bin.iter().filter(is_missing).cloned().collect()
    }

    /// Files that `main`, `types` or `exports` name and that are not there, each
    /// with its field. A script that runs when the package is installed may
    /// build its addon.
    pub(crate) fn missing_modules(&self, files: &dyn FileTree, has_install_script: bool) -> Sample<String> {
        let is_built = |path: &str| {
            let path = below(path);
            has_install_script && (path.starts_with("build/") || extension(&path) == Some("node"))
        };
        let mut missing = Sample::default();
        let any = |path: &str, suffixes: &[&str]| {
            inside(path).is_some_and(|path| {
                path.is_empty() || suffixes.iter().any(|suffix| files.has_file(&format!("{path}{suffix}")))
            })
        };
        // Node.js falls back to index.js.
        let is_main_missing =
            |main: &&String| !any(main, &MODULES) && !files.has_file("index.js") && !is_built(main);
        if self.exports.is_empty() {
            missing.extend(self.main.iter().filter(is_main_missing).map(|path| format!("main: {path}")));
        }
        missing
            .extend(self.types.iter().filter(|path| !any(path, &TYPES)).map(|path| format!("types: {path}")));
        let (mut absent, present): (Vec<_>, Vec<_>) = self
            .exports
            .iter()
            .filter_map(|alternatives| Some((alternatives.first()?, alternatives)))
            .partition(|(_, paths)| !paths.iter().any(|path| is_exported(path, files) || is_built(path)));
        // A pattern that nothing matches exports nothing, and breaks nothing by itself.
        let is_pattern = |path: &str| path.contains('*');
        if present.iter().any(|(path, _)| !is_pattern(path))
            && absent.iter().all(|(path, _)| is_pattern(path))
        {
            absent.clear();
        }
        let mut absent: Vec<&String> = absent.into_iter().map(|(path, _)| path).collect();
        absent.sort();
        absent.dedup();
        missing.extend(absent.into_iter().map(|path| format!("exports: {path}")));
        missing
    }

    /// Whether `bin` names a file, so that every client makes it executable.
    pub(crate) fn links(&self, path: &str) -> bool {
        let is_in =
            |folder: &String| path.strip_prefix(&below(folder)).is_some_and(|rest| rest.starts_with('/'));
        self.bin.iter().any(|bin| below(bin) == path)
            || (self.bin.is_empty() && self.bin_folder.as_ref().is_some_and(is_in))
    }
}

/// Whether a target of `exports` is there: a file, files of a folder, or for a
/// pattern the folder that its files lie in.
fn is_exported(target: &str, files: &dyn FileTree) -> bool {
    // Other packages are named without `./`.
    if !target.starts_with("./") {
        return true;
    }
    if let Some((before, after)) = target.split_once('*') {
        // Sources, for whoever builds it: Node.js loads none from packages.
        if extension(after) == Some("ts") && !after.ends_with(".d.ts") {
            return true;
        }
        let folder = before.rsplit_once('/').map_or("", |(folder, _)| folder);
        return inside(folder).is_some_and(|folder| folder.is_empty() || files.has_folder(&folder));
    }
    let is_folder = target.ends_with('/');
    inside(target).is_some_and(|path| {
        path.is_empty() || if is_folder { files.has_folder(&path) } else { files.has_file(&path) }
    })
}

/// What stands behind the last dot.
fn extension(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(_, extension)| extension)
}

/// A path within the package, as npm resolves `bin`: `..` does not leave the
/// package (npm-normalize-package-bin).
fn below(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A path within the package, as Node.js resolves it: without `.` and `..`. None
/// if it leaves the package.
fn inside(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Files(&'static [&'static str]);

    impl FileTree for Files {
        fn has_file(&self, path: &str) -> bool {
            self.0.contains(&path)
        }

        fn has_folder(&self, path: &str) -> bool {
            self.0.iter().any(|file| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
        }
    }

    fn read(json: &str) -> EntryPoints {
        let json = format!(r#"{{"name":"a","version":"1.0.0",{json}}}"#);
        super::super::PackageJson::read(json.as_bytes()).unwrap().entry_points().clone()
    }

    const FILES: Files =
        Files(&["bin/a.js", "bin/b.exe", "lib/index.js", "lib/m.mjs", "t.d.ts", "dist/x/y.js"]);

    #[test]
    fn programs() {
        let missing = |json| read(json).missing_bin(&FILES).to_string();
        assert_eq!(missing(r#""bin":"bin/a.js""#), "");
        assert_eq!(missing(r#""bin":{"a":"./bin/a.js","b":"/bin/b"}"#), "");
        assert_eq!(missing(r#""bin":{"a":"bin/../bin/a.js"}"#), "");
        assert_eq!(missing(r#""bin":{"a":"bin/c","b":"../x","c":5}"#), "`../x`, `bin/c`");
        assert_eq!(missing(r#""bin":{"a":"../bin/a.js"}"#), "");
        assert_eq!(missing(r#""directories":{"bin":"bin"}"#), "");
        assert!(read(r#""directories":{"bin":"./bin/"}"#).links("bin/a.js"));
        assert!(!read(r#""directories":{"bin":"bi"}"#).links("bin/a.js"));
        assert!(!read(r#""directories":{"bin":"bin"},"bin":"x""#).links("bin/a.js"));
        assert!(read(r#""bin":"./bin/a.js""#).links("bin/a.js"));
        assert!(!read(r#""bin":"./bin/a.js""#).links("bin/b.exe"));
    }

    #[test]
    fn modules() {
        let missing = |json| read(json).missing_modules(&FILES, false).to_string();
        for json in [
            r#""main":"lib""#,
            r#""main":"./lib/index""#,
            r#""main":"""#,
            r#""main":".""#,
            r#""types":"t""#,
            r#""main":"nowhere","exports":{".":{"import":"./lib/m.mjs","source":"./src/x.ts"}}"#,
            r#""exports":{"./*":"./dist/*.js","./x/":"./dist/x/","./a":null,"./b":["./no.js","./t.d.ts"]}"#,
            r#""types":"no.d.ts","typesVersions":{"*":{"*":["dist/*"]}}"#,
            r#""exports":{"./src/*":"./src/*.ts"}"#,
            r#""exports":{".":"./lib/index.js","./fonts/*":"./fonts/*"}"#,
            r#""exports":{".":"./lib/index.js","./p":{"node":{"import":"other-package"}}}"#,
        ] {
            assert_eq!(missing(json), "", "{json}");
        }
        assert_eq!(missing(r#""main":"no.js""#), "`main: no.js`");
        assert_eq!(missing(r#""typings":"./no""#), "`types: ./no`");
        assert_eq!(
            missing(r#""exports":{".":{"types":"./no.d.ts","default":"./no.js"},"./f/*":"./no/*"}"#),
            "`exports: ./no.d.ts`, `exports: ./no.js`, `exports: ./no/*`"
        );
        assert_eq!(missing(r#""exports":"./no.js""#), "`exports: ./no.js`");
        assert_eq!(missing(r#""exports":{"./*":"./no/*.js"}"#), "`exports: ./no/*.js`");
        let installed = |json| read(json).missing_modules(&FILES, true).to_string();
        assert_eq!(installed(r#""main":"./build/Release/a""#), "");
        assert_eq!(installed(r#""main":"a.node""#), "");
        assert_eq!(installed(r#""main":"no.js""#), "`main: no.js`");
        let indexed = Files(&["index.js"]);
        assert!(read(r#""main":"no.js""#).missing_modules(&indexed, false).is_empty());
    }
}
