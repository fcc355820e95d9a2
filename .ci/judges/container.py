"""The image, run from a shell and as a runner runs a container action.

usage: container.py IMAGE CHECKOUT SCRATCH
"""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import attest
import container_end
import container_user
import release
import runner
from image import check_owner, declared_outputs, docker, inputs, new_workspace
from release import check, say

MOST_BYTES = 9_000_000
# What an engine puts into every container, beside what the image holds.
OF_THE_ENGINE = ("dev", "etc", "proc", "sys", ".dockerenv")


def check_contents(image: str, scratch: Path) -> None:
    """One program, and the folder that a runner mounts over."""
    described = json.loads(subprocess.check_output(["docker", "image", "inspect", image]))[0]
    check(described["Size"] < MOST_BYTES, f"the image has {described['Size']} bytes, {MOST_BYTES} at most")
    config = described["Config"]
    expected = {"Entrypoint": ["/release-prep"], "WorkingDir": "/github/workspace", "User": "", "Cmd": None}
    found = {name: config[name] for name in expected}
    check(found == expected, f"the image is run as {expected}, not {found}")
    container = subprocess.check_output(["docker", "create", image], text=True).strip()
    with (scratch / "image.tar").open("wb") as file:
        subprocess.run(["docker", "export", container], check=True, stdout=file)
    subprocess.run(["docker", "rm", container], check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(scratch / "image.tar") as archive:
        names = {name for name in archive.getnames() if name.split("/")[0] not in OF_THE_ENGINE}
    check(names == {"release-prep", "github", "github/workspace"}, f"the image holds one program: {sorted(names)}")
    say(f"the image: {described['Size'] / 1e6:.2f} MB, one program and nothing else")


def check_shell(image: str, checkout: Path, scratch: Path) -> None:
    """By hand, in a workspace of another user."""
    workspace = new_workspace(checkout, scratch / "by-hand")
    ended = docker(workspace, image, arguments=("--artifacts-dir", "artifacts"))
    check(ended.returncode == 0, f"docker run prepares (exit {ended.returncode}):\n{ended.stdout}")
    check_owner(workspace)
    ended = docker(workspace, image, arguments=("verify", "prepared"))
    check(ended.returncode == 0, f"docker run verifies (exit {ended.returncode}):\n{ended.stdout}")
    say("docker run: prepares and verifies; everything made belongs to the workspace's owner")


def check_runner(image: str, checkout: Path, scratch: Path) -> None:
    """As a step: outputs, summary, owner; then verified as a later job does."""
    workspace = new_workspace(checkout, scratch / "step")
    given = inputs(checkout, artifacts_dir="artifacts")
    step = runner.container_step(image, workspace, scratch / "step-files", given)
    check(step.code == 0, f"the step prepares with action.yml's own defaults (exit {step.code}):\n{step.log}")
    check_owner(workspace)
    declared, given_outputs = declared_outputs(checkout), set(step.outputs)
    check(declared == given_outputs, f"action.yml's outputs are those given: {sorted(declared ^ given_outputs)}")
    outputs = step.outputs
    for name in ("output-dir", "pypi-dir", "npm-dir", "assets-dir", "manifest", "checksums", "subject-checksums"):
        path = outputs[name]
        check(path != "" and not path.startswith("/"), f"{name} is relative to the workspace: {path}")
        check((workspace / path).exists(), f"{name} is there: {path}")
    for path in outputs["release-files"].splitlines() + json.loads(outputs["subject-shards"]):
        check((workspace / path).is_file(), f"{path} is in the workspace")
    check("/github/workspace" not in "".join(outputs.values()), "no output names the container's own folder")
    subjects = attest.subjects(outputs["subject-checksums"], workspace)
    check(str(len(subjects)) == outputs["subject-count"], "subject-count is what actions/attest reads")
    check(attest.subjects(outputs["subjects"], workspace) == subjects, "`subjects` reads as the file does")
    digest = release.sha256(workspace / outputs["manifest"])
    check(outputs["manifest-digest"].removeprefix("sha256:") == digest, "manifest-digest is the manifest's")
    check(outputs["pypi-ready"] == "true", f"pypi-ready: {outputs['pypi-ready']}")
    check(step.summary != "", "a job summary is written")
    say(f"as a step: {len(outputs)} outputs, all paths readable from the workspace, and a summary")

    before = release.tree(workspace / "prepared")
    step = runner.container_step(image, workspace, scratch / "again-files", given)
    check(step.code == 0, f"the step prepares once more in the same workspace (exit {step.code}):\n{step.log}")
    check(release.tree(workspace / "prepared") == before, "and gives the same release")
    check(step.outputs == outputs, "and the same outputs")
    check_owner(workspace)
    say("twice in one workspace: the same release and the same outputs")

    verify = inputs(checkout, command="verify", manifest_digest=outputs["manifest-digest"])
    step = runner.container_step(image, workspace, scratch / "verify-files", verify)
    check(step.code == 0, f"the step verifies (exit {step.code}):\n{step.log}")
    step = runner.container_step(image, workspace, scratch / "unanchored-files", verify | {"manifest-digest": ""})
    check(step.code == 2, f"without a digest it does not verify on a runner (exit {step.code}):\n{step.log}")
    say("as a step of a later job: verified by the digest, refused without one")

    step = runner.container_step(image, workspace, scratch / "wrong-files", given | {"normalize": "sometimes"})
    check(step.code == 2, f"a wrong input is exit 2, not {step.code}:\n{step.log}")
    for word in ("normalize", "sometimes", "rename"):
        check(word in step.log, f"the message about a wrong input says {word}:\n{step.log}")
    check(release.tree(workspace / "prepared") == before, "a wrong input leaves what was there")
    say("a wrong input: exit 2, the message names it, what was given and what is allowed")


def main(image: str, checkout: Path, scratch: Path) -> None:
    check_contents(image, scratch)
    check_shell(image, checkout, scratch)
    check_runner(image, checkout, scratch)
    container_user.main(image, checkout, scratch)
    container_end.main(image, checkout, scratch)


if __name__ == "__main__":
    main(sys.argv[1], *(Path(argument).absolute() for argument in sys.argv[2:]))
