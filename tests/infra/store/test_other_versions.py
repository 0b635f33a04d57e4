"""Rows that another version of ourselves wrote: those of every release, and those of one that is still to come."""

import json
import re
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleet.model.account import Account, AccountState, Collection
from fleet.model.api_key import ApiKey
from fleet.model.audit import AuditEntry
from fleet.model.caller import Scope
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cluster import Phase
from fleet.model.envelope import Envelope
from fleet.model.event import Event
from fleet.model.freshness import NOT_COUNTED, freshness_of, is_missing
from fleet.model.integration import Integration
from fleet.model.ledger import LedgerEntry
from fleet.model.node import Node
from fleet.model.operation import Operation, OperationState
from fleet.model.plan import Plan
from fleet.model.rate_limit import Budget
from fleet.model.record import Record
from fleet.model.spend import Statement
from fleet.model.stored import read_stored
from fleet.model.subscription import OfferedPlan
from fleet.model.tracking import Tracked, TrackedCluster, Transition
from fleet.model.webhook import Delivery, Webhook, WebhookState
from fleet.ports.reader import Ref
from fleet.providers import PROVIDERS
from infra import store as rows_of_the_store
from infra.sqlite.table import SqliteTable
from infra.store.account_rows import to_account
from infra.store.api_keys import KeyState, TableKeys
from infra.store.envelopes import TableEnvelopes
from infra.store.store import TableStore
from infra.store.webhooks import TableWebhooks
from infra.store.writes import Row, put
from tests.infra.samples import NOON, SetClock, make_operation, must_begin
from tests.infra.store.next_version import INVENTED, of_a_next_version
from tests.infra.store.released import ACME, FOLDER, WEBHOOK, changes, make_rows

RELEASES = sorted(FOLDER.glob("*.json"))
RECORDS: dict[str, type[Record]] = {
    "account": Account,
    "cluster": TrackedCluster,
    "node": Tracked[Node],
    "integration": Tracked[Integration],
    "region": Tracked[Region],
    "instance_type": Tracked[InstanceType],
    "version": Tracked[OfferedVersion],
    "offered_plan": Tracked[OfferedPlan],
    "history": Transition,
    "operation": Operation,
    "budget": Budget,
    "event": Event,
    "ledger": LedgerEntry,
    "audit": AuditEntry,
    "statement": Tracked[Statement],
    "envelope": Envelope,
    "apikey": ApiKey,
    "plan": Plan,
    "webhook": Webhook,
    "waiting": Delivery,
    "dead": Delivery,
}
STATES: dict[str, type[Record]] = {"account": AccountState, "apikey": KeyState, "webhook": WebhookState}
WITHOUT_A_RECORD = {"open", "lock", "idempotency", "organization", "name", "points", "schedule"}
"""Of these, `schedule` alone has a body, which is no record: `tests/infra/store/test_schedule.py`."""
SINCE_THE_FIRST = {
    "event", "ledger", "audit", "statement", "envelope", "plan", "webhook", "waiting", "dead", "schedule",
    "version", "offered_plan",
}  # fmt: skip
"""Kinds that the first release did not have."""


def rows_of(release: Path) -> list[Row]:
    rows: list[Row] = json.loads(release.read_text(encoding="utf-8"))
    return rows


def kind_of(row: Row) -> str:
    of_partition, kind = (str(row[name]).partition("\x00")[0] for name in ("pk", "sk"))
    return of_partition if of_partition in ("audit", "points") else kind


