//! From a run's build artifacts to a release that can be attested and
//! published.
//!
//! One straight corridor: an artifact walks in at one end, a release walks out
//! at the other. Every room on the way does one thing and hands on a type that
//! only it can make.
//!
//! ```text
//!  inputs     source      unpack+digest   examine     decide       judge      write        say
//!  Request ─► Payload ──► StagedFile ───► Evidence ─► Planned ───► Member ──► Manifest ──► Report
//!             bytes,      one safe name,  typed:      renamed or   one of     sorted,      text,
//!             verified    size, digest    wheel, …    refused      a set      unique       Markdown
//! ```
//!
//! No import runs upwards, none runs in a circle (`tests/it/architecture.rs`
//! sees to it):
//!
//! | layer | rooms |
//! |---|---|
//! | edge | `main`, [`action`] |
//! | conduct | [`cli`], [`request`], [`pipeline`], [`intake`], [`failure`] |
//! | hands | [`dir`], [`source`], [`archive`], [`examine`], [`rewrite`], [`staging`], [`verify`] |
//! | judgement | [`evidence`], [`normalize`], [`preflight`], [`entry`], [`manifest`], [`release`], [`subject`], [`verification`], [`outputs`], [`report`] |
//! | words | [`digest`], [`filename`], [`artifact`], [`glob`], [`escape`], [`sums`], [`distribution`], [`rule`], [`finding`], [`notice`], [`sample`] |

pub mod action;
pub mod archive;
pub mod artifact;
pub mod cli;
pub mod digest;
pub mod dir;
pub mod distribution;
pub mod entry;
pub mod escape;
pub mod evidence;
pub mod examine;
pub mod failure;
pub mod filename;
pub mod finding;
pub mod glob;
pub mod intake;
pub mod manifest;
pub mod normalize;
pub mod notice;
pub mod outputs;
pub mod pipeline;
pub mod preflight;
pub mod release;
pub mod report;
pub mod request;
pub mod rewrite;
pub mod rule;
pub mod sample;
pub mod source;
pub mod staging;
pub mod subject;
pub mod sums;
pub mod verification;
pub mod verify;
