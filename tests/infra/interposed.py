"""A table in whose way something comes: between what a store has read and what it then writes."""

from collections.abc import Awaitable, Callable, Sequence

from infra.dynamodb.table import Table
from infra.store.writes import Action


class InterposedTable(Table):
    """Lets `meanwhile` happen once, before the next write."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def write(self, action: Action) -> None:
        await self._let_happen()
        await super().write(action)

    async def transact(self, actions: Sequence[Action]) -> None:
        await self._let_happen()
        await super().transact(actions)

    async def _let_happen(self) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