def lost(stored: Any, again: Any, path: str = "") -> list[str]:
    """What was stored and does not come back."""
    if isinstance(stored, dict) and isinstance(again, dict):
        return [
            what
            for name, one in stored.items()
            for what in lost(one, again.get(name, "nothing"), f"{path}.{name}")
        ]
    if isinstance(stored, list) and isinstance(again, list):
        if len(stored) == len(again) and all(isinstance(one, dict) for one in stored):
            return [what for one, other in zip(stored, again, strict=True) for what in lost(one, other, path)]
        return [] if sorted(map(str, stored)) == sorted(map(str, again)) else [path]
    return [] if stored == again else [path]


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_every_row_of_every_release_is_read_as_it_was_written(release: Path) -> None:
    rows = rows_of(release)
    kinds = {kind_of(row) for row in rows}
    assert kinds == {*RECORDS, *WITHOUT_A_RECORD} - (SINCE_THE_FIRST if release == RELEASES[0] else set())
    for row in rows:
        bodies = [(RECORDS[kind_of(row)], "body")] if kind_of(row) in RECORDS else []
        bodies += [(STATES[kind_of(row)], name) for name in ("state", "observed") if name in row]
        for record, name in bodies:
            read = read_stored(record, str(row[name]), context=PROVIDERS)
            assert read.is_whole, row
            assert lost(json.loads(str(row[name])), json.loads(read.record.model_dump_json())) == []


def shapes(rows: Iterable[Row]) -> dict[str, set[frozenset[str]]]:
    """The attributes of the rows of each kind."""
    found: dict[str, set[frozenset[str]]] = {}
    for row in rows:
        found.setdefault(kind_of(row), set()).add(frozenset(row))
    return found


async def test_the_latest_rows_have_every_kind_and_every_attribute_that_is_stored_now() -> None:
    assert shapes(await make_rows()) == shapes(rows_of(RELEASES[-1]))


def test_a_row_of_every_record_that_the_store_reads_is_kept_of_each_release() -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(rows_of_the_store.__path__[0]).glob("*.py")
    )
    read = set(re.findall(r"read_(?:whole_)?(?:body|stored)\(([A-Z]\w+)", source))
    kept = {record.__name__ for record in (*RECORDS.values(), *STATES.values())}
    assert read >= {"Webhook", "Plan", "Envelope", "AuditEntry"}
    assert read - {"Summary"} <= kept, "a summary is a part of an AccountState"


@pytest.fixture(params=INVENTED)
async def table(request: pytest.FixtureRequest) -> AsyncIterator[SqliteTable]:
    """Rows of the latest release, as a version after this one may have written them."""
    made = SqliteTable()
    for row in rows_of(RELEASES[-1]):
        await made.write(put(of_a_next_version(row, INVENTED[request.param])))
    yield made
    made.close()


@pytest.fixture
def store(table: SqliteTable, clock: SetClock) -> TableStore:
    return TableStore(table, clock)


async def test_every_page_of_a_next_version_is_answered(store: TableStore, clock: SetClock) -> None:
    clock.advance(60)
    (account,) = await store.accounts(after=None, limit=10)
    assert account.account.name == ACME.name
    assert set(account.state.collections) <= set(Collection)
    assert len(await store.accounts_by_id([ACME.id])) == 1
    clusters = await store.clusters_of(ACME.id, after=None, limit=10)
    assert len(clusters) == 5
    assert len(await store.attention(after=None, limit=10)) == 4
    assert len(await store.clusters_named(ACME.id, "of-kupe")) == 1
    assert len(await store.nodes_of(Ref(ACME.id, "of-kupe@1"), after=None, limit=10)) == 1
    assert len(await store.integrations_of(ACME.id, after=None, limit=10)) == 1
    assert len(await store.regions_of(ACME.id, after=None, limit=10)) == 1
    assert len(await store.instance_types_of(ACME.id, after=None, limit=10)) == 1
    assert len(await store.history(Ref(ACME.id, "of-kupe@1"), before=None, limit=10)) == 1
    moved, _ = await store.feed(after=None, since=NOON, now=clock.now(), limit=10)
    assert len(moved) == 1
    operations = await store.operations(before=None, limit=100)
    assert (
        len(operations) == len(await store.operations_of(ACME.id, before=None, limit=100)) == len(changes())
    )
    assert len(await store.open_operations_by_lock([Ref(ACME.id, "cluster c0")])) == 1
    assert (await store.budget(ACME.budget_key)).foreign_requests > 0


