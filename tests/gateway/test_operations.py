"""The documents that a frontend starts from, each against a populated store."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import parse
from graphql.language import OperationDefinitionNode

from fleet.model import opaque
from infra.store.store import TableStore
from tests.gateway.fleet import ACME
from tests.gateway.world import Client

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
DOCUMENTS = sorted(OPERATIONS.glob("*.graphql"))
QUERIES = [path for path in DOCUMENTS if "\nquery " in path.read_text()]
MUTATIONS = [path for path in DOCUMENTS if "\nmutation " in path.read_text()]

HERE = {
    "operation": {"id": opaque.write(["Operation", ACME.id, "op-1"])},
    "observations": {"accountId": opaque.write(["Account", ACME.id])},
    "explain-schedule": {"accountId": opaque.write(["Account", ACME.id])},
}
"""Variables of what no sandbox has before somebody makes it."""


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


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
async def test_an_operation_is_answered_without_errors(path: Path, world: TableStore, client: Client) -> None:
    document, variables = read(path)
    data = await client.query(document, **variables | HERE.get(path.stem, {}))
    assert None not in data.values()
    assert leaves(data) > 5


@pytest.mark.parametrize("path", MUTATIONS, ids=lambda path: path.stem)
async def test_a_change_is_asked_for_in_the_terms_of_the_schema(
    path: Path, world: TableStore, scripted: Client
) -> None:
    """`tests/gateway/walkthroughs` make it."""
    document, variables = read(path)
    ((payload),) = (await scripted.query(document, **variables)).values()
    assert {error["__typename"] for error in payload["userErrors"]} <= {"NotFoundError"}


def test_every_document_asks_or_changes() -> None:
    assert sorted([*QUERIES, *MUTATIONS]) == DOCUMENTS


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
