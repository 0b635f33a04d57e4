"""What a changer may rely on when it begins: one change of a thing at a time, and one for a key."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from fleet.model.change import CreateIntegration
from fleet.model.credentials import AwsKeys
from fleet.model.operation import KEPT, Operation
from fleet.model.plan import GOOD_FOR, Outgoing, Plan
from fleet.ports.reader import Ref
from fleet.ports.store import AccountGone, AlreadyAsked, AlreadyOpen, Store
from infra.store.operation_rows import from_plan, lock_row
from infra.store.store import TableStore
from infra.store.table import Contended, Table
from infra.store.writes import put
from tests.infra.conftest import rows_of
from tests.infra.interposed import HaltingTable, InterposedTable
from tests.infra.samples import (
    CLUSTER_LOCK,
    NOON,
    SetClock,
    make_account,
    make_idempotency,
    make_operation,
    must_begin_change,
)
from tests.infra.traffic import Traffic
from tests.tables import Opened

ACME = make_account()
LOCK = Ref(ACME.id, CLUSTER_LOCK)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def connected(store: TableStore, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())


# ------------------------------------------------------------------------------------------------------------- begin


async def test_an_intent_is_kept_as_it_is_with_its_locks(store: Store) -> None:
    asked = make_operation(ACME, "o1", locks=(CLUSTER_LOCK, "name moose"))
    kept = await must_begin_change(store, asked)
    assert kept == asked.model_copy(update={"version": 1})
    ref = Ref(ACME.id, "o1")
    assert await store.operations_by_ref([ref, Ref(ACME.id, "o2")]) == {ref: kept}
    assert await store.open_changes(ACME.id) == [kept]
    locks = [LOCK, Ref(ACME.id, "name moose"), Ref(ACME.id, "cluster c2"), Ref("other", CLUSTER_LOCK)]
    assert await store.open_operations_by_lock(locks) == dict.fromkeys(locks[:2], kept)


async def test_secrets_stay_with_whoever_sends_them(store: Store, opened: Opened) -> None:
    secret = "planted" + "-secret"
    keys = AwsKeys(access_key_id=SecretStr(secret), secret_access_key=SecretStr(secret))
    change = CreateIntegration(name="aws", credentials=keys)
    kept = await must_begin_change(store, make_operation(ACME, "o1", change=change))
    sending = await store.save_change(kept.sending(NOON))
    assert isinstance(sending.change, CreateIntegration)
    assert sending.change.credentials == keys
    (remembered,) = await store.open_changes(ACME.id)
    assert not remembered.change.is_whole
    assert secret not in str(opened.rows())


async def test_nothing_begins_at_an_account_that_is_not_connected(
    store: Store, clock: SetClock, opened: Opened
) -> None:
    with pytest.raises(AccountGone):
        await store.begin_change(make_operation(make_account("never"), "o1"), idempotency=None)
    await store.hide(ACME.id, due_at=clock.now())
    with pytest.raises(AccountGone):
        await store.begin_change(make_operation(ACME, "o1"), idempotency=make_idempotency())
    assert rows_of(opened, "operations") == []


async def test_nothing_begins_at_an_account_that_is_disconnected_in_that_moment(
    store: Store, interposed: InterposedTable, clock: SetClock, opened: Opened
) -> None:
    interposed.meanwhile = lambda: store.hide(ACME.id, due_at=clock.now())
    with pytest.raises(AccountGone):
        await TableStore(interposed, clock).begin_change(make_operation(ACME, "o1"), idempotency=None)
    assert rows_of(opened, "operations") == []


async def test_an_operation_is_never_written_over(store: Store) -> None:
    kept = await must_begin_change(store, make_operation(ACME, "o1"))
    with pytest.raises(Contended):
        await store.begin_change(make_operation(ACME, "o1", locks=("other",)), idempotency=None)
    assert await store.open_changes(ACME.id) == [kept]


# ---------------------------------------------------------------------------------------------------- one for a key


@pytest.mark.parametrize("is_over", [False, True])
async def test_a_key_answers_what_was_asked_for_with_it(
    store: Store, traffic: Traffic, is_over: bool
) -> None:
    first = await must_begin_change(store, make_operation(ACME, "o1"), make_idempotency())
    if is_over:
        first = await store.save_change(first.succeeded(NOON))
    traffic.clear()
    again = await store.begin_change(make_operation(ACME, "o2"), idempotency=make_idempotency())
    assert again == AlreadyAsked(operation=first, is_same=True)
    other = await store.begin_change(make_operation(ACME, "o3"), idempotency=make_idempotency(digest="e"))
    assert other == AlreadyAsked(operation=first, is_same=False)
    assert traffic.writes == []
    assert all(traffic.consistent)


async def test_a_key_is_its_callers_and_its_accounts(store: Store, clock: SetClock) -> None:
    other = make_account("other")
    await store.connect(other, due_at=clock.now())
    asked = [
        (ACME, "ada", "k"),
        (ACME, "bob", "k"),
        (ACME, "ada", "j"),
        (other, "ada", "k"),
        (ACME, "ada\x00k", ""),
        (ACME, "ada", "k\x00"),
    ]
    for number, (account, caller, key) in enumerate(asked):
        operation = make_operation(account, f"o{number}", locks=())
        kept = await must_begin_change(store, operation, make_idempotency(key, caller=caller))
        assert kept.id == f"o{number}"


async def test_a_key_is_free_again_after_its_day(store: Store, clock: SetClock) -> None:
    await must_begin_change(store, make_operation(ACME, "o1", locks=()), make_idempotency())
    clock.advance(DAY.total_seconds() - 1)
    again = make_idempotency(now=clock.now())
    refused = await store.begin_change(make_operation(ACME, "o2", locks=()), idempotency=again)
    assert isinstance(refused, AlreadyAsked)
    clock.advance(1)
    again = make_idempotency(now=clock.now())
    kept = await must_begin_change(store, make_operation(ACME, "o2", locks=()), again)
    third = await store.begin_change(make_operation(ACME, "o3", locks=()), idempotency=again)
    assert third == AlreadyAsked(operation=kept, is_same=True)


async def test_of_many_who_use_one_key_at_once_one_begins(store: Store) -> None:
    """Whatever else they want: the key goes first."""
    answers = await asyncio.gather(
        *(
            store.begin_change(make_operation(ACME, f"o{number}"), idempotency=make_idempotency())
            for number in range(5)
        )
    )
    (kept,) = [one for one in answers if isinstance(one, Operation)]
    others = [one for one in answers if one != kept]
    assert others == [AlreadyAsked(operation=kept, is_same=True)] * 4
    assert await store.open_changes(ACME.id) == [kept]


async def test_a_key_that_is_used_in_that_moment_is_found_before_the_lock(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    async def another_process_is_faster() -> None:
        await must_begin_change(store, make_operation(ACME, "o1"), make_idempotency())

    interposed.meanwhile = another_process_is_faster
    late = await TableStore(interposed, clock).begin_change(
        make_operation(ACME, "o2"), idempotency=make_idempotency()
    )
    assert isinstance(late, AlreadyAsked)
    assert late.operation.id == "o1"


async def test_a_key_that_is_used_between_the_reads_of_a_batch_is_found_before_the_lock(
    store: Store, table: Table, clock: SetClock
) -> None:
    async def another_process_is_faster() -> None:
        await must_begin_change(store, make_operation(ACME, "o1"), make_idempotency())

    halting = HaltingTable(table)
    halting.meanwhile = another_process_is_faster
    late = await TableStore(halting, clock).begin_change(
        make_operation(ACME, "o2"), idempotency=make_idempotency()
    )
    assert isinstance(late, AlreadyAsked)
    assert late.operation.id == "o1"


# ------------------------------------------------------------------------------------------------ one at a time


async def test_a_thing_that_is_being_changed_is_not_changed_by_another(
    store: Store, traffic: Traffic
) -> None:
    first = await must_begin_change(store, make_operation(ACME, "o1"))
    first = await store.save_change(first.sending(NOON))
    traffic.clear()
    second = make_operation(ACME, "o2", locks=("name moose", CLUSTER_LOCK))
    assert await store.begin_change(second, idempotency=make_idempotency()) == AlreadyOpen(operation=first)
    assert traffic.writes == []
    await must_begin_change(store, make_operation(ACME, "o3", locks=("name moose",)), make_idempotency())
    await must_begin_change(store, make_operation(ACME, "o4", locks=("cluster c2",)))


async def test_of_many_who_change_one_thing_at_once_one_begins(store: Store) -> None:
    answers = await asyncio.gather(
        *(store.begin_change(make_operation(ACME, f"o{number}"), idempotency=None) for number in range(5))
    )
    (kept,) = [one for one in answers if isinstance(one, Operation)]
    assert [one for one in answers if one != kept] == [AlreadyOpen(operation=kept)] * 4
    assert await store.open_changes(ACME.id) == [kept]


async def test_locks_are_held_all_or_none(
    store: Store, interposed: InterposedTable, clock: SetClock, opened: Opened
) -> None:
    async def another_takes_the_second() -> None:
        await must_begin_change(store, make_operation(ACME, "o1", locks=("b",)))

    interposed.meanwhile = another_takes_the_second
    refused = await TableStore(interposed, clock).begin_change(
        make_operation(ACME, "o2", locks=("a", "b", "c")), idempotency=make_idempotency()
    )
    assert isinstance(refused, AlreadyOpen)
    assert rows_of(opened, "operations") == [
        "event\x00o1\x00OPERATION_BEGUN",
        "lock\x00b",
        "open\x00o1",
        "operation\x00o1",
    ]


async def test_a_lock_whose_operation_is_over_is_taken_by_one(store: Store, table: Table) -> None:
    """However it came to be left."""
    first = await must_begin_change(store, make_operation(ACME, "o1"))
    await store.save_change(first.succeeded(NOON))
    await table.write(put(lock_row(first, CLUSTER_LOCK)))
    assert await store.open_operations_by_lock([LOCK]) == {}
    answers = await asyncio.gather(
        *(store.begin_change(make_operation(ACME, f"o{number}"), idempotency=None) for number in (2, 3, 4))
    )
    (kept,) = [one for one in answers if isinstance(one, Operation)]
    assert [one for one in answers if one != kept] == [AlreadyOpen(operation=kept)] * 2


async def test_what_has_expired_holds_nothing_and_gives_back_nothing(store: Store, clock: SetClock) -> None:
    """DynamoDB deletes it within days, not at once."""
    first = await must_begin_change(store, make_operation(ACME, "o1"))
    clock.advance(KEPT.total_seconds())
    assert await store.open_changes(ACME.id) == []
    assert await store.open_operations_by_lock([LOCK]) == {}
    second = await must_begin_change(store, make_operation(ACME, "o2", requested_at=clock.now()))
    await store.save_change(first.timed_out(clock.now()))
    assert await store.open_operations_by_lock([LOCK]) == {LOCK: second}


# ------------------------------------------------------------------------------------------------------------- plans


def make_plan(**changed: object) -> Plan:
    request = Outgoing(method="PUT", url="https://a.invalid/c1", digest="d", body="what is shown of it")
    plan = Plan(
        digest="a-digest",
        operation=make_operation(ACME, "o1"),
        revision="r1",
        requests=(request,),
        expires_at=NOON + GOOD_FOR,
    )
    return plan.model_copy(update=changed)


async def test_a_plan_is_kept_until_it_expires_without_the_bodies(
    store: Store, clock: SetClock, opened: Opened
) -> None:
    plan = make_plan()
    await store.keep_plan(plan)
    kept = await store.plan(plan.digest)
    assert kept is not None
    assert kept.operation == plan.operation
    assert [one.announces(two) for one, two in zip(kept.requests, plan.requests, strict=True)] == [True]
    assert "what is shown of it" not in str(opened.rows())
    assert await store.plan("another") is None
    clock.advance(GOOD_FOR.total_seconds())
    assert await store.plan(plan.digest) is None


async def test_a_plan_that_another_version_stored_in_another_form_is_none(store: Store, table: Table) -> None:
    plan = make_plan()
    row = from_plan(plan)
    await table.write(put({**row, "body": str(row["body"]).replace('"digest":"d"', '"checksum":"d"')}))
    assert await store.plan(plan.digest) is None
