"""What DynamoDB does to its clients and no emulator does: it throttles, lets transactions meet, answers a part, and
refuses what is too large.

It stands between botocore and an emulator, and does each of these again and again, in turn and not by chance. A client
that is right shows nothing of it. That reads are late is in tests/infra/lagging.py.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ROW_BYTES = 400 * 1024
TRANSACTION_BYTES = 4 * 2**20
TRANSACTION_ROWS = 100
PAGE_ROWS = 2
"""As if two rows filled the megabyte of a page."""

THROTTLED_EVERY = 4
CONFLICT_EVERY = 3
SHORT_PAGE_EVERY = 2


class Troubles:
    """Counts by kind what is asked for, because each trouble comes in turn."""

    def __init__(self) -> None:
        self._sent: Counter[str] = Counter()
        self._lock = Lock()

    @classmethod
    @contextmanager
    def over(cls, client: "DynamoDBClient") -> "Iterator[Troubles]":
        troubles, events = cls(), client.meta.events
        refuse: Any = troubles._refuse  # whose answer counts, other than the types of botocore have it
        hooks: list[tuple[str, Any]] = [
            ("before-parameter-build.dynamodb.*", troubles._ask_for_less),
            ("after-call.dynamodb.*", troubles._leave_undone),
            ("before-send.dynamodb.*", refuse),
        ]
        for name, hook in hooks:
            events.register_first(name, hook)  # before an emulator in this process answers
        yield troubles
        for name, hook in hooks:
            events.unregister(name, hook)

    def _is_turn(self, kind: str, every: int) -> bool:
        with self._lock:
            self._sent[kind] += 1
            return self._sent[kind] % every == 0

    # ---------------------------------------------------------------------------------------------- before it is sent

    def _ask_for_less(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        _check_size(model.name, params)
        match model.name:
            case "Query":
                if params.get("Limit", PAGE_ROWS + 1) > PAGE_ROWS and self._is_turn("page", SHORT_PAGE_EVERY):
                    params["Limit"] = PAGE_ROWS
            case "BatchGetItem":
                ((table, asked),) = params["RequestItems"].items()
                taken, left = _halves(asked["Keys"])
                params["RequestItems"] = {table: {**asked, "Keys": taken}}
                if left:
                    context["undone"] = {"UnprocessedKeys": {table: {**asked, "Keys": left}}}
            case "BatchWriteItem":
                ((table, writes),) = params["RequestItems"].items()
                taken, left = _halves(writes)
                params["RequestItems"] = {table: taken}
                if left:
                    context["undone"] = {"UnprocessedItems": {table: left}}
            case _:
                """Is sent as it is."""

    def _leave_undone(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        undone = context.pop("undone", None)
        if undone is not None and "Error" not in parsed:
            parsed.update(undone)

    # ------------------------------------------------------------------------------------------------ when it is sent

    def _refuse(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        operation = _text(request.headers["X-Amz-Target"]).rpartition(".")[2]
        if self._is_turn("throttle", THROTTLED_EVERY):
            return _refusal(
                request, {"__type": "ProvisionedThroughputExceededException", "message": "slower"}
            )
        body: dict[str, Any] = json.loads(_text(request.body))
        if operation == "TransactWriteItems" and self._is_turn("conflict", CONFLICT_EVERY):
            reasons = [{"Code": "None"} for _ in body["TransactItems"]]
            reasons[0] = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
            return _refusal(
                request,
                {
                    "__type": "TransactionCanceledException",
                    "Message": "cancelled",
                    "CancellationReasons": reasons,
                },
            )
        is_counter = "ADD counted" in body.get("UpdateExpression", "")  # which no transaction writes
        if (
            operation in ("PutItem", "UpdateItem", "DeleteItem")
            and not is_counter
            and self._is_turn("met", CONFLICT_EVERY)
        ):
            return _refusal(request, {"__type": "TransactionConflictException", "message": "ongoing"})
        return None


def _halves(items: list[Any]) -> tuple[list[Any], list[Any]]:
    middle = (len(items) + 1) // 2
    return items[:middle], items[middle:]


def _check_size(operation: str, params: Mapping[str, Any]) -> None:
    rows = [params] if operation == "PutItem" else []
    if operation == "TransactWriteItems":
        rows = [one for item in params["TransactItems"] for one in item.values()]
        if len(rows) > TRANSACTION_ROWS or sum(map(_size, rows)) > TRANSACTION_BYTES:
            raise _invalid("Transaction request size has exceeded the maximum", operation)
    if any(_size(row) > ROW_BYTES for row in rows):
        raise _invalid("Item size has exceeded the maximum allowed size", operation)


def _size(row: Mapping[str, Any]) -> int:
    """In bytes, about: the names and values of a row, or what an update sets."""
    values = {**row.get("Item", {}), **row.get("Key", {}), **row.get("ExpressionAttributeValues", {})}
    return sum(len(name.encode()) + len(str(*value.values()).encode()) for name, value in values.items())


def _invalid(message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationException", "Message": message}}, operation)


def _refusal(request: AWSPreparedRequest, body: Mapping[str, Any]) -> AWSResponse:
    raw = _Raw(json.dumps({**body, "__type": f"com.amazonaws.dynamodb.v20120810#{body['__type']}"}).encode())
    return AWSResponse(request.url, 400, {"Content-Type": "application/x-amz-json-1.0"}, raw)  # type: ignore[arg-type]


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
