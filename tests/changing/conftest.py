from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from infra.dynamodb.schema import create_table
from infra.dynamodb.table import DynamoTable, open_client
from infra.store.store import DynamoStore
from sandbox import ManualClock, RateLimit, serve
from tests.aws import aws_in_memory
from tests.changing.line import Line, LineClock

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb() -> "Iterator[DynamoDBClient]":
    with aws_in_memory():
        client = open_client()
        yield client
        client.close()


@pytest.fixture
def open_line(dynamodb: "DynamoDBClient") -> Iterator[Callable[[str], Line]]:
    """Makes the line to a provider."""
    with ExitStack() as stack:

        def make(provider: str) -> Line:
            sandbox_clock = ManualClock()
            clock = LineClock(sandbox_clock)
            plenty = RateLimit(requests=100_000, window_seconds=60)
            server = stack.enter_context(serve(provider, clock=sandbox_clock, rate_limit=plenty))
            name = f"fleet-{uuid4()}"
            create_table(dynamodb, name)
            table = DynamoTable(dynamodb, name, clock, threads=2)
            stack.callback(table.close)
            return Line(
                server=server, store=DynamoStore(table, clock), clock=clock, sandbox_clock=sandbox_clock
            )

        yield make
