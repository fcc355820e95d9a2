//! The step's files on a runner: outputs and the job's summary.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};

use camino::Utf8Path;

use crate::digest::Sha256;

/// The files of one step. They are opened before anything else is done, so
/// that no release is prepared whose outputs could not be written, and so that
/// they stay writable when root becomes the workspace's owner.
#[derive(Debug, Default)]
pub struct StepFiles {
    /// `GITHUB_OUTPUT`.
    pub output: Option<File>,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: Option<File>,
}

impl StepFiles {
    /// Writes the step's outputs, all in one piece.
    ///
    /// # Errors
    /// The file system's error.
    pub fn write_outputs(&mut self, outputs: &[(&str, String)]) -> io::Result<()> {
        let Some(file) = &mut self.output else { return Ok(()) };
        let text: String = outputs.iter().map(|(name, value)| entry(name, value)).collect();
        file.write_all(text.as_bytes())
    }

    /// Writes the job's summary.
    ///
    /// # Errors
    /// The file system's error.
    pub fn write_summary(&mut self, markdown: &str) -> io::Result<()> {
        self.summary.as_mut().map_or(Ok(()), |file| file.write_all(markdown.as_bytes()))
    }
}

/// Writes a file in one step: whoever reads it finds the old one or the new one,
/// and a link at its place is replaced and not followed.
///
/// # Errors
/// What the file system answers.
pub(crate) fn replace(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::other(format!("`{path}` names no file")))?;
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&beside, path));
    written.inspect_err(|_| {
        // Nothing half-written stays.
        let _ = fs::remove_file(&beside);
    })
}

/// One output in the form with a delimiter (actions/runner,
/// `FileCommandManager.cs`), which can hold every value.
///
/// The delimiter is the value's own digest, which the value cannot contain, so
/// it cannot end early, and the same value is always written the same way.
fn entry(name: &str, value: &str) -> String {
    let delimiter = format!("end_{}", Sha256::of(value.as_bytes()));
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the runner does with such a file.
    fn read(text: &str) -> Vec<(String, String)> {
        let mut lines = text.split('\n');
        let mut outputs = Vec::new();
        while let Some((name, delimiter)) = lines.next().and_then(|line| line.split_once("<<")) {
            let value: Vec<_> = lines.by_ref().take_while(|line| *line != delimiter).collect();
            outputs.push((name.to_owned(), value.join("\n")));
        }
        outputs
    }

    #[test]
    fn nothing_breaks_out() {
        let hostile = "x\nend_\nfalse<<y\nother=1\n\n";
        let text = entry("one", hostile) + &entry("two", "") + &entry("three", "a\nb");
        assert_eq!(
            read(&text),
            [("one", hostile), ("two", ""), ("three", "a\nb")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }
}
