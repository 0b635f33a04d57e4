"""Pages over the changes that were asked for, newest first.

As in `fleet.reading.pages`: a filter examines a bounded number of rows a page, and the cursor is then the last one
examined.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.model.change import OperationKind
from fleet.model.operation import Operation, OperationState, TargetKind
from fleet.ports.reader import Reader, Ref
from fleet.reading import sorting
from fleet.reading.pages import EXAMINED_ROWS
from fleet.reading.sorting import SORTED_ROWS, Direction, TooManyToSort, instant, number_aware

_CHUNK = 100

Order = tuple[str, str]
"""The operation's id, which sorts by time, and its account's."""


class OperationOrderField(StrEnum):
    REQUESTED_AT = "REQUESTED_AT"
    FINISHED_AT = "FINISHED_AT"
    STATE = "STATE"
    KIND = "KIND"
    TARGET_NAME = "TARGET_NAME"
    ACCOUNT = "ACCOUNT"
    REQUESTED_BY = "REQUESTED_BY"


Ordering = Sequence[tuple[OperationOrderField, Direction]]

NOTHING = Ref("", "")
"""Stands for a cluster that cannot be."""


@dataclass(frozen=True, kw_only=True)
class OperationPage:
    """`end` is where the next page goes on; null when this page is the last. `examined` counts what was read for it."""

    rows: Sequence[tuple[Order, Operation]]
    end: Order | None
    examined: int


@dataclass(frozen=True, kw_only=True)
class OperationFilter:
    """Null asks for everything."""

    states: frozenset[OperationState] | None = None
    kinds: frozenset[OperationKind] | None = None
    account_ids: frozenset[str] | None = None
    cluster: Ref | None = None
    name_contains: str | None = None
    requested_by: str | None = None
    since: datetime | None = None

    def matches(self, operation: Operation) -> bool:
        return (
            (self.states is None or operation.state in self.states)
            and (self.kinds is None or operation.kind in self.kinds)
            and (self.account_ids is None or operation.account_id in self.account_ids)
            and (self.cluster is None or _is_of(operation, self.cluster))
            and (
                self.name_contains is None
                or self.name_contains.casefold() in operation.target_name.casefold()
            )
            and (self.requested_by is None or operation.requested_by == self.requested_by)
        )

    @property
    def only_account_id(self) -> str | None:
        """Where no other account is asked for, only its operations are read."""
        if self.cluster is not None:
            return self.cluster.account_id
        ids = self.account_ids
        return next(iter(ids)) if ids is not None and len(ids) == 1 else None

    @property
    def matches_nothing(self) -> bool:
        return self.cluster == NOTHING or self.account_ids == frozenset()


def _is_of(operation: Operation, cluster: Ref) -> bool:
    target = operation.target
    return (
        target is not None
        and target.kind is TargetKind.CLUSTER
        and (operation.account_id, target.key) == cluster
    )


async def operations(
    reader: Reader, where: OperationFilter, *, before: Order | None, first: int
) -> OperationPage:
    rows: list[tuple[Order, Operation]] = []
    examined = 0
    async for operation in _newest(reader, where, before, first):
        if where.since is not None and operation.requested_at < where.since:
            break
        order = (operation.id, operation.account_id)
        examined += 1
        if where.matches(operation):
            if len(rows) == first:
                return OperationPage(rows=rows, end=rows[-1][0], examined=examined)
            rows.append((order, operation))
        if examined >= EXAMINED_ROWS:
            return OperationPage(rows=rows, end=order, examined=examined)
    return OperationPage(rows=rows, end=None, examined=examined)


def newest_first(ordering: Ordering) -> Ordering:
    """Where all else is equal, the newest comes first, as it does without an order."""
    return (*ordering, (OperationOrderField.REQUESTED_AT, Direction.DESC))


async def sort_operations(
    reader: Reader,
    where: OperationFilter,
    ordering: Ordering,
    *,
    account_names: Mapping[str, str],
    after: sorting.Order | None,
    limit: int,
) -> list[tuple[sorting.Order, Operation]]:
    """Up to `limit` operations behind a place, each with its place. All that may match are read, because they are kept
    in the order of time alone. Raises `TooManyToSort`.
    """
    found: list[Operation] = []
    examined = 0
    async for operation in _newest(reader, where, None, _CHUNK):
        if where.since is not None and operation.requested_at < where.since:
            break
        examined += 1
        if examined > SORTED_ROWS:
            raise TooManyToSort
        if where.matches(operation):
            found.append(operation)
    return sorting.cut(
        found,
        ordering,
        values={
            OperationOrderField.REQUESTED_AT: lambda one: instant(one.requested_at),
            OperationOrderField.FINISHED_AT: lambda one: instant(one.finished_at),
            OperationOrderField.STATE: lambda one: one.state.value,
            OperationOrderField.KIND: lambda one: one.kind.value,
            OperationOrderField.TARGET_NAME: lambda one: number_aware(one.target_name.casefold()),
            OperationOrderField.ACCOUNT: lambda one: account_names.get(one.account_id, "").casefold(),
            OperationOrderField.REQUESTED_BY: lambda one: one.requested_by.casefold(),
        },
        place=lambda one: (one.id, one.account_id),
        after=after,
        limit=limit,
    )


async def _newest(
    reader: Reader, where: OperationFilter, before: Order | None, first: int
) -> AsyncIterator[Operation]:
    """Of the whole fleet, or of one account."""
    if where.matches_nothing:
        return
    account_id = where.only_account_id
    limit = min(first + 1, _CHUNK)  # what an unfiltered page needs; a filter goes on in larger steps
    while True:
        if account_id is None:
            found = await reader.operations(before=before, limit=limit)
        else:
            key = None if before is None else before[0]
            found = await reader.operations_of(account_id, before=key, limit=limit)
        for operation in found:
            yield operation
        if len(found) < limit:
            return
        before, limit = (found[-1].id, found[-1].account_id), _CHUNK
