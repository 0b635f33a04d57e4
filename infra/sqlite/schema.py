"""The SQLite file: creating a new one, and checking that an existing one is Fleetgraph's, undamaged and of this
version.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from infra.store.indexes import CARRIED, partition_key, sort_key

APPLICATION_ID = 0x466C6571
"""The application id that marks an SQLite file as Fleetgraph's."""

VERSION = 1
"""The version of the tables below. Rows of every version can be read."""

BUSY_SECONDS = 5
"""How long a write waits, in seconds, while another process (a person's shell, for example) locks the file."""

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
    """The file cannot be used and was not changed. The message says why and what to do."""


def connect(path: Path | None) -> sqlite3.Connection:
    """A connection to an existing file, or to memory. Threads of the caller must take turns."""
    target = ":memory:" if path is None else f"{path.resolve().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        target, uri=path is not None, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
    )
    # FULL waits for the disk at every commit, so that answered writes are not lost. WAL allows reads
    # meanwhile.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def create(connection: sqlite3.Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def prepare(path: Path) -> bool:
    """Creates the file if it does not exist, and checks an existing one. Returns whether it created one. Raises
    `FileUnusable`.
    """
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
    """Creates the file under another name and renames it when it is complete, so that an existing file is always
    complete.
    """
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
        # Fails if the folder or the file is read-only.
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
