//! npm packages.

mod dependency;
mod entry_points;
pub(crate) mod family;
mod name;
mod package_json;
pub(crate) mod platform;
mod registry;
mod repository;
mod version;
mod wire;

pub(crate) use dependency::DependencyKind;
pub(crate) use entry_points::FileTree;
pub(crate) use name::PackageName;
pub use package_json::PackageJson;
pub(crate) use package_json::{MAX_PACKAGE_JSON_BYTES, PackageJsonError};
pub(crate) use registry::is_other_registry;
pub(crate) use repository::github_repository;
