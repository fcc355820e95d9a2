"""METADATA by the thousand: the program and PyPI's libraries differ in nothing but what is listed here.

usage: metadata.py PROGRAM CORPUS SCRATCH [COUNT]

Files are made of those of the corpus by a fixed chance: fields are exchanged,
repeated, bent and taken away, and a tiny wheel holds each. The program is asked
over many of them at once; what it finds in a file must be what pypi.py says of
it, rule by rule.
"""

import base64
import email
import hashlib
import random
import re
import shutil
import sys
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import packaging
from packaging.metadata import parse_email
from packaging.version import Version

import findings
import pypi
from release import check, say

SEED = 20261128
COUNT = 3000
# Files of one run.
BATCH = 900

# Values that are valid, that nearly are, and that are not, by field.
VALUES = {
    "Metadata-Version": "1.0|1.1|1.2|2.0|2.1|2.2|2.3|2.4|2.5|2.6|3.0|2|2.10|02.1|2.1 |x|",
    "Summary": "short|two\n lines|a\u2028b|a\u0085b|UNKNOWN||" + "x" * 512 + "|" + "\u00e9" * 513,
    "Description": "in the header|UNKNOWN||one\n       |two\n       |three|.. automodule:: x",
    "Description-Content-Type": "text/markdown|text/x-rst|text/plain|Text/Markdown|text/html|markdown|UNKNOWN|"
    "text/markdown; charset=UTF-8|text/markdown; charset=utf-8|text/markdown; charset=latin-1|text/markdown; charset|"
    "text/markdown; variant=GFM|text/markdown; variant=gfm|text/markdown;variant=CommonMark;charset=UTF-8|"
    'text/markdown; charset="UTF-8"|text/plain; variant=x|text/markdown, text/plain|text/markdown;|'
    "text/x-rst; charset=UTF-8; x=y|text/markdown; charset = UTF-8|text/markdown; charset=UTF8",
    "Keywords": "a,b|a b||UNKNOWN",
    "Home-page": "https://example.org|http://x|example.org|git@github.com:a/b|ftp://x.org|UNKNOWN||HTTPS://X.org/a b|"
    "https://|http:x|https://x.org/[a]|mailto:a@b.org|//x.org|https://x.org:80a/|https://b\u00fccher.de/\u00fc?q#f",
    "Download-URL": "https://example.org/x.tar.gz|UNKNOWN|svn://x|x",
    "Author": "A B|Ren\u00e9||UNKNOWN",
    "Author-email": 'a@b.com|A B <a@b.com>|"A, B" <a@b.com>|a@b.com, c@d.org|A <a at b.com>|a@localhost|a@b|a@b.test|'
    "a@b.example|UNKNOWN||attr: x.__email__|a@b..com|.a@b.com|a.@b.com|a@-b.com|a@b.c0m|a@1.2.3.4|A B|a b@c.com|"
    "a@b.com>|<a@b.com|a@b_c.com|Ren\u00e9 <r@b\u00fccher.de>|a@b.com (A B)|a@b.com;c@d.com|"
    "mailto:a@b.com|@b.com|a@@b.com",
    "Maintainer": "A B|",
    "Maintainer-email": "a@b.com|somebody@|A <a@b.invalid>|none",
    "License": "MIT|UNKNOWN||several\n lines",
    "License-Expression": "MIT|mit or apache-2.0|Apache 2.0|MIT/Apache-2.0|MIT AND|(MIT)|((MIT)|MIT WITH x|UNKNOWN||"
    "GPL-2.0-only WITH Classpath-exception-2.0|LicenseRef-x|LicenseRef-|licenseref-A.b-1|Apache-2.0+|MIT+|GPL-2.0|"
    "Proprietary|MIT OR OR MIT|MIT MIT|MIT, BSD-3-Clause|BSD|GPLv3|LGPL-2.1-or-later|(MIT OR ISC) AND Zlib|WITH|MIT or",
    "License-File": "LICENSE|../LICENSE|/LICENSE|a\\b|LICENSE*|a/../b|LICENSE..txt|./LICENSE|a//b||C:/x|C:x|a/b/",
    "Classifier": "Typing :: Typed|Programming Language :: Python :: 3|Programming Language :: Python :: 3.99|"
    "programming language :: python :: 3|Nonsense :: x|Private :: x|private :: x|UNKNOWN||Natural Language :: Ukranian|"
    "License :: OSI Approved :: MIT License|Framework :: Django :: 99.9|Topic :: Utilities ",
    "Requires-Dist": "foo|foo>=1|foo (>=1)|foo bar|foo ^1.0|foo>=1.*|foo>=2.x|foo; python_version<'3'|"
    "foo; python_version<3|foo[a,b]>=1,<2|foo[]|foo[a|foo @ https://x.org/x.whl|foo@file:///x|git+https://x.org/x|"
    "foo;|foo; extra=='x' and|foo===1.0.x|foo==1.0+local|foo>=1,|foo,|foo>=|foo; nonsense == '1'|UNKNOWN||-foo|foo-|"
    "foo~=1|foo~=1.0|foo!=1.*|foo<1.0.*|foo (1.0)|foo ==1.0 ,<2|foo>1.0+x|f|foo ; os_name in 'a b'|"
    "foo;os_name=='a'or(os_name=='b')|"
    "foo; python_version not in '2.7, 3.0'|foo; 'x' == 'y'|foo; extra == \"x\"|"
    "foo>=1;python_version>='3'and extra=='x'|"
    "foo; platform_python_implementation!='PyPy'|foo; python_implementation=='x'|foo; os.name=='x'|foo[a.b-c_d]|"
    "foo>=1.0.dev|foo>=1.0-1|foo==1!2.0|foo>=v1.0|foo (>=1|foo >=1)|foo>=1 <2|foo;extra==x|\u0192oo|"
    "foo # c|foo==*|foo=1",
    "Requires-Python": ">=3.8|>=3.8,<4|3|^3.8|~=3.8|>=3.8.*|==3.*|!=3.0.*,>=2.7|===3.8.foo|>=3.8;|"
    "(>=3.8)|>= 3.8|>=3.8 <4||"
    ">=3.8,|,>=3|UNKNOWN|===|~=3|<=3.9.*|>3_8|>=3.8.0-rc1|>=3.8+x|==3.8+x|>=v3|3.8+|>=3,>=3,,",
    "Provides-Extra": "x|my extra!|a.b_c-d|-a|a-|A||UNKNOWN|\u00e9|a b",
    "Provides-Dist": "foo|foo (1.0)|foo bar|foo @ https://x.org|",
    "Obsoletes-Dist": "foo|foo bar|foo (<1)|",
    "Requires-External": "C|libpng (>=1.5)|anything at all|",
    "Dynamic": "Requires-Dist|requires-dist|Name|nonsense|Metadata-Version||Description|License-File",
    "Import-Name": "demo|demo.x|demo-x|class|demo; private|demo;private|demo; public||1x|demo.|_x|"
    "d\u00e9mo|demo ;  private",
    "Import-Namespace": "demo|1demo||a.b",
    "Project-URL": "Home, https://x.org|Home|, https://x.org|"
    + "L" * 33
    + ", https://x.org|Home, ftp://x.org|Home,https://x.org|"
    "Home , https://x.org|Docs, x.org|A, B, https://x.org|UNKNOWN||Home, |\u00dc, http://x.org|"
    + "L" * 32
    + ", https://x.org",
    "Platform": "any|UNKNOWN|",
    "Supported-Platform": "linux|",
    "Requires": "foo|foo bar|",
    "Provides": "foo|",
    "Obsoletes": "foo|",
    "Nonsense": "x",
    "X-Custom": "x",
}
MULTIPLE = ("Classifier", "Requires-Dist", "Project-URL", "Provides-Extra", "License-File", "Dynamic", "Import-Name")
CHARACTERS = " \t;,:()[]<>=!~*.-_@'\"\\/#\u00e9\u2028\u00a0\x0b\x0c\x1c\x7f\u0661aA0"


