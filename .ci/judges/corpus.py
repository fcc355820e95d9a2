"""Real distributions from PyPI and npm, laid out as the artifacts of a run.

usage: corpus.py CORPUS
"""

import csv
import fcntl
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Artifact names end in the id of the run that uploaded them.
RUN_ID = "19611734501"


@dataclass(frozen=True)
class Entry:
    """A line of corpus.tsv or refused.tsv."""

    artifact: str
    client: str
    requirement: str
    platform: str
    python: str
    file: str


PIP_DOWNLOAD = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]


def read(table: Path) -> list[Entry]:
    return [Entry(*row) for row in rows(table)]


def rows(table: Path) -> list[list[str]]:
    """The rows of a table, without its comments."""
    lines = [line for line in table.read_text().splitlines() if line and not line.startswith("#")]
    return list(csv.reader(lines, delimiter="\t"))


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Stages run side by side, and each file is downloaded once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch(entries: list[Entry], folder: Path) -> None:
    """Downloads what is not in `folder` yet, with the registries' own clients."""
    with alone_in(folder):
        # One call for all that can be asked for alike.
        calls: dict[tuple[str, ...], list[str]] = {}
        for entry in entries:
            if (folder / entry.file).exists():
                continue
            if entry.client == "npm":
                command = ["npm", "pack", "--silent", "--ignore-scripts"]
            elif entry.file.endswith(".whl"):
                command = [*PIP_DOWNLOAD, "--only-binary=:all:", "--implementation=cp"]
                command += [f"--platform={entry.platform}", f"--python-version={entry.python}"]
            else:
                command = [*PIP_DOWNLOAD, "--no-binary=:all:"]
            calls.setdefault(tuple(command), []).append(entry.requirement)
        download([[*command, *requirements] for command, requirements in calls.items()], folder)
    for entry in entries:
        if not (folder / entry.file).exists():
            raise SystemExit(f"{entry.requirement} did not come as {entry.file}")


def download(commands: list[list[str]], folder: Path) -> None:
    """Runs clients that leave what they download in the folder that they run in."""

    def run(command: list[str]) -> None:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, commands))


def pip_options(wheel: str) -> list[str]:
    """What has pip take a wheel of that name wherever it runs."""
    *_, python, abi, platform = wheel.removesuffix(".whl").split("-")
    # Of several interpreters any will do.
    implementation, major, minor = re.fullmatch(r"(?:.*\.)?([a-z]+)(\d)(\d*)", python).groups()
    options = ["--only-binary=:all:", "--ignore-requires-python", f"--implementation={implementation}"]
    options += [f"--python-version={major}" + (minor and f".{minor}")]
    options += [f"--abi={tag}" for tag in abi.split(".")]
    return options + [f"--platform={tag}" for tag in platform.split(".")]


def fetch_wheels(files: list[str], folder: Path) -> None:
    """Downloads those wheels that are not in `folder` yet; a wheel's name says all that pip asks."""
    with alone_in(folder):
        # One call for as many as can be asked for alike, but never two of one project.
        calls: dict[tuple[str, ...], dict[str, list[str]]] = {}
        for file in files:
            if (folder / file).exists():
                continue
            project, version, *_ = file.split("-")
            calls.setdefault(tuple(pip_options(file)), {}).setdefault(project, []).append(version)
        commands = []
        for options, versions in calls.items():
            for number in range(max(map(len, versions.values()))):
                wanted = [f"{project}=={each[number]}" for project, each in versions.items() if number < len(each)]
                commands.append([*PIP_DOWNLOAD, *options, *wanted])
        download(commands, folder)
    for file in files:
        if not (folder / file).exists():
            raise SystemExit(f"{file} did not come under this name")


def lay_out(
    entries: list[Entry], source: Path, artifacts: Path, *, seed: int, node_modules: Path | None = None
) -> None:
    """Lays a folder for each artifact below `artifacts`.

    Folders, files and their times come in an order of the seed's. With
    `node_modules`, every second artifact is a zip as upload-artifact makes it.
    """
    order = random.Random(seed)
    names = sorted({entry.artifact for entry in entries})
    zipped = set(names[::2]) if node_modules else set()
    order.shuffle(names)
    for number, name in enumerate(names):
        folder = artifacts / f"{name}-{RUN_ID}"
        folder.mkdir(parents=True)
        files = [entry.file for entry in entries if entry.artifact == name]
        order.shuffle(files)
        for file in files:
            shutil.copyfile(source / file, folder / file)
            time = order.randrange(1_000_000_000, 1_700_000_000)
            os.utime(folder / file, (time, time))
        if name in zipped:
            zip_artifact(folder, folder.with_name(folder.name + ".zip"), node_modules, level=number % 2 * 6)
            shutil.rmtree(folder)


def zip_artifact(folder: Path, destination: Path, node_modules: Path, level: int) -> None:
    """Zips a folder as upload-artifact does: streamed, with data descriptors."""
    script = Path(__file__).with_name("zip-artifact.mjs")
    subprocess.run(["node", script, node_modules, folder, destination, str(level)], check=True)


def main(folder: Path) -> None:
    """Downloads all that the tables beside this file name."""
    here = Path(__file__).parent
    entries = [entry for table in ("corpus.tsv", "refused.tsv") for entry in read(here / table)]
    fetch(entries, folder)
    wheels = [row[0] for row in rows(here / "wheels.tsv")]
    fetch_wheels(wheels, folder)
    print(f"  {len(entries)} distributions and {len(wheels)} wheels are there")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
