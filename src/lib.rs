//! From a run's build artifacts to a release that can be attested and
//! published.

pub mod archive;
pub mod artifact;
pub mod digest;
pub mod dir;
pub mod distribution;
pub mod filename;
pub mod finding;
pub mod glob;
pub mod rule;
pub mod source;
