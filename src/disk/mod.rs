//! Folders that are opened without following links, and the staging area in
//! which a release is written before it is published in one step.

pub(crate) mod dir;
mod error;
pub(crate) mod staging;
