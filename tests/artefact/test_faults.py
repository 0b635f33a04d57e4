"""What goes to Lambda, while its provider does wrong: some of the faults of tests/simulation/faults.py, in real time.

The built function ends in time and succeeds, because an error of a provider is none of ours; what was known stays, with
the reason why it grows old; and the provider's recovery is seen.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from fleet.model.account import TrackedAccount
from fleet.ports.clock import SystemClock
from infra.dynamodb.table import DynamoTable, open_client
from infra.store.store import TableStore
from local.deployment import ACCOUNT_ID, deployed
from tests.artefact.conftest import Served, serve
from tests.artefact.faulty import FaultyServer, faulty
from tests.artefact.test_served import event
from tests.simulation.faults import FAULTS

pytestmark = [pytest.mark.apart, pytest.mark.timeout(300)]

SAMPLE = ["reset", "slow drip", "401", "429 for a moment", "500", "truncated", "mistyped", "HTML", "large"]
LONGEST_SECONDS = 55
"""Of an invocation, which Lambda ends after a minute."""
RECOVERED_WITHIN_SECONDS = 120
"""A token that was refused is tried again after a minute."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    provider: FaultyServer
    observe: Served
    api: Served

    def look(self) -> float:
        """One observation as the queue would bring it. Returns how many seconds it took."""
        asyncio.run(_make_due())
        due_at = asyncio.run(_account()).due_at
        assert due_at is not None
        asked = event("observe")
        asked["Records"][0]["body"] = json.dumps({"account_id": ACCOUNT_ID, "due_at": due_at.isoformat()})
        began = time.monotonic()
        assert self.observe.invoke(asked) == {"batchItemFailures": []}
        return time.monotonic() - began

    def shown(self) -> Mapping[str, Any]:
        asked = event("api")
        query = "{ clusters(first: 100) { nodes { name freshness { state lastFailure { message } } } } }"
        asked["body"] = json.dumps({"query": query})
        answer = json.loads(self.api.invoke(asked)["body"])
        assert "errors" not in answer, answer
        return {one["name"]: one["freshness"] for one in answer["data"]["clusters"]["nodes"]}


async def _account() -> TrackedAccount:
    table = DynamoTable(open_client(), "fleet", SystemClock())
    tracked = await TableStore(table, SystemClock()).account(ACCOUNT_ID)
    table.close()
    assert tracked is not None
    return tracked


async def _make_due() -> None:
    table = DynamoTable(open_client(), "fleet", SystemClock())
    await TableStore(table, SystemClock()).request_observation(ACCOUNT_ID, datetime.now(UTC))
    table.close()


@pytest.fixture
def stack() -> Iterator[Stack]:
    made: list[FaultyServer] = []

    @contextmanager
    def in_front(url: str) -> Iterator[FaultyServer]:
        with faulty(url) as server:
            made.append(server)
            yield server

    with (
        deployed(in_front=in_front) as environment,
        serve("observe", {**environment, "QUIET_PACE": "3"}) as observe,
        serve("api", environment) as api,
    ):
        yield Stack(provider=made[0], observe=observe, api=api)


@pytest.mark.parametrize("name", SAMPLE)
def test_the_built_function_outlives_a_fault_of_its_provider(stack: Stack, name: str) -> None:
    fault, provider = FAULTS[name], stack.provider
    stack.look()
    before = stack.shown()
    assert {one["state"] for one in before.values()} == {"CURRENT"}

    (provider.route,) = [route for route in provider.routes if route.endswith("/clusters")]
    provider.act = fault.act
    assert stack.look() < LONGEST_SECONDS
    assert provider.acted > 0
    during = stack.shown()
    assert during.keys() >= before.keys()
    assert any(one["lastFailure"] for one in during.values())
    states = {one["state"] for one in during.values()}
    assert states == {"UNREACHABLE"} if fault.fails else states <= {"CURRENT", "UNREACHABLE"}

    provider.act = None
    give_up_at = time.monotonic() + RECOVERED_WITHIN_SECONDS
    while {one["state"] for one in stack.shown().values()} != {"CURRENT"}:
        assert time.monotonic() < give_up_at, stack.shown()
        time.sleep(1)
        stack.look()
