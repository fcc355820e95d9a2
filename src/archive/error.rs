//! Why an archive was not read: what it is refused for, or whose disk failed.

use std::fmt;
use std::io;

use super::limits::BudgetExceeded;
use crate::filename::FileNameError;
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};

/// Why an archive could not be read or unpacked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// The archive is at fault: a finding.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The run's budget is used up: a finding, of [`Rule::ArchiveLimit`].
    #[error(transparent)]
    Budget(#[from] BudgetExceeded),
    /// The archive's own file cannot be read: a fault.
    #[error("the archive cannot be read")]
    Read(#[source] io::Error),
    /// What it holds cannot be written: a fault.
    #[error("what the archive holds cannot be written")]
    Write(#[source] io::Error),
}

/// What an archive is refused for: one flaw of one entry, or of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    // Boxed, so that the error of every function here stays small.
    inner: Box<(Option<String>, Flaw)>,
}

/// The most characters of an entry's name that are shown.
const SHOWN: usize = 256;

impl Refusal {
    /// A flaw of the archive as a whole.
    pub(super) fn whole(flaw: Flaw) -> Self {
        Self { inner: Box::new((None, flaw)) }
    }

    /// A flaw of one entry, named as the archive names it.
    pub(super) fn entry(name: &str, flaw: Flaw) -> Self {
        let mut shown: String = name.chars().take(SHOWN).collect();
        if shown.len() < name.len() {
            shown.push('…');
        }
        Self { inner: Box::new((Some(shown), flaw)) }
    }

    /// An entry whose name no reader should follow.
    pub(crate) fn misnamed(name: &str, error: FileNameError) -> Self {
        Self::entry(name, Flaw::Name(error))
    }

    /// An entry that is none of those that the archive may hold: `what` is a noun
    /// with its article.
    pub(crate) fn not_a_file(name: &str, what: &'static str) -> Self {
        Self::entry(name, Flaw::NotAFile(what))
    }

    const fn flaw(&self) -> &Flaw {
        &self.inner.1
    }

    /// The entry at fault as the archive names it: hostile text, at most 257
    /// characters of it. Nothing if it is the archive as a whole.
    #[must_use]
    pub(crate) fn entry_name(&self) -> Option<&str> {
        self.inner.0.as_deref()
    }

    /// What was found, a clause without a full stop that names the entry.
    #[must_use]
    pub(crate) fn found(&self) -> String {
        match self.entry_name() {
            Some(name) => format!("`{name}` {}", self.flaw()),
            None if matches!(self.flaw(), Flaw::IsAnother { .. }) => format!("the file {}", self.flaw()),
            None => format!("the archive {}", self.flaw()),
        }
    }

    /// Whether no reader gets everything out of it, or it is no archive at all;
    /// otherwise readers differ, or a limit is exceeded. Of zips, this holds for
    /// those that users unpack with whatever they have.
    #[must_use]
    pub(crate) const fn is_unreadable(&self) -> bool {
        matches!(
            self.flaw(),
            Flaw::Tar(_)
                | Flaw::BreaksOff(_)
                | Flaw::Stream { .. }
                | Flaw::StreamBreaksOff(_)
                | Flaw::IsAnother { .. }
                | Flaw::NoEnd(_)
                | Flaw::Zip64End(_)
                | Flaw::DirectoryPlace { .. }
                | Flaw::DirectoryEntry(_)
                | Flaw::LocalHeader
                | Flaw::IntoDirectory
        )
    }

    /// Whether it ends before it is whole, so that no reader gets to its end.
    #[must_use]
    pub(crate) const fn is_broken_off(&self) -> bool {
        matches!(self.flaw(), Flaw::BreaksOff(_) | Flaw::StreamBreaksOff(_))
    }

    /// Whether it is beyond what is read here, which other readers may well read:
    /// a limit, a larger window, another method.
    #[must_use]
    pub(crate) const fn is_unsupported(&self) -> bool {
        matches!(
            self.flaw(),
            Flaw::Unsupported(_)
                | Flaw::Volumes
                | Flaw::TooManyEntries { .. }
                | Flaw::DirectoryTooLarge { .. }
                | Flaw::UnpackedTooLarge { .. }
                | Flaw::TooLargeToRead { .. }
                | Flaw::ExtendedHeaderTooLarge { .. }
                | Flaw::Ratio { .. }
        )
    }

    /// The finding that it is, about whatever lies at `place`.
    #[must_use]
    pub(crate) fn finding(&self, place: Place) -> Finding {
        self.rule().at(place).found(self.found()).expected(self.expected()).remedy(self.remedy())
    }

    /// The rule that the archive breaks.
    #[must_use]
    pub(crate) const fn rule(&self) -> Rule {
        match self.flaw() {
            Flaw::Name(_) => Rule::FileNameUnsafe,
            Flaw::TooManyEntries { .. }
            | Flaw::DirectoryTooLarge { .. }
            | Flaw::UnpackedTooLarge { .. }
            | Flaw::Ratio { .. }
            | Flaw::TooLargeToRead { .. }
            | Flaw::ExtendedHeaderTooLarge { .. } => Rule::ArchiveLimit,
            Flaw::NotAFile(_) => Rule::ArchiveLink,
            Flaw::Duplicate { .. } | Flaw::FileAndFolder => Rule::ArchiveDuplicate,
            Flaw::Inflate(_) | Flaw::Larger { .. } | Flaw::Smaller { .. } | Flaw::Crc { .. } => {
                Rule::ArchiveChecksum
            }
            _ => Rule::ArchiveFraming,
        }
    }

    /// What was expected, a clause without a full stop.
    #[must_use]
    pub(crate) fn expected(&self) -> String {
        match self.flaw() {
            Flaw::NoEntry(_) => "the number of an entry".into(),
            Flaw::NoEnd(_)
            | Flaw::Inflate(_)
            | Flaw::Tar(_)
            | Flaw::BreaksOff(_)
            | Flaw::Stream { .. }
            | Flaw::StreamBreaksOff(_) => "an archive that is whole".into(),
            Flaw::Unsupported(_) => "an archive that is read here".into(),
            Flaw::TarHeaders(_) => "headers that every reader reads alike".into(),
            Flaw::IsAnother { expected, .. } => (*expected).into(),
            Flaw::SeveralEnds(..) => "one end record, behind which nothing but its comment lies".into(),
            Flaw::CommentLength { .. } => "an archive that ends with its comment".into(),
            Flaw::Volumes => "an archive in one piece".into(),
            Flaw::Zip64End(_) | Flaw::Zip64Entry(_) => {
                "ZIP64 records that agree with the records that they widen".into()
            }
            Flaw::DirectoryPlace { .. } => "a directory that ends where the end record begins".into(),
            Flaw::DirectoryCount { .. } => "as many entries as the archive declares".into(),
            Flaw::DirectoryEntry(_) => "a directory that can be read".into(),
            Flaw::LocalHeader
            | Flaw::LocalDiffers { .. }
            | Flaw::LocalBitsDiffer { .. }
            | Flaw::LocalName(_)
            | Flaw::Descriptor(_) => "the same in the directory and where the entry lies".into(),
            Flaw::Overlap(_) | Flaw::IntoDirectory => "entries that lie one behind the other".into(),
            Flaw::Gap { .. } => "no bytes but those of the entries".into(),
            Flaw::Encrypted => "an entry that can be read without a password".into(),
            Flaw::Method(_) => "method 0 (stored) or 8 (deflate)".into(),
            Flaw::Version(_) => "version 6.3 of the format, or an earlier one".into(),
            Flaw::Flags(_) => "flags for the deflate level, a data descriptor or UTF-8, and no others".into(),
            Flaw::UnflaggedName => "a name in ASCII, or the flag that says UTF-8".into(),
            Flaw::UnicodePath(_) => "one name".into(),
            Flaw::ExtraField => "extra fields that each end within the header, each at most once".into(),
            Flaw::FolderWithContent => "a folder without content".into(),
            Flaw::StoredSizes { .. } => "equal sizes".into(),
            Flaw::AfterDeflate { .. } => "compressed data that fills the room declared for it".into(),
            Flaw::NotAFile(_) => "a regular file or a folder".into(),
            Flaw::Name(_) => "a relative path without `..` or control characters".into(),
            Flaw::Duplicate { .. } => "names that differ, and not in case alone".into(),
            Flaw::FileAndFolder => "a file or a folder".into(),
            Flaw::TooManyEntries { most, .. } => format!("at most {}", Count(*most)),
            Flaw::DirectoryTooLarge { most, .. }
            | Flaw::UnpackedTooLarge { most, .. }
            | Flaw::TooLargeToRead { most, .. }
            | Flaw::ExtendedHeaderTooLarge { most, .. } => format!("at most {} bytes", Count(*most)),
            Flaw::Ratio { most, .. } => format!("at most {} bytes for each packed one", Count(*most)),
            Flaw::Larger { .. } | Flaw::Smaller { .. } => "the size that the archive declares".into(),
            Flaw::Crc { .. } => "the CRC-32 that the archive declares".into(),
        }
    }

    /// What to do, a sentence.
    #[must_use]
    pub(crate) const fn remedy(&self) -> &'static str {
        match self.flaw() {
            Flaw::Name(_) | Flaw::Duplicate { .. } | Flaw::FileAndFolder | Flaw::UnflaggedName => {
                "Rename the file in the job that builds it."
            }
            Flaw::NotAFile(_) => "Put the file itself into the archive.",
            Flaw::TooManyEntries { .. } => {
                "Pack fewer files. `max-files` raises the limit of an artifact; what is looked through inside a wheel or tar has one of its own."
            }
            Flaw::UnpackedTooLarge { .. } => {
                "Raise `max-unpacked-size` if the archive is meant to be so large, or upload less."
            }
            Flaw::TooLargeToRead { .. } => {
                "Make it smaller where it is built: metadata files have a limit of size."
            }
            Flaw::DirectoryTooLarge { .. } | Flaw::ExtendedHeaderTooLarge { .. } => {
                "Pack fewer files into one archive, under shorter names."
            }
            Flaw::Ratio { .. } => {
                "Leave out what is nothing but repetition; no release needs a file like that."
            }
            Flaw::NoEnd(_)
            | Flaw::Inflate(_)
            | Flaw::Larger { .. }
            | Flaw::Smaller { .. }
            | Flaw::Crc { .. }
            | Flaw::Tar(_)
            | Flaw::BreaksOff(_)
            | Flaw::Stream { .. }
            | Flaw::StreamBreaksOff(_) => "Build and upload it again: it is broken, or was altered.",
            Flaw::IsAnother { .. } => {
                "Look at how the job makes or downloads it, or give it the name of what it is."
            }
            _ => {
                "Build it again with a tool that writes plain archives; if it was not built so, find out who altered it."
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; expected {}", self.found(), self.expected())
    }
}

impl std::error::Error for Refusal {}

/// What is wrong; its text goes on where "`entry`" or "the archive" began.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    #[error("has {} bytes and no end of central directory among the last of them", Count(*.0))]
    NoEnd(u64),
    #[error("has end of central directory records at byte {} and at byte {}", Count(*.0), Count(*.1))]
    SeveralEnds(u64, u64),
    #[error("declares a comment of {} bytes, and {} follow its end record", Count(*declared), Count(*found))]
    CommentLength { declared: u64, found: u64 },
    #[error("is one volume of several")]
    Volumes,
    #[error("has a ZIP64 end of central directory {0}")]
    Zip64End(&'static str),
    #[error("declares a directory of {} bytes at byte {}, and its end record lies at byte {}", Count(*size), Count(*offset), Count(*end))]
    DirectoryPlace { offset: u64, size: u64, end: u64 },
    #[error("declares {} entries, and its directory holds {}", Count(*declared), if *more { "more" } else { "fewer" })]
    DirectoryCount { declared: u64, more: bool },
    #[error("has a directory whose entry number {} cannot be read", Count(*.0))]
    DirectoryEntry(u64),
    #[error("has a ZIP64 record {0}")]
    Zip64Entry(&'static str),
    #[error("has no local header where the directory says")]
    LocalHeader,
    #[error("has the {field} {} in the directory and {} in its local header", Count(*central), Count(*local))]
    LocalDiffers { field: &'static str, central: u64, local: u64 },
    #[error("has the {field} {central:#x} in the directory and {local:#x} in its local header")]
    LocalBitsDiffer { field: &'static str, central: u32, local: u32 },
    #[error("is named `{0}` in its local header")]
    LocalName(String),
    #[error("has a data descriptor {0}")]
    Descriptor(&'static str),
    #[error("lies in the same bytes as `{0}`")]
    Overlap(String),
    #[error("reaches into the directory")]
    IntoDirectory,
    #[error("has {} bytes at byte {} that belong to no entry", Count(*bytes), Count(*at))]
    Gap { at: u64, bytes: u64 },
    #[error("is encrypted")]
    Encrypted,
    #[error("is compressed by method {0}")]
    Method(u16),
    #[error("asks for version {}.{} of the format", .0 / 10, .0 % 10)]
    Version(u16),
    #[error("has the flags {0:#06x}")]
    Flags(u16),
    #[error("has a name beyond ASCII and no flag that says how to read it")]
    UnflaggedName,
    #[error("is named `{0}` by its Unicode path field")]
    UnicodePath(String),
    #[error("has extra fields that cannot be read")]
    ExtraField,
    #[error("is a folder with content")]
    FolderWithContent,
    #[error("is stored with {} bytes and declared with {}", Count(*packed), Count(*size))]
    StoredSizes { packed: u64, size: u64 },
    #[error("has {} bytes behind the end of its compressed data", Count(*.0))]
    AfterDeflate(u64),
    #[error("is {0}")]
    NotAFile(&'static str),
    #[error("is not a valid file name: {0}")]
    Name(FileNameError),
    #[error("{}", match other { Some(other) => format!("and `{other}` are the same name"), None => "appears twice".into() })]
    Duplicate { other: Option<String> },
    #[error("is a file, and a folder that holds others")]
    FileAndFolder,
    #[error("has {} entries", Count(*declared))]
    TooManyEntries { declared: u64, most: u64 },
    #[error("declares a directory of {} bytes", Count(*declared))]
    DirectoryTooLarge { declared: u64, most: u64 },
    #[error("unpacks to {} bytes or more", Count(*size))]
    UnpackedTooLarge { size: u64, most: u64 },
    #[error("unpacks from {} bytes to {} or more", Count(*packed), Count(*size))]
    Ratio { packed: u64, size: u64, most: u64 },
    #[error("has {} bytes and is to be read whole", Count(*size))]
    TooLargeToRead { size: u64, most: u64 },
    #[error("has an extended header of {} bytes", Count(*size))]
    ExtendedHeaderTooLarge { size: u64, most: u64 },
    #[error("has no entry number {0}")]
    NoEntry(u64),
    #[error("has compressed data that {0}")]
    Inflate(&'static str),
    #[error("is declared with {} bytes and inflates to {} or more", Count(*declared), Count(*found))]
    Larger { declared: u64, found: u64 },
    #[error("is declared with {} bytes and inflates to {}", Count(*declared), Count(*found))]
    Smaller { declared: u64, found: u64 },
    #[error("has the CRC-32 {found:08x} and is declared with {declared:08x}")]
    Crc { declared: u32, found: u32 },
    #[error("{0}")]
    Tar(&'static str),
    #[error("{0}")]
    TarHeaders(&'static str),
    #[error("breaks off in {0}")]
    BreaksOff(&'static str),
    #[error("has a {codec} stream that {what}")]
    Stream { codec: &'static str, what: &'static str },
    #[error("breaks off in its {0} stream")]
    StreamBreaksOff(&'static str),
    #[error("{0}")]
    Unsupported(&'static str),
    #[error("is {what}")]
    IsAnother { what: String, expected: &'static str },
}

/// A number with its thousands apart.
struct Count(u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rest, last) = (self.0 / 1000, self.0 % 1000);
        if rest == 0 { write!(f, "{last}") } else { write!(f, "{},{last:03}", Self(rest)) }
    }
}
