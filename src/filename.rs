//! Names of files as they come from outside, made safe once.
//!
//! Both types are proofs: a [`FileName`] may be joined to a folder
//! and stay in it, and may write it into a line-based file and stay on the
//! line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// The most bytes that a name may have: the limit of every common file system
/// and of a subject's name in an attestation.
pub(crate) const MAX_NAME_BYTES: usize = 255;

/// The most bytes that a path inside an artifact may have.
pub(crate) const MAX_PATH_BYTES: usize = 4096;

/// Why a text cannot be the name of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileNameError {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// Nothing between two slashes, or behind the last one.
    #[error("a part of it is empty")]
    EmptyPart,
    /// `.` or `..`.
    #[error("`.` or `..` is a part of it")]
    Dots,
    /// A `/` or `\`, or a drive letter: another operating system would leave
    /// the folder.
    #[error("it holds a path separator")]
    Separator,
    /// A control character, a line separator, a bidirectional override or one
    /// that cannot be seen.
    #[error("it holds U+{0:04X}, a control or invisible character")]
    Control(u32),
    /// Longer than a file system takes.
    #[error("it has {0} bytes; the limit is {MAX_NAME_BYTES}")]
    TooLong(usize),
    /// A path longer than a system call takes.
    #[error("the path has {0} bytes; the limit is {MAX_PATH_BYTES}")]
    PathTooLong(usize),
    /// Starts with `/`.
    #[error("it is absolute")]
    Absolute,
    /// Not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
}

/// Characters that are not shown, or that change the direction of what is
/// shown, so that a name displays as another: the C0 and C1 controls, the line
/// separators, the bidirectional controls (UAX #9, section 2), the code points
/// that are ignorable by default (Unicode 17, `Default_Ignorable_Code_Point`),
/// the interlinear annotations, and the blank of Braille.
#[must_use]
pub(crate) const fn is_control(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
            | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a character is a [control character](is_control) that no ordinary
/// file name holds. Some do hold the joiners of Persian and Indic scripts and
/// of emoji, the variation selectors of emoji, ideographs and Mongolian, soft
/// hyphens, and the tags that flags are made of.
#[must_use]
pub(crate) const fn is_forbidden_in_names(character: char) -> bool {
    let is_part_of_text = matches!(
        character,
        '\u{ad}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200c}' | '\u{200d}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}'
    );
    is_control(character) && !is_part_of_text
}

/// The name of one file: a single safe component of a path.
///
/// 1 to 255 bytes of UTF-8, neither `.` nor `..`, without separators (`\` is
/// one on Windows) and without control or invisible characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is equal for two names that one folder of Windows or macOS could
    /// not hold both.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// Whether the name ends with `suffix`, without regard to ASCII case.
    #[must_use]
    pub fn has_suffix(&self, suffix: &str) -> bool {
        self.stem(suffix).is_some()
    }

    /// The name without `suffix`, which is found without regard to ASCII
    /// case; nothing if the name does not end with it or is nothing else.
    #[must_use]
    pub fn stem(&self, suffix: &str) -> Option<&str> {
        let (stem, end) = self.0.split_at_checked(self.0.len().checked_sub(suffix.len())?)?;
        (!stem.is_empty() && end.eq_ignore_ascii_case(suffix)).then_some(stem)
    }
}

impl FromStr for FileName {
    type Err = FileNameError;

    fn from_str(name: &str) -> Result<Self, FileNameError> {
        match name {
            "" => return Err(FileNameError::Empty),
            "." | ".." => return Err(FileNameError::Dots),
            _ if name.len() > MAX_NAME_BYTES => return Err(FileNameError::TooLong(name.len())),
            _ => {}
        }
        for character in name.chars() {
            if matches!(character, '/' | '\\') {
                return Err(FileNameError::Separator);
            }
            if is_forbidden_in_names(character) {
                return Err(FileNameError::Control(character.into()));
            }
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for FileName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for FileName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Where a file lies inside its artifact: [`FileName`]s joined by `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct RelativePath(String);

impl RelativePath {
    /// The path as text, components joined by `/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The components, outermost first; at least one.
    #[must_use]
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last component.
    #[must_use]
    pub fn file_name(&self) -> FileName {
        // A component was checked when the path was made.
        FileName(self.0.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// The path of `name` in the folder that this path is.
    ///
    /// # Errors
    /// [`FileNameError::PathTooLong`] if the whole is longer than
    /// [`MAX_PATH_BYTES`].
    pub fn join(&self, name: &FileName) -> Result<Self, FileNameError> {
        let joined = format!("{}/{}", self.0, name.0);
        if joined.len() > MAX_PATH_BYTES {
            return Err(FileNameError::PathTooLong(joined.len()));
        }
        Ok(Self(joined))
    }
}

impl From<FileName> for RelativePath {
    fn from(name: FileName) -> Self {
        Self(name.0)
    }
}

impl FromStr for RelativePath {
    type Err = FileNameError;

    fn from_str(path: &str) -> Result<Self, FileNameError> {
        if path.len() > MAX_PATH_BYTES {
            return Err(FileNameError::PathTooLong(path.len()));
        }
        if path.starts_with('/') {
            return Err(FileNameError::Absolute);
        }
        for component in path.split('/') {
            component.parse::<FileName>().map_err(|error| match error {
                FileNameError::Empty if !path.is_empty() => FileNameError::EmptyPart,
                error => error,
            })?;
        }
        Ok(Self(path.to_owned()))
    }
}

impl fmt::Display for RelativePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RelativePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_refused() {
        use FileNameError::{Control, Dots, Empty, Separator, TooLong};
        let long = "x".repeat(256);
        for (name, error) in [
            ("", Empty),
            (".", Dots),
            ("..", Dots),
            ("a/b", Separator),
            ("a\\b", Separator),
            ("a\0b", Control(0)),
            ("a\nb", Control(10)),
            ("a\u{1b}[31m", Control(0x1b)),
            ("invoice\u{202e}fdp.exe", Control(0x202e)),
            (&long, TooLong(256)),
        ] {
            assert_eq!(name.parse::<FileName>(), Err(error), "{name:?}");
        }
    }

    #[test]
    fn names_that_are_accepted() {
        for name in ["a", "...", ".hidden", "a b", "größe.tar.gz", &"x".repeat(255)] {
            assert_eq!(name.parse::<FileName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn paths() {
        let path: RelativePath = "a/b c/d.whl".parse().unwrap();
        assert_eq!(path.file_name().as_str(), "d.whl");
        assert_eq!(path.components().collect::<Vec<_>>(), ["a", "b c", "d.whl"]);
        for path in ["/a", "a//b", "a/../b", "../a", "a/", "a/./b", ""] {
            assert!(path.parse::<RelativePath>().is_err(), "{path:?}");
        }
    }

    #[test]
    fn suffixes() {
        let name: FileName = "A.TAR.GZ".parse().unwrap();
        assert_eq!(name.stem(".tar.gz"), Some("A"));
        assert_eq!(".whl".parse::<FileName>().unwrap().stem(".whl"), None);
        assert_eq!("é".parse::<FileName>().unwrap().stem("a"), None);
    }
}
