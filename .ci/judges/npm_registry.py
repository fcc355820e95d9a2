"""npm packages that the program passes are published and installed; what it refuses, npm refuses or nobody can use.

usage: npm_registry.py PROGRAM NODE_MODULES SCRATCH

Run in the checkout, with node, npm and jq. A registry (verdaccio) without
uplinks listens on the loopback. The script of the example's job `npm`
publishes to it what the output `npm-packages` says, in that order.
"""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML

from publishing import script
from release import check, say

# npm without provenance, which only a runner of GitHub's can make.
NPM = """\
#!/usr/bin/env bash
set -euo pipefail
arguments=()
for argument; do [[ $argument == --provenance ]] || arguments+=("$argument"); done
exec {npm} "${{arguments[@]}}"
"""
CONFIG = """\
storage: {storage}
auth:
  htpasswd:
    file: {folder}/htpasswd
packages:
  '**':
    access: $all
    publish: $authenticated
max_body_size: 100mb
log: {{type: stdout, format: pretty, level: error}}
"""
# Chooses the package of this platform, and runs its program.
CHOOSE = b"""\
#!/usr/bin/env node
const program = require.resolve('SCOPE/tool-' + process.platform + '-' + process.arch + '/bin/tool')
const { error, status } = require('node:child_process').spawnSync(program)
if (error) throw error
process.exit(status)
"""
HERE = "linux-x64"
PLATFORMS = (HERE, "darwin-arm64", "win32-x64")

Files = dict[str, tuple[bytes, int]]


