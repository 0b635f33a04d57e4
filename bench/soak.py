"""`make soak`: queries a whole Fleetgraph with the sandbox without a pause, at the concurrency of this computer.

SECONDS is the duration (600), CONCURRENCY the number of clients (by default, as many as still increase the rate of
answers). Before that, nobody asks for a while: what it uses at rest is measured. The exit code is 1 if an answer was
wrong, a process of ours grew, or it did not rest. Results go to stdout; what goes on, and for how long, to stderr.
Memory and time of the processor are read from /proc, so it needs Linux.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
OPERATIONS = ROOT / "graphql" / "operations"

MOST_GROWTH_MIB = 8.0
"""The accepted growth of a warm process, by linear regression."""
MOST_AT_REST_SECONDS = 6.0
"""The accepted time of a processor in a minute of the runner in which nobody asks: a tenth of one. Measured: 1.3."""
MOST_AT_REST_REQUESTS = 300
"""The accepted requests to all fake providers in such a minute. Their ten accounts are observed every quarter of a
minute, with a request or two each, and some of what they hold every minute. Measured: 135.
"""
REST_SHARE = 0.1
WARM_UP_SHARE = 0.2
LEAST_WARM_UP_SECONDS = 15.0
"""By then what a process keeps of documents and of the fleet is there. Within 90 seconds it grew by 1.4 MiB then."""
WORTH_IT = 1.1
"""The factor by which more clients must increase the rate of answers."""
MOST_AT_ONCE = 32
MOST_STEPS = 5
"""From 2 clients to `MOST_AT_ONCE`."""
SAID_EVERY_SECONDS = 30.0
"""How often a long phase says how far it is."""
ALL_CREDITS = "1000000000"
"""Credits are unlimited, because they are not measured here."""


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


@dataclass(frozen=True, kw_only=True)
class Target:
    """A running Fleetgraph. `processes` has our processes by name, `fakes` the addresses of its fake providers."""

    host: str
    port: int
    processes: Mapping[str, int]
    fakes: Sequence[str] = ()


@contextmanager
def saying(what: str, seconds: float) -> Iterator[None]:
    """Says on stderr what goes on, for about how long, and how far it is."""
    began, is_over = time.monotonic(), threading.Event()

    def run() -> None:
        while not is_over.wait(SAID_EVERY_SECONDS):
            passed = time.monotonic() - began
            print(f"  {passed:.0f} of {max(passed, seconds):.0f} seconds", file=sys.stderr, flush=True)

    print(f"{what}, about {seconds:.0f} seconds", file=sys.stderr, flush=True)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


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


@contextmanager
def fleetgraph() -> Iterator[Target]:
    """Starts `python -m local` with its own state. Returns when it has observed every account."""
    with TemporaryDirectory() as state:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=ROOT,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
                "PORT": "0",
                "STATE": state,
                "CREDITS_PER_MINUTE": ALL_CREDITS,
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield _await_ready(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def _await_ready(process: "subprocess.Popen[str]") -> Target:
    assert process.stdout is not None
    greeting = ""
    while not greeting.endswith("Ctrl-C ends all of it.\n"):
        line = process.stdout.readline()
        if not line:
            raise SystemExit("Fleetgraph did not start.")
        greeting += line
    (port,) = re.findall(r"http://127\.0\.0\.1:(\d+)/graphql", greeting)
    fake_providers = {name: int(pid) for name, pid in re.findall(r"sandbox\s+(\w+) .*\(kill (\d+)", greeting)}
    target = Target(
        host="127.0.0.1",
        port=int(port),
        processes={"fleetgraph": process.pid, **fake_providers},
        fakes=re.findall(r"sandbox\s+\w+\s+http://(\S+)", greeting),
    )
    give_up_at = time.monotonic() + 120
    while _health(target) != 200:
        if time.monotonic() > give_up_at:
            raise SystemExit("Fleetgraph did not get to see its accounts.")
        time.sleep(0.2)
    return target


def _health(target: Target) -> int | None:
    connection = HTTPConnection(target.host, target.port, timeout=10)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


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


def rss_mib(pid: int) -> float:
    (kib,) = re.findall(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(kib) / 1024


class Scale:
    """Weighs processes again and again while something else goes on."""

    def __init__(self, processes: Mapping[str, int], every_seconds: float) -> None:
        self.samples: dict[str, list[float]] = {name: [] for name in processes}
        self._processes = processes
        self._every_seconds = every_seconds
        self._over = threading.Event()

    @contextmanager
    def weighing(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every_seconds):
            for name, pid in self._processes.items():
                self.samples[name].append(rss_mib(pid))


def growth(samples: Sequence[float]) -> float:
    """From first to last, along the line of least squares."""
    count = len(samples)
    if count < 2:
        return 0.0
    middle, mean = (count - 1) / 2, sum(samples) / count
    slope = sum((place - middle) * (value - mean) for place, value in enumerate(samples)) / sum(
        (place - middle) ** 2 for place in range(count)
    )
    return slope * (count - 1)


def processor_seconds(pid: int) -> float:
    """Of a process since it began."""
    after_the_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_the_name[11]) + int(after_the_name[12])) / os.sysconf("SC_CLK_TCK")


def requests_to(fake: str) -> int:
    """How many a fake provider remembers: its latest ten thousand."""
    connection = HTTPConnection(fake, timeout=10)
    try:
        connection.request("GET", "/_sandbox/requests")
        return len(json.loads(connection.getresponse().read())["requests"])
    finally:
        connection.close()


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What the runner uses while nobody asks, by the minute."""

    processor_seconds: float
    requests: float

    def faults(self) -> Iterator[str]:
        if self.processor_seconds > MOST_AT_REST_SECONDS:
            yield f"{self.processor_seconds:.1f} seconds of a processor in a minute at rest"
        if self.requests > MOST_AT_REST_REQUESTS:
            yield f"{self.requests:.0f} requests to providers in a minute at rest"


