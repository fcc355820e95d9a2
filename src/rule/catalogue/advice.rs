//! What is worth knowing and breaks nothing.

use super::Entry;
use crate::rule::Class::Advice;
use crate::rule::Severity::Warning;

pub(super) const WHEEL_VERSION_SPELLING: Entry = Entry {
    id: "wheel-version-spelling",
    class: Advice,
    severity: Warning,
    summary: "The version in a wheel's name is normalized (PEP 440).",
    rationale: "PyPI accepts a version that is not normalized (`2024.08.30` for `2024.8.30`), but other tools compare file names as text.",
    remedy: "Declare the version in its normalized form.",
    source: "PEP 440, \"Normalization\"",
};

pub(super) const WHEEL_TAGS_BROADER: Entry = Entry {
    id: "wheel-tags-broader",
    class: Advice,
    severity: Warning,
    summary: "The `Tag:` lines of `WHEEL` name no more environments than the tags of the file's name.",
    rationale: "A wheel whose `WHEEL` says `py3-none-any` and whose name says `py3-none-manylinux_2_28_x86_64` is selected by its name, and nothing that installs it minds. Tools that unpack and pack it again lose the platform. Where the two contradict each other, it is `wheel-tags`.",
    remedy: "Retag with `wheel tags`, which updates both.",
    source: "binary distribution format, \"File contents\"; PEP 425",
};

pub(super) const RECORD_NAMES: Entry = Entry {
    id: "record-names",
    class: Advice,
    severity: Warning,
    summary: "`RECORD` lists every file of the wheel with a digest, and nothing else.",
    rationale: "A file that `RECORD` does not list is not verified, and is left behind when the package is uninstalled. So is one whose row has another number of fields, an open quote, or a byte order mark before its path. PyPI sends the owners a mail about it and has announced that it will refuse such wheels.",
    remedy: "Rewrite `RECORD` with `wheel unpack` and `wheel pack`.",
    source: "binary distribution format, \"The .dist-info directory\"; PyPI",
};

pub(super) const WHEEL_SIGNATURE: Entry = Entry {
    id: "wheel-signature",
    class: Advice,
    severity: Warning,
    summary: "A wheel has no `RECORD.jws` or `RECORD.p7s` (PEP 815).",
    rationale: "No tool verifies `RECORD.jws` and `RECORD.p7s`, and PEP 815 deprecates them. A wheel that has one is never rewritten.",
    remedy: "Build the wheel without it, and attest the release.",
    source: "PEP 815",
};

pub(super) const WHEEL_LINK: Entry = Entry {
    id: "wheel-link",
    class: Advice,
    severity: Warning,
    summary: "A wheel holds no symbolic links.",
    rationale: "The format has no links: pip writes a file whose content is the target's path.",
    remedy: "Put the files themselves into the wheel, or create the links when the package is first used.",
    source: "binary distribution format; pip",
};

pub(super) const WHEEL_BUILD: Entry = Entry {
    id: "wheel-build",
    class: Advice,
    severity: Warning,
    summary: "The `Build:` line of `WHEEL` matches the build tag of the file's name.",
    rationale: "The build tag decides which of two wheels of one version is installed, and tools that read `WHEEL` would decide differently.",
    remedy: "Pass the build tag to the build backend, or have the wheel rewritten, which adds the line.",
    source: "binary distribution format, \"File contents\"",
};

pub(super) const WHEEL_NAMES: Entry = Entry {
    id: "wheel-names",
    class: Advice,
    severity: Warning,
    summary: "No two files of a wheel have names that differ only in case or Unicode normalization.",
    rationale: "On Windows and macOS one of the two files would overwrite the other. A wheel for Linux only may hold both.",
    remedy: "Rename one of each pair, or build the wheel for Linux only.",
    source: "file systems of Windows and macOS; UAX #15",
};

