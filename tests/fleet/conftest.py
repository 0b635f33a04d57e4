from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from infra.dynamodb.schema import create_table
from infra.dynamodb.table import DynamoTable, open_client
from infra.store.store import DynamoStore
from tests.aws import aws_in_memory
from tests.fleet.things import HandClock
from tests.fleet.world import World

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb() -> "Iterator[DynamoDBClient]":
    with aws_in_memory():
        client = open_client()
        yield client
        client.close()


@pytest.fixture
def world(dynamodb: "DynamoDBClient") -> Iterator[World]:
    """A table of its own, and nobody connected yet."""
    name, clock = f"fleet-{uuid4()}", HandClock()
    create_table(dynamodb, name)
    table = DynamoTable(dynamodb, name, clock, threads=2)
    yield World(dynamodb, DynamoStore(table, clock), clock)
    table.close()
    dynamodb.delete_table(TableName=name)
