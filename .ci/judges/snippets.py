"""Every YAML block of the docs, completed to a workflow, and the example workflows.

usage: snippets.py SCRATCH

Run in the checkout. A block may be a workflow's jobs, a job, the body of one,
steps, or inputs of a step; its indentation says which. actionlint and zizmor
must pass what it is completed to, and no pull request and no branch may
publish by it: a job with a credential runs for tags alone, and whatever
prepares is a dry run for all else.
"""

import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from release import check, say

FOR_TAGS = "startsWith(github.ref, 'refs/tags/')"
DRY_RUN = "${{ !startsWith(github.ref, 'refs/tags/') }}"
ACTION = "OWNER/release-prep@"
REUSABLE = "OWNER/release-prep/.github/workflows/prepare.yml@"
ATTESTING = "OWNER/release-prep/.github/workflows/prepare-and-attest.yml@"
NATIVE = "OWNER/release-prep/native@"
# What writes where others read: these permissions, actions and commands.
CREDENTIALS = ("id-token", "attestations", "contents", "packages")
PUBLISHING_ACTIONS = ("actions/attest@", "pypa/gh-action-pypi-publish@")
PUBLISHING_COMMANDS = re.compile(r"\b(npm publish|twine upload|uv publish|cargo publish|gh release)\b")

HEAD = """\
name: Snippet
on:
  push:
  pull_request:
permissions: {}
concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: false
"""
JOB = """\
  snippet:
    runs-on: ubuntu-24.04
    permissions: {}
"""
# What stands before a block whose first line is indented so far.
BEFORE = {
    0: HEAD,
    2: HEAD + "jobs:\n",
    4: HEAD + "jobs:\n" + JOB,
    6: HEAD + "jobs:\n" + JOB + "    steps:\n",
    10: HEAD
    + "jobs:\n"
    + JOB
    + f"    steps:\n      - uses: {ACTION}<commit SHA>\n        with:\n          dry-run: {DRY_RUN}\n",
}


@dataclass(frozen=True)
class Snippet:
    where: str
    text: str


def blocks(page: Path) -> list[Snippet]:
    """The YAML blocks of a page of Markdown."""
    found = []
    lines, number = page.read_text().splitlines(), 0
    while number < len(lines):
        fence = re.match(r" *(```+) *(\S*)", lines[number])
        number += 1
        if fence is None:
            continue
        end = next(at for at in range(number, len(lines)) if lines[at].strip() == fence[1])
        if fence[2].lower() in ("yaml", "yml"):
            found.append(Snippet(f"{page}:{number + 1}", "\n".join(lines[number:end]) + "\n"))
        number = end + 1
    return found


def completed(snippet: Snippet) -> str:
    """A whole workflow with the block in it, and a job for every one that it needs."""
    body = snippet.text
    if not re.match(r" |(on|name|jobs):", body):  # inputs by themselves
        body = textwrap.indent(body, 10 * " ")
    indentation = len(body) - len(body.lstrip(" "))
    check(indentation in BEFORE, f"{snippet.where}: it is indented by {indentation}, which is no part of a workflow")
    text = body if re.search(r"^on:", body, re.MULTILINE) else BEFORE[indentation] + body
    text = text.replace("<commit SHA>", "0" * 40)
    jobs = YAML(typ="safe").load(text)["jobs"]
    needed = {name for job in jobs.values() for name in listed(job.get("needs", []))}
    needed |= set(re.findall(r"\bneeds\.([\w-]+)\.", snippet.text))
    if indentation >= 4 and needed:
        text = text.replace(JOB, JOB + f"    needs: [{', '.join(sorted(needed))}]\n")
    for name in sorted(needed - jobs.keys()):
        outputs = sorted(set(re.findall(rf"\bneeds\.{name}\.outputs\.([\w-]+)", snippet.text)))
        text += f"  {name}:\n    runs-on: ubuntu-24.04\n    permissions: {{}}\n"
        if outputs:
            text += "    outputs:\n" + "".join(f"      {output}: some\n" for output in outputs)
        text += "    steps:\n      - run: echo\n"
    return text.replace("${{ inputs.", "${{ github.event.inputs.")


