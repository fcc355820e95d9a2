//! The repository that a package.json names.

/// The repository on GitHub that a URL or shorthand means, as `owner/name`, or
/// nothing if it means one elsewhere: npm takes every form in which git or a
/// browser would find it, `github:owner/name` and plain `owner/name`
/// (hosted-git-info; npm, "package.json", `repository`).
#[must_use]
pub(crate) fn github_repository(url: &str) -> Option<String> {
    let url = url.split('#').next().unwrap_or_default().trim();
    let path = match url.strip_prefix("github:") {
        Some(path) => path,
        None if url.contains(':') => of_github(url)?,
        None => url,
    };
    let path = path.trim_matches('/');
    let (owner, name) = path.strip_suffix(".git").unwrap_or(path).split_once('/')?;
    let is_plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    (is_plain(owner) && is_plain(name)).then(|| format!("{owner}/{name}"))
}

/// The path of a URL, or of `user@host:path`, if the host is GitHub.
fn of_github(url: &str) -> Option<&str> {
    let (authority, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None => url.split_once(':')?,
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    let is_github = ["github.com", "www.github.com"].iter().any(|github| host.eq_ignore_ascii_case(github));
    is_github.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for url in [
            "o/r.js",
            "github:o/r.js",
            "https://github.com/o/r.js",
            "https://github.com/o/r.js/",
            "https://user:secret@github.com/o/r.js.git",
            "git+https://github.com/o/r.js.git",
            "git+ssh://git@github.com:22/o/r.js.git#main",
            "git://github.com/o/r.js.git",
            "git@github.com:o/r.js.git",
            "https://www.GitHub.com/o/r.js",
        ] {
            assert_eq!(github_repository(url).as_deref(), Some("o/r.js"), "{url}");
        }
        for url in [
            "",
            "o",
            "gitlab:o/r",
            "https://gitlab.com/o/r",
            "https://github.com.evil.example/o/r",
            "https://evil.example/github.com/o/r",
            "https://github.com/o/r/tree/main",
            "https://github.com",
            "git@example.org:o/r.git",
            "o/r x",
        ] {
            assert_eq!(github_repository(url), None, "{url}");
        }
    }
}
