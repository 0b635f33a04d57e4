"""What somebody who asks for an observation may rely on: it comes soon, and none that is going on undoes it."""

from datetime import datetime, timedelta

import pytest

from fleet.model.account import AccountState
from fleet.ports.store import Lease, NotBegun, StaleObserver, Store
from infra.store.store import TableStore
from tests.infra.conftest import rows_of
from tests.infra.interposed import InterposedTable
from tests.infra.samples import NOON, SetClock, begin, make_account, must_begin
from tests.infra.traffic import Traffic
from tests.tables import Opened

ACME = make_account()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def observed(store: TableStore, clock: SetClock) -> None:
    """An account that was observed a moment ago and is due in an hour."""
    await store.connect(ACME, due_at=clock.now())
    await end(store, await must_begin(store, ACME, clock.now()))


async def end(store: Store, lease: Lease, *, due_at: datetime | None = NOON + HOUR) -> datetime | None:
    return await store.end(lease, AccountState(), due_at=due_at)


async def due_at(store: Store) -> datetime | None:
    tracked = await store.account(ACME.id)
    assert tracked is not None
    return tracked.due_at


async def test_an_account_that_somebody_wants_to_see_is_due_then(store: Store) -> None:
    await store.request_observation(ACME.id, NOON + MINUTE)
    assert await due_at(store) == NOON + MINUTE
    assert await store.due(NOON, 9) == []
    assert await store.due(NOON + MINUTE, 9) == [(ACME.id, NOON + MINUTE)]
    await must_begin(store, ACME, NOON + MINUTE, due_at=NOON + MINUTE)


async def test_an_account_that_is_due_sooner_stays_so(store: Store) -> None:
    await store.request_observation(ACME.id, NOON + 2 * HOUR)
    assert await store.due(NOON + 2 * HOUR, 9) == [(ACME.id, NOON + HOUR)]


async def test_an_account_whose_token_was_refused_is_observed_all_the_same(store: Store) -> None:
    await end(store, await must_begin(store, ACME, NOON), due_at=None)
    await store.request_observation(ACME.id, NOON)
    assert await store.due(NOON, 9) == [(ACME.id, NOON)]


async def test_an_account_that_is_gone_is_not_brought_back(store: Store, opened: Opened) -> None:
    await store.request_observation("never connected", NOON)
    await store.hide(ACME.id, due_at=NOON + HOUR)
    await store.request_observation(ACME.id, NOON)
    assert await store.due(NOON, 9) == []
    await store.remove(ACME.id)
    await store.request_observation(ACME.id, NOON)
    assert rows_of(opened, "account") == []


async def test_a_message_that_was_sent_for_later_comes_after_one_for_now_and_is_stale(store: Store) -> None:
    await store.request_observation(ACME.id, NOON)
    assert await store.due(NOON, 9) == [(ACME.id, NOON)]
    await end(store, await must_begin(store, ACME, NOON, due_at=NOON), due_at=NOON + 2 * HOUR)
    stale = await begin(store, ACME, NOON, due_at=NOON + HOUR)
    assert isinstance(stale, NotBegun)
    assert "stale" in stale.reason


async def test_an_observation_that_is_going_on_does_not_undo_it(store: Store, clock: SetClock) -> None:
    lease = await must_begin(store, ACME, NOON)
    await store.request_observation(ACME.id, NOON + SECOND)
    clock.advance(2)
    assert await end(store, lease) == NOON + SECOND
    assert await due_at(store) == NOON + SECOND
    assert await store.due(clock.now(), 9) == [(ACME.id, NOON + SECOND)]


@pytest.mark.parametrize("next_at", [None, NOON + MINUTE])
async def test_the_earlier_of_the_two_times_is_kept(store: Store, next_at: datetime | None) -> None:
    for wanted_at in (NOON + SECOND, NOON + HOUR):
        lease = await must_begin(store, ACME, NOON)
        await store.request_observation(ACME.id, wanted_at)
        earlier = wanted_at if next_at is None else min(wanted_at, next_at)
        assert await end(store, lease, due_at=next_at) == earlier
        assert await due_at(store) == earlier
        after = await must_begin(store, ACME, NOON + 2 * HOUR)
        await end(store, after)


