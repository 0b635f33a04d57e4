"""What a changer and those who watch may rely on: how an operation goes on, and where it is shown."""

import asyncio
from datetime import timedelta

import pytest

from fleet.model.failure import Failure, FailureKind
from fleet.model.operation import KEPT
from fleet.ports.reader import Ref
from fleet.ports.store import AlreadyAsked, OutdatedOperation, Store
from infra.store.store import TableStore
from tests.infra.conftest import Backend, rows_of
from tests.infra.samples import (
    CLUSTER_LOCK,
    NOON,
    SetClock,
    forget,
    make_account,
    make_idempotency,
    make_operation,
    must_begin_change,
)
from tests.infra.traffic import Interrupted, Traffic
from tests.tables import Opened

ACME = make_account()
LOCK = Ref(ACME.id, CLUSTER_LOCK)
DAY = timedelta(days=1)

ENDS = {
    "succeeded": lambda one: one.succeeded(NOON),
    "failed": lambda one: one.failed(
        Failure(kind=FailureKind.REJECTED, message="No such region.", occurred_at=NOON)
    ),
    "timed out": lambda one: one.timed_out(NOON),
}


@pytest.fixture(autouse=True)
async def connected(store: TableStore, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())


# -------------------------------------------------------------------------------------------------- how it goes on


async def test_a_change_is_carried_on_by_whoever_knows_its_latest_version(store: Store) -> None:
    first = await must_begin_change(store, make_operation(ACME, "o1"))
    sending = await store.save_change(first.sending(NOON))
    assert sending.version == 2
    assert await store.open_changes(ACME.id) == [sending]
    for late in (first.sending(NOON), first.succeeded(NOON), first.timed_out(NOON)):
        with pytest.raises(OutdatedOperation):
            await store.save_change(late)
    assert await store.open_changes(ACME.id) == [sending]
    assert (await store.save_change(sending.answered(NOON))).version == 3


