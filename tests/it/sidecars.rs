//! Files that describe other files: checksums, lists of them, signatures,
//! attestations, update feeds.

use serde_json::json;

use crate::fixture::{npm, tar_gz, wheel};
use crate::harness::{Run, Workspace, sha256};

fn archive() -> Vec<u8> {
    tar_gz(&[("tool", b"#!/bin/sh\n")])
}

/// `tool.tar.gz` with a file beside it in one artifact.
fn beside(name: &str, text: impl AsRef<[u8]>) -> Workspace {
    Workspace::with([(format!("a/{name}"), text.as_ref().to_vec()), ("a/tool.tar.gz".to_owned(), archive())])
}

/// A checksum file in each form that tools write is verified, and released in
/// one that `sha256sum -c` reads.
#[test]
fn forms_of_checksum_files() {
    let digest = sha256(&archive());
    let canonical = format!("{digest}  tool.tar.gz\n");
    for (text, is_kept) in [
        (canonical.clone(), true),
        (format!("{digest} *tool.tar.gz\n\n"), true),
        (format!("SHA256 (tool.tar.gz) = {digest}\n"), true),
        (format!("{}  tool.tar.gz\n", digest.to_uppercase()), true),
        (digest.clone(), false),
        (format!("{}\r\n", digest.to_uppercase()), false),
        (format!("{digest}  tool.tar.gz\r\n"), false),
        (format!("{digest}  dist/out/tool.tar.gz\n"), false),
        (format!("{digest}  old-name.tar.gz\n"), false),
        (format!("\u{feff}{digest}  tool.tar.gz\n"), false),
    ] {
        let workspace = beside("tool.tar.gz.sha256", &text);
        let run = workspace.prepare(&[]).exits(0);
        assert_eq!(run.findings(), "", "{text:?}");
        let expected = if is_kept { &text } else { &canonical };
        assert_eq!(&workspace.read("prepared/assets/tool.tar.gz.sha256"), expected, "{text:?}");
        let manifest = workspace.manifest();
        let origin = &manifest["files"][1]["origins"][0];
        assert_eq!(origin["action"], if is_kept { "kept" } else { "rewritten" }, "{text:?}");
    }
}

#[test]
fn utf_16() {
    let text = format!("{}  tool.tar.gz\r\n", sha256(&archive()).to_uppercase());
    let bytes: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let workspace = beside("tool.tar.gz.sha256", bytes);
    assert_eq!(workspace.prepare(&[]).exits(0).findings(), "");
    let released = workspace.read("prepared/assets/tool.tar.gz.sha256");
    assert_eq!(released, format!("{}  tool.tar.gz\n", sha256(&archive())));
}

/// Known answers of `abc`, as `md5sum` and its like print them.
#[test]
fn other_algorithms() {
    let with = |suffix: &str, digest: &str| {
        let workspace = Workspace::with([
            (format!("a/tool.sh.{suffix}"), format!("{digest}  tool.sh\n")),
            ("a/tool.sh".to_owned(), "abc".to_owned()),
        ]);
        workspace.prepare(&[])
    };
    for (suffix, digest) in [
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
        (
            "sha512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            "b2",
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        ),
    ] {
        assert_eq!(with(suffix, digest).exits(0).findings(), "", "{suffix}");
        let wrong = digest.replace('9', "8");
        assert!(with(suffix, &wrong).exits(1).findings().starts_with("error[sidecar-digest]"), "{suffix}");
    }
    // A digest of another algorithm is not the file's.
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(with("sha512", sha256).exits(1).findings().starts_with("error[sidecar-digest]"));
}

