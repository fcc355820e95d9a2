//! The release on the disk: all of it or nothing, the same every time, and
//! nothing that is not ours is touched.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use sha2::Digest;

use crate::fixture::{elf, wheel_saying};
use crate::harness::{Workspace, example, names_in};

/// Where a run stages what is to become `prepared`, and what distinguishes it
/// from a folder that happens to bear its name.
const STAGING: &str = ".prepared.release-prep";
const MARK: &str = ".prepared.release-prep/CREATED-BY-RELEASE-PREP";

/// What stands at the output, and why it stays.
type Standing = (&'static str, fn(&Workspace));
type Contents = BTreeMap<PathBuf, Vec<u8>>;

fn one_tool() -> Workspace {
    Workspace::with([("a/tool", elf("tool"))])
}

/// Each line of a checksum file: name and digest.
fn sums(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(|line| line.split_once("  ").unwrap());
    lines.map(|(digest, name)| (name.to_owned(), digest.to_owned())).collect()
}

/// Every file in the folders of a release, by its bare name, sorted.
fn released(workspace: &Workspace) -> BTreeMap<String, Vec<u8>> {
    let contents = workspace.contents("prepared");
    let inside = contents.into_iter().filter(|(path, _)| path.components().count() == 2);
    inside.map(|(path, bytes)| (path.file_name().unwrap().to_str().unwrap().to_owned(), bytes)).collect()
}

#[test]
fn the_example() {
    let workspace = Workspace::new();
    workspace.run(["--artifacts-dir", example().to_str().unwrap()]).exits(0);
    insta::assert_snapshot!(workspace.tree("prepared"), @r"
    0644 SHA256SUMS
    0755 assets/
    0755 assets/hello-release-x86_64-unknown-linux-gnu
    0644 assets/hello-release-x86_64-unknown-linux-gnu.tar.gz
    0755 assets/install.sh
    0755 npm/
    0644 npm/hello-release-1.2.3.tgz
    0644 npm/hello-release-darwin-arm64-1.2.3.tgz
    0644 npm/hello-release-linux-x64-1.2.3.tgz
    0755 pypi/
    0644 pypi/hello_release-1.2.3-py3-none-macosx_11_0_arm64.whl
    0644 pypi/hello_release-1.2.3-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl
    0644 pypi/hello_release-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    0644 pypi/hello_release-1.2.3-py3-none-win_amd64.whl
    0644 pypi/hello_release-1.2.3.tar.gz
    0644 release-manifest.json
    0644 subjects.sha256
    ");
    insta::assert_snapshot!(workspace.read("prepared/SHA256SUMS"), @r"
    f9b2d6fcd4b89d731afadb49b6f8bfa9fcf014d7199bd912040445de7be54024  hello-release-1.2.3.tgz
    8397479eb323c18bc685da43c0aa63bb1f7ec4409d878eb86eeb0790257758a4  hello-release-darwin-arm64-1.2.3.tgz
    3cb940970cfe303b8c2e09b5ee9a46e283a5fd7ac49336ba7f2bc75bce9149e8  hello-release-linux-x64-1.2.3.tgz
    62d7d0d4268b360247fd7ad6bd6069b07db08c99c7cdd28f353b3f93209f58c3  hello-release-x86_64-unknown-linux-gnu
    b047855ee1b58f396bb7931cc29bc24822459caec00b1b08a3632cc942242745  hello-release-x86_64-unknown-linux-gnu.tar.gz
    fc678d874a0e7a55dce30ece1bc5116784433735f61566d11bf3216d893cde5a  hello_release-1.2.3-py3-none-macosx_11_0_arm64.whl
    c4a3e2ee320a46f62a8ad893b3127bf93acb1c06274d9f65e72631e29f135890  hello_release-1.2.3-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl
    d914fb2526acbde4103680716341903731b45eeb6ccd2ab766998a261d13b7df  hello_release-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    d3f3f7f48d1f31564fbe569dfdc7f6cafcd3ef4b89243a847525d0107143aeae  hello_release-1.2.3-py3-none-win_amd64.whl
    34d49ea2fbeb990719f382e703494ea981ae9a17e650d7dd79cdf15f0e15792d  hello_release-1.2.3.tar.gz
    08a4187bd129238ae83f9ccbf0e0a5dcf142946b979023deeae705d6b2dd4fd2  install.sh
    ");
    insta::assert_snapshot!(workspace.read("prepared/subjects.sha256"), @r"
    3d7b5151dee1b47f2d2baffbbe2873d6822117acee9f7735e3f0c8126b0748aa  SHA256SUMS
    f9b2d6fcd4b89d731afadb49b6f8bfa9fcf014d7199bd912040445de7be54024  hello-release-1.2.3.tgz
    8397479eb323c18bc685da43c0aa63bb1f7ec4409d878eb86eeb0790257758a4  hello-release-darwin-arm64-1.2.3.tgz
    3cb940970cfe303b8c2e09b5ee9a46e283a5fd7ac49336ba7f2bc75bce9149e8  hello-release-linux-x64-1.2.3.tgz
    62d7d0d4268b360247fd7ad6bd6069b07db08c99c7cdd28f353b3f93209f58c3  hello-release-x86_64-unknown-linux-gnu
    b047855ee1b58f396bb7931cc29bc24822459caec00b1b08a3632cc942242745  hello-release-x86_64-unknown-linux-gnu.tar.gz
    fc678d874a0e7a55dce30ece1bc5116784433735f61566d11bf3216d893cde5a  hello_release-1.2.3-py3-none-macosx_11_0_arm64.whl
    c4a3e2ee320a46f62a8ad893b3127bf93acb1c06274d9f65e72631e29f135890  hello_release-1.2.3-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl
    d914fb2526acbde4103680716341903731b45eeb6ccd2ab766998a261d13b7df  hello_release-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    d3f3f7f48d1f31564fbe569dfdc7f6cafcd3ef4b89243a847525d0107143aeae  hello_release-1.2.3-py3-none-win_amd64.whl
    34d49ea2fbeb990719f382e703494ea981ae9a17e650d7dd79cdf15f0e15792d  hello_release-1.2.3.tar.gz
    08a4187bd129238ae83f9ccbf0e0a5dcf142946b979023deeae705d6b2dd4fd2  install.sh
    362695ff9060c76c82791a7501352f8b2affb95c9bbde09322047bcdcff5f6e3  release-manifest.json
    ");
}

/// Every byte in the release is a byte that came in.
#[test]
fn bytes_are_those_that_came_in() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&[]).exits(0);
    let mut came: Vec<_> = workspace.contents("artifacts").into_values().collect();
    let mut went: Vec<_> = released(&workspace).into_values().collect();
    came.sort();
    went.sort();
    assert!(came == went);
}

#[test]
fn modes_are_the_same_whatever_the_umask() {
    let trees = ["0000", "0022", "0077", "0777"].map(|umask| {
        let workspace = Workspace::of_the_example();
        let shell = format!("umask {umask} && exec \"$0\" --artifacts-dir artifacts");
        let mut command = Command::new("/bin/sh");
        command.env_clear().current_dir(workspace.path("")).args([
            "-c",
            &shell,
            env!("CARGO_BIN_EXE_release-prep"),
        ]);
        workspace.finish(&mut command).exits(0);
        workspace.tree("prepared")
    });
    assert_eq!(trees, std::array::from_fn(|_| trees[1].clone()));
}

#[test]
fn digests_are_those_of_the_files() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&["--checksum-algorithms", "blake2b, sha512"]).exits(0);
    let digests = |digest: fn(&[u8]) -> String| -> Vec<_> {
        released(&workspace).into_iter().map(|(name, bytes)| (name, digest(&bytes))).collect()
    };
    let sha256 = digests(|bytes| HEXLOWER.encode(&sha2::Sha256::digest(bytes)));
    assert_eq!(sums(&workspace.read("prepared/SHA256SUMS")), sha256);
    let sha512 = digests(|bytes| HEXLOWER.encode(&sha2::Sha512::digest(bytes)));
    assert_eq!(sums(&workspace.read("prepared/SHA512SUMS")), sha512);
    let blake2b = digests(|bytes| HEXLOWER.encode(&blake2::Blake2b512::digest(bytes)));
    assert_eq!(sums(&workspace.read("prepared/B2SUMS")), blake2b);

    let mut subjects = sha256;
    for top in ["B2SUMS", "SHA256SUMS", "SHA512SUMS", "release-manifest.json"] {
        let bytes = workspace.bytes(format!("prepared/{top}"));
        subjects.push((top.to_owned(), HEXLOWER.encode(&sha2::Sha256::digest(bytes))));
    }
    subjects.sort();
    assert_eq!(sums(&workspace.read("prepared/subjects.sha256")), subjects);
}

