"""A row of which too little can be read is not one that is not there: it is shown, and holds what it held."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from fleet.model.account import AccountState, DeletionGuard
from fleet.model.api_key import ApiKey
from fleet.model.audit import AuditOutcome, new_entry
from fleet.model.caller import Scope
from fleet.model.cluster import Cluster, Phase
from fleet.model.operation import Operation, OperationState
from fleet.model.rate_limit import RateFacts
from fleet.ports.reader import Ref
from fleet.ports.store import AlreadyAsked, AlreadyOpen, Changes, NameTaken, OrganizationTaken
from infra.sqlite.table import SqliteTable
from infra.store.account_rows import name_key, organization_key
from infra.store.api_keys import TableKeys
from infra.store.audit import TableAudit
from infra.store.budget_rows import budget_key
from infra.store.item_rows import item_key
from infra.store.names import below, join
from infra.store.operation_rows import idempotency_key, lock_key, open_span, operation_key
from infra.store.placeholders import HELD
from infra.store.rows import account_key
from infra.store.store import TableStore
from infra.store.table import Table
from infra.store.writes import Key, put, text
from tests.infra.samples import (
    CLUSTER_LOCK,
    NOON,
    RATE,
    SetClock,
    begin,
    make_account,
    make_cluster,
    make_idempotency,
    make_operation,
    must_begin,
    must_begin_change,
    observe,
)

ACME = make_account()
LOCK = Ref(ACME.id, CLUSTER_LOCK)
FORMS = ["no JSON", "[]", "null", "{}", "without its target", "an account of another form"]


@pytest.fixture
def table() -> Iterator[SqliteTable]:
    made = SqliteTable()
    yield made
    made.close()


@pytest.fixture
def store(table: SqliteTable, clock: SetClock) -> TableStore:
    return TableStore(table, clock)


@pytest.fixture(autouse=True)
async def connected(store: TableStore, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())


async def break_row(table: Table, key: Key, form: str, *, name: str = "body") -> None:
    row = await table.get(key, consistent=True)
    assert row is not None
    body = form
    if form == "no JSON":
        body = "\x00"
    elif form == "without its target":
        body = json.dumps(
            {name: one for name, one in json.loads(text(row, name)).items() if name != "target_name"}
        )
    elif form == "an account of another form":
        body = json.dumps({**json.loads(text(row, name)), "account_id": {"of": "another form"}})
    await table.write(put({**row, name: body}))


# --------------------------------------------------------------------------------------------------------- operations


@pytest.mark.parametrize("form", FORMS)
async def test_an_operation_that_does_not_read_keeps_its_lock(
    store: TableStore, table: Table, form: str
) -> None:
    await must_begin_change(store, make_operation(ACME, "o1"))
    await break_row(table, operation_key(Ref(ACME.id, "o1")), form)
    refused = await store.begin_change(make_operation(ACME, "o2"), idempotency=None)
    assert isinstance(refused, AlreadyOpen)
    assert (refused.operation.id, refused.operation.is_understood) == ("o1", False)
    assert [one.id for one in await store.open_changes(ACME.id)] == ["o1"]
    assert (await store.open_operations_by_lock([LOCK]))[LOCK].id == "o1"
    assert [one.id for one in await store.operations(before=None, limit=5)] == ["o1"]


@pytest.mark.parametrize("form", FORMS)
async def test_an_operation_that_does_not_read_answers_for_its_idempotency_key(
    store: TableStore, table: Table, form: str
) -> None:
    await must_begin_change(store, make_operation(ACME, "o1", locks=("name a",)), make_idempotency())
    await break_row(table, operation_key(Ref(ACME.id, "o1")), form)
    again = await store.begin_change(
        make_operation(ACME, "o2", locks=("name b",)), idempotency=make_idempotency()
    )
    assert isinstance(again, AlreadyAsked)
    assert (again.operation.id, again.is_same) == ("o1", True)


@pytest.mark.parametrize("claim", [lock_key(LOCK), idempotency_key(ACME.id, make_idempotency())])
async def test_a_claim_that_does_not_tell_its_holder_is_held(
    store: TableStore, table: Table, claim: Key
) -> None:
    await must_begin_change(store, make_operation(ACME, "o1"), make_idempotency())
    row = await table.get(claim, consistent=True)
    assert row is not None
    await table.write(put({name: one for name, one in row.items() if name not in ("holder", "digest")}))
    refused = await store.begin_change(make_operation(ACME, "o2"), idempotency=make_idempotency())
    assert isinstance(refused, AlreadyOpen | AlreadyAsked)
    if isinstance(refused, AlreadyAsked):
        assert not refused.is_same or refused.operation.id == "o1"
    assert [one.id for one in await store.operations(before=None, limit=5)] == ["o1"]


async def test_a_change_that_does_not_read_ends_a_day_after_it_was_asked_for(
    store: TableStore, table: Table, clock: SetClock
) -> None:
    await must_begin_change(store, make_operation(ACME, "o1"))
    await break_row(table, operation_key(Ref(ACME.id, "o1")), "no JSON")
    (unread,) = await store.open_changes(ACME.id)
    assert (unread.requested_at, unread.deadline) == (NOON, NOON + HELD)
    ended = await store.save_change(unread.timed_out(NOON + HELD))
    assert ended.failure is not None
    assert "another version" in ended.failure.message.lower()
    assert "nothing was changed" not in ended.failure.message
    kept = await store.begin_change(make_operation(ACME, "o2"), idempotency=None)
    assert isinstance(kept, Operation)
    assert await table.query(open_span(ACME.id), consistent=True) != []


async def test_an_operation_of_which_a_member_does_not_read_can_still_time_out(
    store: TableStore, table: Table
) -> None:
    kept = await must_begin_change(store, make_operation(ACME, "o1"))
    key = operation_key(Ref(ACME.id, kept.id))
    row = await table.get(key, consistent=True)
    assert row is not None
    await table.write(put({**row, "body": json.dumps({**json.loads(text(row, "body")), "version": "two"})}))
    (unread,) = await store.open_changes(ACME.id)
    assert (await store.save_change(unread.timed_out(NOON))).state is OperationState.TIMED_OUT


# ----------------------------------------------------------------------------------------------------------- accounts


@pytest.mark.parametrize("form", ["no JSON", "[]", "{}"])
async def test_an_account_that_does_not_read_is_shown_and_not_understood(
    store: TableStore, table: Table, form: str
) -> None:
    await break_row(table, account_key(ACME.id), form)
    tracked = await store.account(ACME.id)
    assert tracked is not None
    assert not tracked.is_understood
    (listed,) = await store.accounts(after=None, limit=5)
    assert (listed.account.id, listed.account.order) == (ACME.id, ACME.order)
    assert set(await store.accounts_by_id([ACME.id])) == {ACME.id}


async def test_an_account_whose_address_does_not_read_is_not_understood(
    store: TableStore, table: Table
) -> None:
    row = await table.get(account_key(ACME.id), consistent=True)
    assert row is not None
    await table.write(put({**row, "body": json.dumps({**json.loads(text(row, "body")), "base_url": {}})}))
    tracked = await store.account(ACME.id)
    assert tracked is not None
    assert not tracked.is_understood


@pytest.mark.parametrize("claim", [name_key(ACME), organization_key(ACME)])
async def test_a_name_or_an_organization_that_does_not_tell_its_holder_is_taken(
    store: TableStore, table: Table, clock: SetClock, claim: Key
) -> None:
    await table.write(put({"pk": claim[0], "sk": claim[1], "held_by": "something new"}))
    with pytest.raises(NameTaken if claim == name_key(ACME) else OrganizationTaken):
        await store.connect(
            ACME.model_copy(update={"id": "another", **({"name": "new"} if claim != name_key(ACME) else {})}),
            due_at=clock.now(),
        )


@pytest.mark.parametrize(
    "form", ["no JSON", '{"deletion_guard": "on"}', '{"deletion_guard": {"since": 1.5e99}}']
)
async def test_a_deletion_guard_that_does_not_read_holds(
    store: TableStore, table: Table, clock: SetClock, form: str
) -> None:
    lease = await must_begin(store, ACME, clock.now())
    guarded = AccountState(deletion_guard=DeletionGuard(since=NOON, reason="much vanished"))
    due_at = clock.now() + timedelta(minutes=1)
    await store.end(lease, guarded, due_at=due_at)
    await break_row(table, account_key(ACME.id), form, name="observed")
    tracked = await store.account(ACME.id)
    assert tracked is not None
    assert tracked.state.deletion_guard is not None
    assert tracked.state.deletion_guard.since == due_at
    assert tracked.is_understood


# ----------------------------------------------------------------------------------------------------------- clusters


@pytest.mark.parametrize("form", ["no JSON", "[]", "{}", '{"item": {"name": "c1"}}'])
async def test_a_cluster_that_does_not_read_is_there_and_unknown(
    store: TableStore, table: Table, clock: SetClock, form: str
) -> None:
    await observe(store, ACME, clock.now(), Changes(puts=[make_cluster(ACME, "c1@2")]))
    await break_row(table, item_key(Cluster, Ref(ACME.id, "c1@2")), form)
    for found in (
        await store.clusters(ACME.id),
        await store.clusters_of(ACME.id, after=None, limit=5),
        list((await store.clusters_by_ref([Ref(ACME.id, "c1@2")])).values()),
    ):
        (row,) = found
        assert (row.item.key, row.item.phase, row.is_understood) == ("c1@2", Phase.UNKNOWN, False)
        assert row.unread is not None


# ------------------------------------------------------------------------------------------------------------ budgets


@pytest.mark.parametrize(
    "form",
    [
        "no JSON",
        "[]",
        '{"spent": [{"requests": "many"}]}',
        '{"blocked_until": "soon"}',
        '{"foreign_requests": {"all": 9}}',
    ],
)
async def test_a_budget_that_does_not_read_is_used_up_for_an_hour(
    store: TableStore, table: Table, clock: SetClock, form: str
) -> None:
    await must_begin(store, ACME, clock.now(), rate=RATE)
    await store.learn(ACME.budget_key, RATE, RateFacts(limit=RATE.requests, remaining=1), clock.now())
    await break_row(table, budget_key(ACME.budget_key), form)
    held = (await store.budget(ACME.budget_key)).blocked_until
    assert held is not None
    assert clock.now() < held <= clock.now() + timedelta(hours=1, minutes=1)
    clock.advance(3700)
    assert (await store.budget(ACME.budget_key)).blocked_until == held
    assert not hasattr(await begin(store, ACME, clock.now(), rate=RATE), "reason")


# ------------------------------------------------------------------------------------------------------ keys and audit


@pytest.mark.parametrize(
    ("name", "form"), [("body", "no JSON"), ("body", "{}"), ("state", "no JSON"), ("state", "[]")]
)
async def test_a_key_that_does_not_read_opens_nothing_is_listed_and_can_be_revoked(
    table: Table, clock: SetClock, name: str, form: str
) -> None:
    keys = TableKeys(table, clock)
    key = ApiKey(id="k1", name="ci", hint="abcd", scopes=frozenset({Scope.READ}), created_at=clock.now())
    await keys.keep(key, "digest")
    await break_row(table, (join("apikey", "k1"), "apikey"), form, name=name)
    assert await keys.find("k1") is None
    (listed,) = await keys.page(after=None, limit=5)
    assert (listed.id, listed.name, listed.scopes, listed.account_ids) == (
        "k1",
        key.name,
        frozenset(),
        frozenset(),
    )
    assert await keys.revoke("k1", clock.now()) is not None
    row = await table.get((join("apikey", "k1"), "apikey"), consistent=True)
    assert row is not None
    assert json.loads(text(row, "state"))["revoked_at"] is not None


@pytest.mark.parametrize("form", ["no JSON", "[]", '{"action": 5}'])
async def test_an_entry_of_the_audit_log_that_does_not_read_is_not_left_out(
    table: Table, clock: SetClock, form: str
) -> None:
    audit = TableAudit(table, clock)
    entry = new_entry(now=clock.now(), caller_id="key 1", caller="ada", action="revokeApiKey", subject="k")
    await audit.record(entry)
    (row,) = await table.query(below(join("audit", f"{entry.at:%Y-%m}")), consistent=True)
    await table.write(put({**row, "body": "\x00" if form == "no JSON" else form}))
    ((_, found),) = await audit.page(before=None, limit=5)
    assert (found.id, found.at) == (entry.id, entry.at)
    assert found.outcome is AuditOutcome.UNKNOWN
