"""Global IDs: every object can be had again, and an ID that names nothing harms nobody."""

import json
from base64 import urlsafe_b64encode

import pytest

from infra.store.store import TableStore
from tests.gateway.fleet import MERIDIAN, NORTH, populate
from tests.gateway.world import Client, SetClock

EVERYTHING = """{
    providers { id }
    accounts { nodes { id } }
    clusters { nodes { id nodes { nodes { id } } integration { id } } }
}"""


def forge(parts: object) -> str:
    return urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


async def test_every_object_is_had_again_by_its_id(world: TableStore, client: Client) -> None:
    data = await client.query(EVERYTHING)
    clusters = data["clusters"]["nodes"]
    ids = [
        data["providers"][0]["id"],
        data["accounts"]["nodes"][0]["id"],
        clusters[2]["id"],
        clusters[2]["nodes"]["nodes"][1]["id"],
        clusters[5]["integration"]["id"],
    ]
    found = await client.query("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    assert found["nodes"] == [
        {"__typename": type_, "id": id_}
        for type_, id_ in zip(
            ("Provider", "Account", "Cluster", "ClusterNode", "Integration"), ids, strict=True
        )
    ]
    alone = await client.query("query ($id: ID!) { node(id: $id) { ... on Cluster { name } } }", id=ids[2])
    assert alone == {"node": {"name": "shipments-ledger"}}


async def test_a_tombstone_can_be_had_by_its_id(world: TableStore, client: Client) -> None:
    tombstone = forge(["Cluster", MERIDIAN.id, "id-of-old-ledger"])
    data = await client.query("query ($id: ID!) { cluster(id: $id) { status { phase } } }", id=tombstone)
    assert data["cluster"] == {"status": {"phase": "DELETED"}}


@pytest.mark.parametrize(
    "strange",
    [
        "",
        "x",
        "not base64 at all!",
        "ünïcode",
        forge(["Cluster", MERIDIAN.id, "nowhere"]),
        forge(["Cluster", "nobody", "nowhere"]),
        forge(["Cluster", MERIDIAN.id]),
        forge(["Cluster", 1, 2]),
        forge({"Cluster": MERIDIAN.id}),
        forge(["Submarine", "x"]),
        forge(["Provider", "zeppelin"]),
        forge(["Account", "\ud800"]),
        forge(["Account", MERIDIAN.id]) + "=",
    ],
)
async def test_an_id_that_names_nothing_is_null_beside_its_neighbours(
    strange: str, world: TableStore, client: Client
) -> None:
    known = forge(["Account", MERIDIAN.id])
    data = await client.query(
        "query ($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } node(id: $id) { id } cluster(id: $id) { id } }",
        ids=[known, strange, known],
        id=strange,
    )
    assert data == {"nodes": [{"id": known}, None, {"id": known}], "node": None, "cluster": None}


async def test_a_cluster_is_asked_for_by_the_id_of_a_cluster(world: TableStore, client: Client) -> None:
    data = await client.query(
        "query ($id: ID!) { cluster(id: $id) { id } }", id=forge(["Account", MERIDIAN.id])
    )
    assert data == {"cluster": None}


async def test_more_than_a_hundred_ids_are_refused(client: Client) -> None:
    message = await client.refusal("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 101)
    assert message == "Argument `ids` takes up to 100 IDs, not 101."


async def test_nothing_of_a_forgotten_account_is_shown(
    store: TableStore, client: Client, clock: SetClock
) -> None:
    await populate(store, clock)
    await store.hide(NORTH.id, due_at=clock.now())
    edge = forge(["Cluster", NORTH.id, "id-of-edge"])
    data = await client.query(
        "query ($id: ID!) { cluster(id: $id) { id } integrations { nodes { name } } clusters { nodes { name } } }",
        id=edge,
    )
    assert data["cluster"] is None
    assert data["integrations"]["nodes"] == []
    assert "edge" not in [node["name"] for node in data["clusters"]["nodes"]]
