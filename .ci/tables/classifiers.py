#!/usr/bin/env python3
"""Writes the table of PyPI's classifiers from the package trove-classifiers.

    pip install trove-classifiers
    python3 .ci/tables/classifiers.py > src/distribution/metadata/classifiers.tsv

The first line has the package's version, which begins with its date. Each
other line is a classifier; a deprecated one is followed by its successors,
separated by tabs, or by an empty field where there is none.
"""

from importlib.metadata import version

from trove_classifiers import classifiers, deprecated_classifiers

print(f"# trove-classifiers {version('trove-classifiers')}")
for name in sorted({*classifiers, *deprecated_classifiers}):
    successors = deprecated_classifiers.get(name)
    print(name if successors is None else "\t".join([name, *(successors or [""])]))
