"""What graphql-cop and its like try on a GraphQL API that they meet: each check of theirs, and what they find here.

The checks are those of <https://github.com/dolevf/graphql-cop> and of the OWASP cheat sheet for GraphQL. A time would
say more of the machine than of the gateway: what an attack may take is counted in calls of the store.
"""

import json
from typing import Any

import httpx
import pytest

from gateway.http.codes import Code
from gateway.http.headers import EVERYWHERE
from infra.store.store import TableStore
from tests.gateway.mutations.asked import PRODUCTION
from tests.gateway.script import Script
from tests.gateway.world import Client, WatchedReader

TIMES = 1000
REFUSALS = {
    Code.QUERY_TOO_LARGE,
    Code.COST_EXCEEDED,
    Code.GRAPHQL_PARSE_FAILED,
    Code.GRAPHQL_VALIDATION_FAILED,
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STOP = f'mutation {{ stopCluster(id: "{PRODUCTION}") {{ userErrors {{ message }} }} }}'


async def ask(client: Client, document: str, **options: Any) -> httpx.Response:
    return await client.http.post("/graphql", json={"query": document}, **options)


def codes(response: httpx.Response) -> set[str]:
    return {error["extensions"]["code"] for error in response.json().get("errors", ())}


# ------------------------------------------------------------------------------------------------ denial of service


def numbered(count: int, selection: str) -> str:
    """`selection` with each `#` a number."""
    return " ".join(selection.replace("#", str(number)) for number in range(count))


def bomb(fuses: int) -> str:
    """Each fragment holds the next one twice."""
    links = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(fuses))
    return f"{{ ...f0 }} {links} fragment f{fuses} on Query {{ fleet {{ clusterCount }} }}"


def nested(levels: int, outside: str, inside: str) -> str:
    return outside * levels + inside + "}" * outside.count("{") * levels


DEAR = {
    "aliases": f"{{ {numbered(2 * TIMES, 'a#: __typename')} }}",
    "aliases of an object": f"{{ {numbered(TIMES, 'a#: fleet { clusterCount }')} }}",
    "unknown directives": f"{{ __typename {'@aa' * 2 * TIMES} }}",
    "directives": f"{{ __typename {'@include(if: true)' * TIMES} }}",
    "the same field": f"{{ {'__typename ' * 4 * TIMES} }}",
    "the same object": f"{{ {'fleet { clusterCount } ' * TIMES} }}",
    "fragments in a circle": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "a fragment of itself": "{ ...a } fragment a on Query { __typename ...a }",
    "a bomb of fragments": bomb(40),
    "what leads back to itself": f"{{ {nested(6, 'clusters { nodes { account { ', 'name')} }}",
    "introspection in circles": f"{{ __schema {{ types {{ {nested(6, 'fields { type { ', 'name')} }} }} }}",
    "brackets": "query " + "(" * 3000,
    "depth": "{ a" * 3000,
}


@pytest.mark.parametrize("name", DEAR)
async def test_what_would_cost_much_is_refused_before_anything_is_read(
    name: str, client: Client, reader: WatchedReader, world: TableStore
) -> None:
    response = await ask(client, DEAR[name])
    assert "data" not in response.json()
    assert codes(response) <= REFUSALS
    assert reader.calls.total() == 0
    assert len(response.content) < 4096


async def test_a_batch_of_a_hundred_is_refused_whole(client: Client, reader: WatchedReader) -> None:
    batch = [{"query": "{ fleet { clusterCount } }"}] * 100
    response = await client.http.post("/graphql", json=batch)
    assert (response.status_code, codes(response)) == (400, {Code.BAD_REQUEST})
    assert reader.calls.total() == 0


# ------------------------------------------------------------------------------------- requests that a page can forge


@pytest.mark.parametrize("document", ["{ __typename }", STOP])
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"headers": FORM}, id="a form"),
        pytest.param({"headers": {"Content-Type": "text/plain"}}, id="text"),
        pytest.param({"headers": {"Content-Type": "multipart/form-data; boundary=b"}}, id="an upload"),
        pytest.param({"headers": {"Content-Type": ""}}, id="nothing said"),
    ],
)
async def test_what_a_strange_page_can_post_is_not_read(
    document: str, options: dict[str, Any], scripted: Client, script: Script
) -> None:
    for content in (json.dumps({"query": document}), str(httpx.QueryParams(query=document))):
        response = await scripted.http.post("/graphql", content=content, **options)
        assert (response.status_code, codes(response)) == (415, {Code.UNSUPPORTED_MEDIA_TYPE})
    assert script.calls == []


async def test_no_mutation_goes_by_an_address(scripted: Client, script: Script) -> None:
    for method in ("GET", "HEAD"):
        response = await scripted.http.request(method, "/graphql", params={"query": STOP})
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
    beside = f"query A {{ __typename }} {STOP.replace('mutation', 'mutation B')}"
    response = await scripted.http.get("/graphql", params={"query": beside, "operationName": "B"})
    assert response.status_code == 405
    assert script.calls == []


async def test_a_query_by_an_address_is_never_stored(client: Client) -> None:
    response = await client.http.get("/graphql", params={"query": "{ __typename }"})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"


async def test_a_method_by_another_name_stays_what_it_is(scripted: Client, script: Script) -> None:
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        response = await scripted.http.get("/graphql", params={"query": STOP}, headers={header: "POST"})
        assert response.status_code == 405
    assert script.calls == []


# -------------------------------------------------------------------------------------------- what is given away


@pytest.mark.parametrize(
    "path", ["/", "/graphql", "/graphiql", "/playground", "/console", "/altair", "/v1/graphql"]
)
async def test_no_explorer_is_found_where_none_is_served(path: str, client: Client) -> None:
    response = await client.http.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert response.status_code >= 400
    for verdict in ("graphiql", "playground", "<html", "<script"):
        assert verdict not in response.text.lower()


@pytest.mark.parametrize(
    "header", ["X-Apollo-Tracing", "apollo-federation-include-trace", "X-Debug", "X-Trace"]
)
async def test_nothing_is_traced_for_who_asks_for_it(header: str, client: Client, world: TableStore) -> None:
    response = await ask(client, "{ fleet { clusterCount } }", headers={header: "ftv1"})
    assert "tracing" not in response.text
    assert "ftv1" not in response.text
    assert "debug" not in response.text


@pytest.mark.parametrize(
    "document",
    [
        "queryy { __typename }",
        "{ __typename",
        "{ nonsense }",
        "query ($a: Nonsense) { __typename }",
        '{ clusters(first: "x") { nodes { id } } }',
        "{ node(id: {}) { id } }",
        '{ cluster(id: "Q2x1c3Rlcjox") { id } }',
        "subscription { __typename }",
        "fragment a on Query { __typename }",
        "type Query { a: Int }",
        "\x00",
        "{ __typename @skip }",
    ],
)
async def test_no_mistake_shows_what_runs_behind(document: str, client: Client, world: TableStore) -> None:
    text = (await ask(client, document)).text
    for verdict in (
        "Traceback",
        'File \\"',
        ".py",
        "exception",
        "stacktrace",
        "strawberry",
        "boto",
        "INTERNAL",
    ):
        assert verdict not in text


async def test_no_header_names_what_runs_behind(client: Client) -> None:
    response = await ask(client, "{ __typename }")
    assert not {"x-powered-by", "server", "via", "x-aspnet-version"} & response.headers.keys()
    assert {name: response.headers[name] for name in EVERYWHERE} == EVERYWHERE
