//! The format of a release: manifest, checksum files and subject list, how they
//! are written and verified.

mod file;
#[cfg(any(test, fuzzing))]
#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "it may fail loudly, and is in no program"
)]
pub(crate) mod fuzz;
pub(crate) mod manifest;
pub(crate) mod prepared;
pub(crate) mod previous;
pub(crate) mod subject;
pub(crate) mod sums;
pub(crate) mod top_level;
pub(crate) mod verification;
pub(crate) mod verify;
