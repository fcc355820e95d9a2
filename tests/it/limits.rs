//! What GitHub's release does not take is refused before anything is attested.

use crate::harness::Workspace;

#[test]
pub(crate) fn an_empty_file() {
    let workspace = Workspace::with([("a/tool.sh", "#!/bin/sh\n"), ("a/empty.sh", "")]);
    let run = workspace.prepare(&[]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[asset-empty]: a: empty.sh: it is empty");
    workspace.prepare(&["--ignore", "asset-empty empty.sh"]).exits(0);
}

/// Of `files` scripts, that many are put into one release.
fn scripts(files: usize) -> Workspace {
    Workspace::with((0..files).map(|number| (format!("a/{number}.sh"), format!("#!/bin/sh\n# {number}\n"))))
}

#[test]
pub(crate) fn a_thousand_files_with_those_at_the_top() {
    scripts(998).prepare(&["--dry-run"]).exits(0);
    let run = scripts(999).prepare(&["--dry-run"]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[asset-count]: the release has 1001 files, the checksum files and the manifest among them");
}
