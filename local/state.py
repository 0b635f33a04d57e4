"""The storage of the runner: an SQLite file in a folder that only its owner can read, or a given DynamoDB."""

import fcntl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fleet.ports.clock import Clock
from infra.dynamodb.opening import open_with_table
from infra.dynamodb.table import DynamoTable
from infra.sqlite.schema import FileUnusable, prepare
from infra.sqlite.table import SqliteTable
from infra.store.table import Table, TableUnavailable


class StateError(Exception):
    """The storage cannot be used. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class State:
    """`is_new`: it is empty. `is_private`: only its owner can read it. `expire` deletes rows that have expired by a
    time; null if the database does so by itself.
    """

    table: Table
    is_new: bool
    is_private: bool
    expire: Callable[[datetime], Awaitable[int]] | None = None


@contextmanager
def file_of(folder: Path, name: str) -> Iterator[State]:
    """The file `name` in a folder. Only one runner at a time can use it."""
    with ExitStack() as stack:
        stack.enter_context(_locked(folder, name))
        path = folder / f"{name}.db"
        try:
            is_new = prepare(path)
        except FileUnusable as error:
            raise StateError(str(error)) from error
        table = SqliteTable(path)
        yield State(table=table, is_new=is_new, is_private=True, expire=table.expire)


@contextmanager
def dynamodb_at(endpoint: str, name: str, clock: Clock) -> Iterator[State]:
    try:
        client, is_new = open_with_table(endpoint, name)
    except TableUnavailable as error:
        raise StateError(f"AWS_ENDPOINT_URL: {error}") from error
    try:
        yield State(table=DynamoTable(client, name, clock), is_new=is_new, is_private=False)
    finally:
        client.close()


@contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    """Locks the folder, because two runners with one file would observe every account twice."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if _is_ours_alone(folder):
            folder.chmod(0o700)
        lock = (folder / f"{name}.lock").open("w")
    except OSError as error:
        raise StateError(
            f"STATE: nothing can be kept in {folder}: {error.strerror}. Give another folder."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateError(
                f"STATE: {folder} is in use by another Fleetgraph. End it first, or give another folder."
            ) from error
        yield


def _is_ours_alone(folder: Path) -> bool:
    """Makes a folder private, if it is our own: a given folder can contain other files for others to read."""
    return all(entry.name.startswith(("fleetgraph", "sandbox")) for entry in folder.iterdir())
