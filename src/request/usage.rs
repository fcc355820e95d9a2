//! What is wrong with an argument or an input, as one line that names it.

use std::error::Error;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Help that was asked for, or arguments that cannot be meant.
#[derive(Debug)]
pub struct UsageError {
    message: String,
    /// clap's own text, where it says more than the message.
    text: Option<String>,
    is_help: bool,
}

impl UsageError {
    /// An input that cannot be meant.
    pub(super) fn input(message: String) -> Self {
        Self { message, text: None, is_help: false }
    }

    /// One line: the input, what was given and what is allowed.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to print, lines.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.clone().unwrap_or_else(|| format!("error: {}", self.message))
    }

    /// Whether it is no error, but help or the version.
    #[must_use]
    pub const fn is_help(&self) -> bool {
        self.is_help
    }
}

impl From<clap::Error> for UsageError {
    fn from(error: clap::Error) -> Self {
        if let Some(message) = message(&error) {
            return Self::input(message);
        }
        let text = error.to_string();
        let first = text.lines().next().unwrap_or(&text);
        let message = first.strip_prefix("error: ").unwrap_or(first).to_owned();
        Self { message, text: Some(text), is_help: !error.use_stderr() }
    }
}

/// Flags that people try, by the habits of other programs, and what to use.
const HINTS: [(&[&str], &str); 11] = [
    (
        &["--artifacts", "--path", "--dir", "--input", "--directory", "--dist", "-d"],
        "use `--artifacts-dir DIR`",
    ),
    (&["--output", "--out", "--out-dir", "--dest", "-o"], "use `--output-dir DIR`"),
    (&["--tag", "--release-version", "--release"], "use `--version VERSION`"),
    (&["--json"], "use `--format json`"),
    (&["--no-color", "--no-colour", "--colour"], "use `--color never`, or set `NO_COLOR`"),
    (&["--token", "--github-token"], "set `GITHUB_TOKEN`, or use `--github-token-file FILE`"),
    (&["--check", "--dryrun", "--dry", "-n"], "use `--dry-run`"),
    (&["--name", "--include", "--artifact"], "use `--pattern GLOB`"),
    (&["--exclude", "--skip"], "use `--pattern '!GLOB'`, or `--pattern '!file:GLOB'` for files"),
    (&["--run-url", "--url"], "use `--run URL`"),
    (&["--repo", "-R"], "use `--repository OWNER/NAME`"),
];

/// What is wrong with an argument that the program does not know.
fn unknown(error: &clap::Error, argument: &str) -> String {
    let name = argument.split('=').next().unwrap_or(argument);
    let suggested = match error.get(ContextKind::SuggestedArg).or(error.get(ContextKind::SuggestedSubcommand))
    {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let known = HINTS.iter().find(|(names, _)| names.contains(&name)).map(|(_, hint)| (*hint).to_owned());
    let hint = known.or(suggested.map(|flag| format!("did you mean `{flag}`?")));
    let is_path = |text: &str| {
        text.contains(['/', '.']) || ["dist", "artifacts", "wheelhouse", "target"].contains(&text)
    };
    match hint {
        Some(hint) if name.starts_with('-') => format!("there is no flag `{name}`; {hint}"),
        Some(hint) => format!("there is no command `{name}`; {hint}"),
        None if name.starts_with("https://") => {
            format!("found `{name}` without a flag; use `--run {name}` to prepare the artifacts of a run")
        }
        None if !name.starts_with('-') && is_path(name) => {
            format!(
                "found `{name}` without a flag; use `--artifacts-dir {name}` to prepare what is in a folder"
            )
        }
        None if name.starts_with('-') => {
            format!("there is no flag `{name}`; `release-prep --help` lists them")
        }
        None => format!(
            "there is no command `{name}`; the commands are prepare, inspect, init, verify and explain"
        ),
    }
}

/// What is wrong with the value of an input or with an argument, if that is what
/// is wrong.
fn message(error: &clap::Error) -> Option<String> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => return Some(unknown(error, context(ContextKind::InvalidArg)?)),
        ErrorKind::InvalidSubcommand => {
            return Some(unknown(error, context(ContextKind::InvalidSubcommand)?));
        }
        _ => {}
    }
    let input = input_name(context(ContextKind::InvalidArg)?);
    match error.kind() {
        ErrorKind::ValueValidation => Some(format!("{input}: {}", error.source()?)),
        ErrorKind::InvalidValue => {
            let found = match context(ContextKind::InvalidValue)? {
                "" => "no value".to_owned(),
                value => format!("`{value}`"),
            };
            let expected = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(values)) if !values.is_empty() => {
                    format!("one of {}", values.join(", "))
                }
                _ => "a value".to_owned(),
            };
            let suggested = context(ContextKind::SuggestedValue)
                .map(|value| format!("; did you mean `{value}`?"))
                .unwrap_or_default();
            Some(format!("{input}: found {found}, expected {expected}{suggested}"))
        }
        ErrorKind::ArgumentConflict => match error.get(ContextKind::PriorArg) {
            Some(ContextValue::String(other)) if input_name(other) == input => {
                Some(format!("{input}: given more than once; give it once"))
            }
            Some(ContextValue::String(other)) => {
                Some(format!("{input} and {} contradict each other; give one of them", input_name(other)))
            }
            _ => None,
        },
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            Some(format!("{input}: expected one value"))
        }
        _ => None,
    }
}

/// The name of the input that clap writes as `--normalize <NORMALIZE>`, or
/// `[DIR]`.
fn input_name(argument: &str) -> &str {
    match argument {
        "[DIR]" => "output-dir",
        "[RULE]" => "explain",
        flag => {
            let name = flag.trim_start_matches('-');
            name.split([' ', '=', '[']).next().unwrap_or(name)
        }
    }
}
