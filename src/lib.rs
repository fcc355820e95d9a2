//! From a run's build artifacts to a release that can be attested and
//! published.
//!
//! One straight pipeline. Every stage does one thing and hands on a type that
//! only it can make, so that no stage can be skipped.
//!
//! ```text
//!  inputs     source      unpack+digest   inspect     decide       judge      write        report
//!  Request ─► Payload ──► StagedFile ───► Evidence ─► Planned ───► Member ──► Manifest ──► Report
//!             bytes,      one safe name,  typed:      renamed or   one of     sorted,      text,
//!             verified    size, digest    wheel, …    refused      a set      unique       Markdown
//! ```
//!
//! `pipeline` is these arrows in order. Folders import each other without a
//! circle, and few of them do I/O: `docs/architecture.md` has the table, and
//! `tests/it/architecture.rs` checks it.

mod action;
mod archive;
mod artifact;
mod digest;
mod disk;
mod distribution;
mod escape;
mod evidence;
mod filename;
mod folder;
mod glob;
mod normalize;
mod pipeline;
mod preflight;
mod release;
mod report;
mod reporter;
mod request;
mod rule;
mod sample;
mod settings;
mod source;

/// The functions that `main` calls.
#[doc(hidden)]
pub mod edge {
    pub use crate::action::command::error as annotate_error;
    pub use crate::action::conclusion::{
        FAULT, INPUT, explained, initialized, inspected, prepared, refused_input, verified,
    };
    pub use crate::action::environment::{
        become_owner_of, enter, forbid_core_dumps, input, is_runner, step_files,
    };
    pub use crate::action::output::StepFiles;
    pub use crate::action::printer::Printer;
    pub use crate::action::signal::{cancel_on_signals, park_if_cancelled};
    pub use crate::disk::staging::Cancellation;
    pub use crate::pipeline::{inspect, prepare, verify};
    pub use crate::reporter::Reporter;
    pub use crate::request::Request;
    pub use crate::request::cli::Cli;

    /// The printer with the choice of colour that the arguments make.
    #[must_use]
    pub fn colored(printer: Printer, cli: &Cli) -> Printer {
        printer.colored(cli.color())
    }
}

/// For tests and benchmarks. Not an API: it changes without notice.
#[doc(hidden)]
pub mod testing {
    pub use crate::action::conclusion;

    pub use crate::archive::Limits;
    pub use crate::digest::{Algorithms, Sha256};
    pub use crate::disk::staging::{StagedFile, Staging};
    pub use crate::distribution::npm::PackageJson;
    pub use crate::distribution::project::ProjectName;
    pub use crate::distribution::sdist::{Sdist, could_be_sdist_of, sdist_name};
    pub use crate::distribution::wheel::{Deviation, TagSet, WheelFilename};
    pub use crate::evidence::Distribution;
    pub use crate::evidence::inspect::{InspectOptions, wheel as inspect_wheel};
    pub use crate::filename::FileName;
    pub use crate::report::outputs;
    pub use crate::request::cli::Cli;
    pub use crate::rule::finding::Place;
    pub use crate::rule::{Class, Rule};
}
