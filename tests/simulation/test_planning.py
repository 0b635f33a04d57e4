"""100,000 accounts at five minutes, planned by the code over a store that counts what it is asked."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from fleet.observing.planning import PAGE, plan
from fleet.ports.schedule import DueAccount
from functions.plan import AHEAD, QUEUED_FOR
from infra.queue import ACCOUNTS_PER_MESSAGE, ObservationRequest, shared_messages
from infra.store.due_rows import due_entry, due_spans
from infra.store.rows import account_key
from infra.store.store import TableStore
from infra.store.writes import put
from tests.simulation.virtual import InlineTable, VirtualClock, run

QUIET_SECONDS = 300
MESSAGES_PER_REQUEST = 10
_CHUNK = 1000


class CountingTable(InlineTable):
    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.asked: Counter[str] = Counter()

    async def query(self, *arguments: Any, **more: Any) -> Any:
        self.asked["queries"] += 1
        return await super().query(*arguments, **more)

    async def transact(self, actions: Any) -> None:
        self.asked["writes"] += 1
        await super().transact(actions)


async def planned(accounts: int) -> tuple[list[Counter[str]], Counter[str]]:
    """What each of five plans asked for, and how often each account was sent, over one turn of all."""
    clock, chance = VirtualClock(), random.Random(0)
    table = CountingTable(chance)
    store = TableStore(table, clock)
    due = {f"{number:016x}": chance.uniform(0, QUIET_SECONDS) for number in range(accounts)}
    rows = [
        put(
            {
                "pk": account_key(account_id)[0],
                "sk": "account",
                **due_entry(account_id, clock.now() + timedelta(seconds=at), written_at=clock.now()),
            }
        )
        for account_id, at in due.items()
    ]
    for start in range(0, accounts, _CHUNK):
        await table.transact(rows[start : start + _CHUNK])
    await clock.sleep(60 - (clock.now().second + clock.now().microsecond / 1e6))
    sent, plans = Counter[str](), []
    for _ in range(QUIET_SECONDS // 60):
        table.asked = Counter()

        async def send(found: Sequence[DueAccount], asked: Counter[str] = table.asked) -> None:
            requests = [ObservationRequest(account_id=one.account_id, due_at=one.due_at) for one in found]
            messages = shared_messages(requests, clock.now())
            asked["queue requests"] += -(-len(messages) // MESSAGES_PER_REQUEST)
            sent.update(one.account_id for one in found)

        began = clock.now()
        result = await plan(store, clock, send, ahead=AHEAD, lost_after=QUEUED_FOR, seconds=50)
        assert result.is_complete
        plans.append(table.asked | Counter(accounts=result.accounts))
        await clock.sleep(60 - (clock.now() - began).total_seconds())
    return plans, sent


@pytest.mark.timeout(600)
@pytest.mark.parametrize("accounts", [2_000, pytest.param(100_000, marks=pytest.mark.thorough)])
def test_a_plan_asks_by_the_page_and_the_message_and_not_by_the_account(accounts: int) -> None:
    plans, sent = run(lambda: planned(accounts))
    assert len(sent) == accounts
    assert set(sent.values()) == {1}
    shards = len(due_spans())
    for asked in plans:
        pages = asked["accounts"] / PAGE
        # What was sent a minute ago and is not observed stays in sight: nobody observes here, so it is all of a turn.
        assert asked["queries"] <= accounts / PAGE + 2 * shards
        assert asked["writes"] <= pages + accounts / PAGE / shards + shards
        assert asked["queue requests"] <= (
            asked["accounts"] / ACCOUNTS_PER_MESSAGE / MESSAGES_PER_REQUEST * 1.5 + asked["writes"]
        )
