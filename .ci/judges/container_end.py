"""How the container ends when it is told to, and whom it believes over TLS."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import authority
import runner
from github import TOKEN, GitHub
from image import OWNER, check_owner, inputs, new_workspace
from release import check, say
from run_bench import LARGE, wheel

STAGING = ".prepared.release-prep"
MOST_SECONDS = 2.0
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def end(command: list[str], environment: dict[str, str], busy: Callable[[], bool], number: signal.Signals) -> float:
    """Starts a container, sends its client a signal once it is busy, and gives how long it took to end."""
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as client:
        waited = time.monotonic()
        while not busy():
            running = client.poll() is None and time.monotonic() - waited < 30
            check(running, f"there is something to be ended (exit {client.poll()})")
            time.sleep(0.01)
        told = time.monotonic()
        client.send_signal(number)
        try:
            log, _ = client.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            client.kill()
            raise
        took = time.monotonic() - told
    check(client.returncode == CODES[number], f"{number.name} is exit {CODES[number]}, not {client.returncode}:\n{log}")
    check(took < MOST_SECONDS, f"{number.name}: ended within {MOST_SECONDS} s, not {took:.1f}")
    check("cancelled; nothing was written" in log, f"the log says that it was cancelled:\n{log}")
    return took


def unpacking(workspace: Path) -> bool:
    return any(path.stat().st_size > 10_000_000 for path in (workspace / STAGING / "incoming").glob("*"))


def check_signals(image: str, checkout: Path, scratch: Path) -> None:
    """As a runner cancels: to the client of the engine, which hands it to process 1."""
    longest = 0.0
    for number in CODES:
        workspace = new_workspace(checkout, scratch / f"folder-{number.name}")
        # Gigabytes of nothing, which take no room and some time.
        large = workspace / "artifacts" / "binaries-11223344556" / "large"
        with large.open("wb") as file:
            file.truncate(10 << 30)
        given = inputs(checkout, artifacts_dir="artifacts", pattern="*", max_unpacked_size="100 GiB")
        command, environment = runner.container(image, workspace, scratch / f"folder-{number.name}-files", given)
        before = names(workspace)
        longest = max(longest, end(command, environment, partial(unpacking, workspace), number))
        check(names(workspace) == before, f"{number.name} while a folder is read: nothing was written")
        large.unlink()

        workspace = new_workspace(checkout, scratch / f"run-{number.name}")
        with GitHub([LARGE]) as github:
            github.stalls["large"] = 1_000_000
            given = inputs(checkout, github_token=TOKEN, pattern="*")
            files, variables = scratch / f"run-{number.name}-files", github.variables()
            command, environment = runner.container(image, workspace, files, given, "--network=host", **variables)
            before = names(workspace)
            longest = max(longest, end(command, environment, partial(bool, github.downloads), number))
        check(names(workspace) == before, f"{number.name} while a download stalls: nothing was written")
    say(f"SIGINT and SIGTERM, to a folder and to a stalled download: ended in {longest:.1f} s, nothing written")


def check_tls(image: str, checkout: Path, scratch: Path) -> None:
    """From scratch, without a file of certificates in the image: whom SSL_CERT_FILE names, and nobody else."""
    for way in ("results", "rest"):
        workspace = scratch / f"tls-{way}"
        workspace.mkdir()
        given = inputs(checkout, artifact_api=way, github_token=TOKEN, version="any")
        with GitHub([wheel()], tls=authority.server(workspace)) as github:
            for path in (workspace, *workspace.iterdir()):
                path.chmod(0o755 if path.is_dir() else 0o644)
                os.chown(path, OWNER, OWNER)
            files, variables = scratch / f"tls-{way}-files", github.variables()
            step = runner.container_step(
                image, workspace, files, given, "--network=host", SSL_CERT_FILE="/github/workspace/ca.pem", **variables
            )
            check(step.code == 0, f"{way}: prepares with the authority (exit {step.code}):\n{step.log}")
            check_owner(workspace)
            calls, files = len(github.calls), scratch / f"tls-{way}-without"
            step = runner.container_step(image, workspace, files, given, "--network=host", **variables)
            check(step.code == 3, f"{way}: without the authority exit 3, not {step.code}:\n{step.log}")
            check("not trusted" in step.log and "SSL_CERT_FILE" in step.log, f"the log says why:\n{step.log}")
            check(len(github.calls) == calls, f"nothing was said to a server that is not trusted: {github.calls}")
    say("TLS out of the image: a private root by SSL_CERT_FILE; without it exit 3, and not a byte said")


def main(image: str, checkout: Path, scratch: Path) -> None:
    check_signals(image, checkout, scratch)
    check_tls(image, checkout, scratch)