#[test]
pub(crate) fn a_checksum_that_is_not_the_files() {
    let run =
        beside("tool.tar.gz.sha256", format!("{}  tool.tar.gz\n", "0".repeat(64))).prepare(&[]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[sidecar-digest]: a: tool.tar.gz.sha256: it declares [sha256] as SHA-256 of `tool.tar.gz`");
}

#[test]
fn a_checksum_of_nothing_that_is_here() {
    let zeros = "0".repeat(64);
    for (name, text) in [
        ("gone.tar.gz.sha256", format!("{zeros}  gone.tar.gz\n")),
        ("tool.sha256sum", format!("{zeros}  target/release/inner\n")),
        ("tool.tar.gz.sha256", "Not Found\n".to_owned()),
    ] {
        let workspace = beside(name, &text);
        let run = workspace.prepare(&[]).exits(0);
        assert_eq!(workspace.tree("prepared/assets"), "0644 tool.tar.gz\n", "{name}");
        match name {
            "gone.tar.gz.sha256" => {
                insta::assert_snapshot!(run.findings(), @"warning[sidecar-subject]: a: gone.tar.gz.sha256: it describes `gone.tar.gz`, which is not here");
            }
            "tool.sha256sum" => {
                insta::assert_snapshot!(run.findings(), @"warning[sidecar-subject]: a: tool.sha256sum: it describes `inner`, which is not here, but perhaps a file inside `tool.tar.gz`");
            }
            _ => {
                insta::assert_snapshot!(run.findings(), @"warning[sidecar-unreadable]: a: tool.tar.gz.sha256: it holds no digest");
            }
        }
    }
}

/// A file that GitHub would rename takes its checksum with it; that of a wheel
/// is replaced by the release's own.
#[test]
fn checksums_of_renamed_files() {
    let wheel_name = "foo-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
    let wheel = wheel(wheel_name);
    let workspace = Workspace::with([
        ("a/my tool.tar.gz".to_owned(), archive()),
        (
            "a/my tool.tar.gz.sha256".to_owned(),
            format!("{}  my tool.tar.gz\n", sha256(&archive())).into_bytes(),
        ),
        (format!("a/{wheel_name}.sha256"), format!("{}  {wheel_name}\n", sha256(&wheel)).into_bytes()),
        (format!("a/{wheel_name}"), wheel),
    ]);
    assert_eq!(workspace.prepare(&[]).exits(0).findings(), "");
    assert_eq!(workspace.tree("prepared/assets"), "0644 my.tool.tar.gz\n0644 my.tool.tar.gz.sha256\n");
    let released = workspace.read("prepared/assets/my.tool.tar.gz.sha256");
    assert_eq!(released, format!("{}  my.tool.tar.gz\n", sha256(&archive())));
    workspace.run(["verify", "prepared"]).exits(0);
}

#[test]
fn no_sidecars() {
    let workspace = beside("tool.tar.gz.sha256", format!("{}  tool.tar.gz\n", sha256(&archive())));
    workspace.prepare(&["--sidecars", "false"]).exits(0);
    assert_eq!(workspace.tree("prepared/assets"), "0644 tool.tar.gz\n");
    // They are verified all the same.
    let workspace = beside("tool.tar.gz.sha256", format!("{}  tool.tar.gz\n", "0".repeat(64)));
    workspace.prepare(&["--sidecars", "false"]).exits(1);
}

#[test]
fn lists_that_are_right_are_replaced() {
    let digest = sha256(&archive());
    let workspace = Workspace::with([
        ("a/tool.tar.gz".to_owned(), archive()),
        // One lists itself, one a file of another artifact by its path.
        ("a/SHA256SUMS".to_owned(), format!("{digest}  tool.tar.gz\n{digest}  SHA256SUMS\n").into_bytes()),
        ("b/SHA256SUMS".to_owned(), format!("{digest}  dist/tool.tar.gz\r\n").into_bytes()),
    ]);
    let run = workspace.prepare(&[]).exits(0);
    assert_eq!(run.findings(), "");
    assert!(
        run.err.contains("2 lists of checksums: `a: SHA256SUMS`, `b: SHA256SUMS`: 2 of 2 digests right"),
        "{}",
        run.err
    );
    assert_eq!(workspace.tree("prepared/assets"), "0644 tool.tar.gz\n");
    let left_out = &workspace.manifest()["left_out"];
    assert_eq!(left_out[0]["why"], "superseded");
    assert_eq!(left_out[1]["why"], "superseded");
}

#[test]
pub(crate) fn lists_that_are_not_right() {
    let (digest, zeros) = (sha256(&archive()), "0".repeat(64));
    let findings = |text: String| -> Run { beside("checksums.txt", text).prepare(&[]) };
    insta::assert_snapshot!(findings(format!("{zeros}  tool.tar.gz\n")).exits(1).findings(), @"error[sidecar-digest]: a: checksums.txt: it declares [sha256] as SHA-256 of `tool.tar.gz`");
    insta::assert_snapshot!(findings(format!("{digest}  tool.tar.gz\n{zeros}  b.zip\n{zeros}  c.zip\n")).exits(0).findings(), @"warning[checksum-list]: a: checksums.txt: 2 of the 3 files that it lists are not here: `b.zip`, `c.zip`");
    insta::assert_snapshot!(findings(format!("{zeros}  tool-1.0.tar.gz\n")).exits(0).findings(), @"warning[checksum-list]: a: checksums.txt: nothing that it lists is here: `tool-1.0.tar.gz`; it may be the list of another version");
}

/// Who verifies the signature of a list needs the list, to the byte.
#[test]
fn a_signed_list_stays_if_it_holds() {
    let with = |list: &str, file: &str| {
        Workspace::with([
            (format!("a/{list}.asc"), b"-----BEGIN PGP SIGNATURE-----\n".to_vec()),
            (format!("a/{list}"), format!("{}  {file}\n", sha256(&archive())).into_bytes()),
            (format!("a/{file}"), archive()),
        ])
    };
    let workspace = with("checksums.txt", "tool.tar.gz");
    assert_eq!(workspace.prepare(&[]).exits(0).findings(), "");
    assert_eq!(
        workspace.tree("prepared/assets"),
        "0644 checksums.txt\n0644 checksums.txt.asc\n0644 tool.tar.gz\n"
    );
    for (list, file) in [("SHA256SUMS", "tool.tar.gz"), ("checksums.txt", "my tool.tar.gz")] {
        let workspace = with(list, file);
        assert_eq!(workspace.prepare(&[]).exits(0).findings(), "");
        assert_eq!(workspace.tree("prepared/assets").lines().count(), 1, "{list}");
    }
}

#[test]
pub(crate) fn signatures_without_their_file() {
    for name in ["gone.tar.gz.asc", "gone.sig", "gone.zip.pem", "gone.exe.sigstore.json"] {
        let run = beside(name, "-----BEGIN PGP SIGNATURE-----\n").prepare(&[]).exits(0);
        assert!(run.findings().starts_with("warning[sidecar-subject]"), "{name}: {}", run.findings());
    }
    for (name, text) in [
        ("tool.tar.gz.asc", "-----BEGIN PGP SIGNATURE-----\n"),
        ("KEYS.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"),
        ("ca.pem", "-----BEGIN CERTIFICATE-----\n"),
        ("multiple.intoto.jsonl", "{}\n"),
    ] {
        assert_eq!(beside(name, text).prepare(&[]).exits(0).findings(), "", "{name}");
    }
}

#[test]
fn attestations_are_compared() {
    let statement = |name: &str, digest: &str| {
        let statement = json!({"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": name, "digest": {"sha256": digest}}]});
        let payload = data_encoding::BASE64.encode(statement.to_string().as_bytes());
        json!({"dsseEnvelope": {"payload": payload}}).to_string()
    };
    let digest = sha256(&archive());
    for name in ["tool.tar.gz.sigstore.json", "multiple.intoto.jsonl"] {
        assert_eq!(beside(name, statement("tool.tar.gz", &digest)).prepare(&[]).exits(0).findings(), "");
        let run = beside(name, statement("tool.tar.gz", &"0".repeat(64))).prepare(&[]).exits(1);
        assert!(run.findings().starts_with("error[sidecar-digest]"), "{name}: {}", run.findings());
    }
    let run = beside("multiple.intoto.jsonl", statement("gone.zip", &"0".repeat(64))).prepare(&[]).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[sidecar-subject]: a: multiple.intoto.jsonl: it attests `gone.zip`, which is not here");
}

