"""What the store needs of a database: a table of rows under two keys, with a few indexes, and conditional writes.

`infra/dynamodb/table.py` keeps it in DynamoDB, `infra/sqlite/table.py` in a file; one suite holds both to the same
promises (tests/infra/store).
"""

import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Protocol

from fleet.ports.clock import Clock
from infra.store.names import Span
from infra.store.writes import Action, Key, Row, Write

TRIES = 8
"""How often a write insists when others write the same row, or a batch when part of it is left undone."""


class ConditionFailed(Exception):
    """A row is not as the write requires it. Nothing of the write was done."""


class Contended(Exception):
    """Others kept writing the same rows. Nothing of the write was done."""


class TableUnavailable(Exception):
    """The database does not answer, or cannot keep what it is given. The message is a sentence for whoever runs it."""


class Table(Protocol):
    """Index reads may be a moment behind; `consistent` reads of the table itself see every write that was answered."""

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
        """The first `limit` rows of a span that are `wanted`, in its order or the reverse; without a limit, all.

        Of an index, a row shows its keys and what the index carries (`infra.store.indexes`).
        """
        ...

    async def write(self, action: Write) -> None:
        """One put, update or delete by itself. `ConditionFailed`, `Contended`."""
        ...

    async def transact(self, actions: Sequence[Action]) -> None:
        """All of `actions`, at most a hundred and no two of one row, or none. `ConditionFailed`, `Contended`."""
        ...

    async def count(self, key: Key, by: int, *, most: int, expires_at: int) -> tuple[bool, int]:
        """Adds to the counter of a row unless that would be more than `most`: whether it did, and where it stands."""
        ...

    async def clear(self, span: Span, *, but: Key) -> None:
        """Deletes the rows of a span of the table, all `but` one."""
        ...

    def close(self) -> None:
        """Waits for the calls in flight."""
        ...


async def tries(clock: Clock) -> AsyncIterator[None]:
    """Turns of a loop that insists, with pauses between them that grow and differ, so that rivals part."""
    for turn in range(TRIES):
        if turn:
            await clock.sleep(random.uniform(0, 0.01 * 2**turn))  # noqa: S311 - nobody gains by guessing it
        yield
