"""Every query is bounded before it is executed, and nothing gets around the bounds."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fleet.ports.credits import CreditStatus, CreditsUsedUp
from functions.api_settings import CREDITS_PER_MINUTE
from gateway.http.endpoint import MOST_PASSED_ON, _passed_on
from gateway.limits.bounds import MOST_COST
from gateway.limits.document_size import MOST, MOST_TOKENS, MOST_VALUES
from gateway.limits.query_cost import unexamined
from gateway.relay.connections import MOST_ITEMS
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, cluster, observe
from tests.gateway.world import Client, SetClock, WatchedReader

API_PAGE = Path(__file__).parents[3] / "docs" / "api.md"


def many(number: int, text: str) -> str:
    """`text` so many times, with its number in place of #."""
    return " ".join(text.replace("#", str(one)) for one in range(number))


def chain(number: int, end: str, link: str = "...f#") -> str:
    """Fragments of `Query` that each hold the next, as `link` does."""
    links = (f"fragment f{one} on Query {{ {link.replace('#', str(one + 1))} }}" for one in range(number))
    return " ".join(links) + f" fragment f{number} on Query {{ {end} }}"


def nested(number: int, inside: str = "name") -> str:
    for _ in range(number):
        inside = "account { clusters { nodes { " + inside + " } } }"
    return "clusters { nodes { " + inside + " } }"


TOO_LARGE = {
    "fields in fields": ("{ " + nested(5) + " }", "levels of fields"),
    "fields in a fragment on every level": (
        "{ clusters { nodes { ...a } } } "
        + " ".join(
            f"fragment {one} on Cluster {{ account {{ clusters {{ nodes {{ ...{following} }} }} }} }}"
            for one, following in zip("abcde", "bcdef", strict=True)
        )
        + " fragment f on Cluster { name }",
        "levels of fields",
    ),
    "fields in inline fragments": (
        "{ ... on Query { " + nested(5, "... on Cluster { ... { name } }") + " } }",
        "levels of fields",
    ),
    "inline fragments in inline fragments": (
        "{ " + "... { " * 80 + "__typename" + " }" * 80 + " }",
        "levels",
    ),
    "fragments in fragments": ("{ ...f0 } " + chain(80, "__typename"), "levels"),
    "aliases": ("{ fleet { " + many(31, "a#: clusterCount") + " } }", "aliases"),
    "aliases in a fragment, spread twice": (
        "{ x: fleet { ...f } y: fleet { ...f } } fragment f on Fleet { "
        + many(15, "a#: clusterCount")
        + " }",
        "aliases",
    ),
    "aliases of nothing but __typename": ("{ " + many(31, "a#: __typename") + " }", "aliases"),
    "fields at the first level": ("{ " + many(21, "fleet { clusterCount }") + " }", "first level"),
    "fields at the first level from a fragment": (
        "{ ...f ...f ...f } fragment f on Query { " + many(7, "__typename") + " }",
        "first level",
    ),
    "a hundred mutations": (
        "mutation { " + many(100, 'a#: refreshAccount(id: "x") { userErrors { message } }') + " }",
        "100 aliases",
    ),
    "directives": (
        "{ " + many(16, "fleet @include(if: true) @skip(if: false) { clusterCount }") + " }",
        "directives",
    ),
    "directives that are none": ("{ fleet " + "@a" * 31 + " { clusterCount } }", "directives"),
    "directives on spreads": (
        "{ " + many(31, "...f @include(if: true)") + " } fragment f on Query { __typename }",
        "",
    ),
    "directives on the operation": ("query " + "@a" * 31 + " { __typename }", "directives"),
    "a thousand fields": ("{ fleet { " + many(1001, "clusterCount") + " } }", "fields"),
    "a bomb of fragments": (
        "{ fleet { ...f0 } } "
        + " ".join(f"fragment f{n} on Fleet {{ ...f{n + 1} ...f{n + 1} }}" for n in range(30))
        + " fragment f30 on Fleet { clusterCount }",
        str(2**30 + 1),
    ),
    "a bomb that no operation spreads": (
        "{ fleet { clusterCount } } "
        + " ".join(f"fragment f{n} on Fleet {{ ...f{n + 1} ...f{n + 1} }}" for n in range(30))
        + " fragment f30 on Fleet { clusterCount }",
        str(2**30),
    ),
    "an operation beside the one that is asked for": (
        "query a { fleet { clusterCount } } query b { fleet { " + many(1001, "clusterCount") + " } }",
        "fields",
    ),
}


