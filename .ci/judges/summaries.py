"""Summaries of real runs, rendered as GitHub does, and measured.

usage: summaries.py PROGRAM NODE_MODULES SCRATCH PICTURES
       summaries.py PROGRAM NODE_MODULES SCRATCH docs/pictures README

Pictures of each are left in PICTURES; with README, those that the README shows.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import astray

WIDTH = 899
# Before folds: some three screens.
MAX_HEIGHT = 2500
EXAMPLE = Path("examples/artifacts")
ROOT = Path(__file__).parents[2]
RUN = {
    "GITHUB_REPOSITORY": "octo-org/hello-release",
    "GITHUB_RUN_ID": "11223344556",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_SHA": "4f" * 20,
    "GITHUB_REF": "refs/tags/v1.2.3",
    "GITHUB_REF_TYPE": "tag",
    "GITHUB_REF_NAME": "v1.2.3",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_WORKFLOW_REF": "octo-org/hello-release/.github/workflows/release.yml@refs/tags/v1.2.3",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_ACTION_REPOSITORY": "OWNER/release-prep",
    "GITHUB_ACTION_REF": "4f" * 20,
}


def summary(program: str, workspace: Path, artifacts: Path, **inputs: str) -> Path:
    """The summary of a run on a runner, and its code."""
    workspace.mkdir()
    shutil.copytree(artifacts, workspace / "artifacts")
    written = workspace / "summary.md"
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_STEP_SUMMARY": str(written),
        "INPUT_ARTIFACTS-DIR": "artifacts",
        **RUN,
        **{f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()},
    }
    subprocess.run([program], env=environment, check=False, stdout=subprocess.DEVNULL)
    return written


def browser(*arguments: str) -> str:
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measured(page: Path) -> dict:
    dom = browser(f"--window-size={WIDTH},1200", "--dump-dom", page.as_uri())
    found = re.search(r'data-measured="([^"]*)"', dom)
    assert found, "the page has not measured itself"
    return json.loads(html.unescape(found[1]))


def picture(page: Path, path: Path, height: int) -> None:
    browser(f"--window-size={WIDTH},{height}", f"--screenshot={path}", page.as_uri())


def rendered(node_modules: Path, written: Path, theme: str) -> Path:
    page = written.with_suffix(f".{theme}.html")
    render = ROOT / ".ci/summaries/render.mjs"
    subprocess.run(["node", render, node_modules, written, page, theme], check=True)
    return page


def judge(name: str, found: dict, most: int) -> list[str]:
    """What is wrong with a page."""
    wrong = [f"{name}: scrolls sideways: {what}" for what in found["wide"] + found["wideInFolds"]]
    if found["height"] > most:
        wrong.append(f"{name}: {found['height']} pixels tall before folds, {most} are the most")
    ours = re.compile(r'<a href="https://github\.com/OWNER/release-prep/blob/[0-9a-f]+/docs/rules\.md#[a-z-]+">')
    wrong += [f"{name}: from outside: {what}" for what in found["foreign"] if not ours.match(what)]
    return wrong


def main() -> None:
    program, node_modules, scratch, pictures = sys.argv[1], *map(Path, sys.argv[2:5])
    pictures.mkdir(parents=True, exist_ok=True)
    forty = astray.astray(scratch / "forty")
    expect = {"version": "1.4.0", "expect": "*-pyodide*.whl"}
    written = {
        "ready": summary(program, scratch / "ready", EXAMPLE),
        "refused": summary(program, scratch / "refused", forty, **expect),
        "wide": summary(program, scratch / "wide", astray.wide(scratch / "many"), version="1.4.0"),
        "hostile": summary(program, scratch / "hostile", astray.hostile(scratch / "names"), version="any"),
    }
    if sys.argv[5:] == ["README"]:
        for name, height in (("ready", 520), ("refused", 900)):
            for theme in ("light", "dark"):
                picture(rendered(node_modules, written[name], theme), pictures / f"{name}-{theme}.png", height)
        return
    wrong = []
    for name, path in written.items():
        page = rendered(node_modules, path, "light")
        found = measured(page)
        print(f"  {name}: {found['height']} pixels before folds, {found['open']} in all, {path.stat().st_size} bytes")
        wrong += judge(name, found, MAX_HEIGHT)
        picture(page, pictures / f"{name}.png", found["height"])
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
