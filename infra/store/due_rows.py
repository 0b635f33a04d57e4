"""The entries of the index of due accounts, and the row with how far it is planned. See `rows`."""

from datetime import UTC, datetime

from fleet.ports.schedule import DueAccount
from infra.store.indexes import DUE, partition_key, sort_key
from infra.store.names import SEPARATOR, Span, below, join, read_stamp, shard, stamp
from infra.store.rows import account_id_of, entry, read_time
from infra.store.writes import Key, Row, text

DUE_SHARDS = 8
"""A partition takes 1,000 writes a second, and each observation costs two in the index: room for 4,000 a second."""


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
