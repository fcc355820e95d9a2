//! What must hold of every name and every text, for `fuzz/`.

use std::str::FromStr as _;

use super::metadata::{CoreMetadata, content_type, missing_license_files, restructuredtext};
use super::native::Native;
use super::npm::{FileTree, PackageJson};
use super::project::ProjectName;
use super::sdist::{Sdist, could_be_sdist_of, sdist_name};
use super::sidecar::{SidecarContents, SidecarKind};
use super::target::{Target, target_text};
use super::wheel::{Record, WheelFilename, WheelMetadata, archive_path};
use super::{Shape, entry_points as entry_points_txt};
use crate::artifact::ArtifactName;
use crate::filename::{FileName, RelativePath};

fn text(data: &[u8]) -> &str {
    std::str::from_utf8(data).unwrap_or_default()
}

fn seeds(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A name is printed as it was given, and its canonical form is canonical.
pub(crate) fn names(data: &[u8]) -> bool {
    let text = text(data);
    if let Ok(path) = text.parse::<RelativePath>() {
        assert_eq!(path.as_str(), text);
        assert!(path.components().all(|part| part.parse::<FileName>().is_ok()), "each part is a name");
    }
    if let Ok(artifact) = text.parse::<ArtifactName>() {
        assert_eq!(artifact.to_string(), text);
        let _ = artifact.run_id();
    }
    if let Ok(project) = text.parse::<ProjectName>() {
        for spelling in [project.normalized(), &project.escaped(), project.as_given()] {
            assert_eq!(ProjectName::from_str(spelling).as_ref(), Ok(&project), "a spelling of one project");
        }
    }
    let Ok(name) = text.parse::<FileName>() else { return false };
    assert_eq!(name.to_string(), text);
    let _ = Shape::of(&name, data);
    if let Some(subject) = SidecarKind::of(&name).and_then(SidecarKind::subject) {
        assert!(text.contains(subject) && subject.len() < text.len(), "a subject is a part of the name");
    }
    if let Ok(wheel) = WheelFilename::new(&name) {
        assert_eq!(wheel.given(), &name);
        assert_eq!(wheel.is_canonical(), wheel.deviations().is_empty(), "what differs is said");
        let Ok(canonical) = WheelFilename::new(wheel.canonical()) else { panic!("canonical: {wheel:?}") };
        assert!(canonical.is_canonical(), "a canonical name is one: {canonical:?}");
        assert_eq!(canonical.project(), wheel.project());
        assert_eq!(canonical.version(), wheel.version());
        assert_eq!(canonical.build(), wheel.build());
        assert_eq!(canonical.tags(), wheel.tags());
        assert!(canonical.matches_prefix(&wheel.metadata_prefix()), "the folder of its metadata is its own");
        let Ok(sorted) = WheelFilename::new(wheel.with_canonical_tags()) else { panic!("sorted: {wheel:?}") };
        assert_eq!(sorted.canonical(), wheel.canonical());
        if let Ok(sdist) = sdist_name(wheel.project(), wheel.version()) {
            assert!(could_be_sdist_of(&sdist, wheel.project()), "{sdist}");
        }
    }
    true
}

/// Names of all kinds.
pub(crate) fn name_seeds() -> Vec<Vec<u8>> {
    seeds(&[
        "demo-1.0-py3-none-any.whl",
        "Demo.Pkg-1.0.post1+local.1-1abc-py2.py3-cp312.none-win32.manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "demo-1!1.0rc1.tar.gz",
        "tool-v1.2.3-x86_64-unknown-linux-gnu.tar.gz.sha256",
        "bin-linux-x64-11223344556",
        "@scope-name-1.0.0-beta.1.tgz",
        "latest-mac.yml",
        "SHA256SUMS.asc",
        "日本.zip",
    ])
}

/// A name's target is one, and the part that says it says the same.
pub(crate) fn targets(data: &[u8]) -> bool {
    let text = text(data);
    if let Ok(name) = text.parse::<FileName>() {
        let _ = Target::of_file(&name);
    }
    let target = Target::of_artifact(text);
    let Some(part) = target_text(text) else { return false };
    assert!(text.contains(part), "{part:?} is a part of {text:?}");
    assert_eq!(Target::of_artifact(part), target, "{part:?} of {text:?}");
    true
}

/// Names that say a target.
pub(crate) fn target_seeds() -> Vec<Vec<u8>> {
    seeds(&[
        "tool-x86_64-unknown-linux-musl.tar.xz",
        "tool_1.0_darwin_arm64.zip",
        "tool-1.0-win-x64.exe",
        "Tool.app.tar.gz",
        "tool_1.0_amd64.deb",
        "node-v20-linux-armv7l-macos-universal2-freebsd-riscv64gc-android",
    ])
}

/// A RECORD's rows are read again alike, and it is rewritten to the letter if
/// nothing is to change.
pub(crate) fn record(data: &[u8]) -> bool {
    let Ok(record) = Record::read(data) else { return false };
    for (number, row) in record.rows().enumerate() {
        assert_eq!(record.row(number).as_ref(), Some(&row), "a row is read twice alike");
        let path = archive_path(row.path());
        assert_eq!(archive_path(&path), path, "a path is spelt once");
    }
    assert_eq!(record.row(record.rows().len()), None);
    assert_eq!(record.rewritten(|_| None, &[]), data, "what stays is kept to the letter");
    let renamed = record.rewritten(|path| Some(format!("{path},\"")), &[]);
    if let Ok(again) = Record::read(&renamed) {
        assert_eq!(again.rows().len(), record.rows().len(), "no row is added, none removed");
    }
    true
}

/// RECORD files.
pub(crate) fn record_seeds() -> Vec<Vec<u8>> {
    seeds(&[
        "demo.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\ndemo-1.0.dist-info/RECORD,,\n",
        "\"a,b.py\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n.\\c.py,md5=x,\r\n\r\nd,,\r\n",
        "\u{feff}a,,\n",
        "a/../b,sha512=x,12",
    ])
}

/// Core metadata is read twice alike, and its description by itself.
pub(crate) fn metadata(data: &[u8]) -> bool {
    let _ = missing_license_files(data, |path| path.len() % 2 == 0);
    let metadata = CoreMetadata::read(data);
    assert_eq!(format!("{metadata:?}"), format!("{:?}", CoreMetadata::read(data)), "read twice alike");
    let sdist = Sdist::read(data);
    let Ok(metadata) = metadata else { return false };
    if let Ok(sdist) = sdist {
        assert_eq!(sdist.project(), metadata.name());
        assert!(could_be_sdist_of(sdist.canonical(), metadata.name()), "{}", sdist.canonical());
    }
    true
}

/// METADATA and PKG-INFO.
pub(crate) fn metadata_seeds() -> Vec<Vec<u8>> {
    seeds(&[
        "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
        "Metadata-Version: 2.4\nName: Demo.Pkg\nVersion: 1.0rc1\nSummary: s\nLicense-Expression: MIT OR (Apache-2.0 WITH LLVM-exception)\nLicense-File: LICENSE\nRequires-Python: >=3.8,!=3.9.*\nRequires-Dist: a[b]>=1; python_version < \"3.9\" and extra == 'c'\nRequires-Dist: d @ https://example.org/d.whl\nProvides-Extra: c\nProject-URL: Home, https://example.org/\nAuthor-email: A B <a@example.org>, \"c\" <c@example.org>\nClassifier: Programming Language :: Python :: 3\nDescription-Content-Type: text/markdown; variant=GFM; charset=UTF-8\nDynamic: version\nKeywords: a,b\n\n# Title\n",
        "Metadata-Version: 1.2\r\nName: demo\r\nVersion: 1.0.dev0+l\r\nDescription: Title\r\n        =====\r\n        |text\r\nLicense: UNKNOWN\r\nObsoletes-Dist: a\r\nRequires-External: C\r\n\r\n",
        "Metadata-Version: 2.2\nName: demo\nVersion: 1\nDescription-Content-Type: text/x-rst\n\n.. image:: x.png\n   :alt: y\n\n`a <b>`_ :ref:`c`\n",
    ])
}

/// Content types, and descriptions in reStructuredText.
pub(crate) fn description(data: &[u8]) -> bool {
    let text = text(data);
    let _ = content_type::read(text.lines().next().unwrap_or_default());
    let found = restructuredtext::check(text);
    if let Some(found) = &found {
        assert!((1..=text.lines().count()).contains(&found.line), "a line of the text: {found:?}");
    }
    found.is_none()
}

/// Descriptions.
pub(crate) fn description_seeds() -> Vec<Vec<u8>> {
    seeds(&[
        "text/x-rst; charset=UTF-8\n",
        "Title\n=====\n\nText with *emphasis*, **strong**, ``literal``, `link <https://example.org>`_ and |sub|.\n\n.. |sub| replace:: x\n.. _target: https://example.org\n\n- item\n\n  * nested\n\n1. one\n#. two\n\n:field: body\n",
        "====\nOver\n====\n\nSub\n---\n\n.. code-block:: python\n   :linenos:\n\n   x = 1\n\n::\n\n  literal\n\n+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+\n\n=== ===\n a   b\n=== ===\n 1   2\n=== ===\n",
        ".. role:: custom(literal)\n.. raw:: html\n\n   <b>\n\n.. include:: x\n\n.. note:: text\n\n.. [1] footnote\n.. [#a] auto\n\n:custom:`x` [1]_ [#a]_ `a`__\n\n__ https://example.org\n",
    ])
}

/// A WHEEL file is rewritten once: rewritten again, it stays as it is.
pub(crate) fn wheel_metadata(data: &[u8]) -> bool {
    let Ok(metadata) = WheelMetadata::read(data) else { return false };
    let _ = (metadata.axes(), metadata.wheel_version_number(), metadata.wrong_tag());
    let build = "demo-1-2b-py3-none-any.whl".parse().ok().and_then(|name| WheelFilename::new(&name).ok());
    for build in [None, build.as_ref().and_then(WheelFilename::build)] {
        let Ok(rewritten) = WheelMetadata::rewritten(data, build) else { continue };
        let Ok(read) = WheelMetadata::read(&rewritten) else { panic!("what was rewritten can be read") };
        assert_eq!(read.triples(), metadata.triples(), "the tags stay");
        let again = WheelMetadata::rewritten(&rewritten, build);
        assert_eq!(again.ok(), Some(rewritten), "what was rewritten stays");
    }
    true
}

/// WHEEL files.
pub(crate) fn wheel_metadata_seeds() -> Vec<Vec<u8>> {
    seeds(&[
        "Wheel-Version: 1.0\nGenerator: bdist_wheel (0.43.0)\nRoot-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\n\n",
        "Wheel-Version: 1.9\r\nTag: cp312.cp311-abi3-win_amd64.win32\r\nBuild: 1\r\nTag: CP312-abi3-Win32\r\n\r\nTag: x\r\n",
    ])
}

/// package.json is read twice alike, and the tarball's name is a name.
pub(crate) fn package_json(data: &[u8]) -> bool {
    let Ok(package) = PackageJson::read(data) else { return false };
    assert_eq!(PackageJson::read(data).ok().as_ref(), Some(&package), "read twice alike");
    let _ =
        (package.purl(), package.dist_tag(), package.repository_url(), package.required_packages().count());
    let _ = package.repository_url().map(super::npm::github_repository);
    let _ = package.registry().map(super::npm::is_other_registry);
    for files in [true, false] {
        let files = AllFiles(files);
        let _ = (
            package.entry_points().missing_bin(&files),
            package.entry_points().missing_modules(&files, true),
        );
    }
    let _ = super::npm::family::families(&[&package, &package]);
    true
}

/// Every file is there, or none.
struct AllFiles(bool);

impl FileTree for AllFiles {
    fn has_file(&self, _: &str) -> bool {
        self.0
    }

    fn has_folder(&self, _: &str) -> bool {
        self.0
    }
}

/// Manifests of npm packages.
pub(crate) fn package_json_seeds() -> Vec<Vec<u8>> {
    seeds(&[
        r#"{"name":"demo","version":"1.0.0"}"#,
        r#"{"name":"@scope/demo-linux-x64","version":"v1.0.0-rc.1+b","os":["linux"],"cpu":"x64","libc":["glibc"],"private":false,"repository":{"type":"git","url":"git+https://github.com/o/r.git"},"publishConfig":{"access":"public","tag":"next","registry":"https://registry.example.org/","@scope:registry":"x"},"dependencies":{"a":"^1.0.0"},"optionalDependencies":{"b":"npm:c@1.0.0"},"peerDependencies":{"d":"*"},"bin":{"demo":"./bin/demo.js"},"main":"lib/index.js","types":"lib/index.d.ts","exports":{".":{"import":["./a.mjs",{"node":"./b.js"}],"default":"./c.js"},"./x/*":"./x/*.js","./y":null},"scripts":{"postinstall":"node x"}}"#,
        r#"{"name":"demo","version":"1.0.0","repository":"github:o/r","bin":"x.js","os":["!win32"],"typings":"x","exports":"./x.js","private":"true"}"#,
    ])
}

/// `entry_points.txt` is judged twice alike.
pub(crate) fn entry_points(data: &[u8]) -> bool {
    let checked = entry_points_txt::check(data);
    assert_eq!(checked, entry_points_txt::check(data));
    checked.is_ok()
}

/// Files of entry points.
pub(crate) fn entry_points_seeds() -> Vec<Vec<u8>> {
    seeds(&[
        "[console_scripts]\ndemo = demo.cli:main\n",
        "# c\n\n[gui_scripts]\na=b:c [extra]\n; c\n[x.y]\n z : w\n  more\n[DEFAULT]\nq=1\n",
    ])
}

/// The headers of native code say the same whether a file is read whole or
/// passes by in pieces.
pub(crate) fn native(data: &[u8]) -> bool {
    use std::io::Write as _;
    let look = |piece: usize| {
        let mut collector = Native::collector();
        for bytes in data.chunks(piece.max(1)) {
            assert!(collector.write_all(bytes).is_ok(), "a collector takes all bytes");
        }
        let again = |collector: &mut super::native::excerpt::Collector| -> std::io::Result<()> {
            data.chunks(piece.max(1)).try_for_each(|bytes| collector.write_all(bytes))
        };
        let mut excerpt = collector.finish(None);
        for _ in 0..3 {
            let _ = Native::of(&excerpt);
            let Some(mut collector) = super::native::excerpt::Collector::again(&excerpt) else { break };
            assert!(again(&mut collector).is_ok(), "a collector takes all bytes");
            excerpt = collector.finish(None);
        }
        Native::of(&excerpt)
    };
    let native = look(data.len());
    assert_eq!(native, look(1000), "what is seen does not depend on the pieces");
    native.is_some()
}

/// Programs in all formats, as far as their headers.
pub(crate) fn native_seeds() -> Vec<Vec<u8>> {
    vec![elf(), mach_o(), fat(), pe(), b"\0asm\x01\0\0\0".to_vec()]
}

/// A shared library for x86-64 with a dynamic section that asks for
/// `libc.so.6` in version `GLIBC_2.17`.
fn elf() -> Vec<u8> {
    let mut bytes = vec![0; 0x300];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, b"\x7fELF\x02\x01\x01");
    put(16, &[3, 0, 62, 0, 1]);
    put(32, &64_u64.to_le_bytes());
    put(52, &[64, 0, 56, 0, 2, 0, 64, 0]);
    let header = |kind: u32, at: u64, size: u64| {
        let words = [at, at, at, size, size, 8].map(u64::to_le_bytes).concat();
        [&kind.to_le_bytes()[..], &4_u32.to_le_bytes(), &words].concat()
    };
    put(64, &header(1, 0, 0x300));
    put(120, &header(2, 0x100, 0x70));
    // DT_STRTAB, DT_STRSZ, DT_NEEDED, DT_VERNEED, DT_VERNEEDNUM, DT_NULL
    let dynamic = [(5, 0x200), (10, 0x40), (1, 1), (0x6fff_fffe, 0x280), (0x6fff_ffff, 1), (0, 0)];
    for (at, (tag, value)) in dynamic.into_iter().enumerate() {
        put(0x100 + 16 * at, &u64::to_le_bytes(tag));
        put(0x108 + 16 * at, &u64::to_le_bytes(value));
    }
    put(0x200, b"\0libc.so.6\0GLIBC_2.17\0");
    put(0x280, &[1, 0, 1, 0, 1, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0]);
    put(0x290, &[0x97, 0x91, 0x96, 0x06, 0, 0, 2, 0, 11, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

/// A program for arm64 that says its oldest macOS.
fn mach_o() -> Vec<u8> {
    let words: [u32; 14] = [0xfeed_facf, 0x0100_000c, 0, 2, 2, 40, 0, 0, 0x32, 24, 1, 0x000b_0000, 0, 0];
    let signature: [u32; 4] = [0x1d, 16, 0, 0];
    words.iter().chain(&signature).flat_map(|word| word.to_le_bytes()).collect()
}

/// One for two machines.
fn fat() -> Vec<u8> {
    let slice = mach_o();
    let size = u32::try_from(slice.len()).unwrap_or(0);
    let words: [u32; 12] = [0xcafe_babe, 2, 0x0100_000c, 0, 64, size, 3, 0x0100_0007, 3, 192, size, 3];
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    for at in [64, 192] {
        bytes.resize(at, 0);
        bytes.extend(&slice);
    }
    bytes
}

/// A program for Windows.
fn pe() -> Vec<u8> {
    let mut bytes = vec![0; 0x200];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, b"MZ");
    put(0x3c, &[0x80]);
    put(0x80, b"PE\0\0\x64\x86\x01");
    put(0x94, &[0xf0, 0, 0x22]);
    put(0x98, &[0x0b, 0x02]);
    bytes
}

/// What a sidecar declares is read twice alike. The first line is its name.
pub(crate) fn sidecars(data: &[u8]) -> bool {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let Ok(name) = text(&data[..at]).parse::<FileName>() else { return false };
    let bytes = data.get(at + 1..).unwrap_or_default();
    let contents = SidecarContents::read(&name, bytes);
    assert_eq!(contents, SidecarContents::read(&name, bytes), "read twice alike");
    match &contents {
        SidecarContents::Checksums(Ok(checksums)) => {
            let _ = checksums.checks_only(name.as_str());
            for line in checksums.lines() {
                assert!(line.digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line:?}");
                let _ = line.name();
            }
            true
        }
        SidecarContents::Signature(subjects) => {
            let _: Vec<_> = subjects.iter().map(|subject| subject.file_name()).collect();
            !subjects.is_empty()
        }
        _ => false,
    }
}

/// Lists, checksum files and attestations.
pub(crate) fn sidecar_seeds() -> Vec<Vec<u8>> {
    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let texts = [
        format!("SHA256SUMS\n{HEX}  a.zip\n{HEX} *b.zip\r\n# c\n"),
        format!("a.zip.sha256\n{HEX}\n"),
        format!("checksums.txt\nSHA256 (a (1).zip) = {HEX}\nSHA2-512(b)= {HEX}{HEX}\n"),
        format!("a.sha256\nAlgorithm : SHA256\nHash      : {HEX}\nPath      : C:\\a\n"),
        format!("a.sha256\nSHA256 hash of a:\n{HEX}\nCertUtil: -hashfile command completed successfully.\n"),
        format!("a.sigstore.json\n{{\"subject\":[{{\"name\":\"a\",\"digest\":{{\"sha256\":\"{HEX}\"}}}}]}}"),
        "a.sigstore.json\n{\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\",\"digest\":\"AAAA\"}},\"dsseEnvelope\":{\"payload\":\"e30=\"}}".to_owned(),
        "a.asc\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n".to_owned(),
        "latest.yml\nversion: 1\n".to_owned(),
    ];
    texts.map(String::into_bytes).to_vec()
}
