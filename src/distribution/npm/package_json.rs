//! What a package.json says, and what follows from it.

use std::collections::BTreeMap;

use semver::Version;
use serde_json::Value;

use super::dependency::{Dependency, DependencyKind};
use super::entry_points::EntryPoints;
use super::name::{PackageName, PackageNameError};
use super::platform::NamedPlatform;
use super::version;
use super::wire::{Entries, Wire};
use crate::filename::{FileName, FileNameError};

/// The most bytes of a package.json that are read. What is kept of it, the
/// names of dependencies above all, is kept for every package of a release.
pub(crate) const MAX_PACKAGE_JSON_BYTES: usize = 1 << 20;

/// The most characters of a dist-tag. Registries store no longer ones.
const MAX_TAG: usize = 100;

/// A package.json that cannot be read, or that npm would not take. Whoever
/// built the package wrote it.
#[derive(Debug, thiserror::Error)]
pub enum PackageJsonError {
    /// More than [`MAX_PACKAGE_JSON_BYTES`].
    #[error("package.json has {0} bytes, {MAX_PACKAGE_JSON_BYTES} are the most")]
    TooLong(usize),
    /// Not JSON, or a field of another type than npm takes.
    #[error("package.json cannot be read: {0}")]
    Json(serde_json::Error),
    /// JSON, but another thing than an object.
    #[error("package.json is not an object")]
    NotAnObject,
    /// No package can be published without.
    #[error("package.json has no `{0}`")]
    Missing(&'static str),
    /// Not a valid name of a package.
    #[error("the package's name {name:?} is not valid: {error}")]
    Name {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        error: PackageNameError,
    },
    /// Not a version (`SemVer`).
    #[error("the package's version {0:?} is not valid (SemVer)")]
    Version(String),
    /// npm takes a dist-tag that reads as a version or range for one.
    #[error(
        "`publishConfig.tag` {0:?} cannot be a dist-tag: it reads as a range of versions, or a URL would escape it"
    )]
    DistTag(String),
    /// Name and version make no name of a file.
    #[error("the name that its tarball must have is no file name: {0}")]
    Tarball(FileNameError),
}

/// What a package.json says, as far as publishing goes by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageJson {
    name: PackageName,
    declared: Version,
    version: Version,
    os: Vec<String>,
    cpu: Vec<String>,
    libc: Vec<String>,
    private: bool,
    repository_url: Option<String>,
    publish_tag: Option<String>,
    access: Option<String>,
    registry: Option<String>,
    dependencies: BTreeMap<String, Dependency>,
    entry_points: EntryPoints,
    has_install_script: bool,
    tarball: FileName,
}

impl PackageJson {
    /// Reads a package.json.
    ///
    /// # Errors
    /// It is not JSON, or its name, version or dist-tag are not what npm
    /// takes. A field that is there twice is refused too.
    pub fn read(bytes: &[u8]) -> Result<Self, PackageJsonError> {
        use PackageJsonError as Error;

        if bytes.len() > MAX_PACKAGE_JSON_BYTES {
            return Err(Error::TooLong(bytes.len()));
        }
        // npm passes over a byte order mark.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        // serde would also read the fields from a list.
        if bytes.trim_ascii_start().first().is_some_and(|&first| first != b'{') {
            return Err(Error::NotAnObject);
        }
        let mut wire: Wire = serde_json::from_slice(bytes).map_err(Error::Json)?;
        let object: Value = serde_json::from_slice(bytes).map_err(Error::Json)?;
        let entries: Entries = serde_json::from_value(object).map_err(Error::Json)?;

        let name = wire.name.take().ok_or(Error::Missing("name"))?;
        let name: PackageName = name.parse().map_err(|error| Error::Name { name: excerpt(&name), error })?;
        let version = wire.version.take().ok_or(Error::Missing("version"))?;
        let declared = version::read(&version).ok_or_else(|| Error::Version(excerpt(&version)))?;
        let publish_tag = wire.publish_config.tag.take();
        if let Some(tag) = publish_tag.as_deref().filter(|tag| !is_dist_tag(tag)) {
            return Err(Error::DistTag(excerpt(tag)));
        }
        let tarball = tarball_name(&name, &declared).map_err(Error::Tarball)?;
        let dependencies = wire.dependencies(&entries);
        let scoped = name.scope().and_then(|scope| wire.publish_config.scopes.remove(scope));
        let has_install_script = entries.scripts.has_install;
        let entry_points = entry_points(&name, entries);
        Ok(Self {
            name,
            version: version::published(&declared),
            declared,
            os: wire.os.0,
            cpu: wire.cpu.0,
            libc: wire.libc.0,
            private: wire.private.0,
            repository_url: wire.repository.0,
            publish_tag,
            access: wire.publish_config.access,
            registry: scoped.or(wire.publish_config.registry),
            dependencies,
            entry_points,
            has_install_script,
            tarball,
        })
    }

