//! A wheel's WHEEL file (binary distribution format, "The .dist-info
//! directory").

use super::tag::CompressedTags;
use crate::distribution::header;
use crate::distribution::text::NotUtf8;

/// The most bytes of a WHEEL file that are read. Real ones have a few
/// hundred; a `Tag:` line for each combination makes some thousand.
pub const MAX_WHEEL_BYTES: usize = 1 << 20;

/// A WHEEL file that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WheelMetadataError {
    /// More than [`MAX_WHEEL_BYTES`].
    #[error("WHEEL has {0} bytes, {MAX_WHEEL_BYTES} are the most")]
    TooLong(usize),
    /// Not UTF-8.
    #[error("WHEEL is not text: {0}")]
    Text(NotUtf8),
    /// Some other file under its name.
    #[error("WHEEL has no `Wheel-Version:` line")]
    NoWheelVersion,
}

/// What a WHEEL file says of its wheel.
///
/// Headers that are not known are passed over: tools add their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelMetadata {
    wheel_version: String,
    generators: Vec<String>,
    root_is_purelib: Option<bool>,
    tags: Vec<String>,
    build: Option<String>,
}

impl WheelMetadata {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not text, too long, or has no `Wheel-Version`.
    pub fn read(bytes: &[u8]) -> Result<Self, WheelMetadataError> {
        if bytes.len() > MAX_WHEEL_BYTES {
            return Err(WheelMetadataError::TooLong(bytes.len()));
        }
        let headers = header::read(bytes).map_err(WheelMetadataError::Text)?;
        let all = |name: &str| {
            headers.iter().filter(|header| header.is(name)).map(|header| header.value.clone()).collect()
        };
        let first = |name: &str| headers.iter().find(|header| header.is(name)).map(|header| &header.value);
        Ok(Self {
            wheel_version: first("Wheel-Version").cloned().ok_or(WheelMetadataError::NoWheelVersion)?,
            generators: all("Generator"),
            root_is_purelib: first("Root-Is-Purelib").map(|value| value.eq_ignore_ascii_case("true")),
            tags: all("Tag"),
            build: first("Build").cloned(),
        })
    }

    /// `Wheel-Version`, as given.
    #[must_use]
    pub fn wheel_version(&self) -> &str {
        &self.wheel_version
    }

    /// Every `Generator`, in order: repair tools add theirs.
    #[must_use]
    pub fn generators(&self) -> &[String] {
        &self.generators
    }

    /// `Root-Is-Purelib`, if it is there.
    #[must_use]
    pub const fn root_is_purelib(&self) -> Option<bool> {
        self.root_is_purelib
    }

    /// Every `Tag` line as given, in order.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// Every `Tag` line as the sets that it spells; `None` stands for one that
    /// is no tag.
    pub fn compressed_tags(&self) -> impl Iterator<Item = Option<CompressedTags>> {
        self.tags.iter().map(|line| line.parse().ok())
    }

    /// `Build`, if it is there.
    #[must_use]
    pub fn build(&self) -> Option<&str> {
        self.build.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repaired_wheel() {
        let wheel = WheelMetadata::read(
            b"Wheel-Version: 1.0\r\nGenerator: setuptools (80.9.0)\r\nRoot-Is-Purelib: false\r\nBuild: 58\r\n\
              Tag: cp312-cp312-macosx_10_13_x86_64\r\nTag: cp312-cp312-macosx_11_0_arm64\r\n\
              Generator: delocate 0.13.0\r\n\r\n",
        )
        .unwrap();
        assert_eq!(wheel.generators(), ["setuptools (80.9.0)", "delocate 0.13.0"]);
        assert_eq!(wheel.tags(), ["cp312-cp312-macosx_10_13_x86_64", "cp312-cp312-macosx_11_0_arm64"]);
        assert_eq!(wheel.compressed_tags().flatten().count(), 2);
        assert_eq!((wheel.build(), wheel.root_is_purelib()), (Some("58"), Some(false)));
    }

    #[test]
    fn what_is_missing_or_broken() {
        assert_eq!(WheelMetadata::read(b"Tag: py3-none-any"), Err(WheelMetadataError::NoWheelVersion));
        assert!(matches!(WheelMetadata::read(b"\xff"), Err(WheelMetadataError::Text(_))));
        assert!(matches!(
            WheelMetadata::read(&vec![b' '; MAX_WHEEL_BYTES + 1]),
            Err(WheelMetadataError::TooLong(_))
        ));
        let wheel = WheelMetadata::read(b"Wheel-Version: 1.0\nTag: any").unwrap();
        assert_eq!(wheel.compressed_tags().collect::<Vec<_>>(), [None]);
        assert_eq!(wheel.build(), None);
    }
}
