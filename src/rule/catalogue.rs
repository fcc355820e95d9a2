//! Every rule: what it says, why, what to do, and who says so.
//!
//! docs/rules.md is written from this. A rule's id never changes its meaning.

use super::{Class, Severity};

macro_rules! rules {
    ($($name:ident = $id:literal, $class:ident, $severity:ident {
        summary: $summary:literal,
        rationale: $rationale:literal,
        remedy: $remedy:literal,
        source: $source:literal,
    })*) => {
        /// A rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $summary] $name,)*
        }

        impl Rule {
            /// Every rule, in the order of docs/rules.md.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The id, lower case words joined by `-`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Who may relax it.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Self::$name => Class::$class,)* }
            }

            /// What a finding of this rule is unless an input says otherwise.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What holds where the rule is kept, a sentence in Markdown.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary,)* }
            }

            /// Why it is one, sentences in Markdown.
            #[must_use]
            pub const fn rationale(self) -> &'static str {
                match self { $(Self::$name => $rationale,)* }
            }

            /// What to do where it is broken, sentences in Markdown.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }

            /// Who says so: a specification and its section, or a program.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(Self::$name => $source,)* }
            }
        }
    };
}

rules! {
    NotARegularFile = "not-a-regular-file", Integrity, Error {
        summary: "A folder of artifacts holds regular files and folders only: no link, FIFO, socket or device.",
        rationale: "A link in a folder of artifacts can point at anything on the machine, such as `/proc/self/environ`, and its content would be published. A FIFO blocks whoever opens it. Nothing that was built and uploaded is one of these.",
        remedy: "Put the file itself there, or leave it out.",
        source: "POSIX, `<sys/stat.h>`, file types",
    }
    FileNameUnsafe = "file-name-unsafe", Integrity, Error {
        summary: "A file's name or path stays in its folder and on its line: no `..`, separator, control or invisible character, or more than 255 bytes.",
        rationale: "A name with `..`, a separator or a drive letter writes outside its folder, on some system. A control character or a line break forges lines in `SHA256SUMS` and in logs, and a bidirectional override makes a name read as another one. Names of more than 255 bytes are neither files nor subjects.",
        remedy: "Rename the file in the job that builds it. For a folder of artifacts, rename the folder.",
        source: "APPNOTE 4.4.17.1; `actions/toolkit`, artifact names",
    }
    ArchiveFraming = "archive-framing", Integrity, Error {
        summary: "An archive's records agree with each other and with its length, so that every reader reads the same files out of it.",
        rationale: "A zip says everything twice, in its central directory and before each entry. If the two differ, or if bytes lie between entries, two readers see two different archives, and what was checked is not what is installed. Encrypted entries, split archives and methods other than stored and deflate are refused for the same reason.",
        remedy: "Build the archive again with a tool that writes plain zips. If it was not built so, find out who altered it.",
        source: "APPNOTE 6.3.10, section 4; POSIX pax",
    }
    ArchiveLimit = "archive-limit", Integrity, Error {
        summary: "An archive stays within the limits on entries, names, sizes and compression ratio.",
        rationale: "1 MB of archive can hold 1 GB of names or zeros. Entries, names, directory, unpacked size and, of what is unpacked onto the disk, the compression ratio (200 to 1, looked at above 64 MiB) are limited before anything is unpacked, and what is really written is counted again.",
        remedy: "Raise `max-unpacked-size` or `max-files` if so much is meant to be released; otherwise upload less, or select fewer artifacts with `pattern`.",
        source: "CWE-409",
    }
    ArchiveLink = "archive-link", Integrity, Error {
        summary: "An archive holds regular files and folders only.",
        rationale: "A link in an archive is an instruction to write, or to read, somewhere else.",
        remedy: "Put the file itself into the archive. `actions/upload-artifact` already does that.",
        source: "CWE-59",
    }
    ArchiveDuplicate = "archive-duplicate", Integrity, Error {
        summary: "No two entries of an archive have one name, also without regard to case.",
        rationale: "Of two entries of one name some readers take the first and some the last. Names that differ in case alone are one file on Windows and macOS. A name that is a file and a folder at once cannot be unpacked.",
        remedy: "Rename the file in the job that builds it.",
        source: "APPNOTE 4.4.17",
    }
    ArchiveChecksum = "archive-checksum", Integrity, Error {
        summary: "An entry inflates to the size and CRC-32 that its archive declares.",
        rationale: "An entry that does not inflate to its declared size and CRC-32 was cut or altered.",
        remedy: "Build and upload it again.",
        source: "APPNOTE 4.4.7",
    }
    DigestMismatch = "digest-mismatch", Integrity, Error {
        summary: "What was downloaded has the digest that GitHub told.",
        rationale: "What was downloaded is not what was uploaded. It was downloaded more than once before this is said.",
        remedy: "Run the job again. If it stays so, delete the artifact, build it again, and look at what lies between the runner and GitHub.",
        source: "GitHub's REST API, `digest` of an artifact",
    }
    DigestMissing = "digest-missing", Integrity, Error {
        summary: "GitHub tells a digest for every artifact.",
        rationale: "Without a digest nothing proves that the download is what was uploaded. Off github.com it is a warning unless `require-digests` is `true`, because not every server tells digests.",
        remedy: "Upload with `actions/upload-artifact` v4.4 or later. `require-digests: false` takes the artifact unproven.",
        source: "GitHub's REST API, `digest` of an artifact",
    }
    ExpectedDigest = "expected-digest", Integrity, Error {
        summary: "Every file of which a build job told the digest is there, with that digest.",
        rationale: "A build job told the digest of a file that it built (`expect-digests`), and the release has another file of that name, or none. Somebody changed or replaced it on the way, or it was not uploaded.",
        remedy: "For a file with another digest, find out who changed or uploaded it, before anything is released. For a file that is not there, check that its job uploaded it, and that `pattern` selects its artifact.",
        source: "the input `expect-digests`",
    }
    ForeignRun = "foreign-run", Integrity, Error {
        summary: "Artifacts come from this run, or from one of the same repository and commit that succeeded and was not started by a pull request.",
        rationale: "An attestation names the run that made it. Artifacts of another commit, of a fork, of a failed run or of a pull request would be attested as built by this run, and anyone can open a pull request. The README says [which runs are foreign](../README.md#whose-artifacts).",
        remedy: "Build and prepare in one run. Name artifacts after the run that uploads them, `${{ github.run_id }}`. Or set `foreign-run: unattested` to prepare the artifacts without subjects to attest.",
        source: "SLSA v1.0, Build track, provenance",
    }
    SelectionChanged = "selection-changed", Integrity, Error {
        summary: "The artifacts of the run are the same after the downloads as before.",
        rationale: "An artifact that was replaced or added while the others were downloaded makes a release that no run ever built as a whole.",
        remedy: "Let the job that prepares wait for all jobs that upload (`needs`), and run it again.",
        source: "GitHub's REST API, artifacts of a run",
    }
    NameCollision = "name-collision", Integrity, Error {
        summary: "One name has one content in the whole release.",
        rationale: "Two artifacts hold different bytes for one name, and a release has room for one of them. Download tools that merge artifacts keep whichever comes last. Equal bytes are one file, and no finding.",
        remedy: "Upload the file once, or give the files names that tell them apart. For an executable that is the target.",
        source: "in-toto Statement v1, `subject`",
    }
    CaseCollision = "case-collision", Integrity, Error {
        summary: "No two names of the release differ in case alone.",
        rationale: "On Windows and macOS `Tool` and `tool` are one file, so one of them is lost on download.",
        remedy: "Rename one of them.",
        source: "file systems of Windows and macOS",
    }
    ReservedName = "reserved-name", Integrity, Error {
        summary: "The names of the files at the top of a release belong to release-prep.",
        rationale: "`SHA256SUMS`, `SHA512SUMS`, `B2SUMS`, `release-manifest.json` and `subjects.sha256` are written by release-prep. A file of that name would stand beside the true one on the release page.",
        remedy: "Leave it out of the artifact, because the checksums of all files are written anyway, or rename it.",
        source: "docs/manifest.md",
    }
    WheelUnreadable = "wheel-unreadable", Integrity, Error {
        summary: "A wheel has one `.dist-info` folder, with a `WHEEL` in it that can be read and is of version 1 of the format.",
        rationale: "Installers look for the one `.dist-info` folder at the top and refuse a wheel that has none or several, or whose `WHEEL` is of a version that they do not know.",
        remedy: "Build the wheel with a build backend.",
        source: "binary distribution format, \"File contents\"",
    }
    RecordDigest = "record-digest", Integrity, Error {
        summary: "Every file of a wheel has the digest and the size that its `RECORD` gives.",
        rationale: "`RECORD` is what installers hold every file against, and PyPI never does. A file that is not what it says was changed after the wheel was built, by a tool that did not write `RECORD` anew or by somebody who should not have. `record: off` does not verify it, and `pypi-ready` is `false` then.",
        remedy: "Find out what changed the wheel after it was built. A tool that changes a wheel must write `RECORD` again, as `wheel unpack` and `wheel pack` do.",
        source: "binary distribution format, \"The .dist-info directory\"",
    }
    RecordWeak = "record-weak", Integrity, Error {
        summary: "`RECORD` gives digests that can be proved: SHA-256 or better.",
        rationale: "MD5 and SHA-1 can be made to fit other bytes, so the format allows neither; what is no digest at all proves nothing.",
        remedy: "Build the wheel with a current build backend; `wheel unpack` and `wheel pack` write `RECORD` again.",
        source: "binary distribution format, \"The .dist-info directory\"",
    }
    WheelName = "wheel-name", Index, Error {
        summary: "A wheel's file name has the five or six parts of the binary distribution format.",
        rationale: "A wheel's name is parsed from the right and from the left: project, version, perhaps a build tag, and three sets of tags. Everything that a resolver knows of a wheel before it downloads it is there.",
        remedy: "Let the build backend name the wheel; do not rename it by hand.",
        source: "binary distribution format, \"File name convention\"; PyPI",
    }
    WheelVariant = "wheel-variant", Index, Error {
        summary: "A wheel's file name has no variant label (PEP 825, a draft that PyPI does not take).",
        rationale: "PEP 825 adds a variant label to the name. It is a draft, PyPI does not take such names, and installers do not know them.",
        remedy: "Build the wheel without a variant, or name it in `pypi-exclude` to release it among the assets.",
        source: "PEP 825 (draft)",
    }
    WheelSpelling = "wheel-spelling", Index, Error {
        summary: "Project and version in a wheel's name are spelt as PyPI requires.",
        rationale: "PyPI requires the normalized spelling of the project, in lower case and with `_` for `-` and `.`. A rename alone would not do, because the folder inside has the old spelling and PyPI looks for it by the file's name.",
        remedy: "Set `normalize: rewrite`, or build with a backend that writes normalized names, as all current ones do.",
        source: "binary distribution format, \"Escaping and Unicode\"; PyPI",
    }
    WheelVersionSpelling = "wheel-version-spelling", Advice, Warning {
        summary: "The version in a wheel's name is in its normal form (PEP 440).",
        rationale: "PyPI takes a version that is not in its normal form (`2024.08.30` for `2024.8.30`), and other tools compare file names as text.",
        remedy: "Give the version its normal form where it is declared.",
        source: "PEP 440, \"Normalization\"",
    }
    WheelFraming = "wheel-framing", Index, Error {
        summary: "A wheel is a plain zip: no data descriptors, no comments on entries, and every name beyond ASCII marked as UTF-8.",
        rationale: "PyPI refuses zips that a reader from the front and a reader of the directory could read differently, even where they do agree. A zip that was written as a stream has its sizes behind the data.",
        remedy: "Build the wheel with a tool that writes plain zips, or write it anew with `wheel unpack` and `wheel pack`.",
        source: "PyPI, `warehouse/utils/zipfiles.py`; APPNOTE 4.3.9, 4.3.12, 4.6.9",
    }
    WheelRatio = "wheel-ratio", Index, Error {
        summary: "A wheel that unpacks to more than 64 MiB does not do so by more than 50 to 1.",
        rationale: "PyPI takes what inflates beyond 50 to 1 for a bomb.",
        remedy: "Leave out what is nothing but repetition, or make it when the package is first used.",
        source: "PyPI, `warehouse/forklift/legacy.py`",
    }
    WheelPolyglot = "wheel-polyglot", Index, Error {
        summary: "A wheel is a zip and nothing else besides, such as a tar.",
        rationale: "A file that is a zip to one reader and a tar to another holds two sets of files, and only one of them was looked at.",
        remedy: "Find out who built it; no build backend writes such a file.",
        source: "PyPI, `warehouse/forklift/legacy.py`",
    }
    WheelDistInfo = "wheel-dist-info", Index, Error {
        summary: "A wheel's metadata lies in `{name}-{version}.dist-info`, under the letters of the file's name.",
        rationale: "PyPI looks for `{name}-{version}.dist-info/WHEEL` under the letters of the file's name and finds nothing else. A wheel that was renamed by hand has it elsewhere.",
        remedy: "`normalize: rewrite` fixes what differs in spelling alone. Otherwise give the file back the name under which it was built, or build it again.",
        source: "binary distribution format, \"File contents\"; PyPI",
    }
    WheelMetadata = "wheel-metadata", Index, Error {
        summary: "A wheel holds a `METADATA` that PyPI takes, and that gives the project and the version of the file's name.",
        rationale: "The index shows what `METADATA` says under the name that the file bears. PyPI refuses a wheel in which the two are of different projects or versions, or that has none. It does not take metadata of version 2.0 (which old tools wrote and no specification has), a summary that is not one line of at most 512 characters, or a description of a type that it does not know.",
        remedy: "Build the wheel again, and do not rename it by hand.",
        source: "core metadata specification; PyPI, `warehouse/forklift/metadata.py`",
    }
    WheelRecord = "wheel-record", Index, Error {
        summary: "A wheel holds a `RECORD` that can be read.",
        rationale: "Without `RECORD` nobody can tell which files belong to the wheel, installers refuse it, and so does PyPI.",
        remedy: "Build the wheel with a build backend.",
        source: "binary distribution format, \"The .dist-info directory\"; PyPI",
    }
    WheelPlatform = "wheel-platform", Index, Error {
        summary: "Every platform tag of a wheel is one that PyPI takes.",
        rationale: "PyPI takes wheels for the platforms that it knows. `linux_x86_64` promises nothing about the C library, so that no other machine can tell whether the wheel runs there.",
        remedy: "For Linux, `auditwheel repair` or maturin's `--compatibility pypi`; for macOS, a `MACOSX_DEPLOYMENT_TARGET` with minor version 0. `pypi-exclude: \"*linux_x86_64*.whl\"` releases it among the assets.",
        source: "platform compatibility tags; PyPI, `warehouse/forklift/legacy.py`",
    }
    WheelLicenseFile = "wheel-license-file", Index, Error {
        summary: "Every `License-File` that a wheel's metadata names (from version 2.4 on) is in its `licenses` folder.",
        rationale: "From version 2.4 of the metadata on, every `License-File` is a path below `licenses/`, and PyPI looks for each.",
        remedy: "Build with a current build backend (PEP 639 support), or fix the project's `license-files`.",
        source: "PEP 639; PyPI",
    }
    WheelEntryPoints = "wheel-entry-points", Index, Error {
        summary: "A wheel's `entry_points.txt` is well formed, and its scripts have names that a command can have.",
        rationale: "Installers make a program of every script. A name with a slash or a blank makes one elsewhere, or none. What PyPI takes and installers stumble over or read each in their own way is a warning.",
        remedy: "Fix the project's `[project.scripts]` and `[project.entry-points]`.",
        source: "entry points specification; PyPI, since May 2026",
    }
    LocalVersion = "local-version", Index, Error {
        summary: "A version for the index has no local part (`+…`).",
        rationale: "A local version (`1.0+cu121`) is for builds that are not published; PyPI refuses it.",
        remedy: "Build it without the local part, or set `pypi-exclude: \"*+*\"` to release it among the assets.",
        source: "version specifiers, \"Local version identifiers\"; PyPI",
    }
    DirectReference = "direct-reference", Index, Error {
        summary: "No dependency is given by a URL.",
        rationale: "A dependency by URL would take what is installed out of the index's hands; PyPI refuses it.",
        remedy: "Depend on a release that is on PyPI, or leave the dependency out.",
        source: "version specifiers, \"Direct references\"; PyPI",
    }
    SdistMetadata = "sdist-metadata", Index, Error {
        summary: "A source distribution holds one top folder with a `PKG-INFO` that gives name and version.",
        rationale: "Name and version of an sdist stand in `PKG-INFO`. A file that is named like an sdist of a project in the release but has none would go to the assets unnoticed, and PyPI would get no sdist.",
        remedy: "Build it with the project's build backend (`python -m build --sdist`). If it is another kind of archive, give it another name.",
        source: "source distribution format, \"Source distribution archive features\"; PyPI",
    }
    SdistSparse = "sdist-sparse", Index, Error {
        summary: "A source distribution holds no file with holes (a sparse member of its tar).",
        rationale: "Of a sparse file only the parts that are no zeros lie in the tar, in one of several forms that not every reader knows. PyPI refuses it.",
        remedy: "Build it with the project's build backend (`python -m build --sdist`), or pack it without `--sparse`.",
        source: "PyPI; GNU tar, \"Storing Sparse Files\"",
    }
    SdistLicenseFile = "sdist-license-file", Index, Error {
        summary: "Every `License-File` that a source distribution's `PKG-INFO` names (from version 2.4 on) is in it.",
        rationale: "From version 2.4 of the metadata on, every `License-File` is a path below the top folder, and PyPI looks for each. A backend may find the file for its wheels and not pack it into the sdist.",
        remedy: "Let the backend pack the file (for maturin `include = [\"LICENSE\"]`), or fix the project's `license-files`.",
        source: "PEP 639; PyPI",
    }
    SdistName = "sdist-name", Index, Error {
        summary: "A source distribution is named `{name}-{version}.tar.gz`, from its `PKG-INFO`.",
        rationale: "PyPI takes `{name}-{version}.tar.gz` to the letter, both normalized (PEP 625). This is found only with `normalize: check` or `off`, or if the file is signed under its name; otherwise it is renamed.",
        remedy: "Set `normalize: rename`, or build it under that name. Sign after the release is prepared.",
        source: "PEP 625; PyPI",
    }
    IndexDuplicate = "index-duplicate", Index, Error {
        summary: "No two files for the index have the same bytes.",
        rationale: "PyPI takes one content under one name. To the second it answers \"File already exists\", and `skip-existing` hides that one is missing.",
        remedy: "Upload the file under one name.",
        source: "PyPI, \"File already exists\"",
    }
    NpmMetadata = "npm-metadata", Registry, Error {
        summary: "An npm package holds a `package.json` with a valid name and version.",
        rationale: "Npm takes name, version and tag from `package.json` in the package, and refuses names in upper case, names that need escaping, and versions that are not SemVer.",
        remedy: "Correct `package.json`, and pack it again with `npm pack`.",
        source: "npm, `package.json`",
    }
    NpmName = "npm-name", Registry, Error {
        summary: "An npm package is named as `npm pack` names it.",
        rationale: "The registry calls the file `{name}-{version}.tgz` whatever its name was; a checksum file with another name helps nobody. This is found only with `normalize: check`.",
        remedy: "Set `normalize: rename`, or keep the name that `npm pack` gives.",
        source: "npm, `npm pack`",
    }
    NpmPrivate = "npm-private", Registry, Error {
        summary: "An npm package is not `private`.",
        rationale: "Npm does not publish a package whose `package.json` says `\"private\": true` (EPRIVATE), and by the time it is asked the release may be out elsewhere.",
        remedy: "Take `private` out of its `package.json`, or exclude its artifact by `pattern`.",
        source: "npm, `npm publish`",
    }
    NpmRepository = "npm-repository", Registry, Error {
        summary: "The `repository` of an npm package is the one whose workflow prepares it, on github.com.",
        rationale: "With trusted publishing and with `--provenance` npm compares the two and refuses a package that names another repository (E422). One that names none is refused as well, but published without provenance: so that is a warning.",
        remedy: "Set `repository` in its `package.json` to the URL of the repository.",
        source: "npm, \"Generating provenance statements\"; the registry's E422",
    }
    TagOrder = "tag-order", Honesty, Error {
        summary: "The tags in a wheel's name are sorted, in lower case and without repetition (PEP 425).",
        rationale: "PEP 425 wants the tags of a wheel's name sorted. Two spellings of one name have failed attestations and produced the same wheel twice on PyPI. With `normalize: rename` the wheel is renamed and there is no finding; with `check` it is an error, with `off` a warning.",
        remedy: "Set `normalize: rename`, or build with a tool that sorts tags: maturin 1.16, auditwheel 6.4, or later.",
        source: "PEP 425, \"Compressed tag sets\"",
    }
    WheelTags = "wheel-tags", Honesty, Error {
        summary: "The `Tag:` lines of `WHEEL` are the tags of the file's name, axis by axis.",
        rationale: "Installers choose a wheel by its name and then believe `WHEEL`: where the two differ, `pip check` fails, and uv installs it again every time. Order, case, and the compressed form do not matter, and the lines need not be the full product. With `normalize: off` it is a warning.",
        remedy: "Retag with tools that change both: `wheel tags`, `auditwheel repair`, `delocate-wheel`.",
        source: "binary distribution format, \"File contents\"; PEP 425",
    }
    WheelData = "wheel-data", Honesty, Error {
        summary: "What a wheel's `.data` folder holds lies in folders that installers know.",
        rationale: "Some installers take every folder at the top whose name ends with `.data` for the wheel's own, and stop at what is in none of `purelib`, `platlib`, `headers`, `scripts`, `data`. With `normalize: off` it is a warning.",
        remedy: "Lay the files into one of these, or give the folder another name.",
        source: "binary distribution format, \"The .data directory\"",
    }
    ArchiveUnreadable = "archive-unreadable", Honesty, Error {
        summary: "A `.tar.gz` or `.tgz` can be read to its end.",
        rationale: "One that breaks off was not written or not uploaded whole, and nobody gets out of it what was put in. What only a strict reader does not take, as bytes behind the end or headers that readers read differently, is a warning. With `normalize: off` it is a warning.",
        remedy: "Build and upload it again.",
        source: "RFC 1952; POSIX pax",
    }
    NativeMachine = "native-machine", Honesty, Error {
        summary: "Native code in a wheel is for a machine that its platform tags name.",
        rationale: "An extension module for x86-64 in a wheel for aarch64 fails on import, on users' machines only. So does half of a universal one. Libraries and programs for other machines may be carried along, as long as there is something for the machines that the tags name. With `normalize: off` it is a warning.",
        remedy: "Build it on, or cross-compile it for, the machine that the tag names.",
        source: "platform compatibility tags; ELF, Mach-O, PE and WebAssembly headers",
    }
    AssetName = "asset-name", Release, Error {
        summary: "An asset has a name that GitHub stores unchanged.",
        rationale: "GitHub replaces what it does not like in the names of assets by `.`, so `sha256sum -c` does not find `my tool.zip` on the release page. Such assets are renamed in advance. It is an error if nothing would be left of the name, with `normalize: check`, or if the file is signed under its name.",
        remedy: "Give the file a name of ASCII letters, digits, `.`, `_`, `+` and `-` where it is built.",
        source: "GitHub's releases, names of assets",
    }
    ExpectedFiles = "expected-files", Release, Error {
        summary: "Of every file and artifact that `expect` names there are as many as it says.",
        rationale: "A platform whose job failed, was skipped or uploaded nothing leaves no trace in the files that are there, and its users are the first to notice. The input `expect` says what a release consists of, and here it has less of something, or more.",
        remedy: "Look at the job that builds what is missing, and at `pattern`, which may not select its artifact. What is no longer built, or was added, is a change of `expect`.",
        source: "the input `expect`",
    }
    VersionMismatch = "version-mismatch", Release, Error {
        summary: "Every file that declares a version declares the release's.",
        rationale: "A release of `v1.2.3` that holds a wheel of 1.2.2 is a build of the wrong commit, or a forgotten version bump. `version: any` does not compare.",
        remedy: "Build all files from one commit with that version, or set the input `version`.",
        source: "the input `version`",
    }
    NothingSelected = "nothing-selected", Release, Error {
        summary: "There is something to release.",
        rationale: "An empty release is never meant. The names of the artifacts that were found are listed.",
        remedy: "Check `pattern`, and that the jobs before this one uploaded what they built.",
        source: "the input `pattern`",
    }
    RecordNames = "record-names", Advice, Warning {
        summary: "`RECORD` lists every file of the wheel with a digest, and nothing else.",
        rationale: "A file that `RECORD` does not list is proved by nothing, and not removed when the package is. PyPI sends the owners a mail about it and has said that it will refuse such wheels.",
        remedy: "Write `RECORD` anew with `wheel unpack` and `wheel pack`.",
        source: "binary distribution format, \"The .dist-info directory\"; PyPI",
    }
    WheelSignature = "wheel-signature", Advice, Warning {
        summary: "A wheel carries no `RECORD.jws` or `RECORD.p7s`, which nothing verifies (PEP 815).",
        rationale: "Nothing verifies `RECORD.jws` and `RECORD.p7s`; PEP 815 deprecates them. A wheel that has one is never rewritten.",
        remedy: "Build it without, and attest the release.",
        source: "PEP 815",
    }
    WheelLink = "wheel-link", Advice, Warning {
        summary: "A wheel holds no symbolic links.",
        rationale: "The format has none: pip writes a file that holds the path which the link leads to.",
        remedy: "Put the files themselves into the wheel, or make the links when the package is first used.",
        source: "binary distribution format; pip",
    }
    WheelBuild = "wheel-build", Advice, Warning {
        summary: "The `Build:` line of `WHEEL` is the build tag of the file's name.",
        rationale: "The build tag decides which of two wheels of one version is installed, and tools that read `WHEEL` would decide otherwise.",
        remedy: "Set `normalize: rewrite`, which writes the line, or give the build tag to the build backend.",
        source: "binary distribution format, \"File contents\"",
    }
    WheelNames = "wheel-names", Advice, Warning {
        summary: "No two files of a wheel are one file where names are compared without regard to case or Unicode form.",
        rationale: "On Windows and macOS one of the two files would lie over the other. A wheel for Linux alone may hold both.",
        remedy: "Rename one of each pair, or build a wheel for Linux alone.",
        source: "file systems of Windows and macOS; UAX #15",
    }
    NativeAny = "native-any", Advice, Warning {
        summary: "A wheel for any platform holds no extension module.",
        rationale: "An extension module in a wheel for any platform can be imported on one. Programs and libraries that are carried along are no matter.",
        remedy: "Tell the build backend that the package is not pure, so that it tags the wheel for its platform.",
        source: "platform compatibility tags",
    }
    NpmDistTag = "npm-dist-tag", Advice, Warning {
        summary: "A prerelease for npm says under which dist-tag it is published.",
        rationale: "Npm publishes no prerelease without a tag, and under `latest` everybody would get it. The output `npm-packages` tells `next` where `publishConfig.tag` says nothing.",
        remedy: "Set `publishConfig.tag` in its `package.json`.",
        source: "npm, `npm publish`, `tag`",
    }
    FileSize = "file-size", Advice, Warning {
        summary: "A file for the index is within PyPI's default limit of 100 MiB.",
        rationale: "PyPI takes 100 MiB a file unless it has raised the project's limit, which only PyPI can tell.",
        remedy: "Check in the project's settings on PyPI that the limit was raised, or make the file smaller.",
        source: "PyPI, project and file size limits",
    }
    NotRewritten = "not-rewritten", Advice, Warning {
        summary: "A wheel that is signed, or of which a rewrite would change more than the spelling, keeps its bytes.",
        rationale: "A signature speaks of bytes that a rewrite would change. And a rewrite changes the spelling and nothing else: a wheel in which two files would become one, or that cannot be copied record by record, keeps its bytes.",
        remedy: "Nothing, or sign and attest after the release is prepared. For a wheel that cannot be copied, build it with a tool that writes plain zips; `wheel unpack` and `wheel pack` write it anew.",
        source: "PEP 740; PEP 815",
    }
    NotRenamed = "not-renamed", Advice, Warning {
        summary: "A file that was attested or signed already keeps its name.",
        rationale: "A signature or an attestation in the same artifact speaks of the file under the name that it has. After a rename it would speak of nothing.",
        remedy: "Sign and attest after the release is prepared, so that the file can be renamed.",
        source: "PEP 740; Sigstore bundles",
    }
    IndexNameUnsafe = "index-name-unsafe", Advice, Warning {
        summary: "A file for the index has a name that a GitHub release would store unchanged.",
        rationale: "A version with an epoch has a `!` in it (`1!2.0`). PyPI takes the name; a GitHub release would store the file under another one.",
        remedy: "Publish the file on PyPI only, or choose another version.",
        source: "GitHub's releases, names of assets",
    }
    UnknownKind = "unknown-kind", Advice, Warning {
        summary: "Every file is of a known kind, or asked for by `pattern`.",
        rationale: "Build jobs upload logs and caches as well. What is of no known kind is left out, unless you asked for it.",
        remedy: "Name the artifact in `pattern` to release its files, or exclude it there with `!`.",
        source: "the input `pattern`",
    }
    TagProject = "tag-project", Advice, Warning {
        summary: "The project that the pushed tag names has files in the release.",
        rationale: "A tag such as `tool-v1.2.3` binds the version of the project `tool`. If there is no file of that project, it binds nothing.",
        remedy: "If the tag is not meant to name a project, set the input `version`.",
        source: "the input `version`",
    }
}
