"""Answers that are read without botocore's model are what that reads."""

import json
from typing import Any

import pytest
from botocore.parsers import JSONParser
from botocore.session import get_session

from infra.dynamodb.answers import OPERATIONS, RowParsers

MODEL = get_session().get_service_model("dynamodb")
ROW = {
    "pk": {"S": "account\x00ä"},
    "version": {"N": "7"},
    "text": {"S": "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")},
}
BODIES = {
    "GetItem": {"Item": ROW},
    "Query": {"Items": [ROW, ROW], "Count": 2, "ScannedCount": 2, "LastEvaluatedKey": {"pk": {"S": "x"}}},
    "BatchGetItem": {
        "Responses": {"fleet": [ROW]},
        "UnprocessedKeys": {"fleet": {"Keys": [{"pk": {"S": "y"}}]}},
    },
}


def answer(body: Any, status: int = 200) -> dict[str, Any]:
    headers = {"x-amzn-RequestId": "id-1", "Content-Type": "application/x-amz-json-1.0"}
    return {
        "status_code": status,
        "headers": {name.lower(): value for name, value in headers.items()},
        "body": json.dumps(body).encode(),
    }


def both(operation: str, told: dict[str, Any]) -> tuple[Any, Any]:
    shape = MODEL.operation_model(operation).output_shape
    assert shape is not None
    ours: Any = RowParsers().create_parser("json").parse(told, shape)
    return ours, JSONParser().parse(told, shape)


@pytest.mark.parametrize("operation", BODIES)
def test_rows_are_what_botocore_reads(operation: str) -> None:
    ours, theirs = both(operation, answer(BODIES[operation]))
    assert ours == theirs
    assert ours["ResponseMetadata"]["RequestId"] == "id-1"


def test_every_operation_that_is_read_so_is_compared() -> None:
    assert {f"{name}Output" for name in BODIES} == OPERATIONS


def test_an_error_is_read_by_botocore() -> None:
    fault = {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "slower"}
    ours, theirs = both("Query", answer(fault, 400))
    assert ours == theirs
    assert ours["Error"]["Code"] == "ThrottlingException"
