//! The fields of a package.json that count here, as lenient as npm is with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::dependency::{Dependency, DependencyKind};

/// The most systems, processors or C libraries that a package names, and the
/// most characters of each. There is no package with ten.
const MAX_TARGETS: usize = 100;

/// The most characters of a repository's or registry's URL that are kept.
/// GitHub's have some two hundred at the most.
const MAX_URL: usize = 512;

/// The most bytes of the name of a dependency.
const MAX_NAME: usize = 255;

/// The most characters of a range of versions that are kept.
const MAX_SPEC: usize = 512;

/// The most commands that are kept.
const MAX_COMMANDS: usize = 100;

/// The most characters of a path that are kept.
const MAX_PATH: usize = 1024;

/// A package.json as it lies in the tarball.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire {
    pub name: Option<String>,
    pub version: Option<String>,
    #[serde(default)]
    pub os: Strings,
    #[serde(default)]
    pub cpu: Strings,
    #[serde(default)]
    pub libc: Strings,
    #[serde(default)]
    pub private: Truthy,
    #[serde(default)]
    pub repository: Repository,
    #[serde(default)]
    pub publish_config: PublishConfig,
    #[serde(default)]
    dependencies: Specs,
    #[serde(default)]
    optional_dependencies: Specs,
    #[serde(default)]
    peer_dependencies: Specs,
}

/// Fields of which npm and Node.js take the last where there are several.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Entries {
    bundle_dependencies: Bundled,
    bundled_dependencies: Bundled,
    pub bin: Paths,
    pub main: Text,
    pub types: Text,
    pub typings: Text,
    pub types_versions: Option<IgnoredAny>,
    pub exports: Exports,
    pub directories: Directories,
    pub scripts: Scripts,
}

impl Wire {
    /// All dependencies that npm installs with the package.
    pub(super) fn dependencies(&mut self, entries: &Entries) -> BTreeMap<String, Dependency> {
        let mut all = BTreeMap::new();
        for (kind, specs) in [
            (DependencyKind::Peer, &mut self.peer_dependencies),
            (DependencyKind::Required, &mut self.dependencies),
            (DependencyKind::Optional, &mut self.optional_dependencies),
        ] {
            for (name, spec) in std::mem::take(&mut specs.0) {
                let bundled = [&entries.bundle_dependencies, &entries.bundled_dependencies];
                let is_bundled = bundled.iter().any(|bundled| bundled.has(&name));
                all.insert(name, Dependency { kind, spec, is_bundled });
            }
        }
        all
    }
}

/// A list of strings, or one: npm takes both.
#[derive(Default)]
pub(super) struct Strings(pub Vec<String>);

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

/// An object of names and texts; anything else has none. A value that is not a
/// text is as good as any version.
#[derive(Default)]
struct Specs(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Specs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Object(object) = Value::deserialize(deserializer)? else { return Ok(Self::default()) };
        let spec = |(name, value): (String, Value)| {
            let spec = match value {
                Value::String(spec) => beginning(&spec, MAX_SPEC),
                _ => String::new(),
            };
            (name, spec)
        };
        Ok(Self(object.into_iter().filter(|(name, _)| name.len() <= MAX_NAME).map(spec).collect()))
    }
}

/// `bundleDependencies`: names, or all.
enum Bundled {
    All,
    Names(BTreeSet<String>),
}

impl Bundled {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Names(names) => names.contains(name),
        }
    }
}

impl Default for Bundled {
    fn default() -> Self {
        Self::Names(BTreeSet::new())
    }
}

impl<'de> Deserialize<'de> for Bundled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Bool(true) => Self::All,
            Value::Array(names) => Self::Names(names.into_iter().filter_map(text).collect()),
            _ => Self::default(),
        })
    }
}

/// A text that is not empty; anything else is as if it were not there.
#[derive(Default)]
pub(super) struct Text(pub Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = text(Value::deserialize(deserializer)?);
        Ok(Self(path.filter(|path| !path.is_empty()).map(|path| beginning(&path, MAX_PATH))))
    }
}

/// `bin`: a path, or paths by the names of commands.
pub(super) struct Paths {
    /// The paths.
    pub paths: Vec<String>,
    /// The commands; none if there is a path alone, which is that of the
    /// package's name.
    pub commands: Option<Vec<String>>,
}

impl Default for Paths {
    fn default() -> Self {
        Self { paths: Vec::new(), commands: Some(Vec::new()) }
    }
}

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut named: Vec<(Option<String>, String)> = match Value::deserialize(deserializer)? {
            Value::String(path) => vec![(None, path)],
            Value::Object(paths) => {
                paths.into_iter().filter_map(|(command, path)| Some((Some(command), text(path)?))).collect()
            }
            _ => Vec::new(),
        };
        named.retain(|(_, path)| !path.is_empty());
        let is_named = named.iter().all(|(command, _)| command.is_some());
        let commands = named.iter().filter_map(|(command, _)| command.as_deref());
        // As npm-normalize-package-bin does.
        let commands = commands.map(|command| command.rsplit(['/', '\\', ':']).next().unwrap_or(command));
        let commands = commands.take(MAX_COMMANDS).map(|command| beginning(command, MAX_NAME)).collect();
        let mut paths: Vec<_> = named.iter().map(|(_, path)| beginning(path, MAX_PATH)).collect();
        paths.sort();
        paths.dedup();
        Ok(Self { paths, commands: is_named.then_some(commands) })
    }
}