pub(super) const NATIVE_ANY: Entry = Entry {
    id: "native-any",
    class: Advice,
    severity: Warning,
    summary: "A wheel for any platform holds no extension modules.",
    rationale: "An extension module can be imported on its own platform only. Programs and libraries that are merely included are ignored.",
    remedy: "Configure the build backend so that the wheel is not pure and is tagged for its platform.",
    source: "platform compatibility tags",
};

pub(super) const NPM_ADDON: Entry = Entry {
    id: "npm-addon",
    class: Advice,
    severity: Warning,
    summary: "Addons of Node.js (`.node`) are packed into npm packages.",
    rationale: "Build jobs of napi-rs upload the addon of each platform as it was compiled. If no job packs them, they become assets of the release, and npm gets no package that holds one.",
    remedy: "Add a job between build and release that downloads them and packs each platform's package and the main one: `napi create-npm-dirs`, `napi artifacts`, `npm pack` (docs/recipes.md, \"Pack addons of napi-rs\").",
    source: "napi-rs, \"Release native packages\"",
};

pub(super) const NPM_DIST_TAG: Entry = Entry {
    id: "npm-dist-tag",
    class: Advice,
    severity: Warning,
    summary: "A prerelease for npm declares the dist-tag under which it is published.",
    rationale: "Without a tag npm publishes no prerelease, and under `latest` everybody would install it. The output `npm-packages` gives `next` if `publishConfig.tag` is not set.",
    remedy: "Set `publishConfig.tag` in its `package.json`.",
    source: "npm, `npm publish`, `tag`",
};

pub(super) const FILE_SIZE: Entry = Entry {
    id: "file-size",
    class: Advice,
    severity: Warning,
    summary: "A file for PyPI is within the default limit of 100 MiB.",
    rationale: "PyPI accepts up to 100 MiB for each file, unless it has raised the limit for the project, which cannot be checked here.",
    remedy: "Check in the project's settings on PyPI that the limit was raised, or make the file smaller.",
    source: "PyPI, project and file size limits",
};

pub(super) const NOT_REWRITTEN: Entry = Entry {
    id: "not-rewritten",
    class: Advice,
    severity: Warning,
    summary: "A wheel is rewritten only if it is unsigned and only its spelling changes.",
    rationale: "A rewrite would invalidate a signature. It changes the spelling and nothing else: a wheel in which two files would get the same name, or whose entries cannot be copied unchanged, keeps its bytes.",
    remedy: "Sign and attest after the release is prepared. If the wheel cannot be copied, build it with a tool that writes plain zips, or pack it again with `wheel unpack` and `wheel pack`.",
    source: "PEP 740; PEP 815",
};

pub(super) const NOT_RENAMED: Entry = Entry {
    id: "not-renamed",
    class: Advice,
    severity: Warning,
    summary: "A file that is already signed or attested keeps its name.",
    rationale: "A signature or an attestation in the same artifact refers to the file by its name, and would not match after a rename.",
    remedy: "Sign and attest after the release is prepared, so that the file can be renamed.",
    source: "PEP 740; Sigstore bundles",
};

pub(super) const INDEX_NAME_UNSAFE: Entry = Entry {
    id: "index-name-unsafe",
    class: Advice,
    severity: Warning,
    summary: "A file for PyPI has a name that a GitHub release stores unchanged.",
    rationale: "A version with an epoch contains `!` (`1!2.0`). PyPI accepts the name; a GitHub release stores the file under another one.",
    remedy: "Publish the file on PyPI only, or choose another version.",
    source: "GitHub's releases, names of assets",
};

pub(super) const UNKNOWN_KIND: Entry = Entry {
    id: "unknown-kind",
    class: Advice,
    severity: Warning,
    summary: "Every file is of a known kind, or selected by `pattern`.",
    rationale: "Build jobs upload logs and caches as well. Files of unknown type are skipped unless `pattern` selects their artifact.",
    remedy: "Name the artifact in `pattern` to release its files, or exclude it there with `!`.",
    source: "the input `pattern`",
};

