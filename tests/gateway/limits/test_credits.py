"""Credits: what is left of them, what is given back, and whoever has none."""

from datetime import datetime, timedelta

import pytest

from fleet.ports.credits import CreditStatus, CreditsUsedUp
from gateway.limits.query_cost import unexamined
from infra.store.store import TableStore
from tests.gateway.world import Client, SetClock, WatchedReader

# -------------------------------------------------------------------------------------------------------------- credits


class Purse:
    """So many credits for each caller."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.spent: dict[str, int] = {}

    async def spend(self, caller_id: str, cost: int, now: datetime) -> CreditStatus:
        left = self.limit - self.spent.get(caller_id, 0)
        resets_at = now + timedelta(seconds=17.2)
        if cost > left:
            raise CreditsUsedUp(
                CreditStatus(cost=cost, limit=self.limit, remaining=left, resets_at=resets_at)
            )
        self.spent[caller_id] = self.limit - left + cost
        return CreditStatus(cost=cost, limit=self.limit, remaining=left - cost, resets_at=resets_at)

    def give_back(self, caller_id: str, credits: int, now: datetime) -> None:
        self.spent[caller_id] -= credits

    def used_up(self, caller_id: str, now: datetime) -> CreditStatus | None:
        if self.spent.get(caller_id, 0) < self.limit:
            return None
        return CreditStatus(cost=1, limit=self.limit, remaining=0, resets_at=now + timedelta(seconds=17.2))


async def test_the_remaining_credits_are_in_the_answer_and_in_its_headers(
    world: TableStore, clock: SetClock
) -> None:
    client = Client(world, clock, credits=Purse(100))
    document = "{ rateLimit { cost limit remaining resetsAt } }"
    expected = {"cost": 1, "limit": 100, "remaining": 99, "resetsAt": "2026-04-06T12:00:27.200000Z"}
    answer = await client.send(document)
    told = {**expected, "requested": 1, "actual": 1}
    assert answer == {"data": {"rateLimit": expected}, "extensions": {"rateLimit": told}}
    assert (await client.query(document))["rateLimit"]["remaining"] == 98


ACTUAL = {
    # there are nine clusters, and five accounts
    "{ clusters(first: 100) { nodes { id } } }": (100, 10),
    "{ clusters(first: 100) { edges { node { id account { id } } } } }": (200, 18),
    "{ a: clusters { ...f } } fragment f on ClusterConnection { b: nodes { account { provider { id } } } }": (
        60,
        27,
    ),
    # of the labels taken for ten, which are twenty fields, there are few
    "{ clusters(first: 100) { nodes { id labels { key value } } } }": (300, 10),
    "{ accounts(first: 100) { nodes { clusters(first: 20) { nodes { id } } } } }": (2100, 55),
    "{ clusters(first: 100) @include(if: false) { nodes { id } } }": (100, 10),
    # a filter costs what it examines: here ten clusters of several accounts, whose opening counts too
    '{ clusters(first: 100, filter: { nameContains: "nothing" }) { nodes { id } } }': (300, 18),
    '{ accounts(first: 100, filter: { nameContains: "nothing" }) { nodes { id } } }': (300, 11),
    '{ operations(first: 100, filter: { nameContains: "nothing" }) { nodes { id } } }': (300, 11),
    '{ integrations(first: 100, filter: { nameContains: "nothing" }) { nodes { id } } }': (300, 16),
    "{ activity(first: 20, filter: { kinds: [PHASE_CHANGED] }, order: OLDEST_FIRST) { nodes { id } } }": (
        220,
        11,
    ),
    "{ clusters(first: 1) { nodes { nodes(first: 9, filter: { phases: [READY] }) { nodes { id } } } } }": (
        211,
        11,
    ),
    '{ nodes(ids: ["a", "b", "c"]) { id } }': (3, 3),
    "{ fleet { clusterCount version } }": (1, 1),
}


@pytest.mark.parametrize(("rows", "credits"), [(0, 200), (1, 199), (6, 198), (999, 0), (1000, 0), (1005, 0)])
def test_a_filter_costs_what_it_examines(rows: int, credits: int) -> None:
    assert unexamined(rows) == credits


@pytest.mark.parametrize("document", ACTUAL)
async def test_what_a_query_did_not_find_is_given_back(
    document: str, world: TableStore, clock: SetClock
) -> None:
    """However it is answered: at first, again, and by the stock executor."""
    purse = Purse(100_000)
    client = Client(world, clock, credits=purse)
    requested, actual = ACTUAL[document]
    for turn in range(1, 3):
        told = (await client.send(document))["extensions"]["rateLimit"]
        assert (told["requested"], told["actual"], told["cost"]) == (requested, actual, requested)
        assert sum(purse.spent.values()) == actual * turn
        assert told["remaining"] == 100_000 - actual * turn


async def test_nothing_is_given_back_for_an_answer_with_errors_or_a_mutation(
    world: TableStore, clock: SetClock
) -> None:
    purse = Purse(100_000)
    client = Client(world, clock, credits=purse)
    failing = '{ clusters(first: 100) { nodes { id } } more: clusters(after: "none") { nodes { id } } }'
    change = 'mutation { refreshAccount(id: "x") { userErrors { message } } }'
    for document, cost in ((failing, 120), (change, 101)):
        purse.spent.clear()
        told = (await client.send(document))["extensions"]["rateLimit"]
        assert (told["requested"], told["actual"]) == (cost, cost)
        assert sum(purse.spent.values()) == cost


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_whoever_has_spent_everything_gets_the_time_to_come_again(
    accept: str, world: TableStore, clock: SetClock, reader: WatchedReader
) -> None:
    client = Client(reader, clock, credits=Purse(10))
    sent = {"json": {"query": "{ clusters(first: 13) { nodes { name } } }"}, "headers": {"Accept": accept}}
    assert "errors" not in (await client.send("{ viewer { name } }"))
    reader.calls.clear()
    response = await client.http.post("/graphql", **sent)  # type: ignore[arg-type]
    assert response.status_code == 429
    assert response.headers["retry-after"] == "17"
    assert response.json() == {
        "errors": [
            {
                "message": "This query may cost 13 credits, and 5 of your 10 a minute are left. "
                "Ask again in 17 seconds.",
                "extensions": {
                    "code": "RATE_LIMITED",
                    "retryAfterSeconds": 17,
                    "cost": 13,
                    "limit": 10,
                    "remaining": 5,
                    "resetsAt": "2026-04-06T12:00:27.200000Z",
                },
            }
        ]
    }
    assert not reader.calls


async def test_whoever_asks_on_without_credits_is_soon_refused_unread(
    world: TableStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals cost what reading took, so that a caller cannot have documents read without an end."""
    purse = Purse(100)
    client = Client(world, clock, credits=purse)
    document = "{ clusters(first: 100) { nodes { name account { name } } } }"
    for _ in range(100):
        response = await client.http.post("/graphql", json={"query": document})
        assert response.status_code == 429
    assert list(purse.spent.values()) == [100]
    monkeypatch.setattr("gateway.http.endpoint.read", None)
    response = await client.http.post("/graphql", json={"query": document})
    assert (response.status_code, response.headers["retry-after"]) == (429, "17")
    (error,) = response.json()["errors"]
    assert error["extensions"] == {
        "code": "RATE_LIMITED",
        "retryAfterSeconds": 17,
        "cost": 1,
        "limit": 100,
        "remaining": 0,
        "resetsAt": "2026-04-06T12:00:27.200000Z",
    }


