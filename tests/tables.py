"""Where the store of a test stands: in an empty table of its own, in memory.

It is SQLite's, because moto takes six times as long; `pytest --table dynamodb` puts DynamoDB's there, in moto. What
only one of the two does is tested in tests/infra, over each of them.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fleet.ports.clock import Clock
from infra.dynamodb.expressions import to_row
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import THREADS, DynamoTable, open_client
from infra.sqlite.table import SqliteTable
from infra.store.table import Table
from infra.store.writes import Row
from tests.aws import aws_in_memory, empty_table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KINDS = ("sqlite", "dynamodb")
WRITES = {"write", "transact", "count", "clear"}


class CountedTable:
    """A table that counts its calls by their names."""

    def __init__(self, table: Table) -> None:
        self.calls: Counter[str] = Counter()
        self.get = self._counted("get", table.get)
        self.get_many = self._counted("get_many", table.get_many)
        self.query = self._counted("query", table.query)
        self.query_whole = self._counted("query_whole", table.query_whole)
        self.write = self._counted("write", table.write)
        self.transact = self._counted("transact", table.transact)
        self.count = self._counted("count", table.count)
        self.clear = self._counted("clear", table.clear)
        self.close = table.close

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.calls[name] += 1
            return call(*arguments, **named)

        return counted

    @contextmanager
    def calls_meanwhile(self) -> Iterator[Counter[str]]:
        """Is filled when the block ends."""
        before, meanwhile = self.calls.copy(), Counter[str]()
        yield meanwhile
        meanwhile.update(self.calls - before)


def writes(calls: Counter[str]) -> int:
    return sum(calls[name] for name in WRITES)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A table of its own, and what it holds, read behind its back."""

    table: Table
    rows: Callable[[], list[Row]]


OpenTable = Callable[[Clock], AbstractContextManager[Opened]]


@contextmanager
def tables(kind: str) -> Iterator[OpenTable]:
    """Opens as many as a test wants, of one of `KINDS`."""
    if kind == "sqlite":
        yield in_sqlite
        return
    with aws_in_memory():
        client = open_client()
        yield MotoTables(client).open
        client.close()


@contextmanager
def in_sqlite(clock: Clock) -> Iterator[Opened]:
    table = SqliteTable()

    def rows() -> list[Row]:
        """In the one thread whose connection sees this memory."""
        found = table._writer.submit(
            table._with_connection,
            lambda connection: connection.execute("SELECT attributes FROM rows").fetchall(),
        )
        return [json.loads(attributes) for (attributes,) in found.result()]

    yield Opened(table=table, rows=rows)
    table.close()


class MotoTables:
    """Few tables are made; each is emptied and used again, because making one takes as long as twenty writes."""

    _numbers = itertools.count()

    def __init__(self, client: "DynamoDBClient", *, threads: int = THREADS) -> None:
        self._client = client
        self._threads = threads
        self._free: list[str] = []

    @contextmanager
    def open(self, clock: Clock) -> Iterator[Opened]:
        name = self._free.pop() if self._free else self._make()
        table = DynamoTable(self._client, name, clock, threads=self._threads)
        scan = self._client.scan
        yield Opened(table=table, rows=lambda: [to_row(row) for row in scan(TableName=name)["Items"]])
        table.close()
        empty_table(name)
        self._free.append(name)

    def _make(self) -> str:
        """moto may be running already, with what other tests have in it."""
        name = f"fleet-{next(self._numbers)}"
        create_table(self._client, name)
        return name