def seeds(corpus: Path) -> list[tuple[list[list[str]], str]]:
    """Fields and bodies of real files."""
    found = []
    for wheel in sorted(corpus.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            name = next((name for name in archive.namelist() if name.endswith(".dist-info/METADATA")), None)
            text = archive.read(name).decode(errors="replace").replace("\r\n", "\n") if name else ""
        head, _, body = text.partition("\n\n")
        fields = []
        for line in head.split("\n"):
            if line[:1] in (" ", "\t") and fields:
                fields[-1][1] += "\n" + line
            elif ":" in line:
                fields.append(list(line.split(": ", 1)) if ": " in line else [line.rstrip(":"), ""])
        # The licences are not there, and what renders is judged elsewhere.
        fields = [field for field in fields if field[0] != "License-File"][:40]
        if fields and fields[0][0] == "Metadata-Version":
            found.append((fields, "A description.\n" if body.strip() else ""))
    check(len(found) > 100, f"the corpus holds metadata: {len(found)} files")
    return found


def bent(value: str, chance: random.Random) -> str:
    """A value with something exchanged, inserted, taken away or doubled."""
    at = chance.randrange(len(value) + 1)
    match chance.randrange(5):
        case 0:
            return value[:at] + chance.choice(CHARACTERS) + value[at:]
        case 1:
            return value[:at] + value[at + 1 :]
        case 2:
            return value[:at] + chance.choice(CHARACTERS) + value[at + 1 :]
        case 3:
            return value.swapcase()
        case _:
            return value[:at] + value[at:] * 2


def mutated(fields: list[list[str]], body: str, chance: random.Random) -> bytes:
    """A file with one to four things changed."""
    fields = [list(field) for field in fields]
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(fields))
        match chance.randrange(14):
            case 0 | 1 | 2 | 3 | 4:
                name = chance.choice(list(VALUES))
                value = chance.choice(VALUES[name].split("|"))
                known = [number for number, field in enumerate(fields) if field[0] == name]
                if known and name not in MULTIPLE:
                    fields[known[0]][1] = value
                else:
                    fields.insert(chance.randrange(len(fields) + 1), [name, value])
            case 5 | 6 | 7:
                fields[at][1] = bent(fields[at][1], chance)
            case 8:
                name = chance.choice(list(VALUES))
                fields.append([name, bent(chance.choice(VALUES[name].split("|")), chance)])
            case 9:
                del fields[at]
                fields = fields or [["Name", "x"]]
            case 10:
                fields.insert(at, list(fields[at]))
            case 11:
                fields[at][0] = chance.choice(
                    (fields[at][0].lower(), fields[at][0].upper(), bent(fields[at][0], chance))
                )
            case 12:
                body = chance.choice(
                    ("", "UNKNOWN", "UNKNOWN\n", "text\n", "\n", "\u00e9\n", body, body + "\n.. foo:: x\n")
                )
            case 13:
                chance.shuffle(fields)
    text = "".join(f"{name}: {value}\n" for name, value in fields) + ("\n" + body if body else "")
    data = text.encode()
    match chance.randrange(40):
        case 0:
            at = chance.randrange(len(data))
            data = data[:at] + bytes([chance.choice((9, 13, 0xE9, 0xFF, 0xC3))]) + data[at:]
        case 1:
            data = data.replace(b"\n", b"\r\n")
        case 2:
            data = b"\xef\xbb\xbf" + data
        case 3:
            at = chance.choice([at for at, byte in enumerate(data) if byte == 10])
            data = data[:at] + b"\n" + data[at:]
        case 4:
            at = chance.choice([at for at, byte in enumerate(data) if byte == 10])
            data = (
                data[:at]
                + chance.choice((b"\nno header", b"\n: x", b"\nFrom x", b"\n folded", b"\n\tfolded", b" "))
                + data[at:]
            )
    return data


