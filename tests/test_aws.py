import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from infra.dynamodb.expressions import render
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import open_client
from infra.store.conditions import is_absent, is_connected
from infra.store.writes import put
from tests.aws import aws_in_memory

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

TESTS = Path(__file__).parent


@pytest.fixture
def dynamodb() -> "Iterator[DynamoDBClient]":
    """Threads take turns far more often than they do elsewhere."""
    interval = sys.getswitchinterval()
    with aws_in_memory():
        client = open_client()
        sys.setswitchinterval(1e-6)
        yield client
        sys.setswitchinterval(interval)
        client.close()


def test_of_two_writers_one_meets_its_condition(dynamodb: "DynamoDBClient") -> None:
    table = f"fleet-{uuid4()}"
    create_table(dynamodb, table)
    refusal = dynamodb.exceptions.ConditionalCheckFailedException

    def write(number: int) -> bool:
        _, parameters = render(put({"pk": f"{number}", "sk": "-"}, is_absent()))
        try:
            dynamodb.put_item(TableName=table, **parameters)
        except refusal:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        written = list(threads.map(write, [number for number in range(50) for _ in range(2)]))
    assert sum(written) == 50


def test_a_transaction_that_fails_leaves_every_row_as_it_was(dynamodb: "DynamoDBClient") -> None:
    """The whole table is not copied for that, as moto does by itself."""
    name = f"fleet-{uuid4()}"
    create_table(dynamodb, name)
    _, kept = render(put({"pk": "kept", "sk": "-", "number": 1}))
    dynamodb.put_item(TableName=name, **kept)
    before = dynamodb.scan(TableName=name)["Items"]

    changed = {
        "TableName": name,
        "Key": {"pk": {"S": "kept"}, "sk": {"S": "-"}},
        "UpdateExpression": "SET #number = :new",
        "ExpressionAttributeNames": {"#number": "number"},
        "ExpressionAttributeValues": {":new": {"N": "2"}},
    }
    _, added = render(put({"pk": "added", "sk": "-"}))
    _, refused = render(put({"pk": "refused", "sk": "-"}, is_connected()))
    items: Any = [
        {"Update": changed},
        {"Put": {"TableName": name, **added}},
        {"Put": {"TableName": name, **refused}},
    ]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=items)
    assert dynamodb.scan(TableName=name)["Items"] == before


def test_every_other_test_uses_that_door() -> None:
    others = [path for path in TESTS.rglob("*.py") if path.name not in ("aws.py", "test_aws.py")]
    assert [path for path in others if "moto import" in path.read_text(encoding="utf-8")] == []
