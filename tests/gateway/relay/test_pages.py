"""Pages: cursors hold their place while rows come and go, and what is asked wrongly is told plainly."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from fleet.model import opaque
from fleet.model.cluster import Phase
from gateway.relay.connections import MOST_ITEMS
from infra.store.store import TableStore
from tests.gateway.fleet import (
    ACME,
    EXTERNAL_ID,
    MERIDIAN,
    NORTH,
    cluster,
    node,
    observe,
    populate,
    transition,
)
from tests.gateway.world import Client, SetClock

CLUSTERS = """query ($first: Int! = 2, $after: String, $filter: ClusterFilter) {
    clusters(first: $first, after: $after, filter: $filter) {
        edges { cursor node { name } } nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}"""
CHANGES = """query ($first: Int! = 50, $after: String, $since: DateTime) {
    statusChanges(first: $first, after: $after, since: $since) {
        nodes { clusterName cluster { name } from to afterSeconds } pageInfo { hasNextPage endCursor }
    }
}"""


def names(page: dict[str, Any]) -> list[str]:
    return [node["name"] for node in page["nodes"]]


async def test_pages_together_are_the_listing(world: TableStore, client: Client) -> None:
    whole = names((await client.query(CLUSTERS, first=100))["clusters"])
    read: list[str] = []
    after = None
    while True:
        page = (await client.query(CLUSTERS, after=after))["clusters"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        read += names(page)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert read == whole
    assert len(whole) == 9


async def test_rows_that_come_and_go_between_pages_make_no_other_repeat_or_go_missing(
    store: TableStore, client: Client
) -> None:
    rows = {name: cluster(ACME, name) for name in "bdfhj"}
    await observe(store, ACME, rows.values())
    first = (await client.query(CLUSTERS))["clusters"]
    await observe(
        store, ACME, [cluster(ACME, "a"), cluster(ACME, "g")], deletes=[rows["b"], rows["d"], rows["h"]]
    )
    second = (await client.query(CLUSTERS, first=100, after=first["pageInfo"]["endCursor"]))["clusters"]
    assert names(first) == ["b", "d"]
    assert names(second) == ["f", "g", "j"]


async def test_a_cursor_of_a_row_holds_its_place_across_accounts(world: TableStore, client: Client) -> None:
    page = (await client.query(CLUSTERS, first=4))["clusters"]
    assert page["edges"][-1]["node"]["name"] == "production"
    rest = (await client.query(CLUSTERS, first=2, after=page["edges"][2]["cursor"]))["clusters"]
    assert names(rest) == ["production", "staging"]


async def test_a_filter_that_finds_little_answers_short_and_says_where_to_go_on(
    store: TableStore, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.reading.pages.EXAMINED_ROWS", 12)
    await observe(store, ACME, [cluster(ACME, f"c{number:02}") for number in range(30)])
    found: list[str] = []
    pages = 0
    after = None
    while True:
        page = (await client.query(CLUSTERS, after=after, filter={"nameContains": "c29"}))["clusters"]
        found += names(page)
        pages += 1
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == ["c29"]
    assert pages > 2


@pytest.mark.parametrize("first", [-1, MOST_ITEMS + 1, 2**31 - 1])
@pytest.mark.parametrize(
    "field",
    [
        "clusters(first: $first)",
        "accounts(first: $first)",
        "integrations(first: $first)",
        "statusChanges(first: $first)",
    ],
)
async def test_a_page_has_a_bound(field: str, first: int, client: Client) -> None:
    document = f"query ($first: Int!) {{ {field} {{ pageInfo {{ endCursor }} }} }}"
    assert (
        await client.refusal(document, first=first)
        == f"Argument `first` is from 0 to {MOST_ITEMS}, not {first}."
    )


OWNER = opaque.write(["Account", MERIDIAN.id])
LEDGER = opaque.write(["Cluster", MERIDIAN.id, EXTERNAL_ID])
NOTHING: Mapping[str, Any] = {"edges": [], "nodes": []}


@pytest.mark.parametrize(
    "field",
    [
        "clusters",
        "accounts",
        "integrations",
        "statusChanges",
        f'cluster(id: "{LEDGER}") {{ nodes',
        f'cluster(id: "{LEDGER}") {{ statusHistory',
        f'node(id: "{OWNER}") {{ ... on Account {{ regions',
        "fleet { coverage { missing",
    ],
)
async def test_a_page_of_none_says_whether_there_are_any(
    field: str, world: TableStore, client: Client
) -> None:
    async def ask(after: str | None, first: int) -> Any:
        page = "edges { cursor } nodes { __typename } pageInfo { hasNextPage startCursor endCursor }"
        close = "}" * field.count("{")
        listing = f"{field}(first: $first, after: $after) {{ {page} }} {close}"
        document = f"query ($after: String, $first: Int!) {{ {listing} }}"
        found = await client.query(document, after=after, first=first)
        while "pageInfo" not in found:
            (found,) = found.values()
        return found

    at_first = await ask(None, 0)
    assert at_first == {
        **NOTHING,
        "pageInfo": {"hasNextPage": True, "startCursor": None, "endCursor": None},
    }
    end = (await ask(None, 100))["pageInfo"]["endCursor"]
    at_last = await ask(end, 0)
    assert at_last == {
        **NOTHING,
        "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": end},
    }


@pytest.mark.parametrize("field", ["nodes", "statusHistory"])
async def test_arguments_are_checked_beside_what_is_null_or_empty(
    field: str, world: TableStore, client: Client
) -> None:
    document = f"""{{ clusters(filter: {{ providers: [KUPE], phases: [READY] }}) {{ nodes {{
        {field}(first: -1) {{ pageInfo {{ endCursor }} }}
    }} }} }}"""
    assert await client.refusal(document) == f"Argument `first` is from 0 to {MOST_ITEMS}, not -1."


@pytest.mark.parametrize("cursor", ["", "x", "!", "WyJjbHVzdGVycyJd"])
async def test_what_is_no_cursor_is_refused(cursor: str, client: Client) -> None:
    assert await client.refusal(CLUSTERS, after=cursor) == "Argument `after` is not a cursor of this listing."


@pytest.mark.parametrize("order", ["x", "2026-99-99"])
async def test_a_forged_cursor_is_refused_where_only_the_store_can_tell(
    order: str, world: TableStore, client: Client
) -> None:
    message = await client.refusal(CHANGES, after=opaque.write(["statusChanges", order]))
    assert message == "Argument `after` is not a cursor of this listing."


async def test_a_cursor_is_good_for_its_own_listing_alone(world: TableStore, client: Client) -> None:
    page = (await client.query(CLUSTERS))["clusters"]
    document = "query ($after: String) { integrations(after: $after) { nodes { name } } }"
    message = await client.refusal(document, after=page["pageInfo"]["endCursor"])
    assert message == "Argument `after` is not a cursor of this listing."
    first = await client.query("{ accounts { nodes { clusters(first: 1) { pageInfo { endCursor } } } } }")
    elsewhere = first["accounts"]["nodes"][0]["clusters"]["pageInfo"]["endCursor"]
    document = """query ($after: String) { accounts(provider: KUPE) { nodes {
        clusters(after: $after) { nodes { name } }
    } } }"""
    assert (
        await client.refusal(document, after=elsewhere) == "Argument `after` is not a cursor of this listing."
    )


async def test_machines_and_accounts_are_paged_too(world: TableStore, client: Client) -> None:
    document = """query ($after: String, $more: String) {
        accounts(first: 2, after: $more) { nodes { name } pageInfo { hasNextPage endCursor } }
        clusters(filter: { nameContains: "shipments" }) {
            nodes { nodes(first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }
        }
    }"""
    data = await client.query(document)
    machines = data["clusters"]["nodes"][0]["nodes"]
    assert (names(machines), names(data["accounts"])) == (["node-0", "node-1"], ["Meridian Freight", "acme"])
    more = data["accounts"]["pageInfo"]["endCursor"]
    data = await client.query(document, after=machines["pageInfo"]["endCursor"], more=more)
    machines = data["clusters"]["nodes"][0]["nodes"]
    assert (names(machines), machines["pageInfo"]["hasNextPage"]) == (["node-2"], False)
    assert names(data["accounts"]) == ["north", "quay"]


async def test_history_is_newest_first_and_can_be_paged(world: TableStore, client: Client) -> None:
    document = """query ($after: String) { clusters(filter: { nameContains: "shipments" }) { nodes {
        statusHistory(first: 1, after: $after) {
            nodes { from to providerPhase observedAt afterSeconds } pageInfo { hasNextPage endCursor }
        }
    } } }"""
    newest = (await client.query(document))["clusters"]["nodes"][0]["statusHistory"]
    assert newest["nodes"] == [
        {
            "from": "PROVISIONING",
            "to": "READY",
            "providerPhase": "READY-there",
            "observedAt": "2026-04-06T12:00:01Z",
            "afterSeconds": 90,
        }
    ]
    after = newest["pageInfo"]["endCursor"]
    oldest = (await client.query(document, after=after))["clusters"]["nodes"][0]["statusHistory"]
    assert [change["from"] for change in oldest["nodes"]] == [None]
    assert newest["pageInfo"]["hasNextPage"]
    assert not oldest["pageInfo"]["hasNextPage"]


async def test_whoever_follows_along_sees_every_change_once(
    store: TableStore, client: Client, clock: SetClock
) -> None:
    await populate(store, clock)
    first = (await client.query(CHANGES, first=1))["statusChanges"]
    assert first["pageInfo"]["hasNextPage"]
    second = (await client.query(CHANGES, after=first["pageInfo"]["endCursor"]))["statusChanges"]
    assert [change["to"] for change in first["nodes"] + second["nodes"]] == ["PROVISIONING", "READY"]
    assert not second["pageInfo"]["hasNextPage"]

    quiet = (await client.query(CHANGES, after=second["pageInfo"]["endCursor"]))["statusChanges"]
    assert quiet["nodes"] == []
    edge = cluster(NORTH, "edge", Phase.UPDATING)
    await observe(store, NORTH, [edge], transitions=[transition(edge, Phase.READY, Phase.UPDATING, clock.at)])
    clock.at += timedelta(minutes=1)
    later = (await client.query(CHANGES, after=quiet["pageInfo"]["endCursor"]))["statusChanges"]
    assert [(change["clusterName"], change["from"], change["to"]) for change in later["nodes"]] == [
        ("edge", "READY", "UPDATING")
    ]


async def test_changes_outlive_what_changed(store: TableStore, client: Client, clock: SetClock) -> None:
    await populate(store, clock)
    ledger = cluster(MERIDIAN, "shipments-ledger", external_id="14e8c578-776a-4849-95e1-8f8506549d1b")
    await observe(store, MERIDIAN, deletes=[ledger, node(ledger, "node-0")])
    changes = (await client.query(CHANGES))["statusChanges"]["nodes"]
    assert [(change["clusterName"], change["cluster"]) for change in changes] == [
        ("shipments-ledger", None)
    ] * 2


@pytest.mark.parametrize(
    "since",
    [
        pytest.param("2026-04-06T12:00:00", id="without an offset"),
        pytest.param("0001-01-01T00:00:00+14:00", id="before all time"),
        pytest.param("9999-12-31T23:59:59-00:01", id="after all time"),
    ],
)
async def test_what_is_no_instant_is_refused(since: str, client: Client) -> None:
    message = await client.refusal(CHANGES, since=since)
    assert "DateTime is RFC 3339 with an offset" in message
