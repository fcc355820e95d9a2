//! The manifest: true to its published schema, and to the artifacts.

use serde_json::{Value, json};

use crate::fixture::{elf, wheel};
use crate::harness::Workspace;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/release-manifest.schema.json")).unwrap()
}

/// What the schema has against a manifest.
fn errors(manifest: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    validator.iter_errors(manifest).map(|error| error.to_string()).collect()
}

#[test]
fn manifests_are_true_to_the_schema() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&["--checksum-algorithms", "sha512,blake2b"]).exits(0);
    assert_eq!(errors(&workspace.manifest()), [""; 0]);
    // One with warnings, files left out, and no version.
    let name = "foo-1.0-cp312.cp311-none-any.whl";
    let workspace = Workspace::with([
        (format!("a/{name}"), wheel(name)),
        (format!("a/{name}.asc"), elf("")),
        ("a/x.txt".into(), elf("")),
        ("a/.gitignore".into(), vec![]),
        ("a/notes".into(), vec![]),
    ]);
    workspace.prepare(&[]).exits(0);
    assert_eq!(errors(&workspace.manifest()), [""; 0]);
}

/// A schema that takes everything would prove nothing.
#[test]
fn the_schema_can_say_no() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&[]).exits(0);
    let manifest = workspace.manifest();
    for (at, value) in [
        ("/format", json!("release-prep/manifest/v2")),
        ("/files/0/folder", json!("elsewhere")),
        ("/files/0/size", json!(-1)),
        ("/files/0/digests/sha256", json!(7)),
        ("/files/0/origins", json!(null)),
        ("/files/0", json!({"name": "x"})),
    ] {
        let mut altered = manifest.clone();
        *altered.pointer_mut(at).unwrap() = value;
        assert_ne!(errors(&altered), [""; 0], "{at}");
    }
    let mut more = manifest;
    more["more"] = json!(1);
    assert_ne!(errors(&more), [""; 0]);
}

/// The run, as the runner tells it: the one part that is the run's own.
#[test]
fn the_account_of_the_run() {
    let workspace = Workspace::with([("a/tool", elf("tool"))]);
    let mut step = workspace.step(&[("artifacts-dir", "artifacts")]);
    step.env("GITHUB_REPOSITORY", "octo-org/tool")
        .env("GITHUB_RUN_ID", "11223344556")
        .env("GITHUB_RUN_ATTEMPT", "2")
        .env("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567")
        .env("GITHUB_REF", "refs/tags/v1.0")
        .env("GITHUB_WORKFLOW_REF", "octo-org/tool/.github/workflows/release.yml@refs/tags/v1.0");
    workspace.finish(&mut step).exits(0);
    let manifest = workspace.manifest();
    assert_eq!(errors(&manifest), [""; 0]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&manifest["run"]).unwrap(), @r#"
    {
      "commit": "0123456789abcdef0123456789abcdef01234567",
      "ref": "refs/tags/v1.0",
      "repository": "octo-org/tool",
      "run_attempt": 2,
      "run_id": 11223344556,
      "workflow": "octo-org/tool/.github/workflows/release.yml@refs/tags/v1.0"
    }
    "#);
    // From a desk there is none.
    workspace.prepare(&["--output-dir", "else"]).exits(0);
    assert!(workspace.read("else/release-manifest.json").contains("\"run\": null"));
}

