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

/// Schemes that npm installs from (npm-package-arg, hosted-git-info). All
/// others are those of workspaces and other package managers.
const SCHEMES: [&str; 15] = [
    "npm",
    "http",
    "https",
    "git",
    "git+http",
    "git+https",
    "git+ssh",
    "git+rsync",
    "git+ftp",
    "ssh",
    "github",
    "gitlab",
    "bitbucket",
    "gist",
    "sourcehut",
];

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

    /// Whether npm cannot install it: it is a path on the machine of the build,
    /// or has a protocol that only a workspace resolves.
    pub(crate) fn is_local(&self) -> bool {
        let spec = self.spec.trim();
        // An alias of an alias is none.
        let spec = spec.strip_prefix("npm:").map_or(spec, |_| self.range());
        !self.is_bundled && (is_path(spec) || scheme(spec).is_some_and(|scheme| !is_supported(scheme)))
    }
}

/// Whether npm takes a spec for a path (npm-package-arg).
fn is_path(spec: &str) -> bool {
    let is_archive = [".tgz", ".tar.gz", ".tar"].iter().any(|end| {
        spec.len()
            .checked_sub(end.len())
            .and_then(|at| spec.get(at..))
            .is_some_and(|last| last.eq_ignore_ascii_case(end))
    });
    let is_drive = matches!(spec.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let slashes = spec.split('#').next().unwrap_or_default().matches('/').count();
    let is_shorthand = slashes == 1 && !spec.starts_with('@');
    spec.starts_with(['.', '/'])
        || spec.starts_with("~/")
        || is_drive
        || (!spec.contains(':') && !is_shorthand && (slashes > 0 || is_archive))
}

/// What stands before the first colon, if it can be the scheme of a URL.
fn scheme(spec: &str) -> Option<&str> {
    let (scheme, _) = spec.split_once(':')?;
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    (!scheme.is_empty() && scheme.bytes().all(is_scheme)).then_some(scheme)
}

fn is_supported(scheme: &str) -> bool {
    SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
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

    /// The answers of npm-package-arg 13.
    #[test]
    fn what_npm_cannot_install() {
        for spec in [
            "workspace:*",
            "workspace:^",
            "Workspace:*",
            "workspace:",
            "catalog:",
            "catalog:react",
            "link:../x",
            "portal:../x",
            "patch:x@npm:1#y",
            "exec:./x",
            "jsr:@o/x@1",
            "root:x",
            "ftp://x/y.tgz",
            "git+file:///x",
            "file:../x",
            "FILE:x",
            ".",
            "..",
            "../x",
            "./x",
            "/x",
            "~/x",
            "C:/x",
            "x/y/z",
            "@o/x@1",
            "x-1.0.0.tgz",
            "x.TAR.gz",
            "npm:@o/x@workspace:*",
            "npm:x@file:x",
        ] {
            assert!(of(spec).is_local(), "{spec}");
        }
        for spec in [
            "1.0.0",
            "v1.0.0",
            "=1.0.0",
            " 1.0.0 ",
            ">=1 <2",
            "1.0.0 - 2",
            "*",
            "npm:x",
            "npm:x@1",
            "npm:@o/x@latest",
            "o/r",
            "o/r#main",
            "o/r#semver:^1",
            "o/r#feature/x",
            "github:o/r",
            "gitlab:o/r",
            "gist:abc",
            "sourcehut:~o/r",
            "git+ssh://git@github.com/o/r.git",
            "git@github.com:o/r.git",
            "git://h/o/r",
            "latest",
            "next-1",
            "https://example.com/x.tgz",
            "HTTPS://example.com/x.tgz",
            "~1.0.0",
            "",
        ] {
            assert!(!of(spec).is_local(), "{spec}");
        }
        assert!(!Dependency { is_bundled: true, ..of("file:x") }.is_local());
    }
}