async def send(client: Client, document: str, **variables: object) -> dict[str, Any]:
    body = {
        "query": document,
        "variables": variables,
        "operationName": "a" if "query a" in document else None,
    }
    answer: dict[str, Any] = (await client.http.post("/graphql", json=body)).json()
    return answer


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_what_is_too_large_is_refused_before_anything_is_looked_up(
    name: str, world: TableStore, client: Client, reader: WatchedReader
) -> None:
    document, expected = TOO_LARGE[name]
    answer = await send(client, document)
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "QUERY_TOO_LARGE"}
    assert expected in error["message"]
    assert "data" not in answer
    assert not reader.calls


async def test_too_many_tokens_are_not_even_read(client: Client) -> None:
    answer = await send(client, "{ " + many(5000, "a#") + " }")
    assert "4000 tokens" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "document",
    [
        "{ ...f } fragment f on Query { ...f }",
        "{ ...f } fragment f on Query { ...g } fragment g on Query { fleet { clusterCount } ...f }",
        "{ clusters { nodes { ...f } } } fragment f on Cluster { account { clusters { nodes { ...f } } } }",
        "{ fleet { clusterCount } } fragment f on Query { ...g } fragment g on Query { ...f }",
    ],
)
async def test_fragments_that_hold_themselves_are_refused(
    document: str, client: Client, reader: WatchedReader
) -> None:
    answer = await send(client, document)
    assert any("Cannot spread fragment 'f'" in error["message"] for error in answer["errors"])
    assert not reader.calls


@pytest.mark.parametrize("ids", [["x"] * 1001, [[["x"] * 10] * 10] * 11])
async def test_a_variable_holds_so_many_values_and_no_more(ids: list[Any], client: Client) -> None:
    document = "query ($ids: [ID!]) { clusters(filter: { accountIds: $ids }) { nodes { id } } }"
    answer = await send(client, document, ids=ids)
    assert "values in its variables; 1000 are taken" in answer["errors"][0]["message"]


async def test_a_document_at_its_limits_is_answered(client: Client) -> None:
    aliases = f"{{ fleet {{ {many(MOST.aliases, 'a#: clusterCount')} }} }}"
    roots = f"{{ {many(MOST.root_fields, 'fleet { clusterCount }')} }}"
    for document in (aliases, roots):
        assert "errors" not in await send(client, document)


# ---------------------------------------------------------------------------------------------------------------- cost

COSTS = {
    "{ __typename }": 0,
    # what is asked for at the first level is read, and ten fields come with it, those of values in it among them
    "{ fleet { clusterCount } }": 1,
    "{ fleet { clusterCount vcpuLimit version byPhase { phase } } }": 1 + 1,
    "{ fleet { clusterCount byPhase { phase count } } }": 1 + 2,
    "{ fleet { " + many(10, "a#: clusterCount") + " } }": 1,
    "{ fleet { " + many(11, "a#: clusterCount") + " } }": 2,
    # a page is as many rows, and ten credits at least
    "{ clusters(first: 1) { nodes { id } } }": 10,
    "{ clusters(first: 50) { nodes { id } } }": 50,
    "{ clusters { nodes { id } } }": 20,
    "{ clusters(first: 50) { nodes { id } pageInfo { hasNextPage } } }": 50,
    "{ clusters(first: 50) { nodes { id } edges { cursor node { id } } } }": 50 + 50,
    "{ clusters(first: 50) { nodes { id name status { phase } labels { key value } } } }": 50 * (1 + 2),
    "{ clusters(first: 50) { nodes { " + many(10, "a#: name") + " } } }": 50,
    "{ clusters(first: 50) { nodes { " + many(30, "a#: name") + " } } }": 50 * 3,
    # another object is another row, and a list in it a page
    "{ clusters(first: 50) { nodes { id account { id } } } }": 50 * 2,
    "{ clusters(first: 50) { nodes { id a: account { id } b: account { id } } } }": 50 * 3,
    "{ clusters(first: 50) { nodes { nodes(first: 1) { nodes { id } } } } }": 50 * (1 + 10),
    "{ clusters(first: 50) { nodes { nodes(first: 40) { nodes { id } } } } }": 50 * (1 + 40),
    "{ clusters(first: 9, filter: { needsAttention: true }) { nodes { id } } }": 200 + 10,
    "{ clusters(first: 9, filter: null) { nodes { id } } }": 10,
    "{ clusters { totalCount } }": 200,
    # lists without pages are taken for ten
    "{ providers { name } }": 10,
    '{ nodes(ids: ["a", "b", "c"]) { id } }': 3,
    # introspection is the same whatever it holds
    "{ __schema { types { name } } }": 1000,
    '{ __type(name: "Query") { name } a: __type(name: "Query") { fields { name } } }': 2000,
    'mutation { refreshAccount(id: "x") { userErrors { message } } }': 100 + 1,
}


