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

    /// Shows how far the run is, where a person watches and wants to know.
    pub fn watch(printer: Printer, cli: &Cli) {
        if cli.shows_progress() {
            printer.watch();
        }
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
    pub use crate::escape::{line as escaped_line, markdown, markdown_prose, runner_line};
    pub use crate::evidence::Distribution;
    pub use crate::evidence::inspect::{InspectOptions, wheel as inspect_wheel};
    pub use crate::filename::FileName;
    pub use crate::report::outputs;
    pub use crate::report::styled::short_digests;
    pub use crate::request::cli::Cli;
    pub use crate::rule::finding::Place;
    pub use crate::rule::{Class, Rule};
}

/// The readers of what comes from outside, each with what must hold whatever it
/// reads, for `fuzz/`. Not an API: it is there with `--cfg fuzzing` alone.
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing {
    use crate::archive::fuzz as archive;
    use crate::distribution::fuzz as distribution;
    use crate::evidence::inspect::fuzz as inspect;
    use crate::release::fuzz as release;
    use crate::source::github::fuzz as github;

    /// Something that is read.
    #[derive(Debug, Clone, Copy)]
    pub struct Target {
        /// Its name.
        pub name: &'static str,
        /// Reads an input; panics if what must hold does not. Whether it was
        /// valid.
        pub run: fn(&[u8]) -> bool,
        /// Inputs to begin with.
        pub seeds: fn() -> Vec<Vec<u8>>,
    }

    const fn target(name: &'static str, run: fn(&[u8]) -> bool, seeds: fn() -> Vec<Vec<u8>>) -> Target {
        Target { name, run, seeds }
    }

    /// All of them.
    pub const TARGETS: [Target; 18] = [
        target("names", distribution::names, distribution::name_seeds),
        target("asset-names", asset_names, distribution::name_seeds),
        target("targets", distribution::targets, distribution::target_seeds),
        target("record", distribution::record, distribution::record_seeds),
        target("metadata", distribution::metadata, distribution::metadata_seeds),
        target("description", distribution::description, distribution::description_seeds),
        target("wheel-metadata", distribution::wheel_metadata, distribution::wheel_metadata_seeds),
        target("entry-points", distribution::entry_points, distribution::entry_points_seeds),
        target("package-json", distribution::package_json, distribution::package_json_seeds),
        target("native", distribution::native, distribution::native_seeds),
        target("sidecars", distribution::sidecars, distribution::sidecar_seeds),
        target("zip", archive::zip, archive::zip_seeds),
        target("compressed", archive::compressed, archive::compressed_seeds),
        target("tar", archive::tar, archive::tar_seeds),
        target("wheel", inspect::wheel, inspect::wheel_seeds),
        target("tar-packages", inspect::tar_packages, archive::tar_seeds),
        target("manifest", release::manifest, release::manifest_seeds),
        target("answers", github::answers, github::answer_seeds),
    ];

    /// A name under which an asset is stored is stored unchanged.
    fn asset_names(data: &[u8]) -> bool {
        use crate::normalize::asset_name::stored_name;
        let name = std::str::from_utf8(data).unwrap_or_default().parse();
        let Some(stored) = name.ok().and_then(|name| stored_name(&name)) else { return false };
        assert_eq!(stored_name(&stored).as_ref(), Some(&stored), "a name is stored once");
        true
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn every_target_has_a_valid_seed() {
            for target in super::TARGETS {
                let valid = (target.seeds)().iter().filter(|seed| (target.run)(seed)).count();
                assert!(valid > 0, "{}: no seed is valid", target.name);
            }
        }
    }
}
