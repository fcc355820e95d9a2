//! The integration tests, one module for each theme.
//!
//! Most run the program as people and runners do ([`harness`]), on artifacts
//! that are built in code ([`fixture`]).

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may fail loudly"
)]

mod action;
mod architecture;
mod archives;
mod assets;
mod disk;
mod docs;
mod expect;
mod fixture;
mod folder;
mod github;
mod harness;
mod inspect;
mod limits;
mod links;
mod manifest;
mod metadata;
mod names;
mod native;
mod native_action;
mod npm;
mod npm_families;
mod own_release;
mod policy;
mod prepare;
mod previous;
mod projects;
mod report;
mod rewrite;
mod rules;
mod runner;
mod sdists;
mod sidecars;
mod verify;
mod versions;
mod wheelwright;
mod zips;
