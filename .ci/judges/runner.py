"""Runs the program by hand, and as a runner runs a container action: inputs, files, outputs."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Step:
    """What is left of a step once it has ended."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def by_hand(command: list, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command in a folder, in an environment that says nothing of a runner."""
    return run(command, cwd=folder, env={"PATH": os.environ["PATH"]})


def run(command: list, **options) -> subprocess.CompletedProcess[str]:
    """Runs a command without input, both its streams as one text in `stdout`."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )


def environment(workspace: str, command_files: str, inputs: dict[str, str]) -> dict[str, str]:
    """The variables of a runner, with its folders as the program sees them."""
    variables = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": workspace,
        "GITHUB_OUTPUT": f"{command_files}/set_output",
        "GITHUB_STEP_SUMMARY": f"{command_files}/step_summary",
        "GITHUB_REPOSITORY": "octo-org/octo-repo",
        "GITHUB_RUN_ID": "19611734501",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REF_NAME": "main",
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_API_URL": "https://api.github.com",
        "GITHUB_WORKFLOW": "Release",
        "GITHUB_WORKFLOW_REF": "octo-org/octo-repo/.github/workflows/release.yml@refs/heads/main",
        "RUNNER_OS": "Linux",
        "RUNNER_ARCH": "X64",
    }
    # Hyphens stay: a shell cannot even name such a variable.
    variables |= {"INPUT_" + name.replace(" ", "_").upper(): value for name, value in inputs.items()}
    return variables


def step(
    program: list[str], workspace: Path, files: Path, inputs: dict[str, str], variables: dict[str, str] | None = None
) -> Step:
    """Runs `program` in `workspace`, its command files in the new folder `files`.

    `variables` come on top of what every runner says.
    """
    files.mkdir()
    for name in ("set_output", "step_summary"):
        (files / name).touch()
    ended = run(program, cwd=workspace, env=environment(str(workspace), str(files), inputs) | (variables or {}))
    return ended_step(ended.returncode, ended.stdout, files)


def container_step(image: str, workspace: Path, files: Path, inputs: dict[str, str]) -> Step:
    """Runs an image as runner v2.336 runs a container action."""
    files.mkdir()
    owner = workspace.stat()
    for name in ("set_output", "step_summary"):
        (files / name).touch()
        os.chown(files / name, owner.st_uid, owner.st_gid)
    variables = environment("/github/workspace", "/github/file_commands", inputs) | {"HOME": "/github/home"}
    command = ["docker", "run", "--workdir", "/github/workspace", "--rm"]
    command += [part for name in variables for part in ("-e", name)]
    command += ["-v", f"{files}:/github/file_commands", "-v", f"{workspace}:/github/workspace", image]
    ended = run(command, env=os.environ | variables)
    return ended_step(ended.returncode, ended.stdout, files)


def ended_step(code: int, log: str, files: Path) -> Step:
    outputs = parse_outputs((files / "set_output").read_text())
    return Step(code, log, outputs, (files / "step_summary").read_text())


def parse_outputs(text: str) -> dict[str, str]:
    """The lines of $GITHUB_OUTPUT: `NAME=VALUE`, or `NAME<<DELIMITER` and lines up to it."""
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        heredoc = re.fullmatch(r"([^=<]+)<<(.+)", line)
        if heredoc is None:
            name, equals, value = line.partition("=")
            if not equals:
                raise ValueError(f"Invalid format '{line}'")
            outputs[name] = value
            continue
        name, delimiter = heredoc.groups()
        value = []
        for content in lines:
            if content == delimiter:
                break
            value.append(content)
        else:
            raise ValueError(f"Matching delimiter not found '{delimiter}'")
        outputs[name] = "\n".join(value)
    return outputs
