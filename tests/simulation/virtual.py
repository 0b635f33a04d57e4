"""Virtual time: an event loop that never waits, and a table in memory without threads, so that a run is its seed's."""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from infra.sqlite.table import Connection, SqliteTable, _row
from infra.store.names import Span
from infra.store.table import look_up
from infra.store.writes import Action, Key, Row
from tests.simulation.metered import Meter, size_of

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

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """At once: virtual time would run ahead of a thread."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever awaits it gets it
            done.set_exception(error)
        return done


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
        self.meter = Meter()
        """In units of DynamoDB."""

    async def get(self, key: Key, *, consistent: bool = False) -> Row | None:
        row = await super().get(key, consistent=consistent)
        self.meter.note_read([size_of(row)], consistent=consistent)
        return row

    async def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Row]:
        wanted = list(dict.fromkeys(keys))
        rows = await super().get_many(wanted, consistent=consistent)
        for key in wanted:
            self.meter.note_read([size_of(rows.get(key))], consistent=consistent)
        return rows

    async def query(
        self,
        span: Span,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        wanted: Callable[[Row], bool] = lambda row: True,
    ) -> list[Row]:
        sizes: list[int] = []

        def is_wanted(row: Row) -> bool:
            sizes.append(size_of(row))
            return wanted(row)

        rows = await super().query(
            span, limit=limit, newest_first=newest_first, consistent=consistent, wanted=is_wanted
        )
        self.meter.note_read(sizes, consistent=consistent)
        return rows

    async def query_whole(self, span: Span, *, limit: int) -> list[Row]:
        return await look_up(self, span, limit)

    def row(self, key: Key) -> Row | None:
        """As it is, without a pause and without a charge."""
        return self._with_connection(partial(_row, key=key))

    async def transact(self, actions: Sequence[Action]) -> None:
        before = {action.key: self.row(action.key) for action in actions}
        await super().transact(actions)
        for action in actions:
            self.meter.note_write(action, before[action.key], in_transaction=len(actions) > 1)

    async def _read(self, read: Callable[[Connection], T]) -> T:
        await asyncio.sleep(self._chance.uniform(0.001, 0.01))
        return self._with_connection(read)

    async def _write(self, write: Callable[[Connection], T], *, waits: bool = True) -> T:
        """Without a transaction: nobody comes in between, and conditions are tested before anything is written."""
        await asyncio.sleep(self._chance.uniform(0.001, 0.01))
        return self._with_connection(write)