def pack(json_: dict, files: Files, top: str = "package") -> bytes:
    """A tarball as `npm pack` makes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
        for name, (content, mode) in {"package.json": (json.dumps(json_).encode(), 0o644), **files}.items():
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@dataclass
class Family:
    """Packages of one scope: a main package that chooses, and one for each platform."""

    scope: str
    main: dict = field(default_factory=dict)
    platform: dict = field(default_factory=dict)
    program: tuple[bytes, int] = (Path("/usr/bin/true").read_bytes(), 0o755)
    platforms: tuple[str, ...] = PLATFORMS
    names: tuple[str, ...] = PLATFORMS
    bin_file: str = "tool.js"

    def packages(self) -> dict[str, bytes]:
        """The tarballs by the names of their artifacts."""
        made = {}
        for words in self.platforms:
            system, _, cpu = words.partition("-")
            json_ = {"name": f"{self.scope}/tool-{words}", "version": "1.0.0", "os": [system], "cpu": [cpu]}
            here = words == HERE
            # Code for other platforms is not ours to make.
            program = self.program if here else (b"#!/bin/sh\n", 0o755)
            made[f"npm-{words}"] = pack(json_ | (self.platform if here else {}), {"bin/tool": program})
        json_ = {"name": f"{self.scope}/tool", "version": "1.0.0", "bin": {"tool": self.bin_file}}
        json_["optionalDependencies"] = {f"{self.scope}/tool-{words}": "1.0.0" for words in self.names}
        choose = CHOOSE.replace(b"SCOPE", self.scope.encode())
        made["npm-main"] = pack(json_ | self.main, {"tool.js": (choose, 0o644)})
        return made


class Registry:
    """A registry on the loopback, and clients of it."""

    def __init__(self, node_modules: Path, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        config = folder / "config.yaml"
        config.write_text(CONFIG.format(storage=folder / "storage", folder=folder))
        command = ["node", node_modules / "verdaccio" / "bin" / "verdaccio", "--config", config]
        self.log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            [*command, "--listen", self.url], stdout=self.log, stderr=subprocess.STDOUT, cwd=folder
        )
        self.wait()
        bin_ = folder / "bin"
        bin_.mkdir()
        (bin_ / "npm").write_text(NPM.format(npm=shutil.which("npm")))
        (bin_ / "npm").chmod(0o755)
        (folder / "npmrc").write_text(
            f"registry={self.url}\n{self.url.removeprefix('http:')}:_authToken={self.token()}\n"
            f"cache={folder}/cache\naudit=false\nfund=false\nupdate-notifier=false\n"
        )
        self.variables = {"PATH": f"{bin_}:{os.environ['PATH']}", "HOME": str(folder)}
        self.variables |= {"NPM_CONFIG_USERCONFIG": str(folder / "npmrc"), "RUNNER_TEMP": str(folder)}

    def wait(self) -> None:
        for _ in range(120):
            check(self.process.poll() is None, f"the registry runs:\n{(self.folder / 'log').read_text()}")
            try:
                urllib.request.urlopen(self.url + "-/ping", timeout=5).close()
            except OSError:
                time.sleep(0.5)
            else:
                return
        raise SystemExit("NOT SO: the registry answers within a minute")

    def token(self) -> str:
        body = json.dumps({"name": "judge", "password": "judge-judge"}).encode()
        request = urllib.request.Request(
            self.url + "-/user/org.couchdb.user:judge", body, {"Content-Type": "application/json"}, method="PUT"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["token"]

    def run(self, command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
        folder.mkdir(parents=True, exist_ok=True)
        variables = self.variables | more
        return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=300)

    def installs(self, name: str, then: list[str]) -> tuple[bool, str]:
        """Whether a package can be installed, and a command run after it."""
        folder = self.folder / "install"
        shutil.rmtree(folder, ignore_errors=True)
        for command in (["npm", "install", "--no-package-lock", name], then):
            try:
                ended = self.run(command, folder)
            except FileNotFoundError as error:
                return False, str(error)
            if ended.returncode:
                return False, ended.stdout + ended.stderr
        return True, ""

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()


def prepare(program: Path, packages: dict[str, bytes], folder: Path, **inputs: str) -> tuple[int, dict, set[str]]:
    """Exit code, the packages in publishing order, and the rules of what is found."""
    shutil.rmtree(folder, ignore_errors=True)
    for artifact, tarball in packages.items():
        (folder / "artifacts" / artifact).mkdir(parents=True)
        (folder / "artifacts" / artifact / "package.tgz").write_bytes(tarball)
    output = folder / "output"
    output.touch()
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder), "GITHUB_OUTPUT": str(output)}
    variables |= {"INPUT_ARTIFACTS-DIR": "artifacts", "INPUT_REPORT": "report.json"}
    variables |= {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    ended = subprocess.run([program], env=variables, capture_output=True, text=True)
    check(ended.returncode in (0, 1), f"the program comes to an answer:\n{ended.stdout}{ended.stderr}")
    rules = {cause["rule"] for cause in json.loads((folder / "report.json").read_text())["causes"]}
    lines = output.read_text().splitlines()
    ordered = next((lines[at + 1] for at, line in enumerate(lines) if line.startswith("npm-packages<<")), "[]")
    if ordered == "[]":
        ordered = next((line.partition("=")[2] for line in lines if line.startswith("npm-packages=")), "[]")
    return ended.returncode, json.loads(ordered), rules


RUN = ["./node_modules/.bin/tool"]


def good() -> dict[str, tuple[dict[str, bytes], list[str], list[str]]]:
    """Releases that are right: packages, what to install, what to run then."""
    plain = {
        "a": pack(
            {"name": "a-cli", "version": "1.0.0", "bin": "cli.js", "dependencies": {"z-core": "^1.0.0"}},
            {"cli.js": (b"#!/usr/bin/env node\nrequire('z-core')\n", 0o644)},
        ),
        "b": pack(
            {"name": "z-core", "version": "v1.0.0", "peerDependencies": {"@o/_peer": "1.0.0"}},
            {"index.js": (b"require('@o/_peer')\n", 0o644)},
            top="z-core-1.0.0",
        ),
        "c": pack({"name": "@o/_peer", "version": "1.0.0+build.1"}, {"index.js": (b"", 0o644)}),
    }
    variant = {"name": "@one/tool", "version": f"1.0.0-{HERE}", "os": ["linux"], "cpu": ["x64"]}
    alias = Family("@one", {"optionalDependencies": {f"@one/tool-{HERE}": f"npm:@one/tool@1.0.0-{HERE}"}})
    one_name = {"v": pack(variant, {"bin/tool": alias.program}), "m": alias.packages()["npm-main"]}
    beta = {"version": "2.0.0-beta.1", "publishConfig": {"tag": "beta"}}
    prerelease = {"p": pack({"name": "next", **beta}, {"index.js": (b"", 0o644)})}
    return {
        "a family": (Family("@good").packages(), ["@good/tool"], RUN),
        "a program that `bin` alone makes executable": (
            Family("@healed", platform={"bin": {"x": "bin/tool"}}, program=(Family.program[0], 0o644)).packages(),
            ["@healed/tool"],
            RUN,
        ),
        "packages that need each other": (plain, ["a-cli"], ["./node_modules/.bin/a-cli"]),
        "a family of one name": (one_name, ["@one/tool"], RUN),
        "a prerelease": (prerelease, ["next@beta"], ["node", "-e", "require('next')"]),
    }


@dataclass(frozen=True)
class Broken:
    """A release with one fault."""

    rule: str
    packages: dict[str, bytes]
    install: str
    then: tuple[str, ...] = tuple(RUN)
    # The option that the recipe would give.
    option: tuple[str, ...] = ()


def single(name: str, more: dict, files: Files | None = None) -> dict[str, bytes]:
    return {"a": pack({"name": name, "version": "1.0.0"} | more, files or {"index.js": (b"", 0o644)})}


def broken() -> dict[str, Broken]:
    true, other = Family.program[0], PLATFORMS[1:]
    arm = true[:18] + b"\xb7\x00" + true[20:]
    needs_x = {"index.js": (b"require('x')\n", 0o644)}
    load = ("node", "-e", "require(process.argv[1])")
    depends = lambda spec: {"dependencies": {"x": spec}}  # noqa: E731
    faults: dict[str, tuple[str, Family]] = {
        "without the package of a platform": ("npm-family-incomplete", Family("@f0", platforms=other)),
        "with an older one": ("npm-family-version", Family("@f1", platform={"version": "0.9.0"})),
        "with one that is spelt otherwise": (
            "npm-family-incomplete",
            Family("@f2", names=("linux-x46", *other), platforms=PLATFORMS),
        ),
        "that names none": ("npm-family-unnamed", Family("@f3", names=())),
        "that names all but one": ("npm-platform-unnamed", Family("@f4", names=other)),
        "of a program without execute permission": ("npm-executable", Family("@f5", program=(true, 0o644))),
        "of a program for another processor": ("native-machine", Family("@f6", program=(arm, 0o755))),
        "whose package is for another system": ("npm-platform-name", Family("@f7", platform={"os": ["darwin"]})),
        "whose command is not there": ("npm-bin", Family("@f8", bin_file="cli.js")),
    }
    cases = {
        f"a family {what}": Broken(rule, family.packages(), f"{family.scope}/tool")
        for what, (rule, family) in faults.items()
    }
    for number, spec in enumerate(("workspace:*", "catalog:", "link:../x", "file:../x", "jsr:1.0.0", "x-1.0.0.tgz")):
        name = f"depends-{number}"
        cases[f"a dependency {spec}"] = Broken(
            "npm-dependency", single(name, depends(spec), needs_x), name, (*load, name)
        )
    cases["a private package"] = Broken("npm-private", single("secret", {"private": True}), "secret")
    restricted = single("open", {"publishConfig": {"access": "restricted"}})
    cases["a restricted package without scope"] = Broken(
        "npm-access-unscoped", restricted, "open", ("true",), ("--access=restricted",)
    )
    cases["a tag that is a range"] = Broken(
        "npm-metadata", single("ranged", {"publishConfig": {"tag": "v1"}}), "ranged", ("true",), ("--tag=v1",)
    )
    cases["a prerelease without a tag"] = Broken(
        "npm-dist-tag", single("untagged", {"version": "1.0.0-rc.1"}), "untagged", ("true",)
    )
    cases["a module that is not there"] = Broken(
        "npm-entry-point", single("empty", {"main": "lib/x.js"}, {"README.md": (b"", 0o644)}), "empty", (*load, "empty")
    )
    cases["one version twice"] = Broken(
        "npm-duplicate",
        {
            "a": pack({"name": "twice", "version": "1.0.0+a"}, {"index.js": (b"1", 0o644)}),
            "b": pack({"name": "twice", "version": "1.0.0+b"}, {"index.js": (b"2", 0o644)}),
        },
        "twice",
        ("true",),
    )
    return cases


def check_good(program: Path, registry: Registry, scratch: Path, run: str) -> None:
    for what, (packages, wanted, then) in good().items():
        folder = scratch / "good"
        code, ordered, rules = prepare(program, packages, folder, version="any")
        check(code == 0 and not rules - {"npm-build-metadata"}, f"{what} passes: exit {code}, {rules}")
        check(len(ordered) == len(packages), f"{what}: all packages are published: {ordered}")
        for again in (False, True):
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", run]
            ended = registry.run(command, folder, PACKAGES=json.dumps(ordered))
            check(ended.returncode == 0, f"{what} is published:\n{ended.stdout}{ended.stderr}")
            skipped = ended.stdout.count("is on npm already")
            check(skipped == (len(packages) if again else 0), f"{what}: {skipped} were there:\n{ended.stdout}")
        for name in wanted:
            works, log = registry.installs(name, then)
            check(works, f"{name} of {what} is installed and runs:\n{log}")
        say(f"{what}: published in the order given, then skipped; installed, and it runs")


def check_broken(program: Path, registry: Registry, scratch: Path) -> None:
    def publish(path: Path, options: tuple[str, ...]) -> bool:
        command = ["npm", "publish", f"./{path.name}", "--access=public", *options]
        return registry.run(command, path.parent).returncode == 0

    for what, case in broken().items():
        folder = scratch / "broken"
        _, _, rules = prepare(program, case.packages, folder, version="any")
        check(case.rule in rules, f"{what} is found as {case.rule}, not as {rules}")
        refused = None
        for artifact in sorted(case.packages):
            if not publish(folder / "artifacts" / artifact / "package.tgz", case.option):
                refused = "npm does not publish it"
        if refused is None:
            works, _ = registry.installs(case.install, list(case.then))
            check(not works, f"{what} cannot be used")
            refused = "nobody can use it"
        say(f"{case.rule}: {what}; {refused}")


def main(program: Path, node_modules: Path, scratch: Path) -> None:
    workflow = YAML(typ="safe").load(Path("examples/release.yml").read_text())
    registry = Registry(node_modules, scratch / "registry")
    try:
        check_good(program, registry, scratch, script(workflow, "npm"))
        check_broken(program, registry, scratch)
    finally:
        registry.stop()


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:4]))
