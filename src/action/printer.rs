//! The one way to the terminal.
//!
//! Every line that the program prints passes here, panics and usage errors
//! included, and is made fit for whoever reads it.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::escape;

/// Prints lines, escaped for a terminal or for a runner.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    on_runner: bool,
}

impl Printer {
    /// On a runner, lines must not hold commands.
    #[must_use]
    pub const fn new(on_runner: bool) -> Self {
        Self { on_runner }
    }

    /// Prints text to the standard output.
    pub fn out(self, text: &str) {
        self.print(io::stdout().lock(), text);
    }

    /// Prints text to the standard error.
    pub fn error(self, text: &str) {
        self.print(io::stderr().lock(), text);
    }

    /// Prints a workflow command, which [`super::command`] has made safe.
    pub(super) fn command(self, command: &str) {
        if self.on_runner {
            let _ = writeln!(io::stdout().lock(), "{command}");
        }
    }

    fn print(self, mut to: impl Write, text: &str) {
        for line in text.lines() {
            // A reader that has gone away is no reason to fail a release.
            let _ = writeln!(to, "{}", self.escaped(line));
        }
    }

    fn escaped(self, line: &str) -> Cow<'_, str> {
        if self.on_runner { escape::runner_line(line) } else { escape::line(line) }
    }
}
