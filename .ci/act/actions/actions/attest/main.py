"""Attests: every subject is a file below the workspace that has that digest."""

import hashlib
import os
import sys
from pathlib import Path

import attest

workspace = Path.cwd()
subjects = attest.subjects(sys.argv[1], workspace)
files = {path.name: path for path in workspace.glob("prepared/**/*") if path.is_file()}
wrong = [name for name, digest in subjects if hashlib.sha256(files[name].read_bytes()).hexdigest() != digest]
if wrong or not 0 < len(subjects) <= attest.MAX_SUBJECTS:
    raise SystemExit(f"nothing to attest, too much, or with another digest: {wrong}")
if not os.environ.get("GITHUB_RUN_ID"):
    raise SystemExit("no run")
print(f"ATTESTED {len(subjects)} subjects: {' '.join(sorted(name for name, _ in subjects))}")
