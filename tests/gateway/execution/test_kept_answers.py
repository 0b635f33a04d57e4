"""An answer is given again for as long as it is true, and only to who was given it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from fleet.model.caller import Caller, Scope
from fleet.model.cluster import Phase
from gateway.execution.plan import Plan
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, MERIDIAN, NORTH, cluster, observe
from tests.gateway.limits.test_credits import Purse
from tests.gateway.world import ANYBODY, NOON, Client, SetClock, WatchedReader

NAMES = "query ($first: Int) { clusters(first: $first) { nodes { name } } }"
CALLERS: Mapping[str | None, Caller] = {
    None: ANYBODY,
    "acme": Caller(id="ci", name="ci", scopes=frozenset({Scope.READ}), account_ids=frozenset({ACME.id})),
    "north": Caller(id="ci", name="ci", scopes=frozenset({Scope.READ}), account_ids=frozenset({NORTH.id})),
}


async def let_in(authorization: str | None) -> Caller:
    return CALLERS[authorization]


class Asker(Client):
    """Counts the answers that are made. An asker is served by one process."""

    made = 0

    async def ask(self, document: str = NAMES, as_: str | None = None, **variables: object) -> dict[str, Any]:
        headers = {} if as_ is None else {"authorization": as_}
        body = {"query": document, "variables": {"first": 9} | variables}
        response = await self.http.post("/graphql", json=body, headers=headers)
        answer: dict[str, Any] = response.json()
        return answer

    async def names(self, document: str = NAMES, as_: str | None = None, **variables: object) -> list[str]:
        answer = await self.ask(document, as_, **variables)
        return [one["name"] for one in answer["data"]["clusters"]["nodes"]]


@pytest.fixture
def purse() -> Purse:
    return Purse(10_000)


@pytest.fixture
async def asker(
    store: TableStore, reader: WatchedReader, clock: SetClock, purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> Asker:
    """Has answered what clusters there are."""
    await observe(store, ACME, [cluster(ACME, "orders")])
    await observe(store, MERIDIAN, [cluster(MERIDIAN, "ledger")])
    asker = Asker(reader, clock, authenticate=let_in, credits=purse)
    run: Callable[..., Any] = Plan.run

    async def counted(plan: Plan, *arguments: Any) -> Any:
        asker.made += 1
        return await run(plan, *arguments)

    monkeypatch.setattr(Plan, "run", counted)
    for _ in range(2):  # the first time, the document is read
        assert await asker.names() == ["ledger", "orders"]
    asker.made = 0
    return asker


async def test_what_has_not_changed_is_not_made_again(asker: Asker, reader: WatchedReader) -> None:
    reader.calls.clear()
    assert await asker.names() == ["ledger", "orders"]
    assert asker.made == 0
    assert reader.calls == {"accounts": 1}


async def test_an_observation_that_showed_nothing_new_leaves_the_answer_as_it_is(
    asker: Asker, store: TableStore
) -> None:
    await observe(store, ACME)
    assert await asker.names() == ["ledger", "orders"]
    assert asker.made == 0


async def test_what_an_observation_has_seen_is_in_the_next_answer(asker: Asker, store: TableStore) -> None:
    await observe(store, ACME, [cluster(ACME, "another")])
    assert await asker.names() == ["ledger", "another", "orders"]
    assert asker.made == 1


async def test_another_account_is_in_the_next_answer_and_a_removed_one_is_not(
    asker: Asker, store: TableStore
) -> None:
    await observe(store, NORTH, [cluster(NORTH, "edge")])
    assert await asker.names() == ["ledger", "orders", "edge"]
    await store.hide(NORTH.id, due_at=NOON)
    assert await asker.names() == ["ledger", "orders"]


async def test_nobody_is_given_what_another_caller_was_given(asker: Asker, store: TableStore) -> None:
    """These two have one id and one name, and see other accounts."""
    await observe(store, NORTH, [cluster(NORTH, "edge")])
    for _ in range(3):
        assert await asker.names(as_="acme") == ["orders"]
        assert await asker.names(as_="north") == ["edge"]
        assert await asker.names() == ["ledger", "orders", "edge"]


async def test_other_variables_have_their_own_answer(asker: Asker) -> None:
    for _ in range(3):
        assert await asker.names(first=1) == ["ledger"]
        assert await asker.names(first=9) == ["ledger", "orders"]
    assert (await asker.ask(first=1.5))["errors"]
    assert (await asker.ask(first=True))["errors"]


async def test_a_kept_answer_costs_what_it_cost_to_make(asker: Asker, purse: Purse) -> None:
    before, answers = purse.spent["admin"], [await asker.ask(first=200) for _ in range(2)]
    made, kept = (one["extensions"]["rateLimit"] for one in answers)
    assert asker.made == 1
    assert made["requested"] == kept["requested"] == 200
    assert made["actual"] == kept["actual"] == (purse.spent["admin"] - before) / 2 < 200
    assert kept["remaining"] < made["remaining"]


async def test_nobody_is_answered_without_credits(asker: Asker, purse: Purse) -> None:
    purse.limit = purse.spent["admin"] + 1
    (error,) = (await asker.ask())["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"


@pytest.mark.parametrize(
    "document",
    [
        "query ($first: Int) { clusters(first: $first) { nodes { name freshness { ageSeconds } } } }",
        "query ($first: Int) { clusters(first: $first) { nodes { name } } rateLimit { remaining } }",
        "query ($first: Int) { clusters(first: $first) { nodes { name operation { id } } } }",
        "query ($first: Int) { clusters(first: $first, filter: { needsAttention: true }) { nodes { name } } }",
        'query ($first: Int) { clusters(first: $first, search: "phase:ready") { nodes { name } } }',
        "query ($first: Int) { clusters(first: $first) { nodes { name } coverage { isComplete } } }",
    ],
)
async def test_what_depends_on_the_time_or_on_other_rows_is_made_each_time(
    asker: Asker, document: str
) -> None:
    for _ in range(2):
        await asker.names(document)
    asker.made = 0
    await asker.names(document)
    assert asker.made == 1


async def test_an_answer_is_made_anew_after_a_minute(asker: Asker, clock: SetClock) -> None:
    clock.at += timedelta(seconds=59)
    await asker.names()
    assert asker.made == 0
    clock.at += timedelta(seconds=1)
    await asker.names()
    assert asker.made == 1


async def test_where_the_table_does_not_answer_neither_does_what_is_kept(
    asker: Asker, reader: WatchedReader
) -> None:
    reader.failing.add("accounts")
    (error,) = (await asker.ask())["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    reader.failing.clear()
    assert await asker.names() == ["ledger", "orders"]


async def test_an_account_too_large_to_be_kept_is_read_each_time(
    asker: Asker, store: TableStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages come from an index, which can be a moment late."""
    monkeypatch.setattr("fleet.reading.snapshot.READ_WHOLE", 0)
    await observe(store, ACME, [cluster(ACME, "another", Phase.UPDATING)])
    for _ in range(2):
        await asker.names()
    asker.made = 0
    await asker.names()
    assert asker.made == 1
