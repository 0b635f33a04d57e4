"""What a client learns of an error: a code that docs/api.md explains, and nothing of what we broke."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from graphql import build_schema, graphql_sync
from strawberry.extensions import SchemaExtension

from fleet.model import opaque
from gateway.execution.documents import DOCUMENTS
from gateway.http.codes import MEANINGS, Code
from gateway.http.errors import to_client
from gateway.schema import SCHEMA
from tests.gateway.world import Client, SetClock, WatchedReader

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
PLANTED = "arn:aws:dynamodb:eu-central-1:123456789012:table/fleet refused token made-up-" + "token-of-a-test"
COUNT = {"query": "{ fleet { clusterCount } }"}


def break_down(*_: object, **__: object) -> NoReturn:
    raise RuntimeError(PLANTED)


class BrokenOnParse(SchemaExtension):
    def on_parse(self) -> Iterator[None]:
        break_down()
        yield


class BrokenOnValidate(SchemaExtension):
    def on_validate(self) -> Iterator[None]:
        yield
        break_down()


class BrokenOnOperation(SchemaExtension):
    def on_operation(self) -> Iterator[None]:
        yield
        break_down()


class BrokenOnExecute(SchemaExtension):
    def on_execute(self) -> Iterator[None]:
        break_down()
        yield


class BrokenInResults(SchemaExtension):
    def get_results(self) -> dict[str, Any]:
        break_down()


def test_a_value_of_ours_beyond_its_type_is_our_fault_and_not_the_clients(
    caplog: pytest.LogCaptureFixture,
) -> None:
    schema = build_schema("type Query { count(first: Int): Int, kind: Kind } enum Kind { A }")
    result = graphql_sync(schema, "{ count kind }", {"count": 2**40, "kind": PLANTED})
    assert result.errors is not None
    for error in result.errors:
        answer = to_client(error, "r-1", is_executed=True)
        assert answer["message"] == "Something went wrong on our side."
        assert answer["extensions"] == {"code": "INTERNAL", "requestId": "r-1"}
    assert "cannot represent" in caplog.text
    sent = graphql_sync(schema, "query ($n: Int) { count(first: $n) }", variable_values={"n": 2**40})
    assert sent.errors is not None
    assert to_client(sent.errors[0], "r-1", is_executed=True)["extensions"] == {"code": "BAD_USER_INPUT"}


def test_the_page_on_the_api_explains_every_code() -> None:
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (\d{3}) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert rows == [
        (code.value, str(meaning.status.value), meaning.means) for code, meaning in MEANINGS.items()
    ]
    assert set(MEANINGS) == set(Code)


def check(response: Any, caplog: pytest.LogCaptureFixture) -> None:
    """One masked error, whose id leads to what really happened."""
    (error,) = response.json()["errors"]
    request_id = error["extensions"]["requestId"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": request_id}
    assert error["message"] == "Something went wrong on our side."
    assert response.headers["x-request-id"] == request_id
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert request_id in record.getMessage()
    assert record.exc_info is not None
    assert PLANTED in str(record.exc_info[1])
    answer = response.text + str(response.headers)
    for part in [*PLANTED.split(), "Traceback", ".py", "RuntimeError"]:
        assert part not in answer


@pytest.mark.parametrize(
    "extension", [BrokenOnParse, BrokenOnValidate, BrokenOnOperation, BrokenOnExecute, BrokenInResults]
)
async def test_what_breaks_around_an_execution_is_masked(
    extension: type[SchemaExtension],
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(SCHEMA, "extensions", [*SCHEMA.extensions, extension])
    DOCUMENTS.forget()  # a document that is known goes past them
    response = await client.http.post("/graphql", json=COUNT)
    assert response.status_code == 500
    check(response, caplog)


async def test_what_breaks_in_writing_a_value_is_masked_and_erases_nothing_else(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(SCHEMA.whole()._schema.type_map["URL"], "coerce_output_value", break_down)
    document = "query ($id: ID!) { node(id: $id) { id ... on Provider { documentationUrl } } }"
    kupe = opaque.write(["Provider", "kupe"])
    response = await client.http.post("/graphql", json={"query": document, "variables": {"id": kupe}})
    assert response.status_code == 200
    assert response.json()["data"] == {"node": {"id": kupe, "documentationUrl": None}}
    check(response, caplog)


async def test_what_breaks_outside_of_graphql_is_masked(
    reader: WatchedReader, clock: SetClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(reader, clock)
    monkeypatch.setattr(clock, "now", break_down)
    response = await client.http.post("/graphql", json=COUNT)
    assert response.status_code == 500
    check(response, caplog)


async def test_what_breaks_beside_graphql_is_masked(
    reader: WatchedReader, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def health() -> dict[str, str]:
        break_down()

    response = await Client(reader, clock, health=health).http.get("/health")
    assert response.status_code == 500
    check(response, caplog)
