"""The one table: its keys, its indexes and what the indexes carry.

`SCHEMA` and `TIME_TO_LIVE` are written as both DynamoDB's CreateTable and CloudFormation's AWS::DynamoDB::Table read
them, so that the template of the deployment can be compared with them.

    pk                  sk                              row
    account <id>        account                         an account, its state, its lease; bare while it is being removed
                        cluster <key>                   a cluster as last read, or its tombstone
                        node <cluster> <external id>    a machine; likewise integration, region, instance_type
                        history <cluster> <order>       a change of phase
    operations <id>     operation <operation>           a change of an account, on its way or over
                        open <operation>                marks one that is not over
                        lock <lock>                     which operation may change a thing
                        idempotency <caller> <key>      which operation was asked for with a key, and by what input
    organization <it>   organization                    which account is connected to it
    budget <key>        budget                          what was sent under one key of a provider
    apikey <id>         apikey                          a key of ours, by part of its digest
    points <caller>     <beginning>                     what a caller spent on queries in the minute from then on

    index      its rows, in its order
    listing    accounts by (provider, name); clusters and integrations of an account by (name, key); operations by
               (id, account); our keys by (name, id)
    attention  clusters that need somebody, in the fleet's order, in a few shards
    due        accounts by the time at which the planner is to look at them
    feed       changes of phase by the time they were written, one partition a week
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

LISTING = "listing"
ATTENTION = "attention"
DUE = "due"
FEED = "feed"

# What a page shows comes with it. The planner's index carries keys alone, because every observation moves a row in it.
_CARRIES: Mapping[str, tuple[str, ...]] = {
    LISTING: ("body", "state", "due_at", "expires_at"),
    ATTENTION: ("body", "account_name"),
    DUE: (),
    FEED: ("body", "expires_at"),
}


def partition_key(index: str | None) -> str:
    return "pk" if index is None else f"{index}_pk"


def sort_key(index: str | None) -> str:
    return "sk" if index is None else f"{index}_sk"


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
        for index in (None, *_CARRIES)
        for name in (partition_key(index), sort_key(index))
    ],
    "KeySchema": _key_schema(None),
    "GlobalSecondaryIndexes": [
        {"IndexName": index, "KeySchema": _key_schema(index), "Projection": _projection(carried)}
        for index, carried in _CARRIES.items()
    ],
}

TIME_TO_LIVE: Mapping[str, Any] = {"AttributeName": "expires_at", "Enabled": True}


class OtherSchema(Exception):
    """A table of that name exists and is not ours, or was made by another version of Fleetgraph."""


def create_table(client: "DynamoDBClient", name: str) -> None:
    """Makes the table where there is none, for local use and tests; a deployment makes its own from the template."""
    try:
        client.create_table(TableName=name, **SCHEMA)
    except client.exceptions.ResourceInUseException:
        _require_ours(client, name)
        return
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=dict(TIME_TO_LIVE))  # type: ignore[arg-type]


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
    """What matters of indexes, whatever the order in which DynamoDB describes them."""
    return sorted(
        (index["IndexName"], index["KeySchema"], sorted(index["Projection"].get("NonKeyAttributes", [])))
        for index in indexes
    )
