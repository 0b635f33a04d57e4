"""What a function imports is paid for at every cold start."""

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("imports")  # in one worker, so that each function starts once

GRAPHQL = {"strawberry", "graphql", "gateway", "mangum", "starlette"}
FOR_TOKENS = {"jwt", "cryptography"}
FOR_CHANGES = {"gateway.mutations", "gateway.providers", "gateway.inputs.clusters"}
"""And what the details of a cluster need."""


PROGRAM = """
import gc, importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    print(json.dumps({"loaded": sorted(sys.modules), "collects": gc.isenabled(), "frozen": gc.get_freeze_count()}))
"""


@cache
def started(*modules: str, on_lambda: bool = False, how: str = "on-demand") -> tuple[dict[str, Any], ...]:
    """What a process has loaded after each of these imports, and what its garbage collector does. `how` it is started,
    in the words of Lambda.
    """
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *modules],
        env={**os.environ, **(ON_LAMBDA if on_lambda else {}), "AWS_LAMBDA_INITIALIZATION_TYPE": how},
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(map(json.loads, done.stdout.splitlines()))


def loaded_by(snapshot: dict[str, Any]) -> set[str]:
    return {name.partition(".")[0] for name in snapshot["loaded"]}


@pytest.mark.parametrize("name", ["plan", "observe"])
def test_the_background_never_loads_graphql(name: str) -> None:
    """On Lambda least of all, where more is loaded."""
    (snapshot,) = started(f"functions.{name}", on_lambda=True)
    assert loaded_by(snapshot).isdisjoint(GRAPHQL)


def test_the_api_loads_graphql_with_the_first_request_and_what_verifies_tokens_with_the_first_token() -> None:
    api, *_, everything = map(loaded_by, started("functions.api", "functions.wiring", "gateway.http.app"))
    assert api.isdisjoint(GRAPHQL | {"httpx", "adapters"} | FOR_TOKENS)
    assert everything >= {"strawberry", "graphql"}
    assert everything.isdisjoint(FOR_TOKENS)


ON_LAMBDA = {
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "TABLE_NAME": "fleet",
    "QUEUE_URL": "https://queue.invalid",
    "TOKEN_PREFIX": "/fleetgraph/tokens/",
    "ADMIN_KEY_ID": "admin",
}


def test_what_the_first_answer_needs_is_imported_at_init_and_nothing_else() -> None:
    """At INIT Lambda gives a whole processor. What an endpoint that does not exist would refuse is not asked. A query
    asks no provider, so that adapters and what they send with come with the first change.
    """
    (snapshot,) = started("functions.api", on_lambda=True)
    loaded = loaded_by(snapshot)
    assert loaded >= GRAPHQL
    assert loaded.isdisjoint(FOR_TOKENS | {"adapters", "httpx"})
    assert FOR_CHANGES.isdisjoint(snapshot["loaded"])


def test_a_process_that_is_started_ahead_of_requests_has_the_mutations_too() -> None:
    """A snapshot is taken of it, or it waits: neither makes anybody wait."""
    (snapshot,) = started("functions.api", on_lambda=True, how="snap-start")
    assert set(snapshot["loaded"]) >= FOR_CHANGES


def test_what_every_observation_needs_is_imported_at_init() -> None:
    """And what reads a WebSocket with the first one, because most accounts have none."""
    loaded = loaded_by(*started("functions.observe", on_lambda=True))
    assert loaded >= {"adapters", "httpx"}
    assert "websockets" not in loaded


def test_changes_are_sent_where_nothing_reads_a_websocket() -> None:
    """The API has the adapters and not the library."""
    assert "websockets" not in loaded_by(*started("adapters"))


@pytest.mark.parametrize("name", ["plan", "observe", "api"])
def test_garbage_is_collected_again_once_a_function_has_started(name: str) -> None:
    """And not among what stays."""
    (snapshot,) = started(f"functions.{name}", on_lambda=True)
    assert snapshot["collects"]
    assert snapshot["frozen"] > 10_000
