"""The troubles that the suite of the store meets are those of DynamoDB: each is seen by a client that asks once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.dynamodb.schema import create_table
from tests.aws import aws_in_memory
from tests.infra.conftest import ELSEWHERE
from tests.infra.troubles import PAGE_ROWS, Troubles

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def client() -> "Iterator[DynamoDBClient]":
    with aws_in_memory():
        once = Config(retries={"total_max_attempts": 1})
        opened = boto3.client("dynamodb", config=once)
        with Troubles.over(opened):
            yield opened
        opened.close()


@pytest.fixture
def table(client: "DynamoDBClient") -> str:
    name = f"troubled-{uuid4()}"
    with aws_in_memory():
        create_table(boto3.client("dynamodb"), name)
    return name


def row(sort: str, text: str = "") -> dict[str, Any]:
    return {"pk": {"S": "a"}, "sk": {"S": sort}, "text": {"S": text}}


def codes(*refused: ClientError) -> set[str]:
    return {one.response["Error"].get("Code", "") for one in refused}


def put_until_refused(client: "DynamoDBClient", table: str, wanted: str) -> ClientError:
    """The refusal of a kind, which comes in turn."""
    for _ in range(20):
        try:
            client.put_item(TableName=table, Item=row("b"))
        except ClientError as error:
            if codes(error) == {wanted}:
                return error
    raise AssertionError(f"no {wanted} among twenty")


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "TransactionConflictException"])
def test_a_write_is_refused_again_and_again(client: "DynamoDBClient", table: str, code: str) -> None:
    assert put_until_refused(client, table, code).response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_transactions_meet(client: "DynamoDBClient", table: str) -> None:
    seen = []
    for _ in range(20):
        try:
            client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": row("b")}}])
        except client.exceptions.TransactionCanceledException as error:
            seen += [reason.get("Code") for reason in error.response["CancellationReasons"]]
        except ClientError:
            continue
    assert set(seen) == {"TransactionConflict"}


def insist(ask: Any, **parameters: Any) -> Any:
    for _ in range(20):
        try:
            return ask(**parameters)
        except ClientError:
            continue
    raise AssertionError("refused twenty times")


def test_pages_end_early_and_batches_are_done_in_part(client: "DynamoDBClient", table: str) -> None:
    for sort in "bcdef":
        insist(client.put_item, TableName=table, Item=row(sort))
    asked = {
        "TableName": table,
        "KeyConditionExpression": "pk = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
    }
    answers = [insist(client.query, **asked) for _ in range(4)]
    assert {len(answer["Items"]) for answer in answers} == {PAGE_ROWS, 5}
    assert {"LastEvaluatedKey" in answer for answer in answers} == {True, False}
    keys = [{"pk": {"S": "a"}, "sk": {"S": sort}} for sort in "bcd"]
    read = insist(client.batch_get_item, RequestItems={table: {"Keys": keys}})
    assert (len(read["Responses"][table]), len(read["UnprocessedKeys"][table]["Keys"])) == (2, 1)
    deletions = [{"DeleteRequest": {"Key": key}} for key in keys]
    written = insist(client.batch_write_item, RequestItems={table: deletions})
    assert len(written["UnprocessedItems"][table]) == 1


@pytest.mark.parametrize(
    ("rows", "text"), [(1, "x" * 400 * 1024), (12, "x" * 380_000), (101, "")], ids=["row", "sum", "number"]
)
def test_what_is_too_large_is_refused(client: "DynamoDBClient", table: str, rows: int, text: str) -> None:
    items: Any = [{"Put": {"TableName": table, "Item": row(str(number), text)}} for number in range(rows)]
    with pytest.raises(ClientError) as refused:
        client.transact_write_items(TransactItems=items)
    assert codes(refused.value) == {"ValidationException"}


@pytest.mark.thorough
def test_the_suite_of_the_store_also_runs_over_another_dynamodb() -> None:
    if not ELSEWHERE:
        pytest.skip(
            "DYNAMODB_URL names no other DynamoDB, such as Amazon's DynamoDB Local, to run the store over"
        )
