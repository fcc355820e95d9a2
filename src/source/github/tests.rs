//! The room as a whole, against servers of its own.
use super::*;
use std::collections::BTreeSet;

/// A request for run 4242 of o/r, off a runner.
pub(super) fn request() -> RunRequest {
    RunRequest {
        api: "http://127.0.0.1:1".parse().unwrap(),
        server: "https://github.com".parse().unwrap(),
        repository: "o/r".parse().unwrap(),
        run_id: RunId(4242),
        token: None,
        runtime: None,
        artifact_api: ArtifactApi::Auto,
        selection: crate::artifact::Selection::new("").unwrap(),
        artifact_ids: BTreeSet::new(),
        require_digests: RequireDigests::Auto,
        foreign_run: ForeignRun::Refuse,
        this_run: None,
        max_bytes: 1 << 30,
        network: Network::default(),
    }
}
