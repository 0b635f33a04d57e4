"""The store over an emulator: moto in this process always, and ministack once over the same suite."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from infra.dynamodb.schema import create_table
from infra.dynamodb.table import THREADS, Table, open_client
from infra.store.store import DynamoStore
from local.ministack import PYTHON, ministack
from tests.aws import aws_in_memory
from tests.infra.interposed import InterposedTable
from tests.infra.samples import SetClock
from tests.infra.traffic import Traffic

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_numbers = itertools.count()


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """moto is told one thing at a time: a transaction there puts a whole table back when it fails."""

    client: "DynamoDBClient"
    threads: int
    replays_tokens: bool


@pytest.fixture(scope="session")
def ministack_url() -> Iterator[str]:
    if not PYTHON.exists():
        pytest.skip("the emulator ministack is not installed: make setup")
    with ministack() as url:
        yield url


@pytest.fixture(scope="module", params=["moto", pytest.param("ministack", marks=pytest.mark.emulator)])
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    if request.param == "moto":
        with aws_in_memory():
            client = open_client()
            yield Emulator(client=client, threads=1, replays_tokens=False)
            client.close()
    else:
        client = open_client(endpoint_url=request.getfixturevalue("ministack_url"))
        yield Emulator(client=client, threads=THREADS, replays_tokens=True)
        client.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def table(emulator: Emulator, clock: SetClock) -> Iterator[Table]:
    name = f"fleet-{next(_numbers)}"
    create_table(emulator.client, name)
    made = Table(emulator.client, name, clock, threads=emulator.threads)
    yield made
    made.close()
    emulator.client.delete_table(TableName=name)


@pytest.fixture
def interposed(table: Table, emulator: Emulator, clock: SetClock) -> Iterator[InterposedTable]:
    """The same table, in whose way something comes."""
    made = InterposedTable(emulator.client, table.name, clock, threads=1)
    yield made
    made.close()


@pytest.fixture
def store(table: Table, clock: SetClock) -> DynamoStore:
    return DynamoStore(table, clock)


@pytest.fixture
def traffic(emulator: Emulator) -> Iterator[Traffic]:
    with Traffic.of(emulator.client) as observed:
        yield observed


def rows_of(emulator: Emulator, table: Table, partition: str) -> list[str]:
    """The sort keys of what there is in partitions of a kind."""
    rows = emulator.client.scan(TableName=table.name)["Items"]
    return sorted(row["sk"]["S"] for row in rows if row["pk"]["S"].startswith(partition))
