"""The way to the services: proxy, a stall, a desk; and what it takes in memory."""

import base64
import hashlib
import http.client
import io
import shutil
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import release
import runner
from github import REPOSITORY, RUN_ID, TOKEN, Artifact, GitHub
from memory import ALLOWED_MIB
from release import check
from run_bench import LARGE, WAYS, Bench, says, wheel


class Proxy(BaseHTTPRequestHandler):
    """Sends requests on, and remembers them."""

    asked: list[tuple[str, str]]

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.asked.append((url.netloc, self.headers.get("Proxy-Authorization", "")))
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        connection = http.client.HTTPConnection(url.netloc)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "proxy-authorization"}
        connection.request(self.command, f"{url.path}?{url.query}" if url.query else url.path, body, headers)
        answer = connection.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("date", "server"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.read())
        connection.close()

    do_POST = do_GET


def proxy(bench: Bench) -> str:
    asked: list[tuple[str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("", (Proxy,), {"asked": asked}))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    password = "canarycanarycanary"
    host = f"127.0.0.1:{server.server_port}"
    for way in WAYS:
        for variable in ("HTTP_PROXY", "http_proxy"):
            asked.clear()
            with GitHub([wheel()]) as github:
                variables = {variable: f"http://user:{password}@{host}"}
                ended = bench.prepare(github, way, variables=variables)
                says(ended, f"through the proxy {host}")
                check(password not in ended.step.log, f"the proxy's password is not shown:\n{ended.step.log}")
                credentials = "Basic " + base64.b64encode(f"user:{password}".encode()).decode()
                # The run, its artifacts twice, and the latest release.
                hosts = [urlsplit(github.api).netloc] * 4 + [urlsplit(github.blobs).netloc]
                expected = sorted((host, credentials) for host in hosts)
                check(sorted(asked) == expected, f"everything goes through the proxy: {asked}")
                asked.clear()
                bench.prepare(github, way, variables=variables | {"NO_PROXY": "localhost,127.0.0.1"})
                check(not asked, f"nothing goes through the proxy against NO_PROXY: {asked}")
    server.shutdown()
    server.server_close()
    with GitHub([wheel()]) as github:
        ended = bench.prepare(github, "rest", code=3, variables={"HTTP_PROXY": f"http://user:{password}@{host}"})
        says(ended, f"through the proxy {host}", "cannot be reached")
        check(password not in ended.step.log, f"the proxy's password is not shown:\n{ended.step.log}")
    return "HTTP_PROXY, http_proxy: used and announced without its password; NO_PROXY is heeded; a dead one: exit 3"


def stalled(bench: Bench) -> str:
    with GitHub([LARGE]) as github:
        github.stalls["large"] = 1_200_000
        ended = bench.prepare(github, "results", pattern="*")
    check(ended.names() == ["large.txt"] and ended.seconds > 10, f"a stall is noticed: {ended.seconds:.0f} s")
    check(len(github.downloads) == 2 and github.downloads[1][1] is not None, f"it goes on: {github.downloads}")
    return f"a download that stalls: noticed and gone on with, {ended.seconds:.0f} s in all"


def desk(bench: Bench) -> str:
    """From a desk, of a server that is not github.com: its API is below /api/v3."""
    with GitHub([wheel()]) as github:
        address = f"{github.api}/{REPOSITORY}/actions/runs/{RUN_ID}/attempts/1"
        own = {"GITHUB_SERVER_URL": github.api, "GITHUB_API_URL": f"{github.api}/api/v3", "GITHUB_TOKEN": TOKEN}
        token = bench.folder / "token"
        token.write_text(f"{TOKEN}\n")
        for number, (arguments, variables) in enumerate([((), own), (("--github-token-file", str(token)), {})]):
            command = [*bench.program, "prepare", "--run", address, "--output-dir", f"prepared-{number}", *arguments]
            ended = runner.run(command, cwd=bench.folder, env=variables)
            check(ended.returncode == 0, f"the release is prepared (exit {ended.returncode}):\n{ended.stdout}")
            for secret in [*github.secrets(), "sig=", "::add-mask"]:
                check(secret not in ended.stdout, f"`{secret}` is not shown:\n{ended.stdout}")
            prepared = bench.folder / f"prepared-{number}"
            check(len(release.files(prepared)) == 1, f"the wheel is there:\n{ended.stdout}")
            check(not list(prepared.glob("subjects*")), "and no subjects, since no run vouches for it")
        check(all("/api/v3/" in call for call in github.calls), f"its API is below /api/v3: {github.calls}")
        # An address can name any server; the token in the environment is for its own.
        command = [*bench.program, "prepare", "--run", address]
        ended = runner.run(command, cwd=bench.folder, env={"GITHUB_TOKEN": TOKEN})
        check(ended.returncode == 3 and "401" in ended.stdout, f"the token stays here:\n{ended.stdout}")
    return "--run URL at a desk: a release without subjects; the environment's token goes to its own server alone"


def memory(bench: Bench) -> str:
    # A download fills its buffers either way.
    peaks, sizes = {}, (20, 200)
    for megabytes in sizes:
        content = hashlib.shake_128(b"memory").digest(megabytes * 1_000_000)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("content.txt", content)
        artifacts = [
            Artifact(1, "archived", archive.getvalue()),
            Artifact(2, "content.bin", content, media_type="application/octet-stream"),
        ]
        for way in WAYS:
            report = bench.folder / "peak"
            timed = replace(bench, program=["/usr/bin/time", "-f", "%M", "-o", str(report), *bench.program])
            with GitHub(artifacts) as github:
                ended = timed.prepare(github, way, pattern="*")
            bench.runs = timed.runs
            shutil.rmtree(ended.workspace)
            peaks[way, megabytes] = int(report.read_text()) / 1024
    grown = max(peaks[way, sizes[1]] - peaks[way, sizes[0]] for way in WAYS)
    check(grown <= ALLOWED_MIB, f"peak memory does not grow with an artifact's size: {peaks}")
    return "peak memory, for artifacts of 20 and of 200 MB: " + ", ".join(f"{peak:.0f} MiB" for peak in peaks.values())


CASES = [proxy, stalled, desk, memory]
