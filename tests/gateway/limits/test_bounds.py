"""Every document is bounded before it is executed: its size, its depth, its values, and its answer."""

import re
from pathlib import Path
from typing import Any

import pytest

from functions.api_settings import CREDITS_PER_MINUTE
from gateway.http.endpoint import MOST_PASSED_ON, _passed_on
from gateway.limits.bounds import MOST_COST
from gateway.limits.document_size import MOST, MOST_TOKENS, MOST_VALUES
from gateway.relay.connections import MOST_ITEMS
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, cluster, observe
from tests.gateway.limits.sending import many, send
from tests.gateway.world import Client, SetClock, WatchedReader

API_PAGE = Path(__file__).parents[3] / "docs" / "api.md"


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


@pytest.mark.parametrize("one", ['"', "\\", "a", "\u00e9", "\u20ac", "\U0001f600"])
def test_no_character_is_passed_on_as_more_bytes_than_are_reckoned_with(one: str) -> None:
    assert _passed_on(one.encode()) <= MOST_PASSED_ON * len(one.encode())
