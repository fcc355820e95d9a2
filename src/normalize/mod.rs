//! What becomes of each file: its name and place, and, where it is asked for,
//! the rewriting of wheels.

pub(crate) mod plan;
pub(crate) mod rewritable;
pub(crate) mod rewrite;
