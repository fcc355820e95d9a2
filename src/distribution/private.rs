//! Files that nobody means to publish: credentials, keys, and what tools leave.
//!
//! A file counts only if its content proves it: a vendored `.npmrc` without a
//! token, the `.env` of an example and the keys of tests are ordinary.

use std::fmt;

/// What a private file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrivateKind {
    /// A token or password in a file where tools look for them.
    Credentials,
    /// A private key in PEM.
    Key,
    /// The folder of a Git repository.
    Git,
    /// A file of macOS with what belongs to another one.
    AppleDouble,
}

impl PrivateKind {
    /// Whether where one is there are many.
    pub(crate) const fn is_of_many(self) -> bool {
        matches!(self, Self::Git | Self::AppleDouble)
    }
}

impl fmt::Display for PrivateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "credentials",
            Self::Key => "a private key",
            Self::Git => "a Git repository",
            Self::AppleDouble => "a file of macOS beside another one",
        })
    }
}

/// Folders whose files show how something is used, or are those of others.
const EXAMPLES: [&str; 22] = [
    "test",
    "tests",
    "testing",
    "testdata",
    "test_data",
    "test-data",
    "__tests__",
    "fixtures",
    "fixture",
    "spec",
    "specs",
    "example",
    "examples",
    "sample",
    "samples",
    "doc",
    "docs",
    "demo",
    "vendor",
    "_vendor",
    "third_party",
    "node_modules",
];

/// The most bytes of a file that are looked at.
const HEAD: usize = 4 << 10;

/// What a file is by its path, and by the first bytes of its content. None if it
/// is ordinary.
pub(crate) fn private(path: &str, head: &[u8]) -> Option<PrivateKind> {
    let mut folders = path.split('/').rev();
    let name = folders.next()?;
    let folders: Vec<String> = folders.map(str::to_ascii_lowercase).collect();
    let is_example = folders.iter().any(|folder| EXAMPLES.contains(&folder.as_str()));
    let head = head.get(..HEAD).unwrap_or(head);
    let is_in_git = folders.iter().any(|folder| folder == ".git");
    if is_in_git && !is_example && matches!(name, "HEAD" | "config" | "index" | "ORIG_HEAD" | "packed-refs") {
        return Some(PrivateKind::Git);
    }
    if name.starts_with("._") && head.starts_with(b"\x00\x05\x16\x07") {
        return Some(PrivateKind::AppleDouble);
    }
    if is_example {
        return None;
    }
    let has_credentials = match name {
        ".npmrc" => has_value(head, &["_authToken", "_password", "_auth"], "="),
        ".yarnrc.yml" => has_value(head, &["npmAuthToken", "npmAuthIdent"], ":"),
        ".pypirc" => has_value(head, &["password", "token"], "=:"),
        ".netrc" | "_netrc" => has_netrc_password(head),
        ".git-credentials" => {
            str::from_utf8(head).is_ok_and(|text| text.contains("://") && text.contains('@'))
        }
        _ if name.starts_with(".env") && !is_template(name) => has_secret_variable(head),
        _ => false,
    };
    if has_credentials {
        return Some(PrivateKind::Credentials);
    }
    is_private_key(head).then_some(PrivateKind::Key)
}

/// Whether what follows `.env` says that it is to be filled in, or is another
/// word.
fn is_template(name: &str) -> bool {
    let rest = name.strip_prefix(".env").unwrap_or(name);
    if !(rest.is_empty() || rest.starts_with(['.', '-', '_'])) {
        return true;
    }
    ["example", "sample", "template", "dist", "defaults", "schema", "test"]
        .iter()
        .any(|word| name.contains(word))
}

/// The lines of a text that are no comments, each cut at its first separator.
fn settings<'a>(head: &'a [u8], separators: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => {
            head.get(..error.valid_up_to()).and_then(|head| str::from_utf8(head).ok()).unwrap_or("")
        }
    };
    text.lines().filter_map(move |line| {
        let line = line.trim();
        let is_comment = line.starts_with(['#', ';']);
        let (key, value) = line.split_once(|c| separators.contains(c)).filter(|_| !is_comment)?;
        Some((key.trim(), value.trim().trim_matches(['"', '\''])))
    })
}