async def test_the_observation_that_was_asked_for_answers_to_it(store: Store, traffic: Traffic) -> None:
    """Which costs no more than any other, and its end sets the next time again."""
    await store.request_observation(ACME.id, NOON)
    traffic.clear()
    lease = await must_begin(store, ACME, NOON, due_at=NOON)
    assert await end(store, lease) == NOON + HOUR
    assert traffic.writes == ["UpdateItem", "UpdateItem"]
    assert len(traffic.requests) == 3
    assert await due_at(store) == NOON + HOUR


async def test_one_who_asks_during_the_observation_that_another_asked_for_gets_one_more(store: Store) -> None:
    await store.request_observation(ACME.id, NOON)
    lease = await must_begin(store, ACME, NOON + SECOND)
    await store.request_observation(ACME.id, NOON + 2 * SECOND)
    await store.request_observation(ACME.id, NOON + 3 * SECOND)
    assert await end(store, lease) == NOON + 2 * SECOND
    lease = await must_begin(store, ACME, NOON + 4 * SECOND)
    assert await end(store, lease) == NOON + HOUR


async def test_an_observation_that_is_wanted_later_is_not_answered_to_by_one_before(store: Store) -> None:
    await store.request_observation(ACME.id, NOON + MINUTE)
    lease = await must_begin(store, ACME, NOON)
    assert await end(store, lease) == NOON + MINUTE
    lease = await must_begin(store, ACME, NOON + MINUTE)
    assert await end(store, lease) == NOON + HOUR


async def test_an_observation_that_was_asked_for_and_died_comes_again(store: Store, clock: SetClock) -> None:
    await store.request_observation(ACME.id, NOON)
    await must_begin(store, ACME, NOON, due_at=NOON)
    clock.advance(61)
    assert await store.due(clock.now(), 9) == [(ACME.id, NOON)]
    await must_begin(store, ACME, clock.now(), due_at=NOON)


async def test_one_who_asks_in_the_moment_of_a_beginning_is_answered_by_it(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    interposed.meanwhile = lambda: store.request_observation(ACME.id, NOON)
    lease = await must_begin(TableStore(interposed, clock), ACME, NOON)
    assert await end(store, lease) == NOON + HOUR


async def test_one_who_asks_in_the_moment_of_an_end_is_heard(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    lease = await must_begin(store, ACME, NOON)
    interposed.meanwhile = lambda: store.request_observation(ACME.id, NOON + SECOND)
    assert await end(TableStore(interposed, clock), lease) == NOON + SECOND

    lease = await must_begin(store, ACME, NOON + MINUTE)

    async def the_observation_ends() -> None:
        await end(store, lease)

    interposed.meanwhile = the_observation_ends
    await TableStore(interposed, clock).request_observation(ACME.id, NOON + MINUTE)
    assert await store.due(NOON + MINUTE, 9) == [(ACME.id, NOON + MINUTE)]


async def test_one_who_asks_in_the_moment_of_a_disconnection_brings_nothing_back(
    store: Store, interposed: InterposedTable, clock: SetClock, opened: Opened
) -> None:
    async def it_is_disconnected() -> None:
        await store.hide(ACME.id, due_at=NOON)
        await store.remove(ACME.id)

    await end(store, await must_begin(store, ACME, NOON), due_at=None)
    interposed.meanwhile = it_is_disconnected
    await TableStore(interposed, clock).request_observation(ACME.id, NOON)
    assert rows_of(opened, "account") == []


async def test_of_two_who_ask_at_once_the_earlier_is_heard(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    await end(store, await must_begin(store, ACME, NOON), due_at=NOON)
    lease = await must_begin(store, ACME, NOON, due_at=NOON)
    interposed.meanwhile = lambda: store.request_observation(ACME.id, NOON + SECOND)
    await TableStore(interposed, clock).request_observation(ACME.id, NOON + MINUTE)
    assert await end(store, lease) == NOON + SECOND


async def test_who_is_late_is_late_all_the_same(store: Store) -> None:
    late = await must_begin(store, ACME, NOON)
    lease = await must_begin(store, ACME, NOON + HOUR)
    await store.request_observation(ACME.id, NOON + HOUR)
    with pytest.raises(StaleObserver):
        await end(store, late)
    assert await end(store, lease, due_at=NOON + 2 * HOUR) == NOON + HOUR


async def test_asking_costs_a_read_and_a_write(store: Store, traffic: Traffic) -> None:
    traffic.clear()
    await store.request_observation(ACME.id, NOON)
    assert traffic.operations == ["GetItem", "UpdateItem"]
