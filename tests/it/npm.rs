//! What npm refuses to publish.

use serde_json::{Value, json};

use crate::fixture::npm;
use crate::harness::{Run, Workspace};
use crate::sdists::{gzip, tar_of};

fn package(more: &Value) -> Vec<u8> {
    let mut json = json!({"name": "tool", "version": "1.0.0"});
    json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    npm(&json)
}

/// Prepares one package in a workflow of `octo-org/tool`, on this server.
fn prepared_on(server: &str, more: &Value, inputs: &[(&str, &str)]) -> Run {
    let workspace = Workspace::with([("npm/tool.tgz", package(more))]);
    let mut step = workspace.step(&[&[("artifacts-dir", "artifacts")], inputs].concat());
    for (name, value) in [
        ("SERVER_URL", server),
        ("REPOSITORY", "octo-org/tool"),
        ("RUN_ID", "7"),
        ("RUN_ATTEMPT", "1"),
        ("SHA", "0123456789abcdef0123456789abcdef01234567"),
        ("REF", "refs/heads/main"),
        ("WORKFLOW_REF", "octo-org/tool/.github/workflows/release.yml@refs/heads/main"),
    ] {
        step.env(format!("GITHUB_{name}"), value);
    }
    workspace.finish(&mut step)
}

fn prepared(more: &Value) -> Run {
    prepared_on("https://github.com", more, &[])
}

const OURS: &str = "git+https://github.com/Octo-Org/tool.git";

#[test]
fn a_private_package() {
    insta::assert_snapshot!(prepared(&json!({"private": true, "repository": OURS})).exits(1).findings(), @"error[npm-private]: npm: tool.tgz: its package.json says `private`");
    prepared(&json!({"private": false, "repository": OURS})).exits(0);
    let run =
        prepared_on("https://github.com", &json!({"private": true, "repository": OURS}), &[("npm", "warn")]);
    insta::assert_snapshot!(run.exits(0).findings(), @"warning[npm-private]: npm: tool.tgz: its package.json says `private`");
}

