//! The registry that a package.json names.

/// Whether a package with this `publishConfig.registry` is published elsewhere
/// than on npm, whatever registry the publishing job is configured for.
///
/// npm and its mirrors serve packages at the root of a host `registry.*` below
/// `.org` or `.com`. Other registries have a path, a port or a host of another
/// form.
#[must_use]
pub(crate) fn is_other_registry(url: &str) -> bool {
    let lower = url.trim().to_ascii_lowercase();
    let Some(rest) = ["https://", "http://", "//"].iter().find_map(|scheme| lower.strip_prefix(scheme))
    else {
        return true;
    };
    let host: Vec<&str> = rest.trim_end_matches('/').split('.').collect();
    !matches!(host.as_slice(), ["registry", name, "org" | "com"] if !name.contains(['/', ':', '@']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries() {
        for url in
            ["https://registry.example.org", "https://registry.example.org/", "http://Registry.Example.COM/"]
        {
            assert!(!is_other_registry(url), "{url}");
        }
        for url in [
            "https://npm.pkg.example.com",
            "https://example.com/api/v4/projects/1/packages/npm/",
            "https://registry.example.org:4873/",
            "https://registry.example.org/npm/",
            "http://localhost:4873",
            "",
        ] {
            assert!(is_other_registry(url), "{url}");
        }
    }
}
