//! Reading untrusted archives.
//!
//! An archive comes from a build that may be compromised, so the question is
//! not only whether its files can be unpacked, but whether every reader would
//! unpack the same ones. A zip goes through these steps, and each refuses
//! what the next would have to guess at:
//!
//! 1. [`framing`] reads the raw records (end, directory, local headers,
//!    descriptors) and lets only those pass that agree with each other and
//!    cover the file without a gap or an overlap.
//! 2. [`name`] turns what is stored as a name into a path that stays in its
//!    folder, once for each file.
//! 3. [`limits`] bounds what the archive declares before anything is inflated,
//!    and what is really written while it is.
//! 4. [`zip`] inflates, and holds every byte against size and CRC-32.
//!
//! A tar is read entry by entry, in order, by [`tar`], out of a stream that
//! [`compression`] decompresses. A zip that is released as it is, and that users
//! unpack with whatever they have, is read as [`plain_zip`] does.

pub(crate) mod compression;
mod error;
pub(crate) mod framing;
pub(crate) mod limits;
mod magic;
pub(crate) mod name;
mod near;
pub(crate) mod plain_zip;
pub(crate) mod tar;
pub(crate) mod zip;

#[cfg(any(test, fuzzing))]
#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "it may fail loudly, and is in no program"
)]
pub(crate) mod fixture;
#[cfg(any(test, fuzzing))]
#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "it may fail loudly, and is in no program"
)]
pub(crate) mod fuzz;

pub(crate) use error::{ArchiveError, Refusal};
pub use limits::Limits;
pub(crate) use limits::{Budget, BudgetExceeded};