async def test_webhooks_envelopes_and_plans_of_a_next_version_are_there(
    table: SqliteTable, store: TableStore, clock: SetClock, request: pytest.FixtureRequest
) -> None:
    """A filter that does not read sends nothing, and a request that does not read is not made."""
    is_whole = request.node.callspec.params["table"] == "members"
    webhooks = TableWebhooks(table, clock)
    (known,) = await webhooks.page(after=None, limit=10)
    assert (known.webhook.id, known.webhook.name) == (WEBHOOK.id, WEBHOOK.name)
    until = clock.now() + timedelta(minutes=1)
    assert await webhooks.take(WEBHOOK.id, now=clock.now(), until=until) is None  # it is paused
    assert known.webhook.is_understood is is_whole
    if is_whole:
        active = WEBHOOK.model_copy(update={"paused_at": None})
        await webhooks.change(WEBHOOK.id, lambda one: one.model_copy(update={"webhook": active}))
        assert await webhooks.take(WEBHOOK.id, now=clock.now(), until=until) is not None
    assert len(await webhooks.waiting(WEBHOOK.id)) == 1
    assert len(await webhooks.dead(WEBHOOK.id, after=None, limit=5)) == 1
    assert [one.name for one in await TableEnvelopes(table, clock).all()] == ["team a"]
    assert await store.plan("p1") is None  # of a spec that grew a member, among others
    await table.write(put(next(row for row in rows_of(RELEASES[-1]) if kind_of(row) == "plan")))
    assert await store.plan("p1") is not None


async def test_an_account_of_a_next_version_is_observed(store: TableStore, clock: SetClock) -> None:
    lease = await must_begin(store, ACME, clock.now())
    assert len(await store.clusters(ACME.id)) == 5
    assert len(await store.items(ACME.id, Node)) == 1
    await store.end(lease, lease.tracked.state, due_at=clock.now())


async def test_a_key_of_a_next_version_opens_no_more_and_can_be_revoked(
    table: SqliteTable, clock: SetClock
) -> None:
    keys = TableKeys(table, clock)
    (listed, _) = await keys.page(after=None, limit=10)
    found = await keys.find(listed.id)
    assert found is not None
    assert found[0].scopes == {Scope.READ, Scope.WRITE}
    assert found[0].account_ids == frozenset({ACME.id})
    assert await keys.revoke(listed.id, clock.now()) is not None
    again = await keys.find(listed.id)
    assert again is not None
    assert again[0].revoked_at == clock.now()


@pytest.mark.parametrize(
    ("name", "member"),
    [("body", "account_ids"), ("body", "expires_at"), ("state", "revoked_at"), ("body", "id")],
)
async def test_a_key_whose_limits_do_not_read_opens_nothing(name: str, member: str, clock: SetClock) -> None:
    table = SqliteTable()
    (row, *_) = [row for row in rows_of(RELEASES[-1]) if kind_of(row) == "apikey"]
    changed = json.dumps({**json.loads(str(row[name])), member: {"another": "form"}})
    await table.write(put({**row, name: changed}))
    keys = TableKeys(table, clock)
    assert await keys.find("key0") is None
    (listed,) = await keys.page(after=None, limit=10)
    assert (listed.scopes, listed.account_ids) == (frozenset(), frozenset())
    table.close()


async def test_what_a_next_version_knows_of_a_key_is_kept(clock: SetClock) -> None:
    table = SqliteTable()
    (row, *_) = [row for row in rows_of(RELEASES[-1]) if kind_of(row) == "apikey"]
    await table.write(put({**row, "state": '{"last_used_from": "192.0.2.1"}'}))
    await TableKeys(table, clock).revoke("key0", clock.now())
    kept = await table.get((str(row["pk"]), str(row["sk"])))
    assert kept is not None
    assert json.loads(str(kept["state"]))["last_used_from"] == "192.0.2.1"
    table.close()


