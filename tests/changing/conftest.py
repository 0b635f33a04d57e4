from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from infra.store.store import TableStore
from sandbox import ManualClock, RateLimit, serve
from tests.changing.line import Line, LineClock
from tests.tables import OpenTable


@pytest.fixture
def open_line(open_table: OpenTable) -> Iterator[Callable[[str], Line]]:
    """Makes the line to a provider."""
    with ExitStack() as stack:

        def make(provider: str) -> Line:
            sandbox_clock = ManualClock()
            clock = LineClock(sandbox_clock)
            plenty = RateLimit(requests=100_000, window_seconds=60)
            server = stack.enter_context(serve(provider, clock=sandbox_clock, rate_limit=plenty))
            table = stack.enter_context(open_table(clock)).table
            return Line(
                server=server, store=TableStore(table, clock), clock=clock, sandbox_clock=sandbox_clock
            )

        yield make
