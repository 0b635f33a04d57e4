"""Reads that are late, as DynamoDB's are and no emulator's: an index, and every read that does not ask to be
consistent, may show the table as it was a moment ago.

`Past` knows how it was. `LaggingTable` shows that until somebody waits, and `waiting_readers` is that somebody: while
it is on, each page that a test asks the store for is read twice, first as late as can be, and then after a wait. What
the store does besides answering pages never waits.
"""

import inspect
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

from fleet.ports.clock import Clock
from infra.store.api_keys import TableKeys
from infra.store.history import TableHistory
from infra.store.indexes import CARRIED, partition_key, sort_key
from infra.store.names import Span
from infra.store.reader import TableReader
from infra.store.schedule import TableSchedule
from infra.store.table import Table, look_up
from infra.store.webhooks import TableWebhooks
from infra.store.writes import Action, Key, Row, Write, key_of_row


class Past:
    """What rows were before they changed, and when that was: as whoever keeps it counts time."""

    def __init__(self) -> None:
        self._changes: deque[tuple[float, Key, Row | None]] = deque()

    def note(self, before: Mapping[Key, Row | None], at: float) -> None:
        self._changes.extend((at, key, row) for key, row in before.items())

    def forget(self, until: float) -> None:
        """Everybody has seen by now what changed until then."""
        while self._changes and self._changes[0][0] <= until:
            self._changes.popleft()

    def rows(self) -> dict[Key, Row | None]:
        was: dict[Key, Row | None] = {}
        for _, key, row in self._changes:
            was.setdefault(key, row)
        return was


def shown_late(
    span: Span,
    now: Iterable[Row],
    was: Mapping[Key, Row | None],
    *,
    newest_first: bool = False,
    limit: int | None = None,
    wanted: Callable[[Row], bool] = lambda row: True,
) -> list[Row]:
    """A query whose rows are those of `now`, but for what `was` otherwise."""
    rows = [row for row in now if key_of_row(row) not in was]
    rows += [_carried(span, row) for row in was.values() if row is not None and _is_in(span, row)]
    rows.sort(key=lambda row: (str(row[sort_key(span.index)]), key_of_row(row)), reverse=newest_first)
    return list(filter(wanted, rows))[:limit]


def _is_in(span: Span, row: Row) -> bool:
    is_of_index = row.get(partition_key(span.index)) == span.partition
    return is_of_index and span.low <= str(row[sort_key(span.index)]) <= span.high


def _carried(span: Span, row: Row) -> Row:
    if span.index is None:
        return row
    kept = {"pk", "sk", partition_key(span.index), sort_key(span.index), *CARRIED[span.index]}
    return {name: value for name, value in row.items() if name in kept}


class LaggingTable:
    """Another table, whose reads show nothing of what was written in the last `seconds` and since somebody waited, or
    in turn every other row of it: some indexes are ahead of others. `is_of_indexes`: only theirs, which lag for longer.
    """

    def __init__(
        self, table: Table, clock: Clock, seconds: float = math.inf, *, is_of_indexes: bool = False
    ) -> None:
        self._table = table
        self._clock = clock
        self._seconds = seconds
        self._is_of_indexes = is_of_indexes
        self._past = Past()
        self._reads = 0
        self.count = table.count
        self.close = table.close

    @property
    def is_late(self) -> bool:
        return bool(self._past.rows())

    def wait(self) -> None:
        self._past = Past()

    def _was(self) -> dict[Key, Row | None]:
        self._reads += 1
        self._past.forget(self._clock.now().timestamp() - self._seconds)
        was = self._past.rows()
        return was if self._reads % 2 else dict(list(was.items())[::2])

    async def get(self, key: Key, *, consistent: bool = False) -> Row | None:
        return (await self.get_many([key], consistent=consistent)).get(key)

    async def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Row]:
        wanted = list(keys)
        rows = await self._table.get_many(wanted, consistent=True)
        was = {} if consistent or self._is_of_indexes else self._was()
        late = {key: was[key] if key in was else rows.get(key) for key in wanted}
        return {key: row for key, row in late.items() if row is not None}

    async def query(
        self,
        span: Span,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        wanted: Callable[[Row], bool] = lambda row: True,
    ) -> list[Row]:
        was = {} if consistent or (self._is_of_indexes and span.index is None) else self._was()
        if not was:
            return await self._table.query(
                span, limit=limit, newest_first=newest_first, consistent=consistent, wanted=wanted
            )
        now = await self._table.query(span, consistent=span.index is None)
        return shown_late(span, now, was, newest_first=newest_first, limit=limit, wanted=wanted)

    async def query_whole(self, span: Span, *, limit: int) -> list[Row]:
        return await look_up(self, span, limit)

    async def write(self, action: Write) -> None:
        await self._note([action.key])
        await self._table.write(action)

    async def transact(self, actions: Sequence[Action]) -> None:
        await self._note([action.key for action in actions])
        await self._table.transact(actions)

    async def clear(self, span: Span, *, but: Key) -> None:
        await self._note(map(key_of_row, await self._table.query(span, consistent=True)))
        await self._table.clear(span, but=but)

    async def _note(self, keys: Iterable[Key]) -> None:
        wanted = list(keys)
        rows = await self._table.get_many(wanted, consistent=True)
        self._past.note({key: rows.get(key) for key in wanted}, self._clock.now().timestamp())


# ------------------------------------------------------------------------------------------------ whoever waits

READERS: Mapping[type, Iterable[str]] = {
    kind: [name for name, _ in inspect.getmembers(kind, inspect.iscoroutinefunction) if name[0] != "_"]
    for kind in (TableReader, TableHistory)
} | {
    TableSchedule: ["due", "due_pages"],
    TableKeys: ["page"],
    TableWebhooks: ["page"],
}
"""The pages of the store. All else is for whoever acts upon it, and reads consistently where it decides."""


@contextmanager
def waiting_readers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for kind, names in READERS.items():
            for name in names:
                patch.setattr(kind, name, _read_twice(getattr(kind, name)))
        yield


def _read_twice(read: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(read)
    async def reading(self: Any, *given: Any, **named: Any) -> Any:
        arguments = [list(one) if isinstance(one, Iterator) else one for one in given]
        table = self._table
        while not isinstance(table, LaggingTable):  # something may stand in its way
            table = table._table
        if table.is_late:
            page = await read(self, *arguments, **named)
            assert not isinstance(page, list) or len(page) <= (named.get("limit") or len(page))
            table.wait()
        return await read(self, *arguments, **named)

    return reading
