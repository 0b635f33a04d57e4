"""Documents that are known: what tools do to them makes no difference, and teams bring manifests of their own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, validate

from cli.documents import manifest
from gateway.limits.known_documents import (
    FOLDER,
    KnownDocuments,
    ManifestError,
    digest,
    documents_in,
    manifest_path,
    normal_form,
    read_manifest,
    write_manifest,
)
from gateway.services import Policy
from infra.store.store import TableStore
from tests.gateway.world import Client, SetClock
from tests.schema import committed_schema

ROOT = Path(__file__).parents[3]
OPERATIONS = ROOT / "graphql" / "operations"
COMPILED = ROOT / "web" / "page" / "src" / "__generated__"
SCHEMA = committed_schema()

DOCUMENT = """
# The fleet in one number.
query Count($first: Int = 1) {
  fleet { clusterCount }
  clusters(first: $first) { nodes { ...Name } }
}
fragment Name on Cluster { name }
"""


@pytest.mark.parametrize(
    "changed",
    [
        DOCUMENT.replace("# The fleet in one number.", ""),
        " ".join(line for line in DOCUMENT.splitlines() if "#" not in line),
        DOCUMENT.replace("clusterCount", "clusterCount __typename"),
        DOCUMENT.replace("nodes {", "__typename nodes { __typename").replace("name }", "name __typename }"),
        "fragment Name on Cluster { name }" + DOCUMENT.replace("fragment Name on Cluster { name }", ""),
        DOCUMENT.replace("(first: $first)", "(first: $first,)"),
    ],
)
def test_what_tools_do_to_a_document_makes_no_difference(changed: str) -> None:
    assert normal_form(DOCUMENT) is not None
    assert normal_form(changed) == normal_form(DOCUMENT)


@pytest.mark.parametrize(
    "other",
    [
        DOCUMENT.replace("clusterCount", "clusterCount unlimitedClusterCount"),
        DOCUMENT.replace("= 1", "= 100"),
        DOCUMENT.replace("name }", "id }"),
        DOCUMENT.replace("clusterCount", "clusterCount kind: __typename"),
        DOCUMENT.replace("clusterCount", "count: clusterCount"),
        DOCUMENT + " query More { viewer { name } }",
    ],
)
def test_what_asks_for_something_else_is_another_document(other: str) -> None:
    assert normal_form(other) not in (None, normal_form(DOCUMENT))


@pytest.mark.parametrize("nonsense", ["", "{", "{" * 5_000, "query { " + "a " * 5_000 + "}"])
def test_what_is_not_a_document_has_no_form(nonsense: str) -> None:
    assert normal_form(nonsense) is None


def test_a_selection_of_nothing_else_keeps_its_typename() -> None:
    assert normal_form("{ __typename }") == "{__typename}"


def test_our_manifests_are_those_of_our_documents() -> None:
    examples, command, page = (manifest_path(name) for name in ("examples", "command", "page"))
    assert {path.name for path in FOLDER.iterdir()} >= {examples.name, command.name, page.name}
    assert examples.read_text("utf-8") == write_manifest(documents_in(OPERATIONS)), "run `make schema`"
    assert command.read_text("utf-8") == manifest.manifest(), "run `make schema`"
    if COMPILED.exists():
        assert page.read_text("utf-8") == write_manifest(documents_in(COMPILED)), "run `make schema`"


@pytest.mark.parametrize("name", ["examples", "command", "page"])
def test_every_document_of_a_manifest_fits_the_schema_and_has_its_digest(name: str) -> None:
    for document_id, document in read_manifest(manifest_path(name)).items():
        assert document_id == digest(document)
        assert validate(SCHEMA, parse(document)) == []


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], Path]:
    def written(content: Any) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return written


def test_a_team_brings_a_manifest_of_apollo_or_of_relay(write: Callable[[Any], Path]) -> None:
    entry = {"id": "a", "name": "Count", "type": "query", "body": DOCUMENT}
    apollo = write({"format": "apollo-persisted-query-manifest", "version": 1, "operations": [entry]})
    relay = write({"b": "query B { viewer { name } }"})
    known = KnownDocuments([apollo, relay])
    assert known.find("a") == DOCUMENT
    assert known.find("sha256:b") == "query B { viewer { name } }"
    assert known.find("c") is None
    assert known.knows("query B { viewer { __typename name } }")
    assert not known.knows("query B { viewer { scopes } }")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        [],
        {},
        {"format": "other", "version": 1, "operations": []},
        {"format": "apollo-persisted-query-manifest", "version": 2, "operations": []},
        {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a"}]},
        {"a": 1},
    ],
)
def test_what_is_not_a_manifest_is_said_with_its_file(write: Callable[[Any], Path], content: Any) -> None:
    path = write(content)
    with pytest.raises(ManifestError, match=path.name):
        KnownDocuments([path])


def test_a_manifest_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read: No such file"):
        KnownDocuments([tmp_path / "none.json"])


def test_one_id_is_one_document(write: Callable[[Any], Path]) -> None:
    with pytest.raises(ManifestError, match="another document has the id a"):
        KnownDocuments([write({"a": "{ viewer { name } }"}), write({"a": DOCUMENT})])


@pytest.mark.parametrize("name", ["command", "page"])
async def test_a_fleetgraph_of_known_documents_runs_what_the_command_and_the_page_send(
    name: str, world: TableStore, clock: SetClock
) -> None:
    strict = Client(world, clock, policy=Policy(only_trusted=True))
    for document in read_manifest(manifest_path(name)).values():
        answer = await strict.send(f"# sent by somebody\n{document}")
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert "DOCUMENT_NOT_TRUSTED" not in codes


async def test_only_the_manifests_that_are_named_count(world: TableStore, clock: SetClock) -> None:
    strict = Client(world, clock, policy=Policy(only_trusted=True, manifests=(manifest_path("page"),)))
    document = (OPERATIONS / "providers.graphql").read_text("utf-8")
    answer = await strict.send(document)
    assert answer["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}


@pytest.mark.parametrize(
    ("only_trusted", "code", "message"),
    [
        (True, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"),
        (False, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"),
    ],
)
async def test_a_client_of_apollo_is_asked_to_send_the_document(
    world: TableStore, clock: SetClock, only_trusted: bool, code: str, message: str
) -> None:
    client = Client(world, clock, policy=Policy(only_trusted=only_trusted))
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    answer = (await client.http.post("/graphql", json={"extensions": extensions})).json()
    assert answer == {"errors": [{"message": message, "extensions": {"code": code}}]}
