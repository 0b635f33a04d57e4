"""The emulator beside the local runner keeps its tables, one runner at a time, and leaves nothing behind."""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from fleet.ports.store import Changes
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import DynamoTable
from infra.store.store import TableStore
from local.ministack import PYTHON, Emulator, MinistackError, ministack
from tests.infra.conftest import client_of
from tests.infra.samples import SetClock, make_account, make_cluster, observe

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(not PYTHON.exists(), reason="the emulator ministack is not installed: make setup"),
]

ACME = make_account()
CLUSTER = make_cluster(ACME, "c1\x00")


async def test_tables_are_kept_over_a_clean_stop(tmp_path: Path, clock: SetClock) -> None:
    key = "123456789012"
    for life in ("first", "second"):
        with ministack(tmp_path, access_key_id=key) as emulator:
            client = client_of(emulator)
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
        "with ministack(Path(sys.argv[1]), access_key_id='123456789012') as emulator:\n"
        "    with emulator.as_aws('eu-central-1'): create_table(open_client(), 'fleet')\n"
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
    with ministack(tmp_path, access_key_id="123456789012") as emulator:
        client = client_of(emulator)
        assert client.list_tables()["TableNames"] == ["fleet"]
        client.close()


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20261129/eu-central-1/dynamodb/aws4_request"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Host": "rebound.example"},
    ],
    ids=["no key", "another key", "a web page", "another name"],
)
def test_nobody_else_is_answered(emulator: Emulator, changed: dict[str, str]) -> None:
    scope = f"Credential={emulator.access_key_id}/20261129/eu-central-1/dynamodb/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
        "Content-Type": "application/x-amz-json-1.0",
    }
    assert httpx.post(emulator.url, headers=headers, content="{}").status_code == 200
    if not changed:
        del headers["Authorization"]
    refused = httpx.post(emulator.url, headers={**headers, **changed}, content="{}")
    assert refused.status_code == 403
    assert "fleet" not in refused.text
    assert "access-control-allow-origin" not in refused.headers


def test_a_web_page_may_not_even_ask_whether_it_may(emulator: Emulator) -> None:
    asked = {"Origin": "http://127.0.0.1:3000", "Access-Control-Request-Method": "POST"}
    assert httpx.options(emulator.url, headers=asked).status_code == 403


def await_unlocked(state: Path) -> None:
    """The emulator holds the lock of its folder for as long as it lives."""
    with (state / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
