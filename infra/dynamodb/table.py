"""The one place that talks to DynamoDB: it blocks, so every call is handed to a thread.

What goes wrong comes out as two facts: a row was not as a write required it (`ConditionFailed`), or others kept writing
the same rows for longer than we insist (`Contended`). Everything else is botocore's own error.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from fleet.ports.clock import Clock
from infra.dynamodb.schema import partition_key, sort_key
from infra.store.names import Span
from infra.store.writes import Action, Key, Row, key_of_row, to_attributes, to_key, to_row

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

THREADS = 16
"""Calls in flight at once. Each waits on the network, so there may be more of them than cores."""

ANSWER_SECONDS = 3
"""How long DynamoDB may take to answer; it answers in milliseconds or is not going to."""

TRIES = 8
"""How often a write insists when others write the same row, or a batch when part of it is left undone."""

_KEYS_PER_READ = 100
_KEYS_PER_WRITE = 25

# Reasons of a cancelled transaction that say nothing of our conditions: the same write may succeed a moment later.
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


class ConditionFailed(Exception):
    """A row is not as the write requires it. Nothing of the write was done."""


class Contended(Exception):
    """Others kept writing the same rows. Nothing of the write was done."""


def open_client(*, endpoint_url: str | None = None) -> "DynamoDBClient":
    """A client of DynamoDB. Region, credentials and endpoint come from the environment as in every AWS tool."""
    return boto3.client(
        "dynamodb",
        region_name=os.environ.get("AWS_REGION"),  # which botocore alone does not read
        endpoint_url=endpoint_url,
        config=Config(
            connect_timeout=ANSWER_SECONDS,
            read_timeout=ANSWER_SECONDS,
            max_pool_connections=THREADS,
            retries={"mode": "standard", "total_max_attempts": 4},
        ),
    )


async def tries(clock: Clock) -> AsyncIterator[None]:
    """Turns of a loop that insists, with pauses between them that grow and differ, so that rivals part."""
    for turn in range(TRIES):
        if turn:
            await clock.sleep(random.uniform(0, 0.01 * 2**turn))  # noqa: S311 - nobody gains by guessing it
        yield


class Table:
    def __init__(self, client: "DynamoDBClient", name: str, clock: Clock, *, threads: int = THREADS) -> None:
        self._client = client
        self.name = name
        self._clock = clock
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dynamodb")

    def close(self) -> None:
        """Waits for the calls in flight. The client is its owner's to close."""
        self._threads.shutdown()

    async def get(self, key: Key, *, consistent: bool = False) -> Row | None:
        answer = await self._call(
            self._client.get_item, TableName=self.name, Key=to_key(key), ConsistentRead=consistent
        )
        return to_row(answer["Item"]) if "Item" in answer else None

    async def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Row]:
        """The rows that exist among `keys`."""
        rows: dict[Key, Row] = {}
        for chunk in _chunks(dict.fromkeys(keys), _KEYS_PER_READ):  # DynamoDB refuses a key named twice
            wanted: Mapping[str, Any] = {
                self.name: {"Keys": [to_key(key) for key in chunk], "ConsistentRead": consistent}
            }
            async for _ in tries(self._clock):
                answer = await self._call(self._client.batch_get_item, RequestItems=wanted)
                for attributes in answer["Responses"].get(self.name, []):
                    row = to_row(attributes)
                    rows[key_of_row(row)] = row
                wanted = answer.get("UnprocessedKeys") or {}
                if not wanted:
                    break
            else:
                raise Contended("DynamoDB left part of a read undone for too long")
        return rows

    async def query(
        self,
        span: Span,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        wanted: Callable[[Row], bool] = lambda row: True,
    ) -> list[Row]:
        """The first `limit` rows of a span that are `wanted`, in its order or the reverse; without a limit, all."""
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

    async def write(self, action: Action) -> None:
        """One put, update or delete by itself. `ConditionFailed`, `Contended`."""
        operations: Mapping[str, Callable[..., object]] = {
            "Put": self._client.put_item,
            "Update": self._client.update_item,
            "Delete": self._client.delete_item,
        }
        ((kind, parameters),) = action.items()
        await self._insist(lambda: self._call(operations[kind], TableName=self.name, **parameters))

    async def count(self, key: Key, by: int, *, most: int, expires_at: int) -> tuple[bool, int]:
        """Adds to the counter of a row unless that would be more than `most`: whether it did, and where it stands."""
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
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise
            seen: Any = error.response.get("Item", {})
            return False, int(to_row(seen).get("counted", 0))
        return True, int(to_row(answer["Attributes"])["counted"])

    async def transact(self, actions: Sequence[Action]) -> None:
        """All of `actions`, at most a hundred, or none of them. `ConditionFailed`, `Contended`."""
        named = [
            {kind: {"TableName": self.name, **parameters}}
            for action in actions
            for kind, parameters in action.items()
        ]
        await self._insist(lambda: self._call(self._client.transact_write_items, TransactItems=named))

    async def clear(self, span: Span, *, but: Key) -> None:
        """Deletes the rows of a span of the table, all `but` one, page by page."""
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
        return await loop.run_in_executor(self._threads, partial(operation, **parameters))


def _is_passing(error: ClientError) -> bool:
    """Whether the same write may succeed a moment later. `ConditionFailed` when it will not, for our own condition."""
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