    /// `name`.
    #[must_use]
    pub const fn name(&self) -> &PackageName {
        &self.name
    }

    /// The version that npm publishes: `version` without build metadata.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// `version`, with build metadata.
    #[must_use]
    pub const fn declared_version(&self) -> &Version {
        &self.declared
    }

    /// `os`: the systems that it installs on, all if empty; `!` excludes.
    #[must_use]
    pub fn os(&self) -> &[String] {
        &self.os
    }

    /// `cpu`: the architectures that it installs on, all if empty; `!`
    /// excludes.
    #[must_use]
    pub fn cpu(&self) -> &[String] {
        &self.cpu
    }

    /// `libc`: the C libraries that it installs beside, all if empty.
    #[must_use]
    pub fn libc(&self) -> &[String] {
        &self.libc
    }

    /// `private`: npm refuses to publish it.
    #[must_use]
    pub const fn is_private(&self) -> bool {
        self.private
    }

    /// `repository`, or its `url`, as given; the beginning of a very long one.
    #[must_use]
    pub fn repository_url(&self) -> Option<&str> {
        self.repository_url.as_deref()
    }

    /// `dependencies`, `optionalDependencies` and `peerDependencies`, by name.
    pub(crate) const fn dependencies(&self) -> &BTreeMap<String, Dependency> {
        &self.dependencies
    }

    /// The names of the packages that it depends on, an alias's target instead
    /// of the alias: what should be published before it. And whether only as a
    /// peer.
    pub(crate) fn required_packages(&self) -> impl Iterator<Item = (&str, bool)> {
        self.dependencies.iter().map(|(name, dependency)| {
            (dependency.alias().unwrap_or(name), dependency.kind == DependencyKind::Peer)
        })
    }

    /// The files that package.json names.
    pub(crate) const fn entry_points(&self) -> &EntryPoints {
        &self.entry_points
    }

    /// Whether a script runs when it is installed, which may write or change
    /// its files.
    pub(crate) const fn has_install_script(&self) -> bool {
        self.has_install_script
    }

    /// The name that `npm pack` gives the tarball: `@scope/name` 1.0.0 is
    /// `scope-name-1.0.0.tgz`.
    #[must_use]
    pub const fn tarball_name(&self) -> &FileName {
        &self.tarball
    }

    /// The package URL by which npm's provenance names its subject:
    /// `pkg:npm/%40scope/name@1.0.0`. As npm writes it (npm-package-arg,
    /// `toPurl`) only the leading `@` is escaped.
    #[must_use]
    pub fn purl(&self) -> String {
        match self.name.as_str().strip_prefix('@') {
            Some(name) => format!("pkg:npm/%40{name}@{}", self.version),
            None => format!("pkg:npm/{}@{}", self.name, self.version),
        }
    }

    /// The tag to publish under: `publishConfig.tag`, else `next` for a
    /// prerelease, which npm does not publish without one, and the platform for a
    /// version that is one's (`1.0.0-linux-x64`). None otherwise: with `--tag
    /// latest` npm would no longer refuse to move `latest` to a lower version.
    #[must_use]
    pub fn dist_tag(&self) -> Option<&str> {
        let default = || self.platform_of_version().or_else(|| self.is_prerelease().then_some("next"));
        self.publish_tag.as_deref().or_else(default)
    }

