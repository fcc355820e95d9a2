"""The scripts of the example's publishing jobs, run against a registry that is a folder.

usage: publishing.py SCRATCH

Run in the checkout. The scripts of docs/recipes.md must be those of
examples/release.yml.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

import snippets
from release import check, say

# `npm view NAME@VERSION dist.integrity` and `npm publish FILE OPTION...`, as npm answers them.
NPM = """\
#!/usr/bin/env bash
set -euo pipefail
case $1 in
  view)
    [[ -d $REGISTRY ]] || { echo 'npm error code ENOTFOUND' >&2; exit 1; }
    file=$REGISTRY/${2//\\//+}
    [[ -e $file ]] || { echo 'npm error code E404' >&2; exit 1; }
    cat "$file"
    ;;
  publish)
    [[ -f $2 ]] || { echo 'npm error code ENOENT' >&2; exit 1; }
    printf '%s\\n' "${*:2}" >>"$PUBLISHED"
    ;;
esac
"""


def package(name: str, access: str, tag: str, registry: str = "") -> dict[str, str]:
    """A package of the output `npm-packages`; its name is all that its file holds."""
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(name.encode()).digest()).decode()
    path = f"prepared/npm/{name.rpartition('/')[2]}-1.0.0.tgz"
    fields = {"path": path, "name": name, "version": "1.0.0", "integrity": integrity}
    return fields | {"access": access, "tag": tag, "registry": registry}


PACKAGES = [
    package("@scope/a-linux-x64", "restricted", ""),
    package("a-darwin-arm64", "public", "next"),
    package("@elsewhere/a", "public", "", "https://npm.example.com/"),
    package("a", "public", ""),
]


def script(workflow: dict, job: str) -> str:
    (run,) = (step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step)
    (shell,) = (step.get("shell") for step in workflow["jobs"][job]["steps"] if "run" in step)
    check(shell == "bash", f"the script of {job} runs with pipefail, which `shell: bash` gives")
    return run


def in_recipes(job: str) -> str:
    """The script of that job in the recipes."""
    for snippet in snippets.blocks(Path("docs/recipes.md")):
        if snippet.text.startswith(f"  {job}:\n"):
            return script(YAML(typ="safe").load("jobs:\n" + snippet.text), job)
    raise SystemExit(f"NOT SO: docs/recipes.md has a job `{job}`")


def in_migrations(job: str) -> list[str]:
    """The scripts of that job in the whole workflows of the migrations."""
    workflows = [YAML(typ="safe").load(snippet.text) for snippet in snippets.blocks(Path("docs/migrate.md"))]
    return [script(workflow, job) for workflow in workflows if job in workflow["jobs"]]


class Shop:
    """A workspace with packages, a registry, and what was published."""

    def __init__(self, folder: Path, run: str) -> None:
        self.folder, self.run = folder, run

    def publish(self, packages: str, there: dict[str, str] | None) -> tuple[int, list[str], str]:
        """Runs the script with these packages on the registry; None: it cannot be reached."""
        shutil.rmtree(self.folder, ignore_errors=True)
        registry, published, tools = (self.folder / name for name in ("registry", "published", "bin"))
        (self.folder / "prepared" / "npm").mkdir(parents=True)
        tools.mkdir()
        (tools / "npm").write_text(NPM)
        (tools / "npm").chmod(0o755)
        for package in PACKAGES:
            (self.folder / package["path"]).write_bytes(package["name"].encode())
        if there is not None:
            registry.mkdir()
            for name, integrity in there.items():
                (registry / f"{name.replace('/', '+')}@1.0.0").write_text(f"{integrity}\n")
        published.touch()
        variables = {"PATH": f"{tools}:{os.environ['PATH']}", "RUNNER_TEMP": str(self.folder), "PACKAGES": packages}
        variables |= {"REGISTRY": str(registry), "PUBLISHED": str(published)}
        # As a runner runs `shell: bash`.
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.run]
        ended = subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True)
        return ended.returncode, published.read_text().splitlines(), ended.stdout + ended.stderr


def check_npm(scratch: Path, run: str) -> None:
    shop = Shop(scratch / "npm", run)
    given = json.dumps(PACKAGES)
    options = [" --access=restricted", " --access=public --tag=next"]
    options += [" --access=public --registry=https://npm.example.com/", " --access=public"]
    whole = [f"./{package['path']} --provenance{option}" for package, option in zip(PACKAGES, options, strict=True)]
    same = {package["name"]: package["integrity"] for package in PACKAGES}
    for there, expected in [
        ({}, whole),
        (None, whole),
        ({PACKAGES[0]["name"]: same[PACKAGES[0]["name"]]}, whole[1:]),
        (same, []),
    ]:
        code, published, log = shop.publish(given, there)
        check(code == 0 and published == expected, f"with {there} exit {code}, published {published}:\n{log}")
    say("npm: all in their order; half of it again, the other half; all again, nothing; tags where they are given")
    code, published, log = shop.publish(given, {PACKAGES[1]["name"]: "sha512-AAAA"})
    check(code == 1 and published == whole[:1], f"with other bytes exit {code}, published {published}:\n{log}")
    check("::error::a-darwin-arm64 1.0.0 is on npm with other bytes" in log, f"it is said which:\n{log}")
    for unreadable in ("", "null", "[]", "{", "[{]", '[{"path": "prepared/npm/a-1.0.0.tgz"}', '"text"'):
        code, published, log = shop.publish(unreadable, {})
        check(code != 0 and not published, f"with `{unreadable}` exit {code}, published {published}:\n{log}")
    missing = [PACKAGES[0] | {"path": "prepared/npm/missing.tgz"}]
    code, published, log = shop.publish(json.dumps(missing), {})
    check(code != 0 and not published, f"without its file exit {code}, published {published}:\n{log}")
    say("npm: other bytes under the same version, and input that cannot be read, end it")


def check_published(run: str) -> None:
    good = {"PREPARE": "success", "ATTEST": "success", "RELEASE": "success"}
    good |= {"HAS_PYPI": "true", "PYPI": "success", "HAS_NPM": "true", "NPM": "success"}
    cases = [
        ({}, 0),
        ({"HAS_NPM": "false", "NPM": "skipped"}, 0),
        ({"HAS_PYPI": "false", "PYPI": "skipped"}, 0),
        *(({name: result}, 1) for name in ("PREPARE", "ATTEST", "RELEASE") for result in ("failure", "skipped")),
        *(({name: result}, 1) for name in ("PYPI", "NPM") for result in ("failure", "skipped", "cancelled")),
        # Where nothing was prepared nobody knows what was wanted.
        ({"PREPARE": "failure", "HAS_PYPI": "", "PYPI": "skipped", "HAS_NPM": "", "NPM": "skipped"}, 1),
    ]
    for changes, expected in cases:
        variables = {"PATH": os.environ["PATH"]} | good | changes
        ended = subprocess.run(["bash", "-eo", "pipefail", "-c", run], env=variables, capture_output=True, text=True)
        check(ended.returncode == expected, f"with {changes} exit {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    say(f"the last job: fails when something that was wanted was not published ({len(cases)} cases)")


def main(scratch: Path) -> None:
    workflow = YAML(typ="safe").load(Path("examples/release.yml").read_text())
    for job in ("npm", "published"):
        check(script(workflow, job) == in_recipes(job), f"the job {job} is the same in examples/ and in the recipes")
    check(set(in_migrations("npm")) == {script(workflow, "npm")}, "docs/migrate.md publishes on npm by the same script")
    check_npm(scratch, script(workflow, "npm"))
    check_published(script(workflow, "published"))


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
