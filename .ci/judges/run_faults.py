"""Services and a store that fail, and answers that lie."""

import time
from dataclasses import replace

from github import REPOSITORY, RUN_ID, TWIRP, Fault, GitHub, Refusal
from release import check
from run_bench import LARGE, WAYS, Bench, check_calls, says, wheel


def api_weather(bench: Bench) -> str:
    for way in WAYS:
        with GitHub([wheel()]) as github:
            github.refusals = [Refusal(503, count=2), Refusal(502, path="(zip|SignedArtifactURL)$")]
            ended = bench.prepare(github, way)
        says(ended, "503", "502", "trying again")
        with GitHub([wheel()]) as github:
            github.refusals = [Refusal(429, "slow down", {"Retry-After": "3"})]
            ended = bench.prepare(github, way)
        check(ended.seconds >= 3, f"Retry-After is obeyed: {ended.seconds:.1f} s")
        with GitHub([wheel()]) as github:
            github.refusals = [Refusal(503, "canary\n::error::canary {authorization}", count=99)]
            ended = bench.prepare(github, way, code=3)
        check(4 <= len(github.calls) <= 8, f"an end to it: {len(github.calls)} calls")
        says(ended, "503", "githubstatus")
    return "the API answers 503, 502, 429 with Retry-After: tried again; 503 for ever: exit 3 within a bound"


