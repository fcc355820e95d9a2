//! A release in memory: its manifest and what follows from it.

use crate::distribution::npm::PackageJson;
use crate::filename::FileName;
use crate::release::manifest::Manifest;
use crate::release::top_level::TopLevelFiles;

/// A release: its manifest and what follows from it.
#[derive(Debug)]
pub struct PreparedRelease {
    /// The manifest.
    pub manifest: Manifest,
    /// The files at the top.
    pub top: TopLevelFiles,
    /// The npm packages, sorted by file name.
    pub npm: Vec<PackedPackage>,
}

/// An npm package of the release.
#[derive(Debug)]
pub struct PackedPackage {
    /// Its file's name.
    pub file: FileName,
    /// Its package.json.
    pub package: PackageJson,
    /// `sha512-<base64>`, as npm computes it.
    pub integrity: String,
}
