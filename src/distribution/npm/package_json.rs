//! What a package.json says, and what follows from it.

use std::collections::BTreeSet;
use std::fmt;

use semver::Version;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::name::{PackageName, PackageNameError};
use crate::filename::{FileName, FileNameError};

/// The most bytes of a package.json that are read. What is kept of it, the
/// names of dependencies above all, is kept for every package of a release.
pub(crate) const MAX_PACKAGE_JSON_BYTES: usize = 1 << 20;

/// The most systems, processors or C libraries that a package names, and the
/// most characters of each. There is no package with ten.
const MAX_TARGETS: usize = 100;

/// The most characters of a repository's URL that are kept. GitHub's have some
/// two hundred at the most.
const MAX_URL: usize = 512;

/// The most characters of a package's name (npm).
const MAX_NAME: usize = 214;

/// The most characters of a version (node-semver, `MAX_LENGTH`).
const MAX_VERSION: usize = 256;

/// The greatest number in a version (node-semver: `Number.MAX_SAFE_INTEGER`).
const MAX_NUMBER: u64 = (1 << 53) - 1;

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
    /// No name of a package.
    #[error("the package's name {name:?} is no valid one: {error}")]
    Name {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        error: PackageNameError,
    },
    /// No version as `SemVer` spells it.
    #[error("the package's version {0:?} is none (SemVer)")]
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
    version: Version,
    os: Vec<String>,
    cpu: Vec<String>,
    libc: Vec<String>,
    private: bool,
    repository_url: Option<String>,
    publish_tag: Option<String>,
    dependencies: BTreeSet<String>,
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
        let wire: Wire = serde_json::from_slice(bytes).map_err(Error::Json)?;

        let name = wire.name.ok_or(Error::Missing("name"))?;
        let name: PackageName = name.parse().map_err(|error| Error::Name { name: excerpt(&name), error })?;
        let version = wire.version.ok_or(Error::Missing("version"))?;
        let version = read_version(&version).ok_or_else(|| Error::Version(excerpt(&version)))?;
        let publish_tag = wire.publish_config.tag;
        if let Some(tag) = publish_tag.as_deref().filter(|tag| !is_dist_tag(tag)) {
            return Err(Error::DistTag(excerpt(tag)));
        }
        let tarball = tarball_name(&name, &version).map_err(Error::Tarball)?;
        let mut dependencies = wire.dependencies.0;
        dependencies.extend(wire.optional_dependencies.0);
        dependencies.extend(wire.peer_dependencies.0);
        Ok(Self {
            name,
            version,
            os: wire.os.0,
            cpu: wire.cpu.0,
            libc: wire.libc.0,
            private: wire.private.0,
            repository_url: wire.repository.0,
            publish_tag,
            dependencies,
            tarball,
        })
    }

    /// `name`.
    #[must_use]
    pub const fn name(&self) -> &PackageName {
        &self.name
    }

    /// `version`.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.version
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

    /// The names in `dependencies`, `optionalDependencies` and
    /// `peerDependencies`: what should be published before it.
    #[must_use]
    pub const fn dependencies(&self) -> &BTreeSet<String> {
        &self.dependencies
    }

    /// The name that `npm pack` gives the tarball: `@scope/name` 1.0.0 is
    /// `scope-name-1.0.0.tgz`.
    #[must_use]
    pub const fn tarball_name(&self) -> &FileName {
        &self.tarball
    }

    /// The package URL by which npm's provenance names its subject:
    /// `pkg:npm/%40scope/name@1.0.0`. As npm writes it (npm-package-arg,
    /// `toPurl`) only the leading `@` is escaped, a `+` of the version is not.
    #[must_use]
    pub fn purl(&self) -> String {
        match self.name.as_str().strip_prefix('@') {
            Some(name) => format!("pkg:npm/%40{name}@{}", self.version),
            None => format!("pkg:npm/{}@{}", self.name, self.version),
        }
    }

    /// The tag to publish under: `publishConfig.tag`, else `latest`, or `next`
    /// for a prerelease, which npm does not publish without one.
    #[must_use]
    pub fn dist_tag(&self) -> &str {
        match &self.publish_tag {
            Some(tag) => tag,
            None if !self.is_prerelease() => "latest",
            None => "next",
        }
    }

    /// Whether `publishConfig.tag` says which tag to publish under.
    #[must_use]
    pub const fn has_dist_tag(&self) -> bool {
        self.publish_tag.is_some()
    }

    /// Whether its version is a prerelease, which npm publishes under no tag but
    /// one that is named.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.version.pre.is_empty()
    }

    /// Whether it carries the program for one platform, and so is published
    /// before the package that chooses among them.
    #[must_use]
    pub const fn is_platform_package(&self) -> bool {
        !(self.os.is_empty() && self.cpu.is_empty() && self.libc.is_empty())
    }
}

fn read_version(text: &str) -> Option<Version> {
    let version: Version = (text.len() <= MAX_VERSION).then(|| text.parse().ok())??;
    let safe = [version.major, version.minor, version.patch].into_iter().all(|number| number <= MAX_NUMBER);
    safe.then_some(version)
}

/// Whether npm takes a text for a dist-tag: "Tag name must not be a valid
/// `SemVer` range" (npm publish).
fn is_dist_tag(tag: &str) -> bool {
    let url_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let range = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    (1..=MAX_TARGETS).contains(&tag.len())
        && tag.bytes().all(url_safe)
        && semver::VersionReq::parse(range).is_err()
}

