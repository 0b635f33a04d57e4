"""The documents that a frontend starts from, each against a populated store."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import parse
from graphql.language import OperationDefinitionNode

from infra.store import DynamoStore
from tests.gateway.world import Client

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
DOCUMENTS = sorted(OPERATIONS.glob("*.graphql"))


def read(path: Path) -> tuple[str, dict[str, Any]]:
    beside = path.with_suffix(".variables.json")
    return path.read_text(), json.loads(beside.read_text()) if beside.exists() else {}


def leaves(answer: Any) -> int:
    match answer:
        case dict():
            return sum(map(leaves, answer.values()))
        case list():
            return sum(map(leaves, answer))
        case _:
            return answer is not None


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
async def test_an_operation_is_answered_without_errors(
    path: Path, world: DynamoStore, client: Client
) -> None:
    document, variables = read(path)
    data = await client.query(document, **variables)
    assert None not in data.values()
    assert leaves(data) > 5


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_holds_one_named_operation_and_says_what_it_is_for(path: Path) -> None:
    assert path.read_text().startswith("# ")
    (operation,) = parse(path.read_text()).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    assert operation.name.value.lower() == path.stem.replace("-", "")


def test_variables_belong_to_a_document_and_are_declared_in_it() -> None:
    for path in OPERATIONS.glob("*.variables.json"):
        document = path.with_name(path.name.replace(".variables.json", ".graphql")).read_text()
        assert all(f"${name}:" in document for name in json.loads(path.read_text()))
