//! The release as one set: what GitHub's release page takes, and files that
//! describe other files.

pub(crate) mod limits;