fn tarball_name(name: &PackageName, version: &Version) -> Result<FileName, FileNameError> {
    let flat = name.as_str().trim_start_matches('@').replace('/', "-");
    format!("{flat}-{version}.tgz").parse()
}

/// As much of a hostile value as an error shows.
fn excerpt(value: &str) -> String {
    beginning(value, 100)
}

fn beginning(value: &str, characters: usize) -> String {
    value.chars().take(characters).collect()
}

/// A package.json as it lies in the tarball.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    os: Strings,
    #[serde(default)]
    cpu: Strings,
    #[serde(default)]
    libc: Strings,
    #[serde(default)]
    private: Truthy,
    #[serde(default)]
    repository: Repository,
    #[serde(default)]
    publish_config: PublishConfig,
    #[serde(default)]
    dependencies: Keys,
    #[serde(default)]
    optional_dependencies: Keys,
    #[serde(default)]
    peer_dependencies: Keys,
}

/// A list of strings, or one: npm takes both.
#[derive(Default)]
struct Strings(Vec<String>);

impl<'de> Deserialize<'de> for Strings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Strings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Strings, E> {
                Ok(Strings(vec![beginning(text, MAX_TARGETS)]))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Strings, E> {
                Ok(Strings::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Strings, A::Error> {
                let mut strings = Vec::new();
                while let Some(text) = list.next_element::<String>()? {
                    if strings.len() == MAX_TARGETS || text.len() > MAX_TARGETS {
                        return Err(de::Error::custom(format_args!(
                            "a list of more than {MAX_TARGETS} systems or processors, or of longer names"
                        )));
                    }
                    strings.push(text);
                }
                Ok(Strings(strings))
            }
        }

        deserializer.deserialize_any(OneOrMany)
    }
}

/// The keys of an object; anything else has none.
#[derive(Default)]
struct Keys(BTreeSet<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of dependencies")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Keys, E> {
                Ok(Keys::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keys, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Keys::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = BTreeSet::new();
                while let Some((key, IgnoredAny)) = map.next_entry::<String, _>()? {
                    if key.len() <= MAX_NAME {
                        keys.insert(key);
                    }
                }
                Ok(Keys(keys))
            }
        }

        deserializer.deserialize_any(Names)
    }
}

/// Whether JavaScript takes a value for true: so npm looks at `private`.
#[derive(Default)]
struct Truthy(bool);

impl<'de> Deserialize<'de> for Truthy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Null => false,
            Value::Bool(value) => value,
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Array(_) | Value::Object(_) => true,
        }))
    }
}

/// The URL of a repository: a string, or an object with `url`.
#[derive(Default)]
struct Repository(Option<String>);

impl<'de> Deserialize<'de> for Repository {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(url) => Some(beginning(&url, MAX_URL)),
            value => text_of(value, "url").map(|url| beginning(&url, MAX_URL)),
        }))
    }
}

/// `publishConfig`, of which only `tag` counts here.
#[derive(Default)]
struct PublishConfig {
    tag: Option<String>,
}

impl<'de> Deserialize<'de> for PublishConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { tag: text_of(Value::deserialize(deserializer)?, "tag") })
    }
}

/// The text that an object holds under a key.
fn text_of(value: Value, key: &str) -> Option<String> {
    let Value::Object(mut object) = value else { return None };
    match object.remove(key)? {
        Value::String(text) => Some(text),
        _ => None,
    }
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
        assert_eq!(package.dist_tag(), "next");
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
        assert_eq!(package.purl(), "pkg:npm/tool@1.0.0+b.1");
        assert_eq!(package.dependencies().iter().collect::<Vec<_>>(), ["@a/x", "b"]);
        assert!(!package.is_platform_package());
        assert_eq!(package.dist_tag(), "lts");
        // Any string that is not empty is true to JavaScript.
        assert!(package.is_private());
        assert_eq!(read(r#"{"name":"tool","version":"1.0.0"}"#).dist_tag(), "latest");
        assert_eq!(read("\u{feff}{\"name\":\"tool\",\"version\":\"1.0.0\"}").name().as_str(), "tool");
    }

    #[test]
    fn messages() {
        insta::assert_snapshot!(refused("{"), @"package.json cannot be read: EOF while parsing an object at line 1 column 1");
        insta::assert_snapshot!(refused("[]"), @"package.json is not an object");
        insta::assert_snapshot!(refused(r#"{"version":"1.0.0"}"#), @"package.json has no `name`");
        insta::assert_snapshot!(refused(r#"{"name":"a"}"#), @"package.json has no `version`");
        insta::assert_snapshot!(refused(r#"{"name":"a","name":"b","version":"1.0.0"}"#),
            @"package.json cannot be read: duplicate field `name` at line 1 column 18");
        insta::assert_snapshot!(refused(r#"{"name":"A","version":"1.0.0"}"#),
            @r#"the package's name "A" is no valid one: it holds the capital letter 'A'"#);
        for version in ["1.0", "v1.0.0", "01.0.0", "9007199254740992.0.0", " 1.0.0", "1.0.0-01"] {
            assert_eq!(
                refused(&format!(r#"{{"name":"a","version":"{version}"}}"#)),
                format!("the package's version {version:?} is none (SemVer)")
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
