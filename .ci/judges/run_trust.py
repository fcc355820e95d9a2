"""Whose artifacts are taken, and under which names."""

import json

import kill
from github import REPOSITORY, RUN_ID, Artifact, GitHub, run
from release import check
from run_bench import WAYS, Bench, Ended, says, text, wheel, zipped

OTHER_RUN = 19611734777


def foreign_runs(bench: Bench) -> str:
    fork = {"full_name": "someone-else/hello-release"}
    others = {
        "a fork's head": (run(id=OTHER_RUN, head_repository=fork), "someone-else/hello-release"),
        "another commit": (run(id=OTHER_RUN, head_sha="f" * 40), "f" * 40),
        "failed": (run(id=OTHER_RUN, conclusion="failure"), "failure"),
        "still running": (run(id=OTHER_RUN, status="in_progress", conclusion=None), "in_progress"),
        "started by pull_request": (run(id=OTHER_RUN, event="pull_request"), "`pull_request`"),
        "by pull_request_target": (run(id=OTHER_RUN, event="pull_request_target"), "pull_request_target"),
        "another repository": (run(id=OTHER_RUN, repository=fork), "someone-else/hello-release"),
    }
    for name, (details, word) in others.items():
        with GitHub([wheel()]) as github:
            github.runs[OTHER_RUN] = details
            ended = bench.prepare(github, "auto", code=1, run_id=str(OTHER_RUN))
            says(ended, "foreign-run", str(OTHER_RUN), word)
            check(not github.downloads, f"{name}: nothing is downloaded")
            ended = bench.prepare(github, "auto", run_id=str(OTHER_RUN), foreign_run="unattested")
        check_unattested(ended)
        says(ended, word)
    with GitHub([wheel()]) as github:
        github.runs[OTHER_RUN] = run(id=OTHER_RUN)
        ended = bench.prepare(github, "auto", run_id=str(OTHER_RUN), repository=REPOSITORY.upper())
        check_attested(ended)
        bench.prepare(github, "results", code=2, run_id=str(OTHER_RUN))
    return f"another run: {', '.join(others)}: refused and named; unattested: no subjects, not pypi-ready; else taken"


def check_unattested(ended: Ended) -> None:
    outputs = ended.step.outputs
    check(not list(ended.prepared.glob("subjects*")), "no subjects are written")
    check(outputs["pypi-ready"] == "false", f"pypi-ready is false: {outputs}")
    check(outputs["subject-checksums"] == outputs["subjects"] == "", f"no subjects are told: {outputs}")
    check(outputs["subject-count"] == "0", f"no subjects are counted: {outputs}")
    check(json.loads(outputs["subject-shards"] or "[]") == [], f"no shards are told: {outputs}")
    check(ended.manifest["attestable"] is False, "the manifest says so")


def check_attested(ended: Ended) -> None:
    check(ended.step.outputs["pypi-ready"] == "true", f"pypi-ready: {ended.step.outputs}")
    check((ended.prepared / "subjects.sha256").is_file(), "subjects are written")


def pull_request_target(bench: Bench) -> str:
    event = {"GITHUB_EVENT_NAME": "pull_request_target"}
    for way in WAYS:
        with GitHub([wheel()]) as github:
            ended = bench.prepare(github, way, code=1, variables=event)
            says(ended, "foreign-run", "pull_request_target")
            check(not github.calls, f"nothing is asked: {github.calls}")
            check_unattested(bench.prepare(github, way, variables=event, foreign_run="unattested"))
            check_attested(bench.prepare(github, way, variables={"GITHUB_EVENT_NAME": "pull_request"}))
    return "under pull_request_target nothing is taken, or unattested; under pull_request this run's own are"


def other_names(bench: Bench) -> str:
    for way in WAYS:
        with GitHub([wheel(f"wheels-any-{OTHER_RUN}"), text(1)]) as github:
            ended = bench.prepare(github, way, code=1, pattern="*")
            says(ended, "foreign-run", f"wheels-any-{OTHER_RUN}")
            check_unattested(bench.prepare(github, way, pattern="*", foreign_run="unattested"))
        with GitHub([wheel(f"wheels-any-{RUN_ID}")]) as github:
            check_attested(bench.prepare(github, way))
    return "a name that ends in another run's id is refused, in this one's is not"


def raw(bench: Bench) -> str:
    """upload-artifact with `archive: false`: the artifact bears the file's name."""
    wheel_name, wheel_bytes = next(iter(kill.wheel_file("1.0").items()))
    tool = zipped({"tool": b"a tool\n"})
    artifacts = [
        Artifact(1, wheel_name, wheel_bytes, media_type="application/octet-stream"),
        # Proposed under its own name: uploaded as it is, and no archive of ours.
        Artifact(
            2,
            "tool-x86_64-pc-windows-msvc.zip",
            tool,
            disposition='attachment; filename="tool-x86_64-pc-windows-msvc.zip"',
        ),
        Artifact(3, "setup.zip", zipped({"setup-x86_64-pc-windows-msvc.exe": b"MZ"})),
    ]
    for way in WAYS:
        with GitHub(artifacts) as github:
            ended = bench.prepare(github, way, pattern="*")
        expected = ["little-1.0-py2.py3-none-any.whl", "setup-x86_64-pc-windows-msvc.exe", artifacts[1].name]
        check(sorted(ended.names()) == sorted(expected), f"{expected}: {ended.names()}")
        check((ended.prepared / "assets" / artifacts[1].name).read_bytes() == tool, "the zip is as it was uploaded")
    return "uploaded as they are: a wheel, and a zip, told from an archive whose name ends alike"


def hostile_names(bench: Bench) -> str:
    hostile = {
        'filename="../../etc/passwd"': "../../etc/passwd",
        "filename*=UTF-8''..%2F..%2Fx.whl": "../../x.whl",
        'filename="/etc/cron.d/x"': "/etc/cron.d/x",
        "filename*=UTF-8''x%0A::error::canary": "error",
        "filename*=UTF-8''x%0A%23%23[error]canary": "error",
        'filename="a\\\\b.whl"': "a\\",
        'filename=".."': "..",
        "filename*=UTF-8''%00.whl": "",
        "filename*=UTF-8''%E2%80%AEgpj.exe": "gpj.exe",
        f'filename="{"x" * 3000}"': "xxx",
    }
    for number, (disposition, shown) in enumerate(hostile.items()):
        artifact = Artifact(1, "tool.txt", b"x", media_type="text/plain", disposition=f"attachment; {disposition}")
        with GitHub([artifact]) as github:
            ended = bench.prepare(github, WAYS[number % 2], code=1, pattern="*")
        says(ended, "file-name-unsafe", "tool.txt", shown)
    for reserved in ("SHA256SUMS", "release-manifest.json", "subjects.sha256"):
        artifact = Artifact(1, reserved, b"x", media_type="text/plain")
        with GitHub([artifact]) as github:
            says(bench.prepare(github, "rest", code=1, pattern="*"), reserved)
    return f"{len(hostile)} hostile names in Content-Disposition, 3 reserved ones: refused, nothing written"


CASES = [foreign_runs, pull_request_target, other_names, raw, hostile_names]
