//! Every rule: its id, who may relax it, and the texts that explain it.
//!
//! The entries are in a file for each class. To add a rule, write its entry
//! there and name it in the list below. docs/rules.md is written from them, in
//! the order of the list, which is also the order of findings. A published id
//! never changes its meaning.

mod advice;
mod honesty;
mod index;
mod integrity;
mod metadata;
mod registry;
mod release;

use super::{Class, Severity};

/// What the catalogue says of a rule.
struct Entry {
    /// Lower-case words joined by `-`.
    id: &'static str,
    /// Who may relax it.
    class: Class,
    /// That of its findings, unless an input says otherwise.
    severity: Severity,
    /// What holds where the rule is kept: a sentence in Markdown.
    summary: &'static str,
    /// Why: sentences in Markdown.
    rationale: &'static str,
    /// How to fix it: sentences in Markdown, shown with each finding that has
    /// no remedy of its own.
    remedy: &'static str,
    /// A specification and its section, or a program.
    source: &'static str,
}

macro_rules! rules {
    ($($name:ident = $entry:path,)*) => {
        /// A rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = concat!("`", stringify!($entry), "`")] $name,)*
        }

        impl Rule {
            /// Every rule, in the order of docs/rules.md.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$name => const { &$entry },)*
                }
            }
        }
    };
}

