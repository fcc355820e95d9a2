//! A runner or a terminal: environment, workflow commands, step files,
//! signals, exit codes.

pub(crate) mod command;
pub mod conclusion;
pub(crate) mod environment;
pub(crate) mod output;
pub(crate) mod printer;
mod progress;
pub(crate) mod signal;
