"""The feed of what happened, as a page and a follower read it."""

from datetime import timedelta
from typing import Any

from fleet.model import opaque
from fleet.model.caller import Caller, Scope
from fleet.model.cluster import Phase
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, MERIDIAN, NORTH, cluster, observe, populate, transition
from tests.gateway.world import Client, SetClock, WatchedReader

ACTIVITY = """query ($first: Int! = 50, $after: String, $order: EventOrder! = OLDEST_FIRST, $filter: EventFilter) {
  activity(first: $first, after: $after, order: $order, filter: $filter) {
    nodes { id kind clusterName from to provider { name } account { name } cluster { name } }
    pageInfo { hasNextPage startCursor endCursor } } }"""


async def read(client: Client, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.query(ACTIVITY, **asked))["activity"]
    return found


async def test_the_newest_comes_first_unless_the_oldest_is_asked_for(
    world: TableStore, client: Client
) -> None:
    newest = (await read(client, order="NEWEST_FIRST"))["nodes"]
    assert [(one["from"], one["to"]) for one in newest] == [("PROVISIONING", "READY"), (None, "PROVISIONING")]
    assert (await read(client))["nodes"] == newest[::-1]
    assert newest[0]["cluster"] == {"name": "shipments-ledger"}
    assert newest[0]["account"] == {"name": "Meridian Freight"}


async def test_a_follower_goes_on_where_the_first_page_began(
    store: TableStore, client: Client, clock: SetClock
) -> None:
    await populate(store, clock)
    page = await read(client, order="NEWEST_FIRST", first=1)
    after = page["pageInfo"]["startCursor"]
    assert (await read(client, after=after))["nodes"] == []
    for turn in range(3):
        clock.at += timedelta(seconds=30)
        row = cluster(ACME, f"new-{turn}")
        moved = transition(row, None, Phase.READY, clock.now())
        await observe(store, ACME, [row], transitions=[moved], now=clock.now())
        clock.at += timedelta(seconds=10)
        page = await read(client, after=after, filter={"kinds": ["PHASE_CHANGED"]})
        assert [one["clusterName"] for one in page["nodes"]] == [f"new-{turn}"]
        after = page["pageInfo"]["endCursor"]


async def test_following_costs_one_read_and_few_credits(
    world: TableStore, client: Client, reader: WatchedReader
) -> None:
    after = (await read(client, order="NEWEST_FIRST", first=1))["pageInfo"]["startCursor"]
    reader.calls.clear()
    document = """query ($after: String) { activity(first: 20, after: $after, order: OLDEST_FIRST) {
      nodes { id kind occurredAt clusterName accountName from to message } pageInfo { hasNextPage endCursor } } }"""
    answer = await client.send(document, after=after)
    assert dict(reader.calls) == {"activity": 1}
    assert answer["extensions"]["rateLimit"]["cost"] <= 20


async def test_events_are_narrowed_by_kind_account_and_cluster(world: TableStore, client: Client) -> None:
    async def count(**wanted: Any) -> int:
        return len((await read(client, filter=wanted))["nodes"])

    assert await count(kinds=["PHASE_CHANGED"]) == 2
    assert await count(kinds=["OPERATION_BEGUN"]) == 0
    assert await count(accountIds=[opaque.write(["Account", MERIDIAN.id])]) == 2
    assert await count(accountIds=[opaque.write(["Account", ACME.id])]) == 0
    assert await count(clusterId="nothing") == 0


async def test_a_limited_key_sees_the_activity_of_its_accounts_alone(
    store: TableStore, reader: WatchedReader, clock: SetClock
) -> None:
    await populate(store, clock)
    caller = Caller(
        id="key k1", name="page", scopes=frozenset({Scope.READ}), account_ids=frozenset({NORTH.id})
    )
    limited = Client(reader, clock, caller=caller)
    assert await read(limited) == {
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None},
    }
    row = cluster(NORTH, "edge", Phase.FAILED)
    clock.at += timedelta(seconds=60)
    moved = transition(row, Phase.READY, Phase.FAILED, clock.now())
    await observe(store, NORTH, [row], transitions=[moved], now=clock.now())
    clock.at += timedelta(seconds=10)
    assert [one["clusterName"] for one in (await read(limited))["nodes"]] == ["edge"]


async def test_a_cursor_that_is_none_is_refused(world: TableStore, client: Client) -> None:
    made_up = opaque.write(["activity", "yesterday"])
    for order in ("OLDEST_FIRST", "NEWEST_FIRST"):
        assert "not a cursor" in await client.refusal(ACTIVITY, after=made_up, order=order)


async def test_the_ledger_of_an_account_is_listed_and_of_no_account_there_is_none(
    world: TableStore, client: Client
) -> None:
    document = (
        """query ($id: ID!) { observations(accountId: $id) { nodes { changedCount failure quietBefore } } }"""
    )
    found = await client.query(document, id=opaque.write(["Account", ACME.id]))
    assert found["observations"]["nodes"] == [{"changedCount": 1, "failure": None, "quietBefore": 0}]
    assert (await client.query(document, id="nobody"))["observations"] is None
