//! Families: a package and those that carry its programs for each platform.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::PackageJson;
use super::dependency::{Dependency, DependencyKind};
use super::platform::NamedPlatform;

/// A package, and what the release has of its family. Packages are numbers:
/// their positions in the list that was given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Family<'a> {
    /// The package that the others belong to.
    pub main: usize,
    /// Packages of the release that it names: for a platform, or pinned to its
    /// own version.
    pub named: BTreeSet<usize>,
    /// Packages of its own name among them: npm knows a platform's by its
    /// version alone, `1.0.0-linux-x64`.
    pub variants: BTreeSet<usize>,
    /// Packages that it names, pinned to its own version, and that the release
    /// does not have.
    pub missing: Vec<Missing<'a>>,
    /// Packages of the release in another version, with the one that it should
    /// be.
    pub stale: Vec<(usize, Version)>,
    /// Packages for a platform that no package of the release names.
    pub unnamed: Vec<usize>,
    /// Whether it names any package for a platform, in the release or not.
    pub names_platforms: bool,
}

/// A package that is named and is not in the release.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Missing<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: Version,
    /// The field that names it.
    pub kind: DependencyKind,
}

/// The families of a release. A package that belongs to none is in none.
pub(crate) fn families<'a>(packages: &[&'a PackageJson]) -> Vec<Family<'a>> {
    let release = Release::of(packages);
    let mut families: BTreeMap<usize, Family<'a>> = BTreeMap::new();
    for main in 0..packages.len() {
        let family = release.named_by(main);
        if !family.named.is_empty() || !family.missing.is_empty() || !family.stale.is_empty() {
            families.insert(main, family);
        }
    }
    for (number, package) in packages.iter().enumerate() {
        if release.is_named.contains(package.name().as_str()) {
            continue;
        }
        let Some((main, wanted)) = release.main_of(number).filter(|(main, _)| *main != number) else {
            continue;
        };
        if wanted.is_none() && !package.is_platform_package() {
            continue;
        }
        let family = families.entry(main).or_insert_with(|| release.named_by(main));
        match wanted {
            Some(wanted) => family.stale.push((number, wanted)),
            None => family.unnamed.push(number),
        }
    }
    families.into_values().collect()
}

/// The packages of a release, by what is asked of them.
struct Release<'a, 'p> {
    packages: &'p [&'a PackageJson],
    by_name: BTreeMap<&'a str, Vec<usize>>,
    /// Packages that are not for one platform, by their names without scope.
    mains: BTreeMap<&'a str, Vec<usize>>,
    /// The names of all dependencies.
    is_named: BTreeSet<&'a str>,
}