def wheel(path: Path, metadata: bytes) -> None:
    """A wheel that is right in all else."""
    folder = "-".join(path.name.split("-")[:2]) + ".dist-info"
    files = {
        f"{folder}/METADATA": metadata,
        f"{folder}/WHEEL": b"Wheel-Version: 1.0\nGenerator: made\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{folder}/licenses/LICENSE": b"",
    }
    rows = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}"
        for name, data in files.items()
    ]
    files[f"{folder}/RECORD"] = "\n".join([*rows, f"{folder}/RECORD,,", ""]).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)


def theirs(metadata: bytes, project: str) -> dict[str, str]:
    """The rules that PyPI's libraries say are broken, and why."""
    raw, unparsed = parse_email(metadata)
    folder = f"{project}-1.0.dist-info"
    found = pypi.metadata(raw, unparsed, project, Version("1.0"))
    found += pypi.license_files(raw, folder, {f"{folder}/licenses/LICENSE"})
    whys = defaultdict(list)
    for refusal in found:
        whys[refusal.rule].append(refusal.why)
    return {rule: "; ".join(why) for rule, why in whys.items()}


@dataclass(frozen=True)
class Difference:
    """A rule that one side finds broken in a file, and the other does not."""

    rule: str
    is_ours: bool
    why: str
    metadata: bytes
    # All that each side finds: rule and why.
    ours: dict[str, str]
    theirs: dict[str, str]

    def values(self, *fields: str) -> list[str]:
        """The values of fields, as they stand."""
        message = email.message_from_bytes(self.metadata)
        return [str(value) for field in fields for value in message.get_all(field) or []]


def is_repeated(difference: Difference) -> bool:
    _, unparsed = parse_email(difference.metadata)
    return difference.why.split(" is ")[0].lower() in unparsed


def is_odd_email(difference: Difference) -> bool:
    fields = difference.values("Author-email", "Maintainer-email")
    return any(re.search(r"[,;:()\\\"]|@.*@|@\s|^@|<.*<|>.", field, re.DOTALL) for field in fields)


