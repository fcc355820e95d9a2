//! Standard output and standard error.
//!
//! Every line that the program prints passes here, panics and usage errors
//! included, and is escaped for a terminal or for a runner.

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::environment::{is_colored, is_watched, knows_links};
use super::progress;
use crate::escape;
use crate::report::styled::{Line, Role, Span};
use crate::settings::Color;

/// Prints lines, escaped for a terminal or for a runner.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    on_runner: bool,
    color: Color,
}

impl Printer {
    /// On a runner, lines must not hold commands.
    #[must_use]
    pub const fn new(on_runner: bool) -> Self {
        Self { on_runner, color: Color::Auto }
    }

    /// With this choice of colour.
    #[must_use]
    pub(crate) const fn colored(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// Shows how far the run is, if a person watches.
    pub(crate) fn watch(self) {
        if !self.on_runner && is_watched(&io::stderr()) {
            progress::begin();
        }
    }

    /// Prints text to the standard output.
    pub fn out(self, text: &str) {
        self.print(io::stdout().lock(), text);
    }

    /// Prints text to the standard error.
    pub fn error(self, text: &str) {
        self.print(io::stderr().lock(), text);
    }

    /// Prints lines about the run: to the standard error, or on a runner, where
    /// two streams would mix, to the standard output, folded behind a title.
    pub(super) fn diagnostics(self, title: &str, lines: &[Line]) {
        if self.on_runner {
            if !lines.is_empty() {
                self.command(&format!("::group::{}", escape::command_data(title)));
                self.result(lines);
                self.command("::endgroup::");
            }
        } else {
            self.notes(lines);
        }
    }

    /// Prints lines about the run that are not folded.
    pub(super) fn notes(self, lines: &[Line]) {
        if self.on_runner {
            self.result(lines);
        } else {
            self.lines(io::stderr().lock(), is_colored(self.color, &io::stderr()), lines);
        }
    }

    /// Prints lines of the result to the standard output.
    pub(super) fn result(self, lines: &[Line]) {
        self.lines(io::stdout().lock(), is_colored(self.color, &io::stdout()), lines);
    }

    /// Prints a workflow command, which [`super::command`] has made safe.
    pub(super) fn command(self, command: &str) {
        if self.on_runner {
            let _ = writeln!(io::stdout().lock(), "{command}");
        }
    }

    fn print(self, mut to: impl Write, text: &str) {
        progress::clear();
        for line in text.lines() {
            // A closed pipe must not fail a release.
            let _ = writeln!(to, "{}", self.escaped(line));
        }
    }

    fn lines(self, mut to: impl Write, is_colored: bool, lines: &[Line]) {
        progress::clear();
        let has_links = is_colored && !self.on_runner && knows_links();
        for line in lines {
            let text = if is_colored {
                line.spans.iter().map(|span| self.styled(span, has_links)).collect::<String>()
            } else {
                self.escaped(&line.to_string()).into_owned()
            };
            let _ = writeln!(to, "{text}");
        }
    }

    /// A span with its style, and as a link (OSC 8) where it leads somewhere.
    fn styled(self, span: &Span, has_links: bool) -> String {
        let style = match span.role {
            Role::Plain => Style::new(),
            Role::Error => AnsiColor::Red.on_default().bold(),
            Role::Warning => AnsiColor::Yellow.on_default().bold(),
            Role::Good => AnsiColor::Green.on_default().bold(),
            Role::Strong => Style::new().bold(),
            Role::Faint => Style::new().dimmed(),
        };
        let text = format!("{style}{}{style:#}", self.escaped(&span.text));
        match &span.link {
            Some(address) if has_links => {
                let address = self.escaped(address);
                format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
            }
            _ => text,
        }
    }

    fn escaped(self, line: &str) -> Cow<'_, str> {
        if self.on_runner { escape::runner_line(line) } else { escape::line(line) }
    }
}
