//! For each rule about wheels one that breaks just that, and one that only
//! just does not.

use std::collections::{BTreeMap, BTreeSet};

use release_prep::testing::Rule;

use crate::fixture::{Entry, unicode_path};
use crate::harness::{Workspace, broken_rules};
use crate::native::{AARCH64, I386, LIBRARY, OBJECT, PROGRAM, X86_64, elf, mach_o, mach_o_fat, pe};
use crate::report;
use crate::wheelwright::Wheelwright;

/// As RECORD has the digest of an empty file.
const NOTHING: &str = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

const SHA512_OF_NOTHING: &str =
    "sha512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg";

/// Wheels, each with the rules that it breaks.
#[derive(Default)]
pub(crate) struct Cases(Vec<(String, Vec<u8>, Vec<Rule>)>);

impl Cases {
    /// A new wheel, of a project of its own.
    pub(crate) fn wheel(&self, tags: &str) -> Wheelwright {
        Wheelwright::new(&format!("p{}-1.0-{tags}.whl", self.0.len()))
    }

    fn pure(&self) -> Wheelwright {
        self.wheel("py3-none-any")
    }

    pub(crate) fn add(&mut self, file_name: &str, bytes: Vec<u8>, rules: &[Rule]) {
        self.0.push((file_name.to_owned(), bytes, rules.to_vec()));
    }

    pub(crate) fn breaks(&mut self, rule: Rule, wheel: &Wheelwright) {
        self.add(wheel.file_name(), wheel.build(), &[rule]);
    }

    pub(crate) fn holds(&mut self, wheel: &Wheelwright) {
        self.add(wheel.file_name(), wheel.build(), &[]);
    }