impl<'a, 'p> Release<'a, 'p> {
    fn of(packages: &'p [&'a PackageJson]) -> Self {
        let mut release =
            Self { packages, by_name: BTreeMap::new(), mains: BTreeMap::new(), is_named: BTreeSet::new() };
        for (number, package) in packages.iter().enumerate() {
            release.by_name.entry(package.name().as_str()).or_default().push(number);
            release.is_named.extend(package.required_packages().map(|(name, _)| name));
            if can_choose(package) {
                release.mains.entry(package.name().base()).or_default().push(number);
            }
        }
        release
    }

    fn package(&self, number: usize) -> Option<&'a PackageJson> {
        self.packages.get(number).copied()
    }

    fn here(&self, name: &str) -> impl Iterator<Item = (usize, &'a PackageJson)> {
        let numbers = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|&number| Some((number, self.package(number)?)))
    }

    /// What a package names of its family.
    fn named_by(&self, main: usize) -> Family<'a> {
        let mut family = Family { main, ..Family::default() };
        let Some(package) = self.package(main) else { return family };
        for (key, dependency) in package.dependencies() {
            let name = dependency.alias().unwrap_or(key);
            if name == package.name().as_str() {
                self.add_variant(&mut family, package, dependency);
            } else {
                self.add(&mut family, package, name, dependency);
            }
        }
        family
    }

    /// Adds what a dependency on another package means for the family.
    fn add(&self, family: &mut Family<'a>, package: &PackageJson, name: &'a str, dependency: &Dependency) {
        let is_optional = dependency.kind == DependencyKind::Optional;
        let is_platform = self.here(name).any(|(_, other)| other.is_platform_package())
            || (is_optional && NamedPlatform::of(base(name)).is_some());
        family.names_platforms |= is_platform;
        let is_own = is_pinned_to(dependency, package.version(), is_platform);
        let is_of_family = (is_optional && is_platform) || is_related(package, name);
        match (self.here(name).next(), dependency.exact()) {
            (None, _) if is_own && is_of_family => {
                family.missing.push(Missing {
                    name,
                    version: package.version().clone(),
                    kind: dependency.kind,
                });
            }
            (Some((number, _)), Some(wanted)) if is_optional || is_platform => {
                match self.here(name).find(|(_, other)| *other.version() == wanted) {
                    Some((number, _)) => {
                        family.named.insert(number);
                    }
                    None => family.stale.push((number, wanted)),
                }
            }
            (Some((number, _)), _) if is_own || is_platform => {
                family.named.insert(number);
            }
            _ => {}
        }
    }

    /// Adds a package of the same name and another version, which an alias
    /// names: `npm:tool@1.0.0-linux-x64`.
    fn add_variant(&self, family: &mut Family<'a>, package: &'a PackageJson, dependency: &Dependency) {
        let Some(wanted) = dependency.exact().filter(|wanted| is_variant(wanted, package.version())) else {
            return;
        };
        let name = package.name().as_str();
        family.names_platforms = true;
        match self.here(name).find(|(_, other)| *other.version() == wanted) {
            Some((number, _)) => {
                family.named.insert(number);
                family.variants.insert(number);
            }
            None => family.missing.push(Missing { name, version: wanted, kind: dependency.kind }),
        }
    }

    /// The package that one for a platform belongs to by its name, and the
    /// version that it should have if that is another one.
    fn main_of(&self, number: usize) -> Option<(usize, Option<Version>)> {
        let package = self.package(number)?;
        let (scope, base) = (package.name().scope(), package.name().base());
        let platform = NamedPlatform::of(base);
        let says_all = platform.as_ref().is_some_and(|platform| platform.cpu.is_some());
        let declares_all = !package.os().is_empty() && !package.cpu().is_empty();
        if !(declares_all || says_all || (platform.is_some() && package.is_platform_package())) {
            return None;
        }
        let stem = platform.as_ref().map_or(base, |platform| platform.stem);
        let is_sure = |main: usize| (main, self.package(main).map(PackageJson::version).cloned());
        let (main, version) = self
            .by_stem(stem, scope)
            .map(is_sure)
            .or_else(|| self.by_scope(scope?).filter(|_| stem.is_empty()).map(is_sure))
            .or_else(|| {
                // A package for Linux alone may stand for itself.
                platform.as_ref()?;
                Some((self.by_scope(scope?).or_else(|| self.only_main())?, None))
            })?;
        let is_same = self.package(main)?.version() == package.version();
        match version.filter(|_| !is_same) {
            Some(version) => Some((main, Some(version))),
            None if is_same => Some((main, None)),
            None => None,
        }
    }

    /// The package whose name is the stem, or of which the stem has more: in the
    /// same scope first.
    fn by_stem(&self, stem: &str, scope: Option<&str>) -> Option<usize> {
        let ends = stem.match_indices('-').map(|(at, _)| at).chain([stem.len()]);
        let prefixes = ends.filter_map(|end| stem.get(..end)).collect::<Vec<_>>();
        prefixes.into_iter().rev().filter(|prefix| !prefix.is_empty()).find_map(|prefix| {
            let mains = self.mains.get(prefix)?;
            let scope_of = |main: &usize| self.package(*main).and_then(|package| package.name().scope());
            let is_in_scope = |main: &&usize| scope_of(main) == scope;
            let is_scope = |main: &&usize| scope_of(main).is_none();
            mains.iter().find(is_in_scope).or_else(|| mains.iter().find(is_scope)).copied()
        })
    }

    /// The package that a scope is named after, or the only one in it.
    fn by_scope(&self, scope: &str) -> Option<usize> {
        let all = || self.mains.values().flatten().copied();
        let is_in =
            |main: &usize| self.package(*main).is_some_and(|package| package.name().scope() == Some(scope));
        let has_name =
            |main: &usize| self.package(*main).is_some_and(|package| package.name().as_str() == scope);
        all().find(has_name).or_else(|| only(all().filter(is_in)))
    }

    fn only_main(&self) -> Option<usize> {
        only(self.mains.values().flatten().copied())
    }
}