def reread(operation: Operation, **changed: object) -> tuple[Operation, bool]:
    stored = json.dumps({**json.loads(operation.model_dump_json()), **changed})
    return read_stored(Operation, stored, context=PROVIDERS)


def test_a_verb_that_is_new_is_shown_and_left_alone() -> None:
    read, is_whole = reread(make_operation(ACME, "o1"), kind="TELEPORT_CLUSTER", state="IN_TRANSIT")
    assert not is_whole
    assert (read.kind, read.state) == ("UNKNOWN", OperationState.UNKNOWN)
    assert not read.is_final
    assert not read.change.is_whole


def test_a_spec_that_grew_a_member_is_not_sent_without_it() -> None:
    (row, *_) = [
        row
        for row in rows_of(RELEASES[-1])
        if kind_of(row) == "operation" and '"kind":"CREATE_CLUSTER"' in str(row["body"])
    ]
    body = json.loads(str(row["body"]))
    body["change"]["spec"]["confidential"] = True
    read = read_stored(Operation, json.dumps(body), context=PROVIDERS)
    assert not read.is_whole
    assert read.record.change.kind == "CREATE_CLUSTER"


def test_as_little_as_will_do_is_given_up() -> None:
    (row, *_) = [row for row in rows_of(RELEASES[-1]) if kind_of(row) == "cluster"]
    body = json.loads(str(row["body"]))
    body["item"] |= {"phase": "HIBERNATING", "created_at": "2040-05-04T12:00:00", "version": 1.33}
    body["item"]["capacity"]["node_count"] = {"least": 1, "most": 3}
    body["item"]["spend_limit"] = {"state": "PREPAID"}
    read, is_whole = read_stored(TrackedCluster, json.dumps(body), context=PROVIDERS)
    assert not is_whole
    cluster = read.item
    assert cluster.phase is Phase.UNKNOWN
    assert cluster.created_at is None
    assert cluster.version is None
    assert cluster.capacity.node_count is None
    assert cluster.capacity.total.cpu_millicores == 4000
    assert cluster.spend_limit.state == "UNKNOWN"
    assert "another version" in (cluster.spend_limit.reason or "")
    assert cluster.labels == {"team": "a"}


@pytest.mark.parametrize(
    ("summary", "is_counted"),
    [
        ({}, True),
        ({"by_phase": {"READY": 3}, "unlimited_count": 3, "invented": 7}, True),
        ({"by_phase": {"READY": 3, "HIBERNATING": 2}}, True),
        ({"by_phase": {"READY": {"healthy": 3}}}, False),
        ({"by_phase": {"READY": 3}, "spend_limits": {"EUR": "12.50"}}, False),
        ({"another": "form"}, False),
        ("another form", False),
    ],
)
def test_an_account_whose_numbers_do_not_read_is_missing_from_the_count(
    summary: object, is_counted: bool
) -> None:
    begun = {"observed_at": NOON.isoformat(), "next_attempt_at": NOON.isoformat()}
    state = json.dumps({"collections": {"clusters": begun}, "summary": summary})
    (row,) = [row for row in rows_of(RELEASES[-1]) if kind_of(row) == "account"]
    tracked = to_account({**row, "observed": state})
    assert tracked is not None
    assert tracked.is_counted == is_counted
    assert is_missing(tracked, NOON) != is_counted
    assert freshness_of(tracked, Collection.CLUSTERS, NOON).reason == (None if is_counted else NOT_COUNTED)


def test_clusters_of_a_phase_that_is_new_still_count() -> None:
    summary = {"by_phase": {"READY": 3, "HIBERNATING": 2, "FROZEN": 1, "UNKNOWN": 1}}
    state = read_stored(AccountState, json.dumps({"summary": summary})).record
    assert state.summary.by_phase == {Phase.READY: 3, Phase.UNKNOWN: 4}