def listed(one_or_more: str | list[str]) -> list[str]:
    return [one_or_more] if isinstance(one_or_more, str) else one_or_more


def publishes(job: dict) -> bool:
    permissions = job.get("permissions", {})
    if permissions == "write-all" or any(permissions.get(name) == "write" for name in CREDENTIALS):
        return True
    if job.get("uses", "").startswith(ATTESTING):
        return True
    steps = job.get("steps", [])
    return any(
        step.get("uses", "").startswith(PUBLISHING_ACTIONS) or PUBLISHING_COMMANDS.search(step.get("run", ""))
        for step in steps
    )


def for_tags_alone(condition: object) -> bool:
    """Whether the condition is a conjunction of which one part is that a tag was pushed."""
    text = str(condition or "").strip().removeprefix("${{").removesuffix("}}")
    outside = re.sub(r"(?<!startsWith)\([^()]*\)", "", text)
    return "||" not in outside and FOR_TAGS in [part.strip() for part in re.split(r"&&", outside)]


def wrong(workflow: dict) -> list[str]:
    """Every way in which a pull request or a branch could publish."""
    found = []
    for name, job in workflow["jobs"].items():
        if publishes(job) and not for_tags_alone(job.get("if")):
            found.append(f"the job {name} can publish, and its `if` does not say {FOR_TAGS}")
        preparing = [job] if job.get("uses", "").startswith(REUSABLE) else []
        preparing += [step for step in job.get("steps", []) if step.get("uses", "").startswith((ACTION, NATIVE))]
        for step in preparing:
            given = step.get("with", {})
            if given.get("command") != "verify" and given.get("dry-run") not in (DRY_RUN, True):
                found.append(f"the job {name} prepares without `dry-run: {DRY_RUN}`")
    return found


def check_itself() -> None:
    """What the rules above are for is found by them."""
    for condition in (None, "always()", f"always() || {FOR_TAGS}", f"!{FOR_TAGS}", f"({FOR_TAGS} || true) && true"):
        check(not for_tags_alone(condition), f"`{condition}` is not for tags alone")
    for condition in (FOR_TAGS, f"${{{{ !cancelled() && {FOR_TAGS} && (a || b) }}}}"):
        check(for_tags_alone(condition), f"`{condition}` is for tags alone")
    job = {"permissions": {"id-token": "write"}, "steps": [{"uses": f"{ACTION}0"}]}
    check(len(wrong({"jobs": {"job": job}})) == 2, "a job that publishes and prepares, for whatever event")


def main(scratch: Path) -> None:
    check_itself()
    yaml = YAML(typ="safe")
    pages = [Path("README.md"), *sorted(Path("docs").glob("*.md")), *sorted(Path("examples").glob("*.md"))]
    examples = sorted(Path("examples").glob("*.yml"))
    snippets = [snippet for page in pages for snippet in blocks(page)]
    check(len(snippets) >= 15, f"README and docs have {len(snippets)} YAML blocks")
    failures = []
    folder = scratch / ".github" / "workflows"
    folder.mkdir(parents=True)
    files = {}
    for number, snippet in enumerate(snippets):
        path = folder / f"{number:02}-{re.sub(r'[^a-zA-Z0-9]+', '-', snippet.where)}.yml"
        path.write_text(completed(snippet))
        files[path] = snippet.where
    for path, where in [*files.items(), *((path, str(path)) for path in examples)]:
        failures += [f"{where}: {what}" for what in wrong(yaml.load(path.read_text()))]
    for failure in failures:
        say(failure)
    check(not failures, f"no snippet publishes from a pull request or a branch: {len(failures)} could")
    for command in (["actionlint"], ["zizmor", "--offline", "--quiet", "--no-config"]):
        ended = subprocess.run([*command, *files], capture_output=True, text=True)
        check(ended.returncode == 0, f"{command[0]} passes every snippet:\n{ended.stdout}{ended.stderr}")
    say(f"{len(files)} snippets and {len(examples)} example workflow(s): valid, and they publish for tags alone")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
