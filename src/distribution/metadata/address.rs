//! E-mail and web addresses in metadata, as PyPI looks at them.

use std::str::FromStr;

use email_address::EmailAddress;

/// Ends of names under which no mail is delivered (IANA, special-use domain
/// names), as PyPI's checker of addresses has them.
const SPECIAL_USE: [&str; 8] =
    ["arpa", "invalid", "local", "localhost", "onion", "test", "example", "internal"];
/// Reserved names that the checker takes all the same.
const ACCEPTED: [&str; 2] = ["example", "internal"];
/// The most bytes of an address.
const MAX_ADDRESS: usize = 254;

/// The address of a field like `Author-email`, as Python's
/// `email.utils.parseaddr` finds it; none where there is none, or where it is
/// not certain: versions of Python differ in what they make of several
/// addresses.
pub(crate) fn first_address(field: &str) -> Option<String> {
    let field = field.trim();
    // Comments, quoted names and routes have a grammar of their own.
    if field.contains(['(', ')', '\\', ';']) {
        return None;
    }
    let unquoted = without_quoted_name(field)?;
    if unquoted.contains(',') {
        return None;
    }
    // The name of a group.
    let address = match unquoted.split_once(':') {
        Some((group, rest)) if !group.contains(['<', '@']) => rest,
        _ => unquoted,
    };
    let address = match address.split_once('<') {
        Some((name, rest)) if !name.contains(['>', '@']) => rest.strip_suffix('>')?,
        Some(_) => return None,
        None => address,
    };
    let address = address.trim();
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    // The parser finds no address before a domain that is not there, and joins
    // the parts of one.
    let is_certain = !address.contains(['<', '>', ':'])
        && !domain.contains('@')
        && !domain.contains(char::is_whitespace)
        && (!address.contains('@') || !(domain.is_empty() || local.trim().is_empty()));
    (is_certain && !address.is_empty()).then(|| address.to_owned())
}

/// The field without a name in quotes before an address in angles.
fn without_quoted_name(field: &str) -> Option<&str> {
    let Some(rest) = field.strip_prefix('"') else {
        return (!field.contains('"')).then_some(field);
    };
    let (_, rest) = rest.split_once('"')?;
    (!rest.contains('"') && rest.trim_start().starts_with('<')).then_some(rest)
}

/// Why no mail can be sent to an address, a clause; none if some can.
pub(crate) fn invalid_email(address: &str) -> Option<&'static str> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Some("it has no `@`");
    };
    if local.starts_with('"') {
        return Some("what stands before the `@` is quoted");
    }
    if domain.starts_with('[') {
        return Some("what follows the `@` is no domain name");
    }
    let labels: Vec<&str> = domain.trim_end_matches('.').split('.').collect();
    let last = labels.last().copied().unwrap_or_default().to_lowercase();
    if labels.len() < 2 {
        return Some("its domain has no dot");
    }
    let is_label = |label: &&str| label.chars().all(|c| c.is_alphanumeric() || c == '-' || !c.is_ascii());
    if !labels.iter().all(is_label) {
        return Some("its domain has characters that no domain has");
    }
    if last.chars().all(|c| c.is_ascii_digit()) {
        return Some("its domain ends in a number");
    }
    if SPECIAL_USE.contains(&last.as_str()) && !ACCEPTED.contains(&last.as_str()) {
        return Some("its domain is reserved and receives no mail");
    }
    match EmailAddress::from_str(address) {
        Ok(_) => None,
        Err(email_address::Error::LocalPartTooLong) if address.len() <= MAX_ADDRESS => None,
        Err(_) => Some("it is not an e-mail address"),
    }
}

/// Why a `Home-page` or the address of a `Project-URL` is refused, a clause;
/// none if it is not.
pub(crate) fn invalid_url(url: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Some("it has no scheme, as `https://`");
    };
    if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Some("it is neither http nor https");
    }
    // Whatever else a browser would not open, PyPI takes.
    let path =
        rest.trim_start_matches('/').find(['/', '?']).and_then(|at| rest.trim_start_matches('/').get(at..));
    path.and_then(|path| path.split('#').next())
        .is_some_and(|path| path.contains(['[', ']']))
        .then_some("its path or query holds brackets")
}

/// The most characters of the label of a `Project-URL`.
pub(crate) const MAX_LABEL: usize = 32;

/// Label and address of a `Project-URL`.
pub(crate) fn project_url(text: &str) -> (&str, &str) {
    let (label, url) = text.split_once(',').unwrap_or((text, ""));
    (label.trim(), url.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each as `email_validator` 2.3.0 says without looking at the network.
    #[test]
    fn emails() {
        for address in [
            "a@b.com",
            "a+b@c.com",
            "o'brien@x.ie",
            "a@bücher.de",
            "a@xn--bcher-kva.de",
            "a@b.c",
            "a@example.com",
            "a@x.example",
            "12345+x@users.noreply.github.com",
            "a&b@x.com",
            "a/b@x.com",
            "ä@b.com",
            "a@b.c0m",
        ] {
            assert_eq!(invalid_email(address), None, "{address}");
        }
        for address in [
            "somebody at example.org",
            "somebody@example.test",
            "a@localhost",
            "a b@c.com",
            "\"a b\"@c.com",
            "a..b@c.com",
            ".a@c.com",
            "a.@c.com",
            "a@c..com",
            "a@-c.com",
            "a@[127.0.0.1]",
            "a@b_c.com",
            "a@b.invalid",
            "a@x.local",
            "a@1.2.3.4",
            "UNKNOWN",
            "attr: x.y",
            "a@b@c.com",
            "a@sub.test",
        ] {
            assert!(invalid_email(address).is_some(), "{address}");
        }
    }

    /// Each as `email.utils.parseaddr` of Python 3.11 says, or not judged.
    #[test]
    fn addresses_of_fields() {
        let first = |field| first_address(field).unwrap_or_default();
        assert_eq!(first("Some Body <a@b.com>"), "a@b.com");
        assert_eq!(first("\"Body, Some\" <a@b.com>"), "a@b.com");
        assert_eq!(first("attr: x.__email__"), "x.__email__");
        assert_eq!(first("mailto:a@b.com"), "a@b.com");
        assert_eq!(first("Some Body <somebody at example.org>"), "somebody at example.org");
        for none in [
            "somebody@",
            "",
            "@x.com",
            "a@b.com (Some Body)",
            "a@b.test, c@d.com",
            "a@b.test;c@d.com",
            "a@@b.com",
            "a@b.com@c.com",
            "A <<a@b.test>",
            "a@b.test>",
            "A <a@b.test> x",
            "a@b. test",
            "a@b.test <c@d.com>",
        ] {
            assert_eq!(first(none), "", "{none}");
        }
    }

    /// Each as PyPI says.
    #[test]
    fn urls() {
        for url in [
            "https://example.org",
            "HTTP://example.org/a b",
            "https://example.org:8080/x",
            "http://[::1]/",
            "https://user@example.org",
            "https:x",
            "https://exa mple.org",
            "https://example.org/a^b",
        ] {
            assert_eq!(invalid_url(url), None, "{url}");
        }
        for url in [
            "example.org",
            "ftp://example.org",
            "git@example.org:x/y",
            "",
            "ssh://git@example.org",
            "https://example.org/[x]",
        ] {
            assert!(invalid_url(url).is_some(), "{url}");
        }
    }
}
