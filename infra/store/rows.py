"""The conversion between records of the domain and rows of the table.

A row's body is the record as JSON. Other attributes are only those that a condition, an index or the expiry needs.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from fleet.model.account import Account, AccountState, DeletionGuard, TrackedAccount
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cluster import QUIET, Cluster
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.rate_limit import Budget
from fleet.model.record import Record
from fleet.model.spend import Statement
from fleet.model.stored import FROM_ANOTHER_VERSION, RecordT, Stored, Unreadable, read_stored
from fleet.model.subscription import OfferedPlan
from fleet.model.summary import Summary
from fleet.model.tracking import Tracked, TrackedCluster, Transition
from fleet.ports.reader import FleetOrder, NotAnOrderKey, Ref
from fleet.ports.schedule import DueAccount
from fleet.ports.store import ItemT, TrackedItem
from fleet.providers import PROVIDERS
from infra.store.indexes import ATTENTION, DUE, FEED, LISTING, partition_key, sort_key
from infra.store.latest_rows import LatestRows
from infra.store.names import SEPARATOR, Span, below, join, read_stamp, shard, stamp
from infra.store.placeholders import account_of_keys, cluster_of_keys
from infra.store.writes import Key, Row, text

logger = logging.getLogger(__name__)

HISTORY_KEPT = timedelta(days=90)

LANDS_WITHIN = timedelta(seconds=3)
"""What the feed shows is written again, with a later place in it, when it took longer to land than this: by then a
reader who follows along may have passed the first."""

HELD_BACK = timedelta(seconds=5)
"""How far the feed stays behind the present. What it shows is given its place before it is sent: written in time, it is
there three seconds later (`LANDS_WITHIN`), and the index and the clocks of other writers get two more."""

BUDGET_KEPT = timedelta(days=1)
"""The lifetime of a budget's row. It is longer than the longest window and refusal, so that an expired row no longer
matters.
"""

ATTENTION_SHARDS = 4
"""The shards of the index. An outage of everything moves many rows at once, which could exceed the limit of one
partition.
"""

DUE_SHARDS = 8
"""A partition takes 1,000 writes a second, and each observation costs two in the index: room for 4,000 a second."""

KINDS: Mapping[type[Record], str] = {
    Cluster: "cluster",
    Node: "node",
    Integration: "integration",
    Region: "region",
    InstanceType: "instance_type",
    OfferedVersion: "version",
    OfferedPlan: "offered_plan",
    Statement: "statement",
}

_TRACKED: Mapping[type[Record], type[Record]] = {
    Node: Tracked[Node],
    Integration: Tracked[Integration],
    Region: Tracked[Region],
    InstanceType: Tracked[InstanceType],
    OfferedVersion: Tracked[OfferedVersion],
    OfferedPlan: Tracked[OfferedPlan],
    Statement: Tracked[Statement],
}


def read_body(kind: type[RecordT], row: Row, name: str = "body") -> RecordT | None:
    """The record of a row. Null, with a line in the log, if the row cannot be read."""
    stored = read_whole_body(kind, row, name)
    return None if stored is None else stored.record


def read_whole_body(kind: type[RecordT], row: Row, name: str = "body") -> Stored[RecordT] | None:
    try:
        return read_stored(kind, text(row, name), context=PROVIDERS)
    except Unreadable as error:
        logger.warning("the %s of row %r %r cannot be read: %s", name, row.get("pk"), row.get("sk"), error)
        return None


def read_time(row: Row, name: str) -> datetime | None:
    return read_stamp(text(row, name)) if name in row else None


def is_live(row: Row, now: datetime) -> bool:
    """Whether a row has not expired. DynamoDB deletes expired rows within days, not at once."""
    return "expires_at" not in row or int(row["expires_at"]) > now.timestamp()


# ---------------------------------------------------------------------------------------------------------
# accounts


def account_key(account_id: str) -> Key:
    return join("account", account_id), "account"


def is_hidden(row: Row) -> bool:
    """Whether the account is being removed. Its bare row is kept until all other rows are deleted."""
    return "body" not in row


MOST_ACCOUNTS_KEPT = 1_000
"""Every query reads all accounts. One that has not changed since is the same record."""
_LATEST = LatestRows[TrackedAccount](MOST_ACCOUNTS_KEPT)


def to_account(row: Row) -> TrackedAccount | None:
    """The account of a row. Null if there is none, or it is being removed."""
    if is_hidden(row):
        return None
    known = _LATEST.find(row)
    if known is not None:
        return known
    account = _to_account(row)
    if account.is_understood and account.is_counted:  # the log says each time that something does not read
        _LATEST.keep(row, account)
    return account


_NOTHING_COUNTED = Summary.model_construct()


def _to_account(row: Row) -> TrackedAccount:
    stored = read_whole_body(Account, row)
    name = "observed" if "observed" in row else "state"
    state, is_counted = _to_state(row, name) if name in row else (AccountState(), True)
    return TrackedAccount.model_construct(  # of what is valid, without a validator of its own
        account=account_of_keys(account_id_of(row), row) if stored is None else stored.record,
        state=state,
        due_at=due_at_of(row),
        is_understood=stored is not None and stored.is_whole,
        is_counted=is_counted,
    )


def _to_state(row: Row, name: str) -> tuple[AccountState, bool]:
    """With whether its numbers are those that were stored. A deletion guard that does not read holds on, as if it had
    begun with the observation to come.
    """
    stored = read_whole_body(AccountState, row, name)
    state = AccountState() if stored is None else stored.record
    is_whole = stored is not None and stored.is_whole
    is_counted = (is_whole and state.summary != _NOTHING_COUNTED) or _is_counted(
        state.summary, text(row, name)
    )
    due_at = None if is_whole else due_at_of(row)
    if state.deletion_guard is not None or due_at is None or not _may_be_guarded(row, name):
        return state, is_counted
    guard = DeletionGuard(since=due_at, reason=FROM_ANOTHER_VERSION)
    return state.model_copy(update={"deletion_guard": guard}), is_counted


def _is_counted(summary: Summary, stored: str) -> bool:
    """Whether nothing that was stored is missing from a summary, but for the names of phases."""
    try:
        kept = json.loads(stored).get("summary") or {}
        clusters = sum(kept.get("by_phase", {}).values())
        rest = read_stored(Summary, json.dumps({**kept, "by_phase": {}}))
    except (ValueError, AttributeError, TypeError):
        return False
    is_known = not kept or not Summary.model_fields.keys().isdisjoint(kept)
    return is_known and rest.is_whole and clusters == summary.cluster_count


def _may_be_guarded(row: Row, name: str) -> bool:
    try:
        return json.loads(text(row, name)).get("deletion_guard") is not None
    except (ValueError, AttributeError):
        return True


def account_id_of(row: Row) -> str:
    """The account id, from the key, because the bare row of a removed account has no other attribute with it."""
    return text(row, "pk").partition(SEPARATOR)[2]


def organization_key(account: Account) -> Key:
    return join("organization", *account.organization), "organization"


def name_key(account: Account) -> Key:
    return join("name", *account.order), "name"


def account_named_span(provider: str, name: str) -> Span:
    key = join(provider, name)
    return Span(index=LISTING, partition=join("accounts"), low=key, high=key)


def account_listing(account: Account) -> Row:
    return entry(LISTING, join("accounts"), join(*account.order))


def accounts_span(provider: str | None) -> Span:
    return below(join("accounts"), *(() if provider is None else (provider,)), index=LISTING)


def from_state(state: AccountState) -> Row:
    """No index carries it, so that what every observation writes is written once. Without defaults it fits a unit."""
    return {"observed": state.model_dump_json(exclude_defaults=True)}


OF_0_1 = ("state", "due_at", "queued_until")
"""The attributes of an account that version 0.1 kept, and that `from_state` and `due_entry` replace."""


def due_entry(
    account_id: str, due_at: datetime, *, written_at: datetime, planned_at: datetime | None = None
) -> Row:
    """When the planner sends the message of an account, and when the account is due: sooner where somebody else sends
    one. It says when it was written, because a planner has to know what it cannot have seen before.
    """
    at = planned_at or due_at
    parts = [stamp(at), _short(written_at), account_id] + ([] if at == due_at else [stamp(due_at)])
    return entry(DUE, join("due", shard(account_id, DUE_SHARDS)), join(*parts))


def due_at_of(row: Row) -> datetime | None:
    """From its place among the due ones, which is changed whenever that is."""
    if "due_at" in row:
        return read_time(row, "due_at")
    return to_due(row).due_at if sort_key(DUE) in row else None


def to_due(row: Row) -> DueAccount:
    """Version 0.1 kept only the first part."""
    at, *more = text(row, sort_key(DUE)).split(SEPARATOR)
    return DueAccount(
        account_id=account_id_of(row),
        due_at=read_stamp(more[2] if len(more) > 2 else at),
        planned_at=read_stamp(at),
        written_at=_read_short(more[0]) if more else None,
    )


def _short(instant: datetime) -> str:
    """To the millisecond; the row of an account is about as large as a unit of writing."""
    return f"{int(instant.timestamp() * 1000):x}"


def _read_short(text: str) -> datetime:
    return datetime.fromtimestamp(int(text, 16) / 1000, UTC)


def earliest(due_at: datetime | None, wanted_at: datetime) -> datetime:
    return wanted_at if due_at is None else min(due_at, wanted_at)


def due_spans() -> list[Span]:
    """By shard. The last is where version 0.1 kept them all."""
    shards = [below(join("due", str(number)), index=DUE) for number in range(DUE_SHARDS)]
    return [*shards, below(join("due"), index=DUE)]


def due_until(before: datetime) -> str:
    """The end of a span: what was planned for an instant is included, whenever it was written."""
    return join(stamp(before)) + "\x01"


SCHEDULE_KEY: Key = (join("schedule"), "schedule")


DUE_ENTRY = (partition_key(DUE), sort_key(DUE))
LISTING_ENTRY = (partition_key(LISTING), sort_key(LISTING))

# ---------------------------------------------------------------------------------------------------
# observed things


def item_key(kind: type[Record], ref: Ref) -> Key:
    """A node's key begins with its cluster's, so that the nodes of a cluster are adjacent."""
    parts = ref.key.partition("/")[::2] if kind is Node else (ref.key,)
    return account_key(ref.account_id)[0], join(KINDS[kind], *parts)


def key_of(tracked: TrackedItem) -> Key:
    return item_key(type(tracked.item), Ref(tracked.item.account_id, tracked.item.key))


def items_span(kind: type[Record], account_id: str) -> Span:
    return below(account_key(account_id)[0], KINDS[kind])


def nodes_span(cluster: Ref) -> Span:
    return below(account_key(cluster.account_id)[0], KINDS[Node], cluster.key)


def named_span(kind: type[Record], account_id: str, *name: str) -> Span:
    """Items of an account in the order name, key. With a name, only those of that name."""
    return below(join(KINDS[kind], account_id), *name, index=LISTING)


def attention_spans() -> list[Span]:
    return [below(join("attention", str(number)), index=ATTENTION) for number in range(ATTENTION_SHARDS)]


def from_item(tracked: TrackedItem, account: Account) -> Row:
    """Without what is null, a third is read less at every observation."""
    pk, sk = key_of(tracked)
    row: dict[str, str | int] = {"pk": pk, "sk": sk, "body": tracked.model_dump_json(exclude_none=True)}
    if isinstance(tracked.item, Cluster | Integration):
        item = tracked.item
        partition = join(KINDS[type(item)], account.id)
        row |= entry(LISTING, partition, join(item.name, item.key))
    if isinstance(tracked, TrackedCluster):
        row |= _cluster_attributes(tracked, account)
    return row


def _cluster_attributes(tracked: TrackedCluster, account: Account) -> Row:
    attributes: dict[str, str | int] = {"account_name": account.name}
    cluster = tracked.item
    if cluster.phase not in QUIET:
        partition = join("attention", shard(account.id, ATTENTION_SHARDS))
        attributes |= entry(ATTENTION, partition, join(*account.order, cluster.name, cluster.key))
    if tracked.expires_at is not None:
        attributes["expires_at"] = int(tracked.expires_at.timestamp())
    return attributes


def to_cluster(row: Row) -> TrackedCluster:
    stored = read_whole_body(TrackedCluster, row)
    if stored is None:
        return cluster_of_keys(row)
    return stored.record if stored.is_whole else stored.record.model_copy(update={"is_understood": False})


def to_item(kind: type[ItemT], row: Row) -> Tracked[ItemT] | None:
    return cast(Tracked[Any] | None, read_body(_TRACKED[kind], row))


def to_fleet_order(row: Row, tracked: TrackedCluster) -> FleetOrder:
    cluster = tracked.item
    return FleetOrder(cluster.provider, text(row, "account_name"), cluster.name, cluster.key)


# ----------------------------------------------------------------------------------------------------------
# history


def from_transition(transition: Transition, *, fence: int, written_at: datetime) -> Row:
    """The key of a transition contains its observation, so that writing it again replaces it.

    Its place in the feed is the time of writing, because readers follow that order.
    """
    pk = account_key(transition.account_id)[0]
    order = f"{fence:016d}@{stamp(transition.observed_at)}"
    row: dict[str, str | int] = {
        "pk": pk,
        "sk": join("history", transition.cluster_key, order),
        "body": transition.model_dump_json(),
        "expires_at": int((written_at + HISTORY_KEPT).timestamp()),
    }
    at = stamp(written_at)
    row |= entry(
        FEED,
        join("feed", week_of(at).isoformat()),
        join(at, transition.account_id, transition.cluster_key, order),
    )
    return row


def history_span(cluster: Ref, *, before: str | None) -> Span:
    pk = account_key(cluster.account_id)[0]
    span = below(pk, "history", cluster.key)
    return span if before is None else span.up_to(join("history", cluster.key, before))


def history_order(row: Row) -> str:
    return text(row, "sk").rpartition(SEPARATOR)[2]


def feed_span(week: date) -> Span:
    return below(join("feed", week.isoformat()), index=FEED)


def week_of(order: str) -> date:
    """The Monday before an order key or a stamp. Raises `NotAnOrderKey` for anything else.

    The feed has a partition for each week. They are few, because phases change rarely.
    """
    try:
        day = date.fromisoformat(order[:10])
    except ValueError:
        raise NotAnOrderKey("this is no order key of the feed") from None
    return day - timedelta(days=day.weekday())


def feed_order(row: Row) -> str:
    return text(row, sort_key(FEED))


def order_instant(order: str) -> str:
    """The time of writing. An order key of the feed begins with it, and it is a valid cursor itself."""
    return order.partition(SEPARATOR)[0]


def is_event(row: Row) -> bool:
    """In the feed: rather than a change of phase."""
    return text(row, "sk").startswith(f"event{SEPARATOR}")


def to_transition(row: Row) -> Transition | None:
    """Null for another event of the feed, too."""
    return None if is_event(row) else read_body(Transition, row)


# ----------------------------------------------------------------------------------------------------------
# budgets


def budget_key(key: str) -> Key:
    return join("budget", key), "budget"


def from_budget(key: str, budget: Budget, *, version: int, now: datetime) -> Row:
    """Without defaults it fits a unit."""
    pk, sk = budget_key(key)
    kept_from = max(now, budget.blocked_until or now, budget.foreign_until or now)
    return {
        "pk": pk,
        "sk": sk,
        "body": budget.model_dump_json(exclude_defaults=True),
        "version": version,
        "expires_at": int((kept_from + BUDGET_KEPT).timestamp()),
    }


def held_row(key: Key, holder: str) -> Row:
    """The row of a claim: what only one can have, and who has it."""
    return {"pk": key[0], "sk": key[1], "holder": holder}


def entry(index: str, partition: str, sort: str) -> Row:
    return {partition_key(index): partition, sort_key(index): sort}