pub(super) const ASSET_VERSION: Entry = Entry {
    id: "asset-version",
    class: Advice,
    severity: Warning,
    summary: "A version in the name of an asset is that of the release.",
    rationale: "An archive or installer declares no version that could be compared, but its name often gives one. Another version there is usually that of the last release, in a file that was not built again or under a name that was not changed.",
    remedy: "Build the file from the commit of the release, and derive its name from the version.",
    source: "the input `version`",
};

pub(super) const NATIVE_MISSING: Entry = Entry {
    id: "native-missing",
    class: Advice,
    severity: Warning,
    summary: "A wheel for one ABI and platform holds native code.",
    rationale: "A wheel that is tagged for one ABI and platform and holds no native code was probably built without its extension module, so that users get an import error or a slow fallback.",
    remedy: "Make the build fail if the extension cannot be compiled. If there is none, build a wheel for `any`.",
    source: "platform compatibility tags",
};

pub(super) const MODULE_STABLE_ABI: Entry = Entry {
    id: "module-stable-abi",
    class: Advice,
    severity: Warning,
    summary: "A wheel whose extension modules all use the stable ABI is tagged `abi3`.",
    rationale: "Modules that end with `.abi3.so` work with all later versions of CPython, but a wheel tagged for one version is installed by that version only.",
    remedy: "Tag the wheel `abi3` (`py-limited-api` of the build backend), or build without the limited API.",
    source: "PEP 384; PEP 425",
};

pub(super) const NATIVE_MACOS: Entry = Entry {
    id: "native-macos",
    class: Advice,
    severity: Warning,
    summary: "Native code in a wheel is built for the Apple system of its platform tags, and runs on the oldest macOS of them.",
    rationale: "Installers select a wheel for `macosx_11_0` on macOS 11, where code that was built for macOS 14 may not load. From macOS 11 on only major versions count; code for Apple silicon counts from 11.",
    remedy: "Set `MACOSX_DEPLOYMENT_TARGET` to the version of the tag, or tag the wheel for the newer macOS (`delocate-wheel --require-target-macos-version`).",
    source: "platform compatibility tags; `LC_BUILD_VERSION`",
};

pub(super) const SIDECAR_SUBJECT: Entry = Entry {
    id: "sidecar-subject",
    class: Advice,
    severity: Warning,
    summary: "A checksum file, signature or attestation belongs to a file that is here.",
    rationale: "Nobody can verify anything by a checksum or signature of a file that is not released, perhaps because its job failed or the file was renamed after it was signed. A checksum of the program inside an archive does not verify the download. Such checksum files are left out.",
    remedy: "Check that the job that builds the file uploaded it, under the name that was signed.",
    source: "sha256sum(1)",
};

pub(super) const SIDECAR_UNREADABLE: Entry = Entry {
    id: "sidecar-unreadable",
    class: Advice,
    severity: Warning,
    summary: "A checksum file holds digests.",
    rationale: "A file that is named like a checksum file and holds none was written by a step that failed, or is something else. It is left out.",
    remedy: "Check the step that writes it, or give it another name.",
    source: "sha256sum(1)",
};

pub(super) const CHECKSUM_LIST: Entry = Entry {
    id: "checksum-list",
    class: Advice,
    severity: Warning,
    summary: "A list of checksums lists files that are here.",
    rationale: "A list that names other files was written for another version, before files were renamed, or with files that were not uploaded. The list is left out: the release has its own.",
    remedy: "Check that every job uploaded its files, and that old lists are removed before the build.",
    source: "sha256sum(1)",
};

pub(super) const UPDATE_FEED: Entry = Entry {
    id: "update-feed",
    class: Advice,
    severity: Warning,
    summary: "An update feed names files as they are named in the release.",
    rationale: "GitHub stores a file with a blank or another unsupported character in its name under another name, and an updater that reads the old name finds nothing.",
    remedy: "Build the files under names of ASCII letters, digits, `.`, `_`, `+` and `-` (electron-builder: `artifactName`).",
    source: "GitHub's releases, names of assets",
};

