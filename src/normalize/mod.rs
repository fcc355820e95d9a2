//! The name and place of each file, and the rewriting of wheels.

pub(crate) mod asset_name;
pub(crate) mod described;
pub(crate) mod plan;
pub(crate) mod rewritable;
pub(crate) mod rewrite;
pub(crate) mod sidecars;
