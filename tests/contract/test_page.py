"""The page has a place for everything that a person can change, and an address for each of its views."""

import re
from collections.abc import Iterator

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, OperationType, build_schema, parse

from fleet.ports.pages import VIEWS
from tests.contract.places import ROOT

PAGE = ROOT / "web" / "page" / "src"
NOT_OF_PEOPLE: dict[str, str] = {}
"""By mutation: why nobody looks for it on the page."""


def documents() -> Iterator[DocumentNode]:
    """What stands in the sources, not what was compiled of it: an old build proves nothing."""
    for path in sorted(PAGE.rglob("*.ts*")):
        if "__generated__" not in path.parts:
            for text in re.findall(
                r"graphql`(\s*(?:query|mutation|fragment)[^`]*)`", path.read_text(encoding="utf-8")
            ):
                yield parse(text)


def mutations_of_the_page() -> set[str]:
    return {
        field.name.value
        for document in documents()
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode) and definition.operation is OperationType.MUTATION
        for field in definition.selection_set.selections
        if isinstance(field, FieldNode)
    }


def test_every_mutation_has_a_place_on_the_page_or_a_reason() -> None:
    schema = build_schema((ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8"))
    assert schema.mutation_type is not None
    offered = set(schema.mutation_type.fields)
    assert mutations_of_the_page() | set(NOT_OF_PEOPLE) == offered
    assert mutations_of_the_page().isdisjoint(NOT_OF_PEOPLE)


def test_the_server_answers_at_each_address_that_the_page_has() -> None:
    routes = re.findall(r'<Route path="/(\w+)', (PAGE / "App.tsx").read_text(encoding="utf-8"))
    assert set(routes) == set(VIEWS)
    links = re.findall(r'path: "/(\w+)"', (PAGE / "shell" / "views.ts").read_text(encoding="utf-8"))
    assert set(links) == set(VIEWS) - {"create"}, "what is created is begun by a button on every view"
