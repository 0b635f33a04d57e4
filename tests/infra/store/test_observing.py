"""What an observer may rely on: leases, fences, and changes that land together."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from fleet.model.account import AccountState
from fleet.model.cluster import Phase
from fleet.model.node import Node
from fleet.model.rate_limit import RateFacts, RateLimit, Share
from fleet.model.summary import Summary
from fleet.ports.reader import Ref
from fleet.ports.store import AccountGone, Changes, Lease, NotBegun, RowTooLarge, StaleObserver, Store
from infra.store.store import TableStore
from tests.infra.interposed import InterposedTable
from tests.infra.samples import (
    LEASE_SECONDS,
    NO_KNOWN_LIMIT,
    NOON,
    RATE,
    SetClock,
    begin,
    forget,
    make_account,
    make_cluster,
    make_node,
    make_transition,
    must_begin,
    observe,
)
from tests.infra.traffic import Interrupted, Traffic

ACME = make_account()


async def test_what_was_saved_is_read_back_as_it_was(store: Store, clock: SetClock) -> None:
    cluster, node = make_cluster(ACME, "c1", phase=Phase.UPDATING), make_node(ACME, "c1", "n1")
    await observe(store, ACME, clock.now(), Changes(puts=[cluster, node]))
    assert await store.clusters(ACME.id) == [cluster]
    assert await store.items(ACME.id, Node) == [node]


async def test_what_an_observer_reads_is_never_a_moment_old(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    await store.connect(ACME, due_at=clock.now())
    traffic.clear()
    await store.account(ACME.id)
    await must_begin(store, ACME, clock.now(), rate=RATE)
    await store.clusters(ACME.id)
    await store.items(ACME.id, Node)
    await store.spend("key", RATE, Share.POLLING, 1, clock.now())
    assert traffic.consistent == [True] * 5


async def test_two_observers_cannot_hold_one_lease(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())
    begun = await asyncio.gather(*(begin(store, ACME, clock.now(), rate=RATE) for _ in range(6)))
    assert [type(one) for one in begun].count(Lease) == 1
    assert all("going on" in one.reason for one in begun if isinstance(one, NotBegun))


async def test_a_lease_that_was_given_back_can_be_taken_at_once(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())
    first = await must_begin(store, ACME, clock.now())
    await store.end(first, AccountState(), due_at=clock.now())
    second = await must_begin(store, ACME, clock.now())
    assert second.fence > first.fence


async def test_an_expired_lease_is_taken_over_and_its_holder_is_refused(
    store: Store, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=clock.now())
    late = await must_begin(store, ACME, clock.now())
    clock.advance(LEASE_SECONDS)
    current = await must_begin(store, ACME, clock.now())

    with pytest.raises(StaleObserver):
        await store.save(late, Changes(puts=[make_cluster(ACME, "late")]))
    with pytest.raises(StaleObserver):
        await store.end(late, AccountState(), due_at=None)

    await store.save(current, Changes(puts=[make_cluster(ACME, "current")]))
    await store.end(current, AccountState(summary=Summary(unlimited_count=7)), due_at=clock.now())
    assert [row.item.name for row in await store.clusters(ACME.id)] == ["current"]
    tracked = await store.account(ACME.id)
    assert tracked is not None
    assert tracked.state.summary.unlimited_count == 7


async def test_whoever_is_slow_but_was_not_overtaken_may_still_finish(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())
    lease = await must_begin(store, ACME, clock.now())
    clock.advance(10 * LEASE_SECONDS)
    await store.save(lease, Changes(puts=[make_cluster(ACME, "c1")]))
    await store.end(lease, AccountState(), due_at=None)


async def test_a_stale_message_does_not_begin(store: Store, clock: SetClock, traffic: Traffic) -> None:
    due_at = clock.now()
    await store.connect(ACME, due_at=due_at)
    lease = await must_begin(store, ACME, clock.now(), due_at=due_at)
    await store.end(lease, AccountState(), due_at=due_at + timedelta(minutes=1))

    traffic.clear()
    again = await begin(store, ACME, clock.now(), due_at=due_at)
    assert isinstance(again, NotBegun)
    assert "stale" in again.reason
    assert traffic.writes == []


async def test_a_message_that_goes_stale_while_it_is_read_does_not_begin(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    due_at = clock.now()
    await store.connect(ACME, due_at=due_at)

    async def somebody_else_puts_the_account_off() -> None:
        await store.learn("key", NO_KNOWN_LIMIT, RateFacts(retry_at=due_at + timedelta(seconds=9)), due_at)
        assert isinstance(await begin(store, ACME, due_at, due_at=due_at), NotBegun)

    interposed.meanwhile = somebody_else_puts_the_account_off
    refused = await begin(TableStore(interposed, clock), ACME, due_at, due_at=due_at)
    assert isinstance(refused, NotBegun)
    assert "stale" in refused.reason


async def test_somebody_who_asks_does_not_wait_for_the_schedule(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now() + timedelta(hours=1))
    await must_begin(store, ACME, clock.now(), due_at=None)


@pytest.mark.parametrize("rate", [RATE, NO_KNOWN_LIMIT])
async def test_an_unchanged_account_costs_two_writes_and_one_of_its_budget_where_that_is_counted(
    store: Store, clock: SetClock, traffic: Traffic, rate: RateLimit
) -> None:
    await observe(store, ACME, clock.now(), Changes(puts=[make_cluster(ACME, "c1")]))
    traffic.clear()
    lease = await must_begin(store, ACME, clock.now(), rate=rate)
    assert await store.clusters(ACME.id)
    await store.save(lease, Changes())
    await store.end(lease, AccountState(), due_at=clock.now() + timedelta(minutes=1))
    counted = 0 if rate.requests is None else 1
    assert traffic.writes == ["UpdateItem", *["PutItem"] * counted, "UpdateItem"]
    assert len(traffic.requests) == 4 + counted


async def test_an_observation_of_a_removed_account_is_refused_as_such(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())
    lease = await must_begin(store, ACME, clock.now())
    await forget(store, ACME, clock.now())
    with pytest.raises(AccountGone):
        await store.save(lease, Changes(puts=[make_cluster(ACME, "c1")]))
    with pytest.raises(AccountGone):
        await store.end(lease, AccountState(), due_at=None)
    with pytest.raises(AccountGone):
        await begin(store, ACME, clock.now())


async def test_an_observer_from_an_earlier_life_of_the_account_is_late(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())
    late = await must_begin(store, ACME, clock.now())
    await forget(store, ACME, clock.now())
    clock.advance(1)
    await store.connect(ACME, due_at=clock.now())
    await must_begin(store, ACME, clock.now())
    with pytest.raises(StaleObserver):
        await store.save(late, Changes(puts=[make_cluster(ACME, "c1")]))


async def test_connecting_again_makes_an_observation_with_the_old_token_late(
    store: Store, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=clock.now())
    with_old_token = await must_begin(store, ACME, clock.now())
    await store.connect(ACME.model_copy(update={"token_hint": "new!"}), due_at=clock.now())
    with pytest.raises(StaleObserver):
        await store.end(with_old_token, AccountState(is_token_accepted=False), due_at=None)
    await must_begin(store, ACME, clock.now(), due_at=clock.now())


async def test_a_cluster_and_its_transition_land_together_or_not_at_all(
    store: Store, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=clock.now())
    late = await must_begin(store, ACME, clock.now())
    changes = Changes(puts=[make_cluster(ACME, "c1")], transitions=[make_transition(ACME, "c1")])
    clock.advance(LEASE_SECONDS)
    current = await must_begin(store, ACME, clock.now())

    with pytest.raises(StaleObserver):
        await store.save(late, changes)
    assert await store.clusters(ACME.id) == []
    assert await store.history(Ref(ACME.id, "c1"), before=None, limit=10) == []

    await store.save(current, changes)
    assert await store.clusters(ACME.id) == list(changes.puts)
    assert len(await store.history(Ref(ACME.id, "c1"), before=None, limit=10)) == 1


async def test_many_changes_go_out_in_several_transactions_that_part_no_cluster_from_its_transition(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    """The process ends after the first of them, and the next observation finds what is missing."""
    await store.connect(ACME, due_at=clock.now())
    keys = [f"c{number:02}" for number in range(60)]
    lease = await must_begin(store, ACME, clock.now())
    traffic.allowed["TransactWriteItems"] = 1
    with pytest.raises(Interrupted):
        await store.save(lease, appearance_of(keys))
    saved = [row.item.key for row in await store.clusters(ACME.id)]
    assert saved == keys[:49]  # with a transition each, and the check of the fence, 99 of a hundred actions
    clock.advance(LEASE_SECONDS)
    assert await moved(store, clock) == saved

    del traffic.allowed["TransactWriteItems"]
    await observe(store, ACME, clock.now(), appearance_of(keys[49:]))
    clock.advance(LEASE_SECONDS)
    assert [row.item.key for row in await store.clusters(ACME.id)] == keys
    assert await moved(store, clock) == keys


def appearance_of(keys: Sequence[str]) -> Changes:
    return Changes(
        puts=[make_cluster(ACME, key) for key in keys],
        transitions=[make_transition(ACME, key) for key in keys],
    )


async def moved(store: Store, clock: SetClock) -> list[str]:
    rows, _ = await store.feed(after=None, since=NOON, now=clock.now(), limit=1000)
    return sorted(transition.cluster_key for _, transition in rows)


async def test_large_rows_go_out_in_several_transactions(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    await store.connect(ACME, due_at=clock.now())
    large = [make_cluster(ACME, f"c{number}") for number in range(12)]
    puts = [
        row.model_copy(update={"item": row.item.model_copy(update={"description": "x" * 380_000})})
        for row in large
    ]
    lease = await must_begin(store, ACME, clock.now())
    traffic.clear()
    await store.save(lease, Changes(puts=puts))
    assert traffic.operations == ["TransactWriteItems"] * 2
    assert len(await store.clusters(ACME.id)) == 12


async def test_what_is_larger_than_the_table_can_hold_is_refused_before_anything_is_written(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    await store.connect(ACME, due_at=clock.now())
    row = make_cluster(ACME, "c1")
    huge = row.model_copy(update={"item": row.item.model_copy(update={"description": "x" * 400_000})})
    lease = await must_begin(store, ACME, clock.now())
    traffic.clear()
    with pytest.raises(RowTooLarge, match="c1"):
        await store.save(lease, Changes(puts=[make_cluster(ACME, "c0"), huge]))
    assert traffic.writes == []


async def test_saving_the_same_changes_again_changes_nothing(store: Store, clock: SetClock) -> None:
    """An answer can be lost after the write was done."""
    await store.connect(ACME, due_at=clock.now())
    lease = await must_begin(store, ACME, clock.now())
    gone = make_node(ACME, "c1", "n1")
    changes = Changes(
        puts=[make_cluster(ACME, "c1")], deletes=[gone], transitions=[make_transition(ACME, "c1")]
    )
    await store.save(lease, changes)
    clock.advance(1)
    await store.save(lease, changes)
    assert await store.clusters(ACME.id) == list(changes.puts)
    assert len(await store.history(Ref(ACME.id, "c1"), before=None, limit=10)) == 1
    clock.advance(60)
    assert await moved(store, clock) == ["c1"]


async def test_deleted_rows_are_gone(store: Store, clock: SetClock) -> None:
    cluster, node = make_cluster(ACME, "c1", phase=Phase.FAILED), make_node(ACME, "c1", "n1")
    await observe(store, ACME, clock.now(), Changes(puts=[cluster, node]))
    await observe(store, ACME, clock.now(), Changes(deletes=[cluster, node]))
    assert await store.clusters(ACME.id) == []
    assert await store.items(ACME.id, Node) == []
    assert await store.attention(after=None, limit=10) == []


async def test_tombstones_expire(store: Store, clock: SetClock) -> None:
    ends = clock.now() + timedelta(days=7)
    tombstone = make_cluster(ACME, "c1", phase=Phase.DELETED, expires_at=ends)
    await observe(store, ACME, clock.now(), Changes(puts=[tombstone]))
    ref = Ref(ACME.id, "c1")

    clock.time = ends - timedelta(seconds=1)
    assert await store.clusters(ACME.id) == [tombstone]
    assert await store.clusters_of(ACME.id, after=None, limit=5) == [tombstone]
    assert await store.clusters_by_ref([ref]) == {ref: tombstone}

    clock.time = ends
    assert await store.clusters(ACME.id) == []
    assert await store.clusters_of(ACME.id, after=None, limit=5) == []
    assert await store.clusters_named(ACME.id, "c1") == []
    assert await store.clusters_by_ref([ref]) == {}
