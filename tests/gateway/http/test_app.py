"""The gateway over HTTP, and what a client learns of a fault."""

import logging
from pathlib import Path

import pytest

from fleet.providers import PROVIDERS
from infra.pages import BuiltPages
from infra.store.store import TableStore
from tests.gateway.world import Client, SetClock, WatchedReader

NEWER = "application/graphql-response+json"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


async def test_a_fault_of_ours_is_masked_and_found_in_the_log_by_its_id(
    world: TableStore, client: Client, reader: WatchedReader, caplog: pytest.LogCaptureFixture
) -> None:
    reader.failing.add("clusters_named")
    data = await client.query("{ accounts(first: 1) { nodes { id } } }")
    account = data["accounts"]["nodes"][0]["id"]
    with caplog.at_level(logging.ERROR):
        answer = await client.send(
            'query ($id: ID!) { clusterByName(accountId: $id, name: "x") { id } providers { kind } }',
            id=account,
        )
    assert len(answer["data"]["providers"]) == len(PROVIDERS)
    assert answer["data"]["clusterByName"] is None
    (error,) = answer["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["path"] == ["clusterByName"]
    assert "10.1.2.3" not in str(answer)
    (record,) = caplog.records
    assert error["extensions"]["requestId"] in record.getMessage()
    assert record.exc_info is not None
    assert "10.1.2.3" in str(record.exc_info[1])


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ("{ fleets { id } }", "Cannot query field 'fleets'"),
        ("{ fleet { ", "Syntax Error"),
        ('{ clusters(first: "many") { nodes { id } } }', "Int cannot represent"),
        ("{ clusters(filter: { phases: [ON] }) { nodes { id } } }", "does not exist in 'ClusterPhase' enum"),
        (
            "{ "
            + "node(id: 1) { ... on Cluster { account { clusters { nodes { " * 5
            + "id"
            + " } } } } }" * 5
            + " }",
            "levels of fields",
        ),
        ("{ " + " ".join(f"a{n}: fleet {{ clusterCount }}" for n in range(1000)) + " }", "4000 tokens"),
    ],
)
async def test_what_a_client_got_wrong_is_answered_and_not_logged(
    document: str, part: str, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.send(document)
    assert part in answer["errors"][0]["message"]
    assert "data" not in answer
    assert caplog.records == []


@pytest.mark.parametrize(
    ("document", "accept", "status", "kind"),
    [
        ("{ fleet { clusterCount } }", "application/json", 200, "application/json"),
        ("{ fleet { clusterCount } }", NEWER, 200, NEWER),
        ("{ nothing }", "application/json", 200, "application/json"),
        ("{ nothing }", NEWER, 400, NEWER),
        ("{ accounts(first: 251) { nodes { id } } }", NEWER, 200, NEWER),
    ],
)
async def test_the_answer_is_of_the_media_type_that_was_asked_for(
    document: str, accept: str, status: int, kind: str, client: Client
) -> None:
    response = await client.http.post("/graphql", json={"query": document}, headers={"Accept": accept})
    assert response.status_code == status
    assert response.headers["content-type"] == kind


async def test_a_query_in_the_address_is_executed_also_for_a_browser(client: Client) -> None:
    response = await client.http.get(
        "/graphql", params={"query": "{ fleet { clusterCount } }"}, headers={"Accept": BROWSER}
    )
    assert response.json()["data"] == {"fleet": {"clusterCount": 0}}


async def test_a_browser_gets_the_explorer_and_a_program_does_not(
    reader: WatchedReader, clock: SetClock, tmp_path: Path
) -> None:
    (tmp_path / "explorer").mkdir()
    (tmp_path / "explorer" / "index.html").write_text("<title>Fleetgraph</title>")
    client = Client(reader, clock, pages=BuiltPages(folder=tmp_path))
    page = await client.http.get("/graphql", headers={"Accept": BROWSER})
    assert (page.status_code, page.text) == (200, "<title>Fleetgraph</title>")
    assert (await client.http.get("/graphql", headers={"Accept": "*/*"})).status_code == 400
    assert (await client.http.get("/")).headers["location"] == "/graphql"


async def test_without_an_explorer_a_browser_finds_no_page(client: Client) -> None:
    response = await client.http.get("/graphql", headers={"Accept": BROWSER})
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")


@pytest.mark.parametrize(("status", "code"), [("ok", 200), ("starting", 503)])
async def test_health_is_what_its_owner_says(
    status: str, code: int, reader: WatchedReader, clock: SetClock
) -> None:
    async def health() -> dict[str, str]:
        return {"status": status}

    response = await Client(reader, clock, health=health).http.get("/health")
    assert (response.status_code, response.json()) == (code, {"status": status})


async def test_health_of_a_gateway_that_observes_nothing_is_that_it_answers(client: Client) -> None:
    response = await client.http.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
