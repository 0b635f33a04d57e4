from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest

from infra.schema import create_table
from infra.store import DynamoStore
from infra.table import Table, open_client
from sandbox import ManualClock, RateLimit, serve
from tests.aws import aws_in_memory
from tests.changing.line import Line, LineClock


@pytest.fixture
def open_line() -> Iterator[Callable[[str], Line]]:
    """Makes the line to a provider."""
    with ExitStack() as stack:
        stack.enter_context(aws_in_memory())
        client = open_client()
        stack.callback(client.close)

        def make(provider: str) -> Line:
            sandbox_clock = ManualClock()
            clock = LineClock(sandbox_clock)
            plenty = RateLimit(requests=100_000, window_seconds=60)
            server = stack.enter_context(serve(provider, clock=sandbox_clock, rate_limit=plenty))
            name = f"fleet-{uuid4()}"
            create_table(client, name)
            table = Table(client, name, clock, threads=2)
            stack.callback(table.close)
            return Line(
                server=server, store=DynamoStore(table, clock), clock=clock, sandbox_clock=sandbox_clock
            )

        yield make
