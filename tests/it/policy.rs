//! What an input may relax, and what is said of it.

use crate::fixture::{npm, wheel};
use crate::harness::Workspace;
use crate::wheelwright::Wheelwright;

const LINUX: &str = "foo-1.0-py3-none-linux_x86_64.whl";

#[test]
fn the_rules_of_the_index() {
    let workspace = Workspace::with([(format!("a/{LINUX}"), wheel(LINUX))]);
    workspace.prepare_on_runner(&[]).exits(1);
    let run = workspace.prepare_on_runner(&[("pypi", "warn")]).exits(0);
    assert_eq!(run.output("pypi-ready"), "false");
    insta::assert_snapshot!(run.log(), @r"
    projects: `foo`
    read 1 file of 1 artifact (812 B)
    note: What PyPI refuses is a warning (`pypi: warn`).
    ::group::1 warning
    warning[wheel-platform]: PyPI accepts no wheels for `linux_x86_64`
            -->  a: foo-1.0-py3-none-linux_x86_64.whl
       expected  platform tags that PyPI accepts
           help  Build it for manylinux or musllinux (`auditwheel repair`, or maturin's `--compatibility pypi`), or exclude
                 it from PyPI to release it among the assets.
            use  pypi-exclude: '*linux_x86_64*.whl'

    ::endgroup::
    ::warning title=wheel-platform::a: foo-1.0-py3-none-linux_x86_64.whl: PyPI accepts no wheels for `linux_x86_64`; expected platform tags that PyPI accepts. Build it for manylinux or musllinux (`auditwheel repair`, or maturin's `--compatibility pypi`), or exclude it from PyPI to release it among the assets. pypi-exclude: '*linux_x86_64*.whl'
      pypi/    1 wheel                           812 B
               py3          Linux x86_64
    Check it anywhere: release-prep verify --manifest-digest 727673912c92cdaf6d864f91d713e7a4caa17094dfd6d1bb45d3abcec6fb4166 prepared
    Prepared in prepared: 1 file, 0 renamed, 3 subjects to attest.
    ");
    assert_eq!(workspace.manifest()["settings"]["pypi"], "warn");
    assert_eq!(workspace.manifest()["warnings"][0]["rule"], "wheel-platform");
    let run = workspace.prepare_on_runner(&[("pypi", "off")]).exits(0);
    assert_eq!(run.output("pypi-ready"), "false");
    insta::assert_snapshot!(run.findings(), @"");
    // It is not for the index at all.
    let run = workspace.prepare_on_runner(&[("pypi-exclude", "*-linux_*")]).exits(0);
    assert_eq!((run.output("has-assets"), run.output("pypi-ready")), ("true", "false"));
}

#[test]
fn what_is_ignored_is_reported() {
    let workspace = Workspace::with([(format!("a/{LINUX}"), wheel(LINUX))]);
    let run = workspace
        .prepare_on_runner(&[("ignore", "wheel-platform *-linux_x86_64.whl\nnative-any none-*")])
        .exits(0);
    assert_eq!(run.output("pypi-ready"), "false");
    insta::assert_snapshot!(run.log(), @r"
    projects: `foo`
    read 1 file of 1 artifact (812 B)
    note: ignore: `native-any none-*` matched no finding
    ::group::What is ignored
    ignored[wheel-platform]: a: foo-1.0-py3-none-linux_x86_64.whl: PyPI accepts no wheels for `linux_x86_64`
    ::endgroup::
      pypi/    1 wheel                           812 B
               py3          Linux x86_64
    Check it anywhere: release-prep verify --manifest-digest 39b7c6e2251bf476a4a20ecfd6d8a235d341c69279a617226e2a84ec53b80814 prepared
    Prepared in prepared: 1 file, 0 renamed, 3 subjects to attest.
    ");
    insta::assert_snapshot!(run.summary, @r#"
    ## ✅ foo 1.0 is ready to attest and publish

    1 file for PyPI · 3 subjects · 812 B · 0 warnings

    | foo | Linux<br><sub>x86&#95;64</sub> |
    |---|:-:|
    | **py3** | ✅ |

    > ignore&#58; <code>native-any none-&#42;</code> matched no finding

    <details><summary>Verify what you download</summary>

        sha256sum --check --ignore-missing SHA256SUMS

    `release-manifest.json` has the SHA-256 <code>39b7c6e2251bf476a4a20ecfd6d8a235d341c69279a617226e2a84ec53b80814</code>.

    </details>

    <details><summary>Every finding in full (0)</summary>

    - ignored: wheel-platform foo-<wbr>1&#46;<wbr>0-<wbr>py3-<wbr>none-<wbr>linux&#95;<wbr>x86&#95;<wbr>64&#46;<wbr>whl PyPI accepts no wheels for <code>linux&#95;x86&#95;64</code>

    </details>

    <details><summary>All 1 file (812 B), sizes and digests</summary>

    **pypi/**

    | File | Size | SHA-256 |
    |---|--:|---|
    | foo-<wbr>1&#46;<wbr>0-<wbr>py3-<wbr>none-<wbr>linux&#95;<wbr>x86&#95;<wbr>64&#46;<wbr>whl | 812 B | <code title="8f00d57d4c46bd45925e0fde667cab0e273f912abf09e2d26a111b622d9a7e73">8f00d57d4c46…</code> |

    `SHA256SUMS` has the checksums of all files.

    </details>

    <details><summary>Contents of the wheels of foo</summary>

        foo-1.0-py3-none-linux_x86_64.whl
        ├── module.py  (0 B)
        └── foo-1.0.dist-info/{METADATA,RECORD,WHEEL}  (383 B)

    </details>

    Check it anywhere&#58; release-prep verify --manifest-digest 39b7c6e2251bf476a4a20ecfd6d8a235d341c69279a617226e2a84ec53b80814 prepared
    "#);
    let ignored = &workspace.manifest()["ignored"];
    assert_eq!((&ignored[0]["rule"], ignored.as_array().unwrap().len()), (&"wheel-platform".into(), 1));
    // A rule that is not the index's leaves the way to it open.
    let name = "foo-1.0-py3-none-win_amd64.whl";
    let wheel = Wheelwright::new(name).wheel("Wheel-Version: 1.0\nTag: cp312-cp312-win32\n").build();
    let workspace = Workspace::with([(format!("a/{name}"), wheel)]);
    workspace.prepare_on_runner(&[]).exits(1);
    let run = workspace.prepare_on_runner(&[("ignore", "wheel-tags foo-*")]).exits(0);
    assert_eq!(run.output("pypi-ready"), "true");
}

#[test]
pub(crate) fn what_cannot_be_ignored() {
    let workspace = Workspace::with([(format!("a/{LINUX}"), wheel(LINUX))]);
    for (line, why) in [
        ("record-digest *", "cannot be ignored"),
        ("nothing-selected *", "cannot be ignored"),
        ("wheel-platform", "the id of a rule and a glob"),
        ("wheel-plat *", "there is no rule"),
        ("wheel-platform !(a)", "an extended glob"),
    ] {
        let run = workspace.prepare_on_runner(&[("ignore", line)]).exits(2);
        assert!(run.err.starts_with("error: ignore: found `") && run.err.contains(why), "{}", run.err);
    }
}

#[test]
fn record_off() {
    let name = "foo-1.0-py3-none-any.whl";
    let changed = Wheelwright::new(name).record(|rows| {
        rows.into_iter()
            .map(|row| {
                if row.starts_with("module.py") {
                    "module.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,".into()
                } else {
                    row
                }
            })
            .collect()
    });
    let workspace = Workspace::with([(format!("a/{name}"), changed.build())]);
    let run = workspace.prepare_on_runner(&[]).exits(1);
    insta::assert_snapshot!(run.log(), @r"
    projects: `foo`
    read 1 file of 1 artifact (828 B)
    ::group::1 error
    error[record-digest]: `module.py` has the digest sha256=bHHO2nNwHktyuOVn89tJtUFwcCaKIrxgrq2VF2kZhj4
            -->  a: foo-1.0-py3-none-any.whl
       expected  sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU, as RECORD says
           help  Find out what changed the wheel after it was built. A tool that changes a wheel must write `RECORD` again,
                 as `wheel unpack` and `wheel pack` do.

      artifact   errors
      a               1  record-digest
    ::endgroup::
    ::error title=record-digest::a: foo-1.0-py3-none-any.whl: `module.py` has the digest sha256=bHHO2nNwHktyuOVn89tJtUFwcCaKIrxgrq2VF2kZhj4; expected sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU, as RECORD says. Find out what changed the wheel after it was built. A tool that changes a wheel must write `RECORD` again, as `wheel unpack` and `wheel pack` do.
    `release-prep explain record-digest` says why; docs/rules.md lists all rules.
    No release was written: 1 error of 1 rule in 1 cause.
    ");
    let run = workspace.prepare_on_runner(&[("record", "off")]).exits(0);
    assert_eq!(run.output("pypi-ready"), "false");
    assert!(run.says("note: ") && run.summary.contains("not verified against"), "{}", run.summary);
    assert_eq!(workspace.manifest()["settings"]["record"], "off");
}

/// A name promises what the file does not hold: that is let be together with
/// all other names.
#[test]
fn names_may_promise() {
    let name = "foo-1.0-py3-none-any.whl";
    let wheel = Wheelwright::new(name).wheel("Wheel-Version: 1.0\nTag: py2-none-any\n").build();
    let workspace = Workspace::with([(format!("a/{name}"), wheel)]);
    for (normalize, code) in [("rename", 1), ("rewrite", 1), ("check", 1), ("off", 0)] {
        let run = workspace.prepare_on_runner(&[("normalize", normalize)]).exits(code);
        assert!(run.says("[wheel-tags]"), "{normalize}: {}", run.log());
    }
}

/// What a registry cannot take at all is released among the assets where its
/// rules are off, and never lost.
#[test]
fn nothing_is_lost() {
    let package = npm(&serde_json::json!({"name": "no name", "version": "1.0.0"}));
    let workspace = Workspace::with([
        ("a/no-wheel.whl", wheel("foo-1.0-py3-none-any.whl")),
        ("a/upper-1.0.0.tgz", package),
    ]);
    workspace.prepare(&[]).exits(1);
    workspace.prepare(&["--pypi", "off"]).exits(1);
    workspace.prepare(&["--pypi", "off", "--npm", "warn"]).exits(0);
    insta::assert_snapshot!(workspace.tree("prepared/assets"), @r"
    0644 no-wheel.whl
    0644 upper-1.0.0.tgz
    ");
}

/// PyPI refuses a name that no command can have; it takes a script without an
/// attribute, which pip cannot make.
#[test]
pub(crate) fn scripts_that_installers_alone_refuse() {
    let name = "foo-1.0-py3-none-any.whl";
    for (script, code, expected) in [
        ("a/b = foo:main", 1, Some("error[wheel-entry-points]")),
        ("a = foo", 0, Some("warning[wheel-entry-points-installers]")),
        ("a = foo:main", 0, None),
    ] {
        let text = format!("[console_scripts]\n{script}\n");
        let wheel = Wheelwright::new(name).file("{}/entry_points.txt", text).build();
        let run = Workspace::with([(format!("a/{name}"), wheel)]).prepare(&[]).exits(code);
        let finding = run.found().first().map(|found| format!("{}[{}]", found.severity, found.rule));
        assert_eq!(finding.as_deref(), expected, "{}", run.log());
    }
}