#[test]
pub(crate) fn update_feeds() {
    let with = |name: &str| {
        Workspace::with([
            (format!("a/{name}"), b"MZ".to_vec()),
            ("a/latest.yml".to_owned(), format!("version: 1.0.0\npath: {name}\n").into_bytes()),
        ])
    };
    assert_eq!(with("Tool-1.0.0.exe").prepare(&["--version", "any"]).exits(0).findings(), "");
    let run = with("My Tool-1.0.0.exe").prepare(&["--version", "any"]).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[update-feed]: a: latest.yml: it names files that have another name in the release: `My Tool-1.0.0.exe (now My.Tool-1.0.0.exe)`");
}

/// cargo-dist's whole manifest is for updaters; its parts are its own.
#[test]
fn manifests_of_cargo_dist() {
    let names =
        ["dist-manifest.json", "plan-dist-manifest.json", "x86_64-unknown-linux-gnu-dist-manifest.json"];
    let workspace = Workspace::with(names.map(|name| (format!("a/{name}"), "{\"announcement_tag\": null}")));
    assert_eq!(workspace.prepare(&[]).exits(0).findings(), "");
    assert_eq!(workspace.tree("prepared/assets"), "0644 dist-manifest.json\n");
    assert_eq!(workspace.manifest()["left_out"][0]["why"], "tool");
}

