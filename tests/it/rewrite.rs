//! `normalize: rewrite`: what is fixed, what is left alone, and that the
//! result is a wheel.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::fixture::{Entry, unicode_path, wheel};
use crate::harness::Workspace;
use crate::wheelwright::Wheelwright;

const REWRITE: [&str; 4] = ["--normalize", "rewrite", "--version", "any"];

/// The files of a wheel by name, in its order.
fn files(wheel: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(wheel)).unwrap();
    (0..archive.len())
        .map(|number| {
            let mut entry = archive.by_index(number).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// What one file of a wheel says.
fn text(wheel: &[u8], name: &str) -> String {
    let (_, bytes) = files(wheel).into_iter().find(|(path, _)| path.ends_with(name)).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Every row of RECORD against the files, by nothing of this project's own.
fn record_verifies(wheel: &[u8]) {
    let files: BTreeMap<String, Vec<u8>> = files(wheel).into_iter().collect();
    let record = text(wheel, ".dist-info/RECORD");
    let mut listed = BTreeSet::new();
    for row in csv::ReaderBuilder::new().has_headers(false).from_reader(record.as_bytes()).records() {
        let row = row.unwrap();
        let bytes = files.get(&row[0]).unwrap_or_else(|| panic!("{} is no file", &row[0]));
        if row[0].ends_with(".dist-info/RECORD") {
            assert_eq!((&row[1], &row[2]), ("", ""), "RECORD's own row");
        } else {
            assert_eq!(
                row[1],
                format!("sha256={}", BASE64URL_NOPAD.encode(&Sha256::digest(bytes))),
                "{}",
                &row[0]
            );
            assert_eq!(row[2], bytes.len().to_string(), "{}", &row[0]);
        }
        listed.insert(row[0].to_owned());
    }
    assert_eq!(listed, files.keys().filter(|name| !name.ends_with('/')).cloned().collect());
}

fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// All that a rewrite fixes, in one wheel.
fn misspelt() -> Wheelwright {
    Wheelwright::new("Foo.Bar-1.0.RC1-7-py3.py2-none-any.whl")
        .wheel("Wheel-Version: 1.0\r\nGenerator: old 1\r\nX-Vendor: kept\r\nTag: py3.PY2-none-any\r\nGenerator: repair 2\r\n\r\n")
        .file("Foo.Bar-1.0.RC1.data/scripts/foo,bar", "#!python\n")
        .record(|rows| {
            rows.into_iter().map(|row| row.replace("Foo.Bar-1.0.RC1.data/scripts/foo,bar", "\"Foo.Bar-1.0.RC1.data/scripts/foo,bar\"") + "\r").collect()
        })
}

#[test]
fn what_is_fixed() {
    let old = misspelt();
    let workspace = Workspace::with([(format!("w/{}", old.file_name()), old.build())]);
    let run = workspace.prepare(&REWRITE).exits(0);
    let name = "foo_bar-1.0rc1-7-py2.py3-none-any.whl";
    let new = workspace.bytes(format!("prepared/pypi/{name}"));
    insta::assert_snapshot!(run.out.replace(&sha256(&old.build()), "[old]").replace(&sha256(&new), "[new]"), @r"
    renamed Foo.Bar-1.0.RC1-7-py3.py2-none-any.whl
         to foo_bar-1.0rc1-7-py2.py3-none-any.whl
      pypi/    1 wheel                           1.1 kB
               py2.py3      any
    Check it anywhere: release-prep verify --manifest-digest 0713f3d3aea6df6802e1644348d8acf6cbf0983b5ebc145e1985f4b5b1e9118f prepared
    Prepared in prepared: 1 file, 0 renamed, 1 rewritten, 3 subjects to attest.
    ");
    insta::assert_snapshot!(text(&new, "/WHEEL").replace('\r', "\\r"), @r"
    Wheel-Version: 1.0\r
    Generator: old 1\r
    X-Vendor: kept\r
    Build: 7\r
    Tag: py2-none-any\r
    Tag: py3-none-any\r
    Generator: repair 2\r
    \r
    ");
    insta::assert_snapshot!(text(&new, "/RECORD").replace('\r', "\\r"), @r#"
    module.py,sha256=Nde7zDpPwaGXJn4qQt64RH0fwAOSUX0oyheE08S1Y3Y,41\r
    foo_bar-1.0rc1.dist-info/METADATA,sha256=Yyi9qGjKM3VcJsoPr6cu1sgYROUuCgeEAGeXFIrKl5Q,53\r
    foo_bar-1.0rc1.dist-info/WHEEL,sha256=I24t1YFJJBcpHQdCdTsZGjwwSvYwgAV8XW4oPj9517U,125\r
    "foo_bar-1.0rc1.data/scripts/foo,bar",sha256=NKJyCC0fONcaYytG9mysca37TZf8wBDISvRNAW-78pQ,9\r
    foo_bar-1.0rc1.dist-info/RECORD,,\r
    "#);
    record_verifies(&new);

    let file = &workspace.manifest()["files"][0];
    assert_eq!(file["origins"][0]["action"], "rewritten");
    assert_eq!(file["origins"][0]["rewritten_from"], sha256(&old.build()));
    assert_eq!(file["digests"]["sha256"], sha256(&new));
    assert_eq!(file["wheel"]["build"], "7");
}

/// Whatever is not fixed is copied as it is packed, in its order, and the
/// same wheel gives the same bytes.
#[test]
fn the_rest_is_copied() {
    let old = misspelt().entry(Entry { mode: 0o100_755, ..Entry::new("stored", b"as it is") });
    let workspace = Workspace::with([(format!("w/{}", old.file_name()), old.build())]);
    workspace.prepare(&REWRITE).exits(0);
    let new = workspace.bytes("prepared/pypi/foo_bar-1.0rc1-7-py2.py3-none-any.whl");
    workspace.prepare(&[&REWRITE[..], &["--output-dir", "again"]].concat()).exits(0);
    assert_eq!(new, workspace.bytes("again/pypi/foo_bar-1.0rc1-7-py2.py3-none-any.whl"));

    let old = old.build();
    let mut before = zip::ZipArchive::new(Cursor::new(&old[..])).unwrap();
    let mut after = zip::ZipArchive::new(Cursor::new(&new[..])).unwrap();
    assert_eq!(before.len(), after.len());
    for number in 0..before.len() {
        let (mut one, mut other) =
            (before.by_index_raw(number).unwrap(), after.by_index_raw(number).unwrap());
        let name = one.name().unwrap().into_owned();
        assert_eq!(name.replace("Foo.Bar-1.0.RC1.", "foo_bar-1.0rc1."), other.name().unwrap());
        assert_eq!(one.unix_mode(), other.unix_mode(), "{name}");
        assert_eq!(one.last_modified(), other.last_modified(), "{name}");
        assert_eq!(one.compression(), other.compression(), "{name}");
        let (mut packed, mut copied) = (Vec::new(), Vec::new());
        one.read_to_end(&mut packed).unwrap();
        other.read_to_end(&mut copied).unwrap();
        let is_new = name.ends_with("/WHEEL") || name.ends_with("/RECORD");
        assert_eq!(packed == copied, !is_new, "{name}");
    }
}

#[test]
fn a_canonical_wheel_keeps_its_bytes() {
    let name = "foo-1.0-1-py2.py3-none-any.whl";
    let wheel = wheel(name);
    let workspace = Workspace::with([(format!("w/{name}"), &wheel)]);
    workspace.prepare(&REWRITE).exits(0);
    assert_eq!(workspace.bytes(format!("prepared/pypi/{name}")), wheel);
    assert_eq!(workspace.manifest()["files"][0]["origins"][0]["action"], "kept");
}

/// Tags out of order in the name alone: a rename is enough.
#[test]
fn a_rename_that_is_enough_stays_a_rename() {
    let old = Wheelwright::new("foo-1.0-py3.py2-none-any.whl")
        .wheel("Wheel-Version: 1.0\nTag: py2-none-any\nTag: py3-none-any\n");
    let workspace = Workspace::with([(format!("w/{}", old.file_name()), old.build())]);
    workspace.prepare(&REWRITE).exits(0);
    assert_eq!(workspace.bytes("prepared/pypi/foo-1.0-py2.py3-none-any.whl"), old.build());
    assert_eq!(workspace.manifest()["files"][0]["origins"][0]["action"], "renamed");
}

/// A wheel that is not for the index is fixed like any other, and goes by the
/// name after which its folders are spelt then.
#[test]
fn an_asset_goes_by_its_new_name() {
    let old = misspelt();
    let workspace = Workspace::with([(format!("w/{}", old.file_name()), old.build())]);
    workspace.prepare(&[&REWRITE[..], &["--pypi-exclude", "Foo.Bar-*"]].concat()).exits(0);
    let new = workspace.bytes("prepared/assets/foo_bar-1.0rc1-7-py2.py3-none-any.whl");
    record_verifies(&new);
    let file = &workspace.manifest()["files"][0];
    assert_eq!(file["folder"], "assets");
    assert_eq!(file["origins"][0]["path"], old.file_name());
    assert_eq!(file["origins"][0]["action"], "rewritten");
    assert_eq!(file["origins"][0]["rewritten_from"], sha256(&old.build()));

    // Fixed or not, the tags of an asset's name stay as they are.
    let workspace = Workspace::with([(format!("w/{}", old.file_name()), old.build())]);
    workspace.prepare(&["--version", "any", "--pypi-exclude", "Foo.Bar-*"]).exits(0);
    assert_eq!(workspace.bytes(format!("prepared/assets/{}", old.file_name())), old.build());
}

#[test]
fn what_is_signed_is_left_alone() {
    let unsorted = |name: &str| Wheelwright::new(name).wheel("Wheel-Version: 1.0\nTag: py2.py3-none-any\n");
    let inside = unsorted("in-1.0-py2.py3-none-any.whl")
        .file("{}/RECORD.jws", "{}")
        .record(|rows| rows.into_iter().filter(|row| !row.contains("RECORD.jws")).collect());
    let beside = unsorted("by-1.0-py2.py3-none-any.whl");
    let workspace = Workspace::with([
        (format!("w/{}", inside.file_name()), inside.build()),
        (format!("w/{}", beside.file_name()), beside.build()),
        (format!("w/{}.asc", beside.file_name()), b"signature".to_vec()),
    ]);
    let run = workspace.prepare(&REWRITE).exits(0);
    insta::assert_snapshot!(run.findings(), @r"
    warning[wheel-signature]: w: in-1.0-py2.py3-none-any.whl: it holds `in-1.0.dist-info/RECORD.jws`
    warning[not-rewritten]: w: by-1.0-py2.py3-none-any.whl: it has a signature or attestation under its name
    warning[not-rewritten]: w: in-1.0-py2.py3-none-any.whl: its RECORD is signed: `in-1.0.dist-info/RECORD.jws`
    ");
    for wheel in [&inside, &beside] {
        assert_eq!(workspace.bytes(format!("prepared/pypi/{}", wheel.file_name())), wheel.build());
    }
}

/// A wheel that was signed is the same wheel in another artifact.
#[test]
fn what_is_signed_elsewhere_is_left_alone_too() {
    let wheel =
        Wheelwright::new("foo-1.0-py3.py2-none-any.whl").wheel("Wheel-Version: 1.0\nTag: py2.py3-none-any\n");
    let name = wheel.file_name();
    let workspace = Workspace::with([
        (format!("a/{name}"), wheel.build()),
        (format!("b/{name}"), wheel.build()),
        (format!("b/{name}.asc"), b"signature".to_vec()),
    ]);
    for normalize in ["rename", "rewrite"] {
        let run = workspace.prepare(&["--normalize", normalize]).exits(0);
        assert!(!run.says("error["), "{}", run.log());
        assert_eq!(workspace.bytes(format!("prepared/pypi/{name}")), wheel.build(), "{normalize}");
    }
    let origins = &workspace.manifest()["files"][0]["origins"];
    assert_eq!((&origins[0]["action"], &origins[1]["action"]), (&"kept".into(), &"kept".into()), "{origins}");
}

/// A wheel that cannot be rewritten keeps its bytes and is judged as it is; the
/// others are, and no fault ends the run.
#[test]
pub(crate) fn what_cannot_be_copied_is_left_alone() {
    let spelt = |entries: Vec<Entry>| {
        let wheel = Wheelwright::new("Foo-1.0-py3-none-any.whl");
        entries.into_iter().fold(wheel, Wheelwright::entry)
    };
    let flagged = |name: &str| Entry { flags: 1 << 11, ..Entry::new(name, b"") };
    let moving = "Foo-1.0.data/scripts/\u{e9}";
    let named_again = spelt(vec![Entry { extra: unicode_path(moving.as_bytes()), ..flagged(moving) }]);
    let row = |path: &'static str| {
        Wheelwright::new("Foo-1.0-py3-none-any.whl").record(move |rows| {
            [vec![format!("{path},sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0")], rows].concat()
        })
    };
    let empty = |name: &str| Entry::new(name, b"");
    for (wheel, why) in [
        (named_again, "the rewritten wheel is refused: "),
        (spelt(vec![empty("Foo-1.0.data/data/x"), empty("foo-1.0.data")]), "`foo-1.0.data` is there already"),
        (row("foo-1.0.dist-info/METADATA"), "`foo-1.0.dist-info` is there already"),
    ] {
        let other = misspelt();
        let workspace = Workspace::with([
            (format!("a/{}", wheel.file_name()), wheel.build()),
            (format!("b/{}", other.file_name()), other.build()),
        ]);
        // That it is misspelt is an error, for which there is no remedy here.
        let run = workspace.prepare(&REWRITE).exits(1);
        let warning = format!("warning[not-rewritten]: it is not rewritten: {why}");
        assert!(run.says(&warning) && run.says("error[wheel-spelling]"), "{why}: {}", run.log());
        let run = workspace.prepare(&[&REWRITE[..], &["--pypi", "off"]].concat()).exits(0);
        assert!(run.says(", 1 rewritten,"), "{why}: {}", run.log());
        assert_eq!(workspace.bytes("prepared/pypi/Foo-1.0-py3-none-any.whl"), wheel.build(), "{why}");
    }
}

/// The paths of RECORD are spelt as the archive spells them.
#[test]
fn records_paths_are_fixed() {
    let wheel = Wheelwright::new("foo-1.0-py3-none-any.whl").file("a/b.py", "").record(|rows| {
        rows.into_iter()
            .map(|row| row.replace("a/b", ".\\a\\b").replace("foo-1.0.dist-info/", "/foo-1.0.dist-info\\"))
            .collect()
    });
    let workspace = Workspace::with([(format!("w/{}", wheel.file_name()), wheel.build())]);
    let run = workspace.prepare(&[]).exits(0);
    assert!(run.says("warning[record-names]"), "{}", run.log());
    let run = workspace.prepare(&REWRITE).exits(0);
    assert!(!run.says("warning["), "{}", run.log());
    record_verifies(&workspace.bytes(format!("prepared/pypi/{}", wheel.file_name())));
}

/// RECORD has neither digest nor size of itself, whatever it said.
#[test]
fn records_own_row_is_empty() {
    let wheel = Wheelwright::new("Foo-1.0-py3-none-any.whl").record(|rows| {
        rows.into_iter()
            .map(|row| if row.ends_with("/RECORD,,") { format!("{row}253") } else { row })
            .collect()
    });
    let workspace = Workspace::with([(format!("w/{}", wheel.file_name()), wheel.build())]);
    workspace.prepare(&REWRITE).exits(0);
    record_verifies(&workspace.bytes("prepared/pypi/foo-1.0-py3-none-any.whl"));
}

/// Bytes that RECORD does not prove are not made proved.
#[test]
fn what_is_not_proved_is_not_fixed() {
    let wheel = Wheelwright::new("Foo-1.0-py3-none-any.whl").record(|rows| {
        let weaken = |row: String| {
            if row.contains("/WHEEL,") { "Foo-1.0.dist-info/WHEEL,md5=x,".to_owned() } else { row }
        };
        rows.into_iter().map(weaken).collect()
    });
    let workspace = Workspace::with([(format!("w/{}", wheel.file_name()), wheel.build())]);
    let run = workspace.prepare(&REWRITE).exits(1);
    assert!(run.says("error[record-weak]"), "{}", run.log());
}

/// Nothing is said of a wheel that its builder did not say.
#[test]
fn what_contradicts_is_not_fixed() {
    for (wheel, finding) in [
        (
            Wheelwright::new("Foo-1.0-py3-none-any.whl").wheel("Wheel-Version: 1.0\nTag: py2-none-any\n"),
            "wheel-tags",
        ),
        (
            Wheelwright::new("Foo-1.0-py3-none-any.whl")
                .metadata("Metadata-Version: 2.1\nName: foo\nVersion: 1.1\n"),
            "wheel-metadata",
        ),
        (Wheelwright::new("Foo-1.0-py3-none-any.whl").dist_info("Foo-1.1.dist-info"), "wheel-dist-info"),
        (
            Wheelwright::new("Foo-1.0-py3-none-any.whl").record(|rows| {
                rows.into_iter().map(|row| row.replace("module.py,sha256=", "module.py,sha256=A")).collect()
            }),
            "record-weak",
        ),
    ] {
        let workspace = Workspace::with([(format!("w/{}", wheel.file_name()), wheel.build())]);
        let run = workspace.prepare(&REWRITE).exits(1);
        assert!(run.says(&format!("error[{finding}]")), "{finding}: {}", run.log());
        // Let through, it is what it was.
        if finding != "record-weak" {
            let relaxed = ["--pypi", "off", "--ignore", "wheel-tags *"];
            let run = workspace.prepare(&[&REWRITE[..], &relaxed].concat()).exits(0);
            let released = workspace.bytes("prepared/pypi/Foo-1.0-py3-none-any.whl");
            assert_eq!(released, wheel.build(), "{finding}: {}", run.log());
        }
    }
}

/// A wheel as somebody may spell it: project, version, build tag, tags in any
/// order and case, `Tag:` lines expanded or not, line ends of either kind.
fn any_wheel(number: usize) -> impl Strategy<Value = Wheelwright> {
    let project = prop::sample::select(vec!["Foo.Bar", "foo_bar", "FOO", "f", "Foo_9.x"]);
    let version = prop::sample::select(vec!["1.0", "1.0.RC1", "2024.08.30", "1.0-1", "v3", "1!2.0"])
        .prop_map(|version| version.replace('-', "_"));
    let build = prop::option::of(prop::sample::select(vec!["1", "007a"]));
    let python = prop::sample::subsequence(vec!["py3", "py2", "CP39", "cp310"], 1..=4).prop_shuffle();
    let platform = prop::sample::subsequence(
        vec!["any", "win32", "manylinux_2_17_x86_64", "Manylinux2014_x86_64"],
        1..=4,
    )
    .prop_shuffle();
    let form = (any::<bool>(), any::<bool>(), any::<bool>());
    (project, version, build, python, platform, form).prop_map(
        move |(project, version, build, python, platform, (is_expanded, says_build, is_crlf))| {
            let version = if version.contains('_') { "1.0.post1".to_owned() } else { version };
            let build_part = build.map(|build| format!("-{build}")).unwrap_or_default();
            let tags = format!("{}-none-{}", python.join("."), platform.join("."));
            let name = format!("{project}{number}-{version}{build_part}-{tags}.whl");
            let mut lines = vec!["Wheel-Version: 1.0".to_owned(), "Generator: any".to_owned()];
            if is_expanded {
                for python in python.iter().rev() {
                    lines.extend(platform.iter().map(|platform| format!("Tag: {python}-none-{platform}")));
                }
            } else {
                lines.push(format!("Tag: {tags}"));
            }
            lines.extend(build.filter(|_| says_build).map(|build| format!("Build: {build}")));
            let end = if is_crlf { "\r\n" } else { "\n" };
            Wheelwright::new(&name).wheel(&(lines.join(end) + end)).record(move |rows| {
                rows.into_iter().map(|row| if is_crlf { row + "\r" } else { row }).collect()
            })
        },
    )
}

/// The triples that the `Tag:` lines of a wheel spell.
fn triples(wheel: &[u8]) -> BTreeSet<(String, String, String)> {
    let text = text(wheel, ".dist-info/WHEEL").to_lowercase();
    let mut triples = BTreeSet::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("tag: ")) {
        let axes: Vec<Vec<String>> =
            line.trim().split('-').map(|axis| axis.split('.').map(str::to_owned).collect()).collect();
        for python in &axes[0] {
            for abi in &axes[1] {
                for platform in &axes[2] {
                    triples.insert((python.clone(), abi.clone(), platform.clone()));
                }
            }
        }
    }
    triples
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// However a wheel is spelt: what comes out has the tags that went in and
    /// a RECORD that verifies, and comes out again as it is.
    #[test]
    fn rewriting_is_done_once(wheels in (0..16_usize).map(any_wheel).collect::<Vec<_>>()) {
        let workspace = Workspace::with(wheels.iter().map(|wheel| (format!("w/{}", wheel.file_name()), wheel.build())));
        let run = workspace.prepare(&REWRITE).exits(0);
        prop_assert!(!run.says("wheel-spelling"), "{}", run.log());
        let manifest = workspace.manifest();
        let mut released = Vec::new();
        for file in manifest["files"].as_array().unwrap() {
            let name = file["name"].as_str().unwrap();
            let bytes = workspace.bytes(format!("prepared/pypi/{name}"));
            let sent = file["origins"][0]["path"].as_str().unwrap();
            let wheel = wheels.iter().find(|wheel| wheel.file_name() == sent).unwrap();
            record_verifies(&bytes);
            prop_assert_eq!(triples(&bytes), triples(&wheel.build()));
            released.push((format!("w/{name}"), bytes));
        }
        prop_assert_eq!(released.len(), wheels.len());

        let again = Workspace::with(released.clone());
        again.prepare(&REWRITE).exits(0);
        for file in again.manifest()["files"].as_array().unwrap() {
            prop_assert_eq!(&file["origins"][0]["action"], "kept");
        }
        for (path, bytes) in released {
            prop_assert_eq!(again.bytes(path.replace("w/", "prepared/pypi/")), bytes);
        }
    }
}
