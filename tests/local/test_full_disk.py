"""A disk that fills up while the runner runs: that is said, nothing is lost, and it goes on when there is room."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.runner import Runner

# In the one worker whose runner serves it.
pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("runner")]

NAMES = "{ clusters(first: 100) { nodes { name } } }"
REFRESH = "mutation ($id: ID!) { refreshAccount(id: $id) { operation { id } } }"


def await_health(runner: Runner, status: int) -> httpx.Response:
    give_up_at = time.monotonic() + 60
    while (answer := httpx.get(f"{runner.origin}/health", timeout=40)).status_code != status:
        assert time.monotonic() < give_up_at, answer.text
        time.sleep(0.2)
    return answer


@contextmanager
def full_disk(runner: Runner) -> Iterator[None]:
    """Files that may not grow are those of a full disk."""
    limits = resource.prlimit(runner.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(runner.process.pid, resource.RLIMIT_FSIZE, limits)


def test_a_disk_that_fills_up_is_said_and_nothing_is_lost(runner: Runner) -> None:
    (account, *_) = runner.query("{ accounts(first: 5) { nodes { id } } }")["accounts"]["nodes"]
    before = runner.query(NAMES)
    with full_disk(runner):
        failing = await_health(runner, 503)
        assert failing.json()["status"] == "failing"
        assert "The store does not answer" in failing.json()["reason"]
        body = {"query": REFRESH, "variables": {"id": account["id"]}}
        refused = httpx.post(f"{runner.origin}/graphql", json=body, timeout=30).json()
        assert refused["errors"]
        assert runner.query(NAMES) == before
    await_health(runner, 200)
    done = runner.query(REFRESH, {"id": account["id"]})
    assert done["refreshAccount"]["operation"] is not None
