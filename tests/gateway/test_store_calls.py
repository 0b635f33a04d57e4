"""What a query costs the store does not grow with what it finds."""

import json
from collections import Counter
from datetime import timedelta

from fleet.model.cluster import Phase
from infra.store.store import TableStore
from tests.gateway.fleet import (
    ACME,
    MERIDIAN,
    NORTH,
    account,
    cluster,
    integration,
    node,
    observe,
    populate,
    transition,
)
from tests.gateway.world import NOON, Client, SetClock, WatchedReader

PAGE = """{ clusters(first: 100) { nodes {
    name
    provider { name capabilities { capability } }
    account { name provider { name } }
    integration { name account { name } }
    freshness { state }
    status { phase }
} coverage { missingCount } } fleet { clusterCount coverage { accountCount } } }"""


async def calls(client: Client, reader: WatchedReader, document: str) -> Counter[str]:
    reader.calls.clear()
    await client.query(document)
    return reader.calls.copy()


async def test_a_page_of_clusters_takes_as_many_calls_for_four_as_for_forty(
    store: TableStore, client: Client, reader: WatchedReader
) -> None:
    for owner in (ACME, NORTH):
        await observe(
            store,
            owner,
            [integration(owner, "aws"), *(cluster(owner, name) for name in ("a", "b"))],
        )
    few = await calls(client, reader, PAGE)
    for owner in (ACME, NORTH):
        rows = [cluster(owner, f"c{number}", integration_external_id="aws") for number in range(18)]
        await observe(store, owner, rows)
    many = await calls(client, reader, PAGE)
    assert many - few == Counter({"integrations_by_ref": 1})
    assert many == {"accounts": 1, "all_clusters": 1, "integrations_by_ref": 1}


async def test_the_listings_of_a_request_read_its_accounts_together(
    world: TableStore, client: Client, reader: WatchedReader
) -> None:
    document = """{
      kupe: clusters(filter: { providers: [KUPE] }, first: 250) { nodes { name } }
      northflank: clusters(filter: { providers: [NORTHFLANK] }) { nodes { name } }
      newest: clusters(orderBy: [{ field: CREATED_AT, direction: DESC }]) { nodes { name } }
      integrations { nodes { name } }
      fleet { clusterCount }
    }"""
    assert (await calls(client, reader, document))["accounts"] == 1


async def test_coverage_costs_nothing_unless_it_is_asked_for(
    world: TableStore, client: Client, reader: WatchedReader
) -> None:
    names = "{ clusters(filter: { needsAttention: true }) { nodes { name } } }"
    assert await calls(client, reader, names) == {"attention": 1, "accounts_by_id": 1}
    covered = names.replace("nodes { name }", "nodes { name } coverage { isComplete }")
    assert await calls(client, reader, covered) == {"attention": 1, "accounts_by_id": 1, "accounts": 1}


async def test_the_fleet_in_numbers_reads_hundreds_of_accounts_in_one_call(
    store: TableStore, client: Client, reader: WatchedReader, clock: SetClock
) -> None:
    for number in range(210):
        await store.connect(account("northflank", f"a{number}"), due_at=clock.at)
    reader.calls.clear()
    answer = await client.query("{ fleet { clusterCount coverage { accountCount } } }")
    assert answer["fleet"]["coverage"]["accountCount"] == 210
    assert reader.calls == {"accounts": 1}


async def test_a_feed_reads_its_clusters_in_one_call(
    store: TableStore, client: Client, reader: WatchedReader, clock: SetClock
) -> None:
    await populate(store, clock)
    rows = [cluster(NORTH, name, Phase.UPDATING) for name in ("edge", "lab", "new")]
    changes = [transition(row, Phase.READY, Phase.UPDATING, clock.at) for row in rows]
    await observe(store, NORTH, rows, transitions=changes)
    await clock.sleep(60)
    document = "{ statusChanges { nodes { cluster { name account { name } freshness { state } } } } }"
    assert await calls(client, reader, document) == {"feed": 1, "clusters_by_ref": 1, "accounts_by_id": 1}


async def test_a_hundred_ids_are_read_a_kind_at_a_time(
    world: TableStore, client: Client, reader: WatchedReader
) -> None:
    data = await client.query("{ clusters { nodes { id } } accounts { nodes { id } } }")
    ids = [node["id"] for listing in data.values() for node in listing["nodes"]]
    document = f"{{ nodes(ids: {json.dumps(ids)}) {{ id }} }}"
    assert await calls(client, reader, document) == {"clusters_by_ref": 1, "accounts_by_id": 1}


