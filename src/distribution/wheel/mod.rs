//! Wheels: the binary distribution format (PEP 427 and its living
//! specification).

mod filename;
mod metadata;
mod platform;
mod record;
mod tag;

pub(crate) use filename::{BuildTag, WheelFilenameErrorKind};
pub use filename::{Deviation, WheelFilename};
pub(crate) use metadata::{MAX_WHEEL_BYTES, WheelMetadata, WheelMetadataError};
pub(crate) use platform::{PlatformTag, System, pypi_takes};
pub(crate) use record::{MAX_RECORD_BYTES, Record, RecordDigest, RecordError, RecordRow, archive_path};
pub use tag::TagSet;
pub(crate) use tag::{Axis, Tag, TagTriple};
