//! What npm accepts.

use super::Entry;
use crate::rule::Class::Registry;
use crate::rule::Severity::{Error, Warning};

pub(super) const NPM_METADATA: Entry = Entry {
    id: "npm-metadata",
    class: Registry,
    severity: Error,
    summary: "An npm package holds a `package.json` with a valid name and version.",
    rationale: "Name, version and tag are read from `package.json` in the package. npm refuses names that need escaping and versions that are not SemVer.",
    remedy: "Fix `package.json`, and pack it again with `npm pack`.",
    source: "npm, `package.json`",
};

pub(super) const NPM_NAME: Entry = Entry {
    id: "npm-name",
    class: Registry,
    severity: Error,
    summary: "An npm package is named as `npm pack` names it.",
    rationale: "The registry stores the file as `{name}-{version}.tgz` whatever its name was, so checksums under another name do not match. It is reported with `normalize: check`.",
    remedy: "Set `normalize: rename`, or keep the name that `npm pack` gives.",
    source: "npm, `npm pack`",
};

pub(super) const NPM_PRIVATE: Entry = Entry {
    id: "npm-private",
    class: Registry,
    severity: Error,
    summary: "An npm package is not `private`.",
    rationale: "A package whose `package.json` has `\"private\": true` is not published (EPRIVATE), and by then other parts of the release may be published.",
    remedy: "Remove `private` from its `package.json`, or exclude the package.",
    source: "npm, `npm publish`",
};

pub(super) const NPM_REPOSITORY: Entry = Entry {
    id: "npm-repository",
    class: Registry,
    severity: Error,
    summary: "The `repository` of an npm package is the one whose workflow prepares it, on github.com.",
    rationale: "With trusted publishing and with `--provenance` npm compares the two, case included, and refuses a package that declares another repository (E422). `npm: warn` is for those who publish with a token and without provenance.",
    remedy: "Set `repository` in its `package.json` to the URL of the repository.",
    source: "npm, \"Generating provenance statements\"; the registry's E422",
};

pub(super) const NPM_REPOSITORY_MISSING: Entry = Entry {
    id: "npm-repository-missing",
    class: Registry,
    severity: Error,
    summary: "An npm package declares its `repository`.",
    rationale: "With trusted publishing and with `--provenance` npm refuses a package that declares no repository (E422). `npm: warn` is for those who publish with a token and without provenance.",
    remedy: "Set `repository` in its `package.json` to the URL of the repository.",
    source: "npm, \"Generating provenance statements\"; the registry's E422",
};

pub(super) const NPM_NAME_LEGACY: Entry = Entry {
    id: "npm-name-legacy",
    class: Registry,
    severity: Warning,
    summary: "The name of an npm package is valid for a new package.",
    rationale: "Names with capital letters, `~'!()*` or more than 214 characters are valid only for packages that exist already; npm refuses them for new ones.",
    remedy: "If the package does not exist yet, rename it in its `package.json`.",
    source: "validate-npm-package-name",
};

pub(super) const NPM_BUILD_METADATA: Entry = Entry {
    id: "npm-build-metadata",
    class: Registry,
    severity: Warning,
    summary: "The version of an npm package has no build metadata.",
    rationale: "The version `1.0.0+build` is published as 1.0.0, and two packages that differ in build metadata only are one version.",
    remedy: "Remove the part from `+` on from `version`, or make it a prerelease (`1.0.0-build`).",
    source: "npm, `npm publish` (libnpmpublish)",
};

pub(super) const NPM_DUPLICATE: Entry = Entry {
    id: "npm-duplicate",
    class: Registry,
    severity: Error,
    summary: "No two npm packages are published under one name and version.",
    rationale: "The registry accepts the first and refuses the second (E403), when a part of the release is out.",
    remedy: "Give each its own version, or exclude one with `pattern`. Build metadata makes no version of its own.",
    source: "npm, `npm publish`",
};

pub(super) const NPM_REGISTRY: Entry = Entry {
    id: "npm-registry",
    class: Registry,
    severity: Error,
    summary: "The `publishConfig.registry` of an npm package is npm's registry, or absent.",
    rationale: "A package is published to the registry that `publishConfig` names, whatever the publishing job is configured for.",
    remedy: "Remove `registry` from `publishConfig` in its `package.json`, or exclude its artifact with `pattern`.",
    source: "npm, `package.json`, `publishConfig`",
};

pub(super) const NPM_ACCESS: Entry = Entry {
    id: "npm-access",
    class: Registry,
    severity: Warning,
    summary: "The `publishConfig.access` of an npm package is `public`, or absent.",
    rationale: "Provenance is generated for public packages only, and a package without scope cannot be restricted. The output `npm-packages` gives `access` as declared.",
    remedy: "If the package is meant to be public, set `\"publishConfig\": {\"access\": \"public\"}` in its `package.json`.",
    source: "npm, `npm publish`, `access`",
};

pub(super) const NPM_ACCESS_UNSCOPED: Entry = Entry {
    id: "npm-access-unscoped",
    class: Registry,
    severity: Error,
    summary: "An npm package without scope is not `restricted`.",
    rationale: "Only packages of a scope can be restricted. A restricted one without scope is not published (EUNSCOPED).",
    remedy: "Remove `access` from `publishConfig` in its `package.json`, or give the package a scope.",
    source: "npm, `npm publish`, `access` (libnpmpublish)",
};

