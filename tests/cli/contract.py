"""The public contract, and a server that keeps it: documents are validated, variables coerced, answers shaped."""

from pathlib import Path
from typing import Any

from graphql import graphql_sync

from tests.cli.scripted import Answer
from tests.schema import committed_schema

ROOT = Path(__file__).parents[2]
CONTRACT = committed_schema()


class Keeper:
    """Answers from `root`, whose members are values or functions of `(info, **arguments)`."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def on(self, field: str, *values: Any) -> None:
        """Answers to that field with one value after the other, and the last one for ever."""
        rest = list(values)

        def resolve(_: object, **arguments: Any) -> Any:
            self.calls.append((field, arguments))
            return rest.pop(0) if len(rest) > 1 else rest[0]

        self.root[field] = resolve

    def __call__(self, request: dict[str, Any]) -> Answer:
        result = graphql_sync(
            CONTRACT,
            request["query"],
            self.root,
            variable_values=request["variables"],
            operation_name=request.get("operationName"),
        )
        return dict(result.formatted)

    def asked(self, field: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == field]


def page(*nodes: dict[str, Any]) -> dict[str, Any]:
    info = {"hasNextPage": False, "hasPreviousPage": False, "endCursor": None}
    coverage = {"isComplete": True, "accountCount": 1, "missingCount": 0, "missing": {"nodes": []}}
    return {"nodes": list(nodes), "pageInfo": info, "coverage": coverage}
