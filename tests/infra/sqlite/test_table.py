"""The table in a file of SQLite: what the one suite of the store cannot ask, because DynamoDB has no like of it."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from infra.sqlite.schema import connect, prepare
from infra.sqlite.table import SqliteTable
from infra.store.conditions import is_absent, version_is
from infra.store.names import below, join
from infra.store.table import ConditionFailed, Contended, TableUnavailable
from infra.store.writes import check, delete, put, update
from tests.infra.samples import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "fleet.db"
    prepare(made)
    return made


@pytest.fixture
def table(path: Path) -> Iterator[SqliteTable]:
    made = SqliteTable(path)
    yield made
    made.close()


def on_the_writer(table: SqliteTable, statement: str) -> tuple[int]:
    """Limits of a connection are its own."""
    asked = table._writer.submit(lambda: table._connection().execute(statement).fetchone())
    answer: tuple[int] = asked.result()
    return answer


async def test_a_transaction_is_done_whole_or_not_at_all(table: SqliteTable) -> None:
    await table.write(put({"pk": "a", "sk": "kept"}))
    with pytest.raises(ConditionFailed):
        await table.transact(
            [put({"pk": "a", "sk": "new"}), delete(("a", "kept")), check(("a", "none"), version_is(1))]
        )
    assert [row["sk"] for row in await table.query(below("a"))] == ["kept"]


async def test_two_actions_of_one_row_are_refused_as_dynamodb_refuses_them(table: SqliteTable) -> None:
    with pytest.raises(ValueError, match="one row"):
        await table.transact([put({"pk": "a", "sk": "b"}), update(("a", "b"), keep={"version": 1})])


async def test_a_count_does_not_wait_for_the_disk_and_what_comes_after_it_does(table: SqliteTable) -> None:
    await table.count(("a", "counter"), 1, most=9, expires_at=0)
    assert on_the_writer(table, "PRAGMA synchronous") == (1,)  # NORMAL
    await table.write(put({"pk": "a", "sk": "kept"}))
    assert on_the_writer(table, "PRAGMA synchronous") == (2,)  # FULL


async def test_of_many_who_write_at_once_each_sees_the_one_before(table: SqliteTable) -> None:
    async def take(number: int) -> bool:
        try:
            await table.write(put({"pk": "a", "sk": "b", "holder": f"{number}"}, is_absent()))
        except ConditionFailed:
            return False
        return True

    assert sum(await asyncio.gather(*(take(number) for number in range(50)))) == 1


async def test_two_processes_that_count_at_once_wait_for_each_other(table: SqliteTable, path: Path) -> None:
    """Each begins with the lock: who reads first and then wants to write would be turned away."""
    other = SqliteTable(path)
    try:
        counted = await asyncio.gather(
            *(one.count(("n", "-"), 1, most=1000, expires_at=1) for _ in range(50) for one in (table, other))
        )
    finally:
        other.close()
    assert sorted(number for _, number in counted) == list(range(1, 101))


async def test_readers_are_served_while_another_process_writes(table: SqliteTable, path: Path) -> None:
    await table.write(put({"pk": "a", "sk": "b"}))
    with closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await table.get(("a", "b")) is not None
        other.execute("ROLLBACK")


async def test_a_write_that_another_process_keeps_out_is_no_fault_of_the_table(
    table: SqliteTable, path: Path
) -> None:
    on_the_writer(table, "PRAGMA busy_timeout = 0")
    with closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Contended, match="another process holds"):
            await table.write(put({"pk": "a", "sk": "b"}))
        other.execute("ROLLBACK")
    await table.write(put({"pk": "a", "sk": "b"}))


async def test_names_that_hold_nul_keep_apart_and_in_order(table: SqliteTable) -> None:
    names = [join("a", "b"), join("a", "b\x00c"), join("a", "b", "c"), join("a", "\U0010ffff"), join("ab")]
    for name in names:
        await table.write(put({"pk": "p", "sk": name}))
    found = [row["sk"] for row in await table.query(below("p"))]
    assert found == sorted(names, key=str.encode)


async def test_what_has_expired_goes_and_nothing_else_does(table: SqliteTable) -> None:
    now = int(NOON.timestamp())
    await table.transact(
        [
            put({"pk": "a", "sk": "past", "expires_at": now}),
            put({"pk": "a", "sk": "future", "expires_at": now + 1}),
            put({"pk": "a", "sk": "always"}),
        ]
    )
    assert await table.expire(NOON) == 1
    assert await table.expire(NOON) == 0
    assert [row["sk"] for row in await table.query(below("a"))] == ["always", "future"]
    assert await table.expire(NOON + timedelta(seconds=1)) == 1


async def test_a_full_disk_is_said_and_what_was_kept_stays(table: SqliteTable, path: Path) -> None:
    await table.write(put({"pk": "a", "sk": "kept"}))
    (pages,) = on_the_writer(table, "PRAGMA page_count")
    on_the_writer(table, f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(TableUnavailable, match="full"):
        await table.write(put({"pk": "a", "sk": "large", "body": "x" * 100_000}))
    assert [row["sk"] for row in await table.query(below("a"))] == ["kept"]
    on_the_writer(table, "PRAGMA max_page_count = 1000000")
    await table.write(put({"pk": "a", "sk": "large", "body": "x" * 100_000}))


async def test_what_sqlite_has_rolled_back_by_itself_is_said_by_its_own_reason(table: SqliteTable) -> None:
    """As it does on some full disks: nothing is left to be rolled back."""
    on_the_writer(
        table,
        "CREATE TRIGGER fills_up BEFORE INSERT ON rows BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END",
    )
    with pytest.raises(TableUnavailable, match="the disk is full"):
        await table.write(put({"pk": "a", "sk": "b"}))
    on_the_writer(table, "DROP TRIGGER fills_up")
    await table.write(put({"pk": "a", "sk": "b"}))


WRITER = """
import asyncio, sys
from pathlib import Path
from infra.sqlite.schema import prepare
from infra.sqlite.table import SqliteTable
from infra.store.writes import put

async def write():
    prepare(Path(sys.argv[1]))
    table = SqliteTable(Path(sys.argv[1]))
    for number in range(10_000):
        await table.write(put({"pk": "a", "sk": f"{number:06d}"}))
        print(number, flush=True)

asyncio.run(write())
"""


def write_and_be_killed(path: Path) -> int:
    """The number of the last row that was answered for."""
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answered = -1
        for line in process.stdout:
            answered = int(line)
            if answered % 40 == 39:
                os.kill(process.pid, signal.SIGKILL)
                break
        return max([answered, *map(int, process.stdout.read().split())])


async def test_what_was_answered_outlives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    for _ in range(3):
        answered = write_and_be_killed(path)
        prepare(path)
        table = SqliteTable(path)
        rows = await table.query(below("a"))
        table.close()
        assert len(rows) > answered


async def test_a_copy_made_by_backup_holds_everything(table: SqliteTable, path: Path, tmp_path: Path) -> None:
    for number in range(20):
        await table.write(put({"pk": "a", "sk": f"{number}"}))
    copy = tmp_path / "copy.db"
    with closing(connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    prepare(copy)
    restored = SqliteTable(copy)
    assert len(await restored.query(below("a"))) == 20
    restored.close()
