"""What a deployment can keep to itself: its schema, and every document but the known ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

import fleet.providers
from gateway.limits.known_documents import digest
from gateway.schema import SCHEMA
from gateway.services import Policy
from infra.store.store import TableStore
from tests.gateway.world import Client, SetClock

OPERATIONS = Path(__file__).parents[3] / "graphql" / "operations"
PROVIDERS = (OPERATIONS / "providers.graphql").read_text(encoding="utf-8")


@pytest.fixture
def silent(world: TableStore, clock: SetClock) -> Client:
    return Client(world, clock, policy=Policy(shows_schema=False))


@pytest.fixture
def strict(world: TableStore, clock: SetClock) -> Client:
    return Client(world, clock, policy=Policy(only_trusted=True))


# ----------------------------------------------------------------------------------------------------------- the schema

GUESSES = [
    "{ fleets { clusterCount } }",
    "{ clustres { nodes { id } } }",
    "{ fleet }",
    "{ fleet { clusterCounts byPhase } }",
    "{ clusters(frist: 1) { nodes { id } } }",
    "{ clusters(first: ten) { nodes { id } } }",
    "{ clusters(filter: { phase: [READY] }) { nodes { id } } }",
    "{ clusters(filter: { phases: [RAEDY] }) { nodes { id } } }",
    "{ node { id } }",
    '{ node(id: "x") { ... on Clusters { name } } }',
    "mutation { createClusters }",
    "mutation { createCluster(input: {}) { operation { id } } }",
    "subscription { clusters }",
    "query ($x: ClusterFiltre) { clusters(filter: $x) { nodes { id } } }",
    "query ($x: Int) { fleet { clusterCount } }",
    "{ ...f } fragment f on Qeury { fleet { clusterCount } }",
    "{ fleet @inlcude(if: true) { clusterCount } }",
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Cluster") { fields { name } } }',
    get_introspection_query(),
]
"""What tools that rebuild a schema send, and what they read from the answers are the names in them."""

NAMES = {
    name
    for type_ in SCHEMA.whole()._schema.type_map.values()
    for name in (type_.name, *getattr(type_, "fields", ()), *getattr(type_, "values", ()))
}


@pytest.mark.parametrize("guess", GUESSES)
async def test_the_answer_to_a_wrong_guess_says_only_that_it_is_wrong(guess: str, silent: Client) -> None:
    answer = await silent.send(guess)
    assert answer == {
        "errors": [
            {
                "message": "This document or its variables do not match the schema, which is not shown.",
                "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
            }
        ]
    } or guess.startswith("subscription")
    words = set(json.dumps(answer["errors"]).replace('"', " ").replace("`", " ").split())
    assert words & NAMES <= {"message", "code", "extensions", "not"}


@pytest.mark.parametrize(
    "variables",
    [{"filter": {"phase": ["READY"]}}, {"filter": {"phases": ["RAEDY"]}}, {"filter": 1}, {"first": None}],
)
async def test_the_answer_to_wrong_variables_says_no_more(variables: dict[str, Any], silent: Client) -> None:
    document = """query ($filter: ClusterFilter, $first: Int! = 1) {
        clusters(filter: $filter, first: $first) { nodes { id } } }"""
    answer = await silent.send(document, **variables)
    assert [error["message"] for error in answer["errors"]] == [
        "This document or its variables do not match the schema, which is not shown."
    ]
    assert "data" not in answer


async def test_many_guesses_at_once_do_not_tell_which_of_them_was_right(silent: Client) -> None:
    some = await silent.send("{ fleet { clusterCount a b c d e } }")
    none = await silent.send("{ z { y a b c d e } }")
    assert some == none


async def test_who_knows_the_schema_is_answered(silent: Client) -> None:
    data = await silent.query("{ __typename fleet { __typename clusterCount } }")
    assert data["__typename"] == "Query"


async def test_what_is_no_graphql_is_still_said_so(silent: Client) -> None:
    answer = await silent.send("{ fleet { ")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


async def test_where_the_schema_is_shown_an_honest_client_is_helped(client: Client) -> None:
    answer = await client.send("{ fleets { clusterCount } }")
    assert "Did you mean 'fleet'?" in answer["errors"][0]["message"]
    assert (await client.query("{ __schema { queryType { name } } }"))["__schema"]


# -------------------------------------------------------------------------------------------------- trusted documents


@pytest.mark.parametrize("prefix", ["", "sha256:"])
@pytest.mark.parametrize("way", ["documentId", "persistedQuery"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_known_document_is_asked_for_by_its_id(
    method: str, way: str, prefix: str, client: Client
) -> None:
    document_id = prefix + digest(PROVIDERS)
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": document_id}}
    if method == "POST":
        body = {"documentId": document_id} if way == "documentId" else {"extensions": extensions}
        response = await client.http.post("/graphql", json=body)
    else:
        address = (
            {"documentId": document_id} if way == "documentId" else {"extensions": json.dumps(extensions)}
        )
        response = await client.http.get("/graphql", params=address, headers={"Accept": "text/html,*/*"})
    assert len(response.json()["data"]["providers"]) == len(fleet.providers.PROVIDERS)


async def test_variables_go_with_an_id(client: Client) -> None:
    document = (OPERATIONS / "cluster.graphql").read_text(encoding="utf-8")
    variables = json.loads((OPERATIONS / "cluster.variables.json").read_text(encoding="utf-8"))
    body = {"documentId": digest(document), "variables": variables}
    response = await client.http.post("/graphql", json=body)
    assert "errors" not in response.json()


@pytest.mark.parametrize("document_id", ["0" * 64, "", "sha256:", "md5:" + "0" * 32])
async def test_an_unknown_id_is_said_so(document_id: str, client: Client) -> None:
    response = await client.http.post("/graphql", json={"documentId": document_id})
    code = "DOCUMENT_NOT_FOUND"
    assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_nobody_registers_a_document(client: Client) -> None:
    document = "{ fleet { clusterCount } }"
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest(document)}}
    sent = await client.http.post("/graphql", json={"query": document, "extensions": extensions})
    assert "errors" not in sent.json()
    again = await client.http.post("/graphql", json={"extensions": extensions})
    assert again.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"


async def test_only_known_documents_are_run_where_that_is_the_rule(strict: Client) -> None:
    for body in ({"documentId": digest(PROVIDERS)}, {"query": PROVIDERS}):
        assert len((await strict.http.post("/graphql", json=body)).json()["data"]["providers"]) == len(
            fleet.providers.PROVIDERS
        )
    for document in (
        "{ fleet { clusterCount } }",
        PROVIDERS.replace("name", "name id"),
        get_introspection_query(),
        "{",
    ):
        answer = await strict.send(document)
        assert answer["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}
        assert "data" not in answer
