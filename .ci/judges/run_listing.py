"""The stand-in by the official client, and real distributions: the same as from a folder."""

import json
import os
import shutil
from pathlib import Path

import corpus
import release
import runner
from github import TOKEN, Artifact, GitHub
from release import check
from run_bench import WAYS, Bench, Ended, check_calls, text

HERE = Path(__file__).parent


def official_client(bench: Bench) -> str:
    files = {f"report-{number:04}/report-{number:04}.txt": f"{number}\n".encode() for number in range(120)}
    raw = Artifact(7, "raw.whl", b"raw", media_type="application/octet-stream")
    artifacts = [*(text(number) for number in range(120)), raw]
    for way in WAYS:
        out = bench.folder / way
        with GitHub(artifacts) as github:
            command = ["node", HERE / "official-client.mjs", bench.node_modules, out, way]
            variables = runner.environment(str(bench.folder), str(bench.folder), {}) | github.variables()
            ended = runner.run(command, env=variables | {"PATH": os.environ["PATH"], "GITHUB_TOKEN": TOKEN})
        check(ended.returncode == 0, f"the client takes it:\n{ended.stdout}")
        check(not github.tokens_at_blobs, f"and keeps its token: {github.tokens_at_blobs}")
        found = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        check(found == files | {"raw.whl/raw.whl": b"raw"}, f"every file by {way}: {sorted(found)}")
        listed = {artifact["name"]: artifact for artifact in json.loads(ended.stdout.splitlines()[-1])}
        for artifact in artifacts:
            told = listed[artifact.name]
            same = (told["id"], told["digest"]) == (artifact.id, artifact.digest)
            check(same, f"{artifact.name} by {way} is {told}")
    return f"@actions/artifact lists {len(artifacts)} artifacts and downloads them from the stand-in, either way"


def real_distributions(bench: Bench) -> str:
    entries = corpus.read(HERE / "corpus.tsv")
    corpus.fetch(entries, bench.downloads)
    laid_out = bench.folder / "artifacts"
    corpus.lay_out(entries, bench.downloads, laid_out, seed=1)
    artifacts = []
    for number, folder in enumerate(sorted(laid_out.iterdir())):
        archive = bench.folder / f"{folder.name}.zip"
        corpus.zip_artifact(folder, archive, bench.node_modules, level=number % 2 * 6)
        artifacts.append(Artifact(id=5_000_000_100 - number, name=folder.name, blob=archive.read_bytes()))
    with GitHub([]) as nobody:
        workspace, files = bench.folder / "workspace", bench.folder / "files"
        workspace.mkdir()
        shutil.move(laid_out, workspace / "artifacts")
        # The npm packages are those of other repositories, which npm would refuse from here.
        inputs = {"artifacts-dir": "artifacts", "version": "any", "npm": "warn"}
        step = runner.step(bench.program, workspace, files, inputs, nobody.variables())
        check(step.code == 0 and not nobody.calls, f"the folder is prepared without a network:\n{step.log}")
    folder = Ended(step, workspace, 0)
    for way in WAYS:
        with GitHub(artifacts) as github:
            ended = bench.prepare(github, way, npm="warn")
        check_calls(github, len(artifacts))
        for name in (*release.FOLDERS, "SHA256SUMS"):
            one, other = folder.prepared / name, ended.prepared / name
            equal = (
                one.read_bytes() == other.read_bytes() if one.is_file() else release.tree(one) == release.tree(other)
            )
            check(equal, f"{name} is the same by {way} as from the folder")
        one, other = folder.manifest, ended.manifest
        by_name = {artifact.name: artifact for artifact in artifacts}
        for file in other["files"]:
            for origin in file["origins"]:
                told = origin["artifact"]
                artifact = by_name[told["name"]]
                of_run = {"id": artifact.id, "digest": artifact.digest, "created_at": artifact.created_at}
                of_run |= {"job": artifact.job} if way == "results" else {}
                found = {key: told.pop(key, None) for key in of_run}
                found["digest"] = "sha256:" + found["digest"].removeprefix("sha256:")
                check(found == of_run, f"the origin of {file['name']} by {way} is {of_run}, not {found}")
        check(one == other, f"the manifest is the same by {way} but for artifacts' ids, digests, times and jobs")
        release.check_subjects(ended.prepared)
        shutil.rmtree(ended.workspace)
    number, calls = len(folder.names()), len(artifacts) + 2
    return f"{number} real distributions in {len(artifacts)} artifacts, {calls} calls: either way as from the folder"


CASES = [official_client, real_distributions]
