//! The requests of `inspect` and `init`: what `prepare` would make of what is
//! named.

use camino::Utf8PathBuf;

use super::cli::{InitArgs, InspectArgs, InspectTarget};
use super::{Environment, Init, InputError, Prepare, SourceRequest, request, run};
use crate::artifact::Selection;

/// What `prepare` would make of what is named; nothing is written, and the files
/// are unpacked among the system's temporary ones.
pub(super) fn inspect(arguments: InspectArgs, environment: &Environment) -> Result<Box<Prepare>, InputError> {
    let InspectArgs { targets, mut prepare } = arguments;
    let conflict = |message: &str| Err(InputError::Conflict(message.to_owned()));
    if prepare.artifacts_dir.is_some() {
        return conflict("artifacts-dir: `inspect` takes the folder without a flag: `inspect DIR`");
    }
    if prepare.report.is_some() {
        return conflict("report: `inspect` prints its report as JSON with `--format json`");
    }
    prepare.dry_run = true;
    prepare.show_summary = false;
    let selection = Selection::new(prepare.pattern.clone());
    let paths: Vec<Utf8PathBuf> = targets.iter().filter_map(InspectTarget::path).collect();
    let source = match targets.as_slice() {
        [InspectTarget::Run(url)] => {
            prepare.run = Some(url.clone());
            let limit = prepare.max_unpacked_size;
            SourceRequest::Run(Box::new(run::run(&prepare, &environment.services, &selection, limit)?))
        }
        targets if targets.len() == paths.len() => {
            if let Some(path) = paths.first() {
                run::refuse_beside_a_folder(&prepare, path)?;
            }
            SourceRequest::Paths { paths, zipped: prepare.artifacts_zipped }
        }
        _ => return conflict("`inspect` takes paths or one run, and not both"),
    };
    let output = environment.temporary.join(format!("release-prep-{}", std::process::id()));
    Ok(Box::new(request(prepare, source, selection, output, environment)))
}

pub(super) fn init(arguments: InitArgs, environment: &Environment) -> Result<Init, InputError> {
    let InitArgs { pin, write, inspect: looked_at } = arguments;
    Ok(Init { prepare: inspect(looked_at, environment)?, pin: pin.map(|pin| pin.0), write })
}
