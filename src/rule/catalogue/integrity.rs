//! The bytes are what they claim to be. No input relaxes these rules.

use super::Entry;
use crate::rule::Class::Integrity;
use crate::rule::Severity::Error;

pub(super) const NOT_A_REGULAR_FILE: Entry = Entry {
    id: "not-a-regular-file",
    class: Integrity,
    severity: Error,
    summary: "A folder of artifacts holds regular files and folders only: no link, FIFO, socket or device.",
    rationale: "A link in a folder of artifacts can point at any file of the machine, such as `/proc/self/environ`, whose content would then be published. Opening a FIFO blocks. Builds do not upload any of these.",
    remedy: "Put the file itself there, or leave it out.",
    source: "POSIX, `<sys/stat.h>`, file types",
};

pub(super) const FILE_NAME_UNSAFE: Entry = Entry {
    id: "file-name-unsafe",
    class: Integrity,
    severity: Error,
    summary: "A file's name and path are safe on every system: relative, without `..`, separators, control or invisible characters, and at most 255 bytes for each part.",
    rationale: "A name with `..`, a separator or a drive letter is written outside its folder on some system. A control character or a line break forges lines in `SHA256SUMS` and in logs, and bidirectional controls make a name display as another one. File systems do not store names of more than 255 bytes.",
    remedy: "Rename the file in the job that builds it. For a folder of artifacts, rename the folder.",
    source: "APPNOTE 4.4.17.1; `actions/toolkit`, artifact names",
};

pub(super) const ARCHIVE_FRAMING: Entry = Entry {
    id: "archive-framing",
    class: Integrity,
    severity: Error,
    summary: "An archive's records agree with each other and with its length, so that every reader extracts the same files.",
    rationale: "A zip describes each entry twice: in its central directory and before the entry. If the two differ, or if there are bytes between entries, two readers see two different archives, and what was checked is not what is installed. Encrypted entries, split archives and methods other than stored and deflate are unsupported.",
    remedy: "Build the archive again with a tool that writes plain zips. If it was built with one, find out what changed it.",
    source: "APPNOTE 6.3.10, section 4; POSIX pax",
};

pub(super) const ARCHIVE_LIMIT: Entry = Entry {
    id: "archive-limit",
    class: Integrity,
    severity: Error,
    summary: "An archive stays within the limits on entries, names, sizes and compression ratio.",
    rationale: "1 MB of archive can hold 1 GB of names or zeros. The number of entries, the names, the directory, the unpacked size and, for what is unpacked to the disk, the compression ratio (200 to 1, above 64 MiB) are limited before anything is unpacked, and counted again while it is written.",
    remedy: "Raise `max-unpacked-size` or `max-files` if the release is meant to be that large. Otherwise upload less, or select fewer artifacts with `pattern`.",
    source: "CWE-409",
};

pub(super) const ARCHIVE_LINK: Entry = Entry {
    id: "archive-link",
    class: Integrity,
    severity: Error,
    summary: "An archive holds regular files and folders only.",
    rationale: "A link in an archive makes the reader write, or read, somewhere else.",
    remedy: "Put the file itself into the archive. `actions/upload-artifact` already does that.",
    source: "CWE-59",
};

pub(super) const ARCHIVE_DUPLICATE: Entry = Entry {
    id: "archive-duplicate",
    class: Integrity,
    severity: Error,
    summary: "No two entries of an archive have the same name, compared without regard to case.",
    rationale: "Of two entries with the same name some readers use the first and some the last. Names that differ only in case are one file on Windows and macOS. A name that is both a file and a folder cannot be unpacked.",
    remedy: "Rename the file in the job that builds it.",
    source: "APPNOTE 4.4.17",
};

pub(super) const ARCHIVE_CHECKSUM: Entry = Entry {
    id: "archive-checksum",
    class: Integrity,
    severity: Error,
    summary: "An entry inflates to the size and CRC-32 that its archive declares.",
    rationale: "An entry that does not inflate to its declared size and CRC-32 was truncated or changed.",
    remedy: "Build and upload the archive again.",
    source: "APPNOTE 4.4.7",
};

pub(super) const DIGEST_MISMATCH: Entry = Entry {
    id: "digest-mismatch",
    class: Integrity,
    severity: Error,
    summary: "A download has the digest that GitHub reports for it.",
    rationale: "The download is not what was uploaded. It was tried more than once before it is reported.",
    remedy: "Run the job again. If this persists, delete the artifact, build it again, and check proxies between the runner and GitHub.",
    source: "GitHub's REST API, `digest` of an artifact",
};

pub(super) const DIGEST_MISSING: Entry = Entry {
    id: "digest-missing",
    class: Integrity,
    severity: Error,
    summary: "GitHub reports a digest for every artifact.",
    rationale: "Without a digest nothing shows that the download is what was uploaded, so nothing is downloaded. On servers other than github.com it is a warning unless `require-digests` is `true`, because not every server reports digests.",
    remedy: "Upload with `actions/upload-artifact` v4.4 or later, or set `require-digests: false` to release the artifact unverified.",
    source: "GitHub's REST API, `digest` of an artifact",
};

pub(super) const EXPECTED_DIGEST: Entry = Entry {
    id: "expected-digest",
    class: Integrity,
    severity: Error,
    summary: "Every file that `expect-digests` lists is in the release, with that digest.",
    rationale: "A build job reported the digest of a file that it built (`expect-digests`), and the release has another file of that name, or none. It was changed or replaced after it was built, or not uploaded.",
    remedy: "For a file with another digest, find out who changed or uploaded it, before anything is released. For a missing file, check that its job uploaded it, and that `pattern` selects its artifact.",
    source: "the input `expect-digests`",
};

