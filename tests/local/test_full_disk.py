"""A disk that fills up while the runner runs: that is said, nothing is lost, and it goes on when there is room."""

import resource
import time
from pathlib import Path

import httpx
import pytest

from tests.runner import Runner, running

pytestmark = pytest.mark.timeout(120)

NAMES = "{ clusters(first: 100) { nodes { name } } }"
REFRESH = "mutation ($id: ID!) { refreshAccount(id: $id) { operation { id } } }"


def await_health(runner: Runner, status: int) -> httpx.Response:
    give_up_at = time.monotonic() + 60
    while (answer := httpx.get(f"{runner.origin}/health", timeout=40)).status_code != status:
        assert time.monotonic() < give_up_at, answer.text
        time.sleep(0.2)
    return answer


def test_a_disk_that_fills_up_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    """Files that may not grow are those of a full disk."""
    with running(tmp_path) as runner:
        before = runner.query(NAMES)
        (account, *_) = runner.query("{ accounts(first: 5) { nodes { id } } }")["accounts"]["nodes"]
        limits = resource.prlimit(runner.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        failing = await_health(runner, 503)
        assert failing.json()["status"] == "failing"
        assert "The store does not answer" in failing.json()["reason"]
        body = {"query": REFRESH, "variables": {"id": account["id"]}}
        refused = httpx.post(f"{runner.origin}/graphql", json=body, timeout=30).json()
        assert refused["errors"]
        assert runner.query(NAMES) == before
        resource.prlimit(runner.process.pid, resource.RLIMIT_FSIZE, limits)
        await_health(runner, 200)
        done = runner.query(REFRESH, {"id": account["id"]})
        assert done["refreshAccount"]["operation"] is not None
