"""What every case with a workflow run as the source needs.

Each run of the program is as a runner runs an action, and all that it leaves
(log, outputs, summary, workspace) is searched for each token and signature.
"""

import hashlib
import io
import json
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import kill
import release
import runner
from github import TOKEN, Artifact, GitHub
from release import check

WAYS = ("results", "rest")
# More than any case but the stalled one needs, and less than anybody would wait.
BOUND = 45
FORBIDDEN_LINES = ("::error::canary", "##[error]canary")


def zipped(files: dict[str, bytes]) -> bytes:
    """An artifact's archive, its sizes behind the bytes as upload-artifact writes them."""

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise io.UnsupportedOperation

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def text(number: int) -> Artifact:
    """A small artifact; its ids come in an order of their own."""
    blob = zipped({f"report-{number:04}.txt": f"{number}\n".encode()})
    return Artifact(id=5_000_000_000 + number * 7919 % 10007, name=f"report-{number:04}", blob=blob)


# Three megabytes that do not compress, so that there is something to break off.
LARGE = Artifact(
    id=5_100_000_001, name="large", blob=zipped({"large.txt": hashlib.shake_128(b"large").digest(3_000_000)})
)


def wheel(name: str = "wheels-any", **changes: object) -> Artifact:
    """A small artifact with a whole wheel."""
    return Artifact(**{"id": 5_200_000_001, "name": name, "blob": zipped(kill.wheel_file("1.0"))} | changes)


@dataclass
class Ended:
    """A run of the program, and where it ran."""

    step: runner.Step
    workspace: Path
    seconds: float

    @property
    def prepared(self) -> Path:
        return self.workspace / "prepared"

    @property
    def manifest(self) -> dict:
        return json.loads((self.prepared / "release-manifest.json").read_text())

    def names(self) -> list[str]:
        return [path.name for path in release.files(self.prepared)]

    def origins(self) -> dict[str, dict]:
        """The one artifact that each file came from."""
        return {file["name"]: file["origins"][0]["artifact"] for file in self.manifest["files"]}


@dataclass
class Bench:
    """One case's tools and folder."""

    program: list[str]
    downloads: Path
    node_modules: Path
    folder: Path
    runs: int = 0

    def prepare(
        self, github: GitHub, way: str, *, code: int = 0, variables: dict[str, str] | None = None, **inputs: str
    ) -> Ended:
        """Prepares a release and checks what must hold for every run whatsoever."""
        self.runs += 1
        workspace, files = (self.folder / f"{self.runs}-{part}" for part in ("workspace", "files"))
        workspace.mkdir()
        given = {"command": "prepare", "artifact-api": way, "github-token": TOKEN, "version": "any"}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        started, used_before = time.monotonic(), len(github.used)
        step = runner.step(self.program, workspace, files, given, github.variables() | (variables or {}))
        ended = Ended(step, workspace, time.monotonic() - started)
        check(step.code == code, f"the exit code is {code}, not {step.code}:\n{step.log}")
        check(ended.seconds < BOUND, f"it ends within {BOUND} s, not after {ended.seconds:.0f}")
        left = release.tree(workspace)
        if code == 0 and given.get("dry-run") != "true":
            check(list(workspace.iterdir()) == [ended.prepared], f"the release and nothing else: {list(left)}")
        else:
            check(not left, f"nothing is written: {list(left)}")
        check(step.summary != "" or code not in (0, 1), "whatever is prepared or refused has its summary")
        self.check_secrets(github, github.used[used_before:], ended, files)
        return ended

    def check_secrets(self, github: GitHub, used: list[str], ended: Ended, files: Path) -> None:
        masks = [line for line in ended.step.log.splitlines() if line.startswith("::add-mask::")]
        shown = "\n".join(line for line in ended.step.log.splitlines() if line not in masks)
        check("sig=" not in shown, f"no signed address is shown:\n{shown}")
        check(f"::add-mask::{TOKEN}" in masks, f"the token is masked:\n{ended.step.log}")
        for signature in used:
            check(f"::add-mask::{signature}" in masks, f"each signature is masked:\n{ended.step.log}")
        for line in shown.splitlines():
            check(not line.lstrip().startswith(FORBIDDEN_LINES), f"no command from outside:\n{shown}")
        secrets = [secret.encode() for secret in github.secrets()]
        left = [path for folder in (files, ended.workspace) for path in folder.rglob("*") if path.is_file()]
        for where, content in [("log", shown.encode()), *((path.name, path.read_bytes()) for path in left)]:
            found = [secret for secret in secrets if secret in content]
            check(not found, f"no secret in the {where}: {found}")
        check(not github.tokens_at_blobs, f"the blob host never saw a token: {github.tokens_at_blobs}")


def says(ended: Ended, *texts: str) -> None:
    """The log has each text."""
    for text in texts:
        check(text in ended.step.log, f"the log says `{text}`:\n{ended.step.log}")


def check_calls(github: GitHub, artifacts: int) -> None:
    """A list, one each, the second look, and the latest release."""
    check(len(github.calls) == 1 + artifacts + 1 + 1, f"{artifacts} artifacts cost {len(github.calls)} calls")
