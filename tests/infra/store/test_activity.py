"""What a reader of the activity may rely on: every event once, from either end, and nothing of others."""

from datetime import timedelta

import pytest

from fleet.model.event import Event, EventKind
from fleet.model.failure import Failure, FailureKind
from fleet.model.operation import Operation
from fleet.ports.reader import NotAnOrderKey
from fleet.ports.store import Changes, Store
from infra.store.transition_rows import HELD_BACK, HISTORY_KEPT
from tests.infra.samples import (
    SetClock,
    forget,
    make_account,
    make_cluster,
    make_operation,
    make_transition,
    must_begin_change,
    observe,
)

ACME, OTHER = make_account(), make_account("other")
DAY = timedelta(days=1)


def happened(number: int, of: str = ACME.id) -> Event:
    return Event(
        kind=EventKind.VERSION_CHANGED,
        account_id=of,
        cluster_key=f"c{number}",
        occurred_at=SetClock().now(),
        before="1",
        after="2",
    )


async def read(
    store: Store,
    clock: SetClock,
    *,
    is_newest_first: bool = False,
    limit: int = 100,
    after: str | None = None,
    of: str | None = None,
) -> list[Event]:
    """To the end, page by page."""
    found: list[Event] = []
    while True:
        page, end = await store.activity(
            lambda event: of in (None, event.account_id),
            after=after,
            is_newest_first=is_newest_first,
            since=clock.now() - HISTORY_KEPT,
            now=clock.now(),
            limit=limit,
        )
        assert len(page) <= limit
        found += page
        if end is None:
            return found
        after = end


async def test_events_stand_between_changes_of_phase_in_either_order(store: Store, clock: SetClock) -> None:
    for number in range(7):
        changes = Changes(
            puts=[make_cluster(ACME, f"c{number}")],
            transitions=[make_transition(ACME, f"c{number}")],
            events=[happened(number)],
        )
        await observe(store, ACME, clock.now(), changes)
        clock.advance(3 * DAY.total_seconds())
    oldest = await read(store, clock)
    assert len({event.order for event in oldest}) == len(oldest) == 14
    for limit in (1, 2, 3, 14):
        assert await read(store, clock, limit=limit) == oldest
        assert await read(store, clock, limit=limit, is_newest_first=True) == oldest[::-1]
    rows, _ = await store.feed(after=None, since=clock.now() - HISTORY_KEPT, now=clock.now(), limit=50)
    assert [row.cluster_key for _, row in rows] == [f"c{number}" for number in range(7)]


async def test_a_cursor_of_one_order_is_good_in_the_other(store: Store, clock: SetClock) -> None:
    await observe(store, ACME, clock.now(), Changes(events=[happened(number) for number in range(4)]))
    clock.advance(10)
    newest = await read(store, clock, is_newest_first=True)
    assert await read(store, clock, after=newest[0].order) == []
    await observe(store, ACME, clock.now(), Changes(events=[happened(9)]))
    clock.advance(10)
    assert [event.cluster_key for event in await read(store, clock, after=newest[0].order)] == ["c9"]


async def test_more_events_than_a_page_examines_are_read_to_the_end(
    store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.store.activity.EXAMINED_ROWS", 20)
    for number in range(15):
        owner = OTHER if number % 5 else ACME
        events = [happened(100 * number + each, owner.id) for each in range(9)]
        await observe(store, owner, clock.now(), Changes(events=events))
        clock.advance(1)
    clock.advance(10)
    forward = await read(store, clock, of=ACME.id, limit=4)
    assert len(forward) == 27
    backward = await read(store, clock, of=ACME.id, limit=4, is_newest_first=True)
    assert backward == forward[::-1]


async def test_where_to_go_on_names_no_row_that_is_not_wanted(
    store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.store.activity.EXAMINED_ROWS", 3)
    for number in range(4):
        await observe(store, OTHER, clock.now(), Changes(events=[happened(number, OTHER.id)]))
        clock.advance(1)
    clock.advance(10)
    for is_newest_first in (True, False):
        page, end = await store.activity(
            lambda event: event.account_id == ACME.id,
            after=None,
            is_newest_first=is_newest_first,
            since=clock.now() - DAY,
            now=clock.now(),
            limit=5,
        )
        assert page == []
        assert end is not None
        assert OTHER.id not in end


async def test_an_operation_is_reported_when_it_begins_and_when_it_ends(
    store: Store, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=clock.now())
    kept = await must_begin_change(store, make_operation(ACME, "op-1", requested_at=clock.now()))
    clock.advance(60)
    failure = Failure(kind=FailureKind.REJECTED, message="Not today.", occurred_at=clock.now())
    await store.save_change(kept.failed(failure))
    clock.advance(10)
    told = await read(store, clock)
    assert [(one.kind, one.operation_id, one.cluster_name, one.account_name) for one in told] == [
        (EventKind.OPERATION_BEGUN, "op-1", "c1", ACME.name),
        (EventKind.OPERATION_ENDED, "op-1", "c1", ACME.name),
    ]
    assert (told[1].after, told[1].message) == ("FAILED", "Not today.")
    await forget(store, ACME, clock.now())
    assert len(await read(store, clock)) == 2


async def test_a_discarded_intent_was_never_reported(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())
    kept: Operation = await must_begin_change(store, make_operation(ACME, "op-1"))
    await store.discard_change(kept)
    clock.advance(10)
    assert await read(store, clock) == []


async def test_the_activity_holds_back_the_last_seconds_and_forgets_after_ninety_days(
    store: Store, clock: SetClock
) -> None:
    await observe(store, ACME, clock.now(), Changes(events=[happened(1)]))
    clock.advance(HELD_BACK.total_seconds() - 0.1)
    assert await read(store, clock) == await read(store, clock, is_newest_first=True) == []
    clock.advance(0.2)
    assert len(await read(store, clock)) == 1
    clock.advance(HISTORY_KEPT.total_seconds())
    assert await read(store, clock) == []


async def test_what_is_no_order_key_is_refused(store: Store, clock: SetClock) -> None:
    for is_newest_first in (True, False):
        with pytest.raises(NotAnOrderKey):
            await read(store, clock, after="yesterday", is_newest_first=is_newest_first)
