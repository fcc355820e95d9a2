//! Wheels: the binary distribution format (PEP 427 and its living
//! specification).

mod filename;
mod metadata;
mod platform;
mod record;
mod tag;

pub use filename::{BuildTag, Deviation, WheelFilename, WheelFilenameError, WheelFilenameErrorKind};
pub use metadata::{MAX_TRIPLES, MAX_WHEEL_BYTES, WheelMetadata, WheelMetadataError};
pub use platform::{Libc, PlatformTag, System, pypi_takes};
pub use record::{MAX_RECORD_BYTES, Record, RecordDigest, RecordError, RecordRow, archive_path};
pub use tag::{Axis, CompressedTags, Tag, TagError, TagSet, TagTriple};
