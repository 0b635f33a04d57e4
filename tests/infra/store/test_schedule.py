"""What the planner and the owner of an account may rely on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fleet.model.account import AccountState
from fleet.model.cluster import Phase
from fleet.model.rate_limit import RateFacts, Share
from fleet.model.summary import Summary
from fleet.ports.reader import Ref
from fleet.ports.schedule import DueAccount, OutdatedSchedule, ShardState
from fleet.ports.store import AccountGone, Changes, NotBegun, Store
from infra.store.due_rows import DUE_SHARDS
from infra.store.names import stamp
from infra.store.store import TableStore
from infra.store.writes import put
from tests.infra.interposed import InterposedTable
from tests.infra.samples import (
    LEASE_SECONDS,
    NO_KNOWN_LIMIT,
    RATE,
    SetClock,
    begin,
    forget,
    make_account,
    make_cluster,
    make_integration,
    make_node,
    make_transition,
    must_begin,
    observe,
)
from tests.infra.traffic import Interrupted, Traffic
from tests.tables import Opened

ACME = make_account()
MINUTE = timedelta(minutes=1)


async def due_names(store: Store, clock: SetClock, limit: int = 10) -> list[str]:
    """Those that are due and seen, by name."""
    ids = [account_id for account_id, _ in await store.due(clock.now(), limit)]
    known = await store.accounts_by_id(ids)
    return [known[account_id].account.name for account_id in ids if account_id in known]


async def test_accounts_are_due_at_their_time_the_longest_due_first(store: Store, clock: SetClock) -> None:
    start = clock.now()
    for name, minutes in {"b": 2, "c": 1, "a": 3}.items():
        await store.connect(make_account(name), due_at=start + minutes * MINUTE)
    assert await due_names(store, clock) == []
    clock.time = start + 2 * MINUTE
    assert await due_names(store, clock) == ["c", "b"]
    clock.time = start + 9 * MINUTE
    assert await due_names(store, clock, limit=2) == ["c", "b"]


async def test_what_is_under_way_takes_no_place_from_what_is_due(store: Store, clock: SetClock) -> None:
    under_way = {make_account(f"under way {number}").id for number in range(5)}
    for number in range(5):
        await store.connect(make_account(f"under way {number}"), due_at=clock.now())
    clock.advance(1)
    await store.connect(make_account("waiting"), due_at=clock.now())
    ids = [account_id for account_id, _ in await store.due(clock.now(), 1, but=frozenset(under_way))]
    assert ids == [make_account("waiting").id]


async def test_an_account_whose_observer_died_is_due_as_before(store: Store, clock: SetClock) -> None:
    due_at = clock.now()
    await store.connect(ACME, due_at=due_at)
    await must_begin(store, ACME, clock.now(), due_at=due_at)
    clock.advance(max(LEASE_SECONDS, 121))
    assert await due_names(store, clock) == ["acme"]
    await must_begin(store, ACME, clock.now(), due_at=due_at)


async def test_a_message_for_what_is_due_sooner_does_the_work_and_one_for_what_is_due_later_is_stale(
    store: Store, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=clock.now())
    lease = await must_begin(store, ACME, clock.now(), due_at=clock.now() + MINUTE)
    await store.end(lease, AccountState(), due_at=clock.now() + 2 * MINUTE)
    refused = await begin(store, ACME, clock.now(), due_at=clock.now() + MINUTE)
    assert isinstance(refused, NotBegun)
    assert "stale" in refused.reason


async def test_the_planner_reads_when_an_account_is_due_when_it_needs_a_message_and_since_when(
    store: Store, clock: SetClock
) -> None:
    began = clock.now()
    await store.connect(ACME, due_at=began)
    lease = await must_begin(store, ACME, began)
    clock.advance(1)
    await store.end(
        lease, AccountState(), due_at=began + MINUTE, planned=lambda due_at, now: due_at + 3 * MINUTE
    )
    tracked = await store.account(ACME.id)
    assert tracked is not None
    assert tracked.due_at == began + MINUTE
    assert await store.due(began + 3 * MINUTE, 9) == []
    assert await store.due(began + 4 * MINUTE, 9) == [(ACME.id, began + MINUTE)]
    pages = await store.due_pages(dict.fromkeys(range(DUE_SHARDS)), began + 4 * MINUTE, 9)
    assert [one for page, _ in pages.values() for one in page] == [
        DueAccount(
            account_id=ACME.id,
            due_at=began + MINUTE,
            planned_at=began + 4 * MINUTE,
            written_at=began + timedelta(seconds=1),
        )
    ]


async def test_shards_are_paged_to_their_ends_and_miss_nobody(store: Store, clock: SetClock) -> None:
    accounts = [make_account(f"a{number}") for number in range(40)]
    for number, account in enumerate(accounts):
        await store.connect(account, due_at=clock.now() + (number % 3) * MINUTE)
    state = await store.schedule_state()
    places: dict[int, str | None] = dict.fromkeys(state.shards)
    found: list[str] = []
    while places:
        pages = await store.due_pages(places, clock.now() + MINUTE, 2)
        for page, _ in pages.values():
            assert [one.planned_at for one in page] == sorted(one.planned_at for one in page)
            found += [one.account_id for one in page]
        places = {shard: place for shard, (_, place) in pages.items() if place is not None}
    assert sorted(found) == sorted(one.id for number, one in enumerate(accounts) if number % 3 < 2)


async def test_how_far_a_plan_came_is_kept_by_one_plan_at_a_time(store: Store, clock: SetClock) -> None:
    state = await store.schedule_state()
    assert state.of(0) == ShardState()
    done = ShardState(until=clock.now() + MINUTE, looked_at=clock.now())
    kept = await store.keep_schedule(replace(state, shards={**state.shards, 3: done}))
    assert await store.schedule_state() == kept
    assert (kept.of(3), kept.of(2)) == (done, ShardState())
    with pytest.raises(OutdatedSchedule):
        await store.keep_schedule(state)
    await store.keep_schedule(kept)


async def test_where_version_0_1_kept_an_account_it_is_found(
    store: Store, clock: SetClock, opened: Opened
) -> None:
    """Queued or not: its row says when it is due."""
    await store.connect(ACME, due_at=clock.now())
    (row,) = (row for row in opened.rows() if row["sk"] == "account")
    old = {name: value for name, value in row.items() if not name.startswith("due_")}
    at = stamp(clock.now())
    await opened.table.write(put({**old, "due_at": at, "due_pk": "due", "due_sk": at, "state": "{}"}))
    assert await store.due(clock.now(), 9) == [(ACME.id, clock.now())]
    tracked = await store.account(ACME.id)
    assert tracked is not None
    assert tracked.due_at == clock.now()
    lease = await must_begin(store, ACME, clock.now(), due_at=clock.now())
    await store.end(lease, AccountState(changes=3), due_at=clock.now() + MINUTE)
    after = await store.account(ACME.id)
    assert after is not None
    assert (after.state.changes, after.due_at) == (3, clock.now() + MINUTE)
    (row,) = (row for row in opened.rows() if row["sk"] == "account")
    assert row.keys().isdisjoint({"due_at", "state", "queued_until"})


async def test_the_end_of_an_observation_sets_the_next_time_or_none(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())
    lease = await must_begin(store, ACME, clock.now())
    await store.end(lease, AccountState(), due_at=clock.now() + MINUTE)
    assert await due_names(store, clock) == []
    clock.advance(60)
    assert await due_names(store, clock) == ["acme"]

    lease = await must_begin(store, ACME, clock.now())
    await store.end(lease, AccountState(is_token_accepted=False), due_at=None)
    clock.advance(1_000_000)
    assert await due_names(store, clock) == []
    tracked = await store.account(ACME.id)
    assert tracked is not None
    assert tracked.due_at is None


async def test_an_account_without_budget_is_put_off_in_one_write(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    due_at, retry_at = clock.now(), clock.now() + 3 * MINUTE
    await store.connect(ACME, due_at=due_at)
    await store.learn(ACME.budget_key, NO_KNOWN_LIMIT, RateFacts(retry_at=retry_at), clock.now())
    traffic.clear()
    refused = await begin(store, ACME, clock.now(), due_at=due_at)
    assert isinstance(refused, NotBegun)
    assert refused.retry_at == retry_at
    assert traffic.writes == ["UpdateItem"]

    clock.time = retry_at
    assert await due_names(store, clock) == ["acme"]
    await must_begin(store, ACME, clock.now(), due_at=retry_at)


async def test_a_person_who_used_up_their_share_does_not_put_the_schedule_off(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    await store.connect(ACME, due_at=clock.now())
    await store.spend(ACME.budget_key, RATE, Share.INTERACTIVE, 2, clock.now())
    traffic.clear()
    refused = await begin(store, ACME, clock.now(), rate=RATE, share=Share.INTERACTIVE)
    assert isinstance(refused, NotBegun)
    assert refused.retry_at is not None
    assert traffic.writes == []
    assert await due_names(store, clock) == ["acme"]


async def test_an_account_connected_again_keeps_what_was_observed_and_is_due(
    store: Store, clock: SetClock
) -> None:
    cluster = make_cluster(ACME, "c1")
    await observe(store, ACME, clock.now(), Changes(puts=[cluster]))
    lease = await must_begin(store, ACME, clock.now())
    await store.end(lease, AccountState(summary=Summary(unlimited_count=9)), due_at=None)
    clock.advance(60)
    changed = ACME.model_copy(update={"token_hint": "new!"})
    await store.connect(changed, due_at=clock.now())

    tracked = await store.account(ACME.id)
    assert tracked is not None
    assert tracked.account == changed
    assert tracked.state.summary.unlimited_count == 9
    assert tracked.due_at == clock.now()
    assert await store.clusters(ACME.id) == [cluster]
    assert await due_names(store, clock) == ["acme"]


async def fill(store: Store, clock: SetClock) -> None:
    """An account with something of everything."""
    await observe(
        store,
        ACME,
        clock.now(),
        Changes(
            puts=[
                *(make_cluster(ACME, f"c{number:02}", phase=Phase.FAILED) for number in range(30)),
                make_node(ACME, "c1", "n1"),
                make_integration(ACME, "i1", name="aws"),
            ],
            transitions=[make_transition(ACME, "c1")],
        ),
    )


async def test_removal_leaves_nothing(store: Store, clock: SetClock, opened: Opened) -> None:
    await fill(store, clock)
    await forget(store, ACME, clock.now())
    assert opened.rows() == []
    assert await store.account(ACME.id) is None
    assert await store.accounts(after=None, limit=5) == []
    assert await store.attention(after=None, limit=5) == []
    await forget(store, ACME, clock.now())
    assert opened.rows() == []


async def test_a_budget_outlives_an_account_because_another_may_send_under_the_same_key(
    store: Store, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=clock.now())
    await must_begin(store, ACME, clock.now(), rate=RATE, requests=8)
    await forget(store, ACME, clock.now())
    grant = await store.spend(ACME.budget_key, RATE, Share.POLLING, 1, clock.now())
    assert grant.granted == 0


@pytest.mark.parametrize("batches", [0, 1])
async def test_a_removal_that_was_interrupted_goes_on(
    store: Store, clock: SetClock, opened: Opened, traffic: Traffic, batches: int
) -> None:
    await fill(store, clock)
    lease = await must_begin(store, ACME, clock.now())
    traffic.allowed["BatchWriteItem"] = batches
    with pytest.raises(Interrupted):
        await forget(store, ACME, clock.now())
    with pytest.raises(AccountGone):
        await store.save(lease, Changes(puts=[make_cluster(ACME, "late")]))
    assert await store.account(ACME.id) is None
    assert await store.accounts(after=None, limit=5) == []
    assert await store.accounts_by_id([ACME.id]) == {}
    assert await store.due(clock.now(), 10) == [(ACME.id, clock.now())], "somebody comes to go on"

    del traffic.allowed["BatchWriteItem"]
    await forget(store, ACME, clock.now())
    assert opened.rows() == []


async def test_an_account_connected_after_an_interrupted_removal_starts_anew(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    await fill(store, clock)
    traffic.allowed["BatchWriteItem"] = 0
    with pytest.raises(Interrupted):
        await forget(store, ACME, clock.now())
    del traffic.allowed["BatchWriteItem"]
    await store.connect(ACME, due_at=clock.now())
    assert await store.clusters(ACME.id) == []
    assert await store.history(Ref(ACME.id, "c1"), before=None, limit=5) == []
    assert await due_names(store, clock) == ["acme"]


async def test_an_account_connected_in_the_last_moment_of_its_removal_stays(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    """Two remove it; the first ends, somebody connects it again, and then comes the second one's last write."""
    await store.connect(ACME, due_at=clock.now())

    async def another_removal_ends_and_the_account_is_connected_again() -> None:
        await forget(store, ACME, clock.now())
        await store.connect(ACME, due_at=clock.now())

    async def before_the_last_write() -> None:
        interposed.meanwhile = another_removal_ends_and_the_account_is_connected_again

    interposed.meanwhile = before_the_last_write
    await TableStore(interposed, clock).remove(ACME.id)
    assert await store.account(ACME.id) is not None
    assert await due_names(store, clock) == ["acme"]


@pytest.mark.parametrize(
    "body", ["no JSON", "[]", "null", '{"0": 5}', '{"0": {"until": "soon"}}', '{"0": {"place": ["a", "b"]}}']
)
async def test_what_another_version_noted_of_its_plans_is_planned_anew(
    opened: Opened, store: Store, clock: SetClock, body: str
) -> None:
    kept = await store.keep_schedule(
        replace(await store.schedule_state(), shards={0: ShardState(until=clock.now())})
    )
    await opened.table.write(put({"pk": "schedule", "sk": "schedule", "version": 1, "body": body}))
    read = await store.schedule_state()
    assert read.shards[0] == ShardState()
    again = await store.keep_schedule(replace(read, shards={0: kept.shards[0]}))
    assert (await store.schedule_state()).shards[0] == again.shards[0] == kept.shards[0]
