//! The format of a release: what its manifest, checksum files and subject list
//! say, how they are written, and how they are verified.

mod file;
pub(crate) mod manifest;
pub(crate) mod prepared;
pub(crate) mod subject;
pub(crate) mod sums;
pub(crate) mod top_level;
pub(crate) mod verification;
pub(crate) mod verify;