/// actions/attest takes at most 1,024 subjects and half a mebibyte.
#[test]
fn many_files_are_attested_in_shards() {
    let workspace = Workspace::with((0..1100).map(|n| (format!("a/tool-{n}.exe"), n.to_string())));
    let run = workspace.prepare_on_runner(&[("ignore", "asset-count *")]).exits(0);
    assert_eq!(run.output("subject-checksums"), "");
    assert_eq!(run.output("subjects"), "");
    assert_eq!(run.output("subject-count"), "1102");
    let shards: Vec<String> = serde_json::from_str(run.output("subject-shards")).unwrap();
    assert_eq!(shards, ["prepared/subjects.sha256", "prepared/subjects-2.sha256"]);
    let texts: Vec<_> = shards.iter().map(|shard| workspace.read(shard)).collect();
    assert!(texts.iter().all(|text| text.lines().count() <= 1024 && text.len() <= 512 * 1024));
    let all = sums(&texts.concat());
    assert_eq!(all.len(), 1102);
    assert!(all.is_sorted());
}

#[test]
fn one_artifact_set_gives_one_release() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&[]).exits(0);
    let first = workspace.contents("prepared");
    workspace.prepare(&[]).exits(0);
    assert_eq!(workspace.contents("prepared"), first, "a second run differs");

    // Elsewhere, made in the opposite order, and read on one thread.
    let files: Vec<_> = workspace.contents("artifacts").into_iter().rev().collect();
    let other = Workspace::with(files);
    for (path, _) in other.contents("artifacts") {
        let mode = fs::metadata(workspace.path("artifacts").join(&path)).unwrap().permissions();
        fs::set_permissions(other.path("artifacts").join(path), mode).unwrap();
    }
    let mut alone = other.program();
    other.finish(alone.env("RAYON_NUM_THREADS", "1").args(["--artifacts-dir", "artifacts"])).exits(0);
    assert_eq!(other.contents("prepared"), first);
}