/// `exports`, as far as it counts here.
pub(super) struct Exports {
    /// The paths of each condition that Node.js or a bundler applies by itself,
    /// the alternatives of a list together.
    pub targets: Vec<Vec<String>>,
    /// Whether the package itself is among what is exported: `.`, or conditions
    /// alone.
    pub is_importable: bool,
}

impl Default for Exports {
    fn default() -> Self {
        Self { targets: Vec::new(), is_importable: true }
    }
}

/// Conditions of `exports` that Node.js, TypeScript and bundlers apply without
/// being asked to. Others, such as `source`, name files that a package need not
/// have.
const CONDITIONS: [&str; 10] = [
    "import",
    "require",
    "default",
    "node",
    "node-addons",
    "module-sync",
    "types",
    "browser",
    "module",
    "production",
];

impl<'de> Deserialize<'de> for Exports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let mut exports = Self::default();
        exports.collect(&value);
        exports.is_importable = match &value {
            Value::Object(object) => object.keys().any(|key| key == "." || !key.starts_with('.')),
            _ => true,
        };
        Ok(exports)
    }
}

impl Exports {
    /// `serde_json` bounds how deep a value is.
    fn collect(&mut self, value: &Value) {
        match value {
            Value::String(path) => self.targets.push(vec![beginning(path, MAX_PATH)]),
            Value::Array(list) => {
                let mut inner = Self::default();
                for value in list {
                    inner.collect(value);
                }
                self.targets.push(inner.targets.into_iter().flatten().collect());
            }
            Value::Object(object) => {
                let applies = |key: &str| key.starts_with('.') || CONDITIONS.contains(&key);
                object.iter().filter(|(key, _)| applies(key)).for_each(|(_, value)| self.collect(value));
            }
            _ => {}
        }
    }
}

/// `directories`, as far as it counts here.
#[derive(Default)]
pub(super) struct Directories {
    /// A folder of programs.
    pub bin: Option<String>,
}

impl<'de> Deserialize<'de> for Directories {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bin = text_of(Value::deserialize(deserializer)?, "bin");
        Ok(Self { bin: bin.map(|path| beginning(&path, MAX_PATH)) })
    }
}

/// `scripts`
#[derive(Default)]
pub(super) struct Scripts {
    /// Whether one of them runs when the package is installed.
    pub has_install: bool,
}

impl<'de> Deserialize<'de> for Scripts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scripts = Value::deserialize(deserializer)?;
        let has_install =
            ["preinstall", "install", "postinstall"].iter().any(|name| scripts.get(name).is_some());
        Ok(Self { has_install })
    }
}

/// Whether JavaScript takes a value for true: so npm looks at `private`.
#[derive(Default)]
pub(super) struct Truthy(pub bool);

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
pub(super) struct Repository(pub Option<String>);

impl<'de> Deserialize<'de> for Repository {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(url) => Some(beginning(&url, MAX_URL)),
            value => text_of(value, "url").map(|url| beginning(&url, MAX_URL)),
        }))
    }
}

/// `publishConfig`, as far as it counts here.
#[derive(Default)]
pub(super) struct PublishConfig {
    pub tag: Option<String>,
    pub access: Option<String>,
    pub registry: Option<String>,
    /// The registries of scopes (`@scope:registry`), by scope without `@`.
    pub scopes: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for PublishConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Object(object) = Value::deserialize(deserializer)? else { return Ok(Self::default()) };
        let mut config = Self::default();
        for (key, value) in object {
            let Some(value) = text(value) else { continue };
            let scope = key.strip_prefix('@').and_then(|key| key.strip_suffix(":registry"));
            match (key.as_str(), scope) {
                ("tag", _) => config.tag = Some(value),
                ("access", _) => config.access = Some(beginning(&value, MAX_SPEC)),
                ("registry", _) => config.registry = Some(beginning(&value, MAX_URL)),
                (_, Some(scope)) => {
                    config.scopes.insert(scope.to_owned(), beginning(&value, MAX_URL));
                }
                _ => {}
            }
        }
        Ok(config)
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The text that an object holds under a key.
fn text_of(value: Value, key: &str) -> Option<String> {
    let Value::Object(mut object) = value else { return None };
    object.remove(key).and_then(text)
}

fn beginning(value: &str, characters: usize) -> String {
    value.chars().take(characters).collect()
}
