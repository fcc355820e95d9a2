//! The project's own release, `release.yml`: what docs/releasing.md promises of it.

use yaml_serde::Value;

const RELEASE: &str = include_str!("../../.github/workflows/release.yml");
const CI: &str = include_str!("../../.github/workflows/ci.yml");

fn workflow() -> Value {
    yaml_serde::from_str(RELEASE).unwrap()
}

fn needs(workflow: &Value, job: &str) -> String {
    workflow["jobs"][job]["needs"].as_str().unwrap().to_owned()
}

/// Nothing is signed or published before the programs were built again, and each
/// job waits for the one before it.
#[test]
fn the_programs_come_first() {
    let workflow = workflow();
    for (job, before) in [("programs", "check"), ("release", "programs"), ("github", "release")] {
        assert_eq!(needs(&workflow, job), before);
    }
    assert!(RELEASE.contains("bash .ci/run dist"));
    let image = |text: &str| {
        let (_, rest) = text.split_once("image: rust:").unwrap();
        rest.lines().next().unwrap().to_owned()
    };
    assert_eq!(image(RELEASE), image(CI), "the image in which dist/ is built again");
}

/// Only the last job can write, and only a tag starts the workflow.
#[test]
fn only_a_tag_publishes() {
    let workflow = workflow();
    let triggers: Vec<&Value> = workflow["on"].as_mapping().unwrap().keys().collect();
    assert_eq!(triggers, ["push"]);
    assert!(workflow["on"]["push"].get("branches").is_none());
    assert!(workflow["permissions"].as_mapping().unwrap().is_empty());
    for (name, job) in workflow["jobs"].as_mapping().unwrap() {
        let permissions = job["permissions"].as_mapping().unwrap();
        let writes: Vec<&str> = permissions
            .iter()
            .filter(|(_, right)| right.as_str() == Some("write"))
            .map(|(what, _)| what.as_str().unwrap())
            .collect();
        let expected: &[&str] = match name.as_str().unwrap() {
            "release" => &["id-token", "attestations"],
            "github" => &["contents"],
            _ => &[],
        };
        assert_eq!(writes, expected, "{name:?}");
        if !expected.is_empty() {
            let condition = job["if"].as_str().unwrap();
            assert!(condition.starts_with("startsWith(github.ref, 'refs/tags/')"), "{condition}");
        }
    }
}
