//! What must hold of every manifest, for `fuzz/`.

use super::manifest::Manifest;
use super::top_level::TopLevelFiles;

/// A manifest that can be read is written as what is read alike, and the files
/// at the top follow from it.
pub(crate) fn manifest(data: &[u8]) -> bool {
    let Ok(manifest) = Manifest::from_json(data) else { return false };
    let written = manifest.to_json();
    let Ok(again) = Manifest::from_json(&written) else { panic!("what is written can be read") };
    assert_eq!(format!("{again:?}"), format!("{manifest:?}"), "what is written is read alike");
    assert_eq!(again.to_json(), written, "and written alike");
    let top = TopLevelFiles::render(&manifest);
    let [first, sums, ..] = top.files() else { panic!("a manifest and checksums") };
    assert_eq!(first.bytes, written);
    let lines = sums.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert_eq!(lines, manifest.files().len(), "a line for each file");
    true
}

/// Manifests of a run with every kind of file.
pub(crate) fn manifest_seeds() -> Vec<Vec<u8>> {
    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let file = |name: &str, folder: &str, rest: &str| {
        format!(
            r#"{{"name":"{name}","folder":"{folder}",{rest},"size":3,"digests":{{"sha256":"{HEX}"}},"origins":[{{"artifact":{{"name":"a-11223344556","id":1,"digest":"{HEX}"}},"path":"x/{name}","action":"kept"}}]}}"#
        )
    };
    let files = [
        file(
            "demo-1.0-py3-none-any.whl",
            "pypi",
            r#""kind":"wheel","project":"demo","version":"1.0","target":{"os":"any","arch":"any","from":"platform-tags"},"wheel":{"python":["py3"],"abi":["none"],"platform":["any"],"generator":["g 1"]}"#,
        ),
        file(
            "demo-1.0.0.tgz",
            "npm",
            &format!(
                r#""kind":"npm-package","project":"demo","version":"1.0.0","npm":{{"purl":"pkg:npm/demo@1.0.0","os":["linux"],"cpu":[],"libc":[],"integrity":"sha512-{}=="}}"#,
                "A".repeat(86)
            ),
        ),
        file("demo-1.0.tar.gz", "pypi", r#""kind":"sdist","project":"demo","version":"1.0""#),
        file(
            "demo-x86_64-unknown-linux-gnu.tar.gz",
            "assets",
            r#""kind":"archive","target":{"os":"linux","arch":"x64","libc":"glibc","from":"file-name"}"#,
        ),
        file("demo.sh", "assets", r#""kind":"installer""#),
    ];
    let manifest = |run: &str, files: &[String], rest: &str| {
        format!(
            r#"{{"format":"release-prep/manifest/v1","run":{run},"version":"1.0","settings":{{"normalize":"rename","version":"auto","record":"verify","pypi":"error","npm":"error"}},"attestable":true,"files":[{}],{rest}}}"#,
            files.join(",")
        )
        .into_bytes()
    };
    let [wheel, npm, sdist, archive, installer] = files;
    vec![
        manifest("null", std::slice::from_ref(&wheel), r#""warnings":[],"ignored":[],"left_out":[]"#),
        manifest(
            "null",
            &[wheel, npm, sdist, archive, installer.clone()],
            r#""warnings":[],"ignored":[],"left_out":[]"#,
        ),
        manifest(
            r#"{"repository":"o/r","run_id":1,"run_attempt":1,"commit":"c","ref":"refs/tags/v1.0","workflow":"o/r/.github/workflows/r.yml@refs/tags/v1.0"}"#,
            &[installer],
            r#""warnings":[{"rule":"metadata-version","artifact":"a","path":"b","found":"f","expected":"e","remedy":"r"},{"rule":"x","found":"f","expected":"e","remedy":"r"}],"ignored":[],"left_out":[{"artifact":"a","path":"b/.gitignore","why":"stray"},{"artifact":"a","path":"c","why":"unknown-kind"}]"#,
        ),
    ]
}
