//! The integration tests, one module for each theme.

mod names;
