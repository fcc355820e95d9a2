//! `Description-Content-Type`, as `packaging` reads it: by Python's parser of
//! e-mail headers.

/// What a description may be written in.
pub(crate) const TYPES: [&str; 3] = ["text/plain", "text/x-rst", "text/markdown"];
/// The dialects of Markdown.
const VARIANTS: [&str; 2] = ["GFM", "CommonMark"];

/// What a description is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Markup {
    /// Shown as it is.
    Plain,
    /// reStructuredText, also where nothing is declared.
    ReStructuredText,
    /// Markdown.
    Markdown,
}

/// What a content type says, or what is wrong with it, a clause.
///
/// # Errors
/// If PyPI would refuse it.
pub(crate) fn read(text: &str) -> Result<Markup, String> {
    let mut parts = text.split(';');
    // What follows a comma is another type, which the parser drops.
    let essence = parts.next().unwrap_or_default().split(',').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let markup = match essence.as_str() {
        "text/plain" => Markup::Plain,
        "text/x-rst" => Markup::ReStructuredText,
        "text/markdown" => Markup::Markdown,
        _ => return Err(format!("it is not one of {}", TYPES.join(", "))),
    };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            // To the letter, in capitals.
            "charset" if value != "UTF-8" => return Err(format!("the charset is `{value}`, and not UTF-8")),
            "variant" if markup == Markup::Markdown && !VARIANTS.contains(&value) => {
                return Err(format!(
                    "there is no variant `{value}` of Markdown, but {}",
                    VARIANTS.join(" and ")
                ));
            }
            _ => {}
        }
    }
    Ok(markup)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each as PyPI and `packaging` 26.2 say.
    #[test]
    fn content_types() {
        for text in [
            "Text/Markdown",
            "text/markdown; charset=UTF-8; variant=GFM",
            "text/markdown;",
            "text/markdown; variant=CommonMark",
            "text/markdown; charset=\"UTF-8\"",
            "text/plain; variant=x",
            "text/markdown, text/plain",
            "text/x-rst; variant=GFM",
            "text/markdown; VARIANT=GFM",
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "markdown",
            "text/html",
            "UNKNOWN",
            "text/x-markdown",
            "application/text/markdown",
            "text/markdown; charset=latin-1",
            "text/x-rst; charset=utf-8",
            "text/markdown ; charset=utf-8",
            "text/markdown; charset",
            "text/markdown; charset=utf8",
            "text/markdown; variant=MultiMarkdown",
            "text/markdown; variant=gfm",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
