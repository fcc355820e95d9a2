//! npm packages.

mod name;
mod package_json;

pub use name::{PackageName, PackageNameError};
pub use package_json::{MAX_PACKAGE_JSON_BYTES, PackageJson, PackageJsonError};
