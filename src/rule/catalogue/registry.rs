//! What npm accepts.

use super::Entry;
use crate::rule::Class::Registry;
use crate::rule::Severity::{Error, Warning};

pub(super) const NPM_METADATA: Entry = Entry {
    id: "npm-metadata",
    class: Registry,
    severity: Error,
    summary: "An npm package holds a `package.json` with a valid name and version.",
    rationale: "Name, version and tag are read from `package.json` in the package. npm refuses names in upper case, names that need escaping, and versions that are not SemVer.",
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
    remedy: "Remove `private` from its `package.json`, or exclude its artifact with `pattern`.",
    source: "npm, `npm publish`",
};

pub(super) const NPM_REPOSITORY: Entry = Entry {
    id: "npm-repository",
    class: Registry,
    severity: Error,
    summary: "The `repository` of an npm package is the one whose workflow prepares it, on github.com.",
    rationale: "With trusted publishing and with `--provenance` npm compares the two and refuses a package that declares another repository (E422).",
    remedy: "Set `repository` in its `package.json` to the URL of the repository.",
    source: "npm, \"Generating provenance statements\"; the registry's E422",
};

pub(super) const NPM_REPOSITORY_MISSING: Entry = Entry {
    id: "npm-repository-missing",
    class: Registry,
    severity: Warning,
    summary: "An npm package declares its `repository`.",
    rationale: "With trusted publishing and with `--provenance` npm refuses a package that declares no repository (E422). Without provenance it is published.",
    remedy: "Set `repository` in its `package.json` to the URL of the repository.",
    source: "npm, \"Generating provenance statements\"; the registry's E422",
};