async def test_of_two_who_announce_the_same_request_one_sends_it(store: Store) -> None:
    first = await must_begin_change(store, make_operation(ACME, "o1"))
    answers = await asyncio.gather(
        *(store.save_change(first.sending(NOON)) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in answers) == [
        "Operation",
        "OutdatedOperation",
        "OutdatedOperation",
    ]


def held(opened: Opened) -> list[str]:
    """Rows of operations, without those that tell of them."""
    return [key for key in rows_of(opened, "operations") if not key.startswith("event\x00")]


@pytest.mark.parametrize("end", ENDS)
async def test_what_is_over_holds_nothing(store: Store, opened: Opened, end: str) -> None:
    first = await must_begin_change(store, make_operation(ACME, "o1", locks=(CLUSTER_LOCK, "name moose")))
    over = await store.save_change(ENDS[end](first))
    assert held(opened) == ["operation\x00o1"]
    assert await store.open_changes(ACME.id) == []
    assert await store.open_operations_by_lock([LOCK]) == {}
    assert await store.operations_by_ref([Ref(ACME.id, "o1")]) == {Ref(ACME.id, "o1"): over}
    await must_begin_change(store, make_operation(ACME, "o2"))


async def test_a_process_that_ends_before_the_end_is_kept_leaves_all_as_it_was(
    store: Store, traffic: Traffic
) -> None:
    first = await must_begin_change(store, make_operation(ACME, "o1"))
    traffic.allowed["TransactWriteItems"] = 0
    with pytest.raises(Interrupted):
        await store.save_change(first.succeeded(NOON))
    assert await store.open_changes(ACME.id) == [first]
    assert await store.open_operations_by_lock([LOCK]) == {LOCK: first}


async def test_a_write_whose_answer_was_lost_is_not_taken_for_somebody_elses(
    store: Store, backend: Backend, traffic: Traffic
) -> None:
    if not backend.replays_tokens:
        pytest.skip("moto does a transaction again that comes again under its token")
    traffic.lost = 1
    first = await must_begin_change(store, make_operation(ACME, "o1"))
    traffic.lost = 1
    sending = await store.save_change(first.sending(NOON))
    traffic.lost = 1
    over = await store.save_change(sending.succeeded(NOON))
    assert traffic.lost == 0
    assert await store.operations_of(ACME.id, before=None, limit=2) == [over]


async def test_what_is_over_can_be_corrected_without_touching_what_others_hold_by_now(store: Store) -> None:
    first = await must_begin_change(store, make_operation(ACME, "o1"))
    over = await store.save_change(first.timed_out(NOON))
    second = await must_begin_change(store, make_operation(ACME, "o2"))
    await store.save_change(over.succeeded(NOON))
    assert await store.open_operations_by_lock([LOCK]) == {LOCK: second}


async def test_an_intent_that_is_discarded_leaves_nothing(store: Store, opened: Opened) -> None:
    kept = await must_begin_change(store, make_operation(ACME, "o1"), make_idempotency())
    await store.discard_change(kept)
    assert rows_of(opened, "operations") == []
    with pytest.raises(OutdatedOperation):
        await store.discard_change(kept)
    with pytest.raises(OutdatedOperation):
        await store.save_change(kept.sending(NOON))
    again = make_idempotency(digest="another input")
    await must_begin_change(store, make_operation(ACME, "o2"), again)


async def test_what_somebody_carries_on_is_not_discarded(store: Store) -> None:
    kept = await must_begin_change(store, make_operation(ACME, "o1"), make_idempotency())
    sending = await store.save_change(kept.sending(NOON))
    with pytest.raises(OutdatedOperation):
        await store.discard_change(kept)
    assert await store.open_operations_by_lock([LOCK]) == {LOCK: sending}
    again = await store.begin_change(make_operation(ACME, "o2"), idempotency=make_idempotency())
    assert again == AlreadyAsked(operation=sending, is_same=True)


async def test_a_key_that_others_have_used_since_stays_theirs(store: Store, clock: SetClock) -> None:
    old = await must_begin_change(store, make_operation(ACME, "o1", locks=()), make_idempotency())
    clock.advance(DAY.total_seconds())
    again = make_idempotency(now=clock.now())
    new = await must_begin_change(store, make_operation(ACME, "o2", locks=()), again)
    await store.discard_change(old)
    third = await store.begin_change(make_operation(ACME, "o3"), idempotency=again)
    assert third == AlreadyAsked(operation=new, is_same=True)


async def test_open_changes_are_listed_oldest_first_and_never_a_moment_late(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    other = make_account("other")
    await store.connect(other, due_at=clock.now())
    for number in (3, 1, 2):
        await must_begin_change(store, make_operation(ACME, f"o{number}", locks=(f"{number}",)))
    await must_begin_change(store, make_operation(other, "o0"))
    (over,) = (await store.operations_by_ref([Ref(ACME.id, "o2")])).values()
    await store.save_change(over.succeeded(NOON))
    traffic.clear()
    assert [one.id for one in await store.open_changes(ACME.id)] == ["o1", "o3"]
    assert traffic.operations == ["Query", "BatchGetItem"]
    assert traffic.examined == 2
    assert traffic.consistent == [True, True]


async def test_operations_outlive_their_account_and_go_on(
    store: Store, clock: SetClock, opened: Opened
) -> None:
    """Disconnecting is itself one of them."""
    running = await must_begin_change(store, make_operation(ACME, "o1"))
    leaving = await must_begin_change(store, make_operation(ACME, "o2", locks=("account",)))
    await forget(store, ACME, clock.now())
    assert await store.open_changes(ACME.id) == [running, leaving]
    await store.save_change(running.timed_out(NOON))
    over = await store.save_change(leaving.succeeded(NOON))
    assert (await store.operations_of(ACME.id, before=None, limit=1)) == [over]
    assert held(opened) == ["operation\x00o1", "operation\x00o2"]
    await store.connect(ACME, due_at=clock.now())
    assert len(await store.operations_of(ACME.id, before=None, limit=9)) == 2


# ----------------------------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_operations_page_newest_first(store: Store, clock: SetClock, limit: int) -> None:
    other = make_account("other")
    await store.connect(other, due_at=clock.now())
    asked = [(f"o{number}", account) for number in range(4) for account in (ACME, other)]
    for operation_id, account in asked:
        await must_begin_change(store, make_operation(account, operation_id, locks=()))

    seen: list[tuple[str, str]] = []
    before = None
    while page := await store.operations(before=before, limit=limit):
        assert len(page) <= limit
        seen += [(one.id, one.account_id) for one in page]
        before = seen[-1]
    assert seen == sorted(((one, account.id) for one, account in asked), reverse=True)

    ids: list[str] = []
    while page := await store.operations_of(ACME.id, before=ids[-1] if ids else None, limit=limit):
        assert len(page) <= limit
        ids += [one.id for one in page]
    assert ids == ["o3", "o2", "o1", "o0"]


async def test_a_listing_shows_an_operation_as_it_is_now_until_it_expires(
    store: Store, clock: SetClock
) -> None:
    old = await must_begin_change(store, make_operation(ACME, "o1"))
    old = await store.save_change(old.succeeded(NOON))
    clock.advance(60)
    new = await must_begin_change(store, make_operation(ACME, "o2", requested_at=clock.now()))
    assert await store.operations(before=None, limit=2) == [new, old]
    clock.time = NOON + KEPT
    assert await store.operations(before=None, limit=2) == [new]
    assert await store.operations_of(ACME.id, before=None, limit=2) == [new]
    assert list(await store.operations_by_ref([Ref(ACME.id, "o1"), Ref(ACME.id, "o2")])) == [
        Ref(ACME.id, "o2")
    ]


async def test_an_operation_is_found_by_who_has_just_begun_it(store: Store, traffic: Traffic) -> None:
    await must_begin_change(store, make_operation(ACME, "o1"))
    traffic.clear()
    assert await store.operations_by_ref([Ref(ACME.id, "o1")])
    assert traffic.consistent == [True]


async def test_names_that_try_to_pass_for_others_lock_what_they_name(store: Store) -> None:
    names = ["a", "a\x00", "a\x00b", "a\x01", "", "x" * 500, "x" * 501, "lock", "é"]
    for number, name in enumerate(names):
        await must_begin_change(store, make_operation(ACME, f"o{number}", locks=(f"name {name}",)))
    found = await store.open_operations_by_lock(Ref(ACME.id, f"name {name}") for name in names)
    assert [one.id for one in found.values()] == [f"o{number}" for number in range(len(names))]


# -------------------------------------------------------------------------------------------------------------- cost


async def test_a_change_costs_a_read_and_a_write_at_each_of_its_ends_and_a_write_between(
    store: Store, traffic: Traffic
) -> None:
    traffic.clear()
    kept = await must_begin_change(store, make_operation(ACME, "o1"), make_idempotency())
    kept = await store.save_change(kept.sending(NOON))
    await store.save_change(kept.succeeded(NOON))
    begin, go_on, end = ["BatchGetItem", "TransactWriteItems"], ["TransactWriteItems"], ["BatchGetItem"]
    assert traffic.operations == [*begin, *go_on, *end, "TransactWriteItems"]
    traffic.clear()
    assert await store.open_changes(ACME.id) == []
    assert traffic.operations == ["Query"]
    assert traffic.examined == 0
