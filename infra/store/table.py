"""The protocol of a database for the store: a table of rows with two keys, a few indexes, and conditional writes.

`infra/dynamodb/table.py` implements it in DynamoDB, `infra/sqlite/table.py` in a file. One suite tests both
(tests/infra/store).
"""

import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Protocol

from fleet.ports.clock import Clock
from infra.store.indexes import partition_key, sort_key
from infra.store.names import Span
from infra.store.writes import Action, Key, Row, Write, key_of_row

TRIES = 8
"""The most tries of a write if others write the same row, and of a batch if part of it was not done."""


_CHANCE = random.SystemRandom()
"""Processes that start from one snapshot draw differently."""


class ConditionFailed(Exception):
    """The condition of a write does not hold. Nothing was written."""


class Contended(Exception):
    """Others kept writing the same rows. Nothing was written."""


class TableUnavailable(Exception):
    """The database does not answer, or cannot write. The message is a sentence for the operator."""


class Table(Protocol):
    """A table. Reads of an index can be a moment late. `consistent` reads of the table see every answered write."""

    async def get(self, key: Key, *, consistent: bool = False) -> Row | None: ...

    async def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Row]:
        """The rows that exist among `keys`."""
        ...

    async def query(
        self,
        span: Span,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        wanted: Callable[[Row], bool] = lambda row: True,
    ) -> list[Row]:
        """The first `limit` rows of a span that are `wanted`, in its order or the reverse. All without a limit.

        A row of an index has its keys and the attributes of the index (`infra.store.indexes`).
        """
        ...

    async def query_whole(self, span: Span, *, limit: int) -> list[Row]:
        """As `query` of an index, with all attributes of the rows. One that has left the index meanwhile still has the
        keys that it had there.
        """
        ...

    async def write(self, action: Write) -> None:
        """One put, update or delete. Raises `ConditionFailed` or `Contended`."""
        ...

    async def transact(self, actions: Sequence[Action]) -> None:
        """All of `actions` or none: at most a hundred, each of another row. Raises `ConditionFailed` or `Contended`."""
        ...

    async def count(self, key: Key, by: int, *, most: int, expires_at: int) -> tuple[bool, int]:
        """Adds to the counter of a row unless the sum would exceed `most`. Returns whether it did, and the counter. A
        machine that fails may lose what was counted last.
        """
        ...

    async def clear(self, span: Span, *, but: Key) -> None:
        """Deletes the rows of a span of the table, except `but`."""
        ...

    def close(self) -> None:
        """Waits for the calls in flight."""
        ...


async def look_up(table: Table, span: Span, limit: int) -> list[Row]:
    """`Table.query_whole` for a table that finds whole rows by their keys alone."""
    entries = await table.query(span, limit=limit)
    rows = await table.get_many(map(key_of_row, entries))
    keys = "pk", "sk", partition_key(span.index), sort_key(span.index)
    return [{**rows.get(key_of_row(entry), {}), **{key: entry[key] for key in keys}} for entry in entries]


async def tries(clock: Clock) -> AsyncIterator[None]:
    """The tries of a write, with growing random pauses between them, so that writers of the same row do not collide
    again.
    """
    for turn in range(TRIES):
        if turn:
            await clock.sleep(_CHANCE.uniform(0, 0.01 * 2**turn))
        yield
