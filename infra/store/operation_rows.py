"""Rows of operations, of the locks of open ones, and of plans. See `rows`.

They have partitions of their own, because they outlive their account.
"""

from fleet.model.operation import KEPT, Operation
from fleet.model.plan import Plan
from fleet.ports.reader import Ref
from fleet.ports.store import Idempotency
from infra.store.indexes import LISTING
from infra.store.names import Span, below, join, split
from infra.store.placeholders import operation_of_keys
from infra.store.rows import entry, held_row, read_whole_body
from infra.store.writes import Key, Row, text


def operation_key(ref: Ref) -> Key:
    return _partition(ref.account_id), join("operation", ref.key)


def lock_key(lock: Ref) -> Key:
    return _partition(lock.account_id), join("lock", lock.key)


def idempotency_key(account_id: str, idempotency: Idempotency) -> Key:
    return _partition(account_id), join("idempotency", idempotency.caller, idempotency.key)


def ref_of(operation: Operation) -> Ref:
    return Ref(operation.account_id, operation.id)


def operations_span(account_id: str) -> Span:
    """The operations of one account, by id."""
    return below(_partition(account_id), "operation")


def all_operations_span() -> Span:
    """The operations of the fleet, by id and account."""
    return below(join("operations"), index=LISTING)


def all_operations_order(operation_id: str, account_id: str) -> str:
    return join(operation_id, account_id)


def open_span(account_id: str) -> Span:
    return below(_partition(account_id), "open")


def from_operation(operation: Operation, asked_as: Key | None) -> Row:
    """`asked_as` is the key of its idempotency row, to delete that with it."""
    pk, sk = operation_key(ref_of(operation))
    row: dict[str, str | int] = {
        "pk": pk,
        "sk": sk,
        "body": operation.model_dump_json(),
        "version": operation.version,
        "expires_at": _expires_at(operation),
        **entry(LISTING, join("operations"), all_operations_order(operation.id, operation.account_id)),
    }
    if asked_as is not None:
        row["asked_as"] = asked_as[1]
    return row


def open_row(operation: Operation) -> Row:
    """Open operations have extra rows, because they are few among many that have ended."""
    key = _partition(operation.account_id), join("open", operation.id)
    return {**held_row(key, operation.id), "expires_at": _expires_at(operation)}


def lock_row(operation: Operation, lock: str) -> Row:
    key = lock_key(Ref(operation.account_id, lock))
    return {**held_row(key, operation.id), "expires_at": _expires_at(operation)}


def idempotency_row(operation: Operation, idempotency: Idempotency) -> Row:
    key = idempotency_key(operation.account_id, idempotency)
    return {
        **held_row(key, operation.id),
        "digest": idempotency.digest,
        "expires_at": int(idempotency.expires_at.timestamp()),
    }


def to_operation(row: Row) -> Operation:
    stored = read_whole_body(Operation, row)
    if stored is not None and stored.is_whole:
        return stored.record
    (_, account_id), (_, operation_id) = split(text(row, "pk")), split(text(row, "sk"))
    known = operation_of_keys(account_id, operation_id, row) if stored is None else stored.record
    return known.model_copy(update={"is_understood": False, "version": int(row.get("version", 0))})


def holder_of(claim: Row) -> str:
    """The id of the operation that has a claim. Empty where another version tells that otherwise."""
    return str(claim.get("holder", ""))


def plan_key(digest: str) -> Key:
    return join("plan", digest), "plan"


def from_plan(plan: Plan) -> Row:
    pk, sk = plan_key(plan.digest)
    return {
        "pk": pk,
        "sk": sk,
        "body": plan.model_dump_json(),
        "expires_at": int(plan.expires_at.timestamp()),
    }


def to_plan(row: Row) -> Plan | None:
    """Null if the row cannot be read as it was written: what it names is to be sent byte for byte."""
    stored = read_whole_body(Plan, row)
    return stored.record if stored is not None and stored.is_whole else None


def _expires_at(operation: Operation) -> int:
    return int((operation.requested_at + KEPT).timestamp())


def _partition(account_id: str) -> str:
    return join("operations", account_id)
