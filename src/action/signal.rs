//! Cancellation: a runner sends SIGINT and then SIGTERM, a person Ctrl-C.
//!
//! In a container the program is process 1, to which the kernel delivers only
//! signals that have a handler; so both are handled.

use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::printer::Printer;
use crate::disk::staging::Cancellation;

/// Has a thread wait for signals. At the first one it removes what is staged
/// and ends the process with 128 and the signal's number; if the release
/// is already committed, the program ends as it would have.
///
/// # Errors
/// If no handler can be installed or no thread started.
pub fn cancel_on_signals(printer: Printer, cancellation: Arc<Cancellation>) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in &mut signals {
            if cancellation.cancel() {
                printer.error("cancelled; nothing was written");
                std::process::exit(128 + signal);
            }
        }
    })?;
    Ok(())
}

/// While the run is being cancelled, waits for the process to end: errors from
/// then on are due to removed files, and are not reported.
pub fn park_if_cancelled(cancellation: &Cancellation) {
    while cancellation.is_cancelled() {
        std::thread::park();
    }
}