rules! {
    NotARegularFile = integrity::NOT_A_REGULAR_FILE,
    FileNameUnsafe = integrity::FILE_NAME_UNSAFE,
    ArchiveFraming = integrity::ARCHIVE_FRAMING,
    ArchiveLimit = integrity::ARCHIVE_LIMIT,
    ArchiveLink = integrity::ARCHIVE_LINK,
    ArchiveDuplicate = integrity::ARCHIVE_DUPLICATE,
    ArchiveChecksum = integrity::ARCHIVE_CHECKSUM,
    DigestMismatch = integrity::DIGEST_MISMATCH,
    DigestMissing = integrity::DIGEST_MISSING,
    ExpectedDigest = integrity::EXPECTED_DIGEST,
    ForeignRun = integrity::FOREIGN_RUN,
    SelectionChanged = integrity::SELECTION_CHANGED,
    NameCollision = integrity::NAME_COLLISION,
    CaseCollision = integrity::CASE_COLLISION,
    ReservedName = integrity::RESERVED_NAME,
    SidecarDigest = integrity::SIDECAR_DIGEST,
    WheelUnreadable = integrity::WHEEL_UNREADABLE,
    RecordDigest = integrity::RECORD_DIGEST,
    RecordWeak = integrity::RECORD_WEAK,
    WheelOverwrite = integrity::WHEEL_OVERWRITE,
    WheelName = index::WHEEL_NAME,
    WheelVariant = index::WHEEL_VARIANT,
    WheelSpelling = index::WHEEL_SPELLING,
    WheelVersionSpelling = advice::WHEEL_VERSION_SPELLING,
    WheelFraming = index::WHEEL_FRAMING,
    WheelRatio = index::WHEEL_RATIO,
    WheelPolyglot = index::WHEEL_POLYGLOT,
    WheelDistInfo = index::WHEEL_DIST_INFO,
    WheelMetadata = index::WHEEL_METADATA,
    WheelRecord = index::WHEEL_RECORD,
    WheelPlatform = index::WHEEL_PLATFORM,
    WheelLicenseFile = index::WHEEL_LICENSE_FILE,
    WheelEntryPoints = index::WHEEL_ENTRY_POINTS,
    WheelEntryPointsInstallers = index::WHEEL_ENTRY_POINTS_INSTALLERS,
    ProhibitedContent = index::PROHIBITED_CONTENT,
    LocalVersion = index::LOCAL_VERSION,
    DirectReference = index::DIRECT_REFERENCE,
    MetadataVersion = metadata::METADATA_VERSION,
    MetadataField = metadata::METADATA_FIELD,
    MetadataRequirement = metadata::METADATA_REQUIREMENT,
    MetadataLicense = metadata::METADATA_LICENSE,
    MetadataAddress = metadata::METADATA_ADDRESS,
    Classifier = metadata::CLASSIFIER,
    ClassifierNew = metadata::CLASSIFIER_NEW,
    Description = metadata::DESCRIPTION,
    DistributionFormat = index::DISTRIBUTION_FORMAT,
    UnpublishedDistribution = index::UNPUBLISHED_DISTRIBUTION,
    SdistMetadata = index::SDIST_METADATA,
    SdistPolyglot = index::SDIST_POLYGLOT,
    SdistSparse = index::SDIST_SPARSE,
    SdistLicenseFile = index::SDIST_LICENSE_FILE,
    SdistName = index::SDIST_NAME,
    SdistSecond = index::SDIST_SECOND,
    IndexDuplicate = index::INDEX_DUPLICATE,
    NpmMetadata = registry::NPM_METADATA,
    NpmName = registry::NPM_NAME,
    NpmPrivate = registry::NPM_PRIVATE,
    NpmRepository = registry::NPM_REPOSITORY,
    NpmRepositoryMissing = registry::NPM_REPOSITORY_MISSING,
    NpmNameLegacy = registry::NPM_NAME_LEGACY,
    NpmBuildMetadata = registry::NPM_BUILD_METADATA,
    NpmDuplicate = registry::NPM_DUPLICATE,
    NpmRegistry = registry::NPM_REGISTRY,
    NpmAccess = registry::NPM_ACCESS,
    NpmAccessUnscoped = registry::NPM_ACCESS_UNSCOPED,
    NpmDependency = registry::NPM_DEPENDENCY,
    NpmFamilyIncomplete = registry::NPM_FAMILY_INCOMPLETE,
    NpmFamilyAbsent = registry::NPM_FAMILY_ABSENT,
    NpmFamilyVersion = registry::NPM_FAMILY_VERSION,
    NpmFamilyUnnamed = registry::NPM_FAMILY_UNNAMED,
    NpmPlatformUnnamed = registry::NPM_PLATFORM_UNNAMED,
    NpmFamilyTag = registry::NPM_FAMILY_TAG,
    NpmSize = registry::NPM_SIZE,
    NpmBin = registry::NPM_BIN,
    NpmEntryPoint = registry::NPM_ENTRY_POINT,
    NpmPlatformName = registry::NPM_PLATFORM_NAME,
    NpmExecutable = release::NPM_EXECUTABLE,
    TagOrder = honesty::TAG_ORDER,
    WheelTags = honesty::WHEEL_TAGS,
    WheelData = honesty::WHEEL_DATA,
    FileContent = honesty::FILE_CONTENT,
    NativeMachine = honesty::NATIVE_MACHINE,
    NativeLibc = honesty::NATIVE_LIBC,
    NativeGlibc = honesty::NATIVE_GLIBC,
    NativeSignature = honesty::NATIVE_SIGNATURE,
    ModuleSuffix = honesty::MODULE_SUFFIX,
    TargetDuplicate = honesty::TARGET_DUPLICATE,
    ArchiveUnreadable = release::ARCHIVE_UNREADABLE,
    AssetName = release::ASSET_NAME,
    AssetEmpty = release::ASSET_EMPTY,
    AssetSize = release::ASSET_SIZE,
    AssetCount = release::ASSET_COUNT,
    ExpectedFiles = release::EXPECTED_FILES,
    UnlistedProject = release::UNLISTED_PROJECT,
    VersionMismatch = release::VERSION_MISMATCH,
    DistributionsPacked = release::DISTRIBUTIONS_PACKED,
    NothingSelected = release::NOTHING_SELECTED,
    WheelTagsBroader = advice::WHEEL_TAGS_BROADER,
    RecordNames = advice::RECORD_NAMES,
    WheelSignature = advice::WHEEL_SIGNATURE,
    WheelLink = advice::WHEEL_LINK,
    WheelBuild = advice::WHEEL_BUILD,
    WheelNames = advice::WHEEL_NAMES,
    NativeAny = advice::NATIVE_ANY,
    NativeMissing = advice::NATIVE_MISSING,
    ModuleStableAbi = advice::MODULE_STABLE_ABI,
    NativeMacos = advice::NATIVE_MACOS,
    NpmAddon = advice::NPM_ADDON,
    ArchiveExecutable = advice::ARCHIVE_EXECUTABLE,
    DistributionsBeside = advice::DISTRIBUTIONS_BESIDE,
    PrivateContents = advice::PRIVATE_CONTENTS,
    NpmDistTag = advice::NPM_DIST_TAG,
    FileSize = advice::FILE_SIZE,
    NotRewritten = advice::NOT_REWRITTEN,
    NotRenamed = advice::NOT_RENAMED,
    IndexNameUnsafe = advice::INDEX_NAME_UNSAFE,
    UnknownKind = advice::UNKNOWN_KIND,
    SidecarSubject = advice::SIDECAR_SUBJECT,
    SidecarUnreadable = advice::SIDECAR_UNREADABLE,
    ChecksumList = advice::CHECKSUM_LIST,
    UpdateFeed = advice::UPDATE_FEED,
    AssetVersion = advice::ASSET_VERSION,
    MetadataDiffers = advice::METADATA_DIFFERS,
    PreviousKind = advice::PREVIOUS_KIND,
    PreviousBytes = advice::PREVIOUS_BYTES,
}

impl Rule {
    /// The id: lower-case words joined by `-`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.entry().id
    }

    /// Who may relax it.
    #[must_use]
    pub const fn class(self) -> Class {
        self.entry().class
    }

    /// The severity of its findings, unless an input says otherwise.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.entry().severity
    }

    /// What holds where the rule is kept: a sentence in Markdown.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        self.entry().summary
    }

    /// Why: sentences in Markdown.
    #[must_use]
    pub const fn rationale(self) -> &'static str {
        self.entry().rationale
    }

    /// How to fix it: sentences in Markdown.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    /// Who requires it: a specification and its section, or a program.
    #[must_use]
    pub const fn source(self) -> &'static str {
        self.entry().source
    }
}
