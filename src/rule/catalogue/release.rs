//! The files make the release that was intended.

use super::Entry;
use crate::rule::Class::Release;
use crate::rule::Severity::Error;

pub(super) const ARCHIVE_UNREADABLE: Entry = Entry {
    id: "archive-unreadable",
    class: Release,
    severity: Error,
    summary: "An archive can be unpacked to its end: zips, tars, and files compressed with gzip, xz, Zstandard or bzip2.",
    rationale: "A truncated download, an error page under the name of an archive, a tar that was never compressed or was compressed twice: users cannot unpack it. What `gzip -t`, `xz -t`, `zstd -t`, `bzip2 -t`, `unzip -t` and `tar -xf` accept is accepted, such as several members, streams or frames, or the padding that the format allows after the end. Entries are compared with their CRC-32 (`archive-checksum`). Nothing is said of an archive that needs a window of more than 64 MiB (`xz` and `zstd` up to `--ultra -21` need less), has more than 200,000 entries, unpacks to more than `max-unpacked-size`, or is encrypted or compressed in another way.",
    remedy: "Build and upload the archive again, or give the file the name of what it is.",
    source: "RFC 1952; RFC 8878; the .xz file format; APPNOTE 6.3.10; POSIX pax",
};

pub(super) const ASSET_NAME: Entry = Entry {
    id: "asset-name",
    class: Release,
    severity: Error,
    summary: "An asset has a name that GitHub stores unchanged.",
    rationale: "GitHub replaces unsupported characters in asset names by `.`, so `sha256sum -c` does not find `my tool.zip` on the release page. Such assets are renamed in advance. It is an error if no character would be left, with `normalize: check`, and for a file that is signed under its name.",
    remedy: "Give the file a name of ASCII letters, digits, `.`, `_`, `+` and `-` where it is built.",
    source: "GitHub's releases, names of assets",
};

pub(super) const ASSET_EMPTY: Entry = Entry {
    id: "asset-empty",
    class: Release,
    severity: Error,
    summary: "No file of the release is empty.",
    rationale: "GitHub refuses empty release assets (`size must be greater than or equal to 1`) in the middle of the upload. An empty file is the usual trace of a step that failed without stopping its job.",
    remedy: "Check the step that writes the file, or exclude it.",
    source: "GitHub's REST API, upload a release asset",
};

pub(super) const ASSET_SIZE: Entry = Entry {
    id: "asset-size",
    class: Release,
    severity: Error,
    summary: "Every file of the release is smaller than 2 GiB.",
    rationale: "GitHub refuses release assets of 2 GiB and more, in the middle of the upload.",
    remedy: "Split or compress the file, or exclude it and publish it elsewhere.",
    source: "GitHub Docs, \"About releases\"",
};

pub(super) const ASSET_COUNT: Entry = Entry {
    id: "asset-count",
    class: Release,
    severity: Error,
    summary: "The release has at most 1,000 files, checksum files and manifest included.",
    rationale: "GitHub accepts 1,000 assets for a release and refuses the rest of the upload.",
    remedy: "Put files that belong together into archives, exclude some with `pattern`, or prepare two releases.",
    source: "GitHub Docs, \"About releases\"",
};

pub(super) const EXPECTED_FILES: Entry = Entry {
    id: "expected-files",
    class: Release,
    severity: Error,
    summary: "The release has as many files and artifacts as `expect` declares.",
    rationale: "A platform whose job failed, was skipped or uploaded nothing leaves no trace in the files, and its users are the first to notice. The input `expect` declares what a release consists of.",
    remedy: "Check the job that builds what is missing, and whether `pattern` selects its artifact. If it was added or is no longer built, change `expect`.",
    source: "the input `expect`",
};

pub(super) const UNLISTED_PROJECT: Entry = Entry {
    id: "unlisted-project",
    class: Release,
    severity: Error,
    summary: "Every wheel, sdist and npm package is of a project that `projects` names.",
    rationale: "Any job of a run can add a package, and a name that differs by one letter is easily overlooked. A registry refuses what its trusted publisher does not cover, but only in the middle of the upload, and it refuses nothing where one publisher covers several projects. Without the input, all projects are named in the first lines of log and summary.",
    remedy: "Find out which job uploaded it. If the release is meant to have it, add its project to `projects`.",
    source: "the input `projects`",
};

pub(super) const VERSION_MISMATCH: Entry = Entry {
    id: "version-mismatch",
    class: Release,
    severity: Error,
    summary: "Every file that declares a version declares the version of the release.",
    rationale: "If a release of `v1.2.3` holds a wheel of 1.2.2, it was built from the wrong commit, or the version was not increased. `version: any` skips the check.",
    remedy: "Build all files from one commit with that version, or set the input `version`.",
    source: "the input `version`",
};

pub(super) const NOTHING_SELECTED: Entry = Entry {
    id: "nothing-selected",
    class: Release,
    severity: Error,
    summary: "The release has at least one file.",
    rationale: "An empty release is never intended. The names of the artifacts that were found are listed.",
    remedy: "Check `pattern`, and that the jobs before this one uploaded what they built.",
    source: "the input `pattern`",
};

pub(super) const NPM_EXECUTABLE: Entry = Entry {
    id: "npm-executable",
    class: Release,
    severity: Error,
    summary: "A native program in an npm package is executable, or named by `bin`.",
    rationale: "Clients make executable what `bin` names, and nothing else: another program without the permission does not start (EACCES). The mode is lost when files pass through upload-artifact. Addons are loaded and need no permission, and packages with an install script are not looked at.",
    remedy: "Set the mode before packing (`chmod +x`), in the job that packs.",
    source: "pacote, `is-package-bin`",
};

pub(super) const DISTRIBUTIONS_PACKED: Entry = Entry {
    id: "distributions-packed",
    class: Release,
    severity: Error,
    summary: "Wheels, sdists and npm packages are not packed into an archive.",
    rationale: "A zip or tar that holds nothing but distributions is an asset like any other: nothing of it reaches a registry, and a job that publishes has nothing to do and succeeds. It usually was packed before the upload, although `actions/upload-artifact` packs by itself. An archive that holds something else as well, such as a script that installs, is not looked at.",
    remedy: "Upload the files themselves (`path: dist/*` of `actions/upload-artifact`), or unpack the archive into its own folder before release-prep runs. For a folder of artifacts that are zips, set `artifacts-zipped: true`.",
    source: "actions/upload-artifact",
};
