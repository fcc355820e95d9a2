//! A gzipped tar becomes an npm package, if it is one.

use std::fs::File;
use std::io::BufReader;

use super::{Defect, Inspection};
use crate::archive::ArchiveError;
use crate::archive::limits::Limits;
use crate::archive::tar::{TarGz, TarKind};
use crate::distribution::npm::{MAX_PACKAGE_JSON_BYTES, PackageJson};
use crate::evidence::Distribution;
use crate::rule::Rule;

/// An npm package holds `package/package.json` (npm, `npm pack`).
pub(super) fn inspect(file: File, limits: &Limits) -> Result<Inspection, ArchiveError> {
    let mut tar = TarGz::new(BufReader::new(file), limits);
    let mut json = None;
    while let Some(entry) = tar.next_entry()? {
        let is_json = entry.path.as_ref().is_ok_and(|path| path.as_str() == "package/package.json");
        if is_json
            && entry.kind == TarKind::File
            && json.replace(tar.read_entry(MAX_PACKAGE_JSON_BYTES as u64)?).is_some()
        {
            return Ok(wrong(
                "there are two package.json in it, and readers differ in which they take".to_owned(),
            ));
        }
    }
    let Some(json) = json else { return Ok(Inspection::Nothing) };
    Ok(match PackageJson::read(&json) {
        Ok(package) => Inspection::Known(Distribution::NpmPackage(Box::new(package))),
        Err(error) => wrong(format!("its package.json cannot be taken: {error}")),
    })
}

fn wrong(found: String) -> Inspection {
    Inspection::Defect(Defect {
        rule: Rule::NpmMetadata,
        found,
        expected: "a package.json with a name and a version that npm accepts",
        remedy: "Correct package.json, and pack it again with `npm pack`.",
    })
}
