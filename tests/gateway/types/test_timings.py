"""What a page shows of time: how long things take, when they end, and whether anything has changed."""

from datetime import timedelta

from fleet.model.account import AccountState
from fleet.model.caller import Caller, Scope
from fleet.model.cluster import Phase
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, NORTH, cluster, observe, observed_at
from tests.gateway.world import NOON, Client, SetClock, WatchedReader

MOVING = """{ clusters { nodes { name eta { kind expectedAt lateAt sampleCount } } } }"""
TIMINGS = "{ providers { kind timings { kind region plan sampleCount p50Seconds p95Seconds } } }"
VERSION = "{ fleet { version } }"


def with_history(**more: object) -> AccountState:
    return observed_at(NOON).model_copy(update={"durations": {"UPDATE\t\t": (60,) * 4 + (120,)}} | more)


async def version(client: Client) -> str:
    found: str = (await client.query(VERSION))["fleet"]["version"]
    return found


async def test_what_is_on_its_way_says_when_it_usually_ends(store: TableStore, client: Client) -> None:
    rows = [cluster(ACME, "moves", Phase.UPDATING), cluster(ACME, "rests")]
    await observe(store, ACME, rows, state=with_history())
    moves, rests = (await client.query(MOVING))["clusters"]["nodes"]
    assert rests == {"name": "rests", "eta": None}
    assert moves["eta"] == {
        "kind": "UPDATE",
        "expectedAt": "2026-04-06T12:01:00Z",
        "lateAt": "2026-04-06T12:02:00Z",
        "sampleCount": 5,
    }


async def test_a_provider_says_how_long_things_take_in_the_visible_accounts(
    store: TableStore, client: Client, reader: WatchedReader, clock: SetClock
) -> None:
    await observe(store, ACME, state=with_history())
    await observe(store, NORTH)
    timings = {one["kind"]: one["timings"] for one in (await client.query(TIMINGS))["providers"]}
    assert {(one["region"], one["plan"]) for one in timings["KUPE"]} == {(None, None), ("", None), ("", "")}
    assert {one["p95Seconds"] for one in timings["KUPE"]} == {120}
    assert timings["NORTHFLANK"] == []
    caller = Caller(id="key k", name="k", scopes=frozenset({Scope.READ}), account_ids=frozenset({NORTH.id}))
    limited = Client(reader, clock, caller=caller)
    assert not any(one["timings"] for one in (await limited.query(TIMINGS))["providers"])


async def test_the_version_differs_once_something_has_changed_and_not_before(
    store: TableStore, client: Client, clock: SetClock, reader: WatchedReader
) -> None:
    await observe(store, ACME, [cluster(ACME, "one")])
    first = await version(client)
    clock.at += timedelta(seconds=60)
    await observe(store, ACME, now=clock.now())
    reader.calls.clear()
    assert await version(client) == first
    assert dict(reader.calls) == {"accounts": 1, "operations": 1}
    await observe(store, ACME, [cluster(ACME, "one", version="2")], now=clock.now())
    assert await version(client) != first


async def test_the_version_of_a_limited_key_moves_with_its_accounts_alone(
    store: TableStore, reader: WatchedReader, clock: SetClock
) -> None:
    await observe(store, ACME)
    await observe(store, NORTH)
    caller = Caller(id="key k", name="k", scopes=frozenset({Scope.READ}), account_ids=frozenset({NORTH.id}))
    limited = Client(reader, clock, caller=caller)
    first = await version(limited)
    await observe(store, ACME, [cluster(ACME, "one")], now=clock.now())
    assert await version(limited) == first
    await observe(store, NORTH, [cluster(NORTH, "two")], now=clock.now())
    assert await version(limited) != first
