"""Single writes as DynamoDB's transactions take them, without the name of the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Row = Mapping[str, str | int]
"""Our rows hold text and whole numbers, nothing else."""

Key = tuple[str, str]
"""Partition and sort key of a row of the table."""

Action = Mapping[str, Any]
"""One of `Put`, `Delete`, `Update` and `ConditionCheck`, with its parameters."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What must hold of a row for a write to happen. Each is made by a function that is named for it."""

    expression: str
    values: Row = field(default_factory=dict)

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(
            expression=f"({self.expression}) AND ({other.expression})",
            values={**self.values, **other.values},
        )


def to_attributes(row: Row) -> dict[str, dict[str, str]]:
    return {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in row.items()
    }


def to_row(attributes: Mapping[str, Mapping[str, Any]]) -> Row:
    return {name: value["S"] if "S" in value else int(value["N"]) for name, value in attributes.items()}


def text(row: Row, name: str) -> str:
    return str(row[name])


def key_of_row(row: Row) -> Key:
    return text(row, "pk"), text(row, "sk")


def to_key(key: Key) -> dict[str, dict[str, str]]:
    return to_attributes({"pk": key[0], "sk": key[1]})


def put(row: Row, condition: Condition | None = None) -> Action:
    return {"Put": {"Item": to_attributes(row), **_conditional(condition)}}


def delete(key: Key, condition: Condition | None = None) -> Action:
    return {"Delete": {"Key": to_key(key), **_conditional(condition)}}


def check(key: Key, condition: Condition) -> Action:
    return {"ConditionCheck": {"Key": to_key(key), **_conditional(condition)}}


def update(
    key: Key,
    *,
    keep: Row = MappingProxyType({}),
    drop: Sequence[str] = (),
    condition: Condition | None = None,
) -> Action:
    """Sets the attributes in `keep` and removes those in `drop`. Names stand as placeholders: some are reserved."""
    clauses = []
    if keep:
        clauses.append("SET " + ", ".join(f"#{name} = :{name}" for name in keep))
    if drop:
        clauses.append("REMOVE " + ", ".join(f"#{name}" for name in drop))
    return {
        "Update": {
            "Key": to_key(key),
            "UpdateExpression": " ".join(clauses),
            "ExpressionAttributeNames": {f"#{name}": name for name in (*keep, *drop)},
            **_conditional(condition, {f":{name}": value for name, value in keep.items()}),
        }
    }


def _conditional(condition: Condition | None, values: Row = MappingProxyType({})) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if condition is not None:
        parameters["ConditionExpression"] = condition.expression
        values = {**values, **condition.values}
    if values:  # DynamoDB refuses an empty map
        parameters["ExpressionAttributeValues"] = to_attributes(values)
    return parameters
