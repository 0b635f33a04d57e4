"""Virtual time: an event loop that never waits, and a table in memory without threads, so that a run is its seed's."""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from infra.sqlite.table import Connection, SqliteTable, _transaction

T = TypeVar("T")

START = datetime(2026, 4, 1, tzinfo=UTC)


class Stuck(RuntimeError):
    """Nothing is scheduled any more: the run waits for something that nobody does."""


class _NoWaiting(selectors.SelectSelector):
    seconds = 0.0
    idle = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            self.idle += 1
            if self.idle > 3:
                raise Stuck
        else:
            self.idle = 0
        timeout = timeout or 0.0
        self.seconds += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Where a loop would wait, time goes on instead."""

    def __init__(self) -> None:
        self._waiting = _NoWaiting()
        super().__init__(self._waiting)

    def time(self) -> float:
        return self._waiting.seconds


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work())


class VirtualClock:
    """Implements `fleet.ports.clock.Clock`, and the sandbox's. `skew_seconds` is how far it is ahead."""

    def __init__(self, skew_seconds: float = 0) -> None:
        self._skew = timedelta(seconds=skew_seconds)

    def now(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time()) + self._skew

    def advance(self, seconds: float) -> None:
        raise AssertionError("virtual time is the event loop's")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class InlineTable(SqliteTable):
    """SQLite's table, whose calls take a few milliseconds of virtual time each, so that others come in between."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self.written = 0

    async def _read(self, read: Callable[[Connection], T]) -> T:
        await asyncio.sleep(self._chance.uniform(0.001, 0.01))
        return self._with_connection(read)

    async def _write(self, write: Callable[[Connection], T]) -> T:
        await asyncio.sleep(self._chance.uniform(0.001, 0.01))

        def transaction(connection: Connection) -> T:
            with _transaction(connection):
                return write(connection)

        self.written += 1
        return self._with_connection(transaction)
