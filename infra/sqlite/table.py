"""The table in an SQLite file, or in memory for tests. Its calls block, so they run in threads.

One thread writes, because SQLite allows only one writer, and a few threads read. An error of SQLite (a full disk, a
damaged file) becomes `TableUnavailable`.
"""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from infra.sqlite.schema import KEY_COLUMNS, connect, create
from infra.store.conditions import Absent, Condition, Equals, Present, Test
from infra.store.indexes import CARRIED, partition_key, sort_key
from infra.store.names import Span
from infra.store.table import ConditionFailed, Contended, TableUnavailable
from infra.store.writes import Action, Check, Delete, Key, Put, Row, Update, Write

T = TypeVar("T")
Connection = sqlite3.Connection

READERS = 3

_CHUNK = 500
"""The rows that one transaction deletes. Other writes run between two."""

_COLUMNS = ("pk", "sk", "attributes", "expires_at", *KEY_COLUMNS)
# Names of columns are constants; values are always bound.
_GET = "SELECT attributes FROM rows WHERE pk = ? AND sk = ?"
_PUT = f"REPLACE INTO rows ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' for _ in _COLUMNS)})"  # noqa: S608
_DELETE = "DELETE FROM rows WHERE pk = ? AND sk = ?"
_CLEAR = """DELETE FROM rows WHERE rowid IN (
    SELECT rowid FROM rows WHERE pk = ? AND sk BETWEEN ? AND ? AND NOT (pk = ? AND sk = ?) LIMIT ?)"""
_EXPIRE = "DELETE FROM rows WHERE rowid IN (SELECT rowid FROM rows WHERE expires_at <= ? LIMIT ?)"
# Whether the commits to come wait for the disk. The file is whole in either case.
_WAIT, _DO_NOT_WAIT = "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"


class SqliteTable:
    """Implements `infra.store.table.Table`. `path` is a prepared file, null for memory."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._connections: list[Connection] = []
        self._of_thread = threading.local()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._readers = (
            self._writer if path is None else ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-read")
        )

    def close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        while self._connections:
            self._connections.pop().close()

    async def get(self, key: Key, *, consistent: bool = False) -> Row | None:
        return await self._read(lambda connection: _row(connection, key))

    async def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Row]:
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return {}

        def read(connection: Connection) -> dict[Key, Row]:
            rows = ((key, _row(connection, key)) for key in wanted)
            return {key: row for key, row in rows if row is not None}

        return await self._read(read)

    async def query(
        self,
        span: Span,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        wanted: Callable[[Row], bool] = lambda row: True,
    ) -> list[Row]:
        if span.low > span.high or limit == 0:
            return []
        shown = None if span.index is None else _shown_in(span.index)
        return await self._query(span, limit, newest_first, shown, wanted)

    async def query_whole(self, span: Span, *, limit: int) -> list[Row]:
        """In one step: each takes 0.1 ms, and every query reads the accounts."""
        return await self._query(span, limit, False, None, lambda row: True)

    async def _query(
        self,
        span: Span,
        limit: int | None,
        newest_first: bool,
        shown: frozenset[str] | None,
        wanted: Callable[[Row], bool],
    ) -> list[Row]:
        """`shown` are the attributes that rows are cut down to. Null for all."""
        select = select_of(span, newest_first=newest_first)

        def read(connection: Connection) -> list[Row]:
            found: list[Row] = []
            cursor = connection.execute(select, (span.partition, span.low, span.high))
            try:
                for (attributes,) in cursor:
                    row = json.loads(attributes)
                    if shown is not None:
                        row = {name: value for name, value in row.items() if name in shown}
                    if wanted(row):
                        found.append(row)
                        if len(found) == limit:
                            break
            finally:
                cursor.close()
            return found

        return await self._read(read)

    async def write(self, action: Write) -> None:
        await self.transact([action])

    async def transact(self, actions: Sequence[Action]) -> None:
        keys = [action.key for action in actions]
        if len(set(keys)) < len(keys):
            raise ValueError("a transaction takes no two actions of one row")

        def write(connection: Connection) -> None:
            before = {action.key: _row(connection, action.key) for action in actions if _needs_row(action)}
            if not all(_holds(action.condition, before.get(action.key)) for action in actions):
                raise ConditionFailed
            for action in actions:
                _apply(connection, action, before.get(action.key))

        await self._write(write)

    async def count(self, key: Key, by: int, *, most: int, expires_at: int) -> tuple[bool, int]:
        def write(connection: Connection) -> tuple[bool, int]:
            row = _row(connection, key) or {"pk": key[0], "sk": key[1]}
            counted = int(row.get("counted", 0))
            if counted + by > most:
                return False, counted
            _put(connection, {**row, "counted": counted + by, "expires_at": expires_at})
            return True, counted + by

        return await self._write(write, waits=False)

    async def clear(self, span: Span, *, but: Key) -> None:
        bounds = (span.partition, span.low, span.high, *but, _CHUNK)
        while await self._write(lambda connection: connection.execute(_CLEAR, bounds).rowcount):
            pass

    async def expire(self, now: datetime) -> int:
        """Deletes expired rows, which DynamoDB does by itself. Returns the number of rows."""
        bounds = (int(now.timestamp()), _CHUNK)
        expired = 0
        while deleted := await self._write(lambda connection: connection.execute(_EXPIRE, bounds).rowcount):
            expired += deleted
        return expired

    async def _read(self, read: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._with_connection, read)

    async def _write(self, write: Callable[[Connection], T], *, waits: bool = True) -> T:
        """What `waits` is on the disk when it is answered."""

        def transaction(connection: Connection) -> T:
            connection.execute(_WAIT if waits else _DO_NOT_WAIT)
            with _transaction(connection):
                return write(connection)

        return await asyncio.get_running_loop().run_in_executor(
            self._writer, self._with_connection, transaction
        )

    def _with_connection(self, work: Callable[[Connection], T]) -> T:
        try:
            return work(self._connection())
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise Contended(f"another process holds {self._path}") from error
            raise TableUnavailable(f"{self._path or 'the table in memory'}: {error}") from error

    def _connection(self) -> Connection:
        """The connection of this thread."""
        made: Connection | None = getattr(self._of_thread, "connection", None)
        if made is None:
            made = self._of_thread.connection = connect(self._path)
            self._connections.append(made)
            if self._path is None:
                create(made)
        return made


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    """A transaction that begins with the write lock, so that nothing changes between its reads and writes."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite rolls back some itself, on a full disk for instance
            connection.execute("ROLLBACK")
        raise


