"""A page over a store that was filled for it, without providers."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.pages import BuiltPages
from infra.store.store import TableStore
from tests.browser.conftest import BUILT
from tests.gateway.world import SetClock, gateway_of
from tests.serving import serving
from tests.tables import in_sqlite

Fill = Callable[[TableStore, datetime], Coroutine[object, object, None]]


@dataclass(frozen=True, kw_only=True)
class Filled:
    origin: str
    change: Callable[[Fill], None]
    """What happens in the fleet while the page is open."""


@contextmanager
def filled(fill: Fill) -> Iterator[Filled]:
    clock = SetClock(datetime.now(UTC))
    with in_sqlite(clock) as opened:
        store = TableStore(opened.table, clock)

        def change(fill: Fill) -> None:
            with ThreadPoolExecutor(1) as apart:  # Playwright has an event loop of its own in this thread
                apart.submit(asyncio.run, fill(store, clock.at)).result()

        change(fill)
        pages = BuiltPages(folder=BUILT.parent)
        with serving(gateway_of(store, clock, pages=pages)) as origin:
            yield Filled(origin=origin, change=change)
