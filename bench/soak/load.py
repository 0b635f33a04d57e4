"""The load: what clients ask, how many at once, and what they measure."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice

from bench.soak.target import ROOT, Target

OPERATIONS = ROOT / "graphql" / "operations"
WORTH_IT = 1.1
"""The factor by which more clients must increase the rate of answers."""
MOST_AT_ONCE = 32
MOST_STEPS = 5
"""From 2 clients to `MOST_AT_ONCE`."""


@dataclass(frozen=True, kw_only=True)
class Request:
    name: str
    body: bytes
    status: int = 200


@dataclass(kw_only=True)
class Measurement:
    """The results of one client, or of all. `wrong` has a count for each kind of wrong answer."""

    seconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Measurement") -> None:
        self.seconds += other.seconds
        self.wrong += other.wrong

    def percentile(self, share: float) -> float:
        """A percentile of the times, in milliseconds."""
        ordered = sorted(self.seconds) or [0.0]
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def requests() -> list[Request]:
    """The requests: the queries of a frontend, a change that requests an observation, and invalid requests."""
    made = []
    for path in sorted(OPERATIONS.glob("*.graphql")):
        document, beside = path.read_text(encoding="utf-8"), path.with_suffix(".variables.json")
        if re.search(r"^query ", document, re.MULTILINE) or path.stem == "refresh-account":
            variables = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
            body = json.dumps({"query": document, "variables": variables}).encode()
            made.append(Request(name=path.stem, body=body))
    return [
        *made,
        Request(name="no JSON", body=b"{", status=400),
        Request(name="a batch", body=b'[{"query": "{ __typename }"}]', status=400),
        Request(name="too much", body=b" " * 300_000, status=413),
    ]


def ask(target: Target, mine: Iterator[Request], until: float) -> Measurement:
    """One client, one connection, one request after the other."""
    measured = Measurement()
    connection = HTTPConnection(target.host, target.port, timeout=30)
    while time.monotonic() < until:
        request = next(mine)
        began = time.monotonic()
        try:
            connection.request(
                "POST",
                "/graphql",
                request.body,
                {"Content-Type": "application/json", "Connection": "keep-alive"},
            )
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            connection.close()
            if not (request.status == 413 and isinstance(error, BrokenPipeError | ConnectionResetError)):
                measured.wrong[f"{request.name}: {type(error).__name__}"] += 1
        else:
            if response.status != request.status or (request.status == 200 and "errors" in answer):
                measured.wrong[f"{request.name}: {response.status} {answer.get('errors')}"] += 1
        measured.seconds.append(time.monotonic() - began)
    connection.close()
    return measured


def ask_together(target: Target, at_once: int, seconds: float) -> Measurement:
    whole, lock, work = Measurement(), threading.Lock(), requests()
    until = time.monotonic() + seconds

    def run(number: int) -> None:
        measured = ask(target, cycle(islice(cycle(work), number, number + len(work))), until)
        with lock:
            whole.add(measured)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return whole


def highest_concurrency(target: Target, seconds: float) -> int:
    """The number of clients: it is doubled while that notably increases the rate of answers."""
    at_once, answers = 2, len(ask_together(target, 2, seconds).seconds)
    while at_once < MOST_AT_ONCE:
        more = len(ask_together(target, 2 * at_once, seconds).seconds)
        if more < WORTH_IT * answers:
            break
        at_once, answers = 2 * at_once, more
    return at_once
