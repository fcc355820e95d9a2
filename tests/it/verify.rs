//! A release is held against its manifest.

use std::fs;
use std::os::unix::fs::symlink;

use crate::fixture::{elf, wheel};
use crate::harness::{Run, Workspace};

const WHEEL: &str = "foo-1.0-py3-none-any.whl";

/// A release, and the digest of its manifest.
fn release() -> (Workspace, String) {
    let workspace = Workspace::with([(format!("a/{WHEEL}"), wheel(WHEEL)), ("a/tool".into(), elf("tool"))]);
    let run = workspace.prepare_on_runner(&[("checksum-algorithms", "sha512 blake2b")]).exits(0);
    let digest = run.output("manifest-digest").to_owned();
    (workspace, digest)
}

fn verify(workspace: &Workspace, digest: &str) -> Run {
    workspace.run(["verify", "--manifest-digest", digest])
}

/// What `verify` says of a release after something was done to it.
fn after(meddle: impl FnOnce(&Workspace)) -> String {
    let (workspace, digest) = release();
    meddle(&workspace);
    let run = verify(&workspace, &digest).exits(1);
    run.out.replace(&digest, "[manifest]")
}

#[test]
fn whole() {
    let (workspace, digest) = release();
    insta::assert_snapshot!(workspace.run(["verify"]).exits(0).out.replace(&digest, "[manifest]"), @"prepared: consistent; origin not proven (2 files; the manifest is [manifest], give that as --manifest-digest from where the release was prepared)");
    insta::assert_snapshot!(verify(&workspace, &digest).exits(0).out.replace(&digest, "[manifest]"), @"prepared: verified, 2 files, the manifest is [manifest]");
    // The folder may have another name, and lie elsewhere.
    fs::create_dir(workspace.path("else")).unwrap();
    fs::rename(workspace.path("prepared"), workspace.path("else/where")).unwrap();
    workspace.run(["verify", "--manifest-digest", &digest, "else/where"]).exits(0);
}

