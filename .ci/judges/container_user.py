"""Whose the container's files are: as root, as any user, confined; and no chown."""

import os
import re
import stat
from pathlib import Path

import release
import runner
from image import OWNER, check_owner, docker, inputs, new_workspace
from release import check, say

ARGUMENTS = ("--artifacts-dir", "artifacts")
SOCKET = Path("/var/run/docker.sock")
# Calls that give a file to somebody, and those that make or remove one.
CHOWN = ("chown", "fchown", "lchown", "fchownat")
CHANGES = ("mkdirat", "mkdir", "renameat", "renameat2", "rename", "unlinkat", "unlink", "symlinkat", "linkat", "fchmod")


def check_users(image: str, checkout: Path, scratch: Path) -> None:
    """Whoever owns the workspace owns what is made; the release is the same."""
    trees = {}

    def prepared(name: str, owner: int, *options: str) -> None:
        workspace = new_workspace(checkout, scratch / name, owner)
        ended = docker(workspace, image, *options, arguments=ARGUMENTS)
        check(ended.returncode == 0, f"{name}: prepares (exit {ended.returncode}):\n{ended.stdout}")
        check_owner(workspace, owner)
        trees[name] = release.tree(workspace)

    confined = ("--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none", "--read-only")
    prepared("root-for-another", OWNER)
    prepared("root-for-root", 0)
    prepared("root-read-only", OWNER, "--read-only", "--network=none")
    prepared("the-owner", OWNER, f"--user={OWNER}:{OWNER}")
    prepared("anybody", 4242, "--user=4242:4242")
    prepared("confined", OWNER, f"--user={OWNER}:{OWNER}", *confined)
    first, *others = trees.values()
    check(all(other == first for other in others), "everybody gets the same release")
    say(f"as root, as the owner, as anybody, {' '.join(confined)}: each the same release, the owner's own")

    # What cannot be is said, and nothing is left half done.
    for name, options in {
        "without-capabilities": ["--cap-drop=ALL"],
        "a-stranger": ["--user=4242:4242"],
    }.items():
        workspace = new_workspace(checkout, scratch / name)
        before = release.tree(workspace)
        ended = docker(workspace, image, *options, arguments=ARGUMENTS)
        check(ended.returncode == 3, f"{name}: exit 3, not {ended.returncode}:\n{ended.stdout}")
        check(release.tree(workspace) == before, f"{name}: nothing was written")
        if name == "without-capabilities":
            check(f"--user {OWNER}" in ended.stdout, f"{name}: the message says what to do:\n{ended.stdout}")
    say("root without capabilities, and a stranger: exit 3, nothing written, and what to do")


def check_socket(image: str, checkout: Path, scratch: Path) -> None:
    """A runner mounts the engine's socket; a link to it at the output changes nothing."""
    for name, link in {"the-output": "prepared", "above-it": "out"}.items():
        workspace = new_workspace(checkout, scratch / f"socket-{name}")
        target = SOCKET if link == "prepared" else SOCKET.parent
        (workspace / link).symlink_to(target)
        os.chown(workspace / link, OWNER, OWNER, follow_symlinks=False)
        before, socket = release.tree(workspace), SOCKET.stat()
        output = "prepared" if link == "prepared" else "out/docker.sock"
        given = inputs(checkout, artifacts_dir="artifacts", output_dir=output)
        step = runner.container_step(image, workspace, scratch / f"socket-{name}-files", given)
        check(step.code == 2, f"{output} is a link to {target}: exit 2, not {step.code}:\n{step.log}")
        check("symbolic link" in step.log, f"the message says why:\n{step.log}")
        check(release.tree(workspace) == before, "the workspace is as it was")
        check((workspace / link).readlink() == target, "so is the link")
        after = SOCKET.stat()
        same = all(getattr(socket, part) == getattr(after, part) for part in ("st_ino", "st_mode", "st_uid", "st_gid"))
        check(same and stat.S_ISSOCK(after.st_mode), "so is the socket, its owner and its mode")
    say("prepared -> /var/run/docker.sock: exit 2, and nothing has changed, neither here nor there")


def check_calls(program: Path, checkout: Path, scratch: Path) -> None:
    """strace over the image's own program, as root: first the owner, then work, and no chown at all."""
    for name, owner in {"another": OWNER, "root": 0}.items():
        workspace, trace = new_workspace(checkout, scratch / f"calls-{name}", owner), scratch / f"calls-{name}.trace"
        calls = ",".join(("setresuid", "setresgid", "setgroups", "openat", *CHOWN, *CHANGES))
        strace = ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={calls}", str(program)]
        given = inputs(checkout, artifacts_dir="artifacts")
        files = scratch / f"calls-{name}-files"
        step = runner.step(strace, workspace, files, given, umask=0o077)
        check(step.code == 0, f"under strace the step prepares (exit {step.code}):\n{step.log}")
        check_owner(workspace, owner)
        lines = trace.read_text().splitlines()
        made = [re.sub(r"^\d+ +", "", line) for line in lines]
        first = next((at for at, line in enumerate(made) if line.startswith(CHANGES) or '"artifacts' in line), None)
        check(first is not None, f"strace has seen the work:\n{trace.read_text()[:2000]}")
        given_away = [line for line in made if line.startswith(CHOWN)]
        check(not given_away, f"no chown: {given_away}")
        if owner != 0:
            became = [at for at, line in enumerate(made) if line.startswith(f"setresuid({owner}, {owner}, {owner})")]
            check(bool(became) and became[0] < first, f"the owner first, then work: {made[: first + 1]}")
    say("strace, umask 077: no chown; root has become the owner before it opens an artifact or makes a folder")


def main(image: str, checkout: Path, scratch: Path) -> None:
    check_users(image, checkout, scratch)
    check_socket(image, checkout, scratch)
    check_calls(scratch / "held", checkout, scratch)