    /// The platform that the version names, where npm tells the packages of a
    /// family apart by it: `linux-x64` of `1.0.0-linux-x64`.
    pub(crate) fn platform_of_version(&self) -> Option<&str> {
        let words = NamedPlatform::of(self.version.pre.as_str())?.words;
        self.is_platform_package().then_some(words)
    }

    /// Whether `publishConfig.tag` says which tag to publish under.
    #[must_use]
    pub const fn has_dist_tag(&self) -> bool {
        self.publish_tag.is_some()
    }

    /// `publishConfig.access`.
    #[must_use]
    pub fn access(&self) -> Option<&str> {
        self.access.as_deref()
    }

    /// `publishConfig.registry`, or that of its scope.
    #[must_use]
    pub fn registry(&self) -> Option<&str> {
        self.registry.as_deref()
    }

    /// Whether its version is a prerelease, which npm publishes under no tag but
    /// one that is named.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.version.pre.is_empty()
    }

    /// Whether it carries the program for one platform, and so is published
    /// before the package that chooses among them: it is limited to one system,
    /// or its name says a platform. A program that merely excludes systems, or
    /// lists several, is none.
    #[must_use]
    pub fn is_platform_package(&self) -> bool {
        let is_one = |list: &[String]| matches!(list, [only] if !only.starts_with('!') && only != "any");
        let is_limited = !(self.os.is_empty() && self.cpu.is_empty() && self.libc.is_empty());
        is_one(&self.os)
            || (self.os.is_empty() && (is_one(&self.cpu) || is_one(&self.libc)))
            || (is_limited && NamedPlatform::of(self.name.base()).is_some())
    }

    /// Whether it is limited to one system and one processor.
    pub(crate) fn is_for_one_machine(&self) -> bool {
        self.os.len() == 1 && self.cpu.len() == 1 && self.is_platform_package()
    }
}

fn entry_points(name: &PackageName, entries: Entries) -> EntryPoints {
    let own = || vec![name.base().to_owned()];
    EntryPoints {
        commands: entries.bin.commands.unwrap_or_else(own),
        bin: entries.bin.paths,
        bin_folder: entries.directories.bin,
        main: entries.main.0,
        types: entries.types.0.or(entries.typings.0).filter(|_| entries.types_versions.is_none()),
        is_importable: entries.exports.is_importable,
        exports: entries.exports.targets,
    }
}

/// Whether npm takes a text for a dist-tag: "Tag name must not be a valid
/// `SemVer` range" (npm publish).
fn is_dist_tag(tag: &str) -> bool {
    let url_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let range = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    (1..=MAX_TAG).contains(&tag.len())
        && tag.bytes().all(url_safe)
        && semver::VersionReq::parse(range).is_err()
}

fn tarball_name(name: &PackageName, version: &Version) -> Result<FileName, FileNameError> {
    let flat = name.as_str().trim_start_matches('@').replace('/', "-");
    format!("{flat}-{version}.tgz").parse()
}

