//! What a wheel holds, as far as any rule asks for it.

use std::fmt;

use crate::distribution::entry_points::EntryPointsError;
use crate::distribution::metadata::{CoreMetadata, CoreMetadataError};
use crate::distribution::wheel::{RecordError, WheelMetadata};
use crate::evidence::native::NativeFiles;
use crate::evidence::private::PrivateFiles;
use crate::evidence::prohibited::ProhibitedFiles;
use crate::sample::Sample;

/// All that is known of the inside of a wheel.
#[derive(Debug, Clone)]
pub struct WheelContents {
    /// The one `.dist-info` folder, as the archive spells it.
    pub dist_info: String,
    /// Its `WHEEL`.
    pub wheel: WheelMetadata,
    /// Whether a rewrite of `WHEEL` would change anything in it.
    pub is_wheel_tidy: bool,
    /// Its `METADATA`; nothing if there is none.
    pub metadata: Option<Result<CoreMetadata, CoreMetadataError>>,
    /// A file that uploaders read in its place: the first of the archive that
    /// has METADATA in its path and `Metadata-Version` in it.
    pub decoy_metadata: Option<String>,
    /// Its `RECORD`, held against the archive; nothing if there is none.
    pub record: Option<Result<RecordCheck, RecordError>>,
    /// What is wrong with its `entry_points.txt`.
    pub entry_points: Option<EntryPointsError>,
    /// Licence files that the metadata names and that are not there.
    pub missing_licenses: Sample<String>,
    /// Software bills of materials in it (PEP 770), as paths, [`MAX_SBOMS`] at
    /// the most.
    pub sboms: Vec<String>,
    /// Signatures of its RECORD, as paths.
    pub signatures: Sample<String>,
    /// `.data` folders at the top that do not go by the `.dist-info` folder's
    /// name.
    pub other_data_dirs: Sample<String>,
    /// Files of its `.data` folder that lie in none of the folders which
    /// installers know.
    pub unknown_schemes: Sample<String>,
    /// Files of `.data` folders that are installed as metadata of a
    /// distribution, this one or another.
    pub installed_metadata: Sample<String>,
    /// Files of different contents that are installed in one place.
    pub replaced: Sample<Replacement>,
    /// How it is packed.
    pub packing: Packing,
    /// Pairs of names that are one name to some file systems.
    pub name_clashes: Sample<NameClash>,
    /// Files that PyPI's scanner does not accept.
    pub prohibited: ProhibitedFiles,
    /// Its native code.
    pub(crate) native: NativeFiles,
    /// What is private by its nature.
    pub(crate) private: PrivateFiles,
}

impl WheelContents {
    /// What stands before `.dist-info`, and before `.data`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.dist_info.strip_suffix(".dist-info").unwrap_or(&self.dist_info)
    }
}

/// The most software bills of materials that are reported.
pub(crate) const MAX_SBOMS: usize = 100;

/// How a wheel is packed, beyond what makes it readable at all.
#[derive(Debug, Clone, Default)]
pub struct Packing {
    /// Entries with a data descriptor behind them.
    pub descriptors: Sample<String>,
    /// Entries with a comment.
    pub comments: Sample<String>,
    /// Symbolic links.
    pub links: Sample<String>,
    /// Bytes of the wheel.
    pub packed: u64,
    /// Bytes of all its files, unpacked.
    pub unpacked: u64,
    /// Whether it could be read as a tar.
    pub is_tar: bool,
}

/// Two names that are one name to some file systems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameClash {
    /// The first by the order of bytes.
    pub one: String,
    /// The other.
    pub other: String,
}

impl fmt::Display for NameClash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {}", self.one, self.other)
    }
}

/// Two files that are installed in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The first by the order of bytes.
    pub one: String,
    /// The other.
    pub other: String,
}

impl fmt::Display for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {}", self.one, self.other)
    }
}

/// RECORD, held against the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordCheck {
    /// Whether the digests were proved (`record: verify`).
    pub proved: bool,
    /// Its first blank line, from 1.
    pub blank_line: Option<usize>,
    /// Lines that are no rows: why.
    pub odd_rows: Sample<RecordError>,
    /// Files whose bytes are not what it says.
    pub wrong: Sample<WrongFile>,
    /// Rows with a digest that proves nothing: the path, and why.
    pub weak: Sample<WeakRow>,
    /// Files of the wheel that it does not list.
    pub unlisted: Sample<String>,
    /// Paths that it lists and that are no files of the wheel.
    pub absent: Sample<String>,
    /// Files that it lists without a digest.
    pub undigested: Sample<String>,
    /// Paths that it spells in another way than the archive: with `\`, or with
    /// `./` or `/` in front.
    pub noncanonical_paths: Sample<String>,
    /// Paths that it lists more than once.
    pub repeated: Sample<String>,
}

/// A file whose bytes are not what RECORD says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongFile {
    /// Its path.
    pub path: String,
    /// What differs.
    pub difference: Difference,
}

impl fmt::Display for WrongFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// How a file differs from its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The digest.
    Digest {
        /// As RECORD has it.
        recorded: String,
        /// That of the bytes, as RECORD would have it.
        found: String,
    },
    /// Two rows speak of it, and one of them must be wrong.
    Rows,
    /// The size.
    Size {
        /// As RECORD has it, in bytes.
        recorded: u64,
        /// In bytes.
        found: u64,
    },
}

/// A row with a digest that proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeakRow {
    /// Its path.
    pub path: String,
    /// The algorithm, or what stands where one should.
    pub digest: String,
}

impl fmt::Display for WeakRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.digest, self.path)
    }
}
