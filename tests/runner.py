"""Starting the local runner as a person does, for the tests that look at the whole."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parent.parent
READY_WITHIN_SECONDS = 90


@dataclass(frozen=True, kw_only=True)
class Runner:
    """A running `python -m local`. `greeting` is what it said until it was ready. By provider: the process id of its
    fake, and its address.
    """

    origin: str
    greeting: str
    state: Path
    sandboxes: Mapping[str, int]
    addresses: Mapping[str, str]
    process: "subprocess.Popen[str]"

    def query(self, document: str, variables: Mapping[str, object] | None = None) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = {"query": document, "variables": variables or {}}
        answer = httpx.post(f"{self.origin}/graphql", json=body, timeout=30).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def await_answer(self, document: str, wanted: Any, *, seconds: float) -> dict[str, Any]:
        """Asks until `wanted(data)` holds."""
        give_up_at = time.monotonic() + seconds
        while not wanted(data := self.query(document)):
            assert time.monotonic() < give_up_at, f"not within {seconds} seconds: {data}"
            time.sleep(0.2)
        return data


@contextmanager
def running(state: Path, **environment: str) -> Iterator[Runner]:
    """Runs on a free port until the block ends, then ends it as Ctrl-C does. Nothing of it is left."""
    process = launch(state, **environment)
    try:
        assert process.stdout is not None
        greeting = ""
        for line in process.stdout:
            greeting += line
            if line.startswith("Ctrl-C"):
                break
        else:
            assert process.stderr is not None
            pytest.fail(f"the runner ended: {greeting}{process.stderr.read()}")
        origin = re.findall(r"http://\S+(?=/graphql)", greeting)[0]
        sandboxes = {
            provider: int(pid) for provider, pid in re.findall(r"sandbox\s+(\w+) .*\(kill (\d+)", greeting)
        }
        await_health(origin, environment.get("ADMIN_KEY"))
        addresses = dict(re.findall(r"sandbox\s+(\w+)\s+(http\S+)", greeting))
        yield Runner(
            origin=origin,
            greeting=greeting,
            state=state,
            sandboxes=sandboxes,
            addresses=addresses,
            process=process,
        )
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
    assert process.returncode == 0, process.returncode
    assert [pid for pid in sandboxes.values() if is_alive(pid)] == [], (
        "the fake providers end with the runner"
    )


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def launch(state: Path, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env={**os.environ, "PORT": "0", "STATE": str(state), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def await_health(origin: str, key: str | None = None) -> None:
    """Until every account was observed once."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    give_up_at = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            answer = httpx.get(f"{origin}/health", headers=headers, timeout=5)
        except httpx.TransportError as error:
            said: object = error
        else:
            if answer.status_code == httpx.codes.OK:
                assert answer.json()["status"] == "ok"
                return
            said = answer.text
        assert time.monotonic() < give_up_at, said
        time.sleep(0.2)