@pytest.mark.parametrize("document", COSTS)
async def test_a_query_costs_what_its_fields_and_pages_say(
    document: str, world: TableStore, client: Client
) -> None:
    answer = await send(client, document)
    assert answer["extensions"]["rateLimit"]["cost"] == COSTS[document]


PAGE = "clusters(first: 50) { nodes { id } }"
SAME = {
    "a variable": ("query ($n: Int!) { clusters(first: $n) { nodes { id } } }", {"n": 50}),
    "the default of a variable": ("query ($n: Int! = 50) { clusters(first: $n) { nodes { id } } }", {}),
    "a fragment": ("{ ...f } fragment f on Query { " + PAGE + " }", {}),
    "an inline fragment": ("{ ... on Query { ... { " + PAGE + " } } }", {}),
    "a fragment of the connection": (
        "{ clusters(first: 50) { ...f } } fragment f on ClusterConnection { nodes { id } }",
        {},
    ),
    "a fragment of its items": (
        "{ clusters(first: 50) { nodes { ...f } } } fragment f on Cluster { ...g } fragment g on Node { id }",
        {},
    ),
    "an alias": ("{ x: clusters(first: 50) { y: nodes { z: id } } }", {}),
    "a directive that includes": ("{ " + PAGE.replace("nodes", "nodes @include(if: true)") + " }", {}),
    "a directive that skips": ("{ " + PAGE.replace("nodes", "nodes @skip(if: true)") + " }", {}),
}


@pytest.mark.parametrize("way", SAME)
async def test_a_page_costs_the_same_however_it_is_written(
    way: str, world: TableStore, client: Client
) -> None:
    document, variables = SAME[way]
    answer = await send(client, document, **variables)
    assert answer["extensions"]["rateLimit"]["cost"] == 50


async def test_a_fragment_costs_as_often_as_it_is_spread(world: TableStore, client: Client) -> None:
    document = "{ a: clusters(first: 50) { ...f } b: clusters(first: 10) { ...f } } "
    answer = await send(client, document + "fragment f on ClusterConnection { nodes { id } }")
    assert answer["extensions"]["rateLimit"]["cost"] == 50 + 10


MILLION = (
    "clusters(first: 100) { nodes { account { clusters(first: 100) { nodes { account { clusters(first: 100) {"
)
TOO_DEAR = {
    "a million rows": ("{ " + MILLION + " nodes { id }" + " }" * 7 + " }", {}),
    "a million rows at once": ("{ clusters(first: 1000000) { nodes { id } } }", {}),
    "a million rows by a variable": (
        "query ($n: Int!) { clusters(first: $n) { nodes { id } } }",
        {"n": 1_000_000},
    ),
    "a million rows by a default": (
        "query ($n: Int! = 1000000) { clusters(first: $n) { nodes { id } } }",
        {},
    ),
    "a million rows through fragments": (
        """{ clusters(first: 100) { ...a } }
        fragment a on ClusterConnection { nodes { account { clusters(first: 100) { ...b } } } }
        fragment b on ClusterConnection { nodes { account { clusters(first: 100) { nodes { id } } } } }""",
        {},
    ),
    "a million rows of edges": (
        """{ accounts(first: 100) { edges { node { clusters(first: 100) { edges { node {
        statusHistory(first: 100) { edges { cursor } } } } } } } } }""",
        {},
    ),
}