/// Whether a package can be one that chooses among those for platforms: it is
/// not for one itself, and there is a program or module that chooses.
fn can_choose(package: &PackageJson) -> bool {
    let entry_points = package.entry_points();
    !package.is_for_one_machine()
        && NamedPlatform::of(package.name().base()).is_none()
        && (entry_points.is_importable || !entry_points.bin.is_empty())
}

fn only(mut numbers: impl Iterator<Item = usize>) -> Option<usize> {
    let first = numbers.next()?;
    numbers.next().is_none().then_some(first)
}

/// Whether a dependency is on the version of the package that has it: alone,
/// or for a platform as the lowest.
fn is_pinned_to(dependency: &Dependency, version: &Version, is_platform: bool) -> bool {
    let named = if is_platform { dependency.lowest() } else { dependency.exact() };
    named.as_ref() == Some(version)
}

/// Whether a version is another one with the words of a platform behind it.
fn is_variant(variant: &Version, of: &Version) -> bool {
    let (variant, of) = (variant.to_string(), of.to_string());
    variant
        .strip_prefix(&of)
        .and_then(|rest| rest.strip_prefix(['-', '.']))
        .is_some_and(|words| NamedPlatform::of(words).is_some())
}

/// Whether names have one scope, or one is the other's scope or beginning.
fn is_related(package: &PackageJson, name: &str) -> bool {
    let scope = name.strip_prefix('@').and_then(|rest| rest.split_once('/')).map(|(scope, _)| scope);
    let (own, base_of) = (package.name(), base(name));
    match (own.scope(), scope) {
        (Some(own), Some(scope)) => own == scope,
        (None, Some(scope)) => own.base() == scope || base_of.starts_with(own.base()),
        (None, None) => base_of.starts_with(own.base()),
        (Some(scope), None) => scope == base_of,
    }
}

