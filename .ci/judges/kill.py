"""Killed before every single call that can change a file, and what is left.

usage: kill.py PROGRAM KILL_AT SCRATCH

KILL_AT is kill-at.c, compiled. Each trial starts from a fresh workspace, ends
the program at one more call than the trial before, and looks:

 1. what stands at the output is what stood there before, or the whole new
    release. Where the two folders cannot be exchanged in one call (renameat2
    made to fail), there may be nothing for the time between two renames;
 2. a next run that is refused puts back or finishes what the dead one left;
 3. a next run that succeeds leaves the new release and nothing beside it.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

from release import check, say, tree
from runner import by_hand

EXCHANGE_FAILS = ["-e", "renameat2=EINVAL"]


def wheel_file(version: str) -> dict[str, bytes]:
    """A whole little wheel whose name wants sorting: its name, and its bytes."""
    info = f"little-{version}.dist-info"
    members = {
        "little.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: little\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\n"
        "Tag: py2-none-any\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*members, f"{info}/RECORD"))
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in (members | {f"{info}/RECORD": record}).items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return {f"little-{version}-py3.py2-none-any.whl": stream.getvalue()}


def wheel(path: Path, version: str) -> None:
    """Puts that wheel into a folder."""
    for name, content in wheel_file(version).items():
        (path / name).write_bytes(content)


def artifacts(folder: Path, version: str) -> None:
    """Two artifacts: a wheel, and an archive with a program."""
    (folder / "wheels-any").mkdir(parents=True)
    wheel(folder / "wheels-any", version)
    (folder / "archives").mkdir()
    with tarfile.open(folder / "archives" / "little-x86_64-unknown-linux-gnu.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("little")
        member.size = len(version)
        archive.addfile(member, BytesIO(version.encode()))


class Trials:
    """The program, the releases it can leave, and the workspace it is killed in."""

    def __init__(self, program: Path, kill_at: Path, scratch: Path) -> None:
        self.program, self.kill_at, self.scratch = program, kill_at, scratch
        self.workspace = scratch / "workspace"
        for name, version in (("old", "1.0"), ("new", "2.0")):
            artifacts(scratch / name / "artifacts", version)
            self.prepare(scratch / name, 0)
        # A name that cannot be mended by renaming is refused once it has been unpacked.
        artifacts(scratch / "refused", "2.0")
        (scratch / "refused" / "wheels-any" / "Little-2.0-py3-none-any.whl").write_bytes(b"")
        self.old, self.new = (tree(scratch / name / "prepared") for name in ("old", "new"))

    def prepare(self, folder: Path, code: int, artifacts: str = "artifacts") -> None:
        ended = by_hand([self.program, "prepare", "--artifacts-dir", artifacts], folder)
        check(ended.returncode == code, f"a run by itself ends with {code}, not {ended.returncode}:\n{ended.stdout}")

    def reset(self, over: bool) -> None:
        """A workspace with the new artifacts, over an old release or none."""
        shutil.rmtree(self.workspace, ignore_errors=True)
        shutil.copytree(self.scratch / "new" / "artifacts", self.workspace / "artifacts")
        if over:
            shutil.copytree(self.scratch / "old" / "prepared", self.workspace / "prepared")

    def killed(self, number: int, options: list[str]) -> subprocess.CompletedProcess[str]:
        command = [self.kill_at, *options, str(number), self.program, "prepare", "--artifacts-dir", "artifacts"]
        return by_hand(command, self.workspace)

    def call(self, ended: subprocess.CompletedProcess[str]) -> str | None:
        """What kill-at says of the call it came to, or None if there were not so many."""
        said = [line for line in ended.stdout.splitlines() if line.startswith("kill-at: ") and "-th call" in line]
        return said[0].removeprefix("kill-at: ") if said else None

    def state(self) -> str:
        """What stands at the output: `none`, `old`, `new`, or `broken`."""
        found = tree(self.workspace / "prepared")
        return {str({}): "none", str(self.old): "old", str(self.new): "new"}.get(str(found), "broken")

    def beside(self) -> list[str]:
        return sorted(set(os.listdir(self.workspace)) - {"artifacts", "prepared", "refused"})

    def kill_everywhere(self, *, over: bool, options: list[str]) -> None:
        """One trial for each call, until the program has made its last one and lives."""
        before = "old" if over else "none"
        allowed = {before, "new"} | ({"none"} if options else set())
        seen = Counter()
        number = 0
        while True:
            number += 1
            self.reset(over)
            ended = self.killed(number, options)
            if self.call(ended) is None:
                check(ended.returncode == 0, f"the run that nobody killed ends well:\n{ended.stdout}")
                break
            where = f"killed at the {self.call(ended)}"
            check(ended.returncode == 137, f"{where}: exit {ended.returncode}:\n{ended.stdout}")
            state = self.state()
            seen[state] += 1
            check(state in allowed, f"{where}: the output is {state}, not one of {sorted(allowed)}")
            if options:
                shutil.copytree(self.scratch / "refused", self.workspace / "refused")
                self.prepare(self.workspace, 1, "refused")
                check(self.state() in (before, "new"), f"{where}, then refused: the output is {self.state()}")
                check(self.beside() == [], f"{where}, then refused: left beside the output: {self.beside()}")
            self.prepare(self.workspace, 0)
            check(self.state() == "new", f"{where}: after the next run the output is {self.state()}")
            check(self.beside() == [], f"{where}: left beside the output: {self.beside()}")
        check(self.state() == "new" and self.beside() == [], "the run that lived left the new release alone")
        check(number > 20, f"only {number} calls were seen, which cannot be all")
        found = ", ".join(f"{state} {count}" for state, count in sorted(seen.items()))
        how = "two renames" if options else "one exchange"
        say(f"over {before}, {how}: killed at each of {number - 1} calls, found {found}")

    def kill_twice(self, signal: str) -> None:
        """Killed between the two renames, and the next run ended at each of its calls.

        Between the renames the staging area holds the only copy of the old
        release, and whatever comes then must not lose it.
        """
        first = 0
        while self.state() != "none":
            first += 1
            self.reset(over=True)
            check(self.call(self.killed(first, EXCHANGE_FAILS)) is not None, "there is a moment between two renames")
        seen = Counter()
        number = 0
        while True:
            number += 1
            self.reset(over=True)
            self.killed(first, EXCHANGE_FAILS)
            check(self.state() == "none", "the first run dies where it died before")
            ended = self.killed(number, ["-s", signal])
            if self.call(ended) is None:
                break
            where = f"killed between two renames, then SIG{signal} at the {self.call(ended)}"
            shutil.copytree(self.scratch / "refused", self.workspace / "refused")
            self.prepare(self.workspace, 1, "refused")
            seen[self.state()] += 1
            check(self.state() in ("old", "new"), f"{where}: the output is {self.state()}")
            check(self.beside() == [], f"{where}: left beside the output: {self.beside()}")
        found = ", ".join(f"{state} {count}" for state, count in sorted(seen.items()))
        say(f"between two renames, then SIG{signal} at each of the next run's {number - 1} calls: found {found}")

    def cancel_everywhere(self, signal: str, code: int) -> None:
        """Cancelled, the program itself puts everything back before it ends."""
        seen = Counter()
        number = 1
        while True:
            self.reset(over=True)
            ended = self.killed(number, ["-s", signal])
            where = f"SIG{signal} at the {self.call(ended)}"
            check(ended.returncode in (0, code), f"{where}: exit {ended.returncode}:\n{ended.stdout}")
            expected = "new" if ended.returncode == 0 else "old"
            check(self.state() == expected, f"{where}: exit {ended.returncode}, and the output is {self.state()}")
            check(self.beside() == [], f"{where}: left beside the output: {self.beside()}")
            if self.call(ended) is None:
                break
            seen[ended.returncode] += 1
            number += 1
        check(seen[code] > 0, f"no run ended with {code}")
        found = ", ".join(f"exit {status} {count}" for status, count in sorted(seen.items()))
        say(f"SIG{signal} at every call: {found}")


def main(program: Path, kill_at: Path, scratch: Path) -> None:
    trials = Trials(program, kill_at, scratch)
    trials.kill_everywhere(over=True, options=[])
    trials.kill_everywhere(over=False, options=EXCHANGE_FAILS)
    trials.kill_everywhere(over=True, options=EXCHANGE_FAILS)
    trials.kill_twice("KILL")
    trials.kill_twice("TERM")
    trials.cancel_everywhere("TERM", 143)


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
