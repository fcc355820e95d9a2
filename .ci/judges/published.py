"""The recipes that compare what registries serve with the manifest, on registries of this machine.

usage: published.py PROGRAM SCRATCH

Run in the checkout. The commands are those of docs/recipes.md; pip, curl and npm
are themselves, and registries that serve what was prepared, or not, answer them.
"""

import json
import os
import re
import subprocess
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import release
from release import check, say

HEADING = "## Compare what users get\n"


class Registries(BaseHTTPRequestHandler):
    """PyPI's simple index below /simple, npm's documents below /npm, files below /files."""

    def __init__(self, served: dict[str, tuple[str, bytes]], *rest: object) -> None:
        self.served = served
        super().__init__(*rest)

    def do_GET(self) -> None:
        kind, body = self.served.get(unquote(self.path), ("text/plain", b""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def documents(folder: Path, server: str) -> dict[str, tuple[str, bytes]]:
    """What registries serve of a release."""
    manifest = json.loads((folder / "release-manifest.json").read_text())
    served, projects = {}, {}
    for file in manifest["files"]:
        if file["folder"] == "pypi":
            path = folder / "pypi" / file["name"]
            served[f"/files/{file['name']}"] = ("application/octet-stream", path.read_bytes())
            entry = {"filename": file["name"], "url": f"{server}/files/{file['name']}", "core-metadata": False}
            projects.setdefault(file["project"], []).append(entry | {"hashes": {"sha256": release.sha256(path)}})
        elif file["folder"] == "npm":
            name, version = file["project"], file["version"]
            tarball = f"{server}/files/{file['name']}"
            dist = {"integrity": file["npm"]["integrity"], "tarball": tarball}
            document = {
                "name": name,
                "dist-tags": {"latest": version},
                "versions": {version: {"name": name, "version": version, "dist": dist}},
            }
            served[f"/npm/{name}"] = ("application/json", json.dumps(document).encode())
    for project, files in projects.items():
        page = {"meta": {"api-version": "1.0"}, "name": project, "files": files}
        served[f"/simple/{project}/"] = ("application/vnd.pypi.simple.v1+json", json.dumps(page).encode())
    return served


def main(program: str, scratch: Path) -> None:
    section = Path("docs/recipes.md").read_text().partition(HEADING)[2].partition("\n## ")[0]
    pip, listing, npm = re.findall(r"^```bash\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    artifacts = Path("examples/artifacts").absolute()
    command = [program, "--artifacts-dir", artifacts, "--version", "any", "--npm", "warn", "--output-dir", "out"]
    subprocess.run(command, cwd=scratch, check=True, capture_output=True)

    served: dict[str, tuple[str, bytes]] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Registries, served))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    right = documents(scratch / "out", address)

    def run(commands: str) -> subprocess.CompletedProcess[str]:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(scratch),
            "LC_ALL": "C.UTF-8",
            "INDEX": f"{address}/simple",
        }
        variables |= {"PIP_INDEX_URL": f"{address}/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0"}
        variables |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "npm_config_registry": f"{address}/npm/"}
        variables |= {"npm_config_fetch_retries": "0", "npm_config_prefer_online": "true"}
        shell = ["bash", "-c", commands]
        return subprocess.run(shell, cwd=scratch / "out", env=variables, capture_output=True, text=True)

    def changed(path: str, what: str, by: str) -> dict[str, tuple[str, bytes]]:
        kind, body = right[path]
        check(what in body.decode("latin-1"), f"{path} has {what}")
        return right | {path: (kind, body.decode("latin-1").replace(what, by, 1).encode("latin-1"))}

    wheel = next(path for path in right if path.endswith("manylinux_2_17_x86_64.whl"))
    kind, body = right[wheel]
    sums = json.loads(right["/simple/hello-release/"][1])["files"]
    digest = sums[0]["hashes"]["sha256"]
    index = partial(changed, "/simple/hello-release/")
    only = {path: value for path, value in right.items() if path != "/npm/@hello-release/linux-x64"}
    cases = [
        ("pip", pip, right, 0, ""),
        ("pip, other bytes", pip, right | {wheel: (kind, body[:-1] + b"x")}, 1, "DO NOT MATCH"),
        ("the index", listing, right, 0, ""),
        ("the index, another digest", listing, index(digest, "0" * 64), 1, "> " + "0" * 64),
        (
            "the index, another name",
            listing,
            index("py3-none-win", "py2-none-win"),
            1,
            "py2",
        ),
        ("npm", npm, right, 0, ""),
        ("npm, a package that is not there", npm, only, 1, "@hello-release/linux-x64 1.2.3: found nothing"),
        ("npm, other bytes", npm, changed("/npm/hello-release", "sha512-", "sha512-A"), 1, "found sha512-A"),
    ]
    for name, commands, documents_of_case, code, text in cases:
        served.clear()
        served.update(documents_of_case)
        ended = run(commands)
        output = ended.stdout + ended.stderr
        right_code = ended.returncode == 0 if code == 0 else ended.returncode != 0
        check(right_code and text in output, f"{name}: exit {ended.returncode}\n{output}")
        if code == 0:
            check(not ended.stdout.strip(), f"{name}: nothing is printed\n{output}")
    say(f"PyPI by pip and by its index, npm by `npm view`: {len(cases)} cases, the same or not")


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).absolute()), Path(sys.argv[2]).absolute())
