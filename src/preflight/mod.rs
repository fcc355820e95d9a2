//! What the world will say of a release: pure functions of evidence, one file
//! for each authority.

pub mod expected;
pub mod release;