#[test]
fn the_next_release_takes_the_place_of_the_last() {
    let workspace = one_tool();
    workspace.prepare(&["--checksum-algorithms", "sha512"]).exits(0);
    fs::rename(workspace.path("artifacts/a/tool"), workspace.path("artifacts/a/other")).unwrap();
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(workspace.tree("prepared"), @r"
    0644 SHA256SUMS
    0755 assets/
    0644 assets/other
    0644 release-manifest.json
    0644 subjects.sha256
    ");
    assert_eq!(workspace.names(), ["artifacts", "prepared"]);
}

#[test]
fn a_place_of_its_own() {
    let workspace = one_tool();
    fs::create_dir(workspace.path("prepared")).unwrap();
    workspace.prepare(&[]).exits(0);
    workspace.prepare(&["--output-dir", "deep/er/out"]).exits(0);
    assert_eq!(names_in(&workspace.path("deep/er")), ["out"]);
    // A refusal leaves no folder that was made for it.
    workspace.prepare(&["--output-dir", "else/out", "--pattern", "x"]).exits(1);
    assert_eq!(workspace.names(), ["artifacts", "deep", "prepared"]);
}

/// What stands at the output and is no whole release stays as it is.
#[test]
pub(crate) fn what_is_not_ours_stays() {
    let cases: [Standing; 8] = [
        ("is not empty", |w| w.write("prepared/thesis.txt", "years of work")),
        ("is not empty", |w| w.write("prepared/release-manifest.json", "{}")),
        ("is a regular file", |w| w.write("prepared", "a file")),
        ("is a symbolic link", |w| symlink("artifacts", w.path("prepared")).unwrap()),
        ("is a symbolic link", |w| symlink("nowhere", w.path("prepared")).unwrap()),
        ("changed: assets/tool", |w| {
            w.prepare(&[]).exits(0);
            w.write("prepared/assets/tool", elf("mine"));
        }),
        ("missing: assets/tool", |w| {
            w.prepare(&[]).exits(0);
            fs::remove_file(w.path("prepared/assets/tool")).unwrap();
        }),
        ("additional: notes.txt", |w| {
            w.prepare(&[]).exits(0);
            w.write("prepared/notes.txt", "mine");
        }),
    ];
    for (why, make) in cases {
        let workspace = one_tool();
        make(&workspace);
        let (before, names) = (workspace.tree(""), workspace.names());
        let contents = workspace.contents("");
        let run = workspace.prepare(&[]).exits(2);
        assert!(run.err.contains("output-dir: `prepared`") && run.err.contains(why), "{}", run.err);
        assert_eq!((workspace.tree(""), workspace.names()), (before, names), "{why}");
        assert!(workspace.contents("") == contents, "{why}");
    }
}

#[test]
pub(crate) fn no_link_above_the_output_is_followed() {
    let workspace = one_tool();
    fs::create_dir(workspace.path("real")).unwrap();
    symlink("real", workspace.path("linked")).unwrap();
    for output in ["linked/out", "linked/more/out"] {
        let run = workspace.prepare(&["--output-dir", output]).exits(2);
        assert!(run.err.contains("output-dir: `linked` is a symbolic link"), "{}", run.err);
    }
    assert_eq!(workspace.tree("real"), "");
}

#[test]
fn leftovers_of_a_dead_run_are_removed() {
    let workspace = one_tool();
    for leftover in ["spool/0", "incoming/0", "incoming/1", "release/assets/tool", "release/SHA256SUMS"] {
        workspace.write(format!("{STAGING}/{leftover}"), "half");
    }
    workspace.write(MARK, "");
    symlink("../artifacts", workspace.path(format!("{STAGING}/link"))).unwrap();
    workspace.prepare(&[]).exits(0);
    assert_eq!(workspace.names(), ["artifacts", "prepared"]);
    assert_eq!(workspace.contents("artifacts").len(), 1, "a link was followed");
    // Dead before it had made its mark.
    fs::create_dir(workspace.path(STAGING)).unwrap();
    workspace.prepare(&[]).exits(0);
    assert_eq!(workspace.names(), ["artifacts", "prepared"]);
}

/// A run that died between the two renames had moved the release aside.
#[test]
fn a_release_that_was_moved_aside_goes_back() {
    let workspace = one_tool();
    workspace.prepare(&[]).exits(0);
    let first = workspace.contents("prepared");
    workspace.write(MARK, "");
    fs::rename(workspace.path("prepared"), workspace.path(STAGING).join("previous")).unwrap();
    // Also by a run that itself comes to nothing.
    workspace.prepare(&["--max-unpacked-size", "1"]).exits(1);
    assert_eq!(workspace.contents("prepared"), first);
    assert_eq!(workspace.names(), ["artifacts", "prepared"]);
    // The other way round the new one stands, and the old one goes.
    workspace.write(MARK, "");
    workspace.write(format!("{STAGING}/previous/SHA256SUMS"), "");
    workspace.prepare(&[]).exits(0);
    assert_eq!(workspace.contents("prepared"), first);
    assert_eq!(workspace.names(), ["artifacts", "prepared"]);
}

#[test]
pub(crate) fn a_folder_that_only_bears_the_name_stays() {
    for make in [
        |w: &Workspace| w.write(format!("{STAGING}/thesis.txt"), "years of work"),
        |w: &Workspace| w.write(STAGING, "a file"),
        |w: &Workspace| symlink("artifacts", w.path(STAGING)).unwrap(),
    ] {
        let workspace = one_tool();
        make(&workspace);
        let before = (workspace.tree(""), workspace.contents(""));
        let run = workspace.prepare(&[]).exits(2);
        assert!(run.err.contains(&format!("`{STAGING}` is needed for staging")), "{}", run.err);
        assert!((workspace.tree(""), workspace.contents("")) == before);
    }
}

#[test]
pub(crate) fn a_run_waits_for_no_other() {
    let workspace = one_tool();
    fs::create_dir(workspace.path(STAGING)).unwrap();
    workspace.write(MARK, "");
    let held = File::open(workspace.path(STAGING)).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    insta::assert_snapshot!(workspace.prepare(&[]).exits(3).err, @r"
    error: another run is at work on `.prepared.release-prep`: its staging area is locked
      help: Wait for it to end, or give this run an output-dir of its own.
    ");
    assert_eq!(workspace.names(), [STAGING, "artifacts"]);
    workspace.prepare(&["--output-dir", "else"]).exits(0);
    // The lock ends with its holder, however that ends.
    drop(held);
    workspace.prepare(&[]).exits(0);
}

#[test]
fn of_runs_at_once_one_wins() {
    let workspace = Workspace::with((0..200).map(|n| (format!("a/tool-{n}.exe"), n.to_string())));
    let start = || {
        let mut command = workspace.program();
        command.args(["--artifacts-dir", "artifacts"]).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let runs: Vec<_> = (0..6).map(|_| start()).collect();
    let codes: Vec<_> = runs.into_iter().map(|mut run| run.wait().unwrap().code()).collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 3))), "{codes:?}");
    workspace.run(["verify"]).exits(0);
    assert_eq!(workspace.names(), ["artifacts", "prepared"]);
}

