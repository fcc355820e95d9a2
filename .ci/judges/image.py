"""What every judge of the image needs: a workspace that is somebody else's."""

import os
import shutil
import subprocess
from pathlib import Path

from ruamel.yaml import YAML

import runner
from release import check

# The user that owns the workspace on GitHub's runners.
OWNER = 1001


def new_workspace(checkout: Path, folder: Path, owner: int = OWNER) -> Path:
    """A workspace that belongs to `owner`, with the example's artifacts."""
    shutil.copytree(checkout / "examples" / "artifacts", folder / "artifacts")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner)
    return folder


def inputs(checkout: Path, **given: str) -> dict[str, str]:
    """What a runner hands to a step: action.yml's own defaults, and what is given."""
    action = YAML(typ="safe").load(checkout / "action.yml")
    defaults = {name: str(declared.get("default", "")) for name, declared in action["inputs"].items()}
    return defaults | {"github-token": ""} | {name.replace("_", "-"): value for name, value in given.items()}


def declared_outputs(checkout: Path) -> set[str]:
    return set(YAML(typ="safe").load(checkout / "action.yml")["outputs"])


def docker(workspace: Path, image: str, *options: str, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Runs an image from a shell, with a workspace."""
    mount = f"{workspace}:/github/workspace"
    return runner.run(["docker", "run", "--rm", "-v", mount, *options, image, *arguments])


def check_owner(workspace: Path, owner: int = OWNER) -> None:
    """Everything belongs to the owner, and has one of the three modes."""
    for path in workspace.rglob("*"):
        status = path.lstat()
        check((status.st_uid, status.st_gid) == (owner, owner), f"{path.name} belongs to {owner}, not {status.st_uid}")
        mode = status.st_mode & 0o7777
        check(mode in ((0o755,) if path.is_dir() else (0o644, 0o755)), f"{path.name} has mode {mode:o}")
