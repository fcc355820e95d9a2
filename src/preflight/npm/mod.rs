//! What npm refuses to publish, and what nobody could install.

pub(crate) mod family;
mod package;

pub(super) use package::judge;
