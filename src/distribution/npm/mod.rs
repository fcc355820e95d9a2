//! npm packages.

mod name;
mod package_json;
mod repository;

pub(crate) use name::PackageName;
pub use package_json::PackageJson;
pub(crate) use package_json::{MAX_PACKAGE_JSON_BYTES, PackageJsonError};
pub(crate) use repository::github_repository;