#[test]
fn the_repository_of_the_workflow() {
    for url in [OURS, "octo-org/tool", "github:octo-org/tool"] {
        assert_eq!(prepared(&json!({"repository": url})).exits(0).findings(), "", "{url}");
    }
    insta::assert_snapshot!(prepared(&json!({"repository": {"url": "https://github.com/octo-org/fork"}})).exits(1).log(), @r#"
    projects: `tool`
    error[npm-repository]: its package.json names the repository `https://github.com/octo-org/fork`
            -->  npm: tool.tgz
       expected  https://github.com/octo-org/tool, whose workflow this is
           help  Set `"repository": {"type": "git", "url": "git+https://github.com/octo-org/tool.git"}` in its package.json.

      artifact   files  errors
      npm            1       1  npm-repository

    `release-prep explain npm-repository` says why; docs/rules.md lists all rules.
    No release was written: 1 error of 1 rule with 1 cause.
    ::error title=npm-repository::npm: tool.tgz: its package.json names the repository `https://github.com/octo-org/fork`; expected https://github.com/octo-org/tool, whose workflow this is. Set `"repository": {"type": "git", "url": "git+https://github.com/octo-org/tool.git"}` in its package.json.
    "#);
    // Without provenance it is published.
    insta::assert_snapshot!(prepared(&json!({})).exits(0).findings(), @"warning[npm-repository-missing]: npm: tool.tgz: its package.json names no repository");
    // Elsewhere npm has no provenance.
    let run = prepared_on(
        "https://ghe.example.org",
        &json!({"repository": "https://ghe.example.org/octo-org/tool"}),
        &[],
    );
    assert_eq!(run.exits(0).findings(), "");
    let workspace = Workspace::with([("npm/tool.tgz", package(&json!({"repository": "gitlab:o/r"})))]);
    assert_eq!(workspace.prepare(&[]).exits(0).findings(), "");
}

#[test]
fn a_prerelease_without_a_tag() {
    let beta = json!({"version": "1.0.0-beta.1", "repository": OURS});
    let run = prepared(&beta).exits(0);
    insta::assert_snapshot!(run.out.lines().take(4).collect::<Vec<_>>().join("\n"), @r"
    projects: `tool`
    warning[npm-dist-tag]: package.json names no dist-tag for the prerelease 1.0.0-beta.1
            -->  npm: tool.tgz
       expected  a `publishConfig.tag`, without which npm publishes no prerelease
    ");
    assert!(run.output("npm-packages").contains(r#""tag":"next""#), "{}", run.output("npm-packages"));
    let mut tagged = beta;
    tagged["publishConfig"] = json!({"tag": "beta"});
    let run = prepared(&tagged).exits(0);
    assert_eq!(run.findings(), "");
    assert!(run.output("npm-packages").contains(r#""tag":"beta""#), "{}", run.output("npm-packages"));
}

fn package_json(name: &str) -> Vec<u8> {
    json!({"name": name, "version": "1.0.0"}).to_string().into_bytes()
}

/// What a package of these entries is found to be, its findings or its name.
fn read_as(entries: &[(&str, &[u8], tar::EntryType, &str)]) -> String {
    let workspace = Workspace::with([("a/good-1.0.0.tgz", gzip(&tar_of(entries)))]);
    let run = workspace.prepare(&["--ignore", "npm-repository *"]);
    if run.findings().is_empty() {
        workspace.manifest()["files"][0]["kind"].to_string()
    } else {
        run.findings()
    }
}

/// npm drops the first folder of every path, whatever its name.
#[test]
fn folders_of_packages() {
    use tar::EntryType::{Directory, Regular};
    let json = package_json("good");
    for top in ["package", "node", "tool-1.0.0", ".", ""] {
        let name = format!("{top}/package.json");
        assert_eq!(read_as(&[(&name, &json, Regular, "")]), "\"npm-package\"", "{top}");
    }
    let folders = [("package/", &b""[..], Directory, ""), ("package/lib/", b"", Directory, "")];
    assert_eq!(
        read_as(&[&folders[..], &[("package/package.json", &json, Regular, "")]].concat()),
        "\"npm-package\""
    );
    // An application that is packed with its sources is no package.
    let private = br#"{"name": "app", "version": "1.0.0", "private": true}"#;
    for json in [&private[..], b"{}"] {
        assert_eq!(read_as(&[("app-1.0.0/package.json", json, Regular, "")]), "\"archive\"");
    }
    assert_eq!(read_as(&[("app/lib/package.json", &json, Regular, "")]), "\"archive\"");
}

/// Every form in which npm, or a file system, finds another package.json.
#[test]
fn readings_that_differ() {
    use tar::EntryType::{Char, Directory, Fifo, Link, Regular, Symlink};
    let (good, evil) = (package_json("good"), package_json("evil"));
    for (name, kind, target, rule) in [
        ("package/package.json", Regular, "", "archive-duplicate"),
        ("x/package.json", Regular, "", "archive-duplicate"),
        ("./package.json", Regular, "", "archive-duplicate"),
        ("/package.json", Regular, "", "archive-duplicate"),
        ("package/./package.json", Regular, "", "archive-duplicate"),
        ("package//package.json", Regular, "", "archive-duplicate"),
        ("package/Package.JSON", Regular, "", "archive-framing"),
        ("package/pac\u{212a}age.json", Regular, "", "archive-framing"),
        ("package/package.json.", Regular, "", "archive-framing"),
        ("package/.\\package.json", Regular, "", "archive-framing"),
        ("package/package.json/x", Regular, "", "archive-framing"),
        ("package/package.json", Directory, "", "archive-duplicate"),
        ("package/package.json", Symlink, "evil.json", "archive-link"),
        ("package/x", Symlink, "y", "archive-link"),
        ("package/x", Link, "package/package.json", "archive-link"),
        ("package/x", Fifo, "", "archive-link"),
        ("package/x", Char, "", "archive-link"),
        ("package/x/", Regular, "", "archive-framing"),
        ("package/../package.json", Regular, "", "file-name-unsafe"),
        ("package/x", tar::EntryType::new(b'D'), "", "archive-framing"),
        ("package/x", tar::EntryType::new(b'N'), "", "archive-framing"),
        ("package/x", tar::EntryType::new(b'X'), "", "archive-framing"),
    ] {
        let content = if kind == Regular && !name.ends_with('/') { &evil[..] } else { b"" };
        for order in [false, true] {
            let mut entries =
                [("package/package.json", &good[..], Regular, ""), (name, content, kind, target)];
            if order {
                entries.reverse();
            }
            let found = read_as(&entries);
            assert!(found.starts_with("error["), "{name}: {found}");
            assert!(order || found.starts_with(&format!("error[{rule}]")), "{name}: {found}");
        }
    }
}

/// Names that only another file system takes for package.json.
#[test]
fn a_package_json_of_another_case() {
    let json = package_json("good");
    let found = read_as(&[("package/PACKAGE.json", &json, tar::EntryType::Regular, "")]);
    assert!(found.starts_with("error[archive-framing]"), "{found}");
}
