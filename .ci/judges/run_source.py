"""A workflow run as the source, against a stand-in for GitHub.

usage: run_source.py PROGRAM CORPUS NODE_MODULES SCRATCH [CASE...]
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import run_listing
import run_way
from run_bench import Bench

CASES = run_listing.CASES + run_way.CASES


def attempt(case: Callable[[Bench], str], bench: Bench) -> tuple[bool, str]:
    bench.folder.mkdir()
    try:
        return True, case(bench)
    except SystemExit as failure:
        return False, str(failure)
    except Exception as failure:
        return False, f"NOT SO: {type(failure).__name__}: {failure}"


def main(program: Path, downloads: Path, node_modules: Path, scratch: Path, *only: str) -> None:
    cases = [case for case in CASES if not only or case.__name__ in only]
    passed = 0
    # They wait more than they work.
    with ThreadPoolExecutor(4) as pool:
        benches = [Bench([str(program)], downloads, node_modules, scratch / case.__name__) for case in cases]
        for case, (holds, claim) in zip(cases, pool.map(attempt, cases, benches), strict=True):
            passed += holds
            print(f"  {case.__name__}: {claim}", flush=True)
    print(f"{passed} passed, {len(cases) - passed} failed")
    if passed < len(cases):
        raise SystemExit(1)


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:5]), *sys.argv[5:])
