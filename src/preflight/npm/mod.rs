//! What npm refuses to publish, and what nobody could install.

pub(crate) mod addons;
mod contents;
pub(crate) mod family;
#[cfg(test)]
mod faults;
mod package;

pub(super) use package::judge;