def select_of(span: Span, *, newest_first: bool) -> str:
    """The query for a span. It binds the partition and the two ends of the span."""
    direction = "DESC" if newest_first else "ASC"
    partition, sort = partition_key(span.index), sort_key(span.index)
    order = ", ".join(f"{column} {direction}" for column in dict.fromkeys((sort, "pk", "sk")))
    return f"SELECT attributes FROM rows WHERE {partition} = ? AND {sort} BETWEEN ? AND ? ORDER BY {order}"  # noqa: S608


def _row(connection: Connection, key: Key) -> Row | None:
    found = connection.execute(_GET, key).fetchone()
    return None if found is None else json.loads(found[0])


def _shown_in(index: str) -> frozenset[str]:
    """The attributes of the rows of an index."""
    return frozenset({"pk", "sk", partition_key(index), sort_key(index), *CARRIED[index]})


def _needs_row(action: Action) -> bool:
    return action.condition is not None or isinstance(action, Update)


def _apply(connection: Connection, action: Action, before: Row | None) -> None:
    match action:
        case Put(row=row):
            _put(connection, row)
        case Delete(key=key):
            connection.execute(_DELETE, key)
        case Update(key=key, keep=keep, drop=drop):
            row = {"pk": key[0], "sk": key[1], **(before or {}), **keep}
            _put(connection, {name: value for name, value in row.items() if name not in drop})
        case Check():
            pass


def _put(connection: Connection, row: Row) -> None:
    attributes = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    columns = (row.get(column) for column in ("expires_at", *KEY_COLUMNS))
    connection.execute(_PUT, (row["pk"], row["sk"], attributes, *columns))


def _holds(condition: Condition | None, row: Row | None) -> bool:
    return condition is None or all(_passes(test, row or {}) for test in condition.tests)


def _passes(test: Test, row: Row) -> bool:
    found = row.get(test.attribute)
    match test:
        case Equals(value=value):
            return found == value
        case Present():
            return found is not None
        case Absent():
            return found is None
