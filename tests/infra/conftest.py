"""The one suite of the store, over each database: moto in this process, ministack beside it, the same behind the
troubles of the real one, a file of SQLite, the same with reads that are late, and whatever else speaks DynamoDB, where
DYNAMODB_URL names it.
"""

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.retries.standard import ExponentialBackoff

from infra.dynamodb.expressions import to_row
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import THREADS, DynamoTable, open_client
from infra.sqlite.schema import connect, prepare
from infra.sqlite.table import SqliteTable
from infra.store.store import TableStore
from infra.store.table import Table
from infra.store.writes import Row
from local.ministack import PYTHON, Emulator, ministack
from tests.aws import aws_in_memory
from tests.infra.interposed import InterposedTable
from tests.infra.lagging import LaggingTable, waiting_readers
from tests.infra.samples import SetClock
from tests.infra.traffic import Traffic
from tests.infra.troubles import Troubles
from tests.tables import MotoTables, Opened

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_numbers = itertools.count()

ELSEWHERE = os.environ.get("DYNAMODB_URL")
"""Where another implementation answers on this machine, such as Amazon's DynamoDB Local. It cannot be had with the
other tools, because its terms are Amazon's own: whoever has it starts it.
"""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """`client` is null where there is none. moto replays no tokens of transactions."""

    open: Callable[[SetClock], AbstractContextManager[Opened]]
    client: "DynamoDBClient | None" = None
    replays_tokens: bool = True


class Patient:
    """A clock that does not notice pauses, so that a test's time is its own."""

    def __init__(self, clock: SetClock) -> None:
        self.now = clock.now

    async def sleep(self, seconds: float) -> None:
        """Nothing has to pass here."""


def over_dynamodb(client: "DynamoDBClient", *, threads: int, replays_tokens: bool) -> Backend:
    """moto is told one thing at a time: a transaction there puts a whole table back when it fails."""

    @contextmanager
    def open_one(clock: SetClock) -> Iterator[Opened]:
        name = f"fleet-{next(_numbers)}"
        create_table(client, name)
        table = DynamoTable(client, name, Patient(clock), threads=threads)
        yield Opened(table=table, rows=lambda: [to_row(row) for row in client.scan(TableName=name)["Items"]])
        table.close()
        client.delete_table(TableName=name)

    return Backend(open=open_one, client=client, replays_tokens=replays_tokens)


def over_sqlite(folder: Path) -> Backend:
    fresh = folder / "fresh.db"
    prepare(fresh)

    @contextmanager
    def open_one(clock: SetClock) -> Iterator[Opened]:
        path = Path(shutil.copy(fresh, folder / f"fleet-{next(_numbers)}.db"))
        table = SqliteTable(path)
        yield Opened(table=table, rows=lambda: read_rows(path))
        table.close()

    return Backend(open=open_one)


def late(backend: Backend) -> Backend:
    @contextmanager
    def open_one(clock: SetClock) -> Iterator[Opened]:
        with backend.open(clock) as opened:
            yield replace(opened, table=LaggingTable(opened.table, clock))

    return replace(backend, open=open_one)


def read_rows(path: Path) -> list[Row]:
    with closing(connect(path)) as connection:
        return [json.loads(attributes) for (attributes,) in connection.execute("SELECT attributes FROM rows")]


@contextmanager
def without_pauses() -> Iterator[None]:
    """botocore waits before it sends again, for up to seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0)
        yield


def client_of(emulator: Emulator) -> "DynamoDBClient":
    with emulator.as_aws("eu-central-1"):
        return open_client()


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    if not PYTHON.exists():
        pytest.skip("the emulator ministack is not installed: make setup")
    with ministack() as emulator:
        yield emulator


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            "moto", marks=pytest.mark.thorough
        ),  # kinder than ministack, which refuses what DynamoDB does
        pytest.param("ministack", marks=pytest.mark.emulator),
        pytest.param("troubled", marks=[pytest.mark.emulator, pytest.mark.thorough]),
        "sqlite",
        "lagging",
        *(["elsewhere"] if ELSEWHERE else []),
    ],
)
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with ExitStack() as stack:
        if request.param == "moto":
            stack.enter_context(aws_in_memory())
            client = open_client()
            stack.callback(client.close)
            yield Backend(open=MotoTables(client, threads=1).open, client=client, replays_tokens=False)
        elif request.param in ("ministack", "troubled"):
            client = client_of(request.getfixturevalue("emulator"))
            stack.callback(client.close)
            if request.param == "troubled":
                stack.enter_context(without_pauses())
                stack.enter_context(Troubles.over(client))
            yield over_dynamodb(client, threads=THREADS, replays_tokens=True)
        elif request.param == "elsewhere":
            client = open_client(endpoint_url=ELSEWHERE)
            stack.callback(client.close)
            yield over_dynamodb(client, threads=THREADS, replays_tokens=True)
        elif request.param == "lagging":
            stack.enter_context(waiting_readers())
            yield late(over_sqlite(tmp_path_factory.mktemp("sqlite")))
        else:
            yield over_sqlite(tmp_path_factory.mktemp("sqlite"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One worker runs all that needs the emulator, so that one is started.

    What is counted or faulted is requests to DynamoDB, of which a file of SQLite knows nothing, and which troubles make
    more of.
    """
    for item in items:
        if item.get_closest_marker("emulator") is not None:
            item.add_marker(pytest.mark.xdist_group("emulator"))
    pointless = {
        item
        for item in items
        if isinstance(item, pytest.Function)
        and "traffic" in item.fixturenames
        and hasattr(item, "callspec")
        and item.callspec.params.get("backend") in ("sqlite", "lagging", "troubled")
    }
    config.hook.pytest_deselected(items=pointless)
    items[:] = [item for item in items if item not in pointless]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def opened(backend: Backend, clock: SetClock) -> Iterator[Opened]:
    with backend.open(clock) as opened:
        yield opened


@pytest.fixture
def table(opened: Opened) -> Table:
    return opened.table


@pytest.fixture
def interposed(table: Table) -> InterposedTable:
    """The same table, in whose way something comes."""
    return InterposedTable(table)


@pytest.fixture
def store(table: Table, clock: SetClock) -> TableStore:
    return TableStore(table, clock)


@pytest.fixture
def traffic(backend: Backend) -> Iterator[Traffic]:
    assert backend.client is not None
    with Traffic.of(backend.client) as observed:
        yield observed


def rows_of(opened: Opened, partition: str) -> list[str]:
    """The sort keys of what there is in partitions of a kind."""
    return sorted(str(row["sk"]) for row in opened.rows() if str(row["pk"]).startswith(partition))
