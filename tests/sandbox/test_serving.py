"""A sandbox as a server: a process that says where it is, ends when told, and obeys over HTTP."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox import ManualClock, Server, serve
from sandbox.registry import FAKE_PROVIDERS
from tests.sandbox.conftest import Connect, Serve

ROOT = Path(__file__).parents[2]


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "sandbox", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as started:
        yield started
        started.kill()


def first_line(started: subprocess.Popen[str]) -> dict[str, Any]:
    assert started.stdout is not None
    line: dict[str, Any] = json.loads(started.stdout.readline())
    return line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_says_where_it_is_and_ends_quietly_when_asked(number: signal.Signals) -> None:
    with process("kupe") as started:
        line = first_line(started)
        assert (line["provider"], line["pid"]) == ("kupe", started.pid)
        assert httpx.get(f"{line['url']}/_sandbox/accounts").status_code == 200
        started.send_signal(number)
        assert started.communicate(timeout=40) == ("", "")
        assert started.returncode == 0


def test_a_process_can_end_with_whoever_started_it() -> None:
    with process("northflank", "--exit-with-stdin") as started:
        first_line(started)
        assert started.communicate(timeout=40) == ("", "")
        assert started.returncode == 0


def test_a_port_in_use_is_one_line_and_status_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with process("qovery", "--port", port) as started:
            _, errors = started.communicate(timeout=40)
    assert errors == f"cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert started.returncode == 2


def test_sandboxes_leave_nothing_behind() -> None:
    before = threading.active_count()
    with serve("kupe", clock=ManualClock()) as server:
        url = server.url
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


@pytest.mark.parametrize("provider", FAKE_PROVIDERS)
def test_the_accounts_are_listed_for_whoever_asks(provider: str, served: Serve) -> None:
    server = served(provider)
    accounts = httpx.get(f"{server.url}/_sandbox/accounts").json()["accounts"]
    assert 1 <= len(accounts) <= 4
    for account in accounts:
        assert account.keys() == {"provider", "name", "external_id", "token", "api_version"}
        assert account["provider"] == provider
        assert "_sandbox_" in account["token"]


def test_the_clock_is_turned_over_http(served: Serve, clock: ManualClock) -> None:
    server = served("kupe")
    before = clock.now()
    assert httpx.post(f"{server.url}/_sandbox/clock", json={"advance_seconds": 90}).status_code == 200
    assert (clock.now() - before).total_seconds() == 90


@pytest.mark.parametrize("body", [{}, {"advance_seconds": "90"}, {"advance_seconds": -1}, 90])
def test_a_clock_is_not_turned_by_nonsense(served: Serve, clock: ManualClock, body: object) -> None:
    before = clock.now()
    assert httpx.post(f"{served('kupe').url}/_sandbox/clock", json=body).status_code == 400
    assert clock.now() == before


def test_requests_are_remembered_and_those_of_the_control_are_not(
    served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served("kupe")
    client = connected(server)
    client.get("/api/v1/tenants/acme/clusters?unused=1")
    client.get("/api/v1/tenants/nobody/clusters")
    seen = httpx.get(f"{server.url}/_sandbox/requests").json()["requests"]
    at = clock.now().isoformat()
    assert seen == [
        {
            "method": "GET",
            "path": "/api/v1/tenants/acme/clusters",
            "query": "unused=1",
            "status": 200,
            "at": at,
        },
        {"method": "GET", "path": "/api/v1/tenants/nobody/clusters", "query": "", "status": 403, "at": at},
    ]
    assert len(server.requests) == 2
    assert [request.status for request in server.requests.matching(path="*/acme/*")] == [200]
    assert server.requests.matching(method="POST") == []


def fault(server: Server, body: object) -> httpx.Response:
    return httpx.post(f"{server.url}/_sandbox/faults", json=body)


def test_faults_are_set_and_taken_back_over_http(served: Serve, connected: Connect) -> None:
    server = served("kupe")
    client = connected(server)
    fault_id = fault(server, {"method": "GET", "path": "*", "kind": "server-error", "status": 502}).json()[
        "id"
    ]
    other = fault(server, {"kind": "unauthorized", "path": "*/kubeconfig", "times": None}).json()["id"]
    assert client.get("/api/v1/tenants/acme").status_code == 502
    assert client.get("/api/v1/tenants/acme/clusters/production/kubeconfig").status_code == 401
    assert httpx.delete(f"{server.url}/_sandbox/faults/{fault_id}").status_code == 204
    assert httpx.delete(f"{server.url}/_sandbox/faults/{fault_id}").status_code == 404
    assert client.get("/api/v1/tenants/acme").status_code == 200
    assert [each for each, _ in server.faults] == [other]
    assert httpx.delete(f"{server.url}/_sandbox/faults").status_code == 204
    assert client.get("/api/v1/tenants/acme/clusters/production/kubeconfig").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"kind": "earthquake"},
        {"kind": "latency", "seconds": -1},
        {"kind": "latency", "times": 0},
        {"kind": "latency", "path": None},
        {"kind": "server-error", "status": 200},
        {"kind": "server-error", "unheard": 1},
        {"kind": "repeated-page"},
    ],
)
def test_a_fault_that_cannot_be_is_refused_in_a_sentence(served: Serve, body: object) -> None:
    server = served("kupe")
    refused = fault(server, body)
    assert refused.status_code == 400
    assert refused.json()["error"]
    assert list(server.faults) == []
