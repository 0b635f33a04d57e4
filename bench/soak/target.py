"""A whole Fleetgraph, started with its fake providers and ended again."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent.parent
ALL_CREDITS = "1000000000"
"""Credits are unlimited, because they are not measured here."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A running Fleetgraph. `processes` has our processes by name, `fakes` the addresses of its fake providers."""

    host: str
    port: int
    processes: Mapping[str, int]
    fakes: Sequence[str] = ()


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
