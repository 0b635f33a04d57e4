"""The changer's part of the store: operations, and the claims of open ones, which keep others from the same change."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fleet.model.event import EventKind
from fleet.model.operation import Operation
from fleet.model.plan import Plan
from fleet.ports.clock import Clock
from fleet.ports.reader import Ref
from fleet.ports.store import AccountGone, AlreadyAsked, AlreadyOpen, Idempotency, OutdatedOperation
from infra.store.account_rows import to_account
from infra.store.conditions import holder_is, is_absent, is_connected, version_is
from infra.store.event_rows import from_operation_event, operation_event_key
from infra.store.names import split
from infra.store.operation_rows import (
    from_operation,
    from_plan,
    holder_of,
    idempotency_key,
    idempotency_row,
    lock_key,
    lock_row,
    open_row,
    open_span,
    operation_key,
    plan_key,
    ref_of,
    to_operation,
    to_plan,
)
from infra.store.placeholders import operation_of_keys
from infra.store.rows import account_key, is_live
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.transition_rows import LANDS_WITHIN
from infra.store.writes import Action, Key, Row, check, delete, key_of_row, put, text, update


class TableOperations:
    """Every write is a transaction, even a single one. If an answer of DynamoDB is lost, botocore repeats the request
    with the same token, so that our own write does not look like another's.
    """

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def begin_change(
        self, operation: Operation, *, idempotency: Idempotency | None
    ) -> Operation | AlreadyAsked | AlreadyOpen:
        """A lock is also free if its operation has ended or was deleted."""
        kept = _next(operation)
        account = account_key(kept.account_id)
        asked_as = None if idempotency is None else idempotency_key(kept.account_id, idempotency)
        taken = {key_of_row(row): row for row in (lock_row(kept, lock) for lock in kept.locks)}
        if asked_as is not None and idempotency is not None:
            taken = {asked_as: idempotency_row(kept, idempotency), **taken}
        async for _ in tries(self._clock):
            found = await self._table.get_many([account, *taken], consistent=True)
            if "body" not in found.get(account, {}):
                raise AccountGone(kept.account_id)
            held = {key: found[key] for key in taken if key in found}
            holders = await self._holders(kept.account_id, held)
            if asked_as in holders and idempotency is not None:
                is_same = held[asked_as].get("digest") == idempotency.digest
                return AlreadyAsked(operation=holders[asked_as], is_same=is_same)
            other = next((one for one in holders.values() if not one.is_final), None)
            if other is not None and await self._is_still(asked_as, found):
                return AlreadyOpen(operation=other)
            if other is not None:
                continue
            former = {key: holder_of(row) for key, row in held.items()}
            actions: list[Action] = [
                check(account, is_connected()),
                put(from_operation(kept, asked_as), is_absent()),
                put(open_row(kept)),
                *(put(row, holder_is(former.get(key))) for key, row in taken.items()),
            ]
            try:
                await self._tell(kept, EventKind.OPERATION_BEGUN, _name_in(found[account]), actions)
            except ConditionFailed:
                continue
            return kept
        raise Contended(f"others keep changing what account {kept.account_id} holds")

    async def _is_still(self, asked_as: Key | None, found: Mapping[Key, Row]) -> bool:
        """Whether a key is as it was found. The rows of a batch are read one by one: a change that took both the key
        and a lock in between shows its lock alone.
        """
        if asked_as is None:
            return True
        return await self._table.get(asked_as, consistent=True) == found.get(asked_as)

    async def _holders(self, account_id: str, held: Mapping[Key, Row]) -> dict[Key, Operation]:
        """Operations by their claims. Expired claims do not count; one that does not tell its holder does."""
        now = self._clock.now()
        refs = {key: Ref(account_id, holder_of(row)) for key, row in held.items() if is_live(row, now)}
        operations = await read_operations(self._table, [ref for ref in refs.values() if ref.key], now)
        untold = {
            key: operation_of_keys(account_id, "", held[key]) for key, ref in refs.items() if not ref.key
        }
        return untold | {key: operations[ref] for key, ref in refs.items() if ref in operations}

    async def save_change(self, operation: Operation) -> Operation:
        kept = _next(operation)
        saved = update(
            operation_key(ref_of(kept)),
            keep={"body": kept.model_dump_json(), "version": kept.version},
            condition=version_is(operation.version),
        )
        if not kept.is_final:
            await self._write([saved])
            return kept
        account, claims = account_key(kept.account_id), _claims(kept)
        found = await self._table.get_many([account, *claims], consistent=True)
        actions = [saved, *_releases(kept, found, claims)]
        try:
            await self._tell(kept, EventKind.OPERATION_ENDED, _name_in(found.get(account)), actions)
        except ConditionFailed as failure:
            raise OutdatedOperation from failure
        return kept

    async def discard_change(self, operation: Operation) -> None:
        key = operation_key(ref_of(operation))
        row = await self._table.get(key, consistent=True) or {}
        asked_as = [(key[0], text(row, "asked_as"))] if "asked_as" in row else []
        discarded = delete(key, version_is(operation.version))
        untold = delete(operation_event_key(operation, EventKind.OPERATION_BEGUN))
        claims = [*_claims(operation), *asked_as]
        found = await self._table.get_many(claims, consistent=True)
        await self._write([discarded, untold, *_releases(operation, found, claims)])

    async def _write(self, actions: list[Action]) -> None:
        try:
            await self._table.transact(actions)
        except ConditionFailed as failure:
            raise OutdatedOperation from failure

    async def _tell(
        self, operation: Operation, kind: EventKind, account_name: str | None, actions: list[Action]
    ) -> None:
        """Does `actions` with their event. If the write was late, the event is written once more, later in the feed."""
        written_at = self._clock.now()
        await self._table.transact(
            [*actions, put(from_operation_event(operation, kind, account_name, written_at))]
        )
        while (now := self._clock.now()) - written_at > LANDS_WITHIN:
            written_at = now
            await self._table.write(put(from_operation_event(operation, kind, account_name, now)))

    async def open_changes(self, account_id: str) -> list[Operation]:
        rows = await self._table.query(open_span(account_id), consistent=True)
        refs = [Ref(account_id, split(text(row, "sk"))[-1]) for row in rows]
        found = await read_operations(self._table, refs, self._clock.now())
        return [found[ref] for ref in refs if ref in found and not found[ref].is_final]

    async def keep_plan(self, plan: Plan) -> None:
        await self._table.write(put(from_plan(plan)))

    async def plan(self, digest: str) -> Plan | None:
        row = await self._table.get(plan_key(digest), consistent=True)
        return None if row is None or not is_live(row, self._clock.now()) else to_plan(row)


def _claims(operation: Operation) -> list[Key]:
    locks = (lock_key(Ref(operation.account_id, lock)) for lock in operation.locks)
    return [key_of_row(open_row(operation)), *locks]


def _releases(operation: Operation, found: Mapping[Key, Row], claims: Iterable[Key]) -> list[Action]:
    """Releases the claims of the operation, but not claims that others took after they had expired."""
    return [
        delete(key, holder_is(operation.id))
        for key in claims
        if key in found and holder_of(found[key]) == operation.id
    ]


def _name_in(account: Row | None) -> str | None:
    known = None if account is None else to_account(account)
    return None if known is None else known.account.name


async def read_operations(table: Table, refs: Iterable[Ref], now: datetime) -> dict[Ref, Operation]:
    """Reads strongly consistently, because a caller reads a change at once after asking for it."""
    keys = {ref: operation_key(ref) for ref in refs}
    rows = await table.get_many(keys.values(), consistent=True)
    return {
        ref: to_operation(rows[key]) for ref, key in keys.items() if key in rows and is_live(rows[key], now)
    }


def _next(operation: Operation) -> Operation:
    return operation.model_copy(update={"version": operation.version + 1})