@pytest.mark.parametrize("name", TOO_DEAR)
async def test_what_is_too_dear_is_refused_with_its_cost_and_the_limit(
    name: str, world: TableStore, client: Client, reader: WatchedReader
) -> None:
    document, variables = TOO_DEAR[name]
    answer = await send(client, document, **variables)
    (error,) = answer["errors"]
    assert error["extensions"].keys() == {"code", "cost", "limit"}
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("COST_EXCEEDED", MOST_COST)
    assert error["extensions"]["cost"] >= 1_000_000
    assert str(error["extensions"]["cost"]) in error["message"]
    assert "data" not in answer
    assert not reader.calls


async def test_the_schema_cannot_be_asked_for_in_circles(client: Client) -> None:
    circle = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
    answer = await send(client, circle)
    assert "introspection depth" in answer["errors"][0]["message"]


def test_the_page_on_the_api_tells_every_limit() -> None:
    expected = re.findall(
        r"^\| ([a-z ]+)(?: \(`\w+`\))? \| ([\d,]+) \|$", API_PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert dict(expected) == {
        "credits of a query": f"{MOST_COST:,}",
        "credits of a caller in a minute": f"{CREDITS_PER_MINUTE:,}",
        "page size": str(MOST_ITEMS),
        "levels of fields": str(MOST.depth),
        "fields": f"{MOST.fields:,}",
        "fields at the first level": str(MOST.root_fields),
        "aliases": str(MOST.aliases),
        "directives": str(MOST.directives),
        "tokens of a document": f"{MOST_TOKENS:,}",
        "values in variables": f"{MOST_VALUES:,}",
    }


async def test_an_answer_that_lambda_would_throw_away_says_what_takes_most_of_it(
    store: TableStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.http.endpoint.MOST_ANSWER_BYTES", 20_000)
    rows = [cluster(ACME, f"c{number:03}", message='"' * 500) for number in range(100)]
    await observe(store, ACME, rows)
    client = Client(store, clock)
    document = "{ accounts { nodes { id } } clusters(first: 100) { nodes { name status { message } } } }"
    response = await client.http.post("/graphql", json={"query": document})
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "ANSWER_TOO_LARGE"
    assert "`clusters` takes" in error["message"]
    assert len((await client.query(document.replace("100", "5")))["clusters"]["nodes"]) == 5


@pytest.mark.parametrize("one", ['"', "\\", "a", "\u00e9", "\u20ac", "\U0001f600"])
def test_no_character_is_passed_on_as_more_bytes_than_are_reckoned_with(one: str) -> None:
    assert _passed_on(one.encode()) <= MOST_PASSED_ON * len(one.encode())


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


@pytest.mark.parametrize("digits", [400, 4_300, 4_301, 20_000])
async def test_a_number_of_many_digits_is_the_callers_mistake(digits: int, client: Client) -> None:
    number = "9" * digits
    for sent in (
        b'{"query": "{ clusters(first: %s) { nodes { id } } }"}' % number.encode(),
        b'{"query": "query($n: Int) { clusters(first: $n) { nodes { id } } }", "variables": {"n": %s}}'
        % number.encode(),
        b'{"query": "query($n: Int) { clusters(first: $n) { nodes { id } } }", "variables": {"n": %s.5}}'
        % number.encode(),
    ):
        response = await client.http.post(
            "/graphql", content=sent, headers={"content-type": "application/json"}
        )
        codes = [error["extensions"]["code"] for error in response.json()["errors"]]
        assert set(codes) <= {
            "BAD_USER_INPUT",
            "GRAPHQL_VALIDATION_FAILED",
            "BAD_REQUEST",
            "COST_EXCEEDED",
        }, codes
