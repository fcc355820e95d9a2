//! Whom we talk to: a runner, or a person at a terminal.

pub(crate) mod command;
pub mod conclusion;
pub(crate) mod environment;
pub(crate) mod output;
pub(crate) mod printer;
pub(crate) mod signal;