#[test]
fn another_manifest() {
    let (workspace, digest) = release();
    let other = digest.replace(|c: char| c.is_ascii_hexdigit(), "0");
    insta::assert_snapshot!(verify(&workspace, &other).exits(1).out.replace(&digest, "[manifest]"), @r"
    another release: release-manifest.json has the digest [manifest], expected 0000000000000000000000000000000000000000000000000000000000000000
    prepared: not the release with that manifest digest; nothing else was read
    ");
    for wrong in ["0", "sha512:00", &digest.to_uppercase()] {
        let run = verify(&workspace, wrong).exits(2);
        assert!(run.err.contains("manifest-digest") && run.err.contains(wrong), "{}", run.err);
    }
}

#[test]
fn changed() {
    // The same size, another size, and no file any more.
    insta::assert_snapshot!(after(|w| {
        let mut bytes = w.bytes("prepared/assets/tool");
        *bytes.last_mut().unwrap() ^= 1;
        w.write("prepared/assets/tool", bytes);
    }), @r"
    changed: assets/tool has the digest f493172754b2b1a9477f96d057672eb16637b44ae6bded45fbb64fda7b1a7ac9, expected 9536fb8be7b175ff67448681ee4ef69cd939408eee7c7a65d32564756ef94eb6
    prepared: not what its manifest says: 1 difference
    ");
    insta::assert_snapshot!(after(|w| w.write(format!("prepared/pypi/{WHEEL}"), "short")), @r"
    changed: pypi/foo-1.0-py3-none-any.whl has 5 bytes, expected 802
    prepared: not what its manifest says: 1 difference
    ");
    insta::assert_snapshot!(after(|w| {
        fs::rename(w.path("prepared/assets/tool"), w.path("tool")).unwrap();
        symlink("../../tool", w.path("prepared/assets/tool")).unwrap();
    }), @r"
    changed: assets/tool is a symbolic link, expected a regular file
    prepared: not what its manifest says: 1 difference
    ");
}

#[test]
fn missing() {
    insta::assert_snapshot!(after(|w| fs::remove_file(w.path("prepared/assets/tool")).unwrap()), @r"
    missing: assets/tool
    prepared: not what its manifest says: 1 difference
    ");
    insta::assert_snapshot!(after(|w| fs::remove_dir_all(w.path("prepared/pypi")).unwrap()), @r"
    missing: pypi/foo-1.0-py3-none-any.whl
    prepared: not what its manifest says: 1 difference
    ");
    insta::assert_snapshot!(after(|w| fs::remove_file(w.path("prepared/SHA256SUMS")).unwrap()), @r"
    missing: SHA256SUMS
    prepared: not what its manifest says: 1 difference
    ");
}

#[test]
fn additional() {
    insta::assert_snapshot!(after(|w| {
        w.write("prepared/pypi/bar-1.0-py3-none-any.whl", "");
        w.write("prepared/notes.txt", "");
        w.write("prepared/more/tool", "");
        symlink("tool", w.path("prepared/assets/link")).unwrap();
    }), @r"
    additional: assets/link
    additional: more
    additional: notes.txt
    additional: pypi/bar-1.0-py3-none-any.whl
    prepared: not what its manifest says: 4 differences
    ");
}

/// The publishing action writes these beside distributions.
#[test]
fn attestations_are_excepted() {
    let (workspace, digest) = release();
    workspace.write(format!("prepared/pypi/{WHEEL}.publish.attestation"), "{}");
    verify(&workspace, &digest).exits(0);
    workspace.write("prepared/assets/tool.publish.attestation", "{}");
    verify(&workspace, &digest).exits(1);
}

/// An attestation is excepted only beside its own distribution.
#[test]
fn attestations_of_nothing() {
    insta::assert_snapshot!(after(|w| {
        for name in ["evil-1.0-py3-none-any.whl", "", "a\nb"] {
            w.write(format!("prepared/pypi/{name}.publish.attestation"), "{}");
        }
        w.write("prepared/bar-1.0-py3-none-any.whl.publish.attestation", "{}");
    }), @r"
    additional: bar-1.0-py3-none-any.whl.publish.attestation
    additional: pypi/.publish.attestation
    additional: pypi/a\nb.publish.attestation
    additional: pypi/evil-1.0-py3-none-any.whl.publish.attestation
    prepared: not what its manifest says: 4 differences
    ");
    // Its distribution is not there, or is not of the release.
    insta::assert_snapshot!(after(|w| {
        w.write(format!("prepared/pypi/{WHEEL}.publish.attestation"), "{}");
        fs::remove_file(w.path(format!("prepared/pypi/{WHEEL}"))).unwrap();
        w.write("prepared/pypi/bar-1.0-py3-none-any.whl", "");
        w.write("prepared/pypi/bar-1.0-py3-none-any.whl.publish.attestation", "{}");
    }), @r"
    missing: pypi/foo-1.0-py3-none-any.whl
    additional: pypi/bar-1.0-py3-none-any.whl
    additional: pypi/bar-1.0-py3-none-any.whl.publish.attestation
    additional: pypi/foo-1.0-py3-none-any.whl.publish.attestation
    prepared: not what its manifest says: 4 differences
    ");
}

/// A folder of a registry for which there is nothing.
#[test]
fn an_additional_folder() {
    insta::assert_snapshot!(after(|w| fs::create_dir(w.path("prepared/npm")).unwrap()), @r"
    additional: npm
    prepared: not what its manifest says: 1 difference
    ");
    insta::assert_snapshot!(after(|w| w.write("prepared/npm/evil-1.0.0.tgz", "")), @r"
    additional: npm/evil-1.0.0.tgz
    prepared: not what its manifest says: 1 difference
    ");
}

/// A manifest with another digest is not parsed: it may be anything.
#[test]
fn another_manifest_is_not_parsed() {
    for text in ["", "{}", "\0", &"[".repeat(1 << 20)] {
        let said = after(|w| w.write("prepared/release-manifest.json", text));
        assert!(said.starts_with("another release: release-manifest.json has the digest "), "{said}");
        assert_eq!(said.lines().count(), 2, "{said}");
    }
}

/// Without a digest, memory is bounded by the manifest's size and by the number
/// of its values.
#[test]
pub(crate) fn a_large_manifest_needs_its_digest() {
    let (workspace, _) = release();
    let manifest = workspace.read("prepared/release-manifest.json");
    let finding = r#"{"rule":"","found":"","expected":"","remedy":""}"#;
    for (count, finding) in
        [(120_000, finding.to_owned()), (1, finding.replace("\"\"", &format!("{:?}", "x".repeat(16 << 20))))]
    {
        let findings = vec![finding; count].join(",");
        let large = manifest.replace(r#""warnings": []"#, &format!(r#""warnings": [{findings}]"#));
        assert_ne!(large, manifest);
        workspace.write("prepared/release-manifest.json", &large);
        let run = workspace.run(["verify"]).exits(2);
        assert!(run.err.contains("the limit without its digest is"), "{}", run.err);
        let run = workspace.prepare(&[]).exits(2);
        assert!(run.err.contains("the limit without its digest is"), "{}", run.err);
        // With its digest it is read.
        let digest = crate::harness::sha256(large.as_bytes());
        verify(&workspace, &digest).exits(1);
    }
}

/// With sums that fit what was changed, the manifest still knows.
#[test]
fn sums_and_subjects() {
    for name in ["SHA256SUMS", "SHA512SUMS", "B2SUMS", "subjects.sha256"] {
        let said = after(|w| {
            let text = w.read(format!("prepared/{name}"));
            let (first, rest) = text.split_once('\n').unwrap();
            assert!(!rest.is_empty());
            w.write(format!("prepared/{name}"), format!("{rest}{first}\n"));
        });
        assert!(said.starts_with(&format!("changed: {name} has the digest ")), "{said}");
        let said = after(|w| w.write(format!("prepared/{name}"), ""));
        assert!(said.starts_with(&format!("changed: {name} has 0 bytes")), "{said}");
    }
}

/// A manifest that was altered along with a file is consistent: only the
/// digest shows.
#[test]
fn a_manifest_that_fits_what_was_changed() {
    let (workspace, digest) = release();
    fs::remove_dir_all(workspace.path("prepared")).unwrap();
    workspace.write("artifacts/a/tool", elf("evil"));
    workspace.prepare(&[]).exits(0);
    workspace.run(["verify"]).exits(0);
    verify(&workspace, &digest).exits(1);
}

#[test]
pub(crate) fn what_is_no_release() {
    let (workspace, _) = release();
    let mut said = Vec::new();
    said.push(workspace.run(["verify", "artifacts"]).exits(2).err);
    said.push(workspace.run(["verify", "nowhere"]).exits(2).err);
    symlink("prepared", workspace.path("linked")).unwrap();
    said.push(workspace.run(["verify", "linked"]).exits(2).err);
    let manifest = workspace.read("prepared/release-manifest.json");
    let newer = manifest.replace("release-prep/manifest/v1", "release-prep/manifest/v2");
    for text in ["", "{}", &newer, &manifest.replace("\"tool\"", "\"../tool\"")] {
        workspace.write("prepared/release-manifest.json", text);
        said.push(workspace.run(["verify"]).exits(2).err);
    }
    insta::assert_snapshot!(said.concat(), @r"
    error: `artifacts` is not a release: it has no release-manifest.json
    error: `nowhere` is not a release: nowhere: it does not exist
    error: `linked` is not a release: linked: expected a folder, found a symbolic link
    error: release-manifest.json is not a manifest that this version of release-prep can read; verify it with the version that prepared it, or prepare it again: EOF while parsing a value at line 1 column 0
    error: release-manifest.json is not a manifest that this version of release-prep can read; verify it with the version that prepared it, or prepare it again: missing field `format` at line 1 column 2
    error: release-manifest.json is not a manifest that this version of release-prep can read; verify it with the version that prepared it, or prepare it again: unknown variant `release-prep/manifest/v2`, expected `release-prep/manifest/v1` at line 2 column 38
    error: release-manifest.json is not a manifest that this version of release-prep can read; verify it with the version that prepared it, or prepare it again: it holds a path separator at line 51 column 23
    ");
}

#[test]
pub(crate) fn on_a_runner() {
    let (workspace, digest) = release();
    let step = |inputs: &[(&str, &str)]| {
        workspace.finish(&mut workspace.step(&[&[("command", "verify")], inputs].concat()))
    };
    let run = step(&[("manifest-digest", &digest)]).exits(0);
    assert_eq!(run.annotations("error"), [""; 0]);
    insta::assert_snapshot!(run.summary.replace(&digest, "[manifest]"), @r"
    ## ✅ Release verified

    prepared&#58; verified, 2 files, the manifest is [manifest]
    ");
    assert_eq!(step(&[("manifest-digest", &digest), ("show-summary", "false")]).exits(0).summary, "");

    let run = step(&[]).exits(2);
    assert!(run.summary.starts_with("## Release consistent, origin not proven\n"), "{}", run.summary);
    insta::assert_snapshot!(run.err, @"error: manifest-digest: found no value, expected the output `manifest-digest` of the job that prepared the release; without it the release is consistent, but its origin is not proven (--unanchored accepts that)");
    assert_eq!(run.annotations("error").len(), 1);
    workspace.finish(workspace.step(&[]).args(["verify", "--unanchored"])).exits(0);

    workspace.write("prepared/assets/tool", "changed");
    let run = step(&[("manifest-digest", &digest)]).exits(1);
    assert_eq!(run.annotations("error").len(), 1);
    assert!(run.summary.starts_with("## ❌ Verification failed\n"), "{}", run.summary);
    assert!(run.summary.contains("changed&#58; assets/tool"), "{}", run.summary);
    let run = step(&[("manifest-digest", &"0".repeat(64))]).exits(1);
    assert!(run.summary.starts_with("## ❌ Verification failed\n"), "{}", run.summary);
    assert!(run.summary.contains("another release&#58;"), "{}", run.summary);

    fs::rename(workspace.path("prepared"), workspace.path("else")).unwrap();
    step(&[("manifest-digest", &digest), ("output-dir", "else")]).exits(1);
    step(&[("manifest-digest", &digest), ("output-dir", "/etc")]).exits(2);
}