# Why the two may differ: what, the rule, whether it is ours alone, and when it applies.
REASONS = [
    ("a field that stands twice is judged all the same; packaging drops it", None, True, is_repeated),
    (
        "a field that came with a later metadata version is judged all the same; packaging stops there",
        None,
        True,
        lambda it: "introduced in metadata version" in it.theirs.get("metadata-field", ""),
    ),
    (
        "metadata of a version that PyPI refuses is judged no further by packaging, or by the program",
        None,
        None,
        lambda it: "metadata-version" in it.ours and "metadata-version" in it.theirs,
    ),
    (
        "a licence file is not looked for below a path that is not valid",
        "wheel-license-file",
        False,
        lambda it: "metadata-license" in it.ours,
    ),
    (
        "a requirement with a URL that is none is a direct reference here, and no requirement to packaging",
        "direct-reference",
        True,
        lambda it: "metadata-requirement" in it.theirs,
    ),
    (
        "a requirement with a URL that is none is a direct reference here, and no requirement to packaging",
        "metadata-requirement",
        False,
        lambda it: "direct-reference" in it.ours,
    ),
    ("reStructuredText is reported only where it certainly does not render", "description", False, lambda it: True),
    (
        "an e-mail field that versions of Python read differently is not judged",
        "metadata-address",
        False,
        is_odd_email,
    ),
    (
        "packaging 26.3 takes UTF-8 in small letters, and PyPI's 26.2 does not",
        "metadata-field",
        True,
        lambda it: "the charset is `utf-8`" in it.why.lower(),
    ),
    (
        "packaging 26.3 minds defects of a content type that PyPI's 26.2 passes over",
        "metadata-field",
        False,
        lambda it: "is not a valid content type" in it.why,
    ),
    (
        "packaging 26.2 minds only LF in a summary, and 26.3 every line end",
        "metadata-field",
        True,
        lambda it: "its summary has several lines" in it.why and packaging.__version__ == "26.2",
    ),
]


def reason(difference: Difference) -> str | None:
    """Why the two differ, if that is known."""
    for text, rule, is_ours, applies in REASONS:
        if rule in (None, difference.rule) and is_ours in (None, difference.is_ours) and applies(difference):
            return text
    return None


def main(program: str, corpus: Path, scratch: Path, count: int) -> None:
    chance, originals = random.Random(SEED), seeds(corpus)
    listed, unlisted, refused = Counter(), [], 0
    for start in range(0, count, BATCH):
        files = {}
        artifacts = scratch / "artifacts"
        shutil.rmtree(artifacts, ignore_errors=True)
        artifacts.mkdir(parents=True)
        for number in range(start, min(count, start + BATCH)):
            project = f"p{number}"
            fields, body = chance.choice(originals)
            replaced = {"name": project, "version": "1.0"}
            fields = [[name, replaced.get(name.lower(), value)] for name, value in fields]
            files[f"{project}-1.0-py3-none-any.whl"] = metadata = mutated(fields, body, chance)
            wheel(artifacts / f"{project}-1.0-py3-none-any.whl", metadata)
        ended, found = findings.prepare(
            [
                program,
                "prepare",
                "--artifacts-dir",
                artifacts,
                "--output-dir",
                scratch / "out",
                "--dry-run",
                "--version",
                "any",
            ],
            scratch,
        )
        check(ended.returncode in (0, 1), f"the program ends as it should: {ended.returncode}")
        ours = defaultdict(dict)
        for one in found:
            if one.file:
                ours[one.file][one.rule] = one.found
        for name, metadata in files.items():
            expected, got = theirs(metadata, name.split("-")[0]), ours[name]
            if "classifier-new" in got:
                # A warning, since lists age.
                got.setdefault("classifier", got.pop("classifier-new"))
            if "cannot be read" in got.get("wheel-metadata", "") and expected:
                # What has no name or version, or is not text, is judged no further.
                expected = got = {}
            refused += bool(expected)
            for rule in sorted(expected.keys() ^ got.keys()):
                why = got.get(rule) or expected.get(rule)
                known = reason(Difference(rule, rule in got, why, metadata, got, expected))
                if known:
                    listed[known] += 1
                else:
                    unlisted.append(f"{name}: {'ours' if rule in got else 'theirs'} alone: {rule}: {why}")
    for text, times in listed.most_common():
        say(f"{times:5} times: {text}")
    check(not unlisted, f"{len(unlisted)} differences are not listed:\n" + "\n".join(unlisted[:400]))
    say(f"{count} METADATA files, of which the libraries refuse {refused}")


if __name__ == "__main__":
    program, corpus, scratch, *count = sys.argv[1:]
    main(program, Path(corpus), Path(scratch), int(count[0]) if count else COUNT)