fn has_value(head: &[u8], keys: &[&str], separators: &str) -> bool {
    settings(head, separators).any(|(key, value)| {
        let last = key.rsplit(':').next().unwrap_or(key);
        keys.contains(&last) && is_secret(value)
    })
}

/// A variable whose name is that of a secret.
fn has_secret_variable(head: &[u8]) -> bool {
    const WORDS: [&str; 7] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "APIKEY", "API_KEY", "PRIVATE_KEY"];
    settings(head, "=").any(|(key, value)| {
        let key = key.strip_prefix("export ").unwrap_or(key).to_ascii_uppercase();
        is_secret(value) && WORDS.iter().any(|word| key.ends_with(word))
    })
}

fn has_netrc_password(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut words = text.split_ascii_whitespace();
    words.any(|word| word == "machine")
        && words.any(|word| word == "password")
        && words.next().is_some_and(is_secret)
}

/// Whether a value is a secret itself: not empty, no variable that stands for it,
/// and no placeholder.
fn is_secret(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_placeholder =
        ["your", "example", "changeme", "change_me", "placeholder", "xxx", "todo", "dummy", "***"]
            .iter()
            .any(|word| lower.contains(word));
    !value.is_empty() && !value.contains(['$', '<', '{']) && !is_placeholder
}

/// Whether a file is a private key in PEM (RFC 7468; PKCS #1; OpenSSH), not one
/// that merely speaks of such.
fn is_private_key(head: &[u8]) -> bool {
    let Some(begin) = head.trim_ascii_start().strip_prefix(b"-----BEGIN ") else { return false };
    let label = begin.split(|byte| *byte == b'-').next().unwrap_or_default();
    label.ends_with(b"PRIVATE KEY") && label.len() < 40 && begin.len() > label.len() + 60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_files() {
        use PrivateKind::{AppleDouble, Credentials, Git, Key};
        let key = format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n", "MIIE".repeat(20));
        for (path, head, kind) in [
            (".npmrc", "//r.example/:_authToken=npm_abc\n", Some(Credentials)),
            (".npmrc", "//r.example/:_authToken=${NPM_TOKEN}\n", None),
            (".npmrc", "# _authToken=npm_abc\nsave-exact=true\n", None),
            ("p/tests/.npmrc", "//r.example/:_authToken=npm_abc\n", None),
            ("a/.pypirc", "[pypi]\nusername = __token__\npassword = pypi-abc\n", Some(Credentials)),
            ("a/.pypirc", "[pypi]\npassword: p\n", Some(Credentials)),
            ("a/.pypirc", "[distutils]\nindex-servers = pypi\n", None),
            (".netrc", "machine r.example login u password p\n", Some(Credentials)),
            (".netrc", "default login anonymous\n", None),
            (".env", "export API_TOKEN='abc'\n", Some(Credentials)),
            (".env.production", "DB_PASSWORD=abc\n", Some(Credentials)),
            (".env", "PORT=80\nNEXT_PUBLIC_URL=http://x\n", None),
            (".env.example", "API_TOKEN=abc\n", None),
            (".envrc", "API_TOKEN=abc\n", None),
            (".env-dev", "API_TOKEN=abc\n", Some(Credentials)),
            (".env", "API_TOKEN=your-token-here\n", None),
            (".git-credentials", "https://u:p@r.example\n", Some(Credentials)),
            ("a/.git/config", "[core]\n", Some(Git)),
            ("a/.git/HEAD", "ref: refs/heads/main\n", Some(Git)),
            ("tests/repo/.git/HEAD", "ref: refs/heads/main\n", None),
            ("a/.gitignore", "", None),
            ("a/._x.py", "\u{0}\u{5}\u{16}\u{7}\u{0}", Some(AppleDouble)),
            ("a/._x.py", "x = 1\n", None),
            ("a/id_rsa", &key, Some(Key)),
            ("a/server.pem", &key, Some(Key)),
            ("a/tests/server.pem", &key, None),
            ("a/pem.py", "BEGIN = '-----BEGIN RSA PRIVATE KEY-----'\n", None),
            ("a/key.pem", "-----BEGIN PUBLIC KEY-----\n", None),
        ] {
            assert_eq!(private(path, head.as_bytes()), kind, "{path} {head}");
        }
    }
}