/// As much of a hostile value as an error shows.
fn excerpt(value: &str) -> String {
    value.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> PackageJson {
        PackageJson::read(json.as_bytes()).unwrap()
    }

    fn refused(json: &str) -> String {
        PackageJson::read(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_platform_package() {
        let package = read(
            r#"{"name":"@biomejs/cli-linux-x64","version":"2.0.0-beta.1","os":["linux"],"cpu":"x64","libc":null,
                "private":0,"repository":{"url":"git+https://example.com/o/r.git"}}"#,
        );
        assert_eq!(package.tarball_name().as_str(), "biomejs-cli-linux-x64-2.0.0-beta.1.tgz");
        assert_eq!(package.purl(), "pkg:npm/%40biomejs/cli-linux-x64@2.0.0-beta.1");
        assert_eq!((package.os(), package.cpu()), (&["linux".to_owned()][..], &["x64".to_owned()][..]));
        assert!(package.is_platform_package() && !package.is_private() && !package.has_dist_tag());
        assert_eq!(package.dist_tag(), Some("next"));
        assert_eq!(package.repository_url(), Some("git+https://example.com/o/r.git"));
    }

    #[test]
    fn the_package_that_chooses() {
        let package = read(
            r#"{"name":"tool","version":"1.0.0+b.1","dependencies":{"b":"1"},"optionalDependencies":{"@a/x":"1"},
                "peerDependencies":[],"publishConfig":{"tag":"lts"},"private":"false"}"#,
        );
        // As npm 11 packs and names it: the build part stays.
        assert_eq!(package.tarball_name().as_str(), "tool-1.0.0+b.1.tgz");
        assert_eq!(package.purl(), "pkg:npm/tool@1.0.0");
        assert_eq!(package.declared_version().to_string(), "1.0.0+b.1");
        assert_eq!(package.required_packages().collect::<Vec<_>>(), [("@a/x", false), ("b", false)]);
        assert!(!package.is_platform_package());
        assert_eq!(package.dist_tag(), Some("lts"));
        // Any string that is not empty is true to JavaScript.
        assert!(package.is_private());
        assert_eq!(read(r#"{"name":"tool","version":"1.0.0"}"#).dist_tag(), None);
        assert_eq!(read("\u{feff}{\"name\":\"tool\",\"version\":\"1.0.0\"}").name().as_str(), "tool");
    }

    /// As real packages have them.
    #[test]
    fn packages_for_a_platform() {
        let is_one = |name: &str, fields: &str| {
            read(&format!(r#"{{"name":"{name}","version":"1.0.0",{fields}}}"#)).is_platform_package()
        };
        assert!(is_one("fsevents", r#""os":["darwin"]"#));
        assert!(is_one("@esbuild/darwin-universal", r#""os":["darwin"],"cpu":["x64","arm64"]"#));
        assert!(is_one("@o/cli-linux-x64", r#""os":["linux","freebsd"],"cpu":["x64"]"#));
        assert!(is_one("@o/x-wasm32-wasi", r#""cpu":["wasm32"]"#));
        assert!(!is_one("bun", r#""os":["darwin","linux","win32"],"cpu":["arm64","x64"]"#));
        assert!(!is_one("tool", r#""os":["!win32"]"#));
        assert!(!is_one("tool", r#""os":["any"]"#));
        assert!(!is_one("tool-linux-x64", r#""main":"x""#));
    }

    #[test]
    fn messages() {
        insta::assert_snapshot!(refused("{"), @"package.json cannot be read: EOF while parsing an object at line 1 column 1");
        insta::assert_snapshot!(refused("[]"), @"package.json is not an object");
        insta::assert_snapshot!(refused(r#"{"version":"1.0.0"}"#), @"package.json has no `name`");
        insta::assert_snapshot!(refused(r#"{"name":"a"}"#), @"package.json has no `version`");
        insta::assert_snapshot!(refused(r#"{"name":"a","name":"b","version":"1.0.0"}"#),
            @"package.json cannot be read: duplicate field `name` at line 1 column 18");
        insta::assert_snapshot!(refused(r#"{"name":".a","version":"1.0.0"}"#),
            @r#"the package's name ".a" is not valid: it begins with '.'"#);
        for version in ["1.0", "01.0.0", "1.0.0-01"] {
            assert_eq!(
                refused(&format!(r#"{{"name":"a","version":"{version}"}}"#)),
                format!("the package's version {version:?} is not valid (SemVer)")
            );
        }
        for tag in ["1.x", "v1", "", "*", "a b", "1.0.0"] {
            let json = format!(r#"{{"name":"a","version":"1.0.0","publishConfig":{{"tag":"{tag}"}}}}"#);
            assert!(refused(&json).starts_with("`publishConfig.tag`"), "{tag}");
        }
    }

    #[test]
    fn hostile_json() {
        assert!(PackageJson::read(&vec![b'['; 100_000]).is_err());
        assert!(matches!(
            PackageJson::read(&vec![b' '; MAX_PACKAGE_JSON_BYTES + 1]),
            Err(PackageJsonError::TooLong(_))
        ));
        let deep = format!(r#"{{"name":"a","version":"1.0.0","private":{}}}"#, "[".repeat(1000));
        assert!(PackageJson::read(deep.as_bytes()).is_err());
    }
}
