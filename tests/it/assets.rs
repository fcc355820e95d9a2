//! Names of assets: equal ones of several targets.

use crate::fixture::elf;
use crate::harness::{Workspace, sha256};

fn two_targets(file: &str) -> Workspace {
    Workspace::with(["bin-x86_64-unknown-linux-gnu", "bin-aarch64-unknown-linux-gnu"].into_iter().flat_map(
        |artifact| {
            let bytes = elf(artifact);
            let sidecar = format!("{}  {file}\n", sha256(&bytes)).into_bytes();
            [(format!("{artifact}/{file}"), bytes), (format!("{artifact}/{file}.sha256"), sidecar)]
        },
    ))
}

#[test]
fn one_finding_for_a_name() {
    let run = two_targets("tool").prepare(&[]).exits(1);
    insta::assert_snapshot!(run.findings(), @"error[name-collision]: bin-aarch64-unknown-linux-gnu: tool: `tool` is the name of 2 files with 2 different contents: `bin-aarch64-unknown-linux-gnu: tool`, `bin-x86_64-unknown-linux-gnu: tool`");
    assert!(run.err.contains("asset-names: qualify"), "{}", run.err);
}

#[test]
fn targets_are_added_to_equal_names() {
    let workspace = two_targets("tool.exe");
    assert_eq!(workspace.prepare(&["--asset-names", "qualify"]).exits(0).findings(), "");
    insta::assert_snapshot!(workspace.tree("prepared/assets"), @"
    0644 tool-aarch64-unknown-linux-gnu.exe
    0644 tool-aarch64-unknown-linux-gnu.exe.sha256
    0644 tool-x86_64-unknown-linux-gnu.exe
    0644 tool-x86_64-unknown-linux-gnu.exe.sha256
    ");
    let name = "tool-aarch64-unknown-linux-gnu.exe";
    let sidecar = workspace.read(format!("prepared/assets/{name}.sha256"));
    assert_eq!(sidecar, format!("{}  {name}\n", sha256(&elf("bin-aarch64-unknown-linux-gnu"))));
}

/// Names that no two files have stay as they are, and so does what is signed.
#[test]
fn other_names_stay() {
    let workspace =
        Workspace::with([("bin-linux-x64/tool-a", elf("a")), ("bin-darwin-arm64/tool-b", elf("b"))]);
    workspace.prepare(&["--asset-names", "qualify"]).exits(0);
    assert_eq!(workspace.tree("prepared/assets"), "0644 tool-a\n0644 tool-b\n");
    let workspace = two_targets("tool");
    workspace.write("artifacts/bin-x86_64-unknown-linux-gnu/tool.asc", "-----BEGIN PGP SIGNATURE-----\n");
    let run = workspace.prepare(&["--asset-names", "qualify"]).exits(1);
    assert!(run.findings().starts_with("error[name-collision]"), "{}", run.findings());
}

#[test]
fn files_in_and_out() {
    let files = ["tool.zip", "debug.zip", "notes.txt"];
    let released = |pattern: &str| {
        let workspace =
            Workspace::with(files.map(|name| (format!("a/{name}"), crate::fixture::zip(&[("f", name)]))));
        let run = workspace.prepare(&["--pattern", pattern]);
        (run.exits(0).findings(), workspace.tree("prepared/assets").replace("0644 ", "").replace('\n', " "))
    };
    assert_eq!(released("!file:*.txt"), (String::new(), "debug.zip tool.zip ".to_owned()));
    assert_eq!(released("file:*.zip\n!file:debug*"), (String::new(), "tool.zip ".to_owned()));
    assert_eq!(released("a\nfile:notes.*"), (String::new(), "notes.txt ".to_owned()));
}

/// The program that cargo-dist hands from job to job is no part of a release.
#[test]
fn the_cache_of_cargo_dist() {
    let workspace = Workspace::with([("cargo-dist-cache/dist", elf("d")), ("a/tool", elf("t"))]);
    assert_eq!(workspace.prepare(&[]).exits(0).findings(), "");
    assert_eq!(workspace.tree("prepared/assets"), "0644 tool\n");
}

/// Where the artifacts' names say no target, the folders or the bytes do.
#[test]
fn targets_of_folders_and_bytes() {
    let elf = |machine: u8| {
        let mut bytes = vec![0_u8; 4096];
        bytes[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\x00");
        bytes[16..20].copy_from_slice(&[2, 0, machine, 0]);
        bytes
    };
    for (paths, names) in [
        (
            [
                "all/target/x86_64-unknown-linux-gnu/release/tool",
                "all/target/aarch64-unknown-linux-gnu/release/tool",
            ],
            ["tool-aarch64-unknown-linux-gnu", "tool-x86_64-unknown-linux-gnu"],
        ),
        (["one/tool", "two/tool"], ["tool-linux-aarch64", "tool-linux-x86_64"]),
        (["one-linux-x64/tool", "two/tool"], ["tool-linux-aarch64", "tool-linux-x64"]),
    ] {
        let workspace = Workspace::with(paths.into_iter().zip([elf(62), elf(183)]));
        let run = workspace.prepare(&[]).exits(1);
        assert!(run.says(names[0]) && run.says("asset-names: qualify"), "{}", run.err);
        assert_eq!(workspace.prepare(&["--asset-names", "qualify"]).exits(0).findings(), "");
        assert_eq!(crate::harness::names_in(&workspace.path("prepared/assets")), names);
    }
}