/// Kills a run after a while, and returns what is then at the output.
fn kill_after(workspace: &Workspace, delay: Duration) -> Option<Contents> {
    let mut run =
        workspace.program().args(["--artifacts-dir", "artifacts"]).stdout(Stdio::null()).spawn().unwrap();
    thread::sleep(delay);
    run.kill().unwrap();
    run.wait().unwrap();
    workspace.path("prepared").exists().then(|| workspace.contents("prepared"))
}

#[test]
fn killed_at_any_moment() {
    const STEPS: u32 = 40;
    let files = (0..60).map(|n| (format!("a/tool-{n}"), elf(&"x".repeat(40_000 + n))));
    let workspace = Workspace::with(files);
    let wheel = "artifacts/a/foo-1.0-py3-none-any.whl";
    let releases = ["one", "other"].map(|text| {
        workspace.write(wheel, wheel_saying("foo-1.0-py3-none-any.whl", text));
        workspace.prepare(&[]).exits(0);
        workspace.contents("prepared")
    });
    let before = Instant::now();
    workspace.prepare(&[]).exits(0);
    let whole = before.elapsed();
    for step in 0..=STEPS {
        let delay = whole * step / (STEPS - 5);
        // Once there is nothing, once there is the other release.
        for there in [None, Some(&releases[0])] {
            if there.is_none() {
                fs::remove_dir_all(workspace.path("prepared")).unwrap();
            }
            let text = if there.is_none() { "one" } else { "other" };
            workspace.write(wheel, wheel_saying("foo-1.0-py3-none-any.whl", text));
            let stands = kill_after(&workspace, delay);
            let wanted = &releases[usize::from(there.is_some())];
            assert!(
                stands.as_ref() == there || stands.as_ref() == Some(wanted),
                "after {delay:?} there is something else"
            );
            workspace.prepare(&[]).exits(0);
            assert!(workspace.contents("prepared") == *wanted);
            assert_eq!(workspace.names(), ["artifacts", "prepared"], "after {delay:?}");
        }
    }
}

