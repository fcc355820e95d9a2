"""The findings of a run, read from the report that the program writes as JSON."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from runner import by_hand


@dataclass(frozen=True)
class Finding:
    """One finding; no artifact and no file where it is about the whole release."""

    severity: str
    rule: str
    artifact: str | None
    file: str | None
    found: str

    def __str__(self) -> str:
        return f"{self.severity}[{self.rule}]: {self.artifact} {self.file}: {self.found}"

    @property
    def kind(self) -> str:
        """Severity and rule, as tables list them."""
        return f"{self.severity}[{self.rule}]"

    @property
    def case(self) -> str | None:
        """The case that the artifact is named after."""
        return self.artifact and re.sub(r"^case-|\.zip$", "", self.artifact)


def prepare(command: list, folder: Path) -> tuple[subprocess.CompletedProcess[str], list[Finding]]:
    """Runs `prepare` by hand in a folder; how it ended, and what it found."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    ended = by_hand([*command, "--report", report], folder)
    if not report.exists():
        return ended, []
    causes = json.loads(report.read_text())["causes"]
    report.unlink()
    return ended, [
        Finding(cause["severity"], cause["rule"], one.get("artifact"), one.get("file"), one["found"])
        for cause in causes
        for one in cause["findings"]
    ]


def refused(found: list[Finding], *, rules: tuple[str, ...] = (), but: tuple[str, ...] = ()) -> set[str]:
    """The cases with an error of one of the rules, or of any but some."""
    errors = (one for one in found if one.severity == "error" and one.case)
    return {one.case for one in errors if (not rules or one.rule in rules) and one.rule not in but}
