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
        "GITHUB_REPOSITORY": "octo-org/hello-release",
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
        "GITHUB_WORKFLOW_REF": "octo-org/hello-release/.github/workflows/release.yml@refs/heads/main",
        "RUNNER_OS": "Linux",
        "RUNNER_ARCH": "X64",
    }
    # Hyphens stay: a shell cannot even name such a variable.
    variables |= {"INPUT_" + name.replace(" ", "_").upper(): value for name, value in inputs.items()}
    return variables


def step(
    program: list[str],
    workspace: Path,
    files: Path,
    inputs: dict[str, str],
    variables: dict[str, str] | None = None,
    **options,
) -> Step:
    """Runs `program` in `workspace`, its command files in the new folder `files`.

    `variables` come on top of what every runner says.
    """
    files.mkdir()
    for name in ("set_output", "step_summary"):
        (files / name).touch()
    said = environment(str(workspace), str(files), inputs) | (variables or {})
    ended = run(program, cwd=workspace, env=said, **options)
    return ended_step(ended.returncode, ended.stdout, files)


def container(
    image: str, workspace: Path, files: Path, inputs: dict[str, str], *options: str, **variables: str
) -> tuple[list[str], dict[str, str]]:
    """The command by which runner v2.336 runs a container action, and its environment.

    `options` are for `docker run`, `variables` on top of what every runner says.
    """
    files.mkdir()
    owner = workspace.stat()
    for name in ("set_output", "step_summary"):
        (files / name).touch()
        os.chown(files / name, owner.st_uid, owner.st_gid)
    said = environment("/github/workspace", "/github/file_commands", inputs) | {"HOME": "/github/home"} | variables
    command = ["docker", "run", "--workdir", "/github/workspace", "--rm", *options]
    command += [part for name in said for part in ("-e", name)]
    command += ["-v", "/var/run/docker.sock:/var/run/docker.sock"]
    command += ["-v", f"{files}:/github/file_commands", "-v", f"{workspace}:/github/workspace", image]
    return command, os.environ | said


def container_step(
    image: str, workspace: Path, files: Path, inputs: dict[str, str], *options: str, **variables: str
) -> Step:
    """Runs an image as a step."""
    command, environment = container(image, workspace, files, inputs, *options, **variables)
    ended = run(command, env=environment)
    return ended_step(ended.returncode, ended.stdout, files)


def ended_step(code: int, log: str, files: Path) -> Step:
    outputs = parse_outputs((files / "set_output").read_text())
    return Step(code, log, outputs, (files / "step_summary").read_text())


def parse_outputs(text: str) -> dict[str, str]:
    """Reads $GITHUB_OUTPUT by the rules of the runner (v2.336, FileCommandManager.cs).

    A line is `NAME=VALUE`, or `NAME<<DELIMITER` with the value up to a line that
    is the delimiter: whichever of `=` and `<<` comes first. Each of these errors
    fails a step on a runner.
    """
    outputs: dict[str, str] = {}
    # Not `splitlines`, which ends lines at characters that the runner takes for text.
    lines = iter(re.findall(r"[^\n]*\n|[^\n]+", text))
    for line in (line.removesuffix("\n") for line in lines):
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if heredoc < 0 <= equals or 0 <= equals < heredoc:
            name, _, value = line.partition("=")
            if not name:
                raise ValueError(f"Invalid format '{line}'. Name must not be empty")
            outputs[name] = value
            continue
        if heredoc < 0:
            raise ValueError(f"Invalid format '{line}'")
        name, _, delimiter = line.partition("<<")
        if not name or not delimiter:
            raise ValueError(f"Invalid format '{line}'. Name must not be empty and delimiter must not be empty")
        value = ""
        for content in lines:
            if not content.endswith("\n"):
                raise ValueError("Invalid value. EOF marker missing new line.")
            if content == delimiter + "\n":
                break
            value += content
        else:
            raise ValueError(f"Invalid value. Matching delimiter not found '{delimiter}'")
        outputs[name] = value.removesuffix("\n")
    return outputs