#[test]
fn cancelled() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let workspace = one_tool();
        workspace.prepare(&[]).exits(0);
        let existing_output = workspace.contents("prepared");
        for n in 0..20 {
            // More than can be read in a moment, and nothing on the disk.
            let file = File::create(workspace.path(format!("artifacts/a/{n}.exe"))).unwrap();
            file.set_len(400 << 20).unwrap();
        }
        let mut command = workspace.program();
        command.args(["--artifacts-dir", "artifacts"]).stdout(Stdio::null()).stderr(Stdio::piped());
        let run = command.spawn().unwrap();
        let patience = Instant::now();
        while !workspace.path(STAGING).join("incoming/0").exists() {
            assert!(patience.elapsed() < Duration::from_secs(20), "nothing is staged");
            thread::sleep(Duration::from_millis(1));
        }
        kill_process(Pid::from_child(&run), signal).unwrap();
        let ended = run.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(code));
        assert_eq!(String::from_utf8(ended.stderr).unwrap(), "cancelled; nothing was written\n");
        assert_eq!(workspace.contents("prepared"), existing_output);
        assert_eq!(workspace.names(), ["artifacts", "prepared"]);
    }
}

#[test]
fn a_dry_run_leaves_nothing() {
    let workspace = one_tool();
    let run = workspace.prepare(&["--dry-run", "--output-dir", "deep/out"]).exits(0);
    insta::assert_snapshot!(run.log(), @r"
    read 1 file of 1 artifact (12 B)
      assets/  1 executable                      12 B
    Dry run, nothing written: 1 file, 0 renamed, 3 subjects to attest.
    ");
    assert_eq!(workspace.names(), ["artifacts"]);
    workspace.prepare(&[]).exits(0);
    let before = workspace.contents("prepared");
    workspace.write("artifacts/a/more", elf("more"));
    workspace.prepare(&["--dry-run"]).exits(0);
    assert_eq!(workspace.contents("prepared"), before);
}

/// What is put at the output during the run is noticed before it is replaced.
#[test]
fn what_appears_at_the_output_during_the_run_stays() {
    for has_release in [true, false] {
        let workspace = one_tool();
        if has_release {
            workspace.prepare(&[]).exits(0);
        }
        // More than can be read in a moment.
        for n in 0..2 {
            let file = File::create(workspace.path(format!("artifacts/a/{n}.exe"))).unwrap();
            file.set_len(200 << 20).unwrap();
        }
        let mut command = workspace.program();
        command.args(["--artifacts-dir", "artifacts"]).stdout(Stdio::null()).stderr(Stdio::piped());
        let run = command.spawn().unwrap();
        let patience = Instant::now();
        while !workspace.path(STAGING).join("incoming/0").exists() {
            assert!(patience.elapsed() < Duration::from_secs(20), "nothing is staged");
            thread::sleep(Duration::from_millis(1));
        }
        workspace.write("prepared/thesis.txt", "years of work");
        let ended = run.wait_with_output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{err}");
        assert!(err.contains("output-dir: `prepared` is not empty"), "{err}");
        assert_eq!(workspace.read("prepared/thesis.txt"), "years of work");
        assert_eq!(workspace.path("prepared/SHA256SUMS").exists(), has_release);
        assert_eq!(workspace.names(), ["artifacts", "prepared"]);
    }
}

/// Folders of another user, as a container that ran as root leaves them.
#[test]
fn folders_of_another_user() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let workspace = one_tool();
    fs::set_permissions(workspace.path(".."), fs::Permissions::from_mode(0o755)).unwrap();
    chown(workspace.path(""), Some(1234), Some(2345)).unwrap();
    workspace.prepare(&[]).exits(0);
    let before = workspace.contents("prepared");
    chown(workspace.path("prepared"), Some(0), Some(0)).unwrap();
    insta::assert_snapshot!(workspace.prepare(&[]).exits(3).err, @r"
    error: output-dir: `prepared` cannot be moved by this user, to whom it must belong: prepared: Permission denied (os error 13)
      help: Remove it or change its owner as root (`sudo chown -R`), or choose another output-dir.
    ");
    assert!(workspace.contents("prepared") == before);
    fs::create_dir(workspace.path("of-root")).unwrap();
    insta::assert_snapshot!(workspace.prepare(&["--output-dir", "of-root/out"]).exits(3).err, @r"
    error: output-dir: this user cannot write to the folder that it is in: of-root/.out.release-prep: Permission denied (os error 13)
      help: Change the owner or mode of that folder, or choose another output-dir.
    ");
    assert_eq!(workspace.names(), ["artifacts", "of-root", "prepared"]);
}

/// A container that allows no more processes.
#[test]
pub(crate) fn no_thread_can_be_started() {
    let workspace = one_tool();
    fs::set_permissions(workspace.path(".."), fs::Permissions::from_mode(0o755)).unwrap();
    if rustix::process::geteuid().is_root() {
        // The limit does not hold for root.
        chown(workspace.path(""), Some(1234), Some(2345)).unwrap();
    }
    for limit in [1, 2] {
        let shell = format!("ulimit -u {limit} && exec \"$0\" --artifacts-dir artifacts");
        let mut command = Command::new("/bin/bash");
        command.env_clear().current_dir(workspace.path("")).args([
            "-c",
            &shell,
            env!("CARGO_BIN_EXE_release-prep"),
        ]);
        let run = workspace.finish(&mut command).exits(3);
        assert!(
            run.err.contains("no thread could be started") && run.err.contains("--pids-limit"),
            "{}",
            run.err
        );
        assert_eq!(workspace.names(), ["artifacts"]);
    }
}

/// A file system that reports an exchange that it does not make, or refuses it
/// as it would a plain rename. Needs strace, which answers in its place.
#[test]
fn a_file_system_without_exchange() {
    let can_trace = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !can_trace.is_ok_and(|status| status.success()) {
        return;
    }
    for answer in ["retval=0", "error=ENOTEMPTY", "error=EEXIST", "error=EINVAL"] {
        let workspace = one_tool();
        workspace.prepare(&[]).exits(0);
        workspace.write("artifacts/a/other", elf("other"));
        let inject = format!("inject=renameat2:{answer}");
        let mut command = Command::new("strace");
        command.current_dir(workspace.path("")).args([
            "-f",
            "-o",
            "/dev/null",
            "-e",
            "trace=renameat2",
            "-e",
            &inject,
        ]);
        command.args([env!("CARGO_BIN_EXE_release-prep"), "--artifacts-dir", "artifacts"]);
        workspace.finish(&mut command).exits(0);
        assert_eq!(names_in(&workspace.path("prepared/assets")), ["other", "tool"], "{answer}");
        workspace.run(["verify"]).exits(0);
        assert_eq!(workspace.names(), ["artifacts", "prepared"]);
    }
}
