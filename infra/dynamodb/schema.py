"""The table in DynamoDB: its keys, indexes and their attributes (infra/store/indexes.py)."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from infra.store.indexes import CARRIED, partition_key, sort_key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def _key_schema(index: str | None) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition_key(index), "KeyType": "HASH"},
        {"AttributeName": sort_key(index), "KeyType": "RANGE"},
    ]


def _projection(carried: tuple[str, ...]) -> dict[str, Any]:
    if not carried:
        return {"ProjectionType": "KEYS_ONLY"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(carried)}


SCHEMA: Mapping[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"}
        for index in (None, *CARRIED)
        for name in (partition_key(index), sort_key(index))
    ],
    "KeySchema": _key_schema(None),
    "GlobalSecondaryIndexes": [
        {"IndexName": index, "KeySchema": _key_schema(index), "Projection": _projection(carried)}
        for index, carried in CARRIED.items()
    ],
}

TIME_TO_LIVE: Mapping[str, Any] = {"AttributeName": "expires_at", "Enabled": True}


class OtherSchema(Exception):
    """A table of that name exists, and another program or another version of Fleetgraph made it."""


def create_table(client: "DynamoDBClient", name: str) -> bool:
    """Creates the table if it does not exist, for local use and tests. In a deployment the template creates it.

    Returns whether it created the table.
    """
    try:
        client.create_table(TableName=name, **SCHEMA)
    except client.exceptions.ResourceInUseException:
        _require_ours(client, name)
        return False
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=dict(TIME_TO_LIVE))  # type: ignore[arg-type]
    return True


def _require_ours(client: "DynamoDBClient", name: str) -> None:
    found = client.describe_table(TableName=name)["Table"]
    indexes = found.get("GlobalSecondaryIndexes", [])
    if found.get("KeySchema") != SCHEMA["KeySchema"] or _shapes(indexes) != _shapes(
        SCHEMA["GlobalSecondaryIndexes"]
    ):
        raise OtherSchema(
            f"table {name} exists with other keys or indexes than this version of Fleetgraph uses"
        )


def _shapes(indexes: Iterable[Mapping[str, Any]]) -> list[tuple[str, object, list[str]]]:
    """The comparable part of indexes, in any order of DynamoDB's description."""
    return sorted(
        (index["IndexName"], index["KeySchema"], sorted(index["Projection"].get("NonKeyAttributes", [])))
        for index in indexes
    )
