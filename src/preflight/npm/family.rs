//! npm packages as one set: what npm publishes without a word, and what then
//! cannot be installed or does not start.

use std::collections::{BTreeMap, BTreeSet};

use crate::distribution::npm::DependencyKind;
use crate::distribution::npm::PackageJson;
use crate::distribution::npm::family::{Family, Missing, families};
use crate::distribution::npm::platform::NamedPlatform;
use crate::evidence::{Distribution, Evidence};
use crate::preflight::release::Member;
use crate::rule::Rule;
use crate::rule::finding::Finding;
use crate::sample::Sample;

/// A package of the release.
#[derive(Clone, Copy)]
struct Packed<'a> {
    file: &'a Evidence,
    package: &'a PackageJson,
}

/// What is wrong with the npm packages of a release as a set.
#[must_use]
pub(crate) fn judge(members: &[Member<'_>]) -> Vec<Finding> {
    let packed = packed(members);
    let packages: Vec<&PackageJson> = packed.iter().map(|packed| packed.package).collect();
    let mut findings = duplicates(&packed);
    for family in families(&packages) {
        let Some(main) = packed.get(family.main) else { continue };
        let family = Judged { main, family, packed: &packed };
        findings.extend(family.missing());
        findings.extend(family.stale());
        findings.extend(family.unnamed());
        findings.extend(family.tags());
    }
    findings
}

/// What the packages of a release are to each other.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    mains: BTreeMap<String, String>,
    variants: BTreeSet<(String, String)>,
}

impl Relations {
    /// Finds them.
    #[must_use]
    pub(crate) fn of(members: &[Member<'_>]) -> Self {
        let packages: Vec<&PackageJson> = packed(members).iter().map(|packed| packed.package).collect();
        let package = |number: &usize| packages.get(*number).copied();
        let mut relations = Self::default();
        for family in families(&packages) {
            let Some(main) = package(&family.main) else { continue };
            let others = family.named.iter().chain(&family.unnamed).filter_map(package);
            let mut platforms = others.filter(|other| other.is_platform_package()).peekable();
            if platforms.peek().is_none() {
                continue;
            }
            for package in platforms.chain([main]) {
                let name = package.name().to_string();
                relations.mains.entry(name).or_insert_with(|| main.name().to_string());
            }
            let variants = family.variants.iter().filter_map(package);
            relations
                .variants
                .extend(variants.map(|package| (package.name().to_string(), package.version().to_string())));
        }
        relations
    }

    /// The name of the package that one belongs to: the one that names it as its
    /// program for a platform, or itself if it names such. None if it has no
    /// family.
    pub(crate) fn main_of(&self, name: &str) -> Option<&str> {
        self.mains.get(name).map(String::as_str)
    }

    /// Whether a package is known by its version alone as one of a platform.
    pub(crate) fn is_variant(&self, package: &PackageJson) -> bool {
        !self.variants.is_empty()
            && self.variants.contains(&(package.name().to_string(), package.version().to_string()))
    }
}

fn packed<'a>(members: &[Member<'a>]) -> Vec<Packed<'a>> {
    let packed = |member: &Member<'a>| match &member.file().distribution {
        Distribution::NpmPackage { package, .. } => Some(Packed { file: member.file(), package }),
        _ => None,
    };
    members.iter().filter_map(packed).collect()
}

/// Packages of which npm would publish the first and refuse the rest.
fn duplicates(packed: &[Packed<'_>]) -> Vec<Finding> {
    let mut firsts: BTreeMap<_, &Packed<'_>> = BTreeMap::new();
    let mut findings = Vec::new();
    for one in packed {
        let key = (one.package.name(), one.package.version());
        let first = *firsts.entry(key).or_insert(one);
        if !std::ptr::eq(first, one) {
            let (name, version) = key;
            findings.push(
                Rule::NpmDuplicate
                    .at(one.file)
                    .found(format!("npm publishes it as {name} {version}, as it does {}", first.file.place()))
                    .expected("one package for each name and version"),
            );
        }
    }
    findings
}

/// A family, and where its packages are.
struct Judged<'a, 'p> {
    main: &'p Packed<'a>,
    family: Family<'a>,
    packed: &'p [Packed<'a>],
}

impl<'a, 'p> Judged<'a, 'p> {
    fn title(&self) -> String {
        format!("{} {}", self.main.package.name(), self.main.package.version())
    }

    fn named(&self) -> impl Iterator<Item = &'p Packed<'a>> {
        self.family.named.iter().filter_map(|number| self.packed.get(*number))
    }

