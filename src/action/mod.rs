//! Whom we talk to: a runner, or a person at a terminal.

pub mod command;
pub mod conclusion;
pub mod environment;
pub mod output;
pub mod printer;
pub mod signal;
