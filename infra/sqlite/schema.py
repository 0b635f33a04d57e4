"""The file: what a new one holds, and whether one that is there is ours, whole and of this version."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from infra.store.indexes import CARRIED, partition_key, sort_key

APPLICATION_ID = 0x466C6571
"""Marks a file of SQLite as ours."""

VERSION = 1
"""Of the tables below. The rows themselves are read whatever version wrote them."""

BUSY_SECONDS = 5
"""How long a write waits for another process, such as a person's shell, to let the file go."""

KEY_COLUMNS = tuple(key(index) for index in CARRIED for key in (partition_key, sort_key))

_TABLES = (
    f"""CREATE TABLE rows (
        pk TEXT NOT NULL, sk TEXT NOT NULL, attributes TEXT NOT NULL, expires_at INTEGER,
        {", ".join(f"{column} TEXT" for column in KEY_COLUMNS)},
        PRIMARY KEY (pk, sk))""",
    *(
        f"CREATE INDEX {index} ON rows ({partition_key(index)}, {sort_key(index)}, pk, sk)"
        f" WHERE {partition_key(index)} IS NOT NULL"
        for index in CARRIED
    ),
    "CREATE INDEX expiry ON rows (expires_at) WHERE expires_at IS NOT NULL",
)


class FileUnusable(Exception):
    """The file cannot be used, and was left as it is. The message is a sentence, with what to do."""


def connect(path: Path | None) -> sqlite3.Connection:
    """To a file that is there, or to memory. The caller's threads take turns."""
    target = ":memory:" if path is None else f"{path.resolve().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        target, uri=path is not None, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
    )
    # What was answered is on the disk: FULL waits for it at every commit, and WAL lets others read meanwhile.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def create(connection: sqlite3.Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def prepare(path: Path) -> bool:
    """Makes the file where there is none, and examines one that is there: whether it made one. `FileUnusable`."""
    with _sentences(path):
        is_new = not path.exists()
        if is_new:
            _make(path)
        elif path.stat().st_size == 0:
            raise FileUnusable(
                f"{path} is empty: what it held is lost. Put a backup in its place, or delete it."
            )
        path.chmod(0o600)
        _examine(path)
        return is_new


def _make(path: Path) -> None:
    """Under another name until it is whole: a file that is there is never a half-made one."""
    unfinished = path.with_name(f"{path.name}.new")
    for leftover in (unfinished, *(Path(f"{unfinished}{suffix}") for suffix in ("-wal", "-shm", "-journal"))):
        leftover.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(connect(unfinished)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        create(connection)
        connection.execute("COMMIT")
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _examine(path: Path) -> None:
    with closing(connect(path)) as connection:
        _require_ours(path, connection)
        found = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
        if found != ["ok"]:
            raise FileUnusable(
                f"{path} is damaged ({found[0]}). Nothing was changed. Put a backup in its place, or move it away."
            )
        # Fails where the folder or the file can be read and not written.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


def _require_ours(path: Path, connection: sqlite3.Connection) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID:
        raise FileUnusable(
            f"{path} is no file of Fleetgraph. Nothing was changed. STATE names another folder."
        )
    if version != VERSION:
        raise FileUnusable(
            f"{path} was made by another version of Fleetgraph (file version {version}, this one reads {VERSION})."
            " Nothing was changed. STATE names another folder."
        )


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise FileUnusable(
            f"{path} cannot be used: {error}. Nothing was changed. Put a backup in its place, or move it away."
        ) from error
    except OSError as error:
        raise FileUnusable(f"{path} cannot be used: {error.strerror}.") from error
