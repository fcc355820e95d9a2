//! What a package depends on.

use semver::Version;

use super::version;

/// The field of package.json that names a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DependencyKind {
    /// `peerDependencies`
    Peer,
    /// `dependencies`
    Required,
    /// `optionalDependencies`: its absence is no error to npm.
    Optional,
}

impl DependencyKind {
    /// The field.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Peer => "peerDependencies",
            Self::Required => "dependencies",
            Self::Optional => "optionalDependencies",
        }
    }
}

/// Prefixes of what only a workspace, a package manager other than npm, or the
/// machine of the build resolves.
const LOCAL: [&str; 8] = ["workspace:", "catalog:", "link:", "portal:", "file:", "patch:", "exec:", "./"];

/// One dependency of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The field that names it. npm lets `optionalDependencies` override
    /// `dependencies`.
    pub kind: DependencyKind,
    /// The range, tag or URL; the beginning of a very long one.
    pub spec: String,
    /// Whether it lies in the package's own `node_modules`.
    pub is_bundled: bool,
}

impl Dependency {
    /// The package that it means if it is an alias: `npm:@scope/name@1.0.0`.
    pub(crate) fn alias(&self) -> Option<&str> {
        let aliased = self.spec.trim().strip_prefix("npm:")?;
        Some(aliased.rfind('@').filter(|&at| at > 0).and_then(|at| aliased.get(..at)).unwrap_or(aliased))
    }

    /// The range of versions, that of an alias too.
    fn range(&self) -> &str {
        let spec = self.spec.trim();
        match spec.strip_prefix("npm:") {
            Some(aliased) => aliased
                .rfind('@')
                .filter(|&at| at > 0)
                .and_then(|at| aliased.get(at + 1..))
                .unwrap_or_default(),
            None => spec,
        }
    }

    /// The only version that it allows.
    pub(crate) fn exact(&self) -> Option<Version> {
        version::read(self.range()).as_ref().map(version::published)
    }

    /// The version that it names, alone or as the lowest of those that `^`,
    /// `~` or `>=` allow.
    pub(crate) fn lowest(&self) -> Option<Version> {
        let range = self.range();
        let lowest = ["^", "~", ">="].iter().find_map(|operator| range.strip_prefix(operator));
        version::read(lowest.unwrap_or(range)).as_ref().map(version::published)
    }

    /// Whether nobody can install it from the registry.
    pub(crate) fn is_local(&self) -> bool {
        let spec = self.spec.trim();
        let is_path = spec.starts_with("../") || spec.starts_with('/') || spec.starts_with("~/");
        !self.is_bundled && (is_path || LOCAL.iter().any(|prefix| spec.starts_with(prefix)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(spec: &str) -> Dependency {
        Dependency { kind: DependencyKind::Required, spec: spec.to_owned(), is_bundled: false }
    }

    #[test]
    fn specs() {
        let lowest = |spec| of(spec).lowest().map(|version| version.to_string());
        let exact = |spec| of(spec).exact().map(|version| version.to_string());
        for (spec, one, least) in [
            ("1.0.0", Some("1.0.0"), Some("1.0.0")),
            ("=1.0.0", Some("1.0.0"), Some("1.0.0")),
            ("^1.0.0", None, Some("1.0.0")),
            ("~1.0.0", None, Some("1.0.0")),
            (">=1.0.0", None, Some("1.0.0")),
            ("npm:@o/x@1.0.0", Some("1.0.0"), Some("1.0.0")),
            ("npm:@o/x", None, None),
            ("1.x", None, None),
            ("*", None, None),
            ("latest", None, None),
            ("^1.0.0 || ^2.0.0", None, None),
        ] {
            assert_eq!((exact(spec).as_deref(), lowest(spec).as_deref()), (one, least), "{spec}");
        }
        assert_eq!(of("npm:@o/x@1.0.0").alias(), Some("@o/x"));
        assert_eq!(of("npm:x").alias(), Some("x"));
        assert_eq!(of("1.0.0").alias(), None);
    }

    #[test]
    fn what_npm_cannot_install() {
        for spec in [
            "workspace:*",
            "workspace:^",
            "catalog:",
            "catalog:react",
            "link:../x",
            "portal:../x",
            "file:../x",
            "../x",
            "./x",
            "/x",
        ] {
            assert!(of(spec).is_local(), "{spec}");
        }
        for spec in [
            "1.0.0",
            "npm:x@1",
            "o/r",
            "github:o/r",
            "git+ssh://git@github.com/o/r.git",
            "latest",
            "https://example.com/x.tgz",
            "~1.0.0",
            "",
        ] {
            assert!(!of(spec).is_local(), "{spec}");
        }
        assert!(!Dependency { is_bundled: true, ..of("file:x") }.is_local());
    }
}
