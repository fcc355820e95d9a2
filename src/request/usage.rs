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

/// What is wrong with the value of an input, if that is what is wrong.
fn message(error: &clap::Error) -> Option<String> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let input = input_name(context(ContextKind::InvalidArg)?);
    match error.kind() {
        ErrorKind::ValueValidation => Some(format!("{input}: {}", error.source()?)),
        ErrorKind::InvalidValue => {
            let found = match context(ContextKind::InvalidValue)? {
                "" => "no value".to_owned(),
                value => format!("`{value}`"),
            };
            let expected = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(values)) => format!("one of {}", values.join(", ")),
                _ => "a value".to_owned(),
            };
            let suggested = context(ContextKind::SuggestedValue)
                .map(|value| format!("; did you mean `{value}`?"))
                .unwrap_or_default();
            Some(format!("{input}: found {found}, expected {expected}{suggested}"))
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