def limits(bench: Bench) -> str:
    lifted = str(int(time.time()) + 3000)
    for headers in ({"Retry-After": "3600"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": lifted}):
        with GitHub([wheel()]) as github:
            github.refusals = [Refusal(403, "API rate limit exceeded", headers, count=99)]
            ended = bench.prepare(github, "rest", code=3)
        check(ended.seconds < 5, f"nobody waits for an hour: {ended.seconds:.1f} s")
        says(ended, "rate limit", "artifact-api: results")
    return "a rate limit that lasts too long: exit 3 at once, with when it is lifted and what to do instead"


def permissions(bench: Bench) -> str:
    refusals = {
        401: ("Bad credentials {authorization}", ["github-token"]),
        403: ("Resource not accessible by integration {authorization}", ["actions: read"]),
        404: ("Not Found", ["run-id"]),
    }
    for status, (message, remedies) in refusals.items():
        with GitHub([wheel()]) as github:
            github.refusals = [Refusal(status, message, count=99)]
            ended = bench.prepare(github, "rest", code=3)
            check(len(github.calls) == 1, f"{status} is not tried again: {len(github.calls)} calls")
            says(ended, str(status), message.format(authorization="Bearer ***"), *remedies)
            ended = bench.prepare(github, "results", code=3)
            check(len(github.calls) == 2, f"{status} is not tried again: {len(github.calls)} calls")
            says(ended, str(status), message.format(authorization="Bearer ***"))
    return "401, 403, 404: exit 3 at once, the permission named; an answer that repeats the token is not"


def fall_back(bench: Bench) -> str:
    with GitHub([wheel()]) as github:
        github.refusals = [Refusal(404, "no handler", path=TWIRP, count=99)]
        ended = bench.prepare(github, "auto")
    says(ended, "the runner's artifact service", "404", "REST API is used instead")
    check(sum(call.startswith("GET") for call in github.calls) == 3, f"rest does it all: {github.calls}")
    with GitHub([wheel()]) as github:
        bench.prepare(github, "auto")
    check(all(call.startswith("POST") for call in github.calls), f"results otherwise: {github.calls}")
    return "auto: the runner's service, and REST with a word why where that one refuses"


def blob_weather(bench: Bench) -> str:
    for way in WAYS:
        with GitHub([LARGE, wheel()]) as github:
            github.faults = {"large": [Fault("busy"), Fault("cut", 1_500_000), Fault("cut", 300_000)]}
            ended = bench.prepare(github, way, pattern="*")
        ranges = [asked for name, asked in github.downloads if name == "large"]
        check(len(ranges) == 4 and ranges[:2] == [None, None] and all(ranges[2:]), f"it goes on: {ranges}")
        check_calls(github, 2)
        says(ended, "503", "broke off")
    return "the store answers 503, and breaks off twice: the download goes on where it ended, at no further call"


def blob_for_ever(bench: Bench) -> str:
    with GitHub([LARGE]) as github:
        github.faults = {"large": [Fault("cut", 1000)] * 99}
        ended = bench.prepare(github, "results", code=3, pattern="*")
    says(ended, "`large`", "broke off")
    return f"a download that always breaks off: exit 3, {len(github.downloads)} attempts"


def stalled(bench: Bench) -> str:
    with GitHub([LARGE]) as github:
        github.faults = {"large": [Fault("stall", 1_200_000)]}
        ended = bench.prepare(github, "results", pattern="*")
    check(ended.names() == ["large.txt"] and ended.seconds > 10, f"a stall is noticed: {ended.seconds:.0f} s")
    says(ended, "sent nothing for too long")
    return f"a download that stalls: noticed and gone on with, {ended.seconds:.0f} s in all"


def digests(bench: Bench) -> str:
    for way in WAYS:
        with GitHub([LARGE]) as github:
            github.faults = {"large": [Fault("truncate", 1000), Fault("garble", 2_000_000)]}
            ended = bench.prepare(github, way, pattern="*")
        says(ended, "another digest")
        for fault in (Fault("truncate", 1000), Fault("garble", 2_000_000)):
            with GitHub([LARGE, wheel()]) as github:
                github.faults = {"large": [fault] * 99}
                ended = bench.prepare(github, way, code=1, pattern="*")
            says(ended, "digest-mismatch", "large")
        with GitHub([wheel(told_digest="sha256:" + "0" * 64)]) as github:
            ended = bench.prepare(github, way, code=1)
        says(ended, "digest-mismatch", "wheels-any", "0" * 64)
    return "truncated or garbled: downloaded again, and refused with exit 1 if it stays so; a wrong digest likewise"


def digests_missing(bench: Bench) -> str:
    for way in WAYS:
        with GitHub([wheel(told_digest="")]) as github:
            ended = bench.prepare(github, way, code=1)
            says(ended, "digest-missing", "wheels-any", "require-digests")
            ended = bench.prepare(github, way, require_digests="false")
            check("digest" not in ended.origins()["little-1.0-py2.py3-none-any.whl"], "no digest is made up")
            server = {"GITHUB_SERVER_URL": "https://git.example.org"}
            ended = bench.prepare(github, way, variables=server)
            says(ended, "digest-missing")
            bench.prepare(github, way, code=1, variables=server, require_digests="true")
        with GitHub([replace(LARGE, told_digest="")]) as github:
            github.faults = {"large": [Fault("cut", 1_500_000)]}
            bench.prepare(github, way, pattern="*", require_digests="false")
        check([asked for _, asked in github.downloads] == [None, None], "without a digest, two halves are not joined")
    return "no digest told: an error on github.com, a warning elsewhere, nothing if told so; never two halves joined"


def signatures(bench: Bench) -> str:
    for way in WAYS:
        with GitHub([wheel()]) as github:
            github.stale_addresses = 1
            ended = bench.prepare(github, way)
        says(ended, "asking for another address")
        with GitHub([LARGE]) as github:
            github.uses, github.faults = 1, {"large": [Fault("cut", 1_500_000)]}
            ended = bench.prepare(github, way, pattern="*")
        check(len(github.signatures) == 2, f"a second address: {len(github.signatures)}")
        check(github.downloads[1][1] is not None, f"it goes on with it: {github.downloads}")
        with GitHub([wheel()]) as github:
            github.stale_addresses = 99
            ended = bench.prepare(github, way, code=3)
        says(ended, "wheels-any", "403")
        check(len(github.signatures) <= 5, f"an end to it: {len(github.signatures)} addresses")
    return "a signature that has expired, at once or in mid-download: another address; always: exit 3"


def redirects(bench: Bench) -> str:
    """A renamed repository's address is followed, on the API's own origin; nobody else gets the token."""
    with GitHub([wheel()]) as github:
        onward = f"/repos/{REPOSITORY}/actions/runs/{RUN_ID}/artifacts?per_page=100&page=1"
        github.refusals = [Refusal(301, headers={"Location": onward})]
        bench.prepare(github, "rest")
    with GitHub([wheel()]) as github, GitHub([wheel()]) as elsewhere:
        github.refusals = [Refusal(301, headers={"Location": elsewhere.api + onward}, count=99)]
        says(bench.prepare(github, "rest", code=3), "another origin")
        check(not elsewhere.calls, f"the token does not go there: {elsewhere.calls}")
    for location in ("http://example.org/x?sig=canarycanarycanary", "https://user:canarycanary@example.org/"):
        with GitHub([wheel()]) as github:
            github.refusals = [Refusal(302, headers={"Location": location}, path="/zip", count=99)]
            says(bench.prepare(github, "rest", code=3), "not safe", "wheels-any")
    with GitHub([wheel()]) as github:
        github.refusals = [Refusal(200, "a proxy's page", path="artifacts"), Refusal(200, "another", path="zip")]
        says(bench.prepare(github, "rest"), "makes no sense")
    return "a renamed repository is followed; the token goes to no other origin, a download to no unsafe address"


CASES = [
    api_weather,
    limits,
    permissions,
    fall_back,
    blob_weather,
    blob_for_ever,
    stalled,
    digests,
    digests_missing,
    signatures,
    redirects,
]
