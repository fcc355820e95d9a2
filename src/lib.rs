//! release-prep (skeleton)
pub mod archive;
pub mod artifact;
pub mod digest;
pub mod filename;
pub mod glob;
pub mod preflight;
pub mod source;
