"""1,100 small files: two shards that actions/attest can take, and no single list.

usage: shards.py PROGRAM SCRATCH
"""

import json
import sys
from pathlib import Path

import attest
import release
import runner
from release import check, say

FILES = 1100


def main(program: Path, scratch: Path) -> None:
    workspace = scratch / "workspace"
    for number in range(FILES):
        file = workspace / "artifacts" / f"reports-{number % 7}" / f"report-{number:04}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{number}\n")
    inputs = {"command": "prepare", "artifacts-dir": "artifacts", "pattern": "*", "output-dir": "prepared"}
    step = runner.step([str(program)], workspace, scratch / "files", inputs)
    check(step.code == 0, f"the release is prepared (exit {step.code}):\n{step.log}")

    shards = release.check_subjects(workspace / "prepared")
    check(len(shards) == 2, f"two shards: {shards}")
    for shard in shards:
        check(shard.stat().st_size <= attest.MAX_BYTES, f"{shard.name} is within {attest.MAX_BYTES} bytes")
    outputs = step.outputs
    check(outputs["subject-checksums"] == "", "subject-checksums is empty: nothing is attested by half")
    check(json.loads(outputs["subject-shards"]) == [f"prepared/{shard.name}" for shard in shards], "subject-shards")
    check(int(outputs["subject-count"]) == FILES + 2, f"subject-count: {outputs['subject-count']}")
    for path in json.loads(outputs["subject-shards"]):
        attest.subjects(path, workspace)
    say("outputs: subject-checksums is empty, subject-shards names both, from the workspace")


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
