//! What npm refuses to publish, and what nobody could install.

mod contents;
pub(crate) mod family;
mod package;

pub(super) use package::judge;
