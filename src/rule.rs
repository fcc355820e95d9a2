//! The list of all rules: what the world will say of a release.
//!
//! A rule has an id that never changes its meaning, a class that says on whose
//! authority it stands, and the severity of its findings.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of authority a rule stands on, and so who may relax it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The bytes are not what they claim to be. Nothing relaxes it.
    Integrity,
    /// PyPI refuses it.
    Index,
    /// npm refuses it.
    Registry,
    /// The files do not make the release that was meant.
    Release,
    /// A name promises what the file does not hold.
    Honesty,
    /// Worth knowing; nothing breaks.
    Advice,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integrity => "integrity",
            Self::Index => "index",
            Self::Registry => "registry",
            Self::Release => "release",
            Self::Honesty => "honesty",
            Self::Advice => "advice",
        })
    }
}

/// Whether a finding stops the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No release is written.
    Error,
    /// The release is written, and says so.
    Warning,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $class:ident, $severity:ident, $says:literal;)*) => {
        /// A rule. Its id never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[$doc])* #[doc = $says] $name,)*
        }

        impl Rule {
            /// Every rule, in the order of the table in docs/rules.md.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The id, lower case words joined by `-`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Who may relax it.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Self::$name => Class::$class,)* }
            }

            /// What a finding of this rule is unless an input says otherwise.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What the rule says, a sentence in Markdown.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

rules! {
    NotARegularFile = "not-a-regular-file", Integrity, Error, "A folder of artifacts holds regular files and folders only: no link, FIFO, socket or device.";
    FileNameUnsafe = "file-name-unsafe", Integrity, Error, "A file's name or path stays in its folder and on its line: no `..`, separator, control character, or more than 255 bytes.";
    ArchiveFraming = "archive-framing", Integrity, Error, "An archive's records agree with each other and with its length, so that every reader reads the same files out of it.";
    ArchiveLimit = "archive-limit", Integrity, Error, "An archive stays within the limits on entries, names, sizes and compression ratio.";
    ArchiveLink = "archive-link", Integrity, Error, "An archive holds regular files and folders only.";
    ArchiveDuplicate = "archive-duplicate", Integrity, Error, "No two entries of an archive have one name, also without regard to case.";
    ArchiveChecksum = "archive-checksum", Integrity, Error, "An entry inflates to the size and CRC-32 that its archive declares.";
    DigestMismatch = "digest-mismatch", Integrity, Error, "What was downloaded has the digest that GitHub told.";
    DigestMissing = "digest-missing", Integrity, Error, "GitHub tells a digest for every artifact.";
    ExpectedDigest = "expected-digest", Integrity, Error, "Every file of which a build job told the digest is there, with that digest.";
    ForeignRun = "foreign-run", Integrity, Error, "Artifacts come from this run, or from one of the same repository and commit that succeeded and was not started by a pull request.";
    SelectionChanged = "selection-changed", Integrity, Error, "The artifacts of the run are the same after the downloads as before.";
    NameCollision = "name-collision", Integrity, Error, "One name has one content in the whole release.";
    CaseCollision = "case-collision", Integrity, Error, "No two names of the release differ in case alone.";
    ReservedName = "reserved-name", Integrity, Error, "The names of the files at the top of a release belong to release-prep.";
    WheelUnreadable = "wheel-unreadable", Integrity, Error, "A wheel is a zip archive with a `WHEEL` file that can be read.";
    WheelName = "wheel-name", Index, Error, "A wheel's file name has the five or six parts of the binary distribution format.";
    WheelVariant = "wheel-variant", Index, Error, "A wheel's file name has no variant label (PEP 825, a draft that PyPI does not take).";
    WheelSpelling = "wheel-spelling", Index, Error, "Project and version in a wheel's name are spelt as PyPI requires.";
    WheelVersionSpelling = "wheel-version-spelling", Advice, Warning, "The version in a wheel's name is in its normal form (PEP 440).";
    SdistMetadata = "sdist-metadata", Index, Error, "A source distribution holds one top folder with a `PKG-INFO` that gives name and version.";
    SdistName = "sdist-name", Index, Error, "A source distribution is named `{name}-{version}.tar.gz`, from its `PKG-INFO`.";
    IndexDuplicate = "index-duplicate", Index, Error, "No two files for the index have the same bytes.";
    NpmMetadata = "npm-metadata", Registry, Error, "An npm package holds a `package.json` with a valid name and version.";
    NpmName = "npm-name", Registry, Error, "An npm package is named as `npm pack` names it.";
    TagOrder = "tag-order", Honesty, Error, "The tags in a wheel's name are sorted, in lower case and without repetition (PEP 425).";
    AssetName = "asset-name", Release, Error, "An asset has a name that GitHub stores unchanged.";
    VersionMismatch = "version-mismatch", Release, Error, "Every file that declares a version declares the release's.";
    NothingSelected = "nothing-selected", Release, Error, "There is something to release.";
    NotRenamed = "not-renamed", Advice, Warning, "A file that was attested or signed already keeps its name.";
    IndexNameUnsafe = "index-name-unsafe", Advice, Warning, "A file for the index has a name that a GitHub release would store unchanged.";
    UnknownKind = "unknown-kind", Advice, Warning, "Every file is of a known kind, or asked for by `pattern`.";
    TagProject = "tag-project", Advice, Warning, "The project that the pushed tag names has files in the release.";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