/// The checksum of an npm package is verified and replaced.
#[test]
fn the_checksum_of_an_npm_package() {
    let package = npm(&json!({"name": "tool", "version": "1.0.0"}));
    let workspace = Workspace::with([
        ("a/tool-1.0.0.tgz.sha256", sha256(&package).into_bytes()),
        ("a/tool-1.0.0.tgz", package),
    ]);
    workspace.prepare(&[]).exits(0);
    assert!(!workspace.tree("prepared").contains("tgz.sha256"));
}

/// One for each asset that has none, under the names that they have in the
/// release, and for nothing else.
#[test]
fn sidecars_for_every_asset() {
    let elf = |machine: u8| {
        let mut bytes = vec![0_u8; 4096];
        bytes[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\x00");
        bytes[16..20].copy_from_slice(&[2, 0, machine, 0]);
        bytes
    };
    let digest = sha256(&archive());
    let wheel_name = "foo-1.0-py3-none-any.whl";
    let workspace = Workspace::with([
        ("a/my tool.tar.gz".to_owned(), archive()),
        ("a/other.tar.gz".to_owned(), tar_gz(&[("x", b"x")])),
        ("a/other.tar.gz.asc".to_owned(), b"-----BEGIN PGP SIGNATURE-----\n".to_vec()),
        ("a/kept.tar.gz".to_owned(), archive()),
        ("a/kept.tar.gz.sha256".to_owned(), format!("{digest} *kept.tar.gz\n").into_bytes()),
        ("b/my tool.tar.gz".to_owned(), archive()),
        ("bin-linux-x64/tool".to_owned(), elf(62)),
        ("bin-linux-arm64/tool".to_owned(), elf(183)),
        (format!("w/{wheel_name}"), wheel(wheel_name)),
    ]);
    let arguments = ["--sidecars", "true", "--asset-names", "qualify", "--version", "any"];
    let run = workspace.prepare(&arguments).exits(0);
    assert_eq!(run.findings(), "");
    let names: Vec<String> = crate::harness::names_in(&workspace.path("prepared/assets"));
    assert_eq!(
        names,
        [
            "kept.tar.gz",
            "kept.tar.gz.sha256",
            "my.tool.tar.gz",
            "my.tool.tar.gz.sha256",
            "other.tar.gz",
            "other.tar.gz.asc",
            "other.tar.gz.sha256",
            "tool-linux-arm64",
            "tool-linux-arm64.sha256",
            "tool-linux-x64",
            "tool-linux-x64.sha256",
        ]
    );
    for name in names.iter().filter_map(|name| name.strip_suffix(".sha256")) {
        let expected = sha256(&workspace.bytes(format!("prepared/assets/{name}")));
        let text = workspace.read(format!("prepared/assets/{name}.sha256"));
        let mark = if name == "kept.tar.gz" { " *" } else { "  " };
        assert_eq!(text, format!("{expected}{mark}{name}\n"));
    }
    let manifest = workspace.manifest();
    let entry = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["name"] == "tool-linux-x64.sha256")
        .unwrap();
    assert_eq!(entry["origins"][0]["action"], "generated");
    assert_eq!(entry["origins"][0]["artifact"]["name"], "bin-linux-x64");
    workspace.run(["verify", "prepared"]).exits(0);
    // Again, to the byte.
    let first = workspace.contents("prepared");
    workspace.prepare(&arguments).exits(0);
    assert_eq!(workspace.contents("prepared"), first);
}

