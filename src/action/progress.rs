//! How far a run is, on one line that is written over, where a person watches.
//!
//! There is one terminal, so there is one line, and whatever else is printed
//! takes it away first. Nothing is shown of runs that end soon.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::reporter::Progress;

/// Runs that end sooner show no progress.
const QUIET: Duration = Duration::from_millis(400);
/// The pause between two states of the line.
const PAUSE: Duration = Duration::from_millis(100);
/// The columns of the bar.
const BAR: u64 = 24;
/// Back to the beginning of the line, and nothing behind (ECMA-48).
const CLEAR: &str = "\r\u{1b}[K";

/// What has arrived so far.
#[derive(Debug)]
struct Line {
    begun: Instant,
    drawn: Option<Instant>,
    artifacts: u64,
    expected: u64,
    downloaded: u64,
    files: u64,
    bytes: u64,
}

/// The one line; none where no person watches.
static LINE: Mutex<Option<Line>> = Mutex::new(None);

fn line() -> MutexGuard<'static, Option<Line>> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to show progress. Only where the standard error is a terminal.
pub(crate) fn begin() {
    *line() = Some(Line {
        begun: Instant::now(),
        drawn: None,
        artifacts: 0,
        expected: 0,
        downloaded: 0,
        files: 0,
        bytes: 0,
    });
}

/// Takes the line away for good.
pub(crate) fn end() {
    clear();
    *line() = None;
}

/// Takes the line away, for other text.
pub(crate) fn clear() {
    if let Some(line) = line().as_mut().filter(|line| line.drawn.is_some()) {
        line.drawn = None;
        // A closed terminal must not fail a release.
        let _ = io::stderr().write_all(CLEAR.as_bytes());
    }
}

/// Counts, and shows it if the line was not written just now.
pub(crate) fn advance(progress: Progress) {
    let mut shown = line();
    let Some(line) = shown.as_mut() else { return };
    line.count(progress);
    let now = Instant::now();
    let is_due = match line.drawn {
        Some(drawn) => now.duration_since(drawn) >= PAUSE,
        None => now.duration_since(line.begun) >= QUIET,
    };
    if is_due {
        line.drawn = Some(now);
        let _ = io::stderr().write_all(format!("{CLEAR}{}", line.text()).as_bytes());
    }
}

impl Line {
    fn count(&mut self, progress: Progress) {
        match progress {
            Progress::Selected { artifacts, bytes } => {
                self.artifacts = artifacts;
                self.expected = bytes;
            }
            Progress::Downloaded(bytes) => self.downloaded = self.downloaded.saturating_add(bytes),
            Progress::Read(bytes) => {
                self.files += 1;
                self.bytes = self.bytes.saturating_add(bytes);
            }
        }
    }

    /// At most 80 columns.
    fn text(&self) -> String {
        let mut text = String::new();
        if self.artifacts > 0 {
            // Sizes are estimates, and what broke off is downloaded again.
            let done = self.downloaded.min(self.expected);
            let filled = done.saturating_mul(BAR).checked_div(self.expected).unwrap_or(0);
            let bar: String = (0..BAR).map(|column| if column < filled { '#' } else { '.' }).collect();
            let _ = write!(text, "[{bar}] {} of {}, ", size(done), size(self.expected));
        }
        let _ = write!(text, "{} files read, {}", self.files, size(self.bytes));
        text
    }
}

fn size(bytes: u64) -> bytesize::Display {
    bytesize::ByteSize(bytes).display().si()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_line_says() {
        let mut line = Line {
            begun: Instant::now(),
            drawn: None,
            artifacts: 0,
            expected: 0,
            downloaded: 0,
            files: 0,
            bytes: 0,
        };
        line.count(Progress::Read(1_500_000));
        assert_eq!(line.text(), "1 files read, 1.5 MB");
        line.count(Progress::Selected { artifacts: 2, bytes: 4_000_000 });
        line.count(Progress::Downloaded(3_000_000));
        assert_eq!(line.text(), "[##################......] 3.0 MB of 4.0 MB, 1 files read, 1.5 MB");
        line.count(Progress::Downloaded(3_000_000));
        assert!(line.text().starts_with("[########################] 4.0 MB of 4.0 MB"), "{}", line.text());
        line.count(Progress::Read(u64::from(u32::MAX) * 1_000_000));
        assert!(line.text().chars().count() <= 80);
    }
}
