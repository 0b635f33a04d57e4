"""The emulator beside the local runner keeps its tables, one runner at a time, and leaves nothing behind."""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fleet.ports.store import Changes
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import DynamoTable, open_client
from infra.store.store import TableStore
from local.ministack import PYTHON, MinistackError, ministack
from tests.infra.samples import SetClock, make_account, make_cluster, observe

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(not PYTHON.exists(), reason="the emulator ministack is not installed: make setup"),
]

ACME = make_account()
CLUSTER = make_cluster(ACME, "c1\x00")


async def test_tables_are_kept_over_a_clean_stop(tmp_path: Path, clock: SetClock) -> None:
    for life in ("first", "second"):
        with ministack(tmp_path) as url:
            client = open_client(endpoint_url=url)
            create_table(client, "fleet")
            table = DynamoTable(client, "fleet", clock)
            store = TableStore(table, clock)
            if life == "first":
                await observe(store, ACME, clock.now(), Changes(puts=[CLUSTER]))
            assert await store.clusters_named(ACME.id, "c1\x00") == [CLUSTER]
            table.close()
            client.close()


def test_a_second_emulator_over_the_same_tables_is_refused(tmp_path: Path) -> None:
    with ministack(tmp_path), pytest.raises(MinistackError, match="in use"), ministack(tmp_path):
        pass


def test_the_emulator_keeps_its_tables_and_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from local.ministack import ministack\n"
        "from infra.dynamodb.table import open_client; from infra.dynamodb.schema import create_table\n"
        "with ministack(Path(sys.argv[1])) as url:\n"
        "    create_table(open_client(endpoint_url=url), 'fleet')\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path],
        env={**os.environ, "TMPDIR": str(tmp_path)},  # what a killed process leaves lying goes with the test
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    await_unlocked(tmp_path)
    with ministack(tmp_path) as url:
        client = open_client(endpoint_url=url)
        assert client.list_tables()["TableNames"] == ["fleet"]
        client.close()


def await_unlocked(state: Path) -> None:
    """The emulator holds the lock of its folder for as long as it lives."""
    with (state / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