/// A wheel that is not for the index and is rewritten has the digest that it
/// has in the release.
#[test]
fn the_sidecar_of_a_rewritten_wheel() {
    let name = "Foo.Bar-1.0-py3-none-any.whl";
    let workspace = Workspace::with([(format!("a/{name}"), wheel(name))]);
    let arguments = ["--sidecars", "true", "--normalize", "rewrite", "--pypi-exclude", "*", "--pypi", "off"];
    workspace.prepare(&arguments).exits(0);
    let names = crate::harness::names_in(&workspace.path("prepared/assets"));
    let released = names.iter().find(|name| !name.contains(".sha256")).unwrap();
    let digest = sha256(&workspace.bytes(format!("prepared/assets/{released}")));
    assert_eq!(
        workspace.read(format!("prepared/assets/{released}.sha256")),
        format!("{digest}  {released}\n")
    );
}

/// Every checksum file that is released passes in the tools that people have.
/// A tool that is not installed is skipped.
#[test]
fn tools_verify_what_is_released() {
    let wheel_name = "foo-1.0-py3-none-any.whl";
    let digest = sha256(&archive());
    let workspace = Workspace::with([
        ("a/my tool.tar.gz".to_owned(), archive()),
        ("a/my tool.tar.gz.sha256".to_owned(), format!("{}\r\n", digest.to_uppercase()).into_bytes()),
        ("a/other.tar.gz".to_owned(), archive()),
        ("a/other.tar.gz.sha256".to_owned(), format!("SHA256 (dist/other.tar.gz) = {digest}\n").into_bytes()),
        ("a/third.tar.gz".to_owned(), tar_gz(&[("x", b"x")])),
        (format!("w/{wheel_name}"), wheel(wheel_name)),
    ]);
    let arguments = ["--sidecars", "true", "--checksum-algorithms", "sha512,blake2b"];
    assert_eq!(workspace.prepare(&arguments).exits(0).findings(), "");
    // As they are downloaded from a release: in one folder.
    let flat = workspace.path("flat");
    std::fs::create_dir(&flat).unwrap();
    for (path, bytes) in workspace.contents("prepared") {
        std::fs::write(flat.join(path.file_name().unwrap()), bytes).unwrap();
    }
    let mut lists = vec![("SHA256SUMS".to_owned(), "256"), ("SHA512SUMS".to_owned(), "512")];
    let names = crate::harness::names_in(&flat);
    lists.extend(
        names.iter().filter(|name| name.strip_suffix(".sha256").is_some()).map(|name| (name.clone(), "256")),
    );
    // Of three assets, and the subjects to attest.
    assert_eq!(lists.len(), 2 + 3 + 1);
    let verify = |tool: &str, arguments: &[&str]| {
        let run = std::process::Command::new(tool).args(arguments).current_dir(&flat).output();
        let Ok(run) = run else { return };
        let log = [run.stdout, run.stderr].concat();
        assert!(run.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&log));
    };
    for (list, bits) in &lists {
        verify(&format!("sha{bits}sum"), &["--strict", "-c", list]);
        verify("shasum", &["-a", bits, "-c", list]);
    }
    verify("b2sum", &["--strict", "-c", "B2SUMS"]);
}