def rest(target: Target, seconds: float) -> Rest:
    pid = target.processes["fleetgraph"]
    used, asked = processor_seconds(pid), sum(map(requests_to, target.fakes))
    time.sleep(seconds)
    minutes = seconds / 60
    return Rest(
        processor_seconds=(processor_seconds(pid) - used) / minutes,
        requests=(sum(map(requests_to, target.fakes)) - asked) / minutes,
    )


def main() -> int:
    seconds = float(os.environ.get("SECONDS") or 600)
    step = min(10.0, max(0.5, seconds / 60))
    resting = max(3.0, REST_SHARE * seconds)
    warm_up = max(WARM_UP_SHARE * seconds, LEAST_WARM_UP_SECONDS)
    print("starting Fleetgraph with the sandbox", file=sys.stderr, flush=True)
    with fleetgraph() as target:
        with saying("measuring it at rest", resting):
            at_rest = rest(target, resting)
        print(
            f"at rest: {at_rest.processor_seconds:.1f} seconds of a processor and {at_rest.requests:.0f} requests to"
            " providers a minute",
            flush=True,
        )
        at_once = int(os.environ.get("CONCURRENCY") or 0)
        if not at_once:
            with saying("looking for the concurrency of this computer", MOST_STEPS * step):
                at_once = highest_concurrency(target, step)
        print(f"{at_once} at once for {seconds:g} seconds", flush=True)
        with saying("warming up", warm_up):
            ask_together(target, at_once, warm_up)
        scale = Scale(target.processes, step / 5)
        with saying("querying", seconds), scale.weighing():
            measured = ask_together(target, at_once, seconds)
    faults = [f"{count} times {wrong}" for wrong, count in measured.wrong.most_common(10)]
    faults += at_rest.faults()
    p50, p95, p99 = (measured.percentile(share) for share in (0.5, 0.95, 0.99))
    print(
        f"{len(measured.seconds) / seconds:.1f} requests/s, p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms"
    )
    for name, samples in scale.samples.items():
        grown = growth(samples)
        at_first, in_the_end = samples[0], samples[-1]
        print(
            f"{name}: {at_first:.1f} MiB at first, {in_the_end:.1f} MiB in the end, {grown:+.1f} MiB by its trend"
        )
        if grown > MOST_GROWTH_MIB:
            faults.append(f"{name} grew by {grown:.1f} MiB")
    for fault in faults:
        print(f"failed: {fault}", file=sys.stderr)
    print("failed" if faults else "passed: every answer was right, nothing grew, and it rested", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