async def test_a_request_that_is_no_graphql_costs_a_point(world: TableStore, clock: SetClock) -> None:
    purse = Purse(100)
    client = Client(world, clock, credits=purse)
    for content, kind in ((b"{", "application/json"), (b"[]", "application/json"), (b"x", "text/plain")):
        await client.http.post("/graphql", content=content, headers={"content-type": kind})
    assert list(purse.spent.values()) == [3]


async def test_a_change_that_cannot_be_paid_is_not_made(
    world: TableStore, clock: SetClock, reader: WatchedReader
) -> None:
    client = Client(reader, clock, credits=Purse(100))
    answer = await client.send('mutation { refreshAccount(id: "x") { userErrors { message } } }')
    assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert "data" not in answer


@pytest.mark.parametrize("document", ["{", "{ nothing }"])
async def test_what_is_refused_is_charged_for_what_reading_it_took(
    document: str, world: TableStore, clock: SetClock
) -> None:
    purse = Purse(30_000)
    client = Client(world, clock, credits=purse)
    assert "errors" in await client.send(document)
    assert list(purse.spent.values()) == [pytest.approx(5, abs=4)]
    assert "errors" in await client.send(document + " " * 200_000)
    assert sum(purse.spent.values()) > 15_000
    assert "credits" in (await client.send(document + " " * 200_000))["errors"][0]["message"]
