"""The rendering of rows, writes and conditions for DynamoDB, without the name of the table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from infra.store.conditions import Absent, Condition, Equals, Present, Test
from infra.store.writes import Action, Check, Delete, Key, Put, Row, Update

Rendered = tuple[str, Mapping[str, Any]]
"""The name of an action and its parameters."""


def to_attributes(row: Row) -> dict[str, dict[str, str]]:
    return {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in row.items()
    }


def to_row(attributes: Mapping[str, Mapping[str, Any]]) -> Row:
    return {name: value["S"] if "S" in value else int(value["N"]) for name, value in attributes.items()}


def to_key(key: Key) -> dict[str, dict[str, str]]:
    return to_attributes({"pk": key[0], "sk": key[1]})


def render(action: Action) -> Rendered:
    match action:
        case Put(row=row, condition=condition):
            return "Put", {"Item": to_attributes(row), **_parameters(condition)}
        case Delete(key=key, condition=condition):
            return "Delete", {"Key": to_key(key), **_parameters(condition)}
        case Check(key=key, condition=condition):
            return "ConditionCheck", {"Key": to_key(key), **_parameters(condition)}
        case Update():
            return "Update", _update(action)


def _update(action: Update) -> dict[str, Any]:
    clauses = []
    if action.keep:
        clauses.append("SET " + ", ".join(f"#{name} = :{name}" for name in action.keep))
    if action.drop:
        clauses.append("REMOVE " + ", ".join(f"#{name}" for name in action.drop))
    return {
        "Key": to_key(action.key),
        "UpdateExpression": " ".join(clauses),
        **_parameters(
            action.condition,
            names={f"#{name}": name for name in (*action.keep, *action.drop)},
            values={f":{name}": value for name, value in action.keep.items()},
        ),
    }


def _parameters(
    condition: Condition | None,
    *,
    names: Mapping[str, str] = MappingProxyType({}),
    values: Row = MappingProxyType({}),
) -> dict[str, Any]:
    """Names are placeholders, because some are reserved. DynamoDB refuses an empty map and unused placeholders."""
    parameters: dict[str, Any] = {}
    if condition is not None:
        tests = list(enumerate(condition.tests))
        parameters["ConditionExpression"] = " AND ".join(_test(number, test) for number, test in tests)
        names = {**names, **{f"#seen{number}": test.attribute for number, test in tests}}
        compared = {f":seen{number}": test.value for number, test in tests if isinstance(test, Equals)}
        values = {**values, **compared}
    if names:
        parameters["ExpressionAttributeNames"] = dict(names)
    if values:
        parameters["ExpressionAttributeValues"] = to_attributes(values)
    return parameters


def _test(number: int, test: Test) -> str:
    name, value = f"#seen{number}", f":seen{number}"
    match test:
        case Equals():
            return f"{name} = {value}"
        case Present():
            return f"attribute_exists({name})"
        case Absent():
            return f"attribute_not_exists({name})"
