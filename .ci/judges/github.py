"""GitHub as far as a run's artifacts are concerned: a stand-in on loopback.

One port speaks the REST API (REST API endpoints for GitHub Actions artifacts,
and for workflow runs) and the runner's results service (Twirp, as
actions/toolkit's packages/artifact speaks it); another one gives the bytes to
whoever bears a signature, and to nobody who bears anything else.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

import runner

RUNNER = runner.environment("", "", {})
REPOSITORY, RUN_ID, SHA = RUNNER["GITHUB_REPOSITORY"], int(RUNNER["GITHUB_RUN_ID"]), RUNNER["GITHUB_SHA"]
# The results service knows runs and jobs by ids of its own.
BACKEND_RUN, BACKEND_JOB = "ce7f54c7-61c7-4aae-887f-30da475f5f1a", "ca395085-040a-526b-2ce8-bdc85f692774"
TWIRP = "/twirp/github.actions.results.api.v1.ArtifactService/"


def jwt(claims: dict[str, str]) -> str:
    """A token whose signature nobody looks at."""
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256"}, claims))
    encoded = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "canary" + secrets.token_urlsafe(24)])


# Canaries: wherever one of them shows up, a secret is out.
TOKEN = "ghs_canary" + secrets.token_hex(14)
RUNTIME_TOKEN = jwt({"scp": f"Actions.ExampleScope Actions.Results:{BACKEND_RUN}:{BACKEND_JOB}"})


@dataclass(frozen=True)
class Artifact:
    """What a job uploaded, and how it is told of."""

    id: int
    name: str
    blob: bytes
    created_at: str = "2026-11-20T10:00:00Z"
    job: str = BACKEND_JOB
    media_type: str = "application/zip"

    @property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.blob).hexdigest()

    @property
    def proposed(self) -> str:
        """The name by which upload-artifact has the blob store propose it."""
        name = self.name + (".zip" if self.media_type == "application/zip" else "")
        return f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"


def run() -> dict[str, object]:
    """A run of this repository and commit that a push started and that succeeded."""
    repository = {"id": 1, "name": REPOSITORY.partition("/")[2], "full_name": REPOSITORY, "fork": False}
    return {
        "id": RUN_ID,
        "name": "Release",
        "head_branch": "main",
        "head_sha": SHA,
        "path": ".github/workflows/release.yml",
        "run_attempt": 1,
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "pull_requests": [],
        "repository": repository,
        "head_repository": repository,
    }


class GitHub:
    """The stand-in; a context in which it listens, on ports that the system chose."""

    def __init__(self, artifacts: list[Artifact], *, tls: ssl.SSLContext | None = None) -> None:
        self.artifacts = artifacts
        # After so many bytes the next download of an artifact stalls.
        self.stalls: dict[str, int] = {}

        self.calls: list[str] = []
        self.downloads: list[tuple[str, str | None]] = []
        self.tokens_at_blobs: list[str] = []
        # Signatures given, and those of them that somebody came with.
        self.signatures: list[str] = []
        self.used: list[str] = []
        self._addresses: Counter[int] = Counter()
        self._valid: dict[str, int] = {}
        self._secret = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._servers = [_Server(handler, self, tls) for handler in (_Api, _Blobs)]
        host = "http://127.0.0.1" if tls is None else "https://localhost"
        self.api, self.blobs = (f"{host}:{server.server_port}" for server in self._servers)

    def __enter__(self) -> "GitHub":
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def variables(self) -> dict[str, str]:
        """What a runner tells an action of its services."""
        return {
            "GITHUB_API_URL": self.api,
            "ACTIONS_RESULTS_URL": f"{self.api}/a/path/that/does/not/count/",
            "ACTIONS_RUNTIME_TOKEN": RUNTIME_TOKEN,
        }

    def secrets(self) -> list[str]:
        """What must not be seen: tokens, and signatures in both spellings."""
        parts = [TOKEN, RUNTIME_TOKEN, RUNTIME_TOKEN.rpartition(".")[2]]
        return parts + self.signatures + [quote(signature, safe="") for signature in self.signatures]

    # What the two ports do.

    def note(self, call: str) -> None:
        with self._lock:
            self.calls.append(call)

    def find(self, is_it: Callable[[Artifact], bool]) -> Artifact | None:
        return next(filter(is_it, self.artifacts), None)

    def address(self, artifact: Artifact) -> str:
        """A signed address, the signature in base64 as Azure's, which wants to be encoded."""
        with self._lock:
            self._addresses[artifact.id] += 1
            number = self._addresses[artifact.id]
            digest = hmac.digest(self._secret, f"{artifact.id} {number}".encode(), "sha256")
            # Both characters that read otherwise in a query.
            signature = base64.b64encode(b"\xfb\xff" + digest).decode()
            self.signatures.append(signature)
            self._valid[signature] = artifact.id
        return f"{self.blobs}/blobs/{artifact.id}?se=2026-11-20T10%3A10%3A00Z&sig={quote(signature, safe='')}&sp=r"

    def admit(self, path: str, signature: str) -> Artifact | None:
        with self._lock:
            self.used.append(signature)
            identity = self._valid.get(signature, 0)
        if path != f"/blobs/{identity}":
            return None
        return self.find(lambda artifact: artifact.id == identity)

    def stall(self, artifact: Artifact) -> int | None:
        """After how many bytes this download stalls, if it does."""
        with self._lock:
            return self.stalls.pop(artifact.name, None)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type["_Handler"], github: GitHub, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.github = github
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def json(self, status: int, value: object, **headers: str) -> None:
        self.answer(status, json.dumps(value).encode(), Content_Type="application/json; charset=utf-8", **headers)


