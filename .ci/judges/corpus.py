"""Real distributions from PyPI and npm, laid out as the artifacts of a run."""

import csv
import os
import random
import shutil
import subprocess
import sys
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


def read(table: Path) -> list[Entry]:
    lines = [line for line in table.read_text().splitlines() if line and not line.startswith("#")]
    return [Entry(*row) for row in csv.reader(lines, delimiter="\t")]


def fetch(entries: list[Entry], folder: Path) -> None:
    """Downloads what is not in `folder` yet, with the registries' own clients."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in entries:
        if (folder / entry.file).exists():
            continue
        if entry.client == "npm":
            command = ["npm", "pack", "--silent", "--ignore-scripts", entry.requirement]
        else:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            if entry.file.endswith(".whl"):
                command += ["--only-binary=:all:", "--implementation=cp"]
                command += [f"--platform={entry.platform}", f"--python-version={entry.python}"]
            else:
                command += ["--no-binary=:all:"]
            command += ["--dest=.", entry.requirement]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        if not (folder / entry.file).exists():
            raise SystemExit(f"{entry.requirement} did not come as {entry.file}")


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
