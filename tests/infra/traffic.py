"""What goes to DynamoDB, as botocore sends it: requests, examined items, consumed capacity, and faults on request."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

READS = {"GetItem", "BatchGetItem", "Query"}
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}


class Interrupted(Exception):
    """The process ends here, as far as the store can tell."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """`read` and `written` are in units of capacity."""

    operation: str
    examined: int
    read: float
    written: float


@dataclass(kw_only=True)
class Traffic:
    requests: list[Request] = field(default_factory=list)
    allowed: dict[str, int] = field(default_factory=dict)
    """How many requests of an operation get through before the process "ends"."""
    lost: int = 0
    """How many answers to transactions are lost on their way; what was asked for has been done."""
    consistent: list[bool] = field(default_factory=list)
    """Of every read, whether it was strongly consistent."""

    @classmethod
    @contextmanager
    def of(cls, client: "DynamoDBClient") -> "Iterator[Traffic]":
        observed = cls()
        events = client.meta.events
        hooks: list[tuple[str, Callable[..., Any]]] = [
            ("provide-client-params.dynamodb.*", observed._note_reads),
            ("before-call.dynamodb.*", observed._interrupt),
            ("after-call.dynamodb.*", observed._note),
            ("needs-retry.dynamodb.TransactWriteItems", observed._lose),
        ]
        for name, hook in hooks:
            events.register(name, hook)
        yield observed
        for name, hook in hooks:
            events.unregister(name, hook)

    def clear(self) -> None:
        self.requests.clear()
        self.consistent.clear()

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]

    @property
    def writes(self) -> list[str]:
        return [operation for operation in self.operations if operation in WRITES]

    @property
    def examined(self) -> int:
        return sum(request.examined for request in self.requests)

    @property
    def read(self) -> float:
        return sum(request.read for request in self.requests)

    @property
    def written(self) -> float:
        return sum(request.written for request in self.requests)

    def _note_reads(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        asked = params.get("RequestItems", {}).values() if model.name == "BatchGetItem" else [params]
        if model.name in READS:
            self.consistent += [one.get("ConsistentRead", False) for one in asked]
        if "ReturnConsumedCapacity" in model.input_shape.members:
            return {**params, "ReturnConsumedCapacity": "INDEXES"}
        return params

    def _interrupt(self, model: Any, **_: Any) -> None:
        if model.name in self.allowed:
            if self.allowed[model.name] == 0:
                raise Interrupted(model.name)
            self.allowed[model.name] -= 1

    def _lose(self, **_: Any) -> float | None:
        """Seconds until botocore sends the same again."""
        if self.lost == 0:
            return None
        self.lost -= 1
        return 0

    def _note(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        tables = consumed if isinstance(consumed, list) else [consumed]
        self.requests.append(
            Request(
                operation=model.name,
                examined=parsed.get("ScannedCount", 0),
                read=_units_of_a_read(parsed),
                written=sum(table["CapacityUnits"] for table in tables) if model.name in WRITES else 0,
            )
        )


def _units_of_a_read(parsed: dict[str, Any]) -> float:
    """Half a unit for every 4 KB begun: of a whole page of a query, of each row of a batch. Twice where consistent."""
    pages = [parsed.get("Items", [])]
    pages += [[row] for rows in parsed.get("Responses", {}).values() for row in rows]
    return sum(math.ceil(sum(map(_size, page)) / 4096) / 2 for page in pages)


def _size(row: dict[str, dict[str, str]]) -> int:
    return sum(
        len(name.encode()) + len(text.encode()) for name, value in row.items() for text in value.values()
    )