async def test_what_has_not_changed_is_not_read_again_and_what_has_is(
    store: TableStore, client: Client, reader: WatchedReader
) -> None:
    document = """{ clusters(first: 100) { nodes {
        name account { name } integration { name } nodes(first: 3) { nodes { name } }
    } } }"""
    owners = (NORTH, account("northflank", "south"))
    for owner in owners:
        row = cluster(owner, "a", integration_external_id="aws")
        await observe(store, owner, [integration(owner, "aws"), row, node(row, "n1")])
    first = await client.query(document)
    assert await calls(client, reader, document) == {"accounts": 1}
    assert await client.query(document) == first
    changed = cluster(NORTH, "b", integration_external_id="aws")
    await observe(store, NORTH, [changed, node(changed, "n2")])
    assert await calls(client, reader, document) == {
        "accounts": 1,
        "all_clusters": 1,
        "first_nodes": 1,
        "integrations_by_ref": 1,
    }
    names = [one["name"] for one in (await client.query(document))["clusters"]["nodes"]]
    assert names == ["a", "b", "a"]


async def test_an_observation_that_shows_nothing_new_leaves_what_is_kept(
    store: TableStore, client: Client, reader: WatchedReader
) -> None:
    await observe(store, NORTH, [cluster(NORTH, "a")])
    document = "{ clusters { nodes { name freshness { observedAt } } } }"
    before = await client.query(document)
    await observe(store, NORTH, now=NOON + timedelta(minutes=1))
    assert await calls(client, reader, document) == {"accounts": 1}
    assert await client.query(document) != before, (
        "how fresh it is is told by the account, which is read each time"
    )


async def test_a_tombstone_that_has_expired_is_not_shown_from_memory(
    store: TableStore, client: Client, clock: SetClock
) -> None:
    gone = cluster(NORTH, "gone", Phase.DELETED, expires_at=NOON + timedelta(days=7))
    await observe(store, NORTH, [gone, cluster(NORTH, "here")])
    document = "{ clusters(filter: { includeInactive: true }) { totalCount nodes { name } } }"
    assert (await client.query(document))["clusters"]["totalCount"] == 2
    clock.at = NOON + timedelta(days=8)
    shown = (await client.query(document))["clusters"]
    assert (shown["totalCount"], [one["name"] for one in shown["nodes"]]) == (1, ["here"])


async def test_nodes_of_many_clusters_take_one_call(
    store: TableStore, client: Client, reader: WatchedReader
) -> None:
    for owner in (account("cockroachdb", "Meridian Rail"), MERIDIAN):
        rows = [cluster(owner, f"c{number}") for number in range(6)]
        await observe(
            store, owner, [*rows, *(node(row, f"n{number}") for row in rows for number in range(4))]
        )
    document = """query ($first: Int!) { clusters(first: $first) { nodes { name
        nodes(first: 3) { nodes { name } pageInfo { hasNextPage endCursor } } } } }"""
    reader.calls.clear()
    page = (await client.query(document, first=100))["clusters"]["nodes"]
    assert reader.calls["first_nodes"] == 1
    assert reader.calls["nodes_of"] == 0
    assert len(page) == 12
    assert {len(one["nodes"]["nodes"]) for one in page} == {3}
    assert {one["nodes"]["pageInfo"]["hasNextPage"] for one in page} == {True}


async def test_nodes_of_one_cluster_are_read_alone(
    store: TableStore, client: Client, reader: WatchedReader
) -> None:
    rows = [cluster(MERIDIAN, f"c{number}") for number in range(6)]
    await observe(store, MERIDIAN, [*rows, *(node(row, "n1") for row in rows)])
    reader.calls.clear()
    await client.query("{ clusters(first: 1) { nodes { nodes(first: 3) { nodes { name } } } } }")
    assert (reader.calls["first_nodes"], reader.calls["nodes_of"]) == (0, 1)


async def test_the_version_of_a_fleet_takes_two_reads_however_large_it_is(
    store: TableStore, client: Client, reader: WatchedReader, clock: SetClock
) -> None:
    """Of the accounts, and of the newest operations, whose progress no account tells."""
    for number in range(210):
        await store.connect(account("northflank", f"a{number}"), due_at=clock.at)
    assert await calls(client, reader, "{ fleet { version } }") == {"accounts": 1, "operations": 1}