pub(super) const NPM_DEPENDENCY: Entry = Entry {
    id: "npm-dependency",
    class: Registry,
    severity: Error,
    summary: "Every dependency of an npm package can be installed from the registry.",
    rationale: "The protocols `workspace:`, `catalog:`, `link:`, `portal:` and `file:` mean something to a workspace only. npm publishes such a package, and nobody can install it (EUNSUPPORTEDPROTOCOL).",
    remedy: "Pack it with the package manager of the workspace (`pnpm pack`, `yarn pack`), which replaces them by versions.",
    source: "npm, `package.json`, `dependencies`; npm-package-arg",
};

pub(super) const NPM_FAMILY_INCOMPLETE: Entry = Entry {
    id: "npm-family-incomplete",
    class: Registry,
    severity: Error,
    summary: "All packages that an npm package names at its own version are in the release, if any of them is.",
    rationale: "A package pins those for its platforms to its own version. If the job of one platform failed or uploaded nothing, npm skips the missing optional dependency silently, and the package does not work on that platform.",
    remedy: "Check the job that builds what is missing. If it is no longer built, remove it from `optionalDependencies`.",
    source: "npm, `package.json`, `optionalDependencies`",
};

pub(super) const NPM_FAMILY_ABSENT: Entry = Entry {
    id: "npm-family-absent",
    class: Registry,
    severity: Warning,
    summary: "An npm package is released together with its platform packages.",
    rationale: "If another release does not publish the optional dependencies of that version first, the package works on no platform.",
    remedy: "Check that `pattern` selects the artifacts of the platform packages, or that they are published before.",
    source: "npm, `package.json`, `optionalDependencies`",
};

pub(super) const NPM_FAMILY_VERSION: Entry = Entry {
    id: "npm-family-version",
    class: Registry,
    severity: Error,
    summary: "A platform package is of the version that its main package names.",
    rationale: "Only the version that is named is installed. If it was never published, it is skipped silently; if it was, it is an old build.",
    remedy: "Build both from one commit, with one version.",
    source: "npm, `package.json`, `optionalDependencies`",
};

pub(super) const NPM_FAMILY_UNNAMED: Entry = Entry {
    id: "npm-family-unnamed",
    class: Registry,
    severity: Error,
    summary: "An npm package names its platform packages.",
    rationale: "Without `optionalDependencies` nobody installs the platform packages. Tools that pack a package may lose them.",
    remedy: "Add the platform packages to `optionalDependencies` of the main package before it is packed.",
    source: "npm, `package.json`, `optionalDependencies`",
};

pub(super) const NPM_PLATFORM_UNNAMED: Entry = Entry {
    id: "npm-platform-unnamed",
    class: Registry,
    severity: Warning,
    summary: "Every platform package is named by a package of the release.",
    rationale: "A platform that is built and not added to `optionalDependencies` is installed by nobody.",
    remedy: "Add it to `optionalDependencies` of the main package, or no longer build it.",
    source: "npm, `package.json`, `optionalDependencies`",
};

pub(super) const NPM_FAMILY_TAG: Entry = Entry {
    id: "npm-family-tag",
    class: Registry,
    severity: Warning,
    summary: "A package and its platform packages have one dist-tag.",
    rationale: "If the main package is published under a tag and its platform packages are not, npm makes them `latest`, although they are of an older line.",
    remedy: "Set the same `publishConfig.tag` in all of them.",
    source: "npm, `npm publish`, `tag`",
};

pub(super) const NPM_SIZE: Entry = Entry {
    id: "npm-size",
    class: Registry,
    severity: Warning,
    summary: "An npm package has at most 200 MB.",
    rationale: "The registry publishes no limit, and has refused packages of 230 MB (E413).",
    remedy: "Make the package smaller, or divide it into one for each platform.",
    source: "npm, E413",
};

pub(super) const NPM_BIN: Entry = Entry {
    id: "npm-bin",
    class: Registry,
    severity: Error,
    summary: "Every file that `bin` names is in the npm package.",
    rationale: "A command whose file is missing is linked to nothing, and installs without a word. Packages with an install script are not looked at, for it may write the file.",
    remedy: "Add the file to `files` in its `package.json`, or build it before packing.",
    source: "npm, `package.json`, `bin`",
};

pub(super) const NPM_ENTRY_POINT: Entry = Entry {
    id: "npm-entry-point",
    class: Registry,
    severity: Warning,
    summary: "Every file that `main`, `types` and `exports` name is in the npm package.",
    rationale: "An import of a file that was not built or not packed fails for every user. Conditions of `exports` that are not standard are ignored.",
    remedy: "Build before packing, and check `files` in its `package.json` with `npm pack --dry-run`.",
    source: "Node.js, \"Packages\"",
};

pub(super) const NPM_PLATFORM_NAME: Entry = Entry {
    id: "npm-platform-name",
    class: Registry,
    severity: Warning,
    summary: "The `os`, `cpu` and `libc` of an npm package are those that its name says.",
    rationale: "Clients choose a platform package by these fields alone. If they were copied from another platform, the package is installed where it does not run, or nowhere.",
    remedy: "Correct `os`, `cpu` or `libc` in its `package.json`, or its name.",
    source: "npm, `package.json`, `os`, `cpu` and `libc`",
};