fn base(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, base)| base)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn package(json: &str) -> PackageJson {
        PackageJson::read(json.as_bytes()).unwrap()
    }

    fn platform(name: &str, version: &str) -> PackageJson {
        package(&format!(r#"{{"name":"{name}","version":"{version}","os":["linux"],"cpu":["x64"]}}"#))
    }

    fn plain(name: &str, version: &str) -> PackageJson {
        package(&format!(r#"{{"name":"{name}","version":"{version}"}}"#))
    }

    fn naming(name: &str, field: &str, others: &[(&str, &str)]) -> PackageJson {
        let others: serde_json::Map<_, _> =
            others.iter().map(|(name, spec)| ((*name).to_owned(), (*spec).into())).collect();
        package(&serde_json::json!({"name": name, "version": "1.0.0", field: others}).to_string())
    }

    /// What there is to say of each family.
    fn shown(packages: &[PackageJson]) -> String {
        let packages: Vec<&PackageJson> = packages.iter().collect();
        let name = |number: &usize| packages[*number].name().base().to_owned();
        let line = |family: Family<'_>| {
            let parts = [
                ("", vec![name(&family.main)]),
                ("has", family.named.iter().map(name).collect()),
                ("lacks", family.missing.iter().map(|missing| base(missing.name).to_owned()).collect()),
                (
                    "stale",
                    family
                        .stale
                        .iter()
                        .map(|(number, wanted)| format!("{}/{wanted}", name(number)))
                        .collect(),
                ),
                ("unnamed", family.unnamed.iter().map(name).collect()),
            ];
            let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
            parts.map(|(word, names)| format!("{word} {}", names.join(" "))).collect::<Vec<_>>().join("; ")
        };
        families(&packages).into_iter().map(line).collect::<Vec<_>>().join("\n").trim().to_owned()
    }

    const OPTIONAL: &str = "optionalDependencies";

    #[test]
    fn whole_and_broken() {
        let main =
            |spec| naming("tool", OPTIONAL, &[("@o/tool-linux-x64", spec), ("@o/tool-win32-x64", spec)]);
        let (linux, windows) =
            (platform("@o/tool-linux-x64", "1.0.0"), platform("@o/tool-win32-x64", "1.0.0"));
        for spec in ["1.0.0", "^1.0.0", "=1.0.0", "npm:@o/tool-linux-x64@1.0.0"] {
            let main = naming("tool", OPTIONAL, &[("@o/tool-linux-x64", spec)]);
            assert_eq!(shown(&[main, linux.clone()]), "tool; has tool-linux-x64", "{spec}");
        }
        assert_eq!(shown(&[main("1.0.0"), linux.clone()]), "tool; has tool-linux-x64; lacks tool-win32-x64");
        assert_eq!(shown(&[main("1.0.0")]), "tool; lacks tool-linux-x64 tool-win32-x64");
        // Published before, by another release.
        assert_eq!(shown(&[main("0.9.0")]), "");
        assert_eq!(
            shown(&[main("1.0.0"), linux.clone(), windows]),
            "tool; has tool-linux-x64 tool-win32-x64"
        );
        assert_eq!(
            shown(&[main("1.0.0"), linux.clone(), platform("@o/tool-win32-x64", "0.9.0")]),
            "tool; has tool-linux-x64; stale tool-win32-x64/1.0.0"
        );
        assert_eq!(
            shown(&[main("1.0.0"), linux.clone(), platform("@o/tool-win32-x46", "1.0.0")]),
            "tool; has tool-linux-x64; lacks tool-win32-x64; unnamed tool-win32-x46"
        );
        assert_eq!(shown(&[plain("tool", "1.0.0"), linux]), "tool; unnamed tool-linux-x64");
    }

    #[test]
    fn by_name_alone() {
        for (main, other, expected) in [
            ("tool", "@tool/linux-x64", "tool; unnamed linux-x64"),
            ("tool", "tool-linux-x64", "tool; unnamed tool-linux-x64"),
            ("@o/tool", "@o/tool-linux-x64", "tool; unnamed tool-linux-x64"),
            ("@o/biome", "@o/cli-linux-x64", "biome; unnamed cli-linux-x64"),
            ("tool-js", "@tool-bin/linux-x64", "tool-js; unnamed linux-x64"),
        ] {
            assert_eq!(shown(&[plain(main, "1.0.0"), platform(other, "1.0.0")]), expected);
        }
        // Without `os` and `cpu` the name counts for the version.
        let two = |other| shown(&[plain("tool", "1.0.0"), plain(other, "0.9.0")]);
        assert_eq!(two("@tool/linux-x64"), "tool; stale linux-x64/1.0.0");
        assert_eq!(two("tool-windows"), "");
        assert_eq!(two("tool-linux-helpers"), "");
        // Another project's, of its own version.
        let colour = plain("@img/colour", "1.0.0");
        assert_eq!(shown(&[colour, platform("@img/sharp-libvips-linux-x64", "1.2.4")]), "");
        assert_eq!(shown(&[platform("@o/tool-linux-x64", "1.0.0")]), "");
        // One that holds headers alone chooses nothing.
        let headers =
            package(r#"{"name":"@o/lib-dev","version":"1.0.0","exports":{"./include":"./include/x.h"}}"#);
        assert_eq!(shown(&[headers, platform("@o/lib-linux-x64", "1.0.0")]), "");
        // A daemon for Linux alone, beside a library.
        let daemon = package(r#"{"name":"@o/daemon","version":"1.0.0","os":["linux"],"cpu":["x64"]}"#);
        assert_eq!(shown(&[plain("@o/core", "1.0.0"), daemon]), "");
        let several = package(r#"{"name":"@o/cli","version":"1.0.0","os":["linux","darwin"],"cpu":["x64"]}"#);
        assert_eq!(shown(&[plain("@o/core", "1.0.0"), several.clone()]), "");
        // The package that chooses may list the systems that it is for.
        let named = package(r#"{"name":"@o/cli-linux-x64","version":"1.0.0","os":["linux"],"cpu":["x64"]}"#);
        assert_eq!(shown(&[several, named]), "cli; unnamed cli-linux-x64");
        let fsevents = package(r#"{"name":"fsevents","version":"1.0.0","os":["darwin"]}"#);
        assert_eq!(shown(&[plain("tool", "1.0.0"), fsevents]), "");
    }

    /// npm tells the packages of some families apart by their versions alone.
    #[test]
    fn variants_of_one_name() {
        let main = naming(
            "@o/tool",
            OPTIONAL,
            &[
                ("@o/tool-linux-x64", "npm:@o/tool@1.0.0-linux-x64"),
                ("@o/tool-win32-x64", "npm:@o/tool@1.0.0-win32-x64"),
            ],
        );
        let (linux, windows) =
            (platform("@o/tool", "1.0.0-linux-x64"), platform("@o/tool", "1.0.0-win32-x64"));
        assert_eq!(shown(&[main.clone(), linux.clone(), windows.clone()]), "tool; has tool tool");
        assert_eq!(shown(&[windows, linux.clone(), main.clone()]), "tool; has tool tool");
        assert_eq!(shown(&[main, linux]), "tool; has tool; lacks tool");
        // An older version of itself is none.
        let old = naming("@o/tool", "dependencies", &[("@o/tool-v0", "npm:@o/tool@0.9.0")]);
        assert_eq!(shown(&[old]), "");
    }

    #[test]
    fn plain_packages_of_one_version() {
        let core = plain("@o/core", "1.0.0");
        let cli =
            naming("@o/cli", "dependencies", &[("@o/core", "1.0.0"), ("@o/util", "1.0.0"), ("x", "1.0.0")]);
        assert_eq!(shown(&[cli.clone(), core]), "cli; has core; lacks util");
        // An older one on purpose.
        let old = naming("@o/bench", "dependencies", &[("@o/core", "0.9.0")]);
        assert_eq!(shown(&[old, plain("@o/core", "1.0.0")]), "");
        let peer = naming("@o/react", "peerDependencies", &[("@o/core", "^1.0.0")]);
        assert_eq!(shown(&[peer, plain("@o/core", "1.0.0")]), "");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// A family of which one package is left out, stale or misspelt.
        #[test]
        fn one_fault_in_a_family(count in 2_usize..12, at in 0_usize..12, fault in 0..3, scoped: bool) {
            const PLATFORMS: [&str; 12] = [
                "linux-x64", "linux-arm64", "linux-x64-musl", "linux-arm64-musl", "darwin-x64", "darwin-arm64",
                "win32-x64", "win32-arm64", "win32-ia32", "freebsd-x64", "android-arm64", "linux-s390x",
            ];
            let names: Vec<String> = PLATFORMS[..count]
                .iter()
                .map(|words| if scoped { format!("@tool/{words}") } else { format!("tool-{words}") })
                .collect();
            let specs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1.0.0")).collect();
            let mut packages: Vec<PackageJson> = names.iter().map(|name| platform(name, "1.0.0")).collect();
            packages.push(naming("tool", OPTIONAL, &specs));
            let whole = shown(&packages);
            prop_assert!(!whole.contains("lacks") && !whole.contains("stale") && !whole.contains("unnamed"));
            let at = at % count;
            match fault {
                0 => drop(packages.remove(at)),
                1 => packages[at] = platform(&names[at], "1.0.1"),
                _ => packages[at] = platform(&format!("{}x", names[at]), "1.0.0"),
            }
            let broken = shown(&packages);
            let word = if fault == 1 { "stale" } else { "lacks" };
            prop_assert!(broken.contains(word), "{broken}");
        }
    }
}