class _Api(_Handler):
    def do_GET(self) -> None:
        self.respond(TOKEN, lambda: self.rest(urlsplit(self.path).path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.respond(RUNTIME_TOKEN, lambda: self.twirp(self.path.removeprefix(TWIRP), json.loads(body)))

    def respond(self, token: str, otherwise: Callable[[], None]) -> None:
        self.server.github.note(f"{self.command} {self.path}")
        if self.headers.get("Authorization", "") not in (f"Bearer {token}", f"token {token}"):
            self.refuse(401, "Requires authentication")
        else:
            otherwise()

    def refuse(self, status: int, message: str, **headers: str) -> None:
        """As each of the two services says no."""
        twirp = {"code": "refused", "msg": message}
        rest = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
        self.json(status, twirp if self.command == "POST" else rest, **headers)

    def rest(self, path: str) -> None:
        github = self.server.github
        # An Enterprise Server's API has a path of its own; case does not matter.
        path = path.removeprefix("/api/v3")
        head = len(f"/repos/{REPOSITORY}/actions/")
        repository, path = path[:head], path[head:]
        if repository.lower() != f"/repos/{REPOSITORY}/actions/".lower():
            self.not_found()
        elif match := re.fullmatch(r"runs/(\d+)", path):
            self.json(200, run()) if int(match[1]) == RUN_ID else self.not_found()
        elif match := re.fullmatch(r"runs/(\d+)/artifacts", path):
            self.page() if int(match[1]) == RUN_ID else self.not_found()
        elif match := re.fullmatch(r"artifacts/(\d+)(/zip)?", path):
            artifact = github.find(lambda artifact: artifact.id == int(match[1]))
            if artifact is None:
                self.not_found()
            elif match[2]:
                self.answer(302, Location=github.address(artifact))
            else:
                self.json(200, self.told(artifact))
        else:
            self.not_found()

    def not_found(self) -> None:
        self.refuse(404, "Not Found")

    def page(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        size, number = min(100, int(query.get("per_page", "30"))), int(query.get("page", "1"))
        listed = [artifact for artifact in self.server.github.artifacts if query.get("name") in (None, artifact.name)]
        last = max(1, -(-len(listed) // size))
        address = f"{self.server.github.api}{urlsplit(self.path).path}?per_page={size}"
        relations = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        links = ", ".join(
            f'<{address}&page={page}>; rel="{relation}"'
            for relation, page in relations.items()
            if 1 <= page <= last and page != number
        )
        now = int(time.time())
        limits = {"limit": 1000, "remaining": 990, "reset": now + 3600, "used": 10, "resource": "core"}
        headers = {f"X-RateLimit-{name}": str(value) for name, value in limits.items()}
        artifacts = [self.told(artifact) for artifact in listed[(number - 1) * size : number * size]]
        self.json(
            200,
            {"total_count": len(listed), "artifacts": artifacts},
            **headers,
            **({"Link": links} if links else {}),
        )

    def told(self, artifact: Artifact) -> dict[str, object]:
        address = f"{self.server.github.api}/repos/{REPOSITORY}/actions/artifacts/{artifact.id}"
        return {
            "id": artifact.id,
            "node_id": base64.b64encode(f"08:Artifact{artifact.id}".encode()).decode(),
            "name": artifact.name,
            "size_in_bytes": len(artifact.blob),
            "url": address,
            "archive_download_url": f"{address}/zip",
            "expired": False,
            "digest": artifact.digest,
            "created_at": artifact.created_at,
            # GitHub's schema lets these be null.
            "updated_at": None,
            "expires_at": None,
            "workflow_run": {"id": RUN_ID, "repository_id": 1, "head_repository_id": 1, "head_sha": SHA},
        }

    def twirp(self, method: str, asked: dict[str, str]) -> None:
        github = self.server.github
        if asked.get("workflow_run_backend_id") != BACKEND_RUN:
            self.refuse(403, "another run")
        elif method == "ListArtifacts":
            name, identity = asked.get("name_filter"), asked.get("id_filter")
            self.json(
                200,
                {
                    "artifacts": [
                        {
                            "workflow_run_backend_id": BACKEND_RUN,
                            "workflow_job_run_backend_id": artifact.job,
                            "database_id": str(artifact.id),
                            "name": artifact.name,
                            # Not to be trusted.
                            "size": "1",
                            "created_at": artifact.created_at,
                            "digest": artifact.digest,
                        }
                        for artifact in github.artifacts
                        if name in (None, artifact.name) and identity in (None, str(artifact.id))
                    ]
                },
            )
        elif method == "GetSignedArtifactURL":
            key = (asked.get("name"), asked.get("workflow_job_run_backend_id"))
            artifact = github.find(lambda artifact: (artifact.name, artifact.job) == key)
            if artifact is None:
                self.refuse(404, "artifact not found")
            else:
                self.json(200, {"signed_url": github.address(artifact)})
        else:
            self.refuse(404, "no such method")


class _Blobs(_Handler):
    def do_GET(self) -> None:
        github = self.server.github
        told = [f"{name}: {value}" for name, value in self.headers.items()]
        tokens = [line for line in told if "authorization" in line.lower() or TOKEN in line or RUNTIME_TOKEN in line]
        if tokens:
            github.tokens_at_blobs += tokens
            self.answer(400, x_ms_error_code="InvalidAuthenticationInfo")
            return
        url = urlsplit(self.path)
        signature = next(
            (unquote(pair.removeprefix("sig=")) for pair in url.query.split("&") if pair.startswith("sig=")), ""
        )
        artifact = github.admit(url.path, signature)
        if artifact is None:
            # Azure's answer repeats what it was asked.
            body = f"<Error><Code>AuthenticationFailed</Code><Detail>sig={signature}</Detail></Error>"
            self.answer(403, body.encode(), x_ms_error_code="AuthenticationFailed", Content_Type="application/xml")
            return
        github.downloads.append((artifact.name, self.headers.get("Range")))
        self.give(artifact, github.stall(artifact))

    def give(self, artifact: Artifact, stall_at: int | None) -> None:
        blob, start = artifact.blob, 0
        etag = '"' + hashlib.sha256(blob).hexdigest()[:16] + '"'
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range", etag) == etag:
            start = int(asked[1])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(blob) - 1}/{len(blob)}")
        self.send_header("Content-Length", str(len(blob) - start))
        self.send_header("Content-Type", artifact.media_type)
        self.send_header("Content-Disposition", artifact.proposed)
        self.send_header("ETag", etag)
        self.end_headers()
        if stall_at is None:
            self.wfile.write(memoryview(blob)[start:])
            return
        self.wfile.write(memoryview(blob)[start : start + stall_at])
        self.server.github.closing.wait(120)
        self.close_connection = True