#[test]
fn the_manifest_of_the_example() {
    let workspace = Workspace::of_the_example();
    workspace.prepare(&[]).exits(0);
    insta::assert_snapshot!(workspace.read("prepared/release-manifest.json"), @r#"
    {
      "format": "release-prep/manifest/v1",
      "run": null,
      "version": "1.2.3",
      "settings": {
        "normalize": "rename",
        "version": "auto"
      },
      "attestable": true,
      "files": [
        {
          "name": "hello-release-1.2.3.tgz",
          "folder": "npm",
          "kind": "npm-package",
          "project": "hello-release",
          "version": "1.2.3",
          "size": 411,
          "digests": {
            "sha256": "f9b2d6fcd4b89d731afadb49b6f8bfa9fcf014d7199bd912040445de7be54024"
          },
          "npm": {
            "purl": "pkg:npm/hello-release@1.2.3",
            "os": [],
            "cpu": [],
            "libc": [],
            "integrity": "sha512-LdBOIb5ojru9xfqFvF2D+QC3xL8cifC6n8CI951eZ2lxT0QMLOu0fqpD+1//+0Smd2AoGbKrLkTh28+8l4YfXQ=="
          },
          "origins": [
            {
              "artifact": {
                "name": "npm-package-11223344556"
              },
              "path": "hello-release-1.2.3.tgz",
              "action": "kept"
            }
          ]
        },
        {
          "name": "hello-release-darwin-arm64-1.2.3.tgz",
          "folder": "npm",
          "kind": "npm-package",
          "project": "@hello-release/darwin-arm64",
          "version": "1.2.3",
          "size": 394,
          "digests": {
            "sha256": "8397479eb323c18bc685da43c0aa63bb1f7ec4409d878eb86eeb0790257758a4"
          },
          "target": "darwin-arm64",
          "npm": {
            "purl": "pkg:npm/%40hello-release/darwin-arm64@1.2.3",
            "os": [
              "darwin"
            ],
            "cpu": [
              "arm64"
            ],
            "libc": [],
            "integrity": "sha512-7D7T26YYf4WvLV7uziiZDPFTSyKHFBXGIOGX9b6nVCSa2/2i/8d5tjhGD2xHCnEV7sW6XlGTjKWKI8NAV97P0Q=="
          },
          "origins": [
            {
              "artifact": {
                "name": "npm-binary-darwin-arm64-11223344556"
              },
              "path": "hello-release-darwin-arm64-1.2.3.tgz",
              "action": "kept"
            }
          ]
        },
        {
          "name": "hello-release-linux-x64-1.2.3.tgz",
          "folder": "npm",
          "kind": "npm-package",
          "project": "@hello-release/linux-x64",
          "version": "1.2.3",
          "size": 393,
          "digests": {
            "sha256": "3cb940970cfe303b8c2e09b5ee9a46e283a5fd7ac49336ba7f2bc75bce9149e8"
          },
          "target": "linux-x64",
          "npm": {
            "purl": "pkg:npm/%40hello-release/linux-x64@1.2.3",
            "os": [
              "linux"
            ],
            "cpu": [
              "x64"
            ],
            "libc": [],
            "integrity": "sha512-OjnEQolyPm0o6C+AvPrewhPVPX5nms8f2FdnlSA1rCr4WrR3DQ7OR4hqR7eiPdUc5d9lCVnPdEK8uogKp1fikg=="
          },
          "origins": [
            {
              "artifact": {
                "name": "npm-binary-linux-x64-11223344556"
              },
              "path": "hello-release-linux-x64-1.2.3.tgz",
              "action": "kept"
            }
          ]
        },
        {
          "name": "hello-release-x86_64-unknown-linux-gnu",
          "folder": "assets",
          "kind": "executable",
          "size": 168,
          "digests": {
            "sha256": "62d7d0d4268b360247fd7ad6bd6069b07db08c99c7cdd28f353b3f93209f58c3"
          },
          "executable": true,
          "origins": [
            {
              "artifact": {
                "name": "binaries-11223344556"
              },
              "path": "hello-release-x86_64-unknown-linux-gnu",
              "action": "kept"
            }
          ]
        },
        {
          "name": "hello-release-x86_64-unknown-linux-gnu.tar.gz",
          "folder": "assets",
          "kind": "archive",
          "size": 274,
          "digests": {
            "sha256": "b047855ee1b58f396bb7931cc29bc24822459caec00b1b08a3632cc942242745"
          },
          "origins": [
            {
              "artifact": {
                "name": "binaries-11223344556"
              },
              "path": "hello-release-x86_64-unknown-linux-gnu.tar.gz",
              "action": "kept"
            }
          ]
        },
        {
          "name": "hello_release-1.2.3-py3-none-macosx_11_0_arm64.whl",
          "folder": "pypi",
          "kind": "wheel",
          "project": "hello-release",
          "version": "1.2.3",
          "size": 1380,
          "digests": {
            "sha256": "fc678d874a0e7a55dce30ece1bc5116784433735f61566d11bf3216d893cde5a"
          },
          "target": "macos-aarch64",
          "wheel": {
            "python": [
              "py3"
            ],
            "abi": [
              "none"
            ],
            "platform": [
              "macosx_11_0_arm64"
            ],
            "generator": [
              "hello-release-example 1"
            ]
          },
          "origins": [
            {
              "artifact": {
                "name": "wheels-macos-aarch64-11223344556"
              },
              "path": "hello_release-1.2.3-py3-none-macosx_11_0_arm64.whl",
              "action": "kept"
            }
          ]
        },
        {
          "name": "hello_release-1.2.3-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl",
          "folder": "pypi",
          "kind": "wheel",
          "project": "hello-release",
          "version": "1.2.3",
          "size": 1394,
          "digests": {
            "sha256": "c4a3e2ee320a46f62a8ad893b3127bf93acb1c06274d9f65e72631e29f135890"
          },
          "target": "linux-aarch64",
          "wheel": {
            "python": [
              "py3"
            ],
            "abi": [
              "none"
            ],
            "platform": [
              "manylinux2014_aarch64",
              "manylinux_2_17_aarch64"
            ],
            "generator": [
              "hello-release-example 1"
            ]
          },
          "origins": [
            {
              "artifact": {
                "name": "wheels-linux-aarch64-11223344556"
              },
              "path": "hello_release-1.2.3-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl",
              "action": "kept"
            }
          ]
        },
        {
          "name": "hello_release-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
          "folder": "pypi",
          "kind": "wheel",
          "project": "hello-release",
          "version": "1.2.3",
          "size": 1391,
          "digests": {
            "sha256": "d914fb2526acbde4103680716341903731b45eeb6ccd2ab766998a261d13b7df"
          },
          "target": "linux-x86_64",
          "wheel": {
            "python": [
              "py3"
            ],
            "abi": [
              "none"
            ],
            "platform": [
              "manylinux2014_x86_64",
              "manylinux_2_17_x86_64"
            ],
            "generator": [
              "hello-release-example 1"
            ]
          },
          "origins": [
            {
              "artifact": {
                "name": "wheels-linux-x86_64-11223344556"
              },
              "path": "hello_release-1.2.3-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
              "action": "renamed"
            }
          ]
        },
        {
          "name": "hello_release-1.2.3-py3-none-win_amd64.whl",
          "folder": "pypi",
          "kind": "wheel",
          "project": "hello-release",
          "version": "1.2.3",
          "size": 1378,
          "digests": {
            "sha256": "d3f3f7f48d1f31564fbe569dfdc7f6cafcd3ef4b89243a847525d0107143aeae"
          },
          "target": "windows-x64",
          "wheel": {
            "python": [
              "py3"
            ],
            "abi": [
              "none"
            ],
            "platform": [
              "win_amd64"
            ],
            "generator": [
              "hello-release-example 1"
            ]
          },
          "origins": [
            {
              "artifact": {
                "name": "wheels-windows-x64-11223344556"
              },
              "path": "hello_release-1.2.3-py3-none-win_amd64.whl",
              "action": "kept"
            }
          ]
        },
        {
          "name": "hello_release-1.2.3.tar.gz",
          "folder": "pypi",
          "kind": "sdist",
          "project": "hello-release",
          "version": "1.2.3",
          "size": 577,
          "digests": {
            "sha256": "34d49ea2fbeb990719f382e703494ea981ae9a17e650d7dd79cdf15f0e15792d"
          },
          "origins": [
            {
              "artifact": {
                "name": "sdist-11223344556"
              },
              "path": "hello_release-1.2.3.tar.gz",
              "action": "kept"
            }
          ]
        },
        {
          "name": "install.sh",
          "folder": "assets",
          "kind": "installer",
          "size": 89,
          "digests": {
            "sha256": "08a4187bd129238ae83f9ccbf0e0a5dcf142946b979023deeae705d6b2dd4fd2"
          },
          "executable": true,
          "origins": [
            {
              "artifact": {
                "name": "binaries-11223344556"
              },
              "path": "install.sh",
              "action": "kept"
            }
          ]
        }
      ],
      "warnings": [],
      "ignored": [],
      "left_out": []
    }
    "#);
}