    /// Packages that it names and that are not here: some of them, or all.
    fn missing(&self) -> Option<Finding> {
        let missing = &self.family.missing;
        let names: Sample<String, 10> =
            missing.iter().map(|missing| format!("{} {}", missing.name, missing.version)).collect();
        let fields: Sample<&str> = {
            let mut fields: Vec<_> = missing.iter().map(|missing| missing.kind.field()).collect();
            fields.sort_unstable();
            fields.dedup();
            fields.into_iter().collect()
        };
        let count = |number: usize| match number {
            1 => "1 package".to_owned(),
            many => format!("{many} packages"),
        };
        let here = self.family.named.len() + self.family.stale.len();
        let all = here + missing.len();
        if missing.is_empty() {
            return None;
        }
        if here == 0 {
            let is_optional = |missing: &Missing<'_>| missing.kind == DependencyKind::Optional;
            return missing.iter().any(is_optional).then(|| {
                Rule::NpmFamilyAbsent
                    .at(self.main.file)
                    .found(format!(
                        "{} names {} of its own version, and none is here",
                        self.title(),
                        count(all)
                    ))
                    .expected(format!("{names}, or a release that has published them before"))
            });
        }
        let artifacts = self.artifacts();
        let found = format!(
            "{} names {} of its own version in {fields}, and {here} of them are here",
            self.title(),
            count(all)
        );
        let finding = Rule::NpmFamilyIncomplete.at(self.main.file).found(found).expected(names.to_string());
        Some(if artifacts.is_empty() {
            finding
        } else {
            finding.remedy(format!(
                "Check the job that uploads {artifacts}. If a package is no longer built, remove it from \
                 `optionalDependencies`."
            ))
        })
    }

    /// The artifacts that should have had what is missing: named as those of
    /// the packages that are here.
    fn artifacts(&self) -> Sample<String, 10> {
        let sibling = |packed: &Packed<'_>| {
            let words = NamedPlatform::of(packed.package.name().base())?.words.to_owned();
            let artifact = packed.file.artifact.name.as_str();
            artifact.contains(&words).then(|| (artifact.to_owned(), words))
        };
        let Some((artifact, words)) = self.named().find_map(sibling) else { return Sample::default() };
        let base = |name: &'a str| name.rsplit_once('/').map_or(name, |(_, base)| base);
        let platforms =
            self.family.missing.iter().filter_map(|missing| NamedPlatform::of(base(missing.name)));
        platforms.map(|platform| artifact.replacen(&words, platform.words, 1)).collect()
    }

    fn stale(&self) -> impl Iterator<Item = Finding> {
        let stale = self.family.stale.iter();
        stale.filter_map(|(number, wanted)| Some((self.packed.get(*number)?, wanted))).map(
            |(packed, wanted)| {
                Rule::NpmFamilyVersion
                    .at(packed.file)
                    .found(format!(
                        "{} is here in version {}",
                        packed.package.name(),
                        packed.package.version()
                    ))
                    .expected(format!("{wanted}, which belongs to {}", self.title()))
            },
        )
    }

    /// Packages for a platform that nobody would install.
    fn unnamed(&self) -> Vec<Finding> {
        let unnamed: Vec<_> =
            self.family.unnamed.iter().filter_map(|number| self.packed.get(*number)).collect();
        if unnamed.is_empty() {
            return Vec::new();
        }
        if !self.family.names_platforms {
            let names: Sample<&str> = unnamed.iter().map(|packed| packed.package.name().as_str()).collect();
            return vec![
                Rule::NpmFamilyUnnamed
                    .at(self.main.file)
                    .found(format!("{} names none of its platform packages", self.title()))
                    .expected(format!("{names} in `optionalDependencies`")),
            ];
        }
        let finding = |packed: &&Packed<'_>| {
            Rule::NpmPlatformUnnamed
                .at(packed.file)
                .found(format!("no package of this release depends on {}", packed.package.name()))
                .expected(format!("{} to name it in `optionalDependencies`", self.title()))
        };
        unnamed.iter().map(finding).collect()
    }

    /// Packages of one family that would be published under other tags.
    fn tags(&self) -> Option<Finding> {
        let shown =
            |tag: Option<&str>| tag.map_or("npm's default tag".to_owned(), |tag| format!("the tag `{tag}`"));
        let own = self.main.package.dist_tag();
        let is_variant = |number: &&usize| self.family.variants.contains(*number);
        let others = self.family.named.iter().filter(|number| !is_variant(number));
        let others = others.filter_map(|number| self.packed.get(*number));
        let platforms = others.filter(|packed| packed.package.is_platform_package());
        let others: Vec<_> = platforms.filter(|packed| packed.package.dist_tag() != own).collect();
        let first = others.first()?;
        let names: Sample<&str> = others.iter().map(|packed| packed.package.name().as_str()).collect();
        Some(
            Rule::NpmFamilyTag
                .at(self.main.file)
                .found(format!(
                    "{} is published under {}, and {names} under {}",
                    self.title(),
                    shown(own),
                    shown(first.package.dist_tag())
                ))
                .expected("one dist-tag for a package and its platform packages"),
        )
    }
}
