"""What a query costs the store does not grow with what it finds."""

import json
from collections import Counter

from fleet.model.cluster import Phase
from infra.store.store import TableStore
from tests.gateway.world import (
    ACME,
    MERIDIAN,
    NORTH,
    Client,
    SetClock,
    WatchedReader,
    account,
    cluster,
    integration,
    node,
    observe,
    populate,
    transition,
)

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
    assert many == {"accounts": 2, "accounts_by_id": 1, "clusters_of": 2, "integrations_by_ref": 1}


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


async def test_nothing_that_was_read_is_kept_for_the_next_request(
    world: TableStore, client: Client, reader: WatchedReader
) -> None:
    document = "{ clusters(first: 1) { nodes { account { name } } } }"
    assert await calls(client, reader, document) == await calls(client, reader, document)


async def test_nodes_of_many_clusters_take_one_call_an_account(
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
    assert reader.calls["nodes_of_many"] == 2
    assert reader.calls["nodes_of"] == 0
    assert len(page) == 12
    assert {len(one["nodes"]["nodes"]) for one in page} == {3}
    assert {one["nodes"]["pageInfo"]["hasNextPage"] for one in page} == {True}
    reader.calls.clear()
    assert (await client.query(document, first=1))["clusters"]["nodes"] == page[:1]
    assert (reader.calls["nodes_of_many"], reader.calls["nodes_of"]) == (0, 1)
