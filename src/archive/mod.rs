//! Reading archives that nobody vouches for.

pub mod limits;
