"""What a query costs, however it is written, and what is too dear."""

import pytest

from gateway.limits.bounds import MOST_COST
from infra.store.store import TableStore
from tests.gateway.limits.sending import many, send
from tests.gateway.world import Client, WatchedReader

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
