"""Rows of events <-> events. In the feed they are mixed with changes of phase, which are events too."""

from datetime import datetime

from fleet.model.change import OperationKind
from fleet.model.event import Event, EventKind, of_transition, shorten
from fleet.model.ledger import LEDGER_KEPT, LedgerEntry
from fleet.model.operation import Operation, TargetKind
from infra.store.indexes import FEED, sort_key
from infra.store.names import SEPARATOR, Span, below, join, stamp
from infra.store.rows import account_key, entry, read_body
from infra.store.transition_rows import HISTORY_KEPT, is_event, to_transition, week_of
from infra.store.writes import Key, Row, text

_EVENT = "event"
_LEDGER = "ledger"


def from_event(event: Event, *, fence: int, written_at: datetime) -> Row:
    """Filed by the observation that saw it, so that writing it again replaces it."""
    parts = f"{fence:016d}", event.kind, event.cluster_key or event.message or ""
    return _row((account_key(event.account_id)[0], join(_EVENT, *parts)), event, written_at)


def from_ledger(entry: LedgerEntry) -> Row:
    """In the account's own partition, by the time at which it began."""
    pk, order = account_key(entry.account_id)[0], stamp(entry.began_at)
    expires_at = int((entry.ended_at + LEDGER_KEPT).timestamp())
    return {"pk": pk, "sk": join(_LEDGER, order), "body": entry.model_dump_json(), "expires_at": expires_at}


def ledger_span(account_id: str, *, before: str | None) -> Span:
    pk = account_key(account_id)[0]
    return below(pk, _LEDGER).up_to(None if before is None else join(_LEDGER, before))


def ledger_order(row: Row) -> str:
    return text(row, "sk").rpartition(SEPARATOR)[2]


def to_ledger(row: Row) -> LedgerEntry | None:
    return read_body(LedgerEntry, row)


def operation_event_key(operation: Operation, kind: EventKind) -> Key:
    """Beside the operation, which outlives its account."""
    return join("operations", operation.account_id), join(_EVENT, operation.id, kind)


def from_operation_event(
    operation: Operation, kind: EventKind, account_name: str | None, written_at: datetime
) -> Row:
    target = operation.target
    is_of_cluster = target is not None and target.kind is TargetKind.CLUSTER
    makes_cluster = operation.kind is OperationKind.CREATE_CLUSTER
    event = Event(
        kind=kind,
        account_id=operation.account_id,
        account_name=account_name,
        provider=operation.provider,
        cluster_key=target.key if target is not None and is_of_cluster else None,
        cluster_name=operation.target_name if is_of_cluster or makes_cluster else None,
        occurred_at=(operation.finished_at or written_at) if operation.is_final else operation.requested_at,
        after=operation.state,
        message=shorten(None if operation.failure is None else operation.failure.message),
        operation_id=operation.id,
        operation_kind=operation.kind,
    )
    return _row(operation_event_key(operation, kind), event, written_at)


def to_event(row: Row) -> Event | None:
    """Null where too little can be read."""
    if is_event(row):
        event = read_body(Event, row)
    else:
        change = to_transition(row)
        event = None if change is None else of_transition(change)
    return None if event is None else event.model_copy(update={"order": text(row, sort_key(FEED))})


def _row(key: Key, event: Event, written_at: datetime) -> Row:
    at = stamp(written_at)
    row: dict[str, str | int] = {
        "pk": key[0],
        "sk": key[1],
        "body": event.model_dump_json(),
        "expires_at": int((written_at + HISTORY_KEPT).timestamp()),
    }
    parts = key[1].split(SEPARATOR)[1:]
    row |= entry(FEED, join("feed", week_of(at).isoformat()), join(at, event.account_id, *parts))
    return row
