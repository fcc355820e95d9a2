"""The image, run from a shell and as a runner runs a container action.

usage: container.py IMAGE CHECKOUT SCRATCH
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

import attest
import release
import runner
from release import check, say

# The user that owns the workspace on GitHub's runners.
OWNER = 1001


def docker(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return runner.run(["docker", "run", "--rm", "-v", f"{workspace}:/github/workspace", *arguments])


def new_workspace(checkout: Path, scratch: Path, name: str) -> Path:
    """A workspace that belongs to OWNER, with the example's artifacts."""
    workspace = scratch / name
    shutil.copytree(checkout / "examples" / "artifacts", workspace / "artifacts")
    for path in (workspace, *workspace.rglob("*")):
        os.chown(path, OWNER, OWNER)
    return workspace


def check_owner(workspace: Path) -> None:
    for path in workspace.rglob("*"):
        status = path.lstat()
        check((status.st_uid, status.st_gid) == (OWNER, OWNER), f"{path.name} belongs to {OWNER}, not {status.st_uid}")
        mode = status.st_mode & 0o7777
        check(mode in ((0o755,) if path.is_dir() else (0o644, 0o755)), f"{path.name} has mode {mode:o}")


def check_shell(image: str, checkout: Path, scratch: Path) -> None:
    """By hand, in a workspace of another user; then without any privilege."""
    workspace = new_workspace(checkout, scratch, "by-hand")
    ended = docker(workspace, image, "--artifacts-dir", "artifacts")
    check(ended.returncode == 0, f"docker run prepares (exit {ended.returncode}):\n{ended.stdout}")
    check_owner(workspace)
    ended = docker(workspace, image, "verify", "prepared")
    check(ended.returncode == 0, f"docker run verifies (exit {ended.returncode}):\n{ended.stdout}")
    say(f"docker run: everything made belongs to {OWNER}")

    confined = new_workspace(checkout, scratch, "confined")
    ended = docker(
        confined,
        f"--user={OWNER}:{OWNER}",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--network=none",
        "--read-only",
        image,
        "--artifacts-dir",
        "artifacts",
    )
    check(ended.returncode == 0, f"a confined container prepares (exit {ended.returncode}):\n{ended.stdout}")
    check_owner(confined)
    check(release.tree(confined) == release.tree(workspace), "a confined container gives the same release")
    say("docker run --user --cap-drop=ALL --network=none --read-only: the same release")


def check_runner(image: str, checkout: Path, scratch: Path) -> None:
    """As a step: outputs, summary, owner; then verified as a later job does."""
    action = YAML(typ="safe").load(checkout / "action.yml")
    defaults = {name: str(given.get("default", "")) for name, given in action["inputs"].items()}
    defaults["github-token"] = ""
    workspace = new_workspace(checkout, scratch, "step")

    inputs = defaults | {"artifacts-dir": "artifacts"}
    step = runner.container_step(image, workspace, scratch / "step-files", inputs)
    check(step.code == 0, f"the step prepares with action.yml's own defaults (exit {step.code}):\n{step.log}")
    check_owner(workspace)
    declared, given = set(action["outputs"]), set(step.outputs)
    check(declared == given, f"action.yml's outputs are those given: {sorted(declared ^ given)}")
    outputs = step.outputs
    for name in ("output-dir", "pypi-dir", "npm-dir", "assets-dir", "manifest", "checksums", "subject-checksums"):
        path = outputs[name]
        check(path != "" and not path.startswith("/"), f"{name} is relative to the workspace: {path}")
        check((workspace / path).exists(), f"{name} is there: {path}")
    for path in outputs["release-files"].splitlines() + json.loads(outputs["subject-shards"]):
        check((workspace / path).is_file(), f"{path} is in the workspace")
    subjects = attest.subjects(outputs["subject-checksums"], workspace)
    check(str(len(subjects)) == outputs["subject-count"], "subject-count is what actions/attest reads")
    check(attest.subjects(outputs["subjects"], workspace) == subjects, "`subjects` reads as the file does")
    digest = release.sha256(workspace / outputs["manifest"])
    check(outputs["manifest-digest"].removeprefix("sha256:") == digest, "manifest-digest is the manifest's")
    check(outputs["pypi-ready"] == "true", f"pypi-ready: {outputs['pypi-ready']}")
    check(step.summary != "", "a job summary is written")
    say(f"as a step: {len(given)} outputs, all paths readable from the workspace, and a summary")

    verify = defaults | {"command": "verify", "manifest-digest": outputs["manifest-digest"]}
    step = runner.container_step(image, workspace, scratch / "verify-files", verify)
    check(step.code == 0, f"the step verifies (exit {step.code}):\n{step.log}")
    step = runner.container_step(image, workspace, scratch / "unanchored-files", verify | {"manifest-digest": ""})
    check(step.code == 2, f"without a digest it does not verify on a runner (exit {step.code}):\n{step.log}")
    say("as a step of a later job: verified by the digest, refused without one")

    before = release.tree(workspace / "prepared")
    step = runner.container_step(image, workspace, scratch / "wrong-files", inputs | {"normalize": "sometimes"})
    check(step.code == 2, f"a wrong input is exit 2, not {step.code}:\n{step.log}")
    for word in ("normalize", "sometimes", "rename"):
        check(word in step.log, f"the message about a wrong input says {word}:\n{step.log}")
    check(release.tree(workspace / "prepared") == before, "a wrong input leaves what was there")
    say("a wrong input: exit 2, the message names it, what was given and what is allowed")


def main(image: str, checkout: str, scratch: str) -> None:
    check_shell(image, Path(checkout), Path(scratch))
    check_runner(image, Path(checkout), Path(scratch))


if __name__ == "__main__":
    main(*sys.argv[1:])
