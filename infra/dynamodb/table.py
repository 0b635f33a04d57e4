"""The table in DynamoDB. Its client blocks, so every call runs in a thread.

Errors other than `ConditionFailed`, `Contended` and `TableUnavailable` are botocore's own.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from botocore import exceptions as botocore
from botocore.config import Config
from botocore.exceptions import ClientError

from fleet.ports.clock import Clock
from infra import aws
from infra.dynamodb import answers
from infra.dynamodb.expressions import Rendered, render, to_attributes, to_key, to_row
from infra.store.indexes import partition_key, sort_key
from infra.store.names import Span
from infra.store.table import TRIES, ConditionFailed, Contended, TableUnavailable, look_up, tries
from infra.store.writes import Action, Key, Row, Write, key_of_row

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

THREADS = 16
"""The calls in flight at once. They wait for the network, so there can be more of them than cores."""

ANSWER_SECONDS = 3
"""The timeout of a call, in seconds. DynamoDB answers in milliseconds or not at all."""

_KEYS_PER_READ = 100
_KEYS_PER_WRITE = 25

# Reasons of a cancelled transaction that are not our conditions: the same write can succeed a moment later.
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


def open_client(*, endpoint_url: str | None = None) -> "DynamoDBClient":
    """A client of DynamoDB. Region, credentials and endpoint come from the environment, as in every AWS tool."""
    answers.read_rows_plainly(aws.session())
    client: DynamoDBClient = aws.open_client(
        "dynamodb",
        region_name=os.environ.get("AWS_REGION"),  # which botocore itself does not read
        endpoint_url=endpoint_url,
        config=Config(
            connect_timeout=ANSWER_SECONDS,
            read_timeout=ANSWER_SECONDS,
            max_pool_connections=THREADS,
            parameter_validation=False,  # DynamoDB checks them, and a tenth of a batch is spent on it here
            retries={"mode": "standard", "total_max_attempts": 4},
        ),
    )
    return client


class DynamoTable:
    """Implements `infra.store.table.Table`."""

    def __init__(self, client: "DynamoDBClient", name: str, clock: Clock, *, threads: int = THREADS) -> None:
        self._client = client
        self.name = name
        self._clock = clock
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dynamodb")

    def close(self) -> None:
        """The caller closes the client."""
        self._threads.shutdown()

    async def get(self, key: Key, *, consistent: bool = False) -> Row | None:
        answer = await self._call(
            self._client.get_item, TableName=self.name, Key=to_key(key), ConsistentRead=consistent
        )
        return to_row(answer["Item"]) if "Item" in answer else None

    async def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Row]:
        """So many keys as one request takes are asked for at once with those of the others."""
        chunks = _chunks(dict.fromkeys(keys), _KEYS_PER_READ)  # DynamoDB refuses a key given twice
        found = await asyncio.gather(*(self._get_chunk(chunk, consistent=consistent) for chunk in chunks))
        return {key_of_row(row): row for rows in found for row in rows}

    async def _get_chunk(self, keys: Sequence[Key], *, consistent: bool) -> list[Row]:
        rows: list[Row] = []
        wanted: Mapping[str, Any] = {
            self.name: {"Keys": [to_key(key) for key in keys], "ConsistentRead": consistent}
        }
        async for _ in tries(self._clock):
            answer = await self._call(self._client.batch_get_item, RequestItems=wanted)
            rows += map(to_row, answer["Responses"].get(self.name, []))
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                return rows
        raise Contended("DynamoDB left part of a read undone for too long")

    async def query(
        self,
        span: Span,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        wanted: Callable[[Row], bool] = lambda row: True,
    ) -> list[Row]:
        rows: list[Row] = []
        async for page in self._pages(span, limit, newest_first, consistent):
            rows += filter(wanted, page)
            if limit is not None and len(rows) >= limit:
                return rows[:limit]
        return rows

    async def _pages(
        self, span: Span, limit: int | None, newest_first: bool, consistent: bool, **more: Any
    ) -> AsyncIterator[list[Row]]:
        if span.low > span.high or limit == 0:
            return
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": f"{partition_key(span.index)} = :partition"
            f" AND {sort_key(span.index)} BETWEEN :low AND :high",
            "ExpressionAttributeValues": to_attributes(
                {":partition": span.partition, ":low": span.low, ":high": span.high}
            ),
            "ScanIndexForward": not newest_first,
            **more,
        }
        if span.index is not None:
            request["IndexName"] = span.index
        if limit is not None:
            request["Limit"] = limit
        if consistent:
            request["ConsistentRead"] = True
        while True:
            answer = await self._call(self._client.query, **request)
            yield [to_row(attributes) for attributes in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    async def query_whole(self, span: Span, *, limit: int) -> list[Row]:
        return await look_up(self, span, limit)

    async def write(self, action: Write) -> None:
        operations: Mapping[str, Callable[..., object]] = {
            "Put": self._client.put_item,
            "Update": self._client.update_item,
            "Delete": self._client.delete_item,
        }
        kind, parameters = render(action)
        await self._insist(lambda: self._call(operations[kind], TableName=self.name, **parameters))

    async def count(self, key: Key, by: int, *, most: int, expires_at: int) -> tuple[bool, int]:
        try:
            answer = await self._call(
                self._client.update_item,
                TableName=self.name,
                Key=to_key(key),
                UpdateExpression="SET expires_at = :expires_at ADD counted :by",
                ConditionExpression="(attribute_not_exists(counted) AND :by <= :most) OR counted <= :room",
                ExpressionAttributeValues=to_attributes(
                    {":by": by, ":most": most, ":room": most - by, ":expires_at": expires_at}
                ),
                ReturnValues="ALL_NEW",  # also where nothing is added
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise
            existing: Any = error.response.get("Item", {})
            return False, int(to_row(existing).get("counted", 0))
        return True, int(to_row(answer["Attributes"])["counted"])

    async def transact(self, actions: Sequence[Action]) -> None:
        named = [self._named(render(action)) for action in actions]
        await self._insist(lambda: self._call(self._client.transact_write_items, TransactItems=named))

    def _named(self, rendered: Rendered) -> Mapping[str, Any]:
        kind, parameters = rendered
        return {kind: {"TableName": self.name, **parameters}}

    async def clear(self, span: Span, *, but: Key) -> None:
        async for page in self._pages(span, None, False, True, ProjectionExpression="pk, sk"):
            keys = [key_of_row(row) for row in page]
            for chunk in _chunks((key for key in keys if key != but), _KEYS_PER_WRITE):
                await self._delete(chunk)

    async def _delete(self, keys: Iterable[Key]) -> None:
        undone: Mapping[str, Any] = {self.name: [{"DeleteRequest": {"Key": to_key(key)}} for key in keys]}
        async for _ in tries(self._clock):
            answer = await self._call(self._client.batch_write_item, RequestItems=undone)
            undone = answer.get("UnprocessedItems") or {}
            if not undone:
                return
        raise Contended("DynamoDB left part of a deletion undone for too long")

    async def _insist(self, send: Callable[[], Awaitable[object]]) -> None:
        async for _ in tries(self._clock):
            try:
                await send()
            except ClientError as error:
                if not _is_passing(error):
                    raise
            else:
                return
        raise Contended(f"others kept writing the same rows, {TRIES} times in a row")

    async def _call(self, operation: Callable[..., T], **parameters: Any) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, partial(operation, **parameters))
        except (botocore.ConnectionError, botocore.HTTPClientError) as error:
            raise TableUnavailable(f"DynamoDB does not answer: {error}") from error


def _is_passing(error: ClientError) -> bool:
    """Whether the same write can succeed a moment later. Raises `ConditionFailed` if our own condition failed."""
    code = error.response.get("Error", {}).get("Code")
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
    if code == "ConditionalCheckFailedException" or "ConditionalCheckFailed" in reasons:
        raise ConditionFailed from error
    return code == "TransactionConflictException" or not reasons.isdisjoint(_PASSING)


def _chunks(items: Iterable[T], size: int) -> Iterable[list[T]]:
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
