//! npm packages.

mod name;
mod package_json;
mod repository;

pub use name::{PackageName, PackageNameError};
pub use package_json::{MAX_PACKAGE_JSON_BYTES, PackageJson, PackageJsonError};
pub use repository::github_repository;
