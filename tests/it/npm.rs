//! What npm refuses to publish.

use serde_json::{Value, json};

use crate::fixture::npm;
use crate::harness::{Run, Workspace};
use crate::native::{AARCH64, LIBRARY, PROGRAM, X86_64, elf, mach_o, pe};
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

const OURS: &str = "git+https://github.com/octo-org/tool.git";

#[test]
pub(crate) fn a_private_package() {
    insta::assert_snapshot!(prepared(&json!({"private": true, "repository": OURS})).exits(1).findings(), @"error[npm-private]: npm: tool.tgz: its package.json says `private`");
    prepared(&json!({"private": false, "repository": OURS})).exits(0);
    let run =
        prepared_on("https://github.com", &json!({"private": true, "repository": OURS}), &[("npm", "warn")]);
    insta::assert_snapshot!(run.exits(0).findings(), @"warning[npm-private]: npm: tool.tgz: its package.json says `private`");
}

#[test]
pub(crate) fn the_repository_of_the_workflow() {
    for url in [OURS, "octo-org/tool", "github:octo-org/tool"] {
        assert_eq!(prepared(&json!({"repository": url})).exits(0).findings(), "", "{url}");
    }
    insta::assert_snapshot!(prepared(&json!({"repository": {"url": "https://github.com/octo-org/fork"}})).exits(1).log(), @r#"
    projects: `tool`
    read 1 file of 1 artifact (252 B)
    ::group::1 error
    error[npm-repository]: its package.json names the repository `https://github.com/octo-org/fork`
            -->  npm: tool.tgz
       expected  https://github.com/octo-org/tool, whose workflow this is
           help  Set `"repository": {"type": "git", "url": "git+https://github.com/octo-org/tool.git"}` in its package.json.

      artifact   errors
      npm             1  npm-repository
    ::endgroup::
    ::error title=npm-repository::npm: tool.tgz: its package.json names the repository `https://github.com/octo-org/fork`; expected https://github.com/octo-org/tool, whose workflow this is. Set `"repository": {"type": "git", "url": "git+https://github.com/octo-org/tool.git"}` in its package.json.
    `release-prep explain npm-repository` says why; docs/rules.md lists all rules.
    No release was written: 1 error of 1 rule in 1 cause.
    "#);
    // npm compares with case.
    let other_case = json!({"repository": "git+https://github.com/Octo-Org/tool.git"});
    insta::assert_snapshot!(prepared(&other_case).exits(1).findings(), @"error[npm-repository]: npm: tool.tgz: its package.json names the repository `git+https://github.com/Octo-Org/tool.git`, in other case");
    for none in [json!({}), json!({"repository": ""}), json!({"repository": {"directory": "x"}})] {
        assert_eq!(
            prepared(&none).exits(1).findings(),
            "error[npm-repository-missing]: npm: tool.tgz: its package.json names no repository"
        );
    }
    // Who publishes with a token and without provenance.
    prepared_on("https://github.com", &json!({}), &[("npm", "warn")]).exits(0);
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
pub(crate) fn a_prerelease_without_a_tag() {
    let beta = json!({"version": "1.0.0-beta.1", "repository": OURS});
    let run = prepared(&beta).exits(0);
    insta::assert_snapshot!(run.out.lines().take(4).collect::<Vec<_>>().join("\n"), @r"
    projects: `tool`
    read 1 file of 1 artifact (255 B)
    ::group::1 warning
    warning[npm-dist-tag]: package.json names no dist-tag for the prerelease 1.0.0-beta.1
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
pub(crate) fn readings_that_differ() {
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

/// Prepares packages, each an artifact of its own, off a runner.
fn family(packages: &[(&str, Value)]) -> Run {
    let packages = packages.iter().map(|(artifact, json)| (format!("{artifact}/x.tgz"), npm(json)));
    Workspace::with(packages).prepare(&["--version", "any"])
}

fn platform(words: &str, version: &str) -> (String, Value) {
    let (os, cpu) = words.split_once('-').unwrap();
    let json = json!({"name": format!("@o/tool-{words}"), "version": version, "os": [os], "cpu": [cpu]});
    (format!("npm-{words}"), json)
}

fn main_naming(platforms: &[&str]) -> Value {
    let names = platforms.iter().map(|words| (format!("@o/tool-{words}"), json!("1.0.0")));
    json!({"name": "tool", "version": "1.0.0", "optionalDependencies": names.collect::<serde_json::Map<_, _>>()})
}

const THREE: [&str; 3] = ["linux-x64", "darwin-arm64", "win32-x64"];

/// The main package, and packages for platforms.
fn with_platforms(main: Value, platforms: &[(&str, &str)]) -> Run {
    let platforms: Vec<_> = platforms.iter().map(|(words, version)| platform(words, version)).collect();
    let mut all: Vec<(&str, Value)> =
        platforms.iter().map(|(artifact, json)| (artifact.as_str(), json.clone())).collect();
    all.push(("npm-main", main));
    family(&all)
}

#[test]
fn a_whole_family() {
    let whole = THREE.map(|words| (words, "1.0.0"));
    assert_eq!(with_platforms(main_naming(&THREE), &whole).exits(0).findings(), "");
}

#[test]
pub(crate) fn a_family_of_which_a_part_is_missing() {
    let run = with_platforms(main_naming(&THREE), &[("linux-x64", "1.0.0"), ("win32-x64", "1.0.0")]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[npm-family-incomplete]: npm-main: x.tgz: tool 1.0.0 names 3 packages of its own version in `optionalDependencies`, and 2 of them are here");
    // The artifact that should have had it, named as the others are.
    let log = run.log().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(log.contains("uploads `npm-darwin-arm64`"), "{log}");
    insta::assert_snapshot!(with_platforms(main_naming(&THREE), &[]).exits(0).findings(), @"warning[npm-family-absent]: npm-main: x.tgz: tool 1.0.0 names 3 packages of its own version, and none is here");
}

#[test]
pub(crate) fn a_platform_package_of_another_version() {
    let run = with_platforms(
        main_naming(&THREE),
        &[("linux-x64", "1.0.0"), ("win32-x64", "0.9.0"), ("darwin-arm64", "1.0.0")],
    );
    insta::assert_snapshot!(run.exits(1).findings(), @"error[npm-family-version]: npm-win32-x64: x.tgz: @o/tool-win32-x64 is here in version 0.9.0");
}

#[test]
pub(crate) fn platform_packages_that_nobody_names() {
    let whole = THREE.map(|words| (words, "1.0.0"));
    insta::assert_snapshot!(with_platforms(main_naming(&THREE[..2]), &whole).exits(0).findings(), @"warning[npm-platform-unnamed]: npm-win32-x64: x.tgz: no package of this release depends on @o/tool-win32-x64");
    insta::assert_snapshot!(with_platforms(main_naming(&[]), &whole).exits(1).findings(), @"error[npm-family-unnamed]: npm-main: x.tgz: tool 1.0.0 names none of its platform packages");
    // What they belong to is not here.
    let (artifact, json) = platform("linux-x64", "1.0.0");
    assert_eq!(family(&[(&artifact, json)]).exits(0).findings(), "");
}

/// npm tells the packages of some families apart by their versions alone:
/// `npm:tool@1.0.0-linux-x64`.
#[test]
fn a_family_of_one_name() {
    let variant = |words: &str| {
        let (os, cpu) = words.split_once('-').unwrap();
        json!({"name": "@o/tool", "version": format!("1.0.0-{words}"), "os": [os], "cpu": [cpu]})
    };
    let names = ["linux-x64", "win32-x64"]
        .map(|words| (format!("@o/tool-{words}"), json!(format!("npm:@o/tool@1.0.0-{words}"))));
    let names: serde_json::Map<_, _> = names.into_iter().collect();
    let main = json!({"name": "@o/tool", "version": "1.0.0", "optionalDependencies": names});
    let prepared = |packages: &[Value]| {
        let files = packages.iter().enumerate().map(|(at, json)| (format!("a{at}/x.tgz"), npm(json)));
        Workspace::with(files).prepare_on_runner(&[])
    };
    let run = prepared(&[main.clone(), variant("linux-x64"), variant("win32-x64")]).exits(0);
    assert_eq!(run.findings(), "");
    let packages: Value = serde_json::from_str(run.output("npm-packages")).unwrap();
    let published: Vec<_> =
        packages.as_array().unwrap().iter().map(|one| (&one["version"], &one["tag"])).collect();
    assert_eq!(
        published,
        [
            (&json!("1.0.0-linux-x64"), &json!("linux-x64")),
            (&json!("1.0.0-win32-x64"), &json!("win32-x64")),
            (&json!("1.0.0"), &json!(""))
        ]
    );
    insta::assert_snapshot!(prepared(&[main, variant("linux-x64")]).exits(1).findings(), @"error[npm-family-incomplete]: a0: x.tgz: @o/tool 1.0.0 names 2 packages of its own version in `optionalDependencies`, and 1 of them are here");
}

/// The manifest, the summary and the report's table of a family.
#[test]
fn what_is_recorded_of_a_family() {
    let (_, mut linux) = platform("linux-x64", "1.0.0");
    linux["libc"] = json!(["musl"]);
    let (_, darwin) = platform("darwin-arm64", "1.0.0");
    let mut main = main_naming(&["linux-x64", "darwin-arm64"]);
    main["bin"] = json!({"tool": "tool.js", "tl": "tool.js"});
    main["publishConfig"] = json!({"access": "public"});
    let files = [
        ("a/a.tgz", npm(&linux)),
        ("b/b.tgz", npm(&darwin)),
        ("c/c.tgz", packed(&main, &[("tool.js", 0o644, b"")])),
        (
            "d/d.tgz",
            npm(&json!({"name": "alone", "version": "2.0.0-rc.1", "publishConfig": {"tag": "beta"}})),
        ),
    ];
    let workspace = Workspace::with(files);
    let run = workspace.prepare_on_runner(&[]).exits(0);
    assert_eq!(run.findings(), "");
    let manifest = workspace.manifest();
    let recorded = |name: &str| {
        let files = manifest["files"].as_array().unwrap();
        let file = files.iter().find(|file| file["project"] == name).unwrap();
        let fields = ["family", "bin", "tag", "access"].map(|key| file["npm"][key].to_string());
        fields.join(" ")
    };
    assert_eq!(recorded("@o/tool-linux-x64"), r#""tool" null null "public""#);
    assert_eq!(recorded("tool"), r#""tool" ["tl","tool"] null "public""#);
    assert_eq!(recorded("alone"), r#"null null "beta" "public""#);
    let table: Vec<&str> = run.summary.lines().filter(|line| line.starts_with('|')).take(3).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    | tool | musl<br><sub>x86&#95;64</sub> | macOS<br><sub>arm64</sub> |
    |---|:-:|:-:|
    | **npm** | ✅ | ✅ |
    ");
    assert!(run.summary.contains("npm: <code>alone</code>, <code>tool</code>\n"), "{}", run.summary);
    let digest = run.output("manifest-digest").to_owned();
    workspace.run(["verify", "--manifest-digest", &digest, "prepared"]).exits(0);
}

/// cargo-dist's package for npm, as it names it.
#[test]
fn a_package_of_cargo_dist() {
    let json = json!({"name": "axolotlsay", "version": "0.2.2", "bin": {"axolotlsay": "run.js"},
        "scripts": {"postinstall": "node ./install.js"}});
    let package = packed(&json, &[("run.js", 0o644, b""), ("install.js", 0o644, b"")]);
    let workspace = Workspace::with([("artifacts-build-global/axolotlsay-npm-package.tar.gz", package)]);
    let run = workspace.prepare_on_runner(&[]).exits(0);
    assert_eq!(run.findings(), "");
    insta::assert_snapshot!(workspace.tree("prepared/npm"), @"0644 axolotlsay-0.2.2.tgz");
    assert!(run.output("npm-packages").contains(r#""name":"axolotlsay""#), "{}", run.output("npm-packages"));
}

/// The artifacts of a napi-rs project without the job that packs them.
#[test]
pub(crate) fn addons_without_a_package() {
    let addon = elf(X86_64, LIBRARY);
    let mut files = vec![
        ("bindings-x86_64-unknown-linux-gnu/tool.linux-x64-gnu.node", addon.clone()),
        ("bindings-aarch64-apple-darwin/tool.darwin-arm64.node", mach_o(AARCH64, LIBRARY)),
    ];
    let run = Workspace::with(files.clone()).prepare(&[]).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[npm-addon]: bindings-aarch64-apple-darwin: tool.darwin-arm64.node: addons of Node.js are here, and no npm package holds one: `tool.darwin-arm64.node`, `tool.linux-x64-gnu.node`");
    assert!(run.says("napi artifacts"), "{}", run.log());
    // The main package alone holds none.
    files.push(("main/tool.tgz", npm(&main_naming(&["linux-x64"]))));
    assert!(Workspace::with(files.clone()).prepare(&[]).exits(0).findings().contains("warning[npm-addon]"));
    // Packed, and uploaded beside.
    let (_, json) = platform("linux-x64", "1.0.0");
    files.push(("npm/x.tgz", packed(&json, &[("tool.node", 0o644, &addon)])));
    let run = Workspace::with(files).prepare(&[]).exits(0);
    assert!(!run.findings().contains("npm-addon"), "{}", run.findings());
}

#[test]
pub(crate) fn tags_of_a_family() {
    let mut main = main_naming(&THREE[..1]);
    main["publishConfig"] = json!({"tag": "lts"});
    let run = with_platforms(main, &[("linux-x64", "1.0.0")]);
    insta::assert_snapshot!(run.exits(0).findings(), @"warning[npm-family-tag]: npm-main: x.tgz: tool 1.0.0 is published under the tag `lts`, and `@o/tool-linux-x64` under npm's default tag");
    let (artifact, mut json) = platform("linux-x64", "1.0.0");
    json["publishConfig"] = json!({"tag": "lts"});
    let mut main = main_naming(&THREE[..1]);
    main["publishConfig"] = json!({"tag": "lts"});
    assert_eq!(family(&[(&artifact, json), ("npm-main", main)]).exits(0).findings(), "");
}

#[test]
pub(crate) fn dependencies_that_nobody_can_install() {
    let one = |json: &Value| prepared(&json!({"repository": OURS, "dependencies": json}));
    insta::assert_snapshot!(one(&json!({"a": "workspace:*", "b": "catalog:", "c": "1.0.0"})).exits(1).findings(), @"error[npm-dependency]: npm: tool.tgz: it depends on what is not in the registry: `a: workspace:*`, `b: catalog:`");
    assert_eq!(one(&json!({"a": "^1.0.0", "b": "npm:c@1", "d": "github:o/r"})).exits(0).findings(), "");
    // Of another package manager, or of nobody.
    let all = json!({"a": "jsr:@o/x@1", "b": "x-1.0.0.tgz", "c": "npm:@o/x@workspace:*"});
    insta::assert_snapshot!(one(&all).exits(1).findings(), @"error[npm-dependency]: npm: tool.tgz: it depends on what is not in the registry: `a: jsr:@o/x@1`, `b: x-1.0.0.tgz`, `c: npm:@o/x@workspace:*`");
    let bundled = json!({"repository": OURS, "dependencies": {"a": "file:x"}, "bundleDependencies": ["a"]});
    assert_eq!(prepared(&bundled).exits(0).findings(), "");
    // What is only needed to build it is not installed.
    let dev = prepared(&json!({"repository": OURS, "devDependencies": {"a": "workspace:*"}}));
    assert_eq!(dev.exits(0).findings(), "");
}

#[test]
pub(crate) fn versions_as_npm_publishes_them() {
    let run = prepared(&json!({"version": "1.0.0+b.1", "repository": OURS})).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[npm-build-metadata]: npm: tool.tgz: its version is 1.0.0+b.1");
    assert!(run.output("npm-packages").contains(r#""version":"1.0.0","#), "{}", run.output("npm-packages"));
    let two = ["a", "b"].map(|build| (build, json!({"name": "tool", "version": format!("1.0.0+{build}")})));
    insta::assert_snapshot!(family(&two).exits(1).findings(), @r"
    error[npm-duplicate]: b: x.tgz: npm publishes it as tool 1.0.0, as it does a: x.tgz
    warning[npm-build-metadata]: a: x.tgz: its version is 1.0.0+a
    warning[npm-build-metadata]: b: x.tgz: its version is 1.0.0+b
    ");
    assert_eq!(prepared(&json!({"version": "v1.0.0", "repository": OURS})).exits(0).findings(), "");
}

#[test]
pub(crate) fn names_of_old_packages() {
    let run = prepared(&json!({"name": "JSONStream", "repository": OURS})).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[npm-name-legacy]: npm: tool.tgz: the name `JSONStream` is not valid for a new package: it holds the capital letter 'J'");
    assert_eq!(run.output("has-npm"), "true");
    assert_eq!(prepared(&json!({"name": "@o/_x", "repository": OURS})).exits(0).findings(), "");
}

#[test]
pub(crate) fn what_publish_config_says() {
    let one = |config: Value| prepared(&json!({"name": "@o/x", "repository": OURS, "publishConfig": config}));
    insta::assert_snapshot!(one(json!({"registry": "https://npm.example.com"})).exits(1).findings(), @"error[npm-registry]: npm: tool.tgz: its `publishConfig` names the registry `https://npm.example.com`");
    assert_eq!(
        one(json!({"registry": "https://registry.example.org/", "access": "public"})).exits(0).findings(),
        ""
    );
    let run = one(json!({"access": "restricted"})).exits(0);
    insta::assert_snapshot!(run.findings(), @"warning[npm-access]: npm: tool.tgz: its `publishConfig.access` is `restricted`");
    assert!(
        run.output("npm-packages").contains(r#""access":"restricted""#),
        "{}",
        run.output("npm-packages")
    );
    let unscoped = prepared(&json!({"repository": OURS, "publishConfig": {"access": "restricted"}})).exits(1);
    insta::assert_snapshot!(unscoped.findings(), @"error[npm-access-unscoped]: npm: tool.tgz: its `publishConfig.access` is `restricted`, and its name `tool` has no scope");
    let elsewhere = json!({"name": "@o/x", "repository": OURS, "publishConfig": {"@o:registry": "https://npm.example.com/"}});
    let run = prepared_on("https://github.com", &elsewhere, &[("npm", "warn")]).exits(0);
    let given = run.output("npm-packages");
    assert!(given.contains(r#""registry":"https://npm.example.com/""#), "{given}");
}

/// A package of these files: path, mode and content.
pub(crate) fn packed(json: &Value, files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let text = json.to_string();
    for (path, mode, bytes) in [("package.json", 0o644, text.as_bytes())].iter().chain(files) {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(*mode);
        archive.append_data(&mut header, format!("package/{path}"), *bytes).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// What is found in a package of these files, off a runner.
fn holding(more: &Value, files: &[(&str, u32, &[u8])]) -> String {
    let mut json = json!({"name": "tool", "version": "1.0.0"});
    json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let workspace = Workspace::with([("npm/tool.tgz", packed(&json, files))]);
    workspace.prepare(&[]).findings()
}

#[test]
pub(crate) fn files_that_package_json_names() {
    let files: &[(&str, u32, &[u8])] =
        &[("bin/tool.js", 0o644, b"#!/usr/bin/env node\n"), ("lib/index.js", 0o644, b"")];
    assert_eq!(holding(&json!({"bin": "./bin/tool.js", "main": "lib"}), files), "");
    insta::assert_snapshot!(holding(&json!({"bin": {"tool": "bin/tool", "b": "bin/tool.js"}}), files), @"error[npm-bin]: npm: tool.tgz: `bin` names what is not in the package: `bin/tool`");
    insta::assert_snapshot!(holding(&json!({"main": "index.js", "types": "index.d.ts"}), files), @"warning[npm-entry-point]: npm: tool.tgz: it does not have files that its package.json names: `main: index.js`, `types: index.d.ts`");
    insta::assert_snapshot!(holding(&json!({"exports": {".": {"import": "./lib/index.mjs", "default": "./lib/index.js"}}}), files), @"warning[npm-entry-point]: npm: tool.tgz: it does not have files that its package.json names: `exports: ./lib/index.mjs`");
    insta::assert_snapshot!(holding(&json!({"exports": {"./*": "./dist/*.js"}}), files), @"warning[npm-entry-point]: npm: tool.tgz: it does not have files that its package.json names: `exports: ./dist/*.js`");
    assert_eq!(holding(&json!({"exports": {".": "./lib/index.js", "./fonts/*": "./fonts/*"}}), files), "");
    assert_eq!(
        holding(&json!({"main": "lib", "types": "x.d.ts", "typesVersions": {"*": {"*": ["t/*"]}}}), files),
        ""
    );
    // It may be written when it is installed.
    let gyp: &[(&str, u32, &[u8])] = &[("binding.gyp", 0o644, b"{}")];
    assert_eq!(holding(&json!({"main": "build/Release/tool.node"}), gyp), "");
    assert_eq!(holding(&json!({"bin": "bin/tool", "scripts": {"postinstall": "node get.js"}}), files), "");
}

#[test]
pub(crate) fn programs_that_do_not_start() {
    let program = elf(X86_64, PROGRAM);
    let with_mode = |mode, more: Value| holding(&more, &[("bin/tool", mode, &program)]);
    insta::assert_snapshot!(with_mode(0o644, json!({})), @"error[npm-executable]: npm: tool.tgz: programs without execute permission: `bin/tool`");
    assert_eq!(with_mode(0o755, json!({})), "");
    assert_eq!(with_mode(0o644, json!({"bin": "bin/tool"})), "");
    assert_eq!(with_mode(0o644, json!({"scripts": {"install": "chmod +x bin/tool"}})), "");
    assert_eq!(with_mode(0o644, json!({"directories": {"bin": "./bin"}})), "");
    // A library is loaded.
    assert_eq!(holding(&json!({}), &[("tool.node", 0o644, &elf(X86_64, LIBRARY))]), "");
    // Windows asks for no permission.
    assert_eq!(holding(&json!({}), &[("tool.exe", 0o644, &pe(X86_64, PROGRAM))]), "");
}

#[test]
pub(crate) fn code_for_another_platform() {
    let (x86_64, aarch64) = (elf(X86_64, PROGRAM), elf(AARCH64, PROGRAM));
    let linux = |cpu| json!({"os": ["linux"], "cpu": [cpu]});
    let one = |program: &[u8], more: Value| holding(&more, &[("bin/tool", 0o755, program)]);
    assert_eq!(one(&x86_64, linux("x64")), "");
    insta::assert_snapshot!(one(&aarch64, linux("x64")), @"error[native-machine]: npm: tool.tgz: `bin/tool`: it is for aarch64");
    insta::assert_snapshot!(one(&x86_64, json!({"os": ["win32"], "cpu": ["x64"]})), @"error[native-machine]: npm: tool.tgz: `bin/tool`: it is an ELF file (x86_64)");
    let darwin = json!({"os": ["darwin"], "cpu": ["arm64"]});
    insta::assert_snapshot!(one(&mach_o(X86_64, PROGRAM), darwin), @"error[native-machine]: npm: tool.tgz: `bin/tool`: it is for x86_64");
    // Windows on Arm runs it, and loads no library so.
    let windows = json!({"os": ["win32"], "cpu": ["arm64"]});
    assert_eq!(one(&pe(X86_64, PROGRAM), windows.clone()), "");
    insta::assert_snapshot!(one(&pe(X86_64, LIBRARY), windows), @"error[native-machine]: npm: tool.tgz: `bin/tool`: it is for x86_64");
    // Helpers for others beside the right one.
    assert_eq!(holding(&linux("x64"), &[("a", 0o755, &aarch64), ("b", 0o755, &x86_64)]), "");
    assert_eq!(one(&aarch64, json!({})), "");
}

#[test]
pub(crate) fn a_name_for_another_platform() {
    let named = |name: &str, more: Value| {
        let mut json = json!({"name": name});
        json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        holding(&json, &[])
    };
    let x64 = |libc: Value| json!({"os": ["linux"], "cpu": ["x64"], "libc": libc});
    assert_eq!(named("@o/x-linux-x64-musl", x64(json!(["musl"]))), "");
    assert_eq!(named("@o/x-linux-x64-musl", json!({"os": ["linux"], "cpu": ["x64"]})), "");
    insta::assert_snapshot!(named("@o/x-linux-x64-musl", x64(json!("glibc"))), @"warning[npm-platform-name]: npm: tool.tgz: its `libc` is `glibc`");
    insta::assert_snapshot!(named("@o/x-darwin-arm64", json!({"os": ["linux"], "cpu": ["arm64"]})), @"warning[npm-platform-name]: npm: tool.tgz: its `os` is `linux`");
}