pub(super) const DISTRIBUTIONS_BESIDE: Entry = Entry {
    id: "distributions-beside",
    class: Advice,
    severity: Warning,
    summary: "An archive of distributions is there beside distributions that are released.",
    rationale: "An archive that holds nothing but wheels, sdists or npm packages of a project that is released here is a bundle to install without a network, or was packed by mistake: what is in it reaches no registry.",
    remedy: "If its distributions are to be published, upload the files themselves. If it is a bundle, put a file into it that says so.",
    source: "actions/upload-artifact",
};

pub(super) const ARCHIVE_EXECUTABLE: Entry = Entry {
    id: "archive-executable",
    class: Advice,
    severity: Warning,
    summary: "Programs in an archive are executable.",
    rationale: "Who unpacks the archive cannot start a program without execute permission. `actions/upload-artifact` does not keep the permission, so a program that is packed in a later job has lost it. Programs of Unix at the top of an archive and in `bin` are looked at, where the archive has modes.",
    remedy: "Run `chmod +x` before packing, or pack in the job that builds.",
    source: "actions/upload-artifact, file permissions",
};

pub(super) const PRIVATE_CONTENTS: Entry = Entry {
    id: "private-contents",
    class: Advice,
    severity: Warning,
    summary: "No distribution or archive holds credentials, private keys or a Git repository.",
    rationale: "What a registry or a release has published once cannot be taken back: a token in an `.npmrc`, `.pypirc`, `.netrc` or `.env`, a private key, the folder `.git`. Only files whose content proves it are named, and none in folders of tests, examples, documentation or vendored code. In sdists, keys are not looked for. `._` files of macOS are named in packages.",
    remedy: "Exclude the file where the package is built (`files` in package.json, `exclude` of the build backend), and revoke credentials that were in it.",
    source: "npm, `.npmrc`; distutils, `.pypirc`; RFC 7468",
};

pub(super) const METADATA_DIFFERS: Entry = Entry {
    id: "metadata-differs",
    class: Advice,
    severity: Warning,
    summary: "All wheels of a version, and its sdist, declare the same dependencies, extras and Python versions.",
    rationale: "Resolvers such as uv and Poetry read the metadata of one file and apply it to all files of the version, so that a lock file lacks what only another wheel declares. A difference usually comes from a build job that computes its dependencies from its own machine. An sdist is compared as far as its fields are not dynamic.",
    remedy: "Declare the same in every build, with environment markers (`; sys_platform == \"linux\"`) for what only some platforms need.",
    source: "uv, resolution: metadata consistency; core metadata specifications",
};

pub(super) const PREVIOUS_KIND: Entry = Entry {
    id: "previous-kind",
    class: Advice,
    severity: Warning,
    summary: "Every kind of file that the release before had is in this one.",
    rationale: "A job that failed, was skipped or lost its upload leaves no trace in the files, and its users are the first to notice. Kinds are compared, not names: of a wheel the project, interpreter and platform, of an npm package the name, of an asset the name without version. A wheel for the stable ABI, for `any`, or `universal2` counts for all that it serves. That a whole interpreter is gone is only noted: projects drop old ones. `previous-manifest` says what to compare with.",
    remedy: "Check the job that builds it. If it is no longer built, nothing has to be done: the next release is compared with this one.",
    source: "the inputs `previous-manifest` and `expect`",
};

pub(super) const PREVIOUS_BYTES: Entry = Entry {
    id: "previous-bytes",
    class: Advice,
    severity: Warning,
    summary: "A version that was released keeps its bytes.",
    rationale: "The release before has the same version and holds other bytes under the same name. Registries refuse them (\"File already exists\") or, with `skip-existing`, keep the old ones, so that the files on GitHub and in the registry differ.",
    remedy: "Publish the files of that release, or increase the version.",
    source: "the input `previous-manifest`; PyPI's file name reuse",
};
