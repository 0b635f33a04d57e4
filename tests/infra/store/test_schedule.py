"""What the planner and the owner of an account may rely on."""

import asyncio
from datetime import timedelta

import pytest

from fleet.model.account import AccountState
from fleet.model.cluster import Phase
from fleet.model.rate_limit import RateFacts, Share
from fleet.model.summary import Summary
from fleet.ports.store import AccountGone, Changes, NotBegun, Ref, Store
from infra.store.store import TableStore
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


async def test_an_account_is_claimed_by_one_planner_and_is_not_due_until_its_message_is_given_up(
    store: Store, clock: SetClock
) -> None:
    due_at = clock.now()
    await store.connect(ACME, due_at=due_at)
    claims = await asyncio.gather(
        *(
            store.claim(ACME.id, due_at, now=clock.now(), queued_until=clock.now() + 5 * MINUTE)
            for _ in range(4)
        )
    )
    assert sorted(claims) == [False, False, False, True]
    assert await due_names(store, clock) == []

    clock.advance(301)
    assert await store.due(clock.now(), 10) == [(ACME.id, due_at)]
    assert await store.claim(ACME.id, due_at, now=clock.now(), queued_until=clock.now() + 5 * MINUTE)
    await must_begin(store, ACME, clock.now(), due_at=due_at)


async def test_what_is_queued_takes_no_place_from_what_is_due(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    due_at = clock.now()
    for number in range(5):
        account = make_account(f"queued {number}")
        await store.connect(account, due_at=due_at)
        assert await store.claim(account.id, due_at, now=due_at, queued_until=due_at + MINUTE)
    clock.advance(1)
    await store.connect(make_account("waiting"), due_at=clock.now())
    traffic.clear()
    assert await due_names(store, clock, limit=1) == ["waiting"]
    assert traffic.examined == 1


async def test_an_account_that_was_put_off_meanwhile_is_not_claimed(store: Store, clock: SetClock) -> None:
    due_at = clock.now()
    await store.connect(ACME, due_at=due_at)
    lease = await must_begin(store, ACME, clock.now())
    await store.end(lease, AccountState(), due_at=due_at + MINUTE)
    assert not await store.claim(ACME.id, due_at, now=clock.now(), queued_until=due_at + MINUTE)


async def test_an_account_whose_observer_died_is_due_again(store: Store, clock: SetClock) -> None:
    due_at = clock.now()
    await store.connect(ACME, due_at=due_at)
    assert await store.claim(ACME.id, due_at, now=due_at, queued_until=due_at + 2 * MINUTE)
    await must_begin(store, ACME, clock.now(), due_at=due_at)
    clock.advance(max(LEASE_SECONDS, 121))
    assert await due_names(store, clock) == ["acme"]
    await must_begin(store, ACME, clock.now(), due_at=due_at)


async def test_an_account_that_was_observed_can_be_queued_again_when_it_is_due(
    store: Store, clock: SetClock
) -> None:
    """However long its last message would have been waited for."""
    due_at = clock.now()
    await store.connect(ACME, due_at=due_at)
    assert await store.claim(ACME.id, due_at, now=due_at, queued_until=due_at + 60 * MINUTE)
    lease = await must_begin(store, ACME, due_at, due_at=due_at)
    await store.end(lease, AccountState(), due_at=due_at + MINUTE)
    clock.advance(60)
    assert await due_names(store, clock) == ["acme"]
    assert await store.claim(ACME.id, due_at + MINUTE, now=clock.now(), queued_until=due_at + 60 * MINUTE)


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
    assert await store.claim(ACME.id, due_at, now=due_at, queued_until=due_at + 10 * MINUTE)
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
