//! The repository that a package.json names.

/// Schemes of URLs of repositories on GitHub (hosted-git-info).
const SCHEMES: [&str; 6] = ["git", "http", "git+ssh", "git+https", "ssh", "https"];

/// The repository on GitHub that a URL or shorthand means, as `owner/name`, in
/// the case that it is written in. None if it means one elsewhere, or if npm
/// does not recognize it, and so does not normalize it (hosted-git-info; npm,
/// "package.json", `repository`).
#[must_use]
pub(crate) fn github_repository(url: &str) -> Option<String> {
    let url = url.split('#').next().unwrap_or_default().trim();
    let (owner, name) = match url.strip_prefix("github:") {
        Some(path) => shorthand(path.rsplit_once('@').map_or(path, |(_, path)| path))?,
        None if url.contains([':', '@']) => of_github(url)?,
        None => shorthand(url)?,
    };
    let name = name.strip_suffix(".git").unwrap_or(name);
    let is_plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    (is_plain(owner) && is_plain(name) && !owner.starts_with('.')).then(|| format!("{owner}/{name}"))
}

/// `owner/name`, and nothing behind it.
fn shorthand(path: &str) -> Option<(&str, &str)> {
    path.split_once('/').filter(|(_, name)| !name.contains('/'))
}

/// Owner and name of a URL, or of `user@host:path`, if the host is GitHub. What
/// follows may be the path of a branch.
fn of_github(url: &str) -> Option<(&str, &str)> {
    let rest = match url.split_once("://") {
        Some((scheme, rest)) => {
            SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(rest)?
        }
        // Of SSH, as git writes it.
        None => url.contains('@').then_some(url)?,
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let start = rest.get(..end)?.rfind('@').map_or(0, |at| at + 1);
    let (host, path) = rest.get(start..)?.split_once([':', '/'])?;
    let is_github = ["github.com", "www.github.com"].iter().any(|github| host.eq_ignore_ascii_case(github));
    // The colon may stand before a port.
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let path = path.split_once('/').filter(|(port, _)| is_port(port)).map_or(path, |(_, path)| path);
    let mut parts = path.split('?').next()?.split('/');
    let (owner, name) = (parts.next()?, parts.next()?);
    let is_repository = matches!(parts.next(), None | Some("" | "tree"));
    (is_github && is_repository).then_some((owner, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers of hosted-git-info 9.
    #[test]
    fn forms() {
        for url in [
            "o/r.js",
            "o/r.js#main",
            "github:o/r.js",
            "github:o/r.js.git",
            "github:o/r.js#main",
            "https://github.com/o/r.js",
            "https://github.com/o/r.js/",
            "https://github.com/o/r.js.git/",
            "https://github.com/o/r.js#readme",
            "https://github.com/o/r.js?x=1",
            "https://github.com/o/r.js/tree/main/packages/x",
            "https://github.com:443/o/r.js",
            "https://user:secret@github.com/o/r.js.git",
            "http://github.com/o/r.js",
            "git+https://github.com/o/r.js.git",
            "git+ssh://git@github.com:22/o/r.js.git#main",
            "git+ssh://git@github.com:o/r.js.git",
            "ssh://git@github.com/o/r.js",
            "git://github.com/o/r.js.git",
            "git@github.com:o/r.js.git",
            "git@github.com/o/r.js",
            "HTTPS://www.GitHub.com/o/r.js",
            " https://github.com/o/r.js ",
        ] {
            assert_eq!(github_repository(url).as_deref(), Some("o/r.js"), "{url}");
        }
        for url in [
            "",
            "o",
            "o/r.js/",
            "gist:abc",
            "gitlab:o/r",
            "github.com/o/r.js",
            "git:github.com/o/r.js",
            "git+http://github.com/o/r.js",
            "git+git://github.com/o/r.js",
            "https://github.com//o/r.js",
            "https://gitlab.com/o/r",
            "https://github.com.evil.example/o/r",
            "https://evil.example/github.com/o/r",
            "https://github.com/o/r/blob/main/x",
            "https://github.com",
            "git@example.org:o/r.git",
            "o/r x",
        ] {
            assert_eq!(github_repository(url), None, "{url}");
        }
        assert_eq!(github_repository("O/R").as_deref(), Some("O/R"));
    }
}
