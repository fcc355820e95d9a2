"""Leaves in the folder of `--out` what maturin would."""

import os
import sys
from pathlib import Path

sys.path.insert(0, "examples")
import make

PLATFORMS = {
    # Unsorted, as maturin wrote them up to 1.15.
    ("x86_64", "auto"): "manylinux_2_17_x86_64.manylinux2014_x86_64",
    ("aarch64", "auto"): "manylinux_2_17_aarch64.manylinux2014_aarch64",
    ("x86_64", "musllinux_1_2"): "musllinux_1_2_x86_64",
    ("aarch64", "musllinux_1_2"): "musllinux_1_2_aarch64",
    ("x64", ""): "win_amd64",
    ("x86_64", ""): "macosx_10_12_x86_64",
}
# Of two runners with the same architecture, the artifact's job knows which it is.
OF_JOB = {"windows": "win_arm64", "macos": "macosx_11_0_arm64"}

arguments = os.environ["ARGS"].split()
out = Path(arguments[arguments.index("--out") + 1])
out.mkdir()
if os.environ["SCCACHE"] == "true":
    raise SystemExit("a release is built with a cache")
if os.environ["COMMAND"] == "sdist":
    (out / f"{make.MODULE}-{make.VERSION}.tar.gz").write_bytes(make.sdist())
else:
    target = (os.environ["TARGET"], os.environ["MANYLINUX"])
    platform = PLATFORMS.get(target) or OF_JOB[os.environ["GITHUB_JOB"]]
    (out / f"{make.MODULE}-{make.VERSION}-py3-none-{platform}.whl").write_bytes(make.wheel(platform))