pub(super) const FOREIGN_RUN: Entry = Entry {
    id: "foreign-run",
    class: Integrity,
    severity: Error,
    summary: "Artifacts come from this run, or from a successful run of the same repository and commit that was not started by a pull request.",
    rationale: "An attestation names the run that made it. Artifacts of another commit, of a fork, of a failed run or of a pull request would be attested as built by this run, and anyone can open a pull request. The reference says [which runs are foreign](reference.md#whose-artifacts).",
    remedy: "Build and prepare in one run. Name artifacts after the run that uploads them, `${{ github.run_id }}`. Or set `foreign-run: unattested` to prepare the artifacts without subjects to attest.",
    source: "SLSA v1.0, Build track, provenance",
};

pub(super) const SELECTION_CHANGED: Entry = Entry {
    id: "selection-changed",
    class: Integrity,
    severity: Error,
    summary: "The run's artifacts do not change while they are downloaded.",
    rationale: "An artifact that was replaced or added during the downloads makes a release that no run built as a whole.",
    remedy: "Let the job that prepares the release wait for all jobs that upload (`needs`), and run it again.",
    source: "GitHub's REST API, artifacts of a run",
};

pub(super) const NAME_COLLISION: Entry = Entry {
    id: "name-collision",
    class: Integrity,
    severity: Error,
    summary: "Every name in the release stands for one content.",
    rationale: "Two artifacts hold different bytes under one name, and the release can have only one of them. Download tools that merge artifacts keep whichever comes last. Files with equal bytes are released once, without a finding.",
    remedy: "Upload the file once, or give the files different names. For executables, add the target to the name.",
    source: "in-toto Statement v1, `subject`",
};

pub(super) const CASE_COLLISION: Entry = Entry {
    id: "case-collision",
    class: Integrity,
    severity: Error,
    summary: "No two names of the release differ only in case.",
    rationale: "On Windows and macOS `Tool` and `tool` are the same file, so one of them is lost on download.",
    remedy: "Rename one of them.",
    source: "file systems of Windows and macOS",
};

pub(super) const RESERVED_NAME: Entry = Entry {
    id: "reserved-name",
    class: Integrity,
    severity: Error,
    summary: "No file has the name of a file that release-prep writes at the top of a release.",
    rationale: "`SHA256SUMS`, `SHA512SUMS`, `B2SUMS`, `release-manifest.json` and `subjects.sha256` are written by release-prep. A file of the same name would be published beside the real one.",
    remedy: "Leave it out (release-prep writes the checksums of all files), or rename it where it is built.",
    source: "docs/manifest.md",
};

pub(super) const WHEEL_UNREADABLE: Entry = Entry {
    id: "wheel-unreadable",
    class: Integrity,
    severity: Error,
    summary: "A wheel has exactly one `.dist-info` folder, with a valid `WHEEL` of format version 1.",
    rationale: "Installers look for the one `.dist-info` folder at the top level. They refuse a wheel with none or several, and one whose `WHEEL` has an unknown format version.",
    remedy: "Build the wheel with a build backend.",
    source: "binary distribution format, \"File contents\"",
};

pub(super) const RECORD_DIGEST: Entry = Entry {
    id: "record-digest",
    class: Integrity,
    severity: Error,
    summary: "Every file of a wheel has the digest and the size that `RECORD` declares.",
    rationale: "Installers verify files against `RECORD`; PyPI does not. A file that differs was changed after the wheel was built, by a tool that did not update `RECORD` or without authorization. `record: off` skips the check, and `pypi-ready` is then `false`.",
    remedy: "Find out what changed the wheel after it was built. A tool that changes a wheel must write `RECORD` again, as `wheel unpack` and `wheel pack` do.",
    source: "binary distribution format, \"The .dist-info directory\"",
};

pub(super) const RECORD_WEAK: Entry = Entry {
    id: "record-weak",
    class: Integrity,
    severity: Error,
    summary: "`RECORD` declares digests of SHA-256 or better.",
    rationale: "MD5 and SHA-1 are not collision-resistant, so the format allows neither. A malformed digest cannot be verified at all.",
    remedy: "Build the wheel with a current build backend, or rewrite `RECORD` with `wheel unpack` and `wheel pack`.",
    source: "binary distribution format, \"The .dist-info directory\"",
};

pub(super) const WHEEL_OVERWRITE: Entry = Entry {
    id: "wheel-overwrite",
    class: Integrity,
    severity: Error,
    summary: "What a wheel's `.data` folders install replaces no file of the wheel, and is not the metadata of a distribution.",
    rationale: "Installers spread `.data/purelib` and `.data/platlib` over the files at the top, and `.data/data` over the environment. A `.dist-info` folder there replaces the metadata that was checked, or installs a second distribution; a module there replaces one of another content. Files with equal contents do not matter.",
    remedy: "Build the wheel with a build backend, and put every file into the wheel once. If no backend put it there, find out who did.",
    source: "binary distribution format, \"Installing a wheel\"; pip; uv",
};

pub(super) const SIDECAR_DIGEST: Entry = Entry {
    id: "sidecar-digest",
    class: Integrity,
    severity: Error,
    summary: "A checksum file or an attestation declares the digests that its files have.",
    rationale: "A build job wrote the digest of a file, and the file that arrived has another one: it was changed after the digest was computed (signed, stripped, packed again), or one of the two is of another build. Users who verify the download would take the release for forged.",
    remedy: "Compute checksums, sign and attest after the last step that changes the file, and upload both from one job.",
    source: "sha256sum(1); in-toto Statement v1; Sigstore bundle format",
};
