"""A table in whose way something comes: between what a store has read and what it then writes."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from infra.store.names import Span
from infra.store.table import Table, look_up
from infra.store.writes import Action, Key, Row, Write


class InterposedTable:
    """Lets `meanwhile` happen once, before the next write."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    def __init__(self, table: Table) -> None:
        self._table = table
        self.get = table.get
        self.get_many = table.get_many
        self.query = table.query
        self.query_whole = table.query_whole
        self.clear = table.clear
        self.close = table.close

    async def write(self, action: Write) -> None:
        await self._let_happen()
        await self._table.write(action)

    async def transact(self, actions: Sequence[Action]) -> None:
        await self._let_happen()
        await self._table.transact(actions)

    async def count(self, key: Key, by: int, **more: Any) -> tuple[bool, int]:
        return await self._table.count(key, by, **more)

    async def _let_happen(self) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()


class HaltingTable(InterposedTable):
    """Reads the rows of a batch one by one, as DynamoDB may, and lets `meanwhile` happen before the last."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.get_many = self._one_by_one

    async def _one_by_one(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Row]:
        *first, last = keys
        found = await self._table.get_many(first, consistent=consistent)
        await self._let_happen()
        return found | await self._table.get_many([last], consistent=consistent)

    async def query_whole(self, span: Span, *, limit: int) -> list[Row]:
        return await look_up(self, span, limit)

    async def write(self, action: Write) -> None:
        await self._table.write(action)

    async def transact(self, actions: Sequence[Action]) -> None:
        await self._table.transact(actions)