    /// Prepares all of them in one run, and compares.
    pub(crate) fn judge(self) {
        let path = |number: usize, name: &str| format!("case-{number}/{name}");
        let files = self.0.iter().enumerate().map(|(number, (name, bytes, _))| (path(number, name), bytes));
        let workspace = Workspace::with(files);
        let run = workspace.prepare(&["--version", "any", "--dry-run"]);
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for finding in run.found() {
            let rules = found.entry(finding.artifact).or_default();
            rules.insert(format!("{} {}", finding.severity, finding.rule));
        }
        let mut wrong = Vec::new();
        for (number, (name, _, rules)) in self.0.iter().enumerate() {
            let severity = |rule: &Rule| format!("{:?} {rule}", rule.severity()).to_lowercase();
            let expected: BTreeSet<String> = rules.iter().map(severity).collect();
            let found = found.remove(&format!("case-{number}")).unwrap_or_default();
            if found != expected {
                wrong.push(format!("case {number}, {name}: found {found:?}, expected {expected:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), run.log());
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn record() {
    let mut cases = Cases::default();
    let digest_of = |path: &'static str, digest: &'static str| {
        move |rows: Vec<String>| {
            let change = |row: String| if row.starts_with(path) { format!("{path},{digest},") } else { row };
            rows.into_iter().map(change).collect::<Vec<_>>()
        }
    };
    let wheel = cases.pure().record(digest_of("module.py", NOTHING));
    cases.breaks(Rule::RecordDigest, &wheel);
    let wheel = cases
        .pure()
        .record(|rows| rows.into_iter().map(|row| format!("{row}0").replace(",,0", ",,")).collect());
    cases.breaks(Rule::RecordDigest, &wheel);
    for weak in [
        "md5=1B2M2Y8AsgTpgAmY7PhCfg",
        "sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk",
        "sha256=AAAA",
        "sha256=",
        "crc32=abc",
    ] {
        let wheel = cases.pure().record(digest_of("module.py", weak));
        cases.breaks(Rule::RecordWeak, &wheel);
    }
    // Better than SHA-256, and no sizes.
    let wheel = cases.pure().file("empty.py", "").record(digest_of("empty.py", SHA512_OF_NOTHING));
    cases.holds(&wheel);
    // Names.
    for change in [
        (|rows: Vec<String>| rows[1..].to_vec()) as fn(Vec<String>) -> Vec<String>,
        |rows| {
            [&["gone.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0".to_owned()], &rows[..]].concat()
        },
        |rows| [&["module.py,,".to_owned()], &rows[1..]].concat(),
        |rows| [&rows[..1], &rows[..]].concat(),
        |rows| rows[..3].to_vec(),
        |rows| rows.into_iter().map(|row| format!("./{row}")).collect(),
        |rows| rows.into_iter().map(|row| row.replace(".dist-info/", ".dist-info\\")).collect(),
    ] {
        let wheel = cases.pure().record(change);
        cases.breaks(Rule::RecordNames, &wheel);
    }
    // However a path is spelt, and whichever of its rows is true, the bytes are
    // held against it.
    for change in [
        (|_| vec![format!("./module.py,{NOTHING},")]) as fn(String) -> Vec<String>,
        |row| vec![format!("module.py,{NOTHING},"), row],
        |row| vec![row, format!("module.py,{NOTHING},")],
    ] {
        let wheel = cases.pure().record(move |rows| [change(rows[0].clone()), rows[1..].to_vec()].concat());
        cases.add(wheel.file_name(), wheel.build(), &[Rule::RecordDigest, Rule::RecordNames]);
    }
    let wheel = cases.pure().record(|rows| [&rows[..], &[format!("{},,", "x".repeat(131_073))]].concat());
    cases.breaks(Rule::WheelRecord, &wheel);
    let wheel = cases.pure().record(|rows| rows.into_iter().rev().collect());
    cases.holds(&wheel);
    // One that is none.
    let wheel = cases.pure().without("{}/RECORD");
    cases.breaks(Rule::WheelRecord, &wheel);
    // Rows that installers pass over, or read as another file.
    for row in ["other.py", "a\0b,,", "\"module.py,,", ",,", "module.py,,1.0"] {
        let wheel = cases.pure().record(move |rows| [&rows[..], &[row.to_owned()]].concat());
        cases.breaks(Rule::RecordNames, &wheel);
    }
    let wheel = cases.pure().record(|rows| [&[format!("\u{feff}{}", rows[0])], &rows[1..]].concat());
    cases.breaks(Rule::RecordNames, &wheel);
    // The others are held against the files.
    let wheel = cases
        .pure()
        .record(move |rows| [&["x".to_owned(), format!("module.py,{NOTHING},")], &rows[1..]].concat());
    cases.add(wheel.file_name(), wheel.build(), &[Rule::RecordDigest, Rule::RecordNames]);
    let wheel = cases.pure().record(|rows| rows.into_iter().map(|row| row + "\r").collect());
    cases.holds(&wheel);
    let wheel = cases.pure().file("a,\"b\".py", "").record(|rows| {
        rows.into_iter().map(|row| row.replacen("a,\"b\".py", "\"a,\"\"b\"\".py\"", 1)).collect()
    });
    cases.holds(&wheel);
    // Signed, as long ago.
    let wheel = cases
        .pure()
        .file("{}/RECORD.jws", "{}")
        .record(|rows| rows.into_iter().filter(|row| !row.contains("RECORD.jws")).collect());
    cases.breaks(Rule::WheelSignature, &wheel);
    cases.judge();
}

#[test]
fn packing() {
    let mut cases = Cases::default();
    for edit in
        [(|entry: &mut Entry| entry.has_descriptor = entry.name == b"module.py") as fn(&mut Entry), |entry| {
            if entry.name == b"module.py" {
                entry.comment = b"x".to_vec();
            }
        }]
    {
        let wheel = cases.pure().entry(Entry { flags: 1 << 11, ..Entry::deflated("\u{e9}.py", b"") });
        cases.add(wheel.file_name(), wheel.packed(edit), &[Rule::WheelFraming]);
    }
    let wheel = cases.pure().entry(Entry { flags: 1 << 11, ..Entry::deflated("\u{e9}.py", b"") });
    cases.holds(&wheel);
    // An Info-ZIP Unicode path in the place of the flag: Python before 3.12
    // reads another name.
    let unflagged = wheel.packed(|entry| {
        if entry.name.ends_with("\u{e9}.py".as_bytes()) {
            entry.flags = 0;
            entry.extra = unicode_path(&entry.name);
        }
    });
    cases.add(wheel.file_name(), unflagged, &[Rule::ArchiveFraming]);
    // A family, and a word of Persian.
    let wheel = cases
        .pure()
        .entry(Entry { flags: 1 << 11, ..Entry::deflated("p/\u{1f468}\u{200d}\u{1f469}.svg", b"") })
        .entry(Entry { flags: 1 << 11, ..Entry::deflated("p/\u{645}\u{6cc}\u{200c}\u{631}.txt", b"") });
    cases.holds(&wheel);
    let wheel = cases.pure();
    // An extended timestamp, as Info-ZIP writes it.
    let timed = wheel.packed(|entry| entry.extra = b"UT\x05\0\x03\0\0\0\0".to_vec());
    cases.add(wheel.file_name(), timed, &[]);

    // 68 MiB of zeros; and as much noise as brings them to 49 or to 51 for one.
    for (noise, rules) in [(1_450_000, &[][..]), (1_340_000, &[Rule::WheelRatio])] {
        let zeros = vec![0; 34 << 20];
        let mut state = 1_u32;
        let noise: Vec<u8> = (0..noise)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_be_bytes()[0]
            })
            .collect();
        let wheel = cases.pure().file("a", &zeros).file("b", &zeros).entry(Entry::new("noise", &noise));
        cases.add(wheel.file_name(), wheel.build(), rules);
    }
    let wheel = cases.pure();
    cases.add(wheel.file_name(), polyglot(&wheel), &[Rule::WheelPolyglot]);
    cases.judge();
}

/// A wheel of which the first 512 bytes are the header of a tar: its first
/// file is stored, and holds the checksum.
fn polyglot(wheel: &Wheelwright) -> Vec<u8> {
    const CONTENT_AT: usize = 30 + "a".len();
    (0..u32::MAX)
        .map(|number| {
            let mut content = vec![0; 600];
            content[148 - CONTENT_AT..156 - CONTENT_AT].copy_from_slice(b"0002400\0");
            content[300..304].copy_from_slice(&number.to_le_bytes());
            wheel.led_by(Entry::new("a", &content))
        })
        .find(|bytes| {
            let sum: u32 = bytes[..148]
                .iter()
                .chain(&[b' '; 8])
                .chain(&bytes[156..512])
                .map(|byte| u32::from(*byte))
                .sum();
            sum == 0o2400
        })
        .unwrap()
}

#[test]
fn metadata() {
    const HEAD: &str = "Metadata-Version: 2.4\nVersion: 1.0\n";
    let mut cases = Cases::default();
    let metadata = |cases: &Cases, text: &str| {
        let project = format!("p{}", cases.0.len());
        cases.pure().metadata(&text.replace("{project}", &project))
    };
    for text in [
        "Metadata-Version: 2.4\nName: other\nVersion: 1.0\n",
        "Metadata-Version: 2.4\nName: {project}\nVersion: 1.0.1\n",
        "Metadata-Version: 2.4\nName: {project}\n",
    ] {
        let wheel = metadata(&cases, text);
        cases.breaks(Rule::WheelMetadata, &wheel);
    }
    let wheel = cases.pure().without("{}/METADATA");
    cases.breaks(Rule::WheelMetadata, &wheel);
    // The envelope of a mail ends no headers.
    let wheel = metadata(&cases, "Metadata-Version: 2.1\nFrom x\nName: {project}\nVersion: 1.0\n");
    cases.holds(&wheel);
    let wheel =
        metadata(&cases, "Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\nFrom x\nVersion: 1.0\n");
    cases.breaks(Rule::WheelMetadata, &wheel);
    let named = Wheelwright::new("foo_bar-1.0-py3-none-any.whl").metadata(&format!("{HEAD}Name: Foo.Bar\n"));
    cases.holds(&named);

    let license = format!("{HEAD}Name: {{project}}\nLicense-File: LICENSE.txt\n");
    let wheel = metadata(&cases, &license);
    cases.breaks(Rule::WheelLicenseFile, &wheel);
    let wheel = metadata(&cases, &license).file("{}/LICENSE.txt", "");
    cases.breaks(Rule::WheelLicenseFile, &wheel);
    let wheel = metadata(&cases, &license).file("{}/licenses/LICENSE.txt", "");
    cases.holds(&wheel);
    let wheel = metadata(&cases, &license.replace("2.4", "2.3"));
    cases.holds(&wheel);

    let wheel = metadata(
        &cases,
        &format!("{HEAD}Name: {{project}}\nRequires-Dist: a[b] @ https://example.com/a.whl\n"),
    );
    cases.breaks(Rule::DirectReference, &wheel);
    let wheel =
        metadata(&cases, &format!("{HEAD}Name: {{project}}\nRequires-Dist: a[b] (>=1) ; extra == '@'\n"));
    cases.holds(&wheel);

    for (version, breaks) in [("1.0+cu121", true), ("1.0.post1", false)] {
        let wheel = Wheelwright::new(&format!("local{}-{version}-py3-none-any.whl", cases.0.len()));
        if breaks { cases.breaks(Rule::LocalVersion, &wheel) } else { cases.holds(&wheel) }
    }

    for text in ["[console_scripts]\na/b = c:d\n", "[gui_scripts]\na b = c:d\n", "a = b:c\n", "[x]\na\n"] {
        let wheel = cases.pure().file("{}/entry_points.txt", text);
        cases.breaks(Rule::WheelEntryPoints, &wheel);
    }
    let text =
        "# of tools\n[console_scripts]\na-b.c_d = e.f:g.h [extra]\n\n[any group]\nany / name = module\n";
    let wheel = cases.pure().file("{}/entry_points.txt", text);
    cases.holds(&wheel);
    cases.judge();
}

#[test]
fn names_and_tags() {
    let mut cases = Cases::default();
    let wheel = Wheelwright::new("Foo-1.0-py3-none-any.whl");
    cases.breaks(Rule::WheelSpelling, &wheel);
    let wheel = Wheelwright::new("epoch-1!2.0-py3-none-any.whl");
    cases.breaks(Rule::IndexNameUnsafe, &wheel);
    let wheel = Wheelwright::new("bar-2024.08.30-py3-none-any.whl");
    cases.breaks(Rule::WheelVersionSpelling, &wheel);
    let wheel = Wheelwright::new("var-1.0-cp313-cp313-win_amd64-x86_64_v3.whl");
    cases.add(
        wheel.file_name(),
        Wheelwright::new("var-1.0-cp313-cp313-win_amd64.whl").build(),
        &[Rule::WheelVariant],
    );
    for (letters, breaks) in [(225, false), (226, true)] {
        let wheel = Wheelwright::new(&format!("{}-1.0-py3-none-any.whl", "n".repeat(letters)));
        if breaks { cases.breaks(Rule::WheelName, &wheel) } else { cases.holds(&wheel) }
    }
    cases.add("no-wheel.whl", cases.pure().build(), &[Rule::WheelName]);

    let wheel = cases.pure().dist_info("other-1.0.dist-info");
    cases.breaks(Rule::WheelDistInfo, &wheel);
    let wheel = Wheelwright::new("dotted_name-1.0-py3-none-any.whl").dist_info("Dotted.Name-1.0.dist-info");
    cases.breaks(Rule::WheelDistInfo, &wheel);
    let wheel = cases.pure().file("other-1.0.dist-info/METADATA", "");
    cases.breaks(Rule::WheelUnreadable, &wheel);
    // Of whatever lies at the top under such a name pip makes a second one.
    let folder = |name: &str| Entry { mode: 0o040_755, ..Entry::new(name, b"") };
    for second in [folder("bar-2.0.dist-info/"), folder(".dist-info/"), Entry::new("bar-2.0.dist-info", b"")]
    {
        let wheel = cases.pure().entry(second);
        cases.breaks(Rule::WheelUnreadable, &wheel);
    }
    let wheel = cases.pure().entry(folder("p/bar-2.0.dist-info/"));
    cases.holds(&wheel);
    let wheel = cases.pure().dist_info("there-is-none");
    cases.breaks(Rule::WheelUnreadable, &wheel);
    let wheel = cases.pure().without("{}/WHEEL");
    cases.breaks(Rule::WheelUnreadable, &wheel);
    let wheel = cases.pure().wheel("Wheel-Version: 2.0\nTag: py3-none-any\n");
    cases.breaks(Rule::WheelUnreadable, &wheel);
    let wheel = cases.pure().wheel("Wheel-Version: 1.9\nTag: py3-none-any\n");
    cases.holds(&wheel);

    for platform in [
        "linux_x86_64",
        "linux_aarch64",
        "macosx_11_2_arm64",
        "macosx_16_0_arm64",
        "manylinux_2_28_loongarch64",
        "emscripten_3_1_58_wasm32",
        "wasi_0_0_0_wasm32",
        "freebsd_13_amd64",
        "win_amd64.linux_x86_64",
    ] {
        let wheel = cases.wheel(&format!("py3-none-{platform}"));
        cases.breaks(Rule::WheelPlatform, &wheel);
    }
    for platform in [
        "linux_armv7l",
        "macosx_10_13_x86_64",
        "macosx_26_0_arm64",
        "manylinux_2_17_x86_64",
        "musllinux_1_2_riscv64",
        "win_arm64",
        "ios_13_0_arm64_iphoneos",
        "android_21_arm64_v8a",
        "pyemscripten_2025_0_wasm32",
    ] {
        let wheel = cases.wheel(&format!("py3-none-{platform}"));
        cases.holds(&wheel);
    }

    cases.judge();
}

#[test]
fn tags_and_builds_inside() {
    let mut cases = Cases::default();
    for tags in ["Tag: py2-none-any\n", "Tag: py3-none-win32\n", "Tag: py3-abi3-any\n", "", "Tag: py3\n"] {
        let wheel = cases.pure().wheel(&format!("Wheel-Version: 1.0\n{tags}"));
        cases.breaks(Rule::WheelTags, &wheel);
    }
    // Whatever installs the wheel by its name supports these too.
    for (name, tags) in [
        ("py3-none-any", "Tag: py2.py3-none-any\n"),
        ("py3-none-manylinux_2_17_x86_64", "Tag: py3-none-any\n"),
        ("py3-none-win32", "Tag: py3-none-win32\nTag: py3-none-win_amd64\n"),
    ] {
        let wheel = cases.wheel(name).wheel(&format!("Wheel-Version: 1.0\n{tags}"));
        cases.breaks(Rule::WheelTagsBroader, &wheel);
    }
    for (name, tags) in [
        ("py2.py3-none-any", "Tag: py2.py3-none-any\n"),
        ("py2.py3-none-any", "Tag: py3-none-any\nTag: PY2-none-any\nTag: py2-none-any\n"),
        // Not the whole product (a wheel of intersystems-irispython).
        ("cp38.cp39-cp38.cp39-win_amd64", "Tag: cp38-cp38-win_amd64\nTag: cp39-cp39-win_amd64\n"),
    ] {
        let wheel = cases.wheel(name).wheel(&format!("Wheel-Version: 1.0\n{tags}"));
        // Wheels for an ABI hold code for it.
        let is_native = name.ends_with("win_amd64");
        cases.holds(&if is_native { wheel.file("p/m.pyd", pe(X86_64, LIBRARY)) } else { wheel });
    }
    for (name, build, breaks) in [
        ("7-py3-none-any", "", true),
        ("7-py3-none-any", "Build: 07\n", true),
        ("py3-none-any", "Build: 7\n", true),
        ("07-py3-none-any", "Build: 07\n", false),
    ] {
        let wheel = cases.wheel(name).wheel(&format!("Wheel-Version: 1.0\n{build}Tag: py3-none-any\n"));
        if breaks { cases.breaks(Rule::WheelBuild, &wheel) } else { cases.holds(&wheel) }
    }
    cases.judge();
}

#[test]
fn files_inside() {
    let mut cases = Cases::default();
    for path in ["Other-1.0.data/scripts/x", "p.data/data/x"] {
        let wheel = cases.pure().file(path, "");
        cases.breaks(Rule::WheelData, &wheel);
    }
    for inside in ["script/x", "x", "Scripts/x"] {
        let path = format!("p{}-1.0.data/{inside}", cases.0.len());
        let wheel = cases.pure().file(&path, "");
        cases.breaks(Rule::WheelData, &wheel);
    }
    for scheme in ["purelib", "platlib", "headers", "scripts", "data"] {
        let path = format!("p{}-1.0.data/{scheme}/x/y", cases.0.len());
        let wheel = cases.pure().file(&path, "").file("p.data.py", "").file("p/x.data/y", "");
        cases.holds(&wheel);
    }
    for (tags, breaks) in [
        ("py3-none-any", true),
        ("py3-none-win32", true),
        ("py3-none-macosx_11_0_arm64", true),
        ("py3-none-manylinux_2_28_x86_64", false),
    ] {
        let wheel = cases.wheel(tags).file("p/xt_MARK.h", "").file("p/xt_mark.h", "");
        if breaks { cases.breaks(Rule::WheelNames, &wheel) } else { cases.holds(&wheel) }
    }
    let link = Entry { mode: 0o120_777, ..Entry::new("p/npm", b"../lib/npm.js") };
    let wheel = cases.pure().entry(link);
    cases.breaks(Rule::WheelLink, &wheel);
    let utf8 = |name: &str| Entry { flags: 1 << 11, ..Entry::deflated(name, b"") };
    let wheel = cases.pure().entry(utf8("\u{e9}")).entry(utf8("e\u{301}"));
    cases.breaks(Rule::WheelNames, &wheel);
    cases.judge();
}

/// Content that PyPI's scanner does not accept, and a file that uploaders take
/// for METADATA.
#[test]
fn what_uploaders_and_pypi_look_for() {
    let mut cases = Cases::default();
    let token = format!("TOKEN = 'pypi-AgEIcHlwaS5vcmcCJ{}'", "x-_9Z".repeat(31));
    for (path, text, is_prohibited) in [
        ("p/a.py", "__pyarmor__(__name__, __file__, b'')", true),
        ("p/a.PY", "x\n__pyarmor_enter__()", true),
        ("p/a.pye", "---BEGIN PYE FILE---\n---END PYE FILE---", true),
        ("p/a.py", &token, true),
        ("p/a.txt", &token, false),
        ("p/a.pyc", "__pyarmor_enter__", false),
        ("p/a.py", "__pyarmor__(__name__, path, b'')", false),
        ("p/a.py", "---BEGIN PYE FILE---", false),
    ] {
        let wheel = cases.pure().file(path, text);
        if is_prohibited { cases.breaks(Rule::ProhibitedContent, &wheel) } else { cases.holds(&wheel) }
    }
    let other = "Metadata-Version: 2.1\nName: x\nVersion: 1\n";
    for (path, text, is_taken) in [
        ("METADATA", other, true),
        ("aaa/METADATA", other, true),
        ("a/OLD_METADATA.txt", other, true),
        ("zzz/METADATA", other, false),
        ("a/b/METADATA", other, false),
        ("METADATA", "Name: x", false),
    ] {
        let wheel = cases.pure().file(path, text);
        if is_taken { cases.breaks(Rule::WheelMetadata, &wheel) } else { cases.holds(&wheel) }
    }
    cases.judge();
}

#[test]
fn files_as_installed() {
    let mut cases = Cases::default();
    let inside = |cases: &Cases, path: &str| format!("p{}-1.0.data/{path}", cases.0.len());
    for path in [
        "purelib/p-1.0.dist-info/METADATA",
        "platlib/evil-9.dist-info/METADATA",
        "purelib/evil.egg-info",
        "data/lib/python3.12/site-packages/evil-9.DIST-INFO/METADATA",
        "platlib/module.py",
        "data/lib/python3/dist-packages/module.py",
    ] {
        let wheel = cases.pure().file(&inside(&cases, path), "evil");
        cases.breaks(Rule::WheelOverwrite, &wheel);
    }
    let wheel =
        cases.pure().file(&inside(&cases, "purelib/a.py"), "1").file(&inside(&cases, "platlib/a.py"), "2");
    cases.breaks(Rule::WheelOverwrite, &wheel);

    for path in [
        "purelib/p/x.dist-info/METADATA",
        "purelib/p/module.py",
        "data/share/evil-9.dist-info/METADATA",
        "data/share/module.py",
        "scripts/module.py",
        "headers/module.py",
    ] {
        let wheel = cases.pure().file(&inside(&cases, path), "");
        cases.holds(&wheel);
    }
    // One file twice, as of a package of which one half is pure.
    let wheel = cases.pure().file("p/__init__.py", "1").file(&inside(&cases, "purelib/p/__init__.py"), "1");
    cases.holds(&wheel);
    cases.judge();
}

const MODULE: &str = "p/m.cpython-312-x86_64-linux-gnu.so";

#[test]
fn native_code() {
    let mut cases = Cases::default();
    let any = |cases: &mut Cases, path: &str, breaks: bool| {
        let wheel = cases.pure().file(path, elf(X86_64, LIBRARY));
        if breaks { cases.breaks(Rule::NativeAny, &wheel) } else { cases.holds(&wheel) }
    };
    any(&mut cases, MODULE, true);
    any(&mut cases, "p/m.abi3.so", true);
    any(&mut cases, "p/m.pyd", true);
    // Carried along, not imported.
    any(&mut cases, "p/libm.so", false);
    any(&mut cases, "p/t64.exe", false);

    let with = |cases: &mut Cases, tags: &str, files: &[(&str, Vec<u8>)], breaks: bool| {
        let wheel = files.iter().fold(cases.wheel(&format!("cp312-cp312-{tags}")), |wheel, (path, bytes)| {
            wheel.file(path, bytes)
        });
        if breaks { cases.breaks(Rule::NativeMachine, &wheel) } else { cases.holds(&wheel) }
    };
    let aarch64 = "manylinux_2_28_aarch64";
    let x86_64 = "manylinux_2_28_x86_64";
    with(&mut cases, aarch64, &[(MODULE, elf(X86_64, LIBRARY))], true);
    with(&mut cases, aarch64, &[(MODULE, elf(AARCH64, LIBRARY))], false);
    with(&mut cases, aarch64, &[("p/m.so", elf(X86_64, LIBRARY))], true);
    with(&mut cases, aarch64, &[("p/m.so", elf(X86_64, LIBRARY)), ("p/n.so", elf(AARCH64, LIBRARY))], false);
    with(&mut cases, aarch64, &[("p/m.o", elf(X86_64, OBJECT))], false);
    // What a debugger brings (debugpy): for programs that it attaches to.
    let brought = [
        ("p/a_x86.so", elf(I386, LIBRARY)),
        ("p/a.so", elf(X86_64, LIBRARY)),
        ("p/a.dll", pe(X86_64, LIBRARY)),
    ];
    with(&mut cases, x86_64, &brought, false);
    with(&mut cases, x86_64, &brought[2..], true);
    with(&mut cases, x86_64, &[("p/launcher.exe", pe(X86_64, PROGRAM))], false);
    with(
        &mut cases,
        "win32.win_amd64",
        &[("p/m.pyd", pe(I386, LIBRARY)), ("p/n.pyd", pe(X86_64, LIBRARY))],
        false,
    );
    with(&mut cases, "win_arm64", &[("p/m.pyd", pe(X86_64, LIBRARY))], true);
    with(&mut cases, "win_arm64", &[("p/m.exe", pe(X86_64, PROGRAM))], false);
    with(&mut cases, "win_amd64", &[("p/m.exe", pe(I386, PROGRAM))], false);
    with(&mut cases, "win_amd64", &[("p/m.exe", pe(AARCH64, PROGRAM))], true);

    let darwin = "p/m.cpython-312-darwin.so";
    let universal2 = "macosx_11_0_universal2";
    with(&mut cases, universal2, &[(darwin, mach_o_fat(&[X86_64, AARCH64]))], false);
    // macOS runs it on Arm as well, but no library of that kind.
    with(&mut cases, universal2, &[("p/node", mach_o(X86_64, PROGRAM))], false);
    with(&mut cases, universal2, &[("p/node", mach_o(AARCH64, PROGRAM))], true);
    with(&mut cases, universal2, &[("p/a.dylib", mach_o(X86_64, LIBRARY))], true);
    with(&mut cases, universal2, &[(darwin, mach_o(X86_64, LIBRARY))], true);
    with(&mut cases, universal2, &[("p/l.dylib", mach_o(AARCH64, LIBRARY))], true);
    with(
        &mut cases,
        universal2,
        &[("p/a.dylib", mach_o(AARCH64, LIBRARY)), ("p/x.dylib", mach_o(X86_64, LIBRARY))],
        false,
    );
    with(&mut cases, "macosx_11_0_arm64", &[(darwin, mach_o_fat(&[X86_64, AARCH64]))], false);
    with(&mut cases, "macosx_11_0_arm64", &[(darwin, mach_o(X86_64, LIBRARY))], true);
    with(&mut cases, "macosx_10_13_x86_64.macosx_11_0_arm64", &[(darwin, mach_o(X86_64, LIBRARY))], true);
    with(&mut cases, "macosx_10_6_intel", &[(darwin, mach_o(X86_64, LIBRARY))], false);
    cases.judge();
}

/// 100 MiB and a little: noise would be the same.
#[test]
fn large_files() {
    let mut cases = Cases::default();
    for (bytes, breaks) in [((100 << 20) - 1_000, false), (100 << 20, true)] {
        let wheel = cases.pure().entry(Entry::new("large", &vec![1; bytes]));
        if breaks { cases.breaks(Rule::FileSize, &wheel) } else { cases.holds(&wheel) }
    }
    cases.judge();
}

/// Tests whose runs together break every rule. A new rule needs an input that
/// breaks it in one of them.
const BREAKING: &[fn()] = &[
    record,
    crate::previous::kinds_that_are_gone,
    crate::previous::a_version_with_other_bytes,
    crate::previous::wheels_that_contradict_each_other,
    packing,
    metadata,
    names_and_tags,
    tags_and_builds_inside,
    files_inside,
    what_uploaders_and_pypi_look_for,
    files_as_installed,
    native_code,
    large_files,
    crate::metadata::fields,
    crate::native::c_libraries,
    crate::native::apple,
    crate::native::suffixes_of_modules,
    crate::native::contents_and_their_names,
    crate::archives::archives_that_nobody_can_unpack,
    crate::archives::programs_without_permission,
    crate::archives::one_program_under_two_targets,
    crate::archives::distributions_in_archives,
    crate::archives::private_files,
    crate::folder::only_regular_files_are_read,
    crate::folder::nothing_selected_lists_what_was_found,
    crate::folder::assets_are_named_as_github_stores_them,
    crate::folder::one_name_one_content,
    crate::folder::names_that_differ_in_case_alone,
    crate::folder::names_at_the_top_are_reserved,
    crate::folder::one_content_under_two_names,
    crate::folder::two_sdists_of_one_version,
    crate::folder::wheels_are_renamed_and_their_bytes_stay,
    crate::folder::an_attested_wheel_keeps_its_name,
    crate::folder::sdists_are_named_after_what_is_in_them,
    crate::folder::sdists_that_are_refused,
    crate::folder::npm_packages_are_named_as_npm_packs_them,
    crate::folder::versions_agree,
    crate::folder::the_version_of_the_tag,
    crate::folder::limits_are_those_of_the_run,
    crate::npm::a_private_package,
    crate::npm::the_repository_of_the_workflow,
    crate::npm::a_prerelease_without_a_tag,
    crate::npm::readings_that_differ,
    crate::npm::a_family_of_which_a_part_is_missing,
    crate::npm::a_platform_package_of_another_version,
    crate::npm::platform_packages_that_nobody_names,
    crate::npm::addons_without_a_package,
    crate::npm::tags_of_a_family,
    crate::npm::dependencies_that_nobody_can_install,
    crate::npm::versions_as_npm_publishes_them,
    crate::npm::names_of_old_packages,
    crate::npm::what_publish_config_says,
    crate::npm::files_that_package_json_names,
    crate::npm::programs_that_do_not_start,
    crate::npm::code_for_another_platform,
    crate::npm::a_name_for_another_platform,
    crate::sdists::licence_files,
    crate::sdists::sparse_files,
    crate::sdists::what_uploaders_and_pypi_look_for,
    crate::sdists::prohibited_content,
    crate::sdists::what_only_looks_like_a_distribution,
    crate::sdists::formats_that_pypi_does_not_accept,
    crate::sdists::broken_archives,
    crate::expect::what_is_not,
    crate::expect::digests_of_build_jobs,
    crate::projects::what_is_not_named_is_refused,
    crate::policy::scripts_that_installers_alone_refuse,
    crate::limits::an_empty_file,
    crate::limits::a_thousand_files_with_those_at_the_top,
    crate::rewrite::what_cannot_be_copied_is_left_alone,
    crate::sidecars::a_checksum_that_is_not_the_files,
    crate::sidecars::lists_that_are_not_right,
    crate::sidecars::signatures_without_their_file,
    crate::sidecars::update_feeds,
    crate::versions::versions_in_the_names_of_assets,
    crate::zips::two_accounts_of_one_entry,
    crate::github::bytes_that_are_not_what_was_reported,
    crate::github::an_artifact_without_a_digest,
    crate::github::an_artifact_replaced_in_mid_run,
    crate::github::runs_that_one_may_not_attest_for,
];

/// What a run would need a file of gigabytes for. Unit tests beside the rule
/// break them.
const TOO_LARGE: [Rule; 2] = [Rule::AssetSize, Rule::NpmSize];

/// Runs the program until every rule is broken, each run as a step as well: text,
/// summary, annotations and report agree, and the examples of all rules are what
/// is said.
#[test]
fn every_rule_is_seen_to_be_broken() {
    let recorded = report::recording(|| {
        // Their snapshots are compared a second time.
        insta::allow_duplicates! {
            for test in BREAKING {
                test();
            }
        }
    });
    let broken = broken_rules();
    let without = |seen: &dyn Fn(&Rule) -> bool| -> Vec<&Rule> {
        Rule::ALL.iter().filter(|rule| !seen(rule) && !TOO_LARGE.contains(rule)).collect()
    };
    assert_eq!(without(&|rule| broken.contains(rule)), [] as [&Rule; 0], "no run breaks these");
    assert_eq!(without(&|rule| recorded.agreed.contains(rule)), [] as [&Rule; 0], "compared nowhere");
    report::assert_written("src/rule/examples.txt", &recorded.examples());
}
